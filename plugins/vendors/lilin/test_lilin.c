/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "lilin_look.h"
#include "lilin_pairs.h"

#define SERVER      "/server"
#define CLOCK       "/getclock"
#define CAMERAS     "/status?CMD=getcamerastatus"
#define SYSTEM      "/status?CMD=getsystemstatus"
#define STATUS      "/status"
#define CAM_ALARM   "/getalarmmotion"
#define INTERVALS   "/tiba=TimeInterval?RecordCheck=1"
#define NAV_ALARM   "/getcmxalarmmotion"
#define TAIPEI      "{\"zone\":\"+08:00\"}"
#define SAMPLE_US   INT64_C(1531297589000000) /* 2018-07-11 16:26:29 in Taipei */
#define NEW_YEAR_US INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    cr_assert_eq(vmm_mock_open(mock), 0);
}

/*
 * All that is ever sent. /status?cmd=set writes on the path that CMD=get reads; getchannelinfo gives
 * out passwords; /snap answers an error with a picture. None of them is here.
 */
static const char *const allowed[] = {
    "GET " SERVER,    "GET " CLOCK,     "GET " CAMERAS,   "GET " SYSTEM, "GET " STATUS,
    "GET " CAM_ALARM, "GET " INTERVALS, "GET " NAV_ALARM, NULL,
};

static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    cr_assert_eq(vmm_mock_unasked(mock), 0);
    vmm_expect_only(mock, allowed);
    vmm_mock_destroy(mock);
}

TestSuite(lilin, .init = set_up, .fini = tear_down);

static const char *fixture(const char *name)
{
    return vmm_expect_fixture(FIXTURES, name, NULL);
}

static void expect_body(const char *target, const char *body)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = target, .body = body});
}

static const struct vmm_mock_result *look_with(const char *options)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

/* A recorder with one part other than in order. */
static const struct vmm_mock_result *look_at(const char *target, const char *body,
                                             const char *options)
{
    static const char *const parts[][2] = {{SERVER, "server-recorder.txt"},
                                           {CLOCK, "clock.txt"},
                                           {CAMERAS, "cameras.xml"},
                                           {SYSTEM, "system.xml"},
                                           {STATUS, "status.xml"}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        bool other = strcmp(parts[i][0], target) == 0;
        expect_body(parts[i][0], other ? body : fixture(parts[i][1]));
    }
    vmm_mock_set_wall(mock, SAMPLE_US);
    return look_with(options);
}

static const struct vmm_mock_result *look_at_recorder(void)
{
    return look_at("", "", TAIPEI);
}

/* ---- Every request is a constant that reads ---- */

Test(lilin_rows, each_target_is_a_constant_and_none_of_them_writes)
{
    static const char *const never[] = {"cmd=set",          "getchannelinfo", "/connection",
                                        "/genser",          "/netstate",      "/alarmsetting",
                                        "/setrecschedule",  "/Relay",         "/trigger",
                                        "/set_search_info", "/snap"};
    for (size_t i = 0; i < lilin_row_count; i++) {
        const struct vmm_request_row *row = &lilin_rows[i];
        cr_assert_not_null(row->target, "%s", row->name);
        cr_assert_null(row->build);
        cr_assert_null(row->method, "a GET");
        cr_assert_null(row->body);
        bool fits = false;
        for (const char *const *at = allowed; *at != NULL; at++) {
            fits = fits || strcmp(*at + strlen("GET "), row->target) == 0;
        }
        cr_assert(fits, "%s", row->target);
        for (size_t n = 0; n < sizeof(never) / sizeof(never[0]); n++) {
            cr_assert_null(strcasestr(row->target, never[n]), "%s", row->target);
        }
    }
}

/* ---- Pairs ---- */

static void expect_pair(struct vmm_text body, const char *key, const char *value)
{
    struct vmm_text found;
    cr_assert(lilin_pairs_find(body, key, &found), "%s", key);
    cr_assert(vmm_text_equal(found, value), "%s=%.*s", key, (int)found.size, found.data);
}

Test(lilin_pairs, two_pairs_may_stand_on_one_line)
{
    struct vmm_text body = vmm_text_of(fixture("server-recorder.txt"));
    struct vmm_text value;
    expect_pair(body, "Model", "87");
    expect_pair(body, "Language", "0");
    expect_pair(body, "Software Version", "1.1.2 Beta 1");
    expect_pair(body, "H.264 channel", "16");
    expect_pair(body, "EnableGetHDStream", "1");
    cr_assert_not(lilin_pairs_find(body, "channel", &value));
    cr_assert_not(lilin_pairs_find(body, "name", &value));
}

