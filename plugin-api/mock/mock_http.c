/* SPDX-License-Identifier: MIT */
/* Recorded answers of HTTP. */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_MAX    (1u << 20) /* what max_bytes 0 means */
#define KNOWN_FLAGS 4095u      /* VMM_HTTP_MORE to VMM_HTTP_COMPRESSED */

/* ---- The script ---- */

struct vmm_mock_answer mock_answer_whole(const struct vmm_mock_answer *answer)
{
    struct vmm_mock_answer whole = *answer;
    bool counts = answer->body_size > 0 || answer->body == NULL;
    whole.headers = answer->headers == NULL ? "" : answer->headers;
    whole.body_size = counts ? answer->body_size : strlen(answer->body);
    whole.latency_ms = answer->latency_ms == 0 ? 10 : answer->latency_ms;
    whole.rung = answer->rung == 0 ? VMM_RUNG_ANSWER : answer->rung;
    whole.status = answer->status == 0 && answer->outcome == VMM_OUTCOME_OK ? 200 : answer->status;
    whole.version = answer->version == 0 && whole.status != 0 ? 11 : answer->version;
    return whole;
}

static struct mock_script *script_create(const struct vmm_mock_answer *answer)
{
    struct mock_script *script = mock_alloc(sizeof(*script));
    struct vmm_mock_answer *a = &script->answer;
    *a = *answer;
    a->method = answer->method == NULL ? NULL : mock_string(answer->method);
    char *target = answer->target == NULL ? NULL : mock_string(answer->target);
    if (target != NULL && target[0] != '\0' && target[strlen(target) - 1] == '*') {
        target[strlen(target) - 1] = '\0';
        script->prefix = true;
    }
    a->target = target;
    a->headers = mock_string(answer->headers);
    a->status_line = answer->status_line == NULL ? NULL : mock_string(answer->status_line);
    a->tls_subject = answer->tls_subject == NULL ? NULL : mock_string(answer->tls_subject);
    a->detail = answer->detail == NULL ? NULL : mock_string(answer->detail);
    *a = mock_answer_whole(a);
    a->body = mock_copy(answer->body, a->body_size);
    return script;
}

static void script_append(struct mock_script **list, const struct vmm_mock_answer *answer)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }
    *list = script_create(answer);
}

void vmm_mock_answer(struct vmm_mock *mock, const struct vmm_mock_answer *answer)
{
    script_append(&mock->expected, answer);
}

void vmm_mock_serve(struct vmm_mock *mock, const struct vmm_mock_answer *answer)
{
    script_append(&mock->served, answer);
}

size_t vmm_mock_unasked(const struct vmm_mock *mock)
{
    size_t count = 0;
    for (const struct mock_script *s = mock->expected; s != NULL; s = s->next) {
        count += s->used ? 0 : 1;
    }
    return count;
}

static bool is_tls(const struct vmm_mock_request *request)
{
    return (request->flags & VMM_HTTP_TLS) != 0;
}

static bool script_matches(const struct mock_script *script, const struct vmm_mock_request *request)
{
    const struct vmm_mock_answer *a = &script->answer;
    if (a->method != NULL && strcmp(a->method, request->method) != 0) {
        return false;
    }
    if ((a->port != 0 && a->port != request->port) || (a->tls && !is_tls(request))) {
        return false;
    }
    if (a->target == NULL) {
        return true;
    }
    return script->prefix ? strncmp(a->target, request->target, strlen(a->target)) == 0
                          : strcmp(a->target, request->target) == 0;
}

/* The answer that is expected next, when it is this request's. */
static const struct mock_script *take_expected(struct vmm_mock *mock,
                                               const struct vmm_mock_request *request,
                                               const struct mock_script **due)
{
    struct mock_script *next = mock->expected;
    while (next != NULL && next->used) {
        next = next->next;
    }
    *due = next;
    if (next == NULL || !script_matches(next, request)) {
        return NULL;
    }
    next->used = true;
    return next;
}

/* One that is served, else none and a complaint. */
static const struct mock_script *take_served(struct vmm_mock *mock,
                                             const struct vmm_mock_request *request,
                                             const struct mock_script *next)
{
    for (struct mock_script *s = mock->served; s != NULL; s = s->next) {
        if (script_matches(s, request)) {
            return s;
        }
    }
    mock_complain(mock, "unexpected request: %s %s%s%s", request->method, request->target,
                  next != NULL && next->answer.target != NULL ? ", expected was " : "",
                  next != NULL && next->answer.target != NULL ? next->answer.target : "");
    return NULL;
}

