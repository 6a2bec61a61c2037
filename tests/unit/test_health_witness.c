/* SPDX-License-Identifier: MIT */
/* Two witnesses of one camera, and cameras that only their recorder sees. */
#include "health_facts.h"
#include "health_play.h"

/* The recorder was looked at; its channel 3 is this camera's. */
static void play_witness(struct play *play, bool live)
{
    struct health_fact facts[] = {fact_signal(1, !live), fact_signal(3, live)};
    struct health_input input = {
        .kind = HEALTH_INPUT_WITNESS, .facts = facts, .fact_count = 2, .channel = 3};
    play_input(play, &input);
}

static void play_parent(struct play *play, uint32_t parent)
{
    struct health_input input = {.kind = HEALTH_INPUT_PARENT, .parent = parent};
    play_input(play, &input);
}

static void fail_to_the_end(struct play *play)
{
    play_timeout(play);
    play_confirm(play, VMM_OUTCOME_TIMEOUT);
}

Test(witness, a_camera_that_only_its_recorder_sees_is_degraded)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, true);
    fail_to_the_end(&play);
    expect_verdict(&play, DEGRADED, SUSPECT, DIRECT_UNREACHABLE);
    cr_expect_eq(play.events, 2);
    cr_expect_eq(play.state.breaker, HEALTH_BREAKER_OPEN);
    cr_expect_eq(play.actions.rhythm, HEALTH_RHYTHM_TRIAL);
    cr_expect(health_reasons(&play.state) & HEALTH_BIT(VMM_REASON_TIMEOUT), "why is kept");
}

Test(witness, both_lost_is_down_with_one_event)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, false);
    fail_to_the_end(&play);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 2);
}

Test(witness, lost_later_too_makes_it_down_and_live_again_degraded)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, true);
    fail_to_the_end(&play);
    play_wait(&play, MINUTE);
    play_witness(&play, false);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    play_wait(&play, MINUTE);
    play_witness(&play, true);
    expect_verdict(&play, DEGRADED, SUSPECT, DIRECT_UNREACHABLE);
    cr_expect_eq(play.events, 4);
    cr_expect_eq(play.last.incident_wall, play.state.incident_wall, "one incident all the time");
}

Test(witness, its_word_is_old_news_after_a_while)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, true);
    fail_to_the_end(&play);
    for (int i = 0; i < 11; i++) {
        play_wait(&play, MINUTE);
        play_trial(&play, VMM_OUTCOME_TIMEOUT);
    }
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(witness, a_channel_that_is_lost_while_the_camera_answers_is_the_recorders_link)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, false);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT, "the camera itself is asked at once");
    cr_expect_eq(play.actions.repeat_after_us, 0);
    play_good(&play);
    play_wait(&play, 4 * MINUTE);
    play_witness(&play, false);
    expect_verdict(&play, DEGRADED, SUSPECT, RECORDER_LINK);
    for (int i = 0; i < 3; i++) {
        play_wait(&play, 4 * MINUTE);
        play_good(&play);
        play_witness(&play, true);
    }
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(witness, a_channel_that_is_lost_says_nothing_while_the_camera_was_not_asked)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, false);
    play_witness(&play, false);
    play_witness(&play, false);
    expect_verdict(&play, OK, NORMAL, NONE);
    fail_to_the_end(&play);
    play_witness(&play, false);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
    cr_expect_eq(play.events, 2, "no recorder_link in between");
}

Test(witness, a_recorder_that_says_nothing_of_the_channel_is_no_witness)
{
    struct play play;
    struct health_fact other = fact_signal(1, true);
    struct health_input input = {
        .kind = HEALTH_INPUT_WITNESS, .facts = &other, .fact_count = 1, .channel = 3};
    play_ok(&play);
    play_input(&play, &input);
    fail_to_the_end(&play);
    expect_verdict(&play, DOWN, CRITICAL, TIMEOUT);
}

