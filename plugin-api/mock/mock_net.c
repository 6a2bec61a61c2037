/* SPDX-License-Identifier: MIT */
/* Recorded connections. */
#include "mock/mock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX  (256u * 1024u) /* bytes that wait to be written */
#define IDLE_NEVER (3600u * 1000u)
#define CONNECT_MS 5000u /* unless the plugin wants another time */

#define PHASE_CONNECT 0u
#define PHASE_TALK    1u
#define PHASE_END     2u

static void fire_connection(struct vmm_mock *mock, struct mock_event *event);

/* ---- The script ---- */

void vmm_mock_connection(struct vmm_mock *mock, const struct vmm_mock_connection *connection)
{
    size_t count = mock->script_count + 1;
    struct vmm_mock_connection *grown = realloc(mock->scripts, count * sizeof(*grown));
    if (grown == NULL) {
        abort();
    }
    grown[count - 1] = *connection;
    mock->scripts = grown;
    mock->script_count = count;
}

static void schedule(struct vmm_connection *c, uint32_t phase, uint64_t delay_ms)
{
    struct vmm_mock *mock = c->job->mock;
    if (c->event.queued) {
        mock_event_remove(mock, &c->event);
    }
    c->phase = phase;
    mock_event_add(mock, &c->event, delay_ms * 1000);
}

static void schedule_end(struct vmm_connection *c, uint32_t outcome, uint64_t delay_ms)
{
    c->ending = outcome;
    schedule(c, PHASE_END, delay_ms);
}

static void wait_idle(struct vmm_connection *c)
{
    schedule_end(c, VMM_OUTCOME_TIMEOUT, c->idle_ms > 0 ? c->idle_ms : IDLE_NEVER);
}

/* Whether what was sent is what the exchange waits for; complains once it cannot be any more. */
static bool exchange_is_due(struct vmm_connection *c, const struct vmm_mock_exchange *x)
{
    if (x->expect == NULL) {
        return true;
    }
    size_t have = c->sent.size - c->seen;
    size_t want = strlen(x->expect);
    size_t common = have < want ? have : want;
    if (have == 0) {
        return false;
    }
    if (memcmp(c->sent.data + c->seen, x->expect, common) != 0) {
        mock_complain(c->job->mock, "sent \"%.60s\", expected was \"%.60s\"",
                      c->sent.data + c->seen, x->expect);
        schedule_end(c, VMM_OUTCOME_UNREACHABLE, 0);
        c->at = c->script.exchange_count;
        return false;
    }
    return have >= want;
}

/* Start the exchange that is due, or wait. */
static void carry_on(struct vmm_connection *c)
{
    if (c->is_played && c->at >= c->script.exchange_count && !c->is_mute) {
        mock_device_reply(c);
    }
    if (c->at >= c->script.exchange_count) {
        if (!c->event.queued) {
            wait_idle(c);
        }
        return;
    }
    const struct vmm_mock_exchange *x = &c->script.exchanges[c->at];
    if (exchange_is_due(c, x)) {
        c->seen = c->sent.size;
        c->replied = 0;
        schedule(c, PHASE_TALK, x->latency_ms == 0 ? 10 : x->latency_ms);
    } else if (!c->event.queued) {
        wait_idle(c);
    }
}

/* ---- Events ---- */

static void end_connection(struct vmm_connection *c)
{
    bool connecting = c->script.outcome != VMM_OUTCOME_OK;
    struct vmm_net_end end = {
        .struct_size = sizeof(end),
        .outcome = c->ending,
        .rung = !connecting           ? VMM_RUNG_ANSWER
                : c->script.rung == 0 ? VMM_RUNG_CONNECT
                                      : c->script.rung,
        .reason = connecting ? c->script.reason : 0,
        .detail = connecting ? c->script.detail : NULL,
    };
    c->open = false;
    mock_device_closed(c);
    c->events->closed(c->arg, &end);
}

/* After the whole reply: what the peer does then. */
static void after_reply(struct vmm_connection *c, const struct vmm_mock_exchange *x)
{
    c->at++;
    if (x->then == VMM_MOCK_CLOSE) {
        schedule_end(c, VMM_OUTCOME_OK, 0);
    } else if (x->then == VMM_MOCK_RESET) {
        schedule_end(c, VMM_OUTCOME_UNREACHABLE, 0);
    } else if (x->then == VMM_MOCK_MUTE) {
        c->at = c->script.exchange_count;
        c->is_mute = true;
        wait_idle(c);
    } else {
        carry_on(c);
    }
}

