/* SPDX-License-Identifier: MIT */
/* A device that says that it is locked: no login until the time that it tells. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rig.h"

static const char scenario[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.48.0.1\",\"personality\":\"dahua-locked\"}]}";

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

/* The farm's recorder says 1,800 s (RmLock). */
Test(locked, no_login_before_the_time_the_device_tells_over_a_restart_too)
{
    struct rig rig;
    rig_open(&rig, scenario);
    rig_config(&rig, "{\"flags\":{\"FEATURE_VMS_DAHUA_CGI\":true}}");
    rig_start(&rig);
    time_t begun = time(NULL);
    rig_load_farm(&rig, "dahua", "{\"search\":false}");
    rig_wait_health(&rig, "nvr-1", "DEGRADED locked");
    rig_until(&rig, RIG_WAIT_MS, "the ledger to wait", waits, NULL);
    time_t told = login_at(&rig);
    cr_assert_geq(told, begun + 1800);
    cr_assert_leq(told, time(NULL) + 1800);
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    rig_until(&rig, RIG_WAIT_MS, "the ledger to wait", waits, NULL);
    cr_assert_geq(login_at(&rig), told);
    json_decref(rig_farm(&rig, "{\"do\":\"reset-counts\",\"device\":\"nvr-1\"}"));
    rig_wait_count(&rig, "nvr-1", "looks", 3);
    cr_assert_eq(rig_count(&rig, "nvr-1", "logins_bad"), 0);
    cr_assert_eq(rig_count(&rig, "nvr-1", "logins_good"), 0);
    rig_close(&rig);
}
