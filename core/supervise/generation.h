/* SPDX-License-Identifier: MIT */
/* One generation of a plugin: a build, its settings, its hosts. Used by this folder alone. */
#ifndef SUPERVISE_GENERATION_H
#define SUPERVISE_GENERATION_H

#include "supervise/fingerprint.h"
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
    int plugin_fd; /* -1: its file could not be opened yet */
    struct file_identity identity;
    struct description *description; /* NULL until told */
    uint8_t
        settings[FINGERPRINT_SIZE]; /* that its first host was given; valid with `description` */
    struct host *hosts[PLUGIN_HOSTS_MAX];
    struct host *isolation;
    bool draining;
    char why[256]; /* why no host is ready */
};

/* Copy the spec; its file is not open yet. NULL without memory. */
struct generation *generation_create(const struct plugin_spec *spec, uint32_t number);

/* Open its file. 0, or an error with `why` filled: it may be tried again. */
int generation_open(struct generation *generation, char why[256]);

/* Kills its hosts. NULL is allowed. */
void generation_destroy(struct generation *generation);

/* True when this is the spec that it was made of. */
bool generation_is_of(const struct generation *generation, const struct plugin_spec *spec);

/* True when the file on disk is still the one that it has open. */
bool generation_has_file(const struct generation *generation);

struct plugin_spec generation_spec(const struct generation *generation, const char *name);

bool generation_is_ready(const struct generation *generation);

/* True when it has no process any more. */
bool generation_is_empty(const struct generation *generation);

/* Call fn for each host there is, the one for suspects last; fn may not destroy hosts. */
void generation_each(struct generation *generation, void (*fn)(struct host *host));

/* Forget a host that is gone, without destroying it. */
void generation_forget(struct generation *generation, const struct host *host);

#endif
