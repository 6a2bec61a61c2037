/* SPDX-License-Identifier: MIT */
#include "pg_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "pg_error.h"
#include "pg_write.h"

struct pg_batch {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    struct pg_session *session;
    const char *node;
    struct vmm_delivery *delivery; /* NULL: none is under way */
    uint32_t count;
    struct pg_item items[VMM_SINK_BATCH_MAX];
    struct pg_write write;
    struct pg_write single; /* one item, when the one at fault is looked for */
    uint32_t looked_at;
    uint32_t found;       /* items at fault */
    uint64_t inserted;    /* rows, by what the server says */
    bool was_committed;   /* the last command of the transaction said so */
    bool has_looked;      /* faults were looked for once already */
    bool lacks_partition; /* no COPY for this batch */
    bool again; /* events may be there already, since a place was lost; for later batches too */
    struct pg_failure failure;
    void (*next)(struct pg_batch *batch); /* after a rollback */
};

static void write_all(struct pg_batch *batch);

/* ---- settling ---- */

static void release(struct pg_batch *batch)
{
    batch->delivery = NULL;
    batch->count = 0;
}

static void settle_all(struct pg_batch *batch)
{
    struct vmm_delivery *delivery = batch->delivery;
    uint32_t count = batch->count;
    uint32_t dropped = 0;
    batch->delivery = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const struct pg_item *item = &batch->items[i];
        dropped += item->is_dropped;
        batch->sink->settle(delivery, i, item->is_dropped ? VMM_SINK_DROP : VMM_SINK_DELIVERED, 0,
                            item->is_dropped ? item->why : NULL);
    }
    struct vmm_context *context = batch->host->context;
    batch->host->metric_add(context, "vmm_postgres_rows_total", count - dropped);
    batch->host->metric_add(context, "vmm_postgres_batches_total", 1);
    release(batch);
}

/* Nothing was written. From the last to the first, because holding back one holds back all after it. */
static void hold_back(struct pg_batch *batch, const char *why)
{
    struct vmm_delivery *delivery = batch->delivery;
    const char *line = why[0] != '\0' ? why : "the database did not take it";
    batch->delivery = NULL;
    for (uint32_t i = batch->count; i > 0; i--) {
        batch->sink->settle(delivery, i - 1, VMM_SINK_RETRY, 0, line);
    }
    release(batch);
}

/* ---- after a failure ---- */

static void on_rolled_back(void *arg, const struct pg_failure *failure)
{
    struct pg_batch *batch = arg;
    if (failure != NULL) {
        hold_back(batch, failure->text);
        return;
    }
    batch->next(batch);
}

static void roll_back(struct pg_batch *batch, void (*next)(struct pg_batch *batch))
{
    batch->next = next;
    if (!pg_link_simple(pg_session_link(batch->session), "ROLLBACK", NULL, on_rolled_back, batch)) {
        pg_link_drop(pg_session_link(batch->session), batch->failure.text, 0);
        hold_back(batch, batch->failure.text);
    }
}

static void hold_back_failed(struct pg_batch *batch)
{
    hold_back(batch, batch->failure.text);
}

static void give_up_connection(struct pg_batch *batch)
{
    char why[PG_TEXT_MAX];
    snprintf(why, sizeof(why), "%s", batch->failure.text);
    pg_link_drop(pg_session_link(batch->session), why, 0);
    hold_back(batch, why);
}

static bool is_named(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, size) == 0 && (at[size] == ',' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

/* Rows of the sites that were taken over are dropped; true when there were any. */
static bool drop_taken(struct pg_batch *batch)
{
    bool any = false;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct pg_item *item = &batch->items[i];
        if (!item->is_dropped && item->has_epoch &&
            is_named(batch->failure.detail, item->message->site_id)) {
            snprintf(item->why, sizeof(item->why),
                     "epoch %lld of site %.64s is over: another node has it",
                     (long long)item->epoch, item->message->site_id);
            item->is_dropped = true;
            any = true;
        }
    }
    return any;
}

/* ---- looking for the row at fault ---- */

static void look_at_next(struct pg_batch *batch);

static void on_faults_known(struct pg_batch *batch)
{
    if (batch->found == 0) {
        hold_back_failed(batch);
    } else {
        write_all(batch);
    }
}

