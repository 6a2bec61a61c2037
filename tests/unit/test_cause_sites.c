/* SPDX-License-Identifier: MIT */
/* The verdicts, rows and events of a site, as its devices are lost and come back. */
#include <criterion/criterion.h>

#include <vmm/errors.h>

#include "cause/sites.h"

#define SECOND  INT64_C(1000000)
#define START   (5000 * SECOND)
#define DEVICES 10u

struct town {
    struct sites sites;
    struct health_state states[DEVICES];
    struct site_row row; /* as it was last written */
    unsigned written;
    struct health_event event; /* the last one of the site */
    unsigned told;
    bool was_written; /* before it was told */
    unsigned asked;
    uint32_t own[DEVICES]; /* those that were to be told as their own */
    unsigned owns;
    bool is_gone; /* there is no such site any more */
};

static struct town town;

static const struct health_state *on_state(void *arg, uint32_t device)
{
    (void)arg;
    return &town.states[device];
}

static const char *on_device(void *arg, uint32_t device, bool *is_nvr)
{
    (void)arg;
    (void)device;
    *is_nvr = false;
    return "cam";
}

static void on_each(void *arg, uint32_t site, place_part_fn fn, void *fn_arg)
{
    (void)arg;
    (void)site;
    for (uint32_t i = 0; i < DEVICES; i++) {
        fn(fn_arg, &(struct place_part){.id = "cam", .device = i, .recorder = CAUSE_NONE});
    }
}

static void on_step(void *arg, uint32_t device, struct health_input *input)
{
    (void)arg;
    cr_assert_eq(input->kind, HEALTH_INPUT_OWN);
    town.own[town.owns++] = device;
}

static void on_ask(void *arg, uint32_t device)
{
    (void)arg;
    (void)device;
    town.asked++;
}

static bool on_write(void *arg, uint32_t site, const struct site_row *row)
{
    (void)arg;
    cr_assert_eq(site, 0);
    town.row = *row;
    town.written++;
    return !town.is_gone;
}

static void on_tell(void *arg, uint32_t site, const struct health_event *event,
                    const struct placed *placed)
{
    (void)arg;
    (void)site;
    town.event = *event;
    town.told++;
    town.was_written = town.row.verdict.events == event->number;
    cr_expect_eq(placed->place.role, INCIDENT_CAUSE);
}

static const struct place_world world = {.state = on_state, .device = on_device, .each = on_each};
static const struct sites_shell shell = {
    .step = on_step, .ask = on_ask, .write = on_write, .tell = on_tell};

static void open_sites(void)
{
    cr_assert_eq(sites_init(&town.sites, &world, &shell), 0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        cr_assert_eq(cause_put(town.sites.cause, i, 0, (struct cause_ties){CAUSE_NONE, 0}), 0);
    }
}

/* A step of a device: it answers, or fails and is lost when its verdict says so. */
static void step(uint32_t device, bool answers, bool is_lost, int64_t seconds)
{
    struct health_state before = town.states[device];
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = answers ? VMM_OUTCOME_OK : VMM_OUTCOME_TIMEOUT,
                                 .rung = answers ? VMM_RUNG_CLOCK : VMM_RUNG_CONNECT,
                                 .now_wall = START + seconds * SECOND,
                                 .now_mono = seconds * SECOND};
    town.states[device].health = is_lost ? VMM_HEALTH_DOWN : VMM_HEALTH_OK;
    town.states[device].reasons = is_lost ? HEALTH_BIT(VMM_REASON_TIMEOUT) : 0;
    sites_step(&town.sites, device, &before, &town.states[device], &input);
    sites_end(&town.sites, 0, device, &before, &town.states[device], &input);
}

static void step_all(uint32_t from, uint32_t until, bool answers, bool is_lost, int64_t seconds)
{
    for (uint32_t i = from; i < until; i++) {
        step(i, answers, is_lost, seconds);
    }
}

static void begin(void)
{
    town = (struct town){0};
    open_sites();
    step_all(0, DEVICES, true, false, 1);
}

static void end(void)
{
    sites_finish(&town.sites);
}

TestSuite(sites, .init = begin, .fini = end);

static void pass(int64_t seconds)
{
    sites_time(&town.sites, (struct cause_time){START + seconds * SECOND, seconds * SECOND});
}

/* The first `count` are lost at 1000 s, the others answer. */
static void lose(uint32_t count)
{
    step_all(0, count, false, false, 1000);
    step_all(count, DEVICES, true, false, 1010);
    pass(1051);
    step_all(0, count, false, true, 1100);
}

Test(sites, a_site_is_written_once_and_then_when_something_changes)
{
    cr_expect_eq(town.written, 1);
    cr_expect_eq(town.told, 0);
    cr_expect_eq(town.row.verdict.health, VMM_HEALTH_OK);
    step_all(0, DEVICES, true, false, 200);
    cr_expect_eq(town.written, 1);
    step(0, false, false, 400);
    cr_expect_eq(town.written, 2);
    cr_expect_eq(town.row.verdict.severity, VMM_SEVERITY_SUSPECT);
    cr_expect_gt(town.asked, 0);
}

