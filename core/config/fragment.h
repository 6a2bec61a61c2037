/* SPDX-License-Identifier: MIT */
/*
 * The plugins that are installed, known from the files of the plugin folder without loading any.
 *
 * NAME.json beside NAME.so is a plugin's fragment. A .so without one has its file's name, the flag
 * FEATURE_PLUGIN_<NAME>, and a kind that is known only once it is loaded.
 */
#ifndef CONFIG_FRAGMENT_H
#define CONFIG_FRAGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "config/document.h"
#include "config/error.h"
#include "config/validate.h"

#define FRAGMENT_HOSTS_MAX 8u

/* What makes a file another file. All zero when there is none. */
struct fragment_file {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t changed_ns;
};

struct fragment {
    char *name;
    char *flag;
    char *summary;
    char *path;           /* of the .so, "<folder>/<file>" */
    uint32_t kind;        /* VMM_KIND_*, 0 unknown */
    uint32_t hosts;       /* processes, 1 to FRAGMENT_HOSTS_MAX */
    bool own_port;        /* a probe that speaks at another port than that of the device's pages */
    const json_t *config; /* the package's own settings, in the document; NULL when none */
    json_t *asks; /* a list: pages that tell devices which the plugin speaks to; NULL when none */
    bool collects_asks;        /* its setting "asks" is those of all plugins */
    struct document *document; /* the fragment; NULL for a .so without one */
    struct fragment_file file;
};

struct fragment_list {
    struct fragment *items; /* in order of their names */
    size_t count;
};

/* Read a plugin folder. A folder that is not there has no plugins. VMM_E_INVAL with the error for a bad
 * fragment, and for two plugins of one name or one file. */
int fragment_scan(const char *folder, struct fragment_list *out, struct config_error *error);
void fragment_list_finish(struct fragment_list *list);
const struct fragment *fragment_find(const struct fragment_list *list, const char *name);

/* The keys of a fragment, and those an operator may set under plugins.NAME; in both stands also "config",
 * which only the plugin's own declaration can judge. */
config_items fragment_items(void);
config_items fragment_settings(void);

#endif
