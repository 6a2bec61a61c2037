/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "geovision_parse.h"

#define PAGE    "/ssi.cgi/Login.htm"
#define LAPI    "/LAPI/V1.0/System/DeviceBasicInfo"
#define LOGIN   "/LoginPC.cgi"
#define PICTURE "/PictureCatch.cgi"
#define PLAIN   "/PictureCatch.cgi?username={user}&password={pass}&channel=1&data_type=0"

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* All that is ever sent. */
static const char *const allowed[] = {
    "GET " PAGE, "GET " LAPI, "POST " LOGIN, "POST " PICTURE, "GET " PLAIN, NULL,
};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    vmm_mock_destroy(mock);
}

TestSuite(geovision, .init = set_up, .fini = tear_down);

static const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
}

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

static void expect_status(const char *target, uint32_t status)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .status = status});
}

static void expect_picture(const char *target)
{
    size_t size = 0;
    const char *picture = vmm_expect_fixture(FIXTURES, "picture.jpg", &size);
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = target, .body = picture, .body_size = size});
}

static const struct vmm_mock_result *look_with(const char *options)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

static const char *sent(size_t place)
{
    return vmm_mock_request(mock, place)->body;
}

/* ---- The worlds ---- */

Test(geovision, a_full_look_at_a_camera_is_three_requests)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 3);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_vendor(seen, "world=camera");
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    vmm_expect_absent(seen, VMM_FACT_MODEL, 0);
}

Test(geovision, the_streams_of_a_camera_are_at_8554_and_those_of_the_software_at_554)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_vendor(seen, "rtsp_port=8554");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1, "/CH001.sdp");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 2, "/CH002.sdp");
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = PAGE, .headers = "Server: GeoHttpServer\r\n"});
    seen = look_with("{}");
    vmm_expect_vendor(seen, "rtsp_port=554");
    vmm_expect_absent(seen, VMM_FACT_STREAM_PATH, 1);
}

Test(geovision, a_camera_that_uniview_built_is_handed_over_and_sees_no_login)
{
    expect_status(PAGE, 404);
    expect_status(LAPI, 401);
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "uniview");
    vmm_expect_vendor(seen, "world=lapi");
    vmm_expect_detail(seen, "uniview");
    expect_status(PAGE, 404);
    expect_body(LAPI, fixture("lapi.json"));
    vmm_expect_text(look_with("{}"), VMM_FACT_PROVIDER, 0, "uniview");
    for (size_t i = 0; i < 4; i++) {
        cr_assert_neq(vmm_mock_request(mock, i)->flags & VMM_HTTP_NO_LOGIN, 0);
    }
}

Test(geovision, a_401_to_everything_tells_no_world)
{
    expect_status(PAGE, 401);
    expect_status(LAPI, 401);
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
}

Test(geovision, the_software_is_told_by_its_banner_whatever_the_status)
{
    static const uint32_t statuses[] = {200, 401, 404, 500};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = PAGE,
                                                        .status = statuses[i],
                                                        .headers = "server: GeoHttpServer\r\n"});
        const struct vmm_mock_result *seen = look_with("{}");
        vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
        vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
        vmm_expect_detail(seen, "set the provider rtsp and a path");
    }
}

Test(geovision, a_device_of_another_make_is_none_of_ours)
{
    expect_body(PAGE, "<html>Welcome</html>");
    expect_status(LAPI, 404);
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    cr_assert_eq(seen->observation_count, 0);
}

Test(geovision, a_device_that_is_busy_is_no_other_world)
{
    expect_status(PAGE, 503);
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    expect_status(PAGE, 500);
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER,
                   VMM_REASON_ERROR_STATUS);
}

/* ---- The salted login ---- */

Test(geovision, user_and_password_are_salted_two_ways_by_the_host)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    look_with("{}");
    cr_assert_str_eq(sent(1), "username=&password=&Apply=Apply&umd5={MD5:aB3x{user_lower}9kQz}&"
                              "pmd5={MD5:9kQz{pass_lower}aB3x}&browser=1&is_check_OCX_OK=0");
    uint32_t flags = vmm_mock_request(mock, 1)->flags;
    cr_assert_eq(flags & (VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN),
                 VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN);
}

Test(geovision, newer_firmware_gets_its_token_back)
{
    expect_body(PAGE, fixture("login-token.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_assert_str_eq(sent(1), "username=&password=&Apply=Apply&umd5={MD5:Zz00{user_lower}Yy11}&"
                              "pmd5={MD5:Yy11{pass_lower}Zz00}&browser=&is_check_OCX_OK=0"
                              "&web_login_token=5d41402abc4b&grp=-1");
}

Test(geovision, a_salt_that_is_no_word_never_reaches_a_template)
{
    static const char *const pages[] = {
        "<script>var cc1=\"{pass}\";var cc2=\"9kQz\";</script>",
        "<script>var cc1=\"aB3x\";var cc2=\"&pmd5={pass}\";</script>",
        "<script>var cc1=\"aB3x\";var cc2=\"\";</script>",
        "<script>var cc1=\"aB3x\";var cc2=\"01234567890123456789\";</script>",
        "<script>var cc1=\"aB3x\";var xcc2=\"9kQz\";</script>",
        "<script>var cc1=\"aB3x\";var cc2=\"9kQz",
    };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        expect_body(PAGE, pages[i]);
        expect_status(LAPI, 404);
        vmm_expect_end(look_with("{}"), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    }
}

Test(geovision, a_login_that_opens_no_session_is_a_refused_credential)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("refused.html"));
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 2, "no picture is asked for");
}

