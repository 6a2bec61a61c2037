/* SPDX-License-Identifier: MIT */
/* What is wrong with the device itself: a part that failed, and a firmware whose answers cannot be read. */
#include <string.h>

#include "health/judge.h"
#include "health_facts.h"
#include "health_play.h"

static struct health_fact fact(uint32_t subject, uint32_t index, uint32_t number, uint32_t standing,
                               uint32_t reason)
{
    return (struct health_fact){
        .subject = subject, .index = index, .fact = number, .standing = standing, .reason = reason};
}

/* ---- Hardware ---- */

Test(hardware, a_part_that_failed_is_a_fault_of_the_device_alone)
{
    const uint64_t reason = HEALTH_BIT(VMM_REASON_HARDWARE_FAULT);
    const struct health_fact facts[] = {
        fact(VMM_SUBJECT_DEVICE, 0, VMM_FACT_HARDWARE, VMM_STANDING_OK, 0),
        fact(VMM_SUBJECT_DEVICE, 0, VMM_FACT_HARDWARE, VMM_STANDING_FAULT,
             VMM_REASON_HARDWARE_FAULT),
        fact(VMM_SUBJECT_DEVICE, 0, VMM_FACT_HARDWARE, VMM_STANDING_NOT_JUDGED, 0)};
    static const struct {
        size_t first;
        size_t count;
        uint32_t channel;
        bool fault;
        bool ok;
    } cases[] = {{0, 1, 0, false, true},
                 {0, 2, 0, true, true},
                 {2, 1, 0, false, false},
                 {0, 0, 0, false, false},
                 {0, 2, 1, false, false}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct health_input input = {.facts = &facts[cases[i].first],
                                     .fact_count = cases[i].count,
                                     .channel = cases[i].channel};
        struct judgement judgement = {0};
        judge_hardware(&input, &judgement);
        cr_expect_eq(judgement.fault, cases[i].fault ? reason : 0, "case %zu", i);
        cr_expect_eq(judgement.ok, cases[i].ok ? reason : 0, "case %zu", i);
    }
}

/* ---- Firmware ---- */

static void look_with_firmware(struct play *play, const struct health_fact *facts, size_t count,
                               bool is_new)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_PARTIAL,
                                 .rung = VMM_RUNG_PARSE,
                                 .latency_us = 80000,
                                 .channel = play->channel,
                                 .facts = facts,
                                 .fact_count = count,
                                 .new_firmware = is_new};
    play->elapsed += MINUTE;
    play_input(play, &input);
}

static void expect_health(const struct play *play, uint32_t health, uint32_t reason)
{
    cr_expect_eq(play->state.health, health, "health %u", play->state.health);
    cr_expect_eq(play->state.reason, reason, "reason %u", play->state.reason);
}

Test(firmware, whose_answers_cannot_be_read_takes_the_judgement_away)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact blind[] = {
        fact(VMM_SUBJECT_CHANNEL, 1, VMM_FACT_SIGNAL, VMM_STANDING_NOT_JUDGED, 0),
        fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    for (uint32_t own = 0; own <= 1; own++) {
        struct play play;
        play_init(&play);
        play.channel = own;
        look_with_firmware(&play, live, 1, false);
        look_with_firmware(&play, live, 1, false);
        expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
        look_with_firmware(&play, blind, 2, true);
        for (int i = 0; i < 5; i++) {
            look_with_firmware(&play, blind, 2, false);
            expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
        }
        cr_expect_eq(play.events, 2, "well, and then not judged: %u", play.events);
        look_with_firmware(&play, live, 1, false);
        expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
    }
}

Test(firmware, that_can_be_read_or_never_could_changes_nothing)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact blind[] = {fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    struct play play;
    play_init(&play);
    look_with_firmware(&play, live, 1, false);
    look_with_firmware(&play, live, 1, true);
    look_with_firmware(&play, blind, 1, false);
    look_with_firmware(&play, blind, 1, false);
    expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
    play_init(&play);
    look_with_firmware(&play, NULL, 0, false);
    look_with_firmware(&play, NULL, 0, true);
    look_with_firmware(&play, NULL, 0, false);
    expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
}

