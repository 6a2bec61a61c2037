/* SPDX-License-Identifier: MIT */
/*
 * Plugins and their generations: which host takes a job, and how a new build takes over from the old one.
 *
 * A generation is one build with one configuration: a file, opened once, its description, and 1 to 8 hosts.
 * A reload prepares a candidate generation beside the current one for everything that changed; when every
 * candidate is ready all are switched at once, when one is not none is. The old generation takes no more work,
 * finishes what it has and ends; until then no further one is started. At start there is nothing to fall back
 * to: what cannot run is tried again with growing pauses, the rest is watched, and a reload of the rest does not
 * wait for it.
 */
#ifndef SUPERVISE_PLUGIN_H
#define SUPERVISE_PLUGIN_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>

#include "ipc/describe.h"
#include "supervise/file.h"
#include "supervise/host.h"

#define PLUGIN_HOSTS_MAX 8u

/* What the configuration says of a plugin that is switched on. Texts are borrowed for the call. */
struct plugin_spec {
    const char *name; /* of the fragment, or the file's name without .so */
    const char *path; /* of the .so */
    const char *flag;
    uint32_t kind;      /* VMM_KIND_*, as the fragment says */
    uint32_t hosts;     /* 1 to PLUGIN_HOSTS_MAX */
    const char *config; /* JSON object as it stands in the files; tells whether anything changed */
};

struct plugin_set;
struct plugin;

struct plugin_events {
    /* Check the settings against the description and write what CONFIGURE shall carry into `out`: validated,
     * defaults and secrets in place; fill the rest of the message. `candidate`: for a generation that a reload
     * is making. 0, or a negative error with `why` filled. */
    int (*configure)(void *arg, const struct plugin_spec *spec,
                     const struct description *description, bool candidate, struct buf *out,
                     struct configure_message *message, char why[256]);
    /* One more host of the plugin takes work, or a new generation took over. */
    void (*ready)(void *arg, struct plugin *plugin);
    /* It has none any more (or never had), and why. */
    void (*unready)(void *arg, struct plugin *plugin, const char *why);
    /* A TRANSCRIPT, RESULT, SETTLED, RESUME, METRIC, STATE or CHECKED frame. */
    int (*frame)(void *arg, struct plugin *plugin, struct host *host, const struct frame *frame);
    /* What the host had under way is lost; `crashed` when by its own fault. */
    void (*lost)(void *arg, struct plugin *plugin, struct host *host, bool crashed);
    /* Switched off, its hosts are gone; the pointer is not valid after the call. */
    void (*removed)(void *arg, struct plugin *plugin);
    /* A reload has ended: every candidate switched (NULL), or none, and why. */
    void (*reloaded)(void *arg, const char *refused);
};

struct plugin_setup {
    struct event_base *base;
    int program_fd; /* vmm-host, kept open from the start; borrowed */
    uint32_t log_level;
    struct life_policy life;
    const struct plugin_events *events;
    void *arg;
};

struct plugin_set *plugin_set_create(const struct plugin_setup *setup);

/* Kills what still runs, and tells `removed` for each plugin. NULL is allowed. */
void plugin_set_destroy(struct plugin_set *set);

/*
 * Make the set what `specs` say. Each plugin that is new or changed gets a candidate; one that is not named is
 * drained once the switch is made. Ends with the event `reloaded`, which may come before this returns. With
 * `first` nothing is waited for and nothing refused. VMM_E_AGAIN while a reload is under way.
 */
int plugin_set_apply(struct plugin_set *set, const struct plugin_spec *specs, size_t count,
                     bool first);

/* Drain everything; `removed` comes for each plugin. */
void plugin_set_drain(struct plugin_set *set);

/* Collect ended processes; called on SIGCHLD. */
void plugin_set_reap(struct plugin_set *set);

/* The core stood still: forgive all hosts their silence. */
void plugin_set_forgive(struct plugin_set *set);

size_t plugin_set_count(const struct plugin_set *set);
struct plugin *plugin_set_at(const struct plugin_set *set, size_t index);

/* A plugin by name that is not on its way out; NULL when there is none. */
struct plugin *plugin_set_find(const struct plugin_set *set, const char *name);

/* The host for a device: always the same one while it is ready, else another ready one; NULL when none is. */
struct host *plugin_pick(struct plugin *plugin, uint64_t device_hash);

/* The host for suspects, started when first asked for; NULL until it is ready. */
struct host *plugin_pick_isolation(struct plugin *plugin);

/* No suspect is left: end the host for them. */
void plugin_release_isolation(struct plugin *plugin);

const char *plugin_name(const struct plugin *plugin);
const char *plugin_path(const struct plugin *plugin);
const char *plugin_flag(const struct plugin *plugin);
uint32_t plugin_kind(const struct plugin *plugin);
bool plugin_is_ready(const struct plugin *plugin);
bool plugin_is_leaving(const struct plugin *plugin);
uint32_t plugin_generation(const struct plugin *plugin);
uint32_t plugin_restarts(const struct plugin *plugin);

/* True when the last reload renewed it only because a secret that it uses has another content. */
bool plugin_has_new_secret(const struct plugin *plugin);

/* Why it is not ready, one line; "" when it is. */
const char *plugin_reason(const struct plugin *plugin);

/* Of the current generation; NULL until its first host has told it. */
const struct description *plugin_description(const struct plugin *plugin);

/* The hosts of all generations, for display. Fills at most `max`, returns how many there are. */
struct plugin_host_view {
    pid_t pid;
    const char *state; /* idle, loading, opening, ready, draining, parted, killed */
    uint32_t generation;
    bool isolation;
};
size_t plugin_hosts(const struct plugin *plugin, struct plugin_host_view *views, size_t max);

#endif
