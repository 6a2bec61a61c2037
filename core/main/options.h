/* SPDX-License-Identifier: MIT */
/*
 * The options of devices as their provider wants them: validated against its declaration, defaults filled in.
 * Most devices of a provider have the same ones, so each text is kept once.
 */
#ifndef MAIN_OPTIONS_H
#define MAIN_OPTIONS_H

#include <stdint.h>

#include "ipc/describe.h"

struct options {
    char *json;
    uint64_t hash;
    char why[160]; /* not "": they are not what the provider wants, and why */
    char *given;   /* as the operator wrote them */
    uint64_t given_hash;
    struct options *next;
};

/* All options of one provider. */
struct options_table {
    struct options *slots[256];
};

/* The options for what was given; the same pointer for the same text. NULL without memory. */
const struct options *options_get(struct options_table *table,
                                  const struct description *description, const char *given);

/* The same of those that the provider knows by name, for a device that was handed over to it: the others were for
 * another one. Where one of them is not what it wants, it goes by its defaults. */
const struct options *options_get_known(struct options_table *table,
                                        const struct description *description, const char *given);

/* Forget all: the declaration has changed. Pointers given out are no longer valid. */
void options_clear(struct options_table *table);

#endif
