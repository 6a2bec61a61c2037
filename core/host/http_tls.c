/* SPDX-License-Identifier: MIT */
#include "host/http_tls.h"

#include <string.h>

#include "host/tls.h"

uint8_t http_tls_mode(const struct http_exchange *exchange)
{
    uint8_t mode = exchange->job->order.tls;
    return mode == TLS_NONE && (exchange->flags & VMM_HTTP_TLS) != 0 ? TLS_OFF : mode;
}

/* Remember the key of the device, and whether it is the expected one. */
static void see_key(struct http_exchange *exchange, X509 *certificate)
{
    struct job *job = exchange->job;
    const struct frame_bytes *pin = &job->order.tls_pin;
    if (certificate == NULL || tls_key_of(certificate, job->tls_key) != 0) {
        return;
    }
    job->tls_key_seen = true;
    job->tls_until_s = tls_until_of(certificate);
    tls_subject_of(certificate, job->tls_subject, sizeof(job->tls_subject));
    if (job->order.tls == TLS_PIN && pin->size == TLS_PIN_SIZE &&
        memcmp(pin->data, job->tls_key, TLS_PIN_SIZE) != 0) {
        job->flags |= RESULT_KEY_CHANGED;
        exchange->leg.key_changed = true;
    }
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
    see_key(exchange, X509_STORE_CTX_get0_cert(store));
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
    return legacy && tls_allow_legacy(ssl) != 0 ? CURLE_SSL_CIPHER : CURLE_OK;
}

CURLcode http_tls_setup(struct http_exchange *exchange, const char *ca_file)
{
    CURL *easy = exchange->easy;
    uint8_t mode = http_tls_mode(exchange);
    bool verify = mode == TLS_VERIFY;
    long version = mode == TLS_LEGACY ? CURL_SSLVERSION_TLSv1_0 : CURL_SSLVERSION_TLSv1_2;
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    if (rc == CURLE_OK) {
        rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    }
    if (rc == CURLE_OK) {
        /* Reading the trusted certificates costs some 45 ms: curl does it whenever it has their
         * name. */
        rc = curl_easy_setopt(easy, CURLOPT_CAINFO, verify ? ca_file : NULL);
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
