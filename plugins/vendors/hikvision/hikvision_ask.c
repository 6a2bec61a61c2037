/* SPDX-License-Identifier: MIT */
/* What a look asks, and when. */
#include "hikvision_look.h"

#include <stdio.h>

#define PROOF_MOST 40u /* matches asked for */

/* A path of ISAPI, without its prefix on firmware that is older than it. */
static int build_path(const struct hikvision_look *look, const char *path, char *target,
                      size_t size)
{
    int made = snprintf(target, size, "%s%s", look->note.old_paths ? "" : "/ISAPI", path);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

#define PATH(name, path)                                                                           \
    int ask_##name(void *state, char *target, size_t size)                                         \
    {                                                                                              \
        return build_path(state, path, target, size);                                              \
    }

PATH(check, "/Security/userCheck")
PATH(identity, "/System/deviceInfo")
PATH(time, "/System/time")
PATH(ntp, "/System/time/ntpServers")
PATH(status, "/System/status")
PATH(inputs, "/System/Video/inputs/channels")
PATH(proxies, "/ContentMgmt/InputProxy/channels/status")
PATH(names, "/ContentMgmt/InputProxy/channels")
PATH(storage, "/ContentMgmt/Storage")
PATH(disks, "/ContentMgmt/Storage/hdd")
PATH(work, "/System/workingstatus/chanStatus?format=json")
PATH(search, "/ContentMgmt/search")

static int build_days(const struct hikvision_look *look, uint32_t channel, char *target,
                      size_t size)
{
    char path[80];
    snprintf(path, sizeof(path), "/ContentMgmt/record/tracks/%u01/dailyDistribution", channel);
    return build_path(look, path, target, size);
}

static int body_of_month(int32_t year, int32_t month, char *body, size_t size)
{
    int made = snprintf(body, size,
                        "<?xml version=\"1.0\" encoding=\"utf-8\"?><trackDailyParam><year>%d</year>"
                        "<monthOfYear>%d</monthOfYear></trackDailyParam>",
                        year, month);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

/* The channel whose track is read in this look. */
static const struct hikvision_channel *planned_channel(struct hikvision_look *look)
{
    if (look->planned == NULL) {
        look->planned = plan_track(&look->note, &look->device);
    }
    return look->planned;
}

int ask_track(void *state, char *target, size_t size)
{
    struct hikvision_look *look = state;
    char path[80];
    snprintf(path, sizeof(path), "/ContentMgmt/record/tracks/%u01", planned_channel(look)->id);
    return build_path(look, path, target, size);
}

/* Footage of the last hour; the device's clock may be a little ahead of its index. */
int ask_proof_body(void *state, char *body, size_t size)
{
    struct hikvision_look *look = state;
    int64_t wall = look_wall_ms(look);
    bool is_planned = plan_slow(&look->note, &look->device) == SLOW_TRACK;
    look->proof = is_planned ? planned_channel(look) : plan_proof(&look->note, &look->device);
    return hikvision_search_body(look->proof->id * 100u + 1, wall - PROOF_SPAN_MS, wall + 60000,
                                 PROOF_MOST, (uint64_t)look->now_ms, body, size);
}

int ask_proof_days(void *state, char *target, size_t size)
{
    const struct hikvision_look *look = state;
    return build_days(look, look->proof->id, target, size);
}

int ask_proof_days_body(void *state, char *body, size_t size)
{
    struct vmm_backwalk now = {0};
    int32_t year = 0;
    int32_t month = 0;
    vmm_backwalk_month(&now, look_wall_ms(state), &year, &month);
    return body_of_month(year, month, body, size);
}

int ask_month(void *state, char *target, size_t size)
{
    struct hikvision_look *look = state;
    plan_walk(&look->note.walk, &look->device);
    return build_days(look, look->note.walk.channel, target, size);
}

int ask_month_body(void *state, char *body, size_t size)
{
    const struct hikvision_look *look = state;
    int32_t year = 0;
    int32_t month = 0;
    vmm_backwalk_month(&look->note.walk, look_wall_ms(look), &year, &month);
    return body_of_month(year, month, body, size);
}

int ask_day_body(void *state, char *body, size_t size)
{
    const struct hikvision_look *look = state;
    const struct vmm_backwalk *walk = &look->note.walk;
    int64_t day = vmm_backwalk_midnight(walk);
    return hikvision_search_body(walk->channel * 100u + 1, day, day + DAY_MS - 1000, 1,
                                 (uint64_t)look->now_ms, body, size);
}

/* The next page of a channel's last day. */
int ask_gap_body(void *state, char *body, size_t size)
{
    struct hikvision_look *look = state;
    const struct vmm_dayscan *scan = &look->note.scan;
    look->scanned = plan_scan(&look->note, &look->device, look_wall_ms(look));
    return hikvision_search_body(look->scanned->id * 100u + 1, vmm_dayscan_from(scan),
                                 vmm_dayscan_to(scan), PROOF_MOST, (uint64_t)look->now_ms, body,
                                 size);
}

/* ---- When it is asked ---- */

bool wants_check(const void *state)
{
    const struct hikvision_look *look = state;
    return look->note.fresh && look_offers(look, PART_CHECK);
}

bool wants_old(const void *state)
{
    return ((const struct hikvision_look *)state)->try_old;
}

bool wants_time(const void *state)
{
    return look_offers(state, PART_TIME);
}

bool wants_inputs(const void *state)
{
    return look_offers(state, PART_INPUTS);
}

bool wants_proxies(const void *state)
{
    return look_offers(state, PART_PROXIES);
}

bool wants_names(const void *state)
{
    const struct hikvision_look *look = state;
    for (uint32_t i = 0; i < look->device.channel_count; i++) {
        if ((look->device.channels[i].flags & HIKVISION_CHANNEL_IP) != 0) {
            return look_offers(look, PART_NAMES);
        }
    }
    return false;
}

bool wants_storage(const void *state)
{
    return look_offers(state, PART_STORAGE);
}

bool wants_disks(const void *state)
{
    return !look_offers(state, PART_STORAGE) && look_offers(state, PART_DISKS);
}

bool wants_work(const void *state)
{
    const struct hikvision_look *look = state;
    return look->device.is_recorder && look_offers(look, PART_WORK);
}

/* Not at the first look, which asks whether the login is good. */
bool wants_proof(const void *state)
{
    const struct hikvision_look *look = state;
    const struct hikvision_device *device = &look->device;
    return look->search && !look->note.fresh && look_offers(look, PART_SEARCH) &&
           device->has_wall && device->has_disk && plan_next(device, 0) != NULL &&
           (look_offers(look, PART_INPUTS) && device->is_recorder
                ? plan_slow(&look->note, device) == SLOW_NOTHING
                : true);
}

bool wants_proof_days(const void *state)
{
    const struct hikvision_look *look = state;
    return look->is_empty && look_offers(look, PART_DAYS);
}

static bool is_turn_of(const struct hikvision_look *look, uint32_t what)
{
    uint32_t slow = plan_slow(&look->note, &look->device);
    bool searches = slow == SLOW_MONTH || slow == SLOW_DAY || slow == SLOW_GAP;
    return slow == what && (look->search || !searches);
}

bool wants_ntp(const void *state)
{
    return is_turn_of(state, SLOW_NTP);
}

/* A recorder that has just started has no footage of the last hour either. */
bool wants_status(const void *state)
{
    const struct hikvision_look *look = state;
    return (look->is_empty && look_offers(look, PART_STATUS)) || is_turn_of(look, SLOW_STATUS);
}

bool wants_track(const void *state)
{
    return is_turn_of(state, SLOW_TRACK);
}

bool wants_month(const void *state)
{
    return is_turn_of(state, SLOW_MONTH);
}

bool wants_day(const void *state)
{
    return !((const struct hikvision_look *)state)->stepped && is_turn_of(state, SLOW_DAY);
}

bool wants_gap(const void *state)
{
    return is_turn_of(state, SLOW_GAP);
}
