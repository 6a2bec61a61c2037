/* SPDX-License-Identifier: MIT */
/*
 * XM (Xiongmai) and the many brands built on it, by DVRIP: one connection, a login, one question after another, and gone.
 *
 *   probe() ─▶ open ─▶ connected ─▶ ask ─▶ received ─▶ take ─▶ ask … ─▶ conclude ─▶ finish()
 *
 * A session lives with its connection, so that closing it is the logout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kit/datetime.h>
#include <vmm/net.h>

#include "xm_frame.h"
#include "xm_plan.h"

#define DEFAULT_PORT 34567u
#define BODY_MAX     1024u
#define DETAIL_MAX   160u
#define IDLE_MS      8000u /* longest silence of the device */
#define MARGIN_MS    250u  /* a look ends in its own words before the core takes it back */

#define RET_AUTH_FIRST 203 /* 203 wrong password, 204 illegal user, 205 locked, 206 black-listed */
#define RET_BAD_USER   106
#define RET_LOCKED     205
#define RET_BLACK      206

struct xm_plugin {
    const struct vmm_host *host;
    const struct vmm_probe_host *probe;
    const struct vmm_net_host *net;
    const struct vmm_auth_host *auth;
    struct xm_look *looks; /* those under way */
};

struct xm_look {
    struct xm_plugin *plugin;
    struct xm_look *next;
    struct xm_look **link;             /* what points here */
    struct vmm_connection *connection; /* NULL: none */
    struct vmm_timer *timer;           /* NULL: none */
    bool connected;
    bool trial;
    bool barred;     /* no login is allowed now: only the first question is asked */
    enum xm_ask ask; /* under way */
    uint32_t sequence;
    int64_t sent_us;  /* when, by the wall clock */
    uint32_t missing; /* questions without a usable answer */
    char what[32];    /* the first of them */
    int64_t newest_s; /* end of the newest footage, by the device's clock; 0: none */
    struct xm_span span;
    struct xm_device device;
    struct xm_reader reader;
};

static const struct vmm_net_events look_events;

/* ---- The end of a look ---- */

static void look_release(struct xm_look *look)
{
    struct xm_plugin *plugin = look->plugin;
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
    xm_reader_finish(&look->reader);
    free(look);
}

static void look_end(struct xm_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
                     const char *detail)
{
    const struct vmm_observer to = look->device.to;
    look_release(look);
    to.probe->finish(to.job, outcome, rung, reason, detail);
}

static void look_fail(struct xm_look *look, const char *what, int error)
{
    char detail[DETAIL_MAX];
    snprintf(detail, sizeof(detail), "%s (%d)", what, error);
    look_end(look, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, detail);
}

/* Everything was asked. */
static void look_conclude(struct xm_look *look)
{
    uint8_t note[XM_NOTE_SIZE];
    char detail[DETAIL_MAX];
    xm_plan_keep(&look->device, look->span.end[0] != '\0' ? &look->span : NULL);
    xm_note_write(&look->device.note, note);
    look->plugin->probe->note(look->device.to.job, note, sizeof(note));
    if (look->missing == 0) {
        look_end(look, VMM_OUTCOME_OK, VMM_RUNG_CLOCK, 0, NULL);
        return;
    }
    snprintf(detail, sizeof(detail), "%s: no usable answer%s", look->what,
             look->missing > 1 ? ", nor to others" : "");
    look_end(look, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
}

static void look_miss(struct xm_look *look)
{
    if (look->missing == 0) {
        snprintf(look->what, sizeof(look->what), "%s", xm_ask_word(look->ask));
    }
    look->missing++;
}

/* ---- Asking ---- */

static int send_body(struct xm_look *look, const char *body)
{
    static const char end[2] = {'\n', '\0'};
    uint8_t frame[XM_HEAD_SIZE + BODY_MAX + sizeof(end)];
    size_t length = strlen(body);
    xm_head_write(frame, look->device.session, look->sequence, xm_ask_id(look->ask),
                  (uint32_t)(length + sizeof(end)));
    memcpy(frame + XM_HEAD_SIZE, body, length);
    memcpy(frame + XM_HEAD_SIZE + length, end, sizeof(end));
    look->sequence++;
    look->sent_us = look->plugin->host->wall_us(look->plugin->host->context);
    int rc = look->plugin->net->send(look->connection, frame, XM_HEAD_SIZE + length + sizeof(end));
    explicit_bzero(frame, sizeof(frame));
    return rc;
}

/* The login's words are filled in by the host. Returns 0 or VMM_E_*. */
static int send_ask(struct xm_look *look)
{
    char body[BODY_MAX];
    char filled[BODY_MAX];
    int rc = xm_ask_body(look->ask, look->device.session, &look->span, body, sizeof(body));
    if (rc > 0 && look->ask == XM_ASK_LOGIN) {
        rc = look->plugin->auth->fill(look->device.to.job, body, 1, filled, sizeof(filled));
        rc = rc == 0 ? send_body(look, filled) : rc;
        explicit_bzero(filled, sizeof(filled));
    } else if (rc > 0) {
        rc = send_body(look, body);
    }
    return rc;
}

/* The look may be gone when this returns. */
static void look_ask(struct xm_look *look, enum xm_ask ask)
{
    look->ask = ask;
    if (ask == XM_ASK_COUNT) {
        look_conclude(look);
        return;
    }
    int rc = send_ask(look);
    if (rc == VMM_E_AUTH && ask == XM_ASK_LOGIN) {
        look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING,
                 "there is no credential for a login");
    } else if (rc == VMM_E_DENIED && ask == XM_ASK_LOGIN) {
        look->barred = true; /* that it answers can be told all the same */
        look_ask(look, XM_ASK_ALIVE);
    } else if (rc != 0) {
        look_fail(look, "the question could not be sent", rc);
    }
}

