/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/reserve.h"
#include "store/migrate.h"

#define AREA          "store"
#define OWED_DEFAULT  ((size_t)64 << 20)
#define CHECK_SECONDS 3u           /* a check of a database that nothing is said against */
#define WAKE_BYTES    (256u << 10) /* of soft rows, at which the writer is told */

static char *join(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *text = malloc(size);
    if (text != NULL && !text_format(text, size, "%s%s", path, suffix)) {
        free(text);
        return NULL;
    }
    return text;
}

/* core.db has its reserve in core.reserve. */
static char *name_reserve(const char *path)
{
    size_t size = strlen(path);
    char *stem = strdup(path);
    if (stem != NULL && size > 3 && strcmp(path + size - 3, ".db") == 0) {
        stem[size - 3] = '\0';
    }
    char *name = stem == NULL ? NULL : join(stem, ".reserve");
    free(stem);
    return name;
}

void store_make_room(const char *path)
{
    char *reserve = name_reserve(path);
    if (reserve != NULL && store_reserve_is_needed(reserve) && store_reserve_release(reserve)) {
        log_warn(AREA, "the disk is full: %s was given up", reserve);
    }
    free(reserve);
}

static int init_names(struct store *store, const struct store_options *options)
{
    store->path = strdup(options->path);
    store->vfs = options->vfs == NULL ? NULL : strdup(options->vfs);
    store->reserve_path = name_reserve(options->path);
    store->suspect_path = join(options->path, ".suspect");
    bool ok = store->path != NULL && store->reserve_path != NULL && store->suspect_path != NULL &&
              (options->vfs == NULL || store->vfs != NULL);
    store->options.path = store->path;
    store->options.vfs = store->vfs;
    return ok ? 0 : VMM_E_NOMEM;
}

static void init_options(struct store *store, const struct store_options *options)
{
    struct store_options *o = &store->options;
    *o = *options;
    o->owed_max_bytes = o->owed_max_bytes == 0 ? OWED_DEFAULT : o->owed_max_bytes;
    o->commit_interval_ms = o->commit_interval_ms == 0 ? 50 : o->commit_interval_ms;
    o->soft_period_s = o->soft_period_s == 0 ? 840 : o->soft_period_s;
    o->days_period_ms = o->days_period_ms == 0 ? 5000 : o->days_period_ms;
    /* Half for what is queued, half for what the writer has taken. */
    store_owed_init(&store->queue, o->owed_max_bytes / 2);
    store_owed_init(&store->writer.owed, o->owed_max_bytes / 2);
    store_soft_init(&store->writer.soft);
}

static int init_sync(struct store *store)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->writer_wake, &attr);
    pthread_cond_init(&store->reader_wake, &attr);
    pthread_condattr_destroy(&attr);
    store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (store->event_fd < 0) {
        log_error(AREA, "eventfd: %s", strerror(errno));
        return VMM_E_IO;
    }
    return 0;
}

/* Open, and look whether what is there holds together. */
static int open_sound(struct store *store, sqlite3 **db)
{
    char error[160] = "";
    int rc = store_db_secure(store->path);
    if (rc != 0) {
        return rc;
    }
    rc = store_db_open(store->path, store->vfs, db, error);
    if (rc != 0) {
        log_error(AREA, "%s: %s", store->path, error);
        return rc;
    }
    bool is_suspect = access(store->suspect_path, F_OK) == 0;
    if (!store_db_is_sound(*db, is_suspect ? 0 : CHECK_SECONDS)) {
        log_error(AREA, "%s is damaged", store->path);
        sqlite3_close(*db);
        *db = NULL;
        return VMM_E_CORRUPT;
    }
    return 0;
}

static int start_anew(struct store *store, sqlite3 **db)
{
    char aside[4096];
    int rc = store_db_set_aside(store->path, aside, sizeof(aside));
    if (rc != 0) {
        return rc;
    }
    unlink(store->suspect_path);
    store->aside = strdup(aside);
    log_error(AREA,
              "damaged database set aside as %s; the new one is empty: the fleet, its state, "
              "the journal and the login ledger until now are in that file alone",
              aside);
    return open_sound(store, db);
}

