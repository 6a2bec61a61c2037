/* SPDX-License-Identifier: MIT */
/*
 * The node: what vmmd does with its schedule, its ledger, its verdicts and its search for causes, by their own objects.
 * node.c looks at devices, node_verdict.c judges, node_cause.c has the sites and says where an event belongs.
 */
#ifndef SIM_NODE_H
#define SIM_NODE_H

#include "cause/isolation.h"
#include "cause/references.h"
#include "cause/sites.h"
#include "health/health.h"
#include "sched/ledger.h"
#include "sched/sched.h"
#include "sim/attempt.h"
#include "sim/sim.h"

#define NODE_NONE   UINT32_MAX
#define NODE_SHARES 10u /* each device's time is judged every so many ticks */

/* Each look needs that of another device: whole lines of memory, with nothing beside it. */
struct node_device {
    struct health_state state;
};

/* How it stands with the looks at a device; none lies in two lines. */
struct node_turn {
    _Alignas(32) int64_t until; /* health_until() */
    int64_t begun;              /* its last look; 0: none in this life, or since a pause */
    uint32_t look;              /* its slot; NODE_NONE: none is under way */
    bool asked;                 /* for a sign of life */
    bool is_regular;            /* its next look comes by its normal rhythm alone */
};

struct node_look {
    struct attempt attempt;
    uint64_t lease;
    uint32_t device;
    uint32_t scope;
    uint32_t next_free;
    struct ledger_result login; /* what became of it, if one was made */
    bool is_barred;             /* the device wants one, and none was allowed */
    bool is_void;
};

struct node {
    struct sim *sim;
    struct health_policy policy;
    struct sched *sched;
    struct ledger *ledger;
    struct sites sites;
    struct node_device *devices;
    struct node_turn *turns;
    int64_t first[NODE_SHARES]; /* of each share no later than the first health_until() */
    uint32_t share_size;
    struct node_look *looks;
    size_t look_count;
    size_t look_room;
    uint32_t look_free;
    int64_t tick_at;
    uint32_t ticks;
    struct isolation isolation;
    struct references references;
    const struct cut *missing; /* the cut that it was started in; NULL */
    uint32_t why;              /* ISOLATION_*: what the kernel says */
    uint32_t self_events;
};

/* ---- node.c ---- */

/* A start: everything that is on disk goes on. */
struct node *node_create(struct sim *sim);
void node_destroy(struct node *node);

/* When it wants to be woken: for looks that are due, or its tick of a second. */
int64_t node_next(struct node *node);

/* It is woken. */
void node_wake(struct node *node);

void node_look_ended(struct node *node, uint32_t slot);

/* The credential of a device is another one. */
void node_credential(struct node *node, uint32_t device);

/* It stood still: what is under way is void. */
void node_resume(struct node *node);

/* ---- node_login.c ---- */

/* The look logs in, if it may, when it has got that far. */
void node_login(struct node *node, struct node_look *look, bool may_login);

/* A crash takes the answers that are under way. */
void node_forget_logins(const struct node *node);

/* What a look that ended in `auth` says of the device. */
void node_judge_login(const struct node *node, const struct node_look *look,
                      struct health_input *input);

/* The account of a device as it is on disk and configured. */
void node_restore_account(struct node *node, uint32_t device);

/* ---- node_verdict.c ---- */

void node_step(struct node *node, uint32_t device, struct health_input *input);

/* The schedule gets the interval of the device's rhythm. */
void node_rhythm(struct node *node, uint32_t device);

/* ---- node_cause.c ---- */

void node_cause_init(struct node *node);

/* After a step, before and after its event is written. */
void node_cause_step(struct node *node, uint32_t device, const struct health_state *before,
                     const struct health_input *input);
void node_cause_end(struct node *node, uint32_t device, const struct health_state *before,
                    const struct health_input *input);

/* The event of a device, in its place; begins an incident of its own where that is so. */
void node_put_event(struct node *node, uint32_t device, const struct health_state *before,
                    const struct health_event *event);

/* What is on disk. */
void node_cause_restore(struct node *node);

/* As place_each_lost(). */
bool node_each_lost(const struct node *node, uint32_t site, const char *id, place_part_fn fn,
                    void *fn_arg);

/* ---- node_self.c ---- */

/* What is on disk of the node itself. */
void node_self_init(struct node *node);

/* The kernel tells of the network. */
void node_self_network(struct node *node);

/* A second has passed. */
void node_self_time(struct node *node);

#endif
