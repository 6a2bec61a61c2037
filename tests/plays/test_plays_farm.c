/* SPDX-License-Identifier: MIT */
/*
 * Each row of each plugins/vendors/NAME/play.json in the mock host: the device is the farm's own, asked within this
 * process, the time is nobody's, and the verdict is the core's. One look as written, then looks until the verdict is.
 * With VMM_PLAY=NAME in the environment that make alone.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <farm/digest.h>
#include <farm/fault.h>
#include <farm/report.h>
#include <farm/scenario.h>
#include <farm/schedule.h>

#include "base/text.h"
#include "health/words.h"

#include "bridge.h"
#include "expect.h"
#include "judge.h"
#include "script.h"

#define WALL        INT64_C(1795168800000000) /* 2026-11-20 10:00:00 UTC */
#define PORT_FIRST  10000u
#define LOOKS_MAX   30 /* until the verdict, at most */
#define LOOKS_AFTER 2  /* that do not change it */
#define LOOK_MS     8000
#define WATCH_MS    4000

static struct script_file files[SCRIPT_FILES_MAX];

/* One make, with a device a row. */
struct stage {
    const char *file;
    json_t *script;
    struct farm farm;
    const struct vmm_descriptor *plugin;
    struct bridge bridge; /* of the row */
};

/* ---- The stage ---- */

