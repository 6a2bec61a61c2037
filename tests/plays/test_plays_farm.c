/* SPDX-License-Identifier: MIT */
/*
 * Each row of each plugins/vendors/NAME/play.json in the mock host: the device is the farm's own, asked within this
 * process, the time is nobody's, and the verdict is the core's. One look as written, then looks until the verdict is.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <string.h>

#include "base/text.h"
#include "health/words.h"

#include "expect.h"
#include "stage.h"

#define LOOK_MS  8000
#define WATCH_MS 4000

static struct script_file files[SCRIPT_FILES_MAX];

/* ---- One look ---- */

static json_t *value_of(const struct result_fact *fact)
{
    double real = 0;
    char text[TEXT_MAX + 1];
    switch (fact->type) {
    case VMM_TYPE_BOOL:
        return json_boolean(fact->value != 0);
    case VMM_TYPE_INT:
        return json_integer((json_int_t)fact->value);
    case VMM_TYPE_FLOAT:
        memcpy(&real, &fact->value, sizeof(real));
        return json_real(real);
    case VMM_TYPE_TEXT:
        text_clean(fact->text, strlen(fact->text), text);
        return json_string(text);
    default:
        return json_null();
    }
}

static json_t *facts_of(const struct bridge_result *result)
{
    static const char *const standings[] = {[VMM_STANDING_NOT_JUDGED] = "not_judged",
                                            [VMM_STANDING_OK] = "ok",
                                            [VMM_STANDING_FAULT] = "fault"};
    json_t *list = json_array();
    for (size_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *fact = &result->facts[i];
        json_t *told =
            json_pack("{s:s, s:i, s:s, s:o}", "fact", fact_word(fact->fact), "index", fact->index,
                      "standing", standings[fact->standing], "value", value_of(fact));
        if (fact->standing == VMM_STANDING_FAULT) {
            json_object_set_new(told, "reason", json_string(reason_word(fact->reason)));
        }
        json_array_append_new(list, told);
    }
    return list;
}

static void expect_counts(const struct stage *stage, const json_t *counts)
{
    const char *name;
    json_t *count;
    json_object_foreach((json_t *)counts, name, count)
    {
        uint64_t is = stage_count(stage, name);
        cr_expect_eq(is, (uint64_t)json_integer_value(count), "%s: the farm counted %llu %s",
                     stage->bridge.device->id, (unsigned long long)is, name);
    }
    cr_expect_eq(stage_count(stage, "writes"), 0, "%s: writes", stage->bridge.device->id);
}

static void play_look(struct stage *stage, const json_t *row)
{
    struct bridge_result result;
    const char *id = script_text(row, "id", "?");
    stage->order.scope = VMM_SCOPE_FULL;
    stage->order.deadline_ms = LOOK_MS;
    stage->order.may_login = true;
    bridge_look(&stage->bridge, &stage->order, &result);
    expect_outcome(id, script_text(row, "look", "ok"), outcome_word(result.outcome),
                   reason_word(result.reason), result.detail);
    json_t *facts = facts_of(&result);
    expect_facts(id, json_object_get(row, "facts"), facts);
    json_decref(facts);
    expect_counts(stage, json_object_get(row, "farm"));
}

/* ---- The verdict ---- */

/* What is never done to a device: a refused login that is made again, but for one that was put off for load and is tried
 * once more. */
static void expect_gentle(const struct stage *stage, const json_t *row)
{
    const char *id = stage->bridge.device->id;
    bool is_load = strncmp(script_text(row, "look", "ok"), "limit", 5) == 0;
    uint64_t bad = stage_count(stage, "logins_bad");
    cr_expect_eq(stage_count(stage, "writes"), 0, "%s: writes", id);
    cr_expect_leq(bad, is_load ? 2 : 1, "%s: %llu bad logins", id, (unsigned long long)bad);
    cr_expect_leq(stage_count(stage, "connections_max"), 1, "%s: connections", id);
}

static void play_verdict(struct stage *stage, const json_t *row)
{
    const char *verdict = script_text(row, "verdict", NULL);
    const char *before = script_text(row, "before", "OK none");
    stage->order.deadline_ms = WATCH_MS;
    stage_judge(stage, row);
    if (!script_has_fault(row)) {
        stage_await(stage, verdict, "");
    } else {
        stage_await(stage, before, "without the fault");
        stage_fault(stage, script_text(row, "fault", ""));
        stage_await(stage, verdict, "by the fault");
        stage_clear(stage);
        stage_await(stage, before, "after the fault");
    }
    expect_gentle(stage, row);
}

static void play_row(struct stage *stage, const json_t *row, struct device *device)
{
    stage_begin(stage, row, device);
    if (script_has_fault(row)) {
        stage_fault(stage, script_text(row, "fault", ""));
    }
    play_look(stage, row);
    if (script_has_fault(row)) {
        stage_clear(stage);
    }
    device_reset_counts(device);
    bridge_forget(&stage->bridge);
    if (script_text(row, "verdict", NULL) != NULL) {
        play_verdict(stage, row);
    }
    stage_end(stage);
}

ParameterizedTestParameters(plays_farm, each_row_is_as_written)
{
    return cr_make_param_array(struct script_file, files, stage_find(files));
}

ParameterizedTest(struct script_file *file, plays_farm, each_row_is_as_written)
{
    static struct stage stage;
    size_t i;
    json_t *row;
    stage_open(&stage, file->path);
    json_array_foreach(script_rows(stage.script), i, row)
    {
        play_row(&stage, row, &stage.farm.devices[i]);
    }
    stage_close(&stage);
}
