/* SPDX-License-Identifier: MIT */
/* A recorder and what is behind it: cameras that only it shows, and one that has an address of its own as well. */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "rig.h"

static const char devices[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":["
    "{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.34.0.1\",\"personality\":\"hikvision-nvr\",\"clock\":{\"zone_min\":480}"
    "},"
    "{\"prefix\":\"cam-\",\"count\":1,\"first\":2,\"digits\":1,\"site\":\"north\","
    "\"base_address\":\"127.34.1.1\",\"personality\":\"vivotek-camera\",\"clock\":{\"zone_min\":"
    "480}}"
    "]}";

static const char brisk[] = "{\"flags\":{\"FEATURE_VMS_HIKVISION_CGI\":true},"
                            "\"watch\":{\"confirm_deadline\":\"1s\",\"connect_timeout\":\"1s\","
                            "\"deadline\":\"3s\"}}";

/* Where the farm put a device. */
static json_t *address_of(const struct rig *rig, const char *id)
{
    size_t i;
    json_t *device;
    json_array_foreach(json_object_get(rig->ready, "devices"), i, device)
    {
        if (strcmp(json_string_value(json_object_get(device, "id")), id) == 0) {
            return device;
        }
    }
    cr_assert_fail("the farm has no %s", id);
    return NULL;
}

static json_t *channel(const char *id, int number)
{
    return json_pack("{s:s, s:s, s:s, s:i}", "id", id, "site", "north", "nvr", "nvr-1", "channel",
                     number);
}

/* nvr-1 with the cameras ch-1, ch-3 and ch-4; cam-2 has an address of its own and is its channel 2. */
static void begin(struct rig *rig)
{
    char path[256];
    rig_open(rig, devices);
    rig_config(rig, brisk);
    rig_start(rig);
    cr_assert_eq(rig_ctl(rig, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    json_t *nvr = address_of(rig, "nvr-1");
    json_t *cam = address_of(rig, "cam-2");
    json_t *own = json_pack(
        "{s:s, s:s, s:s, s:i, s:s, s:O, s:O, s:s, s:{s:s}}", "id", "cam-2", "site", "north", "nvr",
        "nvr-1", "channel", 2, "provider", "vivotek", "host", json_object_get(cam, "address"),
        "port", json_object_get(cam, "port"), "credential", "farm", "options", "level", "admin");
    json_t *fleet = json_pack(
        "{s:[{s:s, s:s}], s:[{s:s, s:s, s:s, s:O, s:O, s:s}], s:[o, o, o, o]}", "sites", "id",
        "north", "name", "North", "nvrs", "id", "nvr-1", "site", "north", "provider", "hikvision",
        "host", json_object_get(nvr, "address"), "port", json_object_get(nvr, "port"), "credential",
        "farm", "cameras", own, channel("ch-1", 1), channel("ch-3", 3), channel("ch-4", 4));
    snprintf(path, sizeof(path), "%s/fleet.json", rig->folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "fleet", "load", path, NULL), 0);
    rig_wait_all(rig, "OK");
}

static void set_var(struct rig *rig, const char *name, const char *value)
{
    json_decref(rig_farm(rig,
                         "{\"do\":\"var\",\"device\":\"nvr-1\",\"name\":\"%s\",\"value\":\"%s\"}",
                         name, value));
}

static void fault(struct rig *rig, const char *device, const char *name)
{
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}", device, name));
}

/* What explain says of the incident. */
static void expect_cause(struct rig *rig, const char *id, const char *cause, const char *role)
{
    json_t *all = rig_json(rig, "explain", id, NULL);
    const json_t *incident = json_object_get(all, "incident");
    cr_assert(json_is_object(incident), "%s belongs to no incident", id);
    cr_expect_str_eq(json_string_value(json_object_get(incident, "cause")), cause);
    cr_expect_str_eq(json_string_value(json_object_get(incident, "role")), role);
    json_decref(all);
}

/* True when explain of this recorder shows an event of this type. */
static bool shows_event(struct rig *rig, const char *id, const char *type)
{
    struct buf said = {0};
    bool found = rig_ctl(rig, &said, NULL, "explain", id, "--json", NULL) == 0 &&
                 strstr(buf_cstr(&said), type) != NULL;
    buf_finish(&said);
    return found;
}

/* The healths that the events of a camera tell, in their order: "OK DOWN OK". */
static void expect_history(struct rig *rig, const char *camera, const char *expected)
{
    char history[256] = "";
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        const char *id = json_string_value(json_object_get(event, "camera_id"));
        const char *to = json_string_value(json_object_get(event, "to"));
        if (id != NULL && to != NULL && strcmp(id, camera) == 0) {
            size_t at = strlen(history);
            snprintf(history + at, sizeof(history) - at, "%s%s", at > 0 ? " " : "", to);
        }
    }
    cr_expect_str_eq(history, expected, "%s: %s", camera, history);
    json_decref(events);
}

