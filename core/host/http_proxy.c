/* SPDX-License-Identifier: MIT */
#include "host/http_proxy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/hash.h"

#define SCHEME   "http://"
#define HOST_MAX 253u
#define DIGITS   "0123456789"
#define LETTERS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* ---- The proxy of a request ---- */

/* The bytes of a name or an address, the brackets of IPv6 included; 0 where there is none. */
static size_t host_size(const char *text)
{
    size_t size = strspn(text, LETTERS DIGITS ".-");
    if (text[0] == '[') {
        size_t inner = strspn(text + 1, DIGITS "abcdefABCDEF:.");
        size = inner > 0 && text[inner + 1] == ']' ? inner + 2 : 0;
    }
    return size <= HOST_MAX ? size : 0;
}

static bool is_port(const char *text)
{
    size_t size = strspn(text, DIGITS);
    long port = size > 0 && size <= 5 && text[size] == '\0' ? strtol(text, NULL, 10) : 0;
    return port > 0 && port <= UINT16_MAX;
}

static bool is_proxy(const char *url)
{
    if (strncmp(url, SCHEME, strlen(SCHEME)) != 0) {
        return false;
    }
    const char *host = url + strlen(SCHEME);
    size_t size = host_size(host);
    return size > 0 && host[size] == ':' && is_port(host + size + 1);
}

int http_proxy_copy(struct http_exchange *exchange, const char *url)
{
    if (url == NULL) {
        return 0;
    }
    if (!is_proxy(url)) {
        return VMM_E_INVAL;
    }
    exchange->proxy.url = strdup(url);
    return exchange->proxy.url == NULL ? VMM_E_NOMEM : 0;
}

void http_proxy_forget(struct http_proxy *proxy)
{
    free(proxy->url);
    proxy->url = NULL;
    proxy->said[0] = '\0';
}

uint32_t http_proxy_place(const struct http_exchange *exchange)
{
    const char *url = exchange->proxy.url;
    return url == NULL ? 0 : (uint32_t)hash_bytes(url, strlen(url), 0) | 1;
}

CURLcode http_proxy_setup(struct http_exchange *exchange)
{
    CURL *easy = exchange->easy;
    struct http_proxy *proxy = &exchange->proxy;
    bool wanted = proxy->url != NULL;
    if (!wanted && !proxy->is_set) {
        return CURLE_OK;
    }
    proxy->is_set = true; /* whatever comes of it */
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_PROXY, wanted ? proxy->url : "");
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_NOPROXY, wanted ? "" : "*");
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, wanted ? 1L : 0L);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    }
    if (rc == CURLE_OK) {
        /* The lines of the request, its login among them, are the device's alone. */
        rc = curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    }
    proxy->is_set = wanted || rc != CURLE_OK;
    return rc;
}

/* ---- How it ended ---- */

static struct http_verdict say(struct http_exchange *exchange, struct http_verdict verdict,
                               const char *what, long status)
{
    struct http_proxy *proxy = &exchange->proxy;
    const char *name = proxy->url + strlen(SCHEME);
    if (status != 0) {
        snprintf(proxy->said, sizeof(proxy->said), "the proxy %s %s: %ld", name, what, status);
    } else {
        snprintf(proxy->said, sizeof(proxy->said), "the proxy %s %s", name, what);
    }
    verdict.detail = proxy->said;
    return verdict;
}

/* The proxy's own fault, or ours who named it: the device is not judged by it. */
static struct http_verdict ours(struct http_exchange *exchange, CURLcode code, long status)
{
    static const struct http_verdict internal = {
        .outcome = VMM_OUTCOME_INTERNAL, .rung = VMM_RUNG_NONE, .reason = VMM_REASON_INTERNAL};
    long asked = 0; /* bytes, of the CONNECT */
    curl_easy_getinfo(exchange->easy, CURLINFO_REQUEST_SIZE, &asked);
    const char *what = status != 0                           ? "makes no tunnel to the device"
                       : code == CURLE_COULDNT_RESOLVE_PROXY ? "has no address"
                       : code == CURLE_COULDNT_CONNECT || asked == 0 ? "cannot be reached"
                       : code == CURLE_OPERATION_TIMEDOUT
                           ? "did not say in time whether it reaches the device"
                           : "ended the connection without an answer";
    return say(exchange, internal, what, status);
}

/* What the proxy says of the device. Of tinyproxy a 500 is all that it says where it cannot connect. */
static struct http_verdict of_device(struct http_exchange *exchange, long status)
{
    static const struct http_verdict late = {
        .outcome = VMM_OUTCOME_TIMEOUT, .rung = VMM_RUNG_CONNECT, .reason = VMM_REASON_TIMEOUT};
    static const struct http_verdict unreachable = {.outcome = VMM_OUTCOME_UNREACHABLE,
                                                    .rung = VMM_RUNG_CONNECT,
                                                    .reason = VMM_REASON_UNREACHABLE,
                                                    .is_repeatable = true};
    return status == 504
               ? say(exchange, late, "says that the device did not answer in time", status)
               : say(exchange, unreachable, "says that it cannot reach the device", status);
}

/* A connection that was kept has its tunnel, and makes none for this leg. */
static bool has_tunnel(const struct http_exchange *exchange, CURLcode code, long status)
{
    long opened = 0;
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_PROXY) {
        return false;
    }
    curl_easy_getinfo(exchange->easy, CURLINFO_NUM_CONNECTS, &opened);
    return status / 100 == 2 || (opened == 0 && http_wire_was_sent(exchange));
}

bool http_proxy_judge(struct http_exchange *exchange, CURLcode code, struct http_verdict *verdict)
{
    long status = 0;
    if (exchange->proxy.url == NULL || code == CURLE_OK) {
        return false;
    }
    curl_easy_getinfo(exchange->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    if (has_tunnel(exchange, code, status)) {
        return false;
    }
    bool is_told = status == 500 || (status >= 502 && status <= 504);
    *verdict = is_told ? of_device(exchange, status) : ours(exchange, code, status);
    return true;
}
