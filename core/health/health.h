/* SPDX-License-Identifier: MIT */
/*
 * How a verdict comes about: one state per watched component (a camera or an NVR), one step
 * function.
 *
 *   look, repeat, time, setting, pause, restore ─▶ health_step() ─▶ state', actions
 *
 * health_step() knows no clock, does no I/O, allocates nothing and never fails: what it cannot use
 * judges nobody. Equal state and equal inputs give equal actions, so a state that was written down
 * and read back goes on where it stopped.
 *
 * What the caller does with the actions, in this order:
 *   1. HEALTH_DID_DURABLE: commit state and event in one transaction before anything else acts on
 * it. HEALTH_DID_SOFT: latency, last seen, runs of looks; write it when there is time.
 *   2. HEALTH_DID_EVENT: journal `event`.
 *   3. HEALTH_DID_RHYTHM: tell the schedule. HEALTH_DID_REPEAT, HEALTH_DID_REPEAT_CANCEL: one look
 * more, or not. When a look is due, health_scope() says what kind of look it has to be.
 *
 * Times: `_wall` is microseconds since 1970 in UTC, `_mono` microseconds of a monotonic clock. Ages
 * are measured by the monotonic clock; a step of the wall clock makes nothing stale.
 */
#ifndef VMM_HEALTH_HEALTH_H
#define VMM_HEALTH_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vmm/observation.h>
#include "health/policy.h"

/* ---- The state of one component ---- */

#define HEALTH_BREAKER_CLOSED    0u
#define HEALTH_BREAKER_OPEN      1u
#define HEALTH_BREAKER_HALF_OPEN 2u

/* What is done next: stands in `rhythm`. */
#define HEALTH_RHYTHM_REST       0u /* nothing is looked at: disabled, provider off … */
#define HEALTH_RHYTHM_NORMAL     1u /* interval ± jitter */
#define HEALTH_RHYTHM_SUSPECT    2u /* suspect_interval */
#define HEALTH_RHYTHM_TRIAL      3u /* trial_interval, trials only */
#define HEALTH_RHYTHM_TRIAL_SLOW 4u /* interval ± jitter, trials only */

/*
 * A bit of `reasons` beside those of VMM_REASONS: every video input of the component is lost. It
 * shows as video_loss and makes DOWN; VMM_REASON_VIDEO_LOSS itself stands for "some inputs" and
 * makes DEGRADED.
 */
#define HEALTH_ALL_LOST 63u

/* The same for media: no stream of the device has video. It shows as no_video, and makes DOWN unless its recorder sees
 * the camera; VMM_REASON_NO_VIDEO itself stands for "some streams" and makes DEGRADED. */
#define HEALTH_NO_MEDIA 62u

/* The device itself calls its recording faulty. It shows as missing_recording, and ends when the device calls it so no
 * longer; VMM_REASON_MISSING_RECORDING itself stands for footage that is not there, which only footage ends. */
#define HEALTH_SAID_MISSING 61u

_Static_assert(VMM_REASON_COUNT <= HEALTH_SAID_MISSING, "a reason has a bit of its own");

#define HEALTH_REPEAT_GOOD 128u /* a bit of `repeat`, beside the number */

/* The second witness of a camera with an address of its own: the channel of its recorder. */
#define HEALTH_WITNESS_NONE 0u
#define HEALTH_WITNESS_LIVE 1u
#define HEALTH_WITNESS_LOST 2u

/* The recorder of a camera that is only a channel of it. */
#define HEALTH_PARENT_UP      0u
#define HEALTH_PARENT_DOWN    1u
#define HEALTH_PARENT_UNKNOWN 2u

/* Whether looks could judge what they are for: inputs, streams, disks. */
#define HEALTH_SIGHT_NONE 0u /* none has so far */
#define HEALTH_SIGHT_SOME 1u
#define HEALTH_SIGHT_LOST 2u /* none since another firmware runs */
#define HEALTH_SIGHT_OLD  3u /* some, before another firmware ran; no look was good since */
#define HEALTH_SIGHT_TRACE                                                                         \
    4u /* a bit beside these: never more than the clock or the newest footage */

/* How a device's clock moved since it was last right. */
#define HEALTH_CLOCK_STEADY 0u
#define HEALTH_CLOCK_DRIFT  1u /* little by little */
#define HEALTH_CLOCK_STEP   2u /* at once, between two looks */

/*
 * Plain numbers, no pointers: it may be copied, and written down field by field. The fields down to
 * `run` are what has to survive a restart; those under "clocks" are set anew by
 * HEALTH_INPUT_RESTORE.
 */
