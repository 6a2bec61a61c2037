/* SPDX-License-Identifier: MIT */
#include "health/clock_track.h"

#include "health/judge.h"

#define SECOND        INT64_C(1000000)
#define DRIFT_PPM     1000       /* no clock runs wrong by more: 86 s a day */
#define MEASURE_S     (6 * 3600) /* drift is measured over at least so long */
#define DAY_MS        (INT64_C(86400) * 1000)
#define OFFSET_MAX_MS INT32_MAX

static int32_t clamp(int64_t ms)
{
    return (int32_t)(ms > OFFSET_MAX_MS    ? OFFSET_MAX_MS
                     : ms < -OFFSET_MAX_MS ? -OFFSET_MAX_MS
                                           : ms);
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static void set_anchor(struct health_state *state, int32_t offset_ms, int64_t now_wall)
{
    state->clock_anchor_ms = offset_ms;
    state->clock_anchor_s = (uint32_t)(now_wall / SECOND);
}

/* The furthest that the clock can have run away since the last look, noise included. */
static int64_t reach_ms(const struct health_state *state, int64_t now_wall, int64_t uncertainty_ms)
{
    int64_t passed_ms = (now_wall - state->confirmed_wall) / 1000;
    return JUDGE_CLOCK_NOISE_MS + uncertainty_ms +
           (passed_ms > 0 ? passed_ms * DRIFT_PPM / 1000000 : 0);
}

void clock_track(const struct health_policy *policy, struct health_state *state,
                 const struct health_input *input)
{
    int64_t offset = 0;
    int64_t uncertainty = 0;
    if (!judge_clock_offset(policy, input, &offset, &uncertainty)) {
        return;
    }
    int32_t ms = clamp(offset);
    int64_t limit = judge_clock_limit(policy);
    bool is_first = state->clock_anchor_s == 0;
    bool was_right = !is_first && distance(state->clock_ms, 0) <= limit;
    bool stepped =
        !is_first && distance(ms, state->clock_ms) > reach_ms(state, input->now_wall, uncertainty);
    if (is_first || stepped) {
        set_anchor(state, ms, input->now_wall);
    }
    if (distance(ms, 0) <= limit) {
        state->clock_how = HEALTH_CLOCK_STEADY;
    } else if (stepped) {
        state->clock_how = HEALTH_CLOCK_STEP;
    } else if (was_right) {
        state->clock_how = HEALTH_CLOCK_DRIFT;
    }
    state->clock_ms = ms;
}

struct health_clock health_clock(const struct health_state *state, int64_t now_wall)
{
    int64_t passed_ms = now_wall / 1000 - (int64_t)state->clock_anchor_s * 1000;
    struct health_clock clock = {.how = state->clock_how, .offset_ms = state->clock_ms};
    int64_t moved_ms = (int64_t)state->clock_ms - state->clock_anchor_ms;
    if (state->clock_anchor_s != 0 && passed_ms >= MEASURE_S * INT64_C(1000) &&
        distance(moved_ms, 0) > JUDGE_CLOCK_NOISE_MS) {
        clock.drift_ms_day = (int32_t)(moved_ms * DAY_MS / passed_ms);
    }
    return clock;
}
