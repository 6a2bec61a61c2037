/* SPDX-License-Identifier: MIT */
/*
 * One connection of a control socket: its requests one after the other, and their answers. The
 * server (ctl_server.h, whose functions on calls are defined here) accepts sessions and decides how
 * long they may keep it waiting.
 */
#ifndef IPC_CTL_SESSION_H
#define IPC_CTL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc/ctl_server.h"

struct ctl_session;

/* The session has ended and is no longer to be used. */
typedef void (*ctl_session_end_fn)(void *owner, const struct ctl_session *session);

struct ctl_session_owner {
    ctl_request_fn on_request; /* with `arg` */
    void *arg;
    ctl_session_end_fn on_end; /* with `owner` */
    void *owner;
};

/* Take over the descriptor; `number` is the connection's. NULL without memory: the descriptor is
 * then closed. */
struct ctl_session *ctl_session_create(struct event_base *base, int fd, uint64_t number,
                                       const struct ctl_session_owner *owner);

/* End it: on_end is called, then the call under way is told that its client has gone. */
void ctl_session_drop(struct ctl_session *session);

/* True when nothing is asked and nothing is on its way. */
bool ctl_session_is_idle(const struct ctl_session *session);

/* True when the client has kept the server waiting for this long, or has gone unnoticed. */
bool ctl_session_is_lost(const struct ctl_session *session, uint64_t now_us, uint64_t stall_us);

/* When bytes last came or went, or an answer began. */
uint64_t ctl_session_progress_us(const struct ctl_session *session);

pid_t ctl_session_pid(const struct ctl_session *session);

#endif
