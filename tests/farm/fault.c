/* SPDX-License-Identifier: MIT */
#include "farm/fault.h"

#include "farm/conn.h"
#include "farm/farm.h"
#include "farm/listener.h"

#include <stdlib.h>
#include <string.h>

struct fault_slot {
    struct loop_timer timer; /* first member: the timer is the slot */
    struct farm *farm;
    struct device *device;
    enum fault_kind kind;
    int64_t value;
    uint64_t starting_us; /* of a reboot: what comes after being down */
};

struct fault_state {
    struct fault_slot slots[FAULT_COUNT];
};

static const struct {
    const char *name;
    int64_t value; /* default argument */
    int64_t second;
    int64_t min;
    int64_t max;
    bool takes_value;
} kinds[FAULT_COUNT] = {
    [FAULT_DOWN] = {.name = "down"},
    [FAULT_UNREACHABLE] = {.name = "unreachable"},
    [FAULT_BLACKHOLE] = {.name = "blackhole"},
    [FAULT_SLOW] = {"slow", 6000, 0, 0, 3600000, true},
    [FAULT_GARBAGE] = {.name = "garbage"},
    [FAULT_TRUNCATE] = {"truncate", 0, 0, 0, 1, true},
    [FAULT_CLOSE] = {.name = "close"},
    [FAULT_RESET] = {.name = "reset"},
    [FAULT_WRONG_LENGTH] = {"wrong_length", 100, 0, -1000000, 1000000, true},
    [FAULT_ENDLESS] = {.name = "endless"},
    [FAULT_WRONG_PASSWORD] = {.name = "wrong_password"},
    [FAULT_BUSY] = {"busy", 0, 0, 100, 999, true},
    [FAULT_LIMIT] = {"limit", 0, 0, 0, 1000000, true},
    [FAULT_REBOOT] = {"reboot", 30, 20, 0, 86400, true},
    [FAULT_HTTP_ERROR] = {"http_error", 500, 0, 100, 999, true},
    [FAULT_WRONG_CLOCK] = {"wrong_clock", -86400, 0, -4000000000, 4000000000, true},
    [FAULT_HUGE] = {"huge", 100, 0, 1, 4000, true},
    [FAULT_SLOWLORIS] = {"slowloris", 1000, 0, 1, 60000, true},
    [FAULT_STARTING] = {.name = "starting"},
};

const char *fault_name(enum fault_kind kind)
{
    return kinds[kind].name;
}

static enum fault_kind kind_of(struct slice name)
{
    int kind = 0;
    while (kind < FAULT_COUNT && !slice_equal(name, slice_of(kinds[kind].name))) {
        kind++;
    }
    return (enum fault_kind)kind;
}

enum fault_kind fault_kind_of(const char *name)
{
    return kind_of(slice_of(name));
}

static bool read_argument(enum fault_kind kind, struct slice text, int64_t *value)
{
    if (kind == FAULT_TRUNCATE) {
        *value = slice_equal(text, SLICE("head"));
        return *value == 1 || slice_equal(text, SLICE("body"));
    }
    bool negative = text.len > 0 && text.at[0] == '-';
    uint64_t size = 0;
    if (!slice_number((struct slice){text.at + negative, text.len - negative}, &size)) {
        return false;
    }
    *value = negative ? -(int64_t)size : (int64_t)size;
    return *value >= kinds[kind].min && *value <= kinds[kind].max;
}

bool fault_read(const char *text, struct fault *fault, struct problem *problem)
{
    struct slice rest = slice_of(text);
    enum fault_kind kind = kind_of(slice_cut(&rest, ':'));
    if (kind == FAULT_COUNT) {
        return problem_note(problem, "unknown fault \"%s\"", text);
    }
    *fault = (struct fault){kind, kinds[kind].value, kinds[kind].second};
    if (rest.len == 0) {
        return true;
    }
    struct slice first = slice_cut(&rest, ',');
    bool good = kinds[kind].takes_value && read_argument(kind, first, &fault->value);
    if (rest.len > 0) {
        good = good && kind == FAULT_REBOOT && read_argument(kind, rest, &fault->second);
    }
    return good || problem_note(problem, "bad argument in fault \"%s\"", text);
}

