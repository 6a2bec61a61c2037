/* SPDX-License-Identifier: MIT */
/*
 * Each personality that a make's play.json has in order, under each fault of the farm, in the mock host and on a virtual
 * clock: the verdict that the fault leads to, that it stays, and that all is well again afterwards. Those in which
 * something is wrong, under the faults that hide it: what was wrong before is wrong again, and nothing else is.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

#include <farm/fault.h>

#include "stage.h"

#define WATCH_MS   30000
#define TIMES_WELL 4

static struct script_file files[SCRIPT_FILES_MAX];

/* A fault of the farm, and the verdict beside it. */
static const struct trouble {
    const char *fault;
    const char *verdict;
    const char *like; /* the fault whose exceptions are its own too */
} troubles[] = {
    {"down", "DOWN unreachable", NULL},
    {"unreachable", "DOWN timeout", NULL},
    {"blackhole", "DOWN timeout", NULL},
    {"close", "DOWN unreachable", NULL},
    {"limit:0", "DOWN unreachable", NULL},
    {"truncate:head", "DOWN unreachable", NULL},
    {"truncate:body", "DEGRADED bad_reply", NULL},
    {"reset", "DEGRADED bad_reply", "truncate:body"},
    {"garbage", "DEGRADED bad_reply", NULL},
    {"wrong_length:100", "DOWN timeout", NULL}, /* the rest of the answer is waited for */
    {"wrong_length:-20", "OK none", NULL},
    {"endless", "OK none", NULL}, /* cut; what came first is the answer */
    {"huge", "OK none", "endless"},
    {"slowloris", "DOWN timeout", NULL},
    {"busy:503", "DEGRADED busy", NULL},
    {"slow:6000", "DEGRADED slow", NULL},
    {"http_error:500", "DEGRADED error_status", NULL},
    {"reboot:180,90", "DOWN unreachable", NULL},
    {"wrong_password", "DEGRADED auth", NULL},
    {"starting", "DEGRADED auth", NULL}, /* for good: no start takes that long */
    {"wrong_clock", "DEGRADED clock_zone", NULL},
};

