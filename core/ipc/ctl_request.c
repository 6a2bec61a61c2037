/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_request.h"

#include <string.h>

char *ctl_lines_room(struct ctl_lines *lines, size_t *room)
{
    *room = sizeof(lines->bytes) - lines->size;
    return lines->bytes + lines->size;
}

void ctl_lines_grow(struct ctl_lines *lines, size_t by)
{
    lines->size += by;
}

size_t ctl_lines_first(const struct ctl_lines *lines)
{
    const char *end = memchr(lines->bytes, '\n', lines->size);
    return end != NULL ? (size_t)(end - lines->bytes) + 1 : 0;
}

void ctl_lines_drop(struct ctl_lines *lines, size_t size)
{
    size_t rest = lines->size - size;
    memmove(lines->bytes, lines->bytes + size, rest);
    explicit_bzero(lines->bytes + rest, size);
    lines->size = rest;
}

static bool is_verb(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz.-");
    return length > 0 && length <= CTL_VERB_MAX && text[length] == '\0';
}

/* Why these members make no request, or NULL. */
static const char *check(const json_t *root)
{
    const char *verb = json_string_value(json_object_get(root, "verb"));
    const json_t *args = json_object_get(root, "args");
    if (verb == NULL || !is_verb(verb)) {
        return "a request needs a \"verb\"";
    }
    if (args != NULL && !json_is_object(args)) {
        return "\"args\" has to be an object";
    }
    if (json_object_size(root) > (args != NULL ? 2u : 1u)) {
        return "a request has \"verb\" and \"args\", nothing else";
    }
    return NULL;
}

const char *ctl_request_parse(struct ctl_request *request, const char *line, size_t size)
{
    *request = (struct ctl_request){0};
    json_error_t error;
    json_t *root = json_loadb(line, size, JSON_REJECT_DUPLICATES, &error);
    const char *wrong = json_is_object(root) ? check(root) : "a request is one JSON object a line";
    request->root = root;
    if (wrong != NULL) {
        ctl_request_finish(request);
        return wrong;
    }
    request->verb = json_string_value(json_object_get(root, "verb"));
    request->args = json_object_get(root, "args");
    if (request->args == NULL) {
        request->args = json_object();
        json_object_set_new(root, "args", request->args);
    }
    if (json_object_get(root, "args") == NULL) {
        ctl_request_finish(request);
        return "no memory for the request";
    }
    return NULL;
}

static bool is_secret(const char *key)
{
    return strstr(key, "password") != NULL;
}

static void wipe(json_t *value, bool secret);

static void wipe_object(json_t *object, bool secret)
{
    const char *key = NULL;
    json_t *member = NULL;
    json_object_foreach(object, key, member)
    {
        wipe(member, secret || is_secret(key));
    }
}

/* What somebody else holds too stays as it is: it is theirs to wipe. */
static void wipe(json_t *value, bool secret)
{
    if (value == NULL || value->refcount != 1) {
        return;
    }
    if (json_is_object(value)) {
        wipe_object(value, secret);
    } else if (json_is_array(value)) {
        size_t index = 0;
        json_t *member = NULL;
        json_array_foreach(value, index, member)
        {
            wipe(member, secret);
        }
    } else if (json_is_string(value) && secret) {
        explicit_bzero((char *)json_string_value(value), json_string_length(value));
    }
}

void ctl_request_finish(struct ctl_request *request)
{
    wipe(request->root, false);
    json_decref(request->root);
    *request = (struct ctl_request){0};
}
