/* SPDX-License-Identifier: MIT */
/*
 * The writer thread: takes what is queued, cuts slices of soft rows, commits, tries again, keeps
 * the reserve.
 */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "store/commit.h"
#include "store/db.h"
#include "store/internal.h"
#include "store/reserve.h"
#include "store/vacuum.h"

#define AREA "store"
#define IDLE_US                                                                                    \
    (5 * CLOCK_S) /* soft rows that nobody was told of are taken at least this often   \
                               */
#define FAILING_US       (1 * CLOCK_S) /* and this often while the disk refuses */
#define BACKOFF_FIRST_US (1 * CLOCK_S)
#define BACKOFF_LAST_US  (30 * CLOCK_S)
#define RESERVE_EVERY_US (5 * CLOCK_S)
#define WAL_PAGES_MAX    1000 /* about 4 MiB */
#define VACUUM_IDLE_US   (5 * CLOCK_S)

void store_writer_finish(struct store_writer *writer)
{
    for (unsigned kind = 0; kind < STORE_KIND_COUNT; kind++) {
        for (unsigned i = 0; i < STORE_SQL_MAX; i++) {
            sqlite3_finalize(writer->statements[kind][i]);
        }
    }
    store_days_finish(&writer->days);
    sqlite3_close(writer->db);
    store_owed_finish(&writer->owed);
    store_soft_finish(&writer->soft);
    *writer = (struct store_writer){0};
}

static uint64_t soft_due(const struct store *store)
{
    const struct store_writer *writer = &store->writer;
    uint32_t rows = 0;
    uint64_t every = 0;
    store_soft_pace(writer->soft.count, store->options.soft_period_s * CLOCK_S, &rows, &every);
    return writer->last_slice + every;
}

/* When events are counted into their days next. With more to count at once, but not beside commits that somebody waits
 * for: in a flood the days come after it. */
static uint64_t days_due(const struct store *store)
{
    const struct store_writer *writer = &store->writer;
    bool at_once = writer->more_days && writer->owed.count == 0;
    uint64_t pause = at_once ? store->options.commit_interval_ms : store->options.days_period_ms;
    return writer->last_days + pause * CLOCK_MS;
}

static uint64_t commit_due(const struct store *store)
{
    const struct store_writer *writer = &store->writer;
    return writer->retry_at != 0
               ? writer->retry_at
               : writer->last_commit + store->options.commit_interval_ms * CLOCK_MS;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t next_wake(const struct store *store)
{
    const struct store_writer *writer = &store->writer;
    uint64_t wake = clock_mono_us() + (writer->retry_at == 0 ? IDLE_US : FAILING_US);
    if (writer->owed.count > 0) {
        wake = earlier(wake, commit_due(store));
    }
    if (writer->soft.count > 0 && writer->retry_at == 0) {
        wake = earlier(wake, soft_due(store));
    }
    if (writer->reserve_at != 0) {
        wake = earlier(wake, writer->reserve_at);
    }
    if (writer->retry_at == 0) {
        wake = earlier(wake, days_due(store));
    }
    if (writer->retry_at == 0 && writer->owed.count == 0) {
        wake = earlier(wake, writer->vacuum_at);
    }
    return wake;
}

/* With something owed the writer comes back by itself: until then nobody needs to wake it. */
static void sleep_until(struct store *store, uint64_t wake)
{
    bool is_coming = store->writer.owed.count > 0;
    store->is_woken = store->is_woken || is_coming;
    struct timespec until = {.tv_sec = (time_t)(wake / CLOCK_S),
                             .tv_nsec = (long)(wake % CLOCK_S * 1000)};
    while (!store->is_stopping && (is_coming || !store->is_woken)) {
        if (pthread_cond_timedwait(&store->writer_wake, &store->lock, &until) == ETIMEDOUT) {
            return;
        }
    }
}

/* Wait for something to do, and take what is queued. False when the store is to stop. */
static bool wait_for_work(struct store *store, struct store_owed *taken)
{
    uint64_t wake = next_wake(store);
    pthread_mutex_lock(&store->lock);
    sleep_until(store, wake);
    bool go_on = !store->is_stopping;
    *taken = store->queue;
    store_owed_init(&store->queue, taken->max_bytes);
    store->is_woken = false;
    store->health.batches_owed += taken->count;
    store->health.bytes_owed += taken->bytes;
    pthread_mutex_unlock(&store->lock);
    return go_on;
}

/* Soft rows need no commit; a batch of nothing else is done when no other is before it. */
static void take_one(struct store_writer *writer, struct store_batch *batch,
                     struct store_answers *answers)
{
    store_soft_take(&writer->soft, batch);
    bool is_done = batch->hard_count == 0 && (batch->committed == NULL || writer->owed.count == 0);
    if (!is_done && store_owed_add(&writer->owed, batch) == 0) {
        return;
    }
    batch->answer.rc = is_done ? 0 : VMM_E_NOMEM;
    store_answers_add(answers, &batch->answer);
}

static void take(struct store_writer *writer, struct store_owed *taken,
                 struct store_answers *answers)
{
    for (size_t i = 0; i < taken->count; i++) {
        take_one(writer, taken->batches[i], answers);
    }
    writer->owed.events_lost += taken->events_lost;
    writer->owed.deliveries_lost += taken->deliveries_lost;
    store_owed_clear(taken);
    store_owed_finish(taken);
    store_owed_bound(&writer->owed, answers);
}

static void cut_slice(struct store_writer *writer, uint32_t rows)
{
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        return;
    }
    batch->is_slice = true;
    batch->changes = writer->changes;
    store_soft_slice(&writer->soft, rows, batch);
    if (batch->rc != 0 || store_batch_is_empty(batch) ||
        store_owed_add(&writer->owed, batch) != 0) {
        store_batch_destroy(batch);
    }
}

