/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <farm/fault.h>
#include <vmm/http.h>

#include "host/http_header.h"
#include "host/http_tls.h"

#define CONNECT_US  1000u
#define CONNECT_MAX (5u * 1000000u) /* unless the plugin wants another time */
#define FILLER_MAX  (4u << 20)

/* The bytes of an answer while they are read. */
struct reading {
    struct http_exchange *exchange;
    const char *at;
    size_t left;
    bool stays;    /* after the answer */
    bool may_keep; /* by the host's own word */
    bool has_length;
    size_t length; /* of the body, as promised */
    size_t came;
};

struct service *wire_service(const struct wire *wire, uint32_t port)
{
    for (size_t i = 0; i < wire->device->service_count; i++) {
        if (wire->device->services[i].port == port) {
            return &wire->device->services[i];
        }
    }
    return NULL;
}

void wire_wait(struct wire *wire, uint64_t us)
{
    wire->now_us += us;
    wire->wall_us += (int64_t)us;
    loop_set_time(&wire->farm->loop, wire->now_us, wire->wall_us);
}

void wire_close(struct wire *wire)
{
    talk_close(&wire->talk);
    wire->is_kept = false;
}

/* ---- The connection ---- */

static bool is_tls(const struct http_exchange *exchange)
{
    return http_tls_mode(exchange) != TLS_NONE;
}

static uint32_t port_of(const struct http_exchange *exchange)
{
    uint32_t port = exchange->port != 0 ? exchange->port : exchange->job->order.port;
    return port != 0 ? port : is_tls(exchange) ? 443 : 80;
}

static int fail(struct wire_end *end, int code, int os_errno)
{
    end->end.code = code;
    end->end.os_errno = os_errno;
    return -1;
}

/* A connection that stands at the end of it, or why there is none. */
static int connect_to(struct wire *wire, struct http_exchange *exchange, struct wire_end *end,
                      uint64_t end_us)
{
    struct service *service = wire_service(wire, port_of(exchange));
    uint64_t most = exchange->connect_ms > 0 ? exchange->connect_ms * 1000u : CONNECT_MAX;
    end->end.resolved = true;
    if (fault_is_on(wire->device, FAULT_UNREACHABLE)) {
        wire_wait(wire, wire->now_us + most < end_us ? most : end_us - wire->now_us);
        return fail(end, CURLE_OPERATION_TIMEDOUT, 0);
    }
    wire_wait(wire, CONNECT_US);
    exchange->job->opened++;
    if (service == NULL || fault_is_on(wire->device, FAULT_DOWN)) {
        return fail(end, CURLE_COULDNT_CONNECT, ECONNREFUSED);
    }
    end->end.connected = true;
    wire->is_kept = true;
    enum server_arrival arrival = talk_open(&wire->talk, wire->farm, service);
    if (arrival == ARRIVAL_RESET || arrival == ARRIVAL_CLOSED) {
        end->was_sent = true; /* the device ends it when the request is on its way already */
        return fail(end, arrival == ARRIVAL_RESET ? CURLE_RECV_ERROR : CURLE_GOT_NOTHING, 0);
    }
    return 0;
}

static int take_connection(struct wire *wire, struct http_exchange *exchange, struct wire_end *end,
                           uint64_t end_us)
{
    uint32_t place = port_of(exchange) << 1 | (is_tls(exchange) ? 1 : 0);
    end->end.resolved = true;
    end->end.connected = true;
    if (wire->is_kept && wire->place == place && wire->talk.is_open) {
        return 0;
    }
    wire_close(wire);
    end->end.connected = false;
    wire->place = place;
    return connect_to(wire, exchange, end, end_us);
}

/* ---- The request ---- */

/* The lines lie behind one another, each ended by NUL. */
static const char *line_at(const struct buf *lines, size_t at)
{
    return (const char *)lines->data + at;
}

static bool names(const struct buf *lines, const char *name)
{
    for (size_t at = 0; at < lines->size; at += strlen(line_at(lines, at)) + 1) {
        if (strncasecmp(line_at(lines, at), name, strlen(name)) == 0) {
            return true;
        }
    }
    return false;
}

static void put_lines(struct buf *out, const struct buf *lines)
{
    for (size_t at = 0; at < lines->size; at += strlen(line_at(lines, at)) + 1) {
        buf_printf(out, "%s\r\n", line_at(lines, at));
    }
}

