/* SPDX-License-Identifier: MIT */
/*
 * The store from inside.
 *
 *   loop ──submit──▶ queue ──▶ writer thread: owed, soft rows ──▶ core.db
 *   loop ──query──▶ asked ──▶ reader thread, a connection of its own: no commit waits for it
 *   loop ◀──dispatch── answers ◀── both
 */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <sqlite3.h>

#include "store/answer.h"
#include "store/batch.h"
#include "store/days.h"
#include "store/fared.h"
#include "store/notify.h"
#include "store/owed.h"
#include "store/rows.h"
#include "store/soft.h"
#include "store/store.h"

#define STORE_SQL_MAX 6u /* statements of one kind */

/* What only the writer touches once it runs. */
struct store_writer {
    sqlite3 *db;
    sqlite3_stmt *statements[STORE_KIND_COUNT][STORE_SQL_MAX];
    struct store_owed owed;
    struct store_soft_table soft;
    struct store_days days;
    bool is_counting;                    /* a step of the days is owed */
    bool more_days;                      /* the last one left something to do */
    const struct store_changes *changes; /* for its own batches; not looked at here */
    int wal_pages;                       /* in the write-ahead log after the last commit */
    uint64_t last_commit;                /* these are microseconds of CLOCK_MONOTONIC */
    uint64_t last_slice;
    uint64_t last_days;
    uint64_t vacuum_at;  /* when to look for room to give back */
    uint64_t reserve_at; /* when to try for the reserve file again; 0: it is there, or not wanted */
    uint64_t retry_at;   /* 0: the last attempt succeeded */
    uint64_t backoff;
    uint64_t lost_told; /* events dropped that the log has told of */
    bool is_dropping;   /* more are being dropped now */
    bool is_log_long;   /* the write-ahead log cannot be shortened; said once */
    bool has_recovered; /* it could not be written, and now it can */
};

struct store_query {
    struct store_answer answer; /* first */
    struct store_batch *rows;
    struct store_query *next;
    sqlite3_stmt *(*prepare)(sqlite3 *db, const struct store_query *query);
    bool (*copy)(struct store_query *query, sqlite3_stmt *row); /* false: that is enough */
    struct buf texts; /* what the pointers of the filter point into, or the event's id */
    struct store_event_filter filter;
    const char *event_id;
    struct store_rows_ask ask; /* its texts are in `texts` */
    const char *keys;          /* of `ask`, as JSON; NULL: none */
    size_t bytes;              /* of the JSON of its rows */
    bool is_cut;               /* there are more */
    store_events_fn events;
    store_deliveries_fn deliveries;
    store_rows_fn rows_answer;
    store_place_fn place;
    store_request_fn request;
    store_noise_fn noise;
    store_rank_fn rank;
    store_fared_fn fared;
    bool is_by_day; /* of how somebody fared */
    int64_t until;  /* of a ranking */
    void *arg;
};

/* Whom store_dispatch() tells what a commit has changed. */
struct store_changes {
    store_changed_fn changed;
    void *arg;
};

struct store {
    struct store_options options;
    char *path;
    char *vfs;
    char *reserve_path;
    char *suspect_path; /* a file that says: look at everything when it is opened next */
    char *aside;        /* what a damaged database was renamed to */
    int lock_fd;
    int event_fd;
    bool is_started;
    uint64_t longest_call_us;     /* the loop's */
    struct store_changes changes; /* the loop's */
    bool is_stopped;
    pthread_t writer_thread;
    pthread_t reader_thread;

    pthread_mutex_t lock; /* over all that follows */
    pthread_cond_t writer_wake;
    pthread_cond_t reader_wake;
    bool is_stopping;
    bool is_woken; /* the writer was told of what is queued */
    struct store_owed queue;
    struct store_query *asked_first;
    struct store_query *asked_last;
    struct store_answers answers;
    struct store_health health;

    struct store_writer writer;
    sqlite3 *reader_db;
    int stop_rc;
};

/* A query that `deliver` answers; NULL without memory. `rows` of it may be NULL, to be looked at before asking. */
struct store_query *store_query_create(void (*deliver)(struct store_answer *answer), void *arg);
void store_query_destroy(struct store_query *query);

/* Append a text with its NUL to the query's; answers where it begins. */
size_t store_query_keep(struct store_query *query, const char *text);

/* Hand it to the reader. An error of store_query_events(): it is destroyed. */
int store_query_ask(struct store *store, struct store_query *query);

/* Bind a parameter by name, if the statement has it. */
void store_bind_text(sqlite3_stmt *stmt, const char *name, const char *text);
void store_bind_number(sqlite3_stmt *stmt, const char *name, int64_t value);

/* Tell what a committed batch has changed. */
void store_tell_changes(const struct store_changes *changes, const struct store_batch *batch);

/* The threads. */
void *store_writer_main(void *store);
void *store_reader_main(void *store);

/* Release what the writer has; its thread has ended or never was. */
void store_writer_finish(struct store_writer *writer);

/* The number of a severity's word as it lies in a table. */
uint32_t store_severity_number(const char *text);

/* Hand answers to the loop. Any thread, without the lock. */
void store_give_back(struct store *store, struct store_answers *answers);

/* Note that the database contradicts itself, so that the next store_open() looks at all of it. */
void store_suspect(struct store *store);

#endif
