/* SPDX-License-Identifier: MIT */
/* A vmmd with no sink for people: nobody is told, and nothing says that all is well while it is not. */
#include <criterion/criterion.h>

#include <string.h>

#include "rig_watch.h"

static struct rig rig;

static void set_up(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_open(&rig, RIG_SCENARIO(4, 1));
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(unkept, .init = set_up, .fini = tear_down, .timeout = 400);

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void expect_none_open(void)
{
    json_t *list = rig_json(&rig, "incidents", NULL);
    cr_expect_eq(json_array_size(json_object_get(list, "incidents")), 0);
    cr_expect(json_is_false(json_object_get(list, "kept")));
    cr_expect_eq(json_integer_value(json_object_get(list, "not_ok")), 0);
    json_decref(list);
}

static void expect_said_to_people(void)
{
    struct buf said;
    buf_init(&said);
    cr_assert_eq(rig_ctl(&rig, &said, NULL, "incidents", NULL), 0);
    cr_expect_null(strstr(buf_cstr(&said), "nothing is wrong"), "%s", buf_cstr(&said));
    cr_expect_not_null(strstr(buf_cstr(&said), "1 camera is not OK: vmmctl status"), "%s",
                       buf_cstr(&said));
    buf_finish(&said);
}

Test(unkept, incidents_are_listed_by_their_verdicts)
{
    expect_none_open();
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&rig, "cam-01", "DOWN unreachable");
    json_t *list = rig_json(&rig, "incidents", NULL);
    json_t *explained = rig_json(&rig, "explain", "cam-01", NULL);
    const json_t *rows = json_object_get(list, "incidents");
    const json_t *row = json_array_get(rows, 0);
    cr_assert_eq(json_array_size(rows), 1);
    cr_expect_str_eq(text_of(row, "incident"),
                     text_of(json_object_get(explained, "incident"), "id"));
    cr_expect_str_eq(text_of(row, "cause"), "camera:cam-01");
    cr_expect_str_eq(text_of(row, "subject"), "cam-01");
    cr_expect_str_eq(text_of(row, "health"), "DOWN");
    cr_expect_str_eq(text_of(row, "held_by"), "policy: no sink for people is on");
    cr_expect(json_is_false(json_object_get(list, "kept")));
    cr_expect_eq(json_integer_value(json_object_get(list, "not_ok")), 1);
    json_decref(explained);
    json_decref(list);
    expect_said_to_people();
    list = rig_json(&rig, "incidents", "--site", "nowhere", NULL);
    cr_expect_eq(json_array_size(json_object_get(list, "incidents")), 0);
    json_decref(list);
}

Test(unkept, nobody_takes_an_incident_of_which_nobody_is_told)
{
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    rig_wait_health(&rig, "cam-01", "DOWN unreachable");
    cr_expect_eq(rig_ctl(&rig, NULL, NULL, "ack", "cam-01", "--reason", "on it", NULL), 4);
    cr_expect_eq(
        rig_ctl(&rig, NULL, NULL, "snooze", "cam-01", "--until", "2h", "--reason", "later", NULL),
        4);
    cr_expect_eq(
        rig_ctl(&rig, NULL, NULL, "silence", "add", "--camera", "cam-*", "--reason", "works", NULL),
        0, "a silence holds for what comes");
}