static void cut_slice_when_due(struct store *store, uint64_t now)
{
    struct store_writer *writer = &store->writer;
    if (writer->soft.count == 0 || writer->retry_at != 0 || now < soft_due(store)) {
        return;
    }
    uint32_t rows = 0;
    uint64_t every = 0;
    store_soft_pace(writer->soft.count, store->options.soft_period_s * CLOCK_S, &rows, &every);
    cut_slice(writer, rows);
    writer->last_slice = now;
}

/* Nothing is left to count. */
static void note_counted(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    store->health.days_counted_at = clock_wall_us();
    pthread_mutex_unlock(&store->lock);
}

/* A step of the days is a batch like any other: what it counts and how far it is are one commit. */
static void count_days_when_due(struct store *store, uint64_t now)
{
    struct store_writer *writer = &store->writer;
    if (writer->is_counting || writer->retry_at != 0 || now < days_due(store)) {
        return;
    }
    writer->last_days = now;
    if (!store_days_are_due(&writer->days, clock_wall_us())) {
        note_counted(store);
        return;
    }
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        return;
    }
    batch->is_slice = true;
    batch->changes = writer->changes;
    size_t begin = store_op_begin(batch, STORE_COUNT_DAYS, 0);
    store_op_int(batch, clock_wall_us());
    store_op_int(batch, STORE_DAYS_LIMIT);
    store_op_end(batch, begin);
    if (batch->rc != 0 || store_owed_add(&writer->owed, batch) != 0) {
        store_batch_destroy(batch);
        return;
    }
    writer->is_counting = true;
}

static bool empty_log(struct store_writer *writer)
{
    return writer->wal_pages > 0 && store_checkpoint(writer, true) == SQLITE_OK;
}

/*
 * On a full disk: what the write-ahead log holds goes into the database, which gives back the log. The database may
 * have to grow for that by some pages that are not there; the reserve is for these first.
 */
static bool make_room(struct store *store)
{
    struct store_writer *writer = &store->writer;
    if (empty_log(writer)) {
        return true;
    }
    if (store->options.reserve_bytes == 0 || !store_reserve_release(store->reserve_path)) {
        return false;
    }
    log_warn(AREA, "the disk is full: %s was given up", store->reserve_path);
    writer->reserve_at = clock_mono_us() + RESERVE_EVERY_US;
    empty_log(writer);
    return true;
}

