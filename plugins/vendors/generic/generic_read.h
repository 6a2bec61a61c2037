/* SPDX-License-Identifier: MIT */
#ifndef GENERIC_READ_H
#define GENERIC_READ_H

#include "generic_carry.h"
#include "generic_memory.h"

#define GENERIC_READ_BUDGET_US 20000u /* of one answer; a call on the loop may take 50 ms */

/* What a look keeps: for its own later requests, and for the next look. */
struct generic_kept {
    struct generic_carried *carried; /* NULL where the plan carries nothing */
    struct generic_memory *memory;
};

/*
 * Hold an answer against what its request expects, and report what its rules find.
 *
 * An expectation met is the fact `expectation` with standing ok, one that is broken is a fault; the
 * text names the request and the first thing that is wrong. What a status says by itself (401, 403,
 * 404, 429, 5xx) goes into `part` unless the status is expected; so does an answer that refuses the
 * login. What later requests and looks need goes into `kept`; a request that does not give what it
 * carries ends the look, as auth when the password went into it. When `clock` runs out, what is left
 * is not judged and the part is partial.
 */
void generic_read(const struct generic_request *request, const struct vmm_http_answer *answer,
                  const struct generic_kept *kept, struct generic_clock *clock,
                  const struct vmm_observer *to, struct vmm_part *part);

/* Fill what was read into the requests that need it. */
void generic_read_on(struct generic_plan *plan, const struct generic_request *request,
                     const struct generic_kept *kept, struct vmm_part *part);

/* Report the expectation as broken, by what did not come in a dialogue. `part` ends the look when the dialogue was to give
 * what later requests need. */
void generic_read_broken(const struct generic_request *request, const char *what,
                         const struct vmm_observer *to, struct vmm_part *part);

/* The host's own login was refused: whether the answer says, by the `locked` patterns of any request, that the account is
 * locked. `part` says auth already. */
void generic_read_refusal(const struct generic_plan *plan, const struct vmm_http_answer *answer,
                          struct generic_clock *clock, struct vmm_part *part);

#endif
