/* SPDX-License-Identifier: MIT */
/* What other tools of this kind offer, written with the options of this one: lines of the README that no other test shows. */
#include "test_generic.h"

TestSuite(generic_others, .init = begin, .fini = done);

/* One request with these members, answered so. */
static const struct vmm_mock_result *look(const char *more, const struct vmm_mock_answer *answer)
{
    char options[2048];
    vmm_mock_answer(mock, answer);
    snprintf(options, sizeof(options), "{'requests':[{'name':'a','path':'/a',%s}]}", more);
    return look_with(options);
}

static const struct vmm_mock_result *look_at(const char *more, const char *body)
{
    return look(more, &(struct vmm_mock_answer){.body = body});
}

Test(generic_others, a_body_of_too_many_or_too_few_bytes)
{
    static const char sized[] = "'max_bytes':101,'extract':[{'from':'size','fact':'expectation',"
                                "'name':'bytes','min':3,'max':100}]";
    assert_met(look_at(sized, "four"));
    assert_broken(look_at(sized, "2b"), "a: bytes is \"2\"");
    char much[201];
    memset(much, 'x', sizeof(much) - 1);
    much[sizeof(much) - 1] = '\0';
    assert_broken(look_at(sized, much), "a: bytes is \"101\"");
}

Test(generic_others, a_header_that_may_be_missing_and_may_not_be_another)
{
    static const char rule[] = "'fail_headers':['Server: ^(?!Boa)']";
    assert_met(look(rule, &(struct vmm_mock_answer){0}));
    assert_met(look(rule, &(struct vmm_mock_answer){.headers = "Server: Boa/0.94\r\n"}));
    assert_broken(look(rule, &(struct vmm_mock_answer){.headers = "Server: thttpd\r\n"}),
                  "a: fail_headers[0] is in the answer");
}

Test(generic_others, a_token_as_the_credential)
{
    assert_met(look("'login':false,'headers':['Authorization: Bearer {pass}']",
                    &(struct vmm_mock_answer){0}));
    const struct vmm_mock_request *asked = vmm_mock_request(mock, 0);
    cr_expect_eq(asked->flags, VMM_HTTP_NO_LOGIN | VMM_HTTP_TEMPLATE);
    cr_expect_str_eq(asked->headers, "Authorization: Bearer {pass}\r\n");
}

Test(generic_others, json_that_may_not_be_so)
{
    static const char not [] = "'conditions':['!(/errors > 0 || /full)']";
    assert_met(look_at(not, "{\"errors\":0,\"full\":false}"));
    assert_broken(look_at(not, "{\"errors\":0,\"full\":true}"), "a: conditions[0] does not hold");
}

Test(generic_others, over_several_lines_and_in_any_case)
{
    assert_met(look_at("'match':['(?s)begin.*end','(?i)END']", "begin\r\nmiddle\r\nend\r\n"));
    assert_broken(look_at("'match':['begin.*end']", "begin\r\nend\r\n"),
                  "a: match[0] is not in the answer");
}

Test(generic_others, a_redirect_is_well_a_warning_or_a_fault)
{
    static const struct vmm_mock_answer moved = {.status = 302};
    assert_broken(look("'expect_status':'200-299'", &moved), "a: status 302 is not expected");
    assert_met(look("'expect_status':'200-399'", &moved));
    const struct vmm_mock_result *seen =
        look("'expect_status':'200-399','extract':[{'from':'status','fact':'expectation',"
             "'name':'status','warn_max':299}]",
             &moved);
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "status is \"302\"");
}

Test(generic_others, an_answer_that_takes_long_is_a_warning_and_then_a_fault)
{
    static const char rule[] = "'extract':[{'from':'time','fact':'expectation','name':'ms',"
                               "'warn_max':500,'max':2000}]";
    const struct vmm_mock_result *seen = look(rule, &(struct vmm_mock_answer){.latency_ms = 400});
    assert_met(seen);
    cr_expect_null(vmm_mock_find(seen, VMM_FACT_FINDING, 0));
    seen = look(rule, &(struct vmm_mock_answer){.latency_ms = 600});
    assert_met(seen);
    cr_expect_str_eq(fact(seen, VMM_FACT_FINDING, 0)->text, "ms is \"600\"");
    assert_broken(look(rule, &(struct vmm_mock_answer){.latency_ms = 2500}), "a: ms is \"2500\"");
}

Test(generic_others, a_document_that_is_old_or_has_no_date)
{
    static const char rule[] = "'match_headers':['Last-Modified:'],'extract':[{'from':'age',"
                               "'fact':'expectation','name':'age','max':3600}]";
    static const struct vmm_mock_answer young = {
        .headers = "Date: Mon, 01 Jan 2024 01:00:00 GMT\r\n"
                   "Last-Modified: Mon, 01 Jan 2024 00:30:00 GMT\r\n"};
    static const struct vmm_mock_answer old = {
        .headers = "Date: Mon, 01 Jan 2024 03:00:00 GMT\r\n"
                   "Last-Modified: Mon, 01 Jan 2024 00:30:00 GMT\r\n"};
    assert_met(look(rule, &young));
    assert_broken(look(rule, &old), "a: age is \"9000\"");
    assert_broken(look(rule, &(struct vmm_mock_answer){0}),
                  "a: match_headers[0] is not in the answer");
}

/* The rest is the core's: whether it is a fault is judged of all disks together. */
Test(generic_others, what_a_full_disk_is_judged_by)
{
    const struct vmm_mock_result *seen = look_at(
        "'extract':[{'from':'keyvalue','key':'hdd','fact':'disk_state','map':'ok=ok;full=fault:"
        "disk_full'},{'from':'keyvalue','key':'free','fact':'disk_free'},"
        "{'from':'keyvalue','key':'overwrite','fact':'disk_overwrite'}]",
        "hdd=full\nfree=0\noverwrite=no\n");
    assert_met(seen);
    cr_expect_eq(fact(seen, VMM_FACT_DISK_STATE, 1)->reason, VMM_REASON_DISK_FULL);
    cr_expect_eq(fact(seen, VMM_FACT_DISK_FREE, 1)->number, 0);
    cr_expect_eq(fact(seen, VMM_FACT_DISK_OVERWRITE, 0)->type, VMM_TYPE_BOOL);
    cr_expect_eq(fact(seen, VMM_FACT_DISK_OVERWRITE, 0)->number, 0);
}
