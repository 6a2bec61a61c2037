/* SPDX-License-Identifier: MIT */
#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/memory.h"
#include "sim/node.h"
#include "sim/people.h"

#define CRASH_ONE_IN     60u /* of what goes on, while crashes are left */
#define CUT_CRASH_ONE_IN 3u
#define COMMIT_MIN_US    1000
#define COMMIT_MAX_US    60000
#define NOTICED_US                                                                                 \
    (25 * PLAN_MIN) /* an outage that lasts longer than this is noticed, whatever goes on */
#define DOWN_MAX_US  (2 * PLAN_MIN) /* the node is back within */
#define PAUSE_MAX_US (15 * PLAN_MIN)

enum trouble { TROUBLE_CRASH, TROUBLE_PAUSE, TROUBLE_CLOCK, TROUBLE_START };

void sim_trace(const struct sim *sim, const char *format, ...)
{
    if (!sim->plan.trace) {
        return;
    }
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%12.3f ", (double)sim->now / (double)PLAN_S);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

/* ---- commits ---- */

void sim_commit_soon(struct sim *sim)
{
    if (sim->committing) {
        return;
    }
    sim->committing = true;
    int64_t wait = COMMIT_MIN_US + (int64_t)sim_below(sim, COMMIT_MAX_US - COMMIT_MIN_US);
    agenda_put(
        &sim->agenda,
        (struct happening){.at = sim->now + wait, .kind = HAPPENING_COMMIT, .life = sim->life});
}

static void on_event(void *arg, const struct disk_event *event, bool is_new)
{
    struct sim *sim = arg;
    check_event(&sim->check, sim, event, is_new);
    figures_event(&sim->figures, sim, event);
}

static void commit(struct sim *sim)
{
    size_t count = 0;
    uint32_t *devices = memory_zeroed(sim->disk.row_count, sizeof(*devices));
    for (size_t i = 0; i < sim->disk.row_count; i++) {
        if (sim->disk.rows[i].kind == DISK_DEVICE) {
            devices[count++] = sim->disk.rows[i].number;
        }
    }
    sim->committing = false;
    bool grown = disk_commit(&sim->disk, on_event, sim);
    for (size_t i = 0; i < count; i++) {
        check_device(&sim->check, sim, devices[i]);
    }
    free(devices);
    operator_answered(sim);
    people_committed(sim->people, grown);
}

/* ---- the node's life ---- */

static void start(struct sim *sim)
{
    sim_trace(sim, "the node starts");
    sim->life++;
    sim->figures.starts++;
    sim->receivers.restarted = sim->now;
    sim->committing = false;
    operator_unsettle(sim);
    sim->people = sim->plan.bare ? NULL : people_create(sim);
    node_create(sim);
}

static void crash(struct sim *sim)
{
    if (sim->node == NULL) {
        return;
    }
    sim_trace(sim, "the node crashes");
    check_crash(&sim->check, sim);
    node_forget_logins(sim->node);
    node_destroy(sim->node);
    people_destroy(sim->people);
    sim->node = NULL;
    sim->people = NULL;
    disk_crash(&sim->disk);
    operator_lost(sim);
    int64_t wait = PLAN_S / 10 + (int64_t)sim_below(sim, DOWN_MAX_US);
    agenda_put(&sim->agenda, (struct happening){.at = sim->now + wait,
                                                .kind = HAPPENING_TROUBLE,
                                                .number = TROUBLE_START});
}

/* The wall clock is set: by seconds, or by hours. */
static void step_clock(struct sim *sim)
{
    int64_t most = sim_below(sim, 2) == 0 ? 10 * PLAN_S : 3 * PLAN_H;
    int64_t step = (int64_t)sim_below(sim, 2 * (uint64_t)most) - most;
    sim_trace(sim, "the wall clock is set by %.1f s", (double)step / (double)PLAN_S);
    sim->wall_offset += step;
    operator_unsettle(sim);
}

static void trouble(struct sim *sim, enum trouble what)
{
    if (what == TROUBLE_START) {
        start(sim);
    } else if (what == TROUBLE_CRASH) {
        crash(sim);
    } else if (what == TROUBLE_CLOCK) {
        step_clock(sim);
    } else if (sim->node != NULL) {
        sim->paused_until = sim->now + 11 * PLAN_S + (int64_t)sim_below(sim, PAUSE_MAX_US);
        sim_trace(sim, "the machine stands still");
    }
}

static void plan_trouble(struct sim *sim, enum trouble what, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int64_t at = SIM_BEGIN + (int64_t)sim_below(sim, (uint64_t)sim->plan.span_us);
        agenda_put(&sim->agenda,
                   (struct happening){.at = at, .kind = HAPPENING_TROUBLE, .number = what});
    }
}

