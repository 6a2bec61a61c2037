/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/auth.h>
#include <kit/rtsp/rtsp_session.h>

#include <stdio.h>

#include <vmm/errors.h>

#define SDP                                                                                        \
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=Media\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"              \
    "a=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\"\r\n"

static struct vmm_rtsp_session session;

static void setup(void)
{
    const struct vmm_rtsp_options options = {.authority = "192.0.2.1:554",
                                             .path = "/live.sdp",
                                             .user_agent = "vmm",
                                             .last_stage = VMM_RTSP_STAGE_DESCRIBE};
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), 0);
}

static void teardown(void)
{
    vmm_rtsp_session_finish(&session);
}

TestSuite(session, .init = setup, .fini = teardown);

/* The request just sent begins so. */
static void assert_sent(enum vmm_rtsp_action action, const char *start)
{
    cr_assert_eq(action, VMM_RTSP_SEND, "action %d, kind %d", (int)action, session.result.kind);
    cr_assert_eq(strncmp(session.out, start, strlen(start)), 0, "sent: %s", session.out);
    cr_assert_eq(session.out_len, strlen(session.out));
}

static void assert_out_has(const char *part)
{
    cr_assert_not_null(strstr(session.out, part), "'%s' is not in %s", part, session.out);
}

static void assert_out_lacks(const char *part)
{
    cr_assert_null(strstr(session.out, part), "'%s' is in %s", part, session.out);
}

/* Take the AUTHORIZE of `action` and answer it with "none is remembered". */
static enum vmm_rtsp_action bare(enum vmm_rtsp_action action)
{
    cr_assert_eq(action, VMM_RTSP_AUTHORIZE, "action %d", (int)action);
    cr_assert_null(session.challenges);
    return vmm_rtsp_session_authorized(&session, VMM_E_NOENT, NULL);
}

/* Take the AUTHORIZE of `action`, which shows challenges, and answer it. */
static enum vmm_rtsp_action login(enum vmm_rtsp_action action, const char *value)
{
    cr_assert_eq(action, VMM_RTSP_AUTHORIZE, "action %d", (int)action);
    cr_assert_not_null(session.challenges);
    return vmm_rtsp_session_authorized(&session, value != NULL ? 0 : VMM_E_AUTH, value);
}

static enum vmm_rtsp_action receive(const char *text)
{
    return vmm_rtsp_session_bytes(&session, text, strlen(text));
}

/* An answer with the CSeq of the request that was sent. */
static enum vmm_rtsp_action answer(int status, const char *headers, const char *body)
{
    char text[4096];
    int len = snprintf(text, sizeof(text),
                       "RTSP/1.0 %d Text\r\nCSeq: %u\r\n%sContent-Length: %zu\r\n\r\n%s", status,
                       session.cseq, headers, strlen(body), body);
    return vmm_rtsp_session_bytes(&session, text, (size_t)len);
}

static void assert_finished(enum vmm_rtsp_action action, enum vmm_rtsp_kind kind)
{
    cr_assert_eq(action, VMM_RTSP_FINISHED, "action %d", (int)action);
    cr_assert_eq(session.result.kind, kind, "kind %d", session.result.kind);
    cr_assert_eq(session.out_len, 0);
    cr_assert_eq(vmm_rtsp_session_eof(&session), VMM_RTSP_FINISHED);
    cr_assert_eq(vmm_rtsp_session_timeout(&session), VMM_RTSP_FINISHED);
    cr_assert_eq(session.result.kind, kind);
}

/* As far as the bare DESCRIBE, on one connection. */
static void describe(void)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)),
                "OPTIONS rtsp://192.0.2.1:554/live.sdp ");
    assert_sent(bare(answer(200, "Public: OPTIONS, DESCRIBE\r\n", "")),
                "DESCRIBE rtsp://192.0.2.1:554/live.sdp ");
}

static const char *const sdp_type = "Content-Type: application/sdp\r\n";

