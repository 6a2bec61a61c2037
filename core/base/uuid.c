/* SPDX-License-Identifier: MIT */
#include "base/uuid.h"

#include <stdio.h>
#include <sys/random.h>

const char *uuid_v7(int64_t wall_us, const uint8_t random[10], char text[UUID_TEXT_SIZE])
{
    uint64_t ms = (uint64_t)(wall_us / 1000);
    snprintf(text, UUID_TEXT_SIZE, "%08x-%04x-7%01x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             (unsigned)(ms >> 16), (unsigned)(ms & 0xffff), random[0] & 0x0fu, random[1],
             0x80u | (random[2] & 0x3fu), random[3], random[4], random[5], random[6], random[7],
             random[8], random[9]);
    return text;
}

const char *uuid_new(int64_t wall_us, char text[UUID_TEXT_SIZE])
{
    uint8_t random[10] = {0};
    /* Up to 256 bytes never fail once the system's pool is seeded (getrandom(2)). */
    ssize_t got = getrandom(random, sizeof(random), 0);
    (void)got;
    return uuid_v7(wall_us, random, text);
}
