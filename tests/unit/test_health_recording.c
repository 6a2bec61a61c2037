/* SPDX-License-Identifier: MIT */
/* Footage as the proof of recording: what is missing, what is off, what cannot be judged, and how far it reaches. */
#include "health/judge.h"
#include "health_facts.h"
#include "health_play.h"

#define FACTS_MAX 8
#define HOUR_S    3600
#define DAY_S     (24 * HOUR_S)

#define MISSING  HEALTH_BIT(VMM_REASON_MISSING_RECORDING)
#define SAID     HEALTH_BIT(HEALTH_SAID_MISSING)
#define DISABLED HEALTH_BIT(VMM_REASON_RECORDING_DISABLED)

struct look {
    struct health_fact facts[FACTS_MAX];
    size_t count;
    struct health_expected expected;
    uint32_t channel;
};

static void add(struct look *look, struct health_fact fact)
{
    look->facts[look->count++] = fact;
}

/* Channel 2 in this mode, its newest footage so old. */
static struct look look_of(const char *mode, int64_t newest_s)
{
    struct look look = {.channel = 2};
    if (mode != NULL) {
        add(&look, fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 2, mode));
    }
    add(&look, fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 2, newest_s));
    return look;
}

static struct judgement judge_look(const struct look *look)
{
    struct health_policy policy;
    health_policy_init(&policy);
    struct health_input input = {.facts = look->facts,
                                 .fact_count = look->count,
                                 .channel = look->channel,
                                 .expected = &look->expected};
    struct judgement judgement = {0};
    judge_recording(&policy, &input, &judgement);
    return judgement;
}

#define expect_judged(look, fault_, ok_)                                                           \
    do {                                                                                           \
        struct judgement judged = judge_look(look);                                                \
        cr_expect_eq(judged.fault & ~SAID, (fault_));                                              \
        cr_expect_eq(judged.ok & ~SAID, (ok_));                                                    \
    } while (0)

/* The same of what the device says. */
#define expect_said(look, fault_, ok_)                                                             \
    do {                                                                                           \
        struct judgement judged = judge_look(look);                                                \
        cr_expect_eq(judged.fault &(SAID), (fault_) ? (SAID) : 0);                                 \
        cr_expect_eq(judged.ok &(SAID), (ok_) ? (SAID) : 0);                                       \
    } while (0)

Test(recording, continuous_is_proven_by_footage_of_the_last_quarter_of_an_hour)
{
    struct look look = look_of("continuous", 900);
    expect_judged(&look, 0, MISSING | DISABLED);
    look = look_of("continuous", 901);
    expect_judged(&look, MISSING, DISABLED);
}

Test(recording, another_channel_proves_nothing)
{
    struct look look = look_of("continuous", 10);
    look.channel = 3;
    expect_judged(&look, 0, 0);
    look.channel = 0;
    expect_judged(&look, 0, MISSING | DISABLED);
}