Test(session, options_and_describe_on_one_connection)
{
    describe();
    assert_out_has("\r\nCSeq: 2\r\n");
    assert_out_has("\r\nUser-Agent: vmm\r\n");
    assert_out_has("\r\nAccept: application/sdp\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.status, 200);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_DESCRIBE);
    cr_assert_eq(session.result.has_video, 1);
    cr_assert_str_eq(session.result.codec, "H264");
    cr_assert_str_eq(session.result.control, "/live.sdp/trackID=1");
    cr_assert_eq(session.result.requests, 2);
    cr_assert_eq(session.result.reconnects, 0);
    cr_assert_eq(session.result.quirks, 0);
}

Test(session, encrypted_has_its_scheme)
{
    const struct vmm_rtsp_options options = {"[2001:db8::1]", "/", "vmm", 1,
                                             VMM_RTSP_STAGE_OPTIONS};
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), 0);
    assert_sent(bare(vmm_rtsp_session_connected(&session)),
                "OPTIONS rtsps://[2001:db8::1]/ RTSP/1.0\r\n");
}

Test(session, what_cannot_be_asked_for_is_refused)
{
    static char long_path[VMM_RTSP_URI_MAX] = "/";
    struct vmm_rtsp_options options = {"192.0.2.1", "live", "vmm", 0, VMM_RTSP_STAGE_DESCRIBE};
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), VMM_E_INVAL);
    options.path = "/a b";
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), VMM_E_INVAL);
    options.path = "/";
    options.authority = "admin:secret@192.0.2.1";
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), VMM_E_INVAL);
    options.authority = "";
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), VMM_E_INVAL);
    options.authority = "192.0.2.1";
    memset(long_path, '/', sizeof(long_path) - 1);
    options.path = long_path;
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), VMM_E_TOOBIG);
}

/* ---- logging in ---- */

Test(session, describe_asks_for_a_login)
{
    describe();
    enum vmm_rtsp_action action = answer(401, CHALLENGE, "<html>401</html>");
    cr_assert_str_eq(session.method, "DESCRIBE");
    cr_assert_str_eq(session.uri, "rtsp://192.0.2.1:554/live.sdp");
    cr_assert_str_eq(session.challenges[0], "Digest realm=\"cam\", nonce=\"n1\"");
    cr_assert_null(session.challenges[1]);
    assert_sent(login(action, "Digest x"), "DESCRIBE ");
    assert_out_has("\r\nAuthorization: Digest x\r\n");
    assert_out_has("\r\nCSeq: 3\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
}

Test(session, options_asks_for_a_login_and_describe_gets_its_own)
{
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_AUTHORIZE);
    vmm_rtsp_session_authorized(&session, VMM_E_NOENT, NULL);
    assert_sent(login(answer(401, CHALLENGE, ""), "Digest options"), "OPTIONS ");
    assert_out_has("Authorization: Digest options\r\n");
    cr_assert_eq(answer(200, "", ""), VMM_RTSP_AUTHORIZE);
    cr_assert_str_eq(session.method, "DESCRIBE");
    assert_sent(vmm_rtsp_session_authorized(&session, 0, "Digest describe"), "DESCRIBE ");
    assert_out_has("Authorization: Digest describe\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
}

Test(session, every_challenge_is_shown)
{
    describe();
    cr_assert_eq(
        answer(401,
               "www-authenticate: Basic realm=\"a\"  \r\n" CHALLENGE
               "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n2\", algorithm=SHA-256\r\n",
               ""),
        VMM_RTSP_AUTHORIZE);
    cr_assert_str_eq(session.challenges[0], "Basic realm=\"a\"");
    cr_assert_str_eq(session.challenges[1], "Digest realm=\"cam\", nonce=\"n1\"");
    cr_assert_str_eq(session.challenges[2],
                     "Digest realm=\"cam\", nonce=\"n2\", algorithm=SHA-256");
    cr_assert_null(session.challenges[3]);
}

Test(session, login_without_any_challenge_is_shown_as_an_empty_list)
{
    describe();
    cr_assert_eq(answer(401, "", ""), VMM_RTSP_AUTHORIZE);
    cr_assert_not_null(session.challenges);
    cr_assert_null(session.challenges[0]);
}

Test(session, refused_password)
{
    describe();
    assert_sent(login(answer(401, CHALLENGE, ""), "Digest x"), "DESCRIBE ");
    assert_finished(login(answer(401, CHALLENGE, ""), NULL), VMM_RTSP_AUTH);
    cr_assert_eq(session.result.auth_error, VMM_E_AUTH);
    cr_assert_eq(session.result.status, 401);
    cr_assert_eq(session.result.requests, 3);
}

Test(session, login_that_is_not_allowed_now)
{
    describe();
    cr_assert_eq(answer(401, CHALLENGE, ""), VMM_RTSP_AUTHORIZE);
    assert_finished(vmm_rtsp_session_authorized(&session, VMM_E_DENIED, NULL), VMM_RTSP_AUTH);
    cr_assert_eq(session.result.auth_error, VMM_E_DENIED);
}

Test(session, remembered_nonce_goes_out_first_and_is_renewed)
{
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_AUTHORIZE);
    assert_sent(vmm_rtsp_session_authorized(&session, 0, "Digest old"), "OPTIONS ");
    assert_out_has("Authorization: Digest old\r\n");
    cr_assert_eq(answer(200, "", ""), VMM_RTSP_AUTHORIZE);
    assert_sent(vmm_rtsp_session_authorized(&session, 0, "Digest old2"), "DESCRIBE ");
    assert_sent(login(answer(401, CHALLENGE, ""), "Digest new"), "DESCRIBE ");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
}

