/* SPDX-License-Identifier: MIT */
/* Computing an answer and writing it as a header value. */
#include <kit/auth.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include <vmm/errors.h>

/* Fetched once: a fetch costs more than a digest. They live as long as the process. */
static EVP_MD *digests[VMM_AUTH_SHA_512_256 + 1];
static pthread_once_t digests_once = PTHREAD_ONCE_INIT;

/* A text of fixed room that notices when it is full. */
struct text {
    char *out;
    size_t size;
    size_t len;
    bool full;
};

struct answer {
    const struct vmm_auth_challenge *challenge;
    const struct vmm_auth_request *request;
    uint32_t nc;
    char cnonce[2 * VMM_AUTH_CNONCE_SIZE + 1];
    char response[VMM_AUTH_HASH_MAX];
};

static void fetch_digests(void)
{
    digests[VMM_AUTH_MD5] = EVP_MD_fetch(NULL, "MD5", NULL);
    digests[VMM_AUTH_SHA_256] = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    digests[VMM_AUTH_SHA_512_256] = EVP_MD_fetch(NULL, "SHA2-512/256", NULL);
}

static const EVP_MD *digest_of(uint8_t algorithm)
{
    pthread_once(&digests_once, fetch_digests);
    return algorithm <= VMM_AUTH_SHA_512_256 ? digests[algorithm] : NULL;
}

int vmm_auth_can(uint8_t algorithm)
{
    return digest_of(algorithm) != NULL;
}

static void hex(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * size] = '\0';
}

/* H(a:b:c…) of `parts`, ended by NULL. */
static int hash(EVP_MD_CTX *ctx, uint8_t algorithm, const char *const *parts,
                char out[VMM_AUTH_HASH_MAX])
{
    uint8_t sum[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    bool good = EVP_DigestInit_ex2(ctx, digest_of(algorithm), NULL) == 1;
    for (size_t i = 0; good && parts[i] != NULL; i++) {
        good = (i == 0 || EVP_DigestUpdate(ctx, ":", 1) == 1) &&
               EVP_DigestUpdate(ctx, parts[i], strlen(parts[i])) == 1;
    }
    good = good && EVP_DigestFinal_ex(ctx, sum, &size) == 1 && 2 * size < VMM_AUTH_HASH_MAX;
    if (good) {
        hex(sum, size, out);
    }
    explicit_bzero(sum, sizeof(sum));
    return good ? 0 : VMM_E_NOTSUP;
}

/* H(A1), RFC 7616 section 3.4.2. */
static int hash_a1(EVP_MD_CTX *ctx, const struct answer *answer, const char *cnonce,
                   char out[VMM_AUTH_HASH_MAX])
{
    const struct vmm_auth_challenge *challenge = answer->challenge;
    const char *const user[] = {answer->request->user, challenge->realm, answer->request->password,
                                NULL};
    int rc = hash(ctx, challenge->algorithm, user, out);
    if (rc < 0 || (challenge->flags & VMM_AUTH_SESS) == 0) {
        return rc;
    }
    const char *const session[] = {out, challenge->nonce, cnonce, NULL};
    return hash(ctx, challenge->algorithm, session, out);
}

static int compute(EVP_MD_CTX *ctx, const struct answer *answer, const char *cnonce,
                   char out[VMM_AUTH_HASH_MAX])
{
    const struct vmm_auth_challenge *challenge = answer->challenge;
    const char *const a2[] = {answer->request->method, answer->request->uri, NULL};
    char ha1[VMM_AUTH_HASH_MAX];
    char ha2[VMM_AUTH_HASH_MAX];
    char nc[9];
    int rc = hash_a1(ctx, answer, cnonce, ha1);
    if (rc == 0) {
        rc = hash(ctx, challenge->algorithm, a2, ha2);
    }
    if (rc == 0 && (challenge->flags & VMM_AUTH_QOP) != 0) {
        (void)snprintf(nc, sizeof(nc), "%08x", answer->nc);
        const char *const all[] = {ha1, challenge->nonce, nc, cnonce, "auth", ha2, NULL};
        rc = hash(ctx, challenge->algorithm, all, out);
    } else if (rc == 0) {
        const char *const all[] = {ha1, challenge->nonce, ha2, NULL};
        rc = hash(ctx, challenge->algorithm, all, out);
    }
    explicit_bzero(ha1, sizeof(ha1));
    return rc;
}

int vmm_auth_response(const struct vmm_auth_challenge *challenge,
                      const struct vmm_auth_request *request, uint32_t nc, const char *cnonce,
                      char out[VMM_AUTH_HASH_MAX])
{
    const struct answer answer = {.challenge = challenge, .request = request, .nc = nc};
    if (challenge->scheme != VMM_AUTH_DIGEST || !vmm_auth_can(challenge->algorithm)) {
        return VMM_E_NOTSUP;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = compute(ctx, &answer, cnonce, out);
    EVP_MD_CTX_free(ctx);
    return rc;
}

int vmm_auth_userhash(const struct vmm_auth_challenge *challenge, const char *user,
                      char out[VMM_AUTH_HASH_MAX])
{
    const char *const parts[] = {user, challenge->realm, NULL};
    if (challenge->scheme != VMM_AUTH_DIGEST || !vmm_auth_can(challenge->algorithm)) {
        return VMM_E_NOTSUP;
    }
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = hash(ctx, challenge->algorithm, parts, out);
    EVP_MD_CTX_free(ctx);
    return rc;
}

static void put_char(struct text *text, char c)
{
    if (text->len + 1 >= text->size) {
        text->full = true;
        return;
    }
    text->out[text->len++] = c;
    text->out[text->len] = '\0';
}

static void put(struct text *text, const char *s)
{
    for (; *s != '\0'; s++) {
        put_char(text, *s);
    }
}

static void put_quoted(struct text *text, const char *name, const char *value)
{
    put(text, name);
    put(text, "=\"");
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            put_char(text, '\\');
        }
        put_char(text, *value);
    }
    put(text, "\"");
}