Test(recording, a_schedule_is_judged_inside_its_span_and_at_its_end)
{
    static const struct {
        bool due;
        int64_t since_s;
        int64_t newest_s;
        uint64_t fault;
        uint64_t ok;
    } cases[] = {
        {true, 7200, 60, 0, MISSING},    /* inside, and fresh */
        {true, 7200, 1000, MISSING, 0},  /* inside, and nothing */
        {true, 600, 8 * HOUR_S, 0, 0},   /* just begun */
        {false, 3600, 3700, 0, MISSING}, /* after it: it reached the end */
        {false, 3600, 4500, 0, MISSING}, /* almost */
        {false, 3600, 4501, MISSING, 0}, /* it stopped in between */
        {false, DAY_S, 3 * DAY_S, MISSING, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct look look = look_of("schedule", cases[i].newest_s);
        add(&look, fact_bool(VMM_FACT_RECORDING_DUE, VMM_SUBJECT_CHANNEL, 2, cases[i].due));
        add(&look,
            fact_int(VMM_FACT_RECORDING_DUE_SINCE, VMM_SUBJECT_CHANNEL, 2, cases[i].since_s));
        expect_judged(&look, cases[i].fault, cases[i].ok | DISABLED);
    }
    struct look look = look_of("schedule", DAY_S);
    expect_judged(&look, 0, DISABLED); /* when it should record is not told */
}

Test(recording, motion_proves_but_never_accuses)
{
    struct look look = look_of("motion", 3 * DAY_S);
    expect_judged(&look, 0, MISSING | DISABLED);
    look = look_of("event", 3 * DAY_S + 1);
    expect_judged(&look, 0, DISABLED);
    look.expected.motion_days = 7;
    expect_judged(&look, 0, MISSING | DISABLED);
}

Test(recording, motion_does_not_count_closed_days)
{
    struct look look = look_of("motion", 5 * DAY_S);
    expect_judged(&look, 0, DISABLED);
    look.expected.closed_s = 2 * DAY_S;
    expect_judged(&look, 0, MISSING | DISABLED);
    look.expected.closed_s = 2 * DAY_S - 1;
    expect_judged(&look, 0, DISABLED);
    look.expected.motion_days = 4;
    expect_judged(&look, 0, MISSING | DISABLED);
}

Test(recording, off_is_a_fault_only_where_recording_is_required)
{
    struct look look = look_of("off", 10 * DAY_S);
    expect_judged(&look, 0, MISSING | DISABLED);
    look.expected.recording_required = true;
    expect_judged(&look, DISABLED, MISSING);
}

Test(recording, what_is_expected_goes_before_what_the_device_says)
{
    struct look look = look_of("motion", 2000);
    look.expected.recording = HEALTH_RECORDING_CONTINUOUS;
    expect_judged(&look, MISSING, DISABLED);
    look.expected.recording = HEALTH_RECORDING_OFF;
    expect_judged(&look, 0, MISSING | DISABLED);
    look = look_of(NULL, 2000);
    expect_judged(&look, 0, 0);
    look.expected.recording = HEALTH_RECORDING_CONTINUOUS;
    expect_judged(&look, MISSING, 0);
}

Test(recording, old_footage_proves_nothing_while_the_index_or_the_clock_is_wrong)
{
    struct look look = look_of("continuous", DAY_S);
    add(&look, fact_bool(VMM_FACT_RECORDING_INDEX, VMM_SUBJECT_DEVICE, 0, false));
    expect_judged(&look, 0, DISABLED);
    look = look_of("continuous", DAY_S);
    add(&look, fact_int(VMM_FACT_UPTIME, VMM_SUBJECT_DEVICE, 0, 899));
    expect_judged(&look, 0, DISABLED);
    look.facts[2].number = 900;
    expect_judged(&look, MISSING, DISABLED);
    add(&look, fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, -3600001));
    expect_judged(&look, 0, DISABLED);
    look.facts[3].number = -3600000;
    expect_judged(&look, MISSING, DISABLED);
    look.facts[1].standing = VMM_STANDING_NOT_JUDGED; /* the search was refused */
    look.facts[1].type = VMM_TYPE_NONE;
    expect_judged(&look, 0, DISABLED);
}

/* Channel 2 in this mode; footage was looked for so far back, and none was found. */
static struct look look_without(const char *mode, int64_t looked_s)
{
    struct look look = look_of(mode, looked_s);
    look.facts[look.count - 1].standing = VMM_STANDING_NOT_JUDGED;
    return look;
}

Test(recording, footage_that_was_not_found_is_missed_and_never_proven)
{
    struct look look = look_without("continuous", HOUR_S);
    expect_judged(&look, MISSING, DISABLED);
    look = look_without("continuous", 300); /* since midnight, five minutes after it */
    expect_judged(&look, 0, DISABLED);
    look = look_without("motion", 3 * DAY_S); /* there may be none at all */
    expect_judged(&look, 0, DISABLED);
    look = look_without(NULL, HOUR_S);
    expect_judged(&look, 0, 0);
    look.channel = 3;
    look.expected.recording = HEALTH_RECORDING_CONTINUOUS;
    expect_judged(&look, 0, 0);
}