Test(witness, missing_footage_on_the_recorder_is_the_cameras_fault)
{
    struct play play;
    struct health_fact facts[] = {
        fact_signal(3, true),
        fact_text(VMM_FACT_RECORDING_MODE, VMM_SUBJECT_CHANNEL, 3, "continuous"),
        fact_int(VMM_FACT_RECORDING_NEWEST, VMM_SUBJECT_CHANNEL, 3, 86400)};
    struct health_input input = {
        .kind = HEALTH_INPUT_WITNESS, .facts = facts, .fact_count = 3, .channel = 3};
    play_ok(&play);
    play_input(&play, &input);
    play_input(&play, &input);
    expect_verdict(&play, DEGRADED, SUSPECT, MISSING_RECORDING);
}

Test(witness, a_restart_tells_nothing_anew)
{
    struct play play;
    play_ok(&play);
    play_witness(&play, true);
    fail_to_the_end(&play);
    unsigned events = play.events;
    play.elapsed += 40 * MINUTE; /* the daemon was away */
    play_kind(&play, HEALTH_INPUT_RESTORE);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, DEGRADED, SUSPECT, DIRECT_UNREACHABLE);
    cr_expect_eq(play.events, events);
}

/* ---- only a channel ---- */

static void play_channel(struct play *play, bool live)
{
    struct health_fact fact = fact_signal(3, live);
    play->facts = &fact;
    play->fact_count = 1;
    play->channel = 3;
    play_good(play);
    play->fact_count = 0;
}

static void channel_ok(struct play *play)
{
    play_init(play);
    play_channel(play, true);
    cr_assert_eq(play->state.health, VMM_HEALTH_OK);
}

Test(parent, a_recorder_that_is_down_takes_its_channels_with_it)
{
    struct play play;
    channel_ok(&play);
    play_parent(&play, HEALTH_PARENT_DOWN);
    expect_verdict(&play, DOWN, SUSPECT, RECORDER_DOWN);
    cr_expect_eq(play.events, 2);
    play_wait(&play, 24 * 60 * MINUTE);
    play_kind(&play, HEALTH_INPUT_TIME);
    expect_verdict(&play, DOWN, SUSPECT,
                   RECORDER_DOWN); /* and never stale: the recorder's looks confirm it */
    play_channel(&play, true);
    play_channel(&play, true);
    play_parent(&play, HEALTH_PARENT_UP);
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.events, 3);
}

Test(parent, what_is_lost_behind_a_recorder_that_is_back_stays_down)
{
    struct play play;
    channel_ok(&play);
    play_parent(&play, HEALTH_PARENT_DOWN);
    for (int i = 0; i < 5; i++) {
        play_channel(&play, false);
    }
    play_parent(&play, HEALTH_PARENT_UP);
    expect_verdict(&play, DOWN, SUSPECT, VIDEO_LOSS);
}

Test(parent, that_is_not_known_any_more_leaves_old_news)
{
    struct play play;
    channel_ok(&play);
    play_parent(&play, HEALTH_PARENT_DOWN);
    play_wait(&play, 24 * 60 * MINUTE);
    play_parent(&play, HEALTH_PARENT_UNKNOWN);
    expect_verdict(&play, UNKNOWN, SUSPECT, STALE);
}

Test(parent, a_camera_that_was_never_seen_is_down_with_it_too)
{
    struct play play;
    play_init(&play);
    play_parent(&play, HEALTH_PARENT_DOWN);
    expect_verdict(&play, DOWN, SUSPECT, RECORDER_DOWN);
}

/* ---- its own at last ---- */

Test(own, what_stays_dead_is_told_as_its_own_with_an_incident_of_its_own)
{
    struct play play;
    play_down(&play);
    int64_t first = play.last.incident_wall;
    unsigned events = play.events;
    play_wait(&play, 5 * MINUTE);
    play_kind(&play, HEALTH_INPUT_OWN);
    cr_expect_eq(play.events, events + 1);
    cr_expect_eq(play.last.from_health, VMM_HEALTH_DOWN);
    cr_expect_eq(play.last.to_health, VMM_HEALTH_DOWN);
    cr_expect_gt(play.last.incident_wall, first);
    cr_expect_eq(play.last.ts_wall, play.last.incident_wall);
    cr_expect_eq(play.last.number, events + 1);
    play_trial(&play, VMM_OUTCOME_OK);
    for (int i = 0; i < 4; i++) {
        play_good(&play);
        play_wait(&play, MINUTE);
    }
    expect_verdict(&play, OK, NORMAL, NONE);
    cr_expect_eq(play.state.incident_wall, 0);
}

