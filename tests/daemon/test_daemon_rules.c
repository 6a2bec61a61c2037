/* SPDX-License-Identifier: MIT */
/* The rules of who is told when, by a real vmmd: quiet hours, escalation, maintenance, the summary of the day; and that
 * explain names the rule that holds. */
#include <criterion/criterion.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rig_crier.h"

static const char fleet[] =
    "{\"ports\":{\"http\":0},"
    "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}],\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":4,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.49.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"bad-\",\"count\":1,\"first\":1,\"digits\":2,\"site\":\"south\","
    "\"base_address\":\"127.49.1.1\",\"personality\":\"http-digest\",\"override\":{\"answers\":"
    "{\"root\":{\"path\":\"/\",\"body\":\"model=P-1\"}}}}]}";

static struct rig rig;
static struct crier crier;

static void begin(const char *policy)
{
    char config[1536];
    rig_crier_open(&rig, &crier, fleet, policy);
    rig_told_begin(&rig, rig_crier_config(&crier, config));
}

/* "HH:MM" so many minutes from now; the sites are in UTC. */
static void clock_in(int minutes, char out[6])
{
    struct tm tm;
    time_t at = time(NULL) + 60 * minutes;
    gmtime_r(&at, &tm);
    strftime(out, 6, "%H:%M", &tm);
}

/* What explain says of the message of a camera; a new reference. */
static json_t *message_of(const char *camera)
{
    json_t *all = rig_json(&rig, "explain", camera, NULL);
    json_t *message = json_incref(json_object_get(all, "message"));
    json_decref(all);
    return message;
}

struct wanted {
    const char *camera;
    const char *words;
};

static bool is_explained(struct rig *one, const void *arg)
{
    const struct wanted *wanted = arg;
    (void)one;
    json_t *message = message_of(wanted->camera);
    char *text = json_dumps(message, JSON_COMPACT | JSON_ENCODE_ANY);
    bool found = strstr(text, wanted->words) != NULL;
    free(text);
    json_decref(message);
    return found;
}

/* Wait until the message of the camera is explained in these words. */
static void wait_explained(const char *camera, const char *words)
{
    struct wanted wanted = {camera, words};
    char what[128];
    snprintf(what, sizeof(what), "explain %s to say \"%s\"", camera, words);
    rig_until(&rig, RIG_WAIT_MS, what, is_explained, &wanted);
}

Test(rules, quiet_hours_keep_back_until_they_end)
{
    char from[6];
    char to[6];
    char policy[512];
    clock_in(-60, from);
    clock_in(120, to);
    snprintf(policy, sizeof(policy),
             "{\"destinations\":[{\"channel\":\"crier\",\"quotaPerMin\":60000,\"quietFrom\":"
             "\"%s\",\"quietTo\":\"%s\",\"quietSeverity\":\"critical\"}]}",
             from, to);
    begin(policy);
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"wrong_clock\"}"));
    wait_explained("cam-01", "\"why\":\"quiet hours of the destination\"");
    rig_crier_break(&rig, "cam-02");
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    cr_expect_eq(json_array_size(lines), 1, "what is critical is told all the same");
    json_decref(lines);
    rig_crier_policy(&rig, "{}");
    rig_plugins_reload(&rig);
    rig_crier_wait(&rig, &crier, "alert", "ok", 2);
    wait_explained("cam-01", "\"state\":\"told\"");
    rig_close(&rig);
}

/* What became of the last event of a camera at crier, as "state why"; "" as long as nothing did. */
static void sink_of(const char *camera, char out[200])
{
    json_t *all = rig_json(&rig, "explain", camera, NULL);
    const json_t *last = json_array_get(json_object_get(all, "events"), 0);
    size_t i;
    json_t *sink;
    out[0] = '\0';
    json_array_foreach(json_object_get(last, "sinks"), i, sink)
    {
        const char *why = json_string_value(json_object_get(sink, "why"));
        if (strcmp(json_string_value(json_object_get(sink, "sink")), "crier") == 0) {
            snprintf(out, 200, "%s %s", json_string_value(json_object_get(sink, "state")),
                     why != NULL ? why : "");
        }
    }
    json_decref(all);
}

static bool is_found(struct rig *one, const void *camera)
{
    char found[200];
    (void)one;
    sink_of(camera, found);
    return strncmp(found, "delivered", 9) == 0 || strncmp(found, "merged", 6) == 0;
}

Test(rules, each_camera_of_one_message_is_explained_by_it)
{
    char found[2][200];
    begin("{\"groupWait\":\"20s\"}");
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-01\",\"fault\":\"wrong_clock\"}"));
    json_decref(rig_farm(&rig, "{\"do\":\"set\",\"device\":\"cam-02\",\"fault\":\"wrong_clock\"}"));
    rig_until(&rig, 20000 + RIG_WAIT_MS, "explain to find it", is_found, "cam-01");
    rig_until(&rig, RIG_WAIT_MS, "explain to find it", is_found, "cam-02");
    cr_expect_eq(rig_crier_count(&crier, "alert", "ok"), 1, "they are in one message");
    sink_of("cam-01", found[0]);
    sink_of("cam-02", found[1]);
    bool first = found[0][0] == 'd'; /* whose fault was seen first */
    cr_expect_eq(strncmp(found[first ? 0 : 1], "delivered", 9), 0, "%s, %s", found[0], found[1]);
    cr_expect(strstr(found[first ? 1 : 0], "merged grouping: told in one message") != NULL,
              "%s, %s", found[0], found[1]);
    rig_close(&rig);
}

