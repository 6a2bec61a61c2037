/* SPDX-License-Identifier: MIT */
/* RTSP and DVRIP: bytes of a connection, put together to requests and answers again. */
#include "ctl/capture_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All bytes of one direction, in order. */
static void gather(const struct capture *capture, uint8_t kind, struct buf *out)
{
    buf_init(out);
    for (size_t i = 0; i < capture->count; i++) {
        const struct capture_step *step = &capture->steps[i];
        if (step->kind == kind) {
            buf_add(out, step->body.data, step->body.size);
        }
    }
    buf_cstr(out);
}

/* ---- RTSP ---- */

/* A message's head, as a text of its own, and its body. False: no whole one is left. */
static bool next_rtsp(struct buf *from, char **head, struct buf *body)
{
    const char *value = NULL;
    const char *text = buf_cstr(from);
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL) {
        return false;
    }
    size_t size = (size_t)(end - text) + 2;
    *head = strndup(text, size);
    buf_init(body);
    if (*head == NULL) {
        return false;
    }
    size_t length = capture_header(*head, "Content-Length", 0, &value) > 0
                        ? (size_t)strtoul(value, NULL, 10)
                        : 0;
    buf_consume(from, size + 2);
    length = length < from->size ? length : from->size;
    if (length > 0) {
        buf_add(body, from->data, length);
        buf_consume(from, length);
    }
    return true;
}

struct rtsp {
    const struct clean *clean;
    json_t *personality;
    json_t *answers;
    json_t *auth;
};

static void take_rtsp_challenge(struct rtsp *rtsp, const char *head)
{
    json_t *list = json_array();
    const char *value = NULL;
    for (size_t i = 0; i < 8; i++) {
        size_t size = capture_header(head, "WWW-Authenticate", i, &value);
        json_t *challenge = size > 0 ? capture_challenge(rtsp->clean, value, size) : NULL;
        if (challenge != NULL) {
            json_array_append_new(list, challenge);
        }
    }
    json_decref(rtsp->auth);
    rtsp->auth = json_pack("{s:o}", "challenges", list);
}

/* The path of a request's URL, with its query; "/" for none. */
static json_t *rtsp_path(const struct clean *clean, const char *head)
{
    const char *begin = strchr(head, ' ');
    const char *scheme = begin != NULL ? strstr(begin, "://") : NULL;
    const char *path = scheme != NULL ? scheme + 3 + strcspn(scheme + 3, "/ ") : NULL;
    struct buf out;
    buf_init(&out);
    if (path != NULL && *path == '/') {
        clean_plain(clean, path, strcspn(path, " ?"), &out);
    }
    json_t *text = json_string(out.size > 0 ? buf_cstr(&out) : "/");
    buf_finish(&out);
    return text;
}

static bool take_rtsp(struct rtsp *rtsp, const char *asked, const char *head,
                      const struct buf *body, const char **problem)
{
    const char *value = NULL;
    const char *lines = strchr(head, '\n');
    int status = atoi(strchr(head, ' ') != NULL ? strchr(head, ' ') : "0");
    bool authorized = capture_header(asked, "Authorization", 0, &value) > 0;
    if (status == 401 && authorized) {
        *problem = "the login was refused: there is nothing to keep";
        return false;
    }
    if (status == 401) {
        take_rtsp_challenge(rtsp, head);
        return true;
    }
    json_t *answer = json_object();
    if (status != 200) {
        json_object_set_new(answer, "status", json_integer(status));
    }
    if (!authorized) {
        json_object_set_new(answer, "open", json_true());
    }
    json_object_set_new(answer, "headers",
                        capture_headers(rtsp->clean, lines != NULL ? lines + 1 : ""));
    if (body->size > 0) {
        json_object_set_new(answer, "body",
                            capture_body(rtsp->clean, (const char *)body->data, body->size));
        capture_put_fixture(rtsp->clean, answer, body);
    }
    json_t *match =
        json_pack("{s:o, s:o}", "method", capture_plain(rtsp->clean, asked, strcspn(asked, " ")),
                  "path", rtsp_path(rtsp->clean, asked));
    capture_answer(rtsp->answers, match, answer);
    return true;
}

bool capture_rtsp(const struct capture *capture, struct clean *clean, json_t *personality,
                  const char **problem)
{
    struct buf sent;
    struct buf came;
    struct rtsp rtsp = {.clean = clean, .personality = personality, .answers = json_object()};
    bool good = true;
    gather(capture, CAPTURE_SENT, &sent);
    gather(capture, CAPTURE_CAME, &came);
    while (good) {
        char *asked = NULL;
        char *head = NULL;
        struct buf nothing;
        struct buf body;
        buf_init(&nothing);
        buf_init(&body);
        bool more = next_rtsp(&sent, &asked, &nothing) && next_rtsp(&came, &head, &body);
        good = more && take_rtsp(&rtsp, asked, head, &body, problem);
        free(asked);
        free(head);
        buf_finish(&nothing);
        buf_finish(&body);
        if (!more) {
            good = true;
            break;
        }
    }
    json_object_set_new(personality, "protocol", json_string("rtsp"));
    if (rtsp.auth != NULL) {
        json_object_set_new(personality, "auth", rtsp.auth);
    }
    json_object_set_new(personality, "answers", rtsp.answers);
    buf_wipe(&sent);
    buf_wipe(&came);
    return good;
}

/* ---- DVRIP ---- */

#define DVRIP_HEAD  20u
#define DVRIP_LOGIN 1000u

struct dvrip_frame {
    unsigned id;
    struct buf body; /* of all its packets */
};

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] | (unsigned)at[1] << 8;
}

