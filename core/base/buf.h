/* SPDX-License-Identifier: MIT */
/* A growing byte buffer. After a failed growth it stays as it was and is marked; check buf_failed() once. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    uint8_t *data;
    size_t size;     /* bytes in use */
    size_t capacity; /* bytes allocated */
    bool failed;     /* some addition found no memory */
};

/* Start empty; nothing is allocated. */
void buf_init(struct buf *buf);

/* Release the memory; the buffer is empty and usable again. */
void buf_finish(struct buf *buf);

/* Overwrite what was in use, then release it: for secrets. */
void buf_wipe(struct buf *buf);

/* Keep the memory, forget the content and the mark of failure. */
void buf_clear(struct buf *buf);

/* Make room for `more` further bytes and return where they go, or NULL. Commit them with buf_grow(). */
uint8_t *buf_reserve(struct buf *buf, size_t more);
void buf_grow(struct buf *buf, size_t by);

void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_text(struct buf *buf, const char *text);
void buf_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drop `size` bytes from the front. */
void buf_consume(struct buf *buf, size_t size);

/* The content as a C string; a NUL is kept behind it. Never NULL. Valid until the next change. */
const char *buf_cstr(struct buf *buf);

static inline bool buf_failed(const struct buf *buf)
{
    return buf->failed;
}

#endif
