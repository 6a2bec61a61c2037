/* SPDX-License-Identifier: MIT */
/*
 * The schedule: which device is due when.
 *
 * Devices are dense handles of the caller's (0, 1, 2 …). Adding, changing, taking and finishing a
 * look each cost the same at a thousand and at a million devices, and allocate nothing but when a
 * new highest handle is added. The clock is the caller's: microseconds of a monotonic clock, the
 * same in every call.
 *
 * When a normal look is due follows from the device alone, so nothing has to be stored:
 *   slot(k) = phase(id) + k * interval + wobble(id, k),   wobble within ± jitter / 2
 * Two slots that follow one another are therefore interval ± jitter apart: 180 to 300 s with 240 s
 * ± 60 s. The next look is the first slot after the last look, but never closer to it than interval
 * - jitter nor further than interval + jitter: a look made out of turn moves the next one, and
 * after a few looks the device is back on its slots.
 *
 * Handles wait, are in flight (given out by sched_due(), until sched_done()), or rest. A handle in
 * flight is never due. Single-threaded: one thread owns a schedule.
 */
#ifndef VMM_SCHED_SCHED_H
#define VMM_SCHED_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHED_NEVER  UINT64_MAX
#define SCHED_NOBODY UINT32_MAX

struct sched;

struct sched_device {
    uint64_t id_hash;     /* hash of the device's id: gives phase and wobble */
    uint64_t interval_us; /* 0: rests until sched_set() */
    uint64_t jitter_us;   /* less than the interval */
    uint64_t
        window_us;    /* a first or overdue look comes within this, spread by the id; 0: at once */
    uint64_t last_us; /* when the last look began, by the same clock; 0: not known or never */
};

/* An empty schedule with room for `capacity` handles; it grows by itself. NULL when there is no
 * memory. `now` is the earliest time that will ever be asked for. */
struct sched *sched_create(uint32_t capacity, uint64_t now);
void sched_destroy(struct sched *sched);

/* Add a device. Its first look comes within min(interval, window), or, when `last_us` is known, on
 * its next slot. VMM_E_EXIST: the handle is in use; VMM_E_RANGE: jitter not less than the interval;
 * VMM_E_NOMEM. */
int sched_add(struct sched *sched, uint32_t handle, const struct sched_device *device,
              uint64_t now);

/* Forget a device, also one in flight: its sched_done() is then ignored. Unknown handles are
 * ignored. */
void sched_remove(struct sched *sched, uint32_t handle);

/* Another rhythm from now on; interval 0: rest. The next look follows from the last one and the new
 * rhythm, and is never in the past. A device that rested and is overdue comes within its window.
 * The rhythm it has already changes nothing.
 * VMM_E_NOENT, VMM_E_RANGE. */
int sched_set(struct sched *sched, uint32_t handle, uint64_t interval_us, uint64_t jitter_us,
              uint64_t now);

/* One look at `at` if that is earlier than the regular one; after it the regular rhythm goes on. A
 * resting device is looked at too. A second call replaces the first; SCHED_NEVER takes it back.
 * VMM_E_NOENT. */
int sched_once(struct sched *sched, uint32_t handle, uint64_t at);

/* Take up to `max` handles that are due, earliest millisecond first, those of one in the order in
 * which they were armed; they are in flight from now on. The number taken; when it is `max`, ask
 * again. */
size_t sched_due(struct sched *sched, uint64_t now, uint32_t *out, size_t max);

/* The look is finished, void or could not be started: arm the next. Ignored for a handle not in
 * flight. */
void sched_done(struct sched *sched, uint32_t handle, uint64_t now);

/* When to call sched_due() next: `now` when something is due, SCHED_NEVER when nothing waits, else
 * not later than a millisecond after the next due time. It may be earlier: then nothing is given
 * out, and asking again gives a later time. */
uint64_t sched_next(struct sched *sched, uint64_t now);

/* One of the handles that come next, or after `skip` others, for who wants to have its memory near by then; SCHED_NOBODY
 * when that is not known. No promise: another may come before. */
uint32_t sched_upcoming(const struct sched *sched, uint32_t skip);

/* After a start or a pause: what is overdue at `now` comes within `window_us` from now, spread by
 * the ids; what is in flight is void and, once it is done, comes within its own window; everything
 * else stays. Costs one pass over all handles. The number that was moved. */
size_t sched_spread(struct sched *sched, uint64_t now, uint64_t window_us);

/* When the handle is due; SCHED_NEVER while it rests, is in flight, or is unknown. */
uint64_t sched_due_at(const struct sched *sched, uint32_t handle);

/* Whether the handle is in flight. */
bool sched_in_flight(const struct sched *sched, uint32_t handle);

/* Handles waiting, and in flight. scheduled = finished + in flight is the caller's to check. */
size_t sched_waiting(const struct sched *sched);
size_t sched_flying(const struct sched *sched);

#endif