Test(session, caller_that_never_gives_up_is_stopped)
{
    describe();
    enum vmm_rtsp_action action = answer(401, CHALLENGE, "");
    for (unsigned i = 0; i < 10 && action == VMM_RTSP_AUTHORIZE; i++) {
        assert_sent(login(action, "Digest x"), "DESCRIBE ");
        action = answer(401, CHALLENGE, "");
    }
    assert_finished(action, VMM_RTSP_AUTH);
    cr_assert_eq(session.result.requests, 5);
}

Test(session, with_the_digest_of_the_kit)
{
    static const uint8_t cnonce[VMM_AUTH_CNONCE_SIZE] = {1};
    struct vmm_auth auth;
    char value[VMM_AUTH_HEADER_MAX];
    describe();
    vmm_auth_init(&auth);
    vmm_auth_begin(&auth, 0);
    enum vmm_rtsp_action action = answer(
        401, "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n\", algorithm=SHA-256\r\n", "");
    cr_assert_eq(vmm_auth_step(&auth, 401, session.challenges), VMM_AUTH_ANSWER);
    const struct vmm_auth_request request = {session.method, session.uri, "admin", "pass"};
    cr_assert_gt(vmm_auth_authorize(&auth, &request, cnonce, value, sizeof(value)), 0);
    assert_sent(login(action, value), "DESCRIBE ");
    assert_out_has("uri=\"rtsp://192.0.2.1:554/live.sdp\"");
    assert_out_has(", algorithm=SHA-256\r\n");
}

Test(session, nothing_secret_is_left_behind)
{
    describe();
    assert_sent(login(answer(401, CHALLENGE, ""), "Basic c2VjcmV0"), "DESCRIBE ");
    cr_assert_not_null(memmem(&session, sizeof(session), "c2VjcmV0", 8));
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_null(memmem(&session, sizeof(session), "c2VjcmV0", 8));
}

/* ---- connections ---- */

