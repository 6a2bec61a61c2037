/* SPDX-License-Identifier: MIT */
/* How fast a device answers, and how steadily: the latest looks count most. */
#include <criterion/criterion.h>

#include "health/pace.h"

Test(pace, the_first_looks)
{
    struct pace pace = {0};
    pace_take(&pace, 40000);
    cr_expect_eq(pace.smooth_us, 40000);
    cr_expect_eq(pace.jitter_us, 0, "nothing to compare with");
    pace_take(&pace, 56000);
    cr_expect_eq(pace.smooth_us, 41000, "a sixteenth of the way");
    cr_expect_eq(pace.jitter_us, 16000);
    pace_take(&pace, 56000);
    cr_expect_eq(pace.jitter_us, 15000, "steadier");
    cr_expect_eq(pace.looks, 3);
    cr_expect_eq(pace.latency_us, 56000);
}

Test(pace, what_was_written_down_goes_on)
{
    struct pace pace = {0};
    for (uint32_t i = 0; i < 500; i++) {
        pace_take(&pace, i % 2 == 0 ? 30000 : 50000);
    }
    struct pace kept = pace;
    cr_expect(kept.smooth_us > 39000 && kept.smooth_us < 41000, "%u", kept.smooth_us);
    cr_expect(kept.jitter_us > 19900 && kept.jitter_us <= 20000, "%u", kept.jitter_us);
    pace_take(&pace, 4000000);
    pace_take(&kept, 4000000);
    cr_expect_eq(kept.smooth_us, pace.smooth_us);
    cr_expect_eq(kept.jitter_us, pace.jitter_us);
    pace.looks = UINT32_MAX;
    pace_take(&pace, 1);
    cr_expect_eq(pace.looks, UINT32_MAX, "it does not begin anew");
}
