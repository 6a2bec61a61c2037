/* SPDX-License-Identifier: MIT */
/* The devices, and what is told of them. */
#include "cause/cause.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "cause/parts.h"

/* ---- memory ---- */

static void *grow(void *old, uint32_t *room, uint32_t wanted, size_t size)
{
    uint32_t more = *room > 0 ? *room : 64;
    while (more <= wanted) {
        more *= 2;
    }
    char *grown = realloc(old, more * size);
    if (grown == NULL) {
        return NULL;
    }
    memset(grown + *room * size, 0, (more - *room) * size);
    *room = more;
    return grown;
}

int cause_make_room(struct cause *cause, uint32_t device, uint32_t site)
{
    uint32_t sites = cause->site_room;
    if (site / 64 >= cause->busy_room) {
        void *grown = grow(cause->busy, &cause->busy_room, site / 64, sizeof(*cause->busy));
        if (grown == NULL) {
            return VMM_E_NOMEM;
        }
        cause->busy = grown;
    }
    if (device >= cause->device_room) {
        void *grown = grow(cause->devices, &cause->device_room, device, sizeof(*cause->devices));
        if (grown == NULL) {
            return VMM_E_NOMEM;
        }
        cause->devices = grown;
    }
    if (site >= cause->site_room) {
        void *grown = grow(cause->sites, &cause->site_room, site, sizeof(*cause->sites));
        if (grown == NULL) {
            return VMM_E_NOMEM;
        }
        cause->sites = grown;
    }
    for (; sites < cause->site_room; sites++) {
        cause->sites[sites].first = CAUSE_NONE;
        cause->sites[sites].cursor = CAUSE_NONE;
    }
    return 0;
}

struct cause *cause_create(void)
{
    struct cause *cause = calloc(1, sizeof(*cause));
    struct health_policy health;
    if (cause == NULL) {
        return NULL;
    }
    cause->asks = (struct queue){CAUSE_NONE, CAUSE_NONE};
    cause->owns = (struct queue){CAUSE_NONE, CAUSE_NONE};
    health_policy_init(&health);
    cause_policy_of(&health, &cause->policy);
    return cause;
}

void cause_destroy(struct cause *cause)
{
    if (cause != NULL) {
        free(cause->devices);
        free(cause->sites);
        free(cause->busy);
        free(cause);
    }
}

/* ---- rules ---- */

/* A look that was under way, the few others, then all: each may last until its deadline. */
static uint64_t time_to_ask(const struct health_policy *health)
{
    uint64_t asked_us = 3 * health->repeat_deadline_us;
    return asked_us > health->deadline_us ? asked_us : health->deadline_us;
}

/* Two thirds of the time in which a single device is confirmed: whatever a storm is, it is known before any of its
 * devices is told alone. But not before those who are asked can have been silent for long enough. */
void cause_policy_of(const struct health_policy *health, struct cause_policy *policy)
{
    uint64_t confirmed_us = 0;
    uint64_t asked_us = time_to_ask(health);
    for (uint32_t i = 0; i < health->repeat_count; i++) {
        confirmed_us += health->repeat_us[i];
    }
    if (health->repeat_count == 0) {
        confirmed_us = (health->fail_count - 1u) * health->suspect_interval_us;
    }
    uint64_t early_us = confirmed_us * 2 / 3;
    uint64_t round_us = health->interval_us + health->jitter_us + health->deadline_us;
    *policy = (struct cause_policy){.decide_us = early_us > asked_us ? early_us : asked_us,
                                    .settle_us = round_us,
                                    .join_us = 2 * round_us - 2 * health->deadline_us,
                                    .sweep_gap_us = 2 * round_us - 2 * health->deadline_us};
}

void cause_set_policy(struct cause *cause, const struct cause_policy *policy)
{
    cause->policy = *policy;
}

/* ---- devices of a site ---- */

struct device *first_device(const struct cause *cause, uint32_t site)
{
    uint32_t first = cause->sites[site].first;
    return first != CAUSE_NONE ? &cause->devices[first] : NULL;
}

struct device *next_device(const struct cause *cause, const struct device *device)
{
    return device->next != CAUSE_NONE ? &cause->devices[device->next] : NULL;
}

static void link_device(struct cause *cause, uint32_t handle, uint32_t site)
{
    struct device *device = &cause->devices[handle];
    device->site = site;
    device->previous = CAUSE_NONE;
    device->next = cause->sites[site].first;
    if (device->next != CAUSE_NONE) {
        cause->devices[device->next].previous = handle;
    }
    cause->sites[site].first = handle;
}

static void unlink_device(struct cause *cause, struct device *device)
{
    struct site *site = &cause->sites[device->site];
    if (device->next != CAUSE_NONE) {
        cause->devices[device->next].previous = device->previous;
    }
    if (device->previous != CAUSE_NONE) {
        cause->devices[device->previous].next = device->next;
    } else {
        site->first = device->next;
    }
    site->cursor = CAUSE_NONE;
}

