/* SPDX-License-Identifier: MIT */
/* People are told: by a real vmmd, through a sink that refuses, hangs and is killed. */
#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/rng.h"
#include "procs.h"
#include "rig_crier.h"

#define USERS "\"users\":[{\"name\":\"admin\",\"password\":\"secret\",\"level\":\"admin\"}]"

static const char fleet[] =
    "{\"ports\":{\"http\":0}," USERS ",\"groups\":["
    "{\"prefix\":\"cam-\",\"count\":6,\"first\":1,\"digits\":2,\"site\":\"north\","
    "\"base_address\":\"127.41.0.1\",\"personality\":\"vivotek-camera\","
    "\"clock\":{\"zone_min\":480}},"
    "{\"prefix\":\"bad-\",\"count\":1,\"first\":1,\"digits\":2,\"site\":\"south\","
    "\"base_address\":\"127.41.1.1\",\"personality\":\"http-digest\",\"override\":{\"answers\":"
    "{\"root\":{\"path\":\"/\",\"body\":\"model=P-1\"}}}}]}";

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(line, "doc"), key));
    return text != NULL ? text : "";
}

static void begin(struct rig *rig, struct crier *crier, const char *policy)
{
    char config[1536];
    rig_crier_open(rig, crier, fleet, policy);
    rig_told_begin(rig, rig_crier_config(crier, config));
}

static void kill_and_wait(struct rig *rig)
{
    struct procs hosts;
    procs_children(rig->vmmd, &hosts);
    rig_kill(rig);
    procs_wait_ended(&hosts, "a vmm-host has outlived its vmmd");
}

/* An id has the same bytes in every attempt, and is not delivered twice but where vmmd died in between. */
static void check_ids(const json_t *lines, size_t kills)
{
    size_t again = 0;
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *a = json_array_get(lines, i);
        for (size_t k = i + 1; k < json_array_size(lines); k++) {
            const json_t *b = json_array_get(lines, k);
            if (strcmp(text_of(a, "id"), text_of(b, "id")) != 0) {
                continue;
            }
            cr_assert(json_equal(json_object_get(a, "doc"), json_object_get(b, "doc")));
            again += strcmp(json_string_value(json_object_get(a, "verdict")), "ok") == 0;
        }
    }
    cr_assert_leq(again, kills, "%zu deliveries were repeated", again);
}

/* Where a message of this kind and camera was delivered first; SIZE_MAX: nowhere. */
static size_t place_of(const json_t *lines, const char *kind, const char *camera)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (strcmp(text_of(line, "kind"), kind) == 0 &&
            strstr(text_of(line, "incident"), camera) != NULL &&
            strcmp(json_string_value(json_object_get(line, "verdict")), "ok") == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

Test(notify, a_camera_that_dies_is_one_message_and_one_recovery_in_its_thread)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{}");
    cr_assert_eq(rig_crier_count(&crier, "", ""), 0, "a fleet that is well is no news");
    rig_crier_break(&rig, "cam-03");
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    rig_wait_health(&rig, "cam-03", "DOWN unreachable");
    rig_crier_mend(&rig, "cam-03");
    rig_crier_wait(&rig, &crier, "recovery", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    cr_assert_eq(json_array_size(lines), 2);
    cr_assert_str_eq(text_of(json_array_get(lines, 0), "thread_key"),
                     text_of(json_array_get(lines, 1), "thread_key"));
    cr_assert_str_eq(text_of(json_array_get(lines, 0), "site"), "north");
    json_decref(lines);
    cr_assert_eq(rig_metric(&rig, "vmm_notification_sent_total{channel=\"crier\"}"), 2);
    rig_close(&rig);
}

Test(notify, the_heart_beats_while_looks_end)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{\"heartbeat\":{\"every\":\"1s\",\"channels\":[\"crier\"]}}");
    rig_crier_wait(&rig, &crier, "heartbeat", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    const char *title = text_of(json_array_get(lines, 0), "title");
    cr_assert_eq(strncmp(title, "vmm watches: ", 13), 0, "%s", title);
    cr_assert_neq(atoi(title + 13), 0, "looks have ended: %s", title);
    json_decref(lines);
    rig_close(&rig);
}

Test(notify, a_restart_tells_nothing_again)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{}");
    rig_crier_break(&rig, "cam-01");
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    for (int i = 0; i < 3; i++) {
        kill_and_wait(&rig);
        rig_start(&rig);
        rig_wait_plugin(&rig, "crier", "ready");
    }
    cr_assert_eq(rig_stop(&rig), 0);
    rig_start(&rig);
    rig_crier_mend(&rig, "cam-01");
    rig_crier_wait(&rig, &crier, "recovery", "ok", 1);
    cr_assert_eq(rig_crier_count(&crier, "", ""), 2);
    rig_close(&rig);
}

