/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "reolink_parse.h"

#define KIND      "/cgi-bin/api.cgi?cmd=GetDevInfo"
#define LOGIN     "/cgi-bin/api.cgi?cmd=Login"
#define TOKEN     "&token=6dfb0cf6c3d5e6a"
#define DEVICE    "/cgi-bin/api.cgi?cmd=GetDevInfo" TOKEN
#define SCHEDULES "/cgi-bin/api.cgi?cmd=GetRecV20" TOKEN
#define FOOTAGE   "/cgi-bin/api.cgi?cmd=Search" TOKEN
#define PICTURE   "/cgi-bin/api.cgi?cmd=Snap&channel=0&rs=vmm" TOKEN
#define LOGOUT    "/cgi-bin/api.cgi?cmd=Logout" TOKEN
#define NEW_YEAR  INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
    vmm_mock_set_wall(mock, NEW_YEAR);
}

/* All that is ever sent: commands that read, and the session's begin and end. */
static const char *const allowed[] = {"GET /",        "POST " KIND,      "POST " LOGIN,
                                      "POST " DEVICE, "POST " SCHEDULES, "POST " FOOTAGE,
                                      "GET " PICTURE, "POST " LOGOUT,    NULL};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const char *body = vmm_mock_request(mock, i)->body;
        cr_assert(body == NULL || strstr(body, "\"Set") == NULL, "%s", body);
    }
    vmm_mock_destroy(mock);
}

TestSuite(reolink, .init = set_up, .fini = tear_down);

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

static void expect_file(const char *target, const char *name)
{
    expect_body(target, vmm_expect_fixture(FIXTURES, name, NULL));
}

/* At a device that was read before. */
static const struct vmm_mock_result *look_with(const char *options)
{
    static const uint8_t known[11] = {2};
    return vmm_mock_look(mock, &(struct vmm_mock_ask){
                                   .options = options, .note = known, .note_size = sizeof(known)});
}

/* A recorder with one answer other than usual; NULL: the usual one. */
static const struct vmm_mock_result *look_at_with(const char *device, const char *schedules,
                                                  const char *options)
{
    expect_file(LOGIN, "login.json");
    device == NULL ? expect_file(DEVICE, "recorder.json") : expect_body(DEVICE, device);
    expect_file(SCHEDULES, schedules == NULL ? "schedules.json" : schedules);
    expect_body(LOGOUT, "[{\"cmd\":\"Logout\",\"code\":0,\"value\":{\"rspCode\":200}}]");
    return look_with(options);
}

static const struct vmm_mock_result *look_at(const char *device, const char *schedules)
{
    return look_at_with(device, schedules, "{\"search\":false}");
}

#define WEEK 168

#define INFO(type)                                                                                 \
    "[{\"cmd\":\"GetDevInfo\",\"code\":0,\"value\":{\"DevInfo\":{\"model\":\"M\",\"type\":\"" type \
    "\",\"channelNum\":4}}},"

/* ---- A full look ---- */

Test(reolink, a_full_look_at_a_recorder_is_five_requests)
{
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "recorder.json");
    expect_file(SCHEDULES, "schedules.json");
    expect_file(FOOTAGE, "search.json");
    expect_body(LOGOUT, "[{\"cmd\":\"Logout\",\"code\":0,\"value\":{\"rspCode\":200}}]");
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "RLN16-410");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "v3.0.0.59_20080734");
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "00000000000000");
    vmm_expect_text(seen, VMM_FACT_HOSTNAME, 0, "Warehouse");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "ec:71:db:00:00:01");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 16);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 1);
    vmm_expect_vendor(seen, "rtsp_port=554");
    vmm_expect_vendor(seen, "hardware=H3MB18");
    vmm_expect_vendor(seen, "type=NVR");
    vmm_expect_nowhere(seen, "6dfb0cf6c3d5e6a");
    const struct vmm_mock_request *login = vmm_mock_request(mock, 0);
    cr_expect_eq(login->flags & (VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN),
                 VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN);
    cr_expect_not_null(strstr(login->headers, "application/json"), "so the password is escaped");
    cr_expect_not_null(strstr(login->body, "\"password\":\"{pass}\""));
}