struct device *find_device(const struct cause *cause, uint32_t handle)
{
    bool known = handle < cause->device_room && cause->devices[handle].known;
    return known ? &cause->devices[handle] : NULL;
}

int cause_put(struct cause *cause, uint32_t handle, uint32_t site, struct cause_ties ties)
{
    if (cause_make_room(cause, handle, site) != 0) {
        return VMM_E_NOMEM;
    }
    struct device *device = &cause->devices[handle];
    if (device->known && device->site != site) {
        cause_remove(cause, handle, (struct cause_time){0});
    }
    if (!device->known) {
        *device = (struct device){.known = true,
                                  .expected = true,
                                  .slot = NO_SLOT,
                                  .asked = device->asked, /* it may still stand in a queue */
                                  .ask_next = device->ask_next,
                                  .told_own = device->told_own,
                                  .own_next = device->own_next};
        link_device(cause, handle, site);
    }
    device->parent = ties.parent;
    device->link = ties.link;
    return 0;
}

static void forget(struct cause *cause, struct device *device, struct cause_time now)
{
    if (device->slot != NO_SLOT) {
        members_leave(cause, device, false, now);
    }
    cause->sites[device->site].lost -= device->lost;
    device->lost = false;
    device->own = false;
    device->proven = false;
    device->doubted = false;
    device->failing_mono = 0;
    device->failures = 0;
}

void cause_remove(struct cause *cause, uint32_t handle, struct cause_time now)
{
    struct device *device = find_device(cause, handle);
    if (device == NULL) {
        return;
    }
    forget(cause, device, now);
    unlink_device(cause, device);
    device->known = false; /* what waits in a queue is passed over */
}

void cause_expect(struct cause *cause, uint32_t handle, bool expected, struct cause_time now)
{
    struct device *device = find_device(cause, handle);
    if (device == NULL || device->expected == expected) {
        return;
    }
    device->expected = expected;
    if (!expected) {
        forget(cause, device, now);
    }
}

void cause_fetch(const struct cause *cause, uint32_t handle)
{
    if (handle < cause->device_room) {
        __builtin_prefetch(&cause->devices[handle], 1);
    }
}

/* ---- what comes in ---- */

static void answered(struct cause *cause, struct device *device, struct cause_time now)
{
    bool failed_before = device->failing_mono != 0;
    device->failing_mono = 0;
    device->failures = 0;
    device->sample = false;
    cause->answered_mono = now.mono_us;
    if (failed_before) {
        storm_answered(cause, device, now);
    }
    if (device->lost) {
        return; /* its verdict says when it is back */
    }
    device->own = false;
    if (device->slot != NO_SLOT) {
        members_leave(cause, device, true, now);
    }
}

static void failed(struct cause *cause, struct device *device, struct cause_time now)
{
    if (device->failures < UINT8_MAX) {
        device->failures++;
    }
    if (device->failing_mono == 0) {
        device->failing_mono = now.mono_us;
    }
    if (device->proven && device->slot == NO_SLOT && !device->own && !device->lost &&
        !members_rejoin(cause, device)) {
        storm_failed(cause, device, now);
    }
}

/* A device of whom anything is to be heard; NULL: there is none, or it is not expected to answer. */
static struct device *find_expected(struct cause *cause, uint32_t handle)
{
    struct device *device = find_device(cause, handle);
    return device != NULL && device->expected ? device : NULL;
}

void cause_heard(struct cause *cause, uint32_t handle, bool is_answer, struct cause_time now)
{
    struct device *device = find_expected(cause, handle);
    if (device == NULL) {
        return;
    }
    device->heard_mono = now.mono_us;
    device->silent = false;
    if (is_answer) {
        device->proven = true;
        device->doubted = false;
        answered(cause, device, now);
    } else {
        failed(cause, device, now);
    }
}

void cause_silent(struct cause *cause, uint32_t handle, struct cause_time now)
{
    struct device *device = find_expected(cause, handle);
    if (device != NULL) {
        device->heard_mono = now.mono_us;
        device->silent = true;
        failed(cause, device, now);
    }
}

void cause_alive(struct cause *cause, uint32_t handle, struct cause_time now)
{
    struct device *device = find_expected(cause, handle);
    if (device == NULL) {
        return;
    }
    device->heard_mono = now.mono_us;
    device->doubted = device->doubted || device->failures > 0;
    answered(cause, device, now);
}

static void is_lost(struct cause *cause, struct device *device, struct cause_time now)
{
    bool accounted = device->slot != NO_SLOT || device->own;
    cause->sites[device->site].lost++;
    device->lost = true;
    if (!accounted && device->proven && cause->sites[device->site].phase != QUIET) {
        device->lost = false; /* it is part of what is decided now */
        storm_decide(cause, device->site, now);
        device->lost = true;
    }
    if (device->slot != NO_SLOT) {
        members_confirm(cause, device->site, device->slot);
    }
    device->own = device->slot == NO_SLOT;
}

