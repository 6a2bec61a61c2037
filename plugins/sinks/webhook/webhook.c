/* SPDX-License-Identifier: MIT */
/* Events to one address, one request an event, signed as Standard Webhooks 1.0.0 says. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kit/courier.h>
#include <kit/json.h>
#include <kit/json_write.h>

#include "webhook_settings.h"
#include "webhook_template.h"

#define LINES_MAX (WEBHOOK_LINES_MAX + 1024u)

struct webhook {
    const struct vmm_host *host;
    struct vmm_courier *courier;
    struct webhook_settings settings;
    struct vmm_json_out body; /* of the message that is being written */
    char lines[LINES_MAX];
    bool is_gone; /* the address said 410: it wants nothing more, until the settings change */
};

static void count(struct webhook *self, uint32_t verdict)
{
    static const char *const counters[] = {NULL, "vmm_webhook_delivered_total",
                                           "vmm_webhook_retried_total",
                                           "vmm_webhook_dropped_total"};
    self->host->metric_add(self->host->context, counters[verdict], 1);
}

/* ---- Writing a request ---- */

/* The body of the event: its own text, or what the template makes of it. */
static int write_body(struct webhook *self, const struct vmm_message *message,
                      struct vmm_text *body)
{
    struct json_t *event = NULL;
    *body = vmm_text_bytes(message->json, message->json_size);
    if (self->settings.template == NULL) {
        return 0;
    }
    int rc = vmm_json_parse(*body, VMM_CHARSET_UTF8, &event);
    if (rc == 0) {
        rc = webhook_template_fill(self->settings.template, event, &self->body);
        vmm_json_destroy(event);
    }
    *body = vmm_text_bytes(self->body.data, self->body.size);
    return rc;
}

static int write_lines(struct webhook *self, const char *id, struct vmm_text body)
{
    char signatures[WEBHOOK_SECRETS_MAX * WEBHOOK_SIGNATURE_SIZE];
    const struct webhook_settings *settings = &self->settings;
    int64_t now_s = self->host->wall_us(self->host->context) / 1000000;
    int rc = webhook_sign(&settings->secrets, id, now_s, body.data, body.size, signatures);
    if (rc != 0) {
        return rc;
    }
    bool is_signed = signatures[0] != '\0';
    int size = snprintf(self->lines, sizeof(self->lines),
                        "Content-Type: %s\r\nwebhook-id: %s\r\nwebhook-timestamp: %lld\r\n"
                        "%s%s%s%s",
                        settings->content_type, id, (long long)now_s,
                        is_signed ? "webhook-signature: " : "", signatures, is_signed ? "\r\n" : "",
                        settings->lines);
    return size > 0 && (size_t)size < sizeof(self->lines) ? 0 : VMM_E_TOOBIG;
}

static int write_request(void *arg, const struct vmm_message *message, struct vmm_http_send *send,
                         struct vmm_settling *settling)
{
    struct webhook *self = arg;
    const struct webhook_settings *settings = &self->settings;
    struct vmm_text body;
    if (self->is_gone) {
        vmm_settling_set(settling, VMM_SINK_DROP, 0, "the address is gone (410)");
        count(self, VMM_SINK_DROP);
        return VMM_E_STATE;
    }
    int rc = write_body(self, message, &body);
    if (rc == VMM_E_PROTO || body.size > VMM_HTTP_SEND_MAX) {
        vmm_settling_set(settling, VMM_SINK_DROP, 0, "the event cannot be sent in this form");
        count(self, VMM_SINK_DROP);
        return VMM_E_INVAL;
    }
    rc = rc == 0 ? write_lines(self, message->id, body) : rc;
    send->method = settings->method;
    send->url = settings->url;
    send->headers = self->lines;
    send->body = body.data;
    send->body_size = body.size;
    send->timeout_ms = settings->timeout_ms;
    send->max_bytes = 4096;
    send->ca_file = settings->ca_file;
    send->cert_file = settings->cert_file;
    send->key_file = settings->key_file;
    send->key_password = settings->key_password;
    return rc;
}

/* ---- Judging the answer ---- */

static void judge(void *arg, const struct vmm_message *message,
                  const struct vmm_http_answer *answer, struct vmm_settling *settling)
{
    struct webhook *self = arg;
    struct vmm_context *context = self->host->context;
    (void)message;
    if (answer->status == 410) {
        self->is_gone = true;
        self->host->metric_set(context, "vmm_webhook_gone", 1);
        self->host->log(context, VMM_LOG_ERROR,
                        "the address answers 410: nothing more is sent until the settings change");
    }
    count(self, settling->verdict);
}

static const struct vmm_courier_table table = {.write = write_request, .judge = judge};

/* ---- Life ---- */

static int webhook_deliver(void *arg, struct vmm_delivery *delivery,
                           const struct vmm_message *const *messages, uint32_t count)
{
    struct webhook *self = arg;
    return vmm_courier_deliver(self->courier, delivery, messages, count);
}

static void webhook_drain(void *arg)
{
    struct webhook *self = arg;
    vmm_courier_drain(self->courier);
}

static void webhook_close(void *arg)
{
    struct webhook *self = arg;
    vmm_courier_destroy(self->courier);
    webhook_settings_finish(&self->settings);
    vmm_json_finish(&self->body);
    explicit_bzero(self->lines, sizeof(self->lines));
    free(self);
}

static int webhook_open(const struct vmm_host *host, void **out)
{
    char why[200] = "";
    struct webhook *self = calloc(1, sizeof(*self));
    if (self == NULL) {
        return VMM_E_NOMEM;
    }
    self->host = host;
    int rc =
        webhook_settings_read(host->config_json(host->context), &self->settings, why, sizeof(why));
    if (why[0] != '\0') {
        host->log(host->context, VMM_LOG_ERROR, why);
    }
    if (rc == 0) {
        rc = vmm_courier_create(host, &table, self, &self->courier);
    }
    if (rc != 0) {
        webhook_close(self);
        return rc;
    }
    *out = self;
    return 0;
}

static const struct vmm_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = webhook_open,
    .close = webhook_close,
    .deliver = webhook_deliver,
    .drain = webhook_drain,
};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "webhook",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_WEBHOOK",
    .summary = "every event to an HTTP address, signed",
    .licence = "MIT AND Apache-2.0",
    .generation = VMM_GENERATION_HANDOVER,
    .config = webhook_config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
