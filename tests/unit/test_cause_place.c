/* SPDX-License-Identifier: MIT */
/* Where events belong, and how much is lost, at a site of two recorders and their cameras. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"
#include "cause/place.h"

#define SECOND INT64_C(1000000)
#define START  (5000 * SECOND)

/* Device 0 is a recorder that alone shows the camera "behind"; devices 1 to 29 are cameras. */
#define DEVICES 30u

struct town {
    struct cause *cause;
    struct health_state states[DEVICES];
    char ids[DEVICES][16];
    struct place_world world;
    struct placed placed;
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
    *is_nvr = device == 0;
    return town.ids[device];
}

static const char *on_link(void *arg, uint32_t site, uint32_t link)
{
    (void)arg;
    (void)site;
    return link == 77 ? "switch-a" : NULL;
}

static void on_each_behind(void *arg, uint32_t recorder, place_part_fn fn, void *fn_arg)
{
    (void)arg;
    cr_assert_eq(recorder, 0);
    fn(fn_arg, &(struct place_part){
                   .id = town.ids[0], .device = 0, .recorder = CAUSE_NONE, .is_nvr = true});
    fn(fn_arg, &(struct place_part){.id = "behind", .device = CAUSE_NONE, .recorder = 0});
}

static void on_each(void *arg, uint32_t site, place_part_fn fn, void *fn_arg)
{
    (void)site;
    on_each_behind(arg, 0, fn, fn_arg);
    for (uint32_t i = 1; i < DEVICES; i++) {
        fn(fn_arg, &(struct place_part){
                       .id = town.ids[i], .device = i, .recorder = CAUSE_NONE, .is_off = i == 29});
    }
}

static struct cause_time at(int64_t seconds)
{
    return (struct cause_time){.wall_us = START + seconds * SECOND, .mono_us = seconds * SECOND};
}

static void begin(void)
{
    town = (struct town){.cause = cause_create(),
                         .world = {.state = on_state,
                                   .device = on_device,
                                   .link = on_link,
                                   .each = on_each,
                                   .each_behind = on_each_behind}};
    for (uint32_t i = 0; i < DEVICES; i++) {
        uint32_t link = i >= 20 ? 77 : 0;
        text_format(town.ids[i], sizeof(town.ids[i]), "%s-%02u", i == 0 ? "nvr" : "cam", i);
        cr_assert_eq(cause_put(town.cause, i, 0, (struct cause_ties){CAUSE_NONE, link}), 0);
        cause_heard(town.cause, i, true, at(1));
    }
}

static void end(void)
{
    cause_destroy(town.cause);
}

TestSuite(place, .init = begin, .fini = end);

static void lose(uint32_t device, int64_t seconds)
{
    town.states[device].health = VMM_HEALTH_DOWN;
    town.states[device].reasons = HEALTH_BIT(VMM_REASON_TIMEOUT);
    cause_verdict(town.cause, device, true, at(seconds));
}

static void find(uint32_t device, int64_t seconds)
{
    town.states[device] = (struct health_state){0};
    cause_verdict(town.cause, device, false, at(seconds));
}

/* These are lost at once, at 1000 s, and told at 1100 s. */
static struct cause_change lose_all(const uint32_t *devices, size_t count)
{
    struct cause_change change = {0};
    for (size_t i = 0; i < count; i++) {
        cause_silent(town.cause, devices[i], at(1000));
    }
    for (uint32_t i = 0; i < DEVICES; i++) {
        bool is_lost = false;
        for (size_t k = 0; k < count; k++) {
            is_lost = is_lost || devices[k] == i;
        }
        if (!is_lost) {
            cause_alive(town.cause, i, at(1001));
        }
    }
    cause_time(town.cause, 0, at(1051));
    for (size_t i = 0; i < count; i++) {
        lose(devices[i], 1100);
    }
    cr_assert(cause_next_change(town.cause, &change));
    cr_assert_eq(change.what, CAUSE_OPENED);
    return change;
}

Test(place, a_group_names_its_members_in_the_order_of_the_alphabet)
{
    const uint32_t lost[] = {25, 3, 0, 11};
    struct cause_change change = lose_all(lost, 4);
    place_site(town.cause, &town.world, &change, &town.placed);
    const struct incident_place *place = &town.placed.place;
    cr_expect_str_eq(place->cause, "group");
    cr_expect_eq(place->step, INCIDENT_OPENED);
    cr_expect_eq(place->start_wall, START + 1000 * SECOND);
    cr_expect(place->counted);
    cr_expect_eq(place->lost.nvrs, 1);
    cr_expect_eq(place->lost.cameras, 4, "with the one that only the recorder shows");
    cr_expect_eq(place->of.nvrs, 1);
    cr_expect_eq(place->of.cameras, 29, "one is off on purpose");
    cr_assert_eq(place->device_count, 5);
    static const char *const names[] = {"behind", "cam-03", "cam-11", "cam-25", "nvr-00"};
    for (size_t i = 0; i < 5; i++) {
        cr_expect_str_eq(place->devices[i], names[i]);
    }
}

