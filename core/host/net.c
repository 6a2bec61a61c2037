/* SPDX-License-Identifier: MIT */
#include "host/net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "host/capture.h"
#include "host/http.h"
#include "host/http_outcome.h"
#include "host/job.h"
#include "host/net_connection.h"
#include "host/net_socket.h"
#include "host/resolve.h"
#include "host/sized.h"

#define QUEUE_MAX (256u << 10)

/* ---- The trace ---- */

/* The first line, as far as it can be read, and may be. */
void net_first_line(const struct vmm_connection *connection, const uint8_t *bytes, size_t size,
                    char line[NET_LINE_SIZE])
{
    size_t used = 0;
    while (!connection->is_quiet && used < size && used + 1 < NET_LINE_SIZE &&
           bytes[used] >= 0x20 && bytes[used] < 0x7f) {
        line[used] = (char)bytes[used];
        used++;
    }
    line[used] = '\0';
    if (used == 0) {
        snprintf(line, NET_LINE_SIZE, "%zu bytes", size);
    }
}

void net_trace(struct vmm_connection *connection, const char *came)
{
    struct job *job = connection->job;
    char asked[NET_LINE_SIZE + 32];
    uint64_t now = clock_mono_us();
    if (connection->asked[0] == '\0') {
        snprintf(asked, sizeof(asked), "connect to port %u", connection->port);
    } else {
        snprintf(asked, sizeof(asked), "%s", connection->asked);
    }
    trace_add(&job->trace, asked, came, connection->asked_us - job->begin_us, now - job->begin_us);
    job_count_request(job, now - connection->asked_us);
    connection->asked[0] = '\0';
}

/* ---- The end ---- */

static void unlink_connection(struct vmm_connection *connection)
{
    struct vmm_connection **at = &connection->job->connections;
    while (*at != connection) {
        at = &(*at)->next;
    }
    *at = connection->next;
}

static void destroy(struct vmm_connection *connection)
{
    if (connection->gone != NULL) {
        *connection->gone = true;
    }
    if (connection->watched != 0) {
        event_del(&connection->io);
    }
    event_del(&connection->timer);
    resolve_cancel(connection->search);
    if (connection->fd >= 0) {
        close(connection->fd);
    }
    net_tls_destroy(connection->tls);
    buf_wipe(&connection->out);
    free(connection);
}

/* Tell the plugin that the connection has ended, and why. */
static void end(struct vmm_connection *connection, const struct http_verdict *verdict)
{
    if (connection->asked[0] != '\0' || connection->phase != PHASE_OPEN) {
        net_trace(connection, verdict->detail != NULL ? verdict->detail : "closed by the device");
    }
    struct vmm_net_end told = {.struct_size = sizeof(told),
                               .outcome = verdict->outcome,
                               .rung = verdict->rung,
                               .reason = verdict->reason,
                               .detail = verdict->detail};
    unlink_connection(connection);
    connection->events.closed(connection->arg, &told);
    destroy(connection);
}

void net_end_with(struct vmm_connection *connection, uint32_t outcome, uint32_t rung,
                  uint32_t reason, const char *detail)
{
    struct http_verdict verdict = {
        .outcome = outcome, .rung = rung, .reason = reason, .detail = detail};
    end(connection, &verdict);
}

void net_end_by_errno(struct vmm_connection *connection, int error)
{
    struct http_verdict verdict = http_outcome_connect(error);
    end(connection, &verdict);
}

/* ---- Time ---- */

void net_set_timer(struct vmm_connection *connection, uint64_t delay_us)
{
    struct timeval delay = clock_span(delay_us);
    evtimer_add(&connection->timer, &delay);
}

