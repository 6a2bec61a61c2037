/* SPDX-License-Identifier: MIT */
/*
 * Looks that tell what a device answers to strangers: every plugin that is installed, on or off, is asked whose it is,
 * before the look ends.
 *
 *   TRANSCRIPT ─▶ identification_keep() ─▶ RESULT ─▶ identification_holds() ─▶ opinions ─▶ look_conclude()
 */
#ifndef MAIN_IDENTIFICATION_H
#define MAIN_IDENTIFICATION_H

#include "main/watch.h"

struct identification;

/* NULL without memory. */
struct identification *identification_create(struct daemon *daemon);
void identification_destroy(struct identification *identification);

/* Other plugins may be installed now. */
void identification_refresh(struct identification *identification);

/* The loop stood still: no plugin is to blame for what did not come meanwhile. NULL is allowed. */
void identification_forgive(struct identification *identification);

/* The transcript of a look under way. VMM_E_PROTO: it is none, or the look has one; VMM_E_NOMEM. */
int identification_keep(struct identification *identification, const struct look *look,
                        const struct frame *frame);

/* The look has ended with this result: true when opinions are asked for first. look_conclude() comes later then, with
 * what they tell. */
bool identification_holds(struct identification *identification, struct look *look,
                          const struct frame *frame, const struct result_message *result);

#endif