static json_t *rows_of(struct rig *rig, const char *verb, const char *key)
{
    json_t *answer = rig_json(rig, verb, NULL);
    json_t *rows = json_incref(json_object_get(answer, key));
    json_decref(answer);
    return rows;
}

/* Rows of the notification log with this status. */
static json_int_t logged(struct rig *rig, const char *status)
{
    json_int_t count = 0;
    json_t *noise = rows_of(rig, "noise", "noise");
    for (size_t i = 0; i < json_array_size(noise); i++) {
        const json_t *row = json_array_get(noise, i);
        if (strcmp(json_string_value(json_object_get(row, "status")), status) == 0) {
            count += json_integer_value(json_object_get(row, "count"));
        }
    }
    json_decref(noise);
    return count;
}

/* As many attempts as have reached the sink, or more: one may have been lost on the way. */
static bool each_is_logged(struct rig *rig, const void *lines)
{
    return logged(rig, "sent") + logged(rig, "failed") >= (json_int_t)json_array_size(lines);
}

Test(notify, a_destination_that_refuses_while_vmmd_is_killed_gets_everything_in_order)
{
    struct rig rig;
    struct crier crier;
    struct rng rng;
    size_t kills = rig_soak(4, 40, "kills of vmmd while a destination refuses");
    rng_init(&rng, 7);
    begin(&rig, &crier, "{}");
    rig_crier_mood(&crier, "retry 300");
    for (int i = 1; i <= 5; i++) {
        char camera[16];
        snprintf(camera, sizeof(camera), "cam-%02d", i);
        rig_crier_break(&rig, camera);
        rig_wait_health(&rig, camera, "DOWN unreachable");
    }
    rig_crier_wait(&rig, &crier, "alert", "retry", 1);
    for (size_t i = 0; i < kills; i++) {
        /* Not a wait for anything: the instant of the kill. */
        poll(NULL, 0, (int)(rng_next(&rng) % 900));
        kill_and_wait(&rig);
        rig_start(&rig);
    }
    rig_crier_mend(&rig, "cam-02");
    rig_wait_health(&rig, "cam-02", "OK none");
    rig_crier_mood(&crier, "ok");
    rig_crier_wait(&rig, &crier, "alert", "ok", 5);
    rig_crier_wait(&rig, &crier, "recovery", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    check_ids(lines, kills);
    cr_assert_eq(rig_crier_count(&crier, "", ""), 6, "five went down and one came back");
    cr_assert_lt(place_of(lines, "alert", "cam-02"), place_of(lines, "recovery", "cam-02"));
    rig_until(&rig, RIG_WAIT_MS, "a row for each attempt", each_is_logged, lines);
    json_decref(lines);
    rig_close(&rig);
}

static bool says(struct rig *rig, const char *camera, const char *words)
{
    struct buf said = {0};
    bool found = rig_ctl(rig, &said, NULL, "explain", camera, "--json", NULL) == 0 &&
                 strstr(buf_cstr(&said), words) != NULL;
    buf_finish(&said);
    return found;
}

static bool explains(struct rig *rig, const void *words)
{
    return says(rig, "cam-01", words);
}

static bool explains_new(struct rig *rig, const void *words)
{
    return says(rig, "cam-02", words);
}

Test(notify, what_a_sink_says_of_a_refusal_is_kept_without_its_secrets)
{
    struct rig rig;
    struct crier crier;
    struct buf said = {0};
    begin(&rig, &crier, "{}");
    rig_crier_mood(&crier, "retry 100");
    rig_crier_break(&rig, "cam-01");
    rig_crier_wait(&rig, &crier, "alert", "retry", 1);
    rig_until(&rig, RIG_WAIT_MS, "explain to tell of the refusal", explains, "429 from <url>");
    cr_assert_eq(rig_ctl(&rig, &said, NULL, "explain", "cam-01", "--json", NULL), 0);
    cr_assert_null(strstr(buf_cstr(&said), "SECRET"));
    cr_assert_eq(rig_log_count(&rig, "SECRET"), 0);
    buf_finish(&said);
    rig_close(&rig);
}

/* What a verb with one operand, or none, says to a person. */
static void expect_said(struct rig *rig, const char *verb, const char *operand, const char *says)
{
    struct buf said;
    buf_init(&said);
    cr_assert_eq(rig_ctl(rig, &said, NULL, verb, operand, NULL), 0);
    cr_expect(strstr(buf_cstr(&said), says) != NULL, "%s", buf_cstr(&said));
    buf_finish(&said);
}

Test(notify, a_policy_that_is_wrong_refuses_the_reload_and_a_good_one_is_taken_up)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{}");
    rig_crier_policy(&rig, "{\"channels\":[\"crier:ops\"],\"calendar\":\"office\"}");
    cr_assert_not_null(strstr(rig_plugins_reload_refused(&rig), "there is no calendar"));
    rig_crier_policy(&rig, "{\"channels\":[\"crier:ops\"]}");
    expect_said(&rig, "reload", NULL, "gateway.json");
    expect_said(&rig, "reload", NULL, "nothing has changed");
    rig_crier_break(&rig, "cam-04");
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    json_t *lines = rig_crier_lines(&crier);
    cr_assert_str_eq(json_string_value(json_object_get(json_array_get(lines, 0), "target")), "ops");
    json_decref(lines);
    rig_close(&rig);
}