/* ---- Requests ---- */

bool mock_headers_are_lines(const char *headers)
{
    while (headers != NULL && *headers != '\0') {
        const char *end = strstr(headers, "\r\n");
        const char *colon = strchr(headers, ':');
        if (end == NULL || colon == NULL || colon > end || colon == headers) {
            return false;
        }
        headers = end + 2;
    }
    return true;
}

/* A PUT may begin a session, and says so. */
static bool is_method(const struct vmm_http_request *r)
{
    const char *method = r->method == NULL ? "" : r->method;
    bool session = strcmp(method, "PUT") == 0 && (r->flags & VMM_HTTP_SAFE) != 0;
    return session || strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "POST") == 0;
}

static const char *wrong_request(const struct vmm_http_request *r)
{
    if (r->struct_size != sizeof(*r)) {
        return "struct_size";
    }
    if (!is_method(r)) {
        return "method";
    }
    if (r->target == NULL || r->target[0] != '/') {
        return "a target that is no path";
    }
    for (const unsigned char *c = (const unsigned char *)r->target; *c != '\0'; c++) {
        if (*c <= ' ' || *c == 127) {
            return "a target with a space or control character";
        }
    }
    if (!mock_headers_are_lines(r->headers)) {
        return "headers that are not lines ended by CR LF";
    }
    if (r->body_size > 0 && strcmp(r->method, "POST") != 0) {
        return "a body without POST";
    }
    if ((r->flags & VMM_HTTP_TLS) != 0 && (r->flags & VMM_HTTP_NO_LOGIN) == 0) {
        return "TLS that nobody has asked for, with a login";
    }
    if (r->tls != NULL && r->tls->struct_size != sizeof(*r->tls)) {
        return "struct_size of its tls";
    }
    return (r->flags & ~KNOWN_FLAGS) != 0 ? "flags" : NULL;
}

/* Whether a template puts the password into a request. */
static bool shows_password(const struct vmm_http_request *r)
{
    static const char word[] = MOCK_PASSWORD;
    if ((r->flags & VMM_HTTP_TEMPLATE) == 0) {
        return false;
    }
    return strstr(r->target, word) != NULL || (r->headers != NULL && strstr(r->headers, word)) ||
           (r->body_size > 0 && memmem(r->body, r->body_size, word, sizeof(word) - 1) != NULL);
}

static int may_request(struct vmm_job *job, const struct vmm_http_request *request)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished || job->taken_back) {
        mock_complain(mock, "a request after %s", job->taken_back ? "cancel()" : "finish()");
        return VMM_E_STATE;
    }
    const char *wrong = wrong_request(request);
    if (wrong != NULL) {
        mock_complain(mock, "request: %s", wrong);
        return VMM_E_INVAL;
    }
    if (mock_http_is_open(job)) {
        mock_complain(mock, "a second request while one is under way");
        return VMM_E_DENIED;
    }
    if (mock_net_count(job) >= job->allowed) {
        return VMM_E_DENIED;
    }
    bool knows_login = mock->device.request != NULL; /* and says so by itself */
    if (!knows_login && shows_password(request) && (job->no_credential || job->no_login)) {
        return job->no_credential ? VMM_E_AUTH : VMM_E_DENIED;
    }
    return mock_call(mock);
}

static void keep_request(struct vmm_mock_request *kept, const struct vmm_http_request *request)
{
    kept->flags = request->flags;
    kept->method = mock_string(request->method);
    kept->target = mock_string(request->target);
    kept->headers = mock_string(request->headers);
    kept->body = mock_copy(request->body, request->body_size);
    kept->body_size = request->body_size;
    kept->timeout_ms = request->timeout_ms;
    kept->max_bytes = request->max_bytes;
    kept->port = request->port;
    kept->connect_timeout_ms = request->connect_timeout_ms;
    kept->proxy = request->proxy == NULL ? NULL : mock_string(request->proxy);
    if (request->tls != NULL) {
        kept->tls_min = request->tls->min_version;
        kept->server_name = mock_string(request->tls->server_name);
        kept->ca_file = mock_string(request->tls->ca_file);
        kept->cert_file = mock_string(request->tls->cert_file);
        kept->key_file = mock_string(request->tls->key_file);
    }
}

