/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "test_rtsp_play.h"

TestSuite(rtsp, .init = set_up, .fini = tear_down, .timeout = 60);

/* ---- A full look ---- */

Test(rtsp, a_full_look_is_options_and_describe_on_one_connection)
{
    on_options();
    on_challenge();
    on(DESCRIBE, description(fixture("h264.sdp")));
    with_password();
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_text(seen, VMM_FACT_CODEC, "H264");
    assert_text(seen, VMM_FACT_STREAM_PATH, "/live.sdp");
    cr_assert_eq(vmm_mock_find(seen, VMM_FACT_MEDIA, 1)->number, 1);
    cr_assert_eq(findings(seen), 0);
    cr_assert_str_empty(seen->detail);
    cr_assert_eq(logins(), 1);
    cr_assert_eq(vmm_mock_accepted(mock), 1);
    cr_assert_eq(count(sent(0), "\r\nUser-Agent: vmm\r\n"), 3, "some cameras want it: %s", sent(0));
    cr_assert_eq(count(sent(0), "\r\nAccept: application/sdp\r\n"), 2);
    cr_assert_null(seen->note);
}

Test(rtsp, a_remembered_nonce_saves_a_request)
{
    vmm_mock_authorize(mock, 0, DIGEST);
    vmm_mock_authorize(mock, 0, DIGEST);
    on_options();
    on(DESCRIBE, description(fixture("h264.sdp")));
    assert_ok(look());
    cr_assert_eq(vmm_mock_challenges(mock), 0);
    cr_assert_eq(vmm_mock_accepted(mock), 1);
}