static bool file_is_there(struct rig *rig, const void *path)
{
    struct stat st;
    (void)rig;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* ---- what people do ---- */

Test(notify, a_silence_survives_a_kill_and_its_end_tells_what_is_still_wrong)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "silence", "add", "--camera", "gate-*", "--reason", "x",
                         "--until", "1h", NULL),
                 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "silence", "add", "--camera", "cam-*", "--reason",
                         "works at the gate", "--until", "1h", "--owner", "ana", NULL),
                 0);
    kill_and_wait(&rig);
    rig_start(&rig);
    rig_wait_plugin(&rig, "crier", "ready");
    rig_crier_break(&rig, "cam-01");
    rig_wait_health(&rig, "cam-01", "DOWN unreachable");
    rig_until(&rig, RIG_WAIT_MS, "explain to name the rule", explains, "of ana: works at the gate");
    json_t *open = rows_of(&rig, "incidents", "incidents");
    cr_assert_eq(json_array_size(open), 1);
    cr_assert_not_null(strstr(
        json_string_value(json_object_get(json_array_get(open, 0), "held_by")), "silence s-"));
    json_decref(open);
    cr_assert_eq(rig_crier_count(&crier, "", ""), 0);
    json_t *silences = rows_of(&rig, "silence", "quiet");
    cr_assert_eq(json_array_size(silences), 2);
    for (size_t i = 0; i < 2; i++) {
        const char *id = json_string_value(json_object_get(json_array_get(silences, i), "id"));
        cr_assert_eq(rig_ctl(&rig, NULL, NULL, "silence", "end", id, NULL), 0);
    }
    json_decref(silences);
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    rig_close(&rig);
}

Test(notify, ack_and_wrong_requests)
{
    struct rig rig;
    struct crier crier;
    begin(&rig, &crier, "{}");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "ack", "cam-01", "--reason", "on it", NULL), 2,
                 "nothing is open");
    rig_crier_break(&rig, "cam-01");
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "ack", "cam-01", "--reason", "on it", NULL), 0);
    expect_said(&rig, "explain", "cam-01", "reminders and escalation kept back by ack a-");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "silence", "add", "--reason", "all", NULL), 2,
                 "what matches everything is no silence");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "add", "--site", "north", "--until",
                         "91d", "--reason", "x", NULL),
                 2, "90 days at most");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "maintenance", "end", "m-nothing", NULL), 1);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "accept", "cam-01", NULL), 1, "it is not new");
    rig_close(&rig);
}