/* ---- Taking ---- */

static void take_refusal(struct xm_look *look, int64_t ret)
{
    char detail[DETAIL_MAX];
    bool locked = ret == RET_LOCKED || ret == RET_BLACK;
    snprintf(detail, sizeof(detail), "the login was answered with code %d", (int)ret);
    if (ret != RET_BAD_USER && (ret < RET_AUTH_FIRST || ret > RET_BLACK)) {
        look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_AUTHENTICATE, 0, detail);
        return;
    }
    look->plugin->auth->refused(look->device.to.job);
    if (locked) {
        vmm_observe_bool(&look->device.to, VMM_FACT_LOGIN_LOCKED, 0, true);
    }
    look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, locked ? VMM_REASON_LOCKED : 0, detail);
}

static void take_login(struct xm_look *look, const struct json_t *answer)
{
    bool encrypted = false;
    if (!xm_take_login(&look->device, answer)) {
        take_refusal(look, xm_take_ret(answer));
        return;
    }
    look->plugin->auth->accepted(look->device.to.job);
    if (vmm_json_bool(answer, "/DataUseAES", &encrypted) == 0 && encrypted) {
        look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
                 "this firmware encrypts its answers");
        return;
    }
    look_ask(look, XM_ASK_SYSTEM);
}

static bool take_member(struct xm_look *look, const struct json_t *member)
{
    struct xm_device *device = &look->device;
    const struct vmm_host *host = look->plugin->host;
    switch (look->ask) {
    case XM_ASK_SYSTEM:
        return xm_take_system(device, member);
    case XM_ASK_GENERAL:
        return xm_take_general(device, member);
    case XM_ASK_NTP:
        return xm_take_ntp(device, member);
    case XM_ASK_TITLES:
        return xm_take_titles(device, member);
    case XM_ASK_WORK:
        return xm_take_work(device, member);
    case XM_ASK_CHANNELS:
        return xm_take_channels(device, member);
    case XM_ASK_STORAGE:
        return xm_take_storage(device, member);
    case XM_ASK_TIME:
        return xm_take_time(device, member, look->sent_us, host->wall_us(host->context));
    default:
        return xm_take_record(device, member);
    }
}

static const struct json_t *member_of(const struct json_t *answer, enum xm_ask ask)
{
    char pointer[40];
    snprintf(pointer, sizeof(pointer), "/%s", xm_ask_member(ask));
    return vmm_json_at(answer, pointer);
}

static void look_next(struct xm_look *look)
{
    enum xm_ask next = xm_plan_next(&look->device, look->ask);
    if (next == XM_ASK_FILES) {
        xm_plan_footage(&look->device, &look->span);
    }
    look_ask(look, next);
}

/* How old the newest footage is; what was looked through in vain has none that is younger. */
static void tell_footage(struct xm_look *look)
{
    int64_t age = look->newest_s > 0 ? look->device.local_s - look->newest_s : XM_LONG_SPAN_S;
    vmm_observe_int(&look->device.to, VMM_FACT_RECORDING_NEWEST, look->span.channel + 1,
                    age > 0 ? age : 0);
}

