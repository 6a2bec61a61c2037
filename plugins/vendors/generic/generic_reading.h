/* SPDX-License-Identifier: MIT */
/*
 * The options of a device while they are read: the place, and the first thing that is wrong there.
 */
#ifndef GENERIC_READING_H
#define GENERIC_READING_H

#include <jansson.h>

#include "generic_plan.h"

struct generic_reading {
    struct generic_plan *plan;
    size_t request;
    const char *part; /* "extract" … or NULL */
    size_t place;     /* in that part */
};

/* Keep the first thing that is wrong, with its place and what would be right. Always VMM_E_INVAL. */
__attribute__((format(printf, 2, 3))) int generic_wrong(const struct generic_reading *r,
                                                        const char *format, ...);

/* A text of an object, or NULL. */
const char *generic_text_of(const json_t *object, const char *key);

/* Copy a text; `*out` stays when it is absent. */
int generic_copy_text(const struct generic_reading *r, const json_t *object, const char *key,
                      char **out);

/* Whether this may be the name of a file in a folder of the settings: no path, and not hidden. */
bool generic_is_file_name(const char *name);

/* Compile a pattern. NULL is wrong. */
int generic_read_pattern(const struct generic_reading *r, const char *text,
                         struct generic_pattern *pattern);

/* Copy a text with the words of the device's settings filled in (generic_words.h). */
int generic_fill_text(const struct generic_reading *r, const char *text, char **out);

/* Read what holds for the whole device: all but the requests. */
int generic_read_device(struct generic_plan *plan, const json_t *options);
void generic_identity_finish(struct generic_identity *identity);

/* Whether the words that a look fills in are good ones. */
int generic_check_words(const struct generic_reading *r, const char *text,
                        struct generic_request *request);

/* Read what is said and expected over a connection that is not HTTP. */
int generic_read_steps(struct generic_reading *r, const json_t *object,
                       struct generic_request *request);
void generic_steps_finish(struct generic_request *request);

/* Read what an answer is held against. */
int generic_read_expectations(struct generic_reading *r, const json_t *object,
                              struct generic_request *request);

/* Read the list `extract` of a request: where values are, and what is done with each. */
int generic_read_extracts(struct generic_reading *r, const json_t *object,
                          struct generic_request *request);

#endif
