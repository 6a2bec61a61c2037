/* SPDX-License-Identifier: MIT */
/*
 * Each personality of a make's play.json under each fault of the farm, in the mock host and on a virtual clock: the verdict
 * that the fault leads to, that it stays, and that afterwards all is as it was. A personality that is never in order is
 * played by its first row; further rows in which something is wrong, under the faults that hide it.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <stdio.h>
#include <string.h>

#include <farm/fault.h>

#include "stage.h"

#define WATCH_MS      30000
#define TIMES_WELL    4
#define TIMES_UNKNOWN 6

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
    {"reboot:1180,90", "DOWN unreachable", NULL}, /* looked at every few minutes only by then */
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
    {"rtsp", "junk-before", "truncate:head", "DOWN unreachable"}, /* the head was media data */
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
    {"generic", "headers", "limit:0", "DEGRADED busy"}, /* it answers what is above its limit */
    {"geovision", "camera-old", "wrong_password",
     "DEGRADED bad_reply"}, /* a page that says nothing, … */
    {"geovision", "camera-old", "starting", "DEGRADED bad_reply"},
    {"geovision", NULL, "starting",
     "UNKNOWN unsupported"}, /* … or not even whose it is: no login */
    {"uniview", "session-once", "slow:6000",
     "DOWN timeout"},                                  /* its many requests are too slow together */
    {"sampo", "unknown", "slow:6000", "DOWN timeout"}, /* and so are these */
    {"sampo", "uniview", "slow:6000", "DOWN timeout"},
    {"sampo", "hikvision", "slow:6000", "DOWN timeout"},

    /* A lock is told in the answer that refuses: of half of it the refusal is left. */
    {"dahua", "locked", "wrong_password", "OK none"},
    {"dahua", "locked", "starting", "OK none"},
    {"dahua", "locked", "truncate:body", "DEGRADED auth"},
    {"dahua", "locked", "wrong_length:-20", "DEGRADED auth"},

    {"rtsp", "bad-request", "slow:6000", "OK none"},
    {"rtsp", "redirect-away", "wrong_password", "OK none"},
    {"rtsp", "tight-limit", "limit:0", "DEGRADED busy"}, /* it answers what is above its limit */

    /* What is no answer to begin with is none, whatever else it is. */
    {"xm", "foreign", "slow:6000", "OK none"},
    {"xm", "foreign", "wrong_password", "OK none"},
    {"xm", "foreign", "starting", "OK none"},
    {"xm", "foreign", "truncate:head", "OK none"},
    {"xm", "foreign", "truncate:body", "OK none"},
    {"rtsp", "foreign", "slow:6000", "OK none"},
    {"rtsp", "foreign", "http_error:500", "OK none"},
    {"rtsp", "foreign", "busy:503", "OK none"},
    {"rtsp", "foreign", "wrong_password", "OK none"},
    {"rtsp", "foreign", "starting", "OK none"},
    {"rtsp", "foreign", "wrong_length:100", "OK none"},

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
    {"rtsp", "sdp-broken-c", "truncate:body", "DEGRADED bad_reply"},
    {"rtsp", "trailing-spaces", "truncate:body", "DEGRADED bad_reply"},
    {"rtsp", NULL, "truncate:body", "OK none"},
    {"uniview", "camera", "truncate:body",
     "DEGRADED error_status"}, /* it has no envelope to miss */
    {"vivotek", NULL, "truncate:body", "OK none"},
    {"xm", NULL, "truncate:body", "DOWN unreachable"}, /* half a frame is none */

    /* Answers that end with the connection, or are frames with a length of their own. */
    {"acti", "foreign", "wrong_length:100", "DOWN timeout"}, /* that page is not theirs */
    {"dahua", "foreign", "wrong_length:100", "DOWN timeout"},
    {"lilin", "foreign", "wrong_length:100", "DOWN timeout"},
    {"vivotek", "foreign", "wrong_length:100", "DOWN timeout"},
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
    {"hikvision", "lookalike", "wrong_clock", "OK none"},
    {"vivotek", "lost", "wrong_clock", "OK none"},
    {"vivotek", "old", "wrong_clock", "OK none"},
    {"vivotek", "latin1", "wrong_clock", "OK none"},
    {"xm", "dvr", "wrong_clock", "DEGRADED clock_zone"},
    {"xm", NULL, "wrong_clock", "OK none"},
};

