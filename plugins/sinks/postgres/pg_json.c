/* SPDX-License-Identifier: MIT */
#include "pg_json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#define NUMBER_MAX 64 /* characters of a number; no column holds one that needs more */

struct reader {
    const char *at;
    const char *end;
    struct pg_scratch *scratch;
};

void pg_scratch_finish(struct pg_scratch *scratch)
{
    free(scratch->bytes);
    *scratch = (struct pg_scratch){0};
}

/* ---- characters ---- */

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end &&
           (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) {
        r->at++;
    }
}

static bool take(struct reader *r, char c)
{
    bool is_there = r->at < r->end && *r->at == c;
    r->at += is_there;
    return is_there;
}

static bool take_word(struct reader *r, const char *word)
{
    size_t size = strlen(word);
    bool is_there = (size_t)(r->end - r->at) >= size && memcmp(r->at, word, size) == 0;
    r->at += is_there ? size : 0;
    return is_there;
}

/* ---- texts ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Four digits behind "\u"; -1 when they are none. */
static int32_t take_code(struct reader *r)
{
    int32_t code = 0;
    if (r->end - r->at < 4) {
        return -1;
    }
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(*r->at++);
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
    }
    return code;
}

static char *put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        *out++ = (char)code;
    } else if (code < 0x800) {
        *out++ = (char)(0xc0 | code >> 6);
        *out++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *out++ = (char)(0xe0 | code >> 12);
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    } else {
        *out++ = (char)(0xf0 | code >> 18);
        *out++ = (char)(0x80 | (code >> 12 & 0x3f));
        *out++ = (char)(0x80 | (code >> 6 & 0x3f));
        *out++ = (char)(0x80 | (code & 0x3f));
    }
    return out;
}

/* A code point, of two halves where it needs two; 0 when it is none that a text may have. */
static uint32_t take_code_point(struct reader *r)
{
    int32_t code = take_code(r);
    if (code < 0xd800 || code > 0xdfff) {
        return code > 0 ? (uint32_t)code : 0;
    }
    int32_t low = code < 0xdc00 && take(r, '\\') && take(r, 'u') ? take_code(r) : -1;
    return low >= 0xdc00 && low <= 0xdfff
               ? 0x10000 + ((uint32_t)code - 0xd800) * 0x400 + ((uint32_t)low - 0xdc00)
               : 0;
}

/* What stands behind a backslash; NULL when nothing may stand so. */
static char *take_escape(struct reader *r, char *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) {
        return NULL;
    }
    char c = *r->at++;
    if (c == 'u') {
        uint32_t code = take_code_point(r);
        return code != 0 ? put_utf8(out, code) : NULL;
    }
    const char *found = c != '\0' ? strchr(from, c) : NULL;
    if (found == NULL) {
        return NULL;
    }
    *out++ = to[found - from];
    return out;
}

/* How far a text goes on as it is. */
static size_t plain_size(const struct reader *r)
{
    const char *p = r->at;
    while (p < r->end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20) {
        p++;
    }
    return (size_t)(p - r->at);
}

/* Room for a text that is not longer than what is left: an escape is never shorter than what it stands for. */
static char *scratch_room(struct reader *r)
{
    struct pg_scratch *s = r->scratch;
    return s->bytes + s->used;
}

static int take_escaped(struct reader *r, const char *begin, struct pg_value *value)
{
    char *out = scratch_room(r);
    char *first = out;
    memcpy(out, begin, (size_t)(r->at - begin));
    out += r->at - begin;
    while (r->at < r->end && *r->at == '\\') {
        r->at++;
        out = take_escape(r, out);
        if (out == NULL) {
            return VMM_E_INVAL;
        }
        size_t size = plain_size(r);
        memcpy(out, r->at, size);
        out += size;
        r->at += size;
    }
    r->scratch->used += (size_t)(out - first);
    *value = (struct pg_value){.kind = PG_KIND_TEXT, .text = first, .size = (size_t)(out - first)};
    return take(r, '"') ? 0 : VMM_E_INVAL;
}

/* Behind the opening quote. */
static int take_text(struct reader *r, struct pg_value *value)
{
    const char *begin = r->at;
    r->at += plain_size(r);
    if (r->at < r->end && *r->at == '\\') {
        return take_escaped(r, begin, value);
    }
    *value =
        (struct pg_value){.kind = PG_KIND_TEXT, .text = begin, .size = (size_t)(r->at - begin)};
    return take(r, '"') ? 0 : VMM_E_INVAL;
}