/* A node that is cut off may crash as well as another. */
static void plan_crashes_in_cuts(struct sim *sim)
{
    for (uint32_t i = 0; sim->plan.crashes > 0 && i < sim->cuts.count; i++) {
        const struct cut *cut = &sim->cuts.all[i];
        if (sim_below(sim, CUT_CRASH_ONE_IN) == 0) {
            int64_t at = cut->start + (int64_t)sim_below(sim, (uint64_t)(cut->end - cut->start));
            agenda_put(
                &sim->agenda,
                (struct happening){.at = at, .kind = HAPPENING_TROUBLE, .number = TROUBLE_CRASH});
        }
    }
}

/* ---- what happens ---- */

static void noticed(struct sim *sim, uint32_t outage)
{
    int64_t start = sim->world.outages[outage].start;
    bool undisturbed = sim->plan.crashes + sim->plan.pauses == 0 &&
                       cut_between(&sim->cuts, start, start + NOTICED_US) == NULL;
    if (undisturbed) {
        check_outage(&sim->check, sim, outage);
    }
}

static void handle(struct sim *sim, const struct happening *what)
{
    bool is_alive = sim->node != NULL && what->life == sim->life;
    switch (what->kind) {
    case HAPPENING_LOOK_END:
        if (is_alive) {
            node_look_ended(sim->node, what->number);
        }
        break;
    case HAPPENING_COMMIT:
        if (is_alive && sim->people != NULL) {
            commit(sim);
        }
        break;
    case HAPPENING_AGAIN:
        if (is_alive) {
            people_read_again(sim->people, what->number);
        }
        break;
    case HAPPENING_ARRIVE:
        receiver_take(sim, what->thing);
        break;
    case HAPPENING_ANSWER:
        if (is_alive) {
            people_answered(sim->people, what->thing);
        }
        letter_destroy(what->thing);
        break;
    case HAPPENING_CHECK:
        noticed(sim, what->number);
        break;
    case HAPPENING_CREDENTIAL:
        account_renew(sim, what->number);
        if (sim->node != NULL) {
            node_credential(sim->node, what->number);
        }
        break;
    case HAPPENING_WISH:
        operator_act(sim);
        break;
    case HAPPENING_OWED:
        operator_check_owed(sim);
        break;
    case HAPPENING_CUT:
        cut_happens(sim, what->number);
        break;
    case HAPPENING_TROUBLE:
        trouble(sim, (enum trouble)what->number);
        break;
    }
}

/* While the machine stands still only the world goes on. */
static bool waits(const struct sim *sim, const struct happening *what)
{
    bool is_world = what->kind == HAPPENING_ARRIVE || what->kind == HAPPENING_CHECK;
    return sim->now < sim->paused_until && !is_world;
}

/* Half of the crashes come while something is going on. */
static bool ends_here(struct sim *sim, enum happening_kind kind)
{
    bool is_busy = kind == HAPPENING_COMMIT || kind == HAPPENING_ARRIVE || kind == HAPPENING_ANSWER;
    return is_busy && sim->crashes > 0 && sim->node != NULL && sim->now >= sim->paused_until &&
           sim_below(sim, CRASH_ONE_IN) == 0;
}