static void note_failure(struct store *store, int rc, uint64_t now)
{
    struct store_writer *writer = &store->writer;
    char error[sizeof(store->health.error)];
    text_format(error, sizeof(error), "%s: %s (%s)", store->path, sqlite3_errmsg(writer->db),
                sqlite3_errstr(rc));
    if (writer->retry_at == 0) {
        log_error(AREA, "%s; %zu batches stay owed", error, writer->owed.count);
        if (store_db_error(rc) == VMM_E_CORRUPT) {
            store_suspect(store);
        }
    }
    writer->backoff =
        writer->backoff == 0 ? BACKOFF_FIRST_US : earlier(writer->backoff * 2, BACKOFF_LAST_US);
    writer->retry_at = now + writer->backoff;
    pthread_mutex_lock(&store->lock);
    struct store_health *health = &store->health;
    health->failing_since = health->working ? clock_wall_us() : health->failing_since;
    health->working = false;
    text_format(health->error, sizeof(health->error), "%s", error);
    pthread_mutex_unlock(&store->lock);
}

/* What had to be dropped is told when it begins, and how much it was when it is over. */
static void tell_dropping(struct store_writer *writer)
{
    if (!writer->is_dropping && writer->owed.events_lost > writer->lost_told) {
        log_error(AREA, "what is owed fills its memory: events are dropped, the least severe and "
                        "of these the oldest first");
        writer->is_dropping = true;
    }
}

static void tell_dropped(struct store_writer *writer)
{
    if (writer->is_dropping) {
        log_error(AREA, "%llu events were dropped while nothing could be written",
                  (unsigned long long)(writer->owed.events_lost - writer->lost_told));
    }
    writer->is_dropping = false;
    writer->lost_told = writer->owed.events_lost;
}

/* At the end: from when on nothing was written, and how much of it was events. */
static void tell_left_behind(struct store *store)
{
    const struct store_owed *owed = &store->writer.owed;
    char since[CLOCK_TEXT_SIZE];
    size_t events = 0;
    for (size_t i = 0; i < owed->count; i++) {
        struct store_op op;
        size_t offset = 0;
        while (store_op_next(owed->batches[i], &offset, &op)) {
            events += op.kind == STORE_PUT_EVENT;
        }
    }
    log_error(AREA, "%s: %zu batches with %zu events, owed since %s, are lost with this stop",
              store->path, owed->count, events, clock_text(store->health.failing_since, since));
}

static void note_success(struct store *store, size_t batches, uint64_t took, uint64_t now)
{
    struct store_writer *writer = &store->writer;
    if (writer->retry_at != 0) {
        log_warn(AREA, "%s can be written again; %zu batches that were owed are written",
                 store->path, batches);
        writer->has_recovered = true;
    }
    tell_dropped(writer);
    writer->retry_at = 0;
    writer->backoff = 0;
    writer->last_commit = now;
    pthread_mutex_lock(&store->lock);
    struct store_health *health = &store->health;
    health->working = true;
    health->failing_since = 0;
    health->commits++;
    health->batches_done += batches;
    if (took > health->longest_commit_us) {
        health->longest_commit_us = took;
    }
    pthread_mutex_unlock(&store->lock);
}

/* One attempt, and further ones as long as room can be made. */
static void attempt(struct store *store, struct store_answers *answers)
{
    struct store_writer *writer = &store->writer;
    uint64_t begin = clock_mono_us();
    int rc = store_commit(writer);
    while ((rc & 0xff) == SQLITE_FULL && make_room(store)) {
        rc = store_commit(writer);
    }
    uint64_t now = clock_mono_us();
    if (rc != SQLITE_OK) {
        note_failure(store, rc, now);
        return;
    }
    size_t count = writer->owed.count;
    for (size_t i = 0; i < count; i++) {
        store_answers_add(answers, &writer->owed.batches[i]->answer);
    }
    store_owed_clear(&writer->owed);
    writer->is_counting = false;
    note_success(store, count, now - begin, now);
}

static void keep_reserve(struct store *store, uint64_t now)
{
    struct store_writer *writer = &store->writer;
    if (writer->reserve_at == 0 || now < writer->reserve_at) {
        return;
    }
    bool held = store_reserve_hold(store->reserve_path, store->options.reserve_bytes);
    writer->reserve_at = held ? 0 : now + RESERVE_EVERY_US;
}

