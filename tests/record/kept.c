/* SPDX-License-Identifier: MIT */
#include "kept.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW   2
#define GONE  3
#define RANGE 4

/* The tables, and the columns of their keys in order. */
static const struct {
    const char *name;
    const char *parts[2];
} tables[] = {{"ai_event", {"id", NULL}},
              {"notification_log", {"id", NULL}},
              {"health_day", {"id", NULL}},
              {"tenant", {"id", NULL}},
              {"site", {"id", NULL}},
              {"nvr", {"site_id", "id"}},
              {"camera", {"site_id", "id"}},
              {"device", {"site_id", "id"}},
              {"poll_state", {"site_id", "component"}},
              {"circuit_breaker_state", {"site_id", "target_service"}}};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static char differs[512]; /* what was not equal last */

/* ---- the copy ---- */

static void add_part(char key[256], const json_t *part)
{
    char text[128];
    if (json_is_integer(part)) {
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(part));
    } else {
        snprintf(text, sizeof(text), "%s", json_string_value(part));
    }
    size_t used = strlen(key);
    snprintf(key + used, 256 - used, "%s%s", used > 0 ? "/" : "", text);
}

static const char *key_of(size_t table, const json_t *row, char key[256])
{
    key[0] = '\0';
    for (size_t i = 0; i < 2 && tables[table].parts[i] != NULL; i++) {
        add_part(key, json_object_get(row, tables[table].parts[i]));
    }
    return key;
}

static bool is_before(const char *key, const json_t *bound, bool or_equal)
{
    char text[256] = "";
    size_t i;
    const json_t *part;
    json_array_foreach(bound, i, part)
    {
        add_part(text, part);
    }
    int order = strcmp(key, text);
    return order < 0 || (or_equal && order == 0);
}

/* Every row within the range goes; those that are there follow. */
static void clear_range(json_t *rows, const json_t *range)
{
    const json_t *after = json_object_get(range, "after");
    const json_t *upto = json_object_get(range, "upto");
    void *next;
    const char *key;
    json_t *row;
    json_object_foreach_safe(rows, next, key, row)
    {
        bool behind = after == NULL || !is_before(key, after, true);
        if (behind && (upto == NULL || is_before(key, upto, true))) {
            json_object_del(rows, key);
        }
    }
}

static void apply(json_t *copy, int kind, size_t table, const json_t *json)
{
    char key[256];
    json_t *rows = json_object_get(copy, tables[table].name);
    key_of(table, json, key);
    if (kind == ROW) {
        const json_t *before = json_object_get(rows, key);
        cr_assert(table != 0 || before == NULL || json_equal(before, json), "%s has changed", key);
        json_object_set(rows, key, (json_t *)json);
    } else if (kind == GONE) {
        json_object_del(rows, key);
    } else {
        cr_assert_eq(kind, RANGE);
        clear_range(rows, json);
    }
}

static size_t table_of(const char *name)
{
    size_t table = 0;
    while (table < TABLES && strcmp(tables[table].name, name) != 0) {
        table++;
    }
    cr_assert_lt(table, TABLES, "%s", name);
    return table;
}

json_t *kept_read(const char *path)
{
    json_t *copy = json_object();
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    for (size_t i = 0; i < TABLES; i++) {
        json_object_set_new(copy, tables[i].name, json_object());
    }
    while (file != NULL && getline(&line, &room, file) > 0 && strchr(line, '\n') != NULL) {
        char *part = line;
        int kind = atoi(strsep(&part, "\t"));
        size_t table = table_of(strsep(&part, "\t"));
        strsep(&part, "\t");
        json_t *json = json_loads(part, 0, NULL);
        cr_assert_not_null(json, "%s", part);
        apply(copy, kind, table, json);
        json_decref(json);
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return copy;
}

/* ---- core.db ---- */

static sqlite3 *open_db(const char *path)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

static json_t *value_of(sqlite3_stmt *row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        return json_integer(sqlite3_column_int64(row, column));
    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(row, column));
    case SQLITE_TEXT:
        return json_string((const char *)sqlite3_column_text(row, column));
    default:
        return json_null();
    }
}

static json_t *row_of(sqlite3_stmt *stmt)
{
    json_t *row = json_object();
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        json_object_set_new(row, sqlite3_column_name(stmt, i), value_of(stmt, i));
    }
    return row;
}

/* Each value of the copy's row that is a column here is equal. */
static bool has_values(const json_t *have, json_t *copy, const char *table, const char *key)
{
    const char *name;
    json_t *value;
    json_object_foreach(copy, name, value)
    {
        const json_t *here = json_object_get(have, name);
        bool same_number = json_is_number(here) && json_is_number(value) &&
                           json_number_value(here) == json_number_value(value);
        if (here != NULL && !same_number && !json_equal(here, value)) {
            snprintf(differs, sizeof(differs), "%s %s: %s", table, key, name);
            return false;
        }
    }
    return true;
}

static bool is_table_equal(sqlite3 *db, size_t table, const json_t *rows)
{
    char sql[128];
    sqlite3_stmt *stmt = NULL;
    size_t count = 0;
    bool equal = true;
    snprintf(sql, sizeof(sql), "SELECT * FROM %s", tables[table].name);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (equal && sqlite3_step(stmt) == SQLITE_ROW) {
        char key[256];
        json_t *have = row_of(stmt);
        json_t *copied = json_object_get(rows, key_of(table, have, key));
        if (copied == NULL) {
            snprintf(differs, sizeof(differs), "%s %s: not in the copy", tables[table].name, key);
        }
        equal = copied != NULL && has_values(have, copied, tables[table].name, key);
        count++;
        json_decref(have);
    }
    sqlite3_finalize(stmt);
    if (equal && count != json_object_size(rows)) {
        snprintf(differs, sizeof(differs), "%s: %zu rows, the copy has %zu", tables[table].name,
                 count, json_object_size(rows));
    }
    return equal && count == json_object_size(rows);
}

struct pair {
    const char *db;
    const char *path;
};

static bool is_equal(struct rig *rig, const void *arg)
{
    (void)rig;
    const struct pair *pair = arg;
    json_t *copy = kept_read(pair->path);
    sqlite3 *db = open_db(pair->db);
    bool equal = true;
    for (size_t i = 0; equal && i < TABLES; i++) {
        equal = is_table_equal(db, i, json_object_get(copy, tables[i].name));
    }
    sqlite3_close(db);
    json_decref(copy);
    return equal;
}

void kept_wait_equal(struct rig *rig, const char *db, const char *path)
{
    struct pair pair = {db, path};
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    rig_written(rig);
    while (!is_equal(rig, &pair)) {
        cr_assert_lt(rig_now_ms(), until, "the copy is not equal: %s", differs);
        poll(NULL, 0, 50);
    }
}

json_int_t kept_number(const char *path, const char *sql)
{
    sqlite3 *db = open_db(path);
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sql);
    json_int_t number = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return number;
}
