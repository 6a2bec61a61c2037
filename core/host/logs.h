/* SPDX-License-Identifier: MIT */
/* Lines of the plugin on their way to the core: from any thread, at most LOGS_PER_SECOND. */
#ifndef HOST_LOGS_H
#define HOST_LOGS_H

#include <event2/event.h>
#include <stdint.h>

#include "ipc/channel.h"

#define LOGS_PER_SECOND 100u
#define LOGS_LINE_MAX   1000u

struct logs;

/* `level` is the highest that is kept (VMM_LOG_*). NULL without memory. */
struct logs *logs_create(struct event_base *base, struct channel *channel, uint32_t level);
void logs_destroy(struct logs *logs);

/* Any thread. A text without NUL in its first LOGS_LINE_MAX bytes is cut there. */
void logs_put(struct logs *logs, uint32_t level, const char *text);

/* The last line of level error, "" when there was none. */
void logs_error(struct logs *logs, char out[LOGS_LINE_MAX + 1]);

/* Hand what waits to the channel; loop thread only. */
void logs_flush(struct logs *logs);

#endif
