/* SPDX-License-Identifier: MIT */
#include "host/http_template.h"

#include <ctype.h>
#include <string.h>

#include <openssl/evp.h>

#include <vmm/errors.h>

#define MD5_SIZE      16
#define MD5_TEXT_SIZE (2 * MD5_SIZE + 1)

static const char digits[] = "0123456789abcdef";

static int md5(const char *text, char out[MD5_TEXT_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text, strlen(text), sum, &size, EVP_md5(), NULL) != 1 || size != MD5_SIZE) {
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
    default:
        buf_text(out, "***");
        return 0;
    }
}

/* The length of the word that `text` begins with, or 0. */
static size_t word_at(const char *text, size_t size)
{
    static const char *const words[] = {"{user}", "{pass}", "{pass_md5}"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if (size >= length && memcmp(text, words[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

static int fill_word(const char *word, size_t length, enum http_place place,
                     const struct http_secrets *secrets, struct buf *out, bool *shows)
{
    if (length == strlen("{user}") && word[1] == 'u') {
        return add_value(out, place, secrets->user);
    }
    if (shows != NULL) {
        *shows = true;
    }
    if (length == strlen("{pass}")) {
        return add_value(out, place, secrets->password);
    }
    char sum[MD5_TEXT_SIZE];
    int rc = md5(secrets->password, sum);
    if (rc == 0) {
        rc = add_value(out, place, sum);
    }
    explicit_bzero(sum, sizeof(sum));
    return rc;
}

int http_template_fill(const void *text, size_t size, enum http_place place,
                       const struct http_secrets *secrets, struct buf *out, bool *shows)
{
    const char *at = text;
    const char *end = at + size;
    int rc = 0;
    while (at < end && rc == 0) {
        size_t length = *at == '{' ? word_at(at, (size_t)(end - at)) : 0;
        if (length > 0) {
            rc = fill_word(at, length, place, secrets, out, shows);
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
