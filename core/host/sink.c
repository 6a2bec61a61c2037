/* SPDX-License-Identifier: MIT */
#include "host/sink.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "host/breach.h"
#include "host/handle.h"
#include "host/record.h"
#include "ipc/message.h"

/* A batch under way; a plugin's handle names it and its life (see handle.h). */
struct vmm_delivery {
    struct sink *sink;
    uint32_t serial;
    bool is_live;
    bool
        was_held; /* the last life ended, or this one goes on, with messages held back by a RETRY */
    bool is_notification;
    uint64_t id; /* of the frame */
    struct buf frame;
    uint32_t count;
    uint32_t open;
    bool settled[BATCH_ITEMS_MAX];
    struct vmm_message messages[BATCH_ITEMS_MAX];
    const struct vmm_message *list[BATCH_ITEMS_MAX];
};

struct sink {
    struct sink_setup setup;
    struct vmm_delivery *deliveries[VMM_SINK_PARALLEL]; /* made when first needed */
};

static struct vmm_delivery *create_delivery(struct sink *sink)
{
    size_t size = (sizeof(struct vmm_delivery) + HANDLE_ALIGN - 1) / HANDLE_ALIGN * HANDLE_ALIGN;
    struct vmm_delivery *delivery = aligned_alloc(HANDLE_ALIGN, size);
    if (delivery != NULL) {
        memset(delivery, 0, size);
        delivery->sink = sink;
    }
    return delivery;
}

struct sink *sink_create(const struct sink_setup *setup)
{
    struct sink *sink = calloc(1, sizeof(*sink));
    if (sink == NULL) {
        return NULL;
    }
    sink->setup = *setup;
    if (setup->record != NULL) {
        record_set_sink(setup->record, sink);
    }
    return sink;
}

void sink_destroy(struct sink *sink)
{
    if (sink == NULL) {
        return;
    }
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        if (sink->deliveries[i] != NULL) {
            buf_finish(&sink->deliveries[i]->frame);
            free(sink->deliveries[i]);
        }
    }
    free(sink);
}

static void send_settled(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                         uint32_t retry_ms, const char *why)
{
    char clean[TEXT_MAX + 1] = "";
    struct channel *channel = delivery->sink->setup.channel;
    if (why != NULL) {
        text_clean(why, strnlen(why, 4 * TEXT_MAX), clean);
        mask_text(delivery->sink->setup.secrets, clean, sizeof(clean));
    }
    struct settled_message message = {
        .index = index, .verdict = verdict, .retry_after_ms = retry_ms, .why = clean};
    delivery->settled[index] = true;
    delivery->open--;
    (void)message_put_settled(channel_out(channel), delivery->id, &message);
    channel_flush_soon(channel);
}

static void end_if_settled(struct vmm_delivery *delivery)
{
    if (delivery->open == 0 && delivery->is_live) {
        delivery->is_live = false;
        delivery->serial++;
        delivery->sink->setup.on_change(delivery->sink->setup.arg);
    }
}

/* A message held back takes all after it along: the core keeps their order. */
static void hold_back(struct vmm_delivery *delivery, uint32_t index, uint32_t retry_ms,
                      const char *why)
{
    delivery->was_held = true;
    for (uint32_t i = index; i < delivery->count; i++) {
        if (!delivery->settled[i]) {
            send_settled(delivery, i, VMM_SINK_RETRY, retry_ms, why);
        }
    }
}

static void settle(struct vmm_delivery *handle, uint32_t index, uint32_t verdict,
                   uint32_t retry_after_ms, const char *why)
{
    struct vmm_delivery *delivery = handle_object(handle);
    bool lives = delivery != NULL && delivery->is_live &&
                 delivery->serial % HANDLE_ALIGN == handle_serial(handle);
    if (delivery != NULL && delivery->was_held &&
        (!lives || delivery->settled[index % BATCH_ITEMS_MAX])) {
        return; /* settled already by the RETRY before it */
    }
    if (!lives || index >= delivery->count || delivery->settled[index]) {
        breach("settle() for a message that is settled already, or never was");
    }
    if (verdict < VMM_SINK_DELIVERED || verdict > VMM_SINK_DROP) {
        breach("settle() with a verdict that does not exist");
    }
    if (verdict == VMM_SINK_RETRY) {
        hold_back(delivery, index, retry_after_ms, why);
    } else {
        send_settled(delivery, index, verdict, 0, why);
    }
    end_if_settled(delivery);
}

