/* SPDX-License-Identifier: MIT */
/*
 * The course of an exchange:
 *
 *   request() ─▶ queue ─▶ leg ─▶ header complete: deliver, log in, follow ─▶ leg done ─▶ answer
 *                          ▲                                                    │
 *                          └──────────── login, redirect, repeat ◀──────────────┘
 *
 * The requests of a job run one after another, so that a login is made once and a device sees one
 * connection.
 */
#include "host/http.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "host/http_exchange.h"
#include "host/http_header.h"
#include "host/http_proxy.h"
#include "host/http_retry.h"
#include "host/http_target.h"
#include "host/http_tls.h"
#include "host/period.h"
#include "host/sized.h"

#define DEFAULT_MAX_BYTES (1u << 20)

static void finish(struct http_exchange *exchange, struct http_verdict verdict);

/* ---- Legs ---- */

static uint64_t left_us(const struct http_exchange *exchange)
{
    uint64_t now = clock_mono_us();
    return exchange->deadline_us > now ? exchange->deadline_us - now : 0;
}

static void wait_at_most(struct http_exchange *exchange, uint64_t us)
{
    struct timeval time = {.tv_sec = (time_t)(us / CLOCK_S),
                           .tv_usec = (suseconds_t)(us % CLOCK_S)};
    evtimer_add(&exchange->timer, &time);
}

/* First the time for connecting, then what is left of all. */
static void limit_leg(struct http_exchange *exchange)
{
    uint64_t connect_us = exchange->connect_ms * CLOCK_MS;
    uint64_t left = left_us(exchange);
    if (connect_us > 0 && connect_us < left) {
        period_start(job_setup(exchange->job)->base, &exchange->timer, connect_us);
    } else {
        wait_at_most(exchange, left);
    }
}

static void start_leg(struct http_exchange *exchange)
{
    exchange->leg =
        (struct http_leg){.begin_us = clock_mono_us(), .begin_wall_us = clock_wall_us()};
    buf_clear(&exchange->headers);
    buf_clear(&exchange->content);
    if ((exchange->has_authorization && http_auth_write(exchange) != 0) ||
        http_wire_start(exchange) != 0) {
        exchange->must_fail = true;
        event_active(&exchange->timer, EV_TIMEOUT, 0);
    } else {
        limit_leg(exchange);
    }
}

/* The first leg of a request, or of its repeat. */
static void start(struct http_exchange *exchange)
{
    exchange->has_authorization = http_auth_begin(exchange);
    start_leg(exchange);
}

