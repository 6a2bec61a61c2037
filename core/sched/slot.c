/* SPDX-License-Identifier: MIT */
#include "sched/slot.h"

#include "base/hash.h"

#define SPREAD_SALT UINT64_C(0x737072656164) /* a place in a window tells nothing of the phase */

/* `time`: phase + k * interval. */
static uint64_t wobbled(uint64_t time, uint64_t id_hash, uint64_t jitter_us, uint64_t k)
{
    uint64_t wobble = hash_below(hash_mix(id_hash ^ hash_mix(k)), jitter_us + 1);
    return time + wobble > jitter_us / 2 ? time + wobble - jitter_us / 2 : 0;
}

/*
 * Slots up to the k of here lie before, however late they are; of the next two one is the first after it. Both are
 * made: which it is, is as good as a coin, and to guess wrong costs more than the second.
 */
uint64_t slot_after(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us, uint64_t after_us)
{
    uint64_t phase = hash_below(id_hash, interval_us);
    uint64_t latest = phase + (jitter_us - jitter_us / 2);
    uint64_t k = after_us >= latest ? (after_us - latest) / interval_us + 1 : 0;
    uint64_t time = phase + k * interval_us;
    uint64_t first = wobbled(time, id_hash, jitter_us, k);
    uint64_t second = wobbled(time + interval_us, id_hash, jitter_us, k + 1);
    return first > after_us ? first : second;
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
    return hash_below(hash_mix(id_hash ^ SPREAD_SALT), window_us);
}
