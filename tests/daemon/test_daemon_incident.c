/* SPDX-License-Identifier: MIT */
/* Many cameras lost at once are one incident, and a restart in the middle of it tells nothing anew. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "rig.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

#define GROUP(PREFIX, COUNT, SITE, ADDRESS)                                                        \
    "{\"prefix\":\"" PREFIX "\",\"count\":" #COUNT ",\"first\":1,\"digits\":2,\"site\":\"" SITE    \
    "\",\"base_address\":\"" ADDRESS "\",\"personality\":\"vivotek-camera\","                      \
    "\"clock\":{\"zone_min\":480}}"

static const char two_sites[] = "{\"ports\":{\"http\":0}," USERS ",\"groups\":[" GROUP(
    "north-", 30, "north", "127.31.0.1") "," GROUP("south-", 6, "south", "127.32.0.1") "]}";

/* Confirmation takes 6 s, so a storm is decided after 4 s. */
static const char brisk[] =
    "{\"watch\":{\"interval\":\"3s\",\"jitter\":\"500ms\",\"confirm_step\":\"400ms\","
    "\"confirm_deadline\":\"1s\",\"connect_timeout\":\"1s\",\"deadline\":\"2s\"}}";

static void begin(struct rig *rig)
{
    rig_open(rig, two_sites);
    rig_config(rig, brisk);
    rig_start(rig);
    rig_load_farm(rig, "vivotek", "{\"level\":\"admin\"}");
    rig_wait_all(rig, "OK");
}

/* Events of a type at a site; the time of the last goes to `at`. */
static size_t count_type(struct rig *rig, const char *site, const char *type, char at[40])
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        if (strcmp(json_string_value(json_object_get(event, "site_id")), site) == 0 &&
            strcmp(json_string_value(json_object_get(event, "type")), type) == 0) {
            count++;
            snprintf(at, 40, "%s", json_string_value(json_object_get(event, "ts")));
        }
    }
    json_decref(events);
    return count;
}

struct wanted {
    const char *site;
    const char *type;
    size_t count;
};

static bool is_told(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    char at[40];
    return count_type(rig, wanted->site, wanted->type, at) >= wanted->count;
}

static void wait_told(struct rig *rig, const char *site, const char *type, size_t count, int ms)
{
    struct wanted wanted = {site, type, count};
    rig_until(rig, ms, type, is_told, &wanted);
}

static void expect_told(struct rig *rig, const char *site, const char *type, size_t count)
{
    char at[40];
    size_t told = count_type(rig, site, type, at);
    cr_expect_eq(told, count, "%s of %s: %zu times, not %zu", type, site, told, count);
}

/* What explain says of a camera's incident. */
static void expect_cause(struct rig *rig, const char *camera, const char *cause, const char *role)
{
    json_t *all = rig_json(rig, "explain", camera, NULL);
    const json_t *incident = json_object_get(all, "incident");
    cr_assert(json_is_object(incident), "%s belongs to no incident", camera);
    cr_expect_str_eq(json_string_value(json_object_get(incident, "cause")), cause);
    cr_expect_str_eq(json_string_value(json_object_get(incident, "role")), role);
    json_decref(all);
}

/* With no sink for people, an incident is one line all the same, however many it has lost. */
static void expect_listed(struct rig *rig, const char *const *causes, size_t count)
{
    json_t *all = rig_json(rig, "incidents", NULL);
    const json_t *rows = json_object_get(all, "incidents");
    cr_assert_eq(json_array_size(rows), count);
    for (size_t i = 0; i < count; i++) {
        const json_t *cause = json_object_get(json_array_get(rows, i), "cause");
        cr_expect_str_eq(json_string_value(cause), causes[i]);
    }
    json_decref(all);
}

static void fault(struct rig *rig, const char *devices, const char *name)
{
    json_decref(
        rig_farm(rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}", devices, name));
}

Test(incident, a_sites_uplink_that_is_cut_is_one_incident_with_one_recovery)
{
    struct rig rig;
    struct buf said;
    begin(&rig);
    fault(&rig, "north-*", "blackhole");
    /* The first look that fails ends within an interval and a deadline; from then on a minute, here in fast motion:
     * two thirds of the time in which a single camera is confirmed. */
    wait_told(&rig, "north", "site.unreachable", 1, 15000);
    rig_wait_health(&rig, "north-07", "DOWN timeout");
    expect_cause(&rig, "north-07", "site", "consequence");
    buf_init(&said);
    cr_assert_eq(rig_ctl(&rig, &said, NULL, "explain", "north-07", NULL), 0);
    cr_expect(strstr(buf_cstr(&said), "follows from site") != NULL, "%s", buf_cstr(&said));
    buf_finish(&said);
    wait_told(&rig, "north", "camera.down", 30, RIG_WAIT_MS);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"north-*\"}"));
    rig_wait_all(&rig, "OK");
    wait_told(&rig, "north", "site.ok", 1, RIG_WAIT_MS);
    expect_told(&rig, "north", "site.unreachable", 1);
    expect_told(&rig, "north", "site.ok", 1);
    expect_told(&rig, "north", "site.degraded", 0);
    expect_told(&rig, "north", "camera.down", 30);
    expect_told(&rig, "south", "site.unreachable", 0);
    expect_told(&rig, "south", "camera.down", 0);
    rig_close(&rig);
}

Test(incident, eight_cameras_of_a_switch_are_a_group_and_one_camera_is_itself)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "north-1[0-7]", "down");
    wait_told(&rig, "north", "site.degraded", 1, RIG_WAIT_MS);
    wait_told(&rig, "north", "camera.down", 8, RIG_WAIT_MS);
    expect_cause(&rig, "north-12", "group", "consequence");
    expect_told(&rig, "north", "site.unreachable", 0);
    fault(&rig, "south-03", "down");
    rig_wait_health(&rig, "south-03", "DOWN unreachable");
    expect_cause(&rig, "south-03", "camera:south-03", "cause");
    expect_listed(&rig, (const char *const[]){"group", "camera:south-03"}, 2);
    expect_told(&rig, "south", "site.degraded", 0);
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    wait_told(&rig, "north", "site.ok", 1, RIG_WAIT_MS);
    expect_told(&rig, "south", "site.ok", 0);
    rig_close(&rig);
}

Test(incident, a_kill_in_the_middle_of_it_tells_nothing_anew)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "north-*", "down");
    wait_told(&rig, "north", "site.unreachable", 1, 15000);
    wait_told(&rig, "north", "camera.down", 30, RIG_WAIT_MS);
    rig_kill(&rig);
    rig_start(&rig);
    expect_cause(&rig, "north-20", "site", "consequence");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"north-*\"}"));
    rig_wait_all(&rig, "OK");
    wait_told(&rig, "north", "site.ok", 1, RIG_WAIT_MS);
    expect_told(&rig, "north", "site.unreachable", 1);
    expect_told(&rig, "north", "camera.down", 30);
    rig_close(&rig);
}