static void put_token(struct text *text, const char *name, const char *value)
{
    put(text, name);
    put(text, "=");
    put(text, value);
}

/* The extended form of RFC 5987 for a user name that is not ASCII. */
static void put_extended_user(struct text *text, const char *user)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&+-.^_`|~";
    put(text, "username*=UTF-8''");
    for (; *user != '\0'; user++) {
        char escaped[4];
        if (strchr(plain, *user) != NULL) {
            put_char(text, *user);
        } else {
            (void)snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*user);
            put(text, escaped);
        }
    }
}

static bool is_ascii(const char *s)
{
    while (*s != '\0' && (unsigned char)*s < 0x80) {
        s++;
    }
    return *s == '\0';
}

static int put_user(struct text *text, const struct answer *answer)
{
    const char *user = answer->request->user;
    char hashed[VMM_AUTH_HASH_MAX];
    if ((answer->challenge->flags & VMM_AUTH_USERHASH) != 0) {
        int rc = vmm_auth_userhash(answer->challenge, user, hashed);
        if (rc < 0) {
            return rc;
        }
        put_quoted(text, "username", hashed);
    } else if ((answer->challenge->flags & VMM_AUTH_UTF8) != 0 && !is_ascii(user)) {
        put_extended_user(text, user);
    } else {
        put_quoted(text, "username", user);
    }
    return 0;
}

/* Without qop a cnonce is sent only where the device cannot check the answer without it. */
static void put_counters(struct text *text, const struct answer *answer)
{
    char nc[9];
    uint8_t flags = answer->challenge->flags;
    if ((flags & (VMM_AUTH_QOP | VMM_AUTH_SESS)) != 0) {
        put_quoted(text, ", cnonce", answer->cnonce);
    }
    if ((flags & VMM_AUTH_QOP) != 0) {
        (void)snprintf(nc, sizeof(nc), "%08x", answer->nc);
        put_token(text, ", nc", nc);
        put_token(text, ", qop", "auth");
    }
}

/* What the device did not send is not echoed: some devices refuse an algorithm that they did not
 * name. */
static int put_digest(struct text *text, struct answer *answer)
{
    const struct vmm_auth_challenge *challenge = answer->challenge;
    int rc =
        vmm_auth_response(challenge, answer->request, answer->nc, answer->cnonce, answer->response);
    put(text, "Digest ");
    if (rc == 0) {
        rc = put_user(text, answer);
    }
    if (rc < 0) {
        return rc;
    }
    put_quoted(text, ", realm", challenge->realm);
    put_quoted(text, ", nonce", challenge->nonce);
    put_quoted(text, ", uri", answer->request->uri);
    put_counters(text, answer);
    put_quoted(text, ", response", answer->response);
    if ((challenge->flags & VMM_AUTH_OPAQUE) != 0) {
        put_quoted(text, ", opaque", challenge->opaque);
    }
    if (challenge->algorithm_token[0] != '\0') {
        put_token(text, ", algorithm", challenge->algorithm_token);
    }
    if ((challenge->flags & VMM_AUTH_USERHASH) != 0) {
        put_token(text, ", userhash", "true");
    }
    return 0;
}

/* RFC 7617: a user name with a colon cannot be told from its password. */
static int put_basic(struct text *text, const struct vmm_auth_request *request)
{
    char pair[2 * VMM_AUTH_USER_MAX];
    unsigned char encoded[4 * (sizeof(pair) / 3 + 1) + 1];
    if (strchr(request->user, ':') != NULL) {
        return VMM_E_INVAL;
    }
    int len = snprintf(pair, sizeof(pair), "%s:%s", request->user, request->password);
    EVP_EncodeBlock(encoded, (const unsigned char *)pair, len);
    put(text, "Basic ");
    put(text, (const char *)encoded);
    explicit_bzero(pair, sizeof(pair));
    explicit_bzero(encoded, sizeof(encoded));
    return 0;
}

static bool has_byte_below(const char *s, unsigned char limit, const char *others)
{
    for (; *s != '\0'; s++) {
        unsigned char byte = (unsigned char)*s;
        if (byte < limit || byte == 0x7f || strchr(others, *s) != NULL) {
            return true;
        }
    }
    return false;
}

/* What would break the header line is refused; the uri is also never escaped, so it may hold no
 * quote. */
static int check_request(const struct vmm_auth_request *request)
{
    if (strnlen(request->user, VMM_AUTH_USER_MAX) == VMM_AUTH_USER_MAX ||
        strnlen(request->password, VMM_AUTH_USER_MAX) == VMM_AUTH_USER_MAX ||
        strnlen(request->uri, VMM_AUTH_URI_MAX) == VMM_AUTH_URI_MAX) {
        return VMM_E_TOOBIG;
    }
    if (has_byte_below(request->user, 0x20, "") || has_byte_below(request->uri, 0x21, "\"\\")) {
        return VMM_E_INVAL;
    }
    return 0;
}

static int put_answer(struct text *text, const struct vmm_auth *auth,
                      const struct vmm_auth_request *request, const uint8_t *cnonce)
{
    struct answer answer = {.challenge = &auth->challenge, .request = request};
    if (auth->challenge.scheme == VMM_AUTH_BASIC) {
        return put_basic(text, request);
    }
    if (auth->challenge.scheme != VMM_AUTH_DIGEST || auth->nonce_count == UINT32_MAX) {
        return VMM_E_STATE;
    }
    answer.nc = auth->nonce_count + 1;
    hex(cnonce, VMM_AUTH_CNONCE_SIZE, answer.cnonce);
    return put_digest(text, &answer);
}

/*
 * One cnonce goes with a nonce for its whole life. So the session key of "-sess", which RFC 7616
 * computes from the first answer, is the same for devices that compute it from each answer.
 */
int vmm_auth_authorize(struct vmm_auth *auth, const struct vmm_auth_request *request,
                       const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE], char *out, size_t size)
{
    struct text text = {.out = out, .size = size};
    const uint8_t *used = auth->nonce_count == 0 ? cnonce : auth->cnonce;
    int rc = size > 0 ? check_request(request) : VMM_E_TOOBIG;
    if (rc == 0) {
        rc = put_answer(&text, auth, request, used);
    }
    if (rc == 0 && text.full) {
        rc = VMM_E_TOOBIG;
    }
    if (rc < 0) {
        explicit_bzero(out, size);
        return rc;
    }
    if (auth->challenge.scheme == VMM_AUTH_DIGEST) {
        memmove(auth->cnonce, used, VMM_AUTH_CNONCE_SIZE);
        auth->nonce_count++;
    }
    return (int)text.len;
}
