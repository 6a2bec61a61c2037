/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <vmm/errors.h>
#include <vmm/observation.h>

#include "health/health.h"
#include "health/outcome_table.h"
#include "health/policy.h"
#include "health/words.h"

static void check_both_ways(uint32_t count, const char *(*word)(uint32_t),
                            int (*number)(const char *))
{
    for (uint32_t i = 0; i < count; i++) {
        cr_expect_eq(number(word(i)), (int)i, "%s", word(i));
    }
    cr_expect_str_eq(word(count), "?");
    cr_expect_str_eq(word(UINT32_MAX), "?");
    cr_expect_eq(number("?"), VMM_E_NOENT);
    cr_expect_eq(number(""), VMM_E_NOENT);
}

Test(words, and_numbers_are_the_same_list)
{
    check_both_ways(VMM_HEALTH_COUNT, health_word, health_number);
    check_both_ways(VMM_SEVERITY_COUNT, severity_word, severity_number);
    check_both_ways(VMM_REASON_COUNT, reason_word, reason_number);
    check_both_ways(VMM_RUNG_COUNT, rung_word, rung_number);
    check_both_ways(VMM_OUTCOME_COUNT, outcome_word, outcome_number);
    check_both_ways(3, breaker_word, breaker_number);
    cr_expect_str_eq(fact_word(VMM_FACT_RECORDING_NEWEST), "recording_newest");
    cr_expect_str_eq(fact_word(0), "?");
    cr_expect_str_eq(fact_word(VMM_FACT_COUNT), "?");
    cr_expect_str_eq(health_word(VMM_HEALTH_DOWN), "DOWN");
    cr_expect_eq(health_number("down"), VMM_E_NOENT);
}

Test(words, every_reason_says_what_was_seen_and_what_to_do)
{
    for (uint32_t i = 0; i < VMM_REASON_COUNT; i++) {
        cr_expect_gt(strlen(reason_seen(i)), 5);
        cr_expect_gt(strlen(reason_remedy(i)), 5);
        cr_expect_lt(reason_health(i), VMM_HEALTH_COUNT);
        cr_expect_lt(reason_severity(i), VMM_SEVERITY_COUNT);
        cr_expect_lt(reason_rung(i), VMM_RUNG_COUNT);
    }
    cr_expect_str_eq(reason_seen(VMM_REASON_COUNT), "");
    cr_expect_str_eq(reason_remedy(VMM_REASON_COUNT), "");
    cr_expect_eq(reason_health(VMM_REASON_COUNT), VMM_HEALTH_UNKNOWN);
}

Test(outcomes, each_outcome_and_rung_has_exactly_one_row)
{
    size_t count = 0;
    const struct outcome_row *rows = outcome_rows(&count);
    for (uint32_t outcome = 0; outcome < VMM_OUTCOME_COUNT; outcome++) {
        for (uint32_t rung = 0; rung < VMM_RUNG_COUNT; rung++) {
            unsigned found = 0;
            for (size_t i = 0; i < count; i++) {
                found += rows[i].outcome == outcome && rung >= rows[i].first_rung &&
                         rung <= rows[i].last_rung;
            }
            cr_expect_eq(found, 1, "%s at %s", outcome_word(outcome), rung_word(rung));
        }
    }
}

#define FAILED_ENTRY(number, NAME, word, failed, meaning) [number] = (failed),

Test(outcomes, failed_looks_are_those_of_the_vocabulary_but_for_the_resolver)
{
    static const int failed[] = {VMM_OUTCOMES(FAILED_ENTRY)};
    for (uint32_t outcome = 0; outcome < VMM_OUTCOME_COUNT; outcome++) {
        for (uint32_t rung = 0; rung < VMM_RUNG_COUNT; rung++) {
            struct outcome_meaning m = outcome_meaning(outcome, rung, 0);
            bool is_failed = m.meaning == OUTCOME_FAILED;
            bool expected = failed[outcome] && rung != VMM_RUNG_RESOLVE;
            cr_expect_eq(is_failed, expected, "%s at %s", outcome_word(outcome), rung_word(rung));
        }
    }
}

/* As the host tells of a name without an address: no look has failed, and nothing of ours is broken. */
Test(outcomes, a_name_that_is_not_resolved_is_told_as_that)
{
    static const uint32_t outcomes[] = {VMM_OUTCOME_INTERNAL, VMM_OUTCOME_UNREACHABLE,
                                        VMM_OUTCOME_TIMEOUT};
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
        struct outcome_meaning m =
            outcome_meaning(outcomes[i], VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER);
        cr_expect_eq(m.meaning, OUTCOME_OURS);
        cr_expect_eq(m.reason, VMM_REASON_RESOLVER, "%s", outcome_word(outcomes[i]));
    }
}

