/* SPDX-License-Identifier: MIT */
#include <kit/json_write.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 1024u
#define REPLACEMENT    "\xef\xbf\xbd" /* U+FFFD */

static void add(struct vmm_json_out *out, const char *bytes, size_t size)
{
    if (out->failed || size == 0) {
        return;
    }
    if (size > out->capacity - out->size) {
        size_t capacity = out->capacity > 0 ? out->capacity : FIRST_CAPACITY;
        while (capacity - out->size < size) {
            capacity *= 2;
        }
        char *data = realloc(out->data, capacity);
        if (data == NULL) {
            out->failed = true;
            return;
        }
        out->data = data;
        out->capacity = capacity;
    }
    memcpy(out->data + out->size, bytes, size);
    out->size += size;
}

static void add_string(struct vmm_json_out *out, const char *text)
{
    add(out, text, strlen(text));
}

void vmm_json_reset(struct vmm_json_out *out)
{
    out->size = 0;
    out->failed = false;
    out->depth = 0;
    memset(out->has_member, 0, sizeof(out->has_member));
}

void vmm_json_finish(struct vmm_json_out *out)
{
    if (out->data != NULL) {
        explicit_bzero(out->data, out->capacity);
    }
    free(out->data);
    *out = (struct vmm_json_out){0};
}

/* ---- Strings ---- */

/* The length of the UTF-8 character at the beginning, or 0 where there is none. */
static size_t character(struct vmm_text text)
{
    unsigned char first = (unsigned char)text.data[0];
    size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (size == 0 || size > text.size || !vmm_text_is_utf8((struct vmm_text){text.data, size})) {
        return 0;
    }
    return size;
}

/* What stands for a character that cannot stand for itself; NULL when it can. */
static const char *escape(const char *at, size_t size, char room[8])
{
    unsigned char c = (unsigned char)at[0];
    if (size == 0 || c == '\0') {
        return REPLACEMENT;
    }
    if (c == '"' || c == '\\') {
        snprintf(room, 8, "\\%c", c);
        return room;
    }
    if (c == '\n') {
        return "\\n";
    }
    if (c < 0x20 || c == 0x7f) {
        snprintf(room, 8, "\\u%04x", c);
        return room;
    }
    if (size == 3 && memcmp(at, "\xe2\x80\xa8", 3) == 0) {
        return "\\u2028";
    }
    return size == 3 && memcmp(at, "\xe2\x80\xa9", 3) == 0 ? "\\u2029" : NULL;
}

void vmm_json_string_add(struct vmm_json_out *out, struct vmm_text text)
{
    char room[8];
    while (text.size > 0) {
        size_t size = character(text);
        const char *instead = escape(text.data, size, room);
        if (instead != NULL) {
            add_string(out, instead);
        } else {
            add(out, text.data, size);
        }
        size_t step = size > 0 ? size : 1;
        text.data += step;
        text.size -= step;
    }
}

/* ---- Structure ---- */

/* The comma before, and the name of a member. */
static void begin_value(struct vmm_json_out *out, const char *name)
{
    if (out->has_member[out->depth]) {
        add(out, ",", 1);
    }
    out->has_member[out->depth] = true;
    if (name != NULL) {
        add(out, "\"", 1);
        vmm_json_string_add(out, vmm_text_of(name));
        add(out, "\":", 2);
    }
}

void vmm_json_begin(struct vmm_json_out *out, const char *name, char opener)
{
    if (out->depth == VMM_JSON_DEPTH_MAX) {
        out->failed = true;
        return;
    }
    begin_value(out, name);
    add(out, &opener, 1);
    out->closers[out->depth] = opener == '{' ? '}' : ']';
    out->depth++;
    out->has_member[out->depth] = false;
}

void vmm_json_end(struct vmm_json_out *out)
{
    if (out->depth > 0) {
        out->depth--;
        add(out, &out->closers[out->depth], 1);
    }
}

void vmm_json_string_begin(struct vmm_json_out *out, const char *name)
{
    begin_value(out, name);
    add(out, "\"", 1);
}

void vmm_json_string_end(struct vmm_json_out *out)
{
    add(out, "\"", 1);
}

void vmm_json_put(struct vmm_json_out *out, const char *name, struct vmm_text text)
{
    vmm_json_string_begin(out, name);
    vmm_json_string_add(out, text);
    vmm_json_string_end(out);
}

void vmm_json_put_text(struct vmm_json_out *out, const char *name, const char *text)
{
    vmm_json_put(out, name, vmm_text_of(text));
}

void vmm_json_put_raw(struct vmm_json_out *out, const char *name, struct vmm_text json)
{
    begin_value(out, name);
    add(out, json.data, json.size);
}

void vmm_json_put_int(struct vmm_json_out *out, const char *name, int64_t number)
{
    char digits[24];
    snprintf(digits, sizeof(digits), "%lld", (long long)number);
    vmm_json_put_raw(out, name, vmm_text_of(digits));
}

void vmm_json_put_bool(struct vmm_json_out *out, const char *name, bool truth)
{
    vmm_json_put_raw(out, name, vmm_text_of(truth ? "true" : "false"));
}

struct vmm_json_mark vmm_json_mark(const struct vmm_json_out *out)
{
    return (struct vmm_json_mark){out->size, out->depth, out->has_member[out->depth]};
}

void vmm_json_rewind(struct vmm_json_out *out, struct vmm_json_mark mark)
{
    out->size = mark.size;
    out->depth = mark.depth;
    out->has_member[mark.depth] = mark.has_member;
}
