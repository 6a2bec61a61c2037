/* SPDX-License-Identifier: MIT */
/* gateway.json: what it means, and how it is refused. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/observation.h>

#include "gateway/bucket.h"
#include "gateway/policy_load.h"

static int load(const char *text, struct policy **policy, struct config_error *error)
{
    char path[] = "/tmp/vmm-policy-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    int rc = policy_load(path, true, policy, error);
    unlink(path);
    return rc;
}

static struct policy *good(const char *text)
{
    struct policy *policy = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    cr_assert_eq(load(text, &policy, &error), 0, "%s", config_error_text(&error, line));
    return policy;
}

static void bad(const char *text, const char *expected)
{
    struct policy *policy = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    cr_assert_eq(load(text, &policy, &error), VMM_E_INVAL, "%s", text);
    config_error_text(&error, line);
    cr_assert_not_null(strstr(line, expected), "%s", line);
}

Test(policy, without_a_file_there_are_defaults)
{
    struct policy *policy = NULL;
    struct config_error error;
    cr_assert_eq(policy_load("/nonexistent/gateway.json", false, &policy, &error), 0);
    const struct policy_site *site = policy_of_site(policy, "any");
    cr_assert(site->enabled);
    cr_assert_eq(site->rate_per_min, 20);
    cr_assert_eq(site->buttons, 6);
    cr_assert_str_eq(site->mode, "cards");
    cr_assert_eq(site->daily, 8 * 3600);
    cr_assert_eq(site->weekly, -1);
    cr_assert_eq(policy->group_us, 30000000);
    policy_destroy(policy);
    cr_assert_eq(policy_load("/nonexistent/gateway.json", true, &policy, &error), VMM_E_INVAL);
}

Test(policy, a_site_differs_in_what_it_says)
{
    struct policy *policy =
        good("{\"channels\":[\"gchat\"],\"rateLimitPerSitePerMin\":12,"
             "\"gchat\":{\"mode\":\"text\"},\"sites\":["
             "{\"site\":\"tpe-*\",\"channels\":[\"gchat:tpe\",\"gchat:head\"],"
             "\"gchat\":{\"buttonsPerCard\":3},\"summaries\":{\"weekly\":\"mon 09:30\"}},"
             "{\"site\":\"lab\",\"enabled\":false}]}");
    const struct policy_site *tpe = policy_of_site(policy, "tpe-7");
    cr_assert_eq(tpe->channels.count, 2);
    cr_assert_str_eq(tpe->channels.items[1], "gchat:head");
    cr_assert_eq(tpe->rate_per_min, 12);
    cr_assert_eq(tpe->buttons, 3);
    cr_assert_str_eq(tpe->mode, "text");
    cr_assert_eq(tpe->weekly, 9 * 3600 + 1800);
    cr_assert_eq(tpe->weekly_day, 1);
    cr_assert_eq(tpe->daily, 8 * 3600);
    cr_assert_not(policy_of_site(policy, "lab")->enabled);
    cr_assert_eq(policy_of_site(policy, "other")->channels.count, 1);
    policy_destroy(policy);
}

Test(policy, what_is_wrong_is_told_with_its_place)
{
    bad("{\"chanels\":[]}", ":1:2: /chanels: no such setting; did you mean \"channels\"?");
    bad("{\"calendar\":\"office\"}", "there is no calendar of this name");
    bad("{\n\"calendars\":[{\"name\":\"a\",\"open\":[\"always\"]}]}", ":2:");
    bad("{\"summaries\":{\"daily\":\"25:00\"}}", "this is no time of day");
    bad("{\"summaries\":{\"weekly\":\"someday\"}}", "this is no day with a time");
    bad("{\"routes\":[{\"name\":\"a\",\"channels\":[\":x\"]}]}", "this is no channel");
    bad("{\"routes\":[{\"name\":\"a\",\"channels\":[\"g\"],\"reasons\":[\"sloww\"]}]}",
        "there is no such reason");
    bad("{\"destinations\":[{\"channel\":\"g\",\"quietFrom\":\"22:00\"}]}",
        "quiet hours need both ends");
    bad("{\"calendars\":[{\"name\":\"a\",\"holidays\":\"/nonexistent.ics\"}]}",
        "/calendars/0/holidays");
}

Test(policy, the_example_is_good)
{
    struct policy *policy = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    cr_assert_eq(policy_load(VMM_SOURCE "/etc/gateway.json.example", true, &policy, &error), 0,
                 "%s", config_error_text(&error, line));
    policy_destroy(policy);
}

/* ---- the bucket ---- */

static void check_quota(uint32_t quota)
{
    static uint64_t taken[200000];
    struct bucket bucket;
    size_t count = 0;
    bucket_init(&bucket, quota, true, 1000);
    for (uint64_t t = 1000; t < 600000000; t += 1700) {
        while (bucket_take(&bucket, t)) {
            taken[count++] = t;
        }
    }
    cr_assert_geq(count, quota * 5, "%u a minute: it is used", quota);
    for (size_t i = quota; i < count; i++) {
        cr_assert_geq(taken[i] - taken[i - quota], 60000000 - 1700, "%u a minute", quota);
    }
}

Test(bucket, gives_no_more_than_its_quota_in_any_minute)
{
    static const uint32_t quotas[] = {1, 2, 3, 10, 20, 50, 60, 600};
    for (size_t i = 0; i < sizeof(quotas) / sizeof(quotas[0]); i++) {
        check_quota(quotas[i]);
    }
}

Test(bucket, says_when_the_next_is_there)
{
    struct bucket bucket;
    bucket_init(&bucket, 60, false, 0);
    cr_assert(bucket_take(&bucket, 0));
    cr_assert_not(bucket_take(&bucket, 0));
    uint64_t next = bucket_next(&bucket);
    cr_assert_not(bucket_take(&bucket, next - 1));
    cr_assert(bucket_take(&bucket, next));
}
