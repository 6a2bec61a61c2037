/* SPDX-License-Identifier: MIT */
#include "ctl/signs.h"

#include <glob.h>

#include "base/text.h"
#include "ctl/own_folder.h"

static void add_signs(const json_t *fragment, json_t *all)
{
    size_t i = 0;
    json_t *sign = NULL;
    json_t *name = json_object_get(fragment, "name");
    json_array_foreach(json_object_get(fragment, "signs"), i, sign)
    {
        json_t *copy = json_copy(sign);
        if (json_is_object(copy) && json_is_string(name)) {
            json_object_set(copy, "provider", name);
            json_array_append(all, copy);
        }
        json_decref(copy);
    }
}

json_t *signs_collect(struct ctl *ctl)
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
        add_signs(fragment, all);
        json_decref(fragment);
    }
    globfree(&found);
    return all;
}
