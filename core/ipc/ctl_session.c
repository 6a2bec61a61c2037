/* SPDX-License-Identifier: MIT */
#include "ipc/ctl_session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "ipc/ctl_page.h"
#include "ipc/ctl_request.h"

#define KEEP_MEMORY                                                                                \
    (128u << 10) /* an output buffer larger than this is given back when it is empty */

struct ctl_session {
    struct ctl_session_owner owner;
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
    struct ctl_session *session; /* NULL: its client has gone */
    ctl_next_fn next;
    ctl_gone_fn gone;
    void *arg;
    bool asked; /* `next` was called and has not been answered yet */
};

/* ---- the connection ---- */

static void release(struct ctl_session *session)
{
    if (session->readable != NULL) {
        event_free(session->readable);
    }
    if (session->writable != NULL) {
        event_free(session->writable);
    }
    close(session->fd);
    ctl_lines_drop(&session->lines, session->lines.size);
    buf_wipe(&session->out);
    free(session);
}

void ctl_session_drop(struct ctl_session *session)
{
    struct ctl_call *call = session->call;
    session->owner.on_end(session->owner.owner, session);
    release(session);
    if (call != NULL) {
        call->session = NULL;
        if (call->gone != NULL) {
            call->gone(call->arg, call);
        }
    }
}

/* Let the next turn of the loop go on with this client. */
static void wake(struct ctl_session *session)
{
    if (session->broken) {
        event_active(session->writable, EV_WRITE, 0);
    } else {
        event_add(session->writable, NULL);
    }
}

/* Where an answer is put. The time in which the client has to read begins with the first byte. */
static struct buf *output_of(struct ctl_session *session)
{
    if (session->out.size == 0) {
        session->progress_us = clock_mono_us();
    }
    return &session->out;
}

/* Something was put into the output, or should have been. */
static void after_output(struct ctl_session *session, int rc)
{
    if (rc == VMM_E_NOMEM || session->out.size > CTL_QUEUE_MAX) {
        log_warn("ctl", "pid %d: %s; dropped", (int)session->peer.pid,
                 rc == VMM_E_NOMEM ? "no memory for its answer" : "it does not read its answer");
        session->broken = true;
    }
    wake(session);
}

static void refuse_line(struct ctl_session *session, const char *why)
{
    session->closing = true;
    event_del(session->readable);
    after_output(session, ctl_page_error(output_of(session), CTL_BAD_REQUEST, why, NULL));
}

static void begin_call(struct ctl_session *session, const struct ctl_request *request)
{
    struct ctl_call *call = calloc(1, sizeof(*call));
    if (call == NULL) {
        refuse_line(session, "no memory for the request");
        return;
    }
    call->session = session;
    session->call = call;
    session->owner.on_request(session->owner.arg, call, request->verb, request->args,
                              &session->peer);
}

/* Take the next request, if one is there and the one before has been answered. */
static void take_request(struct ctl_session *session)
{
    if (session->call != NULL || session->out.size > 0 || session->closing) {
        return;
    }
    size_t size = ctl_lines_first(&session->lines);
    if (size == 0) {
        if (session->lines.size == CTL_LINE_MAX) {
            refuse_line(session, "a request is at most 64 KiB");
        } else if (session->no_more) {
            session->closing = true;
            wake(session);
        }
        return;
    }
    struct ctl_request request;
    const char *wrong = ctl_request_parse(&request, session->lines.bytes, size);
    ctl_lines_drop(&session->lines, size);
    if (!session->no_more) {
        event_add(session->readable, NULL);
    }
    if (wrong != NULL) {
        refuse_line(session, wrong);
    } else {
        begin_call(session, &request);
    }
    ctl_request_finish(&request);
}

