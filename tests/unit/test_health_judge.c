/* SPDX-License-Identifier: MIT */
/* The judgements one by one, and how they come together in a verdict. */
#include <string.h>

#include "health/judge.h"
#include "health_facts.h"
#include "health_play.h"

static struct health_fact offset(int64_t ms)
{
    struct health_fact f =
        fact_judged(VMM_SUBJECT_DEVICE, 0, VMM_FACT_CLOCK_OFFSET, VMM_STANDING_OK, 0);
    f.type = VMM_TYPE_INT;
    f.number = ms;
    return f;
}

static struct health_fact uncertainty(int64_t ms)
{
    struct health_fact f = offset(ms);
    f.fact = VMM_FACT_CLOCK_UNCERTAINTY;
    return f;
}

static struct judgement judge_offset(int64_t ms, int64_t uncertain_ms)
{
    struct health_policy policy;
    health_policy_init(&policy);
    struct health_fact facts[] = {offset(ms), uncertainty(uncertain_ms)};
    struct health_input input = {.facts = facts, .fact_count = 2};
    struct judgement judgement = {0};
    judge_clock(&policy, &input, &judgement);
    cr_expect_eq(judgement.fault & judgement.ok, 0);
    return judgement;
}

#define MIN_MS INT64_C(60000)
#define CLOCKS                                                                                     \
    (HEALTH_BIT(VMM_REASON_CLOCK_OFFSET) | HEALTH_BIT(VMM_REASON_CLOCK_ZONE) |                     \
     HEALTH_BIT(VMM_REASON_CLOCK_DST))

Test(clock, offsets_are_named)
{
    static const struct {
        int64_t ms;
        uint32_t reason;
    } cases[] = {
        {0, 0},
        {60000, 0},
        {60001, VMM_REASON_CLOCK_OFFSET},
        {5 * MIN_MS, VMM_REASON_CLOCK_OFFSET},
        {30 * MIN_MS, VMM_REASON_CLOCK_OFFSET},
        {60 * MIN_MS, VMM_REASON_CLOCK_DST},
        {60 * MIN_MS + 90000, VMM_REASON_CLOCK_DST},
        {60 * MIN_MS + 90001, VMM_REASON_CLOCK_OFFSET},
        {60 * MIN_MS - 90000, VMM_REASON_CLOCK_DST},
        {90 * MIN_MS, VMM_REASON_CLOCK_ZONE},
        {75 * MIN_MS, VMM_REASON_CLOCK_OFFSET},
        {8 * 60 * MIN_MS, VMM_REASON_CLOCK_ZONE},
        {26 * 60 * MIN_MS, VMM_REASON_CLOCK_ZONE},
        {27 * 60 * MIN_MS, VMM_REASON_CLOCK_OFFSET},
        {INT64_MAX, VMM_REASON_CLOCK_OFFSET},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint64_t fault = cases[i].reason != 0 ? HEALTH_BIT(cases[i].reason) : 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            struct judgement judgement = judge_offset(sign * cases[i].ms, 0);
            cr_expect_eq(judgement.fault, fault, "%lld ms", (long long)cases[i].ms);
            cr_expect_eq(judgement.ok, CLOCKS & ~fault);
        }
    }
}

Test(clock, what_the_uncertainty_covers_is_not_judged)
{
    struct judgement judgement = judge_offset(61000, 2000);
    cr_expect_eq(judgement.fault | judgement.ok, 0);
    judgement = judge_offset(63000, 2000);
    cr_expect_eq(judgement.fault, HEALTH_BIT(VMM_REASON_CLOCK_OFFSET));
    judgement = judge_offset(0, 61000);
    cr_expect_eq(judgement.fault | judgement.ok, 0);
    judgement = judge_offset(100000, -1);
    cr_expect_eq(judgement.fault | judgement.ok, 0);
    judgement = judge_offset(INT64_MIN, 0);
    cr_expect_eq(judgement.fault | judgement.ok, 0);
}

