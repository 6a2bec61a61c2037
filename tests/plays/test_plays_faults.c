/* SPDX-License-Identifier: MIT */
/*
 * Each personality that a make's play.json has in order, under each fault that no make is spared, in the mock host and on
 * a virtual clock: the verdict that the fault leads to, that it stays, and that all is well again afterwards.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

#include "stage.h"

#define WATCH_MS 30000

static struct script_file files[SCRIPT_FILES_MAX];

/* A fault of the farm, and the verdict beside it. */
static const struct trouble {
    const char *fault;
    const char *verdict;
} troubles[] = {
    {"down", "DOWN unreachable"},          {"unreachable", "DOWN timeout"},
    {"blackhole", "DOWN timeout"},         {"close", "DOWN unreachable"},
    {"limit:0", "DOWN unreachable"},       {"truncate:head", "DOWN unreachable"},
    {"garbage", "DEGRADED bad_reply"},     {"busy:503", "DEGRADED busy"},
    {"slow:6000", "DEGRADED slow"},        {"http_error:500", "DEGRADED error_status"},
    {"reboot:180,60", "DOWN unreachable"}, {"wrong_password", "DEGRADED auth"},
};

/* Where it is another one. */
static const struct exception {
    const char *make;
    const char *row; /* NULL: each of the make */
    const char *fault;
    const char *verdict; /* NULL: there is no such thing there */
} exceptions[] = {
    {"rtsp", NULL, "truncate:head", "DEGRADED bad_reply"},   /* half a header is a broken message */
    {"xm", NULL, "busy:503", NULL},                          /* DVRIP has no word for it, … */
    {"xm", NULL, "http_error:500", NULL},                    /* … and no status of HTTP */
    {"generic", "login-asked", "wrong_password", "OK none"}, /* that it asks is what is wanted */
    {"onvif", "open", "wrong_password", "OK none"},          /* it asks for no login */
    {"rtsp", "open", "wrong_password", "OK none"},
    {"generic", "headers", "limit:0", "DEGRADED busy"}, /* it answers what is above its limit */
    {"geovision", "camera-old", "wrong_password",
     "DEGRADED bad_reply"}, /* a page that says nothing */
    {"uniview", "session-once", "slow:6000",
     "DOWN timeout"}, /* its many requests are too slow together */
};

/* NULL: it is not played. */
static const char *verdict_of(const struct stage *stage, const json_t *row,
                              const struct trouble *trouble)
{
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const struct exception *other = &exceptions[i];
        if (strcmp(other->make, stage->plugin->name) == 0 &&
            strcmp(other->fault, trouble->fault) == 0 &&
            (other->row == NULL || strcmp(other->row, script_text(row, "id", "")) == 0)) {
            return other->verdict;
        }
    }
    return trouble->verdict;
}

/* A device that boots is down, then refuses every login for a while; nobody says that the password is wrong. */
static bool passes_by_itself(const struct trouble *trouble)
{
    return strncmp(trouble->fault, "reboot", 6) == 0;
}

static void play_fault(struct stage *stage, const json_t *row, struct device *device,
                       const struct trouble *trouble)
{
    char when[64];
    const char *verdict = verdict_of(stage, row, trouble);
    if (verdict == NULL) {
        return;
    }
    stage_begin(stage, row, device);
    stage->order.deadline_ms = WATCH_MS;
    stage_judge(stage, row);
    stage_await(stage, "OK none", "before any fault");
    snprintf(when, sizeof(when), "by %s", trouble->fault);
    stage_fault(stage, trouble->fault);
    stage_await(stage, verdict, when);
    snprintf(when, sizeof(when), "after %s", trouble->fault);
    if (!passes_by_itself(trouble)) {
        stage_clear(stage);
    }
    stage_await(stage, "OK none", when);
    if (passes_by_itself(trouble)) {
        cr_expect_eq(stage->seen & HEALTH_BIT(VMM_REASON_AUTH), 0, "%s: refused while it starts",
                     device->id);
    }
    cr_expect_eq(stage_count(stage, "writes"), 0, "%s: writes", device->id);
    stage_end(stage);
}

static void play_row(struct stage *stage, const json_t *row, struct device *device)
{
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        play_fault(stage, row, device, &troubles[i]);
    }
}

static bool is_well(const json_t *row)
{
    return strcmp(script_text(row, "verdict", ""), "OK none") == 0 && !script_has_fault(row);
}

ParameterizedTestParameters(plays_faults, each_personality_under_each_fault)
{
    return cr_make_param_array(struct script_file, files, stage_find(files));
}

ParameterizedTest(struct script_file *file, plays_faults, each_personality_under_each_fault)
{
    static struct stage stage;
    size_t i;
    json_t *row;
    stage_open(&stage, file->path);
    json_array_foreach(script_rows(stage.script), i, row)
    {
        if (is_well(row)) {
            play_row(&stage, row, &stage.farm.devices[i]);
        }
    }
    stage_close(&stage);
}
