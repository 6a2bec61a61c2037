/* SPDX-License-Identifier: MIT */
/* How long a plugin without an opinion is left alone, and how long its opinion is waited for. */
#include <criterion/criterion.h>

#include "ipc/rest.h"

Test(rest, of_one_that_never_failed_holds_never)
{
    struct rest rest = {0};
    cr_expect_not(rest_holds(&rest, 0));
    cr_expect(rest_is_of_the_moment(&rest));
}

Test(rest, begins_with_each_failure)
{
    struct rest rest = {0};
    rest_begin(&rest, 1000);
    cr_expect(rest_holds(&rest, 1000 + REST_US - 1));
    cr_expect_not(rest_holds(&rest, 1000 + REST_US));
    rest_begin(&rest, 5000 + REST_US);
    cr_expect(rest_holds(&rest, 5000 + 2 * (uint64_t)REST_US - 1));
}

Test(rest, is_of_the_moment_until_the_third_failure_in_a_row)
{
    struct rest rest = {0};
    rest_begin(&rest, 1);
    rest_begin(&rest, 2);
    cr_expect(rest_is_of_the_moment(&rest));
    rest_begin(&rest, 3);
    cr_expect_not(rest_is_of_the_moment(&rest));
    rest = (struct rest){0}; /* it has given an opinion */
    rest_begin(&rest, 4);
    cr_expect(rest_is_of_the_moment(&rest), "those before it do not count");
}
