/* SPDX-License-Identifier: MIT */
/* What is told beside a verdict: few changes, and none that means nothing. */
#include <criterion/criterion.h>

#include "health/beside.h"

static struct health_policy policy;
static struct health_beside beside;
static struct health_fact facts[4];
static struct health_input input;

static void set_up(void)
{
    health_policy_init(&policy);
    beside = (struct health_beside){0};
    input = (struct health_input){.kind = HEALTH_INPUT_LOOK,
                                  .scope = HEALTH_SCOPE_FULL,
                                  .outcome = VMM_OUTCOME_OK,
                                  .now_mono = 1000000,
                                  .facts = facts};
}

TestSuite(beside, .init = set_up);

static void add_fact(uint32_t subject, uint32_t fact, uint32_t type, int64_t number)
{
    facts[input.fact_count++] = (struct health_fact){.subject = subject,
                                                     .index = subject == VMM_SUBJECT_DEVICE ? 0 : 1,
                                                     .fact = fact,
                                                     .standing = VMM_STANDING_OK,
                                                     .type = type,
                                                     .number = number};
}

/* A look; answers what is news, and tells it. */
static uint32_t look(void)
{
    health_beside_take(&policy, &beside, &input, false);
    uint32_t news = health_beside_news(&beside);
    health_beside_told(&beside, news);
    input.fact_count = 0;
    return news;
}

static uint32_t look_clock(int64_t offset_ms)
{
    add_fact(VMM_SUBJECT_DEVICE, VMM_FACT_CLOCK_OFFSET, VMM_TYPE_INT, offset_ms);
    return look();
}

static uint32_t look_footage(int64_t age_s)
{
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_MODE, VMM_TYPE_TEXT, 0);
    facts[0].text = "continuous";
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_NEWEST, VMM_TYPE_INT, age_s);
    return look();
}

Test(beside, a_clock_is_told_once_and_when_it_has_moved)
{
    cr_expect_eq(look(), 0, "nothing was said");
    cr_expect_eq(look_clock(300), HEALTH_BESIDE_CLOCK, "the first");
    cr_expect_eq(look_clock(-1500), 0, "below two seconds it means nothing");
    cr_expect_eq(look_clock(2400), HEALTH_BESIDE_CLOCK, "more than two seconds");
    cr_expect_eq(beside.told.clock_ms, 2400);
    cr_expect_eq(look_clock(-100000), HEALTH_BESIDE_CLOCK);
    cr_expect_eq(look_clock(-111000), 0, "a tenth of a large one");
    cr_expect_eq(look_clock(-113000), HEALTH_BESIDE_CLOCK);
    cr_expect_eq(look_clock(0), HEALTH_BESIDE_CLOCK);
    cr_expect_eq(look_clock(INT64_MAX), 0, "no clock of this world");
    cr_expect_eq(look_clock(INT64_MIN), 0);
}

Test(beside, a_clock_that_comes_back_before_it_was_told)
{
    cr_expect_eq(look_clock(0), HEALTH_BESIDE_CLOCK);
    add_fact(VMM_SUBJECT_DEVICE, VMM_FACT_CLOCK_OFFSET, VMM_TYPE_INT, 90000);
    health_beside_take(&policy, &beside, &input, false);
    cr_expect_eq(health_beside_news(&beside), HEALTH_BESIDE_CLOCK);
    input.fact_count = 0;
    cr_expect_eq(look_clock(10), 0);
    cr_expect_eq(beside.told.clock_ms, 0);
}

Test(beside, recording_says_the_same_twice)
{
    cr_expect_eq(look_footage(60), HEALTH_BESIDE_PROOF, "the first at once");
    cr_expect_eq(beside.told.proof, HEALTH_PROOF_GIVEN);
    cr_expect_eq(look_footage(7200), 0, "once is not enough");
    cr_expect_eq(look_footage(60), 0);
    cr_expect_eq(look_footage(7200), 0);
    cr_expect_eq(look(), 0, "a look that does not search says nothing");
    cr_expect_eq(look_footage(7200), HEALTH_BESIDE_PROOF);
    cr_expect_eq(beside.told.proof, HEALTH_PROOF_MISSING);
}

Test(beside, a_proof_stands_for_a_day)
{
    cr_expect_eq(look_footage(60), HEALTH_BESIDE_PROOF);
    input.now_mono += INT64_C(86400) * 1000000;
    cr_expect_eq(look(), 0);
    input.now_mono += 1000000;
    cr_expect_eq(look(), HEALTH_BESIDE_PROOF);
    cr_expect_eq(beside.told.proof, HEALTH_PROOF_NONE);
    /* After a start it has to be judged anew within a day. */
    struct health_beside_values told = {.proof = HEALTH_PROOF_MISSING, .has_clock = 1};
    health_beside_restore(&beside, &told);
    cr_expect_eq(look(), 0);
    input.now_mono += INT64_C(86401) * 1000000;
    cr_expect_eq(look(), HEALTH_BESIDE_PROOF);
}

Test(beside, what_says_nothing)
{
    struct health_expected expected = {.recording = HEALTH_RECORDING_OFF};
    input.expected = &expected;
    cr_expect_eq(look_footage(60), 0, "nothing is expected to be recorded");
    expected.recording_required = true;
    cr_expect_eq(look_footage(60), HEALTH_BESIDE_PROOF, "and where it is required it is missing");
    cr_expect_eq(beside.told.proof, HEALTH_PROOF_MISSING);
    set_up();
    input.outcome = VMM_OUTCOME_TIMEOUT;
    cr_expect_eq(look_footage(60), 0);
    input.outcome = VMM_OUTCOME_OK;
    input.scope = HEALTH_SCOPE_TRIAL;
    cr_expect_eq(look_clock(90000), 0);
    struct health_beside_values bad = {.proof = 9};
    health_beside_restore(&beside, &bad);
    cr_expect_eq(beside.told.proof, HEALTH_PROOF_NONE);
}

