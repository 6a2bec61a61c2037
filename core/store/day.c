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

/* ---- spans ---- */

int64_t day_spans_within(const struct day_spans *spans, int64_t since, int64_t until)
{
    int64_t sum = 0;
    for (size_t i = 0; i < spans->count && since < until; i++) {
        int64_t from = spans->items[i].since > since ? spans->items[i].since : since;
        int64_t to = spans->items[i].until < until ? spans->items[i].until : until;
        if (from < to) {
            sum += to - from;
            since = to; /* what overlaps counts once */
        }
    }
    return sum;
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

static void measure_outage(struct day_state *state, const struct day_frame *frame, int64_t at)
{
    if (state->outage == 0) {
        return;
    }
    int64_t length = at - state->outage - day_spans_within(&frame->unwatched, state->outage, at);
    state->row.longest_s = length > state->row.longest_s ? length : state->row.longest_s;
}

/* A health in which the device itself answers. */
static bool is_seen(uint32_t health)
{
    return health == VMM_HEALTH_OK || health == VMM_HEALTH_DEGRADED ||
           health == VMM_HEALTH_BLACKFRAME;
}

static int64_t size_of(int32_t offset_ms)
{
    return offset_ms < 0 ? -(int64_t)offset_ms : offset_ms;
}

static void note_clock(struct day_state *state)
{
    struct day_row *row = &state->row;
    if (state->has_clock != 0 &&
        (row->has_clock == 0 || size_of(state->clock_ms) > size_of(row->clock_ms))) {
        row->clock_ms = state->clock_ms;
        row->has_clock = 1;
    }
}

/* How long it was new. */
static int64_t new_within(const struct day_state *state, int64_t since, int64_t until)
{
    struct day_span span = {.since = state->commissioning_since,
                            .until = state->commissioning_until != 0 ? state->commissioning_until
                                                                     : until};
    struct day_spans spans = {&span, state->commissioning_since != 0};
    return day_spans_within(&spans, since, until);
}

/* Nobody expects to see what is switched off: that nobody watched takes nothing away from it. */
static void count(struct day_state *state, const struct day_frame *frame, int64_t at)
{
    struct day_row *row = &state->row;
    int64_t blind = state->health != VMM_HEALTH_DISABLED
                        ? day_spans_within(&frame->unwatched, state->since, at)
                        : 0;
    int64_t watched = at - state->since - blind;
    int64_t seen = is_seen(state->health) ? watched : 0;
    row->health_s[state->health] += watched;
    row->health_s[VMM_HEALTH_UNKNOWN] += blind;
    row->unwatched_s += blind;
    row->fault_s[state->fault] += watched;
    row->fault_s[DAY_FAULT_NONE] += blind;
    row->recording_s[state->recording] += seen;
    row->recording_s[DAY_RECORDING_UNJUDGED] += at - state->since - seen;
    row->maintenance_s += day_spans_within(&frame->maintenance, state->since, at);
    row->commissioning_s += new_within(state, state->since, at);
    if (seen > 0) {
        note_clock(state);
    }
    state->since = at;
    measure_outage(state, frame, at);
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

void day_advance(struct day_state *state, const struct day_frame *frame, int64_t at,
                 day_done_fn done, void *arg)
{
    while (at >= state->row.ends) {
        count(state, frame, state->row.ends);
        done(arg, &state->row);
        open_day(state, frame->zone, state->row.ends);
    }
    if (at > state->since) {
        count(state, frame, at);
    }
}

void day_change(struct day_state *state, const struct day_frame *frame, int64_t at, uint32_t health,
                enum day_fault fault, day_done_fn done, void *arg)
{
    day_advance(state, frame, at, done, arg);
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

/* ---- beside the health ---- */

void day_set_recording(struct day_state *state, enum day_recording recording)
{
    state->recording = recording;
}

void day_set_clock(struct day_state *state, int32_t offset_ms)
{
    state->clock_ms = offset_ms;
    state->has_clock = 1;
    note_clock(state); /* also when it is another one at once */
}

void day_begin_commissioning(struct day_state *state, int64_t at)
{
    state->commissioning_since = at;
    state->commissioning_until = 0;
}

void day_end_commissioning(struct day_state *state, int64_t at)
{
    state->commissioning_until = at;
}

bool day_state_is_good(const struct day_state *state)
{
    return state->health < VMM_HEALTH_COUNT && state->fault < DAY_FAULTS &&
           state->recording < DAY_RECORDINGS;
}
