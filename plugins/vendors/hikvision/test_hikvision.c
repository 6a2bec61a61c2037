/* SPDX-License-Identifier: MIT */
/* Courses of looks: what is asked of cameras and recorders, logins, and what is refused. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

TestSuite(hikvision, .init = begin, .fini = done);

Test(hikvision, the_first_look_at_a_recorder_is_eight_requests)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 8);
    assert_text(seen, VMM_FACT_MODEL, 0, "DS-7616NI-Q2/16P");
    assert_text(seen, VMM_FACT_FIRMWARE, 0, "V4.30.097 build 240401");
    assert_text(seen, VMM_FACT_MAC, 0, "44:a6:42:00:00:01");
    assert_text(seen, VMM_FACT_BRAND, 0, "hikvision");
    assert_text(seen, VMM_FACT_HOSTNAME, 0, "Gate & Yard");
    cr_assert_str_eq(fact(seen, VMM_FACT_SERIAL, 0)->text,
                     "DS-7616NI-Q2/16P1620210101CCRRE00000000WCVU");
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_LOCKED, 0)->number, 0);
}

Test(hikvision, later_looks_leave_out_what_is_not_offered_and_take_the_rest_in_turn)
{
    serve("/ISAPI/System/workingstatus/chanStatus", fixture("work.json"));
    serve_recorder();
    look();
    for (int i = 0; i < 16; i++) {
        size_t before = vmm_mock_request_count(mock);
        assert_outcome(look_again(), VMM_OUTCOME_OK, 0);
        cr_assert_leq(vmm_mock_request_count(mock) - before, 8, "look %d: %zu", i,
                      vmm_mock_request_count(mock) - before);
    }
    cr_assert_eq(count_asked("/ISAPI/Security/userCheck"), 1);
    cr_assert_eq(count_asked("/ISAPI/System/Video/inputs/channels"), 1);
    cr_assert_eq(count_asked("/ISAPI/System/time/ntpServers"), 2);
    cr_assert_eq(count_asked("/ISAPI/System/status"), 2);
    cr_assert_geq(count_asked("/ISAPI/ContentMgmt/search"), 16);
}

Test(hikvision, a_refusal_is_forgotten_after_two_hundred_looks)
{
    serve_recorder();
    look();
    for (int i = 0; i < 200; i++) {
        look_again();
    }
    cr_assert_eq(count_asked("/ISAPI/System/Video/inputs/channels"), 2);
}

Test(hikvision, a_camera_is_asked_little_once_it_is_known)
{
    serve_camera();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    assert_text(seen, VMM_FACT_MODEL, 0, "DS-2CD2146G2-ISU");
    assert_text(seen, VMM_FACT_CHANNEL_NAME, 1, "Entrance");
    assert_absent(seen, VMM_FACT_SIGNAL, 1);
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
    assert_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, "/ISAPI/Streaming/channels/101/picture");
    assert_text(seen, VMM_FACT_STREAM_PATH, 101, "/Streaming/Channels/101");
    assert_text(seen, VMM_FACT_STREAM_PATH, 102, "/Streaming/Channels/102");
    size_t before = vmm_mock_request_count(mock);
    look_again();
    cr_assert_leq(vmm_mock_request_count(mock) - before, 5);
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/search"), 0, "there is no card");
}

Test(hikvision, an_oem_recorder_that_calls_itself_a_camera_is_a_recorder)
{
    serve("/ISAPI/System/deviceInfo", fixture("identity-oem.xml"));
    serve("/ISAPI/ContentMgmt/Storage", fixture("storage-none.xml"));
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_MODEL, 0, "NVR-216MH-C");
    assert_text(seen, VMM_FACT_MAC, 0, "a4:14:37:00:00:02");
    assert_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
}

Test(hikvision, firmware_from_before_the_prefix_is_found_without_it)
{
    static const char *const paths[] = {"/System/deviceInfo", "/System/time"};
    serve_status("/ISAPI*", 404, "");
    serve(paths[0], fixture("identity-camera.xml"));
    serve(paths[1], fixture("time-taipei.xml"));
    serve_status("/*", 404, "");
    assert_outcome(look(), VMM_OUTCOME_OK, 0);
    size_t before = count_asked("/ISAPI/System/deviceInfo");
    assert_outcome(look_again(), VMM_OUTCOME_OK, 0);
    cr_assert_eq(count_asked("/ISAPI/System/deviceInfo"), before, "the note knows");
}

Test(hikvision, a_device_without_isapi_is_another_make)
{
    serve_status("/*", 404, "<html>not found</html>");
    assert_outcome(look(), VMM_OUTCOME_UNSUPPORTED, 0);
}

Test(hikvision, a_look_alike_is_told_and_not_judged)
{
    serve("/ISAPI/System/deviceInfo", fixture("identity-nvr.xml"));
    serve_status("/*", 400, "");
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_UNSUPPORTED, 0);
    cr_assert_not_null(strstr(fact(seen, VMM_FACT_FINDING, 0)->text, "look-alike"));
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
}

/* ---- Logins ---- */