Test(session, challenge_that_closes_the_connection)
{
    describe();
    cr_assert_eq(login(answer(401, CHALLENGE "Connection: close\r\n", ""), "Digest x"),
                 VMM_RTSP_RECONNECT);
    assert_sent(vmm_rtsp_session_connected(&session), "DESCRIBE ");
    assert_out_has("Authorization: Digest x\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.reconnects, 1);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_CLOSES);
}

Test(session, options_that_closes_the_connection)
{
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_AUTHORIZE);
    vmm_rtsp_session_authorized(&session, VMM_E_NOENT, NULL);
    cr_assert_eq(bare(answer(200, "Connection: close\r\n", "")), VMM_RTSP_RECONNECT);
    cr_assert_eq(vmm_rtsp_session_eof(&session), VMM_RTSP_WAIT); /* of the old connection */
    assert_sent(vmm_rtsp_session_connected(&session), "DESCRIBE ");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
}

Test(session, second_request_on_a_connection_is_dropped)
{
    describe();
    cr_assert_eq(vmm_rtsp_session_eof(&session), VMM_RTSP_RECONNECT);
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "DESCRIBE ");
    cr_assert_eq(login(answer(401, CHALLENGE, ""), "Digest x"), VMM_RTSP_RECONNECT);
    assert_sent(vmm_rtsp_session_connected(&session), "DESCRIBE ");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_DROPS);
    cr_assert_eq(session.result.reconnects, 2);
}

Test(session, dropped_again_is_closed)
{
    describe();
    cr_assert_eq(vmm_rtsp_session_eof(&session), VMM_RTSP_RECONNECT);
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "DESCRIBE ");
    assert_finished(vmm_rtsp_session_eof(&session), VMM_RTSP_CLOSED);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_OPTIONS);
}

Test(session, closed_before_any_answer)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_finished(vmm_rtsp_session_eof(&session), VMM_RTSP_CLOSED);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_CONNECTED);
    cr_assert_eq(session.result.status, 0);
}

Test(session, closed_within_an_answer)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCS"), VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_eof(&session), VMM_RTSP_BAD_ANSWER);
}

Test(session, refused_connection)
{
    assert_finished(vmm_rtsp_session_failed(&session, VMM_RTSP_REFUSED), VMM_RTSP_REFUSED);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_NONE);
    cr_assert_eq(vmm_rtsp_session_failed(&session, VMM_RTSP_TIMEOUT), VMM_RTSP_FINISHED);
    cr_assert_eq(session.result.kind, VMM_RTSP_REFUSED);
}

Test(session, refused_at_the_second_connection)
{
    describe();
    cr_assert_eq(login(answer(401, CHALLENGE "Connection: close\r\n", ""), "Digest x"),
                 VMM_RTSP_RECONNECT);
    assert_finished(vmm_rtsp_session_failed(&session, VMM_RTSP_REFUSED), VMM_RTSP_REFUSED);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_DESCRIBE);
}

Test(session, no_answer_in_time)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_TIMEOUT);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_CONNECTED);
}

Test(session, no_connection_in_time)
{
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_TIMEOUT);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_NONE);
}

/* ---- statuses ---- */

static void assert_status(int status, enum vmm_rtsp_kind kind)
{
    setup();
    describe();
    assert_finished(answer(status, "", ""), kind);
    cr_assert_eq(session.result.status, status);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_DESCRIBE);
    vmm_rtsp_session_finish(&session);
}

Test(session, statuses_of_describe_are_told_apart)
{
    assert_status(403, VMM_RTSP_FORBIDDEN);
    assert_status(404, VMM_RTSP_WRONG_PATH);
    assert_status(410, VMM_RTSP_WRONG_PATH);
    assert_status(453, VMM_RTSP_BUSY);
    assert_status(503, VMM_RTSP_BUSY);
    assert_status(405, VMM_RTSP_NOT_SUPPORTED);
    assert_status(501, VMM_RTSP_NOT_SUPPORTED);
    assert_status(400, VMM_RTSP_ERROR_STATUS);
    assert_status(500, VMM_RTSP_ERROR_STATUS);
}

