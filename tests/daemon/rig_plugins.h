/* SPDX-License-Identifier: MIT */
/*
 * A plugin folder of the test's own, and what vmmd says of the plugins in it. Files come and go by rename, as
 * packages do it.
 */
#ifndef RIG_PLUGINS_H
#define RIG_PLUGINS_H

#include "rig.h"

/* The flag of a plugin that has no fragment. */
#define FAULT_FLAG(NAME) "\"FEATURE_PLUGIN_" NAME "\":true"

/* Make FOLDER/plugins with these built plugins and their fragments (names ended by NULL). */
void rig_plugins_open(struct rig *rig, ...) __attribute__((sentinel));

/* rig_config() with vmmd looking into that folder. */
void rig_plugins_config(struct rig *rig, const char *config);

/* Put a built plugin there with its fragment; replaces the one that is there. */
void rig_plugins_put(struct rig *rig, const char *name);

/* Put a fault plugin there, without a fragment. */
void rig_plugins_fault(struct rig *rig, const char *name);

/* Put the file `from` of the fault plugins there as NAME.so, whatever it is. */
void rig_plugins_file(struct rig *rig, const char *from, const char *name);

/* Take NAME.so away, and its fragment where there is one. */
void rig_plugins_remove(struct rig *rig, const char *name);

/* Write FOLDER/conf.d/NAME.json; NULL: take it away. */
void rig_plugins_conf(struct rig *rig, const char *name, const char *text);

/* What `vmmctl plugins` says of one plugin: a new reference, NULL when it says nothing. */
json_t *rig_plugins_row(struct rig *rig, const char *name);

/* A number or text of that row; 0 and "" when it has none. The text is static memory. */
json_int_t rig_plugins_number(struct rig *rig, const char *name, const char *key);
const char *rig_plugins_text(struct rig *rig, const char *name, const char *key);

/* How many processes it has, in all generations. */
size_t rig_plugins_hosts(struct rig *rig, const char *name);

/* Fill in the pids of all hosts of all plugins; returns how many. */
size_t rig_plugins_pids(struct rig *rig, pid_t *pids, size_t max);

/* Wait until a number of the row is at least this. */
void rig_plugins_wait(struct rig *rig, const char *name, const char *key, json_int_t least);

/* Wait until it has exactly so many processes. */
void rig_plugins_wait_hosts(struct rig *rig, const char *name, size_t count);

/* `vmmctl reload`, which has to succeed; or has to be refused: what it said, in static memory. */
void rig_plugins_reload(struct rig *rig);
const char *rig_plugins_reload_refused(struct rig *rig);

#endif
