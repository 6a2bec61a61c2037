/* SPDX-License-Identifier: MIT */
/* What is off on purpose, by a real vmmd: DISABLED and left alone for its time, over kill -9, and judged again after it. */
#include <criterion/criterion.h>

#include <string.h>

#include "rig_watch.h"

#define ANSWER_MS 60000 /* for a look at a camera, by a machine that may have much else to do */

static struct rig rig;

static void set_up(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_open(&rig, RIG_SCENARIO(2, 1));
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(off, .init = set_up, .fini = tear_down, .timeout = 400);

/* Of a camera; NULL: of anything. */
static size_t count_events(const char *camera, const char *type)
{
    json_t *events = rig_events(&rig);
    size_t count = 0;
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        const char *of = json_string_value(json_object_get(event, "camera_id"));
        bool is_its = camera == NULL || (of != NULL && strcmp(of, camera) == 0);
        count += is_its && strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

static void switch_off(const char *until)
{
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "off", "cam-01", "--until", until, "--owner", "ana",
                         "--reason", "roof works", NULL),
                 0);
    rig_wait_health(&rig, "cam-01", "DISABLED disabled");
}

static void take_back(void)
{
    json_t *answer = rig_json(&rig, "off", NULL);
    const json_t *entry = json_array_get(json_object_get(answer, "quiet"), 0);
    const char *id = json_string_value(json_object_get(entry, "id"));
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "off", "end", id, NULL), 0);
    json_decref(answer);
}

/* Nobody looks at it while the other one is looked at again and again; a look that was under way may end first. */
static void expect_left_alone(void)
{
    rig_watch_wait_looks(&rig, "cam-02", 1);
    json_int_t before = rig_count(&rig, "cam-01", "looks");
    rig_watch_wait_looks(&rig, "cam-02", 2);
    cr_expect_eq(rig_count(&rig, "cam-01", "looks"), before);
}

static void expect_explained(void)
{
    struct buf said;
    json_t *all = rig_json(&rig, "explain", "cam-01", NULL);
    const json_t *camera = json_object_get(all, "camera");
    const json_t *off = json_object_get(camera, "off");
    cr_expect_str_eq(json_string_value(json_object_get(off, "owner")), "ana");
    cr_expect_str_eq(json_string_value(json_object_get(off, "reason")), "roof works");
    cr_expect(json_is_string(json_object_get(off, "ends_at")));
    cr_expect(json_is_true(json_object_get(camera, "enabled")), "the fleet's word is another");
    const json_t *reasons = json_object_get(json_object_get(all, "verdict"), "reasons");
    const json_t *only = json_array_get(reasons, 0);
    cr_expect_eq(json_array_size(reasons), 1, "nothing else keeps it from being looked at");
    cr_expect_str_eq(json_string_value(json_object_get(only, "reason")), "disabled");
    json_decref(all);
    buf_init(&said);
    cr_assert_eq(rig_ctl(&rig, &said, NULL, "explain", "cam-01", NULL), 0);
    cr_expect(strstr(buf_cstr(&said), " of ana until 2") != NULL, "%s", buf_cstr(&said));
    buf_finish(&said);
}

Test(off, a_camera_is_disabled_and_left_alone_until_it_is_taken_back)
{
    switch_off("30d");
    expect_left_alone();
    expect_explained();
    rig_kill(&rig);
    rig_start(&rig);
    expect_left_alone();
    cr_expect_str_eq(rig_health(&rig, "cam-01"), "DISABLED disabled");
    take_back();
    rig_wait_health(&rig, "cam-01", "OK none");
    cr_expect_eq(count_events("cam-01", "camera.disabled"), 1);
    cr_expect_eq(count_events("cam-01", "camera.ok"), 2, "the first look, and after its end");
    cr_expect_eq(count_events("cam-02", "camera.disabled"), 0);
}

Test(off, one_that_is_broken_at_its_end_is_judged_so)
{
    switch_off("1h");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"down\"}"));
    take_back();
    rig_wait_health(&rig, "cam-01", "DOWN unreachable");
    cr_expect_eq(count_events("cam-01", "camera.down"), 1);
}

static bool is_on(struct rig *of, const void *arg)
{
    (void)of;
    (void)arg;
    return strcmp(rig_health(&rig, "cam-01"), "OK none") == 0;
}

Test(off, it_ends_by_itself)
{
    switch_off("15s");
    rig_until(&rig, 15000 + ANSWER_MS, "it stays off", is_on, NULL);
    cr_expect_eq(count_events("cam-01", "camera.disabled"), 1);
    cr_expect_eq(count_events("cam-01", "camera.ok"), 2);
}

static size_t count_listed(const char *verb)
{
    json_t *answer = rig_json(&rig, verb, NULL);
    size_t count = json_array_size(json_object_get(answer, "quiet"));
    json_decref(answer);
    return count;
}

static bool is_none_listed(struct rig *of, const void *arg)
{
    (void)of;
    (void)arg;
    return count_listed("maintenance") + count_listed("silence") + count_listed("off") == 0;
}

static bool is_maintained(struct rig *of, const void *arg)
{
    (void)of;
    (void)arg;
    return count_events(NULL, "maintenance.began") == 1;
}

static bool is_over(struct rig *of, const void *arg)
{
    (void)of;
    (void)arg;
    return count_events(NULL, "maintenance.ended") == 1;
}

/* No sink of this vmmd is for people. */
Test(off, what_people_asked_for_lapses_where_nobody_is_told)
{
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "add", "--site", "north", "--until",
                         "60s", "--reason", "switch", NULL),
                 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "silence", "add", "--camera", "cam-02", "--until", "30s",
                         "--reason", "wasps", NULL),
                 0);
    switch_off("30s");
    cr_expect_eq(count_listed("maintenance"), 1);
    rig_until(&rig, ANSWER_MS, "the maintenance does not begin", is_maintained, NULL);
    rig_until(&rig, 60000 + ANSWER_MS, "they stay listed", is_none_listed, NULL);
    rig_until(&rig, ANSWER_MS, "that the maintenance is over is not told", is_over, NULL);
    rig_kill(&rig);
    rig_start(&rig);
    cr_expect(is_none_listed(&rig, NULL), "they are back");
    cr_expect_eq(count_events(NULL, "maintenance.ended"), 1);
}
