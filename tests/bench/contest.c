/* SPDX-License-Identifier: MIT */
#include "contest.h"

#include <math.h>
#include <string.h>

#include "figure.h"

#define STOPPED_MS        1100u
#define PACE_TOLERANCE    0.2
#define REQUEST_TOLERANCE 0.1

static int turns_of(const struct contest *contest)
{
    return contest->turns > 0 ? contest->turns : CONTEST_TURNS;
}

static uint32_t lead_of(const struct contest *contest, int who)
{
    return contest->contestants[who].go != NULL ? contest->turn_ms / 3 : 0;
}

/* What was counted between two readings of a turn. */
struct window {
    struct farm_totals totals;
    double used[CONTEST_METERS];
};

static void read_meters(const struct contest *contest, int who, struct window *window)
{
    const struct contestant *contestant = &contest->contestants[who];
    farm_totals(contestant->farm, &window->totals);
    for (int i = 0; i < contest->meters; i++) {
        window->used[i] = contestant->meters[i](contestant->arg);
    }
}

static void note_turn(struct contest *contest, int who, int turn, const struct window *before,
                      const struct window *after)
{
    double looks = (double)(after->totals.connections - before->totals.connections);
    if (looks < 1) {
        bench_fail("%s made no look in its window", contest->contestants[who].name);
    }
    for (int i = 0; i < contest->meters; i++) {
        contest->cost[i][who][turn] = (after->used[i] - before->used[i]) / looks;
    }
    contest->looks[who][turn] = looks;
    contest->requests[who][turn] =
        (double)(after->totals.requests - before->totals.requests) / looks;
}

/* One turn, which is noted when `turn` is not below 0. */
static void take_turn(struct contest *contest, int who, int turn)
{
    const struct contestant *contestant = &contest->contestants[who];
    struct window before;
    struct window after;
    if (contestant->go != NULL) {
        contestant->go(contestant->arg);
        bench_sleep_ms(lead_of(contest, who));
    }
    read_meters(contest, who, &before);
    bench_sleep_ms(contest->turn_ms - lead_of(contest, who));
    read_meters(contest, who, &after);
    if (contestant->go != NULL) {
        contestant->stop(contestant->arg);
    }
    if (turn >= 0) {
        note_turn(contest, who, turn, &before, &after);
    }
}

/* A vmmd that was stopped for less would not spread anew what has become overdue. */
static uint32_t rest_ms(const struct contest *contest)
{
    uint32_t stopped = (uint32_t)(contest->count - 1) * contest->turn_ms;
    bool stops = contest->contestants[0].go != NULL;
    return stops && stopped < STOPPED_MS ? STOPPED_MS - stopped : 0;
}

static double sum(const double *values, int count)
{
    double total = 0;
    for (int i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

/* Looks a second of all its windows together. */
static double pace_of(const struct contest *contest, int who)
{
    int turns = turns_of(contest);
    double window_ms = contest->turn_ms - lead_of(contest, who);
    return sum(contest->looks[who], turns) * 1000 / (turns * window_ms);
}

static double requests_of(const struct contest *contest, int who)
{
    int turns = turns_of(contest);
    return sum(contest->requests[who], turns) / turns;
}

/* Where not the same was done, nothing is compared. */
static bool is_even(const struct contest *contest, int other, char *note, size_t size)
{
    double pace = pace_of(contest, other) / pace_of(contest, 0);
    double asked = requests_of(contest, other) / requests_of(contest, 0);
    snprintf(note, size,
             "not the same work: %s made %.2f times the looks, with %.2f times the requests",
             contest->contestants[other].name, pace, asked);
    bool same_pace = contest->contestants[other].own_pace || fabs(pace - 1) <= PACE_TOLERANCE;
    return same_pace && fabs(asked - 1) <= REQUEST_TOLERANCE;
}

void contest_run(struct contest *contest)
{
    int turns = turns_of(contest);
    for (int turn = -1; turn < turns; turn++) {
        for (int who = 0; who < contest->count; who++) {
            take_turn(contest, who, turn);
        }
        bench_sleep_ms(rest_ms(contest));
    }
    for (int who = 0; who < contest->count; who++) {
        bench_say("  %-14s %7.1f us CPU a look; %.0f looks a second of %.2f requests",
                  contest->contestants[who].name,
                  stats_median(contest->cost[0][who], (size_t)turns), pace_of(contest, who),
                  requests_of(contest, who));
    }
}

void contest_figure(const struct contest *contest, int other, int meter, const char *unit,
                    const char *name, double limit)
{
    const double *ours = contest->cost[meter][0];
    const double *theirs = contest->cost[meter][other];
    size_t turns = (size_t)turns_of(contest);
    struct figure figure = {
        .name = name,
        .estimate = stats_ratio(ours, theirs, turns),
        .unit = "x",
        .baseline = stats_median(theirs, turns),
        .limit = limit,
    };
    figure.unmeasured = !is_even(contest, other, figure.note, sizeof(figure.note));
    if (!figure.unmeasured) {
        snprintf(figure.note, sizeof(figure.note), "%.4g %s a look against %.4g of %s",
                 stats_median(ours, turns), unit, figure.baseline,
                 contest->contestants[other].name);
    }
    figure_add(&figure);
}

/* ---- vmm ----------------------------------------------------------------------------------------------- */

static void subject_go(void *arg)
{
    struct subject *subject = arg;
    usage_continue(&subject->group);
}

static void subject_halt(void *arg)
{
    struct subject *subject = arg;
    usage_stop(&subject->group);
}

static double subject_cpu(void *arg)
{
    struct subject *subject = arg;
    return usage_group_cpu_us(&subject->group);
}

struct contestant contest_subject(const char *name, struct subject *subject, struct farm *farm)
{
    return (struct contestant){.name = name,
                               .arg = subject,
                               .go = subject_go,
                               .stop = subject_halt,
                               .meters = {subject_cpu},
                               .farm = farm};
}

/* ---- a peer -------------------------------------------------------------------------------------------- */

static void peer_go(void *arg)
{
    child_ask(arg, "go", "going");
}

static void peer_stop(void *arg)
{
    child_ask(arg, "stop", "stopped");
}

static double peer_cpu(void *arg)
{
    const struct child *child = arg;
    return usage_cpu_us(child->pid);
}

struct contestant contest_peer(const char *name, struct child *peer, struct farm *farm)
{
    return (struct contestant){.name = name,
                               .arg = peer,
                               .go = peer_go,
                               .stop = peer_stop,
                               .meters = {peer_cpu},
                               .farm = farm};
}
