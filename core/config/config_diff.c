/* SPDX-License-Identifier: MIT */
#include "config/config_diff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/scan.h"

#define LINE_SIZE 512

static int add(struct config_diff *diff, unsigned what, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static int add(struct config_diff *diff, unsigned what, const char *name, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    struct config_change *items = realloc(diff->items, (diff->count + 1) * sizeof(*items));
    if (items == NULL) {
        return VMM_E_NOMEM;
    }
    diff->items = items;
    struct config_change *change = &items[diff->count];
    *change = (struct config_change){.what = what, .name = strdup(name), .text = strdup(line)};
    if (change->name == NULL || change->text == NULL) {
        free(change->name);
        free(change->text);
        return VMM_E_NOMEM;
    }
    diff->count++;
    return 0;
}

/* ---- Settings ---- */

static void shown(const json_t *value, char out[96])
{
    char *text = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    text_format(out, 96, "%s", text != NULL ? text : "nothing");
    free(text);
}

static int compare_values(struct config_diff *diff, const json_t *old, const json_t *new,
                          const char *at);

/* The members of `from`; those that `other` has too only when `both`. */
static int compare_members(struct config_diff *diff, const json_t *from, const json_t *other,
                           bool reversed, const char *at)
{
    int rc = 0;
    for (void *i = json_object_iter((json_t *)from); rc == 0 && i != NULL;
         i = json_object_iter_next((json_t *)from, i)) {
        const char *key = json_object_iter_key(i);
        const json_t *here = json_object_iter_value(i);
        const json_t *there = json_object_get(other, key);
        char pointer[256];
        scan_pointer(pointer, sizeof(pointer), at, key);
        if (!reversed) {
            rc = compare_values(diff, here, there, pointer);
        } else if (there == NULL) {
            rc = compare_values(diff, NULL, here, pointer);
        }
    }
    return rc;
}

static int compare_values(struct config_diff *diff, const json_t *old, const json_t *new,
                          const char *at)
{
    if (json_is_object(old) && json_is_object(new)) {
        int rc = compare_members(diff, old, new, false, at);
        return rc != 0 ? rc : compare_members(diff, new, old, true, at);
    }
    if ((old == NULL && new == NULL) || json_equal(old, new)) {
        return 0;
    }
    char from[96];
    char to[96];
    shown(old, from);
    shown(new, to);
    return add(diff, CHANGE_SETTING, at, "%s: %s -> %s", at, from, to);
}

/* ---- Flags ---- */

static int compare_flag(struct config_diff *diff, const char *name, const struct flag *old,
                        const struct flag *new)
{
    char from[160];
    char to[160];
    if (flag_same(old, new)) {
        return 0;
    }
    return add(diff, CHANGE_FLAG, name, "%s: %s -> %s", name, flag_text(old, from, sizeof(from)),
               flag_text(new, to, sizeof(to)));
}

static int compare_flags(struct config_diff *diff, const struct flags *old, const struct flags *new)
{
    int rc = 0;
    const struct flag *flag = NULL;
    for (size_t i = 0; rc == 0 && (flag = flags_at(old, i)) != NULL; i++) {
        rc = compare_flag(diff, flag->name, flag, flags_find(new, flag->name));
    }
    for (size_t i = 0; rc == 0 && (flag = flags_at(new, i)) != NULL; i++) {
        if (flags_find(old, flag->name) == NULL) {
            rc = compare_flag(diff, flag->name, NULL, flag);
        }
    }
    return rc;
}

/* ---- Plugins ---- */

static bool same_file(const struct fragment *a, const struct fragment *b)
{
    return strcmp(a->path, b->path) == 0 && a->file.device == b->file.device &&
           a->file.inode == b->file.inode && a->file.size == b->file.size &&
           a->file.changed_ns == b->file.changed_ns;
}

/* The names of the members that differ, without their values: they may lie near secrets. */
static void put_differences(const json_t *old, const json_t *new, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (int side = 0; side < 2; side++) {
        const json_t *here = side == 0 ? old : new;
        const json_t *there = side == 0 ? new : old;
        for (void *i = json_object_iter((json_t *)here); i != NULL && used + 1 < size;
             i = json_object_iter_next((json_t *)here, i)) {
            const json_t *other = json_object_get(there, json_object_iter_key(i));
            bool differs = other == NULL ||
                           (side == 0 && !json_equal(json_object_iter_value(i), (json_t *)other));
            if (differs) {
                text_format(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                            json_object_iter_key(i));
                used += strlen(out + used);
            }
        }
    }
}

static int compare_settings(struct config_diff *diff, const struct config_plugin *old,
                            const struct config_plugin *new)
{
    const char *name = new->fragment->name;
    int rc = 0;
    if (!json_equal(old->given, new->given)) {
        char keys[256];
        put_differences(old->given, new->given, keys, sizeof(keys));
        rc = add(diff, CHANGE_PLUGIN_CONFIG, name, "plugin %s: settings changed: %s", name, keys);
    }
    if (rc == 0 && old->hosts != new->hosts) {
        rc = add(diff, CHANGE_PLUGIN_CONFIG, name, "plugin %s: hosts %u -> %u", name, old->hosts,
                 new->hosts);
    }
    if (rc == 0 && old->own_sockets != new->own_sockets) {
        rc = add(diff, CHANGE_PLUGIN_CONFIG, name, "plugin %s: own_sockets %s", name,
                 new->own_sockets ? "allowed" : "no longer allowed");
    }
    return rc;
}

static int compare_plugin(struct config_diff *diff, const struct config_plugin *old,
                          const struct config_plugin *new)
{
    const char *name = new->fragment->name;
    int rc = 0;
    if (!same_file(old->fragment, new->fragment)) {
        rc = add(diff, CHANGE_PLUGIN_FILE, name, "plugin %s: another file %s", name,
                 new->fragment->path);
    }
    if (rc == 0 && (strcmp(old->fragment->flag, new->fragment->flag) != 0 ||
                    old->fragment->kind != new->fragment->kind)) {
        rc = add(diff, CHANGE_PLUGIN_FILE, name, "plugin %s: another flag or kind", name);
    }
    return rc == 0 ? compare_settings(diff, old, new) : rc;
}

static int compare_plugins(struct config_diff *diff, const struct config *old,
                           const struct config *new)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < old->plugin_count; i++) {
        const char *name = old->plugins[i].fragment->name;
        const struct config_plugin *present = config_find_plugin(new, name);
        rc = present != NULL ? compare_plugin(diff, &old->plugins[i], present)
                             : add(diff, CHANGE_PLUGIN_REMOVED, name, "plugin %s: removed", name);
    }
    for (size_t i = 0; rc == 0 && i < new->plugin_count; i++) {
        const char *name = new->plugins[i].fragment->name;
        if (config_find_plugin(old, name) == NULL) {
            rc = add(diff, CHANGE_PLUGIN_ADDED, name, "plugin %s: added", name);
        }
    }
    return rc;
}

int config_diff_init(struct config_diff *diff, const struct config *old, const struct config *new)
{
    *diff = (struct config_diff){0};
    int rc = compare_values(diff, old->settings, new->settings, "");
    if (rc == 0) {
        rc = compare_flags(diff, old->flags, new->flags);
    }
    return rc == 0 ? compare_plugins(diff, old, new) : rc;
}

void config_diff_finish(struct config_diff *diff)
{
    for (size_t i = 0; i < diff->count; i++) {
        free(diff->items[i].name);
        free(diff->items[i].text);
    }
    free(diff->items);
    *diff = (struct config_diff){0};
}
