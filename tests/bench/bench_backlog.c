/* SPDX-License-Identifier: MIT */
/*
 * A long journal, drained twice: by the sink that keeps the record, while a sink of events is up to date; and by the sink
 * of events, while the record is. New events have to reach the other one all the time, and memory has to stay as it is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "database.h"
#include "events.h"
#include "figure.h"
#include "subject.h"

#define EVENTS        1000000u
#define EVENTS_QUICK  50000u
#define EVENTS_TINY   2000u
#define LIMIT_MS      1800000u
#define PROBE_EVERY   500u /* ms */
#define PROBE_PATIENT 30000u
#define MEMORY_LIMIT  16.0 /* MiB */
#define DELAY_LIMIT   2000.0
#define RATE_LEAST    2000.0

struct backlog_run {
    const struct bench *bench;
    struct database database;
    struct subject subject;
    uint32_t events;
    char last_id[40];
    uint32_t disabled; /* how often the probe was switched off */
    char lines[300];   /* file of the sink of events */
};

struct drain {
    double seconds;
    double begin_mib; /* of vmmd and its hosts, when a tenth was drained */
    double peak_mib;  /* since then */
    double delay_ms;  /* the longest until another destination had a new event */
    uint32_t probes;
};

/* ---- vmmd ---- */

static json_t *make_config(const struct backlog_run *run)
{
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:{s:s}, s:{s:{s:b, s:{s:[s], s:s}}, s:{s:{s:s, s:s}}}, s:{s:b, s:b, "
        "s:b, s:b}}",
        "node_id", EVENTS_NODE, "run_dir", run->bench->folder, "data_dir", run->bench->folder,
        "plugin_dir", BENCH_PLUGINS, "log", "level", "info", "plugins", "postgres", "own_sockets",
        1, "config", "hosts", run->database.folder, "tls", "disable", "jsonl", "config", "path",
        run->lines, "fsync", "batch", "flags", "FEATURE_VMM_SINK_POSTGRES", 1,
        "FEATURE_VMM_SINK_JSONL", 1, "FEATURE_VMS_HEALTH_MONITOR", 1, "FEATURE_VMS_RTSP_PROBE", 1);
}

static void on_committed(void *arg, int rc)
{
    *(int *)arg = rc == 0 ? 1 : -1;
}

/* While vmmd does not run: the sink of events has everything up to here. */
static void set_cursor(const struct backlog_run *run, int64_t seq)
{
    char path[300];
    struct store *store = NULL;
    struct store_options options = {.path = bench_path(run->bench, "core.db", path)};
    struct store_batch *batch = store_batch_create();
    int done = 0;
    if (batch == NULL || store_open(&options, &store) != 0 || store_start(store) != 0) {
        bench_fail("%s cannot be opened", path);
    }
    store_put_cursor(batch, "jsonl", seq);
    store_submit(store, batch, on_committed, &done);
    int rc = store_stop(store);
    store_dispatch(store);
    store_close(store);
    if (rc != 0 || done != 1) {
        bench_fail("%s cannot be written", path);
    }
}

