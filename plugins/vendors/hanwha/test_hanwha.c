/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include "hanwha_parse.h"

#define SYSTEM(menu) "/stw-cgi/system.cgi?msubmenu=" menu "&action=view"
#define MEDIA(menu)  "/stw-cgi/media.cgi?msubmenu=" menu "&action=view"
#define IDENTITY     SYSTEM("deviceinfo")
#define DATE         SYSTEM("date")
#define STORAGE      SYSTEM("storageinfo")
#define REGISTER     MEDIA("cameraregister")
#define SOURCES      MEDIA("videosource")
#define EVENTS       "/stw-cgi/eventstatus.cgi?msubmenu=eventstatus&action=check"
#define RECORDING    "/stw-cgi/recording.cgi?msubmenu=storage&action=view"
#define TIMELINE     "/stw-cgi/recording.cgi?msubmenu=timeline&action=view&ChannelIDList="
#define CALENDAR     "/stw-cgi/recording.cgi?msubmenu=calendarsearch&action=view&Month="
#define MODES        "/stw-cgi/recording.cgi?msubmenu=general&action=view"
#define SCHEDULE     "/stw-cgi/recording.cgi?msubmenu=recordingschedule&action=view"
#define ALIVE        "/init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view"
#define NO_TIME      "its time server sets the clock, and did not answer"
#define NEW_YEAR_US  INT64_C(1704067200000000) /* 2024-01-01 00:00:00 UTC */

/* ---- Helpers ---- */

static struct vmm_mock *mock;

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
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
}

static const char *const recorder[][2] = {
    {IDENTITY, "recorder.txt"}, {DATE, "date.txt"},       {EVENTS, "events-recorder.txt"},
    {REGISTER, "register.txt"}, {STORAGE, "storage.txt"}, {RECORDING, "recording.txt"}};
static const char *const camera[][2] = {{IDENTITY, "camera.txt"},  {DATE, "date.txt"},
                                        {SOURCES, "sources.txt"},  {EVENTS, "events-camera.txt"},
                                        {STORAGE, "storage.json"}, {RECORDING, "recording.txt"}};

/* A device with one part other than in order. */
static const struct vmm_mock_result *look_at(const char *const parts[6][2], const char *target,
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

/* ---- Footage ---- */

/* The next look at a recorder; the clock shows 2024-01-01 08:00:00, its footage is asked for at `target`. */
static const struct vmm_mock_result *look_again(const uint8_t *note, size_t size,
                                                const char *target, const char *body)
{
    for (size_t i = 0; i < 5; i++) {
        expect_body(recorder[i][0], fixture(recorder[i][1]));
    }
    expect_body(target, body);
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(mock,
                         &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = size});
}

#define HOUR  "&FromDate=2024-01-01T07:00:00&ToDate=2024-01-01T08:01:00"
#define TURNS 76

static uint8_t note_at[TURNS] = {2};

static const struct vmm_mock_result *look_in_turn(uint8_t turn, const char *target,
                                                  const char *body)
{
    note_at[1] = turn;
    return look_again(note_at, sizeof(note_at), target, body);
}

Test(hanwha, the_newest_footage_is_searched_by_the_devices_clock_one_channel_a_look)
{
    uint8_t note[VMM_NOTE_MAX];
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    memcpy(note, seen->note, seen->note_size);
    note[1] = 3; /* after the modes and a step back */
    seen = look_again(note, seen->note_size, TIMELINE "0" HOUR, fixture("timeline.txt"));
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    cr_assert_eq(vmm_mock_request_count(mock), 12, "six again");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 90);
    vmm_expect_absent(seen, VMM_FACT_DISK_OVERWRITE, 0);
    note_at[3] = 1;
    seen = look_in_turn(3, TIMELINE "1" HOUR, "Channel.1.Result.1.EndTime=2024-01-01T08:00:05\r\n");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 2, 0);
    note_at[3] = 0;
}

Test(hanwha, footage_that_is_told_in_utc_is_compared_with_utc)
{
    const struct vmm_mock_result *seen =
        look_in_turn(3, TIMELINE "0" HOUR, "Channel.0.Result.1.EndTime=2023-12-31T23:59:00Z\r\n");
    vmm_expect_number(seen, VMM_FACT_RECORDING_NEWEST, 1, 60);
}

