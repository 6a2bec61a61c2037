/* SPDX-License-Identifier: MIT */
#include "store/notify.h"

#include <stdlib.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "store/db.h"
#include "store/internal.h"

/* ---- putting ---- */

void store_put_outgoing(struct store_batch *batch, const struct store_outgoing *outgoing)
{
    size_t begin = store_op_begin(batch, STORE_PUT_OUTGOING, 0);
    store_op_int(batch, outgoing->id);
    store_op_text(batch, outgoing->site_id);
    store_op_text(batch, outgoing->route);
    store_op_text(batch, outgoing->event_id);
    store_op_text(batch, outgoing->state);
    store_op_int(batch, outgoing->attempts);
    store_op_text(batch, outgoing->payload);
    store_op_int(batch, outgoing->next_at);
    store_op_text(batch, outgoing->content);
    store_op_text(batch, outgoing->node_id);
    store_op_int(batch, (int64_t)outgoing->epoch);
    store_op_end(batch, begin);
}

void store_del_outgoing(struct store_batch *batch, int64_t id)
{
    size_t begin = store_op_begin(batch, STORE_DEL_OUTGOING, 0);
    store_op_int(batch, id);
    store_op_end(batch, begin);
}

void store_put_memory(struct store_batch *batch, const struct store_memory *memory)
{
    size_t begin = store_op_begin(batch, STORE_PUT_MEMORY, 0);
    store_op_text(batch, memory->area);
    store_op_text(batch, memory->key);
    store_op_text(batch, memory->site_id);
    store_op_text(batch, memory->detail);
    store_op_text(batch, memory->node_id);
    store_op_int(batch, (int64_t)memory->epoch);
    store_op_end(batch, begin);
}

void store_del_memory(struct store_batch *batch, const char *area, const char *key)
{
    size_t begin = store_op_begin(batch, STORE_DEL_MEMORY, 0);
    store_op_text(batch, area);
    store_op_text(batch, key);
    store_op_end(batch, begin);
}

void store_put_quiet(struct store_batch *batch, enum store_quiet_table table,
                     const struct store_quiet *quiet)
{
    static const enum store_kind kinds[STORE_QUIET_TABLES] = {
        STORE_PUT_MAINTENANCE, STORE_PUT_SILENCE, STORE_PUT_ACKNOWLEDGEMENT};
    size_t begin = store_op_begin(batch, kinds[table], 0);
    store_op_text(batch, quiet->id);
    store_op_text(batch, quiet->site_id);
    store_op_text(batch, quiet->owner);
    store_op_text(batch, quiet->reason);
    store_op_int(batch, quiet->created_at);
    store_op_int(batch, quiet->starts_at);
    store_op_int(batch, quiet->ends_at);
    store_op_int(batch, quiet->ended_at);
    store_op_text(batch, quiet->detail);
    store_op_text(batch, quiet->node_id);
    store_op_int(batch, (int64_t)quiet->epoch);
    store_op_end(batch, begin);
}

void store_put_request(struct store_batch *batch, const char *dedup_key, const char *answer,
                       int64_t created_at)
{
    size_t begin = store_op_begin(batch, STORE_PUT_REQUEST, 0);
    store_op_text(batch, dedup_key);
    store_op_text(batch, answer);
    store_op_int(batch, created_at);
    store_op_end(batch, begin);
}

/* ---- forgetting ---- */

static void trim(struct store_batch *batch, enum store_kind kind, int64_t before, uint32_t limit,
                 int64_t upto)
{
    size_t begin = store_op_begin(batch, kind, 0);
    store_op_int(batch, before);
    store_op_int(batch, limit);
    store_op_int(batch, upto);
    store_op_end(batch, begin);
}

void store_trim_log(struct store_batch *batch, int64_t before, int64_t rev, uint32_t limit)
{
    trim(batch, STORE_TRIM_LOG, before, limit, rev);
}

void store_trim_events(struct store_batch *batch, int64_t before, int64_t seq, uint32_t limit)
{
    trim(batch, STORE_TRIM_EVENTS, before, limit, seq);
}

void store_trim_quiet(struct store_batch *batch, int64_t before, uint32_t limit)
{
    trim(batch, STORE_TRIM_QUIET, before, limit, INT64_MAX);
}

void store_trim_days(struct store_batch *batch, int64_t before, uint32_t limit)
{
    trim(batch, STORE_TRIM_DAYS, before, limit, INT64_MAX);
}

/* ---- loading ---- */

/* Step through the rows of a statement. */
static int each_row(struct store *store, const char *sql,
                    int (*row)(const struct store_notify_loader *loader, sqlite3_stmt *stmt),
                    const struct store_notify_loader *loader)
{
    sqlite3_stmt *stmt = NULL;
    int refused = 0;
    int rc = sqlite3_prepare_v2(store->writer.db, sql, -1, &stmt, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(stmt) : rc;
    while (rc == SQLITE_ROW && refused == 0) {
        refused = row(loader, stmt);
        rc = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    int error = refused != 0 ? refused : store_db_error(rc);
    if (error != 0 && refused == 0) {
        log_error("store", "%s: loading: %s", store->path, sqlite3_errmsg(store->writer.db));
    }
    return error;
}

static int load_memory(const struct store_notify_loader *loader, sqlite3_stmt *row)
{
    return loader->memory(loader->arg, store_db_text(row, 0), store_db_text(row, 1),
                          store_db_text(row, 2));
}

static int load_outgoing(const struct store_notify_loader *loader, sqlite3_stmt *row)
{
    return loader->outgoing(loader->arg, sqlite3_column_int64(row, 0), store_db_text(row, 1),
                            store_db_text(row, 2));
}

static int load_quiet(const struct store_notify_loader *loader, sqlite3_stmt *row)
{
    struct store_quiet quiet = {.id = store_db_text(row, 1),
                                .site_id = store_db_text(row, 2),
                                .owner = store_db_text(row, 3),
                                .reason = store_db_text(row, 4),
                                .created_at = sqlite3_column_int64(row, 5),
                                .starts_at = sqlite3_column_int64(row, 6),
                                .ends_at = sqlite3_column_int64(row, 7),
                                .detail = store_db_text(row, 8),
                                .node_id = store_db_text(row, 9),
                                .epoch = (uint64_t)sqlite3_column_int64(row, 10)};
    return loader->quiet(loader->arg, (enum store_quiet_table)sqlite3_column_int(row, 0), &quiet);
}

#define QUIET_ROWS(number, table)                                                                  \
    "SELECT " number ", id, site_id, owner, reason, created_at, starts_at, ends_at, detail,"       \
    " node_id, epoch FROM " table " WHERE ended_at IS NULL"

int store_load_notify(struct store *store, const struct store_notify_loader *loader)
{
    int rc = store->is_started ? VMM_E_STATE : 0;
    rc = rc == 0
             ? each_row(store, "SELECT area, key, detail FROM gateway_state", load_memory, loader)
             : rc;
    rc = rc == 0 ? each_row(store, "SELECT id, content, payload FROM outbox ORDER BY id",
                            load_outgoing, loader)
                 : rc;
    return rc == 0 ? each_row(store,
                              QUIET_ROWS("0", "maintenance") " UNION ALL " QUIET_ROWS(
                                  "1", "silence") " UNION ALL " QUIET_ROWS("2", "acknowledgement"),
                              load_quiet, loader)
                   : rc;
}
