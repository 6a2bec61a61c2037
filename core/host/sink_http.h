/* SPDX-License-Identifier: MIT */
/* "vmm.http/1" for sinks: one request to an address of the plugin's own settings, one answer. */
#ifndef HOST_SINK_HTTP_H
#define HOST_SINK_HTTP_H

#include <event2/event.h>
#include <stdint.h>

#include <vmm/http.h>

#include "host/origin.h"

struct sink_http;

/* `origins` outlives it; `ca_file` is copied, "" means the system's. on_change(arg) is called when a request has
 * been answered. NULL without memory. */
struct sink_http *sink_http_create(struct event_base *base, const struct origins *origins,
                                   const char *ca_file, void (*on_change)(void *arg), void *arg);

/* Ends what is under way without a word. NULL is allowed. */
void sink_http_destroy(struct sink_http *http);

/* Requests that have not been answered. */
uint32_t sink_http_count(const struct sink_http *http);

/* The table for plugins. */
extern const struct vmm_http_host sink_http_host;

#endif
