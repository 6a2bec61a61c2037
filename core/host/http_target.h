/* SPDX-License-Identifier: MIT */
/* Request targets: what a plugin may ask for, and what is used of a redirect. Pure. */
#ifndef HOST_HTTP_TARGET_H
#define HOST_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define HTTP_TARGET_MAX 2047u

/* A path with an optional query: begins with '/', visible ASCII only, no fragment, at most
 * HTTP_TARGET_MAX. */
bool http_target_is_valid(const char *target, size_t size);

/*
 * The target that a Location names, seen from the target just asked. Only its path and query are
 * used: scheme and authority are dropped, so that a redirect never leaves the device. 0 and `out`
 * (cleared before), or VMM_E_PROTO when there is no usable path.
 */
int http_target_follow(const char *location, const char *current, struct buf *out);

/* Replace the values of query items whose names say that they are secrets (token, pwd, sid …) by
 * "***". */
void http_target_hide(struct buf *target);

#endif
