/* SPDX-License-Identifier: MIT */
/* The last day of channels that are recorded all the time: what is missing in it. */
#include "test_dahua.h"

#include <criterion/criterion.h>

#include <mock/mock_expect.h>

#include <stdio.h>
#include <string.h>

TestSuite(dahua_day, .init = begin, .fini = done);

#define FIND  "/cgi-bin/mediaFileFind.cgi?action="
#define MODES "/cgi-bin/configManager.cgi?action=getConfig&name=RecordMode"
#define ITEM(place, from, to)                                                                      \
    "items[" place "].StartTime=" from "\r\nitems[" place "].EndTime=" to "\r\n"
#define WHOLE "found=1\r\n" ITEM("0", "2023-12-30 00:00:00", "2024-01-01 08:00:00")

/* Channel 1 alone has a picture; its schedule is of the whole week. */
static void serve_files(const char *files)
{
    serve(FIND "findNextFile*", files);
    serve_recorder();
}

/* How many pages of a last day were asked for; the last of them goes to `target`. */
static size_t count_pages(const char **target)
{
    size_t count = 0;
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        const char *asked = vmm_mock_request(mock, i)->target;
        if (strstr(asked, "condition.EndTime=2024-01-01%2007:50:") != NULL) {
            *target = asked;
            count++;
        }
    }
    return count;
}

/* Look until so many pages were asked for: there is one in sixteen looks. */
static const struct vmm_mock_result *look_for_pages(size_t pages)
{
    const char *target = NULL;
    const struct vmm_mock_result *seen = look();
    for (size_t i = 0; i < 16 * pages && count_pages(&target) < pages; i++) {
        seen = look_again();
    }
    cr_assert_eq(count_pages(&target), pages);
    return seen;
}

Test(dahua_day, what_is_missing_in_the_last_day_is_told_with_the_mode)
{
    const char *target = NULL;
    serve_files("found=2\r\n" ITEM("0", "2023-12-30 00:00:00", "2023-12-31 20:00:00")
                    ITEM("1", "2023-12-31 21:30:00", "2024-01-01 08:00:00"));
    const struct vmm_mock_result *seen = look_for_pages(1);
    (void)count_pages(&target);
    cr_assert_not_null(
        strstr(target, "condition.Channel=1&condition.StartTime=2023-12-31%2007:50:"), "%s",
        target);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_GAP, 1)->number, 5400);
    assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
    assert_outcome(seen, VMM_OUTCOME_OK);
    cr_assert_str_eq(vmm_mock_request(mock, vmm_mock_request_count(mock) - 1)->target,
                     FIND "destroy&object=123");
}

Test(dahua_day, a_day_is_looked_through_once)
{
    const char *target = NULL;
    serve_files(WHOLE);
    cr_assert_eq(fact(look_for_pages(1), VMM_FACT_RECORDING_GAP, 1)->number, 0);
    for (int i = 0; i < 40; i++) {
        assert_absent(look_again(), VMM_FACT_RECORDING_GAP, 1);
    }
    cr_assert_eq(count_pages(&target), 1);
}

Test(dahua_day, what_is_not_searched_for_a_day_is_searched_for_the_newest)
{
    serve(MODES, "table.RecordMode[0].Mode=2\r\n");
    serve_files(WHOLE);
    look();
    size_t newest = 0;
    for (int i = 0; i < 15; i++) {
        const struct vmm_mock_result *seen = look_again();
        assert_absent(seen, VMM_FACT_RECORDING_GAP, 1);
        newest += vmm_mock_find(seen, VMM_FACT_RECORDING_NEWEST, 1) != NULL;
    }
    cr_assert_eq(newest, 3);
}

/* Of a recorder that has just been added: whether it records is told by the seventh look, whatever its last day has. */
Test(dahua_day, two_searches_for_the_newest_come_before_the_last_day)
{
    const char *target = NULL;
    serve_files("found=0\r\n");
    look();
    for (int i = 1; i < 7; i++) {
        const struct vmm_mock_result *seen = look_again();
        if (i == 2 || i == 6) {
            vmm_expect_no_footage(seen, 1, 3600);
            assert_text(seen, VMM_FACT_RECORDING_MODE, 1, "continuous");
        }
    }
    cr_assert_eq(count_pages(&target), 0);
    look_for_pages(1);
}

Test(dahua_day, nothing_is_found_where_400_says_so)
{
    serve_status(FIND "findFile*", 400, "Error\r\nBad Request!\r\n");
    serve_recorder();
    const struct vmm_mock_result *seen = look_for_pages(1);
    cr_assert_eq(fact(seen, VMM_FACT_RECORDING_GAP, 1)->number, 86400);
    assert_absent(seen, VMM_FACT_RECORDING_NEWEST, 1);
}

/* A hundred files, each of six minutes, from this moment of 31 December on. */
static const char *hundred(int begin_minute)
{
    static char files[16384];
    size_t used = (size_t)snprintf(files, sizeof(files), "found=100\r\n");
    for (int i = 0; i < 100; i++) {
        int from = begin_minute + i * 6;
        used += (size_t)snprintf(files + used, sizeof(files) - used,
                                 ITEM("%d", "2023-12-31 %02d:%02d:00", "2023-12-31 %02d:%02d:59"),
                                 i, from / 60, from % 60, i, (from + 5) / 60, (from + 5) % 60);
    }
    return files;
}

Test(dahua_day, a_day_of_many_files_is_read_page_by_page)
{
    const char *target = NULL;
    serve_files(hundred(480));
    assert_absent(look_for_pages(2), VMM_FACT_RECORDING_GAP, 1);
    (void)count_pages(&target);
    cr_assert_not_null(strstr(target, "condition.StartTime=2023-12-31%2017:59:59"), "%s", target);
    for (int i = 0; i < 40; i++) {
        assert_absent(look_again(), VMM_FACT_RECORDING_GAP, 1);
    }
    cr_assert_eq(count_pages(&target), 2, "the second page led nowhere: nothing is known");
}

Test(dahua_day, what_is_not_understood_tells_nothing_and_is_not_asked_again_that_day)
{
    static const char *const files[] = {
        "found=3\r\n",
        "found=2\r\n" ITEM("0", "2023-12-30 00:00:00", "2024-01-01 08:00:00"),
        "found=1\r\n" ITEM("0", "soon", "2024-01-01 08:00:00"),
        "found=1\r\n" ITEM("0", "2024-01-01 08:00:00", "2023-12-30 00:00:00"),
        "found=101\r\n" ITEM("0", "2023-12-30 00:00:00", "2024-01-01 08:00:00"),
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *target = NULL;
        done();
        begin();
        serve_files(files[i]);
        const struct vmm_mock_result *seen = look_for_pages(1);
        assert_absent(seen, VMM_FACT_RECORDING_GAP, 1);
        assert_outcome(seen, VMM_OUTCOME_PARTIAL);
        for (int n = 0; n < 20; n++) {
            look_again();
        }
        cr_assert_eq(count_pages(&target), 1);
    }
}
