/* SPDX-License-Identifier: MIT */
/* The rules of the ledger, one test a rule; then random fleets that crash. */
#include <criterion/criterion.h>
#include <string.h>
#include <vmm/errors.h>

#include "base/rng.h"
#include "sched/ledger.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

#define WALL INT64_C(1700000000000000)
#define MONO (UINT64_C(5000) * SECOND)

static struct ledger_time at(uint64_t later_us)
{
    return (struct ledger_time){.mono_us = MONO + later_us, .wall_us = WALL + (int64_t)later_us};
}

/* One endpoint 0 with one look at a time, and one account 0 of generation 1. */
static struct ledger *one_endpoint(void)
{
    struct ledger *ledger = ledger_create(NULL);
    struct ledger_record record;
    cr_assert_not_null(ledger);
    cr_assert_eq(ledger_endpoint(ledger, 0, 1, 0, LEDGER_NONE), 0);
    cr_assert_eq(ledger_account(ledger, 0, 1, &record), 1);
    return ledger;
}

static struct ledger_answer ask(struct ledger *ledger, uint32_t endpoint, uint32_t account,
                                uint64_t later_us)
{
    struct ledger_ask question = {
        .endpoint = endpoint, .account = account, .connections = 1, .login = true};
    struct ledger_answer answer;
    ledger_ask(ledger, &question, at(later_us), &answer);
    return answer;
}

static bool settle(struct ledger *ledger, uint64_t lease, struct ledger_result result,
                   uint64_t later_us)
{
    struct ledger_record record;
    return ledger_settle(ledger, lease, &result, at(later_us), &record);
}

static const struct ledger_result accepted = {.login_tried = true, .login_accepted = true};
static const struct ledger_result refused = {.login_tried = true, .login_refused = true};
static const struct ledger_result excused = {
    .login_tried = true, .login_refused = true, .excused = true};
static const struct ledger_result unanswered = {.login_tried = true};
static const struct ledger_result untried = {.login_tried = false};
static const struct ledger_result lost = {.lost = true};

static uint8_t state_of(const struct ledger *ledger, uint32_t account)
{
    struct ledger_record record;
    cr_assert_eq(ledger_account_get(ledger, account, &record), 0);
    return record.state;
}

Test(login, a_forgotten_account_is_one_that_was_never_added)
{
    struct ledger *ledger = one_endpoint();
    struct ledger_record record;
    cr_assert_eq(settle(ledger, ask(ledger, 0, 0, 0).lease, refused, 0), true);
    ledger_forget(ledger, 0);
    ledger_forget(ledger, 7); /* nobody */
    cr_expect_eq(ledger_account_get(ledger, 0, &record), VMM_E_NOENT);
    cr_expect_not(ask(ledger, 0, 0, SECOND).may_login, "an unknown account never logs in");
    cr_expect_eq(ledger_account(ledger, 0, 1, &record), 1);
    cr_expect_eq(record.state, LEDGER_UNPROVEN);
    ledger_destroy(ledger);
}

/* A look with login that ends like this; it must have been allowed. */
static void look(struct ledger *ledger, struct ledger_result result, uint64_t later_us)
{
    struct ledger_answer answer = ask(ledger, 0, 0, later_us);
    cr_assert_eq(answer.verdict, LEDGER_GRANTED);
    cr_assert(answer.may_login);
    settle(ledger, answer.lease, result, later_us);
}

static void no_login_before(struct ledger *ledger, uint64_t later_us)
{
    struct ledger_answer answer = ask(ledger, 0, 0, later_us - 1);
    cr_assert_eq(answer.verdict, LEDGER_GRANTED, "the rungs without a login go on");
    cr_expect_not(answer.may_login);
    cr_expect_eq(answer.login_at_wall, WALL + (int64_t)later_us);
    settle(ledger, answer.lease, untried, later_us - 1);
    cr_expect_eq(ledger_login_at(ledger, 0, WALL + (int64_t)later_us - 1),
                 WALL + (int64_t)later_us);
    cr_expect_eq(ledger_login_at(ledger, 0, WALL + (int64_t)later_us), 0);
}