Test(notify, new_devices_are_not_announced_until_they_are_accepted)
{
    struct rig rig;
    struct crier crier;
    char config[1536];
    rig_crier_open(&rig, &crier, fleet, "{\"commissioning\":\"1h\"}");
    rig_plugins_config(&rig, rig_crier_config(&crier, config));
    rig_start(&rig);
    rig_wait_plugin(&rig, "crier", "ready");
    rig_crier_break(&rig, "cam-02");
    rig_told_load(&rig);
    rig_wait_health(&rig, "cam-02", "DOWN unreachable");
    rig_until(&rig, RIG_WAIT_MS, "an incident", explains_new, "commissioning");
    kill_and_wait(&rig);
    rig_start(&rig);
    cr_assert_eq(rig_crier_count(&crier, "", ""), 0);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "accept", "cam-02", NULL), 0);
    rig_crier_wait(&rig, &crier, "alert", "ok", 1);
    rig_close(&rig);
}

Test(notify, a_message_from_outside_is_sent_once_for_its_key)
{
    struct rig rig;
    struct crier crier;
    struct buf first = {0};
    struct buf second = {0};
    begin(&rig, &crier, "{}");
    rig_crier_mood(&crier, "retry 100");
    cr_assert_eq(rig_ctl(&rig, &first, NULL, "notify", "The gate is open\nsince noon", "--site",
                         "north", "--dedup-key", "gate-1", "--json", NULL),
                 0);
    kill_and_wait(&rig);
    rig_start(&rig);
    rig_crier_mood(&crier, "ok");
    rig_crier_wait(&rig, &crier, "notice", "ok", 1);
    cr_assert_eq(rig_ctl(&rig, &second, NULL, "notify", "The gate is open\nsince noon", "--site",
                         "north", "--dedup-key", "gate-1", "--json", NULL),
                 0);
    cr_assert_str_eq(buf_cstr(&first), buf_cstr(&second), "the first answer");
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "notify", "test", "--test", NULL), 0);
    rig_crier_wait(&rig, &crier, "test", "ok", 1);
    cr_assert_eq(rig_crier_count(&crier, "notice", ""), 1);
    json_t *lines = rig_crier_lines(&crier);
    const json_t *line = json_array_get(lines, 0);
    cr_assert_str_eq(text_of(line, "title"), "The gate is open");
    cr_assert_str_eq(json_string_value(
                         json_array_get(json_object_get(json_object_get(line, "doc"), "lines"), 0)),
                     "since noon");
    json_decref(lines);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "notify", "x", "--site", "nowhere", NULL), 2);
    cr_assert_eq(rig_ctl(&rig, NULL, NULL, "notify", "x", "--channel", "pager", NULL), 2);
    json_t *noise = rows_of(&rig, "noise", "noise");
    cr_assert_geq(json_array_size(noise), 1);
    json_decref(noise);
    buf_finish(&first);
    buf_finish(&second);
    rig_close(&rig);
}

static bool has_tried(struct rig *rig, const void *times)
{
    return rig_metric(rig, "vmm_notification_failed_total{channel=\"jsonl\"}") >=
           *(const double *)times;
}

static bool is_logged_twice(struct rig *rig, const void *arg)
{
    (void)arg;
    return logged(rig, "failed") >= 2;
}

Test(notify, each_attempt_of_a_machine_destination_is_one_row_of_the_log_not_one_an_event)
{
    struct rig rig;
    char path[256];
    char config[512];
    double tries = 15;
    rig_told_open(&rig, fleet);
    snprintf(path, sizeof(path), "%s/events.jsonl", rig.folder);
    rig_told_begin(&rig, rig_told_sink(path, config));
    rig_until(&rig, RIG_WAIT_MS, "the file", file_is_there, path);
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    for (int i = 0; i < 8; i++) {
        rig_told_toggle(&rig, i);
    }
    rig_until(&rig, RIG_WAIT_MS, "attempts", has_tried, &tries);
    rig_until(&rig, RIG_WAIT_MS, "two attempts in the log", is_logged_twice, NULL);
    cr_assert_eq(rmdir(path), 0);
    rig_until(&rig, RIG_WAIT_MS, "the file again", file_is_there, path);
    cr_assert_lt(logged(&rig, "failed"),
                 rig_metric(&rig, "vmm_notification_failed_total{channel=\"jsonl\"}"));
    rig_close(&rig);
}
