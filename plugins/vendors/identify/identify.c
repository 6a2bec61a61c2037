/* SPDX-License-Identifier: MIT */
/*
 * Whose device is this? One gentle look without a login: pages, then other protocols and ports, one after another
 * (identify_look.h). What the answers mean stands in identify_sign.c; the signs come from the fragments of all plugins
 * that are installed. Its outcome is never OK: it names who speaks to the device.
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

static void report_candidate(struct identify_look *look, const struct candidate *candidate)
{
    char why[200];
    char text[VMM_TEXT_MAX];
    evidence_describe(&look->evidence, &look->plugin->signs, candidate->provider, why, sizeof(why));
    snprintf(text, sizeof(text), "%s, %u of %u: %s", candidate->provider,
             (unsigned)candidate->score, SCORE_MAX, why);
    vmm_observe_vendor(&look->to, "candidate", vmm_text_of(text));
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

/* Where the provider is spoken, where that is not what the operator has set: it has to go there. */
static void report_place(const struct identify_look *look, const char *provider)
{
    char text[32] = "";
    struct evidence_place found = evidence_place(&look->evidence, &look->plugin->signs, provider);
    if (found.place == PLACE_TLS && !look->has_pages) {
        snprintf(text, sizeof(text), "https:%u",
                 (unsigned)(look->port != 0 ? look->port : HTTPS_PORT));
    } else if (found.place == PLACE_PORT) {
        snprintf(text, sizeof(text), "http:%u", (unsigned)found.port);
    } else if (found.place == PLACE_OTHER && look->port != 0) {
        snprintf(text, sizeof(text), "%s:%u", found.by == BY_RTSP ? "rtsp" : "dvrip",
                 (unsigned)look->port);
    }
    if (text[0] != '\0') {
        vmm_observe_text(&look->to, VMM_FACT_PROVIDER_PLACE, 0, vmm_text_of(text));
    }
}

static void look_conclude(struct identify_look *look)
{
    struct candidate candidates[CANDIDATES_MAX];
    char detail[DETAIL_MAX];
    report_ports(look);
    if (!look->answered) {
        memcpy(detail, look->detail, sizeof(detail));
        look_end(look, look->outcome, look->rung, look->reason, detail);
        return;
    }
    size_t count = evidence_rank(&look->evidence, &look->plugin->signs, candidates);
    const char *best = evidence_best(candidates, count);
    for (size_t i = 0; i < count; i++) {
        report_candidate(look, &candidates[i]);
    }
    if (best != NULL) {
        vmm_observe_text(&look->to, VMM_FACT_PROVIDER, 0, vmm_text_of(best));
        report_place(look, best);
        snprintf(detail, sizeof(detail), "the provider %s speaks to such a device", best);
    } else {
        snprintf(detail, sizeof(detail), "%s",
                 count > 0 ? "whose device it is cannot be told for sure: see the candidates"
                           : "whose device it is is not known: nothing fits any sign");
    }
    look_end(look, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, detail);
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
               look->end_us ||
           evidence_is_certain(&look->evidence, &plugin->signs);
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
    bool has_all = plugin->probe != NULL && plugin->http != NULL && plugin->net != NULL;
    int rc = has_all ? signs_read(&plugin->signs, host->config_json(host->context)) : VMM_E_NOTSUP;
    if (rc != 0) {
        free(plugin);
        return rc;
    }
    *self = plugin;
    return 0;
}

static void identify_close(void *self)
{
    struct identify_plugin *plugin = self;
    signs_finish(&plugin->signs);
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

ITEM(provider, TEXT, .summary = "whose sign it is", .min = 1, .max = VMM_PLUGIN_NAME_MAX,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(by, WORD, .summary = "how it is told", .default_json = "\"http\"", .words = "http|rtsp|dvrip");
ITEM(target, TEXT, .summary = "path and query to ask for; none: any answer", .max = 255);
ITEM(send, TEXT, .summary = "the body of a POST that only reads", .max = 1024);
ITEM(status, INT, .summary = "of the answer; none: any", .min = 100, .max = 599);
ITEM(scheme, TEXT, .summary = "of the challenge: Digest", .max = 32);
ITEM(realm, TEXT, .summary = "in the realm of the challenge", .max = 64);
ITEM(header, TEXT, .summary = "Name: text in its value", .max = 128);
ITEM(body, TEXT, .summary = "in the body", .max = 128);
ITEM(certificate, TEXT, .summary = "in whom the certificate names", .max = 64);
ITEM(port, INT, .summary = "to ask the target at; none: where its pages are", .min = 1,
     .max = 65535);
ITEM(weight, INT, .summary = "how much it tells, of 100", .min = 1, .max = SCORE_MAX,
     .flags = VMM_CONFIG_REQUIRED);
ITEM(general, BOOL, .summary = "a protocol that many makers speak", .default_json = "false");

static const struct vmm_config_item *const sign_items[] = {
    &item_provider, &item_by,     &item_target,  &item_send, &item_status,
    &item_scheme,   &item_realm,  &item_header,  &item_body, &item_certificate,
    &item_port,     &item_weight, &item_general, NULL};
ITEM(signs, LIST, .summary = "what tells a maker's devices; vmmd collects them",
     .default_json = "[]", .max = SIGNS_MAX, .items = sign_items);
static const struct vmm_config_item *const config[] = {&item_signs, NULL};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "identify",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_IDENTIFY",
    .summary = "whose device it is, by signs that need no login",
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