static void publish(struct store *store)
{
    const struct store_writer *writer = &store->writer;
    pthread_mutex_lock(&store->lock);
    struct store_health *health = &store->health;
    health->batches_owed = writer->owed.count;
    health->bytes_owed = writer->owed.bytes;
    health->soft_rows = writer->soft.dirty;
    health->events_lost = writer->owed.events_lost;
    health->deliveries_lost = writer->owed.deliveries_lost;
    health->reserve_held = store->options.reserve_bytes > 0 && writer->reserve_at == 0;
    pthread_mutex_unlock(&store->lock);
}

/* A full disk is found out here too, while there may still be room for what comes; said once. */
static void shorten_log(struct store *store)
{
    struct store_writer *writer = &store->writer;
    int rc = store_checkpoint(writer, false);
    if ((rc & 0xff) == SQLITE_FULL && make_room(store)) {
        return;
    }
    if (rc != SQLITE_OK && !writer->is_log_long) {
        log_warn(AREA, "%s: checkpoint: %s", store->path, sqlite3_errstr(rc));
    }
    writer->is_log_long = rc != SQLITE_OK;
}

/* Only while nothing is owed: whoever waits for a commit waits for that alone. */
static void give_back_room(struct store_writer *writer, uint64_t now)
{
    if (writer->owed.count > 0 || writer->retry_at != 0 || now < writer->vacuum_at) {
        return;
    }
    bool more = store_vacuum(writer->db);
    writer->vacuum_at = clock_mono_us() + (more ? STORE_VACUUM_MORE_US : VACUUM_IDLE_US);
}

static void turn(struct store *store, struct store_owed *taken)
{
    struct store_writer *writer = &store->writer;
    struct store_answers answers = {0};
    take(writer, taken, &answers);
    tell_dropping(writer);
    uint64_t now = clock_mono_us();
    cut_slice_when_due(store, now);
    count_days_when_due(store, now);
    if (writer->owed.count > 0 && now >= commit_due(store)) {
        attempt(store, &answers);
    }
    keep_reserve(store, now);
    publish(store);
    store_give_back(store, &answers);
    /* After the answers: nobody waits for it. */
    if (writer->has_recovered) {
        writer->has_recovered = false;
        empty_log(writer); /* all that was owed made it long, and the disk may fill again */
    }
    if (writer->wal_pages >= WAL_PAGES_MAX && writer->retry_at == 0) {
        shorten_log(store);
    }
    give_back_room(writer, now);
}

/* All that is there, with every soft row, in one last attempt. */
static void last_turn(struct store *store, struct store_owed *taken)
{
    struct store_writer *writer = &store->writer;
    struct store_answers answers = {0};
    take(writer, taken, &answers);
    cut_slice(writer, writer->soft.count);
    if (writer->owed.count > 0) {
        attempt(store, &answers);
    }
    store->stop_rc = writer->owed.count > 0 ? VMM_E_IO : 0;
    if (store->stop_rc != 0) {
        tell_left_behind(store);
    }
    for (size_t i = 0; i < writer->owed.count; i++) {
        struct store_answer *answer = &writer->owed.batches[i]->answer;
        answer->rc = answer->rc == 0 ? VMM_E_IO : answer->rc;
        store_answers_add(&answers, answer);
    }
    store_owed_clear(&writer->owed);
    publish(store);
    store_give_back(store, &answers);
    if (store->stop_rc == 0) {
        store_checkpoint(writer, true);
    }
}

static int count_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    struct store_writer *writer = arg;
    writer->wal_pages = pages;
    return SQLITE_OK;
}

/* Who wakes the writer goes on first: a thread of this class takes the processor from nobody. */
static void yield_to_loop(void)
{
    const struct sched_param none = {0};
    int rc = pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
    if (rc != 0) {
        log_warn(AREA, "the writer competes with the loop: %s", strerror(rc));
    }
}

void *store_writer_main(void *arg)
{
    struct store *store = arg;
    yield_to_loop();
    struct store_writer *writer = &store->writer;
    struct store_owed taken;
    sqlite3_wal_hook(writer->db, count_pages, writer);
    writer->changes = &store->changes;
    writer->last_slice = clock_mono_us();
    writer->last_days = writer->last_slice;
    writer->vacuum_at = writer->last_slice + VACUUM_IDLE_US;
    writer->reserve_at = store->options.reserve_bytes > 0 ? writer->last_slice : 0;
    while (wait_for_work(store, &taken)) {
        turn(store, &taken);
    }
    last_turn(store, &taken);
    return NULL;
}