static void talk(struct vmm_connection *c)
{
    const struct vmm_mock_exchange *x = &c->script.exchanges[c->at];
    size_t size = x->reply == NULL ? 0 : x->reply_size > 0 ? x->reply_size : strlen(x->reply);
    size_t left = size - c->replied;
    size_t piece = x->split > 0 && x->split < left ? x->split : left;
    /* A device that is played may say the next thing with the same memory. */
    uint8_t *bytes = mock_copy(size > 0 ? (const char *)x->reply + c->replied : NULL, piece);
    c->replied += piece;
    if (c->replied < size) {
        schedule(c, PHASE_TALK, 0);
    } else {
        after_reply(c, x);
    }
    if (piece > 0) {
        c->events->received(c->arg, bytes, piece);
    }
    free(bytes);
}

/* These bytes go out: the device sees them, and what it was waited for may come. */
static void put_out(struct vmm_connection *c, const void *bytes, size_t size)
{
    struct vmm_mock *mock = c->job->mock;
    bool talking = c->event.queued && c->phase != PHASE_END;
    bool idling = c->event.queued && c->phase == PHASE_END && c->ending == VMM_OUTCOME_TIMEOUT;
    mock_text_add(&c->sent, bytes, size);
    if (c->is_played) {
        mock->device.sent(mock->device.arg, c->place, bytes, size);
    }
    if (idling) {
        mock_event_remove(mock, &c->event);
    }
    if (!talking && (idling || !c->event.queued)) {
        carry_on(c);
    }
}

static void put_held(struct vmm_connection *c)
{
    struct mock_text held = c->held;
    c->held = (struct mock_text){0};
    if (held.size > 0) {
        put_out(c, held.data, held.size);
    }
    free(held.data);
}

/* The connection stands, in clear or, later, encrypted. What was queued until now goes out behind the call. */
static void tell_connected(struct vmm_connection *c)
{
    c->stands = true;
    carry_on(c);
    c->events->connected(c->arg);
    if (c->open && c->stands) {
        put_held(c);
        c->waiting = 0;
    }
}

static void fire_connection(struct vmm_mock *mock, struct mock_event *event)
{
    struct vmm_connection *c = (struct vmm_connection *)event;
    (void)mock;
    if (c->phase == PHASE_CONNECT) {
        tell_connected(c);
        return;
    }
    c->waiting = c->held.size;
    if (c->phase == PHASE_END) {
        end_connection(c);
    } else {
        talk(c);
    }
}

/* ---- The table of connections ---- */

/* What becomes of a new connection: what is expected, else what the device that is played says. */
static void take_script(struct vmm_connection *c, uint32_t port)
{
    struct vmm_mock *mock = c->job->mock;
    c->place = (uint32_t)mock->connection_count;
    if (c->place < mock->script_count) {
        c->script = mock->scripts[c->place];
    } else if (mock->device.open != NULL) {
        mock_device_open(c, port);
    } else {
        mock_complain(mock, "unexpected connection");
        c->script = (struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE};
    }
}

static int net_open(struct vmm_job *job, uint32_t port, uint32_t flags, uint32_t connect_ms,
                    uint32_t idle_ms, const struct vmm_net_events *events, void *arg,
                    struct vmm_connection **out)
{
    struct vmm_mock *mock = job->mock;
    if (job->result.finished || job->taken_back) {
        mock_complain(mock, "open() after %s", job->taken_back ? "cancel()" : "finish()");
        return VMM_E_STATE;
    }
    if ((flags & ~VMM_NET_QUIET) != 0) {
        mock_complain(mock, "open() with flags %u", flags);
        return VMM_E_NOTSUP;
    }
    if (port == 0 && job->port == 0) {
        return VMM_E_INVAL;
    }
    if (mock_net_count(job) + (mock_http_is_open(job) ? 1 : 0) >= job->allowed) {
        return VMM_E_DENIED;
    }
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    struct vmm_connection *c = mock_alloc(sizeof(*c));
    *c = (struct vmm_connection){.event.fire = fire_connection,
                                 .next = mock->connections,
                                 .job = job,
                                 .events = events,
                                 .arg = arg,
                                 .idle_ms = idle_ms,
                                 .open = true};
    take_script(c, port);
    mock_text_add(&c->sent, "", 0);
    mock->connections = c;
    mock->connection_count++;
    job->result.connections++;
    job->kept = false;
    if (c->script.port != 0 && c->script.port != port) {
        mock_complain(mock, "a connection to port %u, expected was %u", port, c->script.port);
    }
    if (c->script.outcome == VMM_OUTCOME_OK) {
        schedule(c, PHASE_CONNECT, 1);
    } else if (c->script.outcome == VMM_OUTCOME_TIMEOUT) {
        schedule_end(c, VMM_OUTCOME_TIMEOUT, connect_ms > 0 ? connect_ms : CONNECT_MS);
    } else {
        schedule_end(c, c->script.outcome, 1);
    }
    *out = c;
    return 0;
}