struct health_state {
    int64_t since_wall;         /* when `health` with `reason` became true; 0: never judged */
    int64_t incident_wall;      /* start of the open incident; 0: none is open */
    int64_t last_seen_wall;     /* the device itself last answered anything; 0: never */
    int64_t confirmed_wall;     /* last look that judged; 0: never */
    int64_t opened_wall;        /* the breaker opened; 0: it is closed */
    int64_t last_failure_wall;  /* last failed look; 0: never */
    int64_t fail_since_wall;    /* first of the failed looks counted in failure_count */
    int64_t fault_since_wall;   /* first look that saw a fault which does not hold yet; 0: none */
    int64_t good_since_wall;    /* first good look since the breaker opened; 0: none */
    int64_t suspect_since_wall; /* severity became suspect; 0: it is not */
    uint64_t reasons;    /* bit n: VMM_REASON n holds; those of the HEALTH_* above beside them */
    uint64_t blocked;    /* bits of the reasons why nothing is looked at (health_input.blocked) */
    uint32_t events;     /* events so far; makes two equal transitions of an incident differ */
    uint32_t latency_us; /* slowest request of the last look that answered */
    uint16_t failure_count; /* consecutive failed looks, repeats included */
    uint8_t health;         /* VMM_HEALTH_* */
    uint8_t severity;       /* VMM_SEVERITY_* */
    uint8_t reason;         /* VMM_REASON_*: the one that decides */
    uint8_t rung;           /* VMM_RUNG_*: the first that failed */
    uint8_t breaker;        /* HEALTH_BREAKER_* */
    uint8_t rhythm;         /* HEALTH_RHYTHM_* last told */
    uint8_t repeat;         /* confirmation repeats begun; 0: no confirmation is under way */
    /* HEALTH_REPEAT_GOOD with it: its connection was taken, a full look decides */
    uint8_t recovering;  /* out of critical, success not sustained yet */
    uint8_t good_count;  /* good full looks in a row */
    uint8_t reach_count; /* full looks in a row that reached the device, whatever it said */
    uint8_t slow_count;  /* slow looks in a row, repeats included */
    uint8_t fail_reason; /* VMM_REASON_* that the failed looks lead to */
    uint8_t fail_next;   /* another one, seen fail_next_count times in a row */
    uint8_t fail_next_count;
    uint8_t fail_rung;       /* VMM_RUNG_* where the last failed look stopped */
    uint8_t ours;            /* VMM_REASON_* of the last look that our side lost; 0: it was not */
    uint8_t first_looks;     /* looks taken for the first verdict after UNKNOWN */
    uint8_t behind;          /* something expected behind it is offline */
    uint8_t witness;         /* HEALTH_WITNESS_*: what its recorder says of it */
    uint8_t parent;          /* HEALTH_PARENT_*: the recorder that it is only a channel of */
    uint8_t clock_how;       /* HEALTH_CLOCK_*: how its clock came to be off */
    uint8_t sight;           /* HEALTH_SIGHT_*, with the bit HEALTH_SIGHT_TRACE */
    int32_t clock_ms;        /* its clock's offset at the last look that told it */
    int32_t clock_anchor_ms; /* and at the look from which drift is measured … */
    uint32_t clock_anchor_s; /* … which was then, in seconds since 1970; 0: none yet */
    uint32_t retention_s;    /* its oldest footage is too young since then; 0: it is not */
    uint8_t run[HEALTH_REASON_SLOTS]; /* by reason: looks in a row against what holds */
    /* clocks */
    int64_t confirmed_mono;
    int64_t opened_mono;
    int64_t good_since_mono;
    int64_t suspect_since_mono;
    int64_t grace_mono;   /* nothing turns stale before */
    int64_t witness_mono; /* the recorder last said so */
};

_Static_assert(sizeof(struct health_state) <= 256, "a million states fit in memory");
_Static_assert(offsetof(struct health_state, run) + HEALTH_REASON_SLOTS ==
                   offsetof(struct health_state, confirmed_mono),
               "no hidden padding: states can be compared byte by byte");

/* ---- What comes in ---- */