/* The next message, its packets put together and what ends it taken off. */
static bool next_dvrip(struct buf *from, struct dvrip_frame *frame)
{
    buf_init(&frame->body);
    for (;;) {
        bool head = from->size >= DVRIP_HEAD && from->data[0] == 0xff;
        size_t length =
            head ? get16(from->data + 16) | (size_t)get16(from->data + 18) << 16 : SIZE_MAX;
        if (!head || from->size - DVRIP_HEAD < length) {
            buf_wipe(&frame->body);
            return false;
        }
        bool last = from->data[12] < 2 || from->data[13] + 1 >= from->data[12];
        frame->id = get16(from->data + 14);
        buf_add(&frame->body, from->data + DVRIP_HEAD, length);
        buf_consume(from, DVRIP_HEAD + length);
        if (last) {
            break;
        }
    }
    while (frame->body.size > 0 && (frame->body.data[frame->body.size - 1] == '\0' ||
                                    frame->body.data[frame->body.size - 1] == '\n')) {
        frame->body.size--;
    }
    return true;
}

/* Where the number of the session begins; its end, 0 when there is none. */
static size_t find_session(const struct buf *body, size_t *begin)
{
    static const char name[] = "\"SessionID\"";
    const char *text = (const char *)body->data;
    const char *found = body->size > 0 ? memmem(text, body->size, name, sizeof(name) - 1) : NULL;
    if (found == NULL) {
        return 0;
    }
    size_t at = (size_t)(found - text) + sizeof(name) - 1;
    while (at < body->size && strchr(" :\"", text[at]) != NULL) {
        at++;
    }
    *begin = at;
    while (at < body->size && text[at] != '"') {
        at++;
    }
    return at;
}

/* The body as it came, but for the number of the session. */
static void put_dvrip_fixture(const struct clean *clean, json_t *answer, const struct buf *body)
{
    size_t begin = 0;
    size_t end = find_session(body, &begin);
    struct buf out;
    buf_init(&out);
    if (end > 0) {
        buf_add(&out, body->data, begin);
        buf_text(&out, "0x00000000");
    }
    if (end < body->size) {
        buf_add(&out, body->data + end, body->size - end);
    }
    capture_put_fixture(clean, answer, &out);
    buf_wipe(&out);
}

/* The number of the session is the farm's own. */
static json_t *dvrip_body(const struct clean *clean, const struct buf *body)
{
    const char *text = body->size > 0 ? (const char *)body->data : "";
    size_t begin = 0;
    size_t at = find_session(body, &begin);
    struct buf out;
    buf_init(&out);
    if (at > 0) {
        clean_text(clean, text, begin, &out);
        buf_text(&out, "{session}");
    }
    clean_text(clean, text + at, body->size - at, &out);
    json_t *value = json_stringn((const char *)out.data, out.size);
    buf_finish(&out);
    return value != NULL ? value : json_string("");
}

static json_t *dvrip_path(const struct clean *clean, const struct dvrip_frame *asked)
{
    json_t *body = json_loadb((const char *)asked->body.data, asked->body.size, 0, NULL);
    const char *name = json_string_value(json_object_get(body, "Name"));
    char path[64];
    bool named = name != NULL && name[0] != '\0';
    snprintf(path, sizeof(path), "/%u%s%.40s", asked->id, named ? "/" : "", named ? name : "");
    json_decref(body);
    return capture_plain(clean, path, strlen(path));
}

static bool is_accepted(const struct dvrip_frame *answer)
{
    json_t *body = json_loadb((const char *)answer->body.data, answer->body.size, 0, NULL);
    json_int_t ret = json_integer_value(json_object_get(body, "Ret"));
    json_decref(body);
    return ret == 100 || ret == 515;
}

/* What came for it: the id behind its own. Alarms and leftovers of others are passed over. */
static bool next_answer(struct buf *from, unsigned id, struct dvrip_frame *frame)
{
    while (next_dvrip(from, frame)) {
        if (frame->id == id + 1) {
            return true;
        }
        buf_finish(&frame->body);
    }
    return false;
}

static bool take_dvrip(const struct clean *clean, const struct dvrip_frame *asked,
                       const struct dvrip_frame *answer, json_t *answers, const char **problem)
{
    if (asked->id == DVRIP_LOGIN && !is_accepted(answer)) {
        *problem = "the login was refused: there is nothing to keep";
        return false;
    }
    json_t *says = json_pack("{s:o}", "body", dvrip_body(clean, &answer->body));
    put_dvrip_fixture(clean, says, &answer->body);
    capture_answer(answers, json_pack("{s:o}", "path", dvrip_path(clean, asked)), says);
    return true;
}

bool capture_dvrip(const struct capture *capture, struct clean *clean, json_t *personality,
                   const char **problem)
{
    struct buf sent;
    struct buf came;
    bool good = true;
    json_t *answers = json_object();
    struct dvrip_frame asked;
    gather(capture, CAPTURE_SENT, &sent);
    gather(capture, CAPTURE_CAME, &came);
    while (good && next_dvrip(&sent, &asked)) {
        struct dvrip_frame answer = {0};
        buf_init(&answer.body);
        if (next_answer(&came, asked.id, &answer)) {
            good = take_dvrip(clean, &asked, &answer, answers, problem);
        }
        buf_wipe(&asked.body);
        buf_finish(&answer.body);
    }
    json_object_update_new(personality, json_pack("{s:s, s:{s:b}, s:[s, s, s, s, s, s, s, s]}",
                                                  "protocol", "dvrip", "auth", "dvrip", 1, "reads",
                                                  "/1000", "/1006/*", "/1020/*", "/1042/*",
                                                  "/1048/*", "/1360/*", "/1440/*", "/1452/*"));
    json_object_set_new(personality, "answers", answers);
    buf_wipe(&sent);
    buf_wipe(&came);
    return good;
}
