/* SPDX-License-Identifier: MIT */
/* The operations of store.h, as values in the order that rule.c numbers them. */
#include <string.h>

#include <vmm/errors.h>
#include <vmm/observation.h>

#include "store/batch.h"

#define DELIVERY_EPOCH_US 1577836800000000ll /* 2020-01-01 00:00:00 UTC */

static const char *health_word(struct store_batch *batch, uint32_t health)
{
#define WORD(number, NAME, word) word,
    static const char *const words[] = {VMM_HEALTHS(WORD)};
    if (health >= VMM_HEALTH_COUNT) {
        batch->rc = VMM_E_RANGE;
        return "";
    }
    return words[health];
}

static const char *severity_word(struct store_batch *batch, uint32_t severity)
{
    static const char *const words[] = {VMM_SEVERITIES(WORD)};
#undef WORD
    if (severity >= VMM_SEVERITY_COUNT) {
        batch->rc = VMM_E_RANGE;
        return "";
    }
    return words[severity];
}

/* The id behind "camera:" or "nvr:", or NULL in SQL when the component is something else. */
static void put_id_of(struct store_batch *batch, const char *component, const char *prefix)
{
    size_t size = strlen(prefix);
    if (strncmp(component, prefix, size) == 0) {
        store_op_text(batch, component + size);
    } else {
        store_op_null(batch);
    }
}

void store_put_tenant(struct store_batch *batch, const char *id, const char *name, bool enabled)
{
    size_t begin = store_op_begin(batch, STORE_PUT_TENANT, 0);
    store_op_text(batch, id);
    store_op_text(batch, name);
    store_op_int(batch, enabled);
    store_op_end(batch, begin);
}

void store_put_site(struct store_batch *batch, const struct site_record *site)
{
    size_t begin = store_op_begin(batch, STORE_PUT_SITE, 0);
    store_op_text(batch, site->id);
    store_op_text(batch, site->tenant_id);
    store_op_text(batch, site->name);
    store_op_text(batch, site->timezone);
    store_op_text(batch, site->language);
    store_op_text(batch, site->profile);
    store_op_text(batch, site->way);
    store_op_int(batch, site->enabled);
    store_op_int(batch, site->commissioned_at);
    store_op_text(batch, site->owner_node);
    store_op_int(batch, (int64_t)site->epoch);
    store_op_text(batch, site->rules);
    store_op_end(batch, begin);
}

void store_put_nvr(struct store_batch *batch, const struct nvr_record *nvr)
{
    size_t begin = store_op_begin(batch, STORE_PUT_NVR, 0);
    store_op_text(batch, nvr->id);
    store_op_text(batch, nvr->site_id);
    store_op_text(batch, nvr->name);
    store_op_end(batch, begin);
}

void store_put_camera(struct store_batch *batch, const struct camera_record *camera)
{
    size_t begin = store_op_begin(batch, STORE_PUT_CAMERA, 0);
    store_op_text(batch, camera->id);
    store_op_text(batch, camera->site_id);
    store_op_text(batch, camera->nvr_id);
    store_op_text(batch, camera->name);
    store_op_int(batch, camera->nvr_channel);
    store_op_int(batch, camera->priority);
    store_op_text(batch, camera->tags);
    store_op_text(batch, camera->expected);
    store_op_int(batch, camera->commissioned_at);
    store_op_int(batch, camera->retired_at);
    store_op_int(batch, camera->enabled);
    store_op_text(batch, camera->rules);
    store_op_end(batch, begin);
}

