/* SPDX-License-Identifier: MIT */
/* Footage, and how channels are to be recorded. */
#include "test_hanwha.h"

#include "hanwha_parse.h"

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
#define TURNS 92

static uint8_t note_at[TURNS] = {3};

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
    uint8_t note[TURNS] = {3, 2};
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
