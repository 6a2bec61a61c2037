/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_server.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "ipc/ctl_page.h"
#include "ipc/ctl_request.h"
#include "ipc/ctl_socket.h"

#define ACCEPT_MAX 16 /* connections taken in one turn of the loop */
#define KEEP_MEMORY                                                                                \
    (128u << 10) /* an output buffer larger than this is given back when it is empty */

struct ctl_client {
    struct ctl_server *server;
    int fd;
    struct event *readable;
    struct event *writable;
    struct ctl_peer peer;
    struct ctl_lines lines;
    struct buf out;
    struct ctl_call *call; /* under way; NULL between requests */
    uint64_t progress_us;  /* when bytes last came or went, or an answer began */
    bool no_more;          /* the client has shut its sending side */
    bool closing;          /* close when the output has gone */
    bool broken;           /* drop at the next turn */
};

struct ctl_call {
    struct ctl_client *client; /* NULL: gone */
    ctl_next_fn next;
    ctl_gone_fn gone;
    void *arg;
    bool asked; /* `next` was called and has not been answered yet */
};

struct ctl_server {
    struct event_base *base;
    struct event *acceptable;
    struct event *tick; /* runs while there are clients */
    char *path;
    int fd;
    dev_t device; /* of the socket's file, so that only this one is unlinked */
    ino_t inode;
    ctl_request_fn on_request;
    void *arg;
    uint64_t connections; /* made so far */
    uint64_t stall_us;
    bool paused; /* no descriptor was free: accept again at the next tick */
    size_t count;
    struct ctl_client *clients[CTL_CLIENTS_MAX];
};

/* ---- clients
 * ------------------------------------------------------------------------------------- */

static void free_events(struct event *a, struct event *b)
{
    if (a != NULL) {
        event_free(a);
    }
    if (b != NULL) {
        event_free(b);
    }
}

static void client_free(struct ctl_client *client)
{
    free_events(client->readable, client->writable);
    close(client->fd);
    ctl_lines_drop(&client->lines, client->lines.size);
    buf_wipe(&client->out);
    free(client);
}

static void forget(struct ctl_server *server, const struct ctl_client *client)
{
    for (size_t i = 0; i < server->count; i++) {
        if (server->clients[i] == client) {
            server->clients[i] = server->clients[--server->count];
            break;
        }
    }
    if (server->count == 0 && !server->paused) {
        event_del(server->tick);
    }
}

static void drop(struct ctl_client *client)
{
    struct ctl_call *call = client->call;
    forget(client->server, client);
    client_free(client);
    if (call != NULL) {
        call->client = NULL;
        if (call->gone != NULL) {
            call->gone(call->arg, call);
        }
    }
}

/* Let the next turn of the loop go on with this client. */
static void wake(struct ctl_client *client)
{
    if (client->broken) {
        event_active(client->writable, EV_WRITE, 0);
    } else {
        event_add(client->writable, NULL);
    }
}

/* Where an answer is put. The time in which the client has to read begins with the first byte. */
static struct buf *output_of(struct ctl_client *client)
{
    if (client->out.size == 0) {
        client->progress_us = clock_mono_us();
    }
    return &client->out;
}

/* Something was put into the output, or should have been. */
static void after_output(struct ctl_client *client, int rc)
{
    if (rc == VMM_E_NOMEM || client->out.size > CTL_QUEUE_MAX) {
        log_warn("ctl", "pid %d: %s; dropped", (int)client->peer.pid,
                 rc == VMM_E_NOMEM ? "no memory for its answer" : "it does not read its answer");
        client->broken = true;
    }
    wake(client);
}

static void refuse_line(struct ctl_client *client, const char *why)
{
    client->closing = true;
    event_del(client->readable);
    after_output(client, ctl_page_error(output_of(client), CTL_BAD_REQUEST, why, NULL));
}

