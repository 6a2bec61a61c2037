/* SPDX-License-Identifier: MIT */
/* Facts as a look yields them, for the tests of core/health. */
#ifndef TESTS_HEALTH_FACTS_H
#define TESTS_HEALTH_FACTS_H

#include "health/health.h"

static inline struct health_fact fact_int(uint32_t fact, uint32_t subject, uint32_t index,
                                          int64_t number)
{
    return (struct health_fact){.fact = fact,
                                .subject = subject,
                                .index = index,
                                .standing = VMM_STANDING_OK,
                                .type = VMM_TYPE_INT,
                                .number = number};
}

static inline struct health_fact fact_bool(uint32_t fact, uint32_t subject, uint32_t index,
                                           bool value)
{
    struct health_fact f = fact_int(fact, subject, index, value);
    f.type = VMM_TYPE_BOOL;
    return f;
}

static inline struct health_fact fact_text(uint32_t fact, uint32_t subject, uint32_t index,
                                           const char *text)
{
    struct health_fact f = fact_int(fact, subject, index, 0);
    f.type = VMM_TYPE_TEXT;
    f.text = text;
    return f;
}

/* A fact of which only the judgement counts. */
static inline struct health_fact fact_judged(uint32_t subject, uint32_t index, uint32_t number,
                                             uint32_t standing, uint32_t reason)
{
    return (struct health_fact){
        .subject = subject, .index = index, .fact = number, .standing = standing, .reason = reason};
}

/* A video input with or without a signal. */
static inline struct health_fact fact_signal(uint32_t index, bool live)
{
    struct health_fact f = fact_bool(VMM_FACT_SIGNAL, VMM_SUBJECT_CHANNEL, index, live);
    f.standing = live ? VMM_STANDING_OK : VMM_STANDING_FAULT;
    f.reason = live ? VMM_REASON_NONE : VMM_REASON_VIDEO_LOSS;
    return f;
}

#endif
