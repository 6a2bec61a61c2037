/* SPDX-License-Identifier: MIT */
/*
 * One leg on the wire: a curl handle that is set once, what changes from leg to leg, and the bytes
 * that come. No DNS cache (it is searched from end to end for each new address), no redirects or
 * credentials of curl's own, no proxy but the request's; a connection outlives its request only
 * when the next leg follows at once.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "host/http_engine.h"
#include "host/http_exchange.h"
#include "host/http_header.h"
#include "host/http_proxy.h"
#include "host/http_tls.h"
#include "host/resolve.h"

#define BUFFER_SIZE 16384L
#define USER_AGENT  "vmm/0.1"
#define URL_SIZE    320
#define ONE_ADDRESS_MS                                                                             \
    3600000L /* longer than any look: when curl would begin with a second address */

/* ---- Bytes of an answer ---- */

static void begin_block(struct http_exchange *exchange, const char *line, size_t size)
{
    struct http_leg *leg = &exchange->leg;
    leg->status = http_header_status(line, size);
    leg->version = http_header_version(line, size);
    http_header_status_line(line, size, leg->status_line);
    leg->received_wall_us = clock_wall_us();
    buf_clear(&exchange->headers);
    exchange->job->flags |= RESULT_ANSWERED;
}

/* curl reads the choice when the transfer is over, so it can still be made here. */
static void choose_reuse(struct http_exchange *exchange, bool keep)
{
    curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, keep ? 0L : 1L);
}

/* curl undoes what it is told of as soon as bytes come, so that it is stopped before. */
static bool is_stacked(struct http_exchange *exchange, const char *line, size_t size)
{
    bool unpacks = (exchange->flags & VMM_HTTP_COMPRESSED) != 0;
    return !http_header_transfer_is_simple(line, size) ||
           (unpacks && !http_header_content_is_simple(line, size, &exchange->leg.coded));
}

static size_t on_header(char *line, size_t one, size_t size, void *arg)
{
    (void)one;
    struct http_exchange *exchange = arg;
    struct http_leg *leg = &exchange->leg;
    exchange->job->bytes += size;
    if (leg->headers_done) {
        return size; /* a trailer of a chunked body */
    }
    if (size > 5 && strncmp(line, "HTTP/", 5) == 0) {
        begin_block(exchange, line, size);
        return size;
    }
    leg->was_stacked = is_stacked(exchange, line, size);
    if (leg->was_stacked) {
        return 0;
    }
    bool is_end = size == 0 || line[0] == '\n' || (size > 1 && line[0] == '\r' && line[1] == '\n');
    if (is_end && leg->status >= 200) {
        leg->headers_done = true;
        choose_reuse(exchange, http_headers_done(exchange));
    } else if (!is_end) {
        buf_add(&exchange->headers, line, size);
    }
    leg->was_garbled = exchange->headers.size > HTTP_HEADERS_MAX || buf_failed(&exchange->headers);
    return leg->was_garbled ? 0 : size;
}

/* Bytes of a body that is not the answer: few are read, so that the connection can go on. */
static size_t discard(struct http_leg *leg, size_t size)
{
    leg->discarded += size;
    leg->was_cut = leg->discarded > HTTP_DISCARD_MAX;
    return leg->was_cut ? 0 : size;
}

static size_t body_limit(const struct http_exchange *exchange)
{
    uint64_t left = job_bytes_left(exchange->job) + exchange->content.size;
    return left < exchange->max_bytes ? (size_t)left : exchange->max_bytes;
}

static bool take_first_part(struct http_exchange *exchange)
{
    size_t end = 0;
    struct buf *content = &exchange->content;
    if (!http_part_find(&exchange->part, content->data, content->size, &end)) {
        return false;
    }
    content->size = end;
    buf_consume(content, exchange->part.begin);
    exchange->leg.part_done = true;
    return true;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    (void)one;
    struct http_exchange *exchange = arg;
    struct http_leg *leg = &exchange->leg;
    if (leg->next != HTTP_NEXT_DELIVER) {
        exchange->job->bytes += size;
        return discard(leg, size);
    }
    size_t limit = body_limit(exchange);
    size_t room = limit > exchange->content.size ? limit - exchange->content.size : 0;
    size_t taken = size < room ? size : room;
    exchange->job->bytes += taken;
    buf_add(&exchange->content, bytes, taken);
    if ((exchange->flags & VMM_HTTP_FIRST_PART) != 0 && take_first_part(exchange)) {
        return 0;
    }
    leg->was_cut = taken < size || buf_failed(&exchange->content);
    return leg->was_cut ? 0 : size;
}

