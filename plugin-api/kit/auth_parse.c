/* SPDX-License-Identifier: MIT */
/*
 * Reading WWW-Authenticate, as devices write it rather than as RFC 7235 would like it: commas
 * missing or doubled, values without quotes, lists without quotes, quotes that never close.
 */
#include <kit/auth.h>

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

/* A challenge being read. */
struct draft {
    struct vmm_auth_challenge challenge;
    bool open;      /* between the scheme's name and the end of its parameters */
    bool bad;       /* something that we cannot do, or that does not fit */
    bool has_realm; /* of repeated parameters the first counts */
    bool has_nonce;
    bool has_algorithm;
    bool has_qop;
};

/* The best challenge so far. */
struct choice {
    struct vmm_auth_challenge *best;
    uint32_t policy;
    uint8_t offered;
};

struct scan {
    const char *at;
    bool after_comma; /* the next name follows a comma or stands first: it may be a scheme */
};

struct value {
    char text[VMM_AUTH_NONCE_MAX];
    bool bad; /* too long, or holds control characters */
};

/* name=value, or a word alone; a quoted string that belongs to nothing is a value without a name.
 */
struct item {
    const char *name;
    size_t len;
    bool after_comma;
    bool has_value;
    struct value value;
};

struct algorithm_name {
    const char *name;
    uint8_t algorithm;
    uint8_t flags;
};

static const struct algorithm_name algorithm_names[] = {
    {"MD5", VMM_AUTH_MD5, 0},
    {"MD5-sess", VMM_AUTH_MD5, VMM_AUTH_SESS},
    {"SHA-256", VMM_AUTH_SHA_256, 0},
    {"SHA-256-sess", VMM_AUTH_SHA_256, VMM_AUTH_SESS},
    {"SHA-512-256", VMM_AUTH_SHA_512_256, 0},
    {"SHA-512-256-sess", VMM_AUTH_SHA_512_256, VMM_AUTH_SESS},
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct scan *scan)
{
    while (is_space(*scan->at)) {
        scan->at++;
    }
}

static void skip_separators(struct scan *scan)
{
    for (; is_space(*scan->at) || *scan->at == ','; scan->at++) {
        scan->after_comma = scan->after_comma || *scan->at == ',';
    }
}

static void value_put(struct value *value, size_t *len, char c)
{
    unsigned char byte = (unsigned char)c;
    if (byte < 0x20 || byte == 0x7f || *len + 1 >= sizeof(value->text)) {
        value->bad = true;
        return;
    }
    value->text[(*len)++] = c;
}

static void read_quoted(struct scan *scan, struct value *value, size_t *len)
{
    scan->at++;
    while (*scan->at != '\0' && *scan->at != '"') {
        if (*scan->at == '\\' && scan->at[1] != '\0') {
            scan->at++;
        }
        value_put(value, len, *scan->at);
        scan->at++;
    }
    if (*scan->at == '"') {
        scan->at++;
    }
}

static void read_value(struct scan *scan, struct value *value)
{
    size_t len = 0;
    *value = (struct value){.bad = false};
    if (*scan->at == '"') {
        read_quoted(scan, value, &len);
    } else {
        for (; *scan->at != '\0' && *scan->at != ',' && !is_space(*scan->at); scan->at++) {
            value_put(value, &len, *scan->at);
        }
    }
    value->text[len] = '\0';
}

static bool next_item(struct scan *scan, struct item *item)
{
    skip_separators(scan);
    if (*scan->at == '\0') {
        return false;
    }
    item->name = scan->at;
    item->len = strcspn(scan->at, " \t\r\n,=\"");
    item->after_comma = scan->after_comma;
    scan->at += item->len;
    scan->after_comma = false;
    skip_space(scan);
    item->has_value = *scan->at == '=' || item->len == 0;
    if (*scan->at == '=') {
        scan->at++;
        skip_space(scan);
    }
    if (item->has_value) {
        read_value(scan, &item->value);
    }
    return true;
}

static bool is_name(const struct item *item, const char *wanted)
{
    return strlen(wanted) == item->len && strncasecmp(item->name, wanted, item->len) == 0;
}

