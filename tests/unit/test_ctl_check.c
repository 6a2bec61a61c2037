/* SPDX-License-Identifier: MIT */
/* What check_vmm says of an answer. */
#include <string.h>

#include <criterion/criterion.h>

#include "ctl/check.h"

static json_t *summary(int ok, int degraded, int down, int blackframe, int unknown, int disabled)
{
    return json_pack("{s:b, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "monitoring", 1, "cameras",
                     ok + degraded + down + blackframe + unknown + disabled, "OK", ok, "DEGRADED",
                     degraded, "DOWN", down, "BLACKFRAME", blackframe, "UNKNOWN", unknown,
                     "DISABLED", disabled);
}

static enum check_state state_of(json_t *counts, const char *warning, const char *critical)
{
    struct check_limits limits = {.warning = {0}, .critical = {0}};
    struct check_answer answer;
    cr_assert(check_read_limit(warning, &limits.warning));
    cr_assert(check_read_limit(critical, &limits.critical));
    check_fleet(counts, NULL, &limits, &answer);
    json_decref(counts);
    return answer.state;
}

Test(ctl_check, a_fleet_is_as_bad_as_its_limits_say)
{
    cr_expect_eq(state_of(summary(10, 0, 0, 0, 0, 5), "0", "0"), CHECK_OK);
    cr_expect_eq(state_of(summary(10, 1, 0, 0, 0, 0), "0", "0"), CHECK_WARNING);
    cr_expect_eq(state_of(summary(10, 1, 0, 0, 0, 0), "1", "0"), CHECK_OK, "not more than one");
    cr_expect_eq(state_of(summary(10, 0, 0, 0, 2, 0), "1", "0"), CHECK_WARNING);
    cr_expect_eq(state_of(summary(10, 0, 1, 0, 0, 0), "9", "0"), CHECK_CRITICAL);
    cr_expect_eq(state_of(summary(10, 0, 1, 1, 0, 0), "9", "1"), CHECK_CRITICAL);
    cr_expect_eq(state_of(summary(10, 0, 1, 0, 0, 0), "0", "1"), CHECK_WARNING);
    cr_expect_eq(state_of(summary(95, 0, 5, 0, 0, 0), "50%", "5%"), CHECK_OK);
    cr_expect_eq(state_of(summary(94, 0, 6, 0, 0, 0), "50%", "5%"), CHECK_CRITICAL);
    cr_expect_eq(state_of(summary(94, 0, 6, 0, 0, 100), "50%", "5%"), CHECK_CRITICAL,
                 "what is switched off dilutes nothing");
}

Test(ctl_check, nothing_known_is_unknown)
{
    json_t *off = summary(3, 0, 0, 0, 0, 0);
    json_object_set_new(off, "monitoring", json_false());
    cr_expect_eq(state_of(off, "0", "0"), CHECK_UNKNOWN);
    cr_expect_eq(state_of(summary(0, 0, 0, 0, 0, 0), "0", "0"), CHECK_UNKNOWN, "no camera");
    cr_expect_eq(state_of(summary(0, 0, 0, 0, 7, 1), "9", "9"), CHECK_UNKNOWN, "none looked at");
    cr_expect_eq(state_of(summary(0, 0, 0, 0, 0, 3), "0", "0"), CHECK_OK, "all switched off");
}

Test(ctl_check, the_line_names_a_few_and_counts_the_rest)
{
    struct check_limits limits = {.critical = {.number = 50, .percent = true}};
    struct check_answer answer;
    json_t *counts = summary(90, 1, 6, 0, 0, 3);
    json_t *rows =
        json_pack("[{s:s,s:s,s:s}]", "id", "off-1", "health", "DISABLED", "reason", "disabled");
    for (int i = 1; i <= 7; i++) {
        json_array_append_new(rows, json_pack("{s:o,s:s,s:s}", "id", json_sprintf("gate-%d", i),
                                              "health", "DOWN", "reason", "time|out"));
    }
    check_fleet(counts, rows, &limits, &answer);
    cr_expect_str_eq(answer.text,
                     "90 of 97 cameras OK, 6 down, 1 degraded, 0 unknown: gate-1 DOWN time?out, "
                     "gate-2 DOWN time?out, gate-3 DOWN time?out, gate-4 DOWN time?out, "
                     "gate-5 DOWN time?out and 2 more");
    cr_expect_str_eq(answer.figures, "cameras=100;;;0 ok=90;;;0;97 not_ok=7;0;;0;97 "
                                     "down=6;;48;0;97 degraded=1;;;0;97 unknown=0;;;0;97");
    json_decref(counts);
    json_decref(rows);
}

static struct check_answer camera(const char *health, int latency_ms, uint32_t warning,
                                  uint32_t critical)
{
    struct check_limits limits = {.latency_warning_ms = warning, .latency_critical_ms = critical};
    struct check_answer answer;
    json_t *row =
        json_pack("{s:s, s:s, s:s, s:s}", "id", "gate", "health", health, "reason",
                  strcmp(health, "OK") == 0 ? "none" : "slow", "since", "2026-11-21T08:00:00.000Z");
    if (latency_ms >= 0) {
        json_object_set_new(row, "latency_ms", json_integer(latency_ms));
    }
    check_camera(row, &limits, &answer);
    json_decref(row);
    return answer;
}

Test(ctl_check, a_camera_by_its_health_and_its_latency)
{
    cr_expect_eq(camera("OK", 40, 0, 0).state, CHECK_OK);
    cr_expect_eq(camera("DISABLED", -1, 0, 0).state, CHECK_OK);
    cr_expect_eq(camera("DEGRADED", 40, 0, 0).state, CHECK_WARNING);
    cr_expect_eq(camera("DOWN", -1, 0, 0).state, CHECK_CRITICAL);
    cr_expect_eq(camera("BLACKFRAME", 1, 0, 0).state, CHECK_CRITICAL);
    cr_expect_eq(camera("UNKNOWN", 9000, 1, 2).state, CHECK_UNKNOWN);
    cr_expect_eq(camera("WHAT", 1, 0, 0).state, CHECK_UNKNOWN);
    cr_expect_eq(camera("OK", 40, 39, 100).state, CHECK_WARNING);
    cr_expect_eq(camera("OK", 40, 10, 39).state, CHECK_CRITICAL);
    cr_expect_eq(camera("DOWN", 40, 39, 100).state, CHECK_CRITICAL);
    struct check_answer answer = camera("DEGRADED", 40, 500, 0);
    cr_expect_str_eq(answer.text, "gate is DEGRADED, slow, since 2026-11-21T08:00:00.000Z, 40 ms");
    cr_expect_str_eq(answer.figures, "latency=40ms;500;;0");
    struct check_limits none = {.warning = {0}};
    check_camera(NULL, &none, &answer);
    cr_expect_eq(answer.state, CHECK_UNKNOWN);
}

Test(ctl_check, a_limit_is_a_number_or_a_share)
{
    struct check_limit limit;
    static const char *const wrong[] = {"", "-1", "x", "5%%", "101%", "1.5", "99999999", "5 "};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(check_read_limit(wrong[i], &limit), "%s", wrong[i]);
    }
    cr_expect(check_read_limit("12", &limit) && limit.number == 12 && !limit.percent);
    cr_expect(check_read_limit("100%", &limit) && limit.number == 100 && limit.percent);
}
