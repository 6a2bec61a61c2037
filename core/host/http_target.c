/* SPDX-License-Identifier: MIT */
#include "host/http_target.h"

#include <ctype.h>
#include <string.h>

#include <vmm/errors.h>

bool http_target_is_valid(const char *target, size_t size)
{
    if (size == 0 || size > HTTP_TARGET_MAX || target[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)target[i];
        if (c <= 0x20 || c >= 0x7f || c == '#') {
            return false;
        }
    }
    return true;
}

/* What follows "scheme:", or the text itself (RFC 3986, section 3.1). */
static const char *skip_scheme(const char *location)
{
    if (!isalpha((unsigned char)location[0])) {
        return location;
    }
    size_t i = 1;
    while (isalnum((unsigned char)location[i]) ||
           (location[i] != '\0' && strchr("+-.", location[i]) != NULL)) {
        i++;
    }
    return location[i] == ':' ? location + i + 1 : location;
}

/* What follows "//authority", or the text itself. */
static const char *skip_authority(const char *location)
{
    return strncmp(location, "//", 2) == 0 ? location + 2 + strcspn(location + 2, "/?#") : location;
}

int http_target_follow(const char *location, const char *current, struct buf *out)
{
    buf_clear(out);
    const char *rest = skip_scheme(location);
    bool is_absolute = rest != location || strncmp(rest, "//", 2) == 0;
    rest = skip_authority(rest);
    size_t size = strcspn(rest, "#");
    size_t path = strcspn(current, "?");
    if (is_absolute && (size == 0 || rest[0] == '?')) {
        buf_char(out, '/');
    } else if (size == 0) {
        return VMM_E_PROTO;
    } else if (rest[0] == '?') {
        buf_add(out, current, path);
    } else if (rest[0] != '/') {
        while (path > 0 && current[path - 1] != '/') {
            path--;
        }
        buf_add(out, current, path);
    }
    buf_add(out, rest, size);
    if (buf_failed(out) || !http_target_is_valid((const char *)out->data, out->size)) {
        return VMM_E_PROTO;
    }
    return 0;
}
