/* SPDX-License-Identifier: MIT */
/* The table a plugin is given by open(): struct vmm_host of <vmm/plugin.h>. */
#ifndef HOST_TABLE_H
#define HOST_TABLE_H

#include <event2/event.h>
#include <pthread.h>

#include <vmm/plugin.h>

#include "host/logs.h"
#include "host/mask.h"
#include "host/metrics.h"
#include "host/work.h"

struct record;
struct service;
struct sink_http;

/* Behind the plugin's opaque context. Everything outlives the plugin's use of it. */
struct vmm_context {
    struct vmm_host table;
    struct event_base *base;
    struct logs *logs;
    struct metrics *metrics;
    struct work *work;
    struct service *service;     /* NULL unless the plugin is one */
    struct sink_http *sink_http; /* NULL unless the plugin is a sink */
    struct mask secrets;         /* of the settings; what they cover never leaves the process */
    struct record *record;       /* NULL unless it is a sink that keeps the record */
    const char *config;          /* JSON */
    uint32_t kind;               /* VMM_KIND_* */
    uint32_t traits;             /* VMM_TRAIT_* */
    pthread_t loop;
};

/* Fill the table in; the other fields are the caller's. Called on the loop thread. */
void table_init(struct vmm_context *context);

/* End the process unless this is the loop's thread: a call from elsewhere would corrupt what it touches. */
void table_require_loop(const struct vmm_context *context);

#endif
