/* SPDX-License-Identifier: MIT */
/* Exchanges are kept with their curl handles and buffers, and forget everything between two
 * requests. */
#include <stdlib.h>
#include <string.h>

#include "host/http_engine.h"
#include "host/http_exchange.h"
#include "host/http_proxy.h"
#include "host/http_tls.h"

#define IDLE_MAX    2048u /* exchanges kept for the next requests: making one costs as much as a leg */
#define KEEP_BUFFER 16384u /* a larger buffer is given back */

static void forget(struct buf *buf)
{
    if (buf->capacity > KEEP_BUFFER) {
        buf_wipe(buf);
    } else if (buf->size > 0) {
        explicit_bzero(buf->data, buf->size);
        buf_clear(buf);
    }
}

static void wipe(struct http_exchange *exchange)
{
    http_tls_forget(&exchange->identity);
    http_proxy_forget(&exchange->proxy);
    struct buf *buffers[] = {&exchange->target, &exchange->shown,   &exchange->lines,
                             &exchange->body,   &exchange->headers, &exchange->content,
                             &exchange->asked};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        forget(buffers[i]);
    }
    explicit_bzero(exchange->authorization, strlen(exchange->authorization));
}

static void destroy(struct http_exchange *exchange)
{
    http_tls_forget(&exchange->identity);
    http_proxy_forget(&exchange->proxy);
    struct buf *buffers[] = {&exchange->target, &exchange->shown,   &exchange->lines,
                             &exchange->body,   &exchange->headers, &exchange->content,
                             &exchange->asked};
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        buf_wipe(buffers[i]);
    }
    if (exchange->easy != NULL) {
        curl_easy_cleanup(exchange->easy);
    }
    free(exchange);
}

static struct http_exchange *create(struct http *http)
{
    struct http_exchange *exchange = calloc(1, sizeof(*exchange));
    if (exchange == NULL) {
        return NULL;
    }
    exchange->http = http;
    exchange->easy = http_wire_handle(exchange);
    if (exchange->easy == NULL) {
        destroy(exchange);
        return NULL;
    }
    return exchange;
}

struct http_exchange *http_pool_take(struct http *http)
{
    struct http_exchange *exchange = http->idle;
    if (exchange == NULL) {
        return create(http);
    }
    http->idle = exchange->next;
    http->idle_count--;
    exchange->next = NULL;
    return exchange;
}

void http_pool_give(struct http_exchange *exchange)
{
    struct http *http = exchange->http;
    wipe(exchange);
    exchange->job = NULL;
    if (http->idle_count == IDLE_MAX) {
        destroy(exchange);
        return;
    }
    exchange->next = http->idle;
    http->idle = exchange;
    http->idle_count++;
}

void http_pool_empty(struct http *http)
{
    while (http->idle != NULL) {
        destroy(http_pool_take(http));
    }
}
