/* SPDX-License-Identifier: MIT */
/* The judgement of inputs and streams, and of a camera that is only a channel of a recorder. */
#include <string.h>

#include "health/judge.h"
#include "health_facts.h"
#include "health_play.h"

static struct health_fact channel(uint32_t index, uint32_t standing)
{
    return fact_judged(VMM_SUBJECT_CHANNEL, index, VMM_FACT_SIGNAL, standing,
                       VMM_REASON_VIDEO_LOSS);
}

Test(channel, some_inputs_lost_is_degraded_after_two)
{
    struct play play;
    play_ok(&play);
    struct health_fact facts[] = {channel(1, VMM_STANDING_OK), channel(2, VMM_STANDING_FAULT)};
    play.facts = facts;
    play.fact_count = 2;
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, VIDEO_LOSS);
    cr_expect_eq(play.last.rung, VMM_RUNG_SIGNAL);
}

Test(channel, all_inputs_lost_is_down_after_five_in_one_event)
{
    struct play play;
    play_ok(&play);
    struct health_fact facts[] = {channel(1, VMM_STANDING_FAULT), channel(2, VMM_STANDING_FAULT)};
    play.facts = facts;
    play.fact_count = 2;
    int64_t first = play.elapsed;
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(play.state.health, VMM_HEALTH_OK);
        play_good(&play);
        cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_SUSPECT);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, DOWN, SUSPECT, VIDEO_LOSS);
    cr_expect_eq(play.events, 2);
    cr_expect_eq(play.last.ts_wall, WALL_START + first);
    cr_expect_eq(play.last.reasons, HEALTH_BIT(VMM_REASON_VIDEO_LOSS));
    facts[0].standing = VMM_STANDING_OK;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, VIDEO_LOSS);
    facts[1].standing = VMM_STANDING_OK;
    for (int i = 0; i < 3; i++) {
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(channel, a_camera_of_a_recorder_sees_its_own_channel_alone)
{
    struct play play;
    play_init(&play);
    play.channel = 1;
    struct health_fact facts[] = {channel(1, VMM_STANDING_OK), channel(2, VMM_STANDING_FAULT),
                                  fact_int(VMM_FACT_CLOCK_OFFSET, VMM_SUBJECT_DEVICE, 0, 600000),
                                  fact_judged(VMM_SUBJECT_DISK, 1, VMM_FACT_DISK_STATE,
                                              VMM_STANDING_FAULT, VMM_REASON_DISK_FAULT)};
    play.facts = facts;
    play.fact_count = 4;
    for (int i = 0; i < 6; i++) {
        play_good(&play);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    play.channel = 2;
    for (int i = 0; i < 5; i++) {
        play_good(&play);
    }
    expect_verdict(&play, DOWN, SUSPECT, VIDEO_LOSS);
}

static struct health_fact enabled(uint32_t index, bool is_enabled)
{
    struct health_fact told =
        fact_judged(VMM_SUBJECT_CHANNEL, index, VMM_FACT_CHANNEL_ENABLED, VMM_STANDING_OK, 0);
    told.type = VMM_TYPE_BOOL;
    told.number = is_enabled;
    return told;
}

static void look_as(struct play *play, uint32_t outcome)
{
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = outcome,
                                 .rung = VMM_RUNG_SIGNAL,
                                 .latency_us = 80000,
                                 .channel = play->channel,
                                 .facts = play->facts,
                                 .fact_count = play->fact_count};
    play_input(play, &input);
    play_wait(play, 4 * MINUTE);
}

/* A recorder set back to how it was delivered, and a number that nobody ever had. */
Test(channel, that_its_recorder_does_not_have_in_use_is_not_well)
{
    const struct health_fact live[] = {channel(1, VMM_STANDING_OK), channel(3, VMM_STANDING_OK)};
    const struct health_fact off[] = {channel(1, VMM_STANDING_OK), enabled(3, false)};
    const struct health_fact absent[] = {channel(1, VMM_STANDING_OK),
                                         channel(2, VMM_STANDING_FAULT)};
    const struct health_fact *const ways[] = {off, absent};
    for (size_t i = 0; i < 2; i++) {
        struct play play;
        play_init(&play);
        play.channel = 3;
        play.fact_count = 2;
        play.facts = live;
        look_as(&play, VMM_OUTCOME_OK);
        expect_verdict(&play, OK, NORMAL, NONE);
        play.facts = ways[i];
        look_as(&play, VMM_OUTCOME_OK);
        look_as(&play, VMM_OUTCOME_OK);
        expect_verdict(&play, DEGRADED, SUSPECT, CHANNEL_OFF);
        play.facts = live;
        for (int k = 0; k < 3; k++) {
            look_as(&play, VMM_OUTCOME_OK);
        }
        expect_verdict(&play, OK, NORMAL, NONE);
    }
}

Test(channel, that_was_not_told_of_in_part_of_a_look_is_not_judged)
{
    const struct health_fact live[] = {channel(1, VMM_STANDING_OK), channel(3, VMM_STANDING_OK)};
    const struct health_fact others[] = {channel(1, VMM_STANDING_OK)};
    const struct health_fact unjudged[] = {channel(1, VMM_STANDING_OK),
                                           channel(3, VMM_STANDING_NOT_JUDGED)};
    struct play play;
    play_init(&play);
    play.channel = 3;
    play.facts = live;
    play.fact_count = 2;
    look_as(&play, VMM_OUTCOME_OK);
    play.facts = others;
    play.fact_count = 1;
    for (int i = 0; i < 4; i++) {
        look_as(&play, VMM_OUTCOME_PARTIAL);
    }
    play.facts = unjudged;
    play.fact_count = 2;
    for (int i = 0; i < 4; i++) {
        look_as(&play, VMM_OUTCOME_OK);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(channel, whose_signal_cannot_be_judged_has_no_first_verdict)
{
    const struct health_fact dark[] = {channel(1, VMM_STANDING_OK),
                                       channel(3, VMM_STANDING_NOT_JUDGED)};
    struct health_fact footage[] = {
        channel(3, VMM_STANDING_NOT_JUDGED),
        fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 3, 90000)};
    struct play play;
    play_init(&play);
    play.channel = 3;
    play.facts = dark;
    play.fact_count = 2;
    for (int i = 0; i < 8; i++) {
        look_as(&play, VMM_OUTCOME_OK);
    }
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    play.facts = footage;
    look_as(&play, VMM_OUTCOME_OK);
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    footage[1].number = 30;
    look_as(&play, VMM_OUTCOME_OK);
    expect_verdict(&play, OK, NORMAL, NONE);
}

/* A list of channels that this account may not read, or a recorder that tells of none. */
Test(channel, of_which_nothing_is_told_has_no_first_verdict)
{
    const struct health_fact others = channel(1, VMM_STANDING_OK);
    const struct health_fact own = channel(3, VMM_STANDING_OK);
    struct play play;
    play_init(&play);
    play.channel = 3;
    for (int i = 0; i < 4; i++) {
        play.facts = i < 2 ? NULL : &others;
        play.fact_count = i < 2 ? 0 : 1;
        look_as(&play, VMM_OUTCOME_PARTIAL);
    }
    expect_verdict(&play, UNKNOWN, NORMAL, NEVER_LOOKED);
    play.facts = &own;
    play.fact_count = 1;
    look_as(&play, VMM_OUTCOME_PARTIAL);
    expect_verdict(&play, OK, NORMAL, NONE);
}

static struct judgement judge_streams(uint32_t first, uint32_t second)
{
    struct health_fact facts[] = {
        fact_judged(VMM_SUBJECT_STREAM, 1, VMM_FACT_MEDIA,
                    first != 0 ? VMM_STANDING_FAULT : VMM_STANDING_OK, first),
        fact_judged(VMM_SUBJECT_STREAM, 2, VMM_FACT_MEDIA,
                    second != 0 ? VMM_STANDING_FAULT : VMM_STANDING_OK, second)};
    struct health_input input = {.facts = facts, .fact_count = 2};
    struct judgement judgement = {.fault =
                                      HEALTH_BIT(VMM_REASON_NO_VIDEO)}; /* the look's own word */
    judge_channel(&input, &judgement);
    return judgement;
}

Test(channel, some_streams_without_video_are_a_fault_and_all_of_them_another)
{
    const uint64_t some = HEALTH_BIT(VMM_REASON_NO_VIDEO);
    const uint64_t all = HEALTH_BIT(HEALTH_NO_MEDIA);
    struct judgement judged = judge_streams(VMM_REASON_NO_VIDEO, 0);
    cr_expect_eq(judged.fault, some);
    cr_expect(judged.ok & all);
    judged = judge_streams(VMM_REASON_NO_VIDEO, VMM_REASON_NO_VIDEO);
    cr_expect_eq(judged.fault, all, "one change is not told twice");
    cr_expect_eq(judged.ok, 0);
    judged = judge_streams(VMM_REASON_NO_VIDEO, VMM_REASON_WRONG_PATH);
    cr_expect_eq(judged.fault, some | HEALTH_BIT(VMM_REASON_WRONG_PATH),
                 "what the other would show is not known");
}

Test(channel, no_media_by_any_path_is_down)
{
    struct play play;
    struct health_fact facts[] = {fact_judged(VMM_SUBJECT_STREAM, 1, VMM_FACT_MEDIA,
                                              VMM_STANDING_FAULT, VMM_REASON_NO_VIDEO)};
    play_ok(&play);
    play.facts = facts;
    play.fact_count = 1;
    play_good(&play);
    expect_verdict(&play, OK, SUSPECT, NONE);
    for (int i = 0; i < 4; i++) {
        play_good(&play);
    }
    expect_verdict(&play, DOWN, SUSPECT, NO_VIDEO);
    cr_expect_eq(health_reasons(&play.state), HEALTH_BIT(VMM_REASON_NO_VIDEO));
    cr_expect_eq(play.events, 2);
    struct health_fact live =
        fact_judged(VMM_SUBJECT_CHANNEL, 3, VMM_FACT_SIGNAL, VMM_STANDING_OK, 0);
    struct health_input input = {
        .kind = HEALTH_INPUT_WITNESS, .facts = &live, .fact_count = 1, .channel = 3};
    play_input(&play, &input);
    expect_verdict(&play, DEGRADED, SUSPECT, NO_VIDEO);
    facts[0].standing = VMM_STANDING_OK;
    facts[0].reason = 0;
    play_good(&play);
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}

Test(channel, a_slow_recorder_makes_no_slow_cameras)
{
    const struct health_fact live = channel(1, VMM_STANDING_OK);
    struct play play;
    play_init(&play);
    struct health_input input = {.kind = HEALTH_INPUT_LOOK,
                                 .scope = HEALTH_SCOPE_FULL,
                                 .outcome = VMM_OUTCOME_PARTIAL,
                                 .rung = VMM_RUNG_CLOCK,
                                 .reason = VMM_REASON_ERROR_STATUS,
                                 .latency_us = 9000000,
                                 .channel = 1,
                                 .facts = &live,
                                 .fact_count = 1};
    for (int i = 0; i < 4; i++) {
        play_input(&play, &input);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_CLOSED);
}

/* Any list of facts, the same each time. */
static size_t any_facts(uint32_t seed, struct health_fact *facts, size_t count)
{
    static const uint32_t kinds[] = {VMM_FACT_SIGNAL,        VMM_FACT_CHANNEL_ENABLED,
                                     VMM_FACT_RECORDING_NOW, VMM_FACT_RECORDING_NEWEST,
                                     VMM_FACT_CLOCK_OFFSET,  VMM_FACT_UPTIME,
                                     VMM_FACT_DISK_STATE,    VMM_FACT_MEDIA};
    static const uint32_t subjects[] = {
        VMM_SUBJECT_CHANNEL, VMM_SUBJECT_CHANNEL, VMM_SUBJECT_CHANNEL, VMM_SUBJECT_CHANNEL,
        VMM_SUBJECT_DEVICE,  VMM_SUBJECT_DEVICE,  VMM_SUBJECT_DISK,    VMM_SUBJECT_STREAM};
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525u + 1013904223u;
        uint32_t kind = seed >> 28 & 7;
        facts[i] = (struct health_fact){.fact = kinds[kind],
                                        .subject = subjects[kind],
                                        .index = seed >> 20 & 3,
                                        .standing = (seed >> 16) % 3,
                                        .type = kind < 3 ? VMM_TYPE_BOOL : VMM_TYPE_INT,
                                        .number = seed >> 12 & 1};
        facts[i].reason =
            facts[i].standing == VMM_STANDING_FAULT ? VMM_REASON_VIDEO_LOSS : VMM_REASON_NONE;
    }
    return count;
}

Test(channel, what_is_said_of_one_gives_the_verdict_that_all_that_is_said_gives)
{
    struct health_fact all[12];
    struct health_fact own[12];
    for (uint32_t seed = 0; seed < 2000; seed++) {
        struct play whole;
        struct play part;
        play_init(&whole);
        play_init(&part);
        whole.channel = 2;
        part.channel = 2;
        for (uint32_t look = 0; look < 6; look++) {
            whole.facts = all;
            whole.fact_count = any_facts(seed * 8 + look, all, look * 2 + 1);
            part.facts = own;
            part.fact_count = judge_facts_of(all, whole.fact_count, 2, own);
            uint32_t outcome = seed % 2 == 0 ? VMM_OUTCOME_OK : VMM_OUTCOME_PARTIAL;
            look_as(&whole, outcome);
            look_as(&part, outcome);
        }
        cr_assert_eq(memcmp(&whole.state, &part.state, sizeof(part.state)), 0, "%u", seed);
    }
}
