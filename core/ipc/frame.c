/* SPDX-License-Identifier: MIT */
#include "ipc/frame.h"

#include <endian.h>
#include <string.h>

#include <vmm/errors.h>

size_t frame_begin(struct buf *out, uint32_t type, uint64_t id)
{
    size_t begin = out->size;
    frame_put_u32(out, 0);
    frame_put_u16(out, (uint16_t)type);
    frame_put_u16(out, FRAME_VERSION);
    frame_put_u64(out, id);
    return begin;
}

int frame_end(struct buf *out, size_t begin)
{
    size_t size = out->size - begin;
    if (out->failed || size > FRAME_MAX) {
        int rc = out->failed ? VMM_E_NOMEM : VMM_E_TOOBIG;
        out->size = begin;
        out->failed = false;
        return rc;
    }
    uint32_t value = htole32((uint32_t)size);
    memcpy(out->data + begin, &value, sizeof(value));
    return 0;
}

void frame_put_u8(struct buf *out, uint8_t value)
{
    buf_add(out, &value, sizeof(value));
}

void frame_put_u16(struct buf *out, uint16_t value)
{
    value = htole16(value);
    buf_add(out, &value, sizeof(value));
}

void frame_put_u32(struct buf *out, uint32_t value)
{
    value = htole32(value);
    buf_add(out, &value, sizeof(value));
}

void frame_put_u64(struct buf *out, uint64_t value)
{
    value = htole64(value);
    buf_add(out, &value, sizeof(value));
}

void frame_put_bytes(struct buf *out, const void *bytes, size_t size)
{
    if (size > FRAME_MAX) {
        out->failed = true;
        return;
    }
    frame_put_u32(out, (uint32_t)size);
    buf_add(out, bytes, size);
}

void frame_put_text(struct buf *out, const char *text)
{
    const char *safe = text != NULL ? text : "";
    frame_put_bytes(out, safe, strlen(safe) + 1);
}

static uint32_t load_u32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return le32toh(value);
}

int frame_parse(const uint8_t *data, size_t size, struct frame *frame)
{
    if (size < FRAME_HEAD_SIZE) {
        return 0;
    }
    uint32_t whole = load_u32(data);
    uint32_t type_version = load_u32(data + 4);
    if (whole < FRAME_HEAD_SIZE || whole > FRAME_MAX || type_version >> 16 != FRAME_VERSION) {
        return VMM_E_PROTO;
    }
    if (size < whole) {
        return 0;
    }
    uint64_t id;
    memcpy(&id, data + 8, sizeof(id));
    *frame = (struct frame){.type = type_version & 0xffff,
                            .id = le64toh(id),
                            .body = data + FRAME_HEAD_SIZE,
                            .body_size = whole - FRAME_HEAD_SIZE};
    return (int)whole;
}

void frame_reader_init(struct frame_reader *reader, const struct frame *frame)
{
    *reader = (struct frame_reader){.at = frame->body, .end = frame->body + frame->body_size};
}

/* The next `size` bytes, or NULL once anything was missing. */
static const uint8_t *take(struct frame_reader *reader, size_t size)
{
    if (reader->failed || (size_t)(reader->end - reader->at) < size) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *at = reader->at;
    reader->at += size;
    return at;
}

uint8_t frame_get_u8(struct frame_reader *reader)
{
    const uint8_t *at = take(reader, 1);
    return at != NULL ? *at : 0;
}

uint16_t frame_get_u16(struct frame_reader *reader)
{
    uint16_t value = 0;
    const uint8_t *at = take(reader, sizeof(value));
    if (at != NULL) {
        memcpy(&value, at, sizeof(value));
    }
    return le16toh(value);
}

uint32_t frame_get_u32(struct frame_reader *reader)
{
    const uint8_t *at = take(reader, sizeof(uint32_t));
    return at != NULL ? load_u32(at) : 0;
}

uint64_t frame_get_u64(struct frame_reader *reader)
{
    uint64_t value = 0;
    const uint8_t *at = take(reader, sizeof(value));
    if (at != NULL) {
        memcpy(&value, at, sizeof(value));
    }
    return le64toh(value);
}

struct frame_bytes frame_get_bytes(struct frame_reader *reader)
{
    uint32_t size = frame_get_u32(reader);
    const uint8_t *at = take(reader, size);
    return at != NULL ? (struct frame_bytes){at, size} : (struct frame_bytes){0};
}

const char *frame_get_text(struct frame_reader *reader)
{
    struct frame_bytes bytes = frame_get_bytes(reader);
    if (bytes.size == 0 || memchr(bytes.data, '\0', bytes.size) != bytes.data + bytes.size - 1) {
        reader->failed = true;
        return "";
    }
    return (const char *)bytes.data;
}

int frame_reader_end(const struct frame_reader *reader)
{
    return !reader->failed && reader->at == reader->end ? 0 : VMM_E_PROTO;
}
