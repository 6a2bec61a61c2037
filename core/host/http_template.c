/* SPDX-License-Identifier: MIT */
#include "host/http_template.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include <vmm/errors.h>

#define MD5_SIZE      16
#define MD5_TEXT_SIZE (2 * MD5_SIZE + 1)

static const char digits[] = "0123456789abcdef";

static int md5(const void *text, size_t length, char out[MD5_TEXT_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text, length, sum, &size, EVP_md5(), NULL) != 1 || size != MD5_SIZE) {
        return VMM_E_NOTSUP;
    }
    for (size_t i = 0; i < MD5_SIZE; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 15];
    }
    out[2 * MD5_SIZE] = '\0';
    explicit_bzero(sum, sizeof(sum));
    return 0;
}

static void add_encoded(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (isalnum(c) || strchr("-._~", c) != NULL) {
            buf_char(out, (char)c);
        } else {
            char code[3] = {'%', (char)toupper(digits[c >> 4]), (char)toupper(digits[c & 15])};
            buf_add(out, code, sizeof(code));
        }
    }
}

static void add_json(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20) {
            buf_printf(out, "\\u%04x", c);
        } else if (c == '"' || c == '\\') {
            buf_char(out, '\\');
            buf_char(out, (char)c);
        } else {
            buf_char(out, (char)c);
        }
    }
}

static int add_value(struct buf *out, enum http_place place, const char *value)
{
    switch (place) {
    case HTTP_PLACE_TARGET:
        add_encoded(out, value);
        return 0;
    case HTTP_PLACE_HEADER:
        if (strpbrk(value, "\r\n") != NULL) {
            return VMM_E_INVAL;
        }
        buf_text(out, value);
        return 0;
    case HTTP_PLACE_BODY:
        buf_text(out, value);
        return 0;
    case HTTP_PLACE_JSON:
        add_json(out, value);
        return 0;
    default:
        buf_text(out, "***");
        return 0;
    }
}

static void change_case(char *text, int (*change)(int))
{
    for (; *text != '\0'; text++) {
        *text = (unsigned char)*text < 0x80 ? (char)change((unsigned char)*text) : *text;
    }
}

/* ---- Words ---- */

enum word {
    WORD_NONE,
    WORD_USER,
    WORD_PASS,
    WORD_USER_LOWER,
    WORD_PASS_LOWER,
    WORD_PASS_MD5,
    WORD_PASS_SOFIA,
    WORD_USER_XML,
};

/* The word that `text` begins with, and its length. */
static enum word word_at(const char *text, size_t size, size_t *length)
{
    static const char *const words[] = {
        [WORD_USER] = "{user}",
        [WORD_PASS] = "{pass}",
        [WORD_USER_LOWER] = "{user_lower}",
        [WORD_PASS_LOWER] = "{pass_lower}",
        [WORD_PASS_MD5] = "{pass_md5}",
        [WORD_PASS_SOFIA] = "{pass_sofia}",
        [WORD_USER_XML] = "{user_xml}",
    };
    for (int i = WORD_USER; i <= WORD_USER_XML; i++) {
        *length = strlen(words[i]);
        if (size >= *length && memcmp(text, words[i], *length) == 0) {
            return (enum word)i;
        }
    }
    return WORD_NONE;
}

static int add_lower(struct buf *out, enum http_place place, const char *value)
{
    size_t size = strlen(value) + 1;
    char *copy = malloc(size);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    memcpy(copy, value, size);
    change_case(copy, tolower);
    int rc = add_value(out, place, copy);
    explicit_bzero(copy, size);
    free(copy);
    return rc;
}

static int add_sum(struct buf *out, enum http_place place, const void *text, size_t size,
                   bool large)
{
    char sum[MD5_TEXT_SIZE];
    int rc = md5(text, size, sum);
    if (rc == 0) {
        change_case(sum, large ? toupper : tolower);
        rc = add_value(out, place, sum);
    }
    explicit_bzero(sum, sizeof(sum));
    return rc;
}

