/* SPDX-License-Identifier: MIT */
/* The journal on its way into PostgreSQL, against a bare COPY of the same rows into the same table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vmm/observation.h>

#include "bench.h"
#include "database.h"
#include "events.h"
#include "figure.h"
#include "subject.h"

#define PAIRS         12
#define ROWS          100000u
#define ROWS_QUICK    30000u
#define ROWS_TINY     2000u
#define TURN_LIMIT_MS 120000u
#define RATIO_LEAST   0.5
#define COPY_CHUNK    65536u

struct turn {
    struct database database;
    struct subject subject;
    PGconn *conn; /* of the role vmm, as a program of its own would have it */
    uint32_t rows;
    int64_t first_us;
    char last_id[40];
    char *copy; /* all rows as COPY takes them */
    size_t copy_size;
};

/* ---- COPY ---- */

static void write_row(FILE *out, const struct store_event *e)
{
    char at[32];
    time_t seconds = e->ts_event / 1000000;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(at, sizeof(at), "%Y-%m-%d %H:%M:%S", &tm);
    fprintf(out, "%s\t%s\t%s\t%s\t%s\t%g\t%s.%06d+00\t%s\t%s\t%s\t%llu\n", e->id, e->site_id,
            e->camera_id, e->type, e->severity == VMM_SEVERITY_NORMAL ? "normal" : "suspect",
            e->score, at, (int)(e->ts_event % 1000000), e->dedup_key, e->metadata_json, e->node_id,
            (unsigned long long)e->epoch);
}

/* All rows beforehand. No value of a made event has anything that COPY would want escaped. */
static void write_rows(struct turn *turn)
{
    struct made_event made;
    FILE *out = open_memstream(&turn->copy, &turn->copy_size);
    for (uint32_t i = 0; out != NULL && i < turn->rows; i++) {
        events_make(&made, i, turn->first_us);
        write_row(out, &made.event);
    }
    if (out == NULL || fclose(out) != 0) {
        bench_fail("out of memory");
    }
    snprintf(turn->last_id, sizeof(turn->last_id), "%s", made.id);
}

static double copy_rate(struct turn *turn)
{
    uint64_t begun = bench_now_us();
    PGresult *result = PQexec(turn->conn, "COPY ai_event FROM STDIN");
    bool ok = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    for (size_t at = 0; ok && at < turn->copy_size; at += COPY_CHUNK) {
        size_t left = turn->copy_size - at;
        int size = (int)(left < COPY_CHUNK ? left : COPY_CHUNK);
        ok = PQputCopyData(turn->conn, turn->copy + at, size) == 1;
    }
    ok = ok && PQputCopyEnd(turn->conn, NULL) == 1;
    result = PQgetResult(turn->conn);
    if (!ok || PQresultStatus(result) != PGRES_COMMAND_OK) {
        bench_fail("COPY: %s", PQerrorMessage(turn->conn));
    }
    PQclear(result);
    PQclear(PQgetResult(turn->conn));
    return (double)turn->rows / ((double)(bench_now_us() - begun) / 1e6);
}

/* ---- vmm ---- */

/* From the first commit to the last, by the server's clock: rows of the first are not counted. */
static double sink_rate(struct turn *turn)
{
    char text[128];
    double rows = 0;
    double seconds = 0;
    database_text(turn->database.conn,
                  "WITH t AS (SELECT pg_xact_commit_timestamp(xmin) AS at FROM ai_event), b AS"
                  " (SELECT min(at) AS first, max(at) AS last FROM t) SELECT count(*) FILTER"
                  " (WHERE at > first) || ' ' || extract(epoch FROM max(last) - min(first))"
                  " FROM t, b",
                  text, sizeof(text));
    if (sscanf(text, "%lf %lf", &rows, &seconds) != 2 || seconds <= 0) {
        bench_fail("the rows have no time: \"%s\"", text);
    }
    return rows / seconds;
}

