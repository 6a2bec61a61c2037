/* SPDX-License-Identifier: MIT */
/* Rules of judging as operators write them. */
#include <criterion/criterion.h>
#include <string.h>

#include <vmm/errors.h>

#include "fleet/rules.h"

static int read_text(const char *text, struct fleet_rules *rules, char wrong[96])
{
    json_t *object = json_loads(text, JSON_DECODE_ANY, NULL);
    cr_assert_not_null(object, "%s", text);
    memset(rules, 0, sizeof(*rules));
    wrong[0] = '\0';
    int rc = fleet_rules_read(object, rules, wrong);
    json_decref(object);
    return rc;
}

Test(rules, are_read_by_name)
{
    struct fleet_rules rules;
    char wrong[96];
    cr_assert_eq(
        read_text("{\"fail_count\": 8, \"confirm\": false, \"latency_limit_s\": 9, \"reasons\":"
                  " {\"clock_offset\": {\"on\": 5, \"off\": 1}, \"busy\": {\"on\": 3}}}",
                  &rules, wrong),
        0, "%s", wrong);
    cr_expect_eq(rules.fail_count, 8);
    cr_expect_eq(rules.latency_limit_s, 9);
    cr_expect_eq(rules.confirm, FLEET_RULES_CONFIRM_OFF);
    cr_expect_eq(rules.on[VMM_REASON_CLOCK_OFFSET], 5);
    cr_expect_eq(rules.off[VMM_REASON_CLOCK_OFFSET], 1);
    cr_expect_eq(rules.on[VMM_REASON_BUSY], 3);
    cr_expect_eq(rules.off[VMM_REASON_BUSY], 0);
    cr_expect_eq(rules.ok_count, 0, "not named");
    cr_assert_eq(read_text("{}", &rules, wrong), 0);
}

Test(rules, that_make_no_sense_are_refused_by_name)
{
    static const struct {
        const char *text;
        const char *member;
    } cases[] = {
        {"[]", "rules"},
        {"{\"fail_count\": 0}", "fail_count"},
        {"{\"fail_count\": 16}", "fail_count"},
        {"{\"fail_count\": \"5\"}", "fail_count"},
        {"{\"fail_cuont\": 5}", "fail_cuont"},
        {"{\"interval_s\": 9}", "interval_s"},
        {"{\"confirm\": 1}", "confirm"},
        {"{\"reasons\": []}", "reasons"},
        {"{\"reasons\": {\"clock\": {\"on\": 1}}}", "clock"},
        {"{\"reasons\": {\"none\": {\"on\": 1}}}", "none"},
        {"{\"reasons\": {\"slow\": 3}}", "slow"},
        {"{\"reasons\": {\"slow\": {\"on\": 16}}}", "slow"},
        {"{\"reasons\": {\"slow\": {\"never\": 1}}}", "slow"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct fleet_rules rules;
        char wrong[96];
        cr_expect_eq(read_text(cases[i].text, &rules, wrong), VMM_E_INVAL, "%s", cases[i].text);
        cr_expect_eq(strncmp(wrong, cases[i].member, strlen(cases[i].member)), 0, "%s: %s",
                     cases[i].text, wrong);
    }
}