/* Where it is another one: the first line that fits. */
static const struct exception {
    const char *make;
    const char *row; /* NULL: each of the make */
    const char *fault;
    const char *verdict; /* NULL: there is no such thing there */
} exceptions[] = {
    {"rtsp", NULL, "truncate:head", "DEGRADED bad_reply"},   /* half a header is a broken message */
    {"xm", NULL, "busy:503", NULL},                          /* DVRIP has no word for it, … */
    {"xm", NULL, "http_error:500", NULL},                    /* … and no status of HTTP */
    {"generic", "login-asked", "wrong_password", "OK none"}, /* that it asks is what is wanted, … */
    {"generic", "login-asked", "starting", "OK none"},       /* … whatever it asks for */
    {"generic", "dialogue", "wrong_password", "OK none"},    /* no login goes over it, … */
    {"generic", "dialogue", "starting",
     "DEGRADED expectation"}, /* … and no word has a meaning but those wanted */
    {"generic", "dialogue", "busy:503", "DEGRADED expectation"},
    {"generic", "dialogue", "http_error:500", "DEGRADED expectation"},
    {"generic", "dialogue", "garbage", "DEGRADED expectation"},
    {"generic", "dialogue", "truncate:head", "DEGRADED expectation"},
    {"generic", "dialogue", "wrong_length:100",
     "OK none"},                                    /* it waits for nothing behind what it wants */
    {"onvif", "open", "wrong_password", "OK none"}, /* it asks for no login */
    {"rtsp", "open", "wrong_password", "OK none"},
    {"onvif", "open", "reboot:180,90", NULL}, /* nor does it refuse one while it starts */
    {"rtsp", "open", "reboot:180,90", NULL},
    {"generic", "headers", "limit:0", "DEGRADED busy"}, /* it answers what is above its limit */
    {"geovision", "camera-old", "wrong_password",
     "DEGRADED bad_reply"}, /* a page that says nothing, … */
    {"geovision", "camera-old", "starting", "DEGRADED bad_reply"},
    {"geovision", NULL, "starting",
     "UNKNOWN unsupported"}, /* … or not even whose it is: no login */
    {"uniview", "session-once", "slow:6000",
     "DOWN timeout"}, /* its many requests are too slow together */

    /* Half an answer of lines, each of which says what it says: the others are not judged. */
    {"acti", NULL, "truncate:body", "OK none"},
    {"avtech", NULL, "truncate:body", "OK none"},
    {"axis", "camera-old", "truncate:body", "OK none"},
    {"axis", "latin1", "truncate:body", "OK none"},
    {"dahua", NULL, "truncate:body", "OK none"},
    {"generic", "cgi", "truncate:body",
     "DEGRADED expectation"}, /* what is wanted is in the other half */
    {"generic", NULL, "truncate:body", "OK none"},
    {"hanwha", "json", "truncate:body", "DEGRADED bad_reply"},
    {"hanwha", NULL, "truncate:body", "OK none"},
    {"rtsp", "latin1", "truncate:body", "DEGRADED bad_reply"}, /* its video is in the other half */
    {"rtsp", NULL, "truncate:body", "OK none"},
    {"uniview", "camera", "truncate:body",
     "DEGRADED error_status"}, /* it has no envelope to miss */
    {"vivotek", NULL, "truncate:body", "OK none"},
    {"xm", NULL, "truncate:body", "DOWN unreachable"}, /* half a frame is none */

    /* Answers that end with the connection, or are frames with a length of their own. */
    {"acti", NULL, "wrong_length:100", "OK none"},
    {"avtech", NULL, "wrong_length:100", "OK none"},
    {"dahua", "camera", "wrong_length:100", "DOWN timeout"},
    {"dahua", NULL, "wrong_length:100", "OK none"},
    {"lilin", NULL, "wrong_length:100", "OK none"},
    {"vivotek", NULL, "wrong_length:100", "OK none"},
    {"xm", NULL, "wrong_length:100", "OK none"},

    /* The end of the answer is missing, and it is one that has an end. */
    {"axis", "camera", "wrong_length:-20", "DEGRADED bad_reply"},
    {"axis", "not-recording", "wrong_length:-20", "DEGRADED bad_reply"},
    {"axis", "other-names", "wrong_length:-20", "DEGRADED bad_reply"},
    {"geovision", "camera-token", "wrong_length:-20",
     "UNKNOWN unsupported"}, /* its page has no form */
    {"geovision", "camera-old", "wrong_length:-20", "DEGRADED bad_reply"},
    {"hanwha", "json", "wrong_length:-20", "DEGRADED bad_reply"},
    {"hikvision", NULL, "wrong_length:-20", "DEGRADED bad_reply"},
    {"lilin", "one-line", "wrong_length:-20", "DEGRADED bad_reply"},
    {"reolink", NULL, "wrong_length:-20", "DEGRADED bad_reply"},
    {"uniview", "camera", "wrong_length:-20", "DEGRADED error_status"},
    {"uniview", NULL, "wrong_length:-20", "DEGRADED bad_reply"},

    /* Nothing may follow the end: JSON, a picture, a description with its length. */
    {"axis", "camera", "endless", "DEGRADED bad_reply"},
    {"axis", "not-recording", "endless", "DEGRADED bad_reply"},
    {"axis", "other-names", "endless", "DEGRADED bad_reply"},
    {"geovision", "camera-old", "endless", "DEGRADED bad_reply"},
    {"hanwha", "json", "endless", "DEGRADED bad_reply"},
    {"reolink", NULL, "endless", "DEGRADED bad_reply"},
    {"rtsp", NULL, "endless", "DEGRADED bad_reply"},
    {"uniview", "camera", "endless", "DEGRADED error_status"},
    {"uniview", NULL, "endless", "DEGRADED bad_reply"},

    /* Those that tell no clock, or none whose zone is known. */
    {"acti", NULL, "wrong_clock", "OK none"},
    {"avtech", "recorder", "wrong_clock", "DEGRADED clock_zone"},
    {"avtech", "short-length", "wrong_clock", "DEGRADED clock_zone"},
    {"avtech", "motion-only", "wrong_clock", "DEGRADED clock_zone"},
    {"avtech", NULL, "wrong_clock", "OK none"},
    {"axis", "camera-old", "wrong_clock", "OK none"},
    {"axis", "latin1", "wrong_clock", "OK none"},
    {"dahua", "nvr", "wrong_clock", "DEGRADED clock_zone"},
    {"dahua", "camera", "wrong_clock", "DEGRADED clock_zone"},
    {"dahua", NULL, "wrong_clock", "OK none"},
    {"generic", "cgi", "wrong_clock", "DEGRADED clock_zone"},
    {"generic", "headers", "wrong_clock", "DEGRADED clock_zone"},
    {"generic", NULL, "wrong_clock", "OK none"},
    {"geovision", NULL, "wrong_clock", "OK none"},
    {"lilin", "one-line", "wrong_clock", "OK none"},
    {"reolink", NULL, "wrong_clock", "OK none"},
    {"rtsp", NULL, "wrong_clock", "OK none"},
    {"vivotek", "old", "wrong_clock", "OK none"},
    {"vivotek", "latin1", "wrong_clock", "OK none"},
    {"xm", "dvr", "wrong_clock", "DEGRADED clock_zone"},
    {"xm", NULL, "wrong_clock", "OK none"},
};