Test(session, options_not_supported_goes_on_to_describe)
{
    static const int statuses[] = {400, 404, 405, 501, 551};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        setup();
        assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
        assert_sent(bare(answer(statuses[i], "", "")), "DESCRIBE ");
        assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
        cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_NO_OPTIONS);
        vmm_rtsp_session_finish(&session);
    }
}

Test(session, busy_at_options_is_not_asked_further)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_finished(answer(503, "", ""), VMM_RTSP_BUSY);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_OPTIONS);
}

static void trial(int status, enum vmm_rtsp_kind kind)
{
    const struct vmm_rtsp_options options = {"192.0.2.1", "/", "vmm", 0, VMM_RTSP_STAGE_OPTIONS};
    cr_assert_eq(vmm_rtsp_session_init(&session, &options), 0);
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_finished(answer(status, "", ""), kind);
    cr_assert_eq(session.result.requests, 1);
    vmm_rtsp_session_finish(&session);
}

Test(session, trial_ends_with_any_answer_and_never_logs_in)
{
    trial(200, VMM_RTSP_OK);
    trial(401, VMM_RTSP_OK);
    trial(501, VMM_RTSP_OK);
    trial(453, VMM_RTSP_BUSY);
}

/* ---- redirects ---- */

Test(session, redirect_on_the_same_device_is_followed_once)
{
    describe();
    assert_sent(bare(answer(302, "Location: rtsp://192.0.2.1/live2.sdp?a=b\r\n", "")),
                "DESCRIBE rtsp://192.0.2.1:554/live2.sdp?a=b RTSP/1.0\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_REDIRECTS);
    cr_assert_str_eq(session.result.control, "/live2.sdp?a=b/trackID=1");
    cr_assert_str_eq(session.result.other_host, "");
}

Test(session, redirect_to_another_host_keeps_ours_and_is_a_finding)
{
    describe();
    assert_sent(bare(answer(301, "Location: rtsp://u:p@10.0.0.9:8554/main\r\n", "")),
                "DESCRIBE rtsp://192.0.2.1:554/main RTSP/1.0\r\n");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_REDIRECTS | VMM_RTSP_QUIRK_OTHER_HOST);
    cr_assert_str_eq(session.result.other_host, "10.0.0.9");
}

Test(session, redirect_to_the_same_path_elsewhere_cannot_be_followed)
{
    describe();
    assert_finished(answer(302, "Location: rtsp://10.0.0.9/live.sdp\r\n", ""), VMM_RTSP_REDIRECTED);
    cr_assert_str_eq(session.result.other_host, "10.0.0.9");
}

Test(session, second_redirect_is_not_followed)
{
    describe();
    assert_sent(bare(answer(302, "Location: /a\r\n", "")), "DESCRIBE rtsp://192.0.2.1:554/a ");
    assert_finished(answer(302, "Location: /b\r\n", ""), VMM_RTSP_REDIRECTED);
}

Test(session, redirect_to_nowhere)
{
    describe();
    assert_finished(answer(302, "", ""), VMM_RTSP_BAD_ANSWER);
}

Test(session, redirect_with_what_cannot_be_sent)
{
    describe();
    assert_finished(answer(302, "Location: rtsp://192.0.2.1/a b\r\n", ""), VMM_RTSP_BAD_ANSWER);
}

Test(session, redirect_too_long)
{
    static char headers[2048] = "Location: /";
    memset(headers + 11, 'a', VMM_RTSP_URI_MAX);
    strncat(headers, "\r\n", 3);
    describe();
    assert_finished(answer(302, headers, ""), VMM_RTSP_BAD_ANSWER);
}

/* ---- quirks of answers ---- */

Test(session, wrong_cseq_is_a_finding)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_sent(bare(receive("RTSP/1.0 200 OK\r\nCSeq: 77\r\n\r\n")), "DESCRIBE ");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_CSEQ);
}

