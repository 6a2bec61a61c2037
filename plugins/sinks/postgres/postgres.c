/* SPDX-License-Identifier: MIT */
/* The record in PostgreSQL: a session, and one batch after the other as a transaction each. */
#include <stdlib.h>
#include <string.h>

#include <vmm/sink.h>

#include "pg_batch.h"

#define WHY_MAX 160

struct postgres {
    const struct vmm_host *host;
    const struct vmm_sink_host *sink;
    const struct vmm_record_host *record;
    struct pg_settings settings;
    struct pg_session *session;
    struct pg_batch *batch;
    bool has_resumed; /* the core knows where this session goes on */
    bool failing;     /* the connection is away; said once */
    bool was_up;
    char why[PG_TEXT_MAX];
};

static void say(struct postgres *self, uint32_t level, const char *text)
{
    self->host->log(self->host->context, level, text);
}

/* ---- the session ---- */

/* The places of all tables, for the core to go on behind them. */
static void on_ready(void *arg)
{
    struct postgres *self = arg;
    struct vmm_place places[PG_TABLES];
    const struct vmm_place *list[PG_TABLES];
    uint32_t count = 0;
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        const char *place = pg_session_place(self->session, id);
        if (place[0] != '\0') {
            places[count] = (struct vmm_place){
                .struct_size = sizeof(places[count]), .table = pg_tables[id].name, .place = place};
            list[count] = &places[count];
            count++;
        }
    }
    if (self->record->resume(self->host->context, list, count) != 0) {
        pg_link_drop(pg_session_link(self->session), "the core was not told where to go on", 0);
        return;
    }
    self->has_resumed = true;
    if (self->failing || !self->was_up) {
        say(self, VMM_LOG_INFO, "connected: the record is written");
    }
    self->failing = false;
    self->was_up = true;
}

static void on_lost(void *arg, const char *why)
{
    struct postgres *self = arg;
    self->has_resumed = false;
    snprintf(self->why, sizeof(self->why), "%s", why[0] != '\0' ? why : "not connected");
    /* Of a batch under way the core tells. */
    if (!self->failing && !pg_batch_is_open(self->batch)) {
        say(self, VMM_LOG_WARN, self->why);
    }
    self->failing = true;
}

/* ---- ABI ---- */

static int postgres_deliver(void *arg, struct vmm_delivery *delivery,
                            const struct vmm_message *const *messages, uint32_t count)
{
    struct postgres *self = arg;
    if (self->has_resumed && pg_session_is_ready(self->session)) {
        return pg_batch_start(self->batch, delivery, messages, count);
    }
    for (uint32_t i = count; i > 0; i--) {
        self->sink->settle(delivery, i - 1, VMM_SINK_RETRY, 0,
                           self->why[0] != '\0' ? self->why : "not connected yet");
    }
    return 0;
}

/* A batch under way ends with its transaction, or with the connection. */
static void postgres_drain(void *arg)
{
    (void)arg;
}

static void destroy(struct postgres *self)
{
    pg_batch_destroy(self->batch);
    pg_session_destroy(self->session);
    pg_settings_finish(&self->settings);
    free(self);
}

static int make_parts(struct postgres *self)
{
    static const struct pg_session_events events = {.ready = on_ready, .lost = on_lost};
    char why[WHY_MAX] = "";
    const char *node = self->record->node_id(self->host->context);
    int rc = pg_settings_read(&self->settings, self->host->config_json(self->host->context), why);
    if (rc != 0) {
        if (why[0] != '\0') {
            say(self, VMM_LOG_ERROR, why);
        }
        return rc;
    }
    self->session = pg_session_create(self->host, &self->settings, node, &events, self);
    self->batch =
        self->session != NULL ? pg_batch_create(self->host, self->sink, self->session, node) : NULL;
    return self->batch != NULL ? 0 : VMM_E_NOMEM;
}

static int postgres_open(const struct vmm_host *host, void **out)
{
    const struct vmm_sink_host *sink = host->extension(host->context, VMM_SINK_HOST);
    const struct vmm_record_host *record = host->extension(host->context, VMM_RECORD_HOST);
    struct postgres *self = sink != NULL && record != NULL ? calloc(1, sizeof(*self)) : NULL;
    if (self == NULL) {
        return sink == NULL || record == NULL ? VMM_E_NOTSUP : VMM_E_NOMEM;
    }
    self->host = host;
    self->sink = sink;
    self->record = record;
    int rc = make_parts(self);
    if (rc != 0) {
        destroy(self);
        return rc;
    }
    *out = self;
    pg_session_start(self->session);
    return 0;
}

static void postgres_close(void *arg)
{
    destroy(arg);
}

static const struct vmm_sink_ops ops = {.struct_size = sizeof(ops),
                                        .open = postgres_open,
                                        .close = postgres_close,
                                        .deliver = postgres_deliver,
                                        .drain = postgres_drain};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_SINK,
    .name = "postgres",
    .version = "0.1.0",
    .flag = "FEATURE_VMM_SINK_POSTGRES",
    .summary = "the record in PostgreSQL",
    .licence = "MIT AND PostgreSQL",
    .traits = VMM_TRAIT_OWN_SOCKETS | VMM_TRAIT_WORKERS | VMM_TRAIT_RECORD,
    .generation = VMM_GENERATION_HANDOVER,
    .config = pg_settings_items,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
