/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/zonerule.h>

static struct vmm_zonerule read_rule(const char *text, uint32_t flags)
{
    struct vmm_zonerule rule = {0};
    cr_assert_eq(vmm_zonerule_parse(vmm_text_of(text), flags, &rule), 0, "%s", text);
    return rule;
}

static int64_t utc(const char *text)
{
    struct vmm_datetime at;
    cr_assert_eq(vmm_datetime_parse(vmm_text_of(text), "%F %T", &at), 0, "%s", text);
    return vmm_datetime_epoch_ms(&at, 0);
}

/* The wall clock shows `wall` at `expected`, UTC. */
static void assert_moment(const struct vmm_zonerule *rule, const char *wall, const char *expected)
{
    struct vmm_datetime at;
    cr_assert_eq(vmm_datetime_parse(vmm_text_of(wall), "%F %T", &at), 0);
    int64_t got = vmm_zonerule_utc_ms(rule, &at, utc(expected));
    cr_assert_eq(got, utc(expected), "%s: %+lld s", wall, (long long)(got - utc(expected)) / 1000);
}

Test(kit_zonerule, the_sign_runs_the_other_way)
{
    struct vmm_zonerule taipei = read_rule("CST-8", 0);
    cr_assert_eq(taipei.standard_s, 8 * 3600);
    cr_assert_not(taipei.has_daylight);
    cr_assert_eq(read_rule("CST-8:00:00", 0).standard_s, 8 * 3600);
    cr_assert_eq(read_rule("<-03>3", 0).standard_s, -3 * 3600);
    cr_assert_eq(read_rule("IST-5:30", 0).standard_s, 19800);
    assert_moment(&taipei, "2026-03-08 14:00:00", "2026-03-08 06:00:00");
}

Test(kit_zonerule, daylight_saving_in_the_north)
{
    struct vmm_zonerule rule = read_rule("CET-1CEST,M3.5.0,M10.5.0/3", 0);
    cr_assert_eq(rule.daylight_s, 7200);
    assert_moment(&rule, "2026-03-29 01:59:59", "2026-03-29 00:59:59");
    assert_moment(&rule, "2026-03-29 03:00:00", "2026-03-29 01:00:00");
    assert_moment(&rule, "2026-07-01 12:00:00", "2026-07-01 10:00:00");
    assert_moment(&rule, "2026-10-25 03:00:00", "2026-10-25 02:00:00");
    assert_moment(&rule, "2026-12-31 23:59:59", "2026-12-31 22:59:59");
}

Test(kit_zonerule, the_hour_that_comes_twice_is_the_nearer_one)
{
    struct vmm_zonerule rule = read_rule("CET-1CEST,M3.5.0,M10.5.0/3", 0);
    assert_moment(&rule, "2026-10-25 02:30:00", "2026-10-25 00:30:00");
    assert_moment(&rule, "2026-10-25 02:30:00", "2026-10-25 01:30:00");
}

Test(kit_zonerule, daylight_saving_in_the_south_goes_over_new_year)
{
    struct vmm_zonerule rule = read_rule("BRT3BRST,M10.3.0/0,M2.3.0/0", 0);
    assert_moment(&rule, "2026-01-10 12:00:00", "2026-01-10 14:00:00");
    assert_moment(&rule, "2026-06-10 12:00:00", "2026-06-10 15:00:00");
    assert_moment(&rule, "2026-12-31 23:30:00", "2027-01-01 01:30:00");
}

Test(kit_zonerule, hikvision_writes_the_step_in_place_of_the_zone)
{
    static const char text[] = "CST+6:00:00DST01:00:00,M3.2.0/02:00:00,M11.1.0/02:00:00";
    struct vmm_zonerule rule = read_rule(text, VMM_ZONERULE_STEP);
    cr_assert_eq(rule.standard_s, -6 * 3600);
    cr_assert_eq(rule.daylight_s, -5 * 3600);
    assert_moment(&rule, "2026-07-25 11:30:34", "2026-07-25 16:30:34");
    cr_assert_eq(read_rule(text, 0).daylight_s, -3600, "as POSIX would have it");
}

Test(kit_zonerule, prints_what_posix_reads)
{
    char text[VMM_ZONERULE_TEXT];
    struct vmm_zonerule rule =
        read_rule("CST+6:00:00DST01:00:00,M3.2.0/02:00:00,M11.1.0/02:30:00", VMM_ZONERULE_STEP);
    vmm_zonerule_print(&rule, text);
    cr_assert_str_eq(text, "STD6DST5,M3.2.0/2,M11.1.0/2:30");
    struct vmm_zonerule again = read_rule(text, 0);
    cr_assert_eq(again.daylight_s, rule.daylight_s);
    rule = read_rule("NPT-5:45", 0);
    vmm_zonerule_print(&rule, text);
    cr_assert_str_eq(text, "STD-5:45");
}

Test(kit_zonerule, refuses_what_is_no_rule)
{
    static const struct {
        const char *text;
        int error;
    } bad[] = {
        {"", VMM_E_INVAL},
        {"CST", VMM_E_INVAL},
        {"8", VMM_E_INVAL},
        {"CST-99", VMM_E_RANGE},
        {"CST-8:61", VMM_E_RANGE},
        {"CST-8 x", VMM_E_INVAL},
        {"<+08", VMM_E_INVAL},
        {"CET-1CEST", VMM_E_NOTSUP},
        {"XST-15XDT,M3.5.0,M10.5.0", VMM_E_RANGE},
        {"CET-1CEST,J60,J300", VMM_E_NOTSUP},
        {"CET-1CEST,M3.5.0", VMM_E_INVAL},
        {"CET-1CEST,M13.5.0,M1.1.0", VMM_E_RANGE},
        {"CET-1CEST,M3.0.0,M1.1.0", VMM_E_RANGE},
        {"CET-1CEST,M3.5.0,M10.5.0/3x", VMM_E_INVAL},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct vmm_zonerule rule;
        cr_assert_eq(vmm_zonerule_parse(vmm_text_of(bad[i].text), 0, &rule), bad[i].error, "%s",
                     bad[i].text);
    }
}
