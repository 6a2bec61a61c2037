/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "acti_parse.h"

#define QUERY    "USER={user}&PWD={pass}&"
#define IDENTITY "/cgi-bin/system?" QUERY "SYSTEM_INFO"
#define LOGIN    "/cgi-bin/system?" QUERY "LOGIN&SYSTEM_INFO"
#define PORT     "/cgi-bin/system?" QUERY "V2_PORT_RTSP"
#define PICTURE  "/cgi-bin/encoder?" QUERY "SNAPSHOT"

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* All that is ever sent. Each command that is not here may write: EVENT_CONFIG, HTTP_SERVER … */
static const char *const allowed[] = {
    "GET /cgi-bin/system?SYSTEM_INFO", /* without a login */
    "GET " IDENTITY,
    "GET " LOGIN,
    "GET " PORT,
    "GET " PICTURE,
    "GET /cgi-bin/cmd/system?SYSTEM_INFO",
    "GET /cgi-bin/cmd/system?LOGIN&SYSTEM_INFO",
    "GET /cgi-bin/cmd/system?V2_PORT_RTSP",
    "GET /cgi-bin/cmd/encoder?SNAPSHOT",
    NULL,
};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    vmm_mock_destroy(mock);
}

TestSuite(acti, .init = set_up, .fini = tear_down);

static const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
}

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

static void expect_picture(uint32_t flags, size_t less)
{
    size_t size = 0;
    const char *picture = vmm_expect_fixture(FIXTURES, "picture.jpg", &size);
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){
                  .target = PICTURE, .flags = flags, .body = picture, .body_size = size - less});
}

/* A device that is known already. */
static const uint8_t known[] = {1, 1};

static const struct vmm_mock_result *look_with(const char *options)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){
                                   .options = options, .note = known, .note_size = sizeof(known)});
}

static const struct vmm_mock_result *look(void)
{
    return look_with("{}");
}

/* ---- A full look ---- */

Test(acti, a_full_look_at_a_camera_is_three_requests)
{
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    expect_picture(0, 0);
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 3);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "E72");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "A1D-500-V6.13.03-AC");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "E72-XX-13A-00001");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:0f:7c:00:00:01");
    vmm_expect_text(seen, VMM_FACT_BRAND, 0, "ACTi Corporation");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_vendor(seen, "rtsp_port=7070");
    vmm_expect_vendor(seen, "picture=1920x1080");
    cr_assert_null(seen->note, "nothing new to remember");
}

Test(acti, keys_are_the_same_in_any_case_and_the_model_may_stand_in_the_production_id)
{
    expect_body(IDENTITY, fixture("identity-any-case.txt"));
    expect_body(PORT, fixture("port.txt"));
    const struct vmm_mock_result *seen = look_with("{\"picture\":false}");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "ACM4201");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "ACM4201-08J-X-00002");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "A1D-310-V4.12.09-AC");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:0f:7c:00:00:02");
    vmm_expect_absent(seen, VMM_FACT_CHANNELS, 0);
}

Test(acti, a_model_that_is_told_goes_before_the_production_id)
{
    expect_body(IDENTITY, "Production ID = B52-A-XX-1\nModel Number = B-52\n");
    expect_body(PORT, fixture("port.txt"));
    vmm_expect_text(look_with("{\"picture\":false}"), VMM_FACT_MODEL, 0, "B-52");
}

Test(acti, the_port_is_read_in_each_form_of_an_answer)
{
    static const char *const forms[] = {"V2_PORT_RTSP='7070'\n", "OK: V2_PORT_RTSP='7070'\n",
                                        "7070\n", "v2_port_rtsp=7070\r\n"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        expect_body(IDENTITY, fixture("identity-e72.txt"));
        expect_body(PORT, forms[i]);
        vmm_expect_vendor(look_with("{\"picture\":false}"), "rtsp_port=7070");
    }
}

Test(acti, the_login_may_go_in_a_header)
{
    expect_body("/cgi-bin/cmd/system?SYSTEM_INFO", fixture("identity-e72.txt"));
    expect_body("/cgi-bin/cmd/system?V2_PORT_RTSP", fixture("port.txt"));
    vmm_expect_end(look_with("{\"login\":\"header\",\"picture\":false}"), VMM_OUTCOME_OK,
                   VMM_RUNG_PARSE, 0);
    cr_assert_eq(vmm_mock_request(mock, 0)->flags & (VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN), 0);
}

/* ---- A device that is not known yet, and the newer form ---- */

#define GREETING "/cgi-bin/system?SYSTEM_INFO"

static const struct vmm_mock_result *look_with_note(const void *note, size_t size)
{
    return vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.options = "{\"picture\":false}", .note = note, .note_size = size});
}

