/* SPDX-License-Identifier: MIT */
/* The login of two steps, and what is refused without it. */
#include "test_uniview.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "uniview_look.h"

#define CODE_3 "{\"Response\":{\"ResponseCode\":3,\"ResponseString\":\"Not Authorized\"}}"

static void serve_session(void)
{
    serve("/System/Security/Login", "{\"Response\":{\"ResponseCode\":0}}");
    serve("/System/Security/KeepAlive",
          "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"NextNonce\":\"n-2\"}}}");
}

static void expect_next(const char *method, const char *path, const char *body)
{
    char target[256];
    snprintf(target, sizeof(target), LAPI "%s", path);
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.method = method, .target = target, .body = body});
}

Test(uniview, code_3_to_plain_digest_begins_a_session)
{
    expect_next("GET", "/System/DeviceInfo", CODE_3);
    serve_session();
    serve_recorder();
    for (int i = 0; i < 5; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR302-16S");
    cr_assert_eq(vmm_mock_request_count(mock), 8);
    const struct vmm_mock_request *login = vmm_mock_request(mock, 1);
    cr_assert_str_eq(login->method, "PUT");
    cr_assert_neq(login->flags & VMM_HTTP_SAFE, 0);
    cr_assert_str_eq(login->headers, "Cookie: WebLoginHandle=10081124\r\n");
    const struct vmm_mock_request *signed_one = vmm_mock_request(mock, 3);
    cr_assert_neq(signed_one->flags & VMM_HTTP_NO_LOGIN, 0, "the host adds no login of its own");
    cr_assert_str_eq(signed_one->headers,
                     "Cookie: WebLoginHandle=10081124\r\nAuthorization: Digest signed\r\n");
    cr_assert_eq(vmm_mock_challenges(mock), 1, "one nonce signs all that follows");
}

Test(uniview, the_next_look_begins_with_the_session)
{
    expect_next("GET", "/System/DeviceInfo", CODE_3);
    serve_session();
    serve_recorder();
    for (int i = 0; i < 10; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    look();
    size_t before = vmm_mock_request_count(mock);
    assert_outcome(look_again(), VMM_OUTCOME_OK);
    cr_assert_str_eq(vmm_mock_request(mock, before)->target, LAPI "/System/Security/Login");
    cr_assert_eq(vmm_mock_request_count(mock) - before, 7);
}

Test(uniview, a_nonce_that_signs_one_request_is_renewed_for_each_from_then_on)
{
    expect_next("GET", "/System/DeviceInfo", CODE_3);
    expect_next("PUT", "/System/Security/Login", "{\"Response\":{\"ResponseCode\":0}}");
    expect_next("PUT", "/System/Security/KeepAlive",
                "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"NextNonce\":\"n-2\"}}}");
    expect_next("GET", "/System/DeviceInfo", fixture("identity-nvr.json"));
    expect_next("GET", "/System/Time", CODE_3);
    serve_session();
    serve_recorder();
    for (int i = 0; i < 16; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    fact(seen, VMM_FACT_SIGNAL, 1);
    seen = look_again();
    assert_outcome(seen, VMM_OUTCOME_OK);
    fact(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(uniview, a_refusal_inside_the_session_is_no_matter_of_the_password)
{
    expect_next("GET", "/System/DeviceInfo", CODE_3);
    serve_session();
    serve_status("/System/DeviceInfo", 401, "");
    serve_recorder();
    for (int i = 0; i < 16; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    assert_outcome(look(), VMM_OUTCOME_PARTIAL);
}

Test(uniview, code_3_to_the_login_itself_is_a_refused_credential)
{
    serve("/System/DeviceInfo", CODE_3);
    serve("/System/Security/Login", CODE_3);
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

Test(uniview, a_nonce_that_would_break_a_header_is_not_used)
{
    serve("/System/DeviceInfo", CODE_3);
    serve("/System/Security/Login", "{\"Response\":{\"ResponseCode\":0}}");
    serve("/System/Security/KeepAlive",
          "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"NextNonce\":\"a\\\", x=\\\"b\"}}}");
    assert_outcome(look(), VMM_OUTCOME_BAD_REPLY);
}

Test(uniview, a_wrong_password_costs_one_request)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_AUTH,
                                                   .rung = VMM_RUNG_AUTHENTICATE,
                                                   .status = 401});
    assert_outcome(look(), VMM_OUTCOME_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

/* ---- One part that plain digest does not reach ---- */

static size_t count_of(const char *path)
{
    size_t count = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        count += strcmp(vmm_mock_request(mock, i)->target + strlen(LAPI), path) == 0;
    }
    return count;
}

static size_t logins(void)
{
    return count_of("/System/Security/Login");
}

/* A recorder whose storage wants more than plain digest, and what it answers to the login. */
static void serve_closed_storage(uint32_t status, const char *login)
{
    serve("/Storage/Containers/DetailInfos", CODE_3);
    serve_status("/System/Security/Login", status, login);
    serve_recorder();
}

static void assert_all_but_storage(const struct vmm_mock_result *seen)
{
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR302-16S");
    fact(seen, VMM_FACT_CLOCK_OFFSET, 0);
    fact(seen, VMM_FACT_SIGNAL, 1);
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    cr_assert_not_null(strstr(seen->detail, "storage"), "%s", seen->detail);
}

Test(uniview, a_part_refused_by_code_3_where_plain_digest_read_others_is_not_judged)
{
    static const struct {
        uint32_t status;
        const char *login;
    } answers[] = {{404, ""}, {200, CODE_3}};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        serve_closed_storage(answers[i].status, answers[i].login);
        assert_all_but_storage(look());
        cr_assert_eq(logins(), 1);
        for (int n = 0; n < 20; n++) {
            assert_all_but_storage(look_again());
        }
        cr_assert_eq(logins(), 1, "it is not tried again");
        cr_assert_eq(count_of("/Storage/Containers/DetailInfos"), 21);
        kept_note[1] = 1; /* what was found out is over */
        assert_all_but_storage(look_again());
        assert_all_but_storage(look_again());
        cr_assert_eq(logins(), 2);
        done();
        begin();
    }
}

/* Each look logs in once for the part that wants a session, and reads all others. */
static void expect_part_alone_is_lost(void)
{
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR302-16S");
    fact(seen, VMM_FACT_CLOCK_OFFSET, 0);
    cr_assert_eq(logins(), 1);
    assert_outcome(look_again(), VMM_OUTCOME_PARTIAL);
    cr_assert_eq(logins(), 2);
}

/* An error, or a page where there is nothing, may pass: the next look tries again, once. */
Test(uniview, a_login_that_fails_otherwise_is_tried_once_a_look)
{
    static const struct {
        uint32_t status;
        const char *login;
    } answers[] = {
        {200, "{\"Response\":{\"ResponseCode\":2}}"}, {200, "<html>"}, {500, ""}, {403, ""}};
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        serve("/Channels/System/ChannelDetailInfos", CODE_3);
        serve_closed_storage(answers[i].status, answers[i].login);
        expect_part_alone_is_lost();
        done();
        begin();
    }
}

/* Firmware without such a login may hang up on it, or say nothing. What was read before is read all the same. */
Test(uniview, a_login_that_has_no_answer_costs_its_part_alone)
{
    static const uint32_t ends[] = {VMM_OUTCOME_BAD_REPLY, VMM_OUTCOME_UNREACHABLE,
                                    VMM_OUTCOME_TIMEOUT};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        serve("/Channels/System/ChannelDetailInfos", CODE_3);
        vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = LAPI "/System/Security/Login",
                                                       .outcome = ends[i],
                                                       .rung = VMM_RUNG_CONNECT});
        serve_recorder();
        expect_part_alone_is_lost();
        done();
        begin();
    }
}

