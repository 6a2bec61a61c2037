/* SPDX-License-Identifier: MIT */
/* Reading the steps of a dialogue. */
#include <stdlib.h>
#include <string.h>

#include "generic_carry.h"
#include "generic_reading.h"

static struct generic_step *add_step(const struct generic_reading *r,
                                     struct generic_request *request, uint32_t act)
{
    if (request->step_count == GENERIC_STEPS_MAX) {
        (void)generic_wrong(r, "at most %u steps", GENERIC_STEPS_MAX);
        return NULL;
    }
    struct generic_step *step = &request->steps[request->step_count++];
    *step = (struct generic_step){.act = act, .entry = (uint32_t)r->place};
    return step;
}

static int read_expect(const struct generic_reading *r, const json_t *object,
                       struct generic_request *request)
{
    const char *text = generic_text_of(object, "expect");
    if (text == NULL) {
        return 0;
    }
    struct generic_step *step = add_step(r, request, GENERIC_ACT_EXPECT);
    return step == NULL ? VMM_E_INVAL : generic_read_pattern(r, text, &step->pattern);
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "16 03 01" */
static int read_hex(const struct generic_reading *r, const char *text, struct generic_step *step)
{
    step->bytes = malloc(strlen(text) / 2 + 1);
    if (step->bytes == NULL) {
        return generic_wrong(r, "no memory");
    }
    while (*text != '\0') {
        int high = digit_of(text[0]);
        int low = high < 0 ? -1 : digit_of(text[1]);
        if (low < 0) {
            return generic_wrong(r, "bytes are pairs of hexadecimal digits, like \"16 03 01\"");
        }
        step->bytes[step->size++] = (char)(high << 4 | low);
        text += 2;
        text += *text == ' ' ? 1 : 0;
    }
    return step->size > 0 ? 0 : generic_wrong(r, "no bytes");
}

static int read_bytes(const struct generic_reading *r, const json_t *object, const char *key,
                      uint32_t act, struct generic_request *request)
{
    const char *text = generic_text_of(object, key);
    if (text == NULL) {
        return 0;
    }
    struct generic_step *step = add_step(r, request, act);
    return step == NULL ? VMM_E_INVAL : read_hex(r, text, step);
}

static int read_send(const struct generic_reading *r, const json_t *object,
                     struct generic_request *request)
{
    const char *text = generic_text_of(object, "send");
    if (text == NULL) {
        return 0;
    }
    if (strstr(text, "{user") != NULL || strstr(text, "{pass") != NULL) {
        return generic_wrong(r, "no login goes over tcp: {user} and {pass} are for http");
    }
    struct generic_step *step = add_step(r, request, GENERIC_ACT_SEND);
    int rc = step == NULL ? VMM_E_INVAL : generic_fill_text(r, text, &step->bytes);
    if (rc != 0) {
        return rc;
    }
    step->is_text = true;
    step->size = strlen(step->bytes);
    return generic_check_words(r, step->bytes, request);
}

/* Once, and after the device has agreed: what asks for it has left by then. */
static int read_secure(const struct generic_reading *r, struct generic_request *request)
{
    uint32_t before = GENERIC_ACT_EXPECT;
    for (size_t i = 0; i < request->step_count; i++) {
        before = request->steps[i].act;
        if (before == GENERIC_ACT_SECURE) {
            return generic_wrong(r, "a dialogue has one starttls");
        }
    }
    if (before == GENERIC_ACT_SEND) {
        return generic_wrong(r, "starttls comes behind the device's answer: expect it before");
    }
    return add_step(r, request, GENERIC_ACT_SECURE) == NULL ? VMM_E_INVAL : 0;
}

static int read_step(const struct generic_reading *r, const json_t *object,
                     struct generic_request *request)
{
    size_t before = request->step_count;
    int rc = read_expect(r, object, request);
    rc = rc != 0 ? rc : read_bytes(r, object, "expect_hex", GENERIC_ACT_EXPECT_BYTES, request);
    rc = rc != 0 ? rc : read_send(r, object, request);
    rc = rc != 0 ? rc : read_bytes(r, object, "send_hex", GENERIC_ACT_SEND, request);
    if (rc == 0 && json_is_true(json_object_get(object, "starttls"))) {
        rc = read_secure(r, request);
    }
    return rc != 0 || request->step_count > before
               ? rc
               : generic_wrong(r, "a step has expect, expect_hex, send, send_hex or starttls");
}

static bool sends(const struct generic_request *request)
{
    for (size_t i = 0; i < request->step_count; i++) {
        if (request->steps[i].act == GENERIC_ACT_SEND) {
            return true;
        }
    }
    return false;
}

/* What only HTTP has, and what each is where it was not set. */
static int refuse_http(const struct generic_reading *r, const json_t *object)
{
    static const char *const keys[][2] = {{"path", NULL},
                                          {"headers", NULL},
                                          {"body", NULL},
                                          {"body_file", NULL},
                                          {"content_type", NULL},
                                          {"method", "GET"},
                                          {"expect_status", "200-299"},
                                          {"expect_version", "any"},
                                          {"expect_line", NULL},
                                          {"expect_type", NULL},
                                          {"match_headers", NULL},
                                          {"fail_headers", NULL}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const char *unset = keys[i][1];
        const char *text = generic_text_of(object, keys[i][0]);
        bool is_unset = unset != NULL && text != NULL && strcmp(text, unset) == 0;
        if (json_object_get(object, keys[i][0]) != NULL && !is_unset) {
            return generic_wrong(r, "tcp has a dialogue, and no %s: leave it out", keys[i][0]);
        }
    }
    const char *tls = generic_text_of(object, "expect_tls");
    return tls == NULL || strcmp(tls, "any") == 0
               ? 0
               : generic_wrong(r, "tcp has no expect_tls: it is encrypted where a step has "
                                  "starttls, and nowhere else");
}

int generic_read_steps(struct generic_reading *r, const json_t *object,
                       struct generic_request *request)
{
    const json_t *list = json_object_get(object, "dialogue");
    int rc = refuse_http(r, object);
    request->port = (uint32_t)json_integer_value(json_object_get(object, "port"));
    r->part = "dialogue";
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        rc = read_step(r, json_array_get(list, i), request);
    }
    r->part = NULL;
    if (rc == 0 && sends(request) && !json_is_true(json_object_get(object, "safe"))) {
        rc = generic_wrong(r,
                           "what is sent needs \"safe\": true, your word that it changes nothing");
    }
    return rc;
}

void generic_steps_finish(struct generic_request *request)
{
    for (size_t i = 0; i < request->step_count; i++) {
        struct generic_step *step = &request->steps[i];
        free(step->bytes);
        if (step->act == GENERIC_ACT_EXPECT) {
            generic_pattern_finish(&step->pattern);
        }
    }
}
