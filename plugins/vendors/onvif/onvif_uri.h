/* SPDX-License-Identifier: MIT */
/* Addresses as devices write them: only path and query are of use. Pure. */
#ifndef ONVIF_URI_H
#define ONVIF_URI_H

#include <stddef.h>

/* The path and query of "scheme://host:port/path?query", or of a path alone. VMM_E_INVAL for a URN, for what has blanks,
 * control characters or braces; VMM_E_TOOBIG. An address without a path has "/". */
int onvif_uri_path(const char *uri, char *out, size_t size);

/* The host part, "" when there is none. */
void onvif_uri_host(const char *uri, char *out, size_t size);

#endif
