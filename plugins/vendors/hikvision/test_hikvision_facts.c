/* SPDX-License-Identifier: MIT */
/* What single answers mean: clock, channels, disks, footage. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <mock/mock_expect.h>

#include <stdio.h>
#include <string.h>

TestSuite(hikvision_facts, .init = begin, .fini = done);

/* ---- Clock ---- */

Test(hikvision_facts, the_wall_clock_and_the_rule_are_the_time)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    int64_t offset = fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > -2000 && offset <= 0, "%lld", (long long)offset);
    cr_assert_geq(fact(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0)->number, 1000);
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_ZONE, 0)->number, 480, "CST-8 is east");
    assert_text(seen, VMM_FACT_CLOCK_RULE, 0, "STD-8");
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_DST, 0)->number, 0);
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_SYNC, 0)->number, 0);
}

/* In summer this firmware still prints the offset of winter. */
Test(hikvision_facts, the_offset_that_is_printed_is_not_believed)
{
    serve("/ISAPI/System/time", fixture("time-wrong-offset.xml"));
    serve_recorder();
    vmm_mock_set_wall(mock, INT64_C(1721925034) * 1000000); /* 2024-07-25 16:30:34 UTC */
    const struct vmm_mock_result *seen = look();
    int64_t offset = fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > -2000 && offset <= 0, "%lld", (long long)offset);
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_ZONE, 0)->number, -360);
    assert_text(seen, VMM_FACT_CLOCK_RULE, 0, "STD6DST5,M3.2.0/2,M11.1.0/2");
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_DST, 0)->number, 1);
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_SYNC, 0)->number, 1);
}

Test(hikvision_facts, a_clock_off_by_the_summer_hour_is_off_by_it)
{
    serve("/ISAPI/System/time", fixture("time-wrong-offset.xml"));
    serve_recorder();
    vmm_mock_set_wall(mock, INT64_C(1721928634) * 1000000);
    int64_t offset = fact(look(), VMM_FACT_CLOCK_OFFSET, 0)->number;
    cr_assert(offset > -3602000 && offset <= -3600000, "%lld", (long long)offset);
}

Test(hikvision_facts, without_a_rule_the_clock_is_not_judged)
{
    serve("/ISAPI/System/time", "<Time><timeMode>satellite</timeMode>"
                                "<localTime>2024-01-01T08:00:00+08:00</localTime></Time>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
    assert_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
    assert_absent(seen, VMM_FACT_CLOCK_SYNC, 0);
}

Test(hikvision_facts, a_rule_that_is_not_understood_is_shown_and_not_judged)
{
    serve("/ISAPI/System/time", "<Time><localTime>2024-01-01T08:00:00</localTime>"
                                "<timeZone>Asia/Taipei</timeZone></Time>");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_unjudged(seen, VMM_FACT_CLOCK_RULE, 0);
    assert_absent(seen, VMM_FACT_CLOCK_OFFSET, 0);
}

Test(hikvision_facts, time_server_and_uptime_are_read_in_their_turn)
{
    serve_recorder();
    look();
    assert_text(look_again(), VMM_FACT_NTP_SERVER, 0, "pool.ntp.org");
    for (int i = 0; i < 3; i++) {
        look_again();
    }
    const struct vmm_mock_result *seen = look_again();
    cr_assert_eq(fact(seen, VMM_FACT_UPTIME, 0)->number, 7200);
    assert_text(seen, VMM_FACT_VENDOR, 0, "cpu_percent=12");
}

/* ---- Channels ---- */

Test(hikvision_facts, cameras_behind_a_recorder_are_told_with_its_own_words)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(fact(seen, VMM_FACT_CHANNELS, 0)->number, 8);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->number, 1);
    assert_text(seen, VMM_FACT_CHANNEL_STATE, 1, "connect");
    assert_fault(seen, VMM_FACT_SIGNAL, 2, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 2)->text, "errorUserNameOrPasswd");
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 4)->text, "offline");
    assert_text(seen, VMM_FACT_CHANNEL_NAME, 1, "Gate");
    assert_text(seen, VMM_FACT_CHANNEL_MODEL, 1, "DS-2CD2143G0-I");
    assert_text(seen, VMM_FACT_CHANNEL_HOST, 4, "192.168.254.5");
    assert_absent(seen, VMM_FACT_CHANNEL_NAME, 99);
}

