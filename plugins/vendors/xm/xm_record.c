/* SPDX-License-Identifier: MIT */
/*
 * How each channel is to be recorded. "ConfigRecord" has a section and a mask for each of seven days and six spans:
 * TimeSection[day][span] = "1 00:00:00-24:00:00", where the 1 says that it is used, and Mask[day][span] = "0x00000007".
 * By the maker's guide a mask of 7 records all the time and one of 6 on what is linked to it: motion, alarms. With which
 * day a week begins is not told, so that whether a schedule is due is told only where all days are alike.
 */
#include "xm_take.h"

#include <string.h>

#include <kit/weekplan.h>

#include "xm_hex.h"

#define DAYS       7u
#define SPANS      6u
#define MASK_TIMED 1
#define MASK_MAX   INT64_C(0xFFFFFFFF)

/* One span of a day. False when it is not understood. */
static bool take_span(const struct json_t *section, const struct json_t *mask, uint32_t day,
                      struct vmm_weekplan *plan)
{
    struct vmm_text text = vmm_text_trim(vmm_json_text(section, ""));
    struct vmm_text used;
    bool is_used = false;
    int64_t bits = 0;
    uint32_t from = 0;
    uint32_t to = 0;
    if (!vmm_text_part(&text, ' ', &used) || vmm_text_bool(used, &is_used) != 0 ||
        vmm_weekplan_span(text, &from, &to) != 0 || xm_hex_int(mask, "", MASK_MAX, &bits) != 0) {
        return false;
    }
    if (is_used && to > from && (bits & MASK_TIMED) != 0) {
        vmm_weekplan_add(plan, day * VMM_WEEKPLAN_DAY + from, day * VMM_WEEKPLAN_DAY + to);
    }
    plan->has_motion = plan->has_motion || (is_used && to > from && (bits & ~MASK_TIMED) != 0);
    return true;
}

/* The plan of a channel. False where the row has none, or one that is not understood. */
static bool read_plan(const struct json_t *row, struct vmm_weekplan *plan)
{
    *plan = (struct vmm_weekplan){0};
    if (vmm_json_count(row, "/TimeSection") != DAYS || vmm_json_count(row, "/Mask") != DAYS) {
        return false;
    }
    for (uint32_t day = 0; day < DAYS; day++) {
        const struct json_t *sections = vmm_json_item(row, "/TimeSection", day);
        const struct json_t *masks = vmm_json_item(row, "/Mask", day);
        size_t count = vmm_json_count(sections, "");
        if (count == 0 || count > SPANS || vmm_json_count(masks, "") != count) {
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            if (!take_span(vmm_json_item(sections, "", i), vmm_json_item(masks, "", i), day,
                           plan)) {
                return false;
            }
        }
    }
    return true;
}

static bool days_are_alike(const struct vmm_weekplan *plan)
{
    const size_t size = VMM_WEEKPLAN_DAY / 8;
    for (size_t day = 1; day < DAYS; day++) {
        if (memcmp(plan->timed, plan->timed + day * size, size) != 0) {
            return false;
        }
    }
    return true;
}

/* What "ConfigRecord" comes to; a schedule where its plan is not told. */
static const char *tell_plan(const struct xm_device *device, uint32_t channel,
                             const struct json_t *row)
{
    struct vmm_weekplan plan;
    bool is_known = read_plan(row, &plan);
    const char *mode = is_known ? vmm_weekplan_mode(&plan) : "schedule";
    if (is_known && device->has_time && days_are_alike(&plan)) {
        vmm_weekplan_observe(&plan, channel + 1, device->local_s * 1000, &device->to);
    } else {
        vmm_observe_text(&device->to, VMM_FACT_RECORDING_MODE, channel + 1, vmm_text_of(mode));
    }
    return mode;
}

static const char *tell_mode(const struct xm_device *device, uint32_t channel,
                             const struct json_t *row)
{
    struct vmm_text word = vmm_json_text(row, "/RecordMode");
    const char *mode = vmm_text_same(word, "ManualRecord")   ? "continuous"
                       : vmm_text_same(word, "ClosedRecord") ? "off"
                                                             : NULL;
    if (vmm_text_same(word, "ConfigRecord")) {
        return tell_plan(device, channel, row);
    }
    if (mode != NULL) {
        vmm_observe_text(&device->to, VMM_FACT_RECORDING_MODE, channel + 1, vmm_text_of(mode));
    } else if (word.data != NULL) {
        vmm_observe_unjudged(&device->to, VMM_FACT_RECORDING_MODE, channel + 1, word);
    }
    return mode;
}

bool xm_take_record(struct xm_device *device, const struct json_t *records)
{
    size_t count = vmm_json_count(records, "");
    for (uint32_t i = 0; i < device->channels && i < count; i++) {
        const char *mode = tell_mode(device, i, vmm_json_item(records, "", i));
        if (mode != NULL) {
            device->not_recording[i] = strcmp(mode, "off") == 0;
            device->continuous[i] = strcmp(mode, "continuous") == 0;
        }
    }
    return count > 0;
}
