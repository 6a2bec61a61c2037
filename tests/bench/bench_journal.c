/* SPDX-License-Identifier: MIT */
/* Events into the journal, durably, against the same rows into bare SQLite. */
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/observation.h>

#include "bench.h"
#include "child.h"
#include "events.h"
#include "figure.h"

#define PAIRS        12
#define EVENTS       50000u
#define EVENTS_QUICK 10000u
#define EVENTS_TINY  1000u
#define RATIO_LEAST  0.7
#define BYTES_LIMIT  1536.0

static void remove_database(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char name[320];
        snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        unlink(name);
    }
}

/* ---- bare SQLite ---- */

static void must(sqlite3 *db, int rc)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        bench_fail("SQLite: %s", sqlite3_errmsg(db));
    }
}

static void run(sqlite3 *db, const char *sql)
{
    must(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static void insert(sqlite3 *db, sqlite3_stmt *stmt, const struct store_event *e)
{
    const char *const texts[] = {e->id, e->site_id, e->camera_id, e->type,
                                 e->severity == VMM_SEVERITY_NORMAL ? "normal" : "suspect"};
    for (int i = 0; i < 5; i++) {
        sqlite3_bind_text(stmt, i + 1, texts[i], -1, SQLITE_STATIC);
    }
    sqlite3_bind_double(stmt, 6, e->score);
    sqlite3_bind_int64(stmt, 7, e->ts_event);
    sqlite3_bind_text(stmt, 8, e->dedup_key, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 9, e->metadata_json, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 10, e->node_id, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 11, (int64_t)e->epoch);
    must(db, sqlite3_step(stmt));
    sqlite3_reset(stmt);
}

/* Rows of one transaction, and the next; as many in each as the store had in one. */
static void insert_all(sqlite3 *db, sqlite3_stmt *stmt, uint32_t count, int64_t first_us,
                       uint32_t chunk)
{
    struct made_event made;
    for (uint32_t i = 0; i < count; i++) {
        if (i % chunk == 0) {
            run(db, "BEGIN IMMEDIATE");
        }
        events_make(&made, i, first_us);
        insert(db, stmt, &made.event);
        if (i % chunk == chunk - 1 || i == count - 1) {
            run(db, "COMMIT");
        }
    }
}

/* Into a database that the store has made: the same tables, the same guarantee. */
static double bare_rate(const char *path, uint32_t count, int64_t first_us, uint32_t chunk)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    events_write(path, 0, first_us);
    must(db, sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL));
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    must(db, sqlite3_prepare_v2(db,
                                "INSERT INTO ai_event(id, site_id, camera_id, event_type, severity,"
                                " score, ts_event, dedup_key, metadata_json, node_id, epoch)"
                                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                -1, &stmt, NULL));
    uint64_t begun = bench_now_us();
    insert_all(db, stmt, count, first_us, chunk);
    double us = (double)(bench_now_us() - begun);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return count * 1e6 / us;
}

/* ---- both ---- */

static double size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static void add_ratio(const double *store, const double *bare, size_t pairs, uint32_t count,
                      uint32_t chunk)
{
    struct figure figure = {.name = "journal-append",
                            .estimate = stats_ratio(store, bare, pairs),
                            .unit = "x",
                            .baseline = stats_median(bare, pairs),
                            .limit = RATIO_LEAST,
                            .is_least = true};
    snprintf(
        figure.note, sizeof(figure.note),
        "%.0f events/s on disk against %.0f by bare SQLite; %u events, last %u a commit, %zu pairs",
        stats_median(store, pairs), figure.baseline, count, chunk, pairs);
    figure_add(&figure);
}

static void add_bytes(double bytes)
{
    struct figure figure = {.name = "journal-bytes",
                            .estimate = {bytes, bytes, bytes},
                            .unit = "B/event",
                            .baseline = (double)NAN,
                            .limit = BYTES_LIMIT};
    snprintf(figure.note, sizeof(figure.note), "of core.db, indexes included");
    figure_add(&figure);
}

void bench_journal(const struct bench *bench)
{
    char path[300];
    double store[PAIRS];
    double bare[PAIRS];
    uint32_t count = bench->tiny ? EVENTS_TINY : bench->quick ? EVENTS_QUICK : EVENTS;
    size_t pairs = bench->tiny ? 2 : PAIRS;
    uint32_t chunk = count;
    double bytes = 0;
    bench_path(bench, "core.db", path);
    child_pin(CHILD_ANYWHERE);
    for (size_t i = 0; i <= pairs; i++) { /* the first does not count */
        int64_t first_us = events_begin(count);
        remove_database(path);
        struct events_written written = events_write(path, count, first_us);
        bytes = size_of(path) / count;
        chunk = written.commits > 0 ? (uint32_t)(count / written.commits) : count;
        chunk = chunk > 0 ? chunk : 1;
        remove_database(path);
        double rate = bare_rate(path, count, first_us, chunk);
        if (i > 0) {
            store[i - 1] = count * 1e6 / (double)written.us;
            bare[i - 1] = rate;
        }
    }
    child_pin(CHILD_HELPING);
    remove_database(path);
    add_ratio(store, bare, pairs, count, chunk);
    add_bytes(bytes);
}
