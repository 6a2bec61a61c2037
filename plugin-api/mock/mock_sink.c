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

static void sink_settle(struct vmm_delivery *delivery, uint32_t index, uint32_t verdict,
                        uint32_t retry_after_ms, const char *why)
{
    const char *wrong = wrong_settling(delivery, index, verdict, why);
    if (wrong != NULL) {
        mock_complain(delivery->mock, "settle() %s (message %u)", wrong, index);
        return;
    }
    delivery->open--;
    delivery->settled[index] = (struct vmm_mock_settled){
        .settled = true,
        .verdict = verdict,
        .retry_after_ms = retry_after_ms,
        .why = mock_string(why),
    };
}

const struct vmm_sink_host mock_sink_host = {
    .struct_size = sizeof(struct vmm_sink_host),
    .settle = sink_settle,
};

static const char *record_node(struct vmm_context *context)
{
    (void)context;
    return VMM_MOCK_NODE;
}

static bool keep_place(struct vmm_mock *mock, const struct vmm_place *place)
{
    if (place == NULL || place->table == NULL || place->place == NULL ||
        strlen(place->table) >= VMM_PLACE_MAX || strlen(place->place) >= VMM_PLACE_MAX) {
        return false;
    }
    char(*kept)[VMM_PLACE_MAX] = mock->places[mock->place_count++];
    memcpy(kept[0], place->table, strlen(place->table) + 1);
    memcpy(kept[1], place->place, strlen(place->place) + 1);
    return true;
}

static int record_resume(struct vmm_context *context, const struct vmm_place *const *places,
                         uint32_t count)
{
    struct vmm_mock *mock = mock_of(context);
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    if (mock->delivery != NULL && mock->delivery->open > 0) {
        mock_complain(mock, "resume() while %u messages are not settled", mock->delivery->open);
        return VMM_E_STATE;
    }
    mock->place_count = 0;
    mock->resumes++;
    for (uint32_t i = 0; i < count; i++) {
        if (i == VMM_PLACES_MAX || !keep_place(mock, places[i])) {
            mock_complain(mock, "resume() with a place that is none (number %u)", i);
            return VMM_E_INVAL;
        }
    }
    return 0;
}

const struct vmm_record_host mock_record_host = {
    .struct_size = sizeof(struct vmm_record_host),
    .node_id = record_node,
    .resume = record_resume,
};

uint32_t vmm_mock_resumes(const struct vmm_mock *mock)
{
    return mock->resumes;
}

const char *vmm_mock_place(const struct vmm_mock *mock, const char *table)
{
    for (uint32_t i = 0; i < mock->place_count; i++) {
        if (strcmp(mock->places[i][0], table) == 0) {
            return mock->places[i][1];
        }
    }
    return NULL;
}

static void forget_delivery(struct vmm_delivery *delivery)
{
    for (uint32_t i = 0; delivery != NULL && i < delivery->count; i++) {
        free((void *)delivery->settled[i].why);
        delivery->settled[i] = (struct vmm_mock_settled){0};
    }
}

/* Nothing after a message that is held back may have been delivered: it would arrive out of order.
 */
static void check_order(struct vmm_mock *mock)
{
    bool held = false;
    for (uint32_t i = 0; i < mock->delivery->count; i++) {
        const struct vmm_mock_settled *settled = &mock->delivery->settled[i];
        if (held && settled->verdict == VMM_SINK_DELIVERED) {
            mock_complain(mock, "message %u was delivered past one that is held back", i);
        }
        held = held || settled->verdict == VMM_SINK_RETRY;
    }
}

int vmm_mock_deliver(struct vmm_mock *mock, const struct vmm_message *messages, uint32_t count)
{
    if (!mock->is_open || mock->descriptor->kind != VMM_KIND_SINK || count > VMM_SINK_BATCH_MAX) {
        return VMM_E_STATE;
    }
    if (mock->delivery == NULL) {
        mock->delivery = mock_alloc(sizeof(*mock->delivery));
    }
    forget_delivery(mock->delivery);
    mock->delivery->mock = mock;
    mock->delivery->count = count;
    mock->delivery->open = count;
    const struct vmm_message *pointers[VMM_SINK_BATCH_MAX];
    for (uint32_t i = 0; i < count; i++) {
        pointers[i] = &messages[i];
    }
    const struct vmm_sink_ops *ops = mock->descriptor->ops;
    int rc = ops->deliver(mock->self, mock->delivery, pointers, count);
    if (rc != 0 && mock->delivery->open < count) {
        mock_complain(mock, "a batch was settled and then refused");
    }
    vmm_mock_run(mock);
    if (rc == 0 && mock->delivery->open > 0) {
        mock_complain(mock, "%u messages are not settled and nothing is left to happen",
                      mock->delivery->open);
    }
    check_order(mock);
    return rc;
}

const struct vmm_mock_settled *vmm_mock_settled(const struct vmm_mock *mock, uint32_t place)
{
    return mock->delivery == NULL || place >= mock->delivery->count
               ? NULL
               : &mock->delivery->settled[place];
}

void vmm_mock_drain(struct vmm_mock *mock)
{
    if (mock->is_open && mock->descriptor->kind == VMM_KIND_SINK) {
        ((const struct vmm_sink_ops *)mock->descriptor->ops)->drain(mock->self);
    }
}

void mock_sink_release(struct vmm_mock *mock)
{
    forget_delivery(mock->delivery);
    free(mock->delivery);
}
