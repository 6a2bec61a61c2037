/* SPDX-License-Identifier: MIT */
#include "config/scan_token.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"

#define NUMBER_MAX 64 /* bytes of a number */

int scan_peek(const struct scan_cursor *cursor)
{
    return cursor->at < cursor->end ? (unsigned char)*cursor->at : SCAN_END;
}

/* Columns count characters, so the later bytes of a UTF-8 sequence do not count. */
static void step(struct scan_cursor *cursor)
{
    unsigned char c = (unsigned char)*cursor->at;
    cursor->at++;
    if (c == '\n') {
        cursor->place.line++;
        cursor->place.column = 1;
    } else if ((c & 0xc0) != 0x80) {
        cursor->place.column++;
    }
}

bool scan_take(struct scan_cursor *cursor, char c)
{
    if (scan_peek(cursor) != (unsigned char)c) {
        return false;
    }
    step(cursor);
    return true;
}

void scan_blank(struct scan_cursor *cursor)
{
    int c = scan_peek(cursor);
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        step(cursor);
        c = scan_peek(cursor);
    }
}

int scan_refuse(struct scan_cursor *cursor, const char *pointer, const char *problem,
                const char *remedy)
{
    config_error_set(cursor->error, pointer, remedy, "%s", problem);
    cursor->error->line = cursor->place.line;
    cursor->error->column = cursor->place.column;
    return VMM_E_PROTO;
}

static int bad(struct scan_cursor *cursor, const char *problem)
{
    cursor->problem = problem;
    return VMM_E_PROTO;
}

/* ---- Strings ---- */

static int hex_value(int c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    int lower = c | 0x20;
    return c > 0 && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int take_hex(struct scan_cursor *cursor)
{
    int code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(scan_peek(cursor));
        if (digit < 0) {
            return -1;
        }
        code = code * 16 + digit;
        step(cursor);
    }
    return code;
}

static void put_utf8(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_char(out, (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xc0 | (code >> 6)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        buf_char(out, (char)(0xe0 | (code >> 12)));
        buf_char(out, (char)(0x80 | ((code >> 6) & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_char(out, (char)(0xf0 | (code >> 18)));
        buf_char(out, (char)(0x80 | ((code >> 12) & 0x3f)));
        buf_char(out, (char)(0x80 | ((code >> 6) & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

/* What follows "\u". RFC 8259 section 7: characters beyond U+FFFF are two surrogates. */
static int take_unicode(struct scan_cursor *cursor, struct buf *out)
{
    int code = take_hex(cursor);
    if (code <= 0) {
        return bad(cursor, "\\u wants four hexadecimal digits, not all zero");
    }
    if (code < 0xd800 || code > 0xdfff) {
        put_utf8(out, (unsigned)code);
        return 0;
    }
    bool pair = code < 0xdc00 && scan_take(cursor, '\\') && scan_take(cursor, 'u');
    int low = pair ? take_hex(cursor) : -1;
    if (low < 0xdc00 || low > 0xdfff) {
        return bad(cursor, "half of a surrogate pair stands alone");
    }
    put_utf8(out, 0x10000u + (((unsigned)code - 0xd800u) << 10) + ((unsigned)low - 0xdc00u));
    return 0;
}

static int take_escape(struct scan_cursor *cursor, struct buf *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = scan_peek(cursor);
    if (c == 'u') {
        step(cursor);
        return take_unicode(cursor, out);
    }
    const char *found = c > 0 ? strchr(from, c) : NULL;
    if (found == NULL) {
        return bad(cursor, "no such escape after the backslash");
    }
    step(cursor);
    buf_char(out, to[found - from]);
    return 0;
}

static int take_character(struct scan_cursor *cursor, struct buf *out)
{
    unsigned code = 0;
    const unsigned char *p = (const unsigned char *)cursor->at;
    size_t length = text_utf8_length(p, (size_t)(cursor->end - cursor->at), &code);
    if (length == 0) {
        return bad(cursor, "these bytes are no UTF-8");
    }
    if (code < 0x20) {
        return bad(cursor, code == '\n' ? "the text is not closed in its line"
                                        : "a control character stands in the text");
    }
    buf_add(out, cursor->at, length);
    for (size_t i = 0; i < length; i++) {
        step(cursor);
    }
    return 0;
}

int scan_string(struct scan_cursor *cursor, struct buf *out)
{
    buf_clear(out);
    step(cursor);
    while (!scan_take(cursor, '"')) {
        if (scan_peek(cursor) == SCAN_END) {
            return bad(cursor, "the text is not closed before the end of the file");
        }
        int rc = scan_take(cursor, '\\') ? take_escape(cursor, out) : take_character(cursor, out);
        if (rc != 0) {
            return rc;
        }
    }
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

/* ---- Numbers and words ---- */

static bool is_plain(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c > 0 && strchr("+-.", c) != NULL);
}

static const char *skip_digits(const char *p)
{
    return p + strspn(p, "0123456789");
}

/* RFC 8259 section 6. Sets *real when it has a fraction or an exponent. */
static bool is_number(const char *p, bool *real)
{
    p += *p == '-' ? 1 : 0;
    const char *digits = p;
    p = skip_digits(p);
    if (p == digits || (digits[0] == '0' && p > digits + 1)) {
        return false;
    }
    *real = false;
    if (*p == '.') {
        const char *fraction = p + 1;
        p = skip_digits(fraction);
        *real = true;
        if (p == fraction) {
            return false;
        }
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-' ? 1 : 0;
        const char *exponent = p;
        p = skip_digits(exponent);
        *real = true;
        if (p == exponent) {
            return false;
        }
    }
    return *p == '\0';
}

static bool is_too_large(const char *word, bool real)
{
    errno = 0;
    if (real) {
        double value = strtod(word, NULL);
        return errno == ERANGE && fabs(value) == HUGE_VAL;
    }
    strtoll(word, NULL, 10);
    return errno == ERANGE;
}

int scan_plain(struct scan_cursor *cursor)
{
    char word[NUMBER_MAX + 1];
    size_t length = 0;
    const char *at = cursor->at;
    while (at < cursor->end && is_plain((unsigned char)*at)) {
        if (length == NUMBER_MAX) {
            return bad(cursor, "this is too long for a number");
        }
        word[length++] = *at++;
    }
    word[length] = '\0';
    bool real = false;
    if (is_number(word, &real)) {
        if (is_too_large(word, real)) {
            return bad(cursor, "the number is too large");
        }
    } else if (strcmp(word, "true") != 0 && strcmp(word, "false") != 0 &&
               strcmp(word, "null") != 0) {
        return bad(cursor, "a value is missing here: a \"text\", a number, true, false, { or [");
    }
    cursor->place.column += (uint32_t)length;
    cursor->at = at;
    return 0;
}
