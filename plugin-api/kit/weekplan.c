/* SPDX-License-Identifier: MIT */
#include <kit/weekplan.h>

#include <string.h>

#define MINUTE_MS     INT64_C(60000)
#define FIRST_WEEKDAY 4u /* 1970-01-01 was a Thursday */

static bool is_timed(const struct vmm_weekplan *plan, uint32_t minute)
{
    return (plan->timed[minute / 8] >> (minute % 8) & 1u) != 0;
}

void vmm_weekplan_add(struct vmm_weekplan *plan, uint32_t from, uint32_t to)
{
    uint32_t minute = from % VMM_WEEKPLAN_WEEK;
    uint32_t length = to >= from ? to - from : to + VMM_WEEKPLAN_WEEK - minute;
    for (uint32_t i = 0; i < length && i < VMM_WEEKPLAN_WEEK; i++) {
        plan->timed[minute / 8] |= (uint8_t)(1u << minute % 8);
        minute = (minute + 1) % VMM_WEEKPLAN_WEEK;
    }
}

/* "07:30:00" */
static bool read_minute(struct vmm_text text, uint32_t *minute)
{
    struct vmm_text part;
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!vmm_text_part(&text, ':', &part) || vmm_text_int(part, 0, 24, &hours) != 0 ||
        !vmm_text_part(&text, ':', &part) || vmm_text_int(part, 0, 59, &minutes) != 0) {
        return false;
    }
    *minute = (uint32_t)(hours * 60 + minutes);
    return *minute <= VMM_WEEKPLAN_DAY;
}

int vmm_weekplan_span(struct vmm_text text, uint32_t *from, uint32_t *to)
{
    struct vmm_text begin;
    if (!vmm_text_part(&text, '-', &begin) || !read_minute(vmm_text_trim(begin), from) ||
        !read_minute(vmm_text_trim(text), to)) {
        return VMM_E_INVAL;
    }
    *to = *to == VMM_WEEKPLAN_DAY - 1 ? VMM_WEEKPLAN_DAY : *to;
    return 0;
}

uint32_t vmm_weekplan_minute(int64_t wall_ms)
{
    const int64_t week = VMM_WEEKPLAN_WEEK;
    int64_t minutes = wall_ms / MINUTE_MS + FIRST_WEEKDAY * VMM_WEEKPLAN_DAY;
    return (uint32_t)((minutes % week + week) % week);
}

static bool all_are(const struct vmm_weekplan *plan, uint8_t byte)
{
    for (size_t i = 0; i < sizeof(plan->timed); i++) {
        if (plan->timed[i] != byte) {
            return false;
        }
    }
    return true;
}

const char *vmm_weekplan_mode(const struct vmm_weekplan *plan)
{
    if (all_are(plan, 0xFF)) {
        return "continuous";
    }
    if (!all_are(plan, 0)) {
        return "schedule";
    }
    return plan->has_motion ? "motion" : plan->has_event ? "event" : "off";
}

/* For how many whole minutes it has been as it is at this one. */
static uint32_t since(const struct vmm_weekplan *plan, uint32_t minute)
{
    bool now = is_timed(plan, minute);
    uint32_t back = 0;
    while (back < VMM_WEEKPLAN_WEEK &&
           is_timed(plan, (minute + VMM_WEEKPLAN_WEEK - back) % VMM_WEEKPLAN_WEEK) == now) {
        back++;
    }
    return back - 1;
}

void vmm_weekplan_observe(const struct vmm_weekplan *plan, uint32_t channel, int64_t wall_ms,
                          const struct vmm_observer *to)
{
    const char *mode = vmm_weekplan_mode(plan);
    uint32_t minute = vmm_weekplan_minute(wall_ms);
    int64_t seconds = wall_ms / 1000 % 60;
    vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel, vmm_text_of(mode));
    if (strcmp(mode, "schedule") == 0) {
        vmm_observe_bool(to, VMM_FACT_RECORDING_DUE, channel, is_timed(plan, minute));
        vmm_observe_int(to, VMM_FACT_RECORDING_DUE_SINCE, channel,
                        (int64_t)since(plan, minute) * 60 + (seconds < 0 ? 0 : seconds));
    }
}