Test(sites, a_group_degrades_it_and_is_written_before_it_is_told)
{
    lose(4);
    cr_assert_eq(town.told, 1);
    cr_expect(town.was_written);
    cr_expect_eq(town.event.from_health, VMM_HEALTH_UNKNOWN, "the first event of the site");
    cr_expect_eq(town.event.to_health, VMM_HEALTH_DEGRADED);
    cr_expect_eq(town.event.to_severity, VMM_SEVERITY_CRITICAL);
    cr_expect_eq(town.event.ts_wall, START + 1000 * SECOND);
    cr_expect_eq(town.event.number, 1);
    cr_expect_eq(town.row.verdict.health, VMM_HEALTH_DEGRADED);
    cr_expect_eq(town.row.incidents[0].kind, CAUSE_GROUP);
}

Test(sites, all_of_it_is_a_site_that_is_down_and_comes_back)
{
    lose(DEVICES);
    cr_assert_eq(town.told, 1);
    cr_expect_eq(town.event.to_health, VMM_HEALTH_DOWN);
    cr_expect_eq(town.row.incidents[0].kind, CAUSE_SITE);
    step_all(0, DEVICES, true, false, 2000);
    cr_assert_eq(town.told, 2);
    cr_expect_eq(town.event.from_health, VMM_HEALTH_DOWN);
    cr_expect_eq(town.event.to_health, VMM_HEALTH_OK);
    cr_expect_eq(town.event.number, 2);
    cr_expect_eq(town.row.verdict.severity, VMM_SEVERITY_NORMAL);
    cr_expect_eq(town.row.incidents[0].kind, CAUSE_FREE);
}

Test(sites, who_stays_dead_is_told_as_its_own_when_the_group_is_over)
{
    lose(5);
    step_all(0, 4, true, false, 2000);
    cr_expect_eq(town.owns, 0);
    pass(2400);
    cr_assert_eq(town.owns, 1);
    cr_expect_eq(town.own[0], 4);
    cr_expect_eq(town.told, 2);
    cr_expect_eq(town.event.to_health, VMM_HEALTH_OK);
    cr_expect_eq(town.row.verdict.severity, VMM_SEVERITY_SUSPECT, "one is lost for itself");
}

Test(sites, what_was_stored_goes_on)
{
    lose(4);
    struct site_row row = town.row;
    struct cause_member member = sites_member(&town.sites, 2);
    struct cause_member none = sites_member(&town.sites, 7);
    cr_expect_neq(member.slot, CAUSE_NONE);
    cr_expect_eq(none.slot, CAUSE_NONE);
    sites_finish(&town.sites);
    open_sites();
    cr_assert_eq(sites_restore(&town.sites, 0, &row, (struct cause_time){START, SECOND}), 0);
    for (uint32_t i = 0; i < DEVICES; i++) {
        sites_restore_device(&town.sites, i, &town.states[i], i < 4 ? member : none);
    }
    town.told = 0;
    step_all(0, 4, true, false, 2000);
    cr_assert_eq(town.told, 1, "%u", town.told);
    cr_expect_eq(town.event.from_health, VMM_HEALTH_DEGRADED);
    cr_expect_eq(town.event.to_health, VMM_HEALTH_OK);
    cr_expect_eq(town.event.number, 2);
}

Test(sites, a_row_that_cannot_be_is_not_taken)
{
    struct site_row row = {.verdict.health = VMM_HEALTH_UNKNOWN};
    const struct cause_time now = {START, SECOND};
    cr_expect_eq(sites_restore(&town.sites, 0, &row, now), VMM_E_INVAL);
    row.verdict.health = VMM_HEALTH_OK;
    row.verdict.severity = VMM_SEVERITY_COUNT;
    cr_expect_eq(sites_restore(&town.sites, 0, &row, now), VMM_E_INVAL);
    row.verdict.severity = 0;
    row.incidents[3].kind = CAUSE_DEVICE + 1;
    cr_expect_eq(sites_restore(&town.sites, 0, &row, now), VMM_E_INVAL);
    row.incidents[3].kind = CAUSE_FREE;
    cr_expect_eq(sites_restore(&town.sites, 40, &row, now), 0, "room is made");
}

Test(sites, who_is_removed_is_no_part_of_it)
{
    lose(2);
    cr_assert_eq(town.told, 1);
    sites_remove(&town.sites, 0, (struct cause_time){START + 1200 * SECOND, 1200 * SECOND});
    sites_remove(&town.sites, 1, (struct cause_time){START + 1200 * SECOND, 1200 * SECOND});
    cr_assert_eq(town.told, 2);
    cr_expect_eq(town.event.to_health, VMM_HEALTH_OK);
}

Test(sites, one_that_is_gone_is_written_again_when_it_is_there)
{
    unsigned written = town.written;
    town.is_gone = true;
    step(0, false, false, 400);
    step(0, true, false, 405);
    cr_expect_eq(town.written, written + 2);
    town.is_gone = false;
    step(1, true, false, 410);
    cr_expect_eq(town.written, written + 3);
    step(1, true, false, 415);
    cr_expect_eq(town.written, written + 3);
}
