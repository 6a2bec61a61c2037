/* SPDX-License-Identifier: MIT */
#include "farm/personality.h"

#include "farm/dvrip.h"

#include <stdio.h>
#include <string.h>

#define PERSONALITY_KEYS                                                                           \
    "about extends protocol version port vars headers header_case line_end keep_alive auth "       \
    "connections latency writes reads operations answers vivotek rtsp dvrip unauthorized locked "  \
    "forbidden "                                                                                   \
    "not_found bad_request busy "                                                                  \
    "error over_limit no_session"

static bool any_matches(const char *const *patterns, size_t count, struct slice path)
{
    for (size_t i = 0; i < count; i++) {
        if (answer_path_matches(patterns[i], path)) {
            return true;
        }
    }
    return false;
}

bool personality_writes(const struct personality *personality, const struct message *message)
{
    if (any_matches(personality->writes, personality->write_count, message->path) ||
        any_matches(personality->writes, personality->write_count, message->target)) {
        return true;
    }
    if (personality->dvrip) {
        return !any_matches(personality->reads, personality->read_count, message->path);
    }
    if (personality->operation_count > 0 && message->soap.operation.len > 0) {
        return !any_matches(personality->operations, personality->operation_count,
                            message->soap.operation);
    }
    switch (message->method) {
    case METHOD_POST:
    case METHOD_PUT:
        return !any_matches(personality->reads, personality->read_count, message->path);
    case METHOD_DELETE:
    case METHOD_SET_PARAMETER:
        return true;
    default:
        return false;
    }
}

const struct answer *personality_answer(const struct personality *personality,
                                        const struct message *message, uint64_t given)
{
    for (size_t i = 0; i < personality->answer_count; i++) {
        if ((personality->answers[i].once & given) == 0 &&
            answer_matches(&personality->answers[i], message)) {
            return &personality->answers[i];
        }
    }
    return NULL;
}

static const char *const *read_patterns(struct arena *arena, const json_t *json, const char *key,
                                        size_t *count, struct problem *problem)
{
    const json_t *list = problem_array(problem, json, key);
    *count = json_array_size(list);
    const char **patterns = arena_take(arena, *count, sizeof *patterns);
    for (size_t i = 0; i < *count; i++) {
        const char *pattern = json_string_value(json_array_get(list, i));
        if (pattern == NULL) {
            problem_note(problem, "\"%s\" must be a list of text", key);
            pattern = "";
        }
        patterns[i] = arena_text(arena, pattern, strlen(pattern));
    }
    return patterns;
}

/* The place in LIST of the word under KEY; the first is the default. */
static int read_word(const json_t *object, const char *key, const char *const *list, int count,
                     struct problem *problem)
{
    const char *word = problem_text(problem, object, key, list[0]);
    for (int i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0) {
            return i;
        }
    }
    problem_note(problem, "\"%s\" cannot be \"%s\"", key, word);
    return 0;
}

static bool read_connections(const json_t *object, struct personality *result,
                             struct problem *problem)
{
    static const char *const words[] = {"reset", "answer", "hang"};
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "limit beyond")) {
        return false;
    }
    result->connection_limit = (uint32_t)problem_int(problem, object, "limit", 0, 0, 1000000);
    result->beyond = (enum personality_beyond)read_word(object, "beyond", words, 3, problem);
    return !problem_is(problem);
}

static bool read_latency(const json_t *object, struct personality *result, struct problem *problem)
{
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "ms median_ms p99_ms")) {
        return false;
    }
    double fixed = problem_real(problem, object, "ms", 0, 0, 1e7);
    double median = problem_real(problem, object, "median_ms", 0, 0, 1e7);
    double p99 = problem_real(problem, object, "p99_ms", 0, 0, 1e7);
    bool drawn = median > 0 || p99 > 0;
    if (drawn && (median <= 0 || p99 < median || fixed > 0)) {
        return problem_note(problem, "latency: either ms, or 0 < median_ms <= p99_ms");
    }
    result->latency_us = (uint64_t)((drawn ? median : fixed) * 1000);
    result->latency_p99_us = (uint64_t)(p99 * 1000);
    return !problem_is(problem);
}

static bool read_rtsp(const json_t *object, struct personality *result, struct problem *problem)
{
    static const char *const cseq[] = {"right", "wrong", "none", "spaces"};
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "cseq user_agent_required describe_once junk_before")) {
        return false;
    }
    result->cseq = (enum personality_cseq)read_word(object, "cseq", cseq, 4, problem);
    result->user_agent_required = problem_flag(problem, object, "user_agent_required", false);
    result->describe_once = problem_flag(problem, object, "describe_once", false);
    result->junk_before = (uint32_t)problem_int(problem, object, "junk_before", 0, 0, 65535);
    return !problem_is(problem);
}

static bool read_dvrip(const json_t *object, struct personality *result, struct problem *problem)
{
    if (object == NULL) {
        return true;
    }
    if (!problem_keys(problem, object, "packet")) {
        return false;
    }
    result->packet = (size_t)problem_int(problem, object, "packet", 0, 64, 16384);
    return !problem_is(problem);
}

