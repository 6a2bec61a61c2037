/* SPDX-License-Identifier: MIT */
/* What a job that captures is told of a leg. */
#include <string.h>
#include <strings.h>

#include "host/capture.h"
#include "host/http_exchange.h"

static bool is_unpacked(const struct http_exchange *exchange)
{
    return (exchange->flags & VMM_HTTP_COMPRESSED) != 0;
}

/* The header lines without the one that says how the body, which is kept unpacked, was packed. */
static void add_headers(const struct http_exchange *exchange, struct buf *kept)
{
    static const char name[] = "Content-Encoding:";
    const char *rest = (const char *)exchange->headers.data;
    const char *end = rest + exchange->headers.size;
    while (rest < end) {
        const char *line_end = memchr(rest, '\n', (size_t)(end - rest));
        size_t size = line_end == NULL ? (size_t)(end - rest) : (size_t)(line_end + 1 - rest);
        bool is_named = size >= sizeof(name) && strncasecmp(rest, name, sizeof(name) - 1) == 0;
        if (!is_named || !is_unpacked(exchange)) {
            buf_add(kept, rest, size);
        }
        rest += size;
    }
}

void http_capture_leg(struct http_exchange *exchange)
{
    const struct http_leg *leg = &exchange->leg;
    if (!leg->headers_done || exchange->job->order.captures == 0) {
        return;
    }
    struct buf headers;
    buf_init(&headers);
    add_headers(exchange, &headers);
    struct capture_message told = {
        .kind = CAPTURE_HTTP,
        .authorized = exchange->has_authorization,
        .status = (uint16_t)leg->status,
        .method = exchange->method,
        .target = buf_cstr(&exchange->shown),
        .asked = buf_cstr(&exchange->asked),
        .headers = {headers.data, (uint32_t)headers.size},
        .body = {exchange->content.data, (uint32_t)exchange->content.size}};
    capture_tell(exchange->job, &told);
    buf_wipe(&headers);
}
