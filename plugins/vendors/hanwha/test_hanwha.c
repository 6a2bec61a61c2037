/* SPDX-License-Identifier: MIT */
#include "test_hanwha.h"

#include "hanwha_parse.h"

#define NO_TIME "its time server sets the clock, and did not answer"

/* ---- Helpers ---- */

struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/* All that is ever sent: action=view and action=check; action=set writes, monitordiff never ends. */
static const char *const allowed[] = {
    "GET " ALIVE,
    "GET " IDENTITY,
    "GET " DATE,
    "GET " STORAGE,
    "GET " REGISTER,
    "GET " SOURCES,
    "GET " EVENTS,
    "GET " RECORDING,
    "GET " TIMELINE "*",
    "GET " CALENDAR "*",
    "GET " MODES,
    "GET " SCHEDULE,
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

TestSuite(hanwha, .init = set_up, .fini = tear_down);

const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
}

void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

const struct vmm_mock_result *look_with(const char *options)
{
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

const char *const recorder[6][2] = {{IDENTITY, "recorder.txt"},      {DATE, "date.txt"},
                                    {EVENTS, "events-recorder.txt"}, {REGISTER, "register.txt"},
                                    {STORAGE, "storage.txt"},        {RECORDING, "recording.txt"}};
const char *const camera[6][2] = {{IDENTITY, "camera.txt"},  {DATE, "date.txt"},
                                  {SOURCES, "sources.txt"},  {EVENTS, "events-camera.txt"},
                                  {STORAGE, "storage.json"}, {RECORDING, "recording.txt"}};

const struct vmm_mock_result *look_at(const char *const parts[6][2], const char *target,
                                      const char *body, const char *options)
{
    for (size_t i = 0; i < 6; i++) {
        bool other = strcmp(parts[i][0], target) == 0;
        expect_body(parts[i][0], other ? body : fixture(parts[i][1]));
    }
    return look_with(options);
}

/* ---- A full look ---- */

Test(hanwha, a_full_look_at_a_recorder_is_six_requests)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 6);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "XRN-1610S");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "v2.30_190614122106");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:09:18:12:34:56");
    vmm_expect_absent(seen, VMM_FACT_SERIAL, 0);
    vmm_expect_vendor(seen, "device_type=NVR");
    vmm_expect_vendor(seen, "rtsp_port=558");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1, "/LiveChannel/0/media.smp");
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 1);
}

Test(hanwha, a_full_look_at_a_camera_is_six_requests)
{
    const struct vmm_mock_result *seen = look_at(camera, "", "", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    vmm_expect_text(seen, VMM_FACT_SERIAL, 0, "ZLK170GK700001F");
    vmm_expect_vendor(seen, "rtsp_port=554");
    vmm_expect_text(seen, VMM_FACT_STREAM_PATH, 1, "/profile2/media.smp");
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1,
                    "/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 1, "Gate");
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 1, 1);
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 2, 0);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "SystemEvent.SDFail"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "SystemEvent.SDFull"), 0);
}

Test(hanwha, new_firmware_may_answer_in_json)
{
    expect_body(IDENTITY, fixture("camera.json"));
    expect_body(DATE, fixture("date.json"));
    for (size_t i = 2; i < 6; i++) {
        expect_body(camera[i][0], fixture(camera[i][1]));
    }
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "QNV-8080R");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:09:18:65:43:22");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 0);
    vmm_expect_number(seen, VMM_FACT_CLOCK_DST, 0, 1);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    vmm_expect_vendor(seen, "ntp_status=Fail");
}

/* The clock itself is judged; that it will run off is worth a word. */
Test(hanwha, a_time_server_that_does_not_answer_is_a_finding)
{
    static const char *const dates[] = {
        "UTCTime=2024-01-01 00:00:00\r\nSyncType=NTP\r\nNTPStatus=Fail\r\n",
        "UTCTime=2024-01-01 00:00:00\r\nSyncType=NTP\r\nNTPStatus=Success\r\n",
        "UTCTime=2024-01-01 00:00:00\r\nSyncType=Manual\r\nNTPStatus=Fail\r\n",
    };
    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        const struct vmm_mock_result *seen = look_at(camera, DATE, dates[i], "{}");
        cr_expect_eq(vmm_expect_count(seen, VMM_FACT_FINDING, NO_TIME), i == 0, "%s", dates[i]);
    }
}

/* ---- The clock ---- */

Test(hanwha, the_clock_is_compared_by_its_utc)
{
    const struct vmm_mock_result *seen = look_at(camera, "", "", "{}");
    int64_t right = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_assert(right > -1000 && right <= 0, "%lld", (long long)right);
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
    vmm_expect_text(seen, VMM_FACT_CLOCK_RULE, 0, "STWT-8");
    vmm_expect_number(seen, VMM_FACT_CLOCK_SYNC, 0, 1);
    vmm_expect_number(seen, VMM_FACT_CLOCK_DST, 0, 0);
    seen =
        look_at(camera, DATE, "UTCTime=2024-01-01 01:00:00\nLocalTime=2024-01-01 00:00:00\n", "{}");
    int64_t off = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_assert(off > 3599000 && off <= 3600000, "%lld", (long long)off);
}

