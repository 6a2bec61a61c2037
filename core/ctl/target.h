/* SPDX-License-Identifier: MIT */
/* An address as a person gives it: HOST, HOST:PORT, [ADDRESS]:PORT, or a URL such as
 * rtsp://HOST:PORT/PATH. */
#ifndef CTL_TARGET_H
#define CTL_TARGET_H

#include <stdint.h>

struct target {
    char scheme[16]; /* "" when none was given */
    char user[128];  /* "" when none was given */
    char host[256];  /* without brackets */
    uint16_t port;   /* 0: none was given */
    char path[512];  /* with its slash and query; "" when none was given */
};

/* Returns NULL, or what is wrong with it in one line. A password in a URL is refused. */
const char *target_parse(struct target *target, const char *text);

/* An id made of it: "cam-10.0.0.7", "cam-10.0.0.7-8554". */
void target_id(const struct target *target, char *id, unsigned size);

#endif