Test(rtsp, an_open_camera_is_not_logged_in_to)
{
    on_options();
    on(DESCRIBE, description(fixture("h265.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_text(seen, VMM_FACT_CODEC, "H265");
    cr_assert_eq(logins(), 0);
    cr_assert_eq(vmm_mock_accepted(mock), 0);
}

Test(rtsp, options_may_ask_for_the_login)
{
    vmm_mock_authorize(mock, VMM_E_NOENT, NULL);
    vmm_mock_authorize(mock, 0, DIGEST);
    vmm_mock_authorize(mock, 0, DIGEST);
    on(OPTIONS, answer(401, CHALLENGE, ""));
    on_options();
    on(DESCRIBE, description(fixture("h264.sdp")));
    assert_ok(look());
    cr_assert_eq(vmm_mock_accepted(mock), 2);
}

Test(rtsp, the_port_and_path_of_the_device_are_asked_for)
{
    on("OPTIONS rtsp://192.0.2.10:8554/Streaming/Channels/101?profile=1 RTSP/1.0\r\n",
       answer(200, "", ""));
    on("DESCRIBE rtsp://192.0.2.10:8554/Streaming/Channels/101?profile=1 RTSP/1.0\r\n",
       description(fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look_with(&(struct vmm_mock_ask){
        .port = 8554, .options = "{\"path\":\"Streaming/Channels/101?profile=1\"}"});
    assert_ok(seen);
    assert_text(seen, VMM_FACT_STREAM_PATH, "/Streaming/Channels/101?profile=1");
}

Test(rtsp, the_path_is_the_root_unless_set)
{
    on("OPTIONS rtsp://192.0.2.10:554/ RTSP/1.0\r\n", answer(200, "", ""));
    on("DESCRIBE rtsp://192.0.2.10:554/ RTSP/1.0\r\n", description(fixture("h264.sdp")));
    assert_ok(look_with(&(struct vmm_mock_ask){0}));
}

Test(rtsp, a_path_that_cannot_be_asked_for_is_our_fault)
{
    static const char *const wrong[] = {"{\"path\":\"/a b\"}",
                                        "{\"path\":\"rtsp://192.0.2.10/live\"}",
                                        "{\"path\":\"/a\\r\\nX: y\"}"};
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        const struct vmm_mock_result *seen = look_with(&(struct vmm_mock_ask){.options = wrong[i]});
        assert_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
        cr_assert_not_null(strstr(seen->detail, "option"), "%s", seen->detail);
    }
}

Test(rtsp, a_description_without_video)
{
    on_options();
    on(DESCRIBE, description(fixture("audio-only.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, VMM_REASON_NO_VIDEO);
    assert_media_fault(seen, VMM_REASON_NO_VIDEO);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_STREAM_PATH, 1));
}

/* ---- The trial ---- */

Test(rtsp, a_trial_is_one_options_without_a_login)
{
    vmm_mock_authorize(mock, 0, DIGEST);
    on(OPTIONS, answer(401, CHALLENGE, ""));
    const struct vmm_mock_result *seen = trial();
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert_eq(logins(), 0);
    cr_assert_eq(seen->observation_count, 0);
}

Test(rtsp, any_rtsp_answer_proves_life)
{
    static const int statuses[] = {200, 302, 400, 404, 405, 500, 551};
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        on(OPTIONS, answer(statuses[i], "", ""));
        assert_end(trial(), VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    }
}

Test(rtsp, a_trial_that_meets_a_full_device)
{
    on(OPTIONS, answer(453, "", ""));
    assert_end(trial(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY);
}

Test(rtsp, a_trial_that_meets_another_protocol)
{
    on(OPTIONS, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")->then = VMM_MOCK_CLOSE;
    assert_end(trial(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

/* ---- No connection, no answer ---- */

Test(rtsp, refused)
{
    const struct vmm_mock_result *seen = look_at(&(struct vmm_mock_connection){
        .outcome = VMM_OUTCOME_UNREACHABLE, .detail = "connection refused"});
    assert_end(seen, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
    cr_assert_str_eq(seen->detail, "connection refused");
}

Test(rtsp, a_connect_that_times_out)
{
    assert_end(look_at(&(struct vmm_mock_connection){.outcome = VMM_OUTCOME_TIMEOUT}),
               VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, 0);
}

Test(rtsp, a_name_that_is_not_resolved_is_told_as_the_host_tells_it)
{
    assert_end(look_at(&(struct vmm_mock_connection){.outcome = VMM_OUTCOME_INTERNAL,
                                                     .rung = VMM_RUNG_RESOLVE,
                                                     .reason = VMM_REASON_RESOLVER}),
               VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER);
}

Test(rtsp, a_connect_that_outlasts_the_look)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.outcome = VMM_OUTCOME_TIMEOUT});
    assert_end(look_with(&(struct vmm_mock_ask){.options = PATH, .deadline_ms = 3000}),
               VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, 0);
}

Test(rtsp, silence_after_the_connect)
{
    on(OPTIONS, NULL)->then = VMM_MOCK_MUTE;
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0);
    cr_assert_not_null(strstr(seen->detail, "OPTIONS"), "%s", seen->detail);
}

Test(rtsp, silence_after_the_first_answer)
{
    on_options();
    on(DESCRIBE, NULL)->then = VMM_MOCK_MUTE;
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0);
    cr_assert_not_null(strstr(seen->detail, "DESCRIBE"), "%s", seen->detail);
}

Test(rtsp, bytes_that_drip_do_not_hold_a_look_past_its_deadline)
{
    on(OPTIONS, "RTSP/1.0 ");
    for (size_t i = 0; i < 12; i++) {
        on(NULL, "2")->latency_ms = 1000;
    }
    assert_end(look_with(&(struct vmm_mock_ask){.options = PATH, .deadline_ms = 10000}),
               VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, 0);
}

Test(rtsp, closed_or_reset_before_an_answer)
{
    on(OPTIONS, NULL)->then = VMM_MOCK_CLOSE;
    assert_end(look(), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, 0);
    on(OPTIONS, NULL)->then = VMM_MOCK_RESET;
    assert_end(look(), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, 0);
}

/* ---- The login ---- */

Test(rtsp, a_wrong_password_is_sent_once)
{
    on_options();
    on_challenge();
    on_challenge();
    with_password();
    vmm_mock_authorize(mock, VMM_E_AUTH, NULL);
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(logins(), 1);
    cr_assert_eq(vmm_mock_accepted(mock), 0);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_MEDIA, 1), "nothing was seen of the stream");
}

/* What the host says to the challenge of DESCRIBE. */
static const struct vmm_mock_result *look_without_login(int error)
{
    on_options();
    on_challenge();
    vmm_mock_authorize(mock, VMM_E_NOENT, NULL);
    vmm_mock_authorize(mock, VMM_E_NOENT, NULL);
    vmm_mock_authorize(mock, error, NULL);
    return look();
}

Test(rtsp, a_login_is_asked_for_and_there_is_no_credential)
{
    assert_end(look_without_login(VMM_E_AUTH), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
               VMM_REASON_CREDENTIAL_MISSING);
}

Test(rtsp, a_login_is_asked_for_and_none_is_allowed_now)
{
    assert_end(look_without_login(VMM_E_DENIED), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
}

Test(rtsp, a_kind_of_login_that_is_not_known)
{
    const struct vmm_mock_result *seen = look_without_login(VMM_E_NOTSUP);
    assert_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_not_null(strstr(seen->detail, "no kind of login"), "%s", seen->detail);
}

Test(rtsp, an_authorization_that_cannot_be_made_is_our_fault)
{
    assert_end(look_without_login(VMM_E_IO), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
}

Test(rtsp, a_device_that_keeps_asking_ends_as_refused)
{
    on_options();
    on_challenge();
    on_challenge();
    on_challenge();
    on_challenge();
    with_password();
    vmm_mock_authorize(mock, 0, DIGEST);
    vmm_mock_authorize(mock, 0, DIGEST);
    vmm_mock_authorize(mock, 0, DIGEST);
    assert_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(logins(), 3);
}

Test(rtsp, forbidden_proves_no_login)
{
    on_options();
    on_challenge();
    on(DESCRIBE, answer(403, "", ""));
    with_password();
    assert_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_accepted(mock), 0);
}

/* ---- Trouble ---- */

Test(rtsp, two_looks_at_once_keep_apart)
{
    static const struct vmm_mock_exchange good[] = {
        {.expect = "OPTIONS", .reply = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", .latency_ms = 50},
        {.expect = "DESCRIBE", .reply = "RTSP/1.0 404 Not Found\r\nCSeq: 2\r\n\r\n"}};
    static const struct vmm_mock_exchange mute[] = {{.expect = "OPTIONS", .then = VMM_MOCK_MUTE}};
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = good, .exchange_count = 2});
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = mute, .exchange_count = 1});
    vmm_mock_connection(mock,
                        &(struct vmm_mock_connection){.exchanges = mute, .exchange_count = 1});
    struct vmm_job *first = vmm_mock_probe(mock, &(struct vmm_mock_ask){.options = PATH});
    struct vmm_job *second = vmm_mock_probe(mock, &(struct vmm_mock_ask){.options = PATH});
    struct vmm_job *third = vmm_mock_probe(mock, &(struct vmm_mock_ask){.options = PATH});
    vmm_mock_advance(mock, 20000);
    vmm_mock_cancel(mock, second);
    vmm_mock_run(mock);
    cr_assert_eq(vmm_mock_result(first)->reason, VMM_REASON_WRONG_PATH);
    cr_assert_eq(vmm_mock_result(second)->outcome, VMM_OUTCOME_CANCELLED);
    cr_assert_eq(vmm_mock_result(third)->outcome, VMM_OUTCOME_TIMEOUT);
}

/* The longest way there is: a challenge, a new connection, a description in pieces. */
static void long_way(struct vmm_mock *other, void *arg)
{
    static const struct vmm_mock_exchange first[] = {
        {.expect = "OPTIONS", .reply = "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"},
        {.expect = "DESCRIBE",
         .reply = "RTSP/1.0 401 No\r\nCSeq: 2\r\nConnection: close\r\n" CHALLENGE "\r\n",
         .then = VMM_MOCK_CLOSE}};
    static struct vmm_mock_exchange second = {.expect = "DESCRIBE", .split = 200};
    second.reply = arg;
    vmm_mock_connection(other,
                        &(struct vmm_mock_connection){.exchanges = first, .exchange_count = 2});
    vmm_mock_connection(other,
                        &(struct vmm_mock_connection){.exchanges = &second, .exchange_count = 1});
    vmm_mock_authorize(other, VMM_E_NOENT, NULL);
    vmm_mock_authorize(other, VMM_E_NOENT, NULL);
    vmm_mock_authorize(other, 0, DIGEST);
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){.options = PATH});
    }
    vmm_mock_close(other);
}

