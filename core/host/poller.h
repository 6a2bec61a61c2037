/* SPDX-License-Identifier: MIT */
/*
 * Many short-lived sockets on one epoll of their own. The kernel is told of a socket once, for both directions and by
 * edges, and its close ends that: most want to write once and then to read once. One that wants more is watched by
 * levels from then on, with a call for each change. What has become ready is handed out in batches: who wants to write
 * first, so that alike follows alike.
 */
#ifndef HOST_POLLER_H
#define HOST_POLLER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

enum { POLLER_READ = 1, POLLER_WRITE = 2 };

/* One descriptor. Zero for one that is new, but for `is_lent`. */
struct poller_watch {
    int fd;
    bool
        is_lent; /* its owner closes it unseen: the kernel is told at once when nothing is wanted */
    bool is_known;  /* to the kernel */
    uint8_t wanted; /* POLLER_READ, POLLER_WRITE */
    uint8_t seen;   /* told by an edge, and perhaps still so */
    uint8_t levels; /* what the kernel tells by levels; 0: all, by edges */
    uint32_t since; /* the batch in which it became known */
};

/* ---- Deciding ---- */

/* What the kernel has to be told. */
enum poller_call { POLLER_CALL_NONE, POLLER_CALL_ADD, POLLER_CALL_CHANGE, POLLER_CALL_DROP };

/* From now on `wanted` is. */
enum poller_call poller_want(struct poller_watch *watch, uint8_t wanted);

/* It is ready for these: what of that is wanted. */
uint8_t poller_take(struct poller_watch *watch, uint8_t ready);

/* What was taken has been dealt with. */
enum poller_call poller_dealt(struct poller_watch *watch);

/* ---- Doing ---- */

struct poller;

/* The descriptor is ready for what was wanted of it. */
typedef void (*poller_ready_fn)(void *arg, struct poller_watch *watch, uint8_t ready);

/* All of a batch has been dealt with. */
typedef void (*poller_done_fn)(void *arg);

/* NULL without memory or descriptors. */
struct poller *poller_create(struct event_base *base, poller_ready_fn on_ready,
                             poller_done_fn on_done, void *arg);

/* NULL is allowed. Descriptors that are still watched stay open. */
void poller_destroy(struct poller *poller);

/* Watch `fd` for `wanted`, or with 0 for nothing. `watch` has to stay where it is until the descriptor is closed or
 * forgotten. 0 or VMM_E_IO. */
int poller_set(struct poller *poller, struct poller_watch *watch, int fd, uint8_t wanted);

/* The descriptor is about to be closed. */
void poller_forget(struct poller_watch *watch);

/* Whether a batch is being handed out. */
bool poller_is_busy(const struct poller *poller);

#endif