static void store(char *field, size_t size, const struct value *value, struct draft *draft)
{
    size_t len = strlen(value->text);
    if (value->bad || len >= size) {
        draft->bad = true;
        return;
    }
    memcpy(field, value->text, len + 1);
}

static void take_algorithm(struct draft *draft, const struct value *value)
{
    struct vmm_auth_challenge *challenge = &draft->challenge;
    for (size_t i = 0; i < sizeof(algorithm_names) / sizeof(algorithm_names[0]); i++) {
        const struct algorithm_name *known = &algorithm_names[i];
        if (strcasecmp(value->text, known->name) == 0) {
            challenge->algorithm = known->algorithm;
            challenge->flags |= known->flags;
            store(challenge->algorithm_token, sizeof(challenge->algorithm_token), value, draft);
            return;
        }
    }
    draft->bad = true;
}

/* An empty list is what some devices send for "no qop". */
static void take_qop(struct draft *draft, const struct value *value)
{
    const char *at = value->text;
    bool any = false;
    for (;;) {
        at += strspn(at, " \t,;");
        size_t len = strcspn(at, " \t,;");
        if (len == 0) {
            break;
        }
        any = true;
        if (len == 4 && strncasecmp(at, "auth", 4) == 0) {
            draft->challenge.flags |= VMM_AUTH_QOP;
        }
        at += len;
    }
    if (any && (draft->challenge.flags & VMM_AUTH_QOP) == 0) {
        draft->bad = true;
    }
}

static void take_flag(struct draft *draft, const struct value *value, const char *word,
                      uint8_t flag)
{
    if (strcasecmp(value->text, word) == 0) {
        draft->challenge.flags |= flag;
    }
}

static bool first_time(bool *seen)
{
    bool first = !*seen;
    *seen = true;
    return first;
}

static void take_parameter(struct draft *draft, const struct item *item)
{
    const struct value *value = &item->value;
    struct vmm_auth_challenge *challenge = &draft->challenge;
    if (!draft->open) {
        return;
    }
    if (is_name(item, "realm") && first_time(&draft->has_realm)) {
        store(challenge->realm, sizeof(challenge->realm), value, draft);
    } else if (challenge->scheme != VMM_AUTH_DIGEST) {
        return;
    } else if (is_name(item, "nonce") && first_time(&draft->has_nonce)) {
        store(challenge->nonce, sizeof(challenge->nonce), value, draft);
    } else if (is_name(item, "opaque") && (challenge->flags & VMM_AUTH_OPAQUE) == 0) {
        challenge->flags |= VMM_AUTH_OPAQUE;
        store(challenge->opaque, sizeof(challenge->opaque), value, draft);
    } else if (is_name(item, "algorithm") && first_time(&draft->has_algorithm)) {
        take_algorithm(draft, value);
    } else if (is_name(item, "qop") && first_time(&draft->has_qop)) {
        take_qop(draft, value);
    } else if (is_name(item, "stale")) {
        take_flag(draft, value, "true", VMM_AUTH_STALE);
    } else if (is_name(item, "userhash")) {
        take_flag(draft, value, "true", VMM_AUTH_USERHASH);
    } else if (is_name(item, "charset")) {
        take_flag(draft, value, "UTF-8", VMM_AUTH_UTF8);
    }
}

static uint8_t offered_bit(const struct draft *draft)
{
    if (draft->bad) {
        return VMM_AUTH_OFFERED_OTHER;
    }
    if (draft->challenge.scheme == VMM_AUTH_BASIC) {
        return VMM_AUTH_OFFERED_BASIC;
    }
    return (uint8_t)(VMM_AUTH_OFFERED_MD5 << (draft->challenge.algorithm - VMM_AUTH_MD5));
}

static int rank(const struct vmm_auth_challenge *challenge)
{
    if (challenge->scheme != VMM_AUTH_DIGEST) {
        return challenge->scheme == VMM_AUTH_BASIC ? 1 : 0;
    }
    return 2 * challenge->algorithm + ((challenge->flags & VMM_AUTH_SESS) == 0);
}

