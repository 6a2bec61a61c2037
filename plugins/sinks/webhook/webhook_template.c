/* SPDX-License-Identifier: MIT */
#include "webhook_template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/json.h>

#define POINTER_MAX 256u

/* ---- Placeholders ---- */

/* The size of the placeholder that `text` begins with, braces included, and its pointer; 0 when it is none. */
static size_t placeholder(const char *text, size_t size, char pointer[POINTER_MAX])
{
    const char *end = size > 1 && text[0] == '{' ? memchr(text, '}', size) : NULL;
    size_t length = end != NULL ? (size_t)(end - text) - 1 : 0;
    if (end == NULL || length >= POINTER_MAX || (length > 0 && text[1] != '/')) {
        return 0;
    }
    memcpy(pointer, text + 1, length);
    pointer[length] = '\0';
    return length + 2;
}

/* A value inside other text. */
static void add_value(struct vmm_json_out *out, const json_t *value)
{
    if (json_is_string(value)) {
        vmm_json_string_add(out,
                            vmm_text_bytes(json_string_value(value), json_string_length(value)));
    } else if (value != NULL && !json_is_null(value)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        out->failed |= text == NULL;
        vmm_json_string_add(out, vmm_text_of(text));
        free(text);
    }
}

static void put_value(struct vmm_json_out *out, const char *name, const json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    out->failed |= value != NULL && text == NULL;
    vmm_json_put_raw(out, name, vmm_text_of(text != NULL ? text : "null"));
    free(text);
}

static void put_string(struct vmm_json_out *out, const char *name, const json_t *string,
                       const json_t *event)
{
    char pointer[POINTER_MAX];
    const char *at = json_string_value(string);
    size_t left = json_string_length(string);
    if (left > 0 && placeholder(at, left, pointer) == left) {
        put_value(out, name, vmm_json_at(event, pointer));
        return;
    }
    vmm_json_string_begin(out, name);
    while (left > 0) {
        size_t size = placeholder(at, left, pointer);
        if (size > 0) {
            add_value(out, vmm_json_at(event, pointer));
        } else {
            const char *brace = left > 1 ? memchr(at + 1, '{', left - 1) : NULL;
            size = brace != NULL ? (size_t)(brace - at) : left;
            vmm_json_string_add(out, vmm_text_bytes(at, size));
            size += at[0] == '{' && brace == at + 1 ? 1 : 0; /* "{{" is one brace */
        }
        at += size;
        left -= size;
    }
    vmm_json_string_end(out);
}

/* ---- Filling ---- */

static void fill(struct vmm_json_out *out, const char *name, const json_t *template,
                 const json_t *event)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t index = 0;
    if (json_is_object(template)) {
        vmm_json_begin(out, name, '{');
        json_object_foreach((json_t *)template, key, member)
        {
            fill(out, key, member, event);
        }
        vmm_json_end(out);
    } else if (json_is_array(template)) {
        vmm_json_begin(out, name, '[');
        json_array_foreach(template, index, member)
        {
            fill(out, NULL, member, event);
        }
        vmm_json_end(out);
    } else if (json_is_string(template)) {
        put_string(out, name, template, event);
    } else {
        put_value(out, name, template);
    }
}

int webhook_template_fill(const json_t *template, const json_t *event, struct vmm_json_out *out)
{
    vmm_json_reset(out);
    fill(out, NULL, template, event);
    return out->failed ? VMM_E_NOMEM : 0;
}

static unsigned depth_of(const json_t *value)
{
    const char *key = NULL;
    json_t *member = NULL;
    size_t index = 0;
    unsigned deepest = 0;
    json_object_foreach((json_t *)value, key, member)
    {
        unsigned depth = depth_of(member);
        deepest = depth > deepest ? depth : deepest;
    }
    json_array_foreach(value, index, member)
    {
        unsigned depth = depth_of(member);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

json_t *webhook_template_read(const char *text, char *why, size_t why_size)
{
    json_error_t error;
    json_t *template = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (template == NULL) {
        snprintf(why, why_size, "the template is no JSON: %s, at character %d", error.text,
                 error.position);
    } else if (depth_of(template) > WEBHOOK_TEMPLATE_DEPTH) {
        snprintf(why, why_size, "the template is more than %u levels deep", WEBHOOK_TEMPLATE_DEPTH);
        json_decref(template);
        template = NULL;
    }
    return template;
}
