/* SPDX-License-Identifier: MIT */
#include "sim/attempt.h"

#include <vmm/observation.h>

#define MS                 INT64_C(1000)
#define CONNECT_TIMEOUT_US (5 * PLAN_S) /* the default of `watch.connect_timeout` */
#define REQUESTS           4u

/*
 * When a packet that is lost is sent again, after the first: of a connection, and of a request. The latter as Linux has it
 * with a single packet under way and a round trip of some 30 ms: one probe for a lost tail, then the timeouts.
 */
static const int64_t syn_again[] = {0, 1000 * MS, 3000 * MS};
static const int64_t data_again[] = {0,         230 * MS,  460 * MS,   920 * MS,  1840 * MS,
                                     3680 * MS, 7360 * MS, 14720 * MS, 29440 * MS};

static bool passes(struct world *world, uint32_t device, int64_t at)
{
    struct device *one = &world->devices[device];
    bool is_over = at > world->plan.span_us + WORLD_TAIL_US - WORLD_CLEAR_US;
    return (is_over || !loss_takes(&one->loss, &world->plan.loss, at)) &&
           world_outage(world, device, at) == NULL;
}

/* The time of the first packet that gets through before `limit`; 0: none does. */
static int64_t get_through(struct world *world, uint32_t device, int64_t at, int64_t limit,
                           const int64_t *again, size_t count)
{
    for (size_t i = 0; i < count && at + again[i] < limit; i++) {
        if (passes(world, device, at + again[i])) {
            return at + again[i];
        }
    }
    return 0;
}

static struct attempt failed(uint32_t outcome, uint32_t rung, int64_t end)
{
    return (struct attempt){.outcome = outcome, .rung = rung, .end = end};
}

static struct attempt answered(bool full, int64_t latency_us, int64_t end)
{
    return (struct attempt){.outcome = VMM_OUTCOME_OK,
                            .rung = full ? VMM_RUNG_CLOCK : VMM_RUNG_CONNECT,
                            .latency_us = (uint32_t)latency_us,
                            .end = end};
}

static struct attempt make_slowly(struct world *world, uint32_t device, bool full, int64_t at,
                                  int64_t deadline_us, int64_t rtt_us)
{
    const struct outage *outage = world_outage(world, device, at);
    if (outage != NULL && outage->refuses) {
        return failed(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, at + rtt_us);
    }
    int64_t limit = at + deadline_us;
    int64_t through = get_through(world, device, at, at + CONNECT_TIMEOUT_US, syn_again,
                                  sizeof(syn_again) / sizeof(syn_again[0]));
    if (through == 0) {
        return failed(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, at + CONNECT_TIMEOUT_US);
    }
    int64_t begun = at;
    int64_t slowest = through + rtt_us - at;
    int64_t end = through + rtt_us;
    for (unsigned i = 0; full && i < REQUESTS; i++) {
        through = get_through(world, device, end, limit, data_again,
                              sizeof(data_again) / sizeof(data_again[0]));
        if (through == 0) {
            return failed(VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, limit);
        }
        end = through + rtt_us;
        slowest = end - begun > slowest ? end - begun : slowest;
        begun = end;
    }
    return answered(full, slowest, end);
}

struct attempt attempt_make(struct world *world, uint32_t device, bool full, int64_t at,
                            int64_t deadline_us)
{
    struct device *one = &world->devices[device];
    int64_t rtt_us = 5 * MS + (int64_t)rng_below(&world->rng, 60 * MS);
    int64_t end = at + (full ? REQUESTS + 1 : 1) * rtt_us;
    bool easy = loss_is_clear(&one->loss, &world->plan.loss, at, end) &&
                (world_is_calm(world, one->site, at, end) || world_is_free(world, device, at, end));
    if (!easy) {
        return make_slowly(world, device, full, at, deadline_us, rtt_us);
    }
    return answered(full, full ? 2 * rtt_us : rtt_us, end);
}
