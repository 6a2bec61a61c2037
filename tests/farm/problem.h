/* SPDX-License-Identifier: MIT */
/*
 * Reading JSON strictly: an unknown key, a wrong type or a value out of range is a problem, said
 * once, with the place. The first problem stays; later ones are ignored.
 */
#ifndef FARM_PROBLEM_H
#define FARM_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct problem {
    char text[400];  /* empty: all is well */
    char where[200]; /* put in front of the text: file, group, answer */
};

/* Is there a problem already? */
bool problem_is(const struct problem *problem);

/* Notes a problem; always returns false, so that a check can end with it. */
bool problem_note(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says where the reader is now. */
void problem_where(struct problem *problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* OBJECT must be an object whose keys all stand in the blank-separated list KEYS. */
bool problem_keys(struct problem *problem, const json_t *object, const char *keys);

/* Values of OBJECT's KEY; the fallback when it is absent or wrong (a problem is then noted).
 * Text stays owned by the JSON value. */
const char *problem_text(struct problem *problem, const json_t *object, const char *key,
                         const char *fallback);
int64_t problem_int(struct problem *problem, const json_t *object, const char *key,
                    int64_t fallback, int64_t min, int64_t max);
double problem_real(struct problem *problem, const json_t *object, const char *key, double fallback,
                    double min, double max);
bool problem_flag(struct problem *problem, const json_t *object, const char *key, bool fallback);

/* The object or array under KEY, or NULL. */
json_t *problem_object(struct problem *problem, const json_t *object, const char *key);
json_t *problem_array(struct problem *problem, const json_t *object, const char *key);

#endif