/* ---- Handles ---- */

struct setting {
    CURLoption option;
    long value;
};

static bool set_numbers(CURL *easy)
{
    static const struct setting settings[] = {{CURLOPT_NOSIGNAL, 1},
                                              {CURLOPT_DNS_CACHE_TIMEOUT, 0},
                                              {CURLOPT_FOLLOWLOCATION, 0},
                                              {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
                                              {CURLOPT_HTTP09_ALLOWED, 0},
                                              {CURLOPT_PATH_AS_IS, 1},
                                              {CURLOPT_BUFFERSIZE, BUFFER_SIZE},
                                              {CURLOPT_SSL_SESSIONID_CACHE, 0},
                                              {CURLOPT_NOPROGRESS, 1}};
    bool good = true;
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        good = good && curl_easy_setopt(easy, settings[i].option, settings[i].value) == CURLE_OK;
    }
    return good;
}

static bool set_texts(CURL *easy, struct http_exchange *exchange)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, USER_AGENT) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error) == CURLE_OK;
}

static bool set_functions(CURL *easy, struct http_exchange *exchange)
{
    return curl_easy_setopt(easy, CURLOPT_PRIVATE, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, http_engine_open) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, exchange) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_engine_close) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, exchange->http) == CURLE_OK;
}

CURL *http_wire_handle(struct http_exchange *exchange)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        return NULL;
    }
    if (!set_numbers(easy) || !set_texts(easy, exchange) || !set_functions(easy, exchange)) {
        curl_easy_cleanup(easy);
        return NULL;
    }
    return easy;
}

/* ---- One leg ---- */

static uint32_t port_of(const struct http_exchange *exchange)
{
    uint32_t port = exchange->port != 0 ? exchange->port : exchange->job->order.port;
    return port != 0 ? port : http_tls_mode(exchange) != TLS_NONE ? 443 : 80;
}

/* What two requests have in common that may go over one connection. */
static uint64_t place_of(const struct http_exchange *exchange)
{
    uint32_t place = port_of(exchange) << 1 | (http_tls_mode(exchange) != TLS_NONE ? 1 : 0);
    return (uint64_t)http_proxy_place(exchange) << 32 | place;
}

static CURLcode set_url(struct http_exchange *exchange)
{
    const struct job_message *order = &exchange->job->order;
    const char *scheme = http_tls_mode(exchange) != TLS_NONE ? "https" : "http";
    const char *named = exchange->identity.server_name;
    const char *host = named != NULL ? named : order->host;
    bool is_ipv6 = strchr(host, ':') != NULL;
    char port[TEXT_NUMBER_SIZE];
    text_number(port_of(exchange), port);
    const char *parts[] = {scheme, "://", is_ipv6 ? "[" : "", host, is_ipv6 ? "]:" : ":", port,
                           "/",    NULL};
    char url[URL_SIZE];
    if (!text_join(url, sizeof(url), parts)) {
        return CURLE_URL_MALFORMAT;
    }
    CURLcode rc = curl_easy_setopt(exchange->easy, CURLOPT_URL, url);
    if (rc == CURLE_OK) {
        rc = http_tls_place(exchange, port);
    }
    return rc == CURLE_OK ? curl_easy_setopt(exchange->easy, CURLOPT_REQUEST_TARGET,
                                             buf_cstr(&exchange->target))
                          : rc;
}

static CURLcode set_method(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;
    /* A PUT is a POST by another name here: an empty body, and its length. */
    const char *name = strcmp(exchange->method, "PUT") == 0 ? "PUT" : NULL;
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, name);
    if (rc != CURLE_OK) {
        return rc;
    }
    if (strcmp(exchange->method, "GET") == 0) {
        return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    if (strcmp(exchange->method, "HEAD") == 0) {
        return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    rc = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_cstr(&exchange->body));
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body.size);
    }
    return rc;
}

static bool ends_with_connection(const struct http_exchange *exchange)
{
    return (exchange->flags & VMM_HTTP_TO_CLOSE) != 0;
}

