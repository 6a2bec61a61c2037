/* SPDX-License-Identifier: MIT */
#include "play.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "script.h"

#define FIELDS_MAX 8
#define FIELD_TEXT 2048 /* of an option */

static const json_t *rows_of(const struct play *play)
{
    return script_rows(play->script);
}

static const json_t *device_of(const struct play *play, size_t row)
{
    return json_array_get(json_object_get(play->rig.ready, "devices"), row);
}

/* ---- The farm ---- */

/* Leave out the rows that the mock host alone plays; all stay with VMM_PLAY_ALL in the environment. */
static void choose_rows(json_t *script)
{
    size_t i;
    json_t *row;
    json_t *chosen = json_array();
    bool all = getenv("VMM_PLAY_ALL") != NULL;
    json_array_foreach(script_rows(script), i, row)
    {
        if (all || script_in_processes(script_rows(script), row)) {
            json_array_append(chosen, row);
        }
    }
    json_object_set_new(script, "rows", chosen);
}

void play_open(struct play *play, const char *file)
{
    json_error_t error;
    play->file = file;
    play->script = script_load(file, &error);
    cr_assert_not_null(play->script, "%s:%d: %s", file, error.line, error.text);
    choose_rows(play->script);
    cr_assert_gt(json_array_size(rows_of(play)), 0, "%s has no rows", file);
    json_t *scenario = script_scenario(rows_of(play));
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

/* ---- One look ---- */

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
        expect_value(value, text, sizeof(text));
        cr_assert_lt(count, FIELDS_MAX);
        snprintf(words[count++], FIELD_TEXT, "options.%s=%s", name, text);
    }
}

static void look_at(struct play *play, const json_t *row, const json_t *device)
{
    char address[64];
    char words[FIELDS_MAX][FIELD_TEXT] = {{0}};
    const char *field[FIELDS_MAX + 1] = {NULL};
    const char *id = script_text(row, "id", "?");
    struct buf out;
    buf_init(&out);
    snprintf(address, sizeof(address), "%s:%lld", script_text(device, "address", "?"),
             (long long)json_integer_value(json_object_get(device, "port")));
    field_words(row, words);
    for (size_t i = 0; i < FIELDS_MAX && words[i][0] != '\0'; i++) {
        field[i] = words[i];
    }
    rig_ctl(&play->rig, &out, "secret\n", "probe", address, "--provider",
            script_text(play->script, "provider", "?"), "--user", "admin", "--password-stdin",
            "--json", "--deadline", "8", field[0], field[1], field[2], field[3], field[4], field[5],
            field[6], field[7], NULL);
    json_error_t error;
    json_t *told = json_loads(buf_cstr(&out), 0, &error);
    cr_assert_not_null(told, "%s: %s in: %s", id, error.text, buf_cstr(&out));
    cr_expect_null(strstr(buf_cstr(&out), "secret"), "%s: the password is told", id);
    const json_t *look = json_object_get(told, "look");
    expect_outcome(id, script_text(row, "look", "ok"), script_text(look, "outcome", "?"),
                   script_text(look, "reason", "none"), script_text(look, "detail", ""));
    expect_facts(id, json_object_get(row, "facts"), json_object_get(told, "facts"));
    expect_counts(play, id, script_text(device, "id", "?"), json_object_get(row, "farm"));
    json_decref(told);
    buf_finish(&out);
}

static void set_fault(struct play *play, const json_t *row, const json_t *device)
{
    json_decref(rig_farm(&play->rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}",
                         script_text(device, "id", "?"), script_text(row, "fault", "")));
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
        if (script_has_fault(row)) {
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
                  "lab", "provider", script_text(play->script, "provider", "?"), "host",
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
        const char *device = script_text(device_of(play, i), "id", "?");
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
        const char *verdict = script_text(row, "verdict", NULL);
        if (verdict != NULL) {
            rig_wait_health(&play->rig, script_text(device_of(play, i), "id", "?"),
                            script_has_fault(row) && !faults_act
                                ? script_text(row, "before", "OK none")
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
        if (script_has_fault(row)) {
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
        script_text(play->script, "flag", "?"));
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
