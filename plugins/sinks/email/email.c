/* SPDX-License-Identifier: MIT */
/* Notifications as mail, over one mail server. Sending blocks, so it is a worker's; several targets go side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>

#include <kit/courier.h>

#include "email_message.h"
#include "email_reply.h"
#include "email_smtp.h"

#define TARGETS_MAX 64u
#define TO_MAX      1000u /* bytes of the header To; more addresses are not shown there */

struct email;

/* A mail under way; between work() and done it is the worker's. */
struct post {
    struct email *email;
    struct vmm_delivery *delivery; /* NULL: free */
    struct email_mail mail;
    struct email_buffer text;
};

struct email {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    json_t *config; /* what is borrowed from below */
    const json_t *targets;
    struct email_server server;
    bool draining;
    struct post posts[VMM_SINK_PARALLEL];
};

static void count(struct email *self, uint32_t verdict)
{
    static const char *const counters[] = {NULL, "vmm_email_delivered_total",
                                           "vmm_email_retried_total", "vmm_email_dropped_total"};
    self->host->metric_add(self->host->context, counters[verdict], 1);
}

static void settle(struct email *self, struct vmm_delivery *delivery,
                   const struct vmm_settling *settling)
{
    count(self, settling->verdict);
    self->sink->settle(delivery, 0, settling->verdict, settling->retry_after_ms,
                       settling->verdict == VMM_SINK_DELIVERED ? NULL : settling->why);
}

/* ---- On the worker, and back ---- */

static void send_mail(void *arg)
{
    struct post *post = arg;
    email_smtp_send(&post->mail);
}

static void on_sent(void *arg)
{
    struct post *post = arg;
    struct email *self = post->email;
    struct vmm_delivery *delivery = post->delivery;
    struct vmm_settling settling;
    struct email_end end = {.code = post->mail.code,
                            .reply = post->mail.reply,
                            .was_sent = post->mail.was_sent,
                            .detail = post->mail.detail};
    email_judge(&end, &settling);
    if (settling.verdict == VMM_SINK_DELIVERED && post->mail.refused[0] != '\0') {
        char line[240];
        snprintf(line, sizeof(line), "an address was refused, the others have the mail: %s",
                 post->mail.refused);
        self->host->log(self->host->context, VMM_LOG_WARN, line);
    }
    post->delivery = NULL;
    settle(self, delivery, &settling);
}

/* ---- A delivery ---- */

static const json_t *find_target(const struct email *self, const char *name)
{
    size_t index = 0;
    json_t *target = NULL;
    json_array_foreach(self->targets, index, target)
    {
        const char *own = json_string_value(json_object_get(target, "name"));
        if (name == NULL || name[0] == '\0' || strcmp(own, name) == 0) {
            return target;
        }
    }
    return NULL;
}

static void take_recipients(struct post *post, const json_t *target, char to[TO_MAX])
{
    size_t used = 0;
    size_t index = 0;
    json_t *address = NULL;
    to[0] = '\0';
    post->mail.recipient_count = 0;
    json_array_foreach(json_object_get(target, "to"), index, address)
    {
        const char *text = json_string_value(address);
        post->mail.recipients[post->mail.recipient_count++] = text;
        if (used + strlen(text) + 3 < TO_MAX) {
            used +=
                (size_t)snprintf(to + used, TO_MAX - used, "%s%s", used > 0 ? ",\r\n " : "", text);
        }
    }
}

static int write_mail(struct post *post, const struct vmm_message *message, const json_t *target)
{
    char to[TO_MAX];
    struct vmm_notification notification;
    take_recipients(post, target, to);
    int rc =
        vmm_notification_read(vmm_text_bytes(message->json, message->json_size), &notification);
    if (rc == 0) {
        rc = email_message(&notification, post->email->server.from, to, &post->text);
    }
    vmm_notification_finish(&notification);
    post->mail.server = &post->email->server;
    post->mail.text = post->text.data;
    post->mail.size = post->text.size;
    post->mail.detail[0] = '\0';
    post->mail.refused[0] = '\0';
    return rc;
}

static struct post *free_post(struct email *self)
{
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        if (self->posts[i].delivery == NULL) {
            self->posts[i].email = self;
            return &self->posts[i];
        }
    }
    return NULL;
}

/* Hand the mail to a worker; 0, or how it is settled instead. */
static int start(struct email *self, struct post *post, const struct vmm_message *message,
                 struct vmm_settling *settling)
{
    const json_t *target = find_target(self, message->target);
    if (self->draining) {
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the sink is about to end");
        return VMM_E_STATE;
    }
    if (target == NULL) {
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "the settings have no target \"%.64s\"",
                         message->target);
        return VMM_E_NOENT;
    }
    int rc = write_mail(post, message, target);
    vmm_settling_set(settling,
                     rc == VMM_E_PROTO || rc == VMM_E_TOOBIG ? VMM_SINK_DROP : VMM_SINK_RETRY, 0,
                     "the mail could not be written: error %d", rc);
    if (rc == 0) {
        rc = self->host->work(self->host->context, send_mail, on_sent, post);
        vmm_settling_set(settling, VMM_SINK_RETRY, 0, "no worker is free: error %d", rc);
    }
    return rc;
}

static int email_deliver(void *arg, struct vmm_delivery *delivery,
                         const struct vmm_message *const *messages, uint32_t number)
{
    struct email *self = arg;
    struct post *post = free_post(self);
    struct vmm_settling settling;
    if (post == NULL || number != 1) {
        return VMM_E_STATE;
    }
    post->delivery = delivery;
    if (start(self, post, messages[0], &settling) != 0) {
        post->delivery = NULL;
        settle(self, delivery, &settling);
    }
    return 0;
}

