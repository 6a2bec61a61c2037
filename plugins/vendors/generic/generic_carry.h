/* SPDX-License-Identifier: MIT */
/*
 * Values carried from one answer to the next requests: tokens, cookies, session ids.
 *
 * A rule with `carry` names a value, {carry:NAME} stands for it in path, headers and body of later
 * requests. A device chooses these values, and the host fills words in braces into requests later:
 * so a value is printable ASCII without braces, and is written as its place reads it.
 */
#ifndef GENERIC_CARRY_H
#define GENERIC_CARRY_H

#include "generic_plan.h"

#define GENERIC_CARRIED_MAX 1024u /* bytes of a value */

/* What a look carries, and the texts made of it; all zero at first. */
struct generic_carried {
    int64_t now_ms; /* of {now:FORMAT}, since 1970 */
    char *values[GENERIC_CARRIES_MAX];
    struct vmm_request_row rows[GENERIC_REQUESTS_MAX + 1]; /* the plan's, filled in */
    char *texts[GENERIC_REQUESTS_MAX + 1][3];              /* target, headers, body of each */
};

/* The place of a name in the plan, which is made when `declare` says so. VMM_E_NOENT; VMM_E_TOOBIG
 * when there are too many; VMM_E_NOMEM; VMM_E_INVAL for what is no name. */
int generic_carry_place(struct generic_plan *plan, struct vmm_text name, bool declare);

/* Whether each {carry:NAME} of a text, NULL allowed, is declared in the plan, and each {now:FORMAT} a format. 1: there are
 * some, 0: there is none, VMM_E_NOENT: one is not declared, VMM_E_INVAL: one is no format. */
int generic_carry_check(struct generic_plan *plan, const char *text);

/* Keep a value. VMM_E_INVAL when it is empty, too long, or has signs that a value may not have. */
int generic_carry_keep(struct generic_carried *carried, size_t place, struct vmm_text value);

/* Begin with the rows of the plan, at this time; one whose values are not known cannot be started. 0, VMM_E_NOMEM, VMM_E_TOOBIG. */
int generic_carry_begin(struct generic_carried *carried, struct generic_plan *plan, int64_t now_ms);

/* Write the rows from `first` on whose values are all known. 0, VMM_E_NOMEM, VMM_E_TOOBIG. */
int generic_carry_fill(struct generic_carried *carried, struct generic_plan *plan, size_t first);

/* A text with its words filled in as they are, in memory of the caller's, who wipes it. NULL without memory. */
char *generic_carry_text(const struct generic_carried *carried, struct generic_plan *plan,
                         const char *text);

/* Wipe and release what is carried. */
void generic_carry_finish(struct generic_carried *carried);

#endif