static void on_idle(struct vmm_connection *connection)
{
    uint64_t quiet = clock_mono_us() - connection->last_us;
    if (quiet < connection->idle_us) {
        net_set_timer(connection, connection->idle_us - quiet);
        return;
    }
    net_end_with(connection, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT,
                 "no answer within the time");
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct vmm_connection *connection = arg;
    if (connection->failed_errno != 0) {
        net_end_by_errno(connection, connection->failed_errno);
    } else if (connection->phase == PHASE_RESOLVING) {
        net_end_with(connection, VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER,
                     "the resolver did not answer");
    } else if (connection->phase == PHASE_CONNECTING) {
        net_end_by_errno(connection, ETIMEDOUT);
    } else if (connection->phase == PHASE_SECURING) {
        net_end_with(connection, VMM_OUTCOME_TIMEOUT, VMM_RUNG_TLS, VMM_REASON_TIMEOUT,
                     "TLS handshake timed out");
    } else {
        on_idle(connection);
    }
}

/* ---- The connect ---- */

/* 0, or the errno of what failed. */
static int connect_to(struct vmm_connection *connection, const struct resolve_address *address)
{
    int error = net_socket_connect(address, connection->job->order.source, &connection->fd);
    if (connection->fd >= 0) {
        connection->job->opened++;
        connection->phase = PHASE_CONNECTING;
    }
    if (error == 0) {
        net_watch(connection, EV_WRITE);
    }
    return error;
}

static void on_found(void *arg, const struct resolve_address *address)
{
    struct vmm_connection *connection = arg;
    connection->search = NULL;
    if (address->size == 0) {
        net_end_with(connection, VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER,
                     "the name has no address");
        return;
    }
    int error = connect_to(connection, address);
    if (error != 0) {
        net_end_by_errno(connection, error);
    }
}

/* Begin; what fails at once is told from the loop, never from inside open(). */
static int begin(struct vmm_connection *connection)
{
    struct job *job = connection->job;
    struct resolve_address address;
    if (resolve_literal(job->order.host, connection->port, &address) != 0) {
        return resolve_start(job_setup(job)->work, job->order.host, connection->port, on_found,
                             connection, &connection->search);
    }
    connection->failed_errno = connect_to(connection, &address);
    if (connection->failed_errno != 0) {
        event_active(&connection->timer, EV_TIMEOUT, 0);
    }
    return 0;
}

static struct vmm_connection *create(struct job *job, uint32_t port, uint32_t idle_ms)
{
    struct vmm_connection *connection = calloc(1, sizeof(*connection));
    if (connection == NULL) {
        return NULL;
    }
    connection->job = job;
    connection->fd = -1;
    connection->port = (uint16_t)(port != 0 ? port : job->order.port);
    connection->asked_us = clock_mono_us();
    connection->idle_us = idle_ms > 0 ? idle_ms * CLOCK_MS : job->order.deadline_ms * CLOCK_MS;
    evtimer_assign(&connection->timer, job_setup(job)->base, on_timer, connection);
    return connection;
}

static int check_open(const struct job *job, uint32_t port, uint32_t flags,
                      const struct vmm_net_events *events)
{
    if (events == NULL || port > UINT16_MAX || (port == 0 && job->order.port == 0)) {
        return VMM_E_INVAL;
    }
    if ((flags & ~VMM_NET_QUIET) != 0) {
        return VMM_E_NOTSUP;
    }
    if (job->phase != JOB_RUNNING) {
        return VMM_E_STATE;
    }
    return job_may_connect(job) ? 0 : VMM_E_DENIED;
}

static int net_open(struct vmm_job *handle, uint32_t port, uint32_t flags, uint32_t connect_ms,
                    uint32_t idle_ms, const struct vmm_net_events *events, void *arg,
                    struct vmm_connection **out)
{
    struct job *job = job_of(handle);
    int rc = job != NULL ? check_open(job, port, flags, events) : VMM_E_STATE;
    struct vmm_connection *connection = rc == 0 ? create(job, port, idle_ms) : NULL;
    if (connection == NULL) {
        return rc != 0 ? rc : VMM_E_NOMEM;
    }
    sized_copy(&connection->events, sizeof(connection->events), events);
    connection->arg = arg;
    connection->is_quiet = (flags & VMM_NET_QUIET) != 0;
    if (connection->events.connected == NULL || connection->events.received == NULL ||
        connection->events.closed == NULL) {
        destroy(connection);
        return VMM_E_INVAL;
    }
    http_close_kept(job);
    uint64_t left = job_left_us(job);
    uint64_t wait = (connect_ms > 0 ? connect_ms : job->order.connect_ms) * CLOCK_MS;
    net_set_timer(connection, wait > 0 && wait < left ? wait : left);
    rc = begin(connection);
    if (rc != 0) {
        destroy(connection);
        return rc;
    }
    connection->next = job->connections;
    job->connections = connection;
    *out = connection;
    return 0;
}

