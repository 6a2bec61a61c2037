/* SPDX-License-Identifier: MIT */
/* A sink for people: each notification as plain text to an address, one after another. */
#include <kit/courier.h>
#include <kit/json.h>

static struct vmm_courier *courier;
static char url[2048];

/* The text of the document, which is read before anything else is called. */
static int pager_write(void *plugin, const struct vmm_message *message, struct vmm_http_send *send,
                       struct vmm_settling *settling)
{
    static char text[4096];
    struct json_t *json = NULL;
    (void)plugin;
    if (vmm_json_parse(vmm_text_bytes(message->json, message->json_size), 0, &json) != 0) {
        vmm_settling_set(settling, VMM_SINK_DROP, 0, "this is no notification");
        return VMM_E_PROTO;
    }
    send->body_size = vmm_text_to_utf8(vmm_json_text(json, "/text"), text, sizeof(text));
    vmm_json_destroy(json);
    send->method = "POST";
    send->url = url;
    send->headers = "Content-Type: text/plain; charset=utf-8\r\n";
    send->body = text;
    return 0;
}

/* What a status means is the usual: 2xx delivered, 429 and 5xx later, another 4xx never. */
static const struct vmm_courier_table table = {.write = pager_write};

static int pager_open(const struct vmm_host *host, void **self)
{
    struct json_t *config = NULL;
    const char *text = host->config_json(host->context);
    int rc = vmm_json_parse(vmm_text_of(text), 0, &config);
    if (rc == 0) {
        vmm_text_to_utf8(vmm_json_text(config, "/url"), url, sizeof(url));
        vmm_json_destroy(config);
        rc = vmm_courier_create(host, &table, NULL, &courier);
    }
    *self = courier;
    return rc;
}

static void pager_close(void *self)
{
    vmm_courier_destroy(self);
}

static int pager_deliver(void *self, struct vmm_delivery *delivery,
                         const struct vmm_message *const *messages, uint32_t count)
{
    return vmm_courier_deliver(self, delivery, messages, count);
}

static void pager_drain(void *self)
{
    vmm_courier_drain(self);
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = pager_open,
                                        .close = pager_close,
                                        .deliver = pager_deliver,
                                        .drain = pager_drain};

static const struct vmm_config_item item_url = {.struct_size = sizeof(item_url),
                                                .type = VMM_CONFIG_URL,
                                                .name = "url",
                                                .summary = "where texts are posted to",
                                                .flags = VMM_CONFIG_REQUIRED};
static const struct vmm_config_item *const config[] = {&item_url, NULL};

static const struct vmm_descriptor descriptor = {.struct_size = sizeof(descriptor),
                                                 .abi_major = VMM_ABI_MAJOR,
                                                 .abi_minor = VMM_ABI_MINOR,
                                                 .kind = VMM_KIND_SINK,
                                                 .name = "pager",
                                                 .version = "0.1.0",
                                                 .flag = "FEATURE_PLUGIN_PAGER",
                                                 .summary = "notifications as plain text",
                                                 .licence = "MIT",
                                                 .traits = VMM_TRAIT_PEOPLE,
                                                 .generation = VMM_GENERATION_HANDOVER,
                                                 .config = config,
                                                 .ops = &ops};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
