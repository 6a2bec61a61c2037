/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <kit/zonerule.h>

/* What is read can be printed, is read again as the same, and gives one of its two zones. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vmm_datetime wall = {.year = 2026, .month = 10, .day = 25, .hour = 2};
    struct vmm_zonerule rule;
    struct vmm_zonerule again;
    char text[VMM_ZONERULE_TEXT];
    if (size == 0 ||
        vmm_zonerule_parse(vmm_text_bytes(data + 1, size - 1), data[0] & 1u, &rule) != 0) {
        return 0;
    }
    int32_t offset = vmm_zonerule_offset(&rule, INT64_C(1790000000000));
    vmm_zonerule_print(&rule, text);
    if ((offset != rule.standard_s && offset != rule.daylight_s) ||
        vmm_zonerule_parse(vmm_text_of(text), 0, &again) != 0 ||
        memcmp(&rule, &again, sizeof(rule)) != 0) {
        abort();
    }
    vmm_zonerule_utc_ms(&rule, &wall, 0);
    return 0;
}
