/* SPDX-License-Identifier: MIT */
/* What a look asks, and when. */
#include "reolink_look.h"

#include <kit/datetime.h>

#include <stdio.h>

#define API    "/cgi-bin/api.cgi"
#define DAY_MS INT64_C(86400000)

/* The looks in which a step back to the oldest footage is made, instead of a search for the newest. */
#define STEPS_EVERY 4u
#define STEPS_AT    3u

void look_find_turn(struct reolink_look *look)
{
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX; i++) {
        uint32_t channel = (look->turn + i) % REOLINK_CHANNELS_MAX;
        if (look->device.is_used[channel]) {
            look->turn = channel;
            return;
        }
    }
}

/* ---- Targets ---- */

static int build(const struct reolink_look *look, const char *command, char *target, size_t size)
{
    int length = snprintf(target, size, API "?cmd=%s&token=%s", command, look->token);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

#define COMMAND(name, command)                                                                     \
    int ask_##name(void *state, char *target, size_t size)                                         \
    {                                                                                              \
        return build(state, command, target, size);                                                \
    }

COMMAND(device, "GetDevInfo")
COMMAND(schedules, "GetRecV20")
COMMAND(search, "Search")
COMMAND(picture, "Snap&channel=0&rs=vmm")
COMMAND(logout, "Logout")

/* ---- Bodies ---- */

int ask_schedules_body(void *state, char *body, size_t size)
{
    const struct reolink_look *look = state;
    size_t used = 0;
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX && used < size; i++) {
        if (look->device.is_used[i]) {
            used += (size_t)snprintf(
                body + used, size - used,
                "%s{\"cmd\":\"GetRecV20\",\"action\":0,\"param\":{\"channel\":%u}}",
                used == 0 ? "[" : ",", i);
        }
    }
    if (used + 2 > size) {
        return VMM_E_TOOBIG;
    }
    snprintf(body + used, size - used, "%s", used == 0 ? "[]" : "]");
    return 0;
}

static int64_t wall_ms(const struct reolink_look *look)
{
    return vmm_datetime_epoch_ms(&look->device.clock, 0);
}

static struct vmm_datetime moment(int64_t ms)
{
    int64_t seconds = ms < 0 ? 0 : ms / 1000;
    int32_t rest = (int32_t)(seconds % 86400);
    struct vmm_datetime at = {.hour = rest / 3600, .minute = rest / 60 % 60, .second = rest % 60};
    vmm_datetime_date(seconds / 86400, &at.year, &at.month, &at.day);
    return at;
}

static int write_moment(int64_t ms, char *out, size_t size)
{
    struct vmm_datetime at = moment(ms);
    int length =
        snprintf(out, size, "{\"year\":%d,\"mon\":%d,\"day\":%d,\"hour\":%d,\"min\":%d,\"sec\":%d}",
                 at.year, at.month, at.day, at.hour, at.minute, at.second);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* The files of a channel (from 0) between two moments of its wall clock; `days` alone tells on which days there are any. */
static int write_search(uint32_t channel, bool days, int64_t from_ms, int64_t to_ms, char *body,
                        size_t size)
{
    char from[96];
    char to[96];
    if (write_moment(from_ms, from, sizeof(from)) != 0 ||
        write_moment(to_ms, to, sizeof(to)) != 0) {
        return VMM_E_TOOBIG;
    }
    int length =
        snprintf(body, size,
                 "[{\"cmd\":\"Search\",\"action\":0,\"param\":{\"Search\":{\"channel\":%u,"
                 "\"onlyStatus\":%d,\"streamType\":\"main\",\"StartTime\":%s,\"EndTime\":%s}}}]",
                 channel, days ? 1 : 0, from, to);
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

int ask_newest_body(void *state, char *body, size_t size)
{
    const struct reolink_look *look = state;
    int64_t now = wall_ms(look);
    return write_search(look->turn, false, now - now % DAY_MS, now, body, size);
}

/* The channel behind this one in order that has a camera, both from 1; 0 when none has. */
static uint32_t next_used(const struct reolink_device *device, uint32_t after)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX; i++) {
        if (device->is_used[i] && i + 1 > after) {
            return i + 1;
        }
        first = device->is_used[i] && first == 0 ? i + 1 : first;
    }
    return first;
}

/* The walk is under way at a channel that is there still. */
static bool walks(const struct reolink_look *look)
{
    uint32_t channel = look->walk.channel;
    return look->walk.state != VMM_BACKWALK_DONE && channel != 0 &&
           next_used(&look->device, channel - 1) == channel;
}

int ask_month_body(void *state, char *body, size_t size)
{
    struct reolink_look *look = state;
    int32_t year = 0;
    int32_t month = 0;
    if (!walks(look)) {
        uint32_t next = next_used(&look->device, look->walk.channel);
        look->walk = (struct vmm_backwalk){.channel = (uint16_t)next};
    }
    vmm_backwalk_month(&look->walk, wall_ms(look), &year, &month);
    int64_t from = vmm_datetime_days(year, month, 1) * DAY_MS;
    int64_t to = vmm_datetime_days(year + month / 12, month % 12 + 1, 1) * DAY_MS - 1000;
    return write_search(look->walk.channel - 1u, true, from, to, body, size);
}

int ask_oldest_body(void *state, char *body, size_t size)
{
    const struct reolink_look *look = state;
    int64_t day = vmm_backwalk_midnight(&look->walk);
    return write_search(look->walk.channel - 1u, false, day, day + DAY_MS - 1000, body, size);
}

/* ---- When it is asked ---- */

bool wants_kind(const void *state)
{
    return !((const struct reolink_look *)state)->is_known;
}

bool wants_schedules(const void *state)
{
    const struct reolink_look *look = state;
    return look->was_read && next_used(&look->device, 0) != 0;
}

static bool can_search(const struct reolink_look *look)
{
    return look->was_read && look->search && look->device.has_clock && !look->device.has_no_disk &&
           next_used(&look->device, 0) != 0;
}

static bool is_step(const struct reolink_look *look)
{
    return look->looks % STEPS_EVERY == STEPS_AT;
}

/* A day's files are those since midnight: shortly after it there may be none. */
bool wants_newest(const void *state)
{
    const struct reolink_look *look = state;
    const struct vmm_datetime *clock = &look->device.clock;
    return can_search(look) && !is_step(look) && look->device.is_used[look->turn] &&
           (clock->hour > 0 || clock->minute >= 30);
}

bool wants_month(const void *state)
{
    const struct reolink_look *look = state;
    return can_search(look) && is_step(look) &&
           !(walks(look) && look->walk.state == VMM_BACKWALK_DAY);
}

bool wants_oldest(const void *state)
{
    const struct reolink_look *look = state;
    return can_search(look) && is_step(look) && !look->stepped && walks(look) &&
           look->walk.state == VMM_BACKWALK_DAY;
}

bool wants_picture(const void *state)
{
    const struct reolink_look *look = state;
    return look->was_read && look->picture && !look->device.is_recorder;
}

bool ends_badly(const void *state)
{
    return ((const struct reolink_look *)state)->failure.outcome != VMM_OUTCOME_OK;
}

bool ends_well(const void *state)
{
    return !ends_badly(state);
}
