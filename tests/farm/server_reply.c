/* SPDX-License-Identifier: MIT */
/* The bytes of a reply: body, then head; HTTP/1.1 or RTSP/1.0, with the personality's quirks. */
#include "farm/server.h"

#include "farm/dvrip.h"
#include "farm/fault.h"
#include "farm/rng.h"

#include <ctype.h>
#include <string.h>

#define GARBAGE_BYTES 512
#define FRAME_HEAD    4

/* Appends "NAME: " as the personality writes header names. */
static void put_name(struct out *head, enum answer_case how, const char *name)
{
    size_t start = head->len;
    out_text(head, name);
    out_text(head, ": ");
    for (size_t i = start; how != CASE_AS_WRITTEN && i < head->len; i++) {
        unsigned char c = (unsigned char)head->data[i];
        head->data[i] = (char)(how == CASE_LOWER ? tolower(c) : toupper(c));
    }
}

static void put_status_line(struct out *head, const struct service *service,
                            const struct server_plan *plan)
{
    const char *reason =
        plan->status == plan->answer->status ? plan->answer->reason : answer_reason(plan->status);
    const struct personality *personality = service->personality;
    out_text(head, personality->rtsp ? "RTSP/1.0 " : personality->old ? "HTTP/1.0 " : "HTTP/1.1 ");
    out_number(head, plan->status);
    out_text(head, " ");
    out_text(head, reason);
    out_text(head, "\r\n");
}

static void put_cseq(struct out *head, const struct personality *personality,
                     const struct message *message)
{
    uint64_t number = 0;
    if (personality->cseq == CSEQ_NONE || message->cseq.len == 0) {
        return;
    }
    put_name(head, personality->header_case, "CSeq");
    if (personality->cseq == CSEQ_WRONG && slice_number(message->cseq, &number)) {
        out_number(head, (int64_t)number + 7);
    } else {
        out_slice(head, message->cseq);
    }
    out_text(head, personality->cseq == CSEQ_SPACES ? "  \r\n" : "\r\n");
}

static void put_headers(struct out *head, const struct answer *answer,
                        const struct template_input *input)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        out_slice(head, answer->headers[i].name);
        out_text(head, ": ");
        template_render(&answer->headers[i].value, input, head);
        out_text(head, "\r\n");
    }
}

static void put_challenge(struct out *head, const struct auth_challenge *challenge,
                          const char *nonce, bool stale)
{
    out_text(head, challenge->front);
    if (challenge->algorithm != NULL) {
        out_text(head, nonce);
        out_text(head, challenge->back);
        out_text(head, stale ? ", stale=true" : "");
    }
}

static void put_challenges(struct farm *farm, const struct server_caller *caller, bool stale)
{
    struct out *head = &farm->head;
    struct service *service = caller->service;
    const struct auth_policy *policy = &service->personality->auth;
    char nonce[NONCE_TEXT + 1] = "";
    if (service->nonces != NULL) {
        nonce_issue(service->nonces, farm->loop.now_us, caller->connection, nonce);
        service->device->counts.nonces_issued++;
    }
    for (size_t i = 0; i < policy->count; i++) {
        if (i == 0 || !policy->one_header) {
            put_name(head, service->personality->header_case, "WWW-Authenticate");
        }
        put_challenge(head, &policy->challenges[i], nonce, stale && policy->stale_flag);
        out_text(head, policy->one_header && i + 1 < policy->count ? ", " : "\r\n");
    }
}

/* RTSP data that nobody asked for, framed as RFC 2326 section 10.12 has it. */
static void put_junk(struct out *head, uint32_t bytes, uint64_t *rng)
{
    if (bytes == 0) {
        return;
    }
    const char frame[FRAME_HEAD] = {'$', 0, (char)(bytes >> 8), (char)bytes};
    out_bytes(head, frame, sizeof frame);
    for (uint32_t i = 0; i < bytes; i++) {
        char byte = (char)rng_next(rng);
        out_bytes(head, &byte, 1);
    }
}

/* Takes the CR off some of the head's line ends: every second, or all. */
static void drop_returns(struct out *head, enum personality_line_end how)
{
    size_t kept = 0;
    size_t lines = 0;
    for (size_t i = 0; i < head->len && how != LINE_END_CRLF; i++) {
        bool is_return = head->data[i] == '\r' && i + 1 < head->len && head->data[i + 1] == '\n';
        lines += is_return;
        if (!is_return || (how == LINE_END_MIXED && lines % 2 == 1)) {
            head->data[kept++] = head->data[i];
        }
    }
    head->len = how != LINE_END_CRLF ? kept : head->len;
}