Test(clock, two_seconds_mean_nothing_however_small_the_limit_is)
{
    struct health_policy policy;
    struct health_fact facts[] = {offset(2000), uncertainty(300)};
    struct health_input input = {.facts = facts, .fact_count = 2};
    struct judgement judgement = {0};
    health_policy_init(&policy);
    policy.clock_limit_us = 100000;
    judge_clock(&policy, &input, &judgement);
    cr_expect_eq(judgement.fault, 0);
    cr_expect_eq(judgement.ok & CLOCKS, CLOCKS);
    facts[0] = offset(2301);
    judge_clock(&policy, &input, &judgement);
    cr_expect_eq(judgement.fault, HEALTH_BIT(VMM_REASON_CLOCK_OFFSET));
}

static uint64_t judge_rule(const char *device, int saving, const char *place)
{
    struct health_policy policy;
    struct health_fact facts[2];
    struct health_input input = {.facts = facts, .zone_rule = place};
    struct judgement judgement = {0};
    health_policy_init(&policy);
    if (device != NULL) {
        facts[input.fact_count++] = fact_text(VMM_FACT_CLOCK_RULE, VMM_SUBJECT_DEVICE, 0, device);
    }
    if (saving >= 0) {
        facts[input.fact_count++] =
            fact_bool(VMM_FACT_CLOCK_DST, VMM_SUBJECT_DEVICE, 0, saving != 0);
    }
    judge_clock(&policy, &input, &judgement);
    cr_expect_eq(judgement.fault & judgement.ok, 0);
    cr_expect_eq((judgement.fault | judgement.ok) & ~HEALTH_BIT(VMM_REASON_CLOCK_DST_RULE), 0);
    return judgement.fault != 0 ? 2 : judgement.ok != 0 ? 1 : 0;
}

Test(clock, a_rule_that_the_country_does_not_have_is_a_fault_before_the_clock_is_off)
{
    const char *london = "GMT0BST,M3.5.0/1,M10.5.0";
    const char *old = "EST5EDT,M4.1.0,M10.5.0"; /* as it was until 2006 */
    cr_expect_eq(judge_rule("BRT3BRST,M10.3.0/0,M2.3.0/0", -1, "<-03>3"), 2, "Brazil dropped it");
    cr_expect_eq(judge_rule("<-03>3", -1, "<-03>3"), 1);
    cr_expect_eq(judge_rule(london, -1, london), 1);
    cr_expect_eq(judge_rule("UTC0BST,M3.5.0/1,M10.5.0", -1, london), 1, "names mean nothing");
    cr_expect_eq(judge_rule(old, -1, "EST5EDT,M3.2.0,M11.1.0"), 2);
    cr_expect_eq(judge_rule(old, 0, "EST5EDT,M3.2.0,M11.1.0"), 1, "it is switched off");
    cr_expect_eq(judge_rule(NULL, 1, "CST-8"), 2);
    cr_expect_eq(judge_rule(NULL, 1, london), 1);
    cr_expect_eq(judge_rule(NULL, 0, london), 1);
    cr_expect_eq(judge_rule(london, 1, NULL), 0, "where it is is not known");
    cr_expect_eq(judge_rule(NULL, -1, london), 0);
}

/* Look after look, the clock off by these; what became of it. */
static struct health_clock play_clock(const int64_t *offsets_ms, size_t count, int64_t every)
{
    struct play play;
    play_init(&play);
    for (size_t i = 0; i < count; i++) {
        struct health_fact facts[] = {offset(offsets_ms[i]), uncertainty(500)};
        play.facts = facts;
        play.fact_count = 2;
        play_wait(&play, every);
        play_good(&play);
    }
    return health_clock(&play.state, WALL_START + play.elapsed);
}

