/* SPDX-License-Identifier: MIT */
/*
 * Filling the words of VMM_HTTP_TEMPLATE into a request, for devices that take the credential in the
 * path or in a form. Pure.
 */
#ifndef HOST_HTTP_TEMPLATE_H
#define HOST_HTTP_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum http_place {
    HTTP_PLACE_TARGET, /* percent-encoded (RFC 3986, all but unreserved characters) */
    HTTP_PLACE_HEADER, /* as it is; line breaks are refused */
    HTTP_PLACE_BODY,   /* as it is */
    HTTP_PLACE_JSON,   /* as within a JSON string (RFC 8259) */
    HTTP_PLACE_SHOWN   /* *** in place of each */
};

struct http_secrets {
    const char *user;
    const char *password;
};

/* Append `text` with its words filled in. 0; VMM_E_INVAL for a line break in a header; VMM_E_NOTSUP
 * when MD5 is not available; VMM_E_NOMEM. `shows` (may be NULL) is set when a password went in. */
int http_template_fill(const void *text, size_t size, enum http_place place,
                       const struct http_secrets *secrets, struct buf *out, bool *shows);

#endif
