/* SPDX-License-Identifier: MIT */
#include "play.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 8
#define NEAR       5000
#define FACT_TEXT  512
#define FIELD_TEXT 2048 /* of an option */

static const char *text_of(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : fallback;
}

static const json_t *rows_of(const struct play *play)
{
    return json_object_get(play->script, "rows");
}

static const json_t *device_of(const struct play *play, size_t row)
{
    return json_array_get(json_object_get(play->rig.ready, "devices"), row);
}

/* ---- The farm ---- */

static json_t *group_of(const json_t *row, size_t place)
{
    char address[32];
    snprintf(address, sizeof(address), "127.41.%zu.1", place);
    json_t *group =
        json_pack("{s:s, s:s, s:s, s:s}", "prefix", text_of(row, "id", "?"), "site", "lab",
                  "base_address", address, "personality", text_of(row, "personality", "?"));
    json_object_update(group, json_object_get(row, "group"));
    return group;
}

void play_open(struct play *play, const char *file)
{
    json_error_t error;
    size_t i;
    json_t *row;
    play->file = file;
    play->script = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(play->script, "%s:%d: %s", file, error.line, error.text);
    json_t *groups = json_array();
    json_array_foreach(rows_of(play), i, row)
    {
        json_array_append_new(groups, group_of(row, i));
    }
    cr_assert_gt(json_array_size(groups), 0, "%s has no rows", file);
    json_t *scenario = json_pack("{s:{s:i, s:i, s:i}, s:[{s:s, s:s, s:s}], s:o}", "ports", "http",
                                 0, "rtsp", 0, "dvrip", 0, "users", "name", "admin", "password",
                                 "secret", "level", "admin", "groups", groups);
    char *text = json_dumps(scenario, 0);
    rig_open(&play->rig, text);
    free(text);
    json_decref(scenario);
}

void play_close(struct play *play)
{
    rig_close(&play->rig);
    json_decref(play->script);
}

/* ---- Facts ---- */

static void write_value(const json_t *value, char *out, size_t size)
{
    if (json_is_string(value)) {
        snprintf(out, size, "%s", json_string_value(value));
    } else {
        char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        snprintf(out, size, "%s", json_is_null(value) ? "" : text);
        free(text);
    }
}

static void write_fact(const json_t *fact, char out[FACT_TEXT])
{
    char value[FACT_TEXT / 2];
    char place[32] = "";
    const char *standing = text_of(fact, "standing", "?");
    json_int_t index = json_integer_value(json_object_get(fact, "index"));
    write_value(json_object_get(fact, "value"), value, sizeof(value));
    if (index > 0) {
        snprintf(place, sizeof(place), ".%lld", (long long)index);
    }
    int used = snprintf(out, FACT_TEXT, "%s%s=%s", text_of(fact, "fact", "?"), place, value);
    if (strcmp(standing, "ok") != 0) {
        const char *reason = text_of(fact, "reason", NULL);
        snprintf(out + used, FACT_TEXT - (size_t)used, " (%s%s%s)",
                 reason != NULL ? "fault" : "not judged", reason != NULL ? " " : "",
                 reason != NULL ? reason : "");
    }
}

/* Whether this fact is the one that is written so. */
static bool is_fact(const char *fact, const char *wanted)
{
    size_t length = strlen(wanted);
    const char *near = strchr(wanted, '~');
    if (near != NULL) {
        size_t name = (size_t)(near - wanted);
        long long is = strncmp(fact, wanted, name) == 0 && fact[name] == '='
                           ? atoll(fact + name + 1)
                           : INT64_MIN;
        return is != INT64_MIN && llabs(is - atoll(near + 1)) <= NEAR;
    }
    return wanted[length - 1] == '*' ? strncmp(fact, wanted, length - 1) == 0
                                     : strcmp(fact, wanted) == 0;
}

static bool has_fact(const json_t *facts, const char *wanted)
{
    size_t i;
    json_t *fact;
    json_array_foreach(facts, i, fact)
    {
        char text[FACT_TEXT];
        write_fact(fact, text);
        if (is_fact(text, wanted)) {
            return true;
        }
    }
    return false;
}

