/* SPDX-License-Identifier: MIT */
#include "host/sink_http.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "host/curl_loop.h"
#include "host/sink_call.h"
#include "host/sized.h"
#include "host/table.h"
#include "host/tls.h"

struct sink_http {
    struct curl_loop *curl;
    const struct origins *origins;
    char *ca_file;
    struct sink_call *calls;
    uint32_t count;
    void (*on_change)(void *arg);
    void *arg;
};

/* ---- The answer ---- */

static void detach(struct sink_call *call)
{
    struct sink_call **at = &call->http->calls;
    while (*at != call) {
        at = &(*at)->next;
    }
    *at = call->next;
    call->http->count--;
    curl_loop_remove(call->http->curl, call->easy);
}

static void deliver(struct sink_call *call, const struct http_verdict *verdict)
{
    curl_off_t before = 0;
    curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &before);
    struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                     .outcome = verdict->outcome,
                                     .rung = verdict->rung,
                                     .reason = verdict->reason,
                                     .status = call->status,
                                     .flags = verdict->flags,
                                     .headers = buf_cstr(&call->headers),
                                     .headers_size = call->headers.size,
                                     .body = (const uint8_t *)buf_cstr(&call->content),
                                     .body_size = call->content.size,
                                     .sent_wall_us = call->begin_wall_us + before,
                                     .received_wall_us = call->received_wall_us,
                                     .total_us = clock_mono_us() - call->begin_us,
                                     .detail = verdict->detail};
    call->done(call->arg, &answer);
}

static void on_done(void *owner, CURLcode code)
{
    struct sink_call *call = owner;
    struct sink_http *http = call->http;
    struct http_verdict verdict = sink_call_verdict(call, code);
    detach(call);
    deliver(call, &verdict);
    sink_call_destroy(call);
    http->on_change(http->arg);
}

/* ---- What the plugin asks ---- */

static int check(const struct vmm_http_send *send)
{
    bool is_method = send->method != NULL &&
                     (strcmp(send->method, "POST") == 0 || strcmp(send->method, "PUT") == 0);
    if (!is_method || send->url == NULL || (send->body == NULL && send->body_size > 0)) {
        return VMM_E_INVAL;
    }
    return send->body_size > VMM_HTTP_SEND_MAX ? VMM_E_TOOBIG : 0;
}

/* The URL in the form in which it will be used, when the plugin may go there. */
static int parse(const struct sink_http *http, const char *text, CURLU **out)
{
    char origin[ORIGIN_SIZE];
    CURLU *url = origin_parse(text);
    int rc = url != NULL ? origin_of(url, origin) : VMM_E_INVAL;
    if (rc == 0 && !origins_have(http->origins, origin)) {
        rc = VMM_E_DENIED;
    }
    if (rc != 0) {
        curl_url_cleanup(url);
        return rc;
    }
    *out = url;
    return 0;
}

static int start(struct sink_http *http, struct sink_call *call)
{
    int rc = curl_loop_add(http->curl, call->easy);
    if (rc == 0) {
        call->http = http;
        call->next = http->calls;
        http->calls = call;
        http->count++;
    }
    return rc;
}

static int sink_send(struct vmm_context *context, const struct vmm_http_send *given,
                     vmm_http_fn done, void *arg)
{
    struct sink_http *http = context->sink_http;
    struct vmm_http_send send;
    CURLU *url = NULL;
    struct sink_call *call = NULL;
    table_require_loop(context);
    if (given == NULL || done == NULL) {
        return VMM_E_INVAL;
    }
    sized_copy(&send, sizeof(send), given);
    int rc = check(&send);
    if (rc == 0 && http->count >= VMM_HTTP_SENDS_MAX) {
        rc = VMM_E_AGAIN;
    }
    if (rc == 0) {
        rc = parse(http, send.url, &url);
    }
    if (rc == 0) {
        rc = sink_call_create(&send, url, http->ca_file, &call);
    }
    if (rc == 0) {
        call->done = done;
        call->arg = arg;
        rc = start(http, call);
    }
    if (rc != 0) {
        sink_call_destroy(call);
    }
    return rc;
}

const struct vmm_http_host sink_http_host = {.struct_size = sizeof(struct vmm_http_host),
                                             .send = sink_send};

/* ---- Life ---- */

struct sink_http *sink_http_create(struct event_base *base, const struct origins *origins,
                                   const char *ca_file, void (*on_change)(void *arg), void *arg)
{
    struct sink_http *http = calloc(1, sizeof(*http));
    if (http == NULL) {
        return NULL;
    }
    http->origins = origins;
    http->on_change = on_change;
    http->arg = arg;
    http->ca_file = tls_trusted_file(ca_file);
    http->curl = curl_loop_create(base, on_done);
    if (http->ca_file == NULL || http->curl == NULL) {
        sink_http_destroy(http);
        return NULL;
    }
    return http;
}

void sink_http_destroy(struct sink_http *http)
{
    if (http == NULL) {
        return;
    }
    while (http->calls != NULL) {
        struct sink_call *call = http->calls;
        detach(call);
        sink_call_destroy(call);
    }
    curl_loop_destroy(http->curl);
    free(http->ca_file);
    free(http);
}

uint32_t sink_http_count(const struct sink_http *http)
{
    return http->count;
}
