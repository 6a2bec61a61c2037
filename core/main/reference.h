/* SPDX-License-Identifier: MIT */
/* Asks the configured references every ten seconds whether they are there: a TCP connection that is closed at once; a
 * refusal is an answer too. Nothing is sent. */
#ifndef MAIN_REFERENCE_H
#define MAIN_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <jansson.h>

struct reference_watch;

/* Reference number `which` of the list has answered, or has not within three seconds. */
typedef void (*reference_fn)(void *arg, uint32_t which, bool answered);

/* `addresses`: the list of texts as validated. NULL without memory. */
struct reference_watch *reference_create(struct event_base *base, const json_t *addresses,
                                         reference_fn fn, void *arg);
void reference_destroy(struct reference_watch *references);

#endif