Test(hikvision_facts, empty_disabled_and_undecided_channels_are_not_lost)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    cr_assert_eq(fact(seen, VMM_FACT_CHANNEL_ENABLED, 5)->number, 0);
    assert_absent(seen, VMM_FACT_SIGNAL, 5);
    assert_absent(seen, VMM_FACT_SIGNAL, 7);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 7);
    assert_absent(seen, VMM_FACT_SIGNAL, 8);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 8);
    cr_assert_eq(fact(seen, VMM_FACT_CHANNEL_ENABLED, 3)->number, 0, "told by the list of names");
    assert_absent(seen, VMM_FACT_SIGNAL, 3);
    assert_unjudged(seen, VMM_FACT_CHANNEL_STATE, 3);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 3)->text, "disabled");
    assert_absent(seen, VMM_FACT_SNAPSHOT_PATH, 5);
}

static const char four_proxies[] =
    "<InputProxyChannelStatusList>"
    "<InputProxyChannelStatus><id>1</id><online>true</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>2</id><online>false</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>3</id><online>true</online></InputProxyChannelStatus>"
    "<InputProxyChannelStatus><id>4</id><online>true</online></InputProxyChannelStatus>"
    "</InputProxyChannelStatusList>";

Test(hikvision_facts, the_working_status_tells_recording_and_signal)
{
    serve("/ISAPI/System/workingstatus/chanStatus", fixture("work.json"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    look();
    look_again();
    const struct vmm_mock_result *seen = look_again();
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_NOW, 1)->number, 1);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_NOW, 2)->number, 0);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_NOW, 2)->standing, VMM_STANDING_OK,
                 "an offline camera is told once, as offline");
    assert_fault(seen, VMM_FACT_RECORDING_NOW, 3, VMM_REASON_MISSING_RECORDING);
    assert_fault(seen, VMM_FACT_SIGNAL, 4, VMM_REASON_VIDEO_LOSS);
    assert_fault(seen, VMM_FACT_CHANNEL_STATE, 4, VMM_REASON_VIDEO_LOSS);
    cr_assert_str_eq(fact(seen, VMM_FACT_CHANNEL_STATE, 4)->text, "no signal");
}

static void serve_idle(void)
{
    serve("/ISAPI/System/workingstatus/chanStatus", fixture("work.json"));
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
}

/* An account that only monitors may not search: then the word of the device is all there is. */
Test(hikvision_facts, a_fault_of_recording_is_named_with_and_without_a_search)
{
    serve_idle();
    serve_status("/ISAPI/ContentMgmt/search", 403, fixture("response-notsupport.xml"));
    serve_recorder();
    assert_fault(look(), VMM_FACT_RECORDING_NOW, 3, VMM_REASON_MISSING_RECORDING);
    assert_fault(look_again(), VMM_FACT_RECORDING_NOW, 3, VMM_REASON_MISSING_RECORDING);
    assert_fault(look_with("{\"search\":false}"), VMM_FACT_RECORDING_NOW, 3,
                 VMM_REASON_MISSING_RECORDING);
}

Test(hikvision_facts, the_working_status_is_read_in_each_of_its_wrappers)
{
    static const char *const forms[] = {
        "{\"ChanStatus\":[{\"chanNo\":1,\"record\":1},{\"chanNo\":2,\"record\":0}]}",
        "{\"ChanStatusList\":{\"ChanStatus\":[{\"chanNo\":1,\"record\":1},{\"chanNo\":2}]}}",
        "{\"JSON_ChanStatus\":[{\"chanNo\":1,\"record\":true},{\"chanNo\":\"2\"}]}",
        "{\"JSON_ChanStatus\":{\"ChanStatus\":[{\"chanNo\":1,\"record\":\"1\"},{\"chanNo\":2}]}}",
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        done();
        begin();
        serve("/ISAPI/System/workingstatus/chanStatus", forms[i]);
        serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
              "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>true"
              "</online></InputProxyChannelStatus><InputProxyChannelStatus><id>2</id><online>true"
              "</online></InputProxyChannelStatus></InputProxyChannelStatusList>");
        serve_recorder();
        cr_assert_eq(fact(look(), VMM_FACT_RECORDING_NOW, 1)->number, 1, "%s", forms[i]);
    }
}

