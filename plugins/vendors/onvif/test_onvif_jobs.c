/* SPDX-License-Identifier: MIT */
/* Looks in the mock host: recording jobs, the summary, references, the last start, logins by another clock. */
#include <vmm/http.h>

#include "onvif_ask.h"
#include "onvif_codec.h"
#include "test_onvif.h"

#define SEARCH    "/onvif/search?x=1&y=2"
#define RECORDING "/onvif/recording"

#define LACKS_NTP     2
#define LACKS_EVENTS  4
#define LACKS_SEARCH  8
#define LACKS_PICTURE 16
#define LACKS_NETWORK 128

/* A look in which jobs are asked for, and nothing else that is slow. */
#define JOB_TURN 4

TestSuite(onvif_jobs, .init = begin, .fini = done);

/* The newest that was sent. */
static const char *last_body(void)
{
    return body_of(vmm_mock_request_count(mock) - 1);
}

static void play_beginning(const char *services, const char *profiles)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, services);
    answer("/onvif/media", profiles);
}

static void play_search(const char *records)
{
    answer(SEARCH, "search.xml");
    answer(SEARCH, records);
    answer(SEARCH, "search-ended.xml");
}

/* Two sources with old footage, and these jobs. */
static void play_jobs(const char *jobs)
{
    play_beginning("services-recording.xml", "profiles.xml");
    play_search("records-old.xml");
    answer(RECORDING, jobs);
}

/* ---- Jobs ---- */

Test(onvif_jobs, the_mode_of_a_job_counts_for_the_channel_it_records)
{
    play_jobs("jobs.xml");
    answer(RECORDING, "job-active.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, JOB_TURN);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_MODE, 1);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "off");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 2, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 3);
    cr_expect_not_null(strstr(last_body(), "<JobToken>job1b</JobToken>"),
                       "of two jobs the one of the higher priority: %s", last_body());
}

Test(onvif_jobs, a_job_that_fails_is_a_fault_in_the_devices_own_words)
{
    play_jobs("jobs-both-active.xml");
    answer(RECORDING, "job-error.xml");
    answer(RECORDING, "job-idle.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, JOB_TURN * 4);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_fault(seen, VMM_FACT_RECORDING_NOW, 1, VMM_REASON_MISSING_RECORDING);
    vmm_expect_vendor(seen, "recording_error=channel 1: storage is full");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 2, 0);
}

Test(onvif_jobs, a_state_that_is_no_answer_is_asked_for_once)
{
    play_jobs("jobs-both-active.xml");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = RECORDING,
                                                    .outcome = VMM_OUTCOME_BAD_REPLY,
                                                    .rung = VMM_RUNG_ANSWER,
                                                    .detail = "no HTTP"});
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, JOB_TURN * 4);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, 0);
    vmm_expect_detail(seen, "no HTTP");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 1);
}

Test(onvif_jobs, a_job_that_fails_is_a_fault_where_no_footage_is_told_too)
{
    play_beginning("services-recording.xml", "profiles.xml");
    answer(RECORDING, "jobs-both-active.xml");
    answer(RECORDING, "job-error.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS | LACKS_SEARCH, JOB_TURN * 4);
    vmm_expect_fault(seen, VMM_FACT_RECORDING_NOW, 1, VMM_REASON_MISSING_RECORDING);
    vmm_expect_vendor(seen, "recording_error=channel 1: storage is full");
}

/* Its window alone, until it was well three times, as its fault needs to end. */
Test(onvif_jobs, a_job_that_failed_is_asked_for_in_each_look)
{
    static const struct {
        const char *state;
        uint8_t watch;
        uint8_t calm;
    } looks[] = {{"job-error.xml", 5, 0}, {"job-active.xml", 5, 1}, {"job-active.xml", 5, 2},
                 {"job-error.xml", 5, 0}, {"job-active.xml", 5, 1}, {"job-active.xml", 5, 2},
                 {"job-active.xml", 0, 0}};
    uint8_t note[] = {3, 2, LACKS_EVENTS, JOB_TURN + 1, 5, 0};
    for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
        play_jobs("jobs-both-active.xml");
        answer(RECORDING, looks[i].state);
        answer(RECORDING, "job-active.xml");
        const struct vmm_mock_result *seen =
            vmm_mock_look(mock, &(struct vmm_mock_ask){.note = note, .note_size = sizeof(note)});
        cr_expect_eq(seen->note[4], looks[i].watch, "look %zu", i);
        cr_expect_eq(seen->note[5], looks[i].calm, "look %zu", i);
        note[5] = seen->note[5];
    }
}

