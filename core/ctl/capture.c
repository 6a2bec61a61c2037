/* SPDX-License-Identifier: MIT */
#include "ctl/capture_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- What was captured ---- */

static bool copy_bytes(struct buf *to, struct frame_bytes bytes)
{
    buf_init(to);
    if (bytes.size > 0) {
        buf_add(to, bytes.data, bytes.size);
    }
    buf_cstr(to);
    return !buf_failed(to);
}

void capture_add(struct capture *capture, const struct capture_message *message, int64_t wall_us)
{
    size_t room = CAPTURE_STEPS_MAX * sizeof(capture->steps[0]);
    capture->steps = capture->steps != NULL ? capture->steps : calloc(1, room);
    if (capture->steps == NULL || capture->count == CAPTURE_STEPS_MAX) {
        capture->failed = true;
        return;
    }
    struct capture_step *step = &capture->steps[capture->count++];
    step->kind = message->kind;
    step->wall_us = wall_us;
    step->authorized = message->authorized != 0;
    step->status = message->status;
    step->method = strdup(message->method);
    step->target = strdup(message->target);
    step->asked = strdup(message->asked);
    bool good = copy_bytes(&step->headers, message->headers);
    good = copy_bytes(&step->body, message->body) && good;
    capture->failed = capture->failed || !good || step->method == NULL || step->target == NULL ||
                      step->asked == NULL;
}

static void wipe_text(char *text)
{
    if (text != NULL) {
        explicit_bzero(text, strlen(text));
    }
    free(text);
}

void capture_finish(struct capture *capture)
{
    for (size_t i = 0; i < capture->count; i++) {
        struct capture_step *step = &capture->steps[i];
        wipe_text(step->method);
        wipe_text(step->target);
        wipe_text(step->asked);
        buf_wipe(&step->headers);
        buf_wipe(&step->body);
    }
    free(capture->steps);
    *capture = (struct capture){0};
}

/* ---- Headers ---- */

size_t capture_header(const char *headers, const char *name, size_t nth, const char **value)
{
    size_t length = strlen(name);
    for (const char *line = headers; *line != '\0';) {
        size_t size = strcspn(line, "\r\n");
        if (size > length && strncasecmp(line, name, length) == 0 && line[length] == ':' &&
            nth-- == 0) {
            size_t skip = length + 1 + strspn(line + length + 1, " \t");
            *value = line + skip;
            return size - skip;
        }
        line += size;
        line += strspn(line, "\r\n");
    }
    return 0;
}

json_t *capture_plain(const struct clean *clean, const char *text, size_t size)
{
    struct buf out;
    buf_init(&out);
    clean_plain(clean, text, size, &out);
    json_t *value = json_stringn(buf_cstr(&out), out.size);
    buf_finish(&out);
    return value != NULL ? value : json_string("");
}

/* The value of NAME=VALUE in a challenge, quoted or not; a new text or NULL. */
static json_t *parameter(const struct clean *clean, const char *text, size_t size, const char *name)
{
    size_t length = strlen(name);
    for (size_t at = 0; at + length < size; at++) {
        bool begins = at == 0 || strchr(" ,\t", text[at - 1]) != NULL;
        if (begins && strncasecmp(text + at, name, length) == 0 && text[at + length] == '=') {
            const char *value = text + at + length + 1;
            bool quoted = *value == '"';
            const char *stops = quoted ? "\"" : ", \r\n";
            return capture_plain(clean, value + quoted, strcspn(value + quoted, stops));
        }
    }
    return NULL;
}

json_t *capture_challenge(const struct clean *clean, const char *value, size_t size)
{
    if (size >= 5 && strncasecmp(value, "Basic", 5) == 0) {
        return json_pack("{s:s, s:o*}", "scheme", "basic", "realm",
                         parameter(clean, value, size, "realm"));
    }
    if (size < 6 || strncasecmp(value, "Digest", 6) != 0) {
        return NULL;
    }
    json_t *qop = parameter(clean, value, size, "qop");
    json_t *opaque = parameter(clean, value, size, "opaque");
    json_t *challenge =
        json_pack("{s:s, s:o*, s:o*, s:s}", "scheme", "digest", "realm",
                  parameter(clean, value, size, "realm"), "algorithm",
                  parameter(clean, value, size, "algorithm"), "qop", qop != NULL ? "auth" : "none");
    if (json_string_length(opaque) > 0) {
        json_object_set_new(challenge, "opaque", json_string("captured"));
    }
    json_decref(qop);
    json_decref(opaque);
    return challenge;
}

/* What the farm writes itself, what belongs to one connection, and what tells of a login. */
static bool is_left_out(const char *name, size_t size)
{
    static const char *const names[] = {
        "Content-Length",      "Connection",       "Keep-Alive",
        "Transfer-Encoding",   "WWW-Authenticate", "CSeq",
        "Authentication-Info", "Session",          "Proxy-Connection"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == size && strncasecmp(names[i], name, size) == 0) {
            return true;
        }
    }
    return false;
}

/* A name that a header may have. */
static bool is_token(const char *name)
{
    for (; *name != '\0'; name++) {
        if (!isalnum((unsigned char)*name) && strchr("-_.", *name) == NULL) {
            return false;
        }
    }
    return true;
}

/* "Sun, 22 Nov 2026 06:00:00 GMT" moves on with the clock: as far as a web server's clock goes, its own. */
static json_t *header_value(const struct clean *clean, const char *name, size_t size,
                            const char *value, size_t length)
{
    if (size == 4 && strncasecmp(name, "Date", 4) == 0) {
        return json_string("{utc:%a, %d %b %Y %H:%M:%S GMT}");
    }
    return capture_body(clean, value, length);
}