static void begin_call(struct ctl_client *client, const struct ctl_request *request)
{
    struct ctl_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        refuse_line(client, "no memory for the request");
        return;
    }
    call->client = client;
    client->call = call;
    struct ctl_server *server = client->server;
    server->on_request(server->arg, call, request->verb, request->args, &client->peer);
}

/* Take the next request, if one is there and the one before has been answered. */
static void take_request(struct ctl_client *client)
{
    if (client->call != NULL || client->out.size > 0 || client->closing) {
        return;
    }
    size_t size = ctl_lines_first(&client->lines);
    if (size == 0) {
        if (client->lines.size == CTL_LINE_MAX) {
            refuse_line(client, "a request is at most 64 KiB");
        } else if (client->no_more) {
            client->closing = true;
            wake(client);
        }
        return;
    }
    struct ctl_request request;
    const char *wrong = ctl_request_parse(&request, client->lines.bytes, size);
    ctl_lines_drop(&client->lines, size);
    if (!client->no_more) {
        event_add(client->readable, NULL);
    }
    if (wrong != NULL) {
        refuse_line(client, wrong);
    } else {
        begin_call(client, &request);
    }
    ctl_request_finish(&request);
}

/* The sending side alone is shut by a client that waits for its answer; a closed one hangs up. */
static bool has_hung_up(const struct ctl_client *client)
{
    struct pollfd state = {.fd = client->fd};
    return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

static void on_end_of_input(struct ctl_client *client)
{
    client->no_more = true;
    event_del(client->readable);
    if (has_hung_up(client)) {
        drop(client);
    } else {
        take_request(client);
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct ctl_client *client = arg;
    size_t room = 0;
    char *at = ctl_lines_room(&client->lines, &room);
    if (room == 0) {
        /* The client has sent ahead as much as is kept: it waits until its turn. */
        event_del(client->readable);
        return;
    }
    ssize_t got = recv(fd, at, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got < 0) {
        drop(client);
        return;
    }
    if (got == 0) {
        on_end_of_input(client);
        return;
    }
    if (client->out.size == 0) {
        client->progress_us = clock_mono_us();
    }
    ctl_lines_grow(&client->lines, (size_t)got);
    take_request(client);
}

/* Returns false when the client is gone. */
static bool flush(struct ctl_client *client)
{
    while (client->out.size > 0) {
        ssize_t sent =
            send(client->fd, client->out.data, client->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno == EAGAIN;
        }
        buf_consume(&client->out, (size_t)sent);
        client->progress_us = clock_mono_us();
    }
    if (client->out.capacity > KEEP_MEMORY) {
        buf_finish(&client->out);
    }
    return true;
}

static void ask_source(struct ctl_client *client)
{
    struct ctl_call *call = client->call;
    if (call->next != NULL && !call->asked) {
        call->asked = true;
        call->next(call->arg, call);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ctl_client *client = arg;
    if (client->broken || !flush(client)) {
        drop(client);
        return;
    }
    if (client->out.size > 0) {
        event_add(client->writable, NULL);
    } else if (client->call != NULL) {
        ask_source(client);
    } else if (client->closing) {
        drop(client);
    } else {
        take_request(client);
    }
}

/* ---- time
 * ---------------------------------------------------------------------------------------- */

/* True when the client keeps the server waiting: it does not read, or has left a line unfinished.
 */
static bool is_owing(const struct ctl_client *client)
{
    return client->out.size > 0 || (client->call == NULL && client->lines.size > 0);
}

static bool is_lost(const struct ctl_client *client, uint64_t now)
{
    return (is_owing(client) && now - client->progress_us >= client->server->stall_us) ||
           (client->no_more && has_hung_up(client));
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ctl_server *server = arg;
    uint64_t now = clock_mono_us();
    for (size_t i = server->count; i > 0; i--) {
        if (i <= server->count && is_lost(server->clients[i - 1], now)) {
            log_warn("ctl", "pid %d makes no progress: dropped",
                     (int)server->clients[i - 1]->peer.pid);
            drop(server->clients[i - 1]);
        }
    }
    if (server->paused) {
        server->paused = false;
        event_add(server->acceptable, NULL);
    }
    if (server->count == 0) {
        event_del(server->tick);
    }
}

static void start_tick(struct ctl_server *server)
{
    uint64_t period = server->stall_us / 4 < CLOCK_S ? server->stall_us / 4 : CLOCK_S;
    struct timeval every = {.tv_sec = (time_t)(period / CLOCK_S),
                            .tv_usec = (suseconds_t)(period % CLOCK_S)};
    event_add(server->tick, &every);
}

/* ---- accepting
 * ----------------------------------------------------------------------------------- */

static void read_peer(int fd, struct ctl_peer *peer)
{
    struct ucred cred = {.pid = 0, .uid = (uid_t)-1, .gid = (gid_t)-1};
    socklen_t size = sizeof(cred);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0) {
        log_warn("ctl", "a peer without credentials: %s", strerror(errno));
    }
    peer->pid = cred.pid;
    peer->uid = cred.uid;
    peer->gid = cred.gid;
}

static void refuse_client(int fd)
{
    static const char busy[] = "{\"done\":true,\"error\":{\"code\":\"" CTL_BUSY
                               "\",\"message\":\"too many clients\",\"remedy\":\"try again\"}}\n";
    ssize_t sent = send(fd, busy, sizeof(busy) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* who cannot take a line into an empty socket is gone */
    close(fd);
}

/* Make room by the client that has been idle longest. False when none is idle. */
static bool evict_idle(struct ctl_server *server)
{
    struct ctl_client *oldest = NULL;
    for (size_t i = 0; i < server->count; i++) {
        struct ctl_client *client = server->clients[i];
        bool idle = client->call == NULL && !is_owing(client);
        if (idle && (oldest == NULL || client->progress_us < oldest->progress_us)) {
            oldest = client;
        }
    }
    if (oldest != NULL) {
        drop(oldest);
    }
    return oldest != NULL;
}

static void add_client(struct ctl_server *server, int fd)
{
    if (server->count == CTL_CLIENTS_MAX && !evict_idle(server)) {
        refuse_client(fd);
        return;
    }
    struct ctl_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        close(fd);
        return;
    }
    client->server = server;
    client->fd = fd;
    client->progress_us = clock_mono_us();
    client->peer.connection = ++server->connections;
    read_peer(fd, &client->peer);
    client->readable = event_new(server->base, fd, EV_READ | EV_PERSIST, on_readable, client);
    client->writable = event_new(server->base, fd, EV_WRITE, on_writable, client);
    if (client->readable == NULL || client->writable == NULL ||
        event_add(client->readable, NULL) != 0) {
        client_free(client);
        return;
    }
    server->clients[server->count++] = client;
    start_tick(server);
}

static void on_acceptable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct ctl_server *server = arg;
    for (int i = 0; i < ACCEPT_MAX; i++) {
        int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (peer >= 0) {
            add_client(server, peer);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            log_error("ctl", "cannot accept a client: %s", strerror(errno));
            server->paused = true;
            event_del(server->acceptable);
            start_tick(server);
        }
        return;
    }
}

/* ---- the server
 * ---------------------------------------------------------------------------------- */

static int listen_at(struct ctl_server *server, mode_t mode, gid_t gid)
{
    server->fd = ctl_socket_listen(server->path, mode, gid);
    if (server->fd == VMM_E_EXIST) {
        log_error("ctl", "%s: in use by another process, or no socket", server->path);
    } else if (server->fd < 0) {
        log_error("ctl", "%s: cannot listen: %s", server->path, strerror(errno));
    }
    if (server->fd < 0) {
        return server->fd;
    }
    struct stat made;
    if (lstat(server->path, &made) == 0) {
        server->device = made.st_dev;
        server->inode = made.st_ino;
    }
    return 0;
}

struct ctl_server *ctl_server_create(struct event_base *base, const char *path, mode_t mode,
                                     gid_t gid, ctl_request_fn on_request, void *arg)
{
    struct ctl_server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        return NULL;
    }
    server->base = base;
    server->fd = -1;
    server->on_request = on_request;
    server->arg = arg;
    server->stall_us = CTL_STALL_S * CLOCK_S;
    server->path = strdup(path);
    if (server->path == NULL || listen_at(server, mode, gid) != 0) {
        ctl_server_destroy(server);
        return NULL;
    }
    server->acceptable = event_new(base, server->fd, EV_READ | EV_PERSIST, on_acceptable, server);
    server->tick = event_new(base, -1, EV_PERSIST, on_tick, server);
    if (server->acceptable == NULL || server->tick == NULL ||
        event_add(server->acceptable, NULL) != 0) {
        log_error("ctl", "%s: no memory", path);
        ctl_server_destroy(server);
        return NULL;
    }
    return server;
}