/* Sound that fails is no footage that is missing; a word that nobody knows is not judged. */
Test(onvif_jobs, the_video_of_a_job_counts_and_odd_words_do_not)
{
    play_jobs("jobs-both-active.xml");
    answer(RECORDING, "job-audio-error.xml");
    answer(RECORDING, "job-odd.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, JOB_TURN * 4);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NOW, 2);
}

Test(onvif_jobs, an_idle_job_beside_fresh_footage_proves_nothing)
{
    play_beginning("services-recording.xml", "profiles.xml");
    play_search("records.xml");
    answer(RECORDING, "jobs-idle.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, JOB_TURN);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_MODE, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 1);
}

Test(onvif_jobs, jobs_are_asked_for_in_their_turn_and_not_where_there_are_none)
{
    play_beginning("services-recording.xml", "profiles.xml");
    look_with(2, LACKS_EVENTS | LACKS_SEARCH, JOB_TURN + 1);
    cr_expect_eq(vmm_mock_request_count(mock), 4);
}

Test(onvif_jobs, a_device_that_lacks_them_is_not_asked_again)
{
    play_beginning("services-recording.xml", "profiles.xml");
    answer(RECORDING, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS | LACKS_SEARCH, JOB_TURN);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_expect_eq(seen->note[2], LACKS_EVENTS | LACKS_SEARCH | 32);
}

/* ---- The summary ---- */

Test(onvif_jobs, the_summary_counts_where_there_is_one_source_and_no_other_word)
{
    play_beginning("services.xml", "profiles-one.xml");
    play_search("records-none.xml");
    answer(SEARCH, "summary.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS, 1);
    int64_t newest = vmm_expect_fact(seen, VMM_FACT_RECORDING_NEWEST, 1, VMM_STANDING_OK)->number;
    int64_t oldest = vmm_expect_fact(seen, VMM_FACT_RECORDING_OLDEST, 1, VMM_STANDING_OK)->number;
    cr_expect(newest >= 59 && newest <= 61, "%lld", (long long)newest);
    cr_expect(oldest >= 86399 && oldest <= 86401, "%lld", (long long)oldest);
}

Test(onvif_jobs, a_summary_of_no_recordings_says_nothing)
{
    play_beginning("services.xml", "profiles-one.xml");
    answer(SEARCH, "summary-none.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_EVENTS | LACKS_SEARCH, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
}

Test(onvif_jobs, of_several_sources_no_summary_is_asked_for)
{
    play_beginning("services.xml", "profiles.xml");
    play_search("records-none.xml");
    look_with(2, LACKS_EVENTS, 1);
    cr_expect_eq(vmm_mock_request_count(mock), 7);
}

/* ---- Events ---- */

static void play_events(const char *subscription, const char *pull, const char *messages)
{
    play_beginning("services.xml", "profiles.xml");
    answer("/onvif/events", subscription);
    answer(pull, messages);
    answer(pull, "unsubscribed.xml");
}

Test(onvif_jobs, parameters_of_a_reference_go_back_as_headers)
{
    play_events("subscription-refers.xml", "/onvif/events", "messages-later.xml");
    look_with(3, LACKS_SEARCH, 1);
    for (size_t i = 5; i <= 6; i++) {
        const char *body = body_of(i);
        cr_expect_not_null(strstr(body, "s:mustUnderstand=\"1\">urn:uuid:6f1c</To>"), "%s", body);
        cr_expect_not_null(strstr(body, "<SubscriptionId xmlns=\"http://acme.example/event\""));
        cr_expect_not_null(strstr(body, "a:IsReferenceParameter=\"true\">&#123;pass&#125;&#60;&#38;"
                                        "7</SubscriptionId>"),
                           "%s", body);
        cr_expect_not_null(strstr(body, "<Key xmlns=\"urn:acme:a\""));
        cr_expect_null(strstr(body, "Nested"));
    }
    cr_expect_null(strstr(body_of(4), "SubscriptionId"));
}

Test(onvif_jobs, a_subscription_is_spoken_to_by_its_own_address)
{
    play_events("subscription.xml", "/onvif/pull?id=7", "messages.xml");
    look_with(2, LACKS_SEARCH, 1);
    cr_expect_not_null(strstr(body_of(5), ">http://192.168.1.64/onvif/pull?id=7</To>"));
}

/* However long, what a device gives for a reference has room in the questions about it. */
Test(onvif_jobs, references_always_have_room_in_a_question)
{
    struct onvif_subscription worst = {.count = ONVIF_REFERS_MAX};
    char body[4096];
    memset(worst.to, '&', sizeof(worst.to) - 1);
    for (size_t i = 0; i < ONVIF_REFERS_MAX; i++) {
        memset(worst.refer[i].name, 'n', i == 0 ? 40 : 1);
        memset(worst.refer[i].text, '{', i == 0 ? 80 : ONVIF_REFERS_BYTES - 121);
    }
    struct onvif_words words = {.id = "b3b1d6a2-4c1f-4b0e-9c55-0123456789ab",
                                .to = worst.to,
                                .refers = worst.refer,
                                .refer_count = worst.count,
                                .nonce = "AAAAAAAAAAAAAAAAAAAAAA==",
                                .created = "2024-01-01T00:00:00Z"};
    cr_expect_eq(onvif_ask_write(ONVIF_ASK_PULL, &words, body, sizeof(body)), 0);
    cr_expect_eq(onvif_ask_write(ONVIF_ASK_UNSUBSCRIBE, &words, body, sizeof(body)), 0);
}

Test(onvif_jobs, the_last_start_and_each_storage_are_told)
{
    play_events("subscription.xml", "/onvif/pull?id=7", "messages-later.xml");
    const struct vmm_mock_result *seen = look_with(2, LACKS_SEARCH, 1);
    int64_t uptime = vmm_expect_fact(seen, VMM_FACT_UPTIME, 0, VMM_STANDING_OK)->number;
    cr_expect(uptime >= 86399 && uptime <= 86401, "%lld", (long long)uptime);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT);
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 2, "storage failure: disk2: no");
}

/* ---- Logins ---- */

/* The clock it tells is five minutes fast: who refuses a login of that time may go by another. */
Test(onvif_jobs, a_refused_token_is_made_by_the_true_time_in_the_next_look)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized.xml", 400, NULL);
    const struct vmm_mock_result *seen = look_with(3, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_expect_eq(vmm_mock_request_count(mock), 2, "one login a look");
    cr_expect_eq(seen->note[1], 4);
}

Test(onvif_jobs, a_token_of_the_true_time_is_kept_while_it_is_taken)
{
    answer(DEVICE, "clock.xml");
    answer(DEVICE, "identity.xml");
    answer(DEVICE, "not-supported.xml");
    answer(DEVICE, "not-supported.xml");
    const struct vmm_mock_result *seen = look_with(4, 0, 1);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_expect_not_null(strstr(body_of(1), "2024-01-01T00:00:00Z"), "%s", body_of(1));
    cr_expect_neq(vmm_mock_request(mock, 1)->flags & VMM_HTTP_TEMPLATE, 0);
    cr_expect_eq(seen->note[1], 4);
}

Test(onvif_jobs, what_is_refused_by_either_time_begins_anew)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized.xml", 400, NULL);
    cr_expect_eq(look_with(4, 0, 1)->note[1], 0);
}

Test(onvif_jobs, tries_that_are_left_are_told)
{
    answer(DEVICE, "clock.xml");
    answer_status(DEVICE, "not-authorized-tries.xml", 400, NULL);
    const struct vmm_mock_result *seen = look_with(4, 0, 1);
    vmm_expect_number(seen, VMM_FACT_LOGIN_TRIES, 0, 29);
}