/* Resident memory of vmmd and its hosts, in MiB. */
static double memory_mib(const struct backlog_run *run)
{
    struct process_group group;
    double pages = 0;
    usage_group(&group, run->subject.child.pid);
    for (int i = 0; i < group.count; i++) {
        char path[64];
        long resident = 0;
        snprintf(path, sizeof(path), "/proc/%d/statm", (int)group.pids[i]);
        FILE *file = fopen(path, "r");
        if (file != NULL && fscanf(file, "%*d %ld", &resident) == 1) {
            pages += (double)resident;
        }
        if (file != NULL) {
            fclose(file);
        }
    }
    return pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

/* ---- what a destination has ---- */

/* Up to which event, counted from 1, the one that drains is done. */
static double drained_by_postgres(struct backlog_run *run)
{
    char sql[120];
    snprintf(sql, sizeof(sql), "SELECT 1 FROM ai_event WHERE id = '%s'", run->last_id);
    double rows = subject_metric(&run->subject, "vmm_postgres_rows_total");
    /* Rows of other tables are counted too. */
    return database_number(run->database.conn, sql) == 1 ? run->events
                                                         : fmin(rows, run->events - 1.0);
}

static double drained_by_jsonl(struct backlog_run *run)
{
    return subject_metric(&run->subject, "vmm_notification_sent_total");
}

/* How often the other one was told that the probe is off. */
static uint32_t told_jsonl(struct backlog_run *run)
{
    uint32_t count = 0;
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(run->lines, "r");
    while (file != NULL && getline(&line, &room, file) > 0) {
        count += strstr(line, "camera.disabled") != NULL;
    }
    free(line);
    if (file != NULL) {
        fclose(file);
    }
    return count;
}

static uint32_t told_postgres(struct backlog_run *run)
{
    return (uint32_t)database_number(run->database.conn,
                                     "SELECT count(*) FROM ai_event WHERE camera_id = 'probe'"
                                     " AND ts_event > now() - interval '1 day'"
                                     " AND event_type = 'camera.disabled'");
}

/* Switch the probe on and off again, and wait until the other one has heard of it. */
static double probe_ms(struct backlog_run *run, uint32_t (*told)(struct backlog_run *run))
{
    free(subject_ctl(&run->subject, "camera set probe enabled=true", true));
    uint64_t begun = bench_now_us();
    free(subject_ctl(&run->subject, "camera set probe enabled=false", true));
    run->disabled++;
    while (told(run) < run->disabled) {
        if (bench_now_us() - begun > PROBE_PATIENT * 1000ull) {
            break;
        }
        bench_sleep_ms(5);
    }
    return (double)(bench_now_us() - begun) / 1000;
}

/* ---- a drain ---- */

static void watch_drain(struct backlog_run *run, struct drain *drain,
                        double (*drained)(struct backlog_run *run),
                        uint32_t (*told)(struct backlog_run *run))
{
    uint64_t begun = bench_now_us();
    double have = 0;
    *drain = (struct drain){0};
    while (have < run->events) {
        double now_s = (double)(bench_now_us() - begun) / 1e6;
        if (now_s * 1000 > LIMIT_MS) {
            bench_fail("the journal is not drained; see %s/vmmd.log", run->subject.folder);
        }
        double delay = probe_ms(run, told);
        double mib = memory_mib(run);
        have = drained(run);
        if (have >= run->events / 10.0 && drain->begin_mib == 0) {
            drain->begin_mib = mib;
        }
        drain->delay_ms = delay > drain->delay_ms ? delay : drain->delay_ms;
        drain->peak_mib = drain->begin_mib > 0 && mib > drain->peak_mib ? mib : drain->peak_mib;
        drain->probes++;
        bench_sleep_ms(PROBE_EVERY);
    }
    drain->seconds = (double)(bench_now_us() - begun) / 1e6;
}

static void start(struct backlog_run *run)
{
    subject_run(&run->subject, run->bench->folder, make_config(run));
}

/* Its record has to be there before others can be ahead of it. */
static void set_up(struct backlog_run *run, const struct bench *bench)
{
    char path[300];
    *run = (struct backlog_run){.bench = bench};
    run->events = bench->tiny ? EVENTS_TINY : bench->quick ? EVENTS_QUICK : EVENTS;
    bench_path(bench, "events.jsonl", run->lines);
    bench_path(bench, "core.db", path);
    int64_t first_us = events_begin(run->events);
    struct made_event last;
    events_make(&last, run->events - 1, first_us);
    snprintf(run->last_id, sizeof(run->last_id), "%s", last.id);
    events_write(path, run->events, first_us);
    set_cursor(run, run->events);
    database_start(&run->database, bench_path(bench, "postgres.log", path));
    start(run);
    free(subject_ctl(
        &run->subject,
        "camera add probe site=" EVENTS_SITE " provider=rtsp host=127.0.0.1 enabled=false", true));
}

/* ---- figures ---- */

static void add(const char *name, double value, double limit, bool is_least, const char *unit,
                const char *note)
{
    struct figure figure = {.name = name,
                            .estimate = {value, value, value},
                            .unit = unit,
                            .baseline = (double)NAN,
                            .limit = limit,
                            .is_least = is_least};
    snprintf(figure.note, sizeof(figure.note), "%s", note);
    figure_add(&figure);
}

static void add_figures(const struct backlog_run *run, const struct drain *record,
                        const struct drain *events)
{
    char note[200];
    double grown[] = {record->peak_mib - record->begin_mib, events->peak_mib - events->begin_mib};
    double rates[] = {run->events / record->seconds, run->events / events->seconds};
    snprintf(note, sizeof(note),
             "from %.0f to %.0f MiB with postgres, from %.0f to %.0f with jsonl", record->begin_mib,
             record->peak_mib, events->begin_mib, events->peak_mib);
    add("backlog-memory", fmax(grown[0], grown[1]), MEMORY_LIMIT, false, "MiB", note);
    snprintf(note, sizeof(note),
             "%.0f ms to jsonl (%u events), %.0f ms to postgres (%u), worst of each",
             record->delay_ms, record->probes, events->delay_ms, events->probes);
    add("backlog-delay", fmax(record->delay_ms, events->delay_ms), DELAY_LIMIT, false, "ms", note);
    snprintf(note, sizeof(note), "%u events: %.0f/s by postgres, %.0f/s by jsonl", run->events,
             rates[0], rates[1]);
    add("backlog-rate", fmin(rates[0], rates[1]), RATE_LEAST, true, "events/s", note);
}

void bench_backlog(const struct bench *bench)
{
    static struct backlog_run run;
    struct drain record;
    struct drain events;
    set_up(&run, bench);
    watch_drain(&run, &record, drained_by_postgres, told_jsonl);
    subject_regroup(&run.subject);
    subject_stop(&run.subject);
    unlink(run.lines);
    set_cursor(&run, 0);
    start(&run);
    watch_drain(&run, &events, drained_by_jsonl, told_postgres);
    subject_regroup(&run.subject);
    subject_stop(&run.subject);
    database_stop(&run.database);
    unlink(run.lines);
    add_figures(&run, &record, &events);
}
