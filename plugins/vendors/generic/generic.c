/* SPDX-License-Identifier: MIT */
/*
 * Generic: whatever an operator describes. The options of a device are its program; see
 * generic_plan.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "generic_body.h"
#include "generic_cache.h"
#include "generic_carry.h"
#include "generic_options.h"
#include "generic_proxy.h"
#include "generic_talk.h"

#define FILE_MAX 512u /* bytes of a path with its NUL */

struct generic {
    const struct vmm_host *host;
    const struct vmm_net_host *net; /* NULL: the host has none */
    struct generic_cache *cache;
    char *certificates; /* folders of files */
    char *bodies;
    json_t *proxies; /* NULL: none */
};

/* What a look wants of the encrypted channel. */
struct generic_channel {
    struct vmm_http_tls tls;
    char ca[FILE_MAX];
    char certificate[FILE_MAX];
    char key[FILE_MAX];
};

struct generic_look {
    const struct generic *plugin;
    struct generic_plan *plan;
    struct generic_carried *carried; /* NULL where the plan carries nothing */
    struct generic_memory memory;
    struct generic_bodies *bodies; /* NULL where the plan names no file */
    bool is_trial;
    uint64_t end_us;
    struct generic_channel *channel; /* NULL: as the operator has set the device */
};

static uint64_t now_us(void *arg)
{
    const struct vmm_host *host = arg;
    return host->monotonic_us(host->context);
}

static void read_answer(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct generic_look *look = state;
    void *host = (void *)look->plugin->host;
    struct generic_clock clock = {now_us, host, now_us(host) + GENERIC_READ_BUDGET_US, false};
    const struct generic_request *request = row->arg;
    const struct generic_kept kept = {look->carried, &look->memory};
    generic_read(request, answer, &kept, &clock, to, part);
    generic_read_on(look->plan, request, &kept, part);
}

static int start_talk(void *state, const struct vmm_request_row *row, struct vmm_turn *turn)
{
    struct generic_look *look = state;
    uint64_t now = now_us((void *)look->plugin->host);
    const struct generic_talk_setup setup = {
        .host = look->plugin->host,
        .net = look->plugin->net,
        .plan = look->plan,
        .kept = {look->carried, &look->memory},
        .turn = turn,
        .tls = look->channel != NULL ? &look->channel->tls : NULL,
        .left_ms = look->end_us > now ? (look->end_us - now) / 1000 : 0,
        .only_connects = look->is_trial};
    return setup.net == NULL ? VMM_E_NOTSUP : generic_talk_start(&setup, row->arg);
}

static void read_refusal(void *state, const struct vmm_http_answer *answer,
                         const struct vmm_observer *to, struct vmm_part *part)
{
    struct generic_look *look = state;
    void *host = (void *)look->plugin->host;
    struct generic_clock clock = {now_us, host, now_us(host) + GENERIC_READ_BUDGET_US, false};
    (void)to;
    generic_read_refusal(look->plan, answer, &clock, part);
}

/* What a look has taken. */
static void release(struct generic_look *look)
{
    if (look->carried != NULL) {
        generic_carry_finish(look->carried);
        free(look->carried);
    }
    if (look->bodies != NULL) {
        generic_bodies_finish(look->bodies);
        free(look->bodies);
    }
    free(look->channel);
    generic_cache_give_back(look->plan);
}

static int begin_carried(struct generic_look *look, struct vmm_request_list *list)
{
    const struct vmm_host *host = look->plugin->host;
    look->carried = calloc(1, sizeof(*look->carried));
    if (look->carried == NULL) {
        return VMM_E_NOMEM;
    }
    list->rows = look->carried->rows;
    return generic_carry_begin(look->carried, look->plan, host->wall_us(host->context) / 1000);
}

/* The path of a file in the folder of certificates, or NULL where none is named. */
static const char *path_of(const struct generic_look *look, const char *name, char path[FILE_MAX])
{
    if (name == NULL) {
        return NULL;
    }
    snprintf(path, FILE_MAX, "%.440s/%s", look->plugin->certificates, name);
    return path;
}

static int begin_channel(struct generic_look *look, struct vmm_request_list *list)
{
    const struct generic_identity *wanted = &look->plan->identity;
    if (wanted->min_version == 0 && wanted->server_name == NULL && wanted->ca == NULL &&
        wanted->certificate == NULL) {
        return 0;
    }
    struct generic_channel *channel = calloc(1, sizeof(*channel));
    if (channel == NULL) {
        return VMM_E_NOMEM;
    }
    look->channel = channel;
    channel->tls =
        (struct vmm_http_tls){.struct_size = sizeof(channel->tls),
                              .min_version = wanted->min_version,
                              .server_name = wanted->server_name,
                              .ca_file = path_of(look, wanted->ca, channel->ca),
                              .cert_file = path_of(look, wanted->certificate, channel->certificate),
                              .key_file = path_of(look, wanted->key, channel->key)};
    list->tls = &channel->tls;
    return 0;
}

