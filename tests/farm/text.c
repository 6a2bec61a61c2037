/* SPDX-License-Identifier: MIT */
#include "farm/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct slice slice_of(const char *text)
{
    return (struct slice){text != NULL ? text : "", text != NULL ? strlen(text) : 0};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || strncasecmp(a.at, b.at, a.len) == 0);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice text)
{
    while (text.len > 0 && is_blank(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.at[text.len - 1])) {
        text.len--;
    }
    return text;
}

struct slice slice_cut(struct slice *rest, char separator)
{
    struct slice whole = *rest;
    const char *end = whole.len > 0 ? memchr(whole.at, separator, whole.len) : NULL;
    if (end == NULL) {
        *rest = (struct slice){whole.at + whole.len, 0};
        return whole;
    }
    struct slice head = {whole.at, (size_t)(end - whole.at)};
    *rest = (struct slice){end + 1, whole.len - head.len - 1};
    return head;
}

bool slice_number(struct slice text, uint64_t *value)
{
    if (text.len == 0 || text.len > 18) {
        return false;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
        sum = sum * 10 + (uint64_t)(text.at[i] - '0');
    }
    *value = sum;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool slice_hex(struct slice text, uint64_t *value)
{
    if (text.len == 0 || text.len > 16) {
        return false;
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = hex_digit(text.at[i]);
        if (digit < 0) {
            return false;
        }
        sum = sum << 4 | (uint64_t)digit;
    }
    *value = sum;
    return true;
}

void out_reserve(struct out *out, size_t more)
{
    if (out->cap - out->len >= more) {
        return;
    }
    size_t cap = out->cap < 4096 ? 4096 : out->cap;
    while (cap - out->len < more) {
        cap *= 2;
    }
    char *data = realloc(out->data, cap);
    if (data == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    out->data = data;
    out->cap = cap;
}

void out_bytes(struct out *out, const void *bytes, size_t length)
{
    if (length == 0) {
        return;
    }
    out_reserve(out, length);
    memcpy(out->data + out->len, bytes, length);
    out->len += length;
}

void out_slice(struct out *out, struct slice text)
{
    out_bytes(out, text.at, text.len);
}

void out_text(struct out *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

void out_number(struct out *out, int64_t value)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRId64, value);
    out_bytes(out, digits, (size_t)length);
}

void out_finish(struct out *out)
{
    free(out->data);
    *out = (struct out){0};
}
