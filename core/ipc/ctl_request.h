/* SPDX-License-Identifier: MIT */
/* From the bytes of a client to requests: lines, then one request a line. No I/O; the bytes are
 * hostile. */
#ifndef IPC_CTL_REQUEST_H
#define IPC_CTL_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ipc/ctl_protocol.h"

/* Bytes that wait for their line break. They stay in one place, so that a secret among them can be
 * wiped. */
struct ctl_lines {
    char bytes[CTL_LINE_MAX];
    size_t size;
};

/* Where `*room` further bytes go; add them with ctl_lines_grow(). No room: the line is too long. */
char *ctl_lines_room(struct ctl_lines *lines, size_t *room);
void ctl_lines_grow(struct ctl_lines *lines, size_t by);

/* The size of the first whole line, its break included; 0 when none is whole yet. */
size_t ctl_lines_first(const struct ctl_lines *lines);

/* Drop the first `size` bytes; nothing of them stays in memory. */
void ctl_lines_drop(struct ctl_lines *lines, size_t size);

struct ctl_request {
    json_t *root;     /* the whole request */
    const char *verb; /* within root */
    json_t *args;     /* an object; within root, or the request's own when there was none */
};

/* Read one line. Returns NULL and fills the request, which ctl_request_finish() releases; or what
 * is wrong with it, in one line, and the request is empty. */
const char *ctl_request_parse(struct ctl_request *request, const char *line, size_t size);

/* Release it. Texts under a key with "password" in its name are wiped first, where nobody else
 * holds them. */
void ctl_request_finish(struct ctl_request *request);

#endif