Test(acti, a_device_that_is_not_known_is_greeted_without_the_password)
{
    expect_body(GREETING, "ERROR: missing USER/PWD\n");
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    const struct vmm_mock_result *seen = look_with_note(NULL, 0);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_assert_eq(seen->note_size, sizeof(known));
    cr_assert_arr_eq(seen->note, known, sizeof(known));
}

Test(acti, a_device_of_another_make_never_sees_the_password)
{
    static const struct vmm_mock_answer foreign[] = {
        {.target = GREETING, .body = "<html>Welcome</html>"},
        {.target = GREETING, .status = 404},
        {.target = GREETING, .status = 401},
        {.target = GREETING, .status = 302},
    };
    static const uint32_t outcomes[] = {VMM_OUTCOME_BAD_REPLY, VMM_OUTCOME_UNSUPPORTED,
                                        VMM_OUTCOME_UNSUPPORTED, VMM_OUTCOME_UNSUPPORTED};
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        vmm_mock_answer(mock, &foreign[i]);
        const struct vmm_mock_result *seen = look_with_note(NULL, 0);
        vmm_expect_end(seen, outcomes[i], VMM_RUNG_PARSE, 0);
        cr_assert_null(seen->note);
    }
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_assert_str_eq(vmm_mock_request(mock, i)->target, GREETING);
    }
}

Test(acti, a_device_that_has_become_another_is_greeted_again)
{
    expect_body(IDENTITY, "<html>Welcome</html>");
    const struct vmm_mock_result *seen = look_with_note(known, sizeof(known));
    vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = GREETING, .status = 404});
    vmm_expect_end(look_with_note(seen->note, seen->note_size), VMM_OUTCOME_UNSUPPORTED,
                   VMM_RUNG_PARSE, 0);
}

Test(acti, a_device_that_asks_for_no_login_is_known_by_what_it_tells)
{
    expect_body(GREETING, fixture("identity-any-case.txt"));
    expect_body(IDENTITY, fixture("identity-any-case.txt"));
    expect_body(PORT, fixture("port.txt"));
    vmm_expect_end(look_with_note(NULL, 0), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

Test(acti, a_device_that_wants_login_first_is_remembered)
{
    expect_body(IDENTITY, fixture("not-found.txt"));
    expect_body(LOGIN, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    const struct vmm_mock_result *first = look_with_note(known, sizeof(known));
    vmm_expect_end(first, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    expect_body(LOGIN, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    vmm_expect_end(look_with_note(first->note, first->note_size), VMM_OUTCOME_OK, VMM_RUNG_PARSE,
                   0);
    cr_assert_eq(vmm_mock_request_count(mock), 5);
}

Test(acti, a_device_that_knows_neither_form_is_not_judged)
{
    expect_body(IDENTITY, fixture("not-found.txt"));
    expect_body(LOGIN, fixture("not-found.txt"));
    expect_body(PORT, fixture("port.txt"));
    const struct vmm_mock_result *seen = look_with_note(known, sizeof(known));
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    cr_assert_null(seen->note);
}

Test(acti, a_broken_note_is_as_good_as_none)
{
    static const uint8_t notes[][3] = {{9, 1, 1}, {1, 2, 1}, {255, 255, 255}};
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = GREETING, .status = 404});
    for (size_t i = 0; i < 3; i++) {
        for (size_t size = 0; size <= 3; size++) {
            look_with_note(notes[i], size);
        }
    }
    cr_assert_eq(vmm_mock_request_count(mock), 12);
}

/* ---- Errors with status 200 ---- */

Test(acti, a_bad_account_with_status_200_is_a_refused_login)
{
    expect_body(IDENTITY, fixture("refused.txt"));
    vmm_expect_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 1, "and nothing more is asked");
    expect_body(IDENTITY, "ERROR: missing USER/PWD\n");
    vmm_expect_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    expect_body(IDENTITY, fixture("forbidden.txt"));
    vmm_expect_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
}

Test(acti, not_found_and_not_authorized_end_only_their_part)
{
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, "ERROR: V2_PORT_RTSP not found\n");
    expect_picture(0, 0);
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("forbidden.txt"));
    expect_picture(0, 0);
    vmm_expect_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0);
}

Test(acti, the_text_goes_before_the_odd_status)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 400, .body = fixture("refused.txt")});
    vmm_expect_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .target = PORT, .status = 401, .body = "ERROR: not found\n"});
    expect_picture(0, 0);
    vmm_expect_end(look(), VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
}

Test(acti, a_401_without_a_text_is_a_refused_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = IDENTITY, .status = 401});
    vmm_expect_end(look(), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
}

/* ---- Credentials in the address ---- */

