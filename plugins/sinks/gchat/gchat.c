/* SPDX-License-Identifier: MIT */
/* Notifications to rooms of Google Chat, over the incoming webhook of each room. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <kit/courier.h>

#include "gchat_answer.h"
#include "gchat_message.h"
#include "gchat_parts.h"

#define ROOMS_MAX  64u
#define URL_MAX    4608u
#define ANSWER_MAX (128u << 10) /* the API gives the message back */

static const char headers[] = "Content-Type: application/json; charset=UTF-8\r\n";

struct gchat {
    const struct vmm_host *host;
    struct vmm_courier *courier;
    json_t *config; /* what is borrowed from below */
    const json_t *rooms;
    const char *ca_file;
    uint32_t timeout_ms;
    /* The message that is being written. */
    struct vmm_json_out body;
    char url[URL_MAX];
};

/* ---- Writing a request ---- */

/* The address of a room; "" means the first. NULL when there is none of this name. */
static const char *room_url(const struct gchat *self, const char *target)
{
    size_t index = 0;
    json_t *room = NULL;
    json_array_foreach(self->rooms, index, room)
    {
        const char *name = json_string_value(json_object_get(room, "name"));
        if (target == NULL || target[0] == '\0' || strcmp(name, target) == 0) {
            return json_string_value(json_object_get(room, "url"));
        }
    }
    return NULL;
}

/* The address with the request's id, and how to find its thread. The id is a UUID and needs no encoding. */
static int write_url(struct gchat *self, const char *room, const char *id, bool has_thread)
{
    int size =
        snprintf(self->url, sizeof(self->url), "%s%crequestId=%s%s", room,
                 strchr(room, '?') != NULL ? '&' : '?', id,
                 has_thread ? "&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD" : "");
    return size > 0 && (size_t)size < sizeof(self->url) ? 0 : VMM_E_TOOBIG;
}

static bool is_plain(const char *id)
{
    size_t size = strspn(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.");
    return size > 0 && size <= 64 && id[size] == '\0';
}

static int write_parts(struct gchat *self, const struct vmm_message *message, const char *room)
{
    struct vmm_notification notification;
    int rc =
        vmm_notification_read(vmm_text_bytes(message->json, message->json_size), &notification);
    if (rc == 0) {
        rc = gchat_message(&notification, &self->body);
    }
    if (rc == 0) {
        rc = write_url(self, room, message->id, gchat_has_thread(&notification));
    }
    vmm_notification_finish(&notification);
    return rc;
}

static int write_request(void *arg, const struct vmm_message *message, struct vmm_http_send *send,
                         struct vmm_settling *settling)
{
    struct gchat *self = arg;
    const char *room = room_url(self, message->target);
    if (room == NULL) {
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the settings have no room \"%.64s\"",
                         message->target);
        return VMM_E_NOENT;
    }
    int rc = is_plain(message->id) ? write_parts(self, message, room) : VMM_E_PROTO;
    if (rc == VMM_E_PROTO) {
        vmm_settling_set(settling, VMM_SINK_DROP, 0, "this is no notification");
    }
    send->method = "POST";
    send->url = self->url;
    send->headers = headers;
    send->body = self->body.data;
    send->body_size = self->body.size;
    send->timeout_ms = self->timeout_ms;
    send->max_bytes = ANSWER_MAX;
    send->ca_file = self->ca_file;
    return rc;
}

/* ---- Judging the answer ---- */

static void judge(void *arg, const struct vmm_message *message,
                  const struct vmm_http_answer *answer, struct vmm_settling *settling)
{
    static const char *const counters[] = {NULL, "vmm_gchat_delivered_total",
                                           "vmm_gchat_retried_total", "vmm_gchat_dropped_total"};
    struct gchat *self = arg;
    (void)message;
    gchat_judge(answer, settling);
    self->host->metric_add(self->host->context, counters[settling->verdict], 1);
    if (answer->status == 429) {
        self->host->metric_add(self->host->context, "vmm_gchat_throttled_total", 1);
    }
}

static const struct vmm_courier_table table = {.write = write_request, .judge = judge};

/* ---- Life ---- */

static int gchat_deliver(void *arg, struct vmm_delivery *delivery,
                         const struct vmm_message *const *messages, uint32_t count)
{
    struct gchat *self = arg;
    return vmm_courier_deliver(self->courier, delivery, messages, count);
}