Test(hanwha, no_footage_is_believed_only_where_it_is_said)
{
    const struct vmm_mock_result *seen = look_in_turn(3, TIMELINE "0" HOUR, "TotalCount=0\r\n");
    vmm_expect_no_footage(seen, 1, 3600);
    seen = look_in_turn(3, TIMELINE "0" HOUR, "Channel.0.Result.1.EndTime=soon\r\n");
    vmm_expect_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(hanwha, a_search_that_is_not_known_is_not_asked_again_soon)
{
    const struct vmm_mock_result *seen =
        look_in_turn(3, TIMELINE "0" HOUR, "NG\r\nError Code: 600\r\n");
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    cr_assert_eq(seen->note[2], 1);
    cr_assert_eq(seen->note[1], 4);
}

Test(hanwha, the_oldest_footage_is_found_month_by_month)
{
    static const struct {
        const char *target;
        const char *body;
    } steps[] = {{CALENDAR "2024-01-01T00:00:00Z&ChannelIdList=0",
                  "Channel.0.Result=1000000000000000000000000000000\r\n"},
                 {CALENDAR "2023-12-01T00:00:00Z&ChannelIdList=0",
                  "Channel.0.Result=0000000000000000000000000000011\r\n"},
                 {CALENDAR "2023-11-01T00:00:00Z&ChannelIdList=0",
                  "Channel.0.Result=0000000000000000000000000000000\r\n"},
                 {TIMELINE "0&FromDate=2023-12-30T00:00:00&ToDate=2023-12-30T23:59:59",
                  "Channel.0.Result.1.StartTime=2023-12-30T08:00:00\r\n"
                  "Channel.0.Result.2.StartTime=2023-12-30T07:00:00\r\n"}};
    uint8_t note[TURNS] = {2, 2};
    for (size_t i = 0; i < 4; i++) {
        const struct vmm_mock_result *seen =
            look_again(note, sizeof(note), steps[i].target, steps[i].body);
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
        cr_assert_eq(seen->note_size, sizeof(note));
        memcpy(note, seen->note, sizeof(note));
        note[1] = 6;
        if (i == 3) {
            vmm_expect_number(seen, VMM_FACT_RECORDING_OLDEST, 1, 2 * 86400 + 3600);
        } else {
            vmm_expect_absent(seen, VMM_FACT_RECORDING_OLDEST, 1);
        }
    }
}

/* ---- Recording modes ---- */

/* The second look at a camera: its modes and schedule answered so. */
static const struct vmm_mock_result *look_at_modes(const char *modes, const char *schedule)
{
    for (size_t i = 0; i < 5; i++) {
        expect_body(camera[i][0], fixture(camera[i][1]));
    }
    expect_body(MODES, modes);
    if (schedule != NULL) {
        expect_body(SCHEDULE, schedule);
    }
    memset(note_at + 2, 0, sizeof(note_at) - 2);
    note_at[1] = 1;
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    return vmm_mock_look(
        mock, &(struct vmm_mock_ask){.options = "{}", .note = note_at, .note_size = TURNS});
}

Test(hanwha, a_camera_is_recorded_all_the_time_by_hours_on_events_or_not_at_all)
{
    static const struct {
        const char *modes;
        const char *schedule;
        const char *word;
    } cases[] = {
        {"Channel=0\r\nNormalMode=Full\r\nEventMode=Off\r\n",
         "Channel=0\r\nActivate=Always\r\nSUN:0 0 0\r\n", "continuous"},
        {"Channel=0\r\nNormalMode=I-Frame\r\nEventMode=Full\r\n",
         "Channel=0\r\nActivate=Scheduled\r\nSUN:1 1 1\r\n", "schedule"},
        {"Channel=0\r\nNormalMode=Off\r\nEventMode=Full\r\nPreEventDuration=3s\r\n",
         "Channel=0\r\nActivate=Always\r\n", "event"},
        {"Channel=0\r\nNormalMode=Off\r\nEventMode=Off\r\n", "Channel=0\r\nActivate=Always\r\n",
         "off"},
        {"{\"RecordSetup\":[{\"Channel\":0,\"NormalMode\":\"Full\",\"EventMode\":\"Full\"}]}",
         "{\"RecordSchedule\":[{\"Channel\":0,\"Activate\":\"Always\"}]}", "continuous"},
        {"Channel=0\r\nNormalMode=Full\r\n", "NG\r\nError Code: 600\r\n", "schedule"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct vmm_mock_result *seen = look_at_modes(cases[i].modes, cases[i].schedule);
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
        vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, cases[i].word);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    }
}

/* In either order, and what one channel says is not the next one's. */
Test(hanwha, the_settings_of_a_channel_are_its_own)
{
    uint8_t modes[HANWHA_CHANNELS_MAX] = {0};
    static const char lines[] = "Channel.0.NormalMode=Off\r\nChannel.1.EventMode=Off\r\n"
                                "Channel.2.EventMode=Full\r\nChannel.2.NormalMode=Off\r\n";
    cr_expect_eq(hanwha_read_modes(vmm_text_of(lines), modes), HANWHA_VALUES);
    cr_expect_eq(modes[0], HANWHA_MODE_UNKNOWN);
    cr_expect_eq(modes[1], HANWHA_MODE_UNKNOWN);
    cr_expect_eq(modes[2], HANWHA_MODE_EVENT);
}

Test(hanwha, a_mode_is_told_again_with_the_footage_that_it_is_judged_by)
{
    uint8_t note[TURNS];
    const struct vmm_mock_result *seen =
        look_at_modes("Channel=0\r\nNormalMode=Off\r\nEventMode=Full\r\n", "Activate=Always\r\n");
    memcpy(note, seen->note, sizeof(note));
    cr_assert_eq(seen->note_size, TURNS);
    note[1] = 3;
    for (size_t i = 0; i < 5; i++) {
        expect_body(camera[i][0], fixture(camera[i][1]));
    }
    expect_body(TIMELINE "0" HOUR, "TotalCount=0\r\n");
    seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.options = "{}", .note = note, .note_size = sizeof(note)});
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "event");
    vmm_expect_no_footage(seen, 1, 3600);
}

