/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "gateway/backlog.h"

#define DAY (86400ll * 1000000)

Test(backlog, nothing_goes_before_its_time)
{
    struct backlog backlog = {0};
    backlog_begin(&backlog, 10, 10 + BACKLOG_MAX);
    cr_assert_not(backlog_skips(&backlog, VMM_SEVERITY_NORMAL, 6 * DAY));
    cr_assert_not(backlog_skips(&backlog, VMM_SEVERITY_SUSPECT, 6 * DAY));
    cr_assert_eq(backlog_dropped(&backlog), 0);
}

Test(backlog, what_is_too_much_goes_the_oldest_of_normal_weight_first)
{
    struct backlog backlog = {0};
    backlog_begin(&backlog, 0, BACKLOG_MAX + 3);
    size_t skipped = 0;
    for (int i = 0; i < 100; i++) {
        uint32_t weight = i % 2 == 0 ? VMM_SEVERITY_NORMAL : VMM_SEVERITY_SUSPECT;
        if (backlog_skips(&backlog, weight, DAY)) {
            cr_assert_eq(weight, VMM_SEVERITY_NORMAL);
            cr_assert_lt(i, 5, "the oldest");
            backlog_skip(&backlog, weight);
            skipped++;
        }
    }
    cr_assert_eq(skipped, 3);
    cr_assert_eq(backlog_dropped(&backlog), 3);
    backlog_told(&backlog);
    cr_assert_eq(backlog_dropped(&backlog), 0);
}

Test(backlog, what_is_critical_stays_for_a_month)
{
    struct backlog backlog = {0};
    backlog_begin(&backlog, 0, 2 * BACKLOG_MAX);
    cr_assert(backlog_skips(&backlog, VMM_SEVERITY_SUSPECT, 8 * DAY));
    cr_assert_not(backlog_skips(&backlog, VMM_SEVERITY_CRITICAL, 8 * DAY));
    cr_assert_not(backlog_skips(&backlog, VMM_SEVERITY_CRITICAL, 29 * DAY));
    cr_assert(backlog_skips(&backlog, VMM_SEVERITY_CRITICAL, 31 * DAY));
}
