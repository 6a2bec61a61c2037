/* SPDX-License-Identifier: MIT */
/* Requests of HTTP and their answers; SOAP by its operations. */
#include "ctl/capture_parts.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DATE_DIGITS 4 /* a query item with a year in it is another one tomorrow */

static bool is_post(const struct capture_step *step)
{
    return strcmp(step->method, "POST") == 0 || strcmp(step->method, "PUT") == 0;
}

/* A login in the message itself. */
static bool has_token(const struct capture_step *step)
{
    return strstr(step->asked, "UsernameToken") != NULL;
}

/* The name of the first element in a SOAP body, without its prefix; false: no SOAP. */
static bool find_operation(const char *asked, char out[64])
{
    const char *body = strstr(asked, "Body");
    const char *open = body != NULL ? strchr(body, '<') : NULL;
    if (strstr(asked, "Envelope") == NULL || open == NULL) {
        return false;
    }
    size_t length = strcspn(open + 1, " \t\r\n/>");
    const char *colon = memchr(open + 1, ':', length);
    const char *name = colon != NULL ? colon + 1 : open + 1;
    length -= (size_t)(name - open - 1);
    if (length == 0 || length >= 64) {
        return false;
    }
    memcpy(out, name, length);
    out[length] = '\0';
    return true;
}

/* ---- The question ---- */

bool capture_is_stable(const char *item, size_t size)
{
    size_t digits = 0;
    for (size_t i = 0; i < size; i++) {
        digits = isdigit((unsigned char)item[i]) ? digits + 1 : 0;
        bool year = digits == DATE_DIGITS && i + 1 < size && strchr("-/%T", item[i + 1]) != NULL;
        if (year || digits > 9) {
            return false;
        }
    }
    return memmem(item, size, "***", 3) == NULL;
}

static void put_query(const struct clean *clean, json_t *match, const char *query)
{
    json_t *items = json_array();
    bool all = true;
    for (const char *at = query; at != NULL && *at != '\0';) {
        size_t size = strcspn(at, "&");
        if (capture_is_stable(at, size)) {
            json_array_append_new(items, capture_plain(clean, at, size));
        } else {
            all = false;
        }
        at += size + (at[size] == '&');
    }
    if (all) {
        json_object_set_new(
            match, "query",
            capture_plain(clean, query != NULL ? query : "", query != NULL ? strlen(query) : 0));
    } else if (json_array_size(items) > 0) {
        json_object_set(match, "query_has", items);
    }
    json_decref(items);
}

/* By what the farm knows this request again. */
static json_t *match_of(const struct clean *clean, const struct capture_step *step)
{
    char operation[64];
    const char *query = strchr(step->target, '?');
    size_t length = query != NULL ? (size_t)(query - step->target) : strlen(step->target);
    json_t *match = json_pack("{s:s, s:o}", "method", step->method, "path",
                              capture_plain(clean, step->target, length));
    put_query(clean, match, query != NULL ? query + 1 : NULL);
    if (find_operation(step->asked, operation)) {
        json_object_set_new(match, "operation", capture_plain(clean, operation, strlen(operation)));
    }
    return match;
}

/* ---- The login ---- */

struct login {
    json_t *auth;                       /* NULL: none is asked for */
    const struct capture_step *refusal; /* of a request without a login */
    bool token;
};

static void take_challenges(struct login *login, const struct clean *clean,
                            const struct capture_step *step)
{
    json_t *list = json_array();
    const char *value = NULL;
    for (size_t i = 0; i < 8; i++) {
        size_t size =
            capture_header((const char *)step->headers.data, "WWW-Authenticate", i, &value);
        json_t *challenge = size > 0 ? capture_challenge(clean, value, size) : NULL;
        if (challenge != NULL) {
            json_array_append_new(list, challenge);
        }
    }
    if (json_array_size(list) > 0) {
        login->auth = json_pack("{s:O}", "challenges", list);
        login->refusal = step;
    }
    json_decref(list);
}

/* What it answers where no login is sent along: a challenge, or a fault that tokens put right. */
static struct login find_login(const struct capture *capture, const struct clean *clean)
{
    struct login login = {0};
    for (size_t i = 0; i < capture->count; i++) {
        login.token = login.token || has_token(&capture->steps[i]);
    }
    for (size_t i = 0; i < capture->count && login.refusal == NULL; i++) {
        const struct capture_step *step = &capture->steps[i];
        if (step->status == 401 && !step->authorized) {
            take_challenges(&login, clean, step);
        }
        if (login.token && step->status >= 400 && !has_token(step)) {
            login.refusal = step;
        }
    }
    if (login.token) {
        json_decref(login.auth);
        login.auth = json_pack("{s:{s:i}}", "wsse", "window_s", 300);
    }
    return login;
}