Test(acti, the_credential_is_put_in_by_the_host_alone)
{
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    expect_picture(0, 0);
    const struct vmm_mock_result *seen = look();
    for (size_t i = 0; i < 3; i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        cr_assert_neq(request->flags & VMM_HTTP_TEMPLATE, 0);
        cr_assert_neq(request->flags & VMM_HTTP_NO_LOGIN, 0);
    }
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, PICTURE);
}

Test(acti, without_a_credential_nothing_is_sent)
{
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.no_credential = true, .note = known, .note_size = sizeof(known)});
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING);
    seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.no_login = true, .note = known, .note_size = sizeof(known)});
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 0);
}

Test(acti, a_trial_needs_no_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/cgi-bin/system?SYSTEM_INFO",
                                                    .body = fixture("refused.txt")});
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL, .no_login = true});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

/* ---- Pictures ---- */

static const struct vmm_mock_result *look_at_picture(const char *body)
{
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    expect_body(PICTURE, body);
    return look();
}

Test(acti, a_page_or_an_error_in_place_of_a_picture_judges_no_signal)
{
    const struct vmm_mock_result *seen = look_at_picture("<html>No video</html>");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
    seen = look_at_picture("ERROR: SNAPSHOT not found\n");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
    vmm_expect_absent(seen, VMM_FACT_SNAPSHOT_PATH, 1);
}

Test(acti, half_a_picture_judges_no_signal_unless_we_cut_it)
{
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    expect_picture(VMM_HTTP_SHORT, 4);
    vmm_expect_unjudged(look(), VMM_FACT_SIGNAL, 1);
    expect_body(IDENTITY, fixture("identity-e72.txt"));
    expect_body(PORT, fixture("port.txt"));
    expect_picture(VMM_HTTP_CUT, 4);
    vmm_expect_number(look(), VMM_FACT_SIGNAL, 1, 1);
}

Test(acti, a_video_server_is_asked_for_no_picture)
{
    expect_body(IDENTITY, fixture("identity-server.txt"));
    expect_body(PORT, fixture("port.txt"));
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 4);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "SED2400");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
}

static const struct vmm_mock_result *look_at_kind(const char *identity, const char *options)
{
    expect_body(IDENTITY, identity);
    expect_body(PORT, fixture("port.txt"));
    expect_picture(0, 0);
    return look_with(options);
}

/* An encoder's picture may be that of a dead input. */
Test(acti, a_picture_proves_a_signal_only_of_what_is_told_to_be_one_camera)
{
    const char *const others[] = {
        fixture("identity-any-case.txt"), /* no number of channels */
        "Production ID = ACM4201-08J-X-00002\nChannels = some\n",
        "Model Number = V21\nChannels = 1\n",
        "Production ID = V21-XX-12A-00001\nChannels = 1\n",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct vmm_mock_result *seen = look_at_kind(others[i], "{}");
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
        vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
        vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, PICTURE);
    }
}

Test(acti, the_operator_may_say_that_it_is_a_camera)
{
    vmm_expect_number(look_at_kind(fixture("identity-any-case.txt"), "{\"camera\":true}"),
                      VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_number(look_at_kind("Model Number = D72\nChannels = 2\n", "{\"camera\":true}"),
                      VMM_FACT_SIGNAL, 1, 1);
}

/* ---- Other devices, and broken ones ---- */

Test(acti, what_is_no_answer_of_acti_is_a_bad_reply)
{
    expect_body(IDENTITY, "<html>Welcome</html>");
    vmm_expect_end(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    expect_body(IDENTITY, "");
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "the answer is empty");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = IDENTITY, .status = 404});
    vmm_expect_end(look(), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(acti, an_address_that_is_none_is_not_told)
{
    expect_body(IDENTITY, "MAC Address = 00:0F:7C:00:00:0Z\nModel Number = E72\n");
    expect_body(PORT, fixture("port.txt"));
    vmm_expect_absent(look_with("{\"picture\":false}"), VMM_FACT_MAC, 0);
}

/* ---- Trouble on our side ---- */

static void scenario(struct vmm_mock *other, void *arg)
{
    size_t size = 0;
    const char *picture = vmm_expect_fixture(FIXTURES, "picture.jpg", &size);
    (void)arg;
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = GREETING, .body = fixture("refused.txt")});
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = IDENTITY, .body = fixture("not-found.txt")});
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = LOGIN, .body = fixture("identity-e72.txt")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = PORT, .body = fixture("port.txt")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.body = picture, .body_size = size});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(acti_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    uint32_t runs = vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report));
    cr_assert_gt(runs, 15, "%u", runs);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 4);
    cr_assert_str_empty(report);
}
