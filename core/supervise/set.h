/* SPDX-License-Identifier: MIT */
/* The plugins as this folder sees them. Used by plugin.c, hosts.c, apply.c and view.c alone. */
#ifndef SUPERVISE_SET_H
#define SUPERVISE_SET_H

#include "supervise/generation.h"
#include "supervise/plugin.h"

#define PLUGINS_MAX 256u

struct plugin {
    struct plugin_set *set;
    char name[64];
    struct generation *current;
    struct generation *candidate;
    struct generation *draining; /* a list; old generations finishing their work */
    uint32_t generations;
    uint32_t restarts;
    bool leaving; /* switched off */
    bool was_ready;
    bool new_secret; /* the last reload took it up because a secret it uses has another content */
    char why[256];
};

struct plugin_set {
    struct plugin_setup setup;
    struct plugin *plugins[PLUGINS_MAX];
    size_t count;
    struct event *sweep;  /* destroys hosts and generations that are gone, outside their events */
    struct event *reopen; /* tries files anew that could not be opened */
    uint32_t reopen_s;    /* the next pause before that */
    struct host *gone[PLUGINS_MAX * (PLUGIN_HOSTS_MAX + 1)]; /* hosts to destroy */
    size_t gone_count;
    bool reloading;
    char keep[PLUGINS_MAX];            /* during a reload: named by the new configuration */
    uint8_t key[FINGERPRINT_KEY_SIZE]; /* of this life of the process */
};

/* ---- hosts.c ---- */

/* Start the hosts of a generation whose file is open. */
void hosts_start(struct generation *generation);

/* The one for suspects. */
struct host *hosts_start_one(struct generation *generation);

/* Write what CONFIGURE shall carry for a generation of this spec into `out`, and the message that points to it.
 * 0, or an error with `why` filled. */
int hosts_settings(struct plugin_set *set, const struct plugin_spec *spec,
                   const struct description *description, bool candidate, struct buf *out,
                   struct configure_message *message, char why[256]);

/* ---- plugin.c ---- */

/* Tell that no host of it takes work, once for each reason. */
void plugin_say_unready(struct plugin *plugin, const char *why);

/* Take no more work, finish what there is, and end. NULL is allowed. */
void plugin_drain_generation(struct plugin *plugin, struct generation *generation);

/* Switched off: drain all its generations; it is removed when they are gone. */
void plugin_leave(struct plugin *plugin);

/* ---- apply.c ---- */

/* Open the file of its current generation, which has none yet, and start its hosts; or try again later. */
void apply_reopen(struct plugin *plugin);
void apply_reopen_all(struct plugin_set *set);

/* Start the hosts of a candidate that waited for an older generation to end. */
void apply_start_candidate(struct plugin *plugin);

/* A host of a candidate is ready: when every candidate is, all are switched. */
void apply_check(struct plugin_set *set);

/* A candidate cannot run: none is switched. */
void apply_refuse(struct plugin_set *set, const char *name, const char *why);

#endif