static void is_back(struct cause *cause, struct device *device, struct cause_time now)
{
    cause->sites[device->site].lost--;
    device->lost = false;
    device->own = false;
    device->failing_mono = 0;
    device->failures = 0;
    if (device->slot != NO_SLOT) {
        members_leave(cause, device, true, now);
    }
}

void cause_verdict(struct cause *cause, uint32_t handle, bool lost, struct cause_time now)
{
    struct device *device = find_expected(cause, handle);
    if (device == NULL || device->lost == lost) {
        return;
    }
    if (lost) {
        is_lost(cause, device, now);
    } else {
        is_back(cause, device, now);
    }
}

void cause_keep_before(struct cause *cause, uint32_t handle, struct cause_before before)
{
    struct device *device = find_device(cause, handle);
    if (device != NULL && !device->lost) {
        device->before = before;
    }
}

bool cause_is_lost(const struct cause *cause, uint32_t handle)
{
    const struct device *device = find_device(cause, handle);
    return device != NULL && device->lost;
}

bool cause_is_left(const struct cause *cause, uint32_t handle, int64_t start_wall)
{
    const struct device *device = find_device(cause, handle);
    return device != NULL && device->lost && device->slot == NO_SLOT &&
           device->left_wall == start_wall;
}

struct cause_member cause_member_of(const struct cause *cause, uint32_t handle)
{
    struct cause_member member = {.slot = CAUSE_NONE};
    if (cause_of(cause, handle, &member.slot) != NULL) {
        member.before = cause->devices[handle].before;
    }
    return member;
}

static bool is_busy(const struct site *site)
{
    return site->phase != QUIET || site->open > 0;
}

void cause_time(struct cause *cause, uint32_t site, struct cause_time now)
{
    if (site >= cause->site_room) {
        return;
    }
    storm_time(cause, site, now);
    if (cause->sites[site].open > 0) {
        members_time(cause, site, now);
    }
    if (!is_busy(&cause->sites[site])) {
        cause->busy[site / 64] &= ~(UINT64_C(1) << site % 64);
    }
}

uint32_t cause_next_busy(struct cause *cause, uint32_t site)
{
    uint32_t from = site == CAUSE_NONE ? 0 : site + 1;
    uint64_t mask = UINT64_MAX << from % 64;
    for (uint32_t word = from / 64; word < cause->busy_room; word++) {
        for (uint64_t bits = cause->busy[word] & mask; bits != 0; bits &= bits - 1) {
            uint32_t found = word * 64 + (uint32_t)__builtin_ctzll(bits);
            if (is_busy(&cause->sites[found])) {
                return found;
            }
            cause->busy[word] &= ~(bits & -bits); /* a storm that was over at once */
        }
        mask = UINT64_MAX;
    }
    return CAUSE_NONE;
}

/* ---- what is known ---- */

const struct cause_incident *cause_of(const struct cause *cause, uint32_t handle, uint32_t *slot)
{
    const struct device *device = find_device(cause, handle);
    if (device == NULL || device->slot == NO_SLOT) {
        return NULL;
    }
    const struct cause_incident *incident = &cause->sites[device->site].incidents[device->slot];
    if (slot != NULL) {
        *slot = device->slot;
    }
    return incident->told ? incident : NULL;
}

const struct cause_incident *cause_incident(const struct cause *cause, uint32_t site, uint32_t slot)
{
    if (site >= cause->site_room || slot >= CAUSE_OPEN_MAX) {
        return NULL;
    }
    const struct cause_incident *incident = &cause->sites[site].incidents[slot];
    return incident->kind != CAUSE_FREE && incident->told ? incident : NULL;
}

bool cause_is_undecided(const struct cause *cause, uint32_t site)
{
    return site < cause->site_room && cause->sites[site].phase != QUIET;
}

uint32_t cause_lost(const struct cause *cause, uint32_t site)
{
    return site < cause->site_room ? cause->sites[site].lost : 0;
}

bool cause_is_total(const struct cause *cause, uint32_t site)
{
    return site < cause->site_room && cause->answered_mono <= cause->sites[site].storm_mono;
}

int64_t cause_answered(const struct cause *cause)
{
    return cause->answered_mono;
}

void cause_void(struct cause *cause)
{
    for (uint32_t i = 0; i < cause->site_room; i++) {
        cause->sites[i].phase = QUIET;
    }
    for (uint32_t i = 0; i < cause->device_room; i++) {
        struct device *device = &cause->devices[i];
        if (device->known && !device->lost && device->slot == NO_SLOT) {
            device->failing_mono = 0;
            device->failures = 0;
        }
    }
}
