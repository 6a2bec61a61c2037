/* SPDX-License-Identifier: MIT */
#include "farm/auth.h"

#include "farm/dvrip.h"

#include <openssl/evp.h>
#include <string.h>

#define BASIC_MAX 512

bool auth_is_locked(struct auth_lock *lock, uint64_t now_us)
{
    if (lock->until_us == 0) {
        return false;
    }
    if (now_us < lock->until_us) {
        return true;
    }
    *lock = (struct auth_lock){0};
    return false;
}

static const struct auth_user *find_user(const struct auth_users *users, struct slice name,
                                         bool quoted)
{
    for (size_t i = 0; i < users->count; i++) {
        struct slice plain = slice_of(users->list[i].name);
        if (quoted ? digest_unquoted_equal(name, plain) : slice_equal(name, plain)) {
            return &users->list[i];
        }
    }
    return NULL;
}

static struct auth_result bad(const char *why)
{
    return (struct auth_result){.verdict = AUTH_BAD, .why = why};
}

static bool offers_basic(const struct auth_policy *policy)
{
    for (size_t i = 0; i < policy->count; i++) {
        if (policy->challenges[i].algorithm == NULL) {
            return true;
        }
    }
    return false;
}

static struct auth_result check_basic(const struct auth_check *check, struct slice token)
{
    if (!offers_basic(check->policy)) {
        struct auth_result result = bad("basic was not offered");
        result.basic_unoffered = true;
        return result;
    }
    unsigned char plain[BASIC_MAX];
    if (token.len == 0 || token.len % 4 != 0 || token.len / 4 * 3 > sizeof plain) {
        return bad("not base64");
    }
    int length = EVP_DecodeBlock(plain, (const unsigned char *)token.at, (int)token.len);
    size_t padding = (token.at[token.len - 1] == '=') + (token.at[token.len - 2] == '=');
    if (length < 0 || (size_t)length < padding) {
        return bad("not base64");
    }
    struct slice password = {(const char *)plain, (size_t)length - padding};
    struct slice name = slice_cut(&password, ':');
    const struct auth_user *user = find_user(check->users, name, false);
    if (user == NULL) {
        return bad("unknown user");
    }
    if (!slice_equal(password, slice_of(user->password))) {
        return bad("wrong password");
    }
    return (struct auth_result){.verdict = AUTH_GOOD, .user = user};
}

static const struct auth_challenge *find_challenge(const struct auth_policy *policy,
                                                   const struct digest_algorithm *algorithm)
{
    for (size_t i = 0; algorithm != NULL && i < policy->count; i++) {
        if (policy->challenges[i].algorithm == algorithm) {
            return &policy->challenges[i];
        }
    }
    return NULL;
}

/* What is wrong with the form of a digest login; NULL: nothing. */
static const char *find_fault(const struct auth_challenge *challenge,
                              const struct digest_login *login, const struct message *message,
                              uint64_t *nc)
{
    if (challenge == NULL) {
        return "algorithm was not offered";
    }
    if (!digest_unquoted_equal(login->realm, challenge->realm)) {
        return "another realm";
    }
    if (challenge->opaque.len > 0 && !digest_unquoted_equal(login->opaque, challenge->opaque)) {
        return "opaque was not sent back";
    }
    if (!slice_equal(login->uri, message->target)) {
        return "uri is not the request's";
    }
    if (!challenge->qop) {
        return login->qop.len == 0 ? NULL : "qop was not offered";
    }
    if (!slice_equal_nocase(login->qop, SLICE("auth"))) {
        return "qop is not auth";
    }
    if (login->nc.len != 8 || !slice_hex(login->nc, nc) || *nc == 0) {
        return "nc is not eight hex digits above zero";
    }
    return login->cnonce.len > 0 ? NULL : "cnonce is missing";
}

static bool response_matches(struct digest_question *question, struct slice cnonce)
{
    char hex[DIGEST_HEX_MAX + 1];
    question->session_cnonce = cnonce;
    size_t length = digest_response(question, hex);
    return length > 0 && slice_equal_nocase(question->login->response, (struct slice){hex, length});
}

/* A session's key comes from its first cnonce (RFC 7616 section 3.4.2); many clients take the
 * current one each time, and devices accept both. */
static bool is_right(struct digest_question *question, struct nonce *nonce)
{
    if (response_matches(question, question->login->cnonce)) {
        return true;
    }
    return question->algorithm->session && nonce != NULL && nonce->session_cnonce[0] != '\0' &&
           response_matches(question, slice_of(nonce->session_cnonce));
}

static void remember_session(const struct digest_login *login, struct nonce *nonce)
{
    if (nonce->session_cnonce[0] == '\0' && login->cnonce.len <= NONCE_CNONCE_MAX &&
        login->cnonce.len > 0) {
        memcpy(nonce->session_cnonce, login->cnonce.at, login->cnonce.len);
        nonce->session_cnonce[login->cnonce.len] = '\0';
    }
}