Test(reolink, a_full_look_at_a_camera_takes_a_picture)
{
    size_t size = 0;
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "camera.json");
    expect_file(SCHEDULES, "schedules.json");
    const char *picture = vmm_expect_fixture(FIXTURES, "picture.jpg", &size);
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = PICTURE, .body = picture, .body_size = size});
    expect_body(LOGOUT, "[]");
    const struct vmm_mock_result *seen = look_with("{\"search\":false}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "RLC-810A");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 11, "/Preview_01_main");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 12, "/Preview_01_sub");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 0);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(reolink, an_answer_that_is_no_picture_judges_no_signal)
{
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "camera.json");
    expect_file(SCHEDULES, "schedules.json");
    expect_body(PICTURE, "[{\"cmd\":\"Snap\",\"code\":1,\"error\":{\"rspCode\":-48}}]");
    expect_body(LOGOUT, "[]");
    const struct vmm_mock_result *seen = look_with("{\"search\":false}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 1);
}

Test(reolink, a_trial_makes_no_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/", .status = 401});
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_expect_eq(vmm_mock_request(mock, 0)->flags & (VMM_HTTP_NO_LOGIN | VMM_HTTP_TEMPLATE),
                 VMM_HTTP_NO_LOGIN);
}

/* ---- Logins ---- */

static const struct vmm_mock_result *look_refused(int code, const char *detail)
{
    char body[256];
    snprintf(body, sizeof(body),
             "[{\"cmd\":\"Login\",\"code\":%d,\"error\":{\"rspCode\":%d,\"detail\":\"%s\"}}]",
             code == -7 ? 0 : 1, code, detail);
    expect_body(LOGIN, body);
    return look_with("{}");
}

Test(reolink, each_error_of_the_login_has_its_outcome)
{
    vmm_expect_end(look_refused(-7, "login failed"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
                   VMM_REASON_AUTH);
    vmm_expect_end(look_refused(-502, ""), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
                   VMM_REASON_AUTH);
    vmm_expect_end(look_refused(-1, "invalid user"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE,
                   VMM_REASON_AUTH);
    vmm_expect_end(look_refused(-5, "max session"), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    vmm_expect_end(look_refused(-105, ""), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    vmm_expect_end(look_refused(-99, "device offline"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(reolink, a_lock_is_told_as_a_lock)
{
    const struct vmm_mock_result *seen = look_refused(-506, "");
    vmm_expect_end(seen, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED);
    vmm_expect_fault(seen, VMM_FACT_LOGIN_LOCKED, 0, VMM_REASON_LOCKED);
    vmm_expect_end(look_refused(-1, "Login has been locked, please try later"), VMM_OUTCOME_AUTH,
                   VMM_RUNG_AUTHENTICATE, VMM_REASON_LOCKED);
}

Test(reolink, a_device_that_wants_https_is_not_asked_again)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = LOGIN, .status = 300});
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "HTTPS");
}

Test(reolink, another_make_is_not_shown_the_password)
{
    static const struct vmm_mock_answer others[] = {
        {.target = KIND, .status = 404},
        {.target = KIND, .status = 300},
        {.target = KIND, .body = "<html>Welcome</html>"},
        {.target = KIND, .body = "{\"error\":\"unknown\"}"},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        vmm_mock_answer(mock, &others[i]);
        const struct vmm_mock_result *seen =
            vmm_mock_look(mock, &(struct vmm_mock_ask){.options = "{}"});
        vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
        cr_expect_eq(vmm_mock_request(mock, i)->flags & VMM_HTTP_TEMPLATE, 0);
    }
    cr_expect_eq(vmm_mock_request_count(mock), 4);
}

Test(reolink, a_broken_answer_makes_no_other_make_of_it)
{
    static const struct vmm_mock_answer broken[] = {
        {.target = KIND, .flags = VMM_HTTP_SHORT, .body = "[{\"cmd\":\"GetDev"},
        {.target = KIND, .flags = VMM_HTTP_CUT, .body = "[{\"cmd\":\"GetDev\"}] and more"},
        {.target = KIND, .body = "[{\"cmd\":\"GetDev"},
    };
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        vmm_mock_answer(mock, &broken[i]);
        const struct vmm_mock_result *seen =
            vmm_mock_look(mock, &(struct vmm_mock_ask){.options = "{}"});
        vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
        cr_expect_eq(vmm_mock_request(mock, i)->flags & VMM_HTTP_TEMPLATE, 0);
    }
}

Test(reolink, a_token_that_would_change_the_query_is_none)
{
    expect_body(LOGIN,
                "[{\"cmd\":\"Login\",\"code\":0,\"value\":{\"Token\":{\"name\":\"a&cmd=Set\"}}}]");
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
}

Test(reolink, a_bad_answer_is_told_after_the_logout)
{
    static const char *const bad[] = {"<html></html>", "[]", "[{\"cmd\":\"GetDevInfo\"}]",
                                      "[{\"cmd\":\"GetTime\",\"code\":0,\"value\":{}}]",
                                      "[{\"cmd\":\"GetDevInfo\",\"error\":{\"rspCode\":-6}}]"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect_file(LOGIN, "login.json");
        expect_body(DEVICE, bad[i]);
        expect_body(LOGOUT, "[]");
        const struct vmm_mock_result *seen = look_with("{}");
        vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
        cr_expect_eq(seen->observation_count, 0);
    }
}

/* ---- Facts ---- */

Test(reolink, lost_channels_are_faults_and_empty_slots_are_not)
{
    const struct vmm_mock_result *seen =
        look_at(INFO("NVR") "{\"cmd\":\"GetChannelstatus\",\"code\":0,\"value\":{\"count\":4,"
                            "\"status\":[{\"channel\":0,\"name\":\"A\",\"online\":1},"
                            "{\"channel\":1,\"name\":\"\",\"online\":0,\"typeInfo\":\"RLC\"},"
                            "{\"channel\":2,\"name\":\"\",\"online\":0,\"typeInfo\":\"\"},"
                            "{\"channel\":3,\"name\":\"B\",\"online\":1,\"sleep\":1},"
                            "{\"channel\":64,\"name\":\"C\",\"online\":1}]}}]",
                NULL);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 1, "A");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_MODEL, 2, "RLC");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 2, "offline");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 3);
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 3, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 4);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 4, "asleep");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 65);
    vmm_expect_absent(seen, VMM_FACT_STREAM_PATH, 31);
}