Test(lease, two_looks_never_overlap_unless_the_budget_says_so)
{
    struct ledger *ledger = one_endpoint();
    struct ledger_answer first = ask(ledger, 0, LEDGER_NONE, 0);
    cr_assert_eq(first.verdict, LEDGER_GRANTED);
    struct ledger_answer second = ask(ledger, 0, LEDGER_NONE, 0);
    cr_expect_eq(second.verdict, LEDGER_WAIT_LOOKS);
    cr_expect_gt(second.wait_us, 0);
    cr_assert_eq(ledger_endpoint(ledger, 0, 2, 0, LEDGER_NONE), 0);
    second = ask(ledger, 0, LEDGER_NONE, 0);
    cr_expect_eq(second.verdict, LEDGER_GRANTED);
    cr_expect_eq(ledger_looks_out(ledger, 0), 2);
    settle(ledger, first.lease, untried, 1);
    settle(ledger, first.lease, untried, 1); /* settled twice frees once */
    cr_expect_eq(ledger_looks_out(ledger, 0), 1);
    settle(ledger, second.lease, untried, 1);
    cr_expect_eq(ledger_leases_out(ledger), 0);
    ledger_destroy(ledger);
    ledger_destroy(NULL);
}

Test(lease, connections_are_a_budget_of_their_own)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 9, 4, LEDGER_NONE), 0);
    struct ledger_ask three = {.endpoint = 0, .account = LEDGER_NONE, .connections = 3};
    struct ledger_answer answer;
    ledger_ask(ledger, &three, at(0), &answer);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    ledger_ask(ledger, &three, at(0), &answer);
    cr_expect_eq(answer.verdict, LEDGER_WAIT_LOOKS);
    three.connections = 1;
    ledger_ask(ledger, &three, at(0), &answer);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    cr_expect_eq(ledger_connections_out(ledger, 0, at(0)), 4);
    ledger_destroy(ledger);
}

Test(lease, a_job_that_wants_more_than_there_is_gets_what_there_is)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 1, 2, LEDGER_NONE), 0);
    struct ledger_ask many = {.endpoint = 0, .account = LEDGER_NONE, .connections = UINT32_MAX};
    struct ledger_answer answer;
    ledger_ask(ledger, &many, at(0), &answer);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    cr_expect_eq(ledger_connections_out(ledger, 0, at(0)), 2);
    ledger_destroy(ledger);
}

Test(lease, sessions_of_a_lost_job_count_for_60_seconds_a_plain_connection_is_free_at_once)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 1, 1, LEDGER_NONE), 0);
    struct ledger_ask question = {.endpoint = 0, .account = LEDGER_NONE, .connections = 1};
    struct ledger_answer answer;
    ledger_ask(ledger, &question, at(0), &answer);
    settle(ledger, answer.lease, lost, 0);
    ledger_ask(ledger, &question, at(0), &answer);
    cr_assert_eq(answer.verdict, LEDGER_GRANTED);
    settle(ledger, answer.lease, untried, 0);

    question.session = true;
    ledger_ask(ledger, &question, at(0), &answer);
    settle(ledger, answer.lease, lost, SECOND);
    cr_expect_eq(ledger_looks_out(ledger, 0), 0);
    ledger_ask(ledger, &question, at(61 * SECOND - 1), &answer);
    cr_expect_eq(answer.verdict, LEDGER_WAIT_LOOKS);
    ledger_ask(ledger, &question, at(61 * SECOND), &answer);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    ledger_destroy(ledger);
}

Test(lease, a_way_has_a_ceiling_over_its_endpoints)
{
    struct ledger *ledger = ledger_create(NULL);
    cr_assert_eq(ledger_way(ledger, 3, 2), 0);
    for (uint32_t i = 0; i < 4; i++) {
        cr_assert_eq(ledger_endpoint(ledger, i, 1, 0, i < 3 ? 3 : LEDGER_NONE), 0);
    }
    struct ledger_answer first = ask(ledger, 0, LEDGER_NONE, 0);
    struct ledger_answer second = ask(ledger, 1, LEDGER_NONE, 0);
    cr_expect_eq(second.verdict, LEDGER_GRANTED);
    cr_expect_eq(ask(ledger, 2, LEDGER_NONE, 0).verdict, LEDGER_WAIT_WAY);
    cr_expect_eq(ask(ledger, 3, LEDGER_NONE, 0).verdict, LEDGER_GRANTED);
    settle(ledger, first.lease, untried, 0);
    cr_expect_eq(ask(ledger, 2, LEDGER_NONE, 0).verdict, LEDGER_GRANTED);
    ledger_destroy(ledger);
}