static bool are_told(struct rig *one, const void *arg)
{
    (void)one;
    (void)arg;
    return rig_crier_count(&crier, "alert", "ok") == 2;
}

Test(rules, who_does_not_answer_is_followed_by_the_next_level)
{
    begin("{\"routes\":[{\"name\":\"all\",\"channels\":[\"crier:ops\"],\"escalate\":["
          "{\"after\":\"1m\",\"channels\":[\"crier:head\"]}]}]}");
    rig_crier_break(&rig, "cam-01");
    rig_until(&rig, 60000 + RIG_WAIT_MS, "the next level to be told", are_told, NULL);
    json_t *lines = rig_crier_lines(&crier);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(lines, 0), "target")), "ops");
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(lines, 1), "target")),
                     "head");
    json_decref(lines);
    rig_crier_mend(&rig, "cam-01");
    rig_crier_wait(&rig, &crier, "recovery", "ok", 2);
    rig_close(&rig);
}

Test(rules, a_maintenance_is_silent_and_its_end_tells_what_is_still_wrong)
{
    begin("{}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "add", "--site", "north", "--until", "1h",
                         "--owner", "ana", "--reason", "new switch", NULL),
                 0);
    rig_crier_break(&rig, "cam-01");
    wait_explained("cam-01", "of ana: new switch");
    rig_crier_break(&rig, "cam-02");
    rig_wait_health(&rig, "cam-02", "DOWN unreachable");
    rig_crier_mend(&rig, "cam-02");
    rig_wait_health(&rig, "cam-02", "OK none");
    cr_expect_eq(rig_crier_count(&crier, "", ""), 0);
    json_t *answer = rig_json(&rig, "maintenance", NULL);
    const json_t *entry = json_array_get(json_object_get(answer, "quiet"), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "end",
                         json_string_value(json_object_get(entry, "id")), NULL),
                 0);
    json_decref(answer);
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    const json_t *doc = json_object_get(json_array_get(lines, 0), "doc");
    cr_expect(strstr(json_string_value(json_object_get(doc, "incident")), "cam-01") != NULL);
    cr_expect_eq(json_array_size(lines), 1, "what came and went meanwhile is no news");
    json_decref(lines);
    rig_close(&rig);
}

Test(rules, the_summary_of_the_day_comes_once)
{
    char at[6];
    char policy[128];
    clock_in(-5, at); /* a summary that was due before there was a site is nobody's */
    snprintf(policy, sizeof(policy), "{\"summaries\":{\"daily\":\"%s\"}}", at);
    begin(policy);
    rig_plugins_reload(&rig);
    clock_in(-1, at);
    snprintf(policy, sizeof(policy), "{\"summaries\":{\"daily\":\"%s\"}}", at);
    rig_crier_policy(&rig, policy);
    rig_plugins_reload(&rig);
    rig_crier_wait(&rig, &crier, "summary", "ok", 2);
    rig_kill(&rig);
    rig_start(&rig);
    rig_crier_break(&rig, "cam-01"); /* what comes behind it shows that no other has come */
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    for (size_t i = 0; i < 2; i++) {
        const json_t *doc = json_object_get(json_array_get(lines, i), "doc");
        cr_expect(strstr(json_string_value(json_object_get(doc, "title")), "camera") != NULL);
    }
    json_decref(lines);
    cr_expect_eq(rig_crier_count(&crier, "summary", ""), 2, "one a site");
    rig_close(&rig);
}

/* A camera of the north got another firmware two minutes ago. */
static void change_firmware(void)
{
    char path[200];
    sqlite3 *db = NULL;
    snprintf(path, sizeof(path), "%s/core.db", rig.folder);
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    cr_assert_eq(
        sqlite3_exec(db,
                     "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity,"
                     " score, ts_event, dedup_key, metadata_json, node_id, epoch) VALUES("
                     "'put', 'north', 'cam-02', 'camera.firmware', 'normal', 1,"
                     " (unixepoch() - 120) * 1000000, 'put',"
                     " '{\"what\":\"firmware\",\"old\":\"1.0\",\"new\":\"1.1\"}', 'rig', 1)",
                     NULL, NULL, NULL),
        SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

Test(rules, the_inventory_of_the_night_says_what_there_is_and_what_has_changed)
{
    char at[6];
    char policy[160];
    clock_in(-5, at);
    snprintf(policy, sizeof(policy), "{\"summaries\":{\"daily\":\"\",\"inventory\":\"%s\"}}", at);
    begin(policy);
    rig_plugins_reload(&rig);
    change_firmware();
    clock_in(-1, at);
    snprintf(policy, sizeof(policy), "{\"summaries\":{\"daily\":\"\",\"inventory\":\"%s\"}}", at);
    rig_crier_policy(&rig, policy);
    rig_plugins_reload(&rig);
    rig_crier_wait(&rig, &crier, "summary", "ok", 2);
    json_t *lines = rig_crier_lines(&crier);
    char *text = json_dumps(lines, JSON_COMPACT);
    cr_expect(strstr(text, "inventory: 4 cameras, 0 recorders; changed: 1") != NULL, "%s", text);
    cr_expect(strstr(text, "inventory: 1 camera, 0 recorders; changed: 0") != NULL, "%s", text);
    cr_expect(strstr(text, "firmware: 1.1 instead of 1.0") != NULL, "%s", text);
    free(text);
    json_decref(lines);
    rig_close(&rig);
}