Test(hikvision_facts, a_working_status_with_other_numbers_is_not_guessed_at)
{
    serve("/ISAPI/System/workingstatus/chanStatus",
          "{\"ChanStatus\":[{\"chanNo\":33,\"record\":0},{\"chanNo\":34,\"record\":0}]}");
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_absent(seen, VMM_FACT_RECORDING_NOW, 1);
    cr_assert_not_null(strstr(fact(seen, VMM_FACT_FINDING, 0)->text, "numbers its channels"));
}

/* ---- Disks ---- */

static const struct vmm_mock_result *look_at_disks(const char *body)
{
    done();
    begin();
    serve("/ISAPI/ContentMgmt/Storage", body);
    serve_recorder();
    return look();
}

Test(hikvision_facts, a_full_disk_is_no_fault_and_network_storage_is_a_disk)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_text(seen, VMM_FACT_DISK_STATE, 1, "ok");
    assert_text(seen, VMM_FACT_DISK_STATE, 2, "idle");
    cr_assert_eq(fact(seen, VMM_FACT_DISK_TOTAL, 1)->number, INT64_C(1907729) << 20);
    cr_assert_eq(fact(seen, VMM_FACT_DISK_FREE, 1)->number, 0);
    assert_fault(seen, VMM_FACT_DISK_STATE, 1009, VMM_REASON_DISK_FAULT);
}

Test(hikvision_facts, each_word_of_a_disk_has_its_meaning)
{
    static const char *const faults[] = {"error",       "abnormal",  "offline",
                                         "unformatted", "mismatch",  "locked",
                                         "reparing",    "formating", "smartFailed"};
    static const char *const others[] = {"notexist", "unRecordHostFormatted", "new word"};
    char body[256];
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        snprintf(body, sizeof(body),
                 "<storage><hddList><hdd><id>3</id><status>%s</status></hdd>"
                 "</hddList></storage>",
                 faults[i]);
        assert_fault(look_at_disks(body), VMM_FACT_DISK_STATE, 3, VMM_REASON_DISK_FAULT);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(body, sizeof(body),
                 "<storage><hddList><hdd><id>3</id><status>%s</status></hdd>"
                 "</hddList></storage>",
                 others[i]);
        assert_unjudged(look_at_disks(body), VMM_FACT_DISK_STATE, 3);
    }
}

Test(hikvision_facts, an_empty_bay_beside_a_disk_is_no_missing_disk_and_nothing_else_is)
{
    const struct vmm_mock_result *seen =
        look_at_disks("<storage><hddList><hdd><id>1</id><status>notexist</status></hdd>"
                      "<hdd><id>2</id><status>ok</status></hdd></hddList></storage>");
    assert_unjudged(seen, VMM_FACT_DISK_STATE, 1);
    seen = look_at_disks("<storage><hddList><hdd><id>2</id><status>notexist</status></hdd>"
                         "</hddList></storage>");
    assert_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING);
}

Test(hikvision_facts, a_list_of_disks_that_is_not_understood_misses_none)
{
    static const char *const bodies[] = {
        "<storage><workMode>quota</workMode></storage>",
        "<storage><hddList><disk><id>1</id><status>ok</status></disk></hddList></storage>",
        "<storage><hddList/><nasList><share><id>1</id></share></nasList></storage>",
        "<hddList><disk><status>ok</status></disk></hddList>"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        const struct vmm_mock_result *seen = look_at_disks(bodies[i]);
        assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
        assert_absent(seen, VMM_FACT_DISK_STATE, 1);
    }
}

Test(hikvision_facts, read_only_is_a_fault_when_no_disk_takes_footage)
{
    static const char both[] =
        "<storage><hddList><hdd><id>1</id><status>ok</status><property>RO</property></hdd>"
        "<hdd><id>2</id><status>%s</status><property>RW</property></hdd></hddList></storage>";
    char body[256];
    snprintf(body, sizeof(body), both, "ok");
    assert_text(look_at_disks(body), VMM_FACT_DISK_STATE, 1, "ok");
    snprintf(body, sizeof(body), both, "error");
    const struct vmm_mock_result *seen = look_at_disks(body);
    assert_fault(seen, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_READONLY);
    assert_fault(seen, VMM_FACT_DISK_STATE, 2, VMM_REASON_DISK_FAULT);
}