/* The hash of DVRIP logins: the bytes of the MD5 in pairs, each pair's sum one of 62 signs. */
static int add_sofia(struct buf *out, enum http_place place, const char *password)
{
    static const char signs[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    unsigned char sum[EVP_MAX_MD_SIZE];
    char hash[MD5_SIZE / 2 + 1] = "";
    unsigned int size = 0;
    if (EVP_Digest(password, strlen(password), sum, &size, EVP_md5(), NULL) != 1 ||
        size != MD5_SIZE) {
        return VMM_E_NOTSUP;
    }
    for (size_t i = 0; i < MD5_SIZE / 2; i++) {
        hash[i] = signs[(sum[2 * i] + sum[2 * i + 1]) % (sizeof(signs) - 1)];
    }
    int rc = add_value(out, place, hash);
    explicit_bzero(sum, sizeof(sum));
    explicit_bzero(hash, sizeof(hash));
    return rc;
}

/* As within an element of XML 1.0; control characters, which it cannot hold, are left out. */
static int add_xml(struct buf *out, enum http_place place, const char *text)
{
    if (place == HTTP_PLACE_SHOWN) {
        return add_value(out, place, text);
    }
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&' || c == '<' || c == '>' || c == '"') {
            buf_printf(out, "&#%u;", c);
        } else if (c >= 0x20 || c == '\t') {
            buf_char(out, (char)c);
        }
    }
    return 0;
}

static int fill_word(enum word word, enum http_place place, const struct http_secrets *secrets,
                     struct buf *out, bool *shows)
{
    if (shows != NULL && word != WORD_USER && word != WORD_USER_LOWER && word != WORD_USER_XML) {
        *shows = true;
    }
    switch (word) {
    case WORD_USER:
        return add_value(out, place, secrets->user);
    case WORD_PASS:
        return add_value(out, place, secrets->password);
    case WORD_USER_LOWER:
        return add_lower(out, place, secrets->user);
    case WORD_PASS_LOWER:
        return add_lower(out, place, secrets->password);
    case WORD_USER_XML:
        return add_xml(out, place, secrets->user);
    case WORD_PASS_SOFIA:
        return add_sofia(out, place, secrets->password);
    default:
        return add_sum(out, place, secrets->password, strlen(secrets->password), false);
    }
}

/* ---- {md5:TEXT} ---- */

#define SUM_HEAD 5u /* "{md5:" */

/* The length of the {md5:…} that `text` begins with, or 0. */
static size_t sum_at(const char *text, size_t size)
{
    size_t open = 1;
    if (size < SUM_HEAD ||
        (memcmp(text, "{md5:", SUM_HEAD) != 0 && memcmp(text, "{MD5:", SUM_HEAD) != 0)) {
        return 0;
    }
    for (size_t i = SUM_HEAD; i < size; i++) {
        open += text[i] == '{' ? 1 : 0;
        open -= text[i] == '}' ? 1 : 0;
        if (open == 0) {
            return i + 1;
        }
    }
    return 0;
}

static int fill_sum(const char *text, size_t length, enum http_place place,
                    const struct http_secrets *secrets, struct buf *out, bool *shows)
{
    struct buf plain;
    buf_init(&plain);
    /* At once for all: memory that grows leaves copies behind. */
    buf_reserve(&plain, length + 2 * (strlen(secrets->user) + strlen(secrets->password)) + 64);
    int rc = 0;
    for (size_t at = SUM_HEAD; at < length - 1 && rc == 0;) {
        size_t size = 0;
        enum word word = word_at(text + at, length - 1 - at, &size);
        if (word == WORD_NONE) {
            buf_char(&plain, text[at]);
            at++;
        } else {
            rc = fill_word(word, HTTP_PLACE_BODY, secrets, &plain, shows);
            at += size;
        }
    }
    if (rc == 0) {
        rc = buf_failed(&plain) ? VMM_E_NOMEM
                                : add_sum(out, place, plain.data, plain.size, text[1] == 'M');
    }
    buf_wipe(&plain);
    return rc;
}

/* ---- {wsse:NONCE CREATED} ---- */

