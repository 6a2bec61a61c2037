/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include <kit/fingerprint.h>

#define FRONT "/"
#define ONVIF VMM_FINGERPRINT_ONVIF_TARGET

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static const char *const allowed[] = {"GET " FRONT, "POST " ONVIF, NULL};

/* Not one request carries a login. */
static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_assert_neq(vmm_mock_request(mock, i)->flags & VMM_HTTP_NO_LOGIN, 0);
    }
    vmm_mock_destroy(mock);
}

TestSuite(hisharp, .init = set_up, .fini = tear_down);

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

Test(hisharp, a_device_that_speaks_onvif_is_handed_to_it)
{
    ANSWERS({.target = FRONT, .body = "<title>NVR</title>"},
            {.target = ONVIF, .body = ONVIF_ANSWER});
    expect_provider("onvif", 2);
}

/* ---- Whose it is not ---- */

Test(hisharp, a_device_without_onvif_is_not_guessed)
{
    ANSWERS({.target = FRONT, .body = "<html>"});
    expect_provider(NULL, 2);
}

Test(hisharp, a_device_that_refuses_everything_is_not_guessed)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.status = 401});
    expect_provider(NULL, 2);
}

Test(hisharp, what_the_front_page_says_is_shown)
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

Test(hisharp, a_device_that_is_busy_or_fails_is_told_so)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 503});
    vmm_expect_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 500});
    vmm_expect_end(look(), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = ONVIF, .status = 429});
    vmm_expect_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
}

Test(hisharp, a_device_that_is_down_is_down)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_UNREACHABLE,
                                                    .rung = VMM_RUNG_CONNECT});
    vmm_expect_end(look(), VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
}

Test(hisharp, a_trial_is_the_front_page)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = FRONT, .status = 401});
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

/* ---- Trouble on our side ---- */

static void scenario(struct vmm_mock *other, void *arg)
{
    (void)arg;
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = ONVIF, .body = ONVIF_ANSWER});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.status = 404, .headers = "Server: x\r\n"});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(hisharp_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 4);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 2);
    cr_assert_str_empty(report);
}
