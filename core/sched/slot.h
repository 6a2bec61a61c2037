/* SPDX-License-Identifier: MIT */
/* When a device is due by its rhythm: a pure function of its id, its rhythm and its last look. */
#ifndef VMM_SCHED_SLOT_H
#define VMM_SCHED_SLOT_H

#include <stdint.h>

/* The first slot after `after_us`: phase(id) + k * interval, moved by at most jitter / 2 either
 * way. interval_us > 0, jitter_us < interval_us. */
uint64_t slot_after(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us, uint64_t after_us);

/* The look that follows one begun at `last_us`: its next slot, kept within interval ± jitter of the
 * last. */
uint64_t slot_following(uint64_t id_hash, uint64_t interval_us, uint64_t jitter_us,
                        uint64_t last_us);

/* The device's place in a window that many share: 0 to window_us. */
uint64_t slot_spread(uint64_t id_hash, uint64_t window_us);

#endif
