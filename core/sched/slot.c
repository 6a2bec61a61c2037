/* SPDX-License-Identifier: MIT */
#include "sched/slot.h"

#include "base/hash.h"

#define SPREAD_SALT UINT64_C(0x737072656164) /* a place in a window tells nothing of the phase */

/* `time`: phase + k * interval. */
static uint64_t wobbled(uint64_t time, uint64_t id_hash, uint64_t jitter_us, uint64_t k)
{
    uint64_t wobble = hash_mix(id_hash ^ hash_mix(k)) % (jitter_us + 1);
    return time + wobble > jitter_us / 2 ? time + wobble - jitter_us / 2 : 0;
}

uint64_t slot_after(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us, uint64_t after_us)
{
    /* Slots up to this time lie before, however late they are; of the next two one is the first after it. */
    uint64_t phase = id_hash % interval_us;
    uint64_t latest = phase + (jitter_us - jitter_us / 2);
    uint64_t k = after_us >= latest ? (after_us - latest) / interval_us + 1 : 0;
    uint64_t time = wobbled(phase + k * interval_us, id_hash, jitter_us, k);
    while (time <= after_us) {
        k++;
        time = wobbled(phase + k * interval_us, id_hash, jitter_us, k);
    }
    return time;
}

uint64_t slot_following(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us,
                        uint64_t last_us)
{
    uint64_t slot = slot_after(id_hash, interval_us, jitter_us, last_us);
    uint64_t soonest = last_us + interval_us - jitter_us;
    uint64_t latest = last_us + interval_us + jitter_us;
    if (slot < soonest) {
        return soonest;
    }
    return slot > latest ? latest : slot;
}

uint64_t slot_spread(uint64_t id_hash, uint64_t window_us)
{
    if (window_us == 0) {
        return 0;
    }
    return hash_mix(id_hash ^ SPREAD_SALT) % window_us;
}
