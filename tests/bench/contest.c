/* SPDX-License-Identifier: MIT */
#include "contest.h"

#include <math.h>
#include <string.h>

#include "figure.h"

#define STOPPED_MS        1100u
#define PACE_TOLERANCE    0.2
#define REQUEST_TOLERANCE 0.05

static uint32_t turn_of(const struct contest *contest, int who)
{
    uint32_t own = contest->contestants[who].turn_ms;
    return own > 0 ? own : contest->turn_ms;
}

/* One turn, which is noted when `turn` is not below 0. Returns its looks. */
static double take_turn(struct contest *contest, int who, int turn)
{
    const struct contestant *contestant = &contest->contestants[who];
    uint32_t turn_ms = turn_of(contest, who);
    struct farm_totals before;
    struct farm_totals after;
    double used[CONTEST_METERS];
    contestant->go(contestant->arg);
    bench_sleep_ms(turn_ms / 3);
    farm_totals(contestant->farm, &before);
    for (int i = 0; i < contest->meters; i++) {
        used[i] = contestant->meters[i](contestant->arg);
    }
    bench_sleep_ms(turn_ms - turn_ms / 3);
    for (int i = 0; i < contest->meters; i++) {
        used[i] = contestant->meters[i](contestant->arg) - used[i];
    }
    farm_totals(contestant->farm, &after);
    contestant->stop(contestant->arg);
    double looks = (double)(after.connections - before.connections);
    if (looks < 1) {
        bench_fail("%s made no look in its window", contestant->name);
    }
    if (turn >= 0) {
        for (int i = 0; i < contest->meters; i++) {
            contest->cost[i][who][turn] = used[i] / looks;
        }
        contest->looks[who][turn] = looks;
        contest->requests[who][turn] = (double)(after.requests - before.requests) / looks;
    }
    return looks;
}

/* A vmmd that was stopped for less would not spread anew what has become overdue. */
static uint32_t rest_ms(const struct contest *contest)
{
    uint32_t stopped = 0;
    for (int i = 1; i < contest->count; i++) {
        stopped += turn_of(contest, i);
    }
    return stopped < STOPPED_MS ? STOPPED_MS - stopped : 0;
}

static double sum(const double *values)
{
    double total = 0;
    for (int i = 0; i < CONTEST_TURNS; i++) {
        total += values[i];
    }
    return total;
}

/* Looks a second of all its windows together. */
static double pace_of(const struct contest *contest, int who)
{
    uint32_t turn_ms = turn_of(contest, who);
    return sum(contest->looks[who]) * 1000 / (CONTEST_TURNS * (double)(turn_ms - turn_ms / 3));
}

static void rest(const struct contest *contest)
{
    bench_sleep_ms(rest_ms(contest));
}

double contest_pace(struct contest *contest, int who, int rounds)
{
    uint32_t turn_ms = turn_of(contest, who);
    double looks = 0;
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < contest->count; i++) {
            double made = take_turn(contest, i, -1);
            looks += i == who ? made : 0;
        }
        rest(contest);
    }
    return looks * 1000 / (rounds * (double)(turn_ms - turn_ms / 3));
}

/* Where not the same was done, nothing is compared. */
static bool is_even(const struct contest *contest, int other, char *note, size_t size)
{
    double pace = pace_of(contest, other) / pace_of(contest, 0);
    double asked = sum(contest->requests[other]) / sum(contest->requests[0]);
    snprintf(note, size,
             "not the same work: %s made %.2f times the looks, with %.2f times the requests",
             contest->contestants[other].name, pace, asked);
    return fabs(pace - 1) <= PACE_TOLERANCE && fabs(asked - 1) <= REQUEST_TOLERANCE;
}

void contest_run(struct contest *contest)
{
    for (int turn = -1; turn < CONTEST_TURNS; turn++) {
        for (int who = 0; who < contest->count; who++) {
            take_turn(contest, who, turn);
        }
        rest(contest);
    }
    for (int who = 0; who < contest->count; who++) {
        bench_say("  %-14s %7.1f us CPU a look; %.0f looks a second of %.2f requests",
                  contest->contestants[who].name,
                  stats_median(contest->cost[0][who], CONTEST_TURNS), pace_of(contest, who),
                  sum(contest->requests[who]) / CONTEST_TURNS);
    }
}

void contest_figure(const struct contest *contest, int other, int meter, const char *unit,
                    const char *name, double limit)
{
    const double *ours = contest->cost[meter][0];
    const double *theirs = contest->cost[meter][other];
    struct figure figure = {
        .name = name,
        .estimate = stats_ratio(ours, theirs, CONTEST_TURNS),
        .unit = "x",
        .baseline = stats_median(theirs, CONTEST_TURNS),
        .limit = limit,
    };
    figure.unmeasured = !is_even(contest, other, figure.note, sizeof(figure.note));
    if (!figure.unmeasured) {
        snprintf(figure.note, sizeof(figure.note), "%.4g %s a look against %.4g of %s",
                 stats_median(ours, CONTEST_TURNS), unit, figure.baseline,
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