Test(lilin_pairs, all_pairs_may_stand_on_one_line)
{
    struct vmm_text body = vmm_text_of(fixture("server-camera.txt"));
    expect_pair(body, "Device name", "SG1122LPR-HT");
    expect_pair(body, "MAC address", "00-0f-fc-45-03-21");
    expect_pair(body, "Software Version", "2.7.94");
    expect_pair(body, "Model", "516");
    expect_pair(body, "Model Name", "SG1122LPR-HT");
    expect_pair(body, "profiles", "1");
}

Test(lilin_pairs, what_is_no_pair_is_passed_over)
{
    struct vmm_text rest = vmm_text_of("nothing\n=x\n\r\nd=\ne=f g\r\nmore");
    struct vmm_text key;
    struct vmm_text value;
    cr_assert(lilin_pairs_next(&rest, &key, &value));
    cr_assert(vmm_text_equal(key, "d") && value.size == 0);
    cr_assert(lilin_pairs_next(&rest, &key, &value));
    cr_assert(vmm_text_equal(key, "e") && vmm_text_equal(value, "f g"));
    cr_assert_not(lilin_pairs_next(&rest, &key, &value));
    cr_assert_not(lilin_pairs_find(vmm_text_of("d=\n"), "d", &value), "an empty value is none");
}

Test(lilin_pairs, a_very_long_line_takes_no_longer_than_its_length, .timeout = 20)
{
    size_t size = 262144;
    char *line = malloc(size);
    cr_assert_not_null(line);
    for (size_t i = 0; i < size; i++) {
        line[i] = "a= "[i % 3];
    }
    struct vmm_text value;
    cr_assert_not(lilin_pairs_find(vmm_text_bytes(line, size), "b", &value));
    memset(line, 'x', size);
    cr_assert_not(lilin_pairs_find(vmm_text_bytes(line, size), "b", &value));
    free(line);
}

/* ---- A full look at a recorder ---- */

Test(lilin, a_full_look_at_a_recorder_is_five_requests)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 5);
    vmm_expect_text(seen, VMM_FACT_HOSTNAME, 0, "DVR816");
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "87");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "1.1.2 Beta 1");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:0f:fc:10:f7:e5");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 16);
    vmm_expect_text(seen, VMM_FACT_NTP_SERVER, 0, "time.stdtime.gov.tw");
    vmm_expect_absent(seen, VMM_FACT_SERIAL, 0);
}

/* ---- Channels ---- */

Test(lilin, a_channel_that_is_off_or_a_demonstration_has_no_signal_to_lose)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 1, 1);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 2);
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 2, 0);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 2, "off");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 3, "loss");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 4);
    vmm_expect_number(seen, VMM_FACT_CHANNEL_ENABLED, 4, 0);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 5);
}

Test(lilin, a_source_of_an_unknown_kind_is_not_judged)
{
    const struct vmm_mock_result *seen = look_at(
        CAMERAS,
        "<r><CameraStatus><Camera01><SourceType>sdi</SourceType><SourceHealth>loss</SourceHealth>"
        "</Camera01></CameraStatus></r>",
        TAIPEI);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    vmm_expect_unjudged(seen, VMM_FACT_CHANNEL_STATE, 1);
}

Test(lilin, a_picture_is_named_and_never_taken_for_a_proof)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 1, "/snap00");
    vmm_expect_text(seen, VMM_FACT_SNAPSHOT_PATH, 3, "/snap02");
    vmm_expect_absent(seen, VMM_FACT_SNAPSHOT_PATH, 2);
}

/* ---- Disks ---- */

Test(lilin, a_bay_without_a_disk_is_no_disk)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_text(seen, VMM_FACT_DISK_STATE, 1, "ok");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 2);
    vmm_expect_vendor(seen, "disk_model_1=WDC WD20EARX-00PASB0");
    vmm_expect_vendor(seen, "disk_serial_1=WD-WCAZAD494855");
    vmm_expect_vendor(seen, "disk_capacity_1=1863 MB");
    vmm_expect_absent(seen, VMM_FACT_DISK_TOTAL, 1);
    vmm_expect_vendor(seen, "fan=ok");
    vmm_expect_text(seen, VMM_FACT_HARDWARE, 0, "fan: ok");
    vmm_expect_vendor(seen, "temperature=40 Celsius");
    vmm_expect_absent(seen, VMM_FACT_FINDING, 0);
}