Test(lease, when_all_are_out_one_waits_and_an_unknown_endpoint_gets_none)
{
    struct ledger_limits limits = {.leases = 1};
    struct ledger *ledger = ledger_create(&limits);
    cr_assert_eq(ledger_endpoint(ledger, 1, 1, 0, LEDGER_NONE), 0);
    cr_assert_eq(ledger_endpoint(ledger, 2, 1, 0, LEDGER_NONE), 0);
    cr_expect_eq(ask(ledger, 1, LEDGER_NONE, 0).verdict, LEDGER_GRANTED);
    cr_expect_eq(ask(ledger, 2, LEDGER_NONE, 0).verdict, LEDGER_WAIT_LEASES);
    cr_expect_eq(ask(ledger, 0, LEDGER_NONE, 0).verdict, LEDGER_UNKNOWN);
    cr_expect_eq(ask(ledger, 4000000000u, LEDGER_NONE, 0).verdict, LEDGER_UNKNOWN);
    ledger_destroy(ledger);
}

Test(login, an_unproven_credential_is_used_by_one_job_at_a_time_and_written_first)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 3, 0, LEDGER_NONE), 0);
    struct ledger_answer first = ask(ledger, 0, 0, 0);
    cr_assert(first.may_login && first.write);
    cr_expect_eq(first.record.begun_wall, WALL);
    cr_expect_eq(first.record.generation, 1);
    cr_expect_eq(ask(ledger, 0, 0, 0).verdict, LEDGER_WAIT_LOGIN);
    cr_expect_eq(ledger_looks_out(ledger, 0), 1);
    cr_expect(settle(ledger, first.lease, accepted, SECOND));
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    ledger_destroy(ledger);
}

Test(login, a_proven_credential_logs_in_as_it_likes_and_writes_nothing)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 3, 0, LEDGER_NONE), 0);
    look(ledger, accepted, 0);
    struct ledger_answer a = ask(ledger, 0, 0, SECOND);
    struct ledger_answer b = ask(ledger, 0, 0, SECOND);
    cr_expect(a.may_login && b.may_login && !a.write && !b.write);
    cr_expect_not(settle(ledger, a.lease, accepted, SECOND));
    cr_expect_not(settle(ledger, b.lease, lost, SECOND));
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    ledger_destroy(ledger);
}

Test(login, after_a_refusal_not_before_30_minutes_and_at_most_two_a_day)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, refused, 0);
    cr_expect_eq(state_of(ledger, 0), LEDGER_REFUSED);
    no_login_before(ledger, 30 * MINUTE);
    look(ledger, refused, 30 * MINUTE);
    no_login_before(ledger, 60 * MINUTE);
    look(ledger, refused, 60 * MINUTE);
    no_login_before(ledger, 30 * MINUTE + 24 * HOUR); /* a day after the first of the two */
    look(ledger, accepted, 30 * MINUTE + 24 * HOUR);
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    ledger_destroy(ledger);
}

Test(login, a_refusal_of_a_proven_credential_counts)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, accepted, 0);
    look(ledger, refused, SECOND);
    cr_expect_eq(state_of(ledger, 0), LEDGER_REFUSED);
    no_login_before(ledger, SECOND + 30 * MINUTE);
    ledger_destroy(ledger);
}

Test(login, a_new_generation_begins_anew_and_old_answers_do_not_touch_it)
{
    struct ledger *ledger = one_endpoint();
    cr_assert_eq(ledger_endpoint(ledger, 0, 2, 0, LEDGER_NONE), 0);
    struct ledger_answer old = ask(ledger, 0, 0, 0);
    struct ledger_record record;
    cr_expect_eq(ledger_account(ledger, 0, 1, &record), 0);
    cr_expect_eq(ledger_account(ledger, 0, 2, &record), 1);
    cr_expect_eq(record.begun_wall, 0);
    struct ledger_answer fresh = ask(ledger, 0, 0, SECOND);
    cr_assert(fresh.may_login);
    cr_expect_not(settle(ledger, old.lease, refused, 2 * SECOND));
    cr_expect_eq(state_of(ledger, 0), LEDGER_UNPROVEN);
    settle(ledger, fresh.lease, accepted, 3 * SECOND);
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    ledger_destroy(ledger);
}

Test(login, a_lost_job_counts_as_refused_here)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, lost, 0);
    struct ledger_record record;
    cr_assert_eq(ledger_account_get(ledger, 0, &record), 0);
    cr_expect_eq(record.state, LEDGER_REFUSED);
    cr_expect_eq(record.lost, 1);
    no_login_before(ledger, 30 * MINUTE);
    ledger_destroy(ledger);
}

