/* SPDX-License-Identifier: MIT */
/*
 * A batch from inside: one buffer of operations, each a kind and its values in the order of the
 * parameters of the kind's SQL. The same encoding carries the rows of an answer from the reader to
 * the loop.
 */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "store/answer.h"
#include "store/store.h"

#define STORE_VALUES_MAX 32u
#define STORE_TEXT_MAX   (1u << 20)

enum store_kind {
    STORE_ROW, /* a row of an answer, never an operation */
    STORE_PUT_TENANT,
    STORE_PUT_SITE,
    STORE_PUT_NVR,
    STORE_PUT_CAMERA,
    STORE_PUT_DEVICE,
    STORE_DEL_SITE,
    STORE_DEL_NVR,
    STORE_DEL_CAMERA,
    STORE_DEL_DEVICE,
    STORE_PUT_COMPONENT,
    STORE_DEL_COMPONENT,
    STORE_PUT_NOTE,
    STORE_PUT_SOFT,
    STORE_PUT_BREAKER,
    STORE_DEL_BREAKER,
    STORE_PUT_EVENT,
    STORE_PUT_CURSOR,
    STORE_DEL_CURSOR,
    STORE_PUT_DELIVERY,
    STORE_PUT_LEDGER,
    STORE_DEL_LEDGER,
    STORE_PUT_OUTGOING,
    STORE_DEL_OUTGOING,
    STORE_PUT_MEMORY,
    STORE_DEL_MEMORY,
    STORE_PUT_MAINTENANCE,
    STORE_PUT_SILENCE,
    STORE_PUT_ACKNOWLEDGEMENT,
    STORE_PUT_REQUEST,
    STORE_TRIM_LOG,
    STORE_TRIM_EVENTS,
    STORE_TRIM_QUIET,
    STORE_TRIM_DAYS,
    STORE_PUT_WATCHED,
    STORE_COUNT_DAYS, /* the writer's own: no SQL, see days.h */
    STORE_KIND_COUNT
};

struct store_changes;

struct store_batch {
    struct store_answer answer; /* first: what the loop gets back */
    struct buf ops;
    size_t op_count;
    size_t hard_count;                   /* of these, the ones that are no soft rows */
    bool is_slice;                       /* soft rows whose time has come */
    int rc;                              /* not 0: it could not be built */
    const struct store_changes *changes; /* NULL until it is submitted */
    store_committed_fn committed;
    void *arg;
};

struct store_value {
    int type; /* SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB or _NULL */
    int64_t number;
    double real;
    const char *bytes; /* a text is followed by its NUL */
    uint32_t size;
};

struct store_op {
    enum store_kind kind;
    uint32_t severity; /* of an event or delivery */
    uint32_t count;
    const uint8_t *raw; /* the operation as it lies in the buffer, raw_size bytes */
    size_t raw_size;
    size_t key_size; /* bytes of the encoded values that are its key, from raw + STORE_OP_HEAD */
    struct store_value values[STORE_VALUES_MAX];
};

#define STORE_OP_HEAD 12u /* bytes before the values */

/* Begin an operation, add its values in order, end it. */
size_t store_op_begin(struct store_batch *batch, enum store_kind kind, uint32_t severity);
void store_op_int(struct store_batch *batch, int64_t value);
void store_op_real(struct store_batch *batch, double value);
void store_op_text(struct store_batch *batch, const char *text);
void store_op_blob(struct store_batch *batch, const void *bytes, size_t size, size_t max);
void store_op_null(struct store_batch *batch);
void store_op_end(struct store_batch *batch, size_t begin);

/* Read the operation at *offset and move on. False at the end. */
bool store_op_next(const struct store_batch *batch, size_t *offset, struct store_op *op);

/* The head of the operation at `raw`; its values are not read. */
void store_op_head(const uint8_t *raw, struct store_op *op);

/* Copy an operation to the end of another batch as it is. */
void store_op_copy(struct store_batch *to, const struct store_op *op);

/* Bytes of memory that a batch takes. */
size_t store_batch_size(const struct store_batch *batch);

/* What a kind means. */
struct store_rule {
    const char *sql;   /* statements, separated by ';', each with the values of the operation */
    unsigned keys;     /* so many first values are the key of the row */
    bool is_replaced;  /* a later one of the same key makes an owed one needless */
    bool is_droppable; /* goes when there is no room for what is owed */
};

/* Of a kind other than STORE_ROW. */
const struct store_rule *store_rule(enum store_kind kind);

#endif