Test(lilin, each_word_of_a_disk_but_ok_is_a_fault_and_an_unknown_one_is_not_judged)
{
    const struct vmm_mock_result *seen = look_at(SYSTEM, fixture("system-faults.xml"), TAIPEI);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 2);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 3, VMM_REASON_DISK_FAULT);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 4, VMM_REASON_DISK_FAULT);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 5, VMM_REASON_DISK_FAULT);
    vmm_expect_unjudged(seen, VMM_FACT_DISK_STATE, 6);
    vmm_expect_fault(seen, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT);
}

Test(lilin, a_recorder_without_a_disk_is_a_fault_where_one_is_expected)
{
    const struct vmm_mock_result *seen = look_at(SYSTEM, fixture("system-no-disk.xml"), TAIPEI);
    vmm_expect_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
    seen = look_at(SYSTEM, fixture("system-no-disk.xml"), "{\"expect_disk\":false}");
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

Test(lilin, a_list_without_any_bay_is_not_understood_and_misses_no_disk)
{
    const struct vmm_mock_result *seen =
        look_at(SYSTEM,
                "<GetSystemStatusResponse><HardDrivesStatus><MaxHardDriveNumber>9"
                "</MaxHardDriveNumber><Disk01><Status>ok</Status></Disk01></HardDrivesStatus>"
                "</GetSystemStatusResponse>",
                TAIPEI);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_PARTIAL);
    vmm_expect_absent(seen, VMM_FACT_DISK_STATE, 1);
}

/* ---- Names and recording ---- */

Test(lilin, names_are_big5)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 1, "\xE5\xA4\xA7\xE9\x96\x80");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 2, "CAM02");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_NAME, 3, "\xE8\xA8\xB1\xE5\x8A\x9F\xE8\x93\x8B");
}

Test(lilin, schedules_are_on_or_off_or_not_known)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "off");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_MODE, 3);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_MODE, 4);
    vmm_expect_number(seen, VMM_FACT_DISK_OVERWRITE, 0, 1);
}

#define CH(n, status)      "<ch" n "><status>" status "</status><source>1</source></ch" n ">"
#define DVR(channels, end) "<dvr><rec>" channels "</rec><hdd><recend>" end "</recend></hdd></dvr>"

Test(lilin, the_one_end_of_recording_proves_the_one_channel_that_is_scheduled)
{
    vmm_expect_number(look_at_recorder(), VMM_FACT_RECORDING_NEWEST, 1, 29);
}

Test(lilin, the_one_begin_of_recording_is_that_of_the_one_channel_that_is_scheduled)
{
    const struct vmm_mock_result *seen = look_at_recorder();
    vmm_expect_number(seen, VMM_FACT_RECORDING_OLDEST, 1, 160 * 86400 + 9777);
    vmm_expect_vendor(seen, "oldest_of_all_s=13833777");
    seen = look_at(STATUS,
                   "<dvr><rec>" CH("1", "4")
                       CH("2", "4") "</rec><hdd><recstart>18/07/01 16:26:29"
                                    "</recstart><recend>18/07/11 16:26:00</recend></hdd></dvr>",
                   TAIPEI);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
    vmm_expect_vendor(seen, "oldest_of_all_s=864000");
}

Test(lilin, of_several_channels_a_fresh_end_proves_none_and_an_old_one_condemns_all)
{
    const struct vmm_mock_result *seen =
        look_at(STATUS, DVR(CH("1", "4") CH("2", "4") CH("3", "0"), "18/07/11 16:26:00"), TAIPEI);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_vendor(seen, "newest_of_all_s=29");
    seen =
        look_at(STATUS, DVR(CH("1", "4") CH("2", "4") CH("3", "0"), "18/07/11 14:26:29"), TAIPEI);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 7200);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 7200);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 3);
}

Test(lilin, an_end_that_is_none_or_lies_ahead_is_not_judged)
{
    static const char *const ends[] = {"", "never", "18/13/01 00:00:00", "18/07/11 18:26:29"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char body[512];
        snprintf(body, sizeof(body), DVR(CH("1", "4"), "%s"), ends[i]);
        vmm_expect_absent(look_at(STATUS, body, TAIPEI), VMM_FACT_RECORDING_NEWEST, 1);
    }
}

/* ---- The clock ---- */

static int64_t offset_of(const char *month, int64_t wall_us)
{
    char body[256];
    snprintf(body, sizeof(body), "hr=16\nmin=26\nsec=29\nmn=%s\ndate=11\nyear=2018\n", month);
    expect_body(SERVER, fixture("server-recorder.txt"));
    expect_body(CLOCK, body);
    expect_body(CAMERAS, fixture("cameras.xml"));
    expect_body(SYSTEM, fixture("system.xml"));
    expect_body(STATUS, fixture("status.xml"));
    vmm_mock_set_wall(mock, wall_us);
    const struct vmm_mock_result *seen = look_with(TAIPEI);
    vmm_expect_fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0, VMM_STANDING_OK);
    return vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
}