Test(login, a_job_that_sent_no_credential_costs_no_try)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, untried, 0);
    cr_expect_eq(state_of(ledger, 0), LEDGER_UNPROVEN);
    look(ledger, refused, SECOND);
    for (uint64_t i = 0; i < 5; i++) {
        look(ledger, untried, HOUR + i * SECOND);
    }
    look(ledger, refused, HOUR + MINUTE);
    look(ledger, refused, 2 * HOUR);
    cr_expect_not(ask(ledger, 0, 0, 3 * HOUR).may_login);
    ledger_destroy(ledger);
}

Test(login, a_refusal_with_an_excuse_condemns_nothing_and_waits)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, accepted, 0);
    look(ledger, excused, 0);
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    no_login_before(ledger, 90 * SECOND);
    look(ledger, excused, 90 * SECOND);
    no_login_before(ledger, 180 * SECOND);
    look(ledger, excused, 180 * SECOND);
    no_login_before(ledger, 180 * SECOND + 30 * MINUTE);
    cr_expect_eq(state_of(ledger, 0), LEDGER_PROVEN);
    look(ledger, accepted, HOUR);
    look(ledger, accepted, HOUR);
    ledger_destroy(ledger);
}

Test(login, a_first_login_without_an_answer_waits_a_proven_one_does_not)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, unanswered, 0);
    cr_expect_eq(state_of(ledger, 0), LEDGER_UNPROVEN);
    no_login_before(ledger, 90 * SECOND);
    look(ledger, accepted, 90 * SECOND);
    look(ledger, unanswered, 100 * SECOND);
    look(ledger, accepted, 100 * SECOND);
    ledger_destroy(ledger);
}

Test(login, never_while_the_device_says_it_is_locked)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, accepted, 0);
    struct ledger_result locked = refused;
    locked.locked_until_wall = WALL + (int64_t)(2 * HOUR);
    look(ledger, locked, 0);
    no_login_before(ledger, 2 * HOUR);
    look(ledger, accepted, 2 * HOUR);
    ledger_destroy(ledger);
}

Test(login, unknown_accounts_and_devices_without_one_never_log_in)
{
    struct ledger *ledger = one_endpoint();
    struct ledger_answer answer = ask(ledger, 0, 77, 0);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    cr_expect_not(answer.may_login);
    cr_expect_eq(ledger_login_at(ledger, 77, WALL), INT64_MAX);
    struct ledger_record record;
    cr_expect_eq(ledger_account_get(ledger, 77, &record), VMM_E_NOENT);
    ledger_destroy(ledger);
}

Test(login, a_trial_does_not_use_the_credential)
{
    struct ledger *ledger = one_endpoint();
    struct ledger_ask trial = {.endpoint = 0, .account = 0, .connections = 1, .login = false};
    struct ledger_answer answer;
    ledger_ask(ledger, &trial, at(0), &answer);
    cr_expect_eq(answer.verdict, LEDGER_GRANTED);
    cr_expect(!answer.may_login && !answer.write);
    cr_expect_not(settle(ledger, answer.lease, lost, 0));
    cr_expect_eq(state_of(ledger, 0), LEDGER_UNPROVEN);
    ledger_destroy(ledger);
}

Test(login, a_wall_clock_set_back_makes_no_wait_longer_than_its_rule)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, refused, 48 * HOUR);
    struct ledger_answer answer = ask(ledger, 0, 0, 0);
    cr_expect_not(answer.may_login);
    settle(ledger, answer.lease, untried, 0);
    no_login_before(ledger, 30 * MINUTE);
    look(ledger, accepted, 30 * MINUTE);
    ledger_destroy(ledger);
}

Test(login, three_wrong_passwords_do_not_stop_the_other_297)
{
    struct ledger *ledger = ledger_create(NULL);
    struct ledger_record record;
    for (uint32_t i = 0; i < 300; i++) {
        cr_assert_eq(ledger_endpoint(ledger, i, 1, 0, LEDGER_NONE), 0);
        cr_assert_eq(ledger_account(ledger, i, 1, &record), 1);
    }
    unsigned allowed = 0;
    for (uint64_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 300; i++) {
            struct ledger_answer answer = ask(ledger, i, i, round * 4 * MINUTE);
            allowed += answer.may_login;
            settle(ledger, answer.lease,
                   !answer.may_login ? untried
                   : i % 100 == 7    ? refused
                                     : accepted,
                   round * 4 * MINUTE);
        }
    }
    cr_expect_eq(allowed, 297 * 3 + 3);
    ledger_destroy(ledger);
}