/* ---- What the plugin calls ---- */

static int net_send(struct vmm_connection *connection, const void *bytes, size_t size)
{
    if (size > QUEUE_MAX || connection->out.size + size > QUEUE_MAX) {
        return VMM_E_TOOBIG;
    }
    if (size == 0) {
        return 0;
    }
    bool was_empty = connection->out.size == 0;
    buf_add(&connection->out, bytes, size);
    if (buf_failed(&connection->out)) {
        connection->out.failed = false;
        return VMM_E_NOMEM;
    }
    capture_bytes(connection->job, CAPTURE_SENT, bytes, size);
    if (connection->asked[0] == '\0') {
        net_first_line(connection, bytes, size, connection->asked);
        if (connection->has_asked) {
            connection->asked_us = clock_mono_us();
        }
        connection->has_asked = true;
    }
    /* Written from the loop: a failure is told by closed(), which must not come from inside
     * send(). */
    if (connection->phase == PHASE_OPEN && was_empty) {
        net_watch(connection, EV_READ | EV_WRITE);
    }
    return 0;
}

static int net_start_tls(struct vmm_connection *connection, const struct vmm_http_tls *wanted)
{
    struct job *job = connection->job;
    if (connection->phase != PHASE_OPEN || connection->tls != NULL || connection->out.size > 0) {
        return VMM_E_STATE;
    }
    int rc = net_tls_create(job, connection->port, wanted, connection->fd, &connection->tls);
    if (rc != 0) {
        return rc;
    }
    uint64_t left = job_left_us(job);
    uint64_t wait = job->order.connect_ms * CLOCK_MS;
    connection->phase = PHASE_SECURING;
    event_del(&connection->timer);
    net_set_timer(connection, wait > 0 && wait < left ? wait : left);
    net_watch(connection, EV_READ | EV_WRITE); /* it begins from the loop */
    return 0;
}

static void net_close(struct vmm_connection *connection)
{
    if (connection != NULL) {
        if (connection->asked[0] != '\0') {
            net_trace(connection, "not waited for");
        }
        net_put_rest(connection);
        unlink_connection(connection);
        destroy(connection);
    }
}

static int net_authority(struct vmm_job *handle, uint32_t port, char *out, size_t out_size)
{
    const struct job *job = job_of(handle);
    if (job == NULL || job->phase != JOB_RUNNING) {
        return VMM_E_STATE;
    }
    uint32_t used = port != 0 ? port : job->order.port;
    if (used == 0 || used > UINT16_MAX) {
        return VMM_E_INVAL;
    }
    bool bare_v6 = strchr(job->order.host, ':') != NULL && job->order.host[0] != '[';
    int size = snprintf(out, out_size, bare_v6 ? "[%s]:%u" : "%s:%u", job->order.host, used);
    return size >= 0 && (size_t)size < out_size ? 0 : VMM_E_TOOBIG;
}

const struct vmm_net_host net_host = {.struct_size = sizeof(struct vmm_net_host),
                                      .open = net_open,
                                      .send = net_send,
                                      .close = net_close,
                                      .authority = net_authority,
                                      .start_tls = net_start_tls};

/* ---- The end of a job ---- */

uint32_t net_count(const struct job *job)
{
    uint32_t count = 0;
    for (const struct vmm_connection *at = job->connections; at != NULL; at = at->next) {
        count++;
    }
    return count;
}

void net_cancel(struct job *job)
{
    uint32_t serial = job->serial;
    while (job_lives(job, serial) && job->connections != NULL) {
        net_end_with(job->connections, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, VMM_REASON_NONE,
                     "cancelled");
    }
}

void net_drop(struct job *job)
{
    while (job->connections != NULL) {
        struct vmm_connection *connection = job->connections;
        job->connections = connection->next;
        destroy(connection);
    }
}
