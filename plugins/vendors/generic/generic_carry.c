/* SPDX-License-Identifier: MIT */
#include "generic_carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "{carry:"

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

/* The next {carry:NAME} at or behind `text`, and its name; NULL when there is none. */
static const char *next_word(const char *text, struct vmm_text *name)
{
    const char *word = text == NULL ? NULL : strstr(text, HEAD);
    if (word != NULL) {
        const char *begin = word + strlen(HEAD);
        *name = vmm_text_bytes(begin, strcspn(begin, "}"));
    }
    return word;
}

int generic_carry_check(struct generic_plan *plan, const char *text)
{
    struct vmm_text name;
    int found = 0;
    for (const char *word = next_word(text, &name); word != NULL;
         word = next_word(name.data + name.size, &name)) {
        if (generic_carry_place(plan, name, false) < 0) {
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
    struct vmm_text name;
    size_t room = strlen(text) + 1;
    for (const char *word = next_word(text, &name); word != NULL;
         word = next_word(name.data + name.size, &name)) {
        room += (size_t)3 * GENERIC_CARRIED_MAX;
    }
    return room;
}

/* A text with its words filled in. NULL without memory. */
static char *filled(const struct generic_carried *carried, struct generic_plan *plan,
                    const char *text, enum place place)
{
    struct out out = {.room = room_for(text)};
    struct vmm_text name;
    out.data = calloc(1, out.room + 1);
    if (out.data == NULL) {
        return NULL;
    }
    for (const char *word = next_word(text, &name); word != NULL; word = next_word(text, &name)) {
        int at = generic_carry_place(plan, name, false);
        add(&out, text, (size_t)(word - text));
        add_value(&out, place, at >= 0 ? carried->values[at] : "");
        text = name.data + name.size + (name.data[name.size] == '}' ? 1 : 0);
    }
    add(&out, text, strlen(text));
    return out.data;
}

/* ---- Rows ---- */

static bool is_known(const struct generic_carried *carried, struct generic_plan *plan,
                     const char *text)
{
    struct vmm_text name;
    for (const char *word = next_word(text, &name); word != NULL;
         word = next_word(name.data + name.size, &name)) {
        int at = generic_carry_place(plan, name, false);
        if (at < 0 || carried->values[at] == NULL) {
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
    if (text == NULL || strstr(text, HEAD) == NULL) {
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
    row->body = body;
    row->body_size = body == NULL ? 0 : strlen(body);
    return rc != 0 || strlen(row->target) < VMM_REQUEST_TARGET_MAX ? rc : VMM_E_TOOBIG;
}

void generic_carry_begin(struct generic_carried *carried, const struct generic_plan *plan)
{
    memcpy(carried->rows, plan->rows, sizeof(carried->rows));
}

int generic_carry_fill(struct generic_carried *carried, struct generic_plan *plan, size_t request)
{
    int rc = 0;
    for (size_t i = request + 1; i < plan->request_count && rc == 0; i++) {
        const struct generic_request *next = plan->requests[i];
        if (next->is_carrying && is_known(carried, plan, next->path) &&
            is_known(carried, plan, next->headers) && is_known(carried, plan, next->body)) {
            rc = fill_row(carried, plan, i);
        }
    }
    return rc;
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
