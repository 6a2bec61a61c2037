/* SPDX-License-Identifier: MIT */
/* What a look asks, and when: the settings first and with every eighth look, then footage of one channel a look. */
#include <stdio.h>

#include <kit/datetime.h>

#include "hanwha_look.h"

#define DAY_MS INT64_C(86400000)

/* What a look asks for beyond the rest. */
#define TURN_SETTINGS 0u
#define TURN_NEWEST   1u
#define TURN_OLDEST   2u
#define TURN_MODES    3u

bool is_recorder(const void *state)
{
    return ((const struct hanwha_look *)state)->device.is_recorder;
}

bool is_camera(const void *state)
{
    return !is_recorder(state);
}

/* The settings first, then how channels are recorded, and both with every eighth look; the way back with every fourth;
 * else the newest. */
static uint32_t turn_of(const struct hanwha_look *look)
{
    if (look->turn % 8 == 1 && (look->refused & NO_MODES) == 0) {
        return TURN_MODES;
    }
    return look->turn % 8 == 0 || !look->search ? TURN_SETTINGS
           : look->turn % 4 == 2                ? TURN_OLDEST
                                                : TURN_NEWEST;
}

/* The live channel behind this one, both from 1; 0 when there is none. A camera that names no channels has one. */
static uint32_t next_channel(const struct hanwha_device *device, uint32_t after)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
        if (device->is_live[i] && i + 1 > after) {
            return i + 1;
        }
        first = device->is_live[i] && first == 0 ? i + 1 : first;
    }
    return first == 0 && !device->is_recorder ? 1 : first;
}

static bool can_search(const struct hanwha_look *look, uint32_t turn)
{
    return look->was_read && turn_of(look) == turn && (look->refused & NO_TIMELINE) == 0 &&
           look->device.has_disk && look->device.has_clock && next_channel(&look->device, 0) != 0;
}

bool wants_settings(const void *state)
{
    return turn_of(state) == TURN_SETTINGS;
}

bool wants_modes(const void *state)
{
    const struct hanwha_look *look = state;
    return look->was_read && turn_of(look) == TURN_MODES;
}

/* A recorder's schedules are told in a form that is not known. */
bool wants_schedule(const void *state)
{
    const struct hanwha_look *look = state;
    return look->modes_read && !look->device.is_recorder && (look->refused & NO_SCHEDULE) == 0;
}

bool wants_newest(const void *state)
{
    return can_search(state, TURN_NEWEST);
}

/* The channel of the walk is there still. */
static bool walks(const struct hanwha_look *look)
{
    uint32_t channel = look->walk.channel;
    return look->walk.state != VMM_BACKWALK_DONE && channel != 0 &&
           next_channel(&look->device, channel - 1) == channel;
}

bool wants_month(const void *state)
{
    const struct hanwha_look *look = state;
    return can_search(look, TURN_OLDEST) && (look->refused & NO_CALENDAR) == 0 &&
           !(walks(look) && look->walk.state == VMM_BACKWALK_DAY);
}

bool wants_oldest(const void *state)
{
    const struct hanwha_look *look = state;
    return can_search(look, TURN_OLDEST) && walks(look) && look->walk.state == VMM_BACKWALK_DAY &&
           !look->stepped;
}

/* A span by the device's wall clock: without the Z that would make it UTC. */
static int build_timeline(uint32_t channel, int64_t from_ms, int64_t to_ms, char *target,
                          size_t size)
{
    char from[VMM_DATETIME_TEXT_SIZE];
    char to[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(from_ms, "T", from);
    vmm_datetime_print(to_ms, "T", to);
    int made =
        snprintf(target, size,
                 HANWHA_RECORDING "timeline&action=view&ChannelIDList=%u&FromDate=%s&ToDate=%s",
                 channel, from, to);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

int ask_newest(void *state, char *target, size_t size)
{
    struct hanwha_look *look = state;
    look->proof = next_channel(&look->device, look->proven) - 1;
    return build_timeline(look->proof, look_wall_ms(look) - HANWHA_PROOF_MS,
                          look_wall_ms(look) + 60000, target, size);
}

int ask_month(void *state, char *target, size_t size)
{
    struct hanwha_look *look = state;
    int32_t year = 0;
    int32_t month = 0;
    if (!walks(look)) {
        uint32_t next = next_channel(&look->device, look->walk.channel);
        look->walk = (struct vmm_backwalk){.channel = (uint16_t)next};
    }
    vmm_backwalk_month(&look->walk, look_wall_ms(look), &year, &month);
    int made = snprintf(target, size,
                        HANWHA_RECORDING
                        "calendarsearch&action=view&Month=%04u-%02u-01T00:00:00Z&ChannelIdList=%u",
                        (unsigned)year % 10000u, (unsigned)month % 100u, look->walk.channel - 1u);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

int ask_oldest(void *state, char *target, size_t size)
{
    const struct hanwha_look *look = state;
    int64_t day = vmm_backwalk_midnight(&look->walk);
    return build_timeline(look->walk.channel - 1u, day, day + DAY_MS - 1000, target, size);
}
