/* SPDX-License-Identifier: MIT */
/* What clients have sent of a fleet.load so far: the parts of each connection by itself, until the last one comes or
 * none has come for 30 s. */
#ifndef MAIN_LOADS_H
#define MAIN_LOADS_H

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <jansson.h>

#define LOADS_MAX         8u /* connections that may be at it at once */
#define LOADS_RECORDS_MAX 200000u

struct loads;

struct loads *loads_create(struct event_base *base);
void loads_destroy(struct loads *loads);

/* Add a part, an object of lists, taken over. VMM_E_TOOBIG: too many records, and all of this connection are forgotten;
 * VMM_E_AGAIN: too many connections; VMM_E_NOMEM. */
int loads_stage(struct loads *loads, uint64_t connection, json_t *part);

/* How many records of a connection wait. */
size_t loads_staged(const struct loads *loads, uint64_t connection);

/* All parts of a connection as one object of lists, the caller's; NULL when there are none. */
json_t *loads_take(struct loads *loads, uint64_t connection);

void loads_forget(struct loads *loads, uint64_t connection);

/* Records in an object of lists. */
size_t loads_count(const json_t *parts);

#endif
