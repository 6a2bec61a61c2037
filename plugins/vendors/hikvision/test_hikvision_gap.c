/* SPDX-License-Identifier: MIT */
/* The last day of a channel that is recorded all the time: what is missing in it. */
#include "test_hikvision.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

TestSuite(hikvision_gap, .init = begin, .fini = done);

#define RESULT(word, items)                                                                        \
    "<CMSearchResult><responseStatus>true</responseStatus><responseStatusStrg>" word               \
    "</responseStatusStrg><matchList>" items "</matchList></CMSearchResult>"
#define ITEM(from, to)                                                                             \
    "<searchMatchItem><timeSpan><startTime>" from "</startTime><endTime>" to                       \
    "</endTime></timeSpan></searchMatchItem>"

/* Channel 1 alone is recorded all the time; it is 08:00 on 1 January 2024 by the recorder's wall clock. */
static void serve_search(const char *body)
{
    serve("/ISAPI/ContentMgmt/InputProxy/channels/status",
          "<InputProxyChannelStatusList><InputProxyChannelStatus><id>1</id><online>true</online>"
          "</InputProxyChannelStatus></InputProxyChannelStatusList>");
    serve("/ISAPI/ContentMgmt/InputProxy/channels", "<InputProxyChannelList/>");
    serve("/ISAPI/ContentMgmt/search", body);
    serve_recorder();
}

static bool is_of_a_day(const struct vmm_mock_request *request)
{
    return strcmp(request->target, "/ISAPI/ContentMgmt/search") == 0 &&
           strstr(request->body, "<endTime>2024-01-01T07:50:00Z</endTime>") != NULL;
}

/* How many pages of a last day were asked for; the body of the last goes to `body`. */
static size_t count_pages(const char **body)
{
    size_t count = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const struct vmm_mock_request *request = vmm_mock_request(mock, i);
        if (is_of_a_day(request)) {
            *body = request->body;
            count++;
        }
    }
    return count;
}

/* Look until so many pages were asked for. */
static const struct vmm_mock_result *look_for_pages(size_t pages)
{
    const char *body = NULL;
    const struct vmm_mock_result *seen = look();
    for (int i = 0; i < 40 && count_pages(&body) < pages; i++) {
        seen = look_again();
    }
    cr_assert_eq(count_pages(&body), pages);
    return seen;
}

Test(hikvision_gap, what_is_missing_in_the_last_day_is_told_with_the_mode)
{
    const char *body = NULL;
    serve_search(RESULT("OK", ITEM("2023-12-30T00:00:00Z", "2023-12-31T20:00:00Z")
                                  ITEM("2023-12-31T21:30:00Z", "2024-01-01T08:00:00Z")));
    const struct vmm_mock_result *seen = look_for_pages(1);
    (void)count_pages(&body);
    cr_assert_not_null(strstr(body, "<trackID>101</trackID>"), "%s", body);
    cr_assert_not_null(strstr(body, "<startTime>2023-12-31T07:50:00Z</startTime>"), "%s", body);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_GAP, 1)->number, 5400);
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    assert_outcome(seen, VMM_OUTCOME_OK, 0);
}

Test(hikvision_gap, a_day_is_looked_through_once_and_the_next_one_again)
{
    const char *body = NULL;
    serve_search(RESULT("OK", ITEM("2023-12-30T00:00:00Z", "2024-01-01T08:00:00Z")));
    const struct vmm_mock_result *seen = look_for_pages(1);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_GAP, 1)->number, 0);
    for (int i = 0; i < 40; i++) {
        assert_absent(look_again(), VMM_FACT_RECORDING_GAP, 1);
    }
    cr_assert_eq(count_pages(&body), 1);
    vmm_mock_set_wall(mock, INT64_C(1704153600) * 1000000); /* a day later */
    bool again = false;
    for (int i = 0; i < 10; i++) {
        again = again || vmm_mock_find(look_again(), VMM_FACT_RECORDING_GAP, 1) != NULL;
    }
    cr_assert(again);
}

Test(hikvision_gap, a_day_of_many_files_is_read_page_by_page)
{
    const char *body = NULL;
    serve_search(RESULT("MORE", ITEM("2023-12-31T07:00:00Z", "2023-12-31T12:00:00Z")
                                    ITEM("2023-12-31T12:00:05Z", "2023-12-31T18:00:00Z")));
    assert_absent(look_for_pages(2), VMM_FACT_RECORDING_GAP, 1);
    (void)count_pages(&body);
    cr_assert_not_null(strstr(body, "<startTime>2023-12-31T18:00:00Z</startTime>"), "%s", body);
    for (int i = 0; i < 40; i++) {
        assert_absent(look_again(), VMM_FACT_RECORDING_GAP, 1);
    }
    cr_assert_eq(count_pages(&body), 2, "the second page led nowhere: nothing is known");
}

Test(hikvision_gap, a_search_that_is_refused_or_not_understood_tells_nothing)
{
    serve_search("<html/>");
    const struct vmm_mock_result *seen = look_for_pages(1);
    assert_absent(seen, VMM_FACT_RECORDING_GAP, 1);
    assert_outcome(seen, VMM_OUTCOME_PARTIAL, 0);
}

Test(hikvision_gap, nothing_is_searched_where_recording_is_not_continuous)
{
    const char *body = NULL;
    serve("/ISAPI/ContentMgmt/record/tracks/101",
          "<Track><TrackSchedule/><CustomExtensionList><CustomExtension><enableSchedule>false"
          "</enableSchedule></CustomExtension></CustomExtensionList></Track>");
    serve_search(RESULT("OK", ""));
    look();
    for (int i = 0; i < 40; i++) {
        look_again();
    }
    cr_assert_eq(count_pages(&body), 0);
}