void store_put_device(struct store_batch *batch, const struct device_record *device)
{
    size_t begin = store_op_begin(batch, STORE_PUT_DEVICE, 0);
    store_op_text(batch, device->id);
    store_op_text(batch, device->site_id);
    store_op_int(batch, device->kind);
    store_op_text(batch, device->provider);
    store_op_text(batch, device->effective_provider);
    store_op_text(batch, device->host);
    store_op_int(batch, device->port);
    store_op_text(batch, device->port_group);
    store_op_int(batch, device->tls);
    store_op_int(batch, device->auth);
    store_op_text(batch, device->credential_id);
    store_op_text(batch, device->options);
    store_op_int(batch, device->enabled);
    store_op_int(batch, device->connections);
    store_op_text(batch, device->model);
    store_op_text(batch, device->firmware);
    store_op_text(batch, device->serial);
    store_op_text(batch, device->mac);
    if (device->has_tls_pin) {
        store_op_blob(batch, device->tls_pin, TLS_PIN_SIZE, TLS_PIN_SIZE);
    } else {
        store_op_null(batch);
    }
    store_op_text(batch, device->link);
    store_op_text(batch, device->effective_place);
    store_op_end(batch, begin);
}

/* An operation that has two texts and nothing else. */
static void put_two(struct store_batch *batch, enum store_kind kind, const char *a, const char *b)
{
    size_t begin = store_op_begin(batch, kind, 0);
    store_op_text(batch, a);
    store_op_text(batch, b);
    store_op_end(batch, begin);
}

static void put_one(struct store_batch *batch, enum store_kind kind, const char *key)
{
    size_t begin = store_op_begin(batch, kind, 0);
    store_op_text(batch, key);
    store_op_end(batch, begin);
}

void store_del_site(struct store_batch *batch, const char *id)
{
    put_one(batch, STORE_DEL_SITE, id);
}

void store_del_nvr(struct store_batch *batch, const char *site_id, const char *id)
{
    put_two(batch, STORE_DEL_NVR, id, site_id);
}

void store_del_camera(struct store_batch *batch, const char *site_id, const char *id)
{
    put_two(batch, STORE_DEL_CAMERA, id, site_id);
}

void store_del_device(struct store_batch *batch, const char *site_id, const char *id)
{
    put_two(batch, STORE_DEL_DEVICE, id, site_id);
}

void store_put_component(struct store_batch *batch, const struct store_component *component)
{
    size_t begin = store_op_begin(batch, STORE_PUT_COMPONENT, component->severity);
    store_op_text(batch, component->site_id);
    store_op_text(batch, component->component);
    store_op_text(batch, severity_word(batch, component->severity));
    store_op_int(batch, component->next_poll_at);
    store_op_int(batch, component->last_latency_ms);
    store_op_int(batch, component->consecutive_failures);
    store_op_int(batch, component->load_shed_mode);
    store_op_text(batch, component->node_id);
    store_op_int(batch, (int64_t)component->epoch);
    put_id_of(batch, component->component, "camera:");
    put_id_of(batch, component->component, "nvr:");
    store_op_text(batch, health_word(batch, component->health));
    store_op_int(batch, component->last_seen_at);
    store_op_blob(batch, component->state, component->state_size, STORE_STATE_MAX);
    store_op_end(batch, begin);
}

void store_del_component(struct store_batch *batch, const char *site_id, const char *component)
{
    put_two(batch, STORE_DEL_COMPONENT, site_id, component);
}

void store_put_note(struct store_batch *batch, const char *site_id, const char *component,
                    const void *note, size_t size)
{
    size_t begin = store_op_begin(batch, STORE_PUT_NOTE, 0);
    store_op_text(batch, site_id);
    store_op_text(batch, component);
    store_op_blob(batch, note, size, STORE_NOTE_MAX);
    store_op_end(batch, begin);
}

void store_put_soft(struct store_batch *batch, const struct store_soft *soft)
{
    size_t begin = store_op_begin(batch, STORE_PUT_SOFT, 0);
    store_op_text(batch, soft->site_id);
    store_op_text(batch, soft->component);
    store_op_int(batch, soft->next_poll_at);
    store_op_int(batch, soft->last_seen_at);
    store_op_int(batch, soft->last_latency_ms);
    if (soft->note != NULL) {
        store_op_blob(batch, soft->note, soft->note_size, STORE_NOTE_MAX);
    } else {
        store_op_null(batch);
    }
    put_id_of(batch, soft->component, "camera:");
    put_id_of(batch, soft->component, "nvr:");
    store_op_end(batch, begin);
}