Test(place, a_switch_is_named)
{
    uint32_t lost[10];
    for (uint32_t i = 0; i < 10; i++) {
        lost[i] = 20 + i;
    }
    struct cause_change change = lose_all(lost, 10);
    place_site(town.cause, &town.world, &change, &town.placed);
    cr_expect_str_eq(town.placed.place.cause, "link:switch-a");
    cr_expect_str_eq(town.placed.place.opened_as, "link:switch-a");
    change.incident.link = 78;
    place_site(town.cause, &town.world, &change, &town.placed);
    cr_expect_str_eq(town.placed.place.cause, "group", "nothing hangs on it any more");
}

Test(place, the_first_twenty_of_a_site_are_named)
{
    uint32_t lost[DEVICES];
    for (uint32_t i = 0; i < DEVICES; i++) {
        lost[i] = DEVICES - 1 - i;
    }
    struct cause_change change = lose_all(lost, DEVICES);
    place_site(town.cause, &town.world, &change, &town.placed);
    const struct incident_place *place = &town.placed.place;
    cr_expect_str_eq(place->cause, "site");
    cr_expect(place->or_node, "nothing else is watched");
    cr_expect_eq(place->lost.cameras, 29);
    cr_assert_eq(place->device_count, INCIDENT_NAMES_MAX);
    cr_expect_str_eq(place->devices[0], "behind");
    cr_expect_str_eq(place->devices[19], "cam-19");
}

static void note_id(void *arg, const struct place_part *part)
{
    char *said = arg;
    size_t length = strlen(said);
    text_format(said + length, 400 - length, " %s", part->id);
}

Test(place, all_that_an_open_incident_has_lost_can_be_had)
{
    uint32_t lost[DEVICES - 4];
    char said[400] = "";
    char id[INCIDENT_ID_MAX];
    for (uint32_t i = 0; i < DEVICES - 4; i++) {
        lost[i] = i;
    }
    struct cause_change change = lose_all(lost, DEVICES - 4);
    place_site(town.cause, &town.world, &change, &town.placed);
    incident_id("s0", &town.placed.place, id);
    cr_assert(place_each_lost(town.cause, &town.world, 0, "s0", id, note_id, said));
    cr_expect_str_eq(said, " nvr-00 behind cam-01 cam-02 cam-03 cam-04 cam-05 cam-06 cam-07 cam-08"
                           " cam-09 cam-10 cam-11 cam-12 cam-13 cam-14 cam-15 cam-16 cam-17 cam-18"
                           " cam-19 cam-20 cam-21 cam-22 cam-23 cam-24 cam-25");
    cr_expect_not(place_each_lost(town.cause, &town.world, 0, "s1", id, note_id, said));
    cr_expect_not(place_each_lost(town.cause, &town.world, 0, "s0", "s0/site/1", note_id, said));
}

Test(place, the_end_counts_those_that_the_incident_left_and_no_others)
{
    const uint32_t lost[] = {3, 11, 12, 13, 14};
    struct cause_change change;
    lose(7, 500); /* for itself, long before */
    lose_all(lost, 5);
    for (uint32_t i = 1; i < 5; i++) {
        find(lost[i], 2000);
    }
    cause_time(town.cause, 0, at(2400));
    cr_assert(cause_next_change(town.cause, &change));
    cr_assert_eq(change.what, CAUSE_CLOSED);
    place_site(town.cause, &town.world, &change, &town.placed);
    const struct incident_place *place = &town.placed.place;
    cr_expect_eq(place->step, INCIDENT_CLOSED);
    cr_expect_eq(place->lost.cameras, 1);
    cr_assert_eq(place->device_count, 1);
    cr_expect_str_eq(place->devices[0], "cam-03");
    cr_expect_not(place->or_node);
}

/* The place of an event of this device. */
static const struct incident_place *place_of(uint32_t device, uint32_t from, uint32_t to)
{
    static struct health_state before;
    before = (struct health_state){.health = (uint8_t)from};
    struct place_step step = {.device = device, .before = &before, .after = &town.states[device]};
    struct health_event event = {.ts_wall = START + 1100 * SECOND,
                                 .incident_wall = START + 1100 * SECOND,
                                 .from_health = (uint8_t)from,
                                 .to_health = (uint8_t)to};
    place_device(town.cause, &town.world, &step, &event, &town.placed);
    return &town.placed.place;
}

Test(place, a_device_that_is_lost_alone_is_its_own_cause)
{
    lose(5, 1100);
    const struct incident_place *place = place_of(5, VMM_HEALTH_OK, VMM_HEALTH_DOWN);
    cr_expect_str_eq(place->cause, "camera:cam-05");
    cr_expect_eq(place->role, INCIDENT_CAUSE);
    cr_expect_eq(place->step, INCIDENT_OPENED);
    cr_expect_not(place->counted);
}

