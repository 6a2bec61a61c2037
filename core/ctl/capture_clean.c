/* SPDX-License-Identifier: MIT */
#include "ctl/capture_clean.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/capture_time.h"

#define TOKEN_MIN 4u
#define TOKEN_MAX 256u
#define HIDDEN    "***"

void clean_init(struct clean *clean, const struct capture_context *context, int64_t wall_us)
{
    *clean = (struct clean){.context = context, .wall_us = wall_us};
    clean_learn(clean, context->password, strlen(context->password), HIDDEN);
    for (size_t i = 0; context->masked != NULL && context->masked[i] != NULL; i++) {
        clean_learn(clean, context->masked[i], strlen(context->masked[i]), "masked");
    }
}

void clean_finish(struct clean *clean)
{
    for (size_t i = 0; i < clean->count; i++) {
        explicit_bzero(clean->tokens[i].value, clean->tokens[i].size);
        free(clean->tokens[i].value);
    }
    *clean = (struct clean){0};
}

static const struct clean_token *find_token(const struct clean *clean, const char *text,
                                            size_t size)
{
    const struct clean_token *best = NULL;
    for (size_t i = 0; i < clean->count; i++) {
        const struct clean_token *token = &clean->tokens[i];
        if (token->size <= size && memcmp(token->value, text, token->size) == 0 &&
            (best == NULL || token->size > best->size)) {
            best = token;
        }
    }
    return best;
}

void clean_learn(struct clean *clean, const char *value, size_t size, const char *shown)
{
    const struct clean_token *known = size >= 3 ? find_token(clean, value, size) : NULL;
    if (size < 3 || size > TOKEN_MAX || clean->count == CLEAN_TOKENS_MAX ||
        (known != NULL && known->size == size) || memchr(value, '\0', size) != NULL) {
        return;
    }
    struct clean_token *token = &clean->tokens[clean->count];
    token->value = strndup(value, size);
    if (token->value == NULL) {
        return;
    }
    token->size = size;
    if (shown != NULL) {
        snprintf(token->shown, sizeof(token->shown), "%s", shown);
    } else {
        snprintf(token->shown, sizeof(token->shown), "captured-%u", ++clean->serial);
    }
    clean->count++;
}

/* ---- Learning ---- */

/* What goes by a name like these is a password, or a token of a session. */
static bool is_secret_name(const char *name, size_t size)
{
    static const char *const words[] = {"pass",  "pwd",        "secret",    "session",    "cookie",
                                        "nonce", "credential", "authtoken", "accesstoken"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        for (size_t at = 0; at + length <= size; at++) {
            if (strncasecmp(name + at, words[i], length) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* Of JSON alone: in XML a token names a profile. */
static bool is_token_name(const char *name, size_t size)
{
    return size >= 5 && strncasecmp(name + size - 5, "token", 5) == 0;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* A word that says a setting, not a secret. */
static bool is_plain_value(const char *value, size_t size)
{
    static const char *const words[] = {"true",   "false",   "none",    "null",
                                        "enable", "enabled", "disable", "disabled"};
    bool digits = true;
    for (size_t i = 0; i < size; i++) {
        digits = digits && isdigit((unsigned char)value[i]);
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == size && strncasecmp(value, words[i], size) == 0) {
            return true;
        }
    }
    return digits && size < 6;
}

/* The value behind a name: of JSON, of an attribute, of a line name=value, or of an element. */
static size_t value_behind(const char *text, size_t size, size_t at, size_t *begin)
{
    char quote = '\0';
    bool element = at < size && text[at] == '>';
    while (at < size && strchr("\"' :=>", text[at]) != NULL && text[at] != '\0') {
        quote = text[at] == '"' || text[at] == '\'' ? text[at] : quote;
        at++;
    }
    *begin = at;
    while (at < size && text[at] != '\r' && text[at] != '\n' && text[at] != '<' &&
           (quote == '\0' || text[at] != quote) &&
           (quote != '\0' || element || strchr(";&,} ", text[at]) == NULL)) {
        at++;
    }
    return at - *begin;
}

/* Behind a name comes its value: "name": value, name=value, <name>value. A name in quotes alone is a value itself. */
static bool is_name_end(const char *text, size_t size, size_t at)
{
    if (at < size && (text[at] == '"' || text[at] == '\'')) {
        at++;
        while (at < size && text[at] == ' ') {
            at++;
        }
        return at < size && (text[at] == ':' || text[at] == '=');
    }
    return at < size && strchr("=:>", text[at]) != NULL && text[at] != '\0';
}

void clean_learn_body(struct clean *clean, const char *body, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        size_t end = at;
        while (end < size && is_name_char(body[end])) {
            end++;
        }
        size_t begin = 0;
        bool follows = end > at && is_name_end(body, size, end);
        bool token = follows && body[end] == '"' && is_token_name(body + at, end - at);
        if (follows && (token || is_secret_name(body + at, end - at))) {
            size_t length = value_behind(body, size, end, &begin);
            if (length >= TOKEN_MIN && begin < size && body[begin] != '{' && body[begin] != '[' &&
                !is_plain_value(body + begin, length)) {
                clean_learn(clean, body + begin, length, NULL);
            }
        }
        at = end > at ? end - 1 : at;
    }
}

void clean_learn_headers(struct clean *clean, const char *headers)
{
    static const char name[] = "Set-Cookie:";
    for (const char *line = headers; line != NULL && *line != '\0';) {
        const char *equals = strchr(line, '=');
        size_t length = strcspn(line, "\r\n");
        if (strncasecmp(line, name, sizeof(name) - 1) == 0 && equals != NULL &&
            equals < line + length) {
            clean_learn(clean, equals + 1, strcspn(equals + 1, "; \r\n"), NULL);
        }
        line += length;
        line += strspn(line, "\r\n");
    }
}

static char hex_value(char c)
{
    return (char)(isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10);
}

/* A form as its fields read: %41 and + decoded. */
static void decode(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2])) {
            buf_char(out, (char)(hex_value(text[1]) << 4 | hex_value(text[2])));
            text += 2;
        } else {
            buf_char(out, *text == '+' ? ' ' : *text);
        }
    }
}