static void unlink_own(const struct ctl_server *server)
{
    struct stat there;
    if (lstat(server->path, &there) == 0 && there.st_dev == server->device &&
        there.st_ino == server->inode) {
        unlink(server->path);
    }
}

void ctl_server_destroy(struct ctl_server *server)
{
    if (server == NULL) {
        return;
    }
    while (server->count > 0) {
        drop(server->clients[server->count - 1]);
    }
    free_events(server->acceptable, server->tick);
    if (server->fd >= 0) {
        unlink_own(server);
        close(server->fd);
    }
    free(server->path);
    free(server);
}

size_t ctl_server_clients(const struct ctl_server *server)
{
    return server->count;
}

void ctl_server_set_stall(struct ctl_server *server, uint32_t stall_ms)
{
    server->stall_us = stall_ms * CLOCK_MS;
    if (server->count > 0) {
        start_tick(server);
    }
}

/* ---- answers
 * ------------------------------------------------------------------------------------- */

int ctl_rows(struct ctl_call *call, json_t *rows)
{
    struct ctl_client *client = call->client;
    int rc = VMM_E_STATE;
    if (!json_is_array(rows)) {
        rc = VMM_E_INVAL;
    } else if (client != NULL) {
        call->asked = false;
        rc = ctl_page_rows(output_of(client), rows);
        after_output(client, rc);
    }
    json_decref(rows);
    return rc;
}