static bool is_login(const struct login *login, const struct capture_step *step)
{
    return step->authorized || (login->token && has_token(step));
}

/* The refusal that a login follows is the farm's own act. */
static bool is_refusal(const struct login *login, const struct capture_step *step)
{
    return login->auth != NULL && !is_login(login, step) &&
           (step->status == 401 || step == login->refusal);
}

/* ---- The answers ---- */

static void learn(const struct capture *capture, struct clean *clean)
{
    for (size_t i = 0; i < capture->count; i++) {
        const struct capture_step *step = &capture->steps[i];
        clean_learn_headers(clean, (const char *)step->headers.data);
        clean_learn_body(clean, (const char *)step->body.data, step->body.size);
        for (size_t k = i + 1; k < capture->count; k++) {
            clean_learn_echo(clean, (const char *)step->body.data, step->body.size,
                             capture->steps[k].asked);
        }
    }
}

static json_t *answer_of(const struct clean *all, const struct capture_step *step)
{
    struct clean then = *all; /* of the moment this answer came */
    const struct clean *clean = &then;
    const char *value = NULL;
    json_t *answer = json_object();
    then.wall_us = step->wall_us;
    if (step->status != 200) {
        json_object_set_new(answer, "status", json_integer((json_int_t)step->status));
    }
    json_object_set_new(answer, "headers",
                        capture_headers(clean, (const char *)step->headers.data));
    capture_put_body(clean, answer, &step->body);
    size_t size = capture_header((const char *)step->headers.data, "Connection", 0, &value);
    if (size >= 5 && strncasecmp(value, "close", 5) == 0) {
        json_object_set_new(answer, "close", json_true());
    }
    return answer;
}

/* Those with more to tell them by come first: the farm gives the first that fits. */
static json_t *sorted(json_t *answers)
{
    json_t *result = json_object();
    for (int pass = 0; pass < 2; pass++) {
        const char *key = NULL;
        json_t *answer = NULL;
        json_object_foreach(answers, key, answer)
        {
            bool loose = json_object_get(answer, "query") == NULL;
            if (loose == (pass == 1)) {
                json_object_set(result, key, answer);
            }
        }
    }
    json_decref(answers);
    return result;
}

static void put_reads(json_t *personality, const struct clean *clean, const struct capture *capture)
{
    json_t *reads = json_array();
    for (size_t i = 0; i < capture->count; i++) {
        const struct capture_step *step = &capture->steps[i];
        json_t *path = capture_plain(clean, step->target, strcspn(step->target, "?"));
        bool known = false;
        for (size_t k = 0; k < json_array_size(reads); k++) {
            known = known || json_equal(json_array_get(reads, k), path);
        }
        if (is_post(step) && !known) {
            json_array_append(reads, path);
        }
        json_decref(path);
    }
    if (json_array_size(reads) > 0) {
        json_object_set(personality, "reads", reads);
    }
    json_decref(reads);
}

static bool put_answers(const struct capture *capture, const struct clean *clean,
                        const struct login *login, json_t *personality, const char **problem)
{
    json_t *answers = json_object();
    for (size_t i = 0; i < capture->count; i++) {
        const struct capture_step *step = &capture->steps[i];
        if (step->status == 401 && is_login(login, step)) {
            *problem = "the login was refused: there is nothing to keep";
            json_decref(answers);
            return false;
        }
        if (is_refusal(login, step)) {
            continue;
        }
        json_t *answer = answer_of(clean, step);
        if (login->auth != NULL && !is_login(login, step)) {
            json_object_set_new(answer, "open", json_true());
        }
        capture_answer(answers, match_of(clean, step), answer);
    }
    json_object_set_new(personality, "answers", sorted(answers));
    return true;
}

bool capture_http(const struct capture *capture, struct clean *clean, json_t *personality,
                  const char **problem)
{
    learn(capture, clean);
    struct login login = find_login(capture, clean);
    json_object_set_new(personality, "protocol", json_string("http"));
    if (login.auth != NULL) {
        json_object_set(personality, "auth", login.auth);
    }
    if (login.auth != NULL && login.refusal != NULL) {
        json_t *refusal = answer_of(clean, login.refusal);
        json_object_set_new(refusal, "status", json_integer((json_int_t)login.refusal->status));
        json_object_del(refusal, CAPTURE_FIXTURE);
        json_object_set_new(personality, "unauthorized", refusal);
    }
    put_reads(personality, clean, capture);
    bool good = put_answers(capture, clean, &login, personality, problem);
    json_decref(login.auth);
    return good;
}