static void take_footage(struct xm_look *look, const struct json_t *answer)
{
    int64_t ret = xm_take_ret(answer);
    const struct json_t *files = member_of(answer, XM_ASK_FILES);
    size_t rows = vmm_json_count(files, "");
    bool none = ret == XM_RET_NONE || ret == XM_RET_NOTHING;
    bool some = ret == XM_RET_OK || ret == XM_RET_COMPLETE || ret == XM_RET_PARTIAL;
    int64_t newest_s = some ? xm_take_files(files) : 0;
    look->newest_s = newest_s > look->newest_s ? newest_s : look->newest_s;
    if (!none && (!some || (rows > 0 && newest_s == 0))) {
        look_miss(look);
    } else if (xm_plan_footage_more(&look->device, none ? 0 : rows, look->newest_s, &look->span)) {
        look_ask(look, XM_ASK_FILES);
        return;
    } else {
        tell_footage(look);
    }
    look_next(look);
}

static void take_answer(struct xm_look *look, const struct json_t *answer)
{
    if (look->ask == XM_ASK_LOGIN) {
        take_login(look, answer);
        return;
    }
    if (look->ask == XM_ASK_FILES) {
        take_footage(look, answer);
        return;
    }
    bool good = take_member(look, member_of(answer, look->ask));
    if (look->ask == XM_ASK_SYSTEM && !good) {
        look_end(look, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 "SystemInfo: not what it should be");
        return;
    }
    if (!good && xm_take_ret(answer) != XM_RET_NO_CONFIG) {
        look_miss(look); /* 607 is no miss: this firmware does not know the name */
    }
    look_next(look);
}

/* A message came. Others than the answer (alarms, leftovers of other sessions) are passed over. */
static void take_message(struct xm_look *look, const struct xm_message *message)
{
    if (look->ask == XM_ASK_ALIVE) { /* any frame will do */
        if (look->barred) {
            look_end(look, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, "no login is allowed now");
        } else {
            look_end(look, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
        }
        return;
    }
    if (message->id != xm_ask_id(look->ask) + 1) {
        return;
    }
    struct json_t *answer = NULL;
    int rc = vmm_json_parse(message->body, VMM_CHARSET_UNKNOWN, &answer);
    if (rc == VMM_E_NOMEM) {
        look_fail(look, "no memory for an answer", rc);
    } else if (rc != 0 && look->ask <= XM_ASK_SYSTEM) {
        look_end(look, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "an answer that is no JSON");
    } else {
        take_answer(look, answer);
    }
    vmm_json_destroy(answer);
}

/* ---- The connection ---- */

static void on_connected(void *arg)
{
    struct xm_look *look = arg;
    look->connected = true;
    look_ask(look, look->trial ? XM_ASK_ALIVE : XM_ASK_LOGIN);
}

/* Whether this look is still under way: any message may be its last. */
static bool is_under_way(const struct xm_plugin *plugin, const struct xm_look *look)
{
    for (const struct xm_look *other = plugin->looks; other != NULL; other = other->next) {
        if (other == look) {
            return true;
        }
    }
    return false;
}

static void on_received(void *arg, const uint8_t *bytes, size_t size)
{
    struct xm_look *look = arg;
    struct xm_plugin *plugin = look->plugin;
    struct xm_message message;
    int rc = xm_reader_add(&look->reader, bytes, size);
    while (rc == 0) {
        int got = xm_reader_next(&look->reader, &message);
        if (got <= 0) {
            rc = got;
            break;
        }
        take_message(look, &message);
        if (!is_under_way(plugin, look)) {
            return;
        }
    }
    if (rc == VMM_E_NOMEM) {
        look_fail(look, "no memory for an answer", rc);
    } else if (rc != 0) {
        look_end(look, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, "the answer is no DVRIP");
    }
}

static bool is_no_answer(uint32_t outcome)
{
    return outcome == VMM_OUTCOME_OK || outcome == VMM_OUTCOME_TIMEOUT ||
           outcome == VMM_OUTCOME_UNREACHABLE;
}

static void on_closed(void *arg, const struct vmm_net_end *end)
{
    struct xm_look *look = arg;
    look->connection = NULL;
    char detail[DETAIL_MAX];
    if (look->ask > XM_ASK_SYSTEM && is_no_answer(end->outcome)) {
        look_miss(look); /* what was read before is worth something */
        look_conclude(look);
        return;
    }
    if (!look->connected ||
        (end->outcome != VMM_OUTCOME_OK && end->outcome != VMM_OUTCOME_TIMEOUT)) {
        look_end(look, end->outcome, end->rung, end->reason, end->detail);
        return;
    }
    bool late = end->outcome == VMM_OUTCOME_TIMEOUT;
    snprintf(detail, sizeof(detail), "%s: %s", xm_ask_word(look->ask),
             late ? "no answer" : "the device closed the connection");
    look_end(look, late ? VMM_OUTCOME_TIMEOUT : VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, 0,
             detail);
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
    struct xm_look *look = arg;
    look->timer = NULL;
    if (look->connection != NULL) {
        look->plugin->net->close(look->connection);
    }
    on_closed(look, &late);
}

/* ---- The begin of a look ---- */

static int read_options(struct xm_look *look, const char *json)
{
    json_t *object = json_loads(json, 0, NULL);
    const char *zone = json_string_value(json_object_get(object, "zone"));
    int rc = object != NULL ? 0 : VMM_E_NOMEM;
    if (zone != NULL) {
        rc = vmm_datetime_zone(vmm_text_of(zone), &look->device.zone_minutes);
        look->device.has_zone = rc == 0;
    }
    json_decref(object);
    return rc;
}

static int open_connection(struct xm_look *look)
{
    const struct vmm_net_host *net = look->plugin->net;
    char authority[300];
    uint32_t port =
        net->authority(look->device.to.job, 0, authority, sizeof(authority)) == VMM_E_INVAL
            ? DEFAULT_PORT
            : 0;
    return net->open(look->device.to.job, port, 0, 0, IDLE_MS, &look_events, look,
                     &look->connection);
}

static int start_timer(struct xm_look *look, uint32_t deadline_ms)
{
    const struct vmm_host *host = look->plugin->host;
    uint32_t ms = deadline_ms > 2 * MARGIN_MS ? deadline_ms - MARGIN_MS : deadline_ms / 2;
    return host->timer_start(host->context, ms * UINT64_C(1000), on_late, look, &look->timer);
}

static struct xm_look *look_create(struct xm_plugin *plugin, struct vmm_job *job,
                                   const struct vmm_look *given)
{
    struct xm_look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return NULL;
    }
    look->plugin = plugin;
    look->trial = given->scope == VMM_SCOPE_TRIAL;
    look->device.to = (struct vmm_observer){.probe = plugin->probe, .job = job};
    look->device.note = xm_note_read(given->note, given->note_size);
    xm_reader_init(&look->reader);
    look->next = plugin->looks;
    look->link = &plugin->looks;
    if (look->next != NULL) {
        look->next->link = &look->next;
    }
    plugin->looks = look;
    return look;
}

