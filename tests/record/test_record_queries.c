/* SPDX-License-Identifier: MIT */
/* The queries of docs/queries, word for word, over a copy of core.db and in PostgreSQL: the same answers. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "node.h"
#include "rig_watch.h"

#define QUERIES_MIN 8u

TestSuite(queries, .init = node_set_up, .fini = node_tear_down, .timeout = 300);

static char *read_query(const char *name)
{
    char path[400];
    char *sql = NULL;
    size_t room = 0;
    snprintf(path, sizeof(path), RECORD_QUERIES "/%s", name);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    cr_assert_gt(getdelim(&sql, &room, '\0', file), 0, "%s", path);
    fclose(file);
    return sql;
}

/* A value is a word, a row a line; no value is "-". */
static void add_value(struct buf *out, int column, const char *text)
{
    buf_printf(out, "%s%s", column > 0 ? "|" : "", text != NULL ? text : "-");
}

static void ask_sqlite(sqlite3 *db, const char *sql, struct buf *out)
{
    sqlite3_stmt *stmt = NULL;
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            add_value(out, i, (const char *)sqlite3_column_text(stmt, i));
        }
        buf_char(out, '\n');
    }
    sqlite3_finalize(stmt);
}

static void ask_postgres(PGconn *conn, const char *sql, struct buf *out)
{
    PGresult *result = PQexec(conn, sql);
    cr_assert_eq(PQresultStatus(result), PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(conn));
    for (int row = 0; row < PQntuples(result); row++) {
        for (int i = 0; i < PQnfields(result); i++) {
            add_value(out, i, PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i));
        }
        buf_char(out, '\n');
    }
    PQclear(result);
}

/* As docs/record.md tells it. */
static sqlite3 *open_copy(char path[256])
{
    char sql[300];
    sqlite3 *db = NULL;
    snprintf(path, 256, "%s/copy.db", node.rig.folder);
    snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", path);
    unlink(path);
    cr_assert_eq(sqlite3_open_v2(node.db, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_busy_timeout(db, 10000);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    cr_assert_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    return db;
}

/* "" when both answer the same, else both answers. */
static void compare(const char *sql, struct buf *differs)
{
    char path[256];
    struct buf here;
    struct buf there;
    buf_init(&here);
    buf_init(&there);
    buf_clear(differs);
    sqlite3 *db = open_copy(path);
    PGconn *conn = server_connect(&node.server);
    ask_sqlite(db, sql, &here);
    ask_postgres(conn, sql, &there);
    if (strcmp(buf_cstr(&here), buf_cstr(&there)) != 0) {
        buf_printf(differs, "SQLite:\n%sPostgreSQL:\n%s", buf_cstr(&here), buf_cstr(&there));
    }
    PQfinish(conn);
    sqlite3_close(db);
    unlink(path);
    buf_finish(&here);
    buf_finish(&there);
}

/* Rows go on changing while vmmd looks; after a while without news both have the same. */
static void expect_same_answer(const char *name)
{
    struct buf differs;
    char *sql = read_query(name);
    uint64_t until = rig_now_ms() + NODE_EQUAL_MS;
    buf_init(&differs);
    compare(sql, &differs);
    while (strcmp(buf_cstr(&differs), "") != 0) {
        cr_assert_lt(rig_now_ms(), until, "%s\n%s", name, buf_cstr(&differs));
        poll(NULL, 0, 200);
        compare(sql, &differs);
    }
    buf_finish(&differs);
    free(sql);
}

/* Something to tell: cameras that fail in several ways, a recorder with channels, names that sort by bytes alone. */
static void stir(void)
{
    static const char *const faults[][2] = {
        {"cam-01", "down"}, {"cam-02", "close"}, {"cam-03", "garbage"}};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        json_decref(rig_farm(&node.rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}",
                             faults[i][0], faults[i][1]));
    }
    cr_assert_eq(rig_ctl(&node.rig, NULL, NULL, "nvr", "add", "Recorder", "site=south",
                         "provider=vivotek", "host=127.23.0.77", NULL),
                 0);
    cr_assert_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "add", "Zulu", "site=south",
                         "nvr=Recorder", "channel=2", "name=\xc3\x84ngstr\xc3\xb6m", NULL),
                 0);
    cr_assert_eq(rig_ctl(&node.rig, NULL, NULL, "camera", "add", "alpha", "site=south",
                         "nvr=Recorder", "channel=1", NULL),
                 0);
    rig_wait_health(&node.rig, "cam-01", "DOWN unreachable");
    node_make_days();
    node_make_events(9);
    node_expect_equal();
}

Test(queries, each_answers_the_same_on_both)
{
    size_t count = 0;
    stir();
    DIR *folder = opendir(RECORD_QUERIES);
    cr_assert_not_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".sql") == 0) {
            expect_same_answer(entry->d_name);
            count++;
        }
    }
    closedir(folder);
    cr_expect_geq(count, QUERIES_MIN);
}

/* An answer without a row would be the same on both whatever is asked. */
Test(queries, they_have_something_to_say)
{
    static const char *const filled[] = {"cameras-by-status.sql",
                                         "cameras-last-change.sql",
                                         "events-by-type.sql",
                                         "cameras-with-most-outages.sql",
                                         "reasons.sql",
                                         "incidents-open.sql",
                                         "looks-that-fail.sql",
                                         "recorders.sql",
                                         "sites.sql",
                                         "days.sql",
                                         "messages.sql"};
    stir();
    PGconn *conn = server_connect(&node.server);
    for (size_t i = 0; i < sizeof(filled) / sizeof(filled[0]); i++) {
        struct buf answer;
        char *sql = read_query(filled[i]);
        buf_init(&answer);
        ask_postgres(conn, sql, &answer);
        cr_expect_str_neq(buf_cstr(&answer), "", "%s", filled[i]);
        buf_finish(&answer);
        free(sql);
    }
    PQfinish(conn);
}
