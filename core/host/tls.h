/* SPDX-License-Identifier: MIT */
/* Keys and versions of TLS, and whom to trust, for whoever makes a connection. */
#ifndef HOST_TLS_H
#define HOST_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc/message.h"

/* SHA-256 of the certificate's SubjectPublicKeyInfo (as in RFC 7469, section 2.4). 0 or
 * VMM_E_PROTO. */
int tls_key_of(X509 *certificate, uint8_t key[TLS_PIN_SIZE]);

struct job;

/* Remember the key, the end and the subject of the certificate that the job's device shows. True when another key was
 * expected, which the job's result then tells. */
bool tls_see_key(struct job *job, X509 *certificate);

/* When the certificate ends, in seconds since 1970; 0 when it does not say. */
int64_t tls_until_of(const X509 *certificate);

/* Write whom the certificate names, "CN=…,O=…", ended by NUL and cut to `size`; characters that are not printable are
 * escaped. Returns `out`. */
char *tls_subject_of(const X509 *certificate, char *out, size_t size);

/* Allow TLS 1.0, weak keys and ciphers and old renegotiation in this context: for the mode legacy.
 * 0 or VMM_E_NOTSUP. */
int tls_allow_legacy(SSL_CTX *context);

/* The file of trusted certificates: the one given, or the system's when that is "". The caller frees it; NULL
 * without memory. */
char *tls_trusted_file(const char *given);

#endif