Test(recording, after_a_span_of_the_schedule_none_of_the_last_hour_proves_nothing)
{
    struct look look = look_without("schedule", HOUR_S);
    add(&look, fact_bool(VMM_FACT_RECORDING_DUE, VMM_SUBJECT_CHANNEL, 2, false));
    add(&look, fact_int(VMM_FACT_RECORDING_DUE_SINCE, VMM_SUBJECT_CHANNEL, 2, 2 * HOUR_S));
    expect_judged(&look, 0, DISABLED);
    look.facts[3].number = 1800; /* it did not reach up to the end */
    expect_judged(&look, MISSING, DISABLED);
    look.facts[2].number = true;
    expect_judged(&look, MISSING, DISABLED);
}

Test(recording, what_the_provider_calls_a_fault_is_one)
{
    struct look look = look_of("continuous", 60);
    look.facts[1].standing = VMM_STANDING_FAULT;
    look.facts[1].reason = VMM_REASON_MISSING_RECORDING;
    expect_judged(&look, MISSING, MISSING | DISABLED);
    look.facts[1].reason = VMM_REASON_UNREACHABLE; /* not one that a channel can have */
    expect_judged(&look, 0, MISSING | DISABLED);
}

/* Of an account that may not search: what the device says is all there is, and its word for the end of it too. */
Test(recording, what_the_device_says_of_itself_begins_and_ends_with_its_word)
{
    struct look look = {0};
    add(&look, fact_bool(VMM_FACT_RECORDING_NOW, VMM_SUBJECT_CHANNEL, 1, false));
    look.facts[0].standing = VMM_STANDING_FAULT;
    look.facts[0].reason = VMM_REASON_MISSING_RECORDING;
    expect_said(&look, true, false);
    expect_judged(&look, 0, 0);
    add(&look, fact_bool(VMM_FACT_RECORDING_NOW, VMM_SUBJECT_CHANNEL, 2, true));
    expect_said(&look, true, true);
    look.facts[0].standing = VMM_STANDING_OK;
    expect_said(&look, false, true);
    look.facts[0].standing = VMM_STANDING_NOT_JUDGED;
    look.facts[1].standing = VMM_STANDING_NOT_JUDGED;
    expect_said(&look, false, false);
    struct look footage = look_of("continuous", 60);
    expect_said(&footage, false, true);
    footage = look_of("continuous", 7200);
    expect_said(&footage, false, false);
    add(&footage, fact_bool(VMM_FACT_RECORDING_NOW, VMM_SUBJECT_CHANNEL, 2, true));
    expect_judged(&footage, MISSING, DISABLED);
}

/* ---- as a verdict ---- */

static void play_footage(struct play *play, struct health_fact *facts, size_t count,
                         const struct health_expected *expected)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_OK,
                                 .rung = VMM_RUNG_CLOCK,
                                 .latency_us = 80000,
                                 .facts = facts,
                                 .fact_count = count,
                                 .expected = expected};
    play_input(play, &input);
    play_wait(play, 4 * MINUTE);
}