json_t *capture_headers(const struct clean *clean, const char *headers)
{
    json_t *object = json_object();
    for (const char *line = headers; *line != '\0';) {
        size_t size = strcspn(line, "\r\n");
        const char *colon = memchr(line, ':', size);
        if (colon != NULL && !is_left_out(line, (size_t)(colon - line))) {
            char name[80];
            size_t skip = (size_t)(colon - line) + 1;
            skip += strspn(line + skip, " \t");
            json_t *shown = capture_plain(clean, line, (size_t)(colon - line));
            snprintf(name, sizeof(name), "%s", json_string_value(shown));
            json_decref(shown);
            if (is_token(name) && json_object_get(object, name) == NULL) {
                json_object_set_new(object, name,
                                    header_value(clean, line, (size_t)(colon - line), line + skip,
                                                 skip < size ? size - skip : 0));
            }
        }
        line += size;
        line += strspn(line, "\r\n");
    }
    return object;
}

json_t *capture_body(const struct clean *clean, const char *text, size_t size)
{
    struct buf out;
    buf_init(&out);
    clean_text(clean, text, size, &out);
    json_t *body = json_stringn((const char *)buf_cstr(&out), out.size);
    buf_finish(&out);
    return body != NULL ? body : json_string("");
}

/* Bytes as hexadecimal digits, secrets hidden. */
static json_t *hex_of(const struct clean *clean, const struct buf *body)
{
    struct buf plain;
    struct buf hex;
    buf_init(&plain);
    buf_init(&hex);
    clean_plain(clean, (const char *)body->data, body->size, &plain);
    for (size_t i = 0; i < plain.size; i++) {
        buf_printf(&hex, "%02x", plain.data[i]);
    }
    json_t *value = json_string(buf_cstr(&hex));
    buf_finish(&plain);
    buf_finish(&hex);
    return value;
}

static bool is_text(const struct buf *body)
{
    json_t *value = json_stringn((const char *)body->data, body->size);
    bool good = value != NULL && (body->size == 0 || memchr(body->data, '\0', body->size) == NULL);
    json_decref(value);
    return good || body->size == 0;
}

void capture_put_body(const struct clean *clean, json_t *answer, const struct buf *body)
{
    bool text = is_text(body);
    json_object_set_new(answer, text ? "body" : "body_hex",
                        text ? capture_body(clean, (const char *)body->data, body->size)
                             : hex_of(clean, body));
    capture_put_fixture(clean, answer, body);
}

void capture_put_fixture(const struct clean *clean, json_t *answer, const struct buf *body)
{
    if (clean->context->fixtures && body->size > 0) {
        json_object_set_new(answer, CAPTURE_FIXTURE, hex_of(clean, body));
    }
}

/* ---- Answers ---- */

/* Whether all that `wanted` says stands in the answer too; its fixture is none of the answer. */
static bool has_all(json_t *answer, json_t *wanted)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(wanted, key, value)
    {
        if (strcmp(key, CAPTURE_FIXTURE) != 0 && !json_equal(json_object_get(answer, key), value)) {
            return false;
        }
    }
    return true;
}

static void name_answer(char out[64], size_t number, json_t *match)
{
    const char *operation = json_string_value(json_object_get(match, "operation"));
    const char *path = json_string_value(json_object_get(match, "path"));
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    snprintf(out, 64, "%02zu-%.48s", number + 1,
             operation != NULL ? operation
             : slash != NULL   ? slash + 1
                               : "answer");
}

void capture_answer(json_t *answers, json_t *match, json_t *answer)
{
    char name[64];
    const char *key = NULL;
    json_t *known = NULL;
    json_t *last = NULL;
    json_object_foreach(answers, key, known)
    {
        last = has_all(known, match) && json_object_size(known) > 0 ? known : last;
    }
    name_answer(name, json_object_size(answers), match);
    json_object_update(match, answer);
    bool same = last != NULL && has_all(last, match);
    if (last != NULL && !same) {
        json_object_set_new(last, "once", json_true());
    }
    if (!same) {
        json_object_set(answers, name, match);
    }
    json_decref(match);
    json_decref(answer);
}

/* ---- The personality ---- */

static bool begins_with(const struct capture_step *step, const char *bytes, size_t size)
{
    return step->body.size >= size && memcmp(step->body.data, bytes, size) == 0;
}

json_t *capture_personality(const struct capture *capture, const struct capture_context *context,
                            const char **problem)
{
    struct clean clean;
    bool good = false;
    *problem = capture->failed       ? "more was exchanged than can be kept"
               : capture->count == 0 ? "nothing was exchanged"
                                     : NULL;
    if (*problem != NULL) {
        return NULL;
    }
    const struct capture_step *first = &capture->steps[0];
    json_t *personality = json_pack("{s:s}", "about", context->about);
    clean_init(&clean, context, capture->steps[capture->count - 1].wall_us);
    if (first->kind == CAPTURE_HTTP) {
        good = capture_http(capture, &clean, personality, problem);
    } else if (begins_with(first, "\xff", 1)) {
        good = capture_dvrip(capture, &clean, personality, problem);
    } else if (begins_with(first, "OPTIONS ", 8) || begins_with(first, "DESCRIBE ", 9)) {
        good = capture_rtsp(capture, &clean, personality, problem);
    } else {
        *problem = "only HTTP, RTSP and DVRIP can be captured";
    }
    clean_finish(&clean);
    if (!good) {
        json_decref(personality);
        return NULL;
    }
    return personality;
}
