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

#include <jansson.h>

#include <kit/datetime.h>
#include <kit/identify.h>

#include "xm_look.h"

#define DEFAULT_PORT 34567u
#define DETAIL_MAX   160u
#define IDLE_MS      8000u /* longest silence of the device */
#define MARGIN_MS    250u  /* a look ends in its own words before the core takes it back */

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
        look_take(look, &message);
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
    .extensions = vmm_identify_extensions,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