static void on_limit(struct http_exchange *exchange)
{
    uint64_t left = left_us(exchange);
    if (left > 0 && http_wire_is_connected(exchange)) {
        wait_at_most(exchange, left);
    } else {
        http_leg_done(exchange, CURLE_OPERATION_TIMEDOUT);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct http_exchange *exchange = arg;
    if (exchange->on_wire) {
        on_limit(exchange);
    } else if (exchange->must_fail) {
        finish(exchange, (struct http_verdict){.outcome = VMM_OUTCOME_INTERNAL,
                                               .reason = VMM_REASON_INTERNAL,
                                               .detail = "the request could not be made"});
    } else {
        start(exchange);
    }
}

static bool is_redirect(uint32_t status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool may_follow(const struct http_exchange *exchange)
{
    return (exchange->flags & VMM_HTTP_SAME_DEVICE) != 0 && is_redirect(exchange->leg.status) &&
           exchange->redirects < HTTP_REDIRECT_MAX && strcmp(exchange->method, "POST") != 0;
}

/* One header of the answer, or NULL. */
static const char *find_header(struct http_exchange *exchange, const char *name, char *room,
                               size_t size)
{
    const char *values[2];
    const struct buf *headers = &exchange->headers;
    size_t count =
        http_header_values((const char *)headers->data, headers->size, name, room, size, values, 1);
    return count == 1 ? values[0] : NULL;
}

/* A redirect that has a usable target becomes the exchange's own. */
static bool follow(struct http_exchange *exchange)
{
    char room[HTTP_TARGET_MAX + 256];
    const char *location = find_header(exchange, "Location", room, sizeof(room));
    struct buf target;
    buf_init(&target);
    bool good =
        location != NULL && http_target_follow(location, buf_cstr(&exchange->target), &target) == 0;
    if (good) {
        buf_clear(&exchange->target);
        buf_add(&exchange->target, target.data, target.size);
        exchange->redirects++;
    }
    buf_wipe(&target);
    return good;
}

static void start_part(struct http_exchange *exchange)
{
    char room[256];
    http_part_init(&exchange->part, find_header(exchange, "Content-Type", room, sizeof(room)));
}

bool http_headers_done(struct http_exchange *exchange)
{
    struct http_leg *leg = &exchange->leg;
    leg->login = http_auth_take(exchange);
    if (leg->login == LOGIN_AGAIN) {
        leg->next = HTTP_NEXT_LOGIN;
    } else if (may_follow(exchange) && follow(exchange)) {
        leg->next = HTTP_NEXT_FOLLOW;
    } else if ((exchange->flags & VMM_HTTP_FIRST_PART) != 0) {
        start_part(exchange);
    }
    return leg->next != HTTP_NEXT_DELIVER || (exchange->flags & VMM_HTTP_MORE) != 0;
}

/* ---- Between legs ---- */

static void say_came(const struct http_exchange *exchange, const struct http_verdict *verdict,
                     char out[TRACE_CAME_SIZE])
{
    const struct http_leg *leg = &exchange->leg;
    char status[TEXT_NUMBER_SIZE];
    char size[TEXT_NUMBER_SIZE];
    text_number(leg->status, status);
    text_number(exchange->content.size + leg->discarded, size);
    bool follows = leg->next == HTTP_NEXT_FOLLOW;
    const char *none[] = {verdict->detail != NULL ? verdict->detail : "", NULL};
    const char *some[] = {status,
                          follows ? ", to another path" : login_said(leg->login),
                          follows ? NULL : ", ",
                          size,
                          " bytes",
                          NULL};
    text_join(out, TRACE_CAME_SIZE, leg->status == 0 ? none : some);
}

static void trace_leg(struct http_exchange *exchange, const struct http_verdict *verdict)
{
    struct job *job = exchange->job;
    const struct http_leg *leg = &exchange->leg;
    char asked[TRACE_ASKED_SIZE];
    char came[TRACE_CAME_SIZE];
    text_join(asked, sizeof(asked),
              (const char *[]){exchange->method, " ", buf_cstr(&exchange->shown),
                               exchange->has_authorization ? " (authorized)" : "", NULL});
    say_came(exchange, verdict, came);
    uint64_t now = clock_mono_us();
    trace_add(&job->trace, asked, came, leg->begin_us - job->begin_us, now - job->begin_us);
    job_count_request(job, now - leg->begin_us);
}

/* A credential that has left this machine is a login, whatever becomes of it. */
static void count_login(struct http_exchange *exchange)
{
    bool carries = exchange->has_authorization || exchange->shows_secret;
    if (carries && http_wire_was_sent(exchange)) {
        login_sent(&exchange->job->login);
        exchange->secret_went_out = true;
        exchange->job->shows_secret |= exchange->shows_secret;
    }
}

/* The leg is over: what it says, and what it used up. */
static struct http_verdict judge(struct http_exchange *exchange, CURLcode code)
{
    const struct http_leg *leg = &exchange->leg;
    struct http_verdict verdict = {.outcome = VMM_OUTCOME_OK, .rung = VMM_RUNG_ANSWER};
    if (!leg->part_done && !http_proxy_judge(exchange, code, &verdict)) {
        struct http_end end = http_wire_end(exchange, code);
        verdict = http_outcome(&end);
    }
    count_login(exchange);
    if (exchange->secret_went_out && verdict.outcome == VMM_OUTCOME_OK &&
        leg->login == LOGIN_DONE) {
        login_answered(&exchange->job->login);
    }
    if (leg->headers_done && leg->login != LOGIN_DONE && leg->login != LOGIN_AGAIN) {
        uint32_t flags = verdict.flags;
        verdict = http_auth_verdict(exchange);
        verdict.flags |= flags;
    }
    return verdict;
}

static bool is_safe(const struct http_exchange *exchange)
{
    return strcmp(exchange->method, "POST") != 0 || (exchange->flags & VMM_HTTP_SAFE) != 0;
}

/* The wait before the one repeat, or 0. */
static uint64_t repeat_delay(const struct http_exchange *exchange,
                             const struct http_verdict *verdict)
{
    if (!verdict->is_repeatable || (exchange->flags & VMM_HTTP_ONCE) != 0) {
        return 0;
    }
    uint64_t random = clock_mono_us();
    (void)!getrandom(&random, sizeof(random), 0);
    struct http_attempt attempt = {.is_safe = is_safe(exchange),
                                   .went_with_secret = exchange->secret_went_out,
                                   .repeats = exchange->repeats,
                                   .left_us = left_us(exchange)};
    return http_retry_delay_us(&attempt, verdict, random);
}

static void repeat_after(struct http_exchange *exchange, uint64_t delay_us)
{
    exchange->repeats++;
    wait_at_most(exchange, delay_us);
}

/* A body that was cut short does not stop the next leg: it only costs another connection. */
static bool is_header_enough(const struct http_exchange *exchange,
                             const struct http_verdict *verdict)
{
    return exchange->leg.headers_done && verdict->outcome != VMM_OUTCOME_TIMEOUT;
}

void http_leg_done(struct http_exchange *exchange, CURLcode code)
{
    struct http_verdict verdict = judge(exchange, code);
    enum http_next next = exchange->leg.next;
    trace_leg(exchange, &verdict);
    http_capture_leg(exchange);
    if (exchange->leg.withheld && !exchange->shows_secret) {
        http_wire_stop(exchange);
        http_auth_withhold(exchange);
        start_leg(exchange);
        return;
    }
    if (next == HTTP_NEXT_DELIVER || !is_header_enough(exchange, &verdict)) {
        uint64_t delay = repeat_delay(exchange, &verdict);
        if (delay == 0) {
            finish(exchange, verdict);
            return;
        }
        http_wire_stop(exchange);
        repeat_after(exchange, delay);
        return;
    }
    http_wire_stop(exchange);
    if (next == HTTP_NEXT_LOGIN) {
        exchange->has_authorization = true;
        start_leg(exchange);
    } else {
        start(exchange);
    }
}

/* ---- The answer ---- */

static void unlink_exchange(struct http_exchange *exchange)
{
    struct http_exchange **at = &exchange->job->exchanges;
    while (*at != exchange) {
        at = &(*at)->next;
    }
    *at = exchange->next;
    exchange->next = NULL;
}

/* Take it from the wire and the job; the answer's bytes stay. */
static void detach(struct http_exchange *exchange)
{
    if (exchange->on_wire) {
        count_login(exchange);
    }
    http_wire_stop(exchange);
    event_del(&exchange->timer);
    unlink_exchange(exchange);
}

/* The job's next request starts when it has the connection for itself. */
static void start_queued(struct job *job)
{
    struct http_exchange *first = job->exchanges;
    if (first != NULL && !first->on_wire && !first->must_fail && first->leg.begin_us == 0) {
        start(first);
    }
}

/* What curl knows of the last leg as long as it has it. */
struct leg_times {
    int64_t sent_wall_us;
    uint64_t connect_us;
};

static void deliver(struct http_exchange *exchange, const struct http_verdict *verdict,
                    const struct leg_times *times)
{
    const struct job *job = exchange->job;
    bool is_tls = http_tls_mode(exchange) != TLS_NONE && job->tls_key_seen;
    const struct http_leg *leg = &exchange->leg;
    struct vmm_http_answer answer = {
        .struct_size = sizeof(answer),
        .outcome = verdict->outcome,
        .rung = verdict->rung,
        .reason = verdict->reason,
        .status = leg->status,
        .flags = verdict->flags | (leg->key_changed ? VMM_HTTP_KEY_CHANGED : 0),
        .headers = buf_cstr(&exchange->headers),
        .headers_size = exchange->headers.size,
        .body = (const uint8_t *)buf_cstr(&exchange->content),
        .body_size = exchange->content.size,
        .sent_wall_us = times->sent_wall_us,
        .received_wall_us = leg->received_wall_us,
        .total_us = clock_mono_us() - exchange->begin_us,
        .detail = exchange->error[0] != '\0' && verdict->rung == VMM_RUNG_TLS ? exchange->error
                                                                              : verdict->detail,
        .tls_until_s = is_tls ? job->tls_until_s : 0,
        .tls_subject = is_tls ? job->tls_subject : NULL,
        .connections = job->opened,
        .version = leg->version,
        .connect_us = times->connect_us,
        .status_line = leg->status != 0 ? leg->status_line : NULL};
    exchange->done(exchange->arg, &answer);
}

static void finish(struct http_exchange *exchange, struct http_verdict verdict)
{
    struct job *job = exchange->job;
    uint32_t serial = job->serial;
    const struct leg_times times = {http_wire_sent_wall_us(exchange),
                                    http_wire_connect_us(exchange)};
    detach(exchange);
    deliver(exchange, &verdict, &times);
    http_pool_give(exchange);
    if (job_lives(job, serial)) {
        start_queued(job);
    }
}

/* ---- What the plugin asks ---- */

static void prepare(struct http_exchange *exchange, struct job *job,
                    const struct vmm_http_request *request)
{
    uint64_t left = job_left_us(job);
    uint64_t asked = request->timeout_ms * CLOCK_MS;
    exchange->job = job;
    exchange->flags = request->flags;
    snprintf(exchange->method, sizeof(exchange->method), "%s", request->method);
    exchange->max_bytes = request->max_bytes > 0 ? request->max_bytes : DEFAULT_MAX_BYTES;
    exchange->connect_ms =
        request->connect_timeout_ms > 0 ? request->connect_timeout_ms : job->order.connect_ms;
    exchange->port = request->port;
    exchange->begin_us = clock_mono_us();
    exchange->deadline_us = exchange->begin_us + (asked > 0 && asked < left ? asked : left);
    exchange->redirects = 0;
    exchange->repeats = 0;
    exchange->shows_secret = false;
    exchange->has_authorization = false;
    exchange->secret_went_out = false;
    exchange->on_wire = false;
    exchange->must_fail = false;
    exchange->leg = (struct http_leg){0};
}

static void enqueue(struct http_exchange *exchange)
{
    struct job *job = exchange->job;
    struct http_exchange **end = &job->exchanges;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = exchange;
    start_queued(job);
}

static int request(struct vmm_job *handle, const struct vmm_http_request *given, vmm_http_fn done,
                   void *arg)
{
    struct job *job = job_of(handle);
    struct vmm_http_request request;
    if (job == NULL || given == NULL || done == NULL) {
        return job == NULL ? VMM_E_STATE : VMM_E_INVAL;
    }
    sized_copy(&request, sizeof(request), given);
    int rc = http_request_check(job, &request);
    struct http_exchange *exchange = rc == 0 ? http_pool_take(job_setup(job)->http) : NULL;
    if (exchange == NULL) {
        return rc != 0 ? rc : VMM_E_NOMEM;
    }
    prepare(exchange, job, &request);
    exchange->done = done;
    exchange->arg = arg;
    rc = http_request_copy(exchange, &request);
    if (rc == 0 &&
        evtimer_assign(&exchange->timer, job_setup(job)->base, on_timer, exchange) != 0) {
        rc = VMM_E_NOMEM;
    }
    if (rc != 0) {
        http_pool_give(exchange);
        return rc;
    }
    enqueue(exchange);
    return 0;
}

const struct vmm_http_host http_host = {.struct_size = sizeof(struct vmm_http_host),
                                        .request = request};

/* ---- The end of a job ---- */

uint32_t http_count(const struct job *job)
{
    uint32_t count = 0;
    for (const struct http_exchange *at = job->exchanges; at != NULL; at = at->next) {
        count++;
    }
    return count;
}

void http_cancel(struct job *job)
{
    uint32_t serial = job->serial;
    while (job_lives(job, serial) && job->exchanges != NULL) {
        struct http_exchange *exchange = job->exchanges;
        struct http_verdict verdict = {.outcome = VMM_OUTCOME_CANCELLED, .detail = "cancelled"};
        if (exchange->on_wire) {
            trace_leg(exchange, &verdict);
        }
        const struct leg_times times = {exchange->leg.begin_wall_us, 0};
        detach(exchange);
        deliver(exchange, &verdict, &times);
        http_pool_give(exchange);
    }
}

void http_drop(struct job *job)
{
    while (job->exchanges != NULL) {
        struct http_exchange *exchange = job->exchanges;
        detach(exchange);
        http_pool_give(exchange);
    }
    http_close_kept(job);
}