/* Before anything else is done the node notices that it stood still. */
static void go_on(struct sim *sim)
{
    if (sim->paused_until != 0 && sim->now >= sim->paused_until) {
        sim->paused_until = 0;
        operator_unsettle(sim);
        if (sim->node != NULL) {
            node_resume(sim->node);
        }
    }
}

static void happen(struct sim *sim)
{
    struct happening what = agenda_take(&sim->agenda);
    if (waits(sim, &what)) {
        what.at = sim->paused_until;
        agenda_put(&sim->agenda, what);
        return;
    }
    go_on(sim);
    handle(sim, &what);
    if (ends_here(sim, what.kind)) {
        sim->crashes--;
        crash(sim);
    }
}

static void wake(struct sim *sim)
{
    go_on(sim);
    node_wake(sim->node);
    if (sim->people != NULL && people_next(sim->people) <= sim->now) {
        people_wake(sim->people);
    }
}

static int64_t next_wake(struct sim *sim)
{
    if (sim->node == NULL) {
        return INT64_MAX;
    }
    int64_t at = node_next(sim->node);
    int64_t people = sim->people != NULL ? people_next(sim->people) : INT64_MAX;
    at = at < people ? at : people;
    at = at > sim->now ? at : sim->now;
    return at > sim->paused_until ? at : sim->paused_until;
}

/* Outages that are long enough for everybody to have heard of them. */
static void plan_checks(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->world.outage_count; i++) {
        const struct outage *outage = &sim->world.outages[i];
        if (outage->end - outage->start > NOTICED_US) {
            agenda_put(&sim->agenda, (struct happening){.at = outage->start + NOTICED_US,
                                                        .kind = HAPPENING_CHECK,
                                                        .number = i});
        }
    }
}

static void begin(struct sim *sim, const struct plan *plan)
{
    *sim = (struct sim){.plan = *plan, .now = SIM_BEGIN, .wall_offset = SIM_WALL};
    rng_init(&sim->rng, plan->seed ^ UINT64_C(0x73696d));
    world_init(&sim->world, plan);
    disk_init(&sim->disk, sim->world.device_count, sim->world.site_count);
    agenda_init(&sim->agenda);
    receivers_init(&sim->receivers);
    check_init(&sim->check, sim);
    accounts_init(sim);
    operator_init(sim);
    cuts_init(sim);
    sim->crashes = plan->crashes / 2;
    plan_trouble(sim, TROUBLE_CRASH, plan->crashes - sim->crashes);
    plan_crashes_in_cuts(sim);
    plan_trouble(sim, TROUBLE_PAUSE, plan->pauses);
    plan_trouble(sim, TROUBLE_CLOCK, plan->steps);
    if (!plan->bare) {
        plan_checks(sim);
    }
    start(sim);
}

void sim_run(struct sim *sim, const struct plan *plan)
{
    begin(sim, plan);
    int64_t end = SIM_BEGIN + plan->span_us + WORLD_TAIL_US;
    for (;;) {
        int64_t happens = agenda_next(&sim->agenda);
        int64_t wakes = next_wake(sim);
        int64_t at = happens < wakes ? happens : wakes;
        if (at >= end) {
            break;
        }
        sim->now = at > sim->now ? at : sim->now;
        if (happens <= wakes) {
            happen(sim);
        } else {
            wake(sim);
        }
    }
    if (!plan->bare) {
        check_end(&sim->check, sim);
    }
}

void sim_finish(struct sim *sim)
{
    node_destroy(sim->node);
    people_destroy(sim->people);
    agenda_finish(&sim->agenda, letter_destroy);
    receivers_finish(&sim->receivers);
    check_finish(&sim->check);
    accounts_finish(sim);
    operator_finish(sim);
    cuts_finish(sim);
    disk_finish(&sim->disk);
    world_finish(&sim->world);
}
