/* SPDX-License-Identifier: MIT */
#include "health/outcome_table.h"

#include <vmm/observation.h>

#define BIT(NAME) (UINT64_C(1) << VMM_REASON_##NAME)

/* The credential: a look that got past the login refutes them all. */
#define LOGIN (BIT(AUTH) | BIT(CREDENTIAL_MISSING) | BIT(LOCKED))

/* Whose language it is: at most one of them holds. */
#define LANGUAGE (BIT(UNSUPPORTED) | BIT(OTHER_PROVIDER))

/* What the answers themselves say, apart from facts. */
#define ANSWER                                                                                     \
    (BIT(BUSY) | LANGUAGE | BIT(WRONG_PATH) | BIT(ERROR_STATUS) | BIT(NO_VIDEO) | BIT(EXPECTATION))

#define FACT                                                                                       \
    (BIT(CLOCK_OFFSET) | BIT(CLOCK_ZONE) | BIT(CLOCK_DST) | BIT(CLOCK_DST_RULE) |                  \
     BIT(VIDEO_LOSS) | BIT(DISK_FAULT) | BIT(DISK_READONLY) | BIT(DISK_MISSING) | BIT(DISK_FULL) | \
     BIT(MISSING_RECORDING) | BIT(RECORDING_DISABLED) | BIT(HARDWARE_FAULT))

/*
 * An error told in the protocol's own words is an answer: a page that is not there, a status 500.
 * Named with a failed outcome, such a reason makes the look an answered one; its own severity
 * counts then.
 */
#define ANSWERING (LOGIN | ANSWER)
#define ANY_FAULT (ANSWERING | FACT)

/* Said of the look as a whole: the newest of them is what is so. */
#define WHOLE (BIT(BUSY) | BIT(WRONG_PATH) | BIT(ERROR_STATUS) | BIT(NO_VIDEO) | BIT(EXPECTATION))

/* What is proven of a partial look that names what is wrong with a part: the name hides what the others said. */
#define BESIDE_A_NAME (LOGIN | BIT(BUSY) | LANGUAGE)

#define ROW(OUTCOME, FIRST, LAST, MEANING, REASON, was_seen, ok, may_name)                         \
    {                                                                                              \
        VMM_OUTCOME_##OUTCOME, VMM_RUNG_##FIRST, VMM_RUNG_##LAST, OUTCOME_##MEANING,               \
            VMM_REASON_##REASON, (was_seen), (ok), (may_name)                                      \
    }

/* clang-format off */
static const struct outcome_row rows[] = {
    /*  outcome      first rung    last rung  meaning   reason       seen   refutes  may name */
    ROW(OK,          NONE,         CLOCK,     GOOD,     NONE,        true,  ANSWERING, ANY_FAULT),
    ROW(PARTIAL,     NONE,         CLOCK,     GOOD,     NONE,        true,  ANSWERING, ANY_FAULT),
    ROW(UNREACHABLE, NONE,         NONE,      FAILED,   UNREACHABLE, false, 0, 0),
    ROW(UNREACHABLE, RESOLVE,      RESOLVE,   OURS,     RESOLVER,    false, 0, 0),
    ROW(UNREACHABLE, CONNECT,      CONNECT,   FAILED,   UNREACHABLE, false, 0, 0),
    ROW(UNREACHABLE, TLS,          TLS,       FAILED,   TLS,         true,  0, BIT(UNREACHABLE)),
    ROW(UNREACHABLE, AUTHENTICATE, CLOCK,     FAILED,   UNREACHABLE, true,  0, ANSWERING),
    ROW(TIMEOUT,     NONE,         NONE,      FAILED,   TIMEOUT,     false, 0, 0),
    ROW(TIMEOUT,     RESOLVE,      RESOLVE,   OURS,     RESOLVER,    false, 0, 0),
    ROW(TIMEOUT,     CONNECT,      CONNECT,   FAILED,   TIMEOUT,     false, 0, 0),
    ROW(TIMEOUT,     TLS,          CLOCK,     FAILED,   TIMEOUT,     true,  0, 0),
    ROW(AUTH,        NONE,         CLOCK,     ANSWERED, AUTH,        true,  0, LOGIN),
    ROW(UNSUPPORTED, NONE,         CLOCK,     ANSWERED, UNSUPPORTED, true,  0, ANSWER),
    ROW(BAD_REPLY,   NONE,         NONE,      FAILED,   BAD_REPLY,   true,  0, ANSWERING),
    ROW(BAD_REPLY,   RESOLVE,      RESOLVE,   OURS,     RESOLVER,    false, 0, 0),
    ROW(BAD_REPLY,   CONNECT,      CONNECT,   FAILED,   BAD_REPLY,   true,  0, ANSWERING),
    ROW(BAD_REPLY,   TLS,          TLS,       FAILED,   TLS,         true,  0, BIT(BAD_REPLY)),
    ROW(BAD_REPLY,   AUTHENTICATE, CLOCK,     FAILED,   BAD_REPLY,   true,  0, ANSWERING),
    ROW(LIMIT,       NONE,         CLOCK,     ANSWERED, BUSY,        true,  0, 0),
    ROW(CANCELLED,   NONE,         CLOCK,     OURS,     NONE,        false, 0, BIT(AUTH_WAIT) | BIT(NODE)),
    ROW(INTERNAL,    NONE,         NONE,      OURS,     INTERNAL,    false, 0, 0),
    ROW(INTERNAL,    RESOLVE,      RESOLVE,   OURS,     RESOLVER,    false, 0, 0),
    ROW(INTERNAL,    CONNECT,      CLOCK,     OURS,     INTERNAL,    false, 0, 0),
};
/* clang-format on */

_Static_assert(VMM_RUNG_CLOCK == VMM_RUNG_COUNT - 1, "the rows reach up to the last rung");

static const struct outcome_row *row_of(uint32_t outcome, uint32_t rung)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].outcome == outcome && rung >= rows[i].first_rung && rung <= rows[i].last_rung) {
            return &rows[i];
        }
    }
    return NULL;
}

struct outcome_meaning outcome_meaning(uint32_t outcome, uint32_t rung, uint32_t reason)
{
    const struct outcome_row *row = row_of(outcome, rung);
    if (row == NULL) {
        return (struct outcome_meaning){.meaning = OUTCOME_OURS, .reason = VMM_REASON_INTERNAL};
    }
    struct outcome_meaning meaning = {.meaning = row->meaning,
                                      .reason = row->reason,
                                      .seen = row->seen,
                                      .judged_ok = row->judged_ok};
    uint64_t named = reason > 0 && reason < VMM_REASON_COUNT ? UINT64_C(1) << reason : 0;
    if ((named & row->refined) == 0) {
        return meaning;
    }
    meaning.reason = reason;
    meaning.judged_ok &= outcome == VMM_OUTCOME_PARTIAL ? BESIDE_A_NAME & ~named : ~named;
    if (row->meaning == OUTCOME_FAILED && (named & ANSWERING) != 0) {
        meaning.meaning = OUTCOME_ANSWERED;
        meaning.judged_ok |= (named & WHOLE) != 0 ? WHOLE & ~named : 0;
    }
    return meaning;
}

bool outcome_is_failed(uint32_t outcome)
{
    static const uint8_t failed[] = {
#define FAILED(number, NAME, word, counts, meaning) counts,
        VMM_OUTCOMES(FAILED)
#undef FAILED
    };
    return failed[outcome];
}

const struct outcome_row *outcome_rows(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

uint64_t outcome_answering_reasons(void)
{
    return ANSWERING;
}
