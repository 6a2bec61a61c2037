/* SPDX-License-Identifier: MIT */
/* The first part of a multipart answer (RFC 2046), for endless ones such as
 * multipart/x-mixed-replace. Pure. */
#ifndef HOST_HTTP_PART_H
#define HOST_HTTP_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_BOUNDARY_MAX 128

struct http_part {
    char boundary[HTTP_BOUNDARY_MAX]; /* with its two dashes; empty: the answer is not multipart */
    size_t begin;                     /* of the content, once it is known */
    size_t length;                    /* promised by the part's Content-Length */
    bool has_begun;
    bool has_length;
    size_t searched; /* bytes of the content known to hold no boundary */
};

/* Read the boundary from a Content-Type value; NULL is allowed. */
void http_part_init(struct http_part *part, const char *content_type);

/* Look at all bytes so far. True when the first part is complete: its content is [begin, end). */
bool http_part_find(struct http_part *part, const uint8_t *bytes, size_t size, size_t *end);

#endif