Test(reolink, a_disk_is_well_when_it_is_formatted_and_mounted)
{
    const struct vmm_mock_result *seen =
        look_at(INFO("NVR") "{\"cmd\":\"GetHddInfo\",\"code\":0,\"value\":{\"HddInfo\":["
                            "{\"capacity\":938610,\"format\":1,\"mount\":1,\"size\":0},"
                            "{\"format\":0,\"mount\":0},{\"format\":1,\"mount\":0},{}]}},"
                            "{\"cmd\":\"GetChannelstatus\",\"code\":0,\"value\":{\"status\":["
                            "{\"channel\":0,\"name\":\"A\",\"online\":1}]}}]",
                NULL);
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "mounted");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1, INT64_C(938610) << 20);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 1, 0);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 2, VMM_REASON_DISK_FAULT);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 3, VMM_REASON_DISK_FAULT);
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 4);
}

#define NO_DISK(kind, list)                                                                        \
    INFO(kind)                                                                                     \
    "{\"cmd\":\"GetHddInfo\",\"code\":0,\"value\":{" list "}},"                                    \
    "{\"cmd\":\"GetChannelstatus\",\"code\":0,\"value\":{\"status\":["                             \
    "{\"channel\":0,\"name\":\"A\",\"online\":1}]}}]"

