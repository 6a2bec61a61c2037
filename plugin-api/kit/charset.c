/* SPDX-License-Identifier: MIT */
#include "kit/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)16 << 20)

static const char mark[] = "\xEF\xBB\xBF"; /* the byte order mark, as UTF-8 */

/* ---- Which one ---- */

uint32_t vmm_charset_named(struct vmm_text name)
{
    static const struct {
        const char *name;
        uint32_t charset;
    } known[] = {
        {"utf-8", VMM_CHARSET_UTF8},        {"utf8", VMM_CHARSET_UTF8},
        {"us-ascii", VMM_CHARSET_UTF8},     {"ascii", VMM_CHARSET_UTF8},
        {"iso-8859-1", VMM_CHARSET_LATIN1}, {"iso8859-1", VMM_CHARSET_LATIN1},
        {"latin1", VMM_CHARSET_LATIN1},     {"latin-1", VMM_CHARSET_LATIN1},
        {"big5", VMM_CHARSET_BIG5},         {"big-5", VMM_CHARSET_BIG5},
        {"cp950", VMM_CHARSET_BIG5},        {"gbk", VMM_CHARSET_GBK},
        {"gb2312", VMM_CHARSET_GBK},        {"gb-2312", VMM_CHARSET_GBK},
        {"cp936", VMM_CHARSET_GBK},
    };
    struct vmm_text word = vmm_text_trim(name);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (vmm_text_same(word, known[i].name)) {
            return known[i].charset;
        }
    }
    return VMM_CHARSET_UNKNOWN;
}

/* The place behind the first `word` in the text, any case; VMM_E_NOENT. */
static int behind(struct vmm_text text, const char *word, struct vmm_text *rest)
{
    for (size_t size = strlen(word); text.size >= size; text.data++, text.size--) {
        if (vmm_text_begins(text, word)) {
            *rest = vmm_text_bytes(text.data + size, text.size - size);
            return 0;
        }
    }
    return VMM_E_NOENT;
}

/* The name behind `word` and '=', with quotes or without. */
static uint32_t named_behind(struct vmm_text text, const char *word)
{
    struct vmm_text rest;
    if (behind(text, word, &rest) != 0) {
        return VMM_CHARSET_UNKNOWN;
    }
    rest = vmm_text_trim(rest);
    if (rest.size == 0 || rest.data[0] != '=') {
        return VMM_CHARSET_UNKNOWN;
    }
    rest = vmm_text_trim(vmm_text_bytes(rest.data + 1, rest.size - 1));
    size_t from = rest.size > 0 && (rest.data[0] == '"' || rest.data[0] == '\'') ? 1 : 0;
    size_t end = from;
    while (end < rest.size && strchr("\"'; \t?>", rest.data[end]) == NULL) {
        end++;
    }
    return vmm_charset_named(vmm_text_bytes(rest.data + from, end - from));
}

static uint32_t declared(struct vmm_text body)
{
    struct vmm_text rest = vmm_text_trim(body);
    struct vmm_text declaration;
    if (!vmm_text_begins(rest, "<?xml") || !vmm_text_part(&rest, '>', &declaration)) {
        return VMM_CHARSET_UNKNOWN;
    }
    return named_behind(declaration, "encoding");
}

uint32_t vmm_charset_of(struct vmm_text headers, struct vmm_text body)
{
    struct vmm_text type;
    if (vmm_text_begins(body, mark)) {
        return VMM_CHARSET_UTF8;
    }
    uint32_t charset = declared(body);
    if (charset == VMM_CHARSET_UNKNOWN && vmm_text_header(headers, "Content-Type", &type) == 0) {
        charset = named_behind(type, "charset");
    }
    return charset;
}

/* ---- As UTF-8 ---- */

struct sink {
    char *at;
    size_t left; /* the place for the NUL is not counted */
};

/* Take `skip` bytes for one character that is none. False when there is no more room. */
static bool put_replacement(struct sink *to, char **from, size_t *from_left, size_t skip)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    if (to->left < sizeof(replacement) - 1) {
        return false;
    }
    memcpy(to->at, replacement, sizeof(replacement) - 1);
    to->at += sizeof(replacement) - 1;
    to->left -= sizeof(replacement) - 1;
    *from += skip;
    *from_left -= skip;
    return true;
}

static void convert(iconv_t way, struct vmm_text text, struct sink *to)
{
    char *from = (char *)text.data;
    size_t left = text.size;
    while (left > 0) {
        if (iconv(way, &from, &left, &to->at, &to->left) != (size_t)-1 || errno == E2BIG) {
            return;
        }
        if (!put_replacement(to, &from, &left, errno == EINVAL ? left : 1)) {
            return;
        }
    }
}

static size_t from_two_bytes(const char *name, struct vmm_text text, char *out, size_t out_size)
{
    struct sink to = {.at = out, .left = out_size - 1};
    iconv_t way = iconv_open("UTF-8", name);
    if (way == (iconv_t)-1) {
        return vmm_text_to_utf8(text, out, out_size); /* its ASCII at least */
    }
    convert(way, text, &to);
    iconv_close(way);
    *to.at = '\0';
    return (size_t)(to.at - out);
}

size_t vmm_charset_to_utf8(uint32_t charset, struct vmm_text text, char *out, size_t out_size)
{
    if (vmm_text_begins(text, mark)) {
        text.data += sizeof(mark) - 1;
        text.size -= sizeof(mark) - 1;
    }
    switch (charset) {
    case VMM_CHARSET_UTF8:
        return vmm_text_to_utf8(text, out, out_size);
    case VMM_CHARSET_BIG5:
        return from_two_bytes("BIG5", text, out, out_size);
    case VMM_CHARSET_GBK:
        return from_two_bytes("GBK", text, out, out_size);
    default:
        return vmm_text_repair(text, out, out_size);
    }
}

int vmm_charset_copy(uint32_t charset, struct vmm_text text, char **out, size_t *size)
{
    if (text.size > TEXT_MAX) {
        return VMM_E_TOOBIG;
    }
    size_t room = text.size * 3 + 1; /* no character of these grows to more */
    char *copy = malloc(room);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    *size = vmm_charset_to_utf8(charset, text, copy, room);
    *out = copy;
    return 0;
}
