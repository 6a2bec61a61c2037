/* SPDX-License-Identifier: MIT */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "store/internal.h"

/* Head of an operation: size of the whole, kind, number of values, severity, key size. */
struct head {
    uint32_t size;
    uint8_t kind;
    uint8_t count;
    uint8_t severity;
    uint8_t reserved;
    uint32_t key_size;
};
_Static_assert(sizeof(struct head) == STORE_OP_HEAD, "the head has no holes");

static void deliver(struct store_answer *answer)
{
    struct store_batch *batch = (struct store_batch *)answer;
    if (answer->rc == 0 && batch->changes != NULL) {
        store_tell_changes(batch->changes, batch);
    }
    if (batch->committed != NULL) {
        batch->committed(batch->arg, answer->rc);
    }
    store_batch_destroy(batch);
}

static void forget(struct store_answer *answer)
{
    store_batch_destroy((struct store_batch *)answer);
}

struct store_batch *store_batch_create(void)
{
    struct store_batch *batch = calloc(1, sizeof(*batch));
    if (batch != NULL) {
        buf_init(&batch->ops);
        batch->answer.deliver = deliver;
        batch->answer.forget = forget;
    }
    return batch;
}

void store_batch_destroy(struct store_batch *batch)
{
    if (batch != NULL) {
        buf_finish(&batch->ops);
        free(batch);
    }
}

bool store_batch_is_empty(const struct store_batch *batch)
{
    return batch->op_count == 0;
}

size_t store_batch_size(const struct store_batch *batch)
{
    return sizeof(*batch) + batch->ops.capacity;
}

size_t store_op_begin(struct store_batch *batch, enum store_kind kind, uint32_t severity)
{
    struct head head = {.kind = (uint8_t)kind, .severity = (uint8_t)severity};
    size_t begin = batch->ops.size;
    buf_add(&batch->ops, &head, sizeof(head));
    return begin;
}

void store_op_int(struct store_batch *batch, int64_t value)
{
    buf_char(&batch->ops, (char)SQLITE_INTEGER);
    buf_add(&batch->ops, &value, sizeof(value));
}

void store_op_real(struct store_batch *batch, double value)
{
    buf_char(&batch->ops, (char)SQLITE_FLOAT);
    buf_add(&batch->ops, &value, sizeof(value));
}

static void add_bytes(struct store_batch *batch, int type, const void *bytes, size_t size,
                      size_t max)
{
    if (size > max) {
        batch->rc = VMM_E_TOOBIG;
        size = 0;
    }
    uint32_t length = (uint32_t)size;
    buf_char(&batch->ops, (char)type);
    buf_add(&batch->ops, &length, sizeof(length));
    buf_add(&batch->ops, bytes, size);
    buf_char(&batch->ops, '\0');
}

void store_op_text(struct store_batch *batch, const char *text)
{
    add_bytes(batch, SQLITE_TEXT, text, strlen(text), STORE_TEXT_MAX);
}

void store_op_blob(struct store_batch *batch, const void *bytes, size_t size, size_t max)
{
    add_bytes(batch, SQLITE_BLOB, size == 0 ? "" : bytes, size, max);
}

void store_op_null(struct store_batch *batch)
{
    buf_char(&batch->ops, (char)SQLITE_NULL);
}

/* Read one value at `p`; returns what is behind it. The bytes were written by this process. */
static const uint8_t *read_value(const uint8_t *p, struct store_value *value)
{
    *value = (struct store_value){.type = *p++};
    switch (value->type) {
    case SQLITE_INTEGER:
        memcpy(&value->number, p, sizeof(value->number));
        return p + sizeof(value->number);
    case SQLITE_FLOAT:
        memcpy(&value->real, p, sizeof(value->real));
        return p + sizeof(value->real);
    case SQLITE_NULL:
        return p;
    default:
        memcpy(&value->size, p, sizeof(value->size));
        value->bytes = (const char *)p + sizeof(value->size);
        return p + sizeof(value->size) + value->size + 1;
    }
}

void store_op_end(struct store_batch *batch, size_t begin)
{
    if (buf_failed(&batch->ops)) {
        batch->rc = VMM_E_NOMEM;
        return;
    }
    struct head head;
    uint8_t *raw = batch->ops.data + begin;
    memcpy(&head, raw, sizeof(head));
    head.size = (uint32_t)(batch->ops.size - begin);
    unsigned keys = head.kind == STORE_ROW ? 0 : store_rule(head.kind)->keys;
    const uint8_t *end = raw + head.size;
    for (const uint8_t *p = raw + sizeof(head); p < end; head.count++) {
        struct store_value value;
        p = read_value(p, &value);
        if (head.count < keys) {
            head.key_size = (uint32_t)(p - raw - sizeof(head));
        }
    }
    memcpy(raw, &head, sizeof(head));
    batch->op_count++;
    batch->hard_count += head.kind != STORE_PUT_SOFT;
}

void store_op_head(const uint8_t *raw, struct store_op *op)
{
    struct head head;
    memcpy(&head, raw, sizeof(head));
    op->kind = head.kind;
    op->severity = head.severity;
    op->count = head.count;
    op->raw = raw;
    op->raw_size = head.size;
    op->key_size = head.key_size;
}

bool store_op_next(const struct store_batch *batch, size_t *offset, struct store_op *op)
{
    if (*offset >= batch->ops.size) {
        return false;
    }
    store_op_head(batch->ops.data + *offset, op);
    const uint8_t *p = op->raw + STORE_OP_HEAD;
    for (uint32_t i = 0; i < op->count; i++) {
        p = read_value(p, &op->values[i]);
    }
    *offset += op->raw_size;
    return true;
}

void store_op_copy(struct store_batch *to, const struct store_op *op)
{
    buf_add(&to->ops, op->raw, op->raw_size);
    if (buf_failed(&to->ops)) {
        to->rc = VMM_E_NOMEM;
        return;
    }
    to->op_count++;
    to->hard_count += op->kind != STORE_PUT_SOFT;
}
