/* SPDX-License-Identifier: MIT */
/* The "auth" object of a personality: what a device offers and how long it holds. */
#include "farm/auth.h"

#include <string.h>

static const struct {
    const char *name;
    int level;
} levels[] = {
    {"anonymous", LEVEL_ANONYMOUS},
    {"viewer", LEVEL_VIEWER},
    {"operator", LEVEL_OPERATOR},
    {"admin", LEVEL_ADMIN},
};

bool auth_level_read(const char *name, int *level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strcmp(name, levels[i].name) == 0) {
            *level = levels[i].level;
            return true;
        }
    }
    return false;
}

static void write_digest(struct arena *arena, const json_t *object, const char *token,
                         const char *qop, struct auth_challenge *challenge)
{
    struct out text = {0};
    out_text(&text, "Digest realm=\"");
    out_slice(&text, challenge->realm);
    out_text(&text, "\", nonce=\"");
    challenge->front = arena_text(arena, text.data, text.len);
    text.len = 0;
    out_text(&text, "\"");
    if (challenge->opaque.len > 0) {
        out_text(&text, ", opaque=\"");
        out_slice(&text, challenge->opaque);
        out_text(&text, "\"");
    }
    if (json_object_get(object, "algorithm") != NULL) {
        out_text(&text, ", algorithm=");
        out_text(&text, token);
    }
    if (challenge->qop) {
        out_text(&text, ", qop=\"");
        out_text(&text, qop);
        out_text(&text, "\"");
    }
    challenge->back = arena_text(arena, text.data, text.len);
    out_finish(&text);
}

static void write_basic(struct arena *arena, struct auth_challenge *challenge)
{
    struct out text = {0};
    out_text(&text, "Basic realm=\"");
    out_slice(&text, challenge->realm);
    out_text(&text, "\"");
    challenge->front = arena_text(arena, text.data, text.len);
    challenge->back = "";
    out_finish(&text);
}

static struct slice kept_text(struct arena *arena, const char *text)
{
    size_t length = strlen(text);
    return (struct slice){arena_text(arena, text, length), length};
}

/* An algorithm may be written with quotes, as some devices send it; they are no part of its name. */
static const struct digest_algorithm *read_algorithm(const char *token)
{
    struct slice name = slice_of(token);
    if (name.len >= 2 && name.at[0] == '"' && name.at[name.len - 1] == '"') {
        name = (struct slice){name.at + 1, name.len - 2};
    }
    return digest_algorithm(name);
}

static bool read_challenge(struct arena *arena, const json_t *object, const char *realm,
                           struct auth_challenge *challenge, struct problem *problem)
{
    if (!problem_keys(problem, object, "scheme realm algorithm opaque qop")) {
        return false;
    }
    const char *scheme = problem_text(problem, object, "scheme", "digest");
    challenge->realm = kept_text(arena, problem_text(problem, object, "realm", realm));
    if (strcmp(scheme, "basic") == 0) {
        write_basic(arena, challenge);
        return true;
    }
    if (strcmp(scheme, "digest") != 0) {
        return problem_note(problem, "auth scheme \"%s\" is neither basic nor digest", scheme);
    }
    const char *token = problem_text(problem, object, "algorithm", "MD5");
    const char *qop = problem_text(problem, object, "qop", "auth");
    challenge->algorithm = read_algorithm(token);
    challenge->opaque = kept_text(arena, problem_text(problem, object, "opaque", ""));
    challenge->qop = strcmp(qop, "none") != 0;
    if (challenge->algorithm == NULL) {
        return problem_note(problem, "unknown digest algorithm \"%s\"", token);
    }
    if (challenge->algorithm->session && !challenge->qop) {
        return problem_note(problem, "a -sess algorithm needs qop auth");
    }
    write_digest(arena, object, token, qop, challenge);
    return true;
}

static bool read_challenges(struct arena *arena, const json_t *object, struct auth_policy *policy,
                            struct problem *problem)
{
    const json_t *list = problem_array(problem, object, "challenges");
    const char *realm = problem_text(problem, object, "realm", "device");
    size_t count = json_array_size(list);
    struct auth_challenge *challenges = arena_take(arena, count, sizeof *challenges);
    for (size_t i = 0; i < count; i++) {
        if (!read_challenge(arena, json_array_get(list, i), realm, &challenges[i], problem)) {
            return false;
        }
        policy->digest = policy->digest || challenges[i].algorithm != NULL;
    }
    policy->challenges = challenges;
    policy->count = count;
    return !problem_is(problem);
}

static bool read_lockout(const json_t *object, struct auth_policy *policy, struct problem *problem)
{
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "after for_s answers_all")) {
        return false;
    }
    policy->lock_after = (uint32_t)problem_int(problem, object, "after", 5, 1, 1000000);
    policy->lock_us = (uint64_t)(problem_real(problem, object, "for_s", 1800, 0.001, 1e7) * 1e6);
    policy->locks_all = problem_flag(problem, object, "answers_all", false);
    return !problem_is(problem);
}

bool auth_policy_read(struct arena *arena, const json_t *object, struct auth_policy *policy,
                      struct problem *problem)
{
    *policy = (struct auth_policy){0};
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object,
                      "challenges realm one_header stale_flag nonce_lifetime_s nonce_uses "
                      "nonce_per_connection strict_nc lockout fields wsse dvrip")) {
        return false;
    }
    policy->dvrip = problem_flag(problem, object, "dvrip", false);
    policy->one_header = problem_flag(problem, object, "one_header", false);
    policy->stale_flag = problem_flag(problem, object, "stale_flag", true);
    policy->nonce.lifetime_us =
        (uint64_t)(problem_real(problem, object, "nonce_lifetime_s", 0, 0, 1e7) * 1e6);
    policy->nonce.uses = (uint32_t)problem_int(problem, object, "nonce_uses", 0, 0, UINT32_MAX);
    policy->nonce.per_connection = problem_flag(problem, object, "nonce_per_connection", false);
    policy->nonce.strict_count = problem_flag(problem, object, "strict_nc", true);
    return read_challenges(arena, object, policy, problem) &&
           fields_read(arena, problem_object(problem, object, "fields"), &policy->fields,
                       problem) &&
           wsse_read(problem_object(problem, object, "wsse"), &policy->wsse, problem) &&
           read_lockout(problem_object(problem, object, "lockout"), policy, problem);
}
