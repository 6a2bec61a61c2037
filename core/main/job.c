/* SPDX-License-Identifier: MIT */
/* The job of a look: the whole record of the device, its notes, and its credential when it may be used. */
#include "main/job.h"

#include <string.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "fleet/handover.h"
#include "main/visit.h"

struct job_parts {
    struct job_message message;
    struct buf *out;
    uint64_t id;
    int rc;
};

static void put_job(struct job_parts *parts)
{
    parts->rc = message_put_job(parts->out, parts->id, &parts->message);
}

static void put_job_with_secret(void *arg, const struct credential_record *record,
                                const char *secret, size_t size)
{
    struct job_parts *parts = arg;
    parts->message.user = record->user;
    parts->message.password =
        (struct frame_bytes){.data = (const uint8_t *)secret, .size = (uint32_t)size};
    put_job(parts);
}

static uint32_t plugin_scope(const struct watched *watched, uint32_t scope)
{
    if (scope == HEALTH_SCOPE_CONFIRM) {
        scope = health_confirm_scope(&watched->state);
    }
    return scope == HEALTH_SCOPE_TRIAL ? VMM_SCOPE_TRIAL : VMM_SCOPE_FULL;
}

/* The local address that a site is reached from, "" where any will do. */
static const char *source_address(const struct fleet_site *site)
{
    static const char prefix[] = "source:";
    bool named = site != NULL && strncmp(site->record.way, prefix, sizeof(prefix) - 1) == 0;
    return named ? site->record.way + sizeof(prefix) - 1 : "";
}

static void fill_notes(struct job_message *message, const struct note *note)
{
    if (note != NULL) {
        message->host_note = (struct frame_bytes){note->bytes, note->host_size};
        message->plugin_note =
            (struct frame_bytes){note->bytes + note->host_size, note->plugin_size};
    }
}

/* Where the device was found to be spoken to when it was handed over. A key that nobody has named is trusted on first
 * use. */
static void fill_place(const struct device_record *record, struct job_message *message)
{
    struct handover_place place;
    if (!handover_place_read(record->effective_place, &place)) {
        return;
    }
    message->port = place.port;
    if (place.is_tls && record->tls == TLS_NONE) {
        message->tls = TLS_PIN;
    }
}

static void fill_job(const struct watch *watch, const struct look *look,
                     const struct device_record *record, uint32_t site,
                     const struct options *options, struct job_message *message)
{
    const struct core_settings *core = &watch->daemon->config->core;
    *message = (struct job_message){
        .scope = VMM_SCOPE_FULL,
        .may_login = look->may_login,
        .max_connections = (uint8_t)(record->connections > 0 ? record->connections : 1),
        .tls = (uint8_t)record->tls,
        .auth = (uint8_t)record->auth,
        .port = record->port,
        .deadline_ms = look->deadline_ms,
        .connect_ms = core->watch.connect_timeout_ms,
        .max_bytes = core->limits.look_bytes,
        .device_id = record->id,
        .host = record->host,
        .source = source_address(fleet_site(watch->daemon->fleet, site)),
        .user = "",
        .options = options->json,
        .options_hash = options->hash,
    };
    fill_place(record, message);
    if (record->has_tls_pin) {
        message->tls_pin = (struct frame_bytes){record->tls_pin, TLS_PIN_SIZE};
    }
}

/* With the secret of this credential where the look may log in; an empty password would be a wrong one. */
static void put_by_credential(struct watch *watch, const struct look *look, const char *id,
                              struct job_parts *parts)
{
    const struct credential_record *credential = vault_find(watch->daemon->vault, id);
    parts->message.user = credential != NULL ? credential->user : "";
    bool has_secret =
        look->may_login && credential != NULL &&
        vault_with_secret(watch->daemon->vault, credential->id, put_job_with_secret, parts) == 0;
    if (!has_secret) {
        parts->message.may_login = 0;
        put_job(parts);
    }
}

int job_send(struct watch *watch, const struct look *look, const struct fleet_device *device,
             const struct options *options)
{
    const struct watched *watched = &watch->devices[look->device];
    struct job_parts parts = {.out = host_out(look->host), .id = look->id};
    if (parts.out == NULL) {
        return VMM_E_STATE;
    }
    fill_job(watch, look, &device->record, device->site, options, &parts.message);
    parts.message.scope = (uint8_t)plugin_scope(watched, look->scope);
    fill_notes(&parts.message, watched->note);
    put_by_credential(watch, look, device->record.credential_id, &parts);
    host_flush(look->host);
    return parts.rc;
}

int job_send_visit(struct watch *watch, const struct look *look, const struct options *options)
{
    const struct visit_order *order = &look->visit->order;
    struct job_parts parts = {.out = host_out(look->host), .id = look->id};
    if (parts.out == NULL) {
        return VMM_E_STATE;
    }
    fill_job(watch, look, &order->record, order->site, options, &parts.message);
    if (order->user[0] == '\0') {
        put_by_credential(watch, look, order->record.credential_id, &parts);
    } else {
        size_t size = look->may_login ? strlen(order->secret) : 0;
        parts.message.user = order->user;
        parts.message.password =
            (struct frame_bytes){.data = (const uint8_t *)order->secret, .size = (uint32_t)size};
        put_job(&parts);
    }
    host_flush(look->host);
    return parts.rc;
}
