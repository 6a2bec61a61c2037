/* SPDX-License-Identifier: MIT */
#include "course.h"

#include <stdio.h>
#include <string.h>

#include "host/http_retry.h"

#define LEGS_MAX      16 /* of one request; more would be without end */
#define BODY_BYTES    (1u << 20)
#define REPEAT_RANDOM 0u /* the shortest wait before the repeat */

void course_init(struct course *course)
{
    struct http_exchange *x = &course->exchange;
    memset(x, 0, sizeof(*x));
    struct buf *const bufs[] = {&x->target, &x->shown,   &x->lines,  &x->body,
                                &x->asked,  &x->headers, &x->content};
    for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
        buf_init(bufs[i]);
    }
}

void course_finish(struct course *course)
{
    struct http_exchange *x = &course->exchange;
    struct buf *const bufs[] = {&x->target, &x->shown,   &x->lines,  &x->body,
                                &x->asked,  &x->headers, &x->content};
    for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++) {
        buf_finish(bufs[i]);
    }
}

static struct vmm_http_request request_of(const struct vmm_mock_request *asked)
{
    return (struct vmm_http_request){.struct_size = sizeof(struct vmm_http_request),
                                     .flags = asked->flags,
                                     .method = asked->method,
                                     .target = asked->target,
                                     .headers = asked->headers,
                                     .body = asked->body,
                                     .body_size = asked->body_size,
                                     .timeout_ms = asked->timeout_ms,
                                     .max_bytes = asked->max_bytes,
                                     .port = asked->port};
}

static int prepare(struct http_exchange *exchange, struct job *job,
                   const struct vmm_mock_request *asked)
{
    struct vmm_http_request request = request_of(asked);
    int rc = http_request_check(job, &request);
    if (rc != 0) {
        return rc;
    }
    exchange->job = job;
    exchange->flags = asked->flags;
    exchange->max_bytes = asked->max_bytes > 0 ? asked->max_bytes : BODY_BYTES;
    exchange->port = asked->port;
    snprintf(exchange->method, sizeof(exchange->method), "%s", asked->method);
    return http_request_copy(exchange, &request);
}

/* ---- Legs ---- */

static void count_login(struct http_exchange *exchange, bool was_sent)
{
    if (was_sent && (exchange->has_authorization || exchange->shows_secret)) {
        login_sent(&exchange->job->login);
        exchange->secret_went_out = true;
        exchange->job->shows_secret |= exchange->shows_secret;
    }
}

static struct http_verdict judge(struct http_exchange *exchange, const struct wire_end *end)
{
    const struct http_leg *leg = &exchange->leg;
    struct http_verdict verdict = {.outcome = VMM_OUTCOME_OK, .rung = VMM_RUNG_ANSWER};
    if (!end->part_done) {
        verdict = http_outcome(&end->end);
    }
    count_login(exchange, end->was_sent);
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

static struct http_verdict run_leg(struct http_exchange *exchange, struct wire *wire,
                                   uint64_t end_us)
{
    uint64_t begin_us = wire->now_us;
    exchange->leg = (struct http_leg){.begin_us = wire->now_us, .begin_wall_us = wire->wall_us};
    buf_clear(&exchange->headers);
    buf_clear(&exchange->content);
    if (exchange->has_authorization && http_auth_write(exchange) != 0) {
        return (struct http_verdict){.outcome = VMM_OUTCOME_INTERNAL,
                                     .reason = VMM_REASON_INTERNAL};
    }
    struct wire_end end = wire_leg(wire, exchange, end_us);
    job_count_request(exchange->job, wire->now_us - begin_us);
    return judge(exchange, &end);
}

/* The wait before the one repeat, or 0. */
static uint64_t repeat_delay(const struct http_exchange *exchange,
                             const struct http_verdict *verdict, uint64_t left_us)
{
    bool is_safe = strcmp(exchange->method, "POST") != 0 || (exchange->flags & VMM_HTTP_SAFE) != 0;
    struct http_attempt attempt = {.is_safe = is_safe,
                                   .went_with_secret = exchange->secret_went_out,
                                   .repeats = exchange->repeats,
                                   .left_us = left_us};
    return verdict->is_repeatable && (exchange->flags & VMM_HTTP_ONCE) == 0
               ? http_retry_delay_us(&attempt, verdict, REPEAT_RANDOM)
               : 0;
}

/* Prepare the leg after this one; false: this one's answer is the request's. */
static bool goes_on(struct http_exchange *exchange, const struct http_verdict *verdict,
                    struct wire *wire, uint64_t end_us)
{
    bool is_read = exchange->leg.headers_done && verdict->outcome != VMM_OUTCOME_TIMEOUT;
    if (exchange->leg.next == HTTP_NEXT_LOGIN && is_read) {
        exchange->has_authorization = true;
        return true;
    }
    if (exchange->leg.next != HTTP_NEXT_FOLLOW || !is_read) {
        uint64_t left = end_us > wire->now_us ? end_us - wire->now_us : 0;
        uint64_t delay = repeat_delay(exchange, verdict, left);
        if (delay == 0) {
            return false;
        }
        exchange->repeats++;
        wire_wait(wire, delay);
    }
    exchange->has_authorization = http_auth_begin(exchange);
    return true;
}

static void tell(struct http_exchange *exchange, const struct http_verdict *verdict,
                 uint64_t took_us, struct vmm_mock_answer *answer)
{
    *answer =
        (struct vmm_mock_answer){.outcome = verdict->outcome,
                                 .rung = verdict->rung,
                                 .reason = verdict->reason,
                                 .status = exchange->leg.status,
                                 .flags = verdict->flags,
                                 .headers = buf_cstr(&exchange->headers),
                                 .body = exchange->content.size > 0 ? exchange->content.data : NULL,
                                 .body_size = exchange->content.size,
                                 .latency_ms = took_us >= 1000 ? (uint32_t)(took_us / 1000) : 1,
                                 .detail = verdict->detail};
}

int course_run(struct course *course, struct job *job, struct wire *wire,
               const struct vmm_mock_request *asked, struct vmm_mock_answer *answer)
{
    course_finish(course);
    course_init(course);
    struct http_exchange *exchange = &course->exchange;
    int rc = prepare(exchange, job, asked);
    if (rc != 0) {
        return rc;
    }
    uint64_t begin_us = wire->now_us;
    uint64_t end_us = begin_us + asked->left_ms * UINT64_C(1000);
    exchange->has_authorization = http_auth_begin(exchange);
    struct http_verdict verdict = run_leg(exchange, wire, end_us);
    for (int legs = 1; legs < LEGS_MAX && goes_on(exchange, &verdict, wire, end_us); legs++) {
        verdict = run_leg(exchange, wire, end_us);
    }
    tell(exchange, &verdict, wire->now_us - begin_us, answer);
    return 0;
}
