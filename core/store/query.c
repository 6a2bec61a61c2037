/* SPDX-License-Identifier: MIT */
/*
 * Pages of the journal and of the notification log: asked by the loop, read by the reader thread.
 */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/clock.h"
#include "store/db.h"
#include "store/internal.h"

#define TIME_MAX_US (2 * CLOCK_S)

void store_query_destroy(struct store_query *query)
{
    store_batch_destroy(query->rows);
    buf_finish(&query->texts);
    free(query);
}

static void forget(struct store_answer *answer)
{
    store_query_destroy((struct store_query *)answer);
}

/* ---- On the reader thread ---- */

/* The row as it stands, one more row of the answer. */
static bool copy_row(struct store_query *query, sqlite3_stmt *stmt)
{
    struct store_batch *rows = query->rows;
    size_t begin = store_op_begin(rows, STORE_ROW, 0);
    for (int i = 0; i < sqlite3_column_count(stmt); i++) {
        switch (sqlite3_column_type(stmt, i)) {
        case SQLITE_INTEGER:
            store_op_int(rows, sqlite3_column_int64(stmt, i));
            break;
        case SQLITE_FLOAT:
            store_op_real(rows, sqlite3_column_double(stmt, i));
            break;
        case SQLITE_BLOB:
            store_op_blob(rows, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i),
                          STORE_STATE_MAX);
            break;
        default:
            store_op_text(rows, store_db_text(stmt, i));
            break;
        }
    }
    store_op_end(rows, begin);
    return true;
}

/* ---- On the loop: asking ---- */

struct store_query *store_query_create(void (*deliver)(struct store_answer *answer), void *arg)
{
    struct store_query *query = calloc(1, sizeof(*query));
    if (query != NULL) {
        query->answer.deliver = deliver;
        query->answer.forget = forget;
        query->arg = arg;
        query->copy = copy_row;
        query->rows = store_batch_create();
        buf_init(&query->texts);
    }
    return query;
}

size_t store_query_keep(struct store_query *query, const char *text)
{
    size_t at = query->texts.size;
    buf_text(&query->texts, text == NULL ? "" : text);
    buf_char(&query->texts, '\0');
    return at;
}

int store_query_ask(struct store *store, struct store_query *query)
{
    pthread_mutex_lock(&store->lock);
    int rc = store->is_started && !store->is_stopping ? 0 : VMM_E_STATE;
    if (rc == 0) {
        if (store->asked_last == NULL) {
            store->asked_first = query;
        } else {
            store->asked_last->next = query;
        }
        store->asked_last = query;
        pthread_cond_signal(&store->reader_wake);
    }
    pthread_mutex_unlock(&store->lock);
    if (rc != 0) {
        store_query_destroy(query);
    }
    return rc;
}

/* ---- On the loop: answering ---- */

/* Values in the order of the SELECT of prepare_events(). */
static void read_event(const struct store_op *op, struct store_event *event)
{
    const struct store_value *v = op->values;
    *event = (struct store_event){
        .seq = v[0].number,
        .id = v[1].bytes,
        .site_id = v[2].bytes,
        .camera_id = v[3].bytes,
        .type = v[4].bytes,
        .severity = store_severity_number(v[5].bytes),
        .score = v[6].real,
        .ts_event = v[7].number,
        .dedup_key = v[8].bytes,
        .metadata_json = v[9].bytes,
        .node_id = v[10].bytes,
        .epoch = (uint64_t)v[11].number,
    };
}

static void deliver_events(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_event *events = calloc(count + 1, sizeof(*events));
    int rc = events == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        read_event(&op, &events[i]);
    }
    query->events(query->arg, rc, events, rc == 0 ? count : 0);
    free(events);
    store_query_destroy(query);
}

/* Values in the order of the SELECT of prepare_deliveries(). */
static void read_delivery(const struct store_op *op, struct store_delivery *delivery)
{
    const struct store_value *v = op->values;
    *delivery = (struct store_delivery){
        .id = v[0].number,
        .site_id = v[1].bytes,
        .event_id = v[2].bytes,
        .channel = v[3].bytes,
        .severity = store_severity_number(v[4].bytes),
        .status = v[5].bytes,
        .target = v[6].bytes,
        .payload = v[7].bytes,
        .error_message = v[8].bytes,
        .created_at = v[9].number,
        .node_id = v[10].bytes,
        .epoch = (uint64_t)v[11].number,
    };
}

static void deliver_deliveries(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_delivery *deliveries = calloc(count + 1, sizeof(*deliveries));
    int rc = deliveries == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        read_delivery(&op, &deliveries[i]);
    }
    query->deliveries(query->arg, rc, deliveries, rc == 0 ? count : 0);
    free(deliveries);
    store_query_destroy(query);
}

/* ---- On the reader thread ---- */

void store_bind_text(sqlite3_stmt *stmt, const char *name, const char *text)
{
    int number = sqlite3_bind_parameter_index(stmt, name);
    if (number > 0) {
        sqlite3_bind_text(stmt, number, text, -1, SQLITE_STATIC);
    }
}

void store_bind_number(sqlite3_stmt *stmt, const char *name, int64_t value)
{
    int number = sqlite3_bind_parameter_index(stmt, name);
    if (number > 0) {
        sqlite3_bind_int64(stmt, number, value);
    }
}

