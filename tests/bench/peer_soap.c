/* SPDX-License-Identifier: MIT */
#include "peer_soap.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* As long as what takes their places; no message has them of itself. */
#define DIGEST  "############################"
#define NONCE   "@@@@@@@@@@@@@@@@@@@@@@@@"
#define CREATED "%%%%%%%%%%%%%%%%%%%%"

#define NONCE_BYTES 16u
#define SHA1_BYTES  20u

/* Put `with` in the place of `what`; false: there is no room. */
static bool replace(char text[PEER_SOAP_MAX], const char *what, const char *with)
{
    char *at = strstr(text, what);
    if (at == NULL) {
        return true;
    }
    char rest[PEER_SOAP_MAX];
    size_t room = PEER_SOAP_MAX - (size_t)(at - text);
    snprintf(rest, sizeof(rest), "%s", at + strlen(what));
    return (size_t)snprintf(at, room, "%s%s", with, rest) < room;
}

static size_t place_of(const struct peer_soap *message, const char *what)
{
    const char *at = strstr(message->text, what);
    return at != NULL ? (size_t)(at - message->text) : 0;
}

int peer_soap_make(struct peer_soap *message, const struct peer_fleet *fleet, enum onvif_ask ask,
                   const char *to, const char *token)
{
    bool has_login = ask != ONVIF_ASK_CLOCK;
    struct onvif_words words = {.token = token,
                                .to = to,
                                .nonce = has_login ? NONCE : NULL,
                                .created = has_login ? CREATED : NULL};
    if (onvif_ask_write(ask, &words, message->text, sizeof(message->text)) != 0 ||
        !replace(message->text, "{wsse:" NONCE " " CREATED "}", DIGEST) ||
        !replace(message->text, "{user_xml}", fleet->user)) {
        return -1;
    }
    message->size = strlen(message->text);
    message->digest = place_of(message, DIGEST);
    message->nonce = place_of(message, NONCE);
    message->created = place_of(message, CREATED);
    return 0;
}

/* Fetched once: looking the algorithm up costs more than the hash. */
static void hash(const unsigned char *bytes, size_t size, unsigned char out[SHA1_BYTES])
{
    static EVP_MD *sha1;
    static EVP_MD_CTX *context;
    if (sha1 == NULL) {
        sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
        context = EVP_MD_CTX_new();
    }
    EVP_DigestInit_ex2(context, sha1, NULL);
    EVP_DigestUpdate(context, bytes, size);
    EVP_DigestFinal_ex(context, out, NULL);
}

/* The text of a second, made once in it. */
static const char *created_of(int64_t second)
{
    static char text[sizeof(CREATED)];
    static int64_t of = -1;
    if (second != of) {
        struct tm utc;
        time_t at = (time_t)second;
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
        of = second;
    }
    return text;
}

void peer_soap_sign(const struct peer_soap *message, const char *password, int64_t second,
                    char out[PEER_SOAP_MAX])
{
    static uint64_t used;
    unsigned char text[NONCE_BYTES + sizeof(CREATED) + 64] = {0};
    unsigned char digest[SHA1_BYTES];
    unsigned char coded[sizeof(DIGEST)];
    memcpy(out, message->text, message->size);
    if (message->digest == 0) {
        return;
    }
    used++;
    memcpy(text, &second, sizeof(second));
    memcpy(text + sizeof(second), &used, sizeof(used));
    EVP_EncodeBlock(coded, text, NONCE_BYTES);
    memcpy(out + message->nonce, coded, strlen(NONCE));
    int length = snprintf((char *)text + NONCE_BYTES, sizeof(text) - NONCE_BYTES, "%s%s",
                          created_of(second), password);
    hash(text, NONCE_BYTES + (size_t)length, digest);
    EVP_EncodeBlock(coded, digest, SHA1_BYTES);
    memcpy(out + message->digest, coded, strlen(DIGEST));
    memcpy(out + message->created, created_of(second), strlen(CREATED));
}
