/* SPDX-License-Identifier: MIT */
#include "host/net_tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "host/http.h"
#include "host/job.h"
#include "host/sized.h"
#include "host/tls.h"

struct net_tls {
    struct job *job;
    bool is_own; /* the device's own port, whose key is the one that is pinned */
    SSL_CTX *context;
    SSL *ssl;
};

/* ---- Whom to trust ---- */

/* A key that is not the expected one is a finding, and the look goes on. Another service of the device may have a key of
 * its own, which is neither learnt nor compared. */
static int on_certificate(X509_STORE_CTX *store, void *arg)
{
    const struct net_tls *tls = arg;
    if (tls->is_own) {
        (void)tls_see_key(tls->job, X509_STORE_CTX_get0_cert(store));
    }
    return tls->job->order.tls == TLS_VERIFY ? X509_verify_cert(store) : 1;
}

static bool set_versions(SSL_CTX *context, uint8_t mode, uint32_t least)
{
    bool good = mode == TLS_LEGACY ? tls_allow_legacy(context) == 0
                                   : SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1;
    if (least != 0) {
        int version = least == VMM_HTTP_TLS_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
        good = good && SSL_CTX_set_min_proto_version(context, version) == 1;
    }
    return good;
}

static bool set_trusted(struct net_tls *tls, const struct vmm_http_tls *wanted)
{
    if (wanted->ca_file != NULL) {
        return SSL_CTX_load_verify_file(tls->context, wanted->ca_file) == 1;
    }
    X509_STORE *store = http_trusted(job_setup(tls->job)->http);
    if (store != NULL) {
        SSL_CTX_set1_cert_store(tls->context, store);
    }
    return store != NULL;
}

/* A key that is encrypted has no password here; without this OpenSSL would ask for one at a terminal. */
static int on_password(char *buffer, int size, int writing, void *arg)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

static bool set_shown(SSL_CTX *context, const struct vmm_http_tls *wanted)
{
    const char *shown = wanted->cert_file;
    const char *key = wanted->key_file != NULL ? wanted->key_file : shown;
    return shown == NULL || (SSL_CTX_use_certificate_chain_file(context, shown) == 1 &&
                             SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1);
}

/* Whom the certificate has to name, and, unless it is an address, who is asked for. */
static bool set_name(SSL *ssl, const char *name)
{
    struct in6_addr address;
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1) {
        return X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1;
    }
    return X509_VERIFY_PARAM_set1_host(param, name, 0) == 1 &&
           SSL_set_tlsext_host_name(ssl, name) == 1;
}

/* ---- Life ---- */

static int set_up(struct net_tls *tls, const struct vmm_http_tls *wanted, int fd)
{
    const struct job_message *order = &tls->job->order;
    tls->context = SSL_CTX_new(TLS_client_method());
    if (tls->context == NULL) {
        return VMM_E_NOMEM;
    }
    /* A device that begins anew in the midst of what is sent would have us write and wait to read at once. */
    SSL_CTX_set_options(tls->context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_default_passwd_cb(tls->context, on_password);
    SSL_CTX_set_mode(tls->context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(tls->context, on_certificate, tls);
    if (!set_versions(tls->context, order->tls, wanted->min_version) ||
        (order->tls == TLS_VERIFY && !set_trusted(tls, wanted)) ||
        !set_shown(tls->context, wanted)) {
        return VMM_E_INVAL;
    }
    tls->ssl = SSL_new(tls->context);
    if (tls->ssl == NULL || SSL_set_fd(tls->ssl, fd) != 1) {
        return VMM_E_NOMEM;
    }
    SSL_set_connect_state(tls->ssl);
    return set_name(tls->ssl, wanted->server_name != NULL ? wanted->server_name : order->host)
               ? 0
               : VMM_E_INVAL;
}

int net_tls_create(struct job *job, uint16_t port, const struct vmm_http_tls *wanted, int fd,
                   struct net_tls **out)
{
    struct vmm_http_tls given = {0};
    if (job->order.tls == TLS_NONE) {
        return VMM_E_INVAL;
    }
    if (wanted != NULL) {
        sized_copy(&given, sizeof(given), wanted);
    }
    struct net_tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL) {
        return VMM_E_NOMEM;
    }
    tls->job = job;
    tls->is_own = port == job->order.port;
    ERR_clear_error();
    int rc = set_up(tls, &given, fd);
    ERR_clear_error();
    if (rc != 0) {
        net_tls_destroy(tls);
        return rc;
    }
    *out = tls;
    return 0;
}

void net_tls_destroy(struct net_tls *tls)
{
    if (tls != NULL) {
        SSL_free(tls->ssl);
        SSL_CTX_free(tls->context);
        free(tls);
    }
}

/* ---- Bytes ---- */

enum net_tls_state net_tls_step(struct net_tls *tls, const char **why)
{
    ERR_clear_error();
    int rc = SSL_do_handshake(tls->ssl);
    if (rc == 1) {
        return NET_TLS_DONE;
    }
    switch (SSL_get_error(tls->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return NET_TLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return NET_TLS_WANTS_WRITE;
    default: {
        const char *reason = ERR_reason_error_string(ERR_peek_error());
        *why = reason != NULL ? reason : "the device broke the handshake off";
        ERR_clear_error();
        return NET_TLS_FAILED;
    }
    }
}

/* What recv() and send() would answer. */
static ssize_t answer_of(struct net_tls *tls, int rc)
{
    if (rc > 0) {
        return rc;
    }
    int error = SSL_get_error(tls->ssl, rc);
    ERR_clear_error();
    if (error == SSL_ERROR_ZERO_RETURN) {
        return 0;
    }
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
    return -1;
}

static int at_most(size_t size)
{
    return size < INT_MAX ? (int)size : INT_MAX;
}

ssize_t net_tls_read(struct net_tls *tls, void *bytes, size_t size)
{
    ERR_clear_error();
    return answer_of(tls, SSL_read(tls->ssl, bytes, at_most(size)));
}

ssize_t net_tls_write(struct net_tls *tls, const void *bytes, size_t size)
{
    ERR_clear_error();
    ssize_t sent = answer_of(tls, SSL_write(tls->ssl, bytes, at_most(size)));
    if (sent == 0) {
        errno = ECONNRESET; /* the device takes no more */
        return -1;
    }
    return sent;
}

bool net_tls_has_more(const struct net_tls *tls)
{
    return tls != NULL && SSL_pending(tls->ssl) > 0;
}
