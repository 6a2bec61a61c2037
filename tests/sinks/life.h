/* SPDX-License-Identifier: MIT */
/* What can happen to a site, so that everything people can be told is told: by a gateway on a virtual clock. */
#ifndef SINKS_LIFE_H
#define SINKS_LIFE_H

#include <jansson.h>
#include <stdbool.h>

/* How the messages of one life look. */
struct life_form {
    const char *language;
    const char *mode;
    int buttons;
    const char *link; /* "": without pages */
    bool is_whole;    /* every reason, not one of a few */
};

/* Hand each notification of weeks in which everything happens to `take`, in order. */
void life_of_a_site(const struct life_form *form, void (*take)(const json_t *document));

/* The same of a destination that takes one message a minute: what is too much goes into one. */
void life_of_a_crowd(const struct life_form *form, void (*take)(const json_t *document));

#endif
