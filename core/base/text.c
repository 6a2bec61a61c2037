/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead <= 0xdf) {
        return 2;
    }
    if ((lead & 0xf0) == 0xe0) {
        return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Unicode 15, table 3-7: no surrogates, no overlong forms, nothing above U+10FFFF. */
static bool is_scalar(unsigned code, size_t length)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

size_t text_utf8_length(const unsigned char *p, size_t left, unsigned *code)
{
    size_t length = left > 0 ? sequence_length(p[0]) : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    unsigned value = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        value = (value << 6) | (p[i] & 0x3fu);
    }
    *code = value;
    return is_scalar(value, length) ? length : 0;
}

static bool is_unwanted(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x200e || code == 0x200f ||
           code == 0x061c || (code >= 0x202a && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029 || code == 0xfeff;
}

size_t text_clean(const char *bytes, size_t size, char out[TEXT_MAX + 1])
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t used = 0;
    size_t i = 0;
    while (i < size) {
        unsigned code = 0;
        size_t length = text_utf8_length(p + i, size - i, &code);
        const char *from = length > 0 ? bytes + i : REPLACEMENT;
        size_t add = length > 0 ? length : strlen(REPLACEMENT);
        i += length > 0 ? length : 1;
        if (length > 0 && is_unwanted(code)) {
            continue;
        }
        if (used + add > TEXT_MAX) {
            break;
        }
        memcpy(out + used, from, add);
        used += add;
    }
    out[used] = '\0';
    return used;
}

bool text_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(out, size, format, args);
    va_end(args);
    return length >= 0 && (size_t)length < size;
}

void text_number(uint64_t number, char out[TEXT_NUMBER_SIZE])
{
    char digits[TEXT_NUMBER_SIZE];
    size_t at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        at--;
        digits[at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out, digits + at, sizeof(digits) - at);
}

bool text_join(char *out, size_t size, const char *const *parts)
{
    size_t used = 0;
    bool fits = true;
    for (; *parts != NULL && fits; parts++) {
        size_t length = strlen(*parts);
        size_t room = size - 1 - used;
        fits = length <= room;
        memcpy(out + used, *parts, fits ? length : room);
        used += fits ? length : room;
    }
    out[used] = '\0';
    return fits;
}

bool text_is_id(const char *text)
{
    size_t length = strlen(text);
    if (length == 0 || length > 64 || text[0] == '.' || text[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr("._-", text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

bool text_matches(const char *pattern, const char *text)
{
    return fnmatch(pattern, text, 0) == 0;
}