/* The length that is claimed, which the faults may falsify, and the padding that goes with it. */
static uint64_t claimed_length(struct farm *farm, const struct device *device,
                               struct server_reply *reply)
{
    uint64_t length = farm->body.len;
    if (fault_is_on(device, FAULT_HUGE)) {
        uint64_t huge = (uint64_t)fault_value(device, FAULT_HUGE) * 1000000;
        reply->filler = huge > length ? huge - length : 0;
        length += reply->filler;
    }
    if (fault_is_on(device, FAULT_WRONG_LENGTH)) {
        int64_t wrong = (int64_t)length + fault_value(device, FAULT_WRONG_LENGTH);
        length = wrong > 0 ? (uint64_t)wrong : 0;
    }
    return length;
}

static void put_framing(struct farm *farm, const struct service *service,
                        const struct answer *answer, struct server_reply *reply)
{
    struct out *head = &farm->head;
    const struct personality *personality = service->personality;
    uint64_t length = claimed_length(farm, service->device, reply);
    reply->endless = fault_is_on(service->device, FAULT_ENDLESS);
    reply->end = answer->open_end ? END_KEEP : reply->end;
    if (answer->length && !reply->endless && (length > 0 || !personality->rtsp)) {
        put_name(head, personality->header_case, "Content-Length");
        out_number(head, (int64_t)length);
        out_text(head, "\r\n");
    }
    if (reply->end == END_CLOSE) {
        put_name(head, personality->header_case, "Connection");
        out_text(head, "close\r\n");
    }
    out_text(head, "\r\n");
}

static void apply_pace(const struct device *device, struct server_reply *reply)
{
    if (fault_is_on(device, FAULT_TRUNCATE)) {
        reply->pace = fault_value(device, FAULT_TRUNCATE) == 1 ? PACE_HALF_HEAD : PACE_HALF_BODY;
        reply->end = END_CLOSE;
    } else if (fault_is_on(device, FAULT_RESET)) {
        reply->pace = PACE_HALF_BODY;
        reply->end = END_RESET;
    } else if (fault_is_on(device, FAULT_SLOWLORIS)) {
        reply->pace = PACE_DRIP;
    }
}

static struct server_reply reply_garbage(struct farm *farm, struct device *device)
{
    for (int i = 0; i < GARBAGE_BYTES; i++) {
        char byte = (char)rng_next(&device->rng);
        out_bytes(&farm->body, &byte, 1);
    }
    return (struct server_reply){.end = END_CLOSE};
}

static void put_body(struct farm *farm, const struct server_plan *plan,
                     const struct message *message, const struct template_input *input)
{
    if (plan->answer->vivotek != NULL) {
        vivotek_answer(plan->answer->vivotek, message, plan->level, input, &farm->body);
    } else {
        template_render(&plan->answer->body, input, &farm->body);
    }
}

/* The answer as frames, all of them in the body; bytes that are no frame get none. */
static struct server_reply reply_frames(struct farm *farm, const struct server_caller *caller,
                                        const struct server_plan *plan,
                                        const struct message *message)
{
    struct service *service = caller->service;
    struct template_input input = device_template_input(service, farm->loop.wall_us);
    struct server_reply reply = {.end = plan->answer->close ? END_CLOSE : END_KEEP};
    struct out text = {0};
    if (message->path.len == 0) {
        return (struct server_reply){.end = END_CLOSE};
    }
    input.session = plan->opens_session ? server_session(caller) : caller->session;
    template_render(&plan->answer->body, &input, &text);
    dvrip_write(message, input.session, (struct slice){text.data, text.len},
                service->personality->packet, &farm->body);
    out_finish(&text);
    apply_pace(service->device, &reply);
    return reply;
}

struct server_reply server_reply(struct farm *farm, const struct server_caller *caller,
                                 const struct server_plan *plan, const struct message *message)
{
    struct service *service = caller->service;
    struct device *device = service->device;
    const struct personality *personality = service->personality;
    farm->head.len = 0;
    farm->body.len = 0;
    if (plan->what == SERVER_GARBAGE) {
        return reply_garbage(farm, device);
    }
    if (personality->dvrip) {
        return reply_frames(farm, caller, plan, message);
    }
    struct template_input input = device_template_input(service, farm->loop.wall_us);
    input.url = message->target;
    input.path = message->path;
    char nonce[NONCE_TEXT + 1];
    if (plan->answer->tells_nonce && service->nonces != NULL) {
        nonce_tell(service->nonces, farm->loop.now_us, caller->connection, nonce);
        input.nonce = nonce;
    }
    struct server_reply reply = {0};
    reply.end = plan->answer->close || message->close ? END_CLOSE : END_KEEP;
    put_body(farm, plan, message, &input);
    put_junk(&farm->head, personality->junk_before, &device->rng);
    put_status_line(&farm->head, service, plan);
    if (personality->rtsp) {
        put_cseq(&farm->head, personality, message);
    }
    put_headers(&farm->head, plan->answer, &input);
    if (plan->challenge) {
        put_challenges(farm, caller, plan->stale);
    }
    put_framing(farm, service, plan->answer, &reply);
    drop_returns(&farm->head, personality->line_end);
    if (message->method == METHOD_HEAD) {
        farm->body.len = 0;
        reply.filler = 0;
    }
    apply_pace(device, &reply);
    return reply;
}
