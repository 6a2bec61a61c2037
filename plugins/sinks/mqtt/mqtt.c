/* SPDX-License-Identifier: MIT */
/* Events to an MQTT broker: each as a message, and as the retained state of its camera or recorder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <vmm/sink.h>

#include "mqtt_client.h"
#include "mqtt_known.h"
#include "mqtt_render.h"

#define ACK_LIMIT_US 30000000u
#define MIDS         65536u

struct mqtt {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    struct mqtt_client *client;
    json_t *config; /* what is borrowed from below */
    struct mqtt_names names;
    char status_topic[160];
    struct mqtt_known known; /* what Home Assistant was told of over this connection */
    struct mqtt_rendered rendered;
    bool draining;
    bool failing; /* the connection is lost; said once */

    /* The batch under way. */
    struct vmm_delivery *delivery; /* NULL: none */
    const struct vmm_message *const *messages;
    uint32_t count;
    uint32_t sent;    /* events that were published */
    uint32_t settled; /* events that were settled; always the first ones */
    struct vmm_timer *timer;
    uint8_t open
        [VMM_SINK_BATCH_MAX]; /* publications of each event that the broker has not acknowledged */
    uint16_t owner[MIDS];     /* the event of a publication, plus one */
};

/* ---- Settling ---- */

static void stop_timer(struct mqtt *self)
{
    if (self->timer != NULL) {
        self->host->timer_cancel(self->host->context, self->timer);
        self->timer = NULL;
    }
}

/* The batch is over before its last message is settled, for settling may bring the next one. */
static void settle(struct mqtt *self, uint32_t verdict, const char *why)
{
    struct vmm_delivery *delivery = self->delivery;
    uint32_t index = self->settled;
    self->settled++;
    if (self->settled == self->count || verdict == VMM_SINK_RETRY) {
        stop_timer(self);
        self->delivery = NULL;
    }
    self->sink->settle(delivery, index, verdict, 0, why);
}

static void hold_back(struct mqtt *self, const char *why)
{
    if (self->delivery != NULL) {
        settle(self, VMM_SINK_RETRY, why);
    }
}

static void settle_what_is_there(struct mqtt *self)
{
    while (self->delivery != NULL && self->settled < self->sent && self->open[self->settled] == 0) {
        settle(self, VMM_SINK_DELIVERED, NULL);
    }
}

static void on_late(void *arg)
{
    struct mqtt *self = arg;
    self->timer = NULL;
    mqtt_client_break(self->client, "the broker acknowledges nothing");
    hold_back(self, "the broker acknowledges nothing");
}

static void wait_for_acks(struct mqtt *self)
{
    stop_timer(self);
    if (self->host->timer_start(self->host->context, ACK_LIMIT_US, on_late, self, &self->timer) !=
        0) {
        self->timer = NULL;
    }
}

/* ---- Publishing ---- */

static int publish(struct mqtt *self, const char *topic, struct vmm_text payload, bool retain)
{
    uint16_t mid = 0;
    int rc = mqtt_client_publish(self->client, topic, payload.data, payload.size, retain, &mid);
    if (rc == 0) {
        self->owner[mid] = (uint16_t)(self->sent + 1);
        self->open[self->sent]++;
        self->host->metric_add(self->host->context, "vmm_mqtt_published_total", 1);
    }
    return rc;
}

static int publish_state(struct mqtt *self)
{
    const struct mqtt_rendered *r = &self->rendered;
    int rc = 0;
    if (r->found_topic[0] != '\0' && mqtt_known_add(&self->known, r->found_topic)) {
        rc = publish(self, r->found_topic, vmm_text_bytes(r->found.data, r->found.size), true);
    }
    return rc == 0
               ? publish(self, r->state_topic, vmm_text_bytes(r->state.data, r->state.size), true)
               : rc;
}

static int publish_event(struct mqtt *self, const struct vmm_message *message)
{
    struct vmm_text event = vmm_text_bytes(message->json, message->json_size);
    int rc = mqtt_render(&self->names, event, &self->rendered);
    self->open[self->sent] = 0;
    if (rc == 0) {
        rc = publish(self, self->rendered.event_topic, event, false);
    }
    if (rc == 0 && self->rendered.has_state) {
        rc = publish_state(self);
    }
    return rc;
}

