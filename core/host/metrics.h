/* SPDX-License-Identifier: MIT */
/* Metrics of the plugin. A counter goes to the core as what was added since the last time, a gauge
 * as its value; both at most once a second. */
#ifndef HOST_METRICS_H
#define HOST_METRICS_H

#include <event2/event.h>

#include "ipc/channel.h"

#define METRICS_MAX      64u
#define METRICS_NAME_MAX 96u

struct metrics;

/* `plugin` is the name that each metric carries (copied). NULL without memory. */
struct metrics *metrics_create(struct event_base *base, struct channel *channel,
                               const char *plugin);
void metrics_destroy(struct metrics *metrics);

/* 0; VMM_E_INVAL a name that is not vmm_<plugin>_[a-z0-9_]+, or of the other kind before;
 * VMM_E_RANGE a value that is no number, or below 0 for a counter; VMM_E_TOOBIG past METRICS_MAX
 * names. */
int metrics_add(struct metrics *metrics, const char *name, double value);
int metrics_set(struct metrics *metrics, const char *name, double value);

/* Send what has changed now. */
void metrics_flush(struct metrics *metrics);

#endif