Test(hikvision_facts, disks_are_read_from_the_older_path_too)
{
    serve_status("/ISAPI/ContentMgmt/Storage", 404, "");
    serve("/ISAPI/ContentMgmt/Storage/hdd", fixture("disks-psia.xml"));
    serve_recorder();
    assert_fault(look(), VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT);
    look_again();
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/Storage"), 1);
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/Storage/hdd"), 2);
}

Test(hikvision_facts, a_card_is_missing_only_where_one_is_expected)
{
    serve_camera();
    assert_fault(look_with("{\"expect_card\":true}"), VMM_FACT_DISK_STATE, 1,
                 VMM_REASON_DISK_MISSING);
}

/* ---- Footage ---- */

static const struct vmm_mock_request *last_request_to(const char *target)
{
    for (size_t i = vmm_mock_request_count(mock); i > 0; i--) {
        if (strcmp(vmm_mock_request(mock, i - 1)->target, target) == 0) {
            return vmm_mock_request(mock, i - 1);
        }
    }
    cr_assert_fail("%s was not asked for", target);
    return NULL;
}

Test(hikvision_facts, the_newest_footage_is_searched_by_the_devices_wall_clock)
{
    serve_recorder();
    look();
    const struct vmm_mock_result *seen = look_again();
    int64_t age = fact(seen, VMM_FACT_RECORDING_NEWEST, 1)->number;
    cr_assert(age >= 119 && age <= 121, "%lld", (long long)age);
    const char *body = last_request_to("/ISAPI/ContentMgmt/search")->body;
    cr_assert_not_null(strstr(body, "<trackID>101</trackID>"), "%s", body);
    cr_assert_not_null(strstr(body, "<startTime>2024-01-01T07:00:00Z</startTime>"), "%s", body);
    cr_assert_not_null(strstr(body, "<endTime>2024-01-01T08:01:00Z</endTime>"), "%s", body);
}

Test(hikvision_facts, each_live_channel_has_its_turn)
{
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    look();
    static const uint32_t turns[] = {1, 3, 4, 1};
    for (size_t i = 0; i < 4; i++) {
        fact(look_again(), VMM_FACT_RECORDING_NEWEST, turns[i]);
    }
}

/* Which channel was searched in a look. */
static uint32_t searched(void)
{
    const struct vmm_mock_result *seen = look_again();
    for (uint32_t i = 1; i <= 4; i++) {
        if (vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, i) != NULL) {
            return i;
        }
    }
    return 0;
}

Test(hikvision_facts, every_second_search_is_for_a_channel_that_does_not_record)
{
    serve("/ISAPI/System/workingstatus/chanStatus",
          "{\"ChanStatus\":[{\"chanNo\":1,\"record\":1},{\"chanNo\":2,\"record\":0},"
          "{\"chanNo\":3,\"record\":1},{\"chanNo\":4,\"record\":0}]}");
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    look();
    static const uint32_t turns[] = {1, 4, 3, 4, 4, 1, 4}; /* 2 is offline, and told as that */
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(searched(), turns[i], "search %zu", i);
    }
}

Test(hikvision_facts, a_channel_whose_footage_was_old_is_searched_until_it_is_fresh_three_times)
{
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve_recorder();
    look();
    cr_assert_eq(searched(), 1);
    cr_assert_eq(searched(), 3);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.body = fixture("identity-nvr.xml")});
    vmm_mock_answer(
        mock, &(struct vmm_mock_answer){.body = "<Time><localTime>2024-01-01T08:30:00</localTime>"
                                                "<timeZone>CST-8:00:00</timeZone></Time>"});
    cr_assert_eq(searched(), 4, "half an hour old");
    static const uint32_t turns[] = {1, 4, 3, 4, 4, 1, 3, 4};
    for (size_t i = 0; i < 8; i++) {
        cr_assert_eq(searched(), turns[i], "search %zu", i);
    }
}

Test(hikvision_facts, without_footage_in_the_last_hour_the_calendar_tells_how_old_the_newest_is)
{
    serve("/ISAPI/ContentMgmt/search", fixture("search-none.xml"));
    serve("/ISAPI/System/time", "<Time><localTime>2024-01-31T12:00:00</localTime>"
                                "<timeZone>CST-8:00:00</timeZone></Time>");
    serve_recorder();
    vmm_mock_set_wall(mock, INT64_C(1706673600) * 1000000); /* 2024-01-31 04:00:00 UTC */
    look();
    const struct vmm_mock_result *seen = look_again();
    vmm_expect_no_footage(seen, 1, 43200); /* since the end of the 30th */
    fact(seen, VMM_FACT_UPTIME, 0);
}