Test(clock, a_step_and_a_drift_are_told_apart)
{
    const int64_t step[] = {100, 300, -200, 300000, 300100};
    struct health_clock clock = play_clock(step, 5, 4 * MINUTE);
    cr_expect_eq(clock.how, HEALTH_CLOCK_STEP);
    cr_expect_eq(clock.offset_ms, 300100);
    cr_expect_eq(clock.drift_ms_day, 0);

    int64_t drift[200]; /* 10 s a day, 16 days, from -90 s */
    for (int i = 0; i < 200; i++) {
        drift[i] = -30000 - i * 800;
    }
    clock = play_clock(drift, 200, 115 * MINUTE);
    cr_expect_eq(clock.how, HEALTH_CLOCK_DRIFT);
    cr_expect_geq(clock.drift_ms_day, -10100);
    cr_expect_leq(clock.drift_ms_day, -9900);
}

Test(clock, one_that_is_off_from_the_first_look_is_neither)
{
    const int64_t off[] = {300000, 300100, 300050};
    cr_expect_eq(play_clock(off, 3, 4 * MINUTE).how, HEALTH_CLOCK_STEADY);
    const int64_t set_right[] = {100, 300000, 300100, 40};
    struct health_clock clock = play_clock(set_right, 4, 4 * MINUTE);
    cr_expect_eq(clock.how, HEALTH_CLOCK_STEADY);
    cr_expect_eq(clock.offset_ms, 40);
}

Test(clock, not_judged_without_the_fact)
{
    struct play play;
    play_ok(&play);
    struct health_fact facts[] = {offset(600000)};
    play.facts = facts;
    play.fact_count = 1;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_NORMAL);
    play.fact_count = 0;
    for (int i = 0; i < 10; i++) {
        play_good(&play);
    }
    expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
    facts[0].standing = VMM_STANDING_NOT_JUDGED;
    facts[0].number = 0;
    play.fact_count = 1;
    for (int i = 0; i < 10; i++) {
        play_good(&play);
    }
    expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
    facts[0].standing = VMM_STANDING_OK;
    for (int i = 0; i < 3; i++) {
        expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(disk, the_faults_are_told_apart_and_a_size_refutes_nothing)
{
    static const uint32_t reasons[] = {VMM_REASON_DISK_FAULT, VMM_REASON_DISK_READONLY,
                                       VMM_REASON_DISK_MISSING};
    for (size_t i = 0; i < 3; i++) {
        struct health_fact facts[] = {
            fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_STATE, VMM_STANDING_OK, 0),
            fact_judged(VMM_SUBJECT_DISK, 2, VMM_FACT_DISK_STATE, VMM_STANDING_FAULT, reasons[i])};
        struct health_input input = {.facts = facts, .fact_count = 2};
        struct judgement judgement = {0};
        judge_disk(&input, &judgement);
        cr_expect_eq(judgement.fault, HEALTH_BIT(reasons[i]));
    }
    struct health_fact size =
        fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_TOTAL, VMM_STANDING_OK, 0);
    struct health_input input = {.facts = &size, .fact_count = 1};
    struct judgement judgement = {0};
    judge_disk(&input, &judgement);
    cr_expect_eq(judgement.ok | judgement.fault, 0);
}

Test(disk, a_fault_without_a_disk_reason_is_a_disk_fault)
{
    struct health_fact facts[] = {
        fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_STATE, VMM_STANDING_FAULT,
                    VMM_REASON_UNREACHABLE),
        fact_judged(VMM_SUBJECT_DISK, 2, VMM_FACT_DISK_STATE, VMM_STANDING_FAULT, 4000000000u)};
    struct health_input input = {.facts = facts, .fact_count = 2};
    struct judgement judgement = {0};
    judge_disk(&input, &judgement);
    cr_expect_eq(judgement.fault, HEALTH_BIT(VMM_REASON_DISK_FAULT));
}

