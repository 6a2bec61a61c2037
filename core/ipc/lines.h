/* SPDX-License-Identifier: MIT */
/* What a host writes to its standard error, as lines of the log under the plugin's name. */
#ifndef IPC_LINES_H
#define IPC_LINES_H

#include <event2/event.h>

struct lines;

/* Take over the descriptor. Lines longer than 1,000 bytes are cut; past 100 a second they are only counted.
 * NULL without memory; the descriptor is then open. */
struct lines *lines_create(struct event_base *base, int fd, const char *name);
void lines_destroy(struct lines *lines);

#endif