Test(rtsp, each_call_of_the_host_may_fail)
{
    char report[256];
    cseq = 2;
    char *reply = keep(description(fixture("odd.sdp")));
    uint32_t runs = vmm_mock_each_failure(vmm_plugin_v0(), long_way, reply, report, sizeof(report));
    cr_assert_str_empty(report);
    cr_assert_gt(runs, 12);
}

Test(rtsp, a_look_may_be_taken_back_at_each_step)
{
    char report[256];
    cseq = 2;
    char *reply = keep(description(fixture("odd.sdp")));
    uint32_t runs = vmm_mock_each_cancel(vmm_plugin_v0(), long_way, reply, report, sizeof(report));
    cr_assert_str_empty(report);
    cr_assert_gt(runs, 8);
}

Test(rtsp, without_connections_there_is_no_plugin, .init = NULL, .fini = NULL)
{
    static const char *const needed[] = {VMM_NET_HOST, VMM_AUTH_HOST, VMM_PROBE_HOST};
    for (size_t i = 0; i < LENGTH(needed); i++) {
        struct vmm_mock *poor = vmm_mock_create(vmm_plugin_v0());
        vmm_mock_withhold(poor, needed[i]);
        cr_assert_eq(vmm_mock_open(poor), VMM_E_NOTSUP);
        vmm_mock_destroy(poor);
    }
}
