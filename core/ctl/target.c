/* SPDX-License-Identifier: MIT */
#include "ctl/target.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool copy(char *out, size_t size, const char *from, size_t length)
{
    return length < size && text_format(out, size, "%.*s", (int)length, from);
}

/* "//" is behind the scheme; returns where the authority begins, NULL when the scheme is none. */
static const char *read_scheme(struct target *target, const char *text)
{
    const char *colon = strstr(text, "://");
    if (colon == NULL) {
        return text;
    }
    size_t length = (size_t)(colon - text);
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i])) {
            return NULL;
        }
    }
    return copy(target->scheme, sizeof(target->scheme), text, length) ? colon + 3 : NULL;
}

static const char *read_user(struct target *target, const char **authority, const char *end)
{
    const char *at = NULL;
    for (const char *p = *authority; p < end; p++) {
        at = *p == '@' ? p : at;
    }
    if (at == NULL) {
        return NULL;
    }
    size_t length = (size_t)(at - *authority);
    if (memchr(*authority, ':', length) != NULL) {
        return "a password is never given on the command line; it is asked for";
    }
    if (!copy(target->user, sizeof(target->user), *authority, length)) {
        return "the user's name is too long";
    }
    *authority = at + 1;
    return NULL;
}

static const char *read_port(struct target *target, const char *text, const char *end)
{
    if (text == end) {
        return NULL;
    }
    char *stop = NULL;
    long port = *text == ':' ? strtol(text + 1, &stop, 10) : 0;
    if (stop != end || !isdigit((unsigned char)text[1]) || port < 1 || port > 65535) {
        return "a port is a number from 1 to 65535";
    }
    target->port = (uint16_t)port;
    return NULL;
}

/* The host without its brackets; `*rest` is what follows it. */
static const char *read_host(struct target *target, const char *text, const char *end,
                             const char **rest)
{
    const char *stop = end;
    if (text < end && *text == '[') {
        stop = memchr(text, ']', (size_t)(end - text));
        if (stop == NULL) {
            return "a bracket is not closed";
        }
        *rest = stop + 1;
        text++;
    } else {
        const char *colon = memchr(text, ':', (size_t)(end - text));
        bool bare_v6 = colon != NULL && memchr(colon + 1, ':', (size_t)(end - colon - 1)) != NULL;
        stop = colon != NULL && !bare_v6 ? colon : end;
        *rest = stop;
    }
    if (stop == text || !copy(target->host, sizeof(target->host), text, (size_t)(stop - text))) {
        return "there is no host in the address";
    }
    return target->host[strcspn(target->host, " \t/\\\"'")] != '\0' ? "that is no host" : NULL;
}

const char *target_parse(struct target *target, const char *text)
{
    *target = (struct target){0};
    const char *authority = read_scheme(target, text);
    if (authority == NULL) {
        return "the part before :// is no scheme";
    }
    const char *end = authority + strcspn(authority, "/?");
    const char *wrong = read_user(target, &authority, end);
    const char *rest = NULL;
    if (wrong == NULL) {
        wrong = read_host(target, authority, end, &rest);
    }
    if (wrong == NULL) {
        wrong = read_port(target, rest, end);
    }
    if (wrong == NULL && !text_format(target->path, sizeof(target->path), "%s", end)) {
        wrong = "the path is too long";
    }
    return wrong;
}

void target_id(const struct target *target, char *id, unsigned size)
{
    if (target->port != 0) {
        text_format(id, size, "cam-%.48s-%u", target->host, (unsigned)target->port);
    } else {
        text_format(id, size, "cam-%.56s", target->host);
    }
    for (char *p = id; *p != '\0'; p++) {
        if (!isalnum((unsigned char)*p) && strchr("._-", *p) == NULL) {
            *p = '-';
        }
    }
}