/* One index leads, the most selective; a plus keeps SQLite from taking another. */
static void write_conditions(struct buf *sql, const struct store_event_filter *filter)
{
    const char *plus = "";
    if (filter->camera_id[0] != '\0') {
        buf_text(sql, " AND camera_id = :camera");
        plus = "+";
    }
    if (filter->site_id[0] != '\0') {
        buf_printf(sql, " AND %ssite_id = :site", plus);
        plus = "+";
    }
    if (filter->type[0] != '\0') {
        buf_printf(sql, " AND %sevent_type = :type", plus);
    }
    if (filter->since != 0) {
        /* Rows before the first of that time need not be read; later ones may still be older. The
         * plus makes SQLite look for that first row in the index by time. */
        buf_text(sql, " AND +ts_event >= :since AND seq >="
                      " (SELECT min(+seq) FROM ai_event WHERE ts_event >= :since)");
    }
    if (filter->after_seq != 0) {
        buf_text(sql, filter->descending ? " AND seq < :after" : " AND seq > :after");
    }
}

static sqlite3_stmt *prepare_events(sqlite3 *db, const struct store_query *query)
{
    const struct store_event_filter *filter = &query->filter;
    struct buf sql;
    buf_init(&sql);
    buf_text(&sql, "SELECT seq, id, site_id, coalesce(camera_id, ''), event_type, severity, score,"
                   " ts_event, dedup_key, metadata_json, node_id, epoch FROM ai_event WHERE 1");
    write_conditions(&sql, filter);
    buf_text(&sql, filter->descending ? " ORDER BY seq DESC" : " ORDER BY seq");
    buf_text(&sql, " LIMIT :limit");
    sqlite3_stmt *stmt = NULL;
    if (!buf_failed(&sql)) {
        sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &stmt, NULL);
    }
    buf_finish(&sql);
    if (stmt != NULL) {
        store_bind_text(stmt, ":camera", filter->camera_id);
        store_bind_text(stmt, ":site", filter->site_id);
        store_bind_text(stmt, ":type", filter->type);
        store_bind_number(stmt, ":since", filter->since);
        store_bind_number(stmt, ":after", filter->after_seq);
        store_bind_number(stmt, ":limit", filter->limit);
    }
    return stmt;
}

static sqlite3_stmt *prepare_deliveries(sqlite3 *db, const struct store_query *query)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db,
                       "SELECT id, site_id, coalesce(event_id, ''), channel, severity, status,"
                       " target, payload, error_message, created_at, node_id, epoch"
                       " FROM notification_log WHERE event_id = :event ORDER BY id LIMIT :limit",
                       -1, &stmt, NULL);
    if (stmt != NULL) {
        store_bind_text(stmt, ":event", query->event_id);
        store_bind_number(stmt, ":limit", STORE_PAGE_MAX);
    }
    return stmt;
}

static int is_too_late(void *arg)
{
    const uint64_t *until = arg;
    return clock_mono_us() >= *until;
}

static int run(sqlite3 *db, struct store_query *query)
{
    uint64_t until = clock_mono_us() + TIME_MAX_US;
    sqlite3_progress_handler(db, 10000, is_too_late, &until);
    sqlite3_stmt *stmt = query->prepare(db, query);
    int rc = stmt == NULL ? sqlite3_errcode(db) : sqlite3_step(stmt);
    while (rc == SQLITE_ROW) {
        rc = query->copy(query, stmt) ? sqlite3_step(stmt) : SQLITE_DONE;
    }
    sqlite3_finalize(stmt);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    int error = store_db_error(rc);
    return error != 0 ? error : query->rows->rc;
}

static struct store_query *next_query(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    while (store->asked_first == NULL && !store->is_stopping) {
        pthread_cond_wait(&store->reader_wake, &store->lock);
    }
    struct store_query *query = store->asked_first;
    if (query != NULL) {
        store->asked_first = query->next;
        store->asked_last = query->next == NULL ? NULL : store->asked_last;
    }
    pthread_mutex_unlock(&store->lock);
    return query;
}

void *store_reader_main(void *arg)
{
    struct store *store = arg;
    struct store_query *query = next_query(store);
    while (query != NULL) {
        query->answer.rc = run(store->reader_db, query);
        if (query->answer.rc == VMM_E_CORRUPT) {
            store_suspect(store);
        }
        struct store_answers answers = {0};
        store_answers_add(&answers, &query->answer);
        store_give_back(store, &answers);
        query = next_query(store);
    }
    return NULL;
}

/* ---- The calls ---- */

int store_query_events(struct store *store, const struct store_event_filter *filter,
                       store_events_fn answer, void *arg)
{
    if (filter->limit > STORE_PAGE_MAX) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_events, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    size_t site = store_query_keep(query, filter->site_id);
    size_t camera = store_query_keep(query, filter->camera_id);
    size_t type = store_query_keep(query, filter->type);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    const char *texts = buf_cstr(&query->texts);
    query->prepare = prepare_events;
    query->events = answer;
    query->filter = *filter;
    query->filter.limit = filter->limit == 0 ? STORE_PAGE_MAX : filter->limit;
    query->filter.site_id = texts + site;
    query->filter.camera_id = texts + camera;
    query->filter.type = texts + type;
    return store_query_ask(store, query);
}

int store_query_deliveries(struct store *store, const char *event_id, store_deliveries_fn answer,
                           void *arg)
{
    struct store_query *query = store_query_create(deliver_deliveries, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    store_query_keep(query, event_id);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    query->prepare = prepare_deliveries;
    query->deliveries = answer;
    query->event_id = buf_cstr(&query->texts);
    return store_query_ask(store, query);
}