Test(lilin, months_may_count_from_0_or_from_1)
{
    int64_t from_zero = offset_of("6", SAMPLE_US);
    int64_t from_one = offset_of("7", SAMPLE_US);
    cr_assert(from_zero > -1000 && from_zero <= 0, "%lld", (long long)from_zero);
    cr_assert(from_one > -1000 && from_one <= 0, "%lld", (long long)from_one);
}

Test(lilin, a_clock_a_dst_hour_off_is_an_offset_of_that_hour)
{
    int64_t offset = offset_of("7", SAMPLE_US - INT64_C(3600000000));
    cr_assert(offset > 3599000 && offset <= 3600000, "%lld", (long long)offset);
}

Test(lilin, without_a_zone_the_clock_is_shown_only)
{
    const struct vmm_mock_result *seen = look_at("", "", "{}");
    vmm_expect_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    vmm_expect_vendor(seen, "clock=2018-07-11 16:26:29");
}

Test(lilin, a_clock_that_is_none_is_a_part_that_is_missing)
{
    const struct vmm_mock_result *seen = look_at(CLOCK, "hr=99\nmin=0\n", TAIPEI);
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
}

/* ---- Cameras ---- */

Test(lilin, a_camera_is_its_greeting_and_the_first_part_of_its_alarms)
{
    expect_body(SERVER, fixture("server-camera.txt"));
    expect_body(CAM_ALARM, fixture("alarm.txt"));
    vmm_mock_set_wall(mock, INT64_C(1523341448000000)); /* 2018-04-10 14:24:08 in Taipei */
    const struct vmm_mock_result *seen = look_with(TAIPEI);
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_MODEL, 0, "SG1122LPR-HT");
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "2.7.94");
    vmm_expect_text(seen, VMM_FACT_MAC, 0, "00:0f:fc:45:03:21");
    vmm_expect_vendor(seen, "stream_status=1");
    vmm_expect_vendor(seen, "tampering=1");
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 1);
    int64_t offset = vmm_expect_fact(seen, VMM_FACT_CLOCK_OFFSET, 0, VMM_STANDING_OK)->number;
    cr_assert(offset > -100 && offset <= 0);
    const struct vmm_mock_request *alarm = vmm_mock_request(mock, 1);
    cr_assert_neq(alarm->flags & VMM_HTTP_FIRST_PART, 0);
    cr_assert_neq(alarm->flags & VMM_HTTP_ENDLESS, 0);
}

Test(lilin, alarms_can_be_left_out)
{
    expect_body(SERVER, fixture("server-camera.txt"));
    vmm_expect_end(look_with("{\"alarms\":false}"), VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
}

/* ---- The Navigator, the engine ---- */

Test(lilin, the_navigator_tells_what_is_recorded_and_which_channels_are_lost)
{
    expect_body(SERVER, fixture("server-navigator.txt"));
    expect_body(INTERVALS, fixture("intervals.xml"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = NAV_ALARM,
                                                    .flags = VMM_HTTP_CUT,
                                                    .body = fixture("alarms.txt")});
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "3,6,1,102");
    vmm_expect_number(seen, VMM_FACT_CHANNELS, 0, 720);
    vmm_expect_number(seen, VMM_FACT_RECORDING_NOW, 1, 1);
    vmm_expect_unjudged(seen, VMM_FACT_RECORDING_NOW, 2);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 10);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NOW, 16);
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 2, 1); /* known by the intervals, and not lost */
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 4);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 5, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "files cannot be written"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "memory, processor*"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_FINDING, "the database*"), 0);
}

static const struct vmm_mock_result *look_at_navigator(const char *alarms, const uint8_t *note)
{
    expect_body(SERVER, fixture("server-navigator.txt"));
    expect_body(INTERVALS, fixture("intervals.xml"));
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .target = NAV_ALARM, .flags = VMM_HTTP_CUT, .body = alarms});
    return vmm_mock_look(
        mock,
        &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = note != NULL ? 17 : 0});
}

Test(lilin, a_loss_ends_where_the_lists_name_it_no_more)
{
    static const char *const ends[] = {"CMXAlarm=1:0,\r\nchvl=\r\n", "CMXAlarm=\r\nchvl=\r\n",
                                       "CMXAlarm=\r\nchvl=5\r\n"};
    const uint8_t note[17] = {1, 1 << 2}; /* channel 3 was lost */
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const struct vmm_mock_result *seen = look_at_navigator(ends[i], note);
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
        vmm_expect_number(seen, VMM_FACT_SIGNAL, 3, 1);
        vmm_expect_absent(seen, VMM_FACT_SIGNAL, 4);
    }
}