/* The list is ours, node by node: curl borrows it. */
static CURLcode set_lines(struct http_exchange *exchange)
{
    size_t count = 0;
    if (exchange->has_authorization) {
        exchange->list[count].data = exchange->authorization;
        count++;
    }
    if (exchange->body.size > 0) {
        static char no_expect[] = "Expect:";
        exchange->list[count].data = no_expect;
        count++;
    }
    if (ends_with_connection(exchange)) {
        static char closes[] = "Connection: close";
        exchange->list[count].data = closes;
        count++;
    }
    const struct buf *lines = &exchange->lines;
    for (size_t at = 0; at < lines->size && count < HTTP_LINES_MAX; count++) {
        exchange->list[count].data = (char *)lines->data + at;
        at += strlen(exchange->list[count].data) + 1;
    }
    for (size_t i = 0; i < count; i++) {
        exchange->list[i].next = i + 1 < count ? &exchange->list[i + 1] : NULL;
    }
    return curl_easy_setopt(exchange->easy, CURLOPT_HTTPHEADER, count > 0 ? exchange->list : NULL);
}

/* Time is kept outside: curl sorts each of its timers into a tree. But it shares the time for connecting out among the
 * addresses of a name, and begins with a second one when the first is slow; where there is one address it would look at
 * the transfer at that time for nothing. */
static CURLcode set_times(struct http_exchange *exchange)
{
    struct resolve_address address;
    long connect = 0;
    long second = ONE_ADDRESS_MS;
    if (exchange->proxy.url != NULL ||
        resolve_literal(exchange->job->order.host, 0, &address) != 0) {
        uint64_t now = clock_mono_us();
        uint64_t left = exchange->deadline_us > now ? exchange->deadline_us - now : 0;
        uint64_t most = exchange->connect_ms * CLOCK_MS;
        connect = (long)((most > 0 && most < left ? most : left) / CLOCK_MS + 1);
        second = CURL_HET_DEFAULT;
    }
    CURLcode rc = curl_easy_setopt(exchange->easy, CURLOPT_CONNECTTIMEOUT_MS, connect);
    return rc == CURLE_OK
               ? curl_easy_setopt(exchange->easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS, second)
               : rc;
}

static CURLcode set_way(struct http_exchange *exchange)
{
    const char *source = exchange->job->order.source;
    if (source[0] == '\0') {
        return curl_easy_setopt(exchange->easy, CURLOPT_INTERFACE, NULL);
    }
    char word[128];
    snprintf(word, sizeof(word), "host!%s", source);
    return curl_easy_setopt(exchange->easy, CURLOPT_INTERFACE, word);
}

/* What goes out in one piece waits for nothing, so a plain request does without a call for saying so. */
static bool is_one_piece(const struct http_exchange *exchange)
{
    return http_tls_mode(exchange) == TLS_NONE && exchange->body.size == 0;
}

