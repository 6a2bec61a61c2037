/* SPDX-License-Identifier: MIT */
/* What lies beside the healths of a day, as it comes out of vmmd: maintenances, devices that are new, and clocks. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig_watch.h"

#define COUNTED_MS                                                                                 \
    90000 /* days are counted every few seconds, by a machine that may have much else to do */

static struct rig rig;

/* Somebody is to be told: devices are new for a while. */
static void set_up(void)
{
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    char path[192];
    rig_open(&rig, RIG_SCENARIO(3, 1));
    snprintf(path, sizeof(path), "%s/gateway.json", rig.folder);
    json_t *policy = json_pack("{s:[s], s:s}", "channels", "nobody:here", "commissioning", "1h");
    cr_assert_eq(json_dump_file(policy, path, 0), 0);
    json_decref(policy);
    rig_config(&rig, "{}");
    rig_start(&rig);
    rig_watch_load(&rig, shares);
    rig_wait_all(&rig, "OK");
}

static void tear_down(void)
{
    rig_watch_close(&rig);
}

TestSuite(upkeep, .init = set_up, .fini = tear_down, .timeout = 400);

/* A figure of a component's days, today so far included; -1: it has none. */
static json_int_t figure(const char *component, const char *name)
{
    json_t *answer = rig_json(&rig, "stability", "--days", "1", NULL);
    json_int_t value = -1;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(answer, "stability"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "component")), component) == 0) {
            cr_assert(json_is_integer(json_object_get(row, name)), "%s", name);
            value = json_integer_value(json_object_get(row, name));
        }
    }
    json_decref(answer);
    return value;
}

static size_t count_events(const char *type)
{
    json_t *events = rig_events(&rig);
    size_t count = 0;
    size_t i;
    json_t *event;
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

static bool is_told(struct rig *of, const void *type)
{
    (void)of;
    return count_events(type) > 0;
}

static bool is_maintained(struct rig *of, const void *component)
{
    (void)of;
    return figure(component, "maintenance_s") > 0;
}

static void end_maintenance(void)
{
    json_t *answer = rig_json(&rig, "maintenance", NULL);
    const json_t *entry = json_array_get(json_object_get(answer, "quiet"), 0);
    const char *id = json_string_value(json_object_get(entry, "id"));
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "end", id, NULL), 0);
    json_decref(answer);
}

Test(upkeep, the_maintenance_of_a_camera)
{
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "add", "--site", "north", "--camera",
                         "cam-01", "--until", "1h", "--reason", "lens", NULL),
                 0);
    rig_until(&rig, COUNTED_MS, "no time in maintenance", is_maintained, "camera:cam-01");
    cr_expect_eq(figure("camera:cam-02", "maintenance_s"), 0);
    cr_expect_eq(figure("site", "maintenance_s"), 0);
    rig_kill(&rig);
    rig_start(&rig);
    end_maintenance();
    rig_until(&rig, COUNTED_MS, "its end is not told", is_told, "maintenance.ended");
    cr_expect_eq(count_events("maintenance.began"), 1, "a restart begins nothing");
    cr_expect_eq(count_events("maintenance.ended"), 1);
}

Test(upkeep, the_maintenance_of_a_site)
{
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "add", "--site", "nor*", "--until", "1h",
                         "--reason", "switch", NULL),
                 0);
    rig_until(&rig, COUNTED_MS, "no time in maintenance", is_maintained, "site");
    rig_until(&rig, COUNTED_MS, "none of its cameras", is_maintained, "camera:cam-03");
    end_maintenance();
    rig_until(&rig, COUNTED_MS, "its end is not told", is_told, "maintenance.ended");
}

static bool is_new_for_longer(struct rig *of, const void *arg)
{
    (void)of;
    (void)arg;
    return figure("camera:cam-02", "commissioning_s") > figure("camera:cam-01", "commissioning_s");
}

static bool is_new(struct rig *of, const void *component)
{
    (void)of;
    return figure(component, "commissioning_s") > 0;
}

Test(upkeep, a_camera_is_new_until_it_is_accepted)
{
    rig_until(&rig, COUNTED_MS, "it is not new", is_new, "camera:cam-01");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "accept", "cam-01", NULL), 0);
    rig_until(&rig, COUNTED_MS, "that it is accepted is not told", is_told, "camera.commissioned");
    rig_until(&rig, COUNTED_MS, "it still is new", is_new_for_longer, NULL);
    cr_expect_eq(count_events("camera.commissioned"), 1);
    rig_kill(&rig);
    rig_start(&rig);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "accept", "north", NULL), 0);
    cr_expect_eq(count_events("camera.commissioned"), 3);
}

/* ---- clocks ---- */

static json_t *clock_of(const char *component)
{
    json_t *answer = rig_json(&rig, "stability", "--days", "1", NULL);
    json_t *value = NULL;
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(answer, "stability"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "component")), component) == 0) {
            value = json_incref(json_object_get(row, "clock_offset_ms"));
        }
    }
    json_decref(answer);
    return value;
}

static bool is_off_by_40_s(struct rig *of, const void *component)
{
    json_t *value = clock_of(component);
    json_int_t ms = json_integer_value(value);
    (void)of;
    json_decref(value);
    return ms > 36000 && ms < 44000;
}

static bool is_right(struct rig *of, const void *component)
{
    json_t *value = clock_of(component);
    bool is = json_is_integer(value) && json_integer_value(value) < 5000;
    (void)of;
    json_decref(value);
    return is;
}

/* Below the limit no verdict changes: the record is told all the same, once. */
Test(upkeep, a_clock_that_is_off)
{
    rig_until(&rig, COUNTED_MS, "the first verdict does not tell it", is_right, "camera:cam-01");
    cr_expect_eq(count_events("camera.clock"), 0);
    json_decref(rig_farm(
        &rig, "{\"do\":\"clock\",\"device\":\"cam-01\",\"offset_s\":40,\"zone_min\":480}"));
    rig_until(&rig, COUNTED_MS, "the worst offset is not told", is_off_by_40_s, "camera:cam-01");
    cr_expect_eq(count_events("camera.clock"), 1);
    rig_kill(&rig);
    rig_start(&rig);
    rig_watch_wait_looks(&rig, "cam-01", 3);
    cr_expect_eq(count_events("camera.clock"), 1, "a restart tells nothing again");
}

static bool is_off_by_an_hour(struct rig *of, const void *component)
{
    json_t *value = clock_of(component);
    json_int_t ms = json_integer_value(value);
    (void)of;
    json_decref(value);
    return ms > 3590000 && ms < 3610000;
}

/* What the verdict says of a clock is not told beside it once more. */
Test(upkeep, a_clock_that_jumps)
{
    json_decref(rig_farm(
        &rig, "{\"do\":\"clock\",\"device\":\"cam-01\",\"offset_s\":3600,\"zone_min\":480}"));
    rig_wait_health(&rig, "cam-01", "DEGRADED clock_dst");
    rig_until(&rig, COUNTED_MS, "nothing says by how much", is_off_by_an_hour, "camera:cam-01");
    json_decref(
        rig_farm(&rig, "{\"do\":\"clock\",\"device\":\"cam-01\",\"offset_s\":0,\"zone_min\":480}"));
    rig_wait_health(&rig, "cam-01", "OK none");
    rig_watch_wait_looks(&rig, "cam-01", 2);
    cr_expect_eq(count_events("camera.clock"), 0, "told twice");
    cr_expect_eq(count_events("camera.degraded"), 1);
}