/* Read the bodies that stand in files into the look's own rows. One that cannot be read ends the look in `part`. */
static int begin_bodies(struct generic_look *look, struct vmm_part *part)
{
    char why[VMM_PART_DETAIL_MAX];
    if (!look->plan->has_files || look->is_trial) {
        return 0;
    }
    look->bodies = calloc(1, sizeof(*look->bodies));
    if (look->bodies == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = generic_bodies_read(look->bodies, look->plan, look->plugin->bodies, why, sizeof(why));
    if (rc == VMM_E_NOENT) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, why);
        return 0;
    }
    for (size_t i = 0; i < look->plan->request_count; i++) {
        if (look->bodies->bytes[i] != NULL) {
            look->carried->rows[i + 1].body = look->bodies->bytes[i];
            look->carried->rows[i + 1].body_size = look->bodies->sizes[i];
        }
    }
    return rc;
}

/* Find the way to the device. One that the settings do not name ends the look in `part`. */
static void begin_proxy(const struct generic_look *look, struct vmm_request_list *list,
                        struct vmm_part *part)
{
    const char *name = look->plan->proxy;
    list->proxy = name == NULL ? NULL : generic_proxy_find(look->plugin->proxies, name);
    if (name != NULL && list->proxy == NULL) {
        char why[VMM_PART_DETAIL_MAX];
        snprintf(why, sizeof(why), "proxy %.64s: the plugin's settings name none", name);
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, why);
    }
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct generic *generic = plugin;
    struct generic_look *look = state;
    look->plugin = generic;
    look->is_trial = given->scope == VMM_SCOPE_TRIAL;
    look->end_us = now_us((void *)generic->host) + (uint64_t)given->deadline_ms * 1000;
    look->plan = generic_cache_take(generic->cache, given->options_hash, given->options);
    if (look->plan == NULL) {
        return VMM_E_NOMEM;
    }
    if (look->plan->error[0] != '\0') {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, look->plan->error);
        return 0;
    }
    generic_memory_read(&look->memory, given->options_hash, given->note, given->note_size);
    list->rows = look->plan->rows;
    list->count = look->plan->request_count + 1;
    list->http_flags = look->plan->http_flags;
    int rc =
        look->plan->needs_carried || look->plan->carried_count > 0 ? begin_carried(look, list) : 0;
    rc = rc != 0 ? rc : begin_bodies(look, part);
    rc = rc != 0 ? rc : begin_channel(look, list);
    begin_proxy(look, list, part);
    if (rc != 0) {
        release(look);
    }
    return rc;
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    (void)plugin;
    (void)result;
    struct generic_look *look = state;
    uint8_t note[VMM_NOTE_MAX];
    if (look->memory.changed) {
        (void)to->probe->note(to->job, note, generic_memory_write(&look->memory, note));
    }
    release(look);
}

/* A folder of the plugin's settings. NULL without memory. */
static char *read_folder(const struct vmm_host *host, const char *key, const char *usual)
{
    json_t *settings = json_loads(host->config_json(host->context), 0, NULL);
    const char *folder = json_string_value(json_object_get(settings, key));
    char *copy = strdup(folder != NULL ? folder : usual);
    json_decref(settings);
    return copy;
}

static void generic_close(void *plugin)
{
    struct generic *generic = plugin;
    generic_cache_destroy(generic->cache);
    free(generic->certificates);
    free(generic->bodies);
    json_decref(generic->proxies);
    free(generic);
}

static int generic_open(const struct vmm_host *host, void **plugin)
{
    struct generic *generic = calloc(1, sizeof(*generic));
    if (generic == NULL) {
        return VMM_E_NOMEM;
    }
    *generic = (struct generic){.host = host,
                                .net = host->extension(host->context, VMM_NET_HOST),
                                .cache = generic_cache_create(read_answer, start_talk),
                                .certificates = read_folder(host, "certificates", "/etc/vmm/tls"),
                                .bodies = read_folder(host, "bodies", "/etc/vmm/bodies"),
                                .proxies = generic_proxies_read(host)};
    if (generic->cache == NULL || generic->certificates == NULL || generic->bodies == NULL) {
        generic_close(generic);
        return VMM_E_NOMEM;
    }
    *plugin = generic;
    return 0;
}

/* The plan of these options tells what is wrong with them. */
static int check_options(const char *options, char *why, size_t why_size)
{
    struct generic_plan *plan = generic_plan_create(options, read_answer, start_talk);
    if (plan == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = plan->error[0] != '\0' ? VMM_E_INVAL : 0;
    snprintf(why, why_size, "%s", plan->error);
    generic_plan_destroy(plan);
    return rc;
}

static const struct vmm_options_ops options_ops = {.struct_size = sizeof(options_ops),
                                                   .check = check_options};
static const struct vmm_extension options_extension = {
    .struct_size = sizeof(options_extension), .id = VMM_OPTIONS, .table = &options_ops};
static const struct vmm_extension *const extensions[] = {&options_extension, NULL};

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct generic_look),
    .open = generic_open,
    .close = generic_close,
    .begin = look_begin,
    .end = look_end,
    .refused = read_refusal,
};

VMM_REQUESTS_PLUGIN(
    table, .name = "generic", .version = "0.1.0", .flag = "FEATURE_VMS_GENERIC_CGI",
    .summary = "any device with HTTP: requests, expectations and values as its options say",
    .licence = "MIT", .config = generic_settings, .device_config = generic_options,
    .extensions = extensions);