static void list_facts(const json_t *facts, struct buf *out)
{
    size_t i;
    json_t *fact;
    json_array_foreach(facts, i, fact)
    {
        char text[FACT_TEXT];
        write_fact(fact, text);
        buf_printf(out, "  %s\n", text);
    }
}

static void expect_facts(const char *id, const json_t *wanted, const json_t *facts)
{
    size_t i;
    json_t *each;
    struct buf all;
    buf_init(&all);
    list_facts(facts, &all);
    json_array_foreach(wanted, i, each)
    {
        const char *text = json_string_value(each);
        bool absent = text[0] == '!';
        cr_expect_neq(has_fact(facts, text + (absent ? 1 : 0)), absent, "%s: %s%s\n%s", id, text,
                      absent ? " is there" : " is missing", buf_cstr(&all));
    }
    buf_finish(&all);
}

/* ---- One look ---- */

static void expect_outcome(const char *id, const char *wanted, const json_t *look)
{
    char is[128];
    const char *outcome = text_of(look, "outcome", "?");
    const char *reason = text_of(look, "reason", "none");
    snprintf(is, sizeof(is), "%s %s", outcome, reason);
    bool same =
        strchr(wanted, ' ') != NULL ? strcmp(is, wanted) == 0 : strcmp(outcome, wanted) == 0;
    cr_expect(same, "%s: the look is %s, wanted is %s: %s", id, is, wanted,
              text_of(look, "detail", ""));
}

static void expect_counts(struct play *play, const char *id, const char *device,
                          const json_t *counts)
{
    const char *name;
    json_t *count;
    json_object_foreach((json_t *)counts, name, count)
    {
        json_int_t is = rig_count(&play->rig, device, name);
        cr_expect_eq(is, json_integer_value(count), "%s: the farm counted %lld %s", id,
                     (long long)is, name);
    }
    cr_expect_eq(rig_count(&play->rig, device, "writes"), 0, "%s: something was written", id);
}

/* The fields of the row's camera as words of the command line. */
static void field_words(const json_t *row, char words[FIELDS_MAX][FIELD_TEXT])
{
    const char *name;
    json_t *value;
    size_t count = 0;
    json_t *camera = json_object_get(row, "camera");
    json_object_foreach(camera, name, value)
    {
        if (json_is_string(value)) {
            cr_assert_lt(count, FIELDS_MAX);
            snprintf(words[count++], FIELD_TEXT, "%s=%s", name, json_string_value(value));
        }
    }
    json_object_foreach(json_object_get(camera, "options"), name, value)
    {
        char text[FIELD_TEXT - 64];
        write_value(value, text, sizeof(text));
        cr_assert_lt(count, FIELDS_MAX);
        snprintf(words[count++], FIELD_TEXT, "options.%s=%s", name, text);
    }
}

static void look_at(struct play *play, const json_t *row, const json_t *device)
{
    char address[64];
    char words[FIELDS_MAX][FIELD_TEXT] = {{0}};
    const char *field[FIELDS_MAX + 1] = {NULL};
    const char *id = text_of(row, "id", "?");
    struct buf out;
    buf_init(&out);
    snprintf(address, sizeof(address), "%s:%lld", text_of(device, "address", "?"),
             (long long)json_integer_value(json_object_get(device, "port")));
    field_words(row, words);
    for (size_t i = 0; i < FIELDS_MAX && words[i][0] != '\0'; i++) {
        field[i] = words[i];
    }
    rig_ctl(&play->rig, &out, "secret\n", "probe", address, "--provider",
            text_of(play->script, "provider", "?"), "--user", "admin", "--password-stdin", "--json",
            "--deadline", "8", field[0], field[1], field[2], field[3], field[4], field[5], field[6],
            field[7], NULL);
    json_error_t error;
    json_t *told = json_loads(buf_cstr(&out), 0, &error);
    cr_assert_not_null(told, "%s: %s in: %s", id, error.text, buf_cstr(&out));
    cr_expect_null(strstr(buf_cstr(&out), "secret"), "%s: the password is told", id);
    expect_outcome(id, text_of(row, "look", "ok"), json_object_get(told, "look"));
    expect_facts(id, json_object_get(row, "facts"), json_object_get(told, "facts"));
    expect_counts(play, id, text_of(device, "id", "?"), json_object_get(row, "farm"));
    json_decref(told);
    buf_finish(&out);
}

