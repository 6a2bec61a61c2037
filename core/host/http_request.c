/* SPDX-License-Identifier: MIT */
/* What a plugin may ask for, and the host's own copy of it. */
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

#include "host/http_exchange.h"
#include "host/http_proxy.h"
#include "host/http_target.h"
#include "host/http_template.h"
#include "host/http_tls.h"

#define BODY_MAX (256u << 10)

static bool is_method(const struct vmm_http_request *request)
{
    const char *method = request->method;
    if (method == NULL) {
        return false;
    }
    if (strcmp(method, "POST") == 0) {
        return request->body != NULL || request->body_size == 0;
    }
    if (strcmp(method, "PUT") == 0 && (request->flags & VMM_HTTP_SAFE) == 0) {
        return false; /* it may begin a session, and nothing else */
    }
    return (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
            strcmp(method, "PUT") == 0) &&
           request->body_size == 0;
}

/* What the host alone may say about a connection and a message. */
static bool is_own_line(const char *line)
{
    static const char *const names[] = {
        "Host:", "Content-Length:", "Transfer-Encoding:", "Connection:", "Expect:"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strncasecmp(line, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* One "Name: value" with its NUL in place of the line break. */
static int add_line(struct http_exchange *exchange, const char *line, size_t size)
{
    size_t begin = exchange->lines.size;
    const struct login *login = &exchange->job->login;
    const struct http_secrets secrets = {login->user, login->password};
    int rc = 0;
    if ((exchange->flags & VMM_HTTP_TEMPLATE) != 0) {
        rc = http_template_fill(line, size, HTTP_PLACE_HEADER, &secrets, &exchange->lines,
                                &exchange->shows_secret);
    } else {
        buf_add(&exchange->lines, line, size);
    }
    buf_char(&exchange->lines, '\0');
    if (rc != 0 || buf_failed(&exchange->lines)) {
        return rc != 0 ? rc : VMM_E_NOMEM;
    }
    const char *copy = (const char *)exchange->lines.data + begin;
    return strchr(copy, ':') == NULL || strpbrk(copy, "\r\n") != NULL || is_own_line(copy)
               ? VMM_E_INVAL
               : 0;
}

static int copy_lines(struct http_exchange *exchange, const char *headers)
{
    size_t count = 0;
    int rc = 0;
    while (headers != NULL && *headers != '\0' && rc == 0) {
        size_t size = strcspn(headers, "\r\n");
        rc = ++count > HTTP_LINES_MAX - 3 ? VMM_E_TOOBIG : add_line(exchange, headers, size);
        headers += size;
        headers += *headers == '\r' ? 1 : 0;
        headers += *headers == '\n' ? 1 : 0;
    }
    return rc;
}

static int fill(struct http_exchange *exchange, const void *text, size_t size,
                enum http_place place, struct buf *out)
{
    const struct login *login = &exchange->job->login;
    const struct http_secrets secrets = {login->user, login->password};
    if ((exchange->flags & VMM_HTTP_TEMPLATE) != 0) {
        bool *shows = place == HTTP_PLACE_SHOWN ? NULL : &exchange->shows_secret;
        return http_template_fill(text, size, place, &secrets, out, shows);
    }
    buf_add(out, text, size);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

/* How words are written in the body: as its Content-Type reads it. */
static enum http_place body_place(const struct http_exchange *exchange)
{
    static const char name[] = "Content-Type:";
    const struct buf *lines = &exchange->lines;
    const char *line = NULL;
    for (size_t at = 0; at < lines->size; at += strlen(line) + 1) {
        line = (const char *)lines->data + at;
        if (strncasecmp(line, name, sizeof(name) - 1) != 0) {
            continue;
        }
        if (strcasestr(line, "json") != NULL) {
            return HTTP_PLACE_JSON;
        }
        return strcasestr(line, "x-www-form-urlencoded") != NULL ? HTTP_PLACE_TARGET
                                                                 : HTTP_PLACE_BODY;
    }
    return HTTP_PLACE_BODY;
}

int http_request_copy(struct http_exchange *exchange, const struct vmm_http_request *request)
{
    size_t size = strlen(request->target);
    int rc = http_tls_copy(exchange, request->tls);
    if (rc == 0) {
        rc = http_proxy_copy(exchange, request->proxy);
    }
    if (rc == 0) {
        rc = fill(exchange, request->target, size, HTTP_PLACE_TARGET, &exchange->target);
    }
    if (rc == 0) {
        rc = fill(exchange, request->target, size, HTTP_PLACE_SHOWN, &exchange->shown);
    }
    http_target_hide(&exchange->shown);
    if (rc == 0 &&
        !http_target_is_valid((const char *)exchange->target.data, exchange->target.size)) {
        rc = VMM_E_INVAL;
    }
    if (rc == 0) {
        rc = copy_lines(exchange, request->headers);
    }
    if (rc == 0 && request->body_size > 0) {
        rc = fill(exchange, request->body, request->body_size, body_place(exchange),
                  &exchange->body);
    }
    if (rc == 0 && request->body_size > 0 && exchange->job->order.captures != 0) {
        rc = fill(exchange, request->body, request->body_size, HTTP_PLACE_SHOWN, &exchange->asked);
    }
    if (rc == 0 && exchange->shows_secret) {
        rc = login_may_show(&exchange->job->login);
    }
    return rc;
}

int http_request_check(const struct job *job, const struct vmm_http_request *request)
{
    if (request->target == NULL || !is_method(request) || request->port > UINT16_MAX) {
        return VMM_E_INVAL;
    }
    bool asks_tls = (request->flags & VMM_HTTP_TLS) != 0;
    if (asks_tls && (request->flags & VMM_HTTP_NO_LOGIN) == 0) {
        return VMM_E_INVAL; /* the key is nobody's: no password goes there */
    }
    if (request->body_size > BODY_MAX) {
        return VMM_E_TOOBIG;
    }
    if (job->phase != JOB_RUNNING) {
        return VMM_E_STATE;
    }
    return job_may_connect(job) ? 0 : VMM_E_DENIED;
}
