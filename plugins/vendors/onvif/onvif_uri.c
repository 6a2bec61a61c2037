/* SPDX-License-Identifier: MIT */
#include "onvif_uri.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

/* What follows "scheme://", or NULL. */
static const char *authority_of(const char *uri)
{
    const char *mark = strstr(uri, "://");
    return mark != NULL && strcspn(uri, "/?#") >= (size_t)(mark - uri) ? mark + 3 : NULL;
}

/* Braces are no part of a URI (RFC 3986), and in a request with a login they would begin a word of the host's: the password. */
static bool may_stand(char c)
{
    return (unsigned char)c > ' ' && c != 0x7f && strchr("#{}", c) == NULL;
}

int onvif_uri_path(const char *uri, char *out, size_t size)
{
    const char *authority = authority_of(uri);
    const char *path = authority != NULL ? authority + strcspn(authority, "/?") : uri;
    if (authority == NULL && uri[0] != '/') {
        return VMM_E_INVAL;
    }
    for (const char *c = path; *c != '\0'; c++) {
        if (!may_stand(*c)) {
            return VMM_E_INVAL;
        }
    }
    int length = snprintf(out, size, "%s%s", path[0] == '/' ? "" : "/", path);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

void onvif_uri_host(const char *uri, char *out, size_t size)
{
    const char *authority = authority_of(uri);
    size_t length = authority != NULL ? strcspn(authority, "/?#") : 0;
    snprintf(out, size, "%.*s", (int)length, authority != NULL ? authority : "");
}