static void slot_fire(struct loop_timer *timer)
{
    struct fault_slot *slot = (struct fault_slot *)timer;
    uint64_t starting_us = slot->starting_us;
    fault_clear(slot->farm, slot->device, slot->kind);
    if (starting_us > 0) {
        struct fault starting = {.kind = FAULT_STARTING};
        fault_set(slot->farm, slot->device, &starting, starting_us);
    }
}

static struct fault_slot *slot_of(struct farm *farm, struct device *device, enum fault_kind kind)
{
    if (device->fault_state == NULL) {
        device->fault_state = arena_take(&farm->arena, 1, sizeof *device->fault_state);
    }
    struct fault_slot *slot = &device->fault_state->slots[kind];
    slot->timer.fire = slot_fire;
    slot->farm = farm;
    slot->device = device;
    slot->kind = kind;
    return slot;
}

int64_t fault_value(const struct device *device, enum fault_kind kind)
{
    return device->fault_state->slots[kind].value;
}

static bool is_about_reaching(enum fault_kind kind)
{
    return kind == FAULT_DOWN || kind == FAULT_UNREACHABLE;
}

static void set_plain(struct farm *farm, struct device *device, const struct fault *fault,
                      uint64_t for_us, uint64_t starting_us)
{
    struct fault_slot *slot = slot_of(farm, device, fault->kind);
    slot->value = fault->value;
    slot->starting_us = starting_us;
    loop_timer_clear(&farm->loop, &slot->timer);
    if (for_us > 0) {
        loop_timer_set(&farm->loop, &slot->timer, for_us);
    }
    device->faults |= UINT32_C(1) << fault->kind;
    if (is_about_reaching(fault->kind)) {
        conn_drop_all(farm, device);
        listener_refresh(farm, device);
    }
}

/* A device that restarts has forgotten its nonces and its lock. */
static void forget_sessions(struct device *device)
{
    device->lock = (struct auth_lock){0};
    for (size_t i = 0; i < device->service_count; i++) {
        if (device->services[i].nonces != NULL) {
            nonce_forget_all(device->services[i].nonces);
        }
    }
}

void fault_set(struct farm *farm, struct device *device, const struct fault *fault, uint64_t for_us)
{
    if (fault->kind != FAULT_REBOOT) {
        set_plain(farm, device, fault, for_us, 0);
        return;
    }
    forget_sessions(device);
    struct fault down = {.kind = FAULT_DOWN};
    struct fault starting = {.kind = FAULT_STARTING};
    uint64_t second_us = (uint64_t)fault->second * 1000000;
    if (fault->value > 0) {
        set_plain(farm, device, &down, (uint64_t)fault->value * 1000000, second_us);
    } else if (second_us > 0) {
        conn_drop_all(farm, device);
        set_plain(farm, device, &starting, second_us, 0);
    }
}

void fault_clear(struct farm *farm, struct device *device, enum fault_kind kind)
{
    if (kind == FAULT_REBOOT) {
        fault_clear(farm, device, FAULT_DOWN);
        fault_clear(farm, device, FAULT_STARTING);
    }
    if (!fault_is_on(device, kind)) {
        return;
    }
    loop_timer_clear(&farm->loop, &slot_of(farm, device, kind)->timer);
    device->faults &= ~(UINT32_C(1) << kind);
    if (is_about_reaching(kind)) {
        listener_refresh(farm, device);
    }
}

void fault_clear_all(struct farm *farm, struct device *device)
{
    for (int kind = 0; kind < FAULT_COUNT; kind++) {
        fault_clear(farm, device, (enum fault_kind)kind);
    }
}