Test(disk, a_full_disk_is_no_disk_fault_and_none_where_another_has_space)
{
    struct health_fact facts[] = {
        fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_STATE, VMM_STANDING_FAULT,
                    VMM_REASON_DISK_FULL),
        fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_FREE, VMM_STANDING_OK, 0),
        fact_judged(VMM_SUBJECT_DISK, 2, VMM_FACT_DISK_FREE, VMM_STANDING_OK, 0),
        fact_judged(VMM_SUBJECT_DEVICE, 0, VMM_FACT_DISK_OVERWRITE, VMM_STANDING_OK, 0)};
    facts[2].number = 1000;
    facts[3].type = VMM_TYPE_BOOL;
    struct health_input input = {.facts = facts, .fact_count = 4};
    struct judgement judgement = {0};
    judge_disk(&input, &judgement);
    cr_expect_eq(judgement.fault, 0);
    facts[2].number = 0;
    judge_disk(&input, &judgement);
    cr_expect_eq(judgement.fault, HEALTH_BIT(VMM_REASON_DISK_FULL));
}

Test(expect, a_broken_expectation_holds_and_ends)
{
    struct play play;
    play_ok(&play);
    struct health_fact broken = fact_judged(VMM_SUBJECT_DEVICE, 0, VMM_FACT_EXPECTATION,
                                            VMM_STANDING_FAULT, VMM_REASON_EXPECTATION);
    play.facts = &broken;
    play.fact_count = 1;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, EXPECTATION);
    broken.standing = VMM_STANDING_OK;
    for (int i = 0; i < 3; i++) {
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(combine, all_reasons_are_kept_and_the_lowest_rung_decides)
{
    struct play play;
    play_ok(&play);
    struct health_fact facts[] = {offset(600000),
                                  fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_STATE,
                                              VMM_STANDING_FAULT, VMM_REASON_DISK_FAULT)};
    play.facts = facts;
    play.fact_count = 1;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
    play.fact_count = 2;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, DISK_FAULT);
    cr_expect_eq(play.last.reasons,
                 HEALTH_BIT(VMM_REASON_DISK_FAULT) | HEALTH_BIT(VMM_REASON_CLOCK_OFFSET));
    cr_expect_eq(play.events, 3); /* another reason decides: told again */
    play_timeout(&play);
    play_confirm(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    play_trial(&play, VMM_OUTCOME_OK);
    for (int i = 0; i < 4; i++) {
        play_wait(&play, MINUTE);
        play_good(&play);
    }
    expect_verdict(&play, DEGRADED, SUSPECT, DISK_FAULT);
    cr_expect_eq(play.events, 5);
    cr_expect_eq(play.last.incident_wall, play.state.incident_wall);
}

Test(combine, a_reason_that_comes_and_goes_with_each_look_is_no_event)
{
    struct play play;
    play_ok(&play);
    struct health_fact facts[] = {offset(600000)};
    play.facts = facts;
    play.fact_count = 1;
    for (int i = 0; i < 50; i++) {
        facts[0].number = i % 2 ? 0 : 600000;
        play_good(&play);
        play_wait(&play, 4 * MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 1);
}

Test(combine, counts_are_settable_per_reason)
{
    struct play play;
    play_ok(&play);
    play.policy.on[VMM_REASON_CLOCK_OFFSET] = 1;
    struct health_fact facts[] = {offset(600000)};
    play.facts = facts;
    play.fact_count = 1;
    play_good(&play);
    expect_verdict(&play, DEGRADED, NORMAL, CLOCK_OFFSET);
}

/* What a device says that is well but for a part it never answers. */
static void expect_after_parts(uint32_t named, uint32_t health)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 5; i++) {
        play_wait(&play, MINUTE);
        play_full(&play, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    }
    cr_assert_eq(play.state.reason, VMM_REASON_ERROR_STATUS);
    for (int i = 0; i < 5; i++) {
        play_wait(&play, MINUTE);
        play_full(&play, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, named);
    }
    cr_expect_eq(play.state.health, health, "named %u: %u", named, play.state.health);
}

Test(combine, a_partial_look_ends_what_the_answers_said_unless_it_names_a_fault_itself)
{
    expect_after_parts(VMM_REASON_NONE, VMM_HEALTH_OK);
    expect_after_parts(VMM_REASON_ERROR_STATUS, VMM_HEALTH_DEGRADED);
    expect_after_parts(VMM_REASON_EXPECTATION, VMM_HEALTH_DEGRADED);
}
