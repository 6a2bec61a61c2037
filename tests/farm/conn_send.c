/* SPDX-License-Identifier: MIT */
/* Sending a reply: as much as the socket takes, at the pace and to the end that the reply has. */
#include "farm/conn_state.h"

#include "farm/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define FILLER_TURN 4

/* Keeps what the socket did not take of HEAD and BODY, SENT bytes of which are gone. */
static void keep_rest(struct conn *conn, const struct iovec *parts, size_t sent)
{
    size_t total = parts[0].iov_len + parts[1].iov_len;
    conn->pending = malloc(total - sent);
    if (conn->pending == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    conn->pending_len = 0;
    conn->pending_at = 0;
    for (int i = 0; i < 2; i++) {
        size_t skip = sent < parts[i].iov_len ? sent : parts[i].iov_len;
        sent -= skip;
        if (parts[i].iov_len > skip) {
            memcpy(conn->pending + conn->pending_len, (const char *)parts[i].iov_base + skip,
                   parts[i].iov_len - skip);
            conn->pending_len += parts[i].iov_len - skip;
        }
    }
}

/* Sends LENGTH bytes; returns how many the socket took, -1 when the connection is gone. */
static ssize_t send_some(const struct conn *conn, const char *bytes, size_t length)
{
    ssize_t sent = send(conn->watch.fd, bytes, length, MSG_NOSIGNAL);
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/* False: the connection is closed. True: all is sent, or the socket is full (state SENDING). */
static bool send_pending(struct conn *conn)
{
    while (conn->pending_at < conn->pending_len) {
        size_t left = conn->pending_len - conn->pending_at;
        bool drips = conn->reply.pace == PACE_DRIP;
        ssize_t sent = send_some(conn, conn->pending + conn->pending_at, drips ? 1 : left);
        if (sent < 0) {
            conn_close(conn, false);
            return false;
        }
        conn->pending_at += (size_t)sent;
        if (drips && conn->pending_at < conn->pending_len) {
            int64_t ms = fault_is_on(conn->caller.service->device, FAULT_SLOWLORIS)
                             ? fault_value(conn->caller.service->device, FAULT_SLOWLORIS)
                             : 1000;
            loop_timer_set(&conn->farm->loop, &conn->timer, (uint64_t)ms * 1000);
            return true;
        }
        if (sent == 0) {
            return true;
        }
    }
    return true;
}

/* Some blocks a turn: a fast reader of a large body must not hold up the farm. */
static bool send_filler(struct conn *conn)
{
    for (int i = 0; conn->reply.endless || conn->reply.filler > 0; i++) {
        if (i == FILLER_TURN) {
            loop_timer_set(&conn->farm->loop, &conn->timer, 1000);
            return true;
        }
        uint64_t want = conn->reply.endless ? CONN_FILLER_BYTES : conn->reply.filler;
        want = want > CONN_FILLER_BYTES ? CONN_FILLER_BYTES : want;
        ssize_t sent = send_some(conn, conn->farm->pool->filler, (size_t)want);
        if (sent < 0) {
            conn_close(conn, false);
            return false;
        }
        if (sent == 0) {
            return true;
        }
        conn->reply.filler -= conn->reply.endless ? 0 : (uint64_t)sent;
    }
    return true;
}

/* The reply is out: close, or make room for the next request. True: the connection lives on. */
static bool finish_reply(struct conn *conn)
{
    free(conn->pending);
    conn->pending = NULL;
    conn->pending_len = 0;
    conn->pending_at = 0;
    if (conn->reply.end != END_KEEP) {
        conn_close(conn, conn->reply.end == END_RESET);
        return false;
    }
    size_t taken = conn->message.head_len + (size_t)conn->message.body_len;
    conn->used -= taken;
    memmove(conn->input, conn->input + taken, conn->used);
    conn->state = CONN_READING;
    return true;
}

bool conn_send_continue(struct conn *conn)
{
    if (!send_pending(conn) || conn->pending_at < conn->pending_len) {
        return false;
    }
    if (!send_filler(conn) || conn->reply.endless || conn->reply.filler > 0) {
        return false;
    }
    return finish_reply(conn);
}

bool conn_send_start(struct conn *conn)
{
    struct farm *farm = conn->farm;
    enum server_pace pace = conn->reply.pace;
    struct iovec parts[2] = {{.iov_base = farm->head.data}, {.iov_base = farm->body.data}};
    server_cut(farm, pace, &parts[0].iov_len, &parts[1].iov_len);
    size_t total = parts[0].iov_len + parts[1].iov_len;
    conn->state = CONN_SENDING;
    ssize_t sent = 0;
    if (pace != PACE_DRIP) {
        struct msghdr packet = {.msg_iov = parts, .msg_iovlen = 2};
        sent = sendmsg(conn->watch.fd, &packet, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            conn_close(conn, false);
            return false;
        }
        sent = sent < 0 ? 0 : sent;
    }
    if ((size_t)sent < total) {
        keep_rest(conn, parts, (size_t)sent);
    }
    return conn_send_continue(conn);
}
