/* SPDX-License-Identifier: MIT */
/* The newest and the oldest footage. */
#include "test_uniview.h"

#include <criterion/criterion.h>

#include <kit/backwalk.h>
#include <mock/mock_expect.h>

#include <stdio.h>
#include <string.h>

Test(uniview, the_newest_footage_is_searched_by_the_devices_clock_one_channel_a_look)
{
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    int64_t age = fact(seen, VMM_FACT_RECORDING_NEWEST, 1)->number;
    cr_assert(age >= 59 && age <= 61, "%lld", (long long)age);
    const char *target = vmm_mock_request(mock, 4)->target;
    cr_assert_not_null(strstr(target, "Begin=1704067200&End=1704070860&"), "%s", target);
}

Test(uniview, no_footage_of_the_last_hour_is_at_least_that_old)
{
    serve("/Channels/1/*", "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"Nums\":0}}}");
    serve_recorder();
    vmm_expect_no_footage(look(), 1, 3600);
}

/* A hundred records, of a quarter of a minute each; the device's clock shows 1704070800. */
static const char *hundred(int64_t begin)
{
    static char records[16384];
    size_t used = (size_t)snprintf(records, sizeof(records),
                                   "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"Nums\":100,"
                                   "\"RecordInfos\":[");
    for (int i = 0; i < 100; i++, begin += 15) {
        used += (size_t)snprintf(records + used, sizeof(records) - used,
                                 "%s{\"Begin\":%lld,\"End\":%lld}", i > 0 ? "," : "",
                                 (long long)begin, (long long)begin + 15);
    }
    snprintf(records + used, sizeof(records) - used, "]}}}");
    return records;
}

Test(uniview, of_a_list_that_may_have_been_cut_only_fresh_footage_is_believed)
{
    serve("/Channels/1/*", hundred(1704070800 - 3600));
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_OK);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
    done();
    begin();
    serve("/Channels/1/*", hundred(1704070800 - 1600));
    serve_recorder();
    int64_t age = fact(look(), VMM_FACT_RECORDING_NEWEST, 1)->number;
    cr_assert(age >= 99 && age <= 101, "%lld", (long long)age);
}

Test(uniview, a_search_that_is_not_understood_calls_nothing_missing)
{
    serve("/Channels/1/*", "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"Nums\":2}}}");
    serve_recorder();
    const struct vmm_mock_result *seen = look();
    assert_outcome(seen, VMM_OUTCOME_PARTIAL);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(uniview, nothing_is_searched_when_the_operator_says_so)
{
    serve_recorder();
    ask(&(struct vmm_mock_ask){.options = "{\"search\":false}"});
    cr_assert_eq(vmm_mock_request_count(mock), 4);
}

#define DAYS(list)                                                                                 \
    "{\"Response\":{\"ResponseCode\":0,\"StatusCode\":0,\"Data\":{\"DailyStatus\":[" list "]}}}"
#define ZEROS_28 "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"

/* A look at a recorder that makes a step back; the clock shows 2024-01-01 01:00 UTC. */
static const struct vmm_mock_result *step_back(const char *body)
{
    const uint8_t *note = kept_note;
    uint8_t given[VMM_NOTE_MAX];
    size_t size = kept_size;
    memcpy(given, note, size);
    done();
    begin();
    serve("/Channels/1/*", body);
    serve_recorder();
    given[10] = 3;
    const struct vmm_mock_result *seen =
        ask(&(struct vmm_mock_ask){.note = given, .note_size = size});
    cr_assert_eq(vmm_mock_request_count(mock), 5);
    return seen;
}

static const char *asked(void)
{
    return vmm_mock_request(mock, 4)->target +
           strlen(LAPI "/Channels/1/Media/Video/Streams/0/Records");
}

Test(uniview, the_oldest_footage_is_found_month_by_month)
{
    serve_recorder();
    look();
    step_back(DAYS("1,0,0," ZEROS_28));
    cr_assert_str_eq(asked(), "/DailyDistribution?Year=2024&Month=1");
    step_back(DAYS(ZEROS_28 ",0,1,1"));
    cr_assert_str_eq(asked(), "/DailyDistribution?Year=2023&Month=12");
    step_back(DAYS(ZEROS_28 ",0,0"));
    cr_assert_str_eq(asked(), "/DailyDistribution?Year=2023&Month=11");
    const struct vmm_mock_result *seen = step_back(
        "{\"Response\":{\"ResponseCode\":0,\"Data\":{\"Nums\":2,\"RecordInfos\":["
        "{\"Begin\":1703900000,\"End\":1703903600},{\"Begin\":1703896400,\"End\":1703900000}]}}}");
    cr_assert_str_eq(asked(), "?Begin=1703844000&End=1704031200&Types=0&Limit=100&Offset=0");
    int64_t age = fact(seen, VMM_FACT_RECORDING_OLDEST, 1)->number;
    cr_assert(age >= 174399 && age <= 174401, "%lld", (long long)age);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

Test(uniview, a_calendar_that_is_not_understood_tells_nothing_and_is_left)
{
    static const char *const bodies[] = {DAYS(""), DAYS("1,0"), DAYS(ZEROS_28 ",2"),
                                         "{\"Data\":{}}"};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        serve_recorder();
        look();
        assert_outcome(step_back(bodies[i]), VMM_OUTCOME_PARTIAL);
        cr_assert_eq(kept_note[12 + 7], VMM_BACKWALK_DONE);
        done();
        begin();
    }
}

Test(uniview, a_recorder_without_a_calendar_is_searched_for_the_newest_alone)
{
    serve_status("/Channels/1/Media/Video/Streams/0/Records/*", 404, "");
    serve_recorder();
    look();
    for (int i = 0; i < 3; i++) {
        ask(&(struct vmm_mock_ask){.note = kept_note, .note_size = kept_size});
    }
    const struct vmm_mock_result *seen = NULL;
    for (int i = 0; i < 4; i++) {
        seen = ask(&(struct vmm_mock_ask){.note = kept_note, .note_size = kept_size});
        assert_outcome(seen, VMM_OUTCOME_OK);
    }
    size_t calendars = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        calendars += strstr(vmm_mock_request(mock, i)->target, "DailyDistribution") != NULL;
    }
    cr_assert_eq(calendars, 1);
}