void clean_learn_echo(struct clean *clean, const char *body, size_t size, const char *asked)
{
    struct buf plain;
    if (strchr(asked, '=') == NULL || strpbrk(asked, "<{") != NULL) {
        return; /* no form */
    }
    buf_init(&plain);
    decode(asked, &plain);
    for (size_t at = 0; at < size; at++) {
        if (body[at] != '"' && body[at] != '\'') {
            continue;
        }
        const char *end = memchr(body + at + 1, body[at], size - at - 1);
        size_t length = end != NULL ? (size_t)(end - body) - at - 1 : 0;
        char value[TOKEN_MAX + 2];
        if (length < TOKEN_MIN || length > TOKEN_MAX) {
            continue;
        }
        snprintf(value, sizeof(value), "=%.*s", (int)length, body + at + 1);
        if (strstr(buf_cstr(&plain), value) != NULL) {
            clean_learn(clean, body + at + 1, length, NULL);
        }
        at += length + 1;
    }
    buf_wipe(&plain);
}

/* ---- Writing ---- */

/* The device's address, with its port where it stands beside it. Bytes taken, or 0. */
static size_t take_address(const struct clean *clean, const char *text, size_t size, size_t at,
                           struct buf *out)
{
    const struct capture_context *context = clean->context;
    char whole[300];
    size_t length = strlen(context->host);
    bool inside = at > 0 && (isalnum((unsigned char)text[at - 1]) || text[at - 1] == '.');
    if (inside || length < 4 || size - at < length ||
        memcmp(text + at, context->host, length) != 0) {
        return 0;
    }
    size_t full = (size_t)snprintf(whole, sizeof(whole), "%s:%u", context->host, context->port);
    if (context->port != 0 && size - at >= full && memcmp(text + at, whole, full) == 0 &&
        (size - at == full || !isdigit((unsigned char)text[at + full]))) {
        buf_text(out, "{address}:{port}");
        return full;
    }
    bool goes_on = size - at > length && (isdigit((unsigned char)text[at + length]) ||
                                          isalpha((unsigned char)text[at + length]));
    if (goes_on) {
        return 0;
    }
    buf_text(out, "{address}");
    return length;
}

/* A brace that vmm-farm would take for one of its own: a name stands behind it, or another brace. */
static bool is_variable(const char *text, size_t size, size_t at)
{
    char next = at + 1 < size ? text[at + 1] : ' ';
    return text[at] == '{' && (islower((unsigned char)next) || isdigit((unsigned char)next) ||
                               next == '_' || next == '{');
}

void clean_text(const struct clean *clean, const char *text, size_t size, struct buf *out)
{
    struct capture_time time = {0};
    int64_t now_s = clean->wall_us / 1000000;
    for (size_t at = 0; at < size;) {
        const struct clean_token *token = find_token(clean, text + at, size - at);
        if (token != NULL) {
            buf_text(out, token->shown);
            at += token->size;
            continue;
        }
        size_t taken = take_address(clean, text, size, at, out);
        taken = taken == 0 ? capture_time_take(&time, text, size, at, now_s, out) : taken;
        if (taken == 0) {
            buf_add(out, is_variable(text, size, at) ? "{{" : text + at,
                    is_variable(text, size, at) ? 2 : 1);
            taken = 1;
        }
        at += taken;
    }
}

void clean_plain(const struct clean *clean, const char *text, size_t size, struct buf *out)
{
    for (size_t at = 0; at < size;) {
        const struct clean_token *token = find_token(clean, text + at, size - at);
        buf_add(out, token != NULL ? token->shown : text + at,
                token != NULL ? strlen(token->shown) : 1);
        at += token != NULL ? token->size : 1;
    }
}
