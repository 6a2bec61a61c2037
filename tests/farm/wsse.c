/* SPDX-License-Identifier: MIT */
#include "farm/wsse.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NONCE_MAX   128
#define SHA1_BYTES  20
#define BASE64_SHA1 28

bool wsse_read(const json_t *object, struct wsse_policy *policy, struct problem *problem)
{
    *policy = (struct wsse_policy){0};
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "window_s clock")) {
        return false;
    }
    const char *clock = problem_text(problem, object, "clock", "told");
    policy->asked = true;
    policy->window_s = problem_int(problem, object, "window_s", 300, 1, 86400);
    policy->by_true_time = strcmp(clock, "true") == 0;
    if (!policy->by_true_time && strcmp(clock, "told") != 0) {
        return problem_note(problem, "\"clock\" must be told or true");
    }
    return !problem_is(problem);
}

/* Bytes of a Base64 text; -1: it is none, or too long. */
static int decode(struct slice text, unsigned char out[NONCE_MAX])
{
    if (text.len == 0 || text.len % 4 != 0 || text.len / 4 * 3 > NONCE_MAX) {
        return -1;
    }
    int length = EVP_DecodeBlock(out, (const unsigned char *)text.at, (int)text.len);
    return length - (text.at[text.len - 1] == '=') - (text.at[text.len - 2] == '=');
}

/* An xs:dateTime in UTC; false: it is none. */
static bool read_created(struct slice text, int64_t *seconds)
{
    char copy[32];
    struct tm tm = {0};
    char zone = '\0';
    if (text.len == 0 || text.len >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    char *rest = strptime(copy, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest != NULL && *rest == '.') {
        rest += 1 + strspn(rest + 1, "0123456789");
    }
    if (rest == NULL || sscanf(rest, "%c", &zone) != 1 || zone != 'Z') {
        return false;
    }
    *seconds = timegm(&tm);
    return true;
}

/* FNV-1a: enough to tell a device's nonces from one another. */
static uint64_t sum_of(struct slice text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++) {
        sum = (sum ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

/* Was the nonce used before? It is from now on. */
static bool was_seen(struct wsse_seen *seen, struct slice nonce)
{
    uint64_t sum = sum_of(nonce);
    for (size_t i = 0; i < WSSE_SEEN; i++) {
        if (seen->sum[i] == sum) {
            return true;
        }
    }
    seen->sum[seen->next++ % WSSE_SEEN] = sum;
    return false;
}

const char *wsse_fault(const struct wsse_check *check)
{
    static const char digest[] = "#PasswordDigest";
    const struct soap *soap = check->soap;
    unsigned char nonce[NONCE_MAX];
    int64_t created_s = 0;
    int64_t now_s =
        check->wall_us / 1000000 + (check->policy->by_true_time ? 0 : check->clock->offset_s);
    size_t tail = sizeof digest - 1;
    if (soap->type.len < tail || memcmp(soap->type.at + soap->type.len - tail, digest, tail) != 0) {
        return "the token has no digest";
    }
    if (decode(soap->nonce, nonce) < 1) {
        return "the token's nonce is not Base64";
    }
    if (!read_created(soap->created, &created_s)) {
        return "the token does not say when it was made";
    }
    if (created_s < now_s - check->policy->window_s ||
        created_s > now_s + check->policy->window_s) {
        return "the token was made at another time";
    }
    return was_seen(check->seen, soap->nonce) ? "the token's nonce was used before" : NULL;
}

bool wsse_is_signed(const struct soap *soap, const char *password)
{
    unsigned char nonce[NONCE_MAX];
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    unsigned char text[BASE64_SHA1 + 1];
    int length = decode(soap->nonce, nonce);
    struct out signed_text = {0};
    out_bytes(&signed_text, nonce, length > 0 ? (size_t)length : 0);
    out_slice(&signed_text, soap->created);
    out_text(&signed_text, password);
    EVP_Digest(signed_text.data, signed_text.len, sum, NULL, EVP_sha1(), NULL);
    out_finish(&signed_text);
    EVP_EncodeBlock(text, sum, SHA1_BYTES);
    return slice_equal(soap->password, (struct slice){(const char *)text, BASE64_SHA1});
}