static CURLcode set_connection(struct http_exchange *exchange)
{
    if (exchange->job->kept_place != place_of(exchange)) {
        http_close_kept(exchange->job); /* it would count beside the one that is made now */
    }
    bool fresh = exchange->job->kept_fd < 0;
    CURLcode rc = curl_easy_setopt(exchange->easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    if (rc == CURLE_OK) {
        rc =
            curl_easy_setopt(exchange->easy, CURLOPT_TCP_NODELAY, is_one_piece(exchange) ? 0L : 1L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(exchange->easy, CURLOPT_FORBID_REUSE, 1L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(exchange->easy, CURLOPT_IGNORE_CONTENT_LENGTH,
                              ends_with_connection(exchange) ? 1L : 0L);
    }
    if (rc == CURLE_OK && http_tls_mode(exchange) != TLS_NONE) {
        rc = http_tls_setup(exchange, exchange->http->ca_file);
    }
    return rc;
}

/* What comes to on_body() is unpacked already, in pieces of 16 KiB, so that a small answer that unpacks to a large one
 * ends at the limit like any other. */
static CURLcode set_compression(struct http_exchange *exchange)
{
    bool packed = (exchange->flags & VMM_HTTP_COMPRESSED) != 0;
    return curl_easy_setopt(exchange->easy, CURLOPT_ACCEPT_ENCODING,
                            packed ? "gzip, deflate" : NULL);
}

/* A kept connection belongs to the lane that it was made in. */
static int put_on_wire(struct http_exchange *exchange)
{
    struct job *job = exchange->job;
    if (job->kept_fd < 0) {
        job->lane = http_lane_choose(exchange->http);
    }
    if (job->lane == NULL || curl_multi_add_handle(job->lane->multi, exchange->easy) != CURLM_OK) {
        return VMM_E_NOMEM;
    }
    exchange->on_wire = true;
    exchange->http->on_wire++;
    return 0;
}

int http_wire_start(struct http_exchange *exchange)
{
    CURLcode rc = set_url(exchange);
    CURLcode (*const steps[])(struct http_exchange *) = {
        set_method,       set_lines,       set_times,     set_way,
        http_proxy_setup, set_compression, set_connection};
    for (size_t i = 0; rc == CURLE_OK && i < sizeof(steps) / sizeof(steps[0]); i++) {
        rc = steps[i](exchange);
    }
    exchange->error[0] = '\0';
    return rc == CURLE_OK ? put_on_wire(exchange) : VMM_E_NOMEM;
}

/* The connection of a leg that curl did not close waits for the job's next request. */
static void keep_connection(struct http_exchange *exchange)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    struct job *job = exchange->job;
    curl_easy_getinfo(exchange->easy, CURLINFO_ACTIVESOCKET, &fd);
    if (job->kept_fd >= 0 && job->kept_fd != fd) {
        http_close_kept(job);
    }
    http_engine_keep(exchange->http, fd, job);
    job->kept_place = place_of(exchange);
}

void http_wire_stop(struct http_exchange *exchange)
{
    if (!exchange->on_wire) {
        return;
    }
    exchange->on_wire = false;
    exchange->http->on_wire--;
    keep_connection(exchange);
    curl_multi_remove_handle(exchange->job->lane->multi, exchange->easy);
}

struct http_end http_wire_end(struct http_exchange *exchange, CURLcode code)
{
    CURL *easy = exchange->easy;
    const struct http_leg *leg = &exchange->leg;
    struct http_end end = {.code = code,
                           .status = leg->status,
                           .is_tls = http_tls_mode(exchange) != TLS_NONE,
                           .has_header = leg->headers_done,
                           .was_cut = leg->was_cut,
                           .was_garbled = leg->was_garbled,
                           .was_stacked = leg->was_stacked,
                           .is_endless = (exchange->flags & VMM_HTTP_ENDLESS) != 0};
    if (code == CURLE_OK) {
        return end;
    }
    long os_errno = 0;
    curl_off_t resolved = 0;
    curl_off_t connected = 0;
    curl_off_t secured = 0;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_errno);
    curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    end.os_errno = (int)os_errno;
    end.resolved = resolved > 0;
    end.connected = connected > 0 || leg->tls_begun;
    end.secured = secured > 0;
    return end;
}

/* The time at which the device was reached. curl does not tell when a tunnel stood, but what goes through it goes at once. */
static curl_off_t reached_after(const struct http_exchange *exchange)
{
    curl_off_t after = 0;
    bool is_tls = http_tls_mode(exchange) != TLS_NONE;
    CURLINFO clear =
        exchange->proxy.url != NULL ? CURLINFO_PRETRANSFER_TIME_T : CURLINFO_CONNECT_TIME_T;
    curl_easy_getinfo(exchange->easy, is_tls ? CURLINFO_APPCONNECT_TIME_T : clear, &after);
    return after;
}

bool http_wire_is_connected(const struct http_exchange *exchange)
{
    return reached_after(exchange) > 0 || http_wire_was_sent(exchange);
}

uint64_t http_wire_connect_us(const struct http_exchange *exchange)
{
    long opened = 0;
    curl_off_t after = reached_after(exchange);
    curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &opened);
    return opened > 0 && after > 0 ? (uint64_t)after : 0;
}

int64_t http_wire_sent_wall_us(const struct http_exchange *exchange)
{
    curl_off_t after = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &after);
    return exchange->leg.begin_wall_us + after;
}

bool http_wire_was_sent(const struct http_exchange *exchange)
{
    long size = 0;
    curl_off_t after = 0;
    if (exchange->proxy.url != NULL) { /* the size counts the CONNECT, too */
        curl_easy_getinfo(exchange->easy, CURLINFO_PRETRANSFER_TIME_T, &after);
        return after > 0;
    }
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &size);
    return size > 0;
}

/* curl gives no way to close one idle connection: it is shut down here, so that the device is rid
 * of it, and curl finds it dead when it next looks. */
void http_close_kept(struct job *job)
{
    if (job->kept_fd >= 0) {
        shutdown(job->kept_fd, SHUT_RDWR);
        http_engine_forget(job_setup(job)->http, job->kept_fd);
    }
}