Test(geovision, half_a_page_makes_no_other_make_of_it_and_sends_no_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = PAGE,
                                                    .flags = VMM_HTTP_SHORT,
                                                    .body = fixture("login.html")});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(geovision, half_an_answer_to_the_login_condemns_no_password)
{
    expect_body(PAGE, fixture("login.html"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = LOGIN,
                                                    .flags = VMM_HTTP_SHORT,
                                                    .body = "<html><script>var gUser"});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, "");
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(geovision, without_a_credential_the_world_is_told_and_nothing_more)
{
    expect_body(PAGE, fixture("login.html"));
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.no_credential = true});
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING);
    vmm_expect_vendor(seen, "world=camera");
}

Test(geovision, the_session_is_sent_in_a_body_and_told_nowhere)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    const struct vmm_mock_result *seen = look_with("{}");
    cr_assert_str_eq(sent(2), "username=A1B2C3&password=s3ss%21on%20word&data_type=0&attachment=1&"
                              "channel=1&secret=1&key=k3y%2F%2B%3D");
    vmm_expect_nowhere(seen, "s3ss");
    vmm_expect_nowhere(seen, "k3y");
    vmm_expect_nowhere(seen, "A1B2C3");
    cr_assert_null(seen->note);
}

/* ---- The picture ---- */

Test(geovision, what_is_no_picture_judges_no_signal)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    expect_body(PICTURE, "<html>No video</html>");
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
}

static const struct vmm_mock_result *look_at_page(const char *page, const char *options)
{
    expect_body(PAGE, page);
    expect_body(LOGIN, fixture("session.html"));
    expect_picture(PICTURE);
    return look_with(options);
}

#define SALTS "<script>var cc1=\"aB3x\"; var cc2=\"9kQz\";</script>"

/* A video server's picture may be that of a dead input. */
Test(geovision, a_picture_proves_a_signal_only_of_what_is_told_to_be_a_camera)
{
    static const char *const others[] = {
        SALTS,
        "<TITLE>GeoVision Inc.</TITLE>" SALTS "IP Camera",
        "<TITLE>Entrance" SALTS,
        "IP Camera" SALTS "<title>",
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct vmm_mock_result *seen = look_at_page(others[i], "{}");
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
        vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
        vmm_expect_vendor(seen, "picture=1920x1080");
    }
    vmm_expect_number(look_at_page("<title>IP Camera</title>" SALTS, "{}"), VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_number(look_at_page(SALTS, "{\"camera\":true}"), VMM_FACT_SIGNAL, 1, 1);
}

Test(geovision, a_picture_can_be_left_out)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(LOGIN, fixture("session.html"));
    vmm_expect_end(look_with("{\"picture\":false}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

/* ---- Old firmware: the login in the address ---- */

#define IN_QUERY "{\"login\":\"query\"}"

Test(geovision, old_firmware_takes_the_login_in_the_address)
{
    expect_status(PAGE, 404);
    expect_status(LAPI, 404);
    expect_picture(PLAIN);
    const struct vmm_mock_result *seen = look_with(IN_QUERY);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1); /* nothing says that it is a camera */
    cr_assert_neq(vmm_mock_request(mock, 2)->flags & VMM_HTTP_TEMPLATE, 0);
}

Test(geovision, no_picture_to_a_login_in_the_address_is_not_taken_for_a_login)
{
    expect_body(PAGE, fixture("login.html"));
    expect_body(PLAIN, "<html>Error</html>");
    const struct vmm_mock_result *seen = look_with(IN_QUERY);
    vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "may refuse the credential");
}

Test(geovision, a_password_in_the_address_is_not_shown_to_other_worlds)
{
    expect_status(PAGE, 404);
    expect_status(LAPI, 401);
    vmm_expect_text(look_with(IN_QUERY), VMM_FACT_PROVIDER, 0, "uniview");
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

/* ---- A trial, trouble on our side ---- */

Test(geovision, a_trial_needs_no_login)
{
    expect_status(PAGE, 404);
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

static void scenario(struct vmm_mock *other, void *arg)
{
    size_t size = 0;
    const char *picture = vmm_expect_fixture(FIXTURES, "picture.jpg", &size);
    (void)arg;
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = PAGE, .body = fixture("login-token.html")});
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = LOGIN, .body = fixture("session.html")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.body = picture, .body_size = size});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(geovision_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 3);
    cr_assert_str_empty(report);
}