static void refuse(const char *target, const char *body)
{
    vmm_mock_serve(mock, &(struct vmm_mock_answer){.target = target,
                                                   .outcome = VMM_OUTCOME_AUTH,
                                                   .rung = VMM_RUNG_AUTHENTICATE,
                                                   .reason = VMM_REASON_AUTH,
                                                   .status = 401,
                                                   .body = body});
}

Test(hikvision, a_wrong_password_costs_one_request_and_tells_the_tries_left)
{
    refuse("/*", fixture("check-bad.xml"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_TRIES, 0)->number, 2);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_LOCKED, 0)->number, 0);
}

Test(hikvision, a_lock_is_told_with_the_time_it_lasts)
{
    refuse("/*", fixture("check-locked.xml"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH, VMM_REASON_LOCKED);
    assert_fault(seen, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_UNLOCK, 0)->number, 1740);
}

Test(hikvision, a_lock_told_by_403_is_a_lock)
{
    serve_status("/ISAPI/Security/userCheck", 403, fixture("check-locked.xml"));
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_AUTH, VMM_REASON_LOCKED);
    cr_assert_eq(fact(seen, VMM_FACT_LOGIN_UNLOCK, 0)->number, 1740);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(hikvision, after_a_refusal_the_login_is_asked_first_again)
{
    serve_recorder();
    look();
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .status = 401,
                                                    .body = ""});
    assert_outcome(look_again(), VMM_OUTCOME_AUTH, 0);
    look_again();
    cr_assert_eq(count_asked("/ISAPI/Security/userCheck"), 2);
}

Test(hikvision, basic_is_answered_only_when_the_operator_allows_it)
{
    serve_camera();
    look();
    cr_assert_eq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_BASIC_OK, 0);
    size_t first = vmm_mock_request_count(mock);
    look_with("{\"basic\":true}");
    cr_assert_neq(vmm_mock_request(mock, first)->flags & VMM_HTTP_BASIC_OK, 0);
}

Test(hikvision, a_trial_is_one_request_without_a_login)
{
    serve_status("/ISAPI/System/deviceInfo", 401, "");
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL});
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    cr_assert_eq(seen->rung, VMM_RUNG_ANSWER);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}

/* ---- Error bodies ---- */

Test(hikvision, not_supported_is_no_matter_of_the_login)
{
    serve_status("/ISAPI/System/time", 403, fixture("response-notsupport.xml"));
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    assert_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(hikvision, a_part_the_account_may_not_read_is_not_judged)
{
    serve_status("/ISAPI/ContentMgmt/Storage", 403, fixture("response-lowprivilege.xml"));
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    cr_assert_not_null(strstr(seen->detail, "lowPrivilege"), "%s", seen->detail);
    assert_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(hikvision, a_busy_device_is_left_alone)
{
    serve("/ISAPI/System/deviceInfo", fixture("response-busy.xml"));
    serve_recorder();
    assert_outcome(look(), VMM_OUTCOME_LIMIT, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

Test(hikvision, a_device_error_in_one_part_leaves_the_others)
{
    serve_status("/ISAPI/ContentMgmt/Storage", 500, fixture("response-deviceerror.xml"));
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    cr_assert_not_null(strstr(seen->detail, "deviceError"), "%s", seen->detail);
    fact(seen, VMM_FACT_SIGNAL, 1);
}

Test(hikvision, garbage_and_nothing_are_a_bad_reply)
{
    serve("/ISAPI/Security/userCheck", fixture("check-good.xml"));
    serve("/ISAPI/System/deviceInfo", "\x01\x02garbage");
    assert_outcome(look(), VMM_OUTCOME_BAD_REPLY, 0);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = ""});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = ""});
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_BAD_REPLY, 0);
    cr_assert_str_eq(seen->detail, "identity: the answer is empty");
}

Test(hikvision, an_answer_cut_short_is_not_half_read)
{
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>false</online>"
          "</InputProxyChannelStatus><InputProxyChan");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    assert_absent(seen, VMM_FACT_SIGNAL, 1);
}

Test(hikvision, a_new_firmware_that_is_not_understood_is_a_finding)
{
    serve_recorder();
    look();
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){
                        .target = "/ISAPI/System/deviceInfo",
                        .body = "<DeviceInfo><model>X</model><firmwareVersion>V9"
                                "</firmwareVersion><deviceType>NVR</deviceType></DeviceInfo>"});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = "{\"time\":\"new words\"}"});
    const struct vmm_mock_result *seen = look_again();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    cr_assert_not_null(strstr(fact(seen, VMM_FACT_FINDING, 0)->text, "firmware is new"));
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *on, void *arg)
{
    (void)arg;
    mock = on;
    serve("/ISAPI/System/workingstatus/chanStatus",
          "{\"ChanStatus\":[{\"chanNo\":1,\"record\":1}]}");
    serve_camera();
    if (vmm_mock_open(on) == 0) {
        vmm_mock_look(on, &(struct vmm_mock_ask){0});
    }
}

Test(hikvision_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 10);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 5);
    cr_assert_str_empty(report);
}