/* As curl writes it for the host. */
static void send_request(struct wire *wire, struct http_exchange *exchange)
{
    struct buf out;
    buf_init(&out);
    bool has_body = strcmp(exchange->method, "POST") == 0 || strcmp(exchange->method, "PUT") == 0;
    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: %s:%u\r\nUser-Agent: vmm\r\nAccept: */*\r\n",
               exchange->method, buf_cstr(&exchange->target), exchange->job->order.host,
               port_of(exchange));
    if (exchange->has_authorization) {
        buf_printf(&out, "%s\r\n", exchange->authorization);
    }
    if ((exchange->flags & VMM_HTTP_TO_CLOSE) != 0) {
        buf_text(&out, "Connection: close\r\n");
    }
    put_lines(&out, &exchange->lines);
    if (has_body && !names(&exchange->lines, "Content-Type:")) {
        buf_text(&out, "Content-Type: application/x-www-form-urlencoded\r\n");
    }
    if (has_body) {
        buf_printf(&out, "Content-Length: %zu\r\n", exchange->body.size);
    }
    buf_text(&out, "\r\n");
    buf_add(&out, exchange->body.data, exchange->body.size);
    talk_send(&wire->talk, out.data, out.size);
    buf_finish(&out);
}

/* ---- The answer ---- */

/* The next line with its end; false when none is complete. */
static bool next_line(struct reading *r, const char **line, size_t *size)
{
    const char *end = r->left > 0 ? memchr(r->at, '\n', r->left) : NULL;
    if (end == NULL) {
        return false;
    }
    *line = r->at;
    *size = (size_t)(end - r->at) + 1;
    r->at += *size;
    r->left -= *size;
    return true;
}

static const char *header(const struct http_exchange *exchange, const char *name, char room[256])
{
    const char *values[2];
    const struct buf *headers = &exchange->headers;
    size_t count =
        http_header_values((const char *)headers->data, headers->size, name, room, 256, values, 1);
    return count == 1 ? values[0] : NULL;
}

static void end_header(struct reading *r)
{
    char room[256];
    struct http_exchange *exchange = r->exchange;
    exchange->leg.headers_done = true;
    r->may_keep = http_headers_done(exchange);
    const char *length = header(exchange, "Content-Length", room);
    uint32_t status = exchange->leg.status;
    r->has_length = length != NULL && (exchange->flags & VMM_HTTP_TO_CLOSE) == 0;
    r->length = r->has_length ? strtoul(length, NULL, 10) : 0;
    if (strcmp(exchange->method, "HEAD") == 0 || status == 204 || status == 304) {
        r->has_length = true;
        r->length = 0;
    }
}

/* Whether what came begins like HTTP, as far as it goes. */
static bool is_http(const struct reading *r)
{
    static const char word[] = "HTTP/";
    size_t known = r->left < sizeof(word) - 1 ? r->left : sizeof(word) - 1;
    return memcmp(r->at, word, known) == 0;
}

/* The lines of the header; true when they have come to their end. */
static bool read_header(struct reading *r, const struct wire *wire)
{
    const char *line = NULL;
    size_t size = 0;
    struct http_exchange *exchange = r->exchange;
    struct http_leg *leg = &exchange->leg;
    while (!leg->headers_done && next_line(r, &line, &size)) {
        bool is_end = line[0] == '\n' || (size == 2 && line[0] == '\r');
        if (leg->status == 0) {
            leg->status = http_header_status(line, size);
            leg->received_wall_us = wire->wall_us;
            exchange->job->flags |= RESULT_ANSWERED;
        } else if (is_end) {
            end_header(r);
        } else {
            buf_add(&exchange->headers, line, size);
        }
    }
    return leg->headers_done;
}

/* As the host takes it: what it does not want to have is read for the connection's sake, to a limit. */
static void take_body(struct reading *r, size_t size)
{
    struct http_exchange *exchange = r->exchange;
    struct http_leg *leg = &exchange->leg;
    if (leg->next != HTTP_NEXT_DELIVER) {
        leg->discarded += size;
        leg->was_cut = leg->discarded > HTTP_DISCARD_MAX;
        exchange->job->bytes += size;
        return;
    }
    uint64_t left = job_bytes_left(exchange->job);
    size_t limit = left < exchange->max_bytes ? (size_t)left : exchange->max_bytes;
    size_t taken = size < limit ? size : limit;
    exchange->job->bytes += taken;
    buf_add(&exchange->content, r->at, taken);
    leg->was_cut = taken < size;
}

/* The first part of a multipart answer, when it is complete. */
static bool take_part(struct http_exchange *exchange)
{
    size_t end = 0;
    struct buf *content = &exchange->content;
    if ((exchange->flags & VMM_HTTP_FIRST_PART) == 0 || !exchange->leg.headers_done ||
        !http_part_find(&exchange->part, content->data, content->size, &end)) {
        return false;
    }
    content->size = end;
    buf_consume(content, exchange->part.begin);
    exchange->leg.part_done = true;
    return true;
}

static int code_of_body(const struct reading *r, enum talk_then then)
{
    if (r->exchange->leg.was_cut || r->exchange->leg.part_done) {
        return CURLE_WRITE_ERROR;
    }
    if (r->has_length && r->came >= r->length) {
        return CURLE_OK;
    }
    if (then == TALK_RESETS) {
        return CURLE_RECV_ERROR;
    }
    if (then == TALK_CLOSES) {
        return r->has_length ? CURLE_PARTIAL_FILE : CURLE_OK;
    }
    return CURLE_OPERATION_TIMEDOUT;
}

/* All that has come of an answer, and how curl calls it. */
static int read_answer(struct reading *r, const struct wire *wire, enum talk_then then)
{
    if (r->left == 0) {
        return then == TALK_CLOSES   ? CURLE_GOT_NOTHING
               : then == TALK_RESETS ? CURLE_RECV_ERROR
                                     : CURLE_OPERATION_TIMEDOUT;
    }
    if (!is_http(r)) {
        return CURLE_UNSUPPORTED_PROTOCOL;
    }
    if (!read_header(r, wire)) {
        return then == TALK_STAYS || then == TALK_MUTE ? CURLE_OPERATION_TIMEDOUT
                                                       : CURLE_RECV_ERROR;
    }
    size_t size = r->has_length && r->left > r->length ? r->length : r->left;
    r->came = size;
    take_body(r, size);
    take_part(r->exchange);
    return code_of_body(r, then);
}

static bool says_close(const struct http_exchange *exchange)
{
    char room[256];
    const char *value = header(exchange, "Connection", room);
    return value != NULL && strcasecmp(value, "close") == 0;
}

/* How much of a reply comes in time; the time that it takes passes. */
static size_t wait_for(struct wire *wire, const struct talk_reply *reply, uint64_t end_us)
{
    uint64_t left = end_us > wire->now_us ? end_us - wire->now_us : 0;
    if (reply->after_us > left) {
        wire_wait(wire, left);
        return 0;
    }
    wire_wait(wire, reply->after_us);
    left -= reply->after_us;
    uint64_t whole = reply->size > 1 ? reply->pause_us * (reply->size - 1) : 0;
    if (whole > left) {
        wire_wait(wire, left);
        return left / reply->pause_us + 1;
    }
    wire_wait(wire, whole);
    return reply->size;
}

/* A device of the farm speaks no TLS: what it does with the first bytes of a handshake ends it. */
static int shake_hands(struct wire *wire, uint64_t end_us)
{
    struct talk_reply reply;
    talk_send(&wire->talk, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15);
    bool answers = talk_next(&wire->talk, 0, &reply) && wait_for(wire, &reply, end_us) > 0;
    if (!answers) {
        wire_wait(wire, end_us - wire->now_us);
    }
    return answers ? CURLE_SSL_CONNECT_ERROR : CURLE_OPERATION_TIMEDOUT;
}

static int ask(struct wire *wire, struct http_exchange *exchange, uint64_t end_us)
{
    struct talk_reply reply;
    struct reading reading = {.exchange = exchange};
    send_request(wire, exchange);
    bool answers = talk_next(&wire->talk, FILLER_MAX, &reply);
    size_t came = answers ? wait_for(wire, &reply, end_us) : 0;
    enum talk_then then = answers && came == reply.size ? reply.then : TALK_MUTE;
    reading.at = reply.bytes;
    reading.left = came;
    int code = read_answer(&reading, wire, then);
    if (code == CURLE_OPERATION_TIMEDOUT) {
        wire_wait(wire, end_us - wire->now_us);
    }
    bool keeps = code == CURLE_OK && reading.may_keep && reading.has_length && then == TALK_STAYS &&
                 !says_close(exchange);
    if (!keeps) {
        wire_close(wire);
    }
    return code;
}

struct wire_end wire_leg(struct wire *wire, struct http_exchange *exchange, uint64_t end_us)
{
    struct wire_end end = {.end = {.is_tls = is_tls(exchange),
                                   .is_endless = (exchange->flags & VMM_HTTP_ENDLESS) != 0}};
    const struct http_leg *leg = &exchange->leg;
    if (take_connection(wire, exchange, &end, end_us) == 0) {
        end.was_sent = !end.end.is_tls;
        end.end.code = end.end.is_tls ? shake_hands(wire, end_us) : ask(wire, exchange, end_us);
        end.end.status = leg->status;
        end.end.has_header = leg->headers_done;
        end.end.was_cut = leg->was_cut;
        end.part_done = leg->part_done;
    }
    if (end.end.code != CURLE_OK) {
        wire_close(wire);
    }
    return end;
}