Test(reolink, a_recorder_without_any_disk_is_a_fault_and_a_camera_without_a_card_is_none)
{
    const struct vmm_mock_result *seen = look_at(NO_DISK("NVR", "\"HddInfo\":[]"), NULL);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
    seen = look_at_with(NO_DISK("IPC", "\"HddInfo\":[]"), NULL,
                        "{\"search\":false,\"picture\":false}");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
    seen = look_at(NO_DISK("NVR", "\"HddInfo\":7"), NULL);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

#define AT_NOON                                                                                    \
    "{\"cmd\":\"GetTime\",\"code\":0,\"value\":{\"Time\":{\"year\":2024,\"mon\":1,\"day\":1,"      \
    "\"hour\":12,\"min\":0,\"sec\":0,\"timeZone\":0}}},"

/* Nothing is searched where nothing can have been recorded; no other request is expected here. */
Test(reolink, without_any_disk_no_footage_is_missing)
{
    const struct vmm_mock_result *seen = look_at_with(
        INFO("NVR") AT_NOON "{\"cmd\":\"GetHddInfo\",\"code\":0,\"value\":{\"HddInfo\":[]}},"
                            "{\"cmd\":\"GetChannelstatus\",\"code\":0,\"value\":{\"status\":["
                            "{\"channel\":0,\"name\":\"A\",\"online\":1}]}}]",
        NULL, "{\"expect_disk\":false}");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

#define TIME(hour, zone, dst)                                                                      \
    INFO("IPC")                                                                                    \
    "{\"cmd\":\"GetTime\",\"code\":0,\"value\":{\"Dst\":{\"enable\":" dst                          \
    ",\"offset\":1},\"Time\":{\"year\":2024,\"mon\":1,\"day\":1,\"hour\":" hour                    \
    ",\"min\":0,\"sec\":0,\"timeZone\":" zone "}}}]"

static const struct vmm_mock_result *look_at_clock(const char *device, const char *options)
{
    expect_file(LOGIN, "login.json");
    expect_body(DEVICE, device);
    expect_file(SCHEDULES, "schedules.json");
    expect_body(LOGOUT, "[]");
    vmm_mock_set_wall(mock, NEW_YEAR);
    return look_with(options);
}

#define PLAIN "\"search\":false,\"picture\":false"

Test(reolink, the_sign_of_the_zone_may_be_either)
{
    static const char *const clocks[] = {TIME("8", "28800", "0"), TIME("8", "-28800", "0"),
                                         TIME("9", "28800", "1")};
    for (size_t i = 0; i < 3; i++) {
        const struct vmm_mock_result *seen = look_at_clock(clocks[i], "{" PLAIN "}");
        int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
        cr_expect(offset > -2000 && offset < 2000, "%lld", (long long)offset);
        vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
        vmm_expect_number(seen, VMM_FACT_CLOCK_DST, 0, i == 2);
    }
    const struct vmm_mock_result *seen = look_at_clock(TIME("13", "28800", "0"), "{" PLAIN "}");
    vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    vmm_expect_vendor(seen, "clock=2024-01-01 13:00:00");
}

Test(reolink, a_clock_is_judged_whole_where_the_operator_names_its_zone)
{
    const struct vmm_mock_result *seen =
        look_at_clock(TIME("13", "28800", "0"), "{\"zone\":\"+08:00\"," PLAIN "}");
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_expect(offset > 5 * 3600000 - 2000 && offset < 5 * 3600000 + 2000, "%lld",
              (long long)offset);
}

Test(reolink, the_schedule_tells_how_a_channel_is_recorded)
{
    const struct vmm_mock_result *seen = look_at(NULL, "schedules.json");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 3, "motion");
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 1);
    vmm_expect_vendor(seen, "save_days=30");
    const char *body = vmm_mock_request(mock, 2)->body;
    cr_expect_str_eq(body, "[{\"cmd\":\"GetRecV20\",\"action\":0,\"param\":{\"channel\":0}},"
                           "{\"cmd\":\"GetRecV20\",\"action\":0,\"param\":{\"channel\":2}}]");
    seen = look_at(NULL, "schedules-more.json");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "off");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "schedule");
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_MODE, 3);
    seen = look_at(NULL, "schedules-sight.json");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "event"); /* on people alone */
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_MODE, 3);      /* on nothing that is known */
}

/* Such a schedule may say anything: motion beside it does not make the mode. */
Test(reolink, a_schedule_of_another_form_is_not_judged)
{
    char marks[WEEK + 1];
    char body[512];
    memset(marks, '1', WEEK);
    marks[WEEK] = '\0';
    snprintf(body, sizeof(body),
             "[{\"cmd\":\"GetRecV20\",\"code\":0,\"value\":{\"Rec\":{\"enable\":1,\"schedule\":"
             "{\"channel\":0,\"table\":{\"MD\":\"%s\",\"TIMING\":\"1111\"}}}}}]",
             marks);
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "recorder.json");
    expect_body(SCHEDULES, body);
    expect_body(LOGOUT, "[]");
    vmm_expect_unjudged(look_with("{\"search\":false}"), VMM_FACT_RECORDING_MODE, 1);
}

Test(reolink, a_recorder_without_cameras_is_asked_for_no_schedule)
{
    expect_file(LOGIN, "login.json");
    expect_body(DEVICE, INFO("NVR") "{\"cmd\":\"GetChannelstatus\",\"code\":0,"
                                    "\"value\":{\"count\":4,\"status\":[]}}]");
    expect_body(LOGOUT, "[]");
    look_with("{\"search\":false}");
    cr_expect_eq(vmm_mock_request_count(mock), 3);
}

Test(reolink, the_newest_file_counts_by_the_devices_clock_one_channel_a_look)
{
    uint8_t note[VMM_NOTE_MAX] = {2};
    size_t size = 11;
    for (uint32_t look = 0; look < 3; look++) {
        expect_file(LOGIN, "login.json");
        expect_file(DEVICE, "recorder.json");
        expect_file(SCHEDULES, "schedules.json");
        expect_file(FOOTAGE, "search.json");
        expect_body(LOGOUT, "[]");
        const struct vmm_mock_result *seen = vmm_mock_look(
            mock, &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = size});
        uint32_t channel = look % 2 == 0 ? 1 : 3;
        vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, channel, 90);
        const char *body = vmm_mock_request(mock, look * 5 + 3)->body;
        char part[32];
        snprintf(part, sizeof(part), "\"channel\":%u,", channel - 1);
        cr_expect_not_null(strstr(body, part), "%s", body);
        size = seen->note_size;
        memcpy(note, seen->note, size);
    }
}