static void email_drain(void *arg)
{
    struct email *self = arg;
    self->draining = true;
}

/* ---- Life ---- */

static void email_close(void *arg)
{
    struct email *self = arg;
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        email_buffer_finish(&self->posts[i].text);
    }
    json_decref(self->config);
    free(self);
}

static int refuse(struct email *self, const char *why)
{
    self->host->log(self->host->context, VMM_LOG_ERROR, why);
    return VMM_E_INVAL;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL ? text : "";
}

static int check_target(struct email *self, size_t index)
{
    const json_t *target = json_array_get(self->targets, index);
    size_t place = 0;
    json_t *address = NULL;
    json_array_foreach(json_object_get(target, "to"), place, address)
    {
        if (!email_is_address(json_string_value(address))) {
            return refuse(self, "targets: an address is none");
        }
    }
    return find_target(self, text_of(target, "name")) == target
               ? 0
               : refuse(self, "targets: two have one name");
}

static int check_settings(struct email *self)
{
    const struct email_server *server = &self->server;
    if (!email_is_address(server->from)) {
        return refuse(self, "from: this is no address");
    }
    if (strpbrk(server->host, "/@?# \"\r\n\\") != NULL) {
        return refuse(self, "server: this is no name or address of a machine");
    }
    if ((server->user[0] == '\0') != (server->password[0] == '\0')) {
        return refuse(self, "user and password belong together");
    }
    if (server->user[0] != '\0' && server->tls == EMAIL_CLEAR) {
        return refuse(self, "tls: a password does not go over a connection in clear");
    }
    int rc = json_array_size(self->targets) > 0 ? 0 : refuse(self, "targets: there are none");
    for (size_t i = 0; rc == 0 && i < json_array_size(self->targets); i++) {
        rc = check_target(self, i);
    }
    return rc;
}

static int read_settings(struct email *self)
{
    self->config = json_loads(self->host->config_json(self->host->context), 0, NULL);
    const char *tls = text_of(self->config, "tls");
    self->targets = json_object_get(self->config, "targets");
    self->server = (struct email_server){
        .host = text_of(self->config, "server"),
        .port = (uint16_t)json_integer_value(json_object_get(self->config, "port")),
        .tls = strcmp(tls, "tls") == 0    ? EMAIL_TLS
               : strcmp(tls, "none") == 0 ? EMAIL_CLEAR
                                          : EMAIL_STARTTLS,
        .user = text_of(self->config, "user"),
        .password = text_of(self->config, "password"),
        .ca_file = text_of(self->config, "ca_file"),
        .from = text_of(self->config, "from"),
        .timeout_ms = (uint32_t)json_integer_value(json_object_get(self->config, "timeout")),
    };
    return self->config != NULL ? check_settings(self) : VMM_E_NOMEM;
}

static int email_open(const struct vmm_host *host, void **out)
{
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    struct email *self = sink != NULL ? calloc(1, sizeof(*self)) : NULL;
    if (self == NULL) {
        return sink == NULL ? VMM_E_NOTSUP : VMM_E_NOMEM;
    }
    self->host = host;
    self->sink = sink;
    int rc = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? read_settings(self) : VMM_E_NOMEM;
    if (rc != 0) {
        email_close(self);
        return rc;
    }
    *out = self;
    return 0;
}

static const struct vmm_sink_ops ops = {
    .struct_size = sizeof(ops),
    .open = email_open,
    .close = email_close,
    .deliver = email_deliver,
    .drain = email_drain,
};

#define ITEM(name_, type_, summary_, ...)                                                          \
    static const struct vmm_config_item item_##name_ = {.struct_size = sizeof(item_##name_),       \
                                                        .type = VMM_CONFIG_##type_,                \
                                                        .name = #name_,                            \
                                                        .summary = summary_,                       \
                                                        __VA_ARGS__}

ITEM(server, TEXT, "name or address of the mail server", .min = 1, .max = 250,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(port, INT, "its port", .default_json = "587", .min = 1, .max = 65535);
ITEM(tls, WORD, "starttls and tls are encrypted and verified", .default_json = "\"starttls\"",
     .words = "starttls|tls|none");
ITEM(user, TEXT, "the login, where the server wants one", .min = 1, .max = 250);
ITEM(password, SECRET, "its password", );
ITEM(from, TEXT, "the address that mails come from", .min = 3, .max = 250,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(ca_file, PATH, "certificates trusted instead of the system's, PEM", );
ITEM(timeout, DURATION, "a mail that takes longer has failed", .default_json = "\"30s\"",
     .min = 1000, .max = 120000);
ITEM(name, TEXT, "how gateway.json calls them, behind email:", .min = 1, .max = 64,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(to, LIST, "their addresses", .min = 1, .max = EMAIL_RECIPIENTS_MAX,
     .flags = VMM_CONFIG_REQUIRED);
static const struct vmm_config_item *const target_items[] = {&item_name, &item_to, NULL};
ITEM(targets, LIST, "who can be told; the first is told when none is named", .min = 1,
     .max = TARGETS_MAX, .flags = VMM_CONFIG_REQUIRED, .items = target_items);

static const struct vmm_config_item *const config[] = {
    &item_server, &item_port,    &item_tls,     &item_user,    &item_password,
    &item_from,   &item_ca_file, &item_timeout, &item_targets, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "email",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_EMAIL",
    .summary = "notifications as mail",
    .licence = "MIT AND Apache-2.0 AND curl",
    .traits = VMM_TRAIT_PEOPLE | VMM_TRAIT_WORKERS | VMM_TRAIT_OWN_SOCKETS,
    .generation = VMM_GENERATION_HANDOVER,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
