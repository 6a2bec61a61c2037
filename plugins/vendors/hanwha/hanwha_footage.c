/* SPDX-License-Identifier: MIT */
/* Footage: the spans of a timeline, and the days of a month that have any. */
#include "hanwha_parse.h"

#include <kit/datetime.h>
#include <kit/keyvalue.h>

#include <stdio.h>

#define STAMP_SIZE 19 /* 2018-03-07T00:00:01, and Z behind it where it is UTC */
#define DAYS       31

/* "Channel.0.Result.12.EndTime" with this name at its end. */
static bool is_stamp(struct vmm_text key, uint32_t channel, const char *name)
{
    char head[40];
    uint32_t place = 0;
    snprintf(head, sizeof(head), "Channel.%u.Result.", channel);
    return vmm_keyvalue_index(key, head, name, UINT32_MAX, &place) == 0;
}

static bool read_stamp(struct vmm_text value, int64_t *ms, bool *is_utc)
{
    struct vmm_datetime at = {0};
    if (value.size < STAMP_SIZE) {
        return false;
    }
    struct vmm_text stamp = vmm_text_bytes(value.data, STAMP_SIZE);
    if (vmm_datetime_parse(stamp, "%Y-%m-%dT%H:%M:%S", &at) != 0 &&
        vmm_datetime_parse(stamp, "%Y-%m-%d %H:%M:%S", &at) != 0) {
        return false;
    }
    *ms = vmm_datetime_epoch_ms(&at, 0);
    *is_utc = value.size > STAMP_SIZE && value.data[STAMP_SIZE] == 'Z';
    return true;
}

/* "Nothing" is believed only where it is said. */
uint32_t hanwha_read_timeline(struct vmm_text body, uint32_t channel,
                              struct hanwha_footage *footage)
{
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    bool is_none = false;
    *footage = (struct hanwha_footage){0};
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        int64_t at = 0;
        int64_t total = -1;
        bool is_begin = is_stamp(key, channel, ".StartTime");
        bool is_end = !is_begin && is_stamp(key, channel, ".EndTime");
        if (vmm_text_same(key, "TotalCount")) {
            is_none = vmm_text_int(value, 0, INT32_MAX, &total) == 0 && total == 0;
        } else if ((is_begin || is_end) && read_stamp(value, &at, &footage->is_utc)) {
            footage->has_begin = footage->has_begin || is_begin;
            footage->has_end = footage->has_end || is_end;
            int64_t *kept = is_begin ? &footage->oldest_ms : &footage->newest_ms;
            *kept = *kept == 0 || (is_begin ? at < *kept : at > *kept) ? at : *kept;
        }
    }
    return footage->has_begin || footage->has_end || is_none ? HANWHA_VALUES
                                                             : hanwha_error_of(body);
}

uint32_t hanwha_read_calendar(struct vmm_text body, uint32_t channel, uint32_t *days)
{
    struct vmm_text value;
    char key[40];
    *days = 0;
    snprintf(key, sizeof(key), "Channel.%u.Result", channel);
    if (vmm_keyvalue_find(body, key, VMM_KEYVALUE_ANY_CASE, &value) != 0 || value.size != DAYS) {
        return hanwha_error_of(body);
    }
    for (uint32_t i = 0; i < DAYS; i++) {
        if (value.data[i] != '0' && value.data[i] != '1') {
            *days = 0;
            return HANWHA_FOREIGN;
        }
        *days |= value.data[i] == '1' ? UINT32_C(2) << i : 0;
    }
    return HANWHA_VALUES;
}
