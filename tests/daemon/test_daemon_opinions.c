/* SPDX-License-Identifier: MIT */
/* Plugins whose opinion crashes, hangs or lies, asked by a real vmmd: nobody is named in their stead, and vmmd runs on. */
#include <criterion/criterion.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rig_plugins.h"

static struct rig it;

#define FARM                                                                                       \
    "{\"ports\":{\"http\":0,\"rtsp\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","   \
    "\"level\":\"admin\"}],\"groups\":[{\"prefix\":\"cam-\",\"count\":1,\"first\":1,\"digits\":1," \
    "\"site\":\"north\",\"base_address\":\"127.49.1.1\",\"personality\":\"vivotek-camera\"}]}"

static void set_up(void)
{
    rig_open(&it, FARM);
    rig_plugins_open(&it, "identify", "vivotek", NULL);
    rig_plugins_fault(&it, "seer_crash");
    rig_plugins_fault(&it, "seer_hang");
    rig_plugins_fault(&it, "seer_lies");
    rig_plugins_config(&it, "{\"flags\":{\"FEATURE_VMS_IDENTIFY\":true}}");
    rig_start(&it);
    rig_wait_plugin(&it, "identify", "ready");
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(opinions, .init = set_up, .fini = tear_down, .timeout = 120);

static const json_t *device(void)
{
    return json_array_get(json_object_get(it.ready, "devices"), 0);
}

/* What `vmmctl probe ADDRESS` tells. The makers are off: nobody looks further. */
static json_t *probe(void)
{
    char address[64];
    struct buf out;
    snprintf(address, sizeof(address), "%s:%lld",
             json_string_value(json_object_get(device(), "address")),
             (long long)json_integer_value(json_object_get(device(), "port")));
    buf_init(&out);
    rig_ctl(&it, &out, NULL, "probe", address, "--json", NULL);
    json_t *told = json_loads(buf_cstr(&out), 0, NULL);
    cr_assert_not_null(told, "%s", buf_cstr(&out));
    buf_finish(&out);
    return told;
}

/* One of the facts that are shown and never judged begins so. */
static bool tells(const json_t *told, const char *begin)
{
    size_t i;
    json_t *fact;
    const json_t *facts = json_object_get(json_object_get(told, "identified"), "facts");
    json_array_foreach(facts, i, fact)
    {
        const char *value = json_string_value(json_object_get(fact, "value"));
        if (value != NULL && strncmp(value, begin, strlen(begin)) == 0) {
            return true;
        }
    }
    return false;
}

static const char *found(const json_t *told)
{
    const char *name =
        json_string_value(json_object_get(json_object_get(told, "identified"), "provider"));
    return name != NULL ? name : "";
}

Test(opinions, of_plugins_that_crash_or_hang_are_waited_for_before_anybody_is_named)
{
    json_t *told = probe();
    cr_expect_str_eq(found(told), "", "it could be a device of those that gave no opinion");
    cr_expect(tells(told, "candidate=vivotek, "));
    cr_expect(tells(told, "no_opinion=seer_crash: its process ended"));
    cr_expect(tells(told, "no_opinion=seer_hang: it did not answer in time"));
    cr_expect(tells(told, "no_opinion=seer_lies: it is more than certain"));
    cr_expect_not(tells(told, "candidate=hikvision"), "nobody speaks for another");
    json_decref(told);
    told = probe();
    cr_expect_str_eq(found(told), "");
    cr_expect(tells(told, "no_opinion=seer_hang: it has failed a moment ago"),
              "it is not asked again at once");
    json_decref(told);
    cr_expect_eq(rig_plugins_hosts(&it, "identify"), 1, "vmmd and its plugins run on");
    cr_expect_eq(rig_count(&it, "cam-1", "logins_bad"), 0);
}

/* Those that are missing for the moment. */
static void remove_the_missing(void)
{
    rig_plugins_remove(&it, "seer_crash");
    rig_plugins_remove(&it, "seer_hang");
    rig_plugins_reload(&it);
}

static bool has_resumed(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_log_count(rig, "stood still") > 0;
}

Test(opinions, are_asked_for_again_after_vmmd_stood_still)
{
    rig_plugins_remove(&it, "seer_hang");
    rig_plugins_conf(&it, "pause", "{\"watch\":{\"pause\":\"2s\"}}");
    rig_plugins_reload(&it);
    json_decref(probe());
    kill(it.vmmd, SIGSTOP);
    poll(NULL, 0, 3000); /* time itself is what is tested */
    kill(it.vmmd, SIGCONT);
    rig_until(&it, RIG_WAIT_MS, "vmmd to go on", has_resumed, NULL);
    json_t *told = probe();
    cr_expect(tells(told, "no_opinion=seer_crash: its process ended"), "it does not rest any more");
    json_decref(told);
}

Test(opinions, that_lie_or_come_of_a_broken_file_cost_nobody_else_anything)
{
    rig_plugins_file(&it, "truncated", "broken");
    remove_the_missing();
    json_t *told = probe();
    cr_expect_str_eq(found(told), "vivotek", "one that is off is asked as well");
    cr_expect(tells(told, "no_opinion=seer_lies: it is more than certain"));
    json_decref(told);
}

Test(opinions, come_from_the_plugins_that_are_installed_now)
{
    remove_the_missing();
    json_t *told = probe();
    cr_expect_str_eq(found(told), "vivotek");
    json_decref(told);
    rig_plugins_remove(&it, "vivotek");
    rig_plugins_reload(&it);
    told = probe();
    cr_expect_str_eq(found(told), "");
    json_decref(told);
    rig_plugins_put(&it, "vivotek");
    rig_plugins_reload(&it);
    told = probe();
    cr_expect_str_eq(found(told), "vivotek");
    json_decref(told);
}