Test(lilin, a_list_of_losses_that_may_go_on_ends_none)
{
    static const char *const cut[] = {"CMXAlarm=\r\n", "CMXAlarm=\r\nchvl=", "chvl=5\nchv",
                                      "CMXAlarm=\r\nchvl=1x\r\n"};
    const uint8_t note[17] = {1, 1 << 2};
    for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
        const struct vmm_mock_result *seen = look_at_navigator(cut[i], note);
        bool whole = strncmp(cut[i], "chvl=5", 6) == 0;
        cr_assert_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 3) != NULL, whole, "%s", cut[i]);
    }
}

Test(lilin, a_lost_channel_is_kept_in_the_note)
{
    const struct vmm_mock_result *seen = look_at_navigator("CMXAlarm=\r\nchvl=12\r\n", NULL);
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 12, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(seen->note_size, 17);
    uint8_t note[17];
    memcpy(note, seen->note, sizeof(note));
    vmm_expect_number(look_at_navigator("chvl=\r\n", note), VMM_FACT_SIGNAL, 12, 1);
}

Test(lilin, an_engine_tells_its_licence)
{
    expect_body(SERVER, fixture("server-engine.txt"));
    const struct vmm_mock_result *seen = look_with("{}");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_FIRMWARE, 0, "1.0.0.8");
    vmm_expect_vendor(seen, "license_status=Licensed");
    vmm_expect_vendor(seen, "system_status=GPU");
}

/* ---- Other devices, and broken ones ---- */

Test(lilin, what_is_no_greeting_of_lilin_is_a_bad_reply)
{
    static const char *const bodies[] = {"", "<html>a=b</html>", "model=E72\n", "Device name=x\n"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        expect_body(SERVER, bodies[i]);
        const struct vmm_mock_result *seen = look_with("{}");
        vmm_expect_end(seen, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0);
        cr_assert_eq(seen->observation_count, 0);
    }
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = SERVER, .status = 404});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
}

Test(lilin, half_an_answer_ends_only_its_part)
{
    static const char *const targets[] = {CAMERAS, SYSTEM, STATUS};
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        const struct vmm_mock_result *seen =
            look_at(targets[i], "<GetSystemStatusResponse><HardDri", TAIPEI);
        vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
        vmm_expect_text(seen, VMM_FACT_HOSTNAME, 0, "DVR816");
    }
}

Test(lilin, a_401_stops_everything)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = SERVER,
                                                    .outcome = VMM_OUTCOME_AUTH,
                                                    .rung = VMM_RUNG_AUTHENTICATE,
                                                    .reason = VMM_REASON_AUTH,
                                                    .status = 401});
    vmm_expect_end(look_with("{}"), VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH);
    cr_assert_eq(vmm_mock_request_count(mock), 1);
}

Test(lilin, a_trial_needs_no_login)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = SERVER, .status = 401});
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL}),
                   VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert_neq(vmm_mock_request(mock, 0)->flags & VMM_HTTP_NO_LOGIN, 0);
}

Test(lilin, a_zone_that_is_none_is_told)
{
    vmm_expect_end(look_with("{\"zone\":\"Taipei\"}"), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
}

/* ---- Trouble on our side ---- */

static void scenario(struct vmm_mock *other, void *arg)
{
    static const char *const parts[][2] = {{CLOCK, "clock.txt"},     {CAMERAS, "cameras.xml"},
                                           {SYSTEM, "system.xml"},   {STATUS, "status.xml"},
                                           {CAM_ALARM, "alarm.txt"}, {INTERVALS, "intervals.xml"},
                                           {NAV_ALARM, "alarms.txt"}};
    vmm_mock_serve(other, &(struct vmm_mock_answer){.target = SERVER, .body = fixture(arg)});
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        vmm_mock_serve(
            other, &(struct vmm_mock_answer){.target = parts[i][0], .body = fixture(parts[i][1])});
    }
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){.options = TAIPEI});
    }
}

Test(lilin_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    static const char *const greetings[] = {"server-recorder.txt", "server-camera.txt",
                                            "server-navigator.txt"};
    for (size_t i = 0; i < 3; i++) {
        char report[256];
        void *arg = (void *)greetings[i];
        cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, arg, report, sizeof(report)),
                     8);
        cr_assert_str_empty(report);
        cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, arg, report, sizeof(report)),
                      2);
        cr_assert_str_empty(report);
    }
}