static void on_looked_at(void *arg, const struct pg_failure *failure)
{
    struct pg_batch *batch = arg;
    struct pg_item *item = &batch->items[batch->looked_at - 1];
    if (failure == NULL) {
        look_at_next(batch);
        return;
    }
    if (pg_error_cure(failure->state) != PG_CURE_ROW) {
        batch->failure = *failure;
        give_up_connection(batch);
        return;
    }
    snprintf(item->why, sizeof(item->why), "%s: %.120s", failure->state, failure->text);
    item->is_dropped = true;
    batch->found++;
    roll_back(batch, look_at_next);
}

/* Each row in a transaction of its own that is never committed. */
static void look_at_next(struct pg_batch *batch)
{
    struct pg_link *link = pg_session_link(batch->session);
    while (batch->looked_at < batch->count &&
           (batch->items[batch->looked_at].is_dropped ||
            batch->items[batch->looked_at].message->kind != VMM_MESSAGE_ROW)) {
        batch->looked_at++;
    }
    if (batch->looked_at == batch->count) {
        on_faults_known(batch);
        return;
    }
    struct pg_item *item = &batch->items[batch->looked_at++];
    PGconn *conn = pg_link_connection(link);
    bool ok = conn != NULL && pg_link_pipeline(link) &&
              pg_write_try(&batch->single, conn, batch->node, item) &&
              pg_link_run(link, NULL, on_looked_at, batch);
    if (!ok) {
        give_up_connection(batch);
    }
}

static void look_for_faults_once(struct pg_batch *batch)
{
    if (batch->has_looked) {
        hold_back_failed(batch);
        return;
    }
    batch->has_looked = true;
    batch->looked_at = 0;
    batch->found = 0;
    look_at_next(batch);
}

/* ---- writing ---- */

/* Events that another node has told are done with; true when there were any. The detail lists their places. */
static bool note_known(struct pg_batch *batch)
{
    bool any = false;
    for (char *at = batch->failure.detail; *at != '\0';) {
        struct pg_item *item = pg_write_event(&batch->write, batch->items, strtoul(at, &at, 10));
        any = any || item != NULL;
        if (item != NULL) {
            item->is_known = true;
        }
        at += *at == ',';
    }
    return any;
}

/* With "there already" also what was written before a place was lost is meant: then the rest is written. */
static void write_again(struct pg_batch *batch)
{
    batch->again = true;
    write_all(batch);
}

static void cure(struct pg_batch *batch)
{
    switch (pg_error_cure(batch->failure.state)) {
    case PG_CURE_EPOCH:
        roll_back(batch, drop_taken(batch) ? write_all : hold_back_failed);
        break;
    case PG_CURE_KNOWN:
        roll_back(batch, note_known(batch) ? write_all : hold_back_failed);
        break;
    case PG_CURE_AGAIN:
        roll_back(batch, batch->again ? look_for_faults_once : write_again);
        break;
    case PG_CURE_ROW:
        roll_back(batch, look_for_faults_once);
        break;
    case PG_CURE_WAIT:
        roll_back(batch, hold_back_failed);
        break;
    default:
        /* A new session looks at schema and places. */
        give_up_connection(batch);
        break;
    }
}

static void keep_places(struct pg_batch *batch)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        if (batch->write.places[id] != NULL) {
            pg_session_set_place(batch->session, id, batch->write.places[id]);
        }
    }
}

/* Partitions were made with it where they were needed. */
static void keep_months(struct pg_batch *batch)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        if (batch->items[i].month != 0 && !batch->items[i].is_dropped) {
            pg_session_add_month(batch->session, batch->items[i].month);
        }
    }
}

static void on_command(void *arg, const PGresult *result)
{
    struct pg_batch *batch = arg;
    const char *status = PQcmdStatus((PGresult *)result);
    batch->was_committed = strcmp(status, "COMMIT") == 0;
    if (strncmp(status, "INSERT", 6) == 0) {
        batch->inserted += strtoul(PQcmdTuples((PGresult *)result), NULL, 10);
    }
}

