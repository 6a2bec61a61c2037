/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/backwalk.h>

#include <string.h>

#define WALL_MS INT64_C(1706702400000) /* 2024-01-31 12:00:00 */

static void expect_month(const struct vmm_backwalk *walk, int32_t year, int32_t month)
{
    int32_t y = 0;
    int32_t m = 0;
    vmm_backwalk_month(walk, WALL_MS, &y, &m);
    cr_expect_eq(y * 100 + m, year * 100 + month, "%d-%d", y, m);
}

Test(backwalk, goes_back_month_by_month_and_stops_at_the_oldest_day)
{
    struct vmm_backwalk walk = {.channel = 1};
    expect_month(&walk, 2024, 1);
    vmm_backwalk_days(&walk, WALL_MS, 1u << 3 | 1u << 30);
    expect_month(&walk, 2023, 12);
    vmm_backwalk_days(&walk, WALL_MS, 1u << 17);
    cr_expect_eq(walk.state, VMM_BACKWALK_BACK);
    expect_month(&walk, 2023, 11);
    vmm_backwalk_days(&walk, WALL_MS, 0);
    cr_expect_eq(walk.state, VMM_BACKWALK_DAY);
    cr_expect_eq(vmm_backwalk_midnight(&walk), INT64_C(1702771200000), "2023-12-17");
}

Test(backwalk, passes_one_month_without_footage_at_its_beginning_and_no_second)
{
    struct vmm_backwalk walk = {.channel = 1};
    vmm_backwalk_days(&walk, WALL_MS, 0);
    cr_expect_eq(walk.state, VMM_BACKWALK_BACK);
    vmm_backwalk_days(&walk, WALL_MS, 0);
    cr_expect_eq(walk.state, VMM_BACKWALK_DONE);
}

Test(backwalk, ends_after_two_years)
{
    struct vmm_backwalk walk = {.channel = 1};
    size_t steps = 0;
    for (; walk.state == VMM_BACKWALK_BACK && steps < 100; steps++) {
        vmm_backwalk_days(&walk, WALL_MS, 2);
    }
    cr_expect_eq(steps, 25);
    cr_expect_eq(walk.state, VMM_BACKWALK_DAY);
}

Test(backwalk, is_kept_in_a_note_and_a_spoilt_one_has_not_begun)
{
    uint8_t bytes[VMM_BACKWALK_SIZE];
    struct vmm_backwalk walk = {700, 2023, 12, 17, 3, VMM_BACKWALK_DAY};
    struct vmm_backwalk read;
    vmm_backwalk_write(&walk, bytes);
    vmm_backwalk_read(&read, bytes);
    cr_expect_eq(memcmp(&walk, &read, sizeof(walk)), 0);
    bytes[4] = 13;
    vmm_backwalk_read(&read, bytes);
    cr_expect_eq(read.channel, 0);
    cr_expect_eq(read.state, VMM_BACKWALK_BACK);
}
