/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/weekplan.h>

#include <string.h>

#define SUNDAY_MS INT64_C(1704585600000) /* 2024-01-07 00:00:00, a Sunday */
#define HOUR_MS   INT64_C(3600000)
#define HOUR      60u

struct vmm_job {
    char mode[16];
    int64_t due; /* -1: not told */
    int64_t since_s;
};

static int observe(struct vmm_job *job, const struct vmm_observation *o)
{
    cr_expect_eq(o->index, 3);
    if (o->fact == VMM_FACT_RECORDING_MODE) {
        memcpy(job->mode, o->text, o->text_size);
        job->mode[o->text_size] = '\0';
    } else if (o->fact == VMM_FACT_RECORDING_DUE) {
        job->due = o->number;
    } else if (o->fact == VMM_FACT_RECORDING_DUE_SINCE) {
        job->since_s = o->number;
    }
    return 0;
}

static const struct vmm_probe_host probe = {.struct_size = sizeof(probe), .observe = observe};

static struct vmm_job told(const struct vmm_weekplan *plan, int64_t wall_ms)
{
    struct vmm_job job = {.due = -1, .since_s = -1};
    const struct vmm_observer to = {.probe = &probe, .job = &job};
    vmm_weekplan_observe(plan, 3, wall_ms, &to);
    return job;
}

Test(weekplan, a_wall_clock_has_its_minute_of_the_week)
{
    cr_expect_eq(vmm_weekplan_minute(SUNDAY_MS), 0);
    cr_expect_eq(vmm_weekplan_minute(SUNDAY_MS - 1), VMM_WEEKPLAN_WEEK - 1);
    cr_expect_eq(vmm_weekplan_minute(0), 4 * VMM_WEEKPLAN_DAY, "1970-01-01 was a Thursday");
    cr_expect_eq(vmm_weekplan_minute(SUNDAY_MS + 25 * HOUR_MS), VMM_WEEKPLAN_DAY + HOUR);
}

Test(weekplan, a_whole_week_is_continuous_and_an_empty_one_is_off)
{
    struct vmm_weekplan plan = {0};
    cr_expect_str_eq(vmm_weekplan_mode(&plan), "off");
    for (uint32_t day = 0; day < 7; day++) {
        vmm_weekplan_add(&plan, day * VMM_WEEKPLAN_DAY, (day + 1) * VMM_WEEKPLAN_DAY);
    }
    struct vmm_job job = told(&plan, SUNDAY_MS);
    cr_expect_str_eq(job.mode, "continuous");
    cr_expect_eq(job.due, -1, "it always is");
    plan = (struct vmm_weekplan){.has_motion = true, .has_event = true};
    cr_expect_str_eq(vmm_weekplan_mode(&plan), "motion");
    plan = (struct vmm_weekplan){.has_event = true};
    cr_expect_str_eq(vmm_weekplan_mode(&plan), "event");
}

Test(weekplan, a_schedule_tells_what_is_due_and_since_when)
{
    struct vmm_weekplan plan = {.has_motion = true};
    vmm_weekplan_add(&plan, 8 * HOUR, 18 * HOUR); /* Sunday from eight to six */
    struct vmm_job job = told(&plan, SUNDAY_MS + 10 * HOUR_MS + 5000);
    cr_expect_str_eq(job.mode, "schedule");
    cr_expect_eq(job.due, 1);
    cr_expect_eq(job.since_s, 2 * 3600 + 5);
    job = told(&plan, SUNDAY_MS + 18 * HOUR_MS);
    cr_expect_eq(job.due, 0, "the end is no part of it");
    cr_expect_eq(job.since_s, 0);
    job = told(&plan, SUNDAY_MS + 7 * 24 * HOUR_MS + 7 * HOUR_MS);
    cr_expect_eq(job.due, 0);
    cr_expect_eq(job.since_s, (6 * 24 + 13) * 3600, "since last Sunday");
}

Test(weekplan, a_span_may_go_over_the_end_of_the_week)
{
    struct vmm_weekplan plan = {0};
    vmm_weekplan_add(&plan, VMM_WEEKPLAN_WEEK - HOUR, HOUR);
    cr_expect_eq(told(&plan, SUNDAY_MS - 1).due, 1);
    cr_expect_eq(told(&plan, SUNDAY_MS).due, 1);
    cr_expect_eq(told(&plan, SUNDAY_MS + HOUR_MS).due, 0);
    plan = (struct vmm_weekplan){0};
    vmm_weekplan_add(&plan, HOUR, HOUR);
    cr_expect_str_eq(vmm_weekplan_mode(&plan), "off", "from a minute to itself is nothing");
    vmm_weekplan_add(&plan, UINT32_MAX - 1, UINT32_MAX);
    cr_expect_str_eq(vmm_weekplan_mode(&plan), "schedule");
}

Test(weekplan, a_span_of_a_day_is_read_to_its_end)
{
    static const struct {
        const char *text;
        uint32_t from;
        uint32_t to;
    } good[] = {{"00:00:00-24:00:00", 0, VMM_WEEKPLAN_DAY},
                {"07:30:00-18:00:59", 450, 1080},
                {" 22:00:00 - 23:59:59", 1320, VMM_WEEKPLAN_DAY}};
    static const char *const bad[] = {"",      "00:00:00",          "00:00:00-24:01:00",
                                      "7-8",   "07:60:00-08:00:00", "-1:00:00-08:00:00",
                                      "a:b-c", "25:00:00-26:00:00"};
    uint32_t from = 0;
    uint32_t to = 0;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        cr_assert_eq(vmm_weekplan_span(vmm_text_of(good[i].text), &from, &to), 0, "%s",
                     good[i].text);
        cr_expect_eq(from, good[i].from, "%s: %u", good[i].text, from);
        cr_expect_eq(to, good[i].to, "%s: %u", good[i].text, to);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_eq(vmm_weekplan_span(vmm_text_of(bad[i]), &from, &to), VMM_E_INVAL, "%s", bad[i]);
    }
}