const struct vmm_sink_host sink_host = {.struct_size = sizeof(struct vmm_sink_host),
                                        .settle = settle};

/* Copy the batch: its texts live in the delivery's own copy of the frame. */
static int read_batch(struct vmm_delivery *delivery, const struct frame *frame)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_message batch = {.items = items};
    buf_clear(&delivery->frame);
    buf_add(&delivery->frame, frame->body, frame->body_size);
    if (buf_failed(&delivery->frame)) {
        return VMM_E_NOMEM;
    }
    struct frame copy = *frame;
    copy.body = delivery->frame.data;
    int rc = message_get_batch(&copy, &batch);
    for (uint32_t i = 0; rc == 0 && i < batch.count; i++) {
        delivery->settled[i] = false;
        delivery->list[i] = &delivery->messages[i];
        delivery->messages[i] = (struct vmm_message){.struct_size = sizeof(struct vmm_message),
                                                     .severity = items[i].severity,
                                                     .id = items[i].id,
                                                     .dedup_key = items[i].dedup_key,
                                                     .site_id = items[i].site_id,
                                                     .json = items[i].json,
                                                     .json_size = strlen(items[i].json),
                                                     .kind = items[i].kind,
                                                     .attempt = items[i].attempt,
                                                     .target = items[i].target,
                                                     .place = items[i].place};
    }
    delivery->count = batch.count;
    delivery->open = batch.count;
    delivery->is_notification = batch.count == 1 && items[0].kind == VMM_MESSAGE_NOTIFICATION;
    return rc;
}

/* True when the new delivery may run beside this one: both are notifications, of two targets. */
static bool goes_beside(const struct vmm_delivery *new, const struct vmm_delivery *other)
{
    return new->is_notification &&
           other->is_notification &&strcmp(new->messages[0].target, other->messages[0].target) != 0;
}

static bool may_run(const struct sink *sink, const struct vmm_delivery *delivery)
{
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        const struct vmm_delivery *other = sink->deliveries[i];
        if (other != NULL && other->is_live && !goes_beside(delivery, other)) {
            return false;
        }
    }
    return true;
}

/* A delivery that is not under way; NULL when all are, or without memory. */
static struct vmm_delivery *take_delivery(struct sink *sink)
{
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        if (sink->deliveries[i] == NULL) {
            sink->deliveries[i] = create_delivery(sink);
            return sink->deliveries[i];
        }
        if (!sink->deliveries[i]->is_live) {
            return sink->deliveries[i];
        }
    }
    return NULL;
}

/* Hand it to the plugin. Rows that were on their way while the plugin said where to go on leave a gap, or repeat:
 * they come again. */
static void hand_over(struct sink *sink, struct vmm_delivery *delivery)
{
    uint32_t serial = delivery->serial;
    if (sink->setup.record != NULL && record_is_waiting(sink->setup.record)) {
        hold_back(delivery, 0, 0, "the sink has not said yet where to go on");
        end_if_settled(delivery);
        return;
    }
    int rc = sink->setup.ops->deliver(sink->setup.self, handle_make(delivery, serial),
                                      delivery->list, delivery->count);
    if (rc != 0 && delivery->is_live && delivery->serial == serial) {
        hold_back(delivery, 0, 0, "the plugin refused the batch");
        end_if_settled(delivery);
    }
}

int sink_start(struct sink *sink, const struct frame *frame)
{
    struct vmm_delivery *delivery = take_delivery(sink);
    if (delivery == NULL) {
        return VMM_E_PROTO;
    }
    int rc = read_batch(delivery, frame);
    if (rc != 0 || delivery->count == 0) {
        return rc;
    }
    if (!may_run(sink, delivery)) {
        return VMM_E_PROTO;
    }
    delivery->id = frame->id;
    delivery->is_live = true;
    delivery->was_held = false;
    hand_over(sink, delivery);
    return 0;
}

void sink_drain(struct sink *sink)
{
    sink->setup.ops->drain(sink->setup.self);
}

bool sink_is_busy(const struct sink *sink)
{
    for (uint32_t i = 0; i < VMM_SINK_PARALLEL; i++) {
        if (sink->deliveries[i] != NULL && sink->deliveries[i]->is_live) {
            return true;
        }
    }
    return false;
}