/* The sending side alone is shut by a client that waits for its answer; a closed one hangs up. */
static bool has_hung_up(const struct ctl_session *session)
{
    struct pollfd state = {.fd = session->fd};
    return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

static void on_end_of_input(struct ctl_session *session)
{
    session->no_more = true;
    event_del(session->readable);
    if (has_hung_up(session)) {
        ctl_session_drop(session);
    } else {
        take_request(session);
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct ctl_session *session = arg;
    size_t room = 0;
    char *at = ctl_lines_room(&session->lines, &room);
    if (room == 0) {
        /* The client has sent ahead as much as is kept: it waits until its turn. */
        event_del(session->readable);
        return;
    }
    ssize_t got = recv(fd, at, room, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got < 0) {
        ctl_session_drop(session);
        return;
    }
    if (got == 0) {
        on_end_of_input(session);
        return;
    }
    if (session->out.size == 0) {
        session->progress_us = clock_mono_us();
    }
    ctl_lines_grow(&session->lines, (size_t)got);
    take_request(session);
}

/* Returns false when the client is gone. */
static bool flush(struct ctl_session *session)
{
    while (session->out.size > 0) {
        ssize_t sent =
            send(session->fd, session->out.data, session->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return errno == EAGAIN;
        }
        buf_consume(&session->out, (size_t)sent);
        session->progress_us = clock_mono_us();
    }
    if (session->out.capacity > KEEP_MEMORY) {
        buf_finish(&session->out);
    }
    return true;
}

static void ask_source(struct ctl_session *session)
{
    struct ctl_call *call = session->call;
    if (call->next != NULL && !call->asked) {
        call->asked = true;
        call->next(call->arg, call);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct ctl_session *session = arg;
    if (session->broken || !flush(session)) {
        ctl_session_drop(session);
        return;
    }
    if (session->out.size > 0) {
        event_add(session->writable, NULL);
    } else if (session->call != NULL) {
        ask_source(session);
    } else if (session->closing) {
        ctl_session_drop(session);
    } else {
        take_request(session);
    }
}

/* ---- what the server asks ---- */

/* True when the client keeps the server waiting: it does not read, or has left a line unfinished.
 */
static bool is_owing(const struct ctl_session *session)
{
    return session->out.size > 0 || (session->call == NULL && session->lines.size > 0);
}

bool ctl_session_is_idle(const struct ctl_session *session)
{
    return session->call == NULL && !is_owing(session);
}

bool ctl_session_is_lost(const struct ctl_session *session, uint64_t now_us, uint64_t stall_us)
{
    return (is_owing(session) && now_us - session->progress_us >= stall_us) ||
           (session->no_more && has_hung_up(session));
}

uint64_t ctl_session_progress_us(const struct ctl_session *session)
{
    return session->progress_us;
}

pid_t ctl_session_pid(const struct ctl_session *session)
{
    return session->peer.pid;
}

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

struct ctl_session *ctl_session_create(struct event_base *base, int fd, uint64_t number,
                                       const struct ctl_session_owner *owner)
{
    struct ctl_session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        close(fd);
        return NULL;
    }
    session->owner = *owner;
    session->fd = fd;
    session->progress_us = clock_mono_us();
    session->peer.connection = number;
    read_peer(fd, &session->peer);
    session->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, session);
    session->writable = event_new(base, fd, EV_WRITE, on_writable, session);
    if (session->readable == NULL || session->writable == NULL ||
        event_add(session->readable, NULL) != 0) {
        release(session);
        return NULL;
    }
    return session;
}

/* ---- answers ---- */

int ctl_rows(struct ctl_call *call, json_t *rows)
{
    struct ctl_session *session = call->session;
    int rc = VMM_E_STATE;
    if (!json_is_array(rows)) {
        rc = VMM_E_INVAL;
    } else if (session != NULL) {
        call->asked = false;
        rc = ctl_page_rows(output_of(session), rows);
        after_output(session, rc);
    }
    json_decref(rows);
    return rc;
}

void ctl_set_source(struct ctl_call *call, ctl_next_fn next, ctl_gone_fn gone, void *arg)
{
    call->next = next;
    call->gone = gone;
    call->arg = arg;
    if (call->session != NULL) {
        wake(call->session);
    }
}

/* The call is over; its client, if still there, may send the next. */
static void end_call(struct ctl_call *call, int rc)
{
    if (call->session != NULL) {
        call->session->call = NULL;
        after_output(call->session, rc);
    }
    free(call);
}

void ctl_done(struct ctl_call *call, json_t *result)
{
    int rc = 0;
    if (call->session != NULL) {
        struct buf *out = output_of(call->session);
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
    if (call->session != NULL) {
        rc = ctl_page_error(output_of(call->session), code, message, remedy);
    }
    end_call(call, rc);
}

bool ctl_cancelled(const struct ctl_call *call)
{
    return call->session == NULL;
}
