/* SPDX-License-Identifier: MIT */
#include "generic_carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARRY_HEAD "{carry:"
#define NOW_HEAD   "{now:"

enum place { PLACE_RAW, PLACE_PERCENT, PLACE_JSON };

/* A text that grows. */
struct out {
    char *data;
    size_t size;
    size_t room;
};

/* ---- Names ---- */

static bool is_name(struct vmm_text name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
            return false;
        }
    }
    return name.size > 0 && name.size <= GENERIC_CARRY_NAME_MAX;
}

int generic_carry_place(struct generic_plan *plan, struct vmm_text name, bool declare)
{
    for (size_t i = 0; i < plan->carried_count; i++) {
        if (vmm_text_equal(name, plan->carried[i])) {
            return (int)i;
        }
    }
    if (!declare || !is_name(name)) {
        return declare ? VMM_E_INVAL : VMM_E_NOENT;
    }
    if (plan->carried_count == GENERIC_CARRIES_MAX) {
        return VMM_E_TOOBIG;
    }
    char *copy = strndup(name.data, name.size);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    plan->carried[plan->carried_count] = copy;
    return (int)plan->carried_count++;
}

/* A {carry:NAME} or {now:FORMAT} in a text. */
struct word {
    const char *begin; /* NULL: there is none */
    const char *end;   /* behind it */
    bool is_now;
    struct vmm_text name;
};

/* The next word at or behind `text`, which may be NULL. */
static struct word next_word(const char *text)
{
    const char *carry = text == NULL ? NULL : strstr(text, CARRY_HEAD);
    const char *now = text == NULL ? NULL : strstr(text, NOW_HEAD);
    struct word word = {.is_now = now != NULL && (carry == NULL || now < carry)};
    word.begin = word.is_now ? now : carry;
    if (word.begin != NULL) {
        const char *name = word.begin + strlen(word.is_now ? NOW_HEAD : CARRY_HEAD);
        word.name = vmm_text_bytes(name, strcspn(name, "}"));
        word.end = name + word.name.size + (name[word.name.size] == '}' ? 1 : 0);
    }
    return word;
}

int generic_carry_check(struct generic_plan *plan, const char *text)
{
    int found = 0;
    for (struct word word = next_word(text); word.begin != NULL; word = next_word(word.end)) {
        if (word.is_now && !generic_now_is_format(word.name)) {
            return VMM_E_INVAL;
        }
        if (!word.is_now && generic_carry_place(plan, word.name, false) < 0) {
            return VMM_E_NOENT;
        }
        found = 1;
    }
    return found;
}

/* ---- Values ---- */

int generic_carry_keep(struct generic_carried *carried, size_t place, struct vmm_text value)
{
    if (value.size == 0 || value.size > GENERIC_CARRIED_MAX) {
        return VMM_E_INVAL;
    }
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < ' ' || c > '~' || c == '{' || c == '}') {
            return VMM_E_INVAL;
        }
    }
    char *copy = strndup(value.data, value.size);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    free(carried->values[place]);
    carried->values[place] = copy;
    return 0;
}

static void add(struct out *out, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && out->size < out->room; i++) {
        out->data[out->size++] = bytes[i];
    }
}

static void add_value(struct out *out, enum place place, const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     strchr("-._~", c) != NULL;
        char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
        if (place == PLACE_PERCENT && !plain) {
            add(out, escaped, sizeof(escaped));
            continue;
        }
        if (place == PLACE_JSON && (c == '"' || c == '\\')) {
            add(out, "\\", 1);
        }
        add(out, value, 1);
    }
}

/* Bytes that are enough: each word at most as many as its value escaped. */
static size_t room_for(const char *text)
{
    size_t room = strlen(text) + 1;
    for (struct word word = next_word(text); word.begin != NULL; word = next_word(word.end)) {
        room += (size_t)3 * GENERIC_CARRIED_MAX;
    }
    return room;
}

static void add_word(struct out *out, const struct generic_carried *carried,
                     struct generic_plan *plan, const struct word *word, enum place place)
{
    char now[GENERIC_NOW_MAX];
    if (word->is_now) {
        generic_now_write(word->name, carried->now_ms, plan->words.zone_minutes, now, sizeof(now));
        add_value(out, place, now);
        return;
    }
    int at = generic_carry_place(plan, word->name, false);
    add_value(out, place, at >= 0 && carried->values[at] != NULL ? carried->values[at] : "");
}

/* A text with its words filled in. NULL without memory. */
static char *filled(const struct generic_carried *carried, struct generic_plan *plan,
                    const char *text, enum place place)
{
    struct out out = {.room = room_for(text)};
    out.data = calloc(1, out.room + 1);
    if (out.data == NULL) {
        return NULL;
    }
    for (struct word word = next_word(text); word.begin != NULL; word = next_word(text)) {
        add(&out, text, (size_t)(word.begin - text));
        add_word(&out, carried, plan, &word, place);
        text = word.end;
    }
    add(&out, text, strlen(text));
    return out.data;
}

