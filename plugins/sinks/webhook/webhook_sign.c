/* SPDX-License-Identifier: MIT */
#include "webhook_sign.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <vmm/errors.h>

#define PREFIX     "whsec_"
#define BASE64_MAX ((WEBHOOK_KEY_MAX + 2) / 3 * 4)
#define SUM_SIZE   32u

int webhook_secret_add(struct webhook_secrets *secrets, const char *text)
{
    uint8_t room[BASE64_MAX / 4 * 3 + 3];
    text += strncmp(text, PREFIX, strlen(PREFIX)) == 0 ? strlen(PREFIX) : 0;
    size_t length = strlen(text);
    if (length == 0 || length % 4 != 0 ||
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") !=
            length) {
        return VMM_E_INVAL;
    }
    if (length > BASE64_MAX) {
        return VMM_E_RANGE;
    }
    int got = EVP_DecodeBlock(room, (const unsigned char *)text, (int)length);
    size_t padding = length - strcspn(text, "=");
    size_t size = got > 0 && padding <= 2 ? (size_t)got - padding : 0;
    int rc = size == 0                                          ? VMM_E_INVAL
             : size < WEBHOOK_KEY_MIN || size > WEBHOOK_KEY_MAX ? VMM_E_RANGE
             : secrets->count == WEBHOOK_SECRETS_MAX            ? VMM_E_TOOBIG
                                                                : 0;
    if (rc == 0) {
        memcpy(secrets->keys[secrets->count], room, size);
        secrets->sizes[secrets->count] = size;
        secrets->count++;
    }
    explicit_bzero(room, sizeof(room));
    return rc;
}

void webhook_secrets_finish(struct webhook_secrets *secrets)
{
    explicit_bzero(secrets, sizeof(*secrets));
}

static bool add_text(EVP_MAC_CTX *mac, const void *bytes, size_t size)
{
    return EVP_MAC_update(mac, bytes, size) == 1;
}

static bool sum_of(EVP_MAC_CTX *mac, const char *head, const void *body, size_t body_size,
                   uint8_t sum[SUM_SIZE])
{
    size_t size = 0;
    return add_text(mac, head, strlen(head)) && add_text(mac, body, body_size) &&
           EVP_MAC_final(mac, sum, &size, SUM_SIZE) == 1 && size == SUM_SIZE;
}

static bool start(EVP_MAC_CTX *mac, const uint8_t *key, size_t size)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    return EVP_MAC_init(mac, key, size, params) == 1;
}

int webhook_sign(const struct webhook_secrets *secrets, const char *id, int64_t timestamp_s,
                 const void *body, size_t body_size,
                 char signatures[WEBHOOK_SECRETS_MAX * WEBHOOK_SIGNATURE_SIZE])
{
    char head[128];
    uint8_t sum[SUM_SIZE];
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = algorithm != NULL ? EVP_MAC_CTX_new(algorithm) : NULL;
    bool good = mac != NULL;
    char *at = signatures;
    *at = '\0';
    snprintf(head, sizeof(head), "%s.%lld.", id, (long long)timestamp_s);
    for (uint32_t i = 0; good && i < secrets->count; i++) {
        good = start(mac, secrets->keys[i], secrets->sizes[i]) &&
               sum_of(mac, head, body, body_size, sum);
        if (good) {
            at += snprintf(at, 5, "%sv1,", i > 0 ? " " : "");
            at += EVP_EncodeBlock((unsigned char *)at, sum, SUM_SIZE);
        }
    }
    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(algorithm);
    return good ? 0 : VMM_E_NOTSUP;
}
