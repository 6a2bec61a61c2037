/* SPDX-License-Identifier: MIT */
/* Sites and cameras that are judged by rules of their own. */
#include "health/rules.h"
#include "health_play.h"

Test(own_rules, nothing_named_changes_nothing)
{
    struct health_policy policy;
    struct health_policy before;
    struct fleet_rules none = {0};
    health_policy_init(&policy);
    before = policy;
    rules_apply(&none, &policy);
    cr_expect_eq(memcmp(&policy, &before, sizeof(policy)), 0);
}

Test(own_rules, what_is_named_is_what_holds)
{
    struct health_policy policy;
    struct fleet_rules rules = {.fail_count = 8,
                                .latency_limit_s = 9,
                                .interval_s = 120,
                                .confirm = FLEET_RULES_CONFIRM_OFF,
                                .on = {[VMM_REASON_CLOCK_OFFSET] = 5},
                                .off = {[VMM_REASON_CLOCK_OFFSET] = 1}};
    health_policy_init(&policy);
    rules_apply(&rules, &policy);
    cr_expect_eq(health_policy_check(&policy), 0);
    cr_expect_eq(policy.fail_count, 8);
    cr_expect_eq(policy.latency_limit_us, 9 * SECOND);
    cr_expect_eq(policy.interval_us, 120 * SECOND);
    cr_expect_eq(policy.jitter_us, 30 * SECOND);
    cr_expect_eq(policy.repeat_count, 0);
    cr_expect_eq(health_policy_on(&policy, VMM_REASON_CLOCK_OFFSET), 5);
    cr_expect_eq(health_policy_off(&policy, VMM_REASON_CLOCK_OFFSET), 1);
    cr_expect_eq(health_policy_on(&policy, VMM_REASON_BUSY), 2);
    rules = (struct fleet_rules){.confirm = FLEET_RULES_CONFIRM_ON};
    rules_apply(&rules, &policy);
    cr_expect_eq(policy.repeat_count, 4);
    cr_expect_eq(policy.fail_count, 8, "what the site says, the camera leaves");
}

Test(own_rules, a_camera_with_more_patience_goes_down_later)
{
    struct play play;
    struct fleet_rules rules = {.fail_count = 8};
    play_ok(&play);
    rules_apply(&rules, &play.policy);
    play_timeout(&play);
    play_confirm(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, OK, SUSPECT, NONE);
    for (int i = 0; i < 3; i++) {
        play_wait(&play, MINUTE);
        play_timeout(&play);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}
