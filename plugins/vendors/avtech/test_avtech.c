/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "avtech_parse.h"

#define CAPABILITY  "/cgi-bin/nobody/Machine.cgi?action=get_capability"
#define CLOCK       "/cgi-bin/supervisor/Time.cgi?action=get"
#define RECORDINGS  "/cgi-bin/supervisor/NetworkBk.cgi"
#define PICTURE     "/cgi-bin/guest/Video.cgi?media=JPEG"
#define MONITOR     "/cgi-bin/guest/SmartMonitor.cgi"
#define TAIPEI      "{\"zone\":\"+08:00\"}"
#define NEW_YEAR_US INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC, 08:00 in Taipei */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* All that is ever sent: a POST that asks, nothing with action=set, and no list of accounts. */
static const char *const allowed[] = {
    "GET " CAPABILITY,
    "GET " CLOCK,
    "POST " RECORDINGS,
    "GET " PICTURE,
    "GET " PICTURE "&channel=*",
    "GET " MONITOR,
    NULL,
};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        bool is_post = strcmp(request->method, "POST") == 0;
        cr_assert_neq(request->flags & VMM_HTTP_TO_CLOSE, 0, "%s", request->target);
        cr_assert(!is_post || strncmp(request->body, "action=query&", 13) == 0);
        cr_assert(!is_post || (request->flags & VMM_HTTP_SAFE) != 0);
        cr_assert_not_null(strstr(request->headers, "User-Agent: AVTECH/1.0\r\n"));
    }
    vmm_mock_destroy(mock);
}

TestSuite(avtech, .init = set_up, .fini = tear_down);

static const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
}

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

/* A picture; those of different marks differ in one byte. */
static void expect_picture(const char *target, char mark)
{
    char bytes[256];
    size_t size = 0;
    memcpy(bytes, vmm_expect_fixture(FIXTURES, "picture.jpg", &size), 128);
    cr_assert_lt(size, sizeof(bytes));
    bytes[size - 4] = mark;
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.target = target, .body = bytes, .body_size = size});
}

static const struct vmm_mock_result *look_with(const char *options)
{
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

/* A recorder whose list of recordings is this. */
static const struct vmm_mock_result *look_at_recordings(const char *list)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    expect_body(RECORDINGS, list);
    return look_with(TAIPEI);
}

/* ---- A full look ---- */

Test(avtech, a_full_look_at_a_recorder_is_three_requests)
{
    const struct vmm_mock_result *seen = look_at_recordings(fixture("recordings.txt"));
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 3);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "672");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "1133-1039-1013-1025-0a-0000");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:0e:53:00:00:01");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 4);
    vmm_expect_vendor(seen, "product_type=DVR");
    vmm_expect_vendor(seen, "clock=2024-01-01 08:00:00");
    vmm_expect_absent(seen, VMM_FACT_SERIAL, 0);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "*"), 1, "and no other");
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "model, firmware*"), 1);
}

Test(avtech, a_full_look_at_a_camera_takes_a_picture)
{
    expect_body(CAPABILITY, fixture("capability-camera.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    expect_picture(PICTURE, 'a');
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "AVN80X");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, PICTURE);
}

/* ---- The code of the first line ---- */

Test(avtech, another_code_than_0_is_not_judged)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    expect_body(RECORDINGS, fixture("code.txt"));
    const struct vmm_mock_result *seen = look_with(TAIPEI);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "recordings: the device answers with the code -3");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(avtech, a_code_to_the_first_request_judges_nothing)
{
    expect_body(CAPABILITY, fixture("code.txt"));
    expect_body(CLOCK, fixture("code.txt"));
    expect_body(PICTURE, fixture("code.txt"));
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_MODEL, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
}

Test(avtech, what_has_no_code_is_a_bad_reply)
{
    static const char *const bodies[] = {"", "<html>", "OK\n0\n", "0\nOK\n", "0\nOK\nnothing\n"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        expect_body(CAPABILITY, bodies[i]);
        vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    }
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CAPABILITY, .status = 404});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

/* ---- The login ---- */

Test(avtech, the_public_page_proves_no_login)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CLOCK,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .reason = VMM_REASON_AUTH,
                                                    .status = 401});
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "672");
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
    cr_assert_eq(vmm_mock_request(mock, 1)->flags & VMM_HTTP_NO_LOGIN, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
}

