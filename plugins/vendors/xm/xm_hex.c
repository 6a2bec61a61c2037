/* SPDX-License-Identifier: MIT */
#include "xm_hex.h"

#include <ctype.h>
#include <string.h>

#include <vmm/errors.h>

static int digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

int xm_hex_int(const struct json_t *json, const char *pointer, int64_t max, int64_t *number)
{
    struct vmm_text text = vmm_json_text(json, pointer);
    if (text.data == NULL || text.size < 3 || text.data[0] != '0' || (text.data[1] | 32) != 'x') {
        return vmm_json_int(json, pointer, 0, max, number);
    }
    int64_t value = 0;
    for (size_t i = 2; i < text.size; i++) {
        if (!isxdigit((unsigned char)text.data[i])) {
            return VMM_E_INVAL;
        }
        if (value > max >> 4) {
            return VMM_E_RANGE;
        }
        value = value * 16 + digit(text.data[i]);
    }
    if (value > max) {
        return VMM_E_RANGE;
    }
    *number = value;
    return 0;
}
