/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/dayscan.h>

#include <string.h>

#define WALL_MS INT64_C(1706702400000) /* 2024-01-31 12:00:00 */
#define FROM_S  INT64_C(1706615400)    /* a day and ten minutes before */

/* A stretch from one minute of the day looked through to another. */
static struct vmm_span span(int64_t from_min, int64_t to_min)
{
    return (struct vmm_span){(FROM_S + from_min * 60) * 1000, (FROM_S + to_min * 60) * 1000};
}

static struct vmm_dayscan begun(void)
{
    struct vmm_dayscan scan;
    vmm_dayscan_begin(&scan, 3, WALL_MS);
    cr_assert_eq(vmm_dayscan_from(&scan), FROM_S * 1000);
    cr_assert_eq(vmm_dayscan_to(&scan), (FROM_S + 86400) * 1000);
    return scan;
}

Test(dayscan, counts_the_holes_of_a_day_at_its_ends_and_within)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span spans[] = {span(600, 1400), span(30, 300), span(300, 540)};
    cr_expect_eq(vmm_dayscan_page(&scan, spans, 3, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(scan.missing_s, (30 + 60 + 40) * 60);
}

Test(dayscan, finds_nothing_missing_in_what_overlaps_and_reaches_beyond)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span spans[] = {span(-90, 700), span(100, 200), span(650, 2000)};
    cr_expect_eq(vmm_dayscan_page(&scan, spans, 3, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(scan.missing_s, 0);
}

Test(dayscan, a_few_seconds_between_two_files_are_no_hole)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span spans[] = {span(0, 700), span(700, 1440)};
    spans[1].begin_ms += 10000;
    cr_expect_eq(vmm_dayscan_page(&scan, spans, 2, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(scan.missing_s, 0);
}

Test(dayscan, a_day_without_footage_is_all_missing)
{
    struct vmm_dayscan scan = begun();
    cr_expect_eq(vmm_dayscan_page(&scan, NULL, 0, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(scan.missing_s, 86400);
}

Test(dayscan, counts_no_hole_twice_where_footage_ends_before_it_begins)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span spans[] = {span(1000, 10), span(1000, 10), span(1000, 10), span(1000, 1440)};
    cr_expect_eq(vmm_dayscan_page(&scan, spans, 4, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(scan.missing_s, 1000 * 60);
}

Test(dayscan, goes_on_where_a_page_has_ended)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span first[] = {span(0, 300), span(320, 500)};
    struct vmm_span second[] = {span(480, 900), span(900, 1440)};
    cr_expect_eq(vmm_dayscan_page(&scan, first, 2, true), VMM_DAYSCAN_GOES_ON);
    cr_expect_eq(vmm_dayscan_from(&scan), (FROM_S + 500 * 60) * 1000);
    uint8_t bytes[VMM_DAYSCAN_SIZE];
    struct vmm_dayscan kept;
    vmm_dayscan_write(&scan, bytes);
    vmm_dayscan_read(&kept, bytes);
    cr_expect_eq(memcmp(&kept, &scan, sizeof(scan)), 0);
    cr_expect_eq(vmm_dayscan_page(&kept, second, 2, false), VMM_DAYSCAN_DONE);
    cr_expect_eq(kept.missing_s, 20 * 60);
}

Test(dayscan, a_page_that_goes_backward_or_nowhere_tells_nothing)
{
    struct vmm_dayscan scan = begun();
    struct vmm_span backward[] = {span(900, 1440), span(300, 900)};
    struct vmm_span nowhere[] = {span(-60, -30), span(-30, 0)};
    cr_expect_eq(vmm_dayscan_page(&scan, backward, 2, true), VMM_DAYSCAN_STUCK);
    scan = begun();
    cr_expect_eq(vmm_dayscan_page(&scan, nowhere, 2, true), VMM_DAYSCAN_STUCK);
    scan = begun();
    cr_expect_eq(vmm_dayscan_page(&scan, nowhere, 1, true), VMM_DAYSCAN_STUCK);
}

Test(dayscan, that_never_ends_is_given_up)
{
    struct vmm_dayscan scan = begun();
    uint32_t came = VMM_DAYSCAN_GOES_ON;
    int pages = 0;
    for (; came == VMM_DAYSCAN_GOES_ON && pages < 1000; pages++) {
        struct vmm_span spans[] = {span(pages, pages + 1), span(pages + 1, pages + 2)};
        came = vmm_dayscan_page(&scan, spans, 2, true);
    }
    cr_expect_eq(came, VMM_DAYSCAN_STUCK);
    cr_expect_lt(pages, 60);
}

Test(dayscan, a_spoilt_note_has_not_begun)
{
    uint8_t bytes[VMM_DAYSCAN_SIZE];
    struct vmm_dayscan scan = begun();
    struct vmm_dayscan read;
    vmm_dayscan_write(&scan, bytes);
    bytes[7] = 0;
    vmm_dayscan_read(&read, bytes);
    cr_expect_eq(read.channel, 0);
    vmm_dayscan_begin(&scan, 1, 0);
    cr_expect_eq(scan.channel, 0, "a clock of 1970 has no day before");
}