/* What is no event is dropped in its turn: there is nothing to wait for. */
static void publish_batch(struct mqtt *self)
{
    int rc = 0;
    while (rc == 0 && self->sent < self->count) {
        rc = publish_event(self, self->messages[self->sent]);
        if (rc == VMM_E_PROTO && self->settled == self->sent) {
            self->sent++;
            settle(self, VMM_SINK_DROP, "this is no event of a site");
            rc = 0;
        } else if (rc == 0) {
            self->sent++;
        }
    }
    if (self->delivery != NULL && self->sent < self->count && self->settled == self->sent) {
        hold_back(self, "the event could not be published");
    }
    if (self->delivery != NULL) {
        wait_for_acks(self);
    }
}

/* ---- What the connection tells ---- */

static void on_up(void *arg)
{
    struct mqtt *self = arg;
    mqtt_known_finish(&self->known);
    self->host->metric_set(self->host->context, "vmm_mqtt_connected", 1);
    if (self->failing) {
        self->host->log(self->host->context, VMM_LOG_INFO, "connected to the broker again");
    }
    self->failing = false;
    if (self->delivery != NULL) {
        publish_batch(self);
    }
}

static void on_down(void *arg, const char *why)
{
    struct mqtt *self = arg;
    self->host->metric_set(self->host->context, "vmm_mqtt_connected", 0);
    if (!self->failing && !self->draining) {
        self->host->log(self->host->context, VMM_LOG_WARN, why);
    }
    self->failing = true;
    hold_back(self, why);
}

static void on_acked(void *arg, uint16_t mid)
{
    struct mqtt *self = arg;
    uint16_t owner = self->owner[mid];
    self->owner[mid] = 0;
    if (owner == 0 || self->delivery == NULL || self->open[owner - 1] == 0) {
        return; /* the status, or of a batch that is over */
    }
    self->open[owner - 1]--;
    settle_what_is_there(self);
    if (self->delivery != NULL && self->settled == self->sent && self->sent < self->count) {
        publish_batch(self); /* what stopped before an event that had to wait its turn */
    } else if (self->delivery != NULL) {
        wait_for_acks(self);
    }
}

static const struct mqtt_client_events client_events = {
    .up = on_up, .down = on_down, .acked = on_acked};

/* ---- Deliveries ---- */

static int mqtt_deliver(void *arg, struct vmm_delivery *delivery,
                        const struct vmm_message *const *messages, uint32_t count)
{
    struct mqtt *self = arg;
    if (self->delivery != NULL || count == 0 || count > VMM_SINK_BATCH_MAX) {
        return VMM_E_STATE;
    }
    self->delivery = delivery;
    self->messages = messages;
    self->count = count;
    self->sent = 0;
    self->settled = 0;
    memset(self->owner, 0, sizeof(self->owner));
    if (mqtt_client_is_up(self->client)) {
        publish_batch(self);
    } else if (self->failing) {
        hold_back(self, "there is no connection to the broker");
    }
    return 0; /* else the first connection is being made: up or down comes */
}

static void mqtt_drain(void *arg)
{
    struct mqtt *self = arg;
    self->draining = true;
    mqtt_client_stop(self->client);
    if (!mqtt_client_is_up(self->client) && !mqtt_client_is_busy(self->client)) {
        hold_back(self, "the sink is about to end");
    }
}

/* ---- Life ---- */

static void mqtt_close(void *arg)
{
    struct mqtt *self = arg;
    stop_timer(self);
    mqtt_client_destroy(self->client);
    mqtt_known_finish(&self->known);
    mqtt_rendered_finish(&self->rendered);
    json_decref(self->config);
    free(self);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static int refuse(struct mqtt *self, const char *why)
{
    self->host->log(self->host->context, VMM_LOG_ERROR, why);
    return VMM_E_INVAL;
}

/* The beginning of a topic: names with slashes between. */
static bool is_prefix(const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, "/");
        if (!mqtt_is_name(vmm_text_bytes(text, size)) ||
            (text[size] == '/' && text[size + 1] == '\0')) {
            return false;
        }
        text += size + (text[size] == '/' ? 1 : 0);
    }
    return true;
}

