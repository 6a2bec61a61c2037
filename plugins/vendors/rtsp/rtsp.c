/* SPDX-License-Identifier: MIT */
/*
 * RTSP: one connection, OPTIONS, DESCRIBE, and gone. What is said on it is decided by
 * <kit/rtsp/rtsp_session.h>, what it means by rtsp_verdict.c; here is what lies between them and the
 * host: the connection, the credential, the time.
 *
 *   probe() ─▶ open ─▶ connected ─▶ drive ◀─▶ received … ─▶ look_conclude() ─▶ finish()
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/auth.h>
#include <kit/identify.h>
#include <vmm/net.h>

#include "rtsp_options.h"
#include "rtsp_verdict.h"

#define USER_AGENT    "vmm"
#define DEFAULT_PORT  554u
#define AUTHORITY_MAX 280u /* a name of 255 bytes, a port, brackets */
#define MARGIN_MS     250u /* a look ends in its own words before the core takes it back */

struct rtsp_plugin {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    struct rtsp_look *looks; /* those under way */
};

/* What the last request carried. */
enum login { LOGIN_NONE, LOGIN_REMEMBERED, LOGIN_ANSWER };

struct rtsp_look {
    struct rtsp_plugin *plugin;
    struct rtsp_look *next;
    struct rtsp_look **link; /* what points here */
    struct vmm_observer to;
    struct vmm_connection *connection; /* NULL: none */
    struct vmm_timer *timer;           /* NULL: none */
    bool connecting;
    enum login login;
    uint32_t port; /* as open() takes it */
    struct rtsp_options options;
    struct rtsp_context context;
    char authority[AUTHORITY_MAX];
    struct vmm_rtsp_session session;
};

static const struct vmm_net_events look_events;

/* ---- The end of a look ---- */

static void look_release(struct rtsp_look *look)
{
    struct rtsp_plugin *plugin = look->plugin;
    if (look->connection != NULL) {
        plugin->net->close(look->connection);
    }
    if (look->timer != NULL) {
        plugin->host->timer_cancel(plugin->host->context, look->timer);
    }
    *look->link = look->next;
    if (look->next != NULL) {
        look->next->link = look->link;
    }
    vmm_rtsp_session_finish(&look->session);
    free(look);
}

static void look_end(struct rtsp_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                     const char *detail)
{
    const struct vmm_observer to = look->to;
    look_release(look);
    to.probe->finish(to.job, outcome, rung, reason, detail);
}

