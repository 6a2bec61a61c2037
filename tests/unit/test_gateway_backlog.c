/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "gateway/backlog.h"

#define DAY (86400ll * 1000000)

static struct backlog backlog;

static void set_up(void)
{
    backlog_init(&backlog);
}

static void tear_down(void)
{
    backlog_finish(&backlog);
}

TestSuite(backlog, .init = set_up, .fini = tear_down);

static void begin(int64_t normal, int64_t suspect, int64_t critical)
{
    backlog_begin(&backlog, (int64_t[VMM_SEVERITY_COUNT]){[VMM_SEVERITY_NORMAL] = normal,
                                                          [VMM_SEVERITY_SUSPECT] = suspect,
                                                          [VMM_SEVERITY_CRITICAL] = critical});
}

static bool skips(const char *subject, bool ends, uint32_t weight, int64_t age_us)
{
    bool gone = false;
    backlog_take(&backlog, &(struct backlog_event){subject, ends, weight, age_us}, &gone);
    return gone;
}

Test(backlog, nothing_goes_before_its_time)
{
    begin(BACKLOG_MAX - 2, 1, 1);
    cr_assert_not(skips("", false, VMM_SEVERITY_NORMAL, 6 * DAY));
    cr_assert_not(skips("", false, VMM_SEVERITY_SUSPECT, 6 * DAY));
    cr_assert_eq(backlog_dropped(&backlog), 0);
}

Test(backlog, what_is_too_much_goes_the_oldest_of_normal_weight_first)
{
    size_t skipped = 0;
    begin(BACKLOG_MAX, 3, 0);
    for (int i = 0; i < 100; i++) {
        uint32_t weight = i % 2 == 0 ? VMM_SEVERITY_NORMAL : VMM_SEVERITY_SUSPECT;
        if (skips("", false, weight, DAY)) {
            cr_assert_eq(weight, VMM_SEVERITY_NORMAL);
            cr_assert_lt(i, 5, "the oldest");
            skipped++;
        }
    }
    cr_assert_eq(skipped, 3);
    cr_assert_eq(backlog_dropped(&backlog), 3);
    backlog_restore_dropped(&backlog, (uint64_t[VMM_SEVERITY_COUNT]){1, 2, 0});
    cr_assert_eq(backlog_dropped(&backlog), 6, "with what went before a restart");
    backlog_told(&backlog);
    cr_assert_eq(backlog_dropped(&backlog), 0);
}

Test(backlog, when_those_are_too_few_what_is_suspect_goes_and_never_what_is_critical)
{
    size_t gone[VMM_SEVERITY_COUNT] = {0};
    begin(2, BACKLOG_MAX, 5);
    for (int i = 0; i < 30; i++) {
        uint32_t weight = i < 2 ? VMM_SEVERITY_NORMAL : (uint32_t)i % VMM_SEVERITY_COUNT;
        gone[weight] += skips("", false, weight, DAY);
    }
    cr_assert_eq(gone[VMM_SEVERITY_NORMAL], 2);
    cr_assert_eq(gone[VMM_SEVERITY_SUSPECT], 5);
    cr_assert_eq(gone[VMM_SEVERITY_CRITICAL], 0);
}

Test(backlog, what_is_critical_stays_for_a_month)
{
    begin(0, 0, 2 * BACKLOG_MAX);
    cr_assert(skips("", false, VMM_SEVERITY_SUSPECT, 8 * DAY));
    cr_assert_not(skips("", false, VMM_SEVERITY_CRITICAL, 8 * DAY));
    cr_assert_not(skips("", false, VMM_SEVERITY_CRITICAL, 29 * DAY));
    cr_assert(skips("", false, VMM_SEVERITY_CRITICAL, 31 * DAY));
}

Test(backlog, the_end_of_an_alarm_that_went_goes_too)
{
    cr_assert(skips("camera:1", false, VMM_SEVERITY_SUSPECT, 8 * DAY));
    cr_assert(skips("camera:1", true, VMM_SEVERITY_SUSPECT, 6 * DAY), "its alarm went");
    cr_assert_not(skips("camera:1", false, VMM_SEVERITY_SUSPECT, 5 * DAY));
    cr_assert_not(skips("camera:1", true, VMM_SEVERITY_SUSPECT, 4 * DAY), "this one was told");
    cr_assert_not(skips("camera:2", true, VMM_SEVERITY_SUSPECT, 6 * DAY), "told before");
}

Test(backlog, an_alarm_that_is_told_later_has_its_end)
{
    cr_assert(skips("camera:1", false, VMM_SEVERITY_SUSPECT, 8 * DAY));
    cr_assert_not(skips("camera:1", false, VMM_SEVERITY_CRITICAL, 8 * DAY), "it grew worse");
    cr_assert_not(skips("camera:1", true, VMM_SEVERITY_CRITICAL, 6 * DAY));
}

Test(backlog, what_went_is_known_after_a_restart)
{
    bool gone = false;
    struct backlog_event down = {"camera:1", false, VMM_SEVERITY_NORMAL, 8 * DAY};
    struct backlog_event ok = {"camera:1", true, VMM_SEVERITY_NORMAL, DAY};
    cr_assert_eq(backlog_take(&backlog, &down, &gone), BACKLOG_CUT);
    cr_assert_eq(backlog_take(&backlog, &down, &gone), BACKLOG_AS_IT_WAS);
    backlog_finish(&backlog);
    backlog_init(&backlog);
    backlog_restore(&backlog, "camera:1");
    cr_assert_eq(backlog_take(&backlog, &ok, &gone), BACKLOG_WHOLE);
    cr_assert(gone);
    cr_assert_eq(backlog_take(&backlog, &ok, &gone), BACKLOG_AS_IT_WAS);
    cr_assert_not(gone);
}