Test(hanwha, a_time_that_is_none_is_a_part_that_is_missing)
{
    const struct vmm_mock_result *seen =
        look_at(camera, DATE, "UTCTime=2024-02-30 01:00:00\n", "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

/* ---- Storage ---- */

Test(hanwha, each_disk_of_a_recorder_by_its_word)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "Active");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1,
                      5 * (INT64_C(1) << 40) + 98 * ((INT64_C(1) << 40) / 100));
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 1, 0);
    vmm_expect_vendor(seen, "disk_model_1=ST6000VX0023");
    vmm_expect_vendor(seen, "disk_temperature_1=46");
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 2, VMM_REASON_DISK_FAULT);
    vmm_expect_number(seen, VMM_FACT_DISK_FREE, 2, INT64_C(3072) << 20);
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 3);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 4);
}

Test(hanwha, a_recorder_that_says_normal_and_names_no_disk_has_none)
{
    const struct vmm_mock_result *seen =
        look_at(recorder, STORAGE, fixture("storage-none.txt"), "{}");
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
    seen = look_at(recorder, STORAGE, fixture("storage-none.txt"), "{\"expect_disk\":false}");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(hanwha, a_disk_whose_state_is_not_told_is_there_and_not_judged)
{
    const struct vmm_mock_result *seen =
        look_at(recorder, STORAGE, "Status=Normal\r\nStorage.1.TotalSpace=4096\r\n", "{}");
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 1);
    seen = look_at(recorder, STORAGE, "{\"Storages\":[{\"TotalSpace\":\"4096\"}]}", "{}");
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 1);
    seen = look_at(recorder, STORAGE, "{\"Storages\":null}", "{}");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(hanwha, old_temperatures_are_in_latin1)
{
    const struct vmm_mock_result *seen =
        look_at(recorder, STORAGE, fixture("storage-old.txt"), "{}");
    vmm_expect_vendor(seen, "disk_temperature_1=46\xC2\xB0"
                            "C/114\xC2\xB0"
                            "F");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1, INT64_C(931) << 30);
}

Test(hanwha, a_cameras_storages_count_where_they_are_on)
{
    const struct vmm_mock_result *seen = look_at(camera, "", "", "{}");
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "Normal");
    vmm_expect_number(seen, VMM_FACT_DISK_TOTAL, 1, INT64_C(30436) << 20);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 2);
}

static void expect_size(const char *text, int64_t bytes)
{
    int64_t is = -1;
    cr_assert_eq(hanwha_size(vmm_text_of(text), &is), bytes < 0 ? VMM_E_INVAL : 0, "%s",
                 text != NULL ? text : "nothing");
    cr_assert(bytes < 0 || is == bytes, "%lld", (long long)is);
}

Test(hanwha_size, megabytes_or_a_number_with_its_unit)
{
    expect_size("1024", INT64_C(1) << 30);
    expect_size("931 GB", INT64_C(931) << 30);
    expect_size("1.5tb", (INT64_C(1) << 40) + 50 * ((INT64_C(1) << 40) / 100));
    expect_size("0", 0);
    expect_size("", -1);
    expect_size(NULL, -1); /* a size that was not told */
    expect_size("TB", -1);
    expect_size(".5TB", -1);
    expect_size("5.9.8TB", -1);
    expect_size("12PB", -1);
    expect_size("9999999999999999", -1);
}

/* ---- Errors ---- */

Test(hanwha, ng_ends_only_its_part_whatever_the_status)
{
    const struct vmm_mock_result *seen = look_at(camera, RECORDING, fixture("ng.txt"), "{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    expect_body(IDENTITY, fixture("camera.txt"));
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.target = DATE, .status = 500, .body = fixture("ng.txt")});
    for (size_t i = 2; i < 6; i++) {
        expect_body(camera[i][0], fixture(camera[i][1]));
    }
    seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_detail(seen, "NG");
}

Test(hanwha, what_is_no_answer_of_hanwha_is_a_bad_reply)
{
    static const char *const bodies[] = {"", "<html>", "{}", "{", "a=b\n"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        expect_body(IDENTITY, bodies[i]);
        vmm_expect_end(look_with("{}"), VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
    }
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = IDENTITY, .status = 404});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(hanwha, a_401_stops_everything)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = IDENTITY,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .reason = VMM_REASON_AUTH,
                                                    .status = 401});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(hanwha, a_trial_needs_no_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = ALIVE, .status = 404});
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

static void scenario(struct vmm_mock *other, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < 6; i++) {
        vmm_mock_serve(other, &(struct vmm_mock_answer){.target = recorder[i][0],
                                                        .body = fixture(recorder[i][1])});
    }
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(hanwha_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                 20);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 6);
    cr_assert_str_empty(report);
}
