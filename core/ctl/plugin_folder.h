/* SPDX-License-Identifier: MIT */
/* Where the plugins are that vmmctl loads by itself. */
#ifndef CTL_PLUGIN_FOLDER_H
#define CTL_PLUGIN_FOLDER_H

#include <stddef.h>

#include "ctl/ctl.h"

#define PLUGIN_FOLDERS 2u

/* The folder of --plugins, or else the usual one, beside this program. Without --provider the usual one stands behind a folder that has
 * no plugin to find out with whose device it is. Returns how many there are. */
size_t plugin_folders(struct ctl *ctl, char folders[PLUGIN_FOLDERS][4096]);

/* The .so of a plugin, in the first of these folders that has it; in the first of all, where none has. */
void plugin_path(struct ctl *ctl, const char *name, char *path, size_t size);

/* The usual folder has a plugin of this name. */
bool plugin_is_installed(const char *name);

#endif
