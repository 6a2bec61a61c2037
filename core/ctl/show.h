/* SPDX-License-Identifier: MIT */
/* Values of an answer as texts. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#define SHOW_SIZE 512

/* A member that is a text; "" when it is missing, null, or something else. */
const char *show_text(const json_t *object, const char *key);

/* A member that is a number; 0 when it is none. */
int64_t show_number(const json_t *object, const char *key);

/* Any value as a text: null is "", true "yes", lists "a, b". Returns `out`. */
const char *show_value(const json_t *value, char out[SHOW_SIZE]);
const char *show_member(const json_t *object, const char *key, char out[SHOW_SIZE]);

/* How long ago a time (RFC 3339) was, or how far ahead it is: "42 s", "3 h 12 min", "in 5 min"; ""
 * for none. `now_us` is wall-clock. Returns `out`. */
const char *show_ago(const char *time, int64_t now_us, char out[SHOW_SIZE]);

/* A duration, in the two largest units that are not zero. Returns `out`. */
const char *show_duration(int64_t seconds, char out[SHOW_SIZE]);

/* Write one line of JSON, or JSON that is part of a line. */
void show_json(FILE *out, const json_t *value);
void show_json_part(FILE *out, const json_t *value);

/* A new object with these members (NULL-ended) of another, in this order; what is missing becomes
 * null. */
json_t *show_pick(const json_t *object, const char *const *keys);

#endif
