/* SPDX-License-Identifier: MIT */
#include "xm_frame.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#define MAGIC 0xffu

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

void xm_head_write(uint8_t out[XM_HEAD_SIZE], uint32_t session, uint32_t sequence, uint16_t id,
                   uint32_t length)
{
    memset(out, 0, XM_HEAD_SIZE);
    out[0] = MAGIC;
    put32(out + 4, session);
    put32(out + 8, sequence);
    out[14] = (uint8_t)id;
    out[15] = (uint8_t)(id >> 8);
    put32(out + 16, length);
}

void xm_reader_init(struct xm_reader *reader)
{
    *reader = (struct xm_reader){0};
}

void xm_reader_finish(struct xm_reader *reader)
{
    free(reader->data);
    free(reader->body);
    *reader = (struct xm_reader){0};
}

static int append(uint8_t **data, size_t *size, size_t *room, const uint8_t *bytes, size_t count,
                  size_t limit)
{
    if (count > limit - *size) {
        return VMM_E_TOOBIG;
    }
    if (*size + count > *room) {
        size_t wanted = (*size + count) * 2;
        uint8_t *grown = realloc(*data, wanted);
        if (grown == NULL) {
            return VMM_E_NOMEM;
        }
        *data = grown;
        *room = wanted;
    }
    if (count > 0) {
        memcpy(*data + *size, bytes, count);
    }
    *size += count;
    return 0;
}

/* What the last message took is let go of. */
static void drop_taken(struct xm_reader *reader)
{
    if (reader->taken > 0) {
        memmove(reader->data, reader->data + reader->taken, reader->size - reader->taken);
        reader->size -= reader->taken;
        reader->taken = 0;
    }
}

int xm_reader_add(struct xm_reader *reader, const uint8_t *bytes, size_t size)
{
    drop_taken(reader);
    return append(&reader->data, &reader->size, &reader->room, bytes, size,
                  XM_BODY_MAX + XM_PACKET_MAX);
}

/* Devices close a body with LF NUL, NUL alone, or nothing. */
static struct vmm_text without_end(const uint8_t *body, size_t size)
{
    while (size > 0 && (body[size - 1] == '\n' || body[size - 1] == '\0')) {
        size--;
    }
    return vmm_text_bytes(body, size);
}

/* One packet of several. 1 when it was the last, 0, or an error. */
static int put_together(struct xm_reader *reader, uint16_t id, const uint8_t *head,
                        const uint8_t *bytes, size_t size)
{
    uint8_t packets = head[12];
    uint8_t packet = head[13];
    if (packet == 0) {
        reader->body_size = 0;
        reader->id = id;
        reader->next = 0;
    }
    if (reader->id != id || packet != reader->next || packet >= packets) {
        return VMM_E_PROTO;
    }
    reader->next++;
    int rc =
        append(&reader->body, &reader->body_size, &reader->body_room, bytes, size, XM_BODY_MAX);
    return rc != 0 ? rc : packet + 1 == packets;
}

int xm_reader_next(struct xm_reader *reader, struct xm_message *message)
{
    for (;;) {
        drop_taken(reader);
        const uint8_t *head = reader->data;
        if (reader->size > 0 && head[0] != MAGIC) {
            return VMM_E_PROTO;
        }
        if (reader->size < XM_HEAD_SIZE) {
            return 0;
        }
        uint32_t length = get32(head + 16);
        uint16_t id = (uint16_t)(head[14] | head[15] << 8);
        if (length > XM_PACKET_MAX) {
            return VMM_E_TOOBIG;
        }
        if (reader->size - XM_HEAD_SIZE < length) {
            return 0;
        }
        const uint8_t *body = head + XM_HEAD_SIZE;
        reader->taken = XM_HEAD_SIZE + length;
        *message = (struct xm_message){get32(head + 4), id, without_end(body, length)};
        if (head[12] < 2) {
            return 1;
        }
        int rc = put_together(reader, id, head, body, length);
        if (rc == 1) {
            message->body = without_end(reader->body, reader->body_size);
        }
        if (rc != 0) {
            return rc;
        }
    }
}
