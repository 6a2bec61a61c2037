/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf)
{
    *buf = (struct buf){0};
}

void buf_finish(struct buf *buf)
{
    free(buf->data);
    buf_init(buf);
}

void buf_wipe(struct buf *buf)
{
    if (buf->data != NULL) {
        explicit_bzero(buf->data, buf->capacity);
    }
    buf_finish(buf);
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
    buf->failed = false;
}

/* The bytes move to larger memory. What they leave is wiped: there may be a secret in it. */
static bool move_to(struct buf *buf, size_t capacity)
{
    uint8_t *data = malloc(capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->size);
        explicit_bzero(buf->data, buf->capacity);
        free(buf->data);
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

uint8_t *buf_reserve(struct buf *buf, size_t more)
{
    if (more <= buf->capacity - buf->size) {
        return buf->data + buf->size;
    }
    if (more > SIZE_MAX / 4 || buf->size > SIZE_MAX / 4) {
        buf->failed = true;
        return NULL;
    }
    size_t capacity = buf->capacity > 0 ? buf->capacity : 256;
    while (capacity < buf->size + more) {
        capacity *= 2;
    }
    return move_to(buf, capacity) ? buf->data + buf->size : NULL;
}

void buf_grow(struct buf *buf, size_t by)
{
    buf->size += by;
}

void buf_add(struct buf *buf, const void *bytes, size_t size)
{
    if (size == 0) {
        return;
    }
    uint8_t *room = buf_reserve(buf, size);
    if (room != NULL) {
        memcpy(room, bytes, size);
        buf->size += size;
    }
}

void buf_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    uint8_t *room = length < 0 ? NULL : buf_reserve(buf, (size_t)length + 1);
    if (room != NULL) {
        vsnprintf((char *)room, (size_t)length + 1, format, again);
        buf->size += (size_t)length;
    }
    va_end(again);
}

void buf_consume(struct buf *buf, size_t size)
{
    if (size >= buf->size) {
        buf->size = 0;
        return;
    }
    memmove(buf->data, buf->data + size, buf->size - size);
    buf->size -= size;
}

const char *buf_cstr(struct buf *buf)
{
    uint8_t *room = buf_reserve(buf, 1);
    if (room == NULL) {
        return "";
    }
    *room = '\0';
    return (const char *)buf->data;
}