#define HEALTH_INPUT_LOOK       1u  /* a trial or a full look has ended */
#define HEALTH_INPUT_CONFIRM    2u  /* a repeat of the failed step has ended */
#define HEALTH_INPUT_TIME       3u  /* only time has passed */
#define HEALTH_INPUT_SETTING    4u  /* `blocked` has changed */
#define HEALTH_INPUT_CREDENTIAL 5u  /* the credential of the device has changed */
#define HEALTH_INPUT_BEHIND     6u  /* `behind` has changed */
#define HEALTH_INPUT_PAUSE      7u  /* vmmd itself stood still: what was in flight is void */
#define HEALTH_INPUT_RESTORE    8u  /* the state comes from the store; first input after that */
#define HEALTH_INPUT_WITNESS    9u  /* its recorder was looked at: outcome, facts, channel */
#define HEALTH_INPUT_PARENT     10u /* `parent` has changed */
#define HEALTH_INPUT_OWN        11u /* what it followed from is over: tell what is still wrong */
#define HEALTH_INPUT_AFRESH     12u /* another provider looks at it, or at another address */

#define HEALTH_SCOPE_NONE  0u
#define HEALTH_SCOPE_TRIAL 1u /* VMM_SCOPE_TRIAL */
#define HEALTH_SCOPE_FULL  2u /* VMM_SCOPE_FULL */
#define HEALTH_SCOPE_CONFIRM                                                                       \
    3u /* the failed step again, without a login: see health_confirm_scope() */

/* One fact as the core keeps it: cleaned text, VMM_SUBJECT_* and so on as numbers. */
struct health_fact {
    uint32_t subject;
    uint32_t index;
    uint32_t fact;
    uint32_t standing;
    uint32_t reason; /* VMM_REASON_*; counts only with VMM_STANDING_FAULT */
    uint32_t type;
    int64_t number;
    double real;
    const char *text; /* ends in NUL; NULL when there is none; borrowed for the step */
};

/* What the operator expects of a camera beyond what its device says. All zero: nothing. */
#define HEALTH_RECORDING_UNKNOWN    0u
#define HEALTH_RECORDING_CONTINUOUS 1u
#define HEALTH_RECORDING_SCHEDULE   2u
#define HEALTH_RECORDING_MOTION     3u
#define HEALTH_RECORDING_OFF        4u

#define HEALTH_MOTION_DAYS 3u

struct health_expected {
    uint32_t recording;      /* HEALTH_RECORDING_*, instead of what the device says */
    uint32_t motion_days;    /* footage of so many days proves motion; 0: HEALTH_MOTION_DAYS */
    int64_t closed_s;        /* seconds of closed days since, which these do not count */
    uint32_t retention_days; /* 0: none are required */
    bool recording_required; /* `off` is a fault */
    int64_t since_wall;      /* what is younger than retention_days cannot hold as much; 0: old */
};

struct health_input {
    uint32_t kind; /* HEALTH_INPUT_* */
    int64_t now_wall;
    int64_t now_mono;
    /* LOOK and CONFIRM */
    uint32_t scope;      /* LOOK: HEALTH_SCOPE_TRIAL or HEALTH_SCOPE_FULL */
    uint32_t outcome;    /* VMM_OUTCOME_* */
    uint32_t rung;       /* VMM_RUNG_*: the first that failed, or the highest reached */
    uint32_t reason;     /* VMM_REASON_* named by the plugin, else 0 */
    uint32_t latency_us; /* slowest single request, its connection included; 0: not measured */
    uint32_t channel;    /* 0: judge the whole device; n: judge channel n alone, a camera of an NVR,
                          * by its own facts: latency and reason stay the recorder's. WITNESS: n */
    bool new_firmware;   /* LOOK: the device tells another firmware than at the look before */
    const struct health_fact *facts; /* borrowed for the step; WITNESS: those of the recorder */
    size_t fact_count;
    const struct health_expected *expected; /* borrowed; NULL: nothing */
    const char *zone_rule; /* POSIX TZ text of where the device is; NULL: not known */
    /* SETTING: every reason of HEALTH_BLOCKS that holds now, as bits; 0: the component is watched
     */
    uint64_t blocked;
    /* BEHIND: cameras behind this NVR or site that are expected, and offline */
    uint32_t behind;
    uint32_t parent;   /* PARENT: HEALTH_PARENT_* */
    int64_t from_wall; /* OWN: start of the incident that it followed from; 0: not known */
};

#define HEALTH_BIT(reason) (UINT64_C(1) << (reason))

/* The reasons why nothing is looked at. */
#define HEALTH_BLOCKS                                                                              \
    (HEALTH_BIT(VMM_REASON_DISABLED) | HEALTH_BIT(VMM_REASON_MONITOR_OFF) |                        \
     HEALTH_BIT(VMM_REASON_PROVIDER_OFF) | HEALTH_BIT(VMM_REASON_PROVIDER_FAILED) |                \
     HEALTH_BIT(VMM_REASON_PLUGIN_CRASH))

