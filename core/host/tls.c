/* SPDX-License-Identifier: MIT */
#include "host/tls.h"

#include <string.h>

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <vmm/errors.h>

#include "host/job.h"

int tls_key_of(X509 *certificate, uint8_t key[TLS_PIN_SIZE])
{
    unsigned char *der = NULL;
    int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (size <= 0) {
        return VMM_E_PROTO;
    }
    unsigned int length = 0;
    int done = EVP_Digest(der, (size_t)size, key, &length, EVP_sha256(), NULL);
    OPENSSL_free(der);
    return done == 1 && length == TLS_PIN_SIZE ? 0 : VMM_E_PROTO;
}

bool tls_see_key(struct job *job, X509 *certificate)
{
    const struct frame_bytes *pin = &job->order.tls_pin;
    if (certificate == NULL || tls_key_of(certificate, job->tls_key) != 0) {
        return false;
    }
    job->tls_key_seen = true;
    job->tls_until_s = tls_until_of(certificate);
    tls_subject_of(certificate, job->tls_subject, sizeof(job->tls_subject));
    bool changed = job->order.tls == TLS_PIN && pin->size == TLS_PIN_SIZE &&
                   memcmp(pin->data, job->tls_key, TLS_PIN_SIZE) != 0;
    job->flags |= changed ? RESULT_KEY_CHANGED : 0;
    return changed;
}

int64_t tls_until_of(const X509 *certificate)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int days = 0;
    int seconds = 0;
    bool good = epoch != NULL &&
                ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate)) == 1;
    ASN1_TIME_free(epoch);
    return good ? (int64_t)days * 86400 + seconds : 0;
}

char *tls_subject_of(const X509 *certificate, char *out, size_t size)
{
    BIO *text = BIO_new(BIO_s_mem());
    int length = 0;
    out[0] = '\0';
    if (text != NULL && X509_NAME_print_ex(text, X509_get_subject_name(certificate), 0,
                                           XN_FLAG_RFC2253 & ~XN_FLAG_DUMP_UNKNOWN_FIELDS) >= 0) {
        length = BIO_read(text, out, (int)size - 1);
    }
    out[length > 0 ? length : 0] = '\0';
    BIO_free(text);
    return out;
}

int tls_allow_legacy(SSL_CTX *context)
{
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT |
                                     SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (SSL_CTX_set_min_proto_version(context, TLS1_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") != 1) {
        return VMM_E_NOTSUP;
    }
    return 0;
}

char *tls_trusted_file(const char *given)
{
    if (given[0] != '\0') {
        return strdup(given);
    }
    CURL *easy = curl_easy_init();
    const char *system = NULL;
    if (easy != NULL) {
        curl_easy_getinfo(easy, CURLINFO_CAINFO, &system);
    }
    char *copy = strdup(system != NULL ? system : "/etc/ssl/certs/ca-certificates.crt");
    curl_easy_cleanup(easy);
    return copy;
}