/* What the plugin gets, with what the request itself limits: its time and the size of the body. */
static void settle_answer(struct mock_exchange *x)
{
    static const struct vmm_mock_answer refused = {.outcome = VMM_OUTCOME_UNREACHABLE,
                                                   .rung = VMM_RUNG_CONNECT,
                                                   .headers = "",
                                                   .body = "",
                                                   .latency_ms = 1,
                                                   .detail = "nobody expected this request"};
    if (x->kept.body == NULL) {
        x->given = x->script == NULL ? refused : x->script->answer;
    }
    uint32_t limit = x->request.timeout_ms;
    if (limit > 0 && x->given.latency_ms > limit) {
        x->given = (struct vmm_mock_answer){.outcome = VMM_OUTCOME_TIMEOUT,
                                            .rung = VMM_RUNG_ANSWER,
                                            .headers = "",
                                            .body = "",
                                            .latency_ms = limit,
                                            .detail = "no answer within the time"};
    }
    size_t most = x->request.max_bytes == 0 ? BODY_MAX : x->request.max_bytes;
    if (strcmp(x->request.method, "HEAD") == 0) {
        x->given.body_size = 0;
    }
    if (x->given.body_size > most) {
        x->given.body_size = most;
        x->given.flags |= VMM_HTTP_CUT;
    }
}

/* Whether the next request may go over the same connection. */
static bool is_kept(const struct mock_exchange *x)
{
    bool closes = strcasestr(x->given.headers, "Connection: close") != NULL;
    return x->given.outcome == VMM_OUTCOME_OK && !closes && (x->request.flags & VMM_HTTP_MORE) != 0;
}

/* The credential went out over it: the device took it, or refused it. */
static bool had_login(const struct mock_exchange *x)
{
    const struct vmm_mock_answer *given = &x->given;
    bool refused = given->outcome == VMM_OUTCOME_AUTH &&
                   given->reason != VMM_REASON_CREDENTIAL_MISSING &&
                   (given->flags & VMM_HTTP_LOGIN_BARRED) == 0;
    return given->login || (refused && (x->request.flags & VMM_HTTP_NO_LOGIN) == 0);
}

/* What the answer began with, in memory of its exact size; NULL when none came. */
static char *status_line_of(const struct vmm_mock_answer *given)
{
    char line[32];
    snprintf(line, sizeof(line), "HTTP/%u.%u %u", given->version / 10, given->version % 10,
             given->status);
    if (given->status == 0) {
        return NULL;
    }
    return mock_string(given->status_line != NULL ? given->status_line : line);
}

/* The answer in memory of its exact size, gone after the call. */
static void fire_answer(struct vmm_mock *mock, struct mock_event *event)
{
    struct mock_exchange *x = (struct mock_exchange *)event;
    const struct vmm_mock_answer *given = &x->given;
    char *headers = mock_string(given->headers);
    uint8_t *body = mock_copy(given->body, given->body_size);
    char *detail = given->detail == NULL ? NULL : mock_string(given->detail);
    char *subject = given->tls_subject == NULL ? NULL : mock_string(given->tls_subject);
    char *status_line = status_line_of(given);
    struct vmm_http_answer answer = {
        .struct_size = sizeof(answer),
        .outcome = given->outcome,
        .rung = given->rung,
        .reason = given->reason,
        .status = given->status,
        .flags = given->flags,
        .headers = headers,
        .headers_size = strlen(headers),
        .body = body,
        .body_size = given->body_size,
        .sent_wall_us = x->sent_wall_us,
        .received_wall_us = mock->host.wall_us(mock->host.context),
        .total_us = mock->now_us - x->sent_us,
        .detail = detail,
        .tls_until_s = given->tls_until_s,
        .tls_subject = subject,
        .connections = x->job != NULL ? x->job->result.connections : 0,
        .version = given->version,
        .connect_us = given->connect_us,
        .status_line = status_line,
    };
    x->open = false;
    if (x->job != NULL) {
        x->job->kept = is_kept(x);
        x->job->login_tried = x->job->login_tried || had_login(x);
    }
    x->done(x->arg, &answer);
    free(headers);
    free(body);
    free(detail);
    free(subject);
    free(status_line);
}

/* Who answers: what is expected, else the device that is played, else what is served. */
static int find_answer(struct vmm_mock *mock, struct mock_exchange *x)
{
    const struct mock_script *due = NULL;
    x->script = take_expected(mock, &x->request, &due);
    if (x->script != NULL) {
        return 0;
    }
    if (mock->device.request != NULL && x->job != NULL) {
        return mock_device_answer(mock, x);
    }
    x->script = take_served(mock, &x->request, due);
    return 0;
}

