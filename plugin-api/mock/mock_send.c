/* SPDX-License-Identifier: MIT */
/* Requests of sinks: only to the addresses of their own settings. */
#include "mock/mock.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The length of scheme, host and port; 0 when it is no web address. */
static size_t origin_size(const char *url)
{
    size_t scheme = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
    size_t host = scheme > 0 ? strcspn(url + scheme, "/?#") : 0;
    return host > 0 ? scheme + host : 0;
}

static bool same_origin(const char *one, const char *other)
{
    size_t size = origin_size(one);
    return size > 0 && size == origin_size(other) && strncasecmp(one, other, size) == 0;
}

static bool is_url(const struct vmm_config_item *item)
{
    return item->type == VMM_CONFIG_URL ||
           (item->type == VMM_CONFIG_SECRET && (item->flags & VMM_CONFIG_IS_URL) != 0);
}

static bool names_origin(const struct vmm_config_item *const *items, const json_t *object,
                         const char *url)
{
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        const json_t *value = json_object_get(object, items[i]->name);
        const char *text = json_string_value(value);
        if (text != NULL && is_url(items[i]) && same_origin(text, url)) {
            return true;
        }
        if (items[i]->type == VMM_CONFIG_OBJECT && names_origin(items[i]->items, value, url)) {
            return true;
        }
        for (size_t k = 0; k < json_array_size(value); k++) {
            if (names_origin(items[i]->items, json_array_get(value, k), url)) {
                return true;
            }
        }
    }
    return false;
}

static const char *wrong_send(const struct vmm_http_send *s)
{
    if (s->struct_size != sizeof(*s)) {
        return "struct_size";
    }
    if (s->method == NULL || (strcmp(s->method, "POST") != 0 && strcmp(s->method, "PUT") != 0)) {
        return "method";
    }
    if (s->url == NULL || origin_size(s->url) == 0) {
        return "a URL that is none";
    }
    for (const unsigned char *c = (const unsigned char *)s->url; *c != '\0'; c++) {
        if (*c <= ' ' || *c >= 127) {
            return "a URL with a space, a control character or one beyond ASCII";
        }
    }
    if (!mock_headers_are_lines(s->headers)) {
        return "headers that are not lines ended by CR LF";
    }
    return s->body_size > VMM_HTTP_SEND_MAX ? "a body that is too large" : NULL;
}

static int may_send(struct vmm_mock *mock, const struct vmm_http_send *send)
{
    const char *wrong = wrong_send(send);
    if (wrong != NULL) {
        mock_complain(mock, "send: %s", wrong);
        return VMM_E_INVAL;
    }
    json_t *config = json_loads(mock->config, 0, NULL);
    bool known = names_origin(mock->descriptor->config, config, send->url);
    json_decref(config);
    if (!known) {
        mock_complain(mock, "send: no setting names the origin of %s", send->url);
        return VMM_E_DENIED;
    }
    return mock_call(mock);
}

static int http_send(struct vmm_context *context, const struct vmm_http_send *send,
                     vmm_http_fn done, void *arg)
{
    struct vmm_mock *mock = mock_of(context);
    int rc = may_send(mock, send);
    if (rc != 0) {
        return rc;
    }
    struct mock_exchange *x = mock_alloc(sizeof(*x));
    x->request = (struct vmm_mock_request){
        .method = mock_string(send->method),
        .target = mock_string(send->url),
        .headers = mock_string(send->headers),
        .body = mock_copy(send->body, send->body_size),
        .body_size = send->body_size,
        .timeout_ms = send->timeout_ms,
        .left_ms = send->timeout_ms,
        .max_bytes = send->max_bytes,
        .ca_file = mock_string(send->ca_file),
        .cert_file = mock_string(send->cert_file),
        .key_file = mock_string(send->key_file),
    };
    return mock_http_start(mock, x, done, arg);
}

const struct vmm_http_host mock_send_host = {
    .struct_size = sizeof(struct vmm_http_host),
    .send = http_send,
};

bool mock_send_is_open(const struct vmm_mock *mock)
{
    for (const struct mock_exchange *x = mock->exchanges; x != NULL; x = x->next) {
        if (x->job == NULL && x->open) {
            return true;
        }
    }
    return false;
}
