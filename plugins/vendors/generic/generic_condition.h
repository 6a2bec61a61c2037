/* SPDX-License-Identifier: MIT */
/*
 * What the values of a JSON answer have to be to one another: "/used < 0.9 * /total || /state == 'idle'".
 *
 *   condition = all { "||" all }            all = relation { "&&" relation }
 *   relation  = sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum | "matches" text ]
 *   sum       = product { ("+" | "-") product }          product = value { "*" value }
 *   value     = "!" value | "(" condition ")" | number | 'text' | true | false | null | pointer
 *             | has(pointer) | size(pointer) | any(pointer, condition) | all(pointer, condition)
 *
 * A pointer is one of RFC 6901 into the document, or begins with '.' and is one into the item that any() or all() is at; it
 * stands between grave accents where it has blanks or signs of this language in it. Pure; the clock bounds it.
 */
#ifndef GENERIC_CONDITION_H
#define GENERIC_CONDITION_H

#include "generic_match.h"

#define GENERIC_CONDITION_MAX 512u /* bytes of a condition */

struct json_t;
struct generic_node;

struct generic_condition {
    struct generic_node *nodes; /* the last one is the whole */
    size_t count;
};

/* UNTOLD: a value that it needs is not there, or of a kind that cannot be compared so. */
enum generic_holds { GENERIC_HOLDS, GENERIC_HOLDS_NOT, GENERIC_UNTOLD };

/* Compile. VMM_E_INVAL with one line in `why` for a text that is no condition, VMM_E_NOMEM; then there is nothing to finish. */
int generic_condition_init(struct generic_condition *condition, const char *text, char *why,
                           size_t why_size);
void generic_condition_finish(struct generic_condition *condition);

/* Try it on a document (NULL: the answer is none). What is untold is told in `why`, unless the clock stopped it. */
enum generic_holds generic_condition_try(const struct generic_condition *condition,
                                         const struct json_t *document, struct generic_clock *clock,
                                         char *why, size_t why_size);

#endif
