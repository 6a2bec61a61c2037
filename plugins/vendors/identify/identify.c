/* SPDX-License-Identifier: MIT */
/*
 * Whose device is this? One gentle look without a login: pages, then other protocols and ports, one after another
 * (identify_look.h). What the answers mean is not known here: they go to the core as a transcript, and every plugin that
 * is installed is asked for its opinion. Its outcome is never OK.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identify_look.h"

/* ---- The end ---- */

void look_end(struct identify_look *look, uint32_t outcome, uint32_t rung, uint32_t reason,
              const char *detail)
{
    const struct vmm_observer to = look->to;
    knock_stop(look);
    *look->link = look->next;
    if (look->next != NULL) {
        look->next->link = look->link;
    }
    free(look);
    to.probe->finish(to.job, outcome, rung, reason, detail);
}

/* Where the operator has said no port, which of those that were asked at have answered. */
static void report_ports(const struct identify_look *look)
{
    char text[PORTS_MAX * 6 + 1] = "";
    for (size_t i = 0; i < look->port_count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s%u", i > 0 ? " " : "",
                 (unsigned)look->ports[i]);
    }
    if (look->port == 0 && look->port_count > 0) {
        vmm_observe_vendor(&look->to, "ports", vmm_text_of(text));
    }
}

/* What the answers mean is for others to say: of this look nothing is OK. */
static void look_conclude(struct identify_look *look)
{
    char detail[DETAIL_MAX];
    report_ports(look);
    if (!look->answered) {
        memcpy(detail, look->detail, sizeof(detail));
        look_end(look, look->outcome, look->rung, look->reason, detail);
        return;
    }
    look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0,
             "what it answers to strangers was asked for, and nobody's opinion on it");
}

void look_tell(struct identify_look *look, const struct vmm_answer *answer)
{
    struct vmm_answer told = *answer;
    told.struct_size = sizeof(told);
    (void)look->plugin->transcript->answer(look->to.job, &told); /* it ends where it is full */
}

/* ---- One step after another ---- */

void look_add_port(struct identify_look *look, uint32_t port)
{
    bool known = false;
    for (size_t i = 0; i < look->port_count; i++) {
        known = known || look->ports[i] == port;
    }
    if (!known && look->port_count < PORTS_MAX) {
        look->ports[look->port_count++] = port;
    }
}

bool look_may_open(const struct identify_look *look, uint32_t left)
{
    return look->connections + left < CONNECTIONS_MAX;
}

/* The first step is made in any case; none begins that could not end in time. */
static bool is_over(const struct identify_look *look)
{
    const struct identify_plugin *plugin = look->plugin;
    if (look->stage == STAGE_PAGES && look->page == 0) {
        return false;
    }
    return look->stage == STAGE_END ||
           plugin->host->monotonic_us(plugin->host->context) + STEP_MS * UINT64_C(1000) >
               look->end_us;
}

static int start_step(struct identify_look *look)
{
    bool knocks =
        look->stage == STAGE_RTSP || look->stage == STAGE_DVRIP || look->stage == STAGE_KNOCK;
    return knocks ? knock_start(look) : pages_start(look);
}

void look_go_on(struct identify_look *look)
{
    if (look->scope == VMM_SCOPE_TRIAL && look->answered) {
        look_end(look, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, NULL);
        return;
    }
    while (!is_over(look)) {
        if (start_step(look) != 0) {
            return;
        }
        look->no_pages = false;
        look->closes = false;
        if (!pages_resume(look)) {
            look->stage++;
            look->page = 0;
        }
    }
    look_conclude(look);
}

/* ---- The plugin ---- */