static void look_fail(struct rtsp_look *look, const char *what, int error)
{
    char detail[RTSP_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%s (%d)", what, error);
    look_end(look, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, detail);
}

static void look_conclude(struct rtsp_look *look)
{
    const struct vmm_rtsp_result *result = &look->session.result;
    struct rtsp_verdict verdict;
    look->context.method = look->session.method;
    rtsp_verdict_of(result, &look->context, &verdict);
    if (look->context.scope == VMM_SCOPE_FULL) {
        rtsp_verdict_report(result, look->options.path, &look->to);
    }
    look_end(look, verdict.outcome, verdict.rung, verdict.reason,
             verdict.detail[0] == '\0' ? NULL : verdict.detail);
}

/* No connection. A device that has answered on an earlier one was reached all the same. */
static void look_unconnected(struct rtsp_look *look, const struct vmm_net_end *end)
{
    bool met =
        look->session.result.stage >= VMM_RTSP_STAGE_OPTIONS && end->rung == VMM_RUNG_CONNECT;
    char detail[RTSP_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%s%s", end->detail != NULL ? end->detail : "no connection",
             met ? ", after an answer on another connection" : "");
    look_end(look, end->outcome, met ? VMM_RUNG_ANSWER : end->rung, end->reason, detail);
}

/* ---- The credential ---- */

static enum vmm_rtsp_action look_authorize(struct rtsp_look *look)
{
    struct vmm_rtsp_session *session = &look->session;
    char value[VMM_AUTH_HEADER_MAX];
    int rc = VMM_E_NOENT;
    if (look->context.scope == VMM_SCOPE_FULL) {
        rc = look->plugin->auth->authorize(look->to.job, session->challenges, session->method,
                                           session->uri, value, sizeof(value));
    }
    if (rc != 0) {
        look->login = LOGIN_NONE;
        return vmm_rtsp_session_authorized(session, rc, NULL);
    }
    look->login = session->challenges != NULL ? LOGIN_ANSWER : LOGIN_REMEMBERED;
    look->context.login_sent = true;
    enum vmm_rtsp_action action = vmm_rtsp_session_authorized(session, 0, value);
    explicit_bzero(value, sizeof(value));
    return action;
}

/* Statuses that a device gives only to a request it has let in. */
static bool is_let_in(int status)
{
    return (status >= 200 && status < 400) || status == 404 || status == 410;
}

/*
 * A request was answered. The answer to a challenge is proven by any status of one who was let in;
 * a remembered nonce, which the device may never have looked at, by a description alone.
 */
static void look_settle_login(struct rtsp_look *look, enum vmm_rtsp_action action)
{
    const struct vmm_rtsp_result *result = &look->session.result;
    bool over = action == VMM_RTSP_FINISHED;
    bool next = action == VMM_RTSP_AUTHORIZE && look->session.challenges == NULL;
    bool proven = (look->login == LOGIN_ANSWER && (over || next) && is_let_in(result->status)) ||
                  (look->login == LOGIN_REMEMBERED && over && result->kind == VMM_RTSP_OK);
    if (proven) {
        look->context.login_proven |= look->login == LOGIN_ANSWER;
        look->login = LOGIN_NONE;
        look->plugin->auth->accepted(look->to.job);
    }
}

/* ---- The connection ---- */

static int look_open(struct rtsp_look *look)
{
    if (look->connection != NULL) {
        look->plugin->net->close(look->connection);
        look->connection = NULL;
    }
    look->connecting = true;
    return look->plugin->net->open(look->to.job, look->port, 0, 0, look->options.answer_ms,
                                   &look_events, look, &look->connection);
}

static int look_send(struct rtsp_look *look)
{
    return look->plugin->net->send(look->connection, look->session.out, look->session.out_len);
}

/* Do what the session wants. The look may be gone when this returns. */
static void look_drive(struct rtsp_look *look, enum vmm_rtsp_action action)
{
    int rc = 0;
    for (; action == VMM_RTSP_AUTHORIZE; action = look_authorize(look)) {
        look_settle_login(look, action);
    }
    if (action == VMM_RTSP_SEND) {
        rc = look_send(look);
    } else if (action == VMM_RTSP_RECONNECT) {
        rc = look_open(look);
    } else if (action == VMM_RTSP_FINISHED) {
        look_settle_login(look, action);
        look_conclude(look);
    }
    if (rc != 0) {
        look_fail(look,
                  action == VMM_RTSP_SEND ? "the request could not be sent"
                                          : "the connection could not be opened",
                  rc);
    }
}

static void on_connected(void *arg)
{
    struct rtsp_look *look = arg;
    look->connecting = false;
    look_drive(look, vmm_rtsp_session_connected(&look->session));
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    struct rtsp_look *look = arg;
    look_drive(look, vmm_rtsp_session_bytes(&look->session, bytes, size));
}

/* A peer that resets has ended the connection too: what it sent before may be all there is. */
static void on_closed(void *arg, const struct vmm_net_end *end)
{
    struct rtsp_look *look = arg;
    look->connection = NULL;
    if (look->connecting) {
        look_unconnected(look, end);
    } else if (end->outcome == VMM_OUTCOME_OK || end->outcome == VMM_OUTCOME_UNREACHABLE) {
        look_drive(look, vmm_rtsp_session_eof(&look->session));
    } else if (end->outcome == VMM_OUTCOME_TIMEOUT) {
        look_drive(look, vmm_rtsp_session_timeout(&look->session));
    } else {
        look_end(look, end->outcome, end->rung, end->reason, end->detail);
    }
}

static const struct vmm_net_events look_events = {
    .struct_size = sizeof(look_events),
    .connected = on_connected,
    .received = on_received,
    .closed = on_closed,
};

/* The time of the look is over, though bytes may have dripped in all along. */
static void on_late(void *arg)
{
    static const struct vmm_net_end late = {.outcome = VMM_OUTCOME_TIMEOUT,
                                            .rung = VMM_RUNG_CONNECT,
                                            .detail = "no connection within the time"};
    struct rtsp_look *look = arg;
    look->timer = NULL;
    if (look->connecting) {
        look_unconnected(look, &late);
    } else {
        look_drive(look, vmm_rtsp_session_timeout(&look->session));
    }
}

/* ---- The begin of a look ---- */

static int look_find_authority(struct rtsp_look *look)
{
    const struct vmm_net_host *net = look->plugin->net;
    look->port = 0;
    int rc = net->authority(look->to.job, 0, look->authority, sizeof(look->authority));
    if (rc == VMM_E_INVAL) {
        look->port = DEFAULT_PORT;
        rc = net->authority(look->to.job, DEFAULT_PORT, look->authority, sizeof(look->authority));
    }
    return rc;
}

static int look_init_session(struct rtsp_look *look)
{
    const struct vmm_rtsp_options options = {
        .authority = look->authority,
        .path = look->options.path,
        .user_agent = USER_AGENT,
        .last_stage = look->context.scope == VMM_SCOPE_TRIAL ? VMM_RTSP_STAGE_OPTIONS
                                                             : VMM_RTSP_STAGE_DESCRIBE,
    };
    return vmm_rtsp_session_init(&look->session, &options);
}

static int look_start_timer(struct rtsp_look *look, uint32_t deadline_ms)
{
    const struct vmm_host *host = look->plugin->host;
    uint32_t ms = deadline_ms > 2 * MARGIN_MS ? deadline_ms - MARGIN_MS : deadline_ms / 2;
    return host->timer_start(host->context, ms * UINT64_C(1000), on_late, look, &look->timer);
}

static struct rtsp_look *look_create(struct rtsp_plugin *plugin, struct vmm_job *job,
                                     uint32_t scope)
{
    struct rtsp_look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return NULL;
    }
    look->plugin = plugin;
    look->to = (struct vmm_observer){.probe = plugin->probe, .job = job};
    look->context.scope = scope;
    look->next = plugin->looks;
    look->link = &plugin->looks;
    if (look->next != NULL) {
        look->next->link = &look->next;
    }
    plugin->looks = look;
    return look;
}

