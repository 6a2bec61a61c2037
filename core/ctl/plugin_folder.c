/* SPDX-License-Identifier: MIT */
#include "ctl/plugin_folder.h"

#include <unistd.h>

#include "base/text.h"
#include "ctl/own_folder.h"

#define IDENTIFY "identify" /* finds out with others whose device it is */

/* In a build folder it is beside bin; installed it is in /usr/lib/vmm. */
static void put_usual(char folder[4096])
{
    char own[4000];
    own_folder(own, sizeof(own));
    text_format(folder, 4096, "%.3980s/../plugins", own);
    if (access(folder, F_OK) != 0) {
        text_format(folder, 4096, "%.3980s/../lib/vmm/plugins", own);
    }
}

static bool has(const char *folder, const char *name, char *path, size_t size)
{
    text_format(path, size, "%s/%s.so", folder, name);
    return access(path, F_OK) == 0;
}

size_t plugin_folders(struct ctl *ctl, char folders[PLUGIN_FOLDERS][4096])
{
    char path[8192];
    const char *given = ctl_value(ctl, "plugins");
    if (given == NULL) {
        put_usual(folders[0]);
        return 1;
    }
    text_format(folders[0], sizeof(folders[0]), "%s", given);
    if (ctl_has(ctl, "provider") || has(folders[0], IDENTIFY, path, sizeof(path))) {
        return 1;
    }
    put_usual(folders[1]);
    return 2;
}

void plugin_path(struct ctl *ctl, const char *name, char *path, size_t size)
{
    char folders[PLUGIN_FOLDERS][4096];
    size_t count = plugin_folders(ctl, folders);
    for (size_t i = 0; i < count; i++) {
        if (has(folders[i], name, path, size)) {
            return;
        }
    }
    text_format(path, size, "%s/%s.so", folders[0], name);
}

bool plugin_is_installed(const char *name)
{
    char folder[4096];
    char path[8192];
    put_usual(folder);
    return has(folder, name, path, sizeof(path));
}
