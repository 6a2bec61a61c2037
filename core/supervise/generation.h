/* SPDX-License-Identifier: MIT */
/* One generation of a plugin: a build, its settings, its hosts. Used by plugin.c alone. */
#ifndef SUPERVISE_GENERATION_H
#define SUPERVISE_GENERATION_H

#include "supervise/plugin.h"

struct generation {
    struct generation *next; /* in the list of those that drain */
    struct plugin *plugin;
    uint32_t number;
    char *path;
    char *flag;
    char *config;
    uint32_t kind;       /* as the fragment says; 0: there is none */
    uint32_t shown_kind; /* the same, or what the plugin says once it is loaded */
    uint32_t host_count;
    int plugin_fd;
    struct file_identity identity;
    struct description *description; /* NULL until told */
    struct host *hosts[PLUGIN_HOSTS_MAX];
    struct host *isolation;
    bool draining;
    char why[256]; /* why no host is ready */
};

/* Open the file and copy the spec; no host is started. NULL with `why` filled. */
struct generation *generation_create(const struct plugin_spec *spec, uint32_t number,
                                     char why[256]);

/* Kills its hosts. NULL is allowed. */
void generation_destroy(struct generation *generation);

/* True when the spec and the file on disk are still what this generation was made of. */
bool generation_is_current(const struct generation *generation, const struct plugin_spec *spec);

struct plugin_spec generation_spec(const struct generation *generation, const char *name);

bool generation_is_ready(const struct generation *generation);

/* True when it has no process any more. */
bool generation_is_empty(const struct generation *generation);

/* Call fn for each host there is, the one for suspects last; fn may not destroy hosts. */
void generation_each(struct generation *generation, void (*fn)(struct host *host));

/* Forget a host that is gone, without destroying it. */
void generation_forget(struct generation *generation, const struct host *host);

#endif
