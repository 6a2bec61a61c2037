/* SPDX-License-Identifier: MIT */
/* UUID version 7, RFC 9562 section 5.7: time first, so that rows of one time lie together. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdint.h>

#define UUID_TEXT_SIZE 37

/* Write the id for this time and 10 random bytes of the caller. Returns `text`. */
const char *uuid_v7(int64_t wall_us, const uint8_t random[10], char text[UUID_TEXT_SIZE]);

/* The same with random bytes from the operating system. */
const char *uuid_new(int64_t wall_us, char text[UUID_TEXT_SIZE]);

#endif
