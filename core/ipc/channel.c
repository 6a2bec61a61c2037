/* SPDX-License-Identifier: MIT */
#include "ipc/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/errors.h>

#define READ_CHUNK 65536
#define KEEP_MEMORY                                                                                \
    (256u << 10) /* an output buffer larger than this is given back when it is empty */

struct channel {
    int fd;
    struct event *readable;
    struct event *writable;
    struct event *flush;
    struct buf in;
    struct buf out;
    channel_frame_fn on_frame;
    channel_end_fn on_end;
    void *arg;
    bool busy;   /* inside a callback of the owner */
    bool ended;  /* on_end was called */
    bool doomed; /* destroyed inside a callback */
};

static void release(struct channel *channel)
{
    struct event *events[] = {channel->readable, channel->writable, channel->flush};
    for (size_t i = 0; i < 3; i++) {
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }
    close(channel->fd);
    buf_wipe(&channel->in);
    buf_wipe(&channel->out);
    free(channel);
}

static void end(struct channel *channel, int error)
{
    if (channel->ended) {
        return;
    }
    channel->ended = true;
    event_del(channel->readable);
    event_del(channel->writable);
    event_del(channel->flush);
    channel->busy = true;
    channel->on_end(channel->arg, error);
    channel->busy = false;
}

/* Hand out each whole frame. Returns 0 or the error that ends the channel. */
static int dispatch(struct channel *channel)
{
    size_t used = 0;
    int rc = 0;
    while (!channel->doomed) {
        struct frame frame;
        int size = frame_parse(channel->in.data + used, channel->in.size - used, &frame);
        if (size <= 0) {
            rc = size;
            break;
        }
        used += (size_t)size;
        channel->busy = true;
        rc = channel->on_frame(channel->arg, &frame);
        channel->busy = false;
        if (rc < 0) {
            break;
        }
    }
    buf_consume(&channel->in, used);
    return rc;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct channel *channel = arg;
    uint8_t *room = buf_reserve(&channel->in, READ_CHUNK);
    ssize_t got = room != NULL ? recv(fd, room, READ_CHUNK, MSG_DONTWAIT) : -1;
    if (got < 0 && room != NULL && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    int rc = VMM_E_IO;
    if (got > 0) {
        buf_grow(&channel->in, (size_t)got);
        rc = dispatch(channel);
    }
    if (!channel->doomed && (got <= 0 || rc < 0)) {
        end(channel, got == 0 ? 0 : rc);
    }
    if (channel->doomed) {
        release(channel);
    }
}

static void give_back_memory(struct channel *channel)
{
    if (channel->out.size == 0 && channel->out.capacity > KEEP_MEMORY) {
        buf_wipe(&channel->out);
    }
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct channel *channel = arg;
    while (channel->out.size > 0) {
        ssize_t sent =
            send(channel->fd, channel->out.data, channel->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0 && errno == EAGAIN) {
            event_add(channel->writable, NULL);
            return;
        }
        if (sent < 0) {
            /* The peer is gone. What it said before is read first; the end is seen there. */
            buf_wipe(&channel->out);
            return;
        }
        explicit_bzero(channel->out.data, (size_t)sent);
        buf_consume(&channel->out, (size_t)sent);
    }
    give_back_memory(channel);
}

struct channel *channel_create(struct event_base *base, int fd, channel_frame_fn on_frame,
                               channel_end_fn on_end, void *arg)
{
    struct channel *channel = calloc(1, sizeof(*channel));
    if (channel == NULL) {
        return NULL;
    }
    channel->fd = fd;
    channel->on_frame = on_frame;
    channel->on_end = on_end;
    channel->arg = arg;
    channel->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, channel);
    channel->writable = event_new(base, fd, EV_WRITE, on_flush, channel);
    channel->flush = event_new(base, -1, 0, on_flush, channel);
    if (channel->readable == NULL || channel->writable == NULL || channel->flush == NULL ||
        event_add(channel->readable, NULL) != 0) {
        channel->fd = -1;
        release(channel);
        return NULL;
    }
    return channel;
}

void channel_destroy(struct channel *channel)
{
    if (channel == NULL) {
        return;
    }
    channel->doomed = true;
    channel->ended = true;
    if (!channel->busy) {
        release(channel);
    }
}

struct buf *channel_out(struct channel *channel)
{
    return &channel->out;
}

int channel_flush_soon(struct channel *channel)
{
    if (channel->ended) {
        return VMM_E_STATE;
    }
    event_active(channel->flush, 0, 0);
    return channel->out.size > CHANNEL_QUEUE_MAX ? VMM_E_TOOBIG : 0;
}

void channel_read_rest(struct channel *channel)
{
    while (!channel->ended && !channel->doomed) {
        uint8_t *room = buf_reserve(&channel->in, READ_CHUNK);
        ssize_t got = room != NULL ? recv(channel->fd, room, READ_CHUNK, MSG_DONTWAIT) : -1;
        if (got <= 0) {
            return;
        }
        buf_grow(&channel->in, (size_t)got);
        if (dispatch(channel) < 0) {
            return;
        }
    }
}

size_t channel_waiting(const struct channel *channel)
{
    return channel->out.size;
}
