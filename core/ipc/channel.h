/* SPDX-License-Identifier: MIT */
/*
 * One end of the stream between vmmd and a host, on a libevent loop.
 *
 * What is put during one turn of the loop goes out as one write at its end, because waking an idle peer costs
 * more than everything a frame holds.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include <event2/event.h>

#include "ipc/frame.h"

#define CHANNEL_QUEUE_MAX (8u << 20) /* bytes that may wait for the peer */

struct channel;

/* A frame came. Return 0, or a negative error: the peer has broken the protocol and the channel ends. */
typedef int (*channel_frame_fn)(void *arg, const struct frame *frame);

/* The channel has ended: `error` 0 the peer closed, VMM_E_PROTO it sent no frame, VMM_E_IO. Called once, last;
 * the owner destroys the channel, now or later. */
typedef void (*channel_end_fn)(void *arg, int error);

/* Take over the descriptor (closed by channel_destroy). NULL without memory; the descriptor is then open. */
struct channel *channel_create(struct event_base *base, int fd, channel_frame_fn on_frame,
                               channel_end_fn on_end, void *arg);

/* May be called from within the channel's own callbacks. NULL is allowed. */
void channel_destroy(struct channel *channel);

/* Where frames are appended (with message_put_*); call channel_flush_soon() after it. */
struct buf *channel_out(struct channel *channel);

/* Send at the end of this turn. VMM_E_TOOBIG when more than CHANNEL_QUEUE_MAX waits: the peer does not read. What waits goes
 * out all the same when it does. */
int channel_flush_soon(struct channel *channel);

/* Hand out what the peer has sent and then ended: for a peer that is known to be dead. */
void channel_read_rest(struct channel *channel);

/* Bytes that wait. */
size_t channel_waiting(const struct channel *channel);

#endif
