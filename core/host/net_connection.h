/* SPDX-License-Identifier: MIT */
/* A connection of "vmm.net/1". Shared by net.c, which opens and ends it, and net_io.c, which carries its bytes. */
#ifndef HOST_NET_CONNECTION_H
#define HOST_NET_CONNECTION_H

#include <event2/event_struct.h>
#include <stdbool.h>

#include <vmm/net.h>

#include "base/buf.h"
#include "host/job.h"
#include "host/net_tls.h"
#include "host/resolve.h"

#define NET_LINE_SIZE TRACE_ASKED_SIZE /* cut where a step is, so that what was cut is known */

enum phase { PHASE_RESOLVING, PHASE_CONNECTING, PHASE_SECURING, PHASE_OPEN };

struct vmm_connection {
    struct job *job;
    struct vmm_connection *next;
    enum phase phase;
    int fd;
    short watched;
    uint16_t port;
    struct event io;
    struct event timer; /* of the connect, then of idleness */
    struct resolve *search;
    struct net_tls *tls; /* NULL: not encrypted */
    struct buf out;
    struct vmm_net_events events;
    void *arg;
    bool *gone;       /* set to true when it is destroyed inside one of its callbacks */
    int failed_errno; /* a connect that failed at once, told from the loop */
    uint64_t idle_us;
    uint64_t last_us; /* of bytes in either direction */
    uint64_t
        asked_us; /* the request whose answer is awaited; the first one includes the connection */
    bool has_asked;
    bool is_quiet;             /* VMM_NET_QUIET */
    char asked[NET_LINE_SIZE]; /* its first line, "" when none is awaited */
};

/* ---- net.c ---- */

/* The first line of bytes, as far as it can be read; how many they are where it cannot, and on a connection that is quiet. */
void net_first_line(const struct vmm_connection *connection, const uint8_t *bytes, size_t size,
                    char line[NET_LINE_SIZE]);

/* What was asked has got this for an answer. */
void net_trace(struct vmm_connection *connection, const char *came);

/* Tell the plugin that the connection has ended, and why; it is gone when these return. */
void net_end_with(struct vmm_connection *connection, uint32_t outcome, uint32_t rung,
                  uint32_t reason, const char *detail);
void net_end_by_errno(struct vmm_connection *connection, int error);

/* Call its timer so late. */
void net_set_timer(struct vmm_connection *connection, uint64_t delay_us);

/* ---- net_io.c ---- */

/* Wait for EV_READ, EV_WRITE, or both. */
void net_watch(struct vmm_connection *connection, short wanted);

/* Before the end: put out what was queued on a connection that stands, as far as it goes without waiting. */
void net_put_rest(struct vmm_connection *connection);

#endif