static bool has_all(struct turn *turn)
{
    char place[64];
    database_text(turn->database.conn,
                  "SELECT place FROM record_place WHERE table_name = 'ai_event'", place,
                  sizeof(place));
    return strcmp(place, turn->last_id) == 0;
}

/* Begin with nothing: then the node writes all of its journal. */
static void forget(struct turn *turn)
{
    PGconn *conn = turn->database.conn;
    database_sql(conn, "TRUNCATE ai_event, notification_log");
    database_sql(conn, "DELETE FROM record_place");
    database_sql(conn, "CHECKPOINT");
    database_sql(conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                       " WHERE application_name = 'vmm'");
}

static double vmm_rate(struct turn *turn)
{
    uint32_t waited = 0;
    usage_continue(&turn->subject.group);
    while (!has_all(turn)) {
        if (waited > TURN_LIMIT_MS) {
            bench_fail("the rows do not come; see %s/vmmd.log", turn->subject.folder);
        }
        waited += 100;
        bench_sleep_ms(100);
    }
    usage_stop(&turn->subject.group);
    if ((uint32_t)database_number(turn->database.conn, "SELECT count(*) FROM ai_event") !=
        turn->rows) {
        bench_fail("not all rows are there");
    }
    return sink_rate(turn);
}

static json_t *make_config(const struct turn *turn, const char *folder)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:{s:s}, s:{s:{s:b, s:{s:[s], s:s}}}, s:{s:b}}",
                     "node_id", EVENTS_NODE, "run_dir", folder, "data_dir", folder, "plugin_dir",
                     BENCH_PLUGINS, "log", "level", "info", "plugins", "postgres", "own_sockets", 1,
                     "config", "hosts", turn->database.folder, "tls", "disable", "flags",
                     "FEATURE_VMM_SINK_POSTGRES", 1);
}

/* ---- both ---- */

static void set_up(struct turn *turn, const struct bench *bench)
{
    char path[300];
    char conninfo[160];
    turn->rows = bench->tiny ? ROWS_TINY : bench->quick ? ROWS_QUICK : ROWS;
    turn->first_us = events_begin(turn->rows);
    write_rows(turn);
    events_write(bench_path(bench, "core.db", path), turn->rows, turn->first_us);
    database_start(&turn->database, bench_path(bench, "postgres.log", path));
    snprintf(conninfo, sizeof(conninfo), "host=%s dbname=vmm user=vmm", turn->database.folder);
    turn->conn = PQconnectdb(conninfo);
    subject_run(&turn->subject, bench->folder, make_config(turn, bench->folder));
    subject_regroup(&turn->subject);
}

static void tear_down(struct turn *turn)
{
    subject_stop(&turn->subject);
    PQfinish(turn->conn);
    database_stop(&turn->database);
    free(turn->copy);
}

static void add_figure(const struct turn *turn, const double *vmm, const double *copy, size_t count)
{
    struct figure figure = {.name = "postgres-copy",
                            .estimate = stats_ratio(vmm, copy, count),
                            .unit = "x",
                            .baseline = stats_median(copy, count),
                            .limit = RATIO_LEAST,
                            .is_least = true};
    snprintf(figure.note, sizeof(figure.note),
             "%.0f rows/s from the journal against %.0f by COPY; %u rows, %zu pairs",
             stats_median(vmm, count), figure.baseline, turn->rows, count);
    figure_add(&figure);
}

void bench_postgres(const struct bench *bench)
{
    static struct turn turn;
    double vmm[PAIRS];
    double copy[PAIRS];
    size_t pairs = bench->tiny ? 2 : PAIRS;
    set_up(&turn, bench);
    vmm_rate(&turn); /* warms both */
    forget(&turn);
    copy_rate(&turn);
    for (size_t i = 0; i < pairs; i++) {
        forget(&turn);
        vmm[i] = vmm_rate(&turn);
        forget(&turn);
        copy[i] = copy_rate(&turn);
    }
    add_figure(&turn, vmm, copy, pairs);
    tear_down(&turn);
}
