/* SPDX-License-Identifier: MIT */
#include "gchat_escape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS   "\xe2\x80\xa6"
#define ENTITY_MAX 32u

/* What may stand in an identifier: a letter, a digit, anything beyond ASCII. */
static bool is_word(struct vmm_text text, size_t at)
{
    unsigned char c = at < text.size ? (unsigned char)text.data[at] : 0;
    return isalnum(c) || c >= 0x80;
}

static bool is_letter(struct vmm_text text, size_t at)
{
    return is_word(text, at) && !isdigit((unsigned char)text.data[at]);
}

static bool follows(struct vmm_text text, size_t at, const char *what)
{
    size_t size = strlen(what);
    return text.size - at > size && memcmp(text.data + at + 1, what, size) == 0;
}

/* "&lt;" and the like, which some reader may take for what it stands for. */
static bool is_entity(struct vmm_text text, size_t at)
{
    size_t i = at + 1;
    while (i < text.size && i - at < ENTITY_MAX &&
           (isalnum((unsigned char)text.data[i]) || text.data[i] == '#')) {
        i++;
    }
    return i > at + 1 && i < text.size && text.data[i] == ';';
}

/* The dot or bracket of "1. " and "1) ". */
static bool ends_number(struct vmm_text text, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (!isdigit((unsigned char)text.data[i])) {
            return false;
        }
    }
    return at > 0 && (at + 1 == text.size || text.data[at + 1] == ' ');
}

/* What makes a list, a quote, a heading or a table at the beginning of a line. */
static const char *at_line_begin(struct vmm_text text, size_t at)
{
    static const struct {
        char c;
        const char *instead;
    } starts[] = {{'-', "\xe2\x80\x90"}, /* U+2010 hyphen */
                  {'+', "\xef\xbc\x8b"},
                  {'#', "\xef\xbc\x83"},
                  {'=', "\xef\xbc\x9d"},
                  {'|', "\xef\xbd\x9c"}}; /* fullwidth forms */
    for (size_t i = 0; at == 0 && i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (text.data[0] == starts[i].c) {
            return starts[i].instead;
        }
    }
    bool numbers = (text.data[at] == '.' || text.data[at] == ')') && ends_number(text, at);
    return !numbers ? NULL : text.data[at] == '.' ? "\xe2\x80\xa4" : "\xef\xbc\x89";
}

static const char *instead_of_ampersand(struct vmm_text text, size_t at, enum gchat_style style)
{
    if (style == GCHAT_HTML) {
        return "&amp;";
    }
    return is_entity(text, at) ? "\xef\xbc\x86" : NULL; /* U+FF06 */
}

/* What stands for the character at `at`; NULL: itself. */
static const char *instead_of(struct vmm_text text, size_t at, enum gchat_style style)
{
    const char *start = style == GCHAT_TEXT ? at_line_begin(text, at) : NULL;
    if (start != NULL) {
        return start;
    }
    switch (text.data[at]) {
    case '<':
        return "\xe2\x80\xb9"; /* U+2039 */
    case '>':
        return "\xe2\x80\xba"; /* U+203A */
    case '*':
        return "\xe2\x88\x97"; /* U+2217 */
    case '~':
        return "\xe2\x88\xbc"; /* U+223C */
    case '`':
        return "\xcb\x8b"; /* U+02CB */
    case '_':
        return at > 0 && is_word(text, at - 1) && is_word(text, at + 1) ? NULL
                                                                        : "\xcb\x8d"; /* U+02CD */
    case ']':
        return follows(text, at, "(") ? "\xef\xbc\xbd" : NULL; /* U+FF3D */
    case ':':
        return follows(text, at, "//") ? "\xe2\x88\xb6" : NULL; /* U+2236 */
    case '.': /* of a name that would become a link */
        return at > 0 && is_word(text, at - 1) && is_letter(text, at + 1) ? "\xe2\x80\xa4" : NULL;
    case '&':
        return instead_of_ampersand(text, at, style);
    default:
        return (unsigned char)text.data[at] < 0x20 || text.data[at] == 0x7f ? " " : NULL;
    }
}

static size_t character_size(struct vmm_text text, size_t at)
{
    size_t size = 1;
    while (at + size < text.size && ((unsigned char)text.data[at + size] & 0xc0) == 0x80 &&
           (unsigned char)text.data[at] >= 0xc0 && size < 4) {
        size++;
    }
    return size;
}

void gchat_add(struct vmm_json_out *out, struct vmm_text text, enum gchat_style style, size_t max)
{
    size_t begin = out->size;
    struct vmm_json_mark room = vmm_json_mark(out); /* the last place with room for an ellipsis */
    text = vmm_text_trim(text);
    for (size_t at = 0; at < text.size && !out->failed;) {
        const char *instead = instead_of(text, at, style);
        size_t size = character_size(text, at);
        vmm_json_string_add(out, instead != NULL ? vmm_text_of(instead)
                                                 : vmm_text_bytes(text.data + at, size));
        at += size;
        if (out->size - begin > max) {
            vmm_json_rewind(out, room);
            vmm_json_string_add(out, vmm_text_of(ELLIPSIS));
            return;
        }
        if (out->size - begin + strlen(ELLIPSIS) <= max) {
            room = vmm_json_mark(out);
        }
    }
}

void gchat_add_link(struct vmm_json_out *out, struct vmm_text url)
{
    for (size_t i = 0; i < url.size; i++) {
        char encoded[4];
        bool is_formatting = strchr("*_~", url.data[i]) != NULL;
        snprintf(encoded, sizeof(encoded), is_formatting ? "%%%02X" : "%c",
                 (unsigned char)url.data[i]);
        vmm_json_string_add(out, vmm_text_of(encoded));
    }
}
