/* SPDX-License-Identifier: MIT */
#include "peer_digest.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CNONCE "0123456789abcdef"
#define COUNT  "00000001"

/* Fetched once: looking the algorithm up costs more than the hash. */
static EVP_MD *md5;
static EVP_MD_CTX *context;

static void hash(char out[33], const char *format, ...) __attribute__((format(printf, 2, 3)));

static void hash(char out[33], const char *format, ...)
{
    char text[512];
    unsigned char digest[16] = {0};
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (md5 == NULL) {
        md5 = EVP_MD_fetch(NULL, "MD5", NULL);
        context = EVP_MD_CTX_new();
    }
    EVP_DigestInit_ex2(context, md5, NULL);
    EVP_DigestUpdate(context, text, (size_t)size);
    EVP_DigestFinal_ex(context, digest, NULL);
    for (size_t i = 0; i < sizeof(digest); i++) {
        static const char digits[] = "0123456789abcdef";
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[32] = '\0';
}

/* A quoted parameter of the challenge. */
static bool parameter(const char *challenge, size_t length, const char *name, char *out,
                      size_t size)
{
    char wanted[32];
    snprintf(wanted, sizeof(wanted), "%s=\"", name);
    const char *at = memmem(challenge, length, wanted, strlen(wanted));
    if (at == NULL) {
        return false;
    }
    at += strlen(wanted);
    const char *end = memchr(at, '"', length - (size_t)(at - challenge));
    if (end == NULL || (size_t)(end - at) >= size) {
        return false;
    }
    memcpy(out, at, (size_t)(end - at));
    out[end - at] = '\0';
    return true;
}

void peer_digest(const struct peer_fleet *fleet, const struct peer_request *request,
                 const char *challenge, size_t length, char out[PEER_AUTHORIZATION_MAX])
{
    char realm[64];
    char nonce[80];
    char first[33];
    char second[33];
    char response[33];
    out[0] = '\0';
    if (!parameter(challenge, length, "realm", realm, sizeof(realm)) ||
        !parameter(challenge, length, "nonce", nonce, sizeof(nonce))) {
        return;
    }
    hash(first, "%s:%s:%s", fleet->user, realm, fleet->password);
    hash(second, "%s:%s", request->method, request->uri);
    hash(response, "%s:%s:%s:%s:auth:%s", first, nonce, COUNT, CNONCE, second);
    snprintf(out, PEER_AUTHORIZATION_MAX,
             "Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", cnonce=\"%s\", "
             "nc=%s, qop=auth, response=\"%s\", algorithm=MD5",
             fleet->user, realm, nonce, request->uri, CNONCE, COUNT, response);
}