static void on_written(void *arg, const struct pg_failure *failure)
{
    struct pg_batch *batch = arg;
    if (failure != NULL) {
        batch->failure = *failure;
        if (failure->state[0] == '\0') {
            hold_back_failed(batch); /* the connection is gone already */
        } else {
            cure(batch);
        }
        return;
    }
    if (!batch->was_committed) {
        snprintf(batch->failure.text, sizeof(batch->failure.text), "the transaction was undone");
        give_up_connection(batch);
        return;
    }
    keep_places(batch);
    keep_months(batch);
    /* Nothing was there already: what comes is new again. */
    batch->again = batch->again && batch->inserted < batch->write.ids.count;
    settle_all(batch);
}

static void write_queued(struct pg_batch *batch)
{
    struct pg_link *link = pg_session_link(batch->session);
    PGconn *conn = pg_link_connection(link);
    bool ok = conn != NULL && pg_link_pipeline(link) &&
              pg_write_queue(&batch->write, conn, batch->session, batch->node, batch->items,
                             batch->count, batch->again) &&
              pg_link_run(link, on_command, on_written, batch);
    if (!ok) {
        give_up_connection(batch);
    }
}

static bool on_copy(void *arg, PGconn *conn)
{
    struct pg_batch *batch = arg;
    enum pg_copied copied =
        pg_write_copy(&batch->write, conn, batch->session, batch->items, batch->count);
    batch->lacks_partition = copied == PG_COPY_NO_PARTITION;
    return copied == PG_COPIED;
}

/* The rows are there; the rest of the transaction. */
static void on_copied(void *arg, const struct pg_failure *failure)
{
    struct pg_batch *batch = arg;
    struct pg_link *link = pg_session_link(batch->session);
    PGconn *conn = pg_link_connection(link);
    if (failure != NULL && failure->state[0] != '\0' && batch->lacks_partition) {
        roll_back(batch, write_all);
    } else if (failure != NULL) {
        on_written(batch, failure);
    } else if (conn == NULL || !pg_link_pipeline(link) ||
               !pg_write_end(&batch->write, conn, batch->session, batch->node) ||
               !pg_link_run(link, on_command, on_written, batch)) {
        give_up_connection(batch);
    }
}

static void write_copied(struct pg_batch *batch)
{
    char copy[PG_SQL_MAX];
    char sql[PG_SQL_MAX + 16];
    bool ok = pg_table_copy_sql(&pg_tables[PG_TABLE_EVENT], copy);
    snprintf(sql, sizeof(sql), "BEGIN;%s", copy);
    if (!ok || !pg_link_copy(pg_session_link(batch->session), sql, on_copy, on_copied, batch)) {
        give_up_connection(batch);
    }
}

static void write_all(struct pg_batch *batch)
{
    batch->was_committed = false;
    batch->inserted = 0;
    snprintf(batch->failure.text, sizeof(batch->failure.text), "no memory for the batch");
    if (!batch->again && !batch->lacks_partition && pg_write_may_copy(batch->items, batch->count)) {
        write_copied(batch);
    } else {
        write_queued(batch);
    }
}

/* ---- the batch ---- */

int pg_batch_start(struct pg_batch *batch, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    if (batch->delivery != NULL || count == 0 || count > VMM_SINK_BATCH_MAX) {
        return VMM_E_STATE;
    }
    batch->delivery = delivery;
    batch->count = count;
    batch->has_looked = false;
    batch->lacks_partition = false;
    for (uint32_t i = 0; i < count; i++) {
        pg_item_init(&batch->items[i], messages[i]);
    }
    write_all(batch);
    return 0;
}

bool pg_batch_is_open(const struct pg_batch *batch)
{
    return batch->delivery != NULL;
}

struct pg_batch *pg_batch_create(const struct vmm_host *host, const struct vmm_sink_host *sink,
                                 struct pg_session *session, const char *node)
{
    struct pg_batch *batch = calloc(1, sizeof(*batch));
    if (batch != NULL) {
        batch->host = host;
        batch->sink = sink;
        batch->session = session;
        batch->node = node;
        pg_write_init(&batch->write);
        pg_write_init(&batch->single);
    }
    return batch;
}

void pg_batch_destroy(struct pg_batch *batch)
{
    if (batch != NULL) {
        release(batch);
        pg_write_finish(&batch->write);
        pg_write_finish(&batch->single);
        free(batch);
    }
}
