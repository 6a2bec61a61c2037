/* SPDX-License-Identifier: MIT */
#include "host/http_tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/sized.h"
#include "host/tls.h"

#define SERVER_NAME_MAX 253u

uint8_t http_tls_mode(const struct http_exchange *exchange)
{
    uint8_t mode = exchange->job->order.tls;
    return mode == TLS_NONE && (exchange->flags & VMM_HTTP_TLS) != 0 ? TLS_OFF : mode;
}

/* A key that is not the expected one is a finding, and the look goes on; but whoever holds it is
 * shown no password in clear (Basic, or one in the request itself). */
static bool is_shown_to_stranger(const struct http_exchange *exchange)
{
    const struct login *login = &exchange->job->login;
    bool basic = exchange->has_authorization && login->auth.challenge.scheme == VMM_AUTH_BASIC;
    return exchange->leg.key_changed && (basic || exchange->shows_secret);
}

static int on_certificate(X509_STORE_CTX *store, void *arg)
{
    struct http_exchange *exchange = arg;
    exchange->leg.key_changed |= tls_see_key(exchange->job, X509_STORE_CTX_get0_cert(store));
    if (is_shown_to_stranger(exchange)) {
        exchange->leg.withheld = true;
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
        return 0;
    }
    if (exchange->job->order.tls == TLS_VERIFY) {
        return X509_verify_cert(store);
    }
    return 1;
}

static CURLcode on_context(CURL *easy, void *context, void *arg)
{
    (void)easy;
    struct http_exchange *exchange = arg;
    SSL_CTX *ssl = context;
    exchange->leg.tls_begun = true;
    /* With SSL_VERIFY_NONE the answer of on_certificate() would not count. */
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(ssl, on_certificate, exchange);
    bool legacy = http_tls_mode(exchange) == TLS_LEGACY;
    bool good = !legacy || tls_allow_legacy(ssl) == 0;
    if (exchange->identity.min_version != 0) {
        int least =
            exchange->identity.min_version == VMM_HTTP_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
        good = good && SSL_CTX_set_min_proto_version(ssl, least) == 1;
    }
    return good ? CURLE_OK : CURLE_SSL_CIPHER;
}

/* ---- What the request wants ---- */

static bool is_server_name(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    return size > 0 && size <= SERVER_NAME_MAX && name[size] == '\0';
}

static bool is_file(const char *path)
{
    return path == NULL || path[0] == '/';
}

/* False without memory. */
static bool copy(const char *text, char **out)
{
    *out = text == NULL ? NULL : strdup(text);
    return text == NULL || *out != NULL;
}

int http_tls_copy(struct http_exchange *exchange, const struct vmm_http_tls *tls)
{
    struct http_identity *identity = &exchange->identity;
    struct vmm_http_tls given;
    if (tls == NULL) {
        return 0;
    }
    sized_copy(&given, sizeof(given), tls);
    uint32_t least = given.min_version;
    bool named = given.server_name == NULL || is_server_name(given.server_name);
    if (http_tls_mode(exchange) == TLS_NONE || !named || !is_file(given.ca_file) ||
        !is_file(given.cert_file) || !is_file(given.key_file) ||
        (least != 0 && least != VMM_HTTP_TLS_1_2 && least != VMM_HTTP_TLS_1_3)) {
        return VMM_E_INVAL;
    }
    identity->min_version = least;
    return copy(given.server_name, &identity->server_name) &&
                   copy(given.ca_file, &identity->ca_file) &&
                   copy(given.cert_file, &identity->cert_file) &&
                   copy(given.key_file, &identity->key_file)
               ? 0
               : VMM_E_NOMEM;
}

void http_tls_forget(struct http_identity *identity)
{
    free(identity->server_name);
    free(identity->ca_file);
    free(identity->cert_file);
    free(identity->key_file);
    free(identity->place);
    *identity = (struct http_identity){0};
}

CURLcode http_tls_place(struct http_exchange *exchange, const char *port)
{
    struct http_identity *identity = &exchange->identity;
    const char *host = exchange->job->order.host;
    if (identity->server_name == NULL) {
        return curl_easy_setopt(exchange->easy, CURLOPT_CONNECT_TO, NULL);
    }
    free(identity->place);
    bool is_ipv6 = strchr(host, ':') != NULL;
    if (asprintf(&identity->place, is_ipv6 ? "::[%s]:%s" : "::%s:%s", host, port) < 0) {
        identity->place = NULL;
        return CURLE_OUT_OF_MEMORY;
    }
    identity->to = (struct curl_slist){.data = identity->place};
    return curl_easy_setopt(exchange->easy, CURLOPT_CONNECT_TO, &identity->to);
}

/* ---- The channel ---- */

CURLcode http_tls_setup(struct http_exchange *exchange, const char *ca_file)
{
    CURL *easy = exchange->easy;
    uint8_t mode = http_tls_mode(exchange);
    bool verify = mode == TLS_VERIFY;
    const struct http_identity *identity = &exchange->identity;
    const char *trusted = identity->ca_file != NULL ? identity->ca_file : ca_file;
    long version = mode == TLS_LEGACY ? CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2;
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    }
    if (rc == CURLE_OK) {
        /* Reading the trusted certificates costs some 45 ms: curl does it whenever it has their
         * name. */
        rc = curl_easy_setopt(easy, CURLOPT_CAINFO, verify ? trusted : NULL);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSLCERT, identity->cert_file);
    }
    if (rc == CURLE_OK) {
        const char *key = identity->key_file;
        rc = curl_easy_setopt(easy, CURLOPT_SSLKEY, key != NULL ? key : identity->cert_file);
    }
    if (rc == CURLE_OK) {
        /* Without a password OpenSSL would ask for one at a terminal. */
        rc = curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSLVERSION, version);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
    }
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, exchange);
    }
    return rc;
}
