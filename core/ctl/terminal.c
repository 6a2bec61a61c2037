/* SPDX-License-Identifier: MIT */
#include "ctl/terminal.h"

#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

/* Directional marks and overrides, line and paragraph separators, invisible joiners and the byte
 * order mark: they change how what stands beside them is read (Unicode Standard Annex 9, Technical
 * Report 36). */
static bool turns_text(unsigned code)
{
    return code == 0x061c || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
           (code >= 0xe0000 && code <= 0xe007f);
}

static bool is_control(unsigned code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

void terminal_escape(struct buf *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text);
    while (left > 0) {
        unsigned code = 0;
        size_t length = text_utf8_length(p, left, &code);
        if (length == 0) {
            buf_printf(out, "\\x%02x", p[0]);
            length = 1;
        } else if (is_control(code)) {
            buf_printf(out, "\\x%02x", code);
        } else if (turns_text(code)) {
            buf_printf(out, "\\u{%x}", code);
        } else {
            buf_add(out, p, length);
        }
        p += length;
        left -= length;
    }
}

void terminal_write(FILE *out, const char *text)
{
    struct buf escaped;
    buf_init(&escaped);
    terminal_escape(&escaped, text);
    fputs(buf_cstr(&escaped), out);
    buf_finish(&escaped);
}

size_t terminal_width(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = strlen(text);
    size_t width = 0;
    while (left > 0) {
        unsigned code = 0;
        size_t length = text_utf8_length(p, left, &code);
        int columns = length > 0 ? wcwidth((wchar_t)code) : 1;
        width += columns >= 0 ? (size_t)columns : 1;
        p += length > 0 ? length : 1;
        left -= length > 0 ? length : 1;
    }
    return width;
}

const char *terminal_colour(const char *word)
{
    static const struct {
        const char *word;
        const char *colour;
    } colours[] = {
        {"OK", "\x1b[32m"},         {"DEGRADED", "\x1b[33m"},   {"DOWN", "\x1b[1;31m"},
        {"BLACKFRAME", "\x1b[35m"}, {"UNKNOWN", "\x1b[36m"},    {"DISABLED", "\x1b[2m"},
        {"suspect", "\x1b[33m"},    {"critical", "\x1b[1;31m"},
    };
    for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
        if (strcmp(colours[i].word, word) == 0) {
            return colours[i].colour;
        }
    }
    return "";
}
