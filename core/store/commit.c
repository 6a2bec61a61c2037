/* SPDX-License-Identifier: MIT */
#include "store/commit.h"

#include <vmm/errors.h>

#include "base/log.h"
#include "store/db.h"

#define AREA "store"

/* Prepare the statements of a kind, once for the life of the connection. */
static int prepare(struct store_writer *writer, enum store_kind kind)
{
    sqlite3_stmt **statements = writer->statements[kind];
    const char *sql = store_rule(kind)->sql;
    for (unsigned i = 0; i < STORE_SQL_MAX && *sql != '\0'; i++) {
        if (statements[i] != NULL) {
            return SQLITE_OK;
        }
        int rc = sqlite3_prepare_v3(writer->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statements[i],
                                    &sql);
        if (rc != SQLITE_OK) {
            /* All or none, so that the first tells of the rest. */
            while (i > 0) {
                i--;
                sqlite3_finalize(statements[i]);
                statements[i] = NULL;
            }
            return rc;
        }
    }
    return SQLITE_OK;
}

static int bind(sqlite3_stmt *stmt, int number, const struct store_value *value)
{
    switch (value->type) {
    case SQLITE_INTEGER:
        return sqlite3_bind_int64(stmt, number, value->number);
    case SQLITE_FLOAT:
        return sqlite3_bind_double(stmt, number, value->real);
    case SQLITE_TEXT:
        return sqlite3_bind_text(stmt, number, value->bytes, (int)value->size, SQLITE_STATIC);
    case SQLITE_BLOB:
        return sqlite3_bind_blob(stmt, number, value->bytes, (int)value->size, SQLITE_STATIC);
    default:
        return sqlite3_bind_null(stmt, number);
    }
}

static int run(sqlite3_stmt *stmt, const struct store_op *op)
{
    int rc = SQLITE_OK;
    int count = sqlite3_bind_parameter_count(stmt);
    for (int i = 0; rc == SQLITE_OK && i < count; i++) {
        rc = bind(stmt, i + 1, &op->values[i]);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(stmt);
    }
    rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return rc;
}

static int write_op(struct store_writer *writer, const struct store_op *op)
{
    if (op->kind == STORE_COUNT_DAYS) {
        return store_days_step(&writer->days, op->values[0].number, (uint32_t)op->values[1].number,
                               &writer->more_days);
    }
    int rc = prepare(writer, op->kind);
    for (unsigned i = 0; i < STORE_SQL_MAX && rc == SQLITE_OK; i++) {
        sqlite3_stmt *stmt = writer->statements[op->kind][i];
        if (stmt == NULL) {
            break;
        }
        rc = run(stmt, op);
    }
    return rc;
}

static int write_batch(struct store_writer *writer, const struct store_batch *batch)
{
    struct store_op op;
    size_t offset = 0;
    int rc = SQLITE_OK;
    while (rc == SQLITE_OK && store_op_next(batch, &offset, &op)) {
        /* Soft rows are in the soft table, and come back in a slice. */
        if (op.kind != STORE_PUT_SOFT || batch->is_slice) {
            rc = write_op(writer, &op);
        }
    }
    return rc;
}

static void roll_back(sqlite3 *db)
{
    if (sqlite3_get_autocommit(db) == 0) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    }
}

/* Write all; `refused` becomes the batch that a rule refused. */
static int try_all(struct store_writer *writer, struct store_batch **refused)
{
    *refused = NULL;
    int rc = sqlite3_exec(writer->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (size_t i = 0; i < writer->owed.count && rc == SQLITE_OK; i++) {
        struct store_batch *batch = writer->owed.batches[i];
        rc = batch->answer.rc == 0 ? write_batch(writer, batch) : SQLITE_OK;
        if (store_db_is_refusal(rc)) {
            *refused = batch;
        }
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(writer->db, "COMMIT", NULL, NULL, NULL);
    }
    return rc;
}

int store_commit(struct store_writer *writer)
{
    for (;;) {
        struct store_batch *refused = NULL;
        int rc = try_all(writer, &refused);
        if (refused != NULL) {
            log_error(AREA, "a batch of %zu operations was refused: %s", refused->op_count,
                      sqlite3_errmsg(writer->db));
            refused->answer.rc = store_db_error(rc);
        }
        if (rc != SQLITE_OK && sqlite3_get_autocommit(writer->db) == 0 && refused != NULL) {
            roll_back(writer->db);
            continue;
        }
        return rc;
    }
}

int store_checkpoint(struct store_writer *writer, bool truncate)
{
    int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int rc = sqlite3_wal_checkpoint_v2(writer->db, NULL, mode, NULL, NULL);
    if (rc == SQLITE_OK) {
        writer->wal_pages = 0;
    }
    return rc;
}