static int check_settings(struct mqtt *self, const struct mqtt_broker *broker)
{
    if (self->names.topic[0] == '\0' || !is_prefix(self->names.topic)) {
        return refuse(self, "topic: names with slashes between are expected");
    }
    if (!is_prefix(self->names.discovery)) {
        return refuse(self, "discovery: names with slashes between are expected, or nothing");
    }
    if (broker->password[0] != '\0' && broker->user[0] == '\0') {
        return refuse(self, "password: there is no user it belongs to");
    }
    if (broker->password[0] != '\0' && !broker->tls) {
        return refuse(self, "tls: a password does not go over a connection in clear");
    }
    return 0;
}

static int open_client(struct mqtt *self)
{
    const json_t *config = self->config;
    struct mqtt_broker broker = {
        .host = text_of(config, "server"),
        .port = (uint16_t)json_integer_value(json_object_get(config, "port")),
        .tls = strcmp(text_of(config, "tls"), "none") != 0,
        .client_id = text_of(config, "client_id"),
        .user = text_of(config, "user"),
        .password = text_of(config, "password"),
        .ca_file = text_of(config, "ca_file"),
        .cert_file = text_of(config, "cert_file"),
        .key_file = text_of(config, "key_file"),
        .status_topic = self->status_topic,
    };
    self->names = (struct mqtt_names){text_of(config, "topic"), text_of(config, "discovery")};
    snprintf(self->status_topic, sizeof(self->status_topic), "%s/status", self->names.topic);
    int rc = check_settings(self, &broker);
    if (rc != 0) {
        return rc;
    }
    rc = mqtt_client_create(self->host, &broker, &client_events, self, &self->client);
    return rc == VMM_E_INVAL ? refuse(self, "the files for TLS cannot be used") : rc;
}

static int mqtt_open(const struct vmm_host *host, void **out)
{
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    struct mqtt *self = sink != NULL ? calloc(1, sizeof(*self)) : NULL;
    if (self == NULL) {
        return sink == NULL ? VMM_E_NOTSUP : VMM_E_NOMEM;
    }
    self->host = host;
    self->sink = sink;
    self->config = json_loads(host->config_json(host->context), 0, NULL);
    int rc = self->config != NULL ? open_client(self) : VMM_E_NOMEM;
    if (rc != 0) {
        mqtt_close(self);
        return rc;
    }
    *out = self;
    return 0;
}

static const struct vmm_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = mqtt_open,
    .close = mqtt_close,
    .deliver = mqtt_deliver,
    .drain = mqtt_drain,
};

#define ITEM(name_, type_, summary_, ...)                                                          \
    static const struct vmm_config_item item_##name_ = {.struct_size = sizeof(item_##name_),       \
                                                        .type = VMM_CONFIG_##type_,                \
                                                        .name = #name_,                            \
                                                        .summary = summary_,                       \
                                                        __VA_ARGS__}

ITEM(server, TEXT, "name or address of the broker", .min = 1, .max = 250,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(port, INT, "its port", .default_json = "8883", .min = 1, .max = 65535);
ITEM(tls, WORD, "tls is verified", .default_json = "\"tls\"", .words = "tls|none");
ITEM(user, TEXT, "the login, where the broker wants one", .min = 1, .max = 250);
ITEM(password, SECRET, "its password", );
ITEM(client_id, TEXT, "who this is; each client of a broker has one of its own",
     .default_json = "\"vmm\"", .min = 1, .max = 64);
ITEM(topic, TEXT, "what stands in front of all topics", .default_json = "\"vmm\"", .min = 1,
     .max = 100);
ITEM(discovery, TEXT, "what Home Assistant listens to; \"\" for nothing",
     .default_json = "\"homeassistant\"", .max = 60);
ITEM(ca_file, PATH, "certificates trusted instead of the system's, PEM", );
ITEM(cert_file, PATH, "the certificate to show, PEM", );
ITEM(key_file, PATH, "its key, PEM", );

static const struct vmm_config_item *const config[] = {
    &item_server, &item_port,      &item_tls,     &item_user,      &item_password, &item_client_id,
    &item_topic,  &item_discovery, &item_ca_file, &item_cert_file, &item_key_file, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "mqtt",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_MQTT",
    .summary = "events and states to an MQTT broker",
    .licence = "MIT AND (EPL-2.0 OR BSD-3-Clause)",
    .traits = VMM_TRAIT_WORKERS | VMM_TRAIT_OWN_SOCKETS,
    .generation = VMM_GENERATION_HANDOVER,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
