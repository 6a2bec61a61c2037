/* SPDX-License-Identifier: MIT */
#include "host/http_target.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

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

/* What devices call their passwords and sessions in a query. */
static bool is_secret(const char *name, size_t size)
{
    static const char *const names[] = {"token",    "sid",    "_sid", "session", "sessionid",
                                        "password", "passwd", "pass", "pwd",     "login_token"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i]) == size && strncasecmp(names[i], name, size) == 0) {
            return true;
        }
    }
    return false;
}

void http_target_hide(struct buf *target)
{
    const char *item = strchr(buf_cstr(target), '?');
    struct buf out;
    buf_init(&out);
    if (item == NULL) {
        return;
    }
    const char *begin = buf_cstr(target);
    while (item != NULL) {
        item++; /* past the '?' or '&' */
        size_t size = strcspn(item, "&");
        const char *equals = memchr(item, '=', size);
        bool hide = equals != NULL && is_secret(item, (size_t)(equals - item));
        buf_add(&out, begin, (size_t)((hide ? equals + 1 : item + size) - begin));
        buf_text(&out, hide ? "***" : "");
        begin = item + size;
        item = *begin == '&' ? begin : NULL;
    }
    buf_clear(target);
    buf_add(target, out.data, out.size);
    buf_wipe(&out);
}