/* ---- numbers ---- */

static size_t digits_at(const struct reader *r, const char *p)
{
    const char *from = p;
    while (p < r->end && *p >= '0' && *p <= '9') {
        p++;
    }
    return (size_t)(p - from);
}

/* Where a number that begins here ends; NULL when there is none. */
static const char *number_end(const struct reader *r, bool *is_int)
{
    const char *p = r->at + (r->at < r->end && *r->at == '-');
    size_t whole = digits_at(r, p);
    if (whole == 0 || (whole > 1 && *p == '0')) {
        return NULL;
    }
    p += whole;
    *is_int = true;
    if (p < r->end && *p == '.') {
        size_t part = digits_at(r, p + 1);
        *is_int = false;
        p = part > 0 ? p + 1 + part : NULL;
    }
    if (p != NULL && p < r->end && (*p == 'e' || *p == 'E')) {
        const char *sign = p + 1;
        sign += sign < r->end && (*sign == '+' || *sign == '-');
        size_t power = digits_at(r, sign);
        *is_int = false;
        p = power > 0 ? sign + power : NULL;
    }
    return p;
}

static int take_number(struct reader *r, struct pg_value *value)
{
    char text[NUMBER_MAX];
    bool is_int = false;
    const char *end = number_end(r, &is_int);
    size_t size = end != NULL ? (size_t)(end - r->at) : 0;
    if (size == 0 || size >= sizeof(text)) {
        return VMM_E_INVAL;
    }
    memcpy(text, r->at, size);
    text[size] = '\0';
    r->at = end;
    errno = 0;
    if (is_int) {
        *value = (struct pg_value){.kind = PG_KIND_INT, .number = strtoll(text, NULL, 10)};
        return errno == 0 ? 0 : VMM_E_INVAL;
    }
    *value = (struct pg_value){.kind = PG_KIND_REAL, .real = strtod(text, NULL)};
    return isfinite(value->real) ? 0 : VMM_E_INVAL;
}

/* ---- the object ---- */

static int take_value(struct reader *r, struct pg_value *value)
{
    if (take(r, '"')) {
        return take_text(r, value);
    }
    if (take_word(r, "null")) {
        *value = (struct pg_value){.kind = PG_KIND_NULL};
        return 0;
    }
    bool is_true = take_word(r, "true");
    if (is_true || take_word(r, "false")) {
        *value = (struct pg_value){.kind = PG_KIND_INT, .number = is_true};
        return 0;
    }
    return take_number(r, value);
}

static int take_member(struct reader *r, pg_member_fn member, void *arg)
{
    struct pg_value name;
    struct pg_value value;
    skip_blanks(r);
    if (!take(r, '"') || take_text(r, &name) != 0) {
        return VMM_E_INVAL;
    }
    skip_blanks(r);
    if (!take(r, ':')) {
        return VMM_E_INVAL;
    }
    skip_blanks(r);
    int rc = take_value(r, &value);
    if (rc == 0) {
        member(arg, name.text, name.size, &value);
    }
    skip_blanks(r);
    return rc;
}

/* All texts with escapes together are shorter than the whole. */
static int make_room(struct pg_scratch *scratch, size_t size)
{
    scratch->used = 0;
    if (size > scratch->capacity) {
        char *bytes = realloc(scratch->bytes, size);
        if (bytes == NULL) {
            return VMM_E_NOMEM;
        }
        scratch->bytes = bytes;
        scratch->capacity = size;
    }
    return 0;
}

int pg_json_read(const char *text, size_t size, struct pg_scratch *scratch, pg_member_fn member,
                 void *arg)
{
    struct reader r = {.at = text, .end = text + size, .scratch = scratch};
    int rc = make_room(scratch, size);
    skip_blanks(&r);
    if (rc != 0 || !take(&r, '{')) {
        return rc != 0 ? rc : VMM_E_INVAL;
    }
    skip_blanks(&r);
    if (!take(&r, '}')) {
        do {
            rc = take_member(&r, member, arg);
        } while (rc == 0 && take(&r, ','));
        rc = rc == 0 && !take(&r, '}') ? VMM_E_INVAL : rc;
    }
    skip_blanks(&r);
    return rc == 0 && r.at != r.end ? VMM_E_INVAL : rc;
}
