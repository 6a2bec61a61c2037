/* SPDX-License-Identifier: MIT */
/* Batches of messages, and how a sink settles them. */
#include "mock/mock.h"

#include <stdlib.h>
#include <string.h>

static const char *wrong_settling(const struct vmm_delivery *delivery, uint32_t index,
                                  uint32_t verdict, const char *why)
{
    if (index >= delivery->count) {
        return "of a message that is not there";
    }
    if (delivery->settled[index].settled) {
        return "a second time";
    }
    if (verdict < VMM_SINK_DELIVERED || verdict > VMM_SINK_DROP) {
        return "with a verdict that is not in the vocabulary";
    }
    if (verdict != VMM_SINK_DELIVERED && (why == NULL || why[0] == '\0')) {
        return "without saying why";
    }
    return NULL;
}

static void settle_one(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                       uint32_t retry_after_ms, const char *why)
{
    delivery->open--;
    delivery->settled[index] = (struct vmm_mock_settled){
        .settled = true,
        .verdict = verdict,
        .retry_after_ms = retry_after_ms,
        .why = mock_string(why),
    };
}

/* A message that is held back takes all after it along. */
static void hold_back(struct vmm_delivery *delivery, uint32_t index, uint32_t retry_after_ms,
                      const char *why)
{
    delivery->held_from = index < delivery->held_from ? index : delivery->held_from;
    for (uint32_t i = index; i < delivery->count; i++) {
        if (!delivery->settled[i].settled) {
            settle_one(delivery, i, VMM_SINK_RETRY, retry_after_ms, why);
        }
    }
}

static void sink_settle(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                        uint32_t retry_after_ms, const char *why)
{
    if (index < delivery->count && index > delivery->held_from) {
        return; /* held back already by one before it */
    }
    const char *wrong = wrong_settling(delivery, index, verdict, why);
    if (wrong != NULL) {
        mock_complain(delivery->mock, "settle() %s (message %u)", wrong, index);
        return;
    }
    if (verdict == VMM_SINK_RETRY) {
        hold_back(delivery, index, retry_after_ms, why);
    } else {
        settle_one(delivery, index, verdict, retry_after_ms, why);
    }
}

const struct vmm_sink_host mock_sink_host = {
    .struct_size = sizeof(struct vmm_sink_host),
    .settle = sink_settle,
};

/* Nothing after a message that is held back may have been delivered: it would arrive out of order.
 */
static void check_order(struct vmm_mock *mock, const struct vmm_delivery *delivery)
{
    bool held = false;
    for (uint32_t i = 0; i < delivery->count; i++) {
        const struct vmm_mock_settled *settled = &delivery->settled[i];
        if (held && settled->verdict == VMM_SINK_DELIVERED) {
            mock_complain(mock, "message %u was delivered past one that is held back", i);
        }
        held = held || settled->verdict == VMM_SINK_RETRY;
    }
}

static struct vmm_delivery *create_delivery(struct vmm_mock *mock,
                                            const struct vmm_message *messages, uint32_t count)
{
    struct vmm_delivery *delivery = mock_alloc(sizeof(*delivery));
    delivery->mock = mock;
    delivery->next = mock->deliveries;
    delivery->number = mock->deliveries != NULL ? mock->deliveries->number + 1 : 0;
    delivery->target = mock_string(count > 0 ? messages[0].target : NULL);
    delivery->is_notification = count == 1 && messages[0].kind == VMM_MESSAGE_NOTIFICATION;
    for (uint32_t i = 0; i < count; i++) {
        delivery->messages[i] = &messages[i];
    }
    delivery->count = count;
    delivery->open = count;
    delivery->held_from = count;
    mock->deliveries = delivery;
    return delivery;
}

/* Whether the host would hand this out beside what is under way: that is the test's affair. */
static bool may_hand_out(const struct vmm_mock *mock, const struct vmm_message *messages,
                         uint32_t count)
{
    bool is_notification = count == 1 && messages[0].kind == VMM_MESSAGE_NOTIFICATION;
    const char *target = count > 0 && messages[0].target != NULL ? messages[0].target : "";
    uint32_t open = 0;
    for (const struct vmm_delivery *other = mock->deliveries; other != NULL; other = other->next) {
        if (other->open > 0) {
            bool beside =
                is_notification && other->is_notification && strcmp(other->target, target) != 0;
            open++;
            if (!beside || open >= VMM_SINK_PARALLEL) {
                return false;
            }
        }
    }
    return true;
}

int vmm_mock_hand_out(struct vmm_mock *mock, const struct vmm_message *messages, uint32_t count)
{
    if (!mock->is_open || mock->descriptor->kind != VMM_KIND_SINK || count > VMM_SINK_BATCH_MAX ||
        !may_hand_out(mock, messages, count)) {
        return VMM_E_STATE;
    }
    struct vmm_delivery *delivery = create_delivery(mock, messages, count);
    const struct vmm_sink_ops *ops = mock->descriptor->ops;
    int rc = ops->deliver(mock->self, delivery, delivery->messages, count);
    if (rc != 0 && delivery->open < count) {
        mock_complain(mock, "a batch was settled and then refused");
    }
    if (rc != 0) {
        delivery->open = 0;
    }
    return rc;
}

int vmm_mock_deliver(struct vmm_mock *mock, const struct vmm_message *messages, uint32_t count)
{
    const struct vmm_delivery *before = mock->deliveries;
    int rc = vmm_mock_hand_out(mock, messages, count);
    const struct vmm_delivery *delivery = mock->deliveries;
    if (delivery == before) {
        return rc; /* it was not handed out at all */
    }
    vmm_mock_run(mock);
    if (rc == 0 && delivery->open > 0) {
        mock_complain(mock, "%u messages are not settled and nothing is left to happen",
                      delivery->open);
    }
    check_order(mock, delivery);
    return rc;
}

const struct vmm_mock_settled *vmm_mock_settled_of(const struct vmm_mock *mock, uint32_t number,
                                                   uint32_t place)
{
    const struct vmm_delivery *delivery = mock->deliveries;
    while (delivery != NULL && delivery->number != number) {
        delivery = delivery->next;
    }
    return delivery == NULL || place >= delivery->count ? NULL : &delivery->settled[place];
}

const struct vmm_mock_settled *vmm_mock_settled(const struct vmm_mock *mock, uint32_t place)
{
    return mock->deliveries == NULL ? NULL
                                    : vmm_mock_settled_of(mock, mock->deliveries->number, place);
}

void vmm_mock_drain(struct vmm_mock *mock)
{
    if (mock->is_open && mock->descriptor->kind == VMM_KIND_SINK) {
        ((const struct vmm_sink_ops *)mock->descriptor->ops)->drain(mock->self);
    }
}

void mock_sink_release(struct vmm_mock *mock)
{
    while (mock->deliveries != NULL) {
        struct vmm_delivery *delivery = mock->deliveries;
        mock->deliveries = delivery->next;
        for (uint32_t i = 0; i < delivery->count; i++) {
            free((void *)delivery->settled[i].why);
        }
        free((void *)delivery->target);
        free(delivery);
    }
}
