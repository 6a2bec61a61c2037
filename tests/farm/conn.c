/* SPDX-License-Identifier: MIT */
#include "farm/conn_state.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void list_add(struct conn *conn)
{
    struct device *device = conn->caller.service->device;
    conn->next = device->conns;
    if (conn->next != NULL) {
        conn->next->previous = conn;
    }
    device->conns = conn;
}

static void list_remove(struct conn *conn)
{
    struct device *device = conn->caller.service->device;
    if (conn->previous != NULL) {
        conn->previous->next = conn->next;
    } else {
        device->conns = conn->next;
    }
    if (conn->next != NULL) {
        conn->next->previous = conn->previous;
    }
    server_leave(conn->farm, &conn->caller);
}

void conn_close(struct conn *conn, bool reset)
{
    list_remove(conn);
    loop_timer_clear(&conn->farm->loop, &conn->timer);
    free(conn->pending);
    conn->pending = NULL;
    if (reset) {
        conn_reset_fd(conn->watch.fd);
    } else {
        close(conn->watch.fd);
    }
    conn->watch.fd = -1;
    conn->farm->changed = true;
    conn->next = conn->farm->pool->free;
    conn->farm->pool->free = conn;
}

void conn_reset_fd(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
}

void conn_drop_all(struct farm *farm, struct device *device)
{
    (void)farm;
    while (device->conns != NULL) {
        conn_close(device->conns, true);
    }
}

/* The time has come to answer; true as conn_send_continue. */
static bool answer_now(struct conn *conn)
{
    conn->reply = server_reply(conn->farm, &conn->caller, &conn->plan, &conn->message);
    server_note_reply(&conn->caller, &conn->plan, &conn->message);
    return conn_send_start(conn);
}

/* True as conn_send_continue. */
static bool carry_out(struct conn *conn)
{
    if (conn->plan.what == SERVER_SILENCE) {
        conn->state = CONN_SILENT;
        return false;
    }
    uint64_t latency = server_latency_us(conn->caller.service);
    if (latency == 0) {
        return answer_now(conn);
    }
    conn->state = CONN_WAITING;
    loop_timer_set(&conn->farm->loop, &conn->timer, latency);
    return false;
}

/* Answers what stands complete in the input, one request after the other. */
static void take_requests(struct conn *conn)
{
    bool go_on = true;
    while (go_on && conn->used > 0 &&
           server_take(conn->farm, &conn->caller, conn->input, conn->used, CONN_INPUT_BYTES,
                       &conn->message, &conn->plan) != MESSAGE_PART) {
        go_on = carry_out(conn);
    }
}

static void conn_read(struct conn *conn);

static void conn_fire(struct loop_timer *timer)
{
    struct conn *conn = (struct conn *)((char *)timer - offsetof(struct conn, timer));
    bool done = conn->state == CONN_WAITING ? answer_now(conn) : conn_send_continue(conn);
    if (done) {
        take_requests(conn);
        /* Bytes may have come while the input was full or nobody looked. */
        if (conn->watch.fd >= 0 && conn->state == CONN_READING) {
            conn_read(conn);
        }
    }
}

/* Reads what is there. A silent connection throws it away. False: the connection was closed. */
static bool read_some(struct conn *conn)
{
    for (;;) {
        bool silent = conn->state == CONN_SILENT;
        char *to = silent ? conn->input : conn->input + conn->used;
        size_t room = silent ? CONN_INPUT_BYTES : CONN_INPUT_BYTES - conn->used;
        if (room == 0) {
            return true;
        }
        ssize_t got = recv(conn->watch.fd, to, room, 0);
        if (got < 0 && errno == EAGAIN) {
            return true;
        }
        if (got <= 0) {
            conn_close(conn, false);
            return false;
        }
        conn->used += silent ? 0 : (size_t)got;
        if (conn->state == CONN_READING) {
            take_requests(conn);
            if (conn->watch.fd < 0) {
                return false;
            }
        }
        if ((size_t)got < room && !conn->watched) {
            return true; /* being watched from now on will tell what else there is */
        }
    }
}

static void conn_read(struct conn *conn)
{
    if (!read_some(conn) || conn->watched) {
        return;
    }
    /* Most connections never get here: their request was there at once, and they are gone. */
    conn->watched = true;
    if (loop_watch_edges(&conn->farm->loop, &conn->watch) != 0) {
        conn_close(conn, true);
    }
}

static void conn_ready(struct loop_watch *watch)
{
    struct conn *conn = (struct conn *)watch;
    if (conn->state == CONN_SENDING && conn->timer.place == 0 && conn_send_continue(conn)) {
        take_requests(conn);
    }
    if (conn->watch.fd >= 0) {
        conn_read(conn);
    }
}

/* A client may have closed a connection, and made this new one, since the loop last looked: what it
 * closed must not count as open at once with the new one. */
static void notice_closed(struct device *device)
{
    struct conn *next = NULL;
    for (struct conn *conn = device->conns; conn != NULL; conn = next) {
        next = conn->next;
        struct pollfd look = {.fd = conn->watch.fd, .events = POLLRDHUP};
        if (poll(&look, 1, 0) > 0) {
            conn_ready(&conn->watch);
        }
    }
}

void conn_accept(struct farm *farm, struct service *service, int fd)
{
    struct server_caller caller;
    /* One turn may serve a client's connection, and the next that it made on getting its answer. */
    loop_refresh(&farm->loop);
    notice_closed(service->device);
    farm->changed = true;
    enum server_arrival arrival = server_arrive(farm, service, &caller);
    if (arrival == ARRIVAL_RESET) {
        conn_reset_fd(fd);
        return;
    }
    if (arrival == ARRIVAL_CLOSED) {
        close(fd);
        return;
    }
    struct conn *conn = conn_pool_take(farm->pool);
    conn->watch = (struct loop_watch){.fd = fd, .ready = conn_ready};
    conn->timer.fire = conn_fire;
    conn->farm = farm;
    conn->caller = caller;
    conn->state = arrival == ARRIVAL_HANGS ? CONN_SILENT : CONN_READING;
    list_add(conn);
    conn_read(conn);
}
