/* SPDX-License-Identifier: MIT */
#include "ctl/asks.h"

#include <glob.h>
#include <string.h>

#include "base/text.h"
#include "ctl/own_folder.h"

static void add_fragment(const json_t *fragment, json_t *all, json_t *names)
{
    const json_t *asks = json_object_get(fragment, "asks");
    const char *kind = json_string_value(json_object_get(fragment, "kind"));
    json_t *name = json_object_get(fragment, "name");
    if (kind == NULL || strcmp(kind, "probe") != 0 || !json_is_string(name)) {
        return;
    }
    if (json_is_array(asks)) {
        json_array_extend(all, (json_t *)(uintptr_t)asks);
    }
    if (names != NULL) {
        json_array_append(names, name);
    }
}

json_t *asks_collect(struct ctl *ctl, json_t *names)
{
    char pattern[8192];
    char folder[4096];
    glob_t found;
    json_t *all = json_array();
    const char *given = ctl_value(ctl, "plugins");
    own_folder(folder, sizeof(folder));
    text_format(pattern, sizeof(pattern), "%.4000s%s/*.json", given != NULL ? given : folder,
                given != NULL ? "" : "/../plugins");
    if (glob(pattern, 0, NULL, &found) != 0) {
        return all;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        json_t *fragment = json_load_file(found.gl_pathv[i], JSON_REJECT_DUPLICATES, NULL);
        add_fragment(fragment, all, names);
        json_decref(fragment);
    }
    globfree(&found);
    return all;
}
