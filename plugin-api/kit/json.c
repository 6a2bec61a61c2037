/* SPDX-License-Identifier: MIT */
#include "kit/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MAX 128u /* bytes of one step of a pointer, with its NUL */

/* ---- Reading ---- */

static int read_document(const char *text, size_t size, json_t **json)
{
    *json = json_loadb(text, size, JSON_DECODE_ANY, NULL);
    return *json == NULL ? VMM_E_PROTO : 0;
}

/* Control characters may stand nowhere but between values, where a space is as good. */
static void soften(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        text[i] = (unsigned char)text[i] < 0x20 ? ' ' : text[i];
    }
}

int vmm_json_parse(struct vmm_text body, uint32_t charset, struct json_t **json)
{
    char *copy = NULL;
    size_t size = 0;
    if (body.size > VMM_JSON_MAX) {
        return VMM_E_TOOBIG;
    }
    int rc = vmm_charset_copy(charset, body, &copy, &size);
    if (rc != 0) {
        return rc;
    }
    while (size > 0 && copy[size - 1] == '\0') {
        size--;
    }
    json_t *read = NULL;
    rc = read_document(copy, size, &read);
    if (rc != 0) {
        soften(copy, size);
        rc = read_document(copy, size, &read);
    }
    free(copy);
    if (rc == 0) {
        *json = read;
    }
    return rc;
}

void vmm_json_destroy(struct json_t *json)
{
    json_decref(json);
}

/* ---- Pointers ---- */

/* One step with ~1 and ~0 put back. VMM_E_TOOBIG when it is too long for any name here. */
static int unescape(struct vmm_text step, char token[TOKEN_MAX])
{
    size_t at = 0;
    if (step.size >= TOKEN_MAX) {
        return VMM_E_TOOBIG;
    }
    for (size_t i = 0; i < step.size; i++) {
        bool escaped = step.data[i] == '~' && i + 1 < step.size;
        token[at++] = !escaped ? step.data[i] : step.data[i + 1] == '1' ? '/' : '~';
        i += escaped ? 1 : 0;
    }
    token[at] = '\0';
    return 0;
}

static const json_t *step_into(const json_t *value, const char *token)
{
    int64_t place = 0;
    if (json_is_object(value)) {
        return json_object_get(value, token);
    }
    if (token[0] < '0' || token[0] > '9' ||
        vmm_text_int(vmm_text_of(token), 0, UINT32_MAX, &place) != 0) {
        return NULL;
    }
    return json_array_get(value, (size_t)place);
}

const struct json_t *vmm_json_at(const struct json_t *json, const char *pointer)
{
    struct vmm_text rest = vmm_text_of(pointer);
    const json_t *value = json;
    if (rest.size > 0 && rest.data[0] == '/') {
        rest.data++;
        rest.size--;
    } else if (rest.size > 0) {
        return NULL;
    } else {
        return json;
    }
    for (bool more = true; more && value != NULL;) {
        const char *end = memchr(rest.data, '/', rest.size);
        size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);
        char token[TOKEN_MAX];
        int rc = unescape(vmm_text_bytes(rest.data, size), token);
        value = rc == 0 ? step_into(value, token) : NULL;
        more = end != NULL;
        rest.data += more ? size + 1 : size;
        rest.size -= more ? size + 1 : size;
    }
    return value;
}

/* ---- Values ---- */

struct vmm_text vmm_json_text(const struct json_t *json, const char *pointer)
{
    const json_t *value = vmm_json_at(json, pointer);
    return vmm_text_bytes(json_string_value(value), json_string_length(value));
}

int vmm_json_int(const struct json_t *json, const char *pointer, int64_t min, int64_t max,
                 int64_t *number)
{
    const json_t *value = vmm_json_at(json, pointer);
    if (value == NULL || json_is_null(value)) {
        return VMM_E_NOENT;
    }
    if (json_is_string(value)) {
        return vmm_text_int(vmm_json_text(value, ""), min, max, number);
    }
    if (!json_is_integer(value)) {
        return VMM_E_INVAL;
    }
    int64_t found = json_integer_value(value);
    if (found < min || found > max) {
        return VMM_E_RANGE;
    }
    *number = found;
    return 0;
}

int vmm_json_bool(const struct json_t *json, const char *pointer, bool *truth)
{
    const json_t *value = vmm_json_at(json, pointer);
    if (value == NULL || json_is_null(value)) {
        return VMM_E_NOENT;
    }
    if (json_is_string(value)) {
        return vmm_text_bool(vmm_json_text(value, ""), truth);
    }
    if (json_is_boolean(value)) {
        *truth = json_is_true(value);
        return 0;
    }
    int64_t number = 0;
    if (vmm_json_int(value, "", 0, 1, &number) != 0) {
        return VMM_E_INVAL;
    }
    *truth = number == 1;
    return 0;
}

size_t vmm_json_count(const struct json_t *json, const char *pointer)
{
    const json_t *value = vmm_json_at(json, pointer);
    return json_is_object(value) ? 1 : json_array_size(value);
}

const struct json_t *vmm_json_item(const struct json_t *json, const char *pointer, size_t place)
{
    const json_t *value = vmm_json_at(json, pointer);
    if (json_is_object(value)) {
        return place == 0 ? value : NULL;
    }
    return json_array_get(value, place);
}
