/* SPDX-License-Identifier: MIT */
/* What a sink that keeps the record says of itself. */
#include "mock/mock.h"

#include <string.h>

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
    if (mock->deliveries != NULL && mock->deliveries->open > 0) {
        mock_complain(mock, "resume() while %u messages are not settled", mock->deliveries->open);
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