static int open_database(struct store *store)
{
    static const char *const areas[] = {"fleet", "state", "journal", "notify", "record", NULL};
    sqlite3 *db = NULL;
    int rc = open_sound(store, &db);
    rc = rc == VMM_E_CORRUPT ? start_anew(store, &db) : rc;
    rc = rc == 0 ? store_migrate(db, store_migrations, areas) : rc;
    if (rc != 0) {
        sqlite3_close(db);
        return rc;
    }
    unlink(store->suspect_path);
    store->writer.db = db;
    store_days_init(&store->writer.days, db);
    store->writer.days.zone_of = store->options.zone_of;
    store->writer.days.zone_arg = store->options.zone_arg;
    return 0;
}

int store_open(const struct store_options *options, struct store **out)
{
    *out = NULL;
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return VMM_E_NOMEM;
    }
    store->lock_fd = -1;
    store->event_fd = -1;
    store->health.working = true;
    init_options(store, options);
    int rc = init_sync(store);
    rc = rc == 0 ? init_names(store, options) : rc;
    if (rc == 0) {
        store->lock_fd = store_db_lock(store->path);
        rc = store->lock_fd < 0 ? store->lock_fd : open_database(store);
    }
    if (rc != 0) {
        store_close(store);
        return rc;
    }
    *out = store;
    return 0;
}

const char *store_set_aside(const struct store *store)
{
    return store->aside;
}

/* The signals of the process are the loop's. */
static int start_thread(pthread_t *thread, void *(*run)(void *store), struct store *store)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(thread, NULL, run, store);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : VMM_E_NOMEM;
}

int store_start(struct store *store)
{
    if (store->is_started) {
        return VMM_E_STATE;
    }
    char error[160];
    int rc = store_db_open(store->path, store->vfs, &store->reader_db, error);
    rc = rc == 0 ? store_db_exec(store->reader_db, "PRAGMA query_only = ON") : rc;
    if (rc != 0) {
        log_error(AREA, "%s: %s", store->path, error);
        return rc;
    }
    rc = start_thread(&store->writer_thread, store_writer_main, store);
    if (rc != 0) {
        return rc;
    }
    if (start_thread(&store->reader_thread, store_reader_main, store) != 0) {
        pthread_mutex_lock(&store->lock);
        store->is_stopping = true;
        pthread_cond_signal(&store->writer_wake);
        pthread_mutex_unlock(&store->lock);
        pthread_join(store->writer_thread, NULL);
        store->is_stopped = true;
        return VMM_E_NOMEM;
    }
    store->is_started = true;
    return 0;
}

int store_stop(struct store *store)
{
    if (!store->is_started || store->is_stopped) {
        return VMM_E_STATE;
    }
    pthread_mutex_lock(&store->lock);
    store->is_stopping = true;
    pthread_cond_signal(&store->writer_wake);
    pthread_cond_signal(&store->reader_wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->reader_thread, NULL);
    pthread_join(store->writer_thread, NULL);
    store->is_stopped = true;
    return store->stop_rc;
}

/* Destroy answers that nobody waits for any more, without calling anybody. */
static void forget_answers(struct store_answers *answers)
{
    for (struct store_answer *answer = answers->first; answer != NULL;) {
        struct store_answer *next = answer->next;
        answer->forget(answer);
        answer = next;
    }
    *answers = (struct store_answers){0};
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->is_started && !store->is_stopped) {
        store_stop(store);
    }
    forget_answers(&store->answers);
    store_owed_finish(&store->queue);
    sqlite3_close(store->reader_db);
    store_writer_finish(&store->writer);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->writer_wake);
    pthread_cond_destroy(&store->reader_wake);
    if (store->event_fd >= 0) {
        close(store->event_fd);
    }
    if (store->lock_fd >= 0) {
        close(store->lock_fd);
    }
    free(store->path);
    free(store->vfs);
    free(store->reserve_path);
    free(store->suspect_path);
    free(store->aside);
    free(store);
}

