/* SPDX-License-Identifier: MIT */
/* Bodies as gzip and deflate pack them, for devices that follow a script. */
#ifndef PACKED_H
#define PACKED_H

#include <stddef.h>

/* A text inside gzip (RFC 1952), not made smaller. The caller frees it. */
char *packed_gzip(const char *text, size_t *size);

/* The same inside zlib's format (RFC 1950), which HTTP calls deflate. */
char *packed_deflate(const char *text, size_t *size);

/* About `unpacked` bytes of the letter a inside gzip, 1.6 bytes a kilobyte of them. */
char *packed_bomb(size_t unpacked, size_t *size);

#endif