static void look_begin(struct rtsp_look *look, const struct vmm_look *given)
{
    const char *what = "the options could not be read";
    int rc = rtsp_options_read(&look->options, given->options);
    if (rc == 0) {
        what = "the device has no address that can be asked for";
        rc = look_find_authority(look);
    }
    if (rc == 0) {
        what = "the option path has to be a path without blanks, not a URL";
        rc = look_init_session(look);
    }
    if (rc == 0) {
        what = "no timer";
        rc = look_start_timer(look, given->deadline_ms);
    }
    if (rc == 0) {
        what = "the connection could not be opened";
        rc = look_open(look);
    }
    if (rc != 0) {
        look_fail(look, what, rc);
    }
}

/* ---- The plugin ---- */

static int rtsp_open(const struct vmm_host *host, void **self)
{
    struct rtsp_plugin found = {
        .host = host,
        .probe = host->extension(host->context, VMM_PROBE_HOST),
        .net = host->extension(host->context, VMM_NET_HOST),
        .auth = host->extension(host->context, VMM_AUTH_HOST),
    };
    if (found.probe == NULL || found.net == NULL || found.auth == NULL) {
        return VMM_E_NOTSUP;
    }
    struct rtsp_plugin *plugin = malloc(sizeof(*plugin));
    if (plugin == NULL) {
        return VMM_E_NOMEM;
    }
    *plugin = found;
    *self = plugin;
    return 0;
}

static void rtsp_close(void *self)
{
    free(self);
}

static int rtsp_probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    struct rtsp_look *look = look_create(self, job, given->scope);
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    look_begin(look, given);
    return 0;
}

static void rtsp_cancel(void *self, struct vmm_job *job)
{
    const struct rtsp_plugin *plugin = self;
    for (struct rtsp_look *look = plugin->looks; look != NULL; look = look->next) {
        if (look->to.job == job) {
            look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
            return;
        }
    }
}

static const struct vmm_probe_ops ops = {
    .struct_size = sizeof(ops),
    .open = rtsp_open,
    .close = rtsp_close,
    .probe = rtsp_probe,
    .cancel = rtsp_cancel,
};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "rtsp",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_RTSP_PROBE",
    .summary = "any RTSP camera or encoder, by OPTIONS and DESCRIBE",
    .licence = "MIT",
    .traits = VMM_TRAIT_SESSIONS,
    .generation = VMM_GENERATION_OVERLAP,
    .device_config = rtsp_options_items,
    .ops = &ops,
    .extensions = vmm_identify_extensions,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
