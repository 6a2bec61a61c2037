/* SPDX-License-Identifier: MIT */
/*
 * The server end of a control socket, on a libevent loop: it reads requests, and sends what
 * handlers answer.
 *
 * Everything here runs on the loop's thread, and nothing blocks it. A client that does not read is
 * dropped: after CTL_STALL_S without progress, or with more than CTL_QUEUE_MAX bytes waiting. A
 * long answer comes from a source, which is asked for a page only when the one before has gone out.
 *
 *     on_request ──▶ ctl_rows* ──▶ ctl_done | ctl_fail               a short answer, now or later
 *     on_request ──▶ ctl_set_source                                  a long one:
 *          next  ──▶ ctl_rows            for each page
 *          next  ──▶ ctl_done | ctl_fail when nothing is left
 */
#ifndef IPC_CTL_SERVER_H
#define IPC_CTL_SERVER_H

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ipc/ctl_protocol.h"

#define CTL_CLIENTS_MAX 64u
#define CTL_QUEUE_MAX   (1u << 20) /* bytes that may wait for one client */
#define CTL_STALL_S     10         /* without progress of an answer, or of a line begun */

struct ctl_server;

/* One request. Valid until its ctl_done() or ctl_fail(), also when its client has gone: each call
 * is ended by exactly one of the two. */
struct ctl_call;

/* Who asks: as the kernel saw it at the connect (SO_PEERCRED). */
struct ctl_peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
    uint64_t connection; /* a number of its own for each connection of the process's life */
};

/* A request has come. `verb` is 1 to CTL_VERB_MAX bytes of [a-z.-], `args` an object; both, and
 * `peer`, are borrowed until this returns (json_incref to keep the arguments). */
typedef void (*ctl_request_fn)(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                               const struct ctl_peer *peer);

/* The client can take a page. Answer, now or later, with one ctl_rows(), ctl_done() or ctl_fail().
 * It is not called again before that, and not from within ctl_rows(). */
typedef void (*ctl_next_fn)(void *arg, struct ctl_call *call);

/* The client has gone before the call was ended; called once, and `next` never again. End the call
 * now, or when what is under way for it comes back: what is then answered goes nowhere. */
typedef void (*ctl_gone_fn)(void *arg, struct ctl_call *call);

/*
 * Listen at `path`, of any length, with these permission bits and this group (-1: as it comes). A
 * socket left there by a process that has ended is replaced; anything else there is an error.
 * Returns NULL when it cannot listen; why is in the log.
 */
struct ctl_server *ctl_server_create(struct event_base *base, const char *path, mode_t mode,
                                     gid_t gid, ctl_request_fn on_request, void *arg);

/* Stop: unlink the socket if it is still this one, drop all clients. Calls that are not ended are
 * told (gone) and still have to be ended. Not from within on_request. NULL is allowed. */
void ctl_server_destroy(struct ctl_server *server);

/* Clients connected now. */
size_t ctl_server_clients(const struct ctl_server *server);

/* Drop a client after this time without progress, instead of CTL_STALL_S. */
void ctl_server_set_stall(struct ctl_server *server, uint32_t stall_ms);

/* Send rows: an array, taken over. It goes out in as many pages as it needs. VMM_E_TOOBIG: one row
 * alone is over CTL_LINE_MAX, and is left out; VMM_E_INVAL: no array; VMM_E_STATE: the client has
 * gone. Without a source, all rows of a call must fit into CTL_QUEUE_MAX. */
int ctl_rows(struct ctl_call *call, json_t *rows);

/* Let the answer come page by page. `gone` may be NULL for a handler that ends its calls in any
 * case. */
void ctl_set_source(struct ctl_call *call, ctl_next_fn next, ctl_gone_fn gone, void *arg);

/* End the call with these fields: an object, taken over; NULL for none. A result over CTL_LINE_MAX
 * is logged and answered as CTL_INTERNAL: what can be long belongs into rows. */
void ctl_done(struct ctl_call *call, json_t *result);

/* End the call with an error: a code of ctl_protocol.h, what is wrong in one line, what to do about
 * it (NULL: nothing that would help). */
void ctl_fail(struct ctl_call *call, const char *code, const char *message, const char *remedy);

/* True once the client has gone: the answer is not worth the work. */
bool ctl_cancelled(const struct ctl_call *call);

#endif
