/* SPDX-License-Identifier: MIT */
#include "lilin_pairs.h"

#include <string.h>

/* The keys that hold a space (NVR-009-2, NAV-005-6, the README of the LPR cameras). */
static const char *const long_keys[] = {"Device name",  "MAC address", "Software Version",
                                        "Max channel",  "Model Name",  "Device type",
                                        "H.264 channel"};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* The word that a text ends with. */
static size_t last_word(struct vmm_text text)
{
    size_t size = 0;
    while (size < text.size && !is_space(text.data[text.size - 1 - size])) {
        size++;
    }
    return size;
}

/* The length of the key that a text ends with. */
static size_t key_at_end(struct vmm_text text)
{
    for (size_t i = 0; i < sizeof(long_keys) / sizeof(long_keys[0]); i++) {
        size_t size = strlen(long_keys[i]);
        if (size > text.size) {
            continue;
        }
        struct vmm_text end = vmm_text_bytes(text.data + text.size - size, size);
        bool begins = size == text.size || is_space(text.data[text.size - size - 1]);
        if (begins && vmm_text_same(end, long_keys[i])) {
            return size;
        }
    }
    return last_word(text);
}

/* Where the first '=' or line end stands; the size when there is none. So that each byte is looked at
 * only a few times, however long the line is. */
static size_t find_mark(struct vmm_text text)
{
    size_t at = 0;
    while (at < text.size && text.data[at] != '=' && text.data[at] != '\n') {
        at++;
    }
    return at;
}

static struct vmm_text skip(struct vmm_text text, size_t size)
{
    return vmm_text_bytes(text.data + size, text.size - size);
}

/* The value that begins `rest`: it ends at the line's end, or where the next key begins. */
static struct vmm_text take_value(struct vmm_text *rest)
{
    size_t size = find_mark(*rest);
    if (size < rest->size && rest->data[size] == '=') {
        size -= key_at_end(vmm_text_bytes(rest->data, size));
    }
    struct vmm_text value = vmm_text_bytes(rest->data, size);
    *rest = skip(*rest, size);
    return vmm_text_trim(value);
}

bool lilin_pairs_next(struct vmm_text *rest, struct vmm_text *key, struct vmm_text *value)
{
    while (rest->size > 0) {
        size_t size = find_mark(*rest);
        if (size == rest->size || rest->data[size] == '\n') {
            *rest = skip(*rest, size < rest->size ? size + 1 : size);
            continue;
        }
        size_t length = key_at_end(vmm_text_bytes(rest->data, size));
        *key = vmm_text_bytes(rest->data + size - length, length);
        *rest = skip(*rest, size + 1);
        *value = take_value(rest);
        if (key->size > 0) {
            return true;
        }
    }
    return false;
}

bool lilin_pairs_named(struct vmm_text body, const char *key, struct vmm_text *value)
{
    struct vmm_text name;
    while (lilin_pairs_next(&body, &name, value)) {
        if (vmm_text_same(name, key)) {
            return true;
        }
    }
    return false;
}

bool lilin_pairs_find(struct vmm_text body, const char *key, struct vmm_text *value)
{
    return lilin_pairs_named(body, key, value) && value->size > 0;
}

bool lilin_pairs_int(struct vmm_text body, const char *key, int64_t min, int64_t max,
                     int64_t *number)
{
    struct vmm_text value;
    return lilin_pairs_find(body, key, &value) && vmm_text_int(value, min, max, number) == 0;
}
