/* SPDX-License-Identifier: MIT */
#include "rig_plugins.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ------------------------------------------------------------------------------------------------ */

/* By rename, so that nobody ever opens half a file. */
static void put_file(const struct rig *rig, const char *from, const char *name)
{
    char next[256];
    char path[256];
    snprintf(next, sizeof(next), "%s/next", rig->folder);
    snprintf(path, sizeof(path), "%s/plugins/%s", rig->folder, name);
    rig_copy(from, next);
    cr_assert_eq(rename(next, path), 0, "%s: %s", path, strerror(errno));
}

void rig_plugins_put(struct rig *rig, const char *name)
{
    static const char *const endings[] = {".so", ".json"};
    for (size_t i = 0; i < 2; i++) {
        char from[512];
        char file[64];
        snprintf(file, sizeof(file), "%s%s", name, endings[i]);
        snprintf(from, sizeof(from), "%s/%s", VMM_PLUGINS, file);
        put_file(rig, from, file);
    }
}

void rig_plugins_file(struct rig *rig, const char *from, const char *name)
{
    char path[512];
    char file[64];
    snprintf(path, sizeof(path), "%s/%s.so", VMM_FAULT_PLUGINS, from);
    snprintf(file, sizeof(file), "%s.so", name);
    put_file(rig, path, file);
}

void rig_plugins_fault(struct rig *rig, const char *name)
{
    rig_plugins_file(rig, name, name);
}

void rig_plugins_remove(struct rig *rig, const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/plugins/%s.json", rig->folder, name);
    cr_assert(unlink(path) == 0 || errno == ENOENT);
    snprintf(path, sizeof(path), "%s/plugins/%s.so", rig->folder, name);
    cr_assert_eq(unlink(path), 0, "%s: %s", path, strerror(errno));
}

void rig_plugins_open(struct rig *rig, ...)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/plugins", rig->folder);
    cr_assert_eq(mkdir(path, 0755), 0);
    snprintf(path, sizeof(path), "%s/conf.d", rig->folder);
    cr_assert_eq(mkdir(path, 0755), 0);
    va_list list;
    va_start(list, rig);
    for (const char *name = va_arg(list, const char *); name != NULL;
         name = va_arg(list, const char *)) {
        rig_plugins_put(rig, name);
    }
    va_end(list);
}

void rig_plugins_config(struct rig *rig, const char *config)
{
    char folder[256];
    json_error_t error;
    json_t *settings = json_loads(config, 0, &error);
    cr_assert_not_null(settings, "%s", error.text);
    snprintf(folder, sizeof(folder), "%s/plugins", rig->folder);
    json_object_set_new(settings, "plugin_dir", json_string(folder));
    char *text = json_dumps(settings, 0);
    rig_config(rig, text);
    free(text);
    json_decref(settings);
}

void rig_plugins_conf(struct rig *rig, const char *name, const char *text)
{
    char next[256];
    char path[256];
    snprintf(next, sizeof(next), "%s/next", rig->folder);
    snprintf(path, sizeof(path), "%s/conf.d/%s.json", rig->folder, name);
    if (text == NULL) {
        cr_assert_eq(unlink(path), 0);
        return;
    }
    FILE *file = fopen(next, "we");
    cr_assert_not_null(file);
    fputs(text, file);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(rename(next, path), 0);
}

/* ---- what vmmd says ----------------------------------------------------------------------------------------- */

json_t *rig_plugins_row(struct rig *rig, const char *name)
{
    size_t i;
    json_t *row;
    json_t *found = NULL;
    json_t *all = rig_json(rig, "plugins", NULL);
    json_array_foreach(json_object_get(all, "plugins"), i, row)
    {
        bool is_it = strcmp(json_string_value(json_object_get(row, "name")), name) == 0;
        bool leaves = strcmp(json_string_value(json_object_get(row, "state")), "draining") == 0;
        /* One that was switched off and on again has two rows while the old one finishes. */
        if (is_it && (found == NULL || !leaves)) {
            json_decref(found);
            found = json_incref(row);
        }
    }
    json_decref(all);
    return found;
}

json_int_t rig_plugins_number(struct rig *rig, const char *name, const char *key)
{
    json_t *row = rig_plugins_row(rig, name);
    json_int_t number = json_integer_value(json_object_get(row, key));
    json_decref(row);
    return number;
}

const char *rig_plugins_text(struct rig *rig, const char *name, const char *key)
{
    static char text[512];
    json_t *row = rig_plugins_row(rig, name);
    const char *value = json_string_value(json_object_get(row, key));
    snprintf(text, sizeof(text), "%s", value != NULL ? value : "");
    json_decref(row);
    return text;
}

static size_t take_pids(const json_t *plugin, pid_t *pids, size_t max, size_t count)
{
    size_t i;
    json_t *host;
    json_array_foreach(json_object_get(plugin, "hosts"), i, host)
    {
        pid_t pid = (pid_t)json_integer_value(json_object_get(host, "pid"));
        if (pid > 0 && count < max) {
            pids[count++] = pid;
        }
    }
    return count;
}

size_t rig_plugins_hosts(struct rig *rig, const char *name)
{
    pid_t pids[64];
    size_t i;
    size_t count = 0;
    json_t *row;
    json_t *all = rig_json(rig, "plugins", NULL);
    json_array_foreach(json_object_get(all, "plugins"), i, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "name")), name) == 0) {
            count = take_pids(row, pids, 64, count);
        }
    }
    json_decref(all);
    return count;
}

size_t rig_plugins_pids(struct rig *rig, pid_t *pids, size_t max)
{
    size_t i;
    size_t count = 0;
    json_t *row;
    json_t *all = rig_json(rig, "plugins", NULL);
    json_array_foreach(json_object_get(all, "plugins"), i, row)
    {
        count = take_pids(row, pids, max, count);
    }
    json_decref(all);
    return count;
}

struct wanted {
    const char *name;
    const char *key;
    json_int_t least;
};

static bool has_number(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    return rig_plugins_number(rig, wanted->name, wanted->key) >= wanted->least;
}

void rig_plugins_wait(struct rig *rig, const char *name, const char *key, json_int_t least)
{
    char what[128];
    snprintf(what, sizeof(what), "%s of %s to be %lld", key, name, (long long)least);
    rig_until(rig, RIG_WAIT_MS, what, has_number, &(struct wanted){name, key, least});
}

static bool has_hosts(struct rig *rig, const void *arg)
{
    const struct wanted *wanted = arg;
    return rig_plugins_hosts(rig, wanted->name) == (size_t)wanted->least;
}

void rig_plugins_wait_hosts(struct rig *rig, const char *name, size_t count)
{
    char what[128];
    snprintf(what, sizeof(what), "%s to have %zu processes", name, count);
    rig_until(rig, RIG_WAIT_MS, what, has_hosts, &(struct wanted){name, NULL, (json_int_t)count});
}

static int reload(struct rig *rig, char *said, size_t size)
{
    struct buf out;
    buf_init(&out);
    int status = rig_ctl(rig, &out, NULL, "reload", "--json", NULL);
    snprintf(said, size, "%s", buf_cstr(&out));
    buf_finish(&out);
    return status;
}

void rig_plugins_reload(struct rig *rig)
{
    char said[1024];
    int status = reload(rig, said, sizeof(said));
    cr_assert_eq(status, 0, "the reload was refused (%d): %s", status, said);
}

const char *rig_plugins_reload_refused(struct rig *rig)
{
    static char said[1024];
    int status = reload(rig, said, sizeof(said));
    cr_assert_neq(status, 0, "the reload was not refused: %s", said);
    return said;
}