Test(recording, a_word_is_told_after_two_looks_and_takes_no_missing_footage_with_it)
{
    struct play play;
    struct health_fact facts[] = {
        fact_bool(VMM_FACT_RECORDING_NOW, VMM_SUBJECT_CHANNEL, 1, false),
        fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 1, "continuous"),
        fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 1, 7200)};
    play_ok(&play);
    facts[0].standing = VMM_STANDING_FAULT;
    facts[0].reason = VMM_REASON_MISSING_RECORDING;
    play_footage(&play, facts, 1, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_footage(&play, facts, 1, NULL);
    expect_verdict(&play, DEGRADED, SUSPECT, MISSING_RECORDING);
    cr_expect_eq(play.state.rung, VMM_RUNG_RECORDING);
    cr_expect_eq(health_reasons(&play.state), MISSING);
    cr_expect_eq(health_state_check(&play.state), 0);
    facts[0] = fact_bool(VMM_FACT_RECORDING_NOW, VMM_SUBJECT_CHANNEL, 1, true);
    for (int i = 0; i < 3; i++) {
        play_footage(&play, facts, 1, NULL);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
    play_footage(&play, facts, 3, NULL);
    play_footage(&play, facts, 3, NULL);
    for (int i = 0; i < 6; i++) {
        play_footage(&play, facts, 1, NULL);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, MISSING_RECORDING);
}

Test(recording, missing_footage_is_told_after_two_looks_and_over_after_three)
{
    struct play play;
    struct health_fact facts[] = {
        fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 1, "continuous"),
        fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 1, 7200)};
    play_ok(&play);
    play_footage(&play, facts, 2, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_footage(&play, facts, 2, NULL);
    expect_verdict(&play, DEGRADED, SUSPECT, MISSING_RECORDING);
    cr_expect_eq(play.state.rung, VMM_RUNG_RECORDING);
    facts[1].number = 5;
    for (int i = 0; i < 3; i++) {
        play_footage(&play, facts, 2, NULL);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(retention, is_short_after_two_days_below_and_not_before)
{
    struct play play;
    struct health_expected expected = {.retention_days = 30,
                                       .since_wall = WALL_START - 40 * 86400 * SECOND};
    struct health_fact oldest =
        fact_int(VMM_FACT_RECORDING_OLDEST, VMM_SUBJECT_CHANNEL, 1, 20 * DAY_S);
    play_ok(&play);
    play_footage(&play, &oldest, 1, &expected);
    play_wait(&play, 47 * 60 * MINUTE);
    play_footage(&play, &oldest, 1, &expected);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, 60 * MINUTE);
    play_footage(&play, &oldest, 1, &expected);
    expect_verdict(&play, DEGRADED, SUSPECT, RETENTION_SHORT);
    oldest.number = 30 * DAY_S;
    play_footage(&play, &oldest, 1, &expected);
    play_footage(&play, &oldest, 1, &expected);
    expect_verdict(&play, OK, NORMAL, NONE);
    oldest.number = 20 * DAY_S;
    play_footage(&play, &oldest, 1, &expected);
    expect_verdict(&play, OK, NORMAL, NONE); /* the two days begin anew */
}

Test(retention, a_young_camera_is_not_judged_and_none_is_where_nothing_is_required)
{
    struct play play;
    struct health_expected expected = {.retention_days = 30, .since_wall = WALL_START};
    struct health_fact oldest = fact_int(VMM_FACT_RECORDING_OLDEST, VMM_SUBJECT_CHANNEL, 1, DAY_S);
    play_ok(&play);
    for (int day = 0; day < 29; day++) {
        play_footage(&play, &oldest, 1, &expected);
        play_wait(&play, (int64_t)DAY_S * SECOND - 4 * MINUTE);
    }
    cr_expect_eq(play.state.retention_s, 0);
    for (int day = 0; day < 5; day++) {
        play_footage(&play, &oldest, 1, &expected);
        play_wait(&play, (int64_t)DAY_S * SECOND - 4 * MINUTE);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, RETENTION_SHORT);
    play_footage(&play, &oldest, 1, NULL);
    play_footage(&play, &oldest, 1, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
}

/* ---- gaps ---- */

static void play_gap(struct play *play, const char *mode, int64_t gap_s,
                     const struct health_expected *expected)
{
    struct health_fact facts[] = {fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 1, mode),
                                  fact_int(VMM_FACT_RECORDING_GAP, VMM_SUBJECT_CHANNEL, 1, gap_s)};
    play_footage(play, facts, 2, expected);
}

/* OK for a day and no change since. */
static void play_good_day(struct play *play)
{
    play_ok(play);
    play_wait(play, (int64_t)DAY_S * SECOND);
    play_good(play);
}

Test(gap, of_more_than_a_quarter_of_an_hour_is_told_at_once_and_over_with_the_next_search)
{
    struct play play;
    play_good_day(&play);
    play_gap(&play, "continuous", 900, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_gap(&play, "continuous", 901, NULL);
    expect_verdict(&play, DEGRADED, SUSPECT, RECORDING_GAP);
    cr_expect_eq(play.state.rung, VMM_RUNG_RECORDING);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, RECORDING_GAP); /* nobody has searched since */
    play_gap(&play, "continuous", 0, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(gap, of_a_day_in_which_something_was_wrong_was_told_then)
{
    struct play play;
    play_ok(&play);
    play_wait(&play, (int64_t)DAY_S * SECOND - 5 * MINUTE);
    play_gap(&play, "continuous", 7200, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_wait(&play, 10 * MINUTE);
    play_gap(&play, "schedule", 7200, NULL);
    expect_verdict(&play, DEGRADED, SUSPECT, RECORDING_GAP);
}

Test(gap, is_judged_by_the_mode_that_is_expected)
{
    struct play play;
    struct health_expected motion = {.recording = HEALTH_RECORDING_MOTION};
    struct health_expected always = {.recording = HEALTH_RECORDING_CONTINUOUS};
    play_good_day(&play);
    play_gap(&play, "motion", 7200, NULL);
    play_gap(&play, "continuous", 7200, &motion);
    play_gap(&play, "whatever", 7200, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_gap(&play, "motion", 7200, &always);
    expect_verdict(&play, DEGRADED, SUSPECT, RECORDING_GAP);
    play_gap(&play, "off", 7200, &always);
    play_gap(&play, "off", 7200, &always);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(gap, proves_nothing_by_a_clock_that_is_off_or_while_the_index_is_rebuilt)
{
    struct play play;
    struct health_fact facts[] = {
        fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 1, "continuous"),
        fact_int(VMM_FACT_RECORDING_GAP, VMM_SUBJECT_CHANNEL, 1, 7200),
        fact_bool(VMM_FACT_RECORDING_INDEX, VMM_SUBJECT_DEVICE, 0, false)};
    play_good_day(&play);
    play_footage(&play, facts, 3, NULL);
    facts[2] = fact_int(VMM_FACT_UPTIME, VMM_SUBJECT_DEVICE, 0, 600);
    play_footage(&play, facts, 3, NULL);
    expect_verdict(&play, OK, NORMAL, NONE);
}

/* ---- disks ---- */

static struct judgement judge_disks(bool overwrite, int64_t first_free, int64_t second_free)
{
    struct health_fact facts[] = {
        fact_bool(VMM_FACT_DISK_OVERWRITE, VMM_SUBJECT_DEVICE, 0, overwrite),
        fact_int(VMM_FACT_DISK_FREE, VMM_SUBJECT_DISK, 1, first_free),
        fact_int(VMM_FACT_DISK_FREE, VMM_SUBJECT_DISK, 2, second_free)};
    struct health_input input = {.facts = facts, .fact_count = 3};
    struct judgement judgement = {0};
    judge_disk(&input, &judgement);
    return judgement;
}

Test(disk, is_full_only_where_nothing_is_overwritten_and_no_disk_has_space)
{
    uint64_t full = HEALTH_BIT(VMM_REASON_DISK_FULL);
    cr_expect_eq(judge_disks(true, 0, 0).fault, 0);
    cr_expect_eq(judge_disks(true, 0, 0).ok, full);
    cr_expect_eq(judge_disks(false, 0, 1).fault, 0);
    cr_expect_eq(judge_disks(false, 0, 1).ok, full);
    cr_expect_eq(judge_disks(false, 0, 0).fault, full);
    cr_expect_eq(judge_disks(false, 0, 0).ok, 0);
}