Test(outcomes, a_reason_that_does_not_fit_is_not_taken)
{
    struct outcome_meaning m =
        outcome_meaning(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_DISABLED);
    cr_expect_eq(m.reason, VMM_REASON_TIMEOUT);
    m = outcome_meaning(VMM_OUTCOME_OK, VMM_RUNG_CLOCK, VMM_REASON_UNREACHABLE);
    cr_expect_eq(m.reason, VMM_REASON_NONE);
    m = outcome_meaning(VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_AUTH);
    cr_expect_eq(m.reason, VMM_REASON_BUSY);
    m = outcome_meaning(VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 4000000000u);
    cr_expect_eq(m.reason, VMM_REASON_NONE);
    m = outcome_meaning(VMM_OUTCOME_COUNT, VMM_RUNG_CLOCK, 0);
    cr_expect_eq(m.meaning, OUTCOME_OURS);
    cr_expect_eq(m.reason, VMM_REASON_INTERNAL);
}

/* A device that says 404 is not busy any more; whether the credential is right, and the language, is as open as before. */
Test(outcomes, an_answer_that_is_named_refutes_what_was_answered_before)
{
    uint64_t whole = HEALTH_BIT(VMM_REASON_BUSY) | HEALTH_BIT(VMM_REASON_ERROR_STATUS) |
                     HEALTH_BIT(VMM_REASON_EXPECTATION) | HEALTH_BIT(VMM_REASON_NO_VIDEO);
    struct outcome_meaning m =
        outcome_meaning(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_WRONG_PATH);
    cr_expect_eq(m.meaning, OUTCOME_ANSWERED);
    cr_expect_eq(m.judged_ok, whole);
    m = outcome_meaning(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_NONE);
    cr_expect_eq(m.judged_ok, 0, "garbage says nothing");
}

Test(policy, the_defaults_are_the_rules_numbers)
{
    struct health_policy policy;
    health_policy_init(&policy);
    cr_assert_eq(health_policy_check(&policy), 0);
    cr_expect_eq(health_policy_stale_after(&policy), 630000000u); /* 10.5 min */
    cr_expect_eq(health_policy_grace(&policy), 330000000u);
    cr_expect_eq(health_policy_on(&policy, VMM_REASON_BUSY), 2);
    cr_expect_eq(health_policy_off(&policy, VMM_REASON_BUSY), 3);
    cr_expect_eq(health_policy_on(&policy, VMM_REASON_AUTH), 1);
}

Test(policy, senseless_numbers_are_refused)
{
    struct health_policy good;
    health_policy_init(&good);
#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        struct health_policy bad = good;                                                           \
        bad.field = (value);                                                                       \
        cr_expect_eq(health_policy_check(&bad), VMM_E_RANGE, #field);                              \
    } while (0)
    REFUSED(interval_us, 0);
    REFUSED(jitter_us, good.interval_us);
    REFUSED(suspect_interval_us, 0);
    REFUSED(trial_interval_us, 0);
    REFUSED(deadline_us, 0);
    REFUSED(repeat_deadline_us, 0);
    REFUSED(fail_count, 0);
    REFUSED(fail_count, 16);
    REFUSED(ok_count, 0);
    REFUSED(degraded_on, 0);
    REFUSED(degraded_off, 0);
    REFUSED(latency_count, 0);
    REFUSED(sustain_count, 0);
    REFUSED(repeat_count, HEALTH_REPEATS_MAX + 1);
    REFUSED(on[3], 16);
    REFUSED(off[63], 16);
}

Test(words, reasons_are_taken_out_of_a_mask_one_by_one)
{
    uint64_t reasons = HEALTH_BIT(VMM_REASON_AUTH) | HEALTH_BIT(VMM_REASON_NODE);
    cr_expect_eq(reason_take(&reasons), VMM_REASON_AUTH);
    cr_expect_eq(reason_take(&reasons), VMM_REASON_NODE);
    cr_expect_eq(reason_take(&reasons), VMM_REASON_NONE);
    cr_expect_eq(reasons, 0);
}

Test(words, what_failed_looks_lead_to_is_as_severe_as_an_open_breaker)
{
    static const uint32_t reasons[] = {VMM_REASON_UNREACHABLE, VMM_REASON_TIMEOUT,
                                       VMM_REASON_BAD_REPLY, VMM_REASON_TLS};
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        cr_expect_eq(reason_severity(reasons[i]), VMM_SEVERITY_CRITICAL, "%s",
                     reason_word(reasons[i]));
    }
}