/* A recorder whose look number `looks` it is; the clock of recorder.json shows 08:00:00. */
static const struct vmm_mock_result *look_number(uint8_t note[11], uint8_t looks, const char *found)
{
    note[0] = 2;
    note[2] = looks;
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "recorder.json");
    expect_file(SCHEDULES, "schedules.json");
    expect_body(FOOTAGE, found);
    expect_body(LOGOUT, "[]");
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = 11});
    cr_assert_eq(seen->note_size, 11);
    memcpy(note, seen->note, 11);
    return seen;
}

#define FOUND(result) "[{\"cmd\":\"Search\",\"code\":0,\"value\":{\"SearchResult\":{" result "}}}]"

Test(reolink, a_day_without_a_file_has_footage_from_before_it_and_an_error_tells_nothing)
{
    uint8_t note[11] = {0};
    const struct vmm_mock_result *seen = look_number(note, 0, FOUND("\"channel\":0"));
    vmm_expect_no_footage(seen, 1, 8 * 3600);
    seen = look_number(note, 0, "[{\"cmd\":\"Search\",\"code\":1,\"error\":{\"rspCode\":-9}}]");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 3);
    seen = look_number(note, 0, FOUND("\"File\":[{\"name\":\"a\"}]"));
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(reolink, the_oldest_footage_is_found_month_by_month)
{
    static const struct {
        const char *asked;
        const char *found;
    } steps[] = {
        {"\"onlyStatus\":1,\"streamType\":\"main\",\"StartTime\":{\"year\":2024,\"mon\":1,\"day\":"
         "1,",
         FOUND("\"Status\":[{\"mon\":1,\"year\":2024,\"table\":\"1000000000000000000000000000000\"}"
               "]")},
        {"\"EndTime\":{\"year\":2023,\"mon\":12,\"day\":31,\"hour\":23,\"min\":59,\"sec\":59}",
         FOUND(
             "\"Status\":[{\"mon\":12,\"year\":2023,\"table\":\"0000000000000000000000000000011\"},"
             "{\"mon\":1,\"year\":2024,\"table\":\"1\"}]")},
        {"\"StartTime\":{\"year\":2023,\"mon\":11,\"day\":1,", FOUND("\"channel\":0")},
        {"\"onlyStatus\":0,\"streamType\":\"main\",\"StartTime\":{\"year\":2023,\"mon\":12,\"day\":"
         "30,",
         FOUND("\"File\":[{\"StartTime\":{\"year\":2023,\"mon\":12,\"day\":30,\"hour\":8,\"min\":0,"
               "\"sec\":0}}]")}};
    uint8_t note[11] = {0};
    for (size_t i = 0; i < 4; i++) {
        const struct vmm_mock_result *seen = look_number(note, 3, steps[i].found);
        const char *body = vmm_mock_request(mock, i * 5 + 3)->body;
        cr_expect_not_null(strstr(body, steps[i].asked), "%s", body);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
        if (i == 3) {
            vmm_expect_number(seen, VMM_FACT_RECORDING_OLDEST, 1, 2 * 86400);
        } else {
            vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
        }
    }
    look_number(note, 3, FOUND("\"channel\":2"));
    const char *body = vmm_mock_request(mock, 4 * 5 + 3)->body;
    cr_expect_not_null(strstr(body, "\"channel\":2,"), "then the next channel: %s", body);
}

Test(reolink, a_note_of_somebody_else_is_left_out)
{
    static const uint8_t strange[] = {1, 200, 7};
    expect_body(KIND, "[{\"cmd\":\"GetDevInfo\",\"code\":1,\"error\":{\"rspCode\":-6}}]");
    expect_file(LOGIN, "login.json");
    expect_file(DEVICE, "recorder.json");
    expect_file(SCHEDULES, "schedules.json");
    expect_file(FOOTAGE, "search.json");
    expect_body(LOGOUT, "[]");
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.options = "{}", .note = strange, .note_size = sizeof(strange)});
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 90);
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    vmm_mock_set_wall(m, NEW_YEAR);
    vmm_mock_answer(
        m, &(struct vmm_mock_answer){.target = LOGIN,
                                     .body = vmm_expect_fixture(FIXTURES, "login.json", NULL)});
    vmm_mock_serve(
        m, &(struct vmm_mock_answer){.body = vmm_expect_fixture(FIXTURES, "recorder.json", NULL)});
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){0});
    }
}

Test(reolink_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[1024];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 5);
    cr_assert_str_empty(report);
    cr_assert_gt(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 3);
    cr_assert_str_empty(report);
}