/* Nothing may be known of it any more by then: that is what is told, and it is no part of what it followed from. */
Test(own, what_turns_stale_in_the_same_step_opens_an_incident_of_its_own)
{
    struct play play;
    play_down(&play);
    unsigned events = play.events;
    struct health_input own = {.kind = HEALTH_INPUT_OWN, .from_wall = play.last.incident_wall};
    play_wait(&play, 630 * SECOND);
    play_input(&play, &own);
    expect_verdict(&play, UNKNOWN, CRITICAL, STALE);
    cr_expect_eq(play.events, events + 1);
    cr_expect_eq(play.last.from_health, VMM_HEALTH_DOWN);
    cr_expect_gt(play.last.incident_wall, own.from_wall);
    cr_expect_eq(play.last.ts_wall, play.last.incident_wall);
}

/* Its incident opens with this event, also where the clock says that it is earlier than the verdict. */
Test(own, a_clock_that_was_set_back_changes_nothing)
{
    struct play play;
    play_down(&play);
    struct health_input own = {.kind = HEALTH_INPUT_OWN,
                               .now_wall = WALL_START - 3600 * SECOND,
                               .now_mono = MONO_START + play.elapsed + MINUTE};
    health_step(&play.policy, &play.state, &own, &play.actions);
    cr_assert(play.actions.did & HEALTH_DID_EVENT);
    cr_expect_eq(play.actions.event.ts_wall, own.now_wall);
    cr_expect_eq(play.actions.event.incident_wall, own.now_wall);
}

Test(own, nothing_is_told_of_what_is_well)
{
    struct play play;
    play_ok(&play);
    unsigned events = play.events;
    play_kind(&play, HEALTH_INPUT_OWN);
    cr_expect_eq(play.events, events);
}

Test(own, what_a_device_answered_already_before_is_not_told_again)
{
    struct play play;
    play_ok(&play);
    for (int i = 0; i < 2; i++) {
        play_full(&play, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    }
    expect_verdict(&play, UNKNOWN, SUSPECT, UNSUPPORTED);
    unsigned events = play.events;
    struct health_input own = {.kind = HEALTH_INPUT_OWN,
                               .from_wall = play.state.incident_wall + MINUTE};
    play_input(&play, &own);
    cr_expect_eq(play.events, events);
    own.from_wall = play.state.incident_wall;
    play_input(&play, &own);
    cr_expect_eq(play.events, events + 1, "it began with what it followed from");
    cr_expect_eq(play.last.to_health, VMM_HEALTH_UNKNOWN);
}

/* ---- asked for a sign of life ---- */

Test(asked, a_good_answer_judges_nothing_but_the_failed_step)
{
    struct play play;
    play_ok(&play);
    struct health_state before = play.state;
    play_trial(&play, VMM_OUTCOME_OK);
    before.last_seen_wall = play.state.last_seen_wall;
    before.latency_us = play.state.latency_us;
    cr_expect_eq(memcmp(&before, &play.state, sizeof(before)), 0);
    cr_expect_eq(play.actions.did & HEALTH_DID_REPEAT, 0);
}

Test(asked, no_answer_is_a_failed_look_that_begins_the_confirmation)
{
    struct play play;
    play_ok(&play);
    play_trial(&play, VMM_OUTCOME_TIMEOUT);
    expect_verdict(&play, OK, SUSPECT, NONE);
    cr_expect_eq(play.state.failure_count, 1);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT);
    play_trial(&play, VMM_OUTCOME_OK);
    cr_expect_eq(play.actions.scope, HEALTH_SCOPE_FULL);
    cr_expect(play.actions.did & HEALTH_DID_REPEAT, "the full look decides");
    play_good(&play);
    expect_verdict(&play, OK, NORMAL, NONE);
}