int mock_http_start(struct vmm_mock *mock, struct mock_exchange *x, vmm_http_fn done, void *arg)
{
    x->event.fire = fire_answer;
    x->next = mock->exchanges;
    mock->exchanges = x;
    mock->request_count++;
    x->done = done;
    x->arg = arg;
    x->sent_us = mock->now_us;
    x->sent_wall_us = mock->host.wall_us(mock->host.context);
    int rc = find_answer(mock, x);
    if (rc != 0) {
        return rc;
    }
    x->open = true;
    settle_answer(x);
    mock_event_add(mock, &x->event, (uint64_t)x->given.latency_ms * 1000);
    return 0;
}

/* A request goes over the connection that the one before has kept to the same place, or opens another. */
static void count_connection(struct vmm_job *job, const struct vmm_mock_request *request)
{
    bool same = job->kept && job->kept_port == request->port && job->kept_tls == is_tls(request);
    job->result.connections += same ? 0 : 1;
    job->kept_port = request->port;
    job->kept_tls = is_tls(request);
}

/* What is left of the look counts too, so that a request's end is told before the look is taken back. */
static uint32_t left_ms(const struct vmm_job *job, uint32_t timeout_ms)
{
    uint64_t end = job->deadline.due_us > 1000 ? job->deadline.due_us - 1000 : 0;
    uint64_t left = end > job->mock->now_us ? (end - job->mock->now_us) / 1000 : 0;
    return timeout_ms > 0 && timeout_ms < left ? timeout_ms : (uint32_t)left;
}

static int http_request(struct vmm_job *job, const struct vmm_http_request *request,
                        vmm_http_fn done, void *arg)
{
    int rc = may_request(job, request);
    if (rc != 0) {
        return rc;
    }
    struct mock_exchange *x = mock_alloc(sizeof(*x));
    x->job = job;
    job->login_tried = job->login_tried || shows_password(request);
    keep_request(&x->request, request);
    x->request.left_ms = left_ms(job, request->timeout_ms);
    count_connection(job, &x->request);
    return mock_http_start(job->mock, x, done, arg);
}

const struct vmm_http_host mock_http_host = {
    .struct_size = sizeof(struct vmm_http_host),
    .request = http_request,
};

size_t vmm_mock_request_count(const struct vmm_mock *mock)
{
    return mock->request_count;
}

const struct vmm_mock_request *vmm_mock_request(const struct vmm_mock *mock, size_t place)
{
    size_t at = mock->request_count;
    for (const struct mock_exchange *x = mock->exchanges; x != NULL; x = x->next) {
        at--;
        if (at == place) {
            return &x->request;
        }
    }
    return NULL;
}

bool mock_http_is_open(const struct vmm_job *job)
{
    for (const struct mock_exchange *x = job->mock->exchanges; x != NULL; x = x->next) {
        if (x->job == job && x->open) {
            return true;
        }
    }
    return false;
}

void mock_http_stop(struct vmm_job *job, bool told)
{
    struct vmm_mock *mock = job->mock;
    for (struct mock_exchange *x = mock->exchanges; x != NULL; x = x->next) {
        if (x->job != job || !x->open) {
            continue;
        }
        mock_event_remove(mock, &x->event);
        mock_device_forget(x);
        x->given =
            (struct vmm_mock_answer){.outcome = VMM_OUTCOME_CANCELLED, .headers = "", .body = ""};
        x->open = told;
        if (told) {
            mock_event_add(mock, &x->event, 0);
        }
    }
}

static void scripts_release(struct mock_script *list)
{
    while (list != NULL) {
        struct mock_script *next = list->next;
        free((void *)list->answer.method);
        free((void *)list->answer.target);
        free((void *)list->answer.headers);
        free((void *)list->answer.tls_subject);
        free((void *)list->answer.status_line);
        free((void *)list->answer.body);
        free((void *)list->answer.detail);
        free(list);
        list = next;
    }
}

void mock_http_release(struct vmm_mock *mock)
{
    scripts_release(mock->expected);
    scripts_release(mock->served);
    for (struct mock_exchange *x = mock->exchanges; x != NULL;) {
        struct mock_exchange *next = x->next;
        free((void *)x->request.method);
        free((void *)x->request.target);
        free((void *)x->request.headers);
        free((void *)x->request.body);
        free((void *)x->request.ca_file);
        free((void *)x->request.cert_file);
        free((void *)x->request.key_file);
        free((void *)x->request.server_name);
        mock_device_forget(x);
        free(x);
        x = next;
    }
}
