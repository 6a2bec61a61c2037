/* SPDX-License-Identifier: MIT */
/* The client end of a control socket: blocking, each wait ends at a deadline. One thread. */
#ifndef IPC_CTL_CLIENT_H
#define IPC_CTL_CLIENT_H

#include <jansson.h>
#include <stdint.h>

#include "ipc/ctl_protocol.h"

#define CTL_FOREVER 0u /* as timeout_ms: no deadline */

struct ctl_client;

/* Connect. 0; VMM_E_NOENT: nobody listens there; VMM_E_DENIED: no permission; VMM_E_IO;
 * VMM_E_NOMEM. */
int ctl_client_open(const char *path, struct ctl_client **client);

/* NULL is allowed. */
void ctl_client_close(struct ctl_client *client);

/* One row of the answer, borrowed. Anything but 0 ends the call, and is what ctl_client_call()
 * returns: the connection is then only good for being closed. */
typedef int (*ctl_row_fn)(void *arg, json_t *row);

/*
 * Send a request and read its answer to the end. `args` is taken over (NULL: none), and wiped of
 * its passwords; `on_row` may be NULL: rows are not wanted. Fills `*result` with the last line, an
 * object of the caller's; with an "error" member when the server refused. 0; VMM_E_TIMEOUT: not
 * finished in time; VMM_E_IO: the server has gone; VMM_E_PROTO: no answer of this protocol;
 * VMM_E_TOOBIG: the request is over CTL_LINE_MAX; or what `on_row` returned.
 */
int ctl_client_call(struct ctl_client *client, const char *verb, json_t *args, ctl_row_fn on_row,
                    void *arg, uint32_t timeout_ms, json_t **result);

#endif