#define MATCH(begin, end)                                                                          \
    "<searchMatchItem><timeSpan><startTime>2024-01-01T07:" begin                                   \
    ":00Z</startTime><endTime>2024-01-01T07:" end ":00Z</endTime></timeSpan></searchMatchItem>"

static const struct vmm_mock_result *look_at_cut(const char *matches)
{
    static char list[1024];
    snprintf(list, sizeof(list),
             "<CMSearchResult><responseStatusStrg>MORE</responseStatusStrg><matchList>%s"
             "</matchList></CMSearchResult>",
             matches);
    serve("/ISAPI/ContentMgmt/search", list);
    serve_recorder();
    look();
    return look_again();
}

Test(hikvision_facts, of_a_list_that_was_cut_only_fresh_footage_is_believed)
{
    assert_absent(look_at_cut(MATCH("00", "10") MATCH("10", "20")), VMM_FACT_RECORDING_NEWEST, 1);
    done();
    begin();
    fact(look_at_cut(MATCH("00", "10") MATCH("10", "50")), VMM_FACT_RECORDING_NEWEST, 1);
}

Test(hikvision_facts, footage_is_not_called_missing_where_the_search_was_not_understood)
{
    serve("/ISAPI/ContentMgmt/search", "<CMSearchResult><responseStatusStrg>OK</responseStatusStrg>"
                                       "<numOfMatches>2</numOfMatches></CMSearchResult>");
    serve_recorder();
    look();
    const struct vmm_mock_result *seen = look_again();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(hikvision_facts, a_search_that_is_refused_is_not_judged_and_not_repeated)
{
    serve_status("/ISAPI/ContentMgmt/search", 403, fixture("response-notsupport.xml"));
    serve_recorder();
    look();
    assert_outcome(look_again(), VMM_OUTCOME_OK, 0);
    look_again();
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/search"), 1);
}

Test(hikvision_facts, nothing_is_searched_when_the_operator_says_so)
{
    serve_recorder();
    for (int i = 0; i < 4; i++) {
        look_with("{\"search\":false}");
    }
    cr_assert_eq(count_asked("/ISAPI/ContentMgmt/search"), 0);
}

/* January has footage from the 29th on, December none: the oldest is of that day. */
Test(hikvision_facts, the_oldest_footage_is_found_month_by_month)
{
    serve("/ISAPI/System/time", "<Time><localTime>2024-01-31T12:00:00</localTime>"
                                "<timeZone>CST-8:00:00</timeZone></Time>");
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve_recorder();
    vmm_mock_set_wall(mock, INT64_C(1706673600) * 1000000);
    look();
    look_again(); /* the time server's turn */
    look_again(); /* January */
    cr_assert_not_null(
        strstr(last_request_to("/ISAPI/ContentMgmt/record/tracks/101/dailyDistribution")->body,
               "<year>2024</year><monthOfYear>1</monthOfYear>"));
    done();
    begin();
    serve("/ISAPI/System/time", "<Time><localTime>2024-01-31T12:00:00</localTime>"
                                "<timeZone>CST-8:00:00</timeZone></Time>");
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status", four_proxies);
    serve("/ISAPI/ContentMgmt/record/tracks/401", fixture("track.xml"));
    serve("/ISAPI/ContentMgmt/record/tracks/*", fixture("days-none.xml"));
    serve_recorder();
    vmm_mock_set_wall(mock, INT64_C(1706673600) * 1000000);
    look_again(); /* a schedule */
    look_again(); /* the last day of the channel that is recorded all the time */
    look_again(); /* the uptime */
    look_again(); /* December */
    cr_assert_not_null(
        strstr(last_request_to("/ISAPI/ContentMgmt/record/tracks/101/dailyDistribution")->body,
               "<year>2023</year><monthOfYear>12</monthOfYear>"));
    const struct vmm_mock_result *seen = look_again();
    const char *body = last_request_to("/ISAPI/ContentMgmt/search")->body;
    cr_assert_not_null(strstr(body, "<startTime>2024-01-29T00:00:00Z</startTime>"), "%s", body);
    cr_assert_not_null(strstr(body, "<maxResults>1</maxResults>"), "%s", body);
    cr_assert_not_null(vmm_mock_find(seen, VMM_FACT_RECORDING_OLDEST, 1));
}