/* ---- Rows ---- */

static bool is_known(const struct generic_carried *carried, struct generic_plan *plan,
                     const char *text)
{
    for (struct word word = next_word(text); word.begin != NULL; word = next_word(word.end)) {
        int at = word.is_now ? 0 : generic_carry_place(plan, word.name, false);
        if (!word.is_now && (at < 0 || carried->values[at] == NULL)) {
            return false;
        }
    }
    return true;
}

static enum place body_place(const char *headers)
{
    struct vmm_text type;
    if (headers == NULL || vmm_text_header(vmm_text_of(headers), "Content-Type", &type) != 0) {
        return PLACE_RAW;
    }
    if (memmem(type.data, type.size, "json", 4) != NULL) {
        return PLACE_JSON;
    }
    return vmm_text_begins(type, "application/x-www-form-urlencoded") ? PLACE_PERCENT : PLACE_RAW;
}

/* Wipe a text and release it; NULL is allowed. */
static void wipe(char **text)
{
    if (*text != NULL) {
        explicit_bzero(*text, strlen(*text));
        free(*text);
        *text = NULL;
    }
}

static int fill_text(struct generic_carried *carried, struct generic_plan *plan, const char *text,
                     enum place place, char **kept, const char **shown)
{
    if (next_word(text).begin == NULL) {
        return 0;
    }
    wipe(kept);
    *kept = filled(carried, plan, text, place);
    *shown = *kept;
    return *kept == NULL ? VMM_E_NOMEM : 0;
}

static int fill_row(struct generic_carried *carried, struct generic_plan *plan, size_t place)
{
    const struct generic_request *request = plan->requests[place];
    struct vmm_request_row *row = &carried->rows[place + 1];
    char **texts = carried->texts[place + 1];
    const char *body = row->body;
    int rc = fill_text(carried, plan, request->path, PLACE_PERCENT, &texts[0], &row->target);
    rc = rc != 0 ? rc
                 : fill_text(carried, plan, request->headers, PLACE_RAW, &texts[1], &row->headers);
    rc = rc != 0 ? rc
                 : fill_text(carried, plan, request->body, body_place(request->headers), &texts[2],
                             &body);
    if (request->body != NULL) { /* else it is none, or a file's */
        row->body = body;
        row->body_size = strlen(body);
    }
    return rc != 0 || strlen(row->target) < VMM_REQUEST_TARGET_MAX ? rc : VMM_E_TOOBIG;
}

/* Of a row whose values are not known: no device is to see the words themselves. */
static int refuse_start(void *state, const struct vmm_request_row *row, struct vmm_turn *turn)
{
    (void)state;
    (void)row;
    (void)turn;
    return VMM_E_STATE;
}

/* Whether all that goes out with a request is known. */
static bool is_complete(const struct generic_carried *carried, struct generic_plan *plan,
                        const struct generic_request *request)
{
    for (size_t i = 0; i < request->step_count; i++) {
        const struct generic_step *step = &request->steps[i];
        if (step->is_text && !is_known(carried, plan, step->bytes)) {
            return false;
        }
    }
    return is_known(carried, plan, request->path) && is_known(carried, plan, request->headers) &&
           is_known(carried, plan, request->body);
}

int generic_carry_begin(struct generic_carried *carried, struct generic_plan *plan, int64_t now_ms)
{
    memcpy(carried->rows, plan->rows, sizeof(carried->rows));
    for (size_t i = 0; i < plan->request_count; i++) {
        if (plan->requests[i]->is_carrying) {
            carried->rows[i + 1].start = refuse_start;
        }
    }
    carried->now_ms = now_ms;
    return generic_carry_fill(carried, plan, 0);
}

int generic_carry_fill(struct generic_carried *carried, struct generic_plan *plan, size_t first)
{
    int rc = 0;
    for (size_t i = first; i < plan->request_count && rc == 0; i++) {
        const struct generic_request *next = plan->requests[i];
        if (next->is_carrying && is_complete(carried, plan, next)) {
            rc = fill_row(carried, plan, i);
            carried->rows[i + 1].start = plan->rows[i + 1].start;
        }
    }
    return rc;
}

char *generic_carry_text(const struct generic_carried *carried, struct generic_plan *plan,
                         const char *text)
{
    return filled(carried, plan, text, PLACE_RAW);
}

void generic_carry_finish(struct generic_carried *carried)
{
    for (size_t i = 0; i < GENERIC_CARRIES_MAX; i++) {
        wipe(&carried->values[i]);
    }
    for (size_t i = 0; i <= GENERIC_REQUESTS_MAX; i++) {
        for (size_t k = 0; k < 3; k++) {
            wipe(&carried->texts[i][k]);
        }
    }
}
