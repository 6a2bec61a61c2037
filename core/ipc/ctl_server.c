/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "ipc/ctl_session.h"
#include "ipc/ctl_socket.h"

#define ACCEPT_MAX 16 /* connections taken in one turn of the loop */

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
    struct ctl_session *sessions[CTL_CLIENTS_MAX];
};

static void on_session_end(void *owner, const struct ctl_session *session)
{
    struct ctl_server *server = owner;
    for (size_t i = 0; i < server->count; i++) {
        if (server->sessions[i] == session) {
            server->sessions[i] = server->sessions[--server->count];
            break;
        }
    }
    if (server->count == 0 && !server->paused) {
        event_del(server->tick);
    }
}

/* ---- time ---- */

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ctl_server *server = arg;
    uint64_t now = clock_mono_us();
    for (size_t i = server->count; i > 0; i--) {
        struct ctl_session *session = i <= server->count ? server->sessions[i - 1] : NULL;
        if (session != NULL && ctl_session_is_lost(session, now, server->stall_us)) {
            log_warn("ctl", "pid %d makes no progress: dropped", (int)ctl_session_pid(session));
            ctl_session_drop(session);
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
    struct timeval every = clock_span(period);
    event_add(server->tick, &every);
}

/* ---- accepting ---- */

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
    struct ctl_session *oldest = NULL;
    for (size_t i = 0; i < server->count; i++) {
        struct ctl_session *session = server->sessions[i];
        if (ctl_session_is_idle(session) &&
            (oldest == NULL ||
             ctl_session_progress_us(session) < ctl_session_progress_us(oldest))) {
            oldest = session;
        }
    }
    if (oldest != NULL) {
        ctl_session_drop(oldest);
    }
    return oldest != NULL;
}

static void add_client(struct ctl_server *server, int fd)
{
    if (server->count == CTL_CLIENTS_MAX && !evict_idle(server)) {
        refuse_client(fd);
        return;
    }
    struct ctl_session_owner owner = {.on_request = server->on_request,
                                      .arg = server->arg,
                                      .on_end = on_session_end,
                                      .owner = server};
    struct ctl_session *session =
        ctl_session_create(server->base, fd, ++server->connections, &owner);
    if (session != NULL) {
        server->sessions[server->count++] = session;
        start_tick(server);
    }
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

/* ---- the server ---- */

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
        ctl_session_drop(server->sessions[server->count - 1]);
    }
    if (server->acceptable != NULL) {
        event_free(server->acceptable);
    }
    if (server->tick != NULL) {
        event_free(server->tick);
    }
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