int store_fd(const struct store *store)
{
    return store->event_fd;
}

static void ring(struct store *store)
{
    uint64_t one = 1;
    /* Only a counter at its limit could refuse, and then the descriptor is readable anyway. */
    ssize_t written = write(store->event_fd, &one, sizeof(one));
    (void)written;
}

void store_give_back(struct store *store, struct store_answers *answers)
{
    if (answers->first == NULL) {
        return;
    }
    pthread_mutex_lock(&store->lock);
    while (answers->first != NULL) {
        struct store_answer *answer = answers->first;
        answers->first = answer->next;
        store_answers_add(&store->answers, answer);
    }
    pthread_mutex_unlock(&store->lock);
    answers->last = NULL;
    ring(store);
}

/* The loop leaves a call that it entered at `begin_us`. */
static void note_call(struct store *store, uint64_t begin_us)
{
    uint64_t took = clock_mono_us() - begin_us;
    store->longest_call_us = took > store->longest_call_us ? took : store->longest_call_us;
}

size_t store_dispatch(struct store *store)
{
    uint64_t begin_us = clock_mono_us();
    uint64_t count = 0;
    ssize_t got = read(store->event_fd, &count, sizeof(count));
    (void)got;
    pthread_mutex_lock(&store->lock);
    struct store_answers answers = store->answers;
    store->answers = (struct store_answers){0};
    pthread_mutex_unlock(&store->lock);
    note_call(store, begin_us);
    return store_answers_deliver(&answers);
}

void store_health(struct store *store, struct store_health *out)
{
    pthread_mutex_lock(&store->lock);
    *out = store->health;
    out->batches_owed += store->queue.count;
    out->bytes_owed += store->queue.bytes;
    out->events_lost += store->queue.events_lost;
    out->deliveries_lost += store->queue.deliveries_lost;
    out->longest_call_us = store->longest_call_us;
    pthread_mutex_unlock(&store->lock);
}

static void refuse(struct store *store, struct store_batch *batch, int rc)
{
    struct store_answers answers = {0};
    batch->answer.rc = rc;
    store_answers_add(&answers, &batch->answer);
    store_give_back(store, &answers);
}

static void queue_batch(struct store *store, struct store_batch *batch)
{
    struct store_answers given_up = {0};
    pthread_mutex_lock(&store->lock);
    int rc = store->is_stopping ? VMM_E_IO : store_owed_add(&store->queue, batch);
    bool is_urgent = batch->hard_count > 0 || batch->committed != NULL;
    if (rc == 0) {
        store_owed_bound(&store->queue, &given_up);
        if (!store->is_woken && (is_urgent || store->queue.bytes > WAKE_BYTES)) {
            store->is_woken = true;
            pthread_cond_signal(&store->writer_wake);
        }
    }
    pthread_mutex_unlock(&store->lock);
    store_give_back(store, &given_up);
    if (rc != 0) {
        refuse(store, batch, rc);
    }
}

void store_submit(struct store *store, struct store_batch *batch, store_committed_fn committed,
                  void *arg)
{
    uint64_t begin_us = clock_mono_us();
    batch->committed = committed;
    batch->arg = arg;
    batch->changes = &store->changes;
    if (batch->rc != 0) {
        log_error(AREA, "a batch of %zu operations was refused: error %d", batch->op_count,
                  batch->rc);
        refuse(store, batch, batch->rc);
        return;
    }
    queue_batch(store, batch);
    note_call(store, begin_us);
}

void store_suspect(struct store *store)
{
    if (store_db_secure(store->suspect_path) == 0) {
        log_error(AREA, "%s contradicts itself; the next start looks at all of it", store->path);
    }
}
