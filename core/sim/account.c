/* SPDX-License-Identifier: MIT */
#include "sim/account.h"

#include <stdlib.h>

#include "sim/memory.h"
#include "sim/sim.h"

#define CHANGED_ONE_IN 6u /* devices whose password somebody changes */
#define WRONG_MIN_US   (20 * PLAN_MIN)
#define WRONG_MAX_US   (10 * PLAN_H)
#define RETRY_US       (30 * PLAN_MIN)
#define EXCUSE_US      (90 * PLAN_S)
#define EXCUSES        3u           /* in a row, 90 s apart; then as after a refusal */
#define AGREE_US       (2 * PLAN_S) /* what a node takes between its clock and the wire */

/* ---- what happens to them ---- */

static void change_password(struct sim *sim, uint32_t device)
{
    struct account *account = &sim->accounts[device];
    int64_t end = SIM_BEGIN + sim->plan.span_us;
    int64_t length =
        WRONG_MIN_US + (int64_t)sim_below(sim, (uint64_t)(WRONG_MAX_US - WRONG_MIN_US));
    account->wrong_from = SIM_BEGIN + (int64_t)sim_below(sim, (uint64_t)sim->plan.span_us);
    account->wrong_until = account->wrong_from + length;
    account->wrong_until = account->wrong_until < end ? account->wrong_until : end;
}

static void plan_renewal(struct sim *sim, uint32_t device, int64_t at)
{
    agenda_put(&sim->agenda,
               (struct happening){.at = at, .kind = HAPPENING_CREDENTIAL, .number = device});
}

void accounts_init(struct sim *sim)
{
    if (!sim->plan.accounts) {
        return;
    }
    sim->accounts = memory_zeroed(sim->world.device_count, sizeof(*sim->accounts));
    for (uint32_t i = 0; i < sim->world.device_count; i++) {
        sim->accounts[i].generation = 1;
        if (sim_below(sim, CHANGED_ONE_IN) == 0) {
            change_password(sim, i);
            plan_renewal(sim, i, sim->accounts[i].wrong_until);
        }
        /* Whatever a crash has cost: in the end every credential is set anew. */
        plan_renewal(sim, i, SIM_BEGIN + sim->plan.span_us + PLAN_S);
    }
}

void accounts_finish(struct sim *sim)
{
    free(sim->accounts);
    sim->accounts = NULL;
}

void account_renew(struct sim *sim, uint32_t device)
{
    struct account *account = &sim->accounts[device];
    *account = (struct account){
        .generation = account->generation + 1,
        .wrong_from = account->wrong_from,
        .wrong_until = account->wrong_until < sim->now ? account->wrong_until : sim->now};
}

/* ---- what the device sees ---- */

static void check_excused(struct sim *sim, uint32_t device)
{
    struct account *account = &sim->accounts[device];
    int64_t gap = sim->now - account->excused;
    bool goes_on = account->excused != 0 && gap < RETRY_US - AGREE_US;
    account->excuses = goes_on ? account->excuses + 1 : 1;
    if (account->excuses > EXCUSES || (goes_on && gap < EXCUSE_US - AGREE_US)) {
        check_fail(&sim->check, sim, "%s: an excused login too many, %.1f s after the last",
                   sim->world.devices[device].id, (double)gap / (double)PLAN_S);
    }
    account->excused = sim->now;
}

/* After a refusal none for half an hour, and two in a day. */
static void check_refused(struct sim *sim, uint32_t device)
{
    struct account *account = &sim->accounts[device];
    int64_t since = sim->now - account->refused[0];
    int64_t day = sim->now - account->refused[2];
    if ((account->refused[0] != 0 && since < RETRY_US - AGREE_US) ||
        (account->refused[2] != 0 && day < PLAN_DAY - AGREE_US)) {
        check_fail(&sim->check, sim, "%s: a wrong login too many, %.1f s after the last",
                   sim->world.devices[device].id, (double)since / (double)PLAN_S);
    }
    account->refused[2] = account->refused[1];
    account->refused[1] = account->refused[0];
    account->refused[0] = sim->now;
}

void account_forget(struct sim *sim, uint32_t device)
{
    struct account *account = &sim->accounts[device];
    account->refused[0] = account->refused[1];
    account->refused[1] = account->refused[2];
    account->refused[2] = 0;
}

bool account_login(struct sim *sim, uint32_t device, bool excused)
{
    struct account *account = &sim->accounts[device];
    bool wrong = account->wrong_from <= sim->now && sim->now < account->wrong_until;
    sim_trace(sim, "%s gets a login that is %s", sim->world.devices[device].id,
              wrong ? "wrong" : "right");
    if (!wrong) {
        account->excused = 0;
    } else if (excused) {
        check_excused(sim, device);
    } else {
        check_refused(sim, device);
    }
    return !wrong;
}