/* Of a recorder its clock, of a camera of its own what the recorder says of its footage. */
Test(beside, recorders)
{
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_MODE, VMM_TYPE_TEXT, 0);
    facts[0].text = "continuous";
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_NEWEST, VMM_TYPE_INT, 60);
    add_fact(VMM_SUBJECT_DEVICE, VMM_FACT_CLOCK_OFFSET, VMM_TYPE_INT, 5000);
    health_beside_take(&policy, &beside, &input, true);
    cr_expect_eq(health_beside_news(&beside), HEALTH_BESIDE_CLOCK);
    beside = (struct health_beside){0};
    input.kind = HEALTH_INPUT_WITNESS;
    input.channel = 1;
    health_beside_take(&policy, &beside, &input, false);
    cr_expect_eq(health_beside_news(&beside), HEALTH_BESIDE_PROOF, "not the recorder's clock");
}

/* ---- what a verdict tells too ---- */

static struct health_state state;

/* A look at a camera that records all the time, its clock off by so much and its newest footage so old; answers what
 * is told by itself. `*has_event`: a verdict told all there was. */
static uint32_t look_in_full(int64_t offset_ms, int64_t age_s, bool *has_event)
{
    struct health_actions actions;
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_MODE, VMM_TYPE_TEXT, 0);
    facts[0].text = "continuous";
    add_fact(VMM_SUBJECT_CHANNEL, VMM_FACT_RECORDING_NEWEST, VMM_TYPE_INT, age_s);
    add_fact(VMM_SUBJECT_DEVICE, VMM_FACT_CLOCK_OFFSET, VMM_TYPE_INT, offset_ms);
    input.now_mono += 240 * INT64_C(1000000);
    input.now_wall = input.now_mono + INT64_C(1700000000000000);
    health_step(&policy, &state, &input, &actions);
    health_beside_take(&policy, &beside, &input, false);
    *has_event = (actions.did & HEALTH_DID_EVENT) != 0;
    if (*has_event) {
        health_beside_told(&beside, health_beside_news(&beside));
    }
    uint32_t due = health_beside_due(&beside, &state);
    health_beside_told(&beside, due);
    input.fact_count = 0;
    return due;
}

/* How often an offset or a footage was told in so many looks: by a verdict, and by itself. */
struct told {
    unsigned verdicts;
    unsigned alone;
};

static struct told look_often(unsigned count, int64_t offset_ms, int64_t age_s)
{
    struct told told = {0};
    for (unsigned i = 0; i < count; i++) {
        bool has_event = false;
        told.alone += look_in_full(offset_ms, age_s, &has_event) != 0;
        told.verdicts += has_event;
    }
    return told;
}

#define HOUR_MS 3600000

static void begin_well(void)
{
    health_state_init(&state);
    struct told told = look_often(4, 0, 60);
    cr_assert_eq(state.health, VMM_HEALTH_OK);
    cr_assert_eq(told.verdicts, 1);
    cr_assert_eq(told.alone, 0, "the first verdict tells all");
}

Test(beside, a_clock_that_jumps_is_told_by_its_verdict_alone)
{
    begin_well();
    struct told told = look_often(4, HOUR_MS, 60);
    cr_expect_eq(state.reason, VMM_REASON_CLOCK_DST);
    cr_expect_eq(told.verdicts, 1);
    cr_expect_eq(told.alone, 0);
    cr_expect_eq(beside.told.clock_ms, HOUR_MS, "and with it");
    told = look_often(5, 0, 60);
    cr_expect_eq(state.health, VMM_HEALTH_OK);
    cr_expect_eq(told.verdicts, 1);
    cr_expect_eq(told.alone, 0, "nor when it is right again");
    cr_expect_eq(beside.told.clock_ms, 0);
}

Test(beside, a_clock_is_told_by_itself_where_no_verdict_follows)
{
    begin_well();
    struct told told = look_often(1, HOUR_MS, 60);
    cr_expect_eq(told.alone, 0, "it may become a verdict");
    told = look_often(3, 20000, 60);
    cr_expect_eq(told.verdicts, 0);
    cr_expect_eq(told.alone, 1, "and did not: it is off by a little");
    told = look_often(3, 5 * HOUR_MS + 600000, 60);
    cr_expect_eq(told.verdicts, 1);
    told = look_often(3, 7 * HOUR_MS + 600000, 60);
    cr_expect_eq(told.verdicts, 0);
    cr_expect_eq(told.alone, 1, "it was off before, by less");
}

/* Missing footage is what the verdict is about, and the clock comes to that. */
Test(beside, a_clock_beside_another_fault)
{
    begin_well();
    struct told told = look_often(4, 0, 1800);
    cr_expect_eq(state.reason, VMM_REASON_MISSING_RECORDING);
    cr_expect_eq(told.verdicts, 1);
    cr_expect_eq(told.alone, 0, "that it is missing is what the verdict says");
    told = look_often(4, HOUR_MS - 100000, 1800);
    cr_expect_eq(told.verdicts, 0);
    cr_expect_eq(told.alone, 1);
    told = look_often(5, HOUR_MS - 100000, 60);
    cr_expect_eq(state.reason, VMM_REASON_CLOCK_OFFSET);
    cr_expect_eq(told.verdicts, 1);
    cr_expect_eq(told.alone, 0);
}