Test(session, missing_cseq_is_a_finding)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_sent(bare(receive("RTSP/1.0 200 OK\r\n\r\n")), "DESCRIBE ");
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_CSEQ);
}

Test(session, description_without_length_until_the_end)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n\r\n" SDP),
                 VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_eof(&session), VMM_RTSP_OK);
    cr_assert_eq(session.result.has_video, 1);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_NO_LENGTH);
}

Test(session, description_without_length_on_a_connection_that_stays)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n\r\n" SDP),
                 VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_OK);
    cr_assert_eq(session.result.has_video, 1);
}

Test(session, length_too_large_on_a_connection_that_stays)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: "
                         "application/sdp\r\nContent-Length: 999\r\n\r\n" SDP),
                 VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_SHORT_BODY);
}

Test(session, a_description_that_broke_off_before_any_video_does_not_say_there_is_none)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Type: application/sdp\r\n"
                         "Content-Length: 999\r\n\r\nv=0\r\nm=audio 0 RTP/AVP 0\r\n"),
                 VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_eof(&session), VMM_RTSP_BAD_ANSWER);
}

Test(session, stall_within_the_headers_is_no_answer)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\n"), VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_TIMEOUT);
}

Test(session, stall_before_the_body_is_no_answer)
{
    describe();
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 20\r\n\r\n"),
                 VMM_RTSP_WAIT);
    assert_finished(vmm_rtsp_session_timeout(&session), VMM_RTSP_TIMEOUT);
}

