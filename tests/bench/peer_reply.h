/* SPDX-License-Identifier: MIT */
/* Just enough of an HTTP or RTSP answer: its status, and where it ends. */
#ifndef BENCH_PEER_REPLY_H
#define BENCH_PEER_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct peer_reply {
    int status;
    const char *body;
    size_t size; /* of all of it, when it is whole */
};

/* True when `text` (NUL at text[size]) begins with a whole answer. */
bool peer_reply_read(const char *text, size_t size, struct peer_reply *reply);

/* The value of a header, up to the end of its line: NULL when it is not there. `body` ends the search. */
const char *peer_reply_header(const char *text, const char *body, const char *name, size_t *length);

#endif
