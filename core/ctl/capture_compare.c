/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture.h"
#include "ctl/capture_play.h"
#include "ctl/show.h"

#define NEAR_S        10 /* an age may grow by so much between the two looks, an offset too */
#define TEXT_MAX_SIZE 512

/* Append `text` with each `what` as `word`. */
static void put_replaced(struct buf *out, const char *text, const char *what, const char *word)
{
    size_t length = what != NULL ? strlen(what) : 0;
    while (*text != '\0') {
        bool here = length > 0 && strncmp(text, what, length) == 0;
        buf_add(out, here ? word : text, here ? strlen(word) : 1);
        text += here ? length : 1;
    }
}

/* A text as it is the same for both devices; the caller frees it. */
static char *neutral(const struct capture_look *look, const char *text)
{
    struct buf without_serial;
    struct buf out;
    buf_init(&without_serial);
    buf_init(&out);
    put_replaced(&without_serial, text, look->hidden, "masked");
    put_replaced(&out, buf_cstr(&without_serial), look->address, "ADDRESS");
    char *copy = strdup(buf_cstr(&out));
    buf_finish(&without_serial);
    buf_finish(&out);
    return copy != NULL ? copy : strdup("");
}

/* What was asked, without the items of a query that are others at each look. */
static char *neutral_question(const struct capture_look *look, const char *text)
{
    struct buf out;
    buf_init(&out);
    char *whole = neutral(look, text);
    size_t begin = strcspn(whole, "?");
    buf_add(&out, whole, begin);
    for (const char *at = whole + begin; *at != '\0';) {
        size_t size = 1 + strcspn(at + 1, "& ");
        bool stable = capture_is_stable(at, size);
        buf_add(&out, stable ? at : "?*", stable ? size : 2);
        at += size;
        if (*at == ' ') {
            buf_text(&out, at);
            break;
        }
    }
    free(whole);
    char *copy = strdup(buf_cstr(&out));
    buf_finish(&out);
    return copy != NULL ? copy : strdup("");
}

static unsigned differ(FILE *out, const char *what, const char *was, const char *is)
{
    if (strcmp(was, is) == 0) {
        return 0;
    }
    fprintf(out, "differs: %s: was %s, is %s\n", what, was[0] != '\0' ? was : "nothing",
            is[0] != '\0' ? is : "nothing");
    return 1;
}

static unsigned compare_steps(FILE *out, const struct capture_look *was,
                              const struct capture_look *is)
{
    unsigned count = 0;
    size_t most = json_array_size(was->rows.steps) > json_array_size(is->rows.steps)
                      ? json_array_size(was->rows.steps)
                      : json_array_size(is->rows.steps);
    for (size_t i = 0; i < most; i++) {
        char *a = neutral_question(was, show_text(json_array_get(was->rows.steps, i), "asked"));
        char *b = neutral_question(is, show_text(json_array_get(is->rows.steps, i), "asked"));
        count += differ(out, "request", a, b);
        free(a);
        free(b);
    }
    return count;
}

/* Numbers that go on with the clock. */
static bool is_near(const json_t *was, const json_t *is)
{
    const char *name = show_text(was, "fact");
    bool offset = strcmp(name, "clock_offset") == 0;
    bool age = strncmp(name, "recording_", 10) == 0 || strcmp(name, "retention") == 0 ||
               strcmp(name, "uptime") == 0;
    json_t *a = json_object_get(was, "value");
    json_t *b = json_object_get(is, "value");
    if (strcmp(name, "clock_uncertainty") == 0) {
        return true; /* how long the answers took */
    }
    return (offset || age) && json_is_integer(a) && json_is_integer(b) &&
           llabs(json_integer_value(a) - json_integer_value(b)) <=
               (offset ? NEAR_S * 1000 : NEAR_S);
}

static bool same_fact(const json_t *was, const json_t *is)
{
    static const char *const keys[] = {"subject", "index", "fact", "standing", "reason"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *a = json_object_get(was, keys[i]);
        json_t *b = json_object_get(is, keys[i]);
        if (a != b && !json_equal(a, b)) {
            return false;
        }
    }
    return true;
}

/* A time of day within a text moves with the clock. */
static void hide_times(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        bool time = isdigit((unsigned char)at[0]) && isdigit((unsigned char)at[1]) &&
                    at[2] == ':' && isdigit((unsigned char)at[3]) &&
                    isdigit((unsigned char)at[4]) && at[5] == ':' &&
                    isdigit((unsigned char)at[6]) && isdigit((unsigned char)at[7]);
        if (time) {
            memset(at, '#', 8);
        }
    }
}

static char *write_fact(const struct capture_look *look, const json_t *fact)
{
    char *text = fact != NULL ? json_dumps(fact, JSON_COMPACT) : NULL;
    char *result = neutral(look, text != NULL ? text : "");
    hide_times(result);
    free(text);
    return result;
}

static unsigned compare_facts(FILE *out, const struct capture_look *was,
                              const struct capture_look *is)
{
    unsigned count = 0;
    size_t most = json_array_size(was->rows.facts) > json_array_size(is->rows.facts)
                      ? json_array_size(was->rows.facts)
                      : json_array_size(is->rows.facts);
    for (size_t i = 0; i < most; i++) {
        const json_t *a = json_array_get(was->rows.facts, i);
        const json_t *b = json_array_get(is->rows.facts, i);
        if (a != NULL && b != NULL && same_fact(a, b) && is_near(a, b)) {
            continue;
        }
        char *text_a = write_fact(was, a);
        char *text_b = write_fact(is, b);
        count += differ(out, "fact", text_a, text_b);
        free(text_a);
        free(text_b);
    }
    return count;
}

unsigned capture_compare(FILE *out, const struct capture_look *was, const struct capture_look *is)
{
    static const char *const keys[] = {"outcome", "rung", "reason", "login"};
    unsigned count = 0;
    const json_t *look_was = json_object_get(was->result, "look");
    const json_t *look_is = json_object_get(is->result, "look");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        count += differ(out, keys[i], show_text(look_was, keys[i]), show_text(look_is, keys[i]));
    }
    return count + compare_steps(out, was, is) + compare_facts(out, was, is);
}
