/* SPDX-License-Identifier: MIT */
/*
 * VIVOTEK's getparam.cgi, for which a table of answers would not do: any set of names may be asked
 * for, on any level. Bare names, values in single quotes, CRLF; a name that is unknown or above the
 * level is an error inside a 200 (VIVOTEK URL API manuals; recorded answers of libpyvivotek).
 */
#ifndef FARM_VIVOTEK_H
#define FARM_VIVOTEK_H

#include "farm/message.h"
#include "farm/template.h"

struct vivotek_param {
    const char *name;
    int level; /* needed to read it */
    struct template value;
};

struct vivotek {
    const struct vivotek_param *params; /* sorted by name */
    size_t count;
    const char *error; /* the whole text for a name that cannot be read */
    bool spoils;       /* one bad name spoils the whole answer; else only its own line */
    bool groups;       /* a prefix such as "system" gives all names under it */
};

/* Reads the "vivotek" object of a personality. False: a problem is noted. */
bool vivotek_read(struct arena *arena, const json_t *object, const struct template_names *names,
                  struct vivotek *vivotek, struct problem *problem);

/* Appends the body for a request of an account with LEVEL. */
void vivotek_answer(const struct vivotek *vivotek, const struct message *message, int level,
                    const struct template_input *input, struct out *out);

#endif
