/* SPDX-License-Identifier: MIT */
/*
 * The configuration of vmmd: one immutable object, made of files, plugin fragments and the environment, all
 * validated, or one error that says where and what.
 *
 *   built-in default < etc/vmmd.json and conf.d < environment (VMM_<PATH>, FEATURE_…)
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "config/core_config.h"
#include "config/flags.h"
#include "config/fragment.h"
#include "config/layers.h"

/* Where to read from. Everything the result depends on is named here. */
struct config_sources {
    const char *file;         /* etc/vmmd.json; NULL: built-in defaults and environment alone */
    const char *folder;       /* of further files; NULL: conf.d beside `file` */
    const char *plugin_dir;   /* used when no setting names one; NULL: "plugins" */
    const char *host_name;    /* the node's id when no setting names one; NULL: "node" */
    char *const *environment; /* NAME=VALUE texts ended by NULL; NULL: none */
    const config_items
        *modules; /* items that other modules declare, lists ended by NULL; NULL: none */
};

/* An installed plugin with what the operator gave for it. */
struct config_plugin {
    const struct fragment *fragment;
    uint32_t hosts;      /* processes */
    bool own_sockets;    /* the operator's consent to VMM_TRAIT_OWN_SOCKETS */
    const json_t *given; /* its settings as given, fragment and files merged; never NULL */
};

struct config {
    struct core_settings core;
    json_t *settings; /* all validated settings, those of other modules among them */
    struct flags *flags;
    struct config_plugin *plugins; /* in order of their names */
    size_t plugin_count;
    char **warnings; /* lines for the log; ended by NULL */
    struct fragment_list fragments;
    struct layers *layers;
    char **environment; /* a copy: secrets may refer to it */
    json_t *forced;     /* pointers of settings the environment gives, with its variables' names */
};

/* 0; VMM_E_INVAL with the error; VMM_E_NOMEM. Reads files, changes nothing. */
int config_load(const struct config_sources *sources, struct config **out,
                struct config_error *error);

/* NULL is allowed. */
void config_destroy(struct config *config);

/* NULL when no such plugin is installed. */
const struct config_plugin *config_find_plugin(const struct config *config, const char *name);

/*
 * The settings of a plugin once its declaration is known: validated, defaults filled in, secrets in place,
 * as a JSON text. It may hold secrets: buf_wipe() it. VMM_E_INVAL with the error, its place filled in.
 */
int config_plugin_settings(const struct config *config, const struct config_plugin *plugin,
                           config_items items, struct buf *out, struct config_error *error);

/* Where a setting came from: "default", "file:line" or "environment". Returns `out`. */
const char *config_origin(const struct config *config, const char *pointer, char *out, size_t size);

#endif