static void gchat_drain(void *arg)
{
    struct gchat *self = arg;
    vmm_courier_drain(self->courier);
}

static void gchat_close(void *arg)
{
    struct gchat *self = arg;
    vmm_courier_destroy(self->courier);
    vmm_json_finish(&self->body);
    json_decref(self->config);
    explicit_bzero(self->url, sizeof(self->url));
    free(self);
}

/* Two rooms of one name would make one of them unreachable. */
static int check_rooms(const struct gchat *self)
{
    for (size_t i = 0; i < json_array_size(self->rooms); i++) {
        const char *name =
            json_string_value(json_object_get(json_array_get(self->rooms, i), "name"));
        if (name == NULL || room_url(self, name) == NULL) {
            return VMM_E_INVAL;
        }
        for (size_t k = 0; k < i; k++) {
            const json_t *other = json_object_get(json_array_get(self->rooms, k), "name");
            if (strcmp(json_string_value(other), name) == 0) {
                self->host->log(self->host->context, VMM_LOG_ERROR, "two rooms have one name");
                return VMM_E_INVAL;
            }
        }
    }
    return json_array_size(self->rooms) > 0 ? 0 : VMM_E_INVAL;
}

static int read_settings(struct gchat *self)
{
    self->config = json_loads(self->host->config_json(self->host->context), 0, NULL);
    self->rooms = json_object_get(self->config, "rooms");
    self->ca_file = json_string_value(json_object_get(self->config, "ca_file"));
    self->timeout_ms = (uint32_t)json_integer_value(json_object_get(self->config, "timeout"));
    return self->config != NULL ? check_rooms(self) : VMM_E_NOMEM;
}

static int gchat_open(const struct vmm_host *host, void **out)
{
    struct gchat *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return VMM_E_NOMEM;
    }
    self->host = host;
    int rc = read_settings(self);
    if (rc == 0) {
        rc = vmm_courier_create(host, &table, self, &self->courier);
    }
    if (rc != 0) {
        gchat_close(self);
        return rc;
    }
    *out = self;
    return 0;
}

static const struct vmm_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = gchat_open,
    .close = gchat_close,
    .deliver = gchat_deliver,
    .drain = gchat_drain,
};

static const struct vmm_config_item item_name = {
    .struct_size = sizeof(item_name),
    .type = VMM_CONFIG_TEXT,
    .name = "name",
    .summary = "how gateway.json calls the room, behind gchat:",
    .min = 1,
    .max = 64,
    .flags = VMM_CONFIG_REQUIRED,
};

static const struct vmm_config_item item_url = {
    .struct_size = sizeof(item_url),
    .type = VMM_CONFIG_SECRET,
    .name = "url",
    .summary = "the address of the room's incoming webhook",
    .flags = VMM_CONFIG_REQUIRED | VMM_CONFIG_IS_URL,
};

static const struct vmm_config_item *const room_items[] = {&item_name, &item_url, NULL};

static const struct vmm_config_item item_rooms = {
    .struct_size = sizeof(item_rooms),
    .type = VMM_CONFIG_LIST,
    .name = "rooms",
    .summary = "the rooms that can be told; the first is told when none is named",
    .min = 1,
    .max = ROOMS_MAX,
    .flags = VMM_CONFIG_REQUIRED,
    .items = room_items,
};

static const struct vmm_config_item item_timeout = {
    .struct_size = sizeof(item_timeout),
    .type = VMM_CONFIG_DURATION,
    .name = "timeout",
    .summary = "a request that takes longer has failed",
    .default_json = "\"20s\"",
    .min = 1000,
    .max = 120000,
};

static const struct vmm_config_item item_ca_file = {
    .struct_size = sizeof(item_ca_file),
    .type = VMM_CONFIG_PATH,
    .name = "ca_file",
    .summary = "certificates trusted instead of vmm's, PEM",
};

static const struct vmm_config_item *const config[] = {&item_rooms, &item_timeout, &item_ca_file,
                                                       NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "gchat",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_GCHAT",
    .summary = "notifications to rooms of Google Chat",
    .licence = "MIT",
    .traits = VMM_TRAIT_PEOPLE,
    .generation = VMM_GENERATION_HANDOVER,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
