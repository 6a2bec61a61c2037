/* SPDX-License-Identifier: MIT */
/* Observations against the vocabulary. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/facts.h"

static struct facts facts;

static void begin(void)
{
    facts_init(&facts);
}

static void end(void)
{
    facts_finish(&facts);
}

TestSuite(host_facts, .init = begin, .fini = end);

static const struct vmm_observation offset = {.struct_size = sizeof(offset),
                                              .subject = VMM_SUBJECT_DEVICE,
                                              .fact = VMM_FACT_CLOCK_OFFSET,
                                              .standing = VMM_STANDING_OK,
                                              .type = VMM_TYPE_INT,
                                              .number = -1500};
static const struct vmm_observation signal_lost = {.struct_size = sizeof(signal_lost),
                                                   .subject = VMM_SUBJECT_CHANNEL,
                                                   .index = 3,
                                                   .fact = VMM_FACT_SIGNAL,
                                                   .standing = VMM_STANDING_FAULT,
                                                   .reason = VMM_REASON_VIDEO_LOSS,
                                                   .type = VMM_TYPE_BOOL};

Test(host_facts, what_is_in_the_vocabulary_is_kept)
{
    struct vmm_observation model = {.struct_size = sizeof(model),
                                    .subject = VMM_SUBJECT_DEVICE,
                                    .fact = VMM_FACT_MODEL,
                                    .type = VMM_TYPE_TEXT,
                                    .text = "IP\x01"
                                            "816A-HP not this",
                                    .text_size = 10};
    cr_assert_eq(facts_add(&facts, &offset), 0);
    cr_assert_eq(facts_add(&facts, &signal_lost), 0);
    cr_assert_eq(facts_add(&facts, &model), 0);
    const struct result_fact *list = facts_view(&facts);
    cr_assert_eq(facts.count, 3);
    cr_assert_eq((int64_t)list[0].value, -1500);
    cr_assert_eq(list[1].index, 3);
    cr_assert_eq(list[1].reason, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(list[2].text, "IP816A-HP");
}

static void expect_refused(struct vmm_observation seen)
{
    cr_assert_eq(facts_add(&facts, &seen), VMM_E_INVAL);
    cr_assert_eq(facts.count, 0);
}

Test(host_facts, what_is_not_is_refused)
{
    struct vmm_observation seen = offset;
    seen.fact = VMM_FACT_COUNT;
    expect_refused(seen);
    seen.fact = 0;
    expect_refused(seen);
    seen = offset;
    seen.subject = VMM_SUBJECT_CHANNEL; /* the clock is the device's */
    seen.index = 1;
    expect_refused(seen);
    seen = offset;
    seen.index = 1;
    expect_refused(seen);
    seen = offset;
    seen.type = VMM_TYPE_TEXT;
    expect_refused(seen);
    seen = offset;
    seen.standing = 3;
    expect_refused(seen);
    seen = offset;
    seen.standing = VMM_STANDING_FAULT; /* without a reason */
    expect_refused(seen);
    seen = signal_lost;
    seen.index = 0;
    expect_refused(seen);
    seen = signal_lost;
    seen.index = 65536;
    expect_refused(seen);
    seen = signal_lost;
    seen.number = 2;
    expect_refused(seen);
    seen = signal_lost;
    seen.reason = VMM_REASON_COUNT;
    expect_refused(seen);
}

Test(host_facts, a_standing_alone_and_an_older_struct_are_enough)
{
    struct vmm_observation seen = signal_lost;
    seen.type = VMM_TYPE_NONE;
    cr_assert_eq(facts_add(&facts, &seen), 0);
    seen = offset;
    seen.struct_size =
        (uint32_t)offsetof(struct vmm_observation, real); /* a build that knew no text */
    cr_assert_eq(facts_add(&facts, &seen), 0);
}

Test(host_facts, a_reason_counts_only_with_a_fault)
{
    struct vmm_observation seen = offset;
    seen.reason = VMM_REASON_CLOCK_OFFSET;
    cr_assert_eq(facts_add(&facts, &seen), 0);
    cr_assert_eq(facts_view(&facts)[0].reason, VMM_REASON_NONE);
}

Test(host_facts, no_more_than_a_look_may_have)
{
    for (unsigned i = 0; i < VMM_OBSERVATIONS_MAX; i++) {
        cr_assert_eq(facts_add(&facts, &offset), 0);
    }
    cr_assert_not(facts.overflow);
    cr_assert_eq(facts_add(&facts, &offset), VMM_E_TOOBIG);
    cr_assert(facts.overflow);
    facts_clear(&facts);
    cr_assert_eq(facts.count, 0);
    cr_assert_not(facts.overflow);
    cr_assert_eq(facts_add(&facts, &offset), 0);
}
