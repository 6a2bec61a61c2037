/* SPDX-License-Identifier: MIT */
#include "ctl/asks.h"

#include <glob.h>
#include <string.h>

#include "base/text.h"
#include "ctl/plugin_folder.h"

static bool is_among(const json_t *names, const char *name)
{
    size_t i = 0;
    json_t *known = NULL;
    json_array_foreach(names, i, known)
    {
        if (strcmp(json_string_value(known), name) == 0) {
            return true;
        }
    }
    return false;
}

/* A name that stands in an earlier folder too is that one's. */
static void add_fragment(const json_t *fragment, json_t *all, json_t *names)
{
    const json_t *asks = json_object_get(fragment, "asks");
    const char *kind = json_string_value(json_object_get(fragment, "kind"));
    const char *name = json_string_value(json_object_get(fragment, "name"));
    if (kind == NULL || strcmp(kind, "probe") != 0 || name == NULL || is_among(names, name)) {
        return;
    }
    json_array_append_new(names, json_string(name));
    if (json_is_array(asks)) {
        json_array_extend(all, (json_t *)(uintptr_t)asks);
    }
}

static void add_folder(const char *folder, json_t *all, json_t *names)
{
    char pattern[8192];
    glob_t found;
    text_format(pattern, sizeof(pattern), "%s/*.json", folder);
    if (glob(pattern, 0, NULL, &found) != 0) {
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        json_t *fragment = json_load_file(found.gl_pathv[i], JSON_REJECT_DUPLICATES, NULL);
        add_fragment(fragment, all, names);
        json_decref(fragment);
    }
    globfree(&found);
}

json_t *asks_collect(struct ctl *ctl, json_t *names)
{
    char folders[PLUGIN_FOLDERS][4096];
    json_t *all = json_array();
    json_t *seen = names != NULL ? json_incref(names) : json_array();
    size_t count = plugin_folders(ctl, folders);
    for (size_t i = 0; i < count; i++) {
        add_folder(folders[i], all, seen);
    }
    json_decref(seen);
    return all;
}
