/* SPDX-License-Identifier: MIT */
/* A device that says that it is locked: no login until the time that it tells. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rig.h"

/* One that bad logins of others lock, says so to everybody, and takes logins again once it is unlocked. */
static const char scenario[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.48.0.1\",\"personality\":\"dahua-nvr\",\"override\":{"
    "\"auth\":{\"lockout\":{\"after\":3,\"for_s\":1800,\"answers_all\":true}},"
    "\"locked\":{\"status\":403,\"headers\":{\"Content-Type\":\"application/json\"},\"body\":"
    "\"{\\\"ErrorCode\\\":268632081,\\\"Result\\\":false,\\\"RmLock\\\":1800,\\\"RmLogin\\\":0}"
    "\"}}}]}";

TestSuite(locked, .timeout = 240);

/* The wall time of the next login, in seconds; 0: at once. */
static time_t login_at(struct rig *rig)
{
    struct tm tm = {0};
    json_t *why = rig_json(rig, "explain", "nvr-1", NULL);
    const char *at = json_string_value(json_object_get(json_object_get(why, "ledger"), "retry_at"));
    time_t when = at != NULL && strptime(at, "%Y-%m-%dT%H:%M:%S", &tm) != NULL ? timegm(&tm) : 0;
    json_decref(why);
    return when;
}

static bool waits(struct rig *rig, const void *arg)
{
    (void)arg;
    return login_at(rig) != 0;
}

/* No login is made, however often it is looked at. */
static void expect_no_login(struct rig *rig)
{
    rig_wait_count(rig, "nvr-1", "looks", 3);
    cr_assert_eq(rig_count(rig, "nvr-1", "logins_bad"), 0);
    cr_assert_eq(rig_count(rig, "nvr-1", "logins_good"), 0);
    cr_assert_eq(rig_count(rig, "nvr-1", "logins_locked"), 0);
}

/* It says 1,800 s (RmLock); after the restart it says nothing of a lock any more, only what was kept does. */
Test(locked, no_login_before_the_time_the_device_tells_over_a_restart_too)
{
    struct rig rig;
    rig_open(&rig, scenario);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_DAHUA_CGI\":true}}");
    rig_start(&rig);
    json_decref(rig_farm(&rig, "{\"do\":\"lock\",\"device\":\"nvr-1\"}"));
    time_t begun = time(NULL);
    rig_load_farm(&rig, "dahua", "{\"search\":false}");
    rig_wait_health(&rig, "nvr-1", "DEGRADED locked");
    rig_until(&rig, RIG_WAIT_MS, "the ledger to wait", waits, NULL);
    time_t told = login_at(&rig);
    cr_assert_geq(told, begun + 1800);
    cr_assert_leq(told, time(NULL) + 1800);
    expect_no_login(&rig);
    told = login_at(&rig);
    cr_assert_eq(rig_stop(&rig), 0);
    json_decref(rig_farm(&rig, "{\"do\":\"unlock\",\"device\":\"nvr-1\"}"));
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"nvr-1\"}"));
    rig_start(&rig);
    expect_no_login(&rig);
    cr_assert_geq(login_at(&rig), told);
    cr_assert_str_eq(rig_health(&rig, "nvr-1"), "DEGRADED locked");
    rig_close(&rig);
}
