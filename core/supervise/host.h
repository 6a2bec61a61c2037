/* SPDX-License-Identifier: MIT */
/* One vmm-host process as the core sees it: its life, its channel, its words. */
#ifndef SUPERVISE_HOST_H
#define SUPERVISE_HOST_H

#include <sys/types.h>

#include <event2/event.h>

#include "ipc/message.h"
#include "supervise/life.h"

struct host;

/* What the owner of a host is told. All calls come on the loop. */
struct host_events {
    /* Its descriptor as JSON. Answer 0 after host_configure(), or a negative error with `why` filled: then the
     * host is not usable as it is. */
    int (*described)(void *arg, struct host *host, const char *json, char why[256]);
    void (*up)(void *arg, struct host *host);
    /* It cannot run, and why; it is tried again after a growing pause. */
    void (*unusable)(void *arg, struct host *host, const char *why);
    /* A TRANSCRIPT, RESULT, SETTLED, METRIC, STATE or CHECKED frame. A negative answer is a breach of the protocol. */
    int (*frame)(void *arg, struct host *host, const struct frame *frame);
    /* Whatever it had under way is lost; `crashed` when by its own fault. It will be started again. */
    void (*lost)(void *arg, struct host *host, bool crashed);
    /* It is over; the owner destroys it after this call returns. */
    void (*gone)(void *arg, struct host *host);
};

struct host_setup {
    struct event_base *base;
    int program_fd;     /* an open vmm-host; borrowed */
    int plugin_fd;      /* the plugin's open file; borrowed as long as the host lives */
    const char *name;   /* of the plugin; copied */
    uint32_t log_level; /* LOG_* */
    struct life_policy policy;
    const struct host_events *events;
    void *arg;
};

/* Begin a life; the process is started in the next turn of the loop. NULL without memory. */
struct host *host_create(const struct host_setup *setup);

/* Ends the process with SIGKILL if it still runs and waits for it. NULL is allowed. Not from its events. */
void host_destroy(struct host *host);

/* Within `described`: send CONFIGURE. */
int host_configure(struct host *host, const struct configure_message *message);

/* Where to put JOB, CANCEL, CHECK and BATCH frames, then host_flush(). NULL unless the host is ready or draining. */
struct buf *host_out(struct host *host);

/* Sends at the end of this turn; a host that does not read is a breach. */
void host_flush(struct host *host);

/* Let it finish what it has and end. */
void host_drain(struct host *host);

/* It did what the protocol does not allow: log why, and kill it as crashed. */
void host_breach(struct host *host, const char *why);

/* Collect the exit of the process if it has ended; called for each host on SIGCHLD. */
void host_reap(struct host *host);

/* The core was stopped for a while: forgive the silence. */
void host_forgive(struct host *host);

pid_t host_pid(const struct host *host);
enum life_state host_state(const struct host *host);

/* Room for the owner: a number it may set and read. */
void host_set_tag(struct host *host, uintptr_t tag);
uintptr_t host_tag(const struct host *host);

#endif