/* So a device answers that boots: whether the login is good, only a login tells. */
Test(avtech, a_refusal_of_the_public_page_is_none_of_the_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CAPABILITY, .status = 401});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CLOCK,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .reason = VMM_REASON_AUTH,
                                                    .status = 401});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 2);
    cr_assert_eq(vmm_mock_request(mock, 1)->flags & VMM_HTTP_NO_LOGIN, 0);
}

Test(avtech, where_the_public_page_is_closed_the_rest_is_read)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CAPABILITY, .status = 401});
    expect_body(CLOCK, fixture("time.txt"));
    expect_body(RECORDINGS, fixture("code.txt"));
    const struct vmm_mock_result *seen = look_with(TAIPEI);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0);
    vmm_expect_detail(seen, "capability: the public page asks for a login");
    vmm_expect_absent(seen, VMM_FACT_MODEL, 0);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    cr_assert_not_null(vmm_mock_find(seen, VMM_FACT_CLOCK_OFFSET, 0));
}

Test(avtech, a_guest_is_proven_by_a_picture_and_asked_for_nothing_else)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_picture(PICTURE, 'a');
    const struct vmm_mock_result *seen = look_with("{\"level\":\"guest\"}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
}

Test(avtech, a_trial_is_the_public_page)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = CAPABILITY, .status = 401});
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

/* ---- The clock ---- */

Test(avtech, the_clock_counts_where_the_zone_is_known)
{
    const struct vmm_mock_result *seen = look_at_recordings(fixture("recordings.txt"));
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_assert(offset > -100 && offset <= 0, "%lld", (long long)offset);
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
    expect_body(CAPABILITY, fixture("capability-camera.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    vmm_expect_absent(look_with("{\"pictures\":\"none\"}"), VMM_FACT_CLOCK_OFFSET, 0);
}

Test(avtech, a_clock_a_dst_hour_off_is_an_offset_of_that_hour)
{
    expect_body(CAPABILITY, fixture("capability-camera.txt"));
    expect_body(CLOCK, "0\nOK\n2024/01/01 Mon 09:00:00\n");
    const struct vmm_mock_result *seen = look_with("{\"pictures\":\"none\",\"zone\":\"+08:00\"}");
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_assert(offset > 3599000 && offset <= 3600000, "%lld", (long long)offset);
}

Test(avtech, a_time_that_is_none_is_not_judged)
{
    static const char *const times[] = {"0\nOK\n", "0\nOK\n2024/02/30 Fri 08:00:00\n",
                                        "0\nOK\n08:00:00\n"};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        expect_body(CAPABILITY, fixture("capability-dvr.txt"));
        expect_body(CLOCK, times[i]);
        const struct vmm_mock_result *seen = look_with(TAIPEI);
        vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
        vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    }
}

Test(avtech, a_zone_that_is_none_is_told)
{
    const struct vmm_mock_result *seen = look_with("{\"zone\":\"Taipei\"}");
    vmm_expect_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
    vmm_expect_detail(seen, "zone");
}

/* ---- Recordings ---- */

Test(avtech, the_newest_recording_of_each_channel_counts_by_the_devices_clock)
{
    const struct vmm_mock_result *seen = look_at_recordings(fixture("recordings.txt"));
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 90);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NEWEST, 2); /* an hour old: may be under way */
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 3, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 4);
    vmm_expect_vendor(seen, "lines_not_known=1");
}

Test(avtech, a_begin_accuses_only_where_no_recording_lasts_that_long)
{
    const struct vmm_mock_result *seen =
        look_at_recordings("0\nOK\nSYSTEM 1 2024/01/01 07:20:00\nSYSTEM 2 2024/01/01 07:45:00\n"
                           "SYSTEM 3 2023/12/31 08:00:00\nSYSTEM 4 2023/12/29 08:00:00\n");
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 900);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NEWEST, 3);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 4, 3 * 86400);
}

Test(avtech, footage_of_tomorrow_is_not_judged)
{
    const struct vmm_mock_result *seen =
        look_at_recordings("0\nOK\nMOTION 1 2024/01/02 08:00:00\nMOTION 2 2024/01/01 08:00:30\n");
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 0);
}

Test(avtech, lines_that_are_no_recordings_are_left_out)
{
    const struct vmm_mock_result *seen = look_at_recordings(
        "0\r\nOK\r\nMOTION 0 2024/01/01 07:00:00\r\nMOTION 99 2024/01/01 07:00:00\r\nMOTION\r\n"
        "MOTION 1\r\nMOTION 1 2024/13/01 07:00:00\r\n\r\nMOTION  2   2024/01/01   07:59:00\r\n");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 60);
    vmm_expect_vendor(seen, "lines_not_known=5");
}

