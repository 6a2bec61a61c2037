/* SPDX-License-Identifier: MIT */
/*
 * What became of a look, and what that says about the device: the one table outcome × rung, read by
 * the code, printed into docs/health.md and compared with it by a test.
 */
#ifndef VMM_HEALTH_OUTCOME_TABLE_H
#define VMM_HEALTH_OUTCOME_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a look counts as. */
#define OUTCOME_GOOD     0u /* the device answered as it should */
#define OUTCOME_ANSWERED 1u /* the device answered, and said no: reached, but no success */
#define OUTCOME_FAILED   2u /* a failed look */
#define OUTCOME_OURS     3u /* our side; judges nobody */

struct outcome_row {
    uint8_t outcome;    /* VMM_OUTCOME_* */
    uint8_t first_rung; /* VMM_RUNG_* from … */
    uint8_t last_rung;  /* … to, both included */
    uint8_t meaning;    /* OUTCOME_* */
    uint8_t reason;     /* VMM_REASON_* it leads to; 0: none */
    bool seen;          /* the device itself answered something */
    uint64_t judged_ok; /* reasons, as bits, that such a look refutes */
    uint64_t refined;   /* reasons, as bits, that a plugin may name instead */
};

/* What a look with this outcome, rung and reason of the plugin says. */
struct outcome_meaning {
    uint32_t meaning; /* OUTCOME_* */
    uint32_t reason;  /* VMM_REASON_*; 0: nothing is wrong, or nothing is said */
    bool seen;
    uint64_t judged_ok;
};

/* Numbers outside the vocabulary are our side's fault: OUTCOME_OURS, internal. */
struct outcome_meaning outcome_meaning(uint32_t outcome, uint32_t rung, uint32_t reason);

/* Whether the outcome by itself makes a look a failed one. */
bool outcome_is_failed(uint32_t outcome);

/* The rows, in order; `*count` of them. They cover each outcome and rung exactly once. */
const struct outcome_row *outcome_rows(size_t *count);

/* Reasons, as bits, that say of a failed outcome that the device did answer in its protocol. */
uint64_t outcome_answering_reasons(void);

#endif
