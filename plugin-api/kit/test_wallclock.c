/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/wallclock.h>

#include <string.h>

struct vmm_job {
    size_t offsets;
    int64_t offset_ms;
    char text[VMM_TEXT_MAX + 1];
};

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    if (o->fact == VMM_FACT_CLOCK_OFFSET) {
        job->offsets++;
        job->offset_ms = o->number;
    } else if (o->fact == VMM_FACT_VENDOR) {
        memcpy(job->text, o->text, o->text_size);
        job->text[o->text_size] = '\0';
    }
    return 0;
}

static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};
static const struct vmm_http_answer answer = {.sent_wall_us = 1704067200000000,
                                              .received_wall_us = 1704067200000000};

static struct vmm_job told(const char *option, int32_t hour)
{
    struct vmm_job job = {0};
    struct vmm_observer to = {&probe, &job};
    struct vmm_wallclock_zone zone;
    struct vmm_datetime local = {.year = 2024, .month = 1, .day = 1, .hour = hour, .second = 5};
    cr_assert_eq(vmm_wallclock_zone(vmm_text_of(option), &zone), 0);
    vmm_wallclock_observe(&to, &local, &zone, &answer);
    return job;
}

Test(kit_wallclock, without_a_zone_a_clock_is_shown_and_not_judged)
{
    struct vmm_job job = told("", 3);
    cr_assert_str_eq(job.text, "clock=2024-01-01 03:00:05");
    cr_assert_eq(job.offsets, 0);
}

Test(kit_wallclock, with_a_zone_its_offset_is_told)
{
    cr_assert_eq(told("+08:00", 8).offset_ms, 5000);
    cr_assert_eq(told("UTC", 1).offset_ms, 3605000);
    cr_assert_str_eq(told("UTC+05:30", 8).text, "clock=2024-01-01 08:00:05");
}

Test(kit_wallclock, an_option_that_is_no_zone_is_refused)
{
    struct vmm_wallclock_zone zone = {.is_known = true};
    cr_assert_neq(vmm_wallclock_zone(vmm_text_of("CST-8"), &zone), 0);
    cr_assert_not(zone.is_known);
    cr_assert_neq(vmm_wallclock_zone(vmm_text_of("+99:00"), &zone), 0);
    cr_assert_not(zone.is_known);
}
