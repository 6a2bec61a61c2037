/* SPDX-License-Identifier: MIT */
/* Reading the header lines of an answer. Pure. */
#ifndef HOST_HTTP_HEADER_H
#define HOST_HTTP_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The status of a status line ("HTTP/1.1 401 …"), or 0 when it is none. */
uint32_t http_header_status(const char *line, size_t size);

/* The version of a status line, 10 or 11 (20 for "HTTP/2"), or 0 when it is none. */
uint32_t http_header_version(const char *line, size_t size);

#define HTTP_STATUS_LINE_SIZE 128

/* A status line without its end, as much of it as there is room for. A NUL in it ends it. */
void http_header_status_line(const char *line, size_t size, char out[HTTP_STATUS_LINE_SIZE]);

/*
 * Whether what a header line says of packing is simple enough to be undone. Packings within one another make a small answer
 * keep the loop busy without a byte coming out, so there may be one: gzip or deflate, and in one line of Content-Encoding
 * (`coded` tells that there was one before); a Transfer-Encoding may be chunked alone, as nobody asks for another.
 */
bool http_header_content_is_simple(const char *line, size_t size, bool *coded);
bool http_header_transfer_is_simple(const char *line, size_t size);

/*
 * Find the values of a header by its name (any case) in `lines`, each ended by LF or CR LF. The
 * values are copied into `room`, each ended by NUL, blanks around them dropped, and pointed to from
 * `values`, which is ended by NULL and has room for max + 1. What does not fit is left out. Returns
 * how many there are.
 */
size_t http_header_values(const char *lines, size_t size, const char *name, char *room,
                          size_t room_size, const char **values, size_t max);

#endif
