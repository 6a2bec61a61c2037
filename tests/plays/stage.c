/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <farm/digest.h>
#include <farm/fault.h>
#include <farm/report.h>
#include <farm/scenario.h>
#include <farm/schedule.h>

#include "health/words.h"
#include "make.h"

#define WALL        INT64_C(1795168800000000) /* 2026-11-20 10:00:00 UTC */
#define PAUSE_US    UINT64_C(3600000000)      /* between two rows: what is locked is free again */
#define PORT_FIRST  10000u
#define LOOKS_MAX   400 /* until the verdict, at most: of logins half an hour apart some hours */
#define LOOKS_AFTER 2   /* that do not change it */

size_t stage_find(struct script_file files[SCRIPT_FILES_MAX])
{
    return script_find(VMM_VENDORS, getenv("VMM_PLAY"), files);
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

void stage_open(struct stage *stage, const char *file)
{
    json_error_t error;
    struct problem problem = {0};
    const struct scenario_options options = {.path = file};
    stage->file = file;
    stage->script = script_load(file, &error);
    cr_assert_not_null(stage->script, "%s:%d: %s", file, error.line, error.text);
    stage->plugin = make_load(script_text(stage->script, "provider", "?"));
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

void stage_close(struct stage *stage)
{
    farm_finish(&stage->farm);
    digest_finish();
    json_decref(stage->script);
}

/* ---- A row ---- */

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

void stage_begin(struct stage *stage, const json_t *row, struct device *device)
{
    stage->options = options_of(stage, row);
    stage->order = (struct bridge_order){.auth = auth_of(json_object_get(row, "camera")),
                                         .options = stage->options};
    struct loop *loop = &stage->farm.loop;
    loop_set_time(loop, loop->now_us + PAUSE_US, loop->wall_us + (int64_t)PAUSE_US);
    bridge_open(&stage->bridge, &stage->farm, device, stage->plugin);
}

void stage_end(struct stage *stage)
{
    const char *complaints = bridge_close(&stage->bridge);
    cr_expect_str_empty(complaints, "%s: %s", stage->bridge.device->id, complaints);
    bridge_finish(&stage->bridge);
    judge_finish(&stage->judge);
    free(stage->options);
    stage->options = NULL;
}

uint64_t stage_count(const struct stage *stage, const char *name)
{
    uint64_t value = 0;
    cr_assert(report_count(stage->bridge.device, name, &value), "the farm counts no %s", name);
    return value;
}

/* ---- The verdict ---- */

void stage_judge(struct stage *stage, const json_t *row)
{
    stage->seen = 0;
    judge_finish(&stage->judge);
    judge_init(&stage->judge, stage->plugin->name, json_object_get(row, "camera"));
}

static void play_due(struct stage *stage)
{
    struct bridge_result result;
    judge_order(&stage->judge, &stage->bridge, &stage->order);
    bridge_look(&stage->bridge, &stage->order, &result);
    judge_take(&stage->judge, &stage->bridge, &stage->order, &result);
    stage->seen |= HEALTH_BIT(stage->judge.state.reason);
    bridge_wait(&stage->bridge, judge_pause_us(&stage->judge));
}

void stage_await(struct stage *stage, const char *wanted, const char *when)
{
    const char *id = stage->bridge.device->id;
    const struct judge *judge = &stage->judge;
    for (int i = 0; i < LOOKS_MAX && strcmp(judge_verdict(judge), wanted) != 0; i++) {
        play_due(stage);
    }
    cr_expect_str_eq(judge_verdict(judge), wanted, "%s: the verdict is %s, wanted is %s %s", id,
                     judge_verdict(judge), wanted, when);
    for (int i = 0; i < LOOKS_AFTER; i++) {
        play_due(stage);
        cr_expect_str_eq(judge_verdict(judge), wanted, "%s: %s %s does not stay, it is %s", id,
                         wanted, when, judge_verdict(judge));
    }
}

const char *stage_look(struct stage *stage)
{
    play_due(stage);
    return judge_verdict(&stage->judge);
}

static bool holds(const struct stage *stage, const char *reason)
{
    for (uint32_t n = 0; n < VMM_REASON_COUNT; n++) {
        if (strcmp(reason_word(n), reason) == 0) {
            return (stage->judge.state.reasons & HEALTH_BIT(n)) != 0;
        }
    }
    return false;
}

void stage_await_reason(struct stage *stage, const char *wanted, const char *when)
{
    const char *id = stage->bridge.device->id;
    for (int i = 0; i < LOOKS_MAX && !holds(stage, wanted); i++) {
        play_due(stage);
    }
    for (int i = 0; i < LOOKS_AFTER; i++) {
        cr_expect(holds(stage, wanted), "%s: %s does not hold %s, the verdict is %s", id, wanted,
                  when, judge_verdict(&stage->judge));
        play_due(stage);
    }
}

void stage_fault(struct stage *stage, const char *text)
{
    struct fault fault;
    struct problem problem = {0};
    cr_assert(fault_read(text, &fault, &problem), "%s", problem.text);
    fault_set(&stage->farm, stage->bridge.device, &fault, 0);
}

void stage_clear(struct stage *stage)
{
    fault_clear_all(&stage->farm, stage->bridge.device);
}
