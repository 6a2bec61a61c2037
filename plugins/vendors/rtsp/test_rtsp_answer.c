/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "test_rtsp_play.h"

TestSuite(rtsp_answer, .init = set_up, .fini = tear_down, .timeout = 60);

/* ---- What the device says instead ---- */

Test(rtsp_answer, a_wrong_path_behind_a_login)
{
    on_options();
    on_challenge();
    on(DESCRIBE, answer(404, "", ""));
    with_password();
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    assert_media_fault(seen, VMM_REASON_WRONG_PATH);
    cr_assert_eq(vmm_mock_accepted(mock), 1);
}

Test(rtsp_answer, a_wrong_path_says_nothing_of_a_login_nobody_asked_for)
{
    vmm_mock_authorize(mock, 0, DIGEST);
    vmm_mock_authorize(mock, 0, DIGEST);
    on_options();
    on(DESCRIBE, answer(404, "", ""));
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH);
    assert_media_fault(seen, VMM_REASON_WRONG_PATH);
    cr_assert_eq(vmm_mock_accepted(mock), 0);
}

struct status_case {
    int status;
    uint32_t outcome;
    uint32_t rung;
    uint32_t reason;
};

Test(rtsp_answer, each_status_is_told_apart)
{
    static const struct status_case cases[] = {
        {410, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH},
        {453, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY},
        {503, VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY},
        {405, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0},
        {501, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0},
        {400, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS},
        {500, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS},
        {551, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS},
    };
    const char *options = answer(200, "", "");
    for (size_t i = 0; i < LENGTH(cases); i++) {
        cseq = 1;
        on(OPTIONS, options);
        on(DESCRIBE, answer(cases[i].status, "", ""));
        const struct vmm_mock_result *seen = look();
        assert_end(seen, cases[i].outcome, cases[i].rung, cases[i].reason);
        char status[16];
        snprintf(status, sizeof(status), "status %d", cases[i].status);
        cr_assert_not_null(strstr(seen->detail, status), "%s", seen->detail);
    }
}

Test(rtsp_answer, busy_is_told_at_the_first_request_already)
{
    on(OPTIONS, answer(503, "", ""));
    assert_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, VMM_REASON_BUSY);
}

Test(rtsp_answer, another_protocol)
{
    on(NULL, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")->then = VMM_MOCK_CLOSE;
    assert_end(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(rtsp_answer, a_description_that_is_none)
{
    on_options();
    on(DESCRIBE, answer(200, "Content-Type: text/html\r\n", "<html>hello</html>"));
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    assert_finding(seen, "content type");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_MEDIA, 1));
}

Test(rtsp_answer, redirected_to_another_device)
{
    on_options();
    on(DESCRIBE, answer(302, "Location: rtsp://192.0.2.99/live.sdp\r\n", ""));
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    assert_finding(seen, "names another host than the one it is reached at: 192.0.2.99");
}

/* ---- Quirks that must not be failures ---- */

Test(rtsp_answer, a_camera_that_closes_after_the_challenge)
{
    on_options();
    on(DESCRIBE, answer(401, CHALLENGE "Connection: close\r\n", ""))->then = VMM_MOCK_CLOSE;
    end_connection();
    on(DESCRIBE, description(fixture("h264.sdp")));
    with_password();
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "closes the connection");
    cr_assert_eq(count(sent(1), "Authorization: " DIGEST), 1);
}

Test(rtsp_answer, a_camera_that_serves_one_request_a_connection)
{
    on_options();
    on(DESCRIBE, NULL)->then = VMM_MOCK_RESET;
    end_connection();
    cseq--;
    on(DESCRIBE, description(fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "drops the connection at the second request");
}

Test(rtsp_answer, a_camera_that_answers_once_and_then_refuses_was_reached)
{
    on_options();
    on(DESCRIBE, answer(401, CHALLENGE "Connection: close\r\n", ""))->then = VMM_MOCK_CLOSE;
    end_connection();
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                            .detail = "connection refused"});
    with_password();
    const struct vmm_mock_result *seen = look();
    assert_end(seen, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, 0);
    cr_assert_str_eq(seen->detail, "connection refused, after an answer on another connection");
}

Test(rtsp_answer, a_description_without_a_length)
{
    static const uint32_t ends[] = {VMM_MOCK_CLOSE, VMM_MOCK_RESET, VMM_MOCK_MUTE};
    char text[2048];
    snprintf(text, sizeof(text), "RTSP/1.0 200 OK\r\nCSeq: 2\r\n" SDP_TYPE "\r\n%s",
             fixture("h264.sdp"));
    const char *reply = keep(text);
    for (size_t i = 0; i < LENGTH(ends); i++) {
        cseq = 0;
        on_options();
        on(DESCRIBE, reply)->then = ends[i];
        const struct vmm_mock_result *seen = look();
        assert_ok(seen);
        assert_finding(seen, "without Content-Length");
    }
}

Test(rtsp_answer, a_wrong_cseq_is_a_finding)
{
    on_options();
    cseq = 41;
    on(DESCRIBE, description(fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "wrong CSeq");
}

Test(rtsp_answer, a_camera_that_does_not_know_options)
{
    on(OPTIONS, answer(501, "", ""));
    on(DESCRIBE, description(fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "OPTIONS is refused");
}

Test(rtsp_answer, an_internal_address_in_content_base_is_a_finding)
{
    on_options();
    on(DESCRIBE,
       answer(200, SDP_TYPE "Content-Base: rtsp://10.0.0.7/live.sdp/\r\n", fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "names another host than the one it is reached at: 10.0.0.7");
}

Test(rtsp_answer, a_redirect_on_the_same_device_is_followed_once)
{
    on_options();
    on(DESCRIBE, answer(301, "Location: rtsp://192.0.2.10:554/main\r\n", ""));
    on("DESCRIBE rtsp://192.0.2.10:554/main RTSP/1.0\r\n", description(fixture("h264.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "redirects");
}

Test(rtsp_answer, an_odd_description_is_read_all_the_same)
{
    on_options();
    on(DESCRIBE, description(fixture("odd.sdp")));
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_text(seen, VMM_FACT_CODEC, "H264");
    assert_finding(seen, "without o=");
    assert_finding(seen, "more than one s=");
    assert_finding(seen, "malformed c=");
    assert_finding(seen, "malformed t=");
    assert_finding(seen, "malformed m=");
}

Test(rtsp_answer, media_and_junk_before_an_answer_are_read_past)
{
    static const char frame[] = "$\x01\x00\x04"
                                "abcd";
    char text[2048];
    on_options();
    const char *plain = description(fixture("h264.sdp"));
    memcpy(text, frame, sizeof(frame) - 1);
    int size =
        snprintf(text + sizeof(frame) - 1, sizeof(text) - sizeof(frame), "\r\n\r\n%s", plain);
    struct vmm_mock_exchange *exchange = on(DESCRIBE, text);
    exchange->reply_size = sizeof(frame) - 1 + (size_t)size;
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    assert_finding(seen, "media data that was not asked for");
}

Test(rtsp_answer, answers_in_single_bytes)
{
    on(OPTIONS, answer(200, "", ""))->split = 1;
    on(DESCRIBE, description(fixture("h264.sdp")))->split = 1;
    const struct vmm_mock_result *seen = look();
    assert_ok(seen);
    cr_assert_eq(findings(seen), 0);
}
