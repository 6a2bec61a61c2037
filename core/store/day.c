/* SPDX-License-Identifier: MIT */
#include "store/day.h"

/* ---- the calendar ---- */

/* A day begins when a clock first shows its midnight. Where clocks are set back over midnight, the old day comes again
 * on the clock: the new one has begun all the same. */
static int64_t day_of(const struct zone *zone, int64_t at)
{
    int64_t day = civil_midnight(zone_local(zone, at)) / CIVIL_DAY;
    return at >= zone_first(zone, (day + 1) * CIVIL_DAY) ? day + 1 : day;
}

int64_t day_start(const struct zone *zone, int64_t at)
{
    return zone_first(zone, day_of(zone, at) * CIVIL_DAY);
}

/* The end of the day that begins there. A day that a country left out has no length, and is left out here too. */
static int64_t day_end(const struct zone *zone, int64_t day, int64_t begins)
{
    int64_t ends = zone_first(zone, (day + 1) * CIVIL_DAY);
    while (ends <= begins) {
        day++;
        ends = zone_first(zone, (day + 1) * CIVIL_DAY);
    }
    return ends;
}

/* ---- counting ---- */

static bool is_outage(uint32_t health)
{
    return health == VMM_HEALTH_DOWN || health == VMM_HEALTH_BLACKFRAME;
}

static void open_outage(struct day_state *state, int64_t at)
{
    state->outage = at;
    state->row.first_failure = state->row.first_failure == 0 ? at : state->row.first_failure;
    state->row.last_failure = at;
}

static void measure_outage(struct day_state *state, int64_t at)
{
    int64_t length = state->outage != 0 ? at - state->outage : 0;
    state->row.longest_s = length > state->row.longest_s ? length : state->row.longest_s;
}

static void count(struct day_state *state, int64_t at)
{
    state->row.health_s[state->health] += at - state->since;
    state->row.fault_s[state->fault] += at - state->since;
    state->since = at;
    measure_outage(state, at);
}

/* A day in which nothing has happened yet. An outage that goes on is one of this day from its start on. */
static void open_day(struct day_state *state, const struct zone *zone, int64_t begins)
{
    int64_t day = day_of(zone, begins);
    state->row = (struct day_row){.day = day, .begins = begins, .ends = day_end(zone, day, begins)};
    state->since = begins;
    if (state->outage != 0) {
        open_outage(state, begins);
    }
}

void day_begin(struct day_state *state, const struct zone *zone, int64_t at, uint32_t health)
{
    int64_t begins = day_start(zone, at);
    *state = (struct day_state){.health = health, .outage = is_outage(health) ? begins : 0};
    open_day(state, zone, begins);
}

void day_skip_to(struct day_state *state, const struct zone *zone, int64_t begins)
{
    if (begins >= state->row.ends) {
        open_day(state, zone, begins);
    }
}

void day_advance(struct day_state *state, const struct zone *zone, int64_t at, day_done_fn done,
                 void *arg)
{
    while (at >= state->row.ends) {
        count(state, state->row.ends);
        done(arg, &state->row);
        open_day(state, zone, state->row.ends);
    }
    if (at > state->since) {
        count(state, at);
    }
}

void day_change(struct day_state *state, const struct zone *zone, int64_t at, uint32_t health,
                enum day_fault fault, day_done_fn done, void *arg)
{
    day_advance(state, zone, at, done, arg);
    if (is_outage(health) && state->outage == 0) {
        open_outage(state, state->since);
        state->row.outages++;
    } else if (!is_outage(health)) {
        state->outage = 0;
    }
    state->row.changes += health != state->health;
    state->health = health;
    state->fault = fault;
}
