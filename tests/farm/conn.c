/* SPDX-License-Identifier: MIT */
#include "farm/conn.h"

#include "farm/fault.h"
#include "farm/server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define INPUT_BYTES  16384
#define FILLER_BYTES 65536
#define FILLER_TURN  4
#define SLAB_CONNS   64

enum conn_state {
    CONN_READING,
    CONN_WAITING, /* for the device's latency */
    CONN_SENDING,
    CONN_SILENT /* never says anything */
};

struct conn {
    struct loop_watch watch; /* first member: the watch is the connection */
    struct loop_timer timer;
    struct farm *farm;
    struct conn *next; /* in the device's list, or in the pool */
    struct conn *previous;
    struct server_caller caller;
    struct server_plan plan;
    struct server_reply reply;
    struct message message; /* points into input */
    enum conn_state state;
    bool watched;
    char *pending; /* what the socket did not take at once; on the heap */
    size_t pending_len;
    size_t pending_at;
    size_t used; /* bytes of input that hold something */
    char input[INPUT_BYTES];
};

struct conn_slab {
    struct conn_slab *next;
    struct conn conns[SLAB_CONNS];
};

struct conn_pool {
    struct conn_slab *slabs;
    struct conn *free;
    uint64_t numbers; /* given to connections so far */
    char filler[FILLER_BYTES];
};

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    return memory;
}

struct conn_pool *conn_pool_create(void)
{
    struct conn_pool *pool = must(calloc(1, sizeof *pool));
    memset(pool->filler, '#', sizeof pool->filler);
    return pool;
}

void conn_pool_destroy(struct conn_pool *pool)
{
    while (pool != NULL && pool->slabs != NULL) {
        struct conn_slab *next = pool->slabs->next;
        free(pool->slabs);
        pool->slabs = next;
    }
    free(pool);
}

static struct conn *pool_take(struct conn_pool *pool)
{
    if (pool->free == NULL) {
        /* Not zeroed as a whole: the input buffers become memory only when they are used. */
        struct conn_slab *slab = must(malloc(sizeof *slab));
        slab->next = pool->slabs;
        pool->slabs = slab;
        for (int i = 0; i < SLAB_CONNS; i++) {
            slab->conns[i].next = pool->free;
            pool->free = &slab->conns[i];
        }
    }
    struct conn *conn = pool->free;
    pool->free = conn->next;
    memset(conn, 0, offsetof(struct conn, input));
    return conn;
}

static void list_add(struct conn *conn)
{
    struct device *device = conn->caller.service->device;
    conn->next = device->conns;
    if (conn->next != NULL) {
        conn->next->previous = conn;
    }
    device->conns = conn;
    device->open++;
    conn->caller.service->open++;
    conn->farm->counts.open++;
    if (conn->farm->counts.open > conn->farm->counts.open_max) {
        conn->farm->counts.open_max = conn->farm->counts.open;
    }
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
    device->open--;
    conn->caller.service->open--;
    conn->farm->counts.open--;
    device->looks.closed_us = conn->farm->loop.now_us;
}

static void conn_close(struct conn *conn, bool reset)
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

static void conn_read(struct conn *conn);

