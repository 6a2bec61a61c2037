/* SPDX-License-Identifier: MIT */
/*
 * A sink for tests of HTTP: each message's text is the URL to send to, its dedup_key "METHOD timeout_ms max_bytes",
 * its id the body. What was answered becomes the reason for dropping it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/http.h>
#include <vmm/sink.h>

#include "fault.h"

struct errand {
    struct vmm_delivery *delivery;
    uint32_t index;
};

static const struct vmm_host *host;
static const struct vmm_sink_host *sink;
static const struct vmm_http_host *http;
static char files[3][256]; /* of TLS: ca, certificate, key */

/* The text of one setting, which has no escapes in these tests. */
static void read_setting(const char *name, char *out, size_t size)
{
    char word[64];
    snprintf(word, sizeof(word), "\"%s\":\"", name);
    const char *at = strstr(host->config_json(host->context), word);
    out[0] = '\0';
    if (at != NULL) {
        at += strlen(word);
        snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
    }
}

static int open_plugin(const struct vmm_host *given, void **self)
{
    host = given;
    *self = NULL;
    sink = host->extension(host->context, VMM_SINK_HOST);
    http = host->extension(host->context, VMM_HTTP_HOST);
    read_setting("ca_file", files[0], sizeof(files[0]));
    read_setting("cert_file", files[1], sizeof(files[1]));
    read_setting("key_file", files[2], sizeof(files[2]));
    return sink != NULL && http != NULL && http->send != NULL && http->request == NULL
               ? 0
               : VMM_E_NOTSUP;
}

static void on_answer(void *arg, const struct vmm_http_answer *answer)
{
    struct errand *errand = arg;
    char why[400];
    snprintf(why, sizeof(why), "outcome=%u rung=%u status=%u flags=%u size=%zu body=%.*s detail=%s",
             answer->outcome, answer->rung, answer->status, answer->flags, answer->body_size, 60,
             (const char *)answer->body, answer->detail != NULL ? answer->detail : "");
    host->log(host->context, VMM_LOG_INFO, why);
    sink->settle(errand->delivery, errand->index, VMM_SINK_DROP, 0, why);
    free(errand);
}

static int post(struct vmm_delivery *delivery, uint32_t index, const struct vmm_message *message)
{
    char method[8] = "";
    struct errand *errand = calloc(1, sizeof(*errand));
    if (errand == NULL) {
        return VMM_E_NOMEM;
    }
    *errand = (struct errand){delivery, index};
    struct vmm_http_send send = {.struct_size = sizeof(send),
                                 .method = method,
                                 .url = message->json,
                                 .headers = "Content-Type: text/plain\r\nX-Test: one\r\n",
                                 .body = message->id,
                                 .body_size = strlen(message->id),
                                 .ca_file = files[0],
                                 .cert_file = files[1],
                                 .key_file = files[2]};
    sscanf(message->dedup_key, "%7s %u %u", method, &send.timeout_ms, &send.max_bytes);
    int rc = http->send(host->context, &send, on_answer, errand);
    if (rc != 0) {
        free(errand);
    }
    return rc;
}

static int deliver(void *self, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count)
{
    (void)self;
    for (uint32_t i = 0; i < count; i++) {
        int rc = post(delivery, i, messages[i]);
        if (rc != 0) {
            char why[64];
            snprintf(why, sizeof(why), "refused %d", rc);
            sink->settle(delivery, i, VMM_SINK_DROP, 0, why);
        }
    }
    return 0;
}

static void drain(void *self)
{
    (void)self;
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = open_plugin,
                                        .close = fault_close,
                                        .deliver = deliver,
                                        .drain = drain};

static const struct vmm_config_item item_url = {.struct_size = sizeof(item_url),
                                                .type = VMM_CONFIG_URL,
                                                .name = "url",
                                                .summary = "an address that may be reached"};
static const struct vmm_config_item item_hook = {.struct_size = sizeof(item_hook),
                                                 .type = VMM_CONFIG_SECRET,
                                                 .name = "hook",
                                                 .summary = "another one, with a token in it",
                                                 .flags = VMM_CONFIG_IS_URL};
static const struct vmm_config_item item_word = {.struct_size = sizeof(item_word),
                                                 .type = VMM_CONFIG_SECRET,
                                                 .name = "word",
                                                 .summary = "a secret that is no address"};
static const struct vmm_config_item *const inner[] = {&item_url, &item_hook, NULL};
static const struct vmm_config_item item_list = {.struct_size = sizeof(item_list),
                                                 .type = VMM_CONFIG_LIST,
                                                 .name = "more",
                                                 .summary = "further addresses",
                                                 .items = inner};
static const struct vmm_config_item *const config[] = {&item_url, &item_hook, &item_word,
                                                       &item_list, NULL};

static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "send",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_VMS_FAULT",
                                                 .summary = "a sink for tests of HTTP",
                                                 .licence = "MIT",
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};
FAULT_ENTRY
