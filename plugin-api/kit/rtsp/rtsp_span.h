/* SPDX-License-Identifier: MIT */
/* A piece of text that belongs to someone else and has no NUL. */
#ifndef VMM_KIT_RTSP_SPAN_H
#define VMM_KIT_RTSP_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct vmm_rtsp_span {
    const char *at;
    size_t len;
};

/* The span without blanks and line ends around it. */
static inline struct vmm_rtsp_span vmm_rtsp_span_trim(struct vmm_rtsp_span span)
{
    while (span.len > 0 && memchr(" \t\r\n", span.at[0], 4) != NULL) {
        span.at++;
        span.len--;
    }
    while (span.len > 0 && memchr(" \t\r\n", span.at[span.len - 1], 4) != NULL) {
        span.len--;
    }
    return span;
}

/* Whether the span is, or begins with, `word` in any case. */
static inline bool vmm_rtsp_span_is(struct vmm_rtsp_span span, const char *word)
{
    return span.len == strlen(word) && strncasecmp(span.at, word, span.len) == 0;
}

static inline bool vmm_rtsp_span_begins(struct vmm_rtsp_span span, const char *word)
{
    return span.len >= strlen(word) && strncasecmp(span.at, word, strlen(word)) == 0;
}

/* The span after its first `n` bytes; empty when it is shorter. */
static inline struct vmm_rtsp_span vmm_rtsp_span_after(struct vmm_rtsp_span span, size_t n)
{
    size_t skip = n < span.len ? n : span.len;
    return (struct vmm_rtsp_span){.at = span.at + skip, .len = span.len - skip};
}

/* Cut the span at the first `byte`: the part before it. `*rest` is what follows, empty when there
 * is none. */
static inline struct vmm_rtsp_span vmm_rtsp_span_cut(struct vmm_rtsp_span span, char byte,
                                                     struct vmm_rtsp_span *rest)
{
    const char *found = span.len > 0 ? (const char *)memchr(span.at, byte, span.len) : NULL;
    size_t len = found != NULL ? (size_t)(found - span.at) : span.len;
    *rest = vmm_rtsp_span_after(span, found != NULL ? len + 1 : len);
    return (struct vmm_rtsp_span){.at = span.at, .len = len};
}

/* The number that the span is, all of it; -1 when it is none, or over INT32_MAX. */
static inline int32_t vmm_rtsp_span_number(struct vmm_rtsp_span span)
{
    int64_t number = 0;
    for (size_t i = 0; i < span.len; i++) {
        if (span.at[i] < '0' || span.at[i] > '9' || number > INT32_MAX) {
            return -1;
        }
        number = number * 10 + (span.at[i] - '0');
    }
    return span.len == 0 || number > INT32_MAX ? -1 : (int32_t)number;
}

#endif