/* ---- a large one ---- */

static const char large[] =
    "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":"
    "\"admin\"}],\"groups\":[{\"prefix\":\"nvr-\",\"count\":1,\"first\":1,\"digits\":1,\"site\":"
    "\"north\",\"base_address\":\"127.34.2.1\",\"personality\":\"hikvision-dvr-64\",\"clock\":{"
    "\"zone_min\":480}}]}";

/* The recorder, and as cameras its channels but the last four, which are empty slots as 59 and 60 are. */
static void begin_large(struct rig *rig)
{
    char path[256];
    char id[16];
    rig_open(rig, large);
    rig_config(rig, brisk);
    rig_start(rig);
    cr_assert_eq(rig_ctl(rig, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
                         "--password-stdin", NULL),
                 0);
    json_t *nvr = address_of(rig, "nvr-1");
    json_t *channels = json_array();
    for (int number = 1; number <= 60; number++) {
        snprintf(id, sizeof(id), "ch-%d", number);
        json_array_append_new(channels, channel(id, number));
    }
    json_t *fleet =
        json_pack("{s:[{s:s, s:s}], s:[{s:s, s:s, s:s, s:O, s:O, s:s}], s:o}", "sites", "id",
                  "north", "name", "North", "nvrs", "id", "nvr-1", "site", "north", "provider",
                  "hikvision", "host", json_object_get(nvr, "address"), "port",
                  json_object_get(nvr, "port"), "credential", "farm", "cameras", channels);
    snprintf(path, sizeof(path), "%s/fleet.json", rig->folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "fleet", "load", path, NULL), 0);
}

/* A look is a connection. The first has one question more, for the challenge; of the last some may not be asked yet. */
static void expect_eight_requests_a_look(struct rig *rig)
{
    rig_wait_count(rig, "nvr-1", "connections", 12);
    json_int_t least = 1 + 8 * (rig_count(rig, "nvr-1", "connections") - 1);
    json_int_t requests = rig_count(rig, "nvr-1", "requests");
    json_int_t most = 1 + 8 * rig_count(rig, "nvr-1", "connections");
    cr_expect_geq(requests, least);
    cr_expect_leq(requests, most);
    cr_expect_eq(rig_count(rig, "nvr-1", "logins_bad"), 0);
}

Test(recorder, with_sixty_four_channels_is_eight_requests_a_look)
{
    struct rig rig;
    begin_large(&rig);
    rig_wait_health(&rig, "ch-5", "DOWN video_loss");
    rig_wait_health(&rig, "ch-20", "DOWN video_loss");
    rig_wait_health(&rig, "ch-30", "DOWN video_loss");
    rig_wait_health(&rig, "ch-40", "DOWN video_loss");
    rig_wait_health(&rig, "ch-1", "OK none");
    rig_wait_health(&rig, "ch-58", "OK none");
    rig_wait_health(&rig, "ch-3", "DEGRADED channel_off");  /* switched off */
    rig_wait_health(&rig, "ch-59", "DEGRADED channel_off"); /* an empty slot */
    expect_eight_requests_a_look(&rig);
    rig_close(&rig);
}

/* ---- what happens to one ---- */

Test(recorder, that_is_down_takes_along_what_only_it_shows)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "nvr-1", "down");
    rig_wait_health(&rig, "ch-1", "DOWN recorder_down");
    rig_wait_health(&rig, "ch-4", "DOWN recorder_down");
    expect_cause(&rig, "nvr-1", "nvr:nvr-1", "cause");
    cr_expect(shows_event(&rig, "nvr-1", "nvr.down"), "explain shows no event of the recorder");
    expect_cause(&rig, "ch-3", "nvr:nvr-1", "consequence");
    cr_expect_str_eq(rig_health(&rig, "cam-2"), "OK none", "it answers for itself");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    expect_history(&rig, "ch-1", "OK DOWN OK");
    expect_history(&rig, "cam-2", "OK");
    rig_close(&rig);
}