Test(session, no_content_type_is_a_finding)
{
    describe();
    assert_finished(answer(200, "", SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_CONTENT_TYPE);
}

Test(session, description_without_video)
{
    describe();
    assert_finished(answer(200, sdp_type, "v=0\r\no=x\r\ns=x\r\nm=audio 0 RTP/AVP 0\r\n"),
                    VMM_RTSP_OK);
    cr_assert_eq(session.result.has_video, 0);
    cr_assert_str_eq(session.result.codec, "");
    cr_assert_str_eq(session.result.control, "");
}

Test(session, what_is_no_description)
{
    describe();
    assert_finished(answer(200, sdp_type, "<html></html>"), VMM_RTSP_BAD_ANSWER);
    cr_assert_eq(session.result.sdp.media_count, 0);
}

Test(session, empty_description)
{
    describe();
    assert_finished(answer(200, sdp_type, ""), VMM_RTSP_BAD_ANSWER);
}

Test(session, web_server_on_the_port)
{
    assert_sent(bare(vmm_rtsp_session_connected(&session)), "OPTIONS ");
    assert_finished(receive("HTTP/1.1 400 Bad Request\r\n\r\n"), VMM_RTSP_BAD_ANSWER);
    cr_assert_eq(session.result.stage, VMM_RTSP_STAGE_CONNECTED);
}

Test(session, answers_over_a_limit)
{
    describe();
    assert_finished(receive("RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n"),
                    VMM_RTSP_BAD_ANSWER);
}

Test(session, media_and_requests_of_the_device_in_between)
{
    static const char frame[] = {'$', 0, 0, 2, 'x', 'y'};
    describe();
    cr_assert_eq(vmm_rtsp_session_bytes(&session, frame, sizeof(frame)), VMM_RTSP_WAIT);
    cr_assert_eq(receive("RTSP/1.0 100 Continue\r\nCSeq: 2\r\n\r\n"), VMM_RTSP_WAIT);
    cr_assert_eq(receive("OPTIONS rtsp://192.0.2.1 RTSP/1.0\r\nCSeq: 1\r\n\r\n"), VMM_RTSP_WAIT);
    assert_finished(answer(200, sdp_type, SDP), VMM_RTSP_OK);
    cr_assert_eq(session.result.quirks, VMM_RTSP_QUIRK_INTERLEAVED);
}

/* ---- where the media is ---- */

static void assert_control(const char *headers, const char *body, const char *control,
                           uint32_t quirks)
{
    char all[512];
    setup();
    describe();
    (void)snprintf(all, sizeof(all), "Content-Type: application/sdp\r\n%s", headers);
    assert_finished(answer(200, all, body), VMM_RTSP_OK);
    cr_assert_str_eq(session.result.control, control);
    cr_assert_eq(session.result.quirks, quirks, "quirks %x", session.result.quirks);
    vmm_rtsp_session_finish(&session);
}

#define MEDIA "v=0\r\no=x\r\ns=x\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"

Test(session, control_is_joined_to_the_base)
{
    assert_control("Content-Base: rtsp://192.0.2.1:554/base/\r\n", MEDIA "a=control:t1\r\n",
                   "/base/t1", 0);
    assert_control("Content-Location: rtsp://192.0.2.1/loc\r\n", MEDIA "a=control:t1\r\n",
                   "/loc/t1", 0);
    assert_control("Content-Base: rtsp://192.0.2.1/base/\r\n", MEDIA "a=control:*\r\n", "/base/",
                   0);
    assert_control("Content-Base: rtsp://192.0.2.1/base/\r\n", MEDIA, "/base/", 0);
    assert_control("", MEDIA "a=control:rtsp://192.0.2.1/abs/t1\r\n", "/abs/t1", 0);
    assert_control(
        "",
        "v=0\r\no=x\r\na=control:rtsp://192.0.2.1/s/\r\nm=video 0 RTP/AVP 26\r\na=control:t1\r\n",
        "/s/t1", 0);
}

Test(session, content_base_with_an_internal_host_keeps_the_configured_one)
{
    assert_control("Content-Base: rtsp://10.1.1.1/base/\r\n", MEDIA "a=control:t1\r\n", "/base/t1",
                   VMM_RTSP_QUIRK_OTHER_HOST);
}

Test(session, content_base_forms_that_are_malformed)
{
    assert_control("Content-Base: 192.0.2.1/live/\r\n", MEDIA "a=control:t1\r\n", "/live/t1",
                   VMM_RTSP_QUIRK_BAD_URL);
    assert_control("Content-Base: rtsp://rtsp://192.0.2.1/\r\n", MEDIA "a=control:t1\r\n", "/t1",
                   VMM_RTSP_QUIRK_BAD_URL);
    assert_control("Content-Base: rtsp://::ffff:192.0.2.1/x\r\n", MEDIA "a=control:t1\r\n", "/x/t1",
                   VMM_RTSP_QUIRK_BAD_URL | VMM_RTSP_QUIRK_OTHER_HOST);
    assert_control("Content-Base: rtsp://192.0.2.1/a b/\r\n", MEDIA "a=control:t1\r\n", "",
                   VMM_RTSP_QUIRK_BAD_URL);
}

Test(session, control_with_a_wrong_host_is_a_finding)
{
    assert_control("", MEDIA "a=control:rtsp://0.0.0.0/live.sdp/t1\r\n", "/live.sdp/t1",
                   VMM_RTSP_QUIRK_OTHER_HOST);
}

Test(session, calls_out_of_turn_change_nothing)
{
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\n\r\n"), VMM_RTSP_WAIT);
    cr_assert_eq(vmm_rtsp_session_authorized(&session, 0, "x"), VMM_RTSP_WAIT);
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_AUTHORIZE);
    cr_assert_eq(receive("RTSP/1.0 200 OK\r\n\r\n"), VMM_RTSP_AUTHORIZE);
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_WAIT);
    assert_sent(vmm_rtsp_session_authorized(&session, VMM_E_NOENT, NULL), "OPTIONS ");
    assert_out_lacks("Authorization");
    cr_assert_eq(session.result.requests, 1);
}

Test(session, value_that_would_break_the_request)
{
    cr_assert_eq(vmm_rtsp_session_connected(&session), VMM_RTSP_AUTHORIZE);
    assert_finished(vmm_rtsp_session_authorized(&session, 0, "Basic x\r\nY: z"), VMM_RTSP_INTERNAL);
}