Test(restore, a_login_that_had_begun_counts_as_lost)
{
    struct ledger *ledger = one_endpoint();
    struct ledger_answer answer = ask(ledger, 0, 0, 0);
    cr_assert(answer.write);
    ledger_destroy(ledger); /* the crash */

    ledger = ledger_create(NULL);
    struct ledger_record changed;
    cr_assert_eq(ledger_restore(ledger, &answer.record, at(10 * SECOND), &changed), 1);
    cr_expect_eq(changed.state, LEDGER_REFUSED);
    cr_expect_eq(changed.begun_wall, 0);
    cr_assert_eq(ledger_account(ledger, 0, 1, &changed), 0);
    cr_assert_eq(ledger_endpoint(ledger, 0, 1, 0, LEDGER_NONE), 0);
    no_login_before(ledger, 10 * SECOND + 30 * MINUTE);
    ledger_destroy(ledger);
}

Test(restore, a_retry_that_was_open_counts_from_the_restart)
{
    struct ledger *ledger = one_endpoint();
    look(ledger, refused, 0);
    struct ledger_answer answer = ask(ledger, 0, 0, 30 * MINUTE);
    cr_assert(answer.may_login && answer.write);
    ledger_destroy(ledger); /* the crash */

    ledger = ledger_create(NULL);
    struct ledger_record changed;
    cr_assert_eq(ledger_restore(ledger, &answer.record, at(40 * MINUTE), &changed), 1);
    cr_assert_eq(ledger_endpoint(ledger, 0, 1, 0, LEDGER_NONE), 0);
    no_login_before(ledger, 70 * MINUTE);
    look(ledger, refused, 70 * MINUTE);
    no_login_before(ledger, 40 * MINUTE + 24 * HOUR);
    ledger_destroy(ledger);
}

Test(restore, a_proven_credential_stays_proven_and_nonsense_is_refused)
{
    struct ledger *ledger = ledger_create(NULL);
    struct ledger_record record = {.account = 4, .generation = 9, .state = LEDGER_PROVEN};
    struct ledger_record changed;
    cr_expect_eq(ledger_restore(ledger, &record, at(0), &changed), 0);
    cr_expect_eq(state_of(ledger, 4), LEDGER_PROVEN);
    record.state = 3;
    cr_expect_eq(ledger_restore(ledger, &record, at(0), &changed), VMM_E_CORRUPT);
    ledger_destroy(ledger);
}

/* ---- Random fleets that crash ---- */

#define ENDPOINTS 6u
#define LEASES    24u

/* A device as it is: it counts what reaches it. */
struct device {
    struct ledger_record stored; /* what a crash leaves */
    bool stored_any;
    bool right;            /* the password is */
    uint64_t wrong_at[64]; /* times of the wrong logins of this generation */
    unsigned wrong;
    uint64_t generation;
};

struct job {
    uint64_t lease;
    uint32_t endpoint;
    uint32_t connections;
    bool login;
    bool unproven;
    bool out;
};

struct world {
    struct ledger *ledger;
    struct rng rng;
    struct device devices[ENDPOINTS];
    struct job jobs[LEASES];
    uint64_t now;
};

static void store(struct world *world, const struct ledger_record *record)
{
    world->devices[record->account].stored = *record;
    world->devices[record->account].stored_any = true;
}

static void set_up(struct world *world)
{
    world->ledger = ledger_create(NULL);
    cr_assert_not_null(world->ledger);
    for (uint32_t i = 0; i < ENDPOINTS; i++) {
        struct device *device = &world->devices[i];
        struct ledger_record record;
        if (device->stored_any &&
            ledger_restore(world->ledger, &device->stored, at(world->now), &record) == 1) {
            store(world, &record);
        }
        cr_assert_eq(ledger_endpoint(world->ledger, i, 1 + i % 3, 4, LEDGER_NONE), 0);
        if (ledger_account(world->ledger, i, device->generation, &record) == 1) {
            store(world, &record);
        }
    }
}

static void crash(struct world *world)
{
    ledger_destroy(world->ledger);
    memset(world->jobs, 0, sizeof(world->jobs));
    set_up(world);
}

static void check_budget(const struct world *world, uint32_t endpoint)
{
    unsigned looks = 0;
    unsigned connections = 0;
    unsigned unproven = 0;
    for (uint32_t i = 0; i < LEASES; i++) {
        const struct job *job = &world->jobs[i];
        if (job->out && job->endpoint == endpoint) {
            looks++;
            connections += job->connections;
            unproven += job->unproven;
        }
    }
    cr_assert_leq(looks, 1 + endpoint % 3);
    cr_assert_leq(connections, 4);
    cr_assert_leq(unproven, 1);
}

