/* SPDX-License-Identifier: MIT */
/*
 * The section Record: table.Record[channel].TimeSection[day][span]=mask 00:00:00-24:00:00, Sunday first. Bit 0 of the
 * mask is recording all the time, bit 1 on motion, the others are events; 0 is nothing. Enable means nothing.
 */
#include "dahua_parse.h"

#include <kit/keyvalue.h>

#include <string.h>

#define DAYS        7 /* an eighth is that of holidays */
#define MASK_TIMED  1
#define MASK_MOTION 2
#define MASK_MAX    0xFFFFFF

static bool take_span(struct vmm_text value, uint32_t day, struct vmm_weekplan *plan)
{
    struct vmm_text word;
    int64_t mask = 0;
    uint32_t from = 0;
    uint32_t to = 0;
    value = vmm_text_trim(value);
    if (!vmm_text_part(&value, ' ', &word) || vmm_text_int(word, 0, MASK_MAX, &mask) != 0 ||
        vmm_weekplan_span(value, &from, &to) != 0) {
        return false;
    }
    if ((mask & MASK_TIMED) != 0 && to > from) {
        vmm_weekplan_add(plan, day * VMM_WEEKPLAN_DAY + from, day * VMM_WEEKPLAN_DAY + to);
    }
    plan->has_motion = plan->has_motion || (mask & MASK_MOTION) != 0;
    plan->has_event = plan->has_event || (mask & ~(MASK_TIMED | MASK_MOTION)) != 0;
    return true;
}

/* "table.Record[3].TimeSection[6][0]": channel and day. */
static bool split_key(struct vmm_text key, uint32_t *channel, uint32_t *day)
{
    static const char head[] = "table.Record[";
    static const char name[] = "].TimeSection[";
    struct vmm_text digits;
    int64_t number = 0;
    if (!vmm_text_begins(key, head)) {
        return false;
    }
    key = vmm_text_bytes(key.data + sizeof(head) - 1, key.size - (sizeof(head) - 1));
    const char *at = memmem(key.data, key.size, name, sizeof(name) - 1);
    if (at == NULL) {
        return false;
    }
    size_t size = (size_t)(at - (const char *)key.data);
    struct vmm_text rest =
        vmm_text_bytes(at + sizeof(name) - 1, key.size - size - sizeof(name) + 1);
    if (vmm_text_int(vmm_text_bytes(key.data, size), 0, DAHUA_CHANNELS_MAX - 1, &number) != 0) {
        return false;
    }
    *channel = (uint32_t)number;
    if (!vmm_text_part(&rest, ']', &digits) || vmm_text_int(digits, 0, DAYS - 1, &number) != 0) {
        return false;
    }
    *day = (uint32_t)number;
    return true;
}

static uint8_t mode_number(const char *word)
{
    uint8_t mode = DAHUA_MODE_UNKNOWN;
    for (uint8_t i = DAHUA_MODE_CONTINUOUS; i <= DAHUA_MODE_OFF; i++) {
        mode = strcmp(dahua_mode_word(i), word) == 0 ? i : mode;
    }
    return mode;
}

/* The lines of a channel have ended. One whose lines stand in two places is not judged. */
static void end_channel(struct dahua_plans *plans, const struct vmm_weekplan *plan,
                        uint32_t channel, bool is_good)
{
    if (channel >= DAHUA_MODES_MAX) {
        return;
    }
    bool again = plans->seen[channel];
    bool good = is_good && !again;
    plans->seen[channel] = true;
    plans->modes[channel] =
        good ? mode_number(vmm_weekplan_mode(plan)) : (uint8_t)DAHUA_MODE_UNKNOWN;
    if (channel + 1 == plans->wanted) {
        plans->has_plan = good;
        plans->plan = *plan;
    }
}

bool dahua_read_plans(struct vmm_text body, uint32_t wanted, struct dahua_plans *plans)
{
    struct vmm_weekplan plan = {0};
    struct vmm_text key;
    struct vmm_text value;
    uint32_t current = UINT32_MAX;
    bool good = true;
    *plans = (struct dahua_plans){.wanted = wanted};
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t channel = 0;
        uint32_t day = 0;
        if (!split_key(key, &channel, &day)) {
            continue;
        }
        if (channel != current) {
            end_channel(plans, &plan, current, good);
            plan = (struct vmm_weekplan){0};
            current = channel;
            good = true;
        }
        good = take_span(value, day, &plan) && good;
    }
    end_channel(plans, &plan, current, good);
    return current != UINT32_MAX;
}