/* Keeps what the socket did not take of HEAD and BODY, SENT bytes of which are gone. */
static void keep_rest(struct conn *conn, const struct iovec *parts, size_t sent)
{
    size_t total = parts[0].iov_len + parts[1].iov_len;
    conn->pending = must(malloc(total - sent));
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
        uint64_t want = conn->reply.endless ? FILLER_BYTES : conn->reply.filler;
        want = want > FILLER_BYTES ? FILLER_BYTES : want;
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

/* Goes on sending; true when the reply is complete and the connection lives on. */
static bool continue_sending(struct conn *conn)
{
    if (!send_pending(conn) || conn->pending_at < conn->pending_len) {
        return false;
    }
    if (!send_filler(conn) || conn->reply.endless || conn->reply.filler > 0) {
        return false;
    }
    return finish_reply(conn);
}

/* How much of LENGTH goes out at this pace. */
static size_t shortened(enum server_pace pace, enum server_pace cut, size_t length)
{
    return pace == cut ? length / 2 : length;
}

/* Sends the reply that stands in the farm's scratch; true as continue_sending. */
static bool start_sending(struct conn *conn)
{
    struct farm *farm = conn->farm;
    enum server_pace pace = conn->reply.pace;
    struct iovec parts[2] = {
        {farm->head.data, shortened(pace, PACE_HALF_HEAD, farm->head.len)},
        {farm->body.data, shortened(pace, PACE_HALF_BODY, farm->body.len)},
    };
    parts[1].iov_len = pace == PACE_HALF_HEAD ? 0 : parts[1].iov_len;
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
    return continue_sending(conn);
}

/* The time has come to answer; true as continue_sending. */
static bool answer_now(struct conn *conn)
{
    conn->reply = server_reply(conn->farm, &conn->caller, &conn->plan, &conn->message);
    if (conn->message.method == METHOD_DESCRIBE && conn->plan.status == 200) {
        conn->caller.described = true;
    }
    return start_sending(conn);
}

/* True as continue_sending. */
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

static bool refuse_malformed(struct conn *conn)
{
    conn->message = (struct message){.close = true, .method = METHOD_OTHER};
    conn->message.head_len = conn->used;
    conn->plan = server_plan_malformed(conn->farm, &conn->caller);
    return carry_out(conn);
}

/* Answers what stands complete in the input, one request after the other. */
static void take_requests(struct conn *conn)
{
    bool go_on = true;
    while (go_on && conn->used > 0) {
        struct message *message = &conn->message;
        enum message_state state = message_read(conn->input, conn->used, message);
        bool full = conn->used == INPUT_BYTES;
        if (state == MESSAGE_WHOLE && message->body_len <= INPUT_BYTES - message->head_len) {
            if (conn->used - message->head_len < message->body_len) {
                return;
            }
            message->body =
                (struct slice){conn->input + message->head_len, (size_t)message->body_len};
            conn->plan = server_plan(conn->farm, &conn->caller, message);
            go_on = carry_out(conn);
        } else if (state == MESSAGE_PART && !full) {
            return;
        } else {
            go_on = refuse_malformed(conn);
        }
    }
}

static void conn_fire(struct loop_timer *timer)
{
    struct conn *conn = (struct conn *)((char *)timer - offsetof(struct conn, timer));
    bool done = conn->state == CONN_WAITING ? answer_now(conn) : continue_sending(conn);
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
        size_t room = silent ? INPUT_BYTES : INPUT_BYTES - conn->used;
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
    if (conn->state == CONN_SENDING && conn->timer.place == 0 && continue_sending(conn)) {
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

static bool is_over_limit(const struct service *service)
{
    const struct device *device = service->device;
    if (fault_is_on(device, FAULT_LIMIT)) {
        return service->open >= (uint64_t)fault_value(device, FAULT_LIMIT);
    }
    uint32_t limit = service->personality->connection_limit;
    return limit != 0 && service->open >= limit;
}

/* Faults and limits that end or spoil a connection as it comes. True: FD is dealt with. */
static bool turn_away(struct service *service, int fd, bool over_limit)
{
    struct device *device = service->device;
    bool down = fault_is_on(device, FAULT_DOWN) || fault_is_on(device, FAULT_UNREACHABLE);
    if (down || (over_limit && service->personality->beyond == BEYOND_RESET)) {
        device->counts.connections_refused++;
        conn_reset_fd(fd);
        return true;
    }
    if (fault_is_on(device, FAULT_CLOSE)) {
        close(fd);
        return true;
    }
    return false;
}

void conn_accept(struct farm *farm, struct service *service, int fd)
{
    struct device *device = service->device;
    /* One turn may serve a client's connection, and the next that it made on getting its answer. */
    loop_refresh(&farm->loop);
    notice_closed(device);
    farm->changed = true;
    device_note_arrival(device, farm->loop.now_us, farm->look_quiet_us);
    bool over_limit = is_over_limit(service);
    if (turn_away(service, fd, over_limit)) {
        return;
    }
    struct conn *conn = pool_take(farm->pool);
    conn->watch = (struct loop_watch){.fd = fd, .ready = conn_ready};
    conn->timer.fire = conn_fire;
    conn->farm = farm;
    conn->caller = (struct server_caller){
        .service = service, .connection = ++farm->pool->numbers, .over_limit = over_limit};
    if (over_limit) {
        device->counts.connections_refused++;
        conn->state = service->personality->beyond == BEYOND_HANG ? CONN_SILENT : CONN_READING;
    }
    list_add(conn);
    conn_read(conn);
}
