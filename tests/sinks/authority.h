/* SPDX-License-Identifier: MIT */
/* An authority of a test's own that signs certificates, as an operator who runs one has it. */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <openssl/ssl.h>

struct authority {
    char folder[32]; /* ca.pem, and what was signed */
    X509 *certificate;
    EVP_PKEY *key;
    long serial;
};

/* Make one; its name is what people call it. */
void authority_open(struct authority *authority, const char *name);

/* Sign a certificate: NAME.pem, and NAME.key, which is encrypted where there is a password (NULL: it is not). `addresses`
 * are as OpenSSL writes them, "IP:127.0.0.1". */
void authority_sign(struct authority *authority, const char *name, const char *addresses,
                    const char *password);

/* The path of a file in its folder; static memory, good for four calls. */
const char *authority_path(const struct authority *authority, const char *file);

/* Remove the folder and all in it. */
void authority_close(struct authority *authority);

#endif
