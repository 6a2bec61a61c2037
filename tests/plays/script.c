/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

static void take_path(const char *path, size_t folder, struct script_file *file)
{
    const char *make = path + folder + 1;
    snprintf(file->path, sizeof(file->path), "%s", path);
    snprintf(file->make, sizeof(file->make), "%.*s", (int)strcspn(make, "/"), make);
}

size_t script_find(const char *folder, const char *make, struct script_file files[SCRIPT_FILES_MAX])
{
    glob_t found;
    char pattern[512];
    size_t count = 0;
    snprintf(pattern, sizeof(pattern), "%s/%s/play.json", folder, make != NULL ? make : "*");
    if (glob(pattern, 0, NULL, &found) == 0) {
        while (count < found.gl_pathc && count < SCRIPT_FILES_MAX) {
            take_path(found.gl_pathv[count], strlen(folder), &files[count]);
            count++;
        }
        globfree(&found);
    }
    return count;
}

json_t *script_load(const char *path, json_error_t *error)
{
    return json_load_file(path, JSON_REJECT_DUPLICATES, error);
}

const char *script_text(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : fallback;
}

const json_t *script_rows(const json_t *script)
{
    return json_object_get(script, "rows");
}

static bool is_word(const json_t *value, const char *word)
{
    return json_is_string(value) && strcmp(json_string_value(value), word) == 0;
}

bool script_plays(const json_t *row, const char *word)
{
    size_t i;
    json_t *each;
    const json_t *named = json_object_get(row, "case");
    json_array_foreach(named, i, each)
    {
        if (is_word(each, word)) {
            return true;
        }
    }
    return is_word(named, word);
}

bool script_has_fault(const json_t *row)
{
    return json_object_get(row, "fault") != NULL;
}

static const json_t *first_fault(const json_t *rows)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        if (script_has_fault(row)) {
            return row;
        }
    }
    return NULL;
}

bool script_in_processes(const json_t *rows, const json_t *row)
{
    return row == json_array_get(rows, 0) || row == first_fault(rows) ||
           script_plays(row, "healthy") || script_plays(row, "wrong_password");
}

static json_t *group_of(const json_t *row, size_t place)
{
    char address[32];
    snprintf(address, sizeof(address), "127.41.%zu.1", place);
    json_t *group =
        json_pack("{s:s, s:s, s:s, s:s}", "prefix", script_text(row, "id", "?"), "site", "lab",
                  "base_address", address, "personality", script_text(row, "personality", "?"));
    json_object_update(group, json_object_get(row, "group"));
    return group;
}

json_t *script_scenario(const json_t *rows)
{
    size_t i;
    json_t *row;
    json_t *groups = json_array();
    json_array_foreach(rows, i, row)
    {
        json_array_append_new(groups, group_of(row, i));
    }
    return json_pack("{s:{s:i, s:i, s:i}, s:[{s:s, s:s, s:s}], s:o}", "ports", "http", 0, "rtsp", 0,
                     "dvrip", 0, "users", "name", "admin", "password", "secret", "level", "admin",
                     "groups", groups);
}