void store_put_breaker(struct store_batch *batch, const struct store_breaker *breaker)
{
    size_t begin = store_op_begin(batch, STORE_PUT_BREAKER, 0);
    store_op_text(batch, breaker->site_id);
    store_op_text(batch, breaker->target_service);
    store_op_text(batch, breaker->state);
    store_op_int(batch, breaker->failure_count);
    store_op_int(batch, breaker->last_failure_at);
    store_op_int(batch, breaker->last_latency_ms);
    store_op_int(batch, breaker->opened_at);
    store_op_text(batch, breaker->node_id);
    store_op_int(batch, (int64_t)breaker->epoch);
    store_op_end(batch, begin);
}

void store_del_breaker(struct store_batch *batch, const char *site_id, const char *target_service)
{
    put_two(batch, STORE_DEL_BREAKER, site_id, target_service);
}

void store_put_event(struct store_batch *batch, const struct store_event *event)
{
    size_t begin = store_op_begin(batch, STORE_PUT_EVENT, event->severity);
    store_op_text(batch, event->id);
    store_op_text(batch, event->site_id);
    store_op_text(batch, event->camera_id);
    store_op_text(batch, event->type);
    store_op_text(batch, severity_word(batch, event->severity));
    store_op_real(batch, event->score);
    store_op_int(batch, event->ts_event);
    store_op_text(batch, event->dedup_key);
    store_op_text(batch, event->metadata_json);
    store_op_text(batch, event->node_id);
    store_op_int(batch, (int64_t)event->epoch);
    store_op_end(batch, begin);
}

void store_put_cursor(struct store_batch *batch, const char *destination, int64_t seq)
{
    size_t begin = store_op_begin(batch, STORE_PUT_CURSOR, 0);
    store_op_text(batch, destination);
    store_op_int(batch, seq);
    store_op_end(batch, begin);
}

void store_del_cursor(struct store_batch *batch, const char *destination)
{
    put_one(batch, STORE_DEL_CURSOR, destination);
}

void store_put_watched(struct store_batch *batch, int64_t at)
{
    size_t begin = store_op_begin(batch, STORE_PUT_WATCHED, 0);
    store_op_int(batch, at);
    store_op_end(batch, begin);
}

void store_put_delivery(struct store_batch *batch, const struct store_delivery *delivery)
{
    size_t begin = store_op_begin(batch, STORE_PUT_DELIVERY, delivery->severity);
    store_op_int(batch, delivery->id);
    store_op_text(batch, delivery->site_id);
    store_op_text(batch, delivery->event_id);
    store_op_text(batch, delivery->channel);
    store_op_text(batch, severity_word(batch, delivery->severity));
    store_op_text(batch, delivery->status);
    store_op_text(batch, delivery->target);
    store_op_text(batch, delivery->payload);
    store_op_text(batch, delivery->error_message);
    store_op_int(batch, delivery->created_at);
    store_op_text(batch, delivery->node_id);
    store_op_int(batch, (int64_t)delivery->epoch);
    store_op_text(batch, delivery->kind != NULL ? delivery->kind : "");
    store_op_end(batch, begin);
}

int64_t store_delivery_id(int64_t created_at, uint32_t random)
{
    int64_t ms = (created_at - DELIVERY_EPOCH_US) / 1000;
    return (ms & 0x1ffffffffff) << 22 | (random & 0x3fffffu);
}

void store_put_ledger(struct store_batch *batch, const char *key, const void *bytes, size_t size)
{
    size_t begin = store_op_begin(batch, STORE_PUT_LEDGER, 0);
    store_op_text(batch, key);
    store_op_blob(batch, bytes, size, STORE_TEXT_MAX);
    store_op_end(batch, begin);
}

void store_del_ledger(struct store_batch *batch, const char *key)
{
    put_one(batch, STORE_DEL_LEDGER, key);
}
