/* SPDX-License-Identifier: MIT */
#include "farm/digest.h"

#include <openssl/evp.h>
#include <string.h>

enum hash_family { HASH_MD5, HASH_SHA256, HASH_SHA512_256, HASH_COUNT };

static const char *const hash_names[HASH_COUNT] = {"MD5", "SHA2-256", "SHA2-512/256"};

/* RFC 7616 section 3.3. */
static const struct digest_algorithm algorithms[] = {
    {"MD5", HASH_MD5, false},
    {"MD5-sess", HASH_MD5, true},
    {"SHA-256", HASH_SHA256, false},
    {"SHA-256-sess", HASH_SHA256, true},
    {"SHA-512-256", HASH_SHA512_256, false},
    {"SHA-512-256-sess", HASH_SHA512_256, true},
};

/* Fetching a hash costs far more than hashing a line, so it is done once. */
static EVP_MD *hashes[HASH_COUNT];
static EVP_MD_CTX *context;

int digest_init(void)
{
    context = EVP_MD_CTX_new();
    for (int i = 0; i < HASH_COUNT; i++) {
        hashes[i] = EVP_MD_fetch(NULL, hash_names[i], NULL);
        if (hashes[i] == NULL || context == NULL) {
            digest_finish();
            return -1;
        }
    }
    return 0;
}

void digest_finish(void)
{
    for (int i = 0; i < HASH_COUNT; i++) {
        EVP_MD_free(hashes[i]);
        hashes[i] = NULL;
    }
    EVP_MD_CTX_free(context);
    context = NULL;
}

const struct digest_algorithm *digest_algorithm(struct slice token)
{
    if (token.len == 0) {
        return &algorithms[0];
    }
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (slice_equal_nocase(token, slice_of(algorithms[i].name))) {
            return &algorithms[i];
        }
    }
    return NULL;
}

static struct slice *field_of(struct digest_login *login, struct slice name)
{
    const struct {
        const char *name;
        struct slice *field;
    } fields[] = {
        {"username", &login->user},     {"realm", &login->realm},
        {"nonce", &login->nonce},       {"uri", &login->uri},
        {"response", &login->response}, {"algorithm", &login->algorithm},
        {"cnonce", &login->cnonce},     {"opaque", &login->opaque},
        {"qop", &login->qop},           {"nc", &login->nc},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (slice_equal_nocase(name, slice_of(fields[i].name))) {
            return fields[i].field;
        }
    }
    return NULL;
}

/* Takes a quoted string off *REST, which begins with the quote; its inside goes to *VALUE. */
static bool take_quoted(struct slice *rest, struct slice *value)
{
    for (size_t i = 1; i < rest->len; i++) {
        if (rest->at[i] == '\\') {
            i++;
        } else if (rest->at[i] == '"') {
            *value = (struct slice){rest->at + 1, i - 1};
            rest->at += i + 1;
            rest->len -= i + 1;
            return true;
        }
    }
    return false;
}

static bool take_value(struct slice *rest, struct slice *value)
{
    *rest = slice_trim(*rest);
    if (rest->len == 0 || rest->at[0] != '"') {
        *value = slice_trim(slice_cut(rest, ','));
        return value->len > 0;
    }
    if (!take_quoted(rest, value)) {
        return false;
    }
    struct slice gap = slice_trim(slice_cut(rest, ','));
    return gap.len == 0;
}

bool digest_parse(struct slice list, struct digest_login *login)
{
    *login = (struct digest_login){0};
    struct slice rest = slice_trim(list);
    while (rest.len > 0) {
        if (memchr(rest.at, '=', rest.len) == NULL) {
            return false;
        }
        struct slice name = slice_trim(slice_cut(&rest, '='));
        struct slice value = {0};
        if (name.len == 0 || !take_value(&rest, &value)) {
            return false;
        }
        struct slice *field = field_of(login, name);
        if (field != NULL && field->at != NULL) {
            return false;
        }
        if (field != NULL) {
            *field = value;
        }
        rest = slice_trim(rest);
    }
    return true;
}

bool digest_unquoted_equal(struct slice quoted, struct slice plain)
{
    size_t at = 0;
    for (size_t i = 0; i < quoted.len; i++, at++) {
        if (quoted.at[i] == '\\' && i + 1 < quoted.len) {
            i++;
        }
        if (at == plain.len || quoted.at[i] != plain.at[at]) {
            return false;
        }
    }
    return at == plain.len;
}

/* The hash of PARTS joined by colons, in hex. Returns the number of digits, 0 on failure. */
static size_t hash_joined(int family, const struct slice *parts, size_t count,
                          char hex[DIGEST_HEX_MAX + 1])
{
    bool good = EVP_DigestInit_ex2(context, hashes[family], NULL) == 1;
    for (size_t i = 0; i < count; i++) {
        good = good && (i == 0 || EVP_DigestUpdate(context, ":", 1) == 1);
        good = good && EVP_DigestUpdate(context, parts[i].at, parts[i].len) == 1;
    }
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    good = good && EVP_DigestFinal_ex(context, raw, &length) == 1;
    if (!good || length * 2 > DIGEST_HEX_MAX) {
        return 0;
    }
    static const char digits[] = "0123456789abcdef";
    for (unsigned int i = 0; i < length; i++) {
        hex[i * 2] = digits[raw[i] >> 4];
        hex[i * 2 + 1] = digits[raw[i] & 15];
    }
    hex[length * 2] = '\0';
    return (size_t)length * 2;
}

/* H(A1), RFC 7616 section 3.4.2. */
static size_t hash_a1(const struct digest_question *question, char hex[DIGEST_HEX_MAX + 1])
{
    int family = question->algorithm->family;
    struct slice secret[] = {question->user, question->login->realm, question->password};
    size_t length = hash_joined(family, secret, 3, hex);
    if (length == 0 || !question->algorithm->session) {
        return length;
    }
    char inner[DIGEST_HEX_MAX + 1];
    memcpy(inner, hex, length + 1);
    struct slice session[] = {{inner, length}, question->login->nonce, question->session_cnonce};
    return hash_joined(family, session, 3, hex);
}

size_t digest_response(const struct digest_question *question, char hex[DIGEST_HEX_MAX + 1])
{
    const struct digest_login *login = question->login;
    int family = question->algorithm->family;
    char a1[DIGEST_HEX_MAX + 1];
    char a2[DIGEST_HEX_MAX + 1];
    size_t length = hash_a1(question, a1);
    struct slice request[] = {question->method, login->uri};
    if (length == 0 || hash_joined(family, request, 2, a2) == 0) {
        return 0;
    }
    if (login->qop.len == 0) { /* RFC 2069 */
        struct slice parts[] = {{a1, length}, login->nonce, {a2, length}};
        return hash_joined(family, parts, 3, hex);
    }
    struct slice parts[] = {{a1, length},  login->nonce, login->nc,
                            login->cnonce, login->qop,   {a2, length}};
    return hash_joined(family, parts, 6, hex);
}
