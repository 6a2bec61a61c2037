/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "supervise/suspects.h"

#define HOUR 3600000000ull

Test(suspects, a_crash_among_many_blames_nobody_but_runs_it_alone)
{
    struct suspect suspect = {0};
    cr_assert_not(suspect_crash(&suspect, 40, 1));
    cr_assert(suspect.suspect);
    cr_assert_not(suspect_is_out(&suspect, 2));
}

Test(suspects, two_crashes_alone_leave_it_out_for_an_hour)
{
    struct suspect suspect = {0};
    cr_assert_not(suspect_crash(&suspect, 1, 1));
    cr_assert(suspect_crash(&suspect, 1, 2));
    cr_assert(suspect_is_out(&suspect, 2 + HOUR - 1));
    cr_assert_not(suspect_is_out(&suspect, 2 + HOUR));
    cr_assert(suspect.suspect, "after its time it is run alone");
}

Test(suspects, the_time_doubles_with_each_round_up_to_a_week)
{
    struct suspect suspect = {0};
    uint64_t now = 1;
    uint64_t last = 0;
    suspect_crash(&suspect, 1, now);
    for (int round = 0; round < 12; round++) {
        cr_assert(suspect_crash(&suspect, 1, now), "one lone crash is enough from now on");
        uint64_t time = suspect.until_us - now;
        cr_assert(time == last * 2 || last == 0 || time == SUSPECT_LONGEST_US);
        last = time;
        now = suspect.until_us;
        cr_assert_not(suspect_is_out(&suspect, now));
    }
    cr_assert_eq(last, SUSPECT_LONGEST_US);
}

Test(suspects, a_good_look_clears_it)
{
    struct suspect suspect = {0};
    suspect_crash(&suspect, 1, 1);
    suspect_clear(&suspect);
    cr_assert_not(suspect.suspect);
    cr_assert_not(suspect_crash(&suspect, 1, 2), "the count begins anew");
}