/* NULL: it is not played. */
static const char *verdict_of(const struct stage *stage, const json_t *row,
                              const struct trouble *trouble)
{
    const char *fault = trouble->like != NULL ? trouble->like : trouble->fault;
    for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
        const struct exception *other = &exceptions[i];
        if (strcmp(other->make, stage->plugin->name) == 0 && strcmp(other->fault, fault) == 0 &&
            (other->row == NULL || strcmp(other->row, script_text(row, "id", "")) == 0)) {
            return other->verdict;
        }
    }
    return trouble->verdict;
}

/* That it stays well is seen after as many looks as a fault needs to be told. */
static void await_by(struct stage *stage, const char *verdict, const char *when)
{
    int times = strcmp(verdict, "OK none") == 0 ? TIMES_WELL : 1;
    for (int i = 0; i < times; i++) {
        stage_await(stage, verdict, when);
    }
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
    await_by(stage, verdict, when);
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

/* ---- Devices in which something is wrong ---- */

static const struct trouble hiding[] = {{"down", "DOWN unreachable", NULL},
                                        {"blackhole", "DOWN timeout", NULL}};

static bool is_ill(const json_t *row)
{
    return strncmp(script_text(row, "verdict", ""), "DEGRADED ", 9) == 0 && !script_has_fault(row);
}

static void play_ill(struct stage *stage, const json_t *row, struct device *device)
{
    char when[64];
    const char *own = script_text(row, "verdict", "");
    stage_begin(stage, row, device);
    stage->order.deadline_ms = WATCH_MS;
    stage_judge(stage, row);
    stage_await(stage, own, "before any fault");
    for (size_t i = 0; i < sizeof(hiding) / sizeof(hiding[0]); i++) {
        snprintf(when, sizeof(when), "by %s", hiding[i].fault);
        stage_fault(stage, hiding[i].fault);
        stage_await(stage, hiding[i].verdict, when);
        snprintf(when, sizeof(when), "after %s", hiding[i].fault);
        stage_clear(stage);
        stage_await(stage, own, when);
    }
    cr_expect_eq(stage_count(stage, "writes"), 0, "%s: writes", device->id);
    stage_end(stage);
}

Test(plays_faults, each_fault_of_the_farm_is_played)
{
    for (int kind = 0; kind < FAULT_COUNT; kind++) {
        size_t length = strlen(fault_name((enum fault_kind)kind));
        bool is_played = false;
        for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
            const char *fault = troubles[i].fault;
            is_played |= strcspn(fault, ":") == length &&
                         strncmp(fault, fault_name((enum fault_kind)kind), length) == 0;
        }
        cr_expect(is_played, "%s", fault_name((enum fault_kind)kind));
    }
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
        } else if (is_ill(row)) {
            play_ill(&stage, row, &stage.farm.devices[i]);
        }
    }
    stage_close(&stage);
}
