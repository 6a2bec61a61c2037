/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <kit/datetime.h>

/* The first line is the format, the rest the text. What is accepted is a date that exists. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_text rest = vmm_text_bytes(data, size);
    struct vmm_text line;
    char format[64];
    struct vmm_datetime at = {0};
    int32_t zone = 0;
    if (!vmm_text_line(&rest, &line)) {
        return 0;
    }
    vmm_text_to_utf8(line, format, sizeof(format));
    if (vmm_datetime_parse(rest, format, &at) == 0) {
        int64_t ms = vmm_datetime_epoch_ms(&at, at.zone_minutes);
        bool sane = at.year >= 1 && at.year <= 9999 && at.month >= 1 && at.month <= 12 &&
                    at.day >= 1 && at.day <= 31 && at.hour >= 0 && at.hour <= 23 &&
                    ms > INT64_C(-62200000000000) && ms < INT64_C(253500000000000);
        if (!sane) {
            abort();
        }
    }
    if (vmm_datetime_zone(rest, &zone) == 0 && (zone < VMM_ZONE_MIN || zone > VMM_ZONE_MAX)) {
        abort();
    }
    return 0;
}