/* ---- The plugin ---- */

static int xm_open(const struct vmm_host *host, void **self)
{
    struct xm_plugin found = {
        .host = host,
        .probe = host->extension(host->context, VMM_PROBE_HOST),
        .net = host->extension(host->context, VMM_NET_HOST),
        .auth = host->extension(host->context, VMM_AUTH_HOST),
    };
    if (found.probe == NULL || found.net == NULL || found.auth == NULL) {
        return VMM_E_NOTSUP;
    }
    struct xm_plugin *plugin = malloc(sizeof(*plugin));
    if (plugin == NULL) {
        return VMM_E_NOMEM;
    }
    *plugin = found;
    *self = plugin;
    return 0;
}

static void xm_close(void *self)
{
    free(self);
}

static int xm_probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    struct xm_look *look = look_create(self, job, given);
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    const char *what = "the option zone is an offset such as +08:00";
    int rc = read_options(look, given->options);
    if (rc == 0) {
        what = "no timer";
        rc = start_timer(look, given->deadline_ms);
    }
    if (rc == 0) {
        what = "the connection could not be opened";
        rc = open_connection(look);
    }
    if (rc != 0) {
        look_fail(look, what, rc);
    }
    return 0;
}

static void xm_cancel(void *self, struct vmm_job *job)
{
    const struct xm_plugin *plugin = self;
    for (struct xm_look *look = plugin->looks; look != NULL; look = look->next) {
        if (look->device.to.job == job) {
            look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
            return;
        }
    }
}

static const struct vmm_config_item item_zone = {
    .struct_size = sizeof(item_zone),
    .type = VMM_CONFIG_TEXT,
    .name = "zone",
    .summary =
        "the zone the device's clock is set to, such as +08:00; without it the clock is not judged",
    .min = 1,
    .max = 9,
};

static const struct vmm_config_item *const options[] = {&item_zone, NULL};

static const struct vmm_probe_ops ops = {
    .struct_size = sizeof(ops),
    .open = xm_open,
    .close = xm_close,
    .probe = xm_probe,
    .cancel = xm_cancel,
};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "xm",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_XM_CGI",
    .summary = "XM (Xiongmai) cameras and recorders, by DVRIP",
    .licence = "MIT",
    .traits = VMM_TRAIT_SESSIONS,
    .generation = VMM_GENERATION_OVERLAP,
    .device_config = options,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
