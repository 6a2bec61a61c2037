/* SPDX-License-Identifier: MIT */
/*
 * A curl handle set up for one request. Nothing is followed, and nothing repeated: curl would send a body again by
 * itself when a kept connection died under it, but a body that it has to read through a function it cannot rewind
 * is sent once. So every attempt is one that the core knows of.
 */
#include "host/sink_call.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/text.h"
#include "host/http_header.h"

#define DEFAULT_TIMEOUT_MS 30000u
#define LARGEST_TIMEOUT_MS 120000u
#define DEFAULT_CONNECT_MS 10000u
#define DEFAULT_MAX_BYTES  65536u
#define LARGEST_MAX_BYTES  (1u << 20)
#define HEADERS_MAX        (32u << 10)
#define LINES_MAX          32u
#define CA_CACHE_S         300L /* reading the system's certificates costs some 45 ms */
#define IDLE_S             50L
#define USER_AGENT         "vmm/0.1"

/* ---- Bytes ---- */

static size_t on_read(char *to, size_t one, size_t size, void *arg)
{
    struct sink_call *call = arg;
    size_t room = one * size;
    size_t left = call->body.size - call->sent;
    size_t taken = left < room ? left : room;
    if (taken > 0) {
        memcpy(to, call->body.data + call->sent, taken);
        call->sent += taken;
    }
    return taken;
}

static size_t on_header(char *line, size_t one, size_t size, void *arg)
{
    (void)one;
    struct sink_call *call = arg;
    if (size > 5 && strncmp(line, "HTTP/", 5) == 0) {
        call->status = http_header_status(line, size);
        call->received_wall_us = clock_wall_us();
        call->headers_done = false;
        buf_clear(&call->headers);
        return size;
    }
    bool is_end = line[0] == '\n' || (size > 1 && line[0] == '\r' && line[1] == '\n');
    if (is_end) {
        call->headers_done = call->status >= 200;
    } else if (!call->headers_done) {
        buf_add(&call->headers, line, size);
    }
    call->was_garbled = call->headers.size > HEADERS_MAX || buf_failed(&call->headers);
    return call->was_garbled ? 0 : size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    (void)one;
    struct sink_call *call = arg;
    size_t room = call->max_bytes - call->content.size;
    size_t taken = size < room ? size : room;
    buf_add(&call->content, bytes, taken);
    call->was_cut = taken < size || buf_failed(&call->content);
    return call->was_cut ? 0 : size;
}

/* ---- What is asked for ---- */

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

static int add_line(struct sink_call *call, const char *text, size_t size)
{
    char *line = strndup(text, size);
    const char *colon = line != NULL ? strchr(line, ':') : NULL;
    int rc = line == NULL ? VMM_E_NOMEM
             : colon == NULL || colon == line || colon[1] == '\0' ||
                     line[strcspn(line, " \t")] == '\0' || is_own_line(line)
                 ? VMM_E_INVAL
                 : 0;
    struct curl_slist *lines = rc == 0 ? curl_slist_append(call->lines, line) : NULL;
    if (lines != NULL) {
        call->lines = lines;
    }
    if (line != NULL) {
        explicit_bzero(line, size);
    }
    free(line);
    return rc != 0 ? rc : lines != NULL ? 0 : VMM_E_NOMEM;
}

/* "Name: value\r\n" lines, and no Expect. */
static int copy_lines(struct sink_call *call, const char *headers)
{
    size_t count = 0;
    call->lines = curl_slist_append(NULL, "Expect:");
    int rc = call->lines != NULL ? 0 : VMM_E_NOMEM;
    while (rc == 0 && headers != NULL && *headers != '\0') {
        size_t size = strcspn(headers, "\r\n");
        if (headers[size] != '\r' || headers[size + 1] != '\n') {
            return VMM_E_INVAL;
        }
        rc = ++count > LINES_MAX ? VMM_E_TOOBIG : add_line(call, headers, size);
        headers += size + 2;
    }
    return rc;
}

static uint32_t at_most(uint32_t asked, uint32_t usual, uint32_t largest)
{
    uint32_t value = asked > 0 ? asked : usual;
    return value < largest ? value : largest;
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* ---- The handle ---- */

#define SET(option, value) (curl_easy_setopt(easy, option, value) == CURLE_OK)

static bool set_message(struct sink_call *call, const struct vmm_http_send *send)
{
    CURL *easy = call->easy;
    return SET(CURLOPT_CURLU, call->url) && SET(CURLOPT_UPLOAD, 1L) &&
           SET(CURLOPT_CUSTOMREQUEST, send->method) && SET(CURLOPT_READFUNCTION, on_read) &&
           SET(CURLOPT_READDATA, call) &&
           SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body.size) &&
           SET(CURLOPT_HTTPHEADER, call->lines) && SET(CURLOPT_USERAGENT, USER_AGENT);
}

static bool set_way(struct sink_call *call, const struct vmm_http_send *send)
{
    CURL *easy = call->easy;
    long all = (long)at_most(send->timeout_ms, DEFAULT_TIMEOUT_MS, LARGEST_TIMEOUT_MS);
    long connect = (long)at_most(send->connect_timeout_ms, DEFAULT_CONNECT_MS, (uint32_t)all);
    return SET(CURLOPT_PROTOCOLS_STR, "http,https") && SET(CURLOPT_PROXY, "") &&
           SET(CURLOPT_NOPROXY, "*") && SET(CURLOPT_FOLLOWLOCATION, 0L) &&
           SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) &&
           SET(CURLOPT_HTTP09_ALLOWED, 0L) && SET(CURLOPT_PATH_AS_IS, 1L) &&
           SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_TCP_NODELAY, 1L) &&
           SET(CURLOPT_TIMEOUT_MS, all) && SET(CURLOPT_CONNECTTIMEOUT_MS, connect) &&
           SET(CURLOPT_MAXAGE_CONN, IDLE_S);
}