Test(uniview, a_login_that_fails_before_anything_was_read_is_tried_once_a_look)
{
    serve("/System/DeviceInfo", CODE_3);
    serve("/System/Security/Login", "{\"Response\":{\"ResponseCode\":2}}");
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    cr_assert_eq(seen->note_size, 0);
    cr_assert_eq(logins(), 1);
}

Test(uniview, a_password_that_the_login_refuses_ends_the_look_and_is_one_attempt)
{
    serve("/Channels/System/ChannelDetailInfos", CODE_3);
    serve("/Storage/Containers/DetailInfos", CODE_3);
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = LAPI "/System/Security/Login",
                                                   .outcome = VMM_OUTCOME_AUTH,
                                                   .rung = VMM_RUNG_AUTHENTICATE,
                                                   .status = 401});
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH);
    cr_assert_eq(logins(), 1);
    cr_assert_eq(vmm_mock_request_count(mock), 4);
    cr_assert_eq(seen->note_size, 0);
}

Test(uniview, an_identity_refused_by_code_3_is_a_refused_credential_whatever_was_read_before)
{
    serve_closed_storage(404, "");
    look();
    done();
    begin();
    uint8_t note[VMM_NOTE_MAX];
    size_t size = UNIVIEW_NOTE_SIZE;
    memcpy(note, kept_note, size);
    serve("/System/DeviceInfo", CODE_3);
    serve_closed_storage(404, "");
    const struct vmm_mock_result *seen =
        ask(&(struct vmm_mock_ask){.note = note, .note_size = size});
    assert_outcome(seen, VMM_OUTCOME_AUTH);
    cr_assert_eq(logins(), 1);
}

Test(uniview, a_part_that_the_session_reads_is_judged)
{
    expect_next("GET", "/System/DeviceInfo", fixture("identity-nvr.json"));
    expect_next("GET", "/System/Time", fixture("time.json"));
    expect_next("GET", "/Channels/System/ChannelDetailInfos", fixture("channels.json"));
    expect_next("GET", "/Storage/Containers/DetailInfos", CODE_3);
    serve_session();
    serve_recorder();
    for (int i = 0; i < 5; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_text(seen, VMM_FACT_DISK_STATE, 1, "healthy (3)");
    cr_assert_eq(logins(), 1);
}

Test(uniview, a_session_that_tells_no_nonce_costs_its_part_alone)
{
    serve("/System/Security/KeepAlive", CODE_3);
    serve_closed_storage(200, "{\"Response\":{\"ResponseCode\":0}}");
    assert_all_but_storage(look());
    cr_assert_eq(logins(), 1);
    cr_assert_eq(count_of("/System/Security/KeepAlive"), 1);
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *on, void *arg)
{
    (void)arg;
    mock = on;
    serve_session();
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = CODE_3});
    serve_recorder();
    for (int i = 0; i < 5; i++) {
        vmm_mock_authorize(mock, 0, "Digest signed");
    }
    if (vmm_mock_open(on) == 0) {
        vmm_mock_look(on, &(struct vmm_mock_ask){0});
    }
}

Test(uniview_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 10);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 5);
    cr_assert_str_empty(report);
}
