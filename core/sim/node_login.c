/* SPDX-License-Identifier: MIT */
#include "sim/node.h"

#include <stdlib.h>

#include <vmm/observation.h>

#include "health/refusal.h"

static struct ledger_time ledger_now(const struct node *node)
{
    return (struct ledger_time){.mono_us = (uint64_t)node->sim->now,
                                .wall_us = sim_wall(node->sim)};
}

/* The password goes out with the requests: a look that got past the connection has sent it. */
void node_login(struct node *node, struct node_look *look, bool may_login)
{
    struct attempt *attempt = &look->attempt;
    if (node->sim->accounts == NULL || attempt->rung < VMM_RUNG_ANSWER) {
        return;
    }
    bool answered = attempt->outcome == VMM_OUTCOME_OK;
    if (!may_login) {
        look->is_barred = answered;
        attempt->outcome = answered ? VMM_OUTCOME_AUTH : attempt->outcome;
        return;
    }
    const struct health_state *state = &node->devices[look->device].state;
    bool excused = refusal_may_boot(&node->policy, state, sim_wall(node->sim));
    bool accepted = account_login(node->sim, look->device, excused || !answered);
    look->login = (struct ledger_result){.login_tried = true,
                                         .login_accepted = answered && accepted,
                                         .login_refused = answered && !accepted,
                                         .excused = excused};
    if (answered && !accepted) {
        attempt->outcome = VMM_OUTCOME_AUTH;
        attempt->rung = VMM_RUNG_AUTHENTICATE;
    }
}

void node_judge_login(const struct node *node, const struct node_look *look,
                      struct health_input *input)
{
    struct refusal refusal = {.is_barred = look->is_barred,
                              .is_known = ledger_is_refused(node->ledger, look->device),
                              .is_excused = look->login.excused};
    if (input->outcome == VMM_OUTCOME_AUTH) {
        refusal_judge(&node->devices[look->device].state, &refusal, input);
    }
}

/* A proven account logs in as it likes, without a word on disk before. */
void node_forget_logins(const struct node *node)
{
    struct sim *sim = node->sim;
    for (uint32_t i = 0; sim->accounts != NULL && i < sim->world.device_count; i++) {
        uint32_t slot = node->turns[i].look;
        const struct ledger_record *record = &sim->disk.accounts[i].record;
        bool was_proven = record->state == LEDGER_PROVEN && record->begun_wall == 0;
        if (slot != NODE_NONE && was_proven && node->looks[slot].login.login_refused &&
            !node->looks[slot].login.excused) {
            account_forget(sim, i);
        }
    }
}

static void set_generation(struct node *node, uint32_t device)
{
    struct ledger_record record;
    int rc = ledger_account(node->ledger, device, node->sim->accounts[device].generation, &record);
    if (rc < 0) {
        abort();
    }
    if (rc == 1) {
        disk_put_account(&node->sim->disk, &record);
        sim_commit_soon(node->sim);
    }
}

void node_restore_account(struct node *node, uint32_t device)
{
    const struct disk_account *row = &node->sim->disk.accounts[device];
    struct ledger_record changed;
    if (node->sim->accounts == NULL) {
        return;
    }
    if (row->written &&
        ledger_restore(node->ledger, &row->record, ledger_now(node), &changed) == 1) {
        disk_put_account(&node->sim->disk, &changed);
        sim_commit_soon(node->sim);
    }
    set_generation(node, device);
}

/* What is under way has the old one, and says nothing about the new: as vmmd's watch_add(). */
static void look_anew(struct node *node, uint32_t device)
{
    struct node_turn *turn = &node->turns[device];
    uint64_t now = (uint64_t)node->sim->now;
    if (turn->look != NODE_NONE) {
        node->looks[turn->look].is_void = true;
    }
    sched_done(node->sched, device, now);
    sched_once(node->sched, device, now);
    turn->is_regular = false;
}

void node_credential(struct node *node, uint32_t device)
{
    struct health_input input = {.kind = HEALTH_INPUT_CREDENTIAL};
    set_generation(node, device);
    look_anew(node, device);
    node_step(node, device, &input);
}