static bool set_tls(struct sink_call *call, const struct vmm_http_send *send, const char *ca_file)
{
    CURL *easy = call->easy;
    const char *trusted = is_given(send->ca_file) ? send->ca_file : ca_file;
    bool good = SET(CURLOPT_SSL_VERIFYPEER, 1L) && SET(CURLOPT_SSL_VERIFYHOST, 2L) &&
                SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) &&
                SET(CURLOPT_CAPATH, NULL) && SET(CURLOPT_CAINFO, trusted) &&
                SET(CURLOPT_CA_CACHE_TIMEOUT, CA_CACHE_S);
    if (good && is_given(send->cert_file)) {
        const char *key = is_given(send->key_file) ? send->key_file : send->cert_file;
        /* Without a password OpenSSL would ask for one at a terminal. */
        const char *password = send->key_password != NULL ? send->key_password : "";
        good = SET(CURLOPT_SSLCERT, send->cert_file) && SET(CURLOPT_SSLKEY, key) &&
               SET(CURLOPT_KEYPASSWD, password);
    }
    return good;
}

static bool set_answer(struct sink_call *call)
{
    CURL *easy = call->easy;
    return SET(CURLOPT_PRIVATE, call) && SET(CURLOPT_HEADERFUNCTION, on_header) &&
           SET(CURLOPT_HEADERDATA, call) && SET(CURLOPT_WRITEFUNCTION, on_body) &&
           SET(CURLOPT_WRITEDATA, call) && SET(CURLOPT_ERRORBUFFER, call->error);
}

static int set_up(struct sink_call *call, const struct vmm_http_send *send, const char *ca_file)
{
    char *scheme = NULL;
    buf_add(&call->body, send->body, send->body_size);
    int rc = buf_failed(&call->body) ? VMM_E_NOMEM : copy_lines(call, send->headers);
    call->easy = rc == 0 ? curl_easy_init() : NULL;
    if (rc == 0 && (call->easy == NULL || !set_message(call, send) || !set_way(call, send) ||
                    !set_tls(call, send, ca_file) || !set_answer(call) ||
                    curl_url_get(call->url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)) {
        rc = VMM_E_NOMEM;
    }
    call->is_tls = scheme != NULL && strcmp(scheme, "https") == 0;
    curl_free(scheme);
    return rc;
}

int sink_call_create(const struct vmm_http_send *send, CURLU *url, const char *ca_file,
                     struct sink_call **out)
{
    struct sink_call *call = calloc(1, sizeof(*call));
    *out = NULL;
    if (call == NULL) {
        curl_url_cleanup(url);
        return VMM_E_NOMEM;
    }
    call->url = url;
    call->max_bytes = at_most(send->max_bytes, DEFAULT_MAX_BYTES, LARGEST_MAX_BYTES);
    call->begin_us = clock_mono_us();
    call->begin_wall_us = clock_wall_us();
    int rc = set_up(call, send, ca_file);
    if (rc != 0) {
        sink_call_destroy(call);
        return rc;
    }
    *out = call;
    return 0;
}

void sink_call_destroy(struct sink_call *call)
{
    if (call == NULL) {
        return;
    }
    curl_easy_cleanup(call->easy);
    curl_url_cleanup(call->url);
    for (struct curl_slist *line = call->lines; line != NULL; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(call->lines);
    buf_wipe(&call->body);
    buf_wipe(&call->headers);
    buf_wipe(&call->content);
    free(call);
}

/* ---- The end ---- */

static struct http_end end_of(const struct sink_call *call, CURLcode code)
{
    long os_errno = 0;
    curl_off_t resolved = 0;
    curl_off_t connected = 0;
    curl_off_t secured = 0;
    curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os_errno);
    curl_easy_getinfo(call->easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved);
    curl_easy_getinfo(call->easy, CURLINFO_CONNECT_TIME_T, &connected);
    curl_easy_getinfo(call->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
    /* A kept connection that died while the body went out is one that closed before an answer. */
    return (struct http_end){.code = code == CURLE_SEND_FAIL_REWIND ? CURLE_GOT_NOTHING : code,
                             .os_errno = (int)os_errno,
                             .status = call->status,
                             .is_tls = call->is_tls,
                             .resolved = resolved > 0,
                             .connected = connected > 0,
                             .secured = secured > 0,
                             .has_header = call->headers_done,
                             .was_cut = call->was_cut,
                             .was_garbled = call->was_garbled};
}

/* In TLS 1.3 a server that does not take our certificate, or wants one, says so after the handshake. */
static bool is_refused_in_tls(const struct sink_call *call, const struct http_end *end)
{
    return end->is_tls && end->status == 0 && strstr(call->error, " alert ") != NULL;
}

struct http_verdict sink_call_verdict(const struct sink_call *call, CURLcode code)
{
    struct http_end end = end_of(call, code);
    struct http_verdict verdict = http_outcome(&end);
    if (is_refused_in_tls(call, &end)) {
        verdict.rung = VMM_RUNG_TLS;
        verdict.reason = VMM_REASON_TLS;
    }
    if (verdict.rung == VMM_RUNG_TLS && call->error[0] != '\0') {
        verdict.detail = call->error;
    }
    return verdict;
}