static int identify_open(const struct vmm_host *host, void **self)
{
    struct identify_plugin *plugin = calloc(1, sizeof(*plugin));
    if (plugin == NULL) {
        return VMM_E_NOMEM;
    }
    plugin->host = host;
    plugin->probe = host->extension(host->context, VMM_PROBE_HOST);
    plugin->http = host->extension(host->context, VMM_HTTP_HOST);
    plugin->net = host->extension(host->context, VMM_NET_HOST);
    plugin->transcript = host->extension(host->context, VMM_TRANSCRIPT_HOST);
    bool has_all = plugin->probe != NULL && plugin->http != NULL && plugin->net != NULL &&
                   plugin->transcript != NULL;
    int rc = has_all ? asks_read(&plugin->asks, host->config_json(host->context)) : VMM_E_NOTSUP;
    if (rc != 0) {
        free(plugin);
        return rc;
    }
    if (plugin->asks.left_out > 0) {
        host->log(
            host->context, VMM_LOG_WARN,
            "plugins ask for more pages than a device is asked: the last of them are left out");
    }
    *self = plugin;
    return 0;
}

static void identify_close(void *self)
{
    struct identify_plugin *plugin = self;
    asks_finish(&plugin->asks);
    free(plugin);
}

/* The port that the operator has set, 0 when there is none. */
static uint32_t port_of(const struct identify_plugin *plugin, struct vmm_job *job)
{
    char authority[AUTHORITY_MAX];
    if (plugin->net->authority(job, 0, authority, sizeof(authority)) != 0) {
        return 0;
    }
    const char *colon = strrchr(authority, ':');
    return colon != NULL ? (uint32_t)strtoul(colon + 1, NULL, 10) : 0;
}

static int identify_probe(void *self, struct vmm_job *job, const struct vmm_look *given)
{
    struct identify_plugin *plugin = self;
    struct identify_look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        return VMM_E_NOMEM;
    }
    look->plugin = plugin;
    look->to = (struct vmm_observer){.probe = plugin->probe, .job = job};
    look->scope = given->scope;
    look->outcome = VMM_OUTCOME_TIMEOUT;
    look->rung = VMM_RUNG_CONNECT;
    look->port = port_of(plugin, job);
    look->end_us =
        plugin->host->monotonic_us(plugin->host->context) + given->deadline_ms * UINT64_C(1000);
    look->next = plugin->looks;
    look->link = &plugin->looks;
    if (look->next != NULL) {
        look->next->link = &look->next;
    }
    plugin->looks = look;
    look_go_on(look);
    return 0;
}

/* A page under way is stopped by the host; its callback ends the look. */
static void identify_cancel(void *self, struct vmm_job *job)
{
    const struct identify_plugin *plugin = self;
    for (struct identify_look *look = plugin->looks; look != NULL; look = look->next) {
        if (look->to.job == job) {
            if (look->is_asking) {
                look->is_cancelled = true;
            } else {
                look_end(look, VMM_OUTCOME_CANCELLED, VMM_RUNG_NONE, 0, NULL);
            }
            return;
        }
    }
}

static const struct vmm_probe_ops ops = {
    .struct_size = sizeof(ops),
    .open = identify_open,
    .close = identify_close,
    .probe = identify_probe,
    .cancel = identify_cancel,
};

#define ITEM(name_, type_, ...)                                                                    \
    static const struct vmm_config_item item_##name_ = {.struct_size = sizeof(item_##name_),       \
                                                        .type = VMM_CONFIG_##type_,                \
                                                        .name = #name_,                            \
                                                        __VA_ARGS__}

ITEM(target, TEXT, .summary = "path and query to ask for", .min = 1, .max = 255,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(send, TEXT, .summary = "the body of a POST that only reads", .max = 1024);
ITEM(port, INT, .summary = "to ask it at; none: where the device's pages are", .min = 1,
     .max = 65535);
ITEM(order, INT, .summary = "the lowest first", .default_json = "50", .min = 1, .max = 99);

static const struct vmm_config_item *const ask_items[] = {&item_target, &item_send, &item_port,
                                                          &item_order, NULL};
ITEM(asks, LIST, .summary = "pages that tell makers' devices; vmmd collects them",
     .default_json = "[]", .max = ASKS_COLLECTED_MAX, .items = ask_items);
static const struct vmm_config_item *const config[] = {&item_asks, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "identify",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_IDENTIFY",
    .summary = "what a device answers to strangers, for all plugins to say whose it is",
    .licence = "MIT",
    .traits = VMM_TRAIT_HANDS_OVER,
    .generation = VMM_GENERATION_OVERLAP,
    .config = config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
