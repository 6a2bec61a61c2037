/* SPDX-License-Identifier: MIT */
#include "kit/keyvalue.h"

#include <string.h>

/* Take the quotes off. VMM_E_INVAL when one opens and none closes. */
static int unquote(struct vmm_text *value)
{
    if (value->size == 0 || (value->data[0] != '\'' && value->data[0] != '"')) {
        return 0;
    }
    if (value->size < 2 || value->data[value->size - 1] != value->data[0]) {
        return VMM_E_INVAL;
    }
    value->data++;
    value->size -= 2;
    return 0;
}

static int split_line(struct vmm_text line, struct vmm_text *key, struct vmm_text *value)
{
    struct vmm_text rest = line;
    if (!vmm_text_part(&rest, '=', key) || key->size == line.size) {
        return VMM_E_INVAL;
    }
    *key = vmm_text_trim(*key);
    *value = vmm_text_trim(rest);
    if (key->size == 0 || key->data[0] == '[') {
        return VMM_E_INVAL;
    }
    return unquote(value);
}

bool vmm_keyvalue_next(struct vmm_text *rest, struct vmm_text *key, struct vmm_text *value)
{
    struct vmm_text line;
    while (vmm_text_line(rest, &line)) {
        if (vmm_text_begins(line, "\xEF\xBB\xBF")) {
            line.data += 3;
            line.size -= 3;
        }
        if (split_line(line, key, value) == 0) {
            return true;
        }
    }
    return false;
}

int vmm_keyvalue_find(struct vmm_text answer, const char *key, uint32_t flags,
                      struct vmm_text *value)
{
    int rc = VMM_E_NOENT;
    struct vmm_text found;
    struct vmm_text at;
    while (vmm_keyvalue_next(&answer, &found, &at)) {
        bool same = (flags & VMM_KEYVALUE_ANY_CASE) != 0 ? vmm_text_same(found, key)
                                                         : vmm_text_equal(found, key);
        if (!same) {
            continue;
        }
        *value = at;
        rc = 0;
        if ((flags & VMM_KEYVALUE_LAST) == 0) {
            break;
        }
    }
    return rc;
}

int vmm_keyvalue_index(struct vmm_text key, const char *before, const char *after, uint32_t max,
                       uint32_t *number)
{
    size_t head = strlen(before);
    size_t tail = strlen(after);
    if (key.size <= head + tail || memcmp(key.data, before, head) != 0 ||
        memcmp(key.data + key.size - tail, after, tail) != 0) {
        return VMM_E_INVAL;
    }
    struct vmm_text digits = {.data = key.data + head, .size = key.size - head - tail};
    if (digits.data[0] < '0' || digits.data[0] > '9') {
        return VMM_E_INVAL; /* a sign or a space is no part of a name */
    }
    int64_t value = 0;
    int rc = vmm_text_int(digits, 0, max, &value);
    if (rc == 0) {
        *number = (uint32_t)value;
    }
    return rc;
}