static const struct vmm_descriptor *load(const char *name)
{
    char path[512];
    const struct vmm_descriptor *(*entry)(void) = NULL;
    snprintf(path, sizeof(path), "%s/%s.so", VMM_PLUGINS, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    void *symbol = dlsym(library, VMM_PLUGIN_ENTRY);
    cr_assert_not_null(symbol, "%s", name);
    memcpy(&entry, &symbol, sizeof(entry));
    return entry();
}

/* No socket is bound: a port is a number of ours. */
static void give_ports(struct farm *farm)
{
    for (size_t i = 0; i < farm->device_count; i++) {
        struct device *device = &farm->devices[i];
        for (size_t k = 0; k < device->service_count; k++) {
            device->services[k].port = (uint16_t)(PORT_FIRST + device->services[k].port_slot);
        }
    }
}

static void stage_open(struct stage *stage, const char *file)
{
    json_error_t error;
    struct problem problem = {0};
    const struct scenario_options options = {.path = file};
    stage->file = file;
    stage->script = script_load(file, &error);
    cr_assert_not_null(stage->script, "%s:%d: %s", file, error.line, error.text);
    stage->plugin = load(script_text(stage->script, "provider", "?"));
    json_t *scenario = script_scenario(script_rows(stage->script));
    cr_assert_eq(digest_init(), 0);
    cr_assert_eq(farm_init(&stage->farm), 0);
    bool good = scenario_build(&stage->farm, &options, scenario, &problem);
    cr_assert(good, "%s: %s", file, problem.text);
    json_decref(scenario);
    give_ports(&stage->farm);
    loop_set_time(&stage->farm.loop, 1, WALL);
    schedule_start(&stage->farm);
}

static void stage_close(struct stage *stage)
{
    farm_finish(&stage->farm);
    digest_finish();
    json_decref(stage->script);
}

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

static uint64_t count_of(const struct device *device, const char *name)
{
    uint64_t value = 0;
    cr_assert(report_count(device, name, &value), "the farm counts no %s", name);
    return value;
}

static void expect_counts(const struct device *device, const json_t *counts)
{
    const char *name;
    json_t *count;
    json_object_foreach((json_t *)counts, name, count)
    {
        uint64_t is = count_of(device, name);
        cr_expect_eq(is, (uint64_t)json_integer_value(count), "%s: the farm counted %llu %s",
                     device->id, (unsigned long long)is, name);
    }
}

/* What is never done to a device: a refused login that is made again, but for one that was put off for load and is tried
 * once more. */
static void expect_gentle(const struct device *device, const json_t *row)
{
    bool is_load = strncmp(script_text(row, "look", "ok"), "limit", 5) == 0;
    uint64_t bad = count_of(device, "logins_bad");
    cr_expect_eq(count_of(device, "writes"), 0, "%s: writes", device->id);
    cr_expect_leq(bad, is_load ? 2 : 1, "%s: %llu bad logins", device->id, (unsigned long long)bad);
    cr_expect_leq(count_of(device, "connections_max"), 1, "%s: connections", device->id);
}

static uint32_t auth_of(const json_t *camera)
{
    const char *word = script_text(camera, "auth", "digest");
    return strcmp(word, "basic") == 0  ? AUTH_BASIC
           : strcmp(word, "none") == 0 ? AUTH_NONE
                                       : AUTH_DIGEST;
}

/* Options are for the make that is set: who only hands over takes none. */
static char *options_of(const struct stage *stage, const json_t *row)
{
    const json_t *options = json_object_get(json_object_get(row, "camera"), "options");
    bool takes = (stage->plugin->traits & VMM_TRAIT_HANDS_OVER) == 0 && options != NULL;
    return takes ? json_dumps(options, 0) : strdup("{}");
}

static void play_look(struct stage *stage, const json_t *row, const char *options)
{
    struct bridge_result result;
    const struct device *device = stage->bridge.device;
    const char *id = script_text(row, "id", "?");
    struct bridge_order order = {.scope = VMM_SCOPE_FULL,
                                 .deadline_ms = LOOK_MS,
                                 .auth = auth_of(json_object_get(row, "camera")),
                                 .options = options,
                                 .may_login = true};
    bridge_look(&stage->bridge, &order, &result);
    expect_outcome(id, script_text(row, "look", "ok"), outcome_word(result.outcome),
                   reason_word(result.reason), result.detail);
    json_t *facts = facts_of(&result);
    expect_facts(id, json_object_get(row, "facts"), facts);
    json_decref(facts);
    expect_counts(device, json_object_get(row, "farm"));
    cr_expect_eq(count_of(device, "writes"), 0, "%s: writes", id);
}

/* ---- The verdict ---- */

static void play_due(struct stage *stage, struct judge *judge, struct bridge_order *order)
{
    struct bridge_result result;
    judge_order(judge, &stage->bridge, order);
    bridge_look(&stage->bridge, order, &result);
    judge_take(judge, &stage->bridge, order, &result);
    bridge_wait(&stage->bridge, judge_pause_us(judge));
}

/* Looks until the verdict is this, and some more that leave it. */
static void await_verdict(struct stage *stage, struct judge *judge, struct bridge_order *order,
                          const char *wanted, const char *when)
{
    const char *id = stage->bridge.device->id;
    for (int i = 0; i < LOOKS_MAX && strcmp(judge_verdict(judge), wanted) != 0; i++) {
        play_due(stage, judge, order);
    }
    cr_expect_str_eq(judge_verdict(judge), wanted, "%s: the verdict is %s, wanted is %s %s", id,
                     judge_verdict(judge), wanted, when);
    for (int i = 0; i < LOOKS_AFTER; i++) {
        play_due(stage, judge, order);
        cr_expect_str_eq(judge_verdict(judge), wanted, "%s: %s does not stay, it is %s", id, wanted,
                         judge_verdict(judge));
    }
}

static void set_fault(struct stage *stage, const json_t *row)
{
    struct fault fault;
    struct problem problem = {0};
    const char *text = script_text(row, "fault", "");
    cr_assert(fault_read(text, &fault, &problem), "%s", problem.text);
    fault_set(&stage->farm, stage->bridge.device, &fault, 0);
}

static void clear_fault(struct stage *stage)
{
    fault_clear_all(&stage->farm, stage->bridge.device);
}

static void play_verdict(struct stage *stage, const json_t *row, const char *options)
{
    struct judge judge;
    const json_t *camera = json_object_get(row, "camera");
    const char *verdict = script_text(row, "verdict", NULL);
    const char *before = script_text(row, "before", "OK none");
    struct bridge_order order = {
        .deadline_ms = WATCH_MS, .auth = auth_of(camera), .options = options};
    judge_init(&judge, stage->plugin->name, camera);
    if (!script_has_fault(row)) {
        await_verdict(stage, &judge, &order, verdict, "");
    } else {
        await_verdict(stage, &judge, &order, before, "without the fault");
        set_fault(stage, row);
        await_verdict(stage, &judge, &order, verdict, "by the fault");
        clear_fault(stage);
        await_verdict(stage, &judge, &order, before, "after the fault");
    }
    judge_finish(&judge);
}

static void play_row(struct stage *stage, const json_t *row, struct device *device)
{
    char *options = options_of(stage, row);
    bridge_open(&stage->bridge, &stage->farm, device, stage->plugin, WALL);
    if (script_has_fault(row)) {
        set_fault(stage, row);
    }
    play_look(stage, row, options);
    if (script_has_fault(row)) {
        clear_fault(stage);
    }
    device_reset_counts(device);
    bridge_forget(&stage->bridge);
    if (script_text(row, "verdict", NULL) != NULL) {
        play_verdict(stage, row, options);
        expect_gentle(device, row);
    }
    cr_expect_str_empty(bridge_close(&stage->bridge), "%s: %s", device->id,
                        vmm_mock_complaints(stage->bridge.mock));
    bridge_finish(&stage->bridge);
    free(options);
}

ParameterizedTestParameters(plays_farm, each_row_is_as_written)
{
    return cr_make_param_array(struct script_file, files,
                               script_find(VMM_VENDORS, getenv("VMM_PLAY"), files));
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