/* A wrong login reaches the device. Never more than three in any day, nor two in 30 minutes. */
static void wrong_login(struct device *device, uint64_t now)
{
    for (unsigned i = 0; i < device->wrong; i++) {
        cr_assert_geq(now - device->wrong_at[i], 30 * MINUTE);
    }
    unsigned within_day = 0;
    for (unsigned i = 0; i < device->wrong; i++) {
        within_day += now - device->wrong_at[i] < 24 * HOUR;
    }
    cr_assert_lt(within_day, 3);
    cr_assert_lt(device->wrong, 64);
    device->wrong_at[device->wrong] = now;
    device->wrong++;
}

static void begin_job(struct world *world)
{
    struct job *job = &world->jobs[rng_below(&world->rng, LEASES)];
    uint32_t endpoint = (uint32_t)rng_below(&world->rng, ENDPOINTS);
    if (job->out) {
        return;
    }
    struct ledger_ask question = {.endpoint = endpoint,
                                  .account = endpoint,
                                  .connections = 1 + (uint32_t)rng_below(&world->rng, 3),
                                  .login = rng_below(&world->rng, 4) != 0,
                                  .session = rng_below(&world->rng, 2) != 0};
    struct ledger_answer answer;
    ledger_ask(world->ledger, &question, at(world->now), &answer);
    if (answer.verdict != LEDGER_GRANTED) {
        return;
    }
    if (answer.write) {
        store(world, &answer.record);
    }
    *job = (struct job){.lease = answer.lease,
                        .endpoint = endpoint,
                        .connections = question.connections,
                        .login = answer.may_login,
                        .unproven = answer.write,
                        .out = true};
    check_budget(world, endpoint);
}

/* The device answers the login: the job ends, is lost, or the answer comes after a crash of ours.
 */
static void end_job(struct world *world)
{
    struct job *job = &world->jobs[rng_below(&world->rng, LEASES)];
    if (!job->out) {
        return;
    }
    struct device *device = &world->devices[job->endpoint];
    struct ledger_result result = {0};
    bool logs_in = job->login && rng_below(&world->rng, 5) != 0;
    if (logs_in && !device->right) {
        wrong_login(device, world->now);
    }
    uint64_t fate = rng_below(&world->rng, 20);
    if (fate == 0) {
        crash(world); /* with this answer on its way */
        return;
    }
    result.lost = fate == 1;
    result.login_tried = logs_in;
    result.login_accepted = logs_in && device->right && !result.lost;
    result.login_refused = logs_in && !device->right && !result.lost;
    struct ledger_record record;
    if (ledger_settle(world->ledger, job->lease, &result, at(world->now), &record)) {
        store(world, &record);
    }
    job->out = false;
}

static void new_credential(struct world *world)
{
    uint32_t i = (uint32_t)rng_below(&world->rng, ENDPOINTS);
    struct device *device = &world->devices[i];
    for (uint32_t j = 0; j < LEASES; j++) {
        if (world->jobs[j].out && world->jobs[j].endpoint == i) {
            return;
        }
    }
    struct ledger_record record;
    device->generation++;
    device->right = rng_below(&world->rng, 2) != 0;
    device->wrong = 0;
    cr_assert_eq(ledger_account(world->ledger, i, device->generation, &record), 1);
    store(world, &record);
}

Test(property, no_lease_over_budget_and_no_login_too_many_through_any_crash)
{
    for (unsigned seed = 0; seed < 40; seed++) {
        struct world world = {.now = 0};
        rng_init(&world.rng, seed);
        for (uint32_t i = 0; i < ENDPOINTS; i++) {
            world.devices[i].generation = 1;
            world.devices[i].right = i % 2 != 0;
        }
        set_up(&world);
        unsigned logins = 0;
        for (unsigned step = 0; step < 5000; step++) {
            uint64_t dice = rng_below(&world.rng, 1000);
            if (dice < 500) {
                begin_job(&world);
            } else if (dice < 995) {
                end_job(&world);
            } else if (dice < 998) {
                new_credential(&world);
            } else {
                crash(&world);
            }
            world.now += rng_below(&world.rng, MINUTE);
        }
        for (uint32_t i = 0; i < ENDPOINTS; i++) {
            logins += world.devices[i].wrong;
        }
        cr_assert_gt(logins, 0, "the test has seen no wrong login");
        ledger_destroy(world.ledger);
    }
}