Test(avtech, an_empty_list_judges_nothing)
{
    const struct vmm_mock_result *seen = look_at_recordings("0\nOK\n");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

/* ---- Pictures of a recorder, and what stands in place of one ---- */

#define ALL "{\"pictures\":\"all\",\"recordings\":false}"

Test(avtech, no_picture_of_a_recorder_proves_a_signal)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    expect_picture(PICTURE "&channel=1", 'a');
    expect_picture(PICTURE "&channel=2", 'p');
    expect_picture(PICTURE "&channel=3", 'c');
    expect_picture(PICTURE "&channel=4", 'p');
    const struct vmm_mock_result *seen = look_with(ALL);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    for (uint32_t i = 1; i <= 4; i++) {
        vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, i);
    }
    cr_assert_eq(
        vmm_expect_count(seen, VMM_FACT_FINDING, "channels 2 and 4 give the very same picture"), 1);
}

Test(avtech, what_may_be_a_recorder_is_asked_for_no_picture)
{
    static const char *const kinds[] = {
        "Product.Type=NVR\nVideo.Input.Num=1\n", "Product.Type=HDVR\n",
        "Product.Type=BOX\nVideo.Input.Num=4\n", "Video.Input.Num=16\n"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        char body[128];
        snprintf(body, sizeof(body), "0\nOK\n%s", kinds[i]);
        expect_body(CAPABILITY, body);
        expect_body(CLOCK, fixture("time.txt"));
        vmm_expect_absent(look_with("{\"recordings\":false}"), VMM_FACT_SIGNAL, 1);
        cr_assert_eq(vmm_mock_request_count(mock), 2 * (i + 1), "%s", kinds[i]);
    }
}

Test(avtech, what_is_no_picture_judges_no_signal)
{
    static const char *const bodies[] = {"<html>", "", "-3\nERROR\n", "\xFF\xD8\xFF\xE0half"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        expect_body(CAPABILITY, fixture("capability-camera.txt"));
        expect_body(CLOCK, fixture("time.txt"));
        expect_body(PICTURE, bodies[i]);
        const struct vmm_mock_result *seen = look_with("{}");
        vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
        vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
        vmm_expect_absent(seen, VMM_FACT_SNAPSHOT_PATH, 1);
    }
}

/* ---- The monitor that never ends ---- */

Test(avtech, the_heartbeat_is_read_from_the_beginning_of_an_answer_without_an_end)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = MONITOR,
                                                    .flags = VMM_HTTP_CUT,
                                                    .body = fixture("monitor.txt")});
    const struct vmm_mock_result *seen = look_with("{\"monitor\":true,\"recordings\":false}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_vendor(seen, "smart_monitor=Alive");
    const struct vmm_mock_request *request = vmm_mock_request(mock, 2);
    cr_assert_neq(request->flags & VMM_HTTP_ENDLESS, 0);
    cr_assert_leq(request->max_bytes, 4096);
    cr_assert(request->timeout_ms > 0 && request->timeout_ms <= 3000);
}

Test(avtech, a_monitor_without_a_heartbeat_is_not_judged)
{
    expect_body(CAPABILITY, fixture("capability-dvr.txt"));
    expect_body(CLOCK, fixture("time.txt"));
    expect_body(MONITOR, "0\nOK\n");
    vmm_expect_end(look_with("{\"monitor\":true,\"recordings\":false}"), VMM_OUTCOME_PARTIAL,
                   VMM_RUNG_PARSE, 0);
}

/* ---- Trouble on our side ---- */

static void scenario(struct vmm_mock *other, void *arg)
{
    (void)arg;
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = CAPABILITY,
                                                    .body = fixture("capability-dvr.txt")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = CLOCK, .body = fixture("time.txt")});
    vmm_mock_serve(
        other, &(struct vmm_mock_answer){.target = RECORDINGS, .body = fixture("recordings.txt")});
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.target = MONITOR, .body = fixture("monitor.txt")});
    vmm_mock_serve(other, &(struct vmm_mock_answer){.body = "no picture"});
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other,
                      &(struct vmm_mock_ask){.options = "{\"monitor\":true,\"pictures\":\"all\"}"});
    }
}

Test(avtech_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 20);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
}
