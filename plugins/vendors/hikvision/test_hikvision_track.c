/* SPDX-License-Identifier: MIT */
/* Tracks: when a channel is to be recorded. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <stdio.h>

#include "hikvision_parse.h"

TestSuite(hikvision_track, .init = begin, .fini = done);

static const char four_proxies[] =
    "<InputProxyChannelStatusList>"
    "<InputProxyChannelStatus><id>1</id><online>true</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>2</id><online>false</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>3</id><online>true</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>4</id><online>true</online></InputProxyChannelStatus>"
    "</InputProxyChannelStatusList>";

static void serve_tracks(const char *body)
{
    static const char *const paths[] = {
        "/ISAPI/ContentMgmt/record/tracks/101", "/ISAPI/ContentMgmt/record/tracks/201",
        "/ISAPI/ContentMgmt/record/tracks/301", "/ISAPI/ContentMgmt/record/tracks/401"};
    for (size_t i = 0; i < 4; i++) {
        serve(paths[i], body);
    }
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
}

/* The third look but one reads a track: that of channel 4, whose footage it searches for too. */
static const struct vmm_mock_result *look_at_track(const char *body)
{
    serve_tracks(body);
    look();
    look_again();
    look_again();
    return look_again();
}

#define TRACK(enabled, actions)                                                                    \
    "<Track><id>401</id><Enable>false</"                                                           \
    "Enable><TrackSchedule><ScheduleBlockList><ScheduleBlock>" actions                             \
    "</ScheduleBlock></ScheduleBlockList></TrackSchedule><CustomExtensionList>"                    \
    "<CustomExtension><enableSchedule>" enabled "</enableSchedule></CustomExtension>"              \
    "</CustomExtensionList></Track>"
#define ACTION(day, from, to, mode)                                                                \
    "<ScheduleAction><ScheduleActionStartTime><DayOfWeek>" day "</DayOfWeek><TimeOfDay>" from      \
    "</TimeOfDay></ScheduleActionStartTime><ScheduleActionEndTime><DayOfWeek>" day                 \
    "</DayOfWeek><TimeOfDay>" to "</TimeOfDay></ScheduleActionEndTime><Actions>"                   \
    "<ActionRecordingMode>" mode "</ActionRecordingMode></Actions></ScheduleAction>"

Test(hikvision_track, a_track_that_records_all_week_is_continuous_and_kept_in_mind)
{
    const struct vmm_mock_result *seen = look_at_track(fixture("track.xml"));
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "continuous");
    assert_absent(seen, VMM_FACT_RECORDING_DUE, 4);
    fact(seen, VMM_FACT_RECORDING_NEWEST, 4);
    assert_absent(look_again(), VMM_FACT_RECORDING_MODE, 1);
    look_again();
    seen = look_again();
    fact(seen, VMM_FACT_RECORDING_NEWEST, 4);
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "continuous");
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/record/tracks/401"), 1);
}

/* The wall clock shows Monday, 08:00:00. */
Test(hikvision_track, a_schedule_tells_whether_recording_is_due_and_since_when)
{
    const struct vmm_mock_result *seen =
        look_at_track(TRACK("true", ACTION("Monday", "06:30:00", "18:00:00", "CMR")
                                        ACTION("Tuesday", "00:00:00", "24:00:00", "MOTION")));
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "schedule");
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_DUE, 4)->number, 1);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_DUE_SINCE, 4)->number, 5400);
}

Test(hikvision_track, a_track_may_record_on_motion_alone)
{
    const struct vmm_mock_result *seen =
        look_at_track(TRACK("true", ACTION("Monday", "00:00:00", "24:00:00", "MOTION")));
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "motion");
}

Test(hikvision_track, a_track_may_record_on_events_alone)
{
    const struct vmm_mock_result *seen =
        look_at_track(TRACK("true", ACTION("Monday", "00:00:00", "24:00:00", "AllEvent")));
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "event");
}

Test(hikvision_track, a_track_that_is_switched_off_records_nothing)
{
    const struct vmm_mock_result *seen =
        look_at_track(TRACK("false", ACTION("Monday", "00:00:00", "24:00:00", "CMR")));
    assert_text(seen, VMM_FACT_RECORDING_MODE, 4, "off");
}

Test(hikvision_track, a_track_that_cannot_be_read_is_not_judged)
{
    static const char *const bodies[] = {
        TRACK("true", ""), TRACK("maybe", ACTION("Monday", "00:00:00", "24:00:00", "CMR")),
        TRACK("true", ACTION("Lundi", "00:00:00", "24:00:00", "CMR")),
        TRACK("true", ACTION("Monday", "00:00:00", "25:00:00", "CMR")), "<TrackList/>"};
    struct vmm_weekplan plan;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        cr_assert_eq(hikvision_read_track(vmm_text_of(bodies[i]), &plan), HIKVISION_FOREIGN, "%zu",
                     i);
    }
    const struct vmm_mock_result *seen = look_at_track(bodies[0]);
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    assert_absent(seen, VMM_FACT_RECORDING_MODE, 4);
}

Test(hikvision_track, tracks_that_are_not_offered_are_not_asked_for_again)
{
    for (unsigned channel = 1; channel <= 4; channel++) {
        char path[64];
        snprintf(path, sizeof(path), "/ISAPI/ContentMgmt/record/tracks/%u01", channel);
        serve_status(path, 403, fixture("response-notsupport.xml"));
    }
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    look();
    for (int i = 0; i < 12; i++) {
        assert_outcome(look_again(), VMM_OUTCOME_OK, 0);
    }
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/record/tracks/101") +
                     count_asked("/ISAPI/ContentMgmt/record/tracks/301") +
                     count_asked("/ISAPI/ContentMgmt/record/tracks/401"),
                 1);
}

/* Of recording on motion any footage of the last days is proof enough: the calendar tells a day that has some. */
Test(hikvision_track, the_calendar_proves_recording_on_motion_and_never_another)
{
    serve("/ISAPI/ContentMgmt/search", fixture("search-none.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/301/dailyDistribution",
          "<trackDailyDistribution><dayList><day><dayOfMonth>1</dayOfMonth><record>true</record>"
          "</day></dayList></trackDailyDistribution>");
    const struct vmm_mock_result *seen =
        look_at_track(TRACK("true", ACTION("Monday", "00:00:00", "24:00:00", "MOTION")));
    assert_text(seen, VMM_FACT_RECORDING_MODE, 3, "motion"); /* in doubt, 1 was searched twice */
    const struct vmm_observation *newest = vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 3);
    cr_assert_eq(newest->standing, VMM_STANDING_NOT_JUDGED, "its mode was not known yet");
    for (int i = 0; i < 12 && (newest == NULL || newest->standing != VMM_STANDING_OK); i++) {
        newest = vmm_mock_find(look_again(), VMM_FACT_RECORDING_NEWEST, 3);
    }
    cr_assert_not_null(newest);
    cr_assert_eq(newest->standing, VMM_STANDING_OK);
    cr_assert(newest->number >= 28799 && newest->number <= 28801, "since midnight: %lld",
              (long long)newest->number);
}
