/* SPDX-License-Identifier: MIT */
/*
 * vmmd put together: which parts there are and who owns them.
 *
 *   config ─▶ fleet, vault, store ─▶ watch ─▶ plugins (hosts) ─▶ watch ─▶ store ─▶ deliver ─▶ plugins (sinks)
 *                                      ▲ control (vmmctl), reload (SIGHUP)
 *
 * Everything here runs on one thread, the loop's; the store has threads of its own behind its interface.
 */
#ifndef MAIN_DAEMON_H
#define MAIN_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "config/config.h"
#include "fleet/fleet.h"
#include "health/policy.h"
#include "store/store.h"
#include "store/vault.h"
#include "supervise/plugin.h"

struct watch;
struct deliver;
struct record;
struct notify;
struct control;
struct reload;
struct fleet_edits;
struct identification;
struct figures;
struct loads;
struct retain;
struct zones;

struct daemon {
    struct event_base *base;
    struct config_sources sources; /* where a reload reads from */
    struct config *config;
    struct health_policy policy;
    struct fleet *fleet;
    struct store *store;
    struct zones *day_zones; /* the store's thread's own */
    struct vault *vault;
    struct plugin_set *plugins;
    struct watch *watch;
    struct deliver *deliver;
    struct record *record;
    struct notify *notify;
    struct control *control;
    struct reload *reload;
    struct fleet_edits *edits;
    struct identification *identification;
    struct figures *figures; /* that plugins count */
    struct loads *loads;     /* parts of a fleet that is being sent */
    struct retain *retain;
    struct event *signals[5];
    struct event *store_ready;
    int program_fd; /* vmm-host as it was at the start */
    int64_t started_wall;
    uint64_t started_mono;
    bool stopping;
};

/* Set up everything up to the sockets. 0, or an error that has been logged. */
int daemon_open(struct daemon *daemon, const struct config_sources *sources);

/* Run until a signal ends it. Returns the exit status. */
int daemon_run(struct daemon *daemon);

/* Release everything; accepts what daemon_open() left half-built. */
void daemon_close(struct daemon *daemon);

/* Take the judging numbers from the configuration. */
void daemon_read_policy(struct daemon *daemon);

/* The plugins the configuration switches on, as specs; `specs` has room for `max`. Their texts live as long as
 * the configuration and `texts`, which the caller finishes with daemon_free_specs(). */
struct spec_list {
    struct plugin_spec *specs;
    size_t count;
    char **configs;
};
int daemon_specs(const struct config *config, struct spec_list *list);
void daemon_free_specs(struct spec_list *list);

/* What a plugin that describes itself so is configured with, as plugin_events.configure wants it. */
int daemon_configure(const struct config *config, const struct plugin_spec *spec,
                     const struct description *description, struct buf *out,
                     struct configure_message *message, char why[256]);

/* The vmm-host beside this program, open; the caller closes it. Negative, and logged, when there is none. */
int daemon_open_host_program(void);

#endif