Test(hanwha, a_recorders_channels_are_on_events_or_have_a_schedule_that_is_not_read)
{
    for (size_t i = 0; i < 5; i++) {
        expect_body(recorder[i][0], fixture(recorder[i][1]));
    }
    expect_body(MODES, "Channel.0.RecordOverlap=Normal\r\nChannel.0.NormalMode=Full\r\n"
                       "Channel.0.EventMode=Full\r\nChannel.1.NormalMode=Off\r\n"
                       "Channel.1.EventMode=I-Frame\r\nChannel.9.NormalMode=Off\r\n"
                       "Channel.9.EventMode=Off\r\n");
    memset(note_at + 2, 0, sizeof(note_at) - 2);
    note_at[1] = 1;
    vmm_mock_set_wall(mock, NEW_YEAR_US);
    const struct vmm_mock_result *seen = vmm_mock_look(
        mock, &(struct vmm_mock_ask){.options = "{}", .note = note_at, .note_size = TURNS});
    vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 1, "schedule");
    vmm_expect_text(seen, VMM_FACT_RECORDING_MODE, 2, "event");
    vmm_expect_absent(seen, VMM_FACT_RECORDING_MODE, 10); /* an empty slot */
}

Test(hanwha, modes_that_are_not_known_give_their_turn_to_the_footage)
{
    uint8_t refused = 0;
    for (uint8_t turn = 1; turn <= 9; turn += 8) {
        for (size_t i = 0; i < 5; i++) {
            expect_body(camera[i][0], fixture(camera[i][1]));
        }
        if (turn == 1) {
            expect_body(MODES, "NG\r\nError Code: 600\r\n");
        }
        expect_body(TIMELINE "0" HOUR, "TotalCount=0\r\n");
        memset(note_at + 2, 0, sizeof(note_at) - 2);
        note_at[1] = turn;
        note_at[2] = refused;
        vmm_mock_set_wall(mock, NEW_YEAR_US);
        const struct vmm_mock_result *seen = vmm_mock_look(
            mock, &(struct vmm_mock_ask){.options = "{}", .note = note_at, .note_size = TURNS});
        vmm_expect_end(seen, VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0);
        vmm_expect_absent(seen, VMM_FACT_RECORDING_MODE, 1);
        vmm_expect_no_footage(seen, 1, 3600);
        refused = seen->note[2];
    }
    cr_expect_eq(vmm_mock_request_count(mock), 13, "the modes are not asked for again");
}

/* ---- Channels ---- */

Test(hanwha, registered_channels_are_judged_and_empty_slots_are_not)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_number(seen, VMM_FACT_SIGNAL, 1, 1);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_MODEL, 1, "XNV-6081");
    vmm_expect_text(seen, VMM_FACT_CHANNEL_HOST, 1, "192.0.2.21");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 3, VMM_REASON_VIDEO_LOSS);
    vmm_expect_text(seen, VMM_FACT_CHANNEL_STATE, 3, "ConnectFail");
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 5);
    vmm_expect_absent(seen, VMM_FACT_SIGNAL, 6);
    vmm_expect_absent(seen, VMM_FACT_CHANNEL_ENABLED, 6);
}

Test(hanwha, a_loss_of_video_goes_over_the_register)
{
    const struct vmm_mock_result *seen = look_at(recorder, "", "", "{}");
    vmm_expect_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    vmm_expect_unjudged(seen, VMM_FACT_SIGNAL, 4);
    size_t told = 0;
    for (size_t i = 0; i < seen->observation_count; i++) {
        const struct vmm_observation *o = &seen->observations[i];
        told += o->fact == VMM_FACT_SIGNAL && o->index == 2 ? 1 : 0;
    }
    cr_assert_eq(told, 1, "one word for one channel");
    vmm_expect_fault(seen, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "*"), 1);
    cr_assert_eq(vmm_expect_count(seen, VMM_FACT_HARDWARE, "SystemEvent.CPUFanError"), 1);
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
