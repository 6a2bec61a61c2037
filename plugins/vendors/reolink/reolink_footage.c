/* SPDX-License-Identifier: MIT */
/* What a Search finds: files, or the days of a month that have any. */
#include "reolink_parse.h"

/* "Nothing" is believed only where there is a result without a file. */
static const struct json_t *result_of(const struct json_t *reply)
{
    const struct json_t *value = NULL;
    return reolink_find(reply, "Search", 0, &value) == REOLINK_DONE
               ? vmm_json_at(value, "/SearchResult")
               : NULL;
}

bool reolink_read_footage(const struct json_t *reply, struct reolink_footage *footage)
{
    const struct json_t *result = result_of(reply);
    *footage = (struct reolink_footage){0};
    for (size_t i = 0; i < vmm_json_count(result, "/File"); i++) {
        const struct json_t *file = vmm_json_item(result, "/File", i);
        struct vmm_datetime at;
        if (reolink_read_time(vmm_json_at(file, "/StartTime"), &at)) {
            int64_t ms = vmm_datetime_epoch_ms(&at, 0);
            footage->oldest_ms =
                !footage->has_begin || ms < footage->oldest_ms ? ms : footage->oldest_ms;
            footage->has_begin = true;
        }
        if (reolink_read_time(vmm_json_at(file, "/EndTime"), &at)) {
            int64_t ms = vmm_datetime_epoch_ms(&at, 0);
            footage->newest_ms =
                !footage->has_end || ms > footage->newest_ms ? ms : footage->newest_ms;
            footage->has_end = true;
        }
    }
    bool is_none = result != NULL && vmm_json_count(result, "/File") == 0;
    return footage->has_begin || footage->has_end || is_none;
}

static uint32_t days_of(struct vmm_text table)
{
    uint32_t days = 0;
    for (size_t i = 0; i < table.size && i < 31; i++) {
        days |= table.data[i] == '1' ? UINT32_C(2) << i : 0;
    }
    return days;
}

bool reolink_read_days(const struct json_t *reply, int32_t year, int32_t month, uint32_t *days)
{
    const struct json_t *result = result_of(reply);
    *days = 0;
    for (size_t i = 0; i < vmm_json_count(result, "/Status"); i++) {
        const struct json_t *row = vmm_json_item(result, "/Status", i);
        int64_t row_year = 0;
        int64_t row_month = 0;
        if (vmm_json_int(row, "/year", 1970, 2100, &row_year) == 0 && row_year == year &&
            vmm_json_int(row, "/mon", 1, 12, &row_month) == 0 && row_month == month) {
            *days |= days_of(vmm_json_text(row, "/table"));
        }
    }
    return result != NULL;
}