Test(place, a_recorder_counts_the_cameras_that_it_alone_shows)
{
    lose(0, 1100);
    const struct incident_place *place = place_of(0, VMM_HEALTH_OK, VMM_HEALTH_DOWN);
    cr_expect_str_eq(place->cause, "nvr:nvr-00");
    cr_expect(place->counted);
    cr_expect_eq(place->lost.nvrs, 1);
    cr_expect_eq(place->lost.cameras, 1);
    cr_assert_eq(place->device_count, 1);
    cr_expect_str_eq(place->devices[0], "behind");
}

Test(place, a_device_of_a_group_follows_from_it)
{
    const uint32_t lost[] = {3, 11, 12};
    lose_all(lost, 3);
    const struct incident_place *place = place_of(11, VMM_HEALTH_OK, VMM_HEALTH_DOWN);
    cr_expect_str_eq(place->cause, "group");
    cr_expect_eq(place->role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place->start_wall, START + 1000 * SECOND);
    cr_expect_eq(town.placed.begins_wall, START + 1000 * SECOND);
}

/* The event of the camera that only the recorder shows. */
static const struct incident_place *place_behind(uint32_t health, uint32_t reason, uint32_t from,
                                                 struct cause_before before)
{
    struct place_channel channel = {.id = "behind", .recorder = 0, .before = before};
    struct health_event event = {.ts_wall = START + 1200 * SECOND,
                                 .incident_wall = START + 1150 * SECOND,
                                 .to_health = (uint8_t)health,
                                 .reason = (uint8_t)reason,
                                 .from_reason = (uint8_t)from};
    place_channel(town.cause, &town.world, &channel, &event, &town.placed);
    return &town.placed.place;
}

Test(place, a_camera_behind_a_recorder_follows_from_it)
{
    const struct cause_before none = {0};
    town.states[0].incident_wall = START + 1100 * SECOND;
    const struct incident_place *place =
        place_behind(VMM_HEALTH_DOWN, VMM_REASON_RECORDER_DOWN, VMM_REASON_NONE, none);
    cr_expect_str_eq(place->cause, "nvr:nvr-00");
    cr_expect_eq(place->role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place->step, INCIDENT_OPENED);
    cr_expect_eq(place->start_wall, START + 1100 * SECOND);
    place = place_behind(VMM_HEALTH_OK, VMM_REASON_NONE, VMM_REASON_RECORDER_DOWN, none);
    cr_expect_eq(place->role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place->step, INCIDENT_CLOSED);
}

Test(place, a_camera_that_is_not_well_when_its_recorder_is_back_is_news)
{
    const struct incident_place *place = place_behind(
        VMM_HEALTH_DOWN, VMM_REASON_VIDEO_LOSS, VMM_REASON_RECORDER_DOWN, (struct cause_before){0});
    cr_expect_str_eq(place->cause, "camera:behind");
    cr_expect_eq(place->role, INCIDENT_CAUSE);
    cr_expect_eq(place->step, INCIDENT_OPENED);
    cr_expect_eq(place->start_wall, START + 1200 * SECOND);
}

Test(place, a_camera_that_is_as_before_is_not_told_again)
{
    const struct cause_before lost_signal = {VMM_HEALTH_DOWN, VMM_REASON_VIDEO_LOSS};
    const struct incident_place *place =
        place_behind(VMM_HEALTH_DOWN, VMM_REASON_VIDEO_LOSS, VMM_REASON_RECORDER_DOWN, lost_signal);
    cr_expect_eq(place->role, INCIDENT_CONSEQUENCE);
    cr_expect_eq(place->step, INCIDENT_CLOSED);
    place = place_behind(VMM_HEALTH_OK, VMM_REASON_NONE, VMM_REASON_RECORDER_DOWN, lost_signal);
    cr_expect_str_eq(place->cause, "camera:behind");
    cr_expect_eq(place->role, INCIDENT_CAUSE, "its own incident ends");
    cr_expect_eq(place->step, INCIDENT_CLOSED);
}

Test(place, what_is_wrong_with_its_recorder_is_no_incident_of_the_cameras_own)
{
    struct health_state state = {.health = VMM_HEALTH_DEGRADED,
                                 .reason = VMM_REASON_NO_VIDEO,
                                 .incident_wall = START + 900 * SECOND};
    struct cause_before before = place_channel_before(town.cause, &town.world, 0, &state);
    cr_expect_eq(before.health, VMM_HEALTH_DEGRADED);
    cr_expect_eq(before.reason, VMM_REASON_NO_VIDEO);
    town.states[0].incident_wall = state.incident_wall;
    before = place_channel_before(town.cause, &town.world, 0, &state);
    cr_expect_eq(before.reason, VMM_REASON_NONE);
}
