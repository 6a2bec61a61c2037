/* SPDX-License-Identifier: MIT */
/* The figures of vmmd as Prometheus text (exposition format 0.0.4). */
#ifndef MAIN_METRICS_H
#define MAIN_METRICS_H

#include <stdbool.h>

#include "base/buf.h"
#include "ipc/frame.h"
#include "main/daemon.h"

/* A METRIC frame of a plugin. Names that do not begin with vmm_<plugin>_, and more than 64 names a plugin, are
 * ignored. 0, or VMM_E_PROTO for a frame that cannot be read. */
int metrics_plugin(const char *plugin, const struct frame *frame);

/* What a plugin's counter or gauge stands at. False when it has told nothing of that name. */
bool metrics_plugin_value(const char *name, double *value);

/* Append everything. */
void metrics_write(const struct daemon *daemon, struct buf *out);

#endif