/* ---- What comes out ---- */

#define HEALTH_DID_EVENT   1u  /* `event` is filled in */
#define HEALTH_DID_DURABLE 2u  /* commit before acting */
#define HEALTH_DID_SOFT    4u  /* something changed that may be written later */
#define HEALTH_DID_RHYTHM  8u  /* `rhythm` differs from what was told before */
#define HEALTH_DID_REPEAT  16u /* a look after repeat_after_us, counted from now */
#define HEALTH_DID_REPEAT_CANCEL                                                                   \
    32u /* a look asked for by HEALTH_DID_REPEAT is no longer needed                               \
         */

/* One change of the verdict. */
struct health_event {
    int64_t ts_wall;       /* when it became true */
    int64_t incident_wall; /* start of the incident it belongs to; its own ts when it starts or
                              knows none */
    uint64_t reasons;      /* all that hold, as bits of VMM_REASONS */
    uint32_t
        number; /* health_state.events: 1 is the first of the component; goes into the dedup key */
    uint8_t from_health;
    uint8_t to_health;
    uint8_t from_severity;
    uint8_t to_severity;
    uint8_t from_reason;
    uint8_t reason;
    uint8_t rung;
    uint8_t stale_by;  /* STALE_BY_* of health/stale.h; the caller's to say, 0 from health_step() */
    uint16_t failures; /* looks that failed in a row up to it */
    int64_t seen_wall; /* when the device last answered anything; 0: it never has */
};

struct health_actions {
    uint32_t did;             /* HEALTH_DID_* */
    uint32_t rhythm;          /* HEALTH_RHYTHM_*, always the one that holds */
    uint32_t scope;           /* HEALTH_SCOPE_* of the next look, always the one that holds */
    uint64_t repeat_after_us; /* with HEALTH_DID_REPEAT */
    uint64_t deadline_us;     /* how long the next look may take */
    struct health_event event;
};

/* A component that was never looked at: UNKNOWN, never_looked, normal. */
void health_state_init(struct health_state *state);

/* 0, or VMM_E_CORRUPT when a field read from a store is outside its range; then start with
 * health_state_init() instead. */
int health_state_check(const struct health_state *state);

/* Take one input. `actions` is written from scratch. */
void health_step(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input, struct health_actions *actions);

/* What kind of look a due look is now: HEALTH_SCOPE_*; HEALTH_SCOPE_NONE while nothing is looked
 * at. */
uint32_t health_scope(const struct health_state *state);

/* The same for a look out of turn that only a sign of life is wanted of: a trial, unless a full look is due anyway. Who
 * is asked again and again would else never be judged. */
uint32_t health_ask_scope(const struct health_policy *policy, const struct health_state *state,
                          int64_t now_mono);

/* The probe's scope for HEALTH_SCOPE_CONFIRM: a trial when already the connection failed, else a
 * full look; never with a login. */
uint32_t health_confirm_scope(const struct health_state *state);

/* The monotonic time at which HEALTH_INPUT_TIME would turn the verdict stale; INT64_MAX: never. */
int64_t health_stale_at(const struct health_policy *policy, const struct health_state *state);

/* The monotonic time before which HEALTH_INPUT_TIME changes nothing at all; INT64_MAX: it never does. It is another one
 * after each other input. */
int64_t health_until(const struct health_policy *policy, const struct health_state *state);

/* The interval and jitter of a rhythm, for the schedule. HEALTH_RHYTHM_REST gives the normal ones.
 */
void health_rhythm_times(const struct health_policy *policy, uint32_t rhythm, uint64_t *interval_us,
                         uint64_t *jitter_us);

/* Whether the verdict holds that the device cannot be reached or does not speak its language: what its failed looks
 * led to. */
bool health_is_lost(const struct health_state *state);

/* What is wrong with it now is an incident of its own that begins at `wall`. */
void health_begin_incident(struct health_state *state, int64_t wall);

/* How the device's clock moved. */
struct health_clock {
    uint32_t how;         /* HEALTH_CLOCK_* */
    int32_t offset_ms;    /* at the last look that told it */
    int32_t drift_ms_day; /* 0 while it is not known: it takes six hours to measure */
};
struct health_clock health_clock(const struct health_state *state, int64_t now_wall);

/* All reasons that hold, as bits of VMM_REASONS. */
uint64_t health_reasons(const struct health_state *state);

#endif
