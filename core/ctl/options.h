/* SPDX-License-Identifier: MIT */
/* Reads a command line by the tables of options. No I/O. */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/verb.h"

#define OPTIONS_MAX  24
#define OPERANDS_MAX 64

/* What every verb takes. */
extern const struct ctl_option options_common[];

struct options {
    const struct ctl_option *own; /* the verb's, or NULL */
    struct {
        const char *name;
        const char *value; /* "" for an option without one */
    } given[OPTIONS_MAX];
    size_t given_count;
    const char *operands[OPERANDS_MAX]; /* into argv */
    size_t operand_count;
    char problem[160]; /* what is wrong, when something is */
};

/* Read argv[at] and on. With `stop_at_operand` it ends before the first operand. Returns where it
 * stopped, or -1 with `problem` filled. */
int options_read(struct options *options, int argc, char **argv, int at, bool stop_at_operand);

/* The value of an option, "" for one without; NULL when it was not given. The last one given
 * counts. */
const char *options_value(const struct options *options, const char *name);

/* Its value as a whole number from `least` to `most`; `otherwise` when it was not given. False,
 * with `problem` filled, when it is no such number. */
bool options_number(struct options *options, const char *name, long least, long most,
                    long otherwise, long *number);

#endif
