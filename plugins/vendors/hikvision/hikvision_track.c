/* SPDX-License-Identifier: MIT */
/* A track: when a channel is to be recorded. Its switch is enableSchedule; the plain Enable reads false on recorders
 * that record, and means nothing. */
#include "hikvision_parse.h"

#include <kit/xml.h>

#define LAST_MINUTE (VMM_WEEKPLAN_DAY - 1) /* some firmware ends its days at 23:59 */

static bool read_day(struct vmm_text word, uint32_t *day)
{
    static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
    for (*day = 0; *day < 7; (*day)++) {
        if (vmm_text_same(word, days[*day])) {
            return true;
        }
    }
    return false;
}

/* "24:00:00" is the end of a day; seconds are not read. */
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

static bool read_moment(const struct vmm_xml_node *node, uint32_t *at)
{
    uint32_t day = 0;
    uint32_t minute = 0;
    bool known = read_day(vmm_xml_text_at(node, "DayOfWeek"), &day) &&
                 read_minute(vmm_xml_text_at(node, "TimeOfDay"), &minute);
    *at = day * VMM_WEEKPLAN_DAY + minute;
    return known;
}

/* False when it cannot be read. CMR is recording all the time; each other word is an event. */
static bool take_action(const struct vmm_xml_node *action, struct vmm_weekplan *plan)
{
    struct vmm_text word = vmm_xml_text_at(action, "Actions/ActionRecordingMode");
    uint32_t from = 0;
    uint32_t to = 0;
    bool records = true;
    (void)vmm_text_bool(vmm_xml_text_at(action, "Actions/Record"), &records);
    if (word.size == 0 || !read_moment(vmm_xml_at(action, "ScheduleActionStartTime"), &from) ||
        !read_moment(vmm_xml_at(action, "ScheduleActionEndTime"), &to)) {
        return false;
    }
    if (!records) {
        return true;
    }
    if (vmm_text_same(word, "CMR")) {
        vmm_weekplan_add(plan, from, to % VMM_WEEKPLAN_DAY == LAST_MINUTE ? to + 1 : to);
    } else if (vmm_text_same(word, "MOTION")) {
        plan->has_motion = true;
    } else {
        plan->has_event = true;
    }
    return true;
}

static bool take_block(const struct vmm_xml_node *block, struct vmm_weekplan *plan, bool *any)
{
    const struct vmm_xml_node *action = vmm_xml_at(block, "ScheduleAction");
    for (; action != NULL; action = vmm_xml_next(action)) {
        if (!take_action(action, plan)) {
            return false;
        }
        *any = true;
    }
    return true;
}

/* A plan without a single entry is not believed. */
static bool take_schedule(const struct vmm_xml_node *track, struct vmm_weekplan *plan)
{
    const struct vmm_xml_node *block =
        vmm_xml_at(track, "TrackSchedule/ScheduleBlockList/ScheduleBlock");
    bool any = false;
    for (; block != NULL; block = vmm_xml_next(block)) {
        if (!take_block(block, plan, &any)) {
            return false;
        }
    }
    return any;
}

uint32_t hikvision_read_track(struct vmm_text body, struct vmm_weekplan *plan)
{
    struct vmm_xml *xml = NULL;
    bool enabled = false;
    *plan = (struct vmm_weekplan){0};
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *track = vmm_xml_root(xml);
    struct vmm_text word =
        vmm_xml_text_at(track, "CustomExtensionList/CustomExtension/enableSchedule");
    bool known = vmm_text_equal(vmm_xml_name(track), "Track") && vmm_text_bool(word, &enabled) == 0;
    if (known && enabled) {
        known = take_schedule(track, plan);
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}
