/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include <kit/fingerprint.h>

#define FRONT  "/"
#define ONVIF  VMM_FINGERPRINT_ONVIF_TARGET
#define XM     "/CGI/Security/sessionLogin?timestamp:1"
#define LILIN  "/server"
#define LAPI   "/LAPI/V1.0/System/DeviceBasicInfo"
#define ISAPI  "/ISAPI/System/deviceInfo"
#define DAHUA  "/cgi-bin/magicBox.cgi?action=getDeviceType"
#define NOBODY VMM_FINGERPRINT_NOBODY
#define DIGEST "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n"

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static const char *const allowed[] = {
    "GET " FRONT, "POST " ONVIF, "GET " XM,     "GET " LILIN, "GET " LAPI,
    "GET " ISAPI, "GET " DAHUA,  "GET " NOBODY, NULL,
};

/* Eight requests at most, and not one of them with a login. */
static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    cr_assert_leq(vmm_mock_request_count(mock), 8);
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_assert_neq(vmm_mock_request(mock, i)->flags & VMM_HTTP_NO_LOGIN, 0);
    }
    vmm_mock_destroy(mock);
}

TestSuite(sampo, .init = set_up, .fini = tear_down);

/* What the device answers at these paths; 404 at all others. */
static void answers(const struct vmm_mock_answer *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        vmm_mock_serve(mock, &list[i]);
    }
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.status = 404});
}

#define ANSWERS(...)                                                                               \
    answers((const struct vmm_mock_answer[]){__VA_ARGS__},                                         \
            sizeof((const struct vmm_mock_answer[]){__VA_ARGS__}) /                                \
                sizeof(struct vmm_mock_answer))

static const struct vmm_mock_result *look(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){0});
}

/* Always unsupported: what is not read is not judged, and what is another's is handed over. */
static void expect_provider(const char *provider, size_t requests)
{
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    if (provider != NULL) {
        vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, provider);
        vmm_expect_detail(seen, provider);
    } else {
        vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    }
    cr_assert_eq(vmm_mock_request_count(mock), requests, "%zu requests",
                 vmm_mock_request_count(mock));
}

/* ---- Whose it is ---- */

#define ONVIF_ANSWER                                                                               \
    "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body>"                     \
    "<tds:GetSystemDateAndTimeResponse xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"/>"     \
    "</e:Body></e:Envelope>"

Test(sampo, a_device_that_speaks_onvif_is_handed_to_it)
{
    ANSWERS({.target = FRONT, .body = "<title>NVR</title>"},
            {.target = ONVIF, .body = ONVIF_ANSWER});
    expect_provider("onvif", 2);
}

Test(sampo, a_device_that_xm_built)
{
    ANSWERS({.target = XM, .body = "{\"salt\":\"a\",\"sessionID\":\"b\",\"statusValue\":200}"});
    expect_provider("xm", 3);
}

Test(sampo, a_device_that_lilin_built)
{
    ANSWERS({.target = LILIN, .body = "Device name=NVR3216\nSoftware Version=1.1.2\n"});
    expect_provider("lilin", 4);
}

Test(sampo, a_device_that_uniview_built)
{
    ANSWERS({.target = LAPI, .status = 401}, {.target = ISAPI, .status = 401, .headers = DIGEST});
    expect_provider("uniview", 6);
}

Test(sampo, a_device_that_hikvision_built)
{
    ANSWERS({.target = ISAPI, .status = 401, .headers = DIGEST});
    expect_provider("hikvision", 7);
}

Test(sampo, a_device_that_dahua_built)
{
    ANSWERS({.target = DAHUA, .status = 401});
    expect_provider("dahua", 8);
}

/* ---- Whose it is not ---- */

Test(sampo, a_device_of_nobody_known_is_not_guessed)
{
    ANSWERS({.target = FRONT, .body = "<html>"});
    expect_provider(NULL, 7);
}

Test(sampo, a_device_that_refuses_its_front_page_is_known_by_what_it_says_alone)
{
    ANSWERS({.target = FRONT, .status = 401, .headers = DIGEST}, {.target = ISAPI, .status = 401});
    expect_provider(NULL, 4);
}

Test(sampo, a_device_that_refuses_every_other_path_is_not_taken_for_a_maker)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = FRONT, .body = "<html>"});
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.status = 401, .headers = DIGEST});
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    vmm_expect_detail(seen, "asks for a login everywhere");
}

Test(sampo, a_lookalike_that_answers_isapi_without_a_login_is_not_guessed)
{
    ANSWERS({.target = ISAPI, .body = "<DeviceInfo><model>x</model></DeviceInfo>"});
    expect_provider(NULL, 7);
}

Test(sampo, what_the_front_page_says_is_shown)
{
    ANSWERS({.target = FRONT,
             .headers = "Server: thttpd/2.25b\r\nWWW-Authenticate: Basic realm=\"DVR\"\r\n",
             .body = "<TITLE>Network Viewer</TITLE>"});
    const struct vmm_mock_result *seen = look();
    vmm_expect_vendor(seen, "server=thttpd/2.25b");
    vmm_expect_vendor(seen, "realm=DVR");
    vmm_expect_vendor(seen, "title=Network Viewer");
}

/* ---- Verdicts only from what answered ---- */

Test(sampo, a_device_that_is_busy_or_fails_is_told_so)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 503});
    vmm_expect_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 500});
    vmm_expect_end(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = ONVIF, .status = 429});
    vmm_expect_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
}

Test(sampo, a_device_that_is_down_is_down)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                    .rung = VMM_RUNG_CONNECT});
    vmm_expect_end(look(), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
}

Test(sampo, a_trial_is_the_front_page)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 401});
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

/* ---- Trouble on our side ---- */

static void scenario(struct vmm_mock *other, void *arg)
{
    (void)arg;
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = DAHUA, .status = 401});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.status = 404, .headers = "Server: x\r\n"});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(sampo_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
}