void ctl_set_source(struct ctl_call *call, ctl_next_fn next, ctl_gone_fn gone, void *arg)
{
    call->next = next;
    call->gone = gone;
    call->arg = arg;
    if (call->client != NULL) {
        wake(call->client);
    }
}

/* The call is over; its client, if still there, may send the next. */
static void end_call(struct ctl_call *call, int rc)
{
    if (call->client != NULL) {
        call->client->call = NULL;
        after_output(call->client, rc);
    }
    free(call);
}

void ctl_done(struct ctl_call *call, json_t *result)
{
    int rc = 0;
    if (call->client != NULL) {
        struct buf *out = output_of(call->client);
        rc = ctl_page_done(out, result);
        if (rc == VMM_E_TOOBIG) {
            log_error("ctl", "an answer was over %u bytes: not sent", CTL_LINE_MAX);
            rc = ctl_page_error(out, CTL_INTERNAL, "the answer is too long", NULL);
        }
    }
    json_decref(result);
    end_call(call, rc);
}

void ctl_fail(struct ctl_call *call, const char *code, const char *message, const char *remedy)
{
    int rc = 0;
    if (call->client != NULL) {
        rc = ctl_page_error(output_of(call->client), code, message, remedy);
    }
    end_call(call, rc);
}

bool ctl_cancelled(const struct ctl_call *call)
{
    return call->client == NULL;
}