static struct auth_result check_digest(const struct auth_check *check, struct slice list)
{
    struct digest_login login = {0};
    if (!digest_parse(list, &login)) {
        return bad("not a digest login");
    }
    const struct digest_algorithm *algorithm = digest_algorithm(login.algorithm);
    uint64_t nc = 0;
    const char *why =
        find_fault(find_challenge(check->policy, algorithm), &login, check->message, &nc);
    if (why != NULL) {
        return bad(why);
    }
    const struct auth_user *user = find_user(check->users, login.user, true);
    if (user == NULL) {
        return bad("unknown user");
    }
    struct nonce *nonce = NULL;
    struct auth_result result = {.verdict = AUTH_STALE, .user = user};
    result.nonce = nonce_look_up(check->ring, &check->policy->nonce, login.nonce, (uint32_t)nc,
                                 check->connection, check->now_us, &nonce);
    struct digest_question question = {.algorithm = algorithm,
                                       .user = slice_of(user->name),
                                       .password = slice_of(user->password),
                                       .method = check->message->verb,
                                       .login = &login};
    if (!is_right(&question, nonce)) {
        return bad("wrong response");
    }
    if (result.nonce == NONCE_GOOD) {
        result.verdict = AUTH_GOOD;
        nonce_use(nonce, (uint32_t)nc);
        result.in_session = nonce->told;
        remember_session(&login, nonce);
    }
    return result;
}

static struct auth_result check_scheme(const struct auth_check *check)
{
    struct slice rest = check->message->login;
    struct slice scheme = slice_cut(&rest, ' ');
    if (slice_equal_nocase(scheme, SLICE("basic"))) {
        return check_basic(check, slice_trim(rest));
    }
    if (!slice_equal_nocase(scheme, SLICE("digest"))) {
        return bad("unknown scheme");
    }
    return check->policy->digest ? check_digest(check, rest) : bad("digest was not offered");
}

static void count_for_lock(const struct auth_check *check, struct auth_result *result)
{
    struct auth_lock *lock = check->lock;
    if (result->verdict == AUTH_GOOD) {
        lock->bad_in_row = 0;
    } else if (result->verdict == AUTH_BAD) {
        lock->bad_in_row++;
        if (check->policy->lock_after != 0 && lock->bad_in_row >= check->policy->lock_after) {
            lock->until_us = check->now_us + check->policy->lock_us;
            result->locked_now = true;
        }
    }
}

static struct auth_result check_fields(const struct auth_check *check)
{
    const struct auth_user *user =
        fields_check(&check->policy->fields, check->users, check->message);
    return user != NULL ? (struct auth_result){.verdict = AUTH_GOOD, .user = user}
                        : bad("wrong user or password in the fields");
}

static struct auth_result check_token(const struct auth_check *check)
{
    const struct soap *soap = &check->message->soap;
    struct wsse_check token = {.policy = &check->policy->wsse,
                               .soap = soap,
                               .clock = check->clock,
                               .wall_us = check->wall_us,
                               .seen = check->seen};
    const char *why = wsse_fault(&token);
    if (why != NULL) {
        return bad(why);
    }
    const struct auth_user *user = find_user(check->users, soap->user, false);
    if (user == NULL) {
        return bad("unknown user");
    }
    return wsse_is_signed(soap, user->password)
               ? (struct auth_result){.verdict = AUTH_GOOD, .user = user}
               : bad("wrong password in the token");
}

static struct auth_result check_dvrip(const struct auth_check *check)
{
    struct dvrip_login login;
    char hash[DVRIP_HASH + 1];
    if (!dvrip_read_login(check->message->body, &login)) {
        return bad("not a login");
    }
    const struct auth_user *user = find_user(check->users, slice_of(login.user), false);
    if (user == NULL) {
        return bad("unknown user");
    }
    dvrip_hash(user->password, hash);
    return strcmp(hash, login.hash) == 0 ? (struct auth_result){.verdict = AUTH_GOOD, .user = user}
                                         : bad("wrong password");
}

/* Credentials of each kind that the device knows; two kinds in one request are refused. */
static struct auth_result check_credentials(const struct auth_check *check)
{
    if (check->policy->dvrip) {
        return check_dvrip(check);
    }
    bool token = check->policy->wsse.asked && check->message->soap.user.len > 0;
    if (token && check->message->login.len > 0) {
        return bad("credentials in the header and in the message");
    }
    if (token) {
        return check_token(check);
    }
    return check->message->login.len > 0 ? check_scheme(check) : check_fields(check);
}

bool auth_is_asked(const struct auth_policy *policy)
{
    return policy->count > 0 || policy->fields.user != NULL || policy->wsse.asked || policy->dvrip;
}

bool auth_is_brought(const struct auth_policy *policy, const struct message *message)
{
    return message->login.len > 0 || fields_are_in(&policy->fields, message) ||
           (policy->wsse.asked && message->soap.user.len > 0) ||
           (policy->dvrip && message->id == DVRIP_LOGIN);
}

struct auth_result auth_check(const struct auth_check *check)
{
    if (!auth_is_brought(check->policy, check->message)) {
        return (struct auth_result){.verdict = AUTH_ABSENT};
    }
    if (auth_is_locked(check->lock, check->now_us)) {
        return (struct auth_result){.verdict = AUTH_LOCKED};
    }
    struct auth_result result = check_credentials(check);
    count_for_lock(check, &result);
    return result;
}