/* Of a recorder whose inputs and disks nobody can ask for, the clock and the footage are all there is. */
Test(firmware, takes_the_clock_and_the_footage_of_a_device_that_tells_no_more)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact clock[] = {fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    const struct health_fact footage[] = {
        fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 1, 0)};
    const struct health_fact *const known_by[] = {clock, footage};
    for (size_t i = 0; i < 2; i++) {
        struct play play;
        play_init(&play);
        look_with_firmware(&play, known_by[i], 1, false);
        look_with_firmware(&play, known_by[i], 1, true);
        look_with_firmware(&play, known_by[i], 1, false);
        expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
        look_with_firmware(&play, NULL, 0, true);
        look_with_firmware(&play, NULL, 0, false);
        expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
        look_with_firmware(&play, known_by[1 - i], 1, false);
        expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
        look_with_firmware(&play, live, 1, false);
        look_with_firmware(&play, known_by[i], 1, true);
        look_with_firmware(&play, known_by[i], 1, false);
        expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
    }
}

Test(firmware, that_cannot_be_read_gives_way_to_silence_and_comes_back)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact blind[] = {fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    struct play play;
    play_init(&play);
    look_with_firmware(&play, live, 1, false);
    look_with_firmware(&play, blind, 1, true);
    look_with_firmware(&play, blind, 1, false);
    for (int i = 0; i < 5; i++) {
        play.elapsed += MINUTE;
        play_full(&play, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, 0);
    }
    expect_health(&play, VMM_HEALTH_DOWN, VMM_REASON_TIMEOUT);
    for (int i = 0; i < 8; i++) {
        look_with_firmware(&play, blind, 1, false);
        cr_expect_neq(play.state.health, VMM_HEALTH_OK);
    }
    expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
}

Test(firmware, is_remembered_over_looks_that_fail_after_it_told_itself)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact blind[] = {fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    struct play play;
    play_init(&play);
    look_with_firmware(&play, live, 1, false);
    struct health_input cut = {.kind = HEALTH_INPUT_LOOK,
                               .scope = HEALTH_SCOPE_FULL,
                               .outcome = VMM_OUTCOME_TIMEOUT,
                               .rung = VMM_RUNG_ANSWER,
                               .new_firmware = true};
    play.elapsed += MINUTE;
    play_input(&play, &cut);
    look_with_firmware(&play, blind, 1, false);
    look_with_firmware(&play, blind, 1, false);
    expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
}

static void look_that_cannot_be_read(struct play *play, const struct health_fact *facts,
                                     size_t count, bool is_new)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_BAD_REPLY,
                                 .rung = VMM_RUNG_PARSE,
                                 .facts = facts,
                                 .fact_count = count,
                                 .new_firmware = is_new};
    play->elapsed += MINUTE;
    play_input(play, &input);
}

/* It tells its firmware, and whatever comes next in its answers is not understood at all. */
Test(firmware, that_answers_in_another_way_is_no_failed_look)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact version[] = {
        fact(VMM_SUBJECT_DEVICE, 0, VMM_FACT_FIRMWARE, VMM_STANDING_OK, 0)};
    struct play play;
    play_init(&play);
    look_with_firmware(&play, live, 1, false);
    look_that_cannot_be_read(&play, version, 1, true);
    for (int i = 0; i < 8; i++) {
        look_that_cannot_be_read(&play, version, 1, false);
        expect_health(&play, VMM_HEALTH_UNKNOWN, VMM_REASON_NEW_FIRMWARE);
    }
    cr_expect_eq(play.events, 2, "well, and then not judged: %u", play.events);
    for (int i = 0; i < 5; i++) {
        look_that_cannot_be_read(&play, NULL, 0, false);
    }
    expect_health(&play, VMM_HEALTH_DEGRADED, VMM_REASON_BAD_REPLY);
    play_init(&play);
    look_with_firmware(&play, live, 1, false);
    for (int i = 0; i < 5; i++) {
        look_that_cannot_be_read(&play, version, 1, false);
    }
    expect_health(&play, VMM_HEALTH_DEGRADED, VMM_REASON_BAD_REPLY);
}

Test(firmware, what_could_be_read_before_it_is_durable)
{
    const struct health_fact live[] = {fact_signal(1, true)};
    const struct health_fact blind[] = {fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 0)};
    struct play play;
    play_init(&play);
    look_with_firmware(&play, blind, 1, false);
    look_with_firmware(&play, blind, 1, false);
    expect_health(&play, VMM_HEALTH_OK, VMM_REASON_NONE);
    look_with_firmware(&play, live, 1, false);
    cr_expect_neq(play.actions.did & HEALTH_DID_DURABLE, 0, "the first sight of an input");
    look_with_firmware(&play, live, 1, false);
    cr_expect_eq(play.actions.did & HEALTH_DID_DURABLE, 0, "and only the first");
}
