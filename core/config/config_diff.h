/* SPDX-License-Identifier: MIT */
/* What a reload would change. Pure comparison of two configurations. */
#ifndef CONFIG_CONFIG_DIFF_H
#define CONFIG_CONFIG_DIFF_H

#include "config/config.h"

#define CHANGE_SETTING        1u /* name: its JSON pointer */
#define CHANGE_FLAG           2u /* name: the flag */
#define CHANGE_PLUGIN_ADDED   3u /* name: the plugin, here and below */
#define CHANGE_PLUGIN_REMOVED 4u
#define CHANGE_PLUGIN_FILE    5u /* another .so under its path */
#define CHANGE_PLUGIN_CONFIG  6u /* its settings, hosts or consent */

struct config_change {
    unsigned what; /* CHANGE_* */
    char *name;
    char *text; /* one line for people, without secrets */
};

struct config_diff {
    struct config_change *items;
    size_t count;
};

/* 0 or VMM_E_NOMEM; `diff` is to be finished either way. */
int config_diff_init(struct config_diff *diff, const struct config *old, const struct config *new);
void config_diff_finish(struct config_diff *diff);

#endif