static void judge_digest(struct draft *draft)
{
    struct vmm_auth_challenge *challenge = &draft->challenge;
    if (challenge->algorithm == 0) {
        challenge->algorithm = VMM_AUTH_MD5;
    }
    draft->bad = draft->bad || !draft->has_nonce || !vmm_auth_can(challenge->algorithm);
}

static void close_draft(struct draft *draft, struct choice *choice)
{
    if (!draft->open) {
        return;
    }
    draft->open = false;
    if (draft->challenge.scheme == VMM_AUTH_DIGEST) {
        judge_digest(draft);
    }
    choice->offered |= offered_bit(draft);
    bool allowed =
        draft->challenge.scheme != VMM_AUTH_BASIC || (choice->policy & VMM_AUTH_ALLOW_BASIC) != 0;
    if (!draft->bad && allowed && rank(&draft->challenge) > rank(choice->best)) {
        *choice->best = draft->challenge;
    }
}

static uint8_t scheme_of(const struct item *item)
{
    if (is_name(item, "Digest")) {
        return VMM_AUTH_DIGEST;
    }
    return is_name(item, "Basic") ? VMM_AUTH_BASIC : VMM_AUTH_NONE;
}

/* A word without '=' opens a challenge, unless it is a piece of a list or phrase that lacks its
 * quotes. */
static void take_word(struct draft *draft, struct choice *choice, const struct item *item)
{
    uint8_t scheme = scheme_of(item);
    bool list_item = is_name(item, "auth") || is_name(item, "auth-int");
    if (list_item || (scheme == VMM_AUTH_NONE && !item->after_comma)) {
        return;
    }
    close_draft(draft, choice);
    *draft = (struct draft){.open = true, .bad = scheme == VMM_AUTH_NONE};
    draft->challenge.scheme = scheme;
}

static void read_challenges(const char *text, struct choice *choice)
{
    struct scan scan = {.at = text, .after_comma = true};
    struct draft draft = {.open = false};
    struct item item;
    while (next_item(&scan, &item)) {
        if (item.has_value) {
            take_parameter(&draft, &item);
        } else {
            take_word(&draft, choice, &item);
        }
    }
    close_draft(&draft, choice);
}

int vmm_auth_choose(const char *const *values, uint32_t policy,
                    struct vmm_auth_challenge *challenge, uint8_t *offered)
{
    struct choice choice = {.best = challenge, .policy = policy};
    *challenge = (struct vmm_auth_challenge){.scheme = VMM_AUTH_NONE};
    for (size_t i = 0; values != NULL && values[i] != NULL && i < VMM_AUTH_VALUES_MAX; i++) {
        if (strnlen(values[i], VMM_AUTH_VALUE_MAX + 1) <= VMM_AUTH_VALUE_MAX) {
            read_challenges(values[i], &choice);
        }
    }
    if (offered != NULL) {
        *offered = choice.offered;
    }
    return challenge->scheme == VMM_AUTH_NONE ? VMM_E_NOTSUP : 0;
}

/* With "-sess" the session key belongs to the first nonce, so a next one would need both: ask
 * afresh. */
static void take_next_nonce(struct vmm_auth *auth, const struct value *value)
{
    struct vmm_auth_challenge *challenge = &auth->challenge;
    if (value->bad) {
        return;
    }
    if ((challenge->flags & VMM_AUTH_SESS) != 0) {
        vmm_auth_init(auth);
        return;
    }
    memcpy(challenge->nonce, value->text, strlen(value->text) + 1);
    auth->nonce_count = 0;
}

void vmm_auth_info(struct vmm_auth *auth, const char *value)
{
    if (auth->challenge.scheme != VMM_AUTH_DIGEST ||
        strnlen(value, VMM_AUTH_VALUE_MAX + 1) > VMM_AUTH_VALUE_MAX) {
        return;
    }
    struct scan scan = {.at = value};
    struct item item;
    while (next_item(&scan, &item)) {
        if (item.has_value && is_name(&item, "nextnonce")) {
            take_next_nonce(auth, &item.value);
            return;
        }
    }
}
