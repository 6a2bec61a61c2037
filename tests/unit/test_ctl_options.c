/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <criterion/criterion.h>

#include "ctl/options.h"

static const struct ctl_option own[] = {
    {"site", "ID", "of this site"},
    {"all", NULL, "all"},
    {"limit", "N", "so many"},
    {NULL, NULL, NULL},
};

#define READ(options, ...)                                                                         \
    read_all(options, (char *[]){"vmmctl", __VA_ARGS__, NULL},                                     \
             (int)(sizeof((char *[]){"vmmctl", __VA_ARGS__}) / sizeof(char *)))

static int read_all(struct options *options, char **argv, int argc)
{
    *options = (struct options){.own = own};
    return options_read(options, argc, argv, 1, false);
}

Test(ctl_options, reads_options_in_both_forms_and_operands_between_them)
{
    struct options options;
    cr_assert_eq(READ(&options, "gate", "--site", "north", "--all", "--limit=5", "x=y"), 7);
    cr_expect_str_eq(options_value(&options, "site"), "north");
    cr_expect_str_eq(options_value(&options, "all"), "");
    cr_expect_str_eq(options_value(&options, "limit"), "5");
    cr_expect_null(options_value(&options, "json"));
    cr_assert_eq(options.operand_count, 2);
    cr_expect_str_eq(options.operands[0], "gate");
    cr_expect_str_eq(options.operands[1], "x=y");
}

Test(ctl_options, the_last_one_given_counts)
{
    struct options options;
    READ(&options, "--site", "a", "--site=b");
    cr_expect_str_eq(options_value(&options, "site"), "b");
}

Test(ctl_options, everything_behind_two_minus_is_an_operand)
{
    struct options options;
    cr_assert_eq(READ(&options, "--", "--all", "-x"), 4);
    cr_expect_null(options_value(&options, "all"));
    cr_expect_eq(options.operand_count, 2);
}

Test(ctl_options, a_single_minus_is_an_operand)
{
    struct options options;
    cr_assert_eq(READ(&options, "load", "-"), 3);
    cr_expect_str_eq(options.operands[1], "-");
}

Test(ctl_options, says_what_is_wrong)
{
    struct options options;
    cr_expect_eq(READ(&options, "--sites", "x"), -1);
    cr_expect_str_eq(options.problem, "there is no option --sites");
    cr_expect_eq(READ(&options, "--site"), -1);
    cr_expect_str_eq(options.problem, "--site needs a value: ID");
    cr_expect_eq(READ(&options, "--all=yes"), -1);
    cr_expect_str_eq(options.problem, "--all takes no value");
    cr_expect_eq(READ(&options, "-a"), -1);
    cr_expect_str_eq(options.problem, "there is no option -a");
}

Test(ctl_options, stops_at_the_verb_and_takes_common_options_before_it)
{
    struct options options = {0};
    char *argv[] = {"vmmctl", "--socket", "/run/x", "--json", "status", "--all"};
    cr_expect_eq(options_read(&options, 6, argv, 1, true), 4);
    cr_expect_str_eq(options_value(&options, "socket"), "/run/x");
    cr_expect_str_eq(options_value(&options, "json"), "");
}

Test(ctl_options, reads_numbers_within_limits_only)
{
    static const char *const wrong[] = {"0", "11", "x", "5x", "", "99999999999999999999"};
    struct options options;
    long number = -1;
    READ(&options, "--limit", "10");
    cr_expect(options_number(&options, "limit", 1, 10, 3, &number));
    cr_expect_eq(number, 10);
    READ(&options, "--all");
    cr_expect(options_number(&options, "limit", 1, 10, 3, &number));
    cr_expect_eq(number, 3, "the default");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        READ(&options, "--limit", (char *)wrong[i]);
        cr_expect_not(options_number(&options, "limit", 1, 10, 3, &number), "%s", wrong[i]);
        cr_expect_str_eq(options.problem, "--limit needs a whole number from 1 to 10");
    }
}

Test(ctl_options, too_many_are_refused_not_written_past_the_end)
{
    char *argv[OPERANDS_MAX + 2];
    struct options options = {.own = own};
    for (int i = 0; i < OPERANDS_MAX + 2; i++) {
        argv[i] = "x";
    }
    cr_expect_eq(options_read(&options, OPERANDS_MAX + 2, argv, 1, false), -1);
    options = (struct options){.own = own};
    for (int i = 0; i < OPTIONS_MAX + 2; i++) {
        argv[i] = "--all";
    }
    cr_expect_eq(options_read(&options, OPTIONS_MAX + 2, argv, 1, false), -1);
    cr_expect_str_eq(options.problem, "too many options");
}