/* How many rows such a query finds for a camera; `sql` names it by the one place that it has. */
static int count_rows(struct rig *rig, const char *sql, const char *camera)
{
    char path[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    snprintf(path, sizeof(path), "%s/core.db", rig->folder);
    rig_written(rig);
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_bind_text(stmt, 1, camera, -1, SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW);
    int count = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return count;
}

#define OF_CAMERA "SELECT count(*) FROM ai_event WHERE camera_id = ? AND "

static int count_consequences(struct rig *rig, const char *camera)
{
    return count_rows(rig, OF_CAMERA "metadata_json ->> 'role' = 'consequence'", camera);
}

Test(recorder, that_refuses_the_password_keeps_its_cameras_from_being_seen)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "nvr-1", "wrong_password");
    rig_wait_health(&rig, "ch-1", "UNKNOWN stale");
    json_t *all = rig_json(&rig, "explain", "ch-1", NULL);
    const json_t *verdict = json_object_get(all, "verdict");
    cr_expect_str_eq(json_string_value(json_object_get(verdict, "stale_by")), "link");
    json_decref(all);
    cr_expect_eq(count_rows(&rig,
                            OF_CAMERA "event_type = 'camera.unknown' AND "
                                      "metadata_json ->> 'stale_by' = 'link'",
                            "ch-1"),
                 1);
    expect_cause(&rig, "nvr-1", "nvr:nvr-1", "cause");
    expect_cause(&rig, "ch-1", "nvr:nvr-1", "consequence");
    cr_expect_str_eq(rig_health(&rig, "cam-2"), "OK none", "it lets itself be seen");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    cr_assert_eq(
        rig_ctl(&rig, NULL, "secret\n", "credential", "set", "farm", "--password-stdin", NULL), 0);
    rig_wait_all(&rig, "OK");
    expect_history(&rig, "ch-1", "OK UNKNOWN OK");
    cr_expect_eq(count_consequences(&rig, "ch-1"), 2, "that it was not seen, and that it is again");
    rig_close(&rig);
}

Test(recorder, is_the_second_witness_of_a_camera)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "cam-2", "blackhole");
    rig_wait_health(&rig, "cam-2", "DEGRADED direct_unreachable");
    set_var(&rig, "online_2", "false");
    rig_wait_health(&rig, "cam-2", "DOWN timeout");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"cam-2\"}"));
    rig_wait_health(&rig, "cam-2", "DEGRADED recorder_link");
    set_var(&rig, "online_2", "true");
    rig_wait_health(&rig, "cam-2", "OK none");
    expect_history(&rig, "cam-2", "OK DEGRADED DOWN DEGRADED OK");
    rig_close(&rig);
}

Test(recorder, a_channel_without_a_picture_is_that_cameras_matter)
{
    struct rig rig;
    begin(&rig);
    set_var(&rig, "online_3", "false");
    rig_wait_health(&rig, "ch-3", "DOWN video_loss");
    expect_cause(&rig, "ch-3", "camera:ch-3", "cause");
    cr_expect_str_eq(rig_health(&rig, "ch-1"), "OK none");
    set_var(&rig, "online_3", "true");
    rig_wait_all(&rig, "OK");
    rig_close(&rig);
}

static int count_told(struct rig *rig, const char *camera)
{
    return count_rows(rig, OF_CAMERA "metadata_json ->> 'role' = 'cause'", camera);
}

static int count_incidents(struct rig *rig, const char *camera)
{
    return count_rows(rig,
                      "SELECT count(DISTINCT metadata_json ->> 'incident_id') FROM ai_event "
                      "WHERE camera_id = ? AND metadata_json ->> 'role' = 'cause' AND "
                      "event_type <> 'camera.ok'",
                      camera);
}

static bool is_down_written(struct rig *rig, const void *camera)
{
    return count_rows(rig, OF_CAMERA "event_type = 'camera.down'", camera) > 0;
}

static bool is_closed(struct rig *rig, const void *camera)
{
    return count_rows(rig,
                      OF_CAMERA
                      "event_type = 'camera.ok' AND metadata_json ->> 'incident' = 'closed' "
                      "AND metadata_json ->> 'role' = 'cause' "
                      "AND metadata_json ->> 'incident_id' IN (SELECT metadata_json ->> "
                      "'incident_id' FROM ai_event WHERE event_type = 'camera.down')",
                      camera) == 1;
}