static bool read_answers(const struct answer_context *context, json_t *table,
                         struct personality *result, struct problem *problem)
{
    struct answer *answers = arena_take(context->arena, json_object_size(table), sizeof *answers);
    size_t count = 0;
    const char *label = NULL;
    json_t *object = NULL;
    json_object_foreach(table, label, object)
    {
        problem_where(problem, "personality %s, answer %s", result->name, label);
        if (!answer_read(context, object, 200, &answers[count++], problem)) {
            return false;
        }
    }
    size_t once = 0;
    for (size_t i = 0; i < count; i++) {
        result->soap = result->soap || answers[i].operation.len > 0;
        if (answers[i].once != 0 && once == 64) {
            return problem_note(problem, "at most 64 answers are given once");
        }
        answers[i].once = answers[i].once != 0 ? UINT64_C(1) << once++ : 0;
    }
    result->answers = answers;
    result->answer_count = count;
    return true;
}

static bool read_specials(const struct answer_context *context, const json_t *json,
                          struct personality *result, struct problem *problem)
{
    static const struct {
        const char *key;
        int http;
        int rtsp;
    } specials[SPECIAL_COUNT] = {
        [SPECIAL_UNAUTHORIZED] = {"unauthorized", 401, 401},
        [SPECIAL_LOCKED] = {"locked", 403, 403},
        [SPECIAL_FORBIDDEN] = {"forbidden", 403, 403},
        [SPECIAL_NOT_FOUND] = {"not_found", 404, 404},
        [SPECIAL_BAD_REQUEST] = {"bad_request", 400, 400},
        [SPECIAL_BUSY] = {"busy", 503, 453},
        [SPECIAL_ERROR] = {"error", 500, 500},
        [SPECIAL_OVER_LIMIT] = {"over_limit", 503, 453},
        [SPECIAL_NO_SESSION] = {"no_session", 403, 403},
    };
    json_t *nothing = json_object();
    bool good = true;
    for (int i = 0; i < SPECIAL_COUNT && good; i++) {
        problem_where(problem, "personality %s, %s", result->name, specials[i].key);
        json_t *object = problem_object(problem, json, specials[i].key);
        good = answer_read(context, object != NULL ? object : nothing,
                           result->rtsp ? specials[i].rtsp : specials[i].http, &result->special[i],
                           problem);
    }
    json_decref(nothing);
    return good;
}

static bool read_behaviour(struct arena *arena, const json_t *json, struct personality *result,
                           struct problem *problem)
{
    static const char *const protocols[] = {"http", "rtsp", "dvrip"};
    static const char *const versions[] = {"1.1", "1.0"};
    static const char *const ends[] = {"crlf", "lf", "mixed"};
    static const char *const cases[] = {"as-written", "lower", "upper"};
    int protocol = read_word(json, "protocol", protocols, 3, problem);
    result->rtsp = protocol == 1;
    result->dvrip = protocol == 2;
    result->header_case = (enum answer_case)read_word(json, "header_case", cases, 3, problem);
    result->old = read_word(json, "version", versions, 2, problem) == 1;
    result->line_end = (enum personality_line_end)read_word(json, "line_end", ends, 3, problem);
    result->writes = read_patterns(arena, json, "writes", &result->write_count, problem);
    result->reads = read_patterns(arena, json, "reads", &result->read_count, problem);
    result->operations =
        read_patterns(arena, json, "operations", &result->operation_count, problem);
    return read_connections(problem_object(problem, json, "connections"), result, problem) &&
           read_latency(problem_object(problem, json, "latency"), result, problem) &&
           read_rtsp(problem_object(problem, json, "rtsp"), result, problem) &&
           read_dvrip(problem_object(problem, json, "dvrip"), result, problem) &&
           auth_policy_read(arena, problem_object(problem, json, "auth"), &result->auth, problem) &&
           !problem_is(problem);
}

enum message_state personality_read_head(const struct personality *personality, const char *data,
                                         size_t length, struct message *message)
{
    return personality->dvrip ? dvrip_read(data, length, message)
                              : message_read(data, length, message);
}

void personality_read_body(const struct personality *personality, struct message *message)
{
    if (personality->dvrip) {
        dvrip_read_body(message);
        return;
    }
    if (personality->soap || personality->auth.wsse.asked || personality->operation_count > 0) {
        soap_read(message->body, &message->soap);
    }
}

bool personality_read(struct arena *arena, const char *name, const json_t *json,
                      const char *directory, const struct template_names *names,
                      struct personality *personality, struct problem *problem)
{
    *personality = (struct personality){.name = arena_text(arena, name, strlen(name))};
    problem_where(problem, "personality %s", name);
    if (!problem_keys(problem, json, PERSONALITY_KEYS) ||
        !read_behaviour(arena, json, personality, problem)) {
        return false;
    }
    json_t *vivotek = problem_object(problem, json, "vivotek");
    if (vivotek != NULL && !vivotek_read(arena, vivotek, names, &personality->vivotek, problem)) {
        return false;
    }
    struct answer_context context = {
        .arena = arena,
        .names = names,
        .headers = problem_object(problem, json, "headers"),
        .header_case = personality->header_case,
        .directory = directory,
        .vivotek = vivotek != NULL ? &personality->vivotek : NULL,
        .close = !problem_flag(problem, json, "keep_alive", true),
    };
    return read_answers(&context, problem_object(problem, json, "answers"), personality, problem) &&
           read_specials(&context, json, personality, problem);
}