static bool has_fault(const json_t *row)
{
    return json_object_get(row, "fault") != NULL;
}

static void set_fault(struct play *play, const json_t *row, const json_t *device)
{
    json_decref(rig_farm(&play->rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}",
                         text_of(device, "id", "?"), text_of(row, "fault", "")));
}

static void clear_faults(struct play *play)
{
    json_decref(rig_farm(&play->rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
}

void play_looks(struct play *play)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows_of(play), i, row)
    {
        if (has_fault(row)) {
            set_fault(play, row, device_of(play, i));
        }
        look_at(play, row, device_of(play, i));
    }
    clear_faults(play);
}

/* ---- Verdicts ---- */

static json_t *camera_of(const struct play *play, const json_t *row, const json_t *device)
{
    json_t *camera =
        json_pack("{s:O, s:s, s:s, s:O, s:O, s:s}", "id", json_object_get(device, "id"), "site",
                  "lab", "provider", text_of(play->script, "provider", "?"), "host",
                  json_object_get(device, "address"), "port", json_object_get(device, "port"),
                  "credential", "farm");
    json_object_update(camera, json_object_get(row, "camera"));
    return camera;
}

static void load_fleet(struct play *play)
{
    char path[256];
    size_t i;
    json_t *row;
    struct buf out;
    json_t *cameras = json_array();
    json_array_foreach(rows_of(play), i, row)
    {
        if (json_object_get(row, "verdict") != NULL) {
            json_array_append_new(cameras, camera_of(play, row, device_of(play, i)));
        }
    }
    json_t *fleet =
        json_pack("{s:[{s:s, s:s}], s:o}", "sites", "id", "lab", "name", "lab", "cameras", cameras);
    snprintf(path, sizeof(path), "%s/fleet.json", play->rig.folder);
    cr_assert_eq(json_dump_file(fleet, path, 0), 0);
    json_decref(fleet);
    rig_ctl(&play->rig, NULL, "secret\n", "credential", "add", "farm", "--user", "admin",
            "--password-stdin", NULL);
    buf_init(&out);
    int status = rig_ctl(&play->rig, &out, NULL, "fleet", "load", path, NULL);
    cr_assert_eq(status, 0, "%s: %s", play->file, buf_cstr(&out));
    buf_finish(&out);
}

static void expect_gentle(struct play *play)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows_of(play), i, row)
    {
        const char *device = text_of(device_of(play, i), "id", "?");
        cr_expect_eq(rig_count(&play->rig, device, "writes"), 0, "%s: writes", device);
        cr_expect_leq(rig_count(&play->rig, device, "logins_bad"), 1, "%s: bad logins", device);
        cr_expect_leq(rig_count(&play->rig, device, "connections_max"), 1, "%s: connections",
                      device);
    }
}

/* Wait for what each row says; those with a fault are OK where it does not act. */
static void wait_verdicts(struct play *play, bool faults_act)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows_of(play), i, row)
    {
        const char *verdict = text_of(row, "verdict", NULL);
        if (verdict != NULL) {
            rig_wait_health(&play->rig, text_of(device_of(play, i), "id", "?"),
                            has_fault(row) && !faults_act ? text_of(row, "before", "OK none")
                                                          : verdict);
        }
    }
}

static void set_faults(struct play *play)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows_of(play), i, row)
    {
        if (has_fault(row)) {
            set_fault(play, row, device_of(play, i));
        }
    }
}

void play_verdicts(struct play *play)
{
    char config[512];
    snprintf(
        config, sizeof(config),
        "{\"flags\":{\"%s\":true},\"watch\":{\"deadline\":\"4s\",\"confirm_deadline\":\"4s\"}}",
        text_of(play->script, "flag", "?"));
    json_decref(rig_farm(&play->rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    rig_config(&play->rig, config);
    rig_start(&play->rig);
    load_fleet(play);
    wait_verdicts(play, false);
    set_faults(play);
    wait_verdicts(play, true);
    clear_faults(play);
    wait_verdicts(play, false);
    expect_gentle(play);
}