/* Who answers before the login is asked for proves no credential: a refusal before that stays. */
static const struct unproven {
    const char *make;
    const char *row;
} unproven[] = {
    {"rtsp", "bad-request"}, {"rtsp", "busy-453"},      {"rtsp", "busy-503"},
    {"rtsp", "not-found"},   {"rtsp", "redirect-away"},
};

/* The verdict once the fault is over: what it was before, but for those. */
static const char *verdict_after(const struct stage *stage, const json_t *row, const char *verdict)
{
    bool refused = strcmp(verdict, "DEGRADED auth") == 0;
    for (size_t i = 0; refused && i < sizeof(unproven) / sizeof(unproven[0]); i++) {
        if (strcmp(unproven[i].make, stage->plugin->name) == 0 &&
            strcmp(unproven[i].row, script_text(row, "id", "")) == 0) {
            return verdict;
        }
    }
    return script_text(row, "verdict", "");
}

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

/* Who is not understood stays so, or shows the fault. */
static void await_unknown(struct stage *stage, const char *verdict, const char *when)
{
    for (int i = 0; i < TIMES_UNKNOWN; i++) {
        const char *seen = stage_look(stage);
        cr_expect(strncmp(seen, "UNKNOWN ", 8) == 0 || strcmp(seen, verdict) == 0, "%s: %s %s",
                  stage->bridge.device->id, seen, when);
    }
}

/* DOWN goes before all; beside another reason that of the fault holds, whichever of them the verdict names. */
static void await_fault(struct stage *stage, const char *own, const char *verdict, const char *when)
{
    if (strcmp(own, "OK none") == 0) {
        await_by(stage, verdict, when);
    } else if (strncmp(verdict, "DOWN ", 5) == 0) {
        stage_await(stage, verdict, when);
    } else if (strncmp(own, "UNKNOWN ", 8) == 0) {
        await_unknown(stage, verdict, when);
    } else if (strcmp(verdict, "OK none") == 0) {
        await_by(stage, own, when);
    } else {
        stage_await_reason(stage, strchr(verdict, ' ') + 1, when);
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
    const char *own = script_text(row, "verdict", "");
    const char *verdict = verdict_of(stage, row, trouble);
    if (verdict == NULL) {
        return;
    }
    stage_begin(stage, row, device);
    stage->order.deadline_ms = WATCH_MS;
    stage_judge(stage, row);
    stage_await(stage, own, "before any fault");
    snprintf(when, sizeof(when), "by %s", trouble->fault);
    stage_fault(stage, trouble->fault);
    await_fault(stage, own, verdict, when);
    snprintf(when, sizeof(when), "after %s", trouble->fault);
    if (!passes_by_itself(trouble)) {
        stage_clear(stage);
    }
    stage_await(stage, verdict_after(stage, row, verdict), when);
    if (passes_by_itself(trouble) && strcmp(own, "DEGRADED auth") != 0) {
        cr_expect_eq(stage->seen & HEALTH_BIT(VMM_REASON_AUTH), 0, "%s: refused while it starts",
                     device->id);
    }
    cr_expect_eq(stage_count(stage, "writes"), 0, "%s: writes", device->id);
    stage_end(stage);
}

/* ---- Rows ---- */

static bool is_well(const json_t *row)
{
    return strcmp(script_text(row, "verdict", ""), "OK none") == 0 && !script_has_fault(row);
}

static bool is_ill(const json_t *row)
{
    return script_text(row, "verdict", NULL) != NULL && !is_well(row) && !script_has_fault(row);
}

/* No row of its personality is in order, and none before it is ill. */
static bool stands_for_its_personality(const json_t *rows, const json_t *row)
{
    bool is_before = true;
    size_t i;
    json_t *other;
    json_array_foreach(rows, i, other)
    {
        is_before = is_before && other != row;
        if (strcmp(script_text(other, "personality", ""), script_text(row, "personality", "")) ==
                0 &&
            (is_well(other) || (is_before && is_ill(other)))) {
            return false;
        }
    }
    return true;
}

/* What is wrong is not seen while it lasts. */
static bool hides(const struct trouble *trouble)
{
    return strcmp(trouble->fault, "down") == 0 || strcmp(trouble->fault, "blackhole") == 0;
}

static void play_row(struct stage *stage, const json_t *row, struct device *device)
{
    bool all = is_well(row) || stands_for_its_personality(script_rows(stage->script), row);
    for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++) {
        if (all || hides(&troubles[i])) {
            play_fault(stage, row, device, &troubles[i]);
        }
    }
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
        if (is_well(row) || is_ill(row)) {
            play_row(&stage, row, &stage.farm.devices[i]);
        }
    }
    stage_close(&stage);
}