#define WSSE_HEAD      6u /* "{wsse:" */
#define WSSE_NONCE_MAX 64u
#define SHA1_SIZE      20

/* The length of the {wsse:…} that `text` begins with, or 0. */
static size_t wsse_at(const char *text, size_t size)
{
    const char *end = size > WSSE_HEAD ? memchr(text, '}', size) : NULL;
    bool is = end != NULL && memcmp(text, "{wsse:", WSSE_HEAD) == 0;
    return is ? (size_t)(end - text) + 1 : 0;
}

/* Base64 of the SHA-1 of nonce, time and password (WS-Security UsernameToken Profile 1.0). */
static int digest_token(const char *nonce, size_t nonce_size, const char *created, size_t size,
                        const char *password, char out[4 * SHA1_SIZE])
{
    unsigned char raw[WSSE_NONCE_MAX];
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int sum_size = 0;
    int raw_size = nonce_size % 4 == 0 && nonce_size / 4 * 3 <= sizeof(raw)
                       ? EVP_DecodeBlock(raw, (const unsigned char *)nonce, (int)nonce_size)
                       : -1;
    if (raw_size < 0) {
        return VMM_E_INVAL;
    }
    for (size_t i = nonce_size; i > 0 && nonce[i - 1] == '='; i--) {
        raw_size--; /* what the padding was decoded to */
    }
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good = md != NULL && EVP_DigestInit_ex(md, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(md, raw, (size_t)raw_size) == 1 &&
                EVP_DigestUpdate(md, created, size) == 1 &&
                EVP_DigestUpdate(md, password, strlen(password)) == 1 &&
                EVP_DigestFinal_ex(md, sum, &sum_size) == 1;
    EVP_MD_CTX_free(md);
    if (good) {
        EVP_EncodeBlock((unsigned char *)out, sum, (int)sum_size);
    }
    return good ? 0 : VMM_E_NOTSUP;
}

static int fill_wsse(const char *text, size_t length, enum http_place place,
                     const struct http_secrets *secrets, struct buf *out, bool *shows)
{
    char token[4 * SHA1_SIZE];
    const char *nonce = text + WSSE_HEAD;
    size_t size = length - WSSE_HEAD - 1;
    const char *space = memchr(nonce, ' ', size);
    if (space == NULL) {
        return VMM_E_INVAL;
    }
    size_t nonce_size = (size_t)(space - nonce);
    int rc =
        digest_token(nonce, nonce_size, space + 1, size - nonce_size - 1, secrets->password, token);
    if (shows != NULL) {
        *shows = true;
    }
    return rc == 0 ? add_value(out, place, token) : rc;
}

/* One word, {md5:…} or {wsse:…} that `text` begins with; `*length` is 0 when it begins with none. */
static int fill_one(const char *text, size_t size, enum http_place place,
                    const struct http_secrets *secrets, struct buf *out, bool *shows,
                    size_t *length)
{
    enum word word = word_at(text, size, length);
    if (word != WORD_NONE) {
        return fill_word(word, place, secrets, out, shows);
    }
    *length = wsse_at(text, size);
    if (*length > 0) {
        return fill_wsse(text, *length, place, secrets, out, shows);
    }
    *length = sum_at(text, size);
    return *length > 0 ? fill_sum(text, *length, place, secrets, out, shows) : 0;
}

int http_template_fill(const void *text, size_t size, enum http_place place,
                       const struct http_secrets *secrets, struct buf *out, bool *shows)
{
    const char *at = text;
    const char *end = at + size;
    int rc = 0;
    while (at < end && rc == 0) {
        size_t length = 0;
        if (*at == '{') {
            rc = fill_one(at, (size_t)(end - at), place, secrets, out, shows, &length);
        }
        if (length > 0) {
            at += length;
            continue;
        }
        const char *next = memchr(at + 1, '{', (size_t)(end - at) - 1);
        size_t plain = next != NULL ? (size_t)(next - at) : (size_t)(end - at);
        buf_add(out, at, plain);
        at += plain;
    }
    return rc == 0 && buf_failed(out) ? VMM_E_NOMEM : rc;
}