/* What was wrong with a channel before its recorder was lost is told once, and ends once; a restart between. */
Test(recorder, that_is_back_tells_nothing_of_a_channel_that_is_as_it_was)
{
    struct rig rig;
    begin(&rig);
    set_var(&rig, "online_3", "false");
    set_var(&rig, "online_4", "false");
    rig_wait_health(&rig, "ch-3", "DOWN video_loss");
    rig_wait_health(&rig, "ch-4", "DOWN video_loss");
    rig_until(&rig, RIG_WAIT_MS, "that ch-3 is lost is not written", is_down_written, "ch-3");
    rig_until(&rig, RIG_WAIT_MS, "that ch-4 is lost is not written", is_down_written, "ch-4");
    int told = count_told(&rig, "ch-3");
    fault(&rig, "nvr-1", "down");
    rig_wait_health(&rig, "ch-3", "DOWN recorder_down");
    rig_kill(&rig);
    rig_start(&rig);
    set_var(&rig, "online_4", "true");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_health(&rig, "ch-3", "DOWN video_loss");
    cr_expect_eq(count_told(&rig, "ch-3"), told, "told again");
    set_var(&rig, "online_3", "true");
    rig_wait_all(&rig, "OK");
    rig_until(&rig, RIG_WAIT_MS, "the incident of ch-3 does not end", is_closed, "ch-3");
    rig_until(&rig, RIG_WAIT_MS, "the incident of ch-4 does not end", is_closed, "ch-4");
    cr_expect_eq(count_incidents(&rig, "ch-3"), 1);
    cr_expect_eq(count_incidents(&rig, "ch-4"), 1);
    rig_close(&rig);
}

static size_t count_type(struct rig *rig, const char *type)
{
    size_t count = 0;
    size_t i;
    json_t *event;
    json_t *events = rig_events(rig);
    json_array_foreach(events, i, event)
    {
        count += strcmp(json_string_value(json_object_get(event, "type")), type) == 0;
    }
    json_decref(events);
    return count;
}

static bool is_told(struct rig *rig, const void *type)
{
    return count_type(rig, type) > 0;
}

Test(recorder, that_was_replaced_or_updated_is_told_once_and_nobody_is_judged_by_it)
{
    struct rig rig;
    begin(&rig);
    set_var(&rig, "firmware", "V4.31.000");
    rig_until(&rig, RIG_WAIT_MS, "the new firmware", is_told, "nvr.firmware");
    set_var(&rig, "serial", "DS-7604NI-K1/4P0420230202CCRRE00000001WCVU");
    set_var(&rig, "firmware", "V4.32.000");
    rig_until(&rig, RIG_WAIT_MS, "the other recorder", is_told, "nvr.replaced");
    rig_wait_count(&rig, "nvr-1", "looks", 8);
    cr_expect_eq(count_type(&rig, "nvr.firmware"), 1, "another recorder has its own firmware");
    cr_expect_eq(count_type(&rig, "nvr.replaced"), 1);
    cr_expect_eq(count_type(&rig, "nvr.ok"), 1);
    cr_expect_str_eq(rig_health(&rig, "ch-1"), "OK none");
    rig_close(&rig);
}

Test(recorder, that_restarts_with_vmmd_down_tells_nothing_anew)
{
    struct rig rig;
    begin(&rig);
    fault(&rig, "nvr-1", "down");
    rig_wait_health(&rig, "ch-1", "DOWN recorder_down");
    rig_wait_health(&rig, "ch-3", "DOWN recorder_down");
    rig_wait_health(&rig, "ch-4", "DOWN recorder_down");
    rig_kill(&rig);
    rig_start(&rig);
    rig_wait_health(&rig, "ch-1", "DOWN recorder_down");
    expect_cause(&rig, "ch-1", "nvr:nvr-1", "consequence");
    json_decref(rig_farm(&rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_wait_all(&rig, "OK");
    expect_history(&rig, "ch-1", "OK DOWN OK");
    expect_history(&rig, "ch-4", "OK DOWN OK");
    rig_close(&rig);
}

/* ---- footage ---- */

static bool is_proven(struct rig *rig, const void *camera)
{
    json_t *answer = rig_json(rig, "stability", camera, NULL);
    json_t *days = json_object_get(answer, "days");
    json_t *today = json_array_get(days, json_array_size(days) - 1);
    bool is = json_integer_value(json_object_get(today, "recording_proven_s")) > 0;
    json_decref(answer);
    return is;
}

Test(recorder, the_record_says_that_footage_is_there, .timeout = 180)
{
    struct rig rig;
    begin(&rig);
    rig_until(&rig, 3 * RIG_WAIT_MS, "no footage of a channel is proven", is_proven, "ch-1");
    rig_until(&rig, 3 * RIG_WAIT_MS, "none of a camera that is a channel too", is_proven, "cam-2");
    rig_close(&rig);
}