static int net_send(struct vmm_connection *c, const void *bytes, size_t size)
{
    struct vmm_mock *mock = c->job->mock;
    if (!c->open) {
        mock_complain(mock, "send() on a connection that is gone");
        return VMM_E_STATE;
    }
    if (size > QUEUE_MAX || c->waiting + size > QUEUE_MAX) {
        return VMM_E_TOOBIG;
    }
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    c->waiting += size;
    if (!c->stands || c->held.size > 0) {
        mock_text_add(&c->held, bytes, size);
    } else {
        put_out(c, bytes, size);
    }
    return 0;
}

/* The channel stands after 1 ms, unless the script says that it does not. */
static int net_start_tls(struct vmm_connection *c, const struct vmm_http_tls *wanted)
{
    struct vmm_mock *mock = c->job->mock;
    (void)wanted;
    if (!c->open) {
        mock_complain(mock, "start_tls() on a connection that is gone");
        return VMM_E_STATE;
    }
    if (c->secured) {
        mock_complain(mock, "start_tls() on a connection that is encrypted already");
        return VMM_E_STATE;
    }
    if (!c->stands || c->waiting > 0) {
        return VMM_E_STATE;
    }
    int rc = mock_call(mock);
    if (rc != 0 || c->script.tls_refusal != 0) {
        return rc != 0 ? rc : c->script.tls_refusal;
    }
    c->secured = true;
    c->stands = false;
    mock->secured++;
    if (c->script.tls_fails) {
        c->script.outcome = VMM_OUTCOME_BAD_REPLY;
        c->script.rung = VMM_RUNG_TLS;
        c->script.reason = VMM_REASON_TLS;
        schedule_end(c, VMM_OUTCOME_BAD_REPLY, 1);
    } else if (c->script.tls_hangs) {
        c->script.outcome = VMM_OUTCOME_TIMEOUT;
        c->script.rung = VMM_RUNG_TLS;
        schedule_end(c, VMM_OUTCOME_TIMEOUT, CONNECT_MS);
    } else {
        schedule(c, PHASE_CONNECT, 1);
    }
    return 0;
}

uint32_t vmm_mock_secured(const struct vmm_mock *mock)
{
    return mock->secured;
}

static void net_close(struct vmm_connection *c)
{
    if (!c->open) {
        mock_complain(c->job->mock, "close() of a connection that is gone");
        return;
    }
    if (c->stands) {
        put_held(c);
    }
    c->open = false;
    mock_device_closed(c);
    if (c->event.queued) {
        mock_event_remove(c->job->mock, &c->event);
    }
}

static int net_authority(struct vmm_job *job, uint32_t port, char *out, size_t out_size)
{
    uint32_t used = port != 0 ? port : job->port;
    if (job->result.finished || job->taken_back) {
        mock_complain(job->mock, "authority() after %s", job->taken_back ? "cancel()" : "finish()");
        return VMM_E_STATE;
    }
    if (used == 0) {
        return VMM_E_INVAL;
    }
    int size = snprintf(out, out_size, "%s:%u", VMM_MOCK_ADDRESS, used);
    return size >= 0 && (size_t)size < out_size ? 0 : VMM_E_TOOBIG;
}

const struct vmm_net_host mock_net_host = {
    .struct_size = sizeof(struct vmm_net_host),
    .open = net_open,
    .send = net_send,
    .close = net_close,
    .authority = net_authority,
    .start_tls = net_start_tls,
};

uint32_t mock_net_count(const struct vmm_job *job)
{
    uint32_t count = 0;
    for (const struct vmm_connection *c = job->mock->connections; c != NULL; c = c->next) {
        count += c->job == job && c->open ? 1 : 0;
    }
    return count;
}

void mock_net_stop(struct vmm_job *job, bool told)
{
    for (struct vmm_connection *c = job->mock->connections; c != NULL; c = c->next) {
        if (c->job != job || !c->open) {
            continue;
        }
        if (told) {
            schedule_end(c, VMM_OUTCOME_CANCELLED, 0);
        } else {
            net_close(c);
        }
    }
}

const char *vmm_mock_sent(const struct vmm_mock *mock, size_t place, size_t *size)
{
    size_t at = mock->connection_count;
    for (const struct vmm_connection *c = mock->connections; c != NULL; c = c->next) {
        at--;
        if (at == place) {
            *size = c->sent.size;
            return c->sent.data;
        }
    }
    return NULL;
}

void mock_net_release(struct vmm_mock *mock)
{
    for (struct vmm_connection *c = mock->connections; c != NULL;) {
        struct vmm_connection *next = c->next;
        free(c->sent.data);
        free(c->held.data);
        free(c);
        c = next;
    }
    free(mock->scripts);
}
