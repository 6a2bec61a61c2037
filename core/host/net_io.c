/* SPDX-License-Identifier: MIT */
/* The bytes of a connection, in clear or encrypted. */
#include <errno.h>
#include <sys/socket.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "host/capture.h"
#include "host/net_connection.h"

#define READ_SIZE 16384

static void on_io(evutil_socket_t fd, short what, void *arg);

void net_watch(struct vmm_connection *connection, short wanted)
{
    if (wanted == connection->watched) {
        return;
    }
    if (connection->watched != 0) {
        event_del(&connection->io);
    }
    connection->watched = wanted;
    event_assign(&connection->io, job_setup(connection->job)->base, connection->fd,
                 (short)(wanted | EV_PERSIST), on_io, connection);
    event_add(&connection->io, NULL);
}

/* As much of what waits as goes out now. */
static ssize_t put(struct vmm_connection *connection)
{
    const struct buf *out = &connection->out;
    return connection->tls != NULL
               ? net_tls_write(connection->tls, out->data, out->size)
               : send(connection->fd, out->data, out->size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Put out as much as goes without waiting. 0 when nothing is left; else the errno of what stopped it, EAGAIN when the rest
 * has to wait. */
static int put_all(struct vmm_connection *connection)
{
    while (connection->out.size > 0) {
        ssize_t sent = put(connection);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno;
        }
        connection->last_us = clock_mono_us();
        buf_consume(&connection->out, (size_t)sent);
    }
    return 0;
}

void net_put_rest(struct vmm_connection *connection)
{
    if (connection->phase == PHASE_OPEN) {
        (void)put_all(connection);
    }
}

/* Send what waits. False when the connection has ended over it. */
static bool flush(struct vmm_connection *connection)
{
    int error = put_all(connection);
    if (error != 0 && error != EAGAIN) {
        net_end_with(connection, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE,
                     "reset by the device");
        return false;
    }
    net_watch(connection, error == EAGAIN ? EV_READ | EV_WRITE : EV_READ);
    return true;
}

/* The connection stands, in clear or, later, encrypted. */
static void tell_connected(struct vmm_connection *connection)
{
    bool gone = false;
    connection->phase = PHASE_OPEN;
    connection->last_us = clock_mono_us();
    event_del(&connection->timer);
    net_set_timer(connection, connection->idle_us);
    net_watch(connection, EV_READ);
    connection->gone = &gone;
    connection->events.connected(connection->arg);
    if (gone) {
        return;
    }
    connection->gone = NULL;
    if (connection->phase == PHASE_OPEN) {
        flush(connection);
    }
}

static void on_connected(struct vmm_connection *connection)
{
    int error = 0;
    socklen_t size = sizeof(error);
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        net_end_by_errno(connection, error);
        return;
    }
    tell_connected(connection);
}

/* One step of the handshake. */
static void secure(struct vmm_connection *connection)
{
    const char *why = NULL;
    switch (net_tls_step(connection->tls, &why)) {
    case NET_TLS_DONE:
        tell_connected(connection);
        return;
    case NET_TLS_WANTS_READ:
        net_watch(connection, EV_READ);
        return;
    case NET_TLS_WANTS_WRITE:
        net_watch(connection, EV_WRITE);
        return;
    default:
        connection->job->flags |= RESULT_ANSWERED;
        net_end_with(connection, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_TLS, VMM_REASON_TLS, why);
    }
}

static void take_bytes(struct vmm_connection *connection, const uint8_t *bytes, size_t size)
{
    struct job *job = connection->job;
    connection->last_us = clock_mono_us();
    job->flags |= RESULT_ANSWERED;
    if (size > job_bytes_left(job)) {
        net_end_with(connection, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY,
                     "more bytes than a look may take");
        return;
    }
    job->bytes += size;
    capture_bytes(job, CAPTURE_CAME, bytes, size);
    if (connection->asked[0] != '\0') {
        char came[NET_LINE_SIZE];
        net_first_line(connection, bytes, size, came);
        net_trace(connection, came);
    }
    connection->events.received(connection->arg, bytes, size);
}

static ssize_t get(struct vmm_connection *connection, uint8_t *bytes, size_t size)
{
    return connection->tls != NULL ? net_tls_read(connection->tls, bytes, size)
                                   : recv(connection->fd, bytes, size, MSG_DONTWAIT);
}

static void read_once(struct vmm_connection *connection)
{
    uint8_t bytes[READ_SIZE];
    ssize_t got = get(connection, bytes, sizeof(bytes));
    if (got > 0) {
        take_bytes(connection, bytes, (size_t)got);
    } else if (got == 0) {
        net_end_with(connection, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE, NULL);
    } else if (errno != EAGAIN && errno != EINTR) {
        net_end_with(connection, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE,
                     "reset by the device");
    }
}

/* What has been decrypted already is not told by the socket again. */
static void on_readable(struct vmm_connection *connection)
{
    bool gone = false;
    connection->gone = &gone;
    do {
        read_once(connection);
    } while (!gone && connection->phase == PHASE_OPEN && net_tls_has_more(connection->tls));
    if (!gone) {
        connection->gone = NULL;
    }
}

static void on_io(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    struct vmm_connection *connection = arg;
    if (connection->phase == PHASE_CONNECTING) {
        on_connected(connection);
    } else if (connection->phase == PHASE_SECURING) {
        secure(connection);
    } else if ((what & EV_WRITE) == 0 || flush(connection)) {
        if ((what & EV_READ) != 0) {
            on_readable(connection);
        }
    }
}
