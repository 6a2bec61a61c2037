/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_generic.h"

/* ---- Helpers ---- */

TestSuite(generic, .init = begin, .fini = done);

static const char *fixture(const char *name)
{
    static char text[4096];
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* Options with one request; `more` are its members beside name and path, with ' for ". */
static const char *one(const char *more)
{
    static char options[8192];
    snprintf(options, sizeof(options), "{'requests':[{'name':'status','path':'/status'%s%s}]}",
             more[0] == '\0' ? "" : ",", more);
    return json(options);
}

/* One request with these members, answered so. */
static const struct vmm_mock_result *look(const char *more, const struct vmm_mock_answer *answer)
{
    vmm_mock_answer(mock, answer);
    return look_with(one(more));
}

static const struct vmm_mock_result *look_at(const char *more, const char *body)
{
    return look(more, &(struct vmm_mock_answer){.body = body});
}

/* ---- Requests ---- */

Test(generic, asks_as_it_is_told)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.method = "POST", .target = "/cgi?u={user}"});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.method = "HEAD", .target = "/b"});
    assert_met(
        look_with("{\"basic\":true,\"requests\":["
                  "{\"name\":\"a\",\"method\":\"POST\",\"safe\":true,\"path\":\"/cgi?u={user}\","
                  "\"headers\":[\"X-A: 1\",\"X-B: 2\"],\"body\":\"q=1\","
                  "\"content_type\":\"text/plain\",\"timeout\":\"3s\",\"max_bytes\":100,"
                  "\"redirects\":\"same_device\",\"first_part\":true},"
                  "{\"name\":\"b\",\"method\":\"HEAD\",\"path\":\"/b\",\"login\":false}]}"));
    const struct vmm_mock_request *a = vmm_mock_request(mock, 0);
    cr_assert_eq(a->flags, VMM_HTTP_SAFE | VMM_HTTP_SAME_DEVICE | VMM_HTTP_FIRST_PART |
                               VMM_HTTP_TEMPLATE | VMM_HTTP_BASIC_OK | VMM_HTTP_MORE);
    cr_assert_str_eq(a->headers, "X-A: 1\r\nX-B: 2\r\nContent-Type: text/plain\r\n");
    cr_assert_str_eq(a->body, "q=1");
    cr_assert_eq(a->timeout_ms, 3000);
    cr_assert_eq(a->max_bytes, 100);
    const struct vmm_mock_request *b = vmm_mock_request(mock, 1);
    cr_assert_eq(b->flags, VMM_HTTP_NO_LOGIN | VMM_HTTP_BASIC_OK);
    cr_assert_eq(b->max_bytes, 1048576);
}

static void assert_trial(const char *options, const char *target)
{
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.method = "GET", .target = target, .status = 401});
    const struct vmm_mock_result *seen =
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL, .options = options});
    assert_end(seen, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    size_t last = vmm_mock_request_count(mock) - 1;
    cr_assert_eq(vmm_mock_request(mock, last)->flags, VMM_HTTP_NO_LOGIN);
}

Test(generic, a_trial_carries_no_credential_and_no_login)
{
    assert_trial("{\"requests\":[{\"name\":\"a\",\"path\":\"/cgi/x?u={user}&p={pass}\"}]}",
                 "/cgi/x");
    assert_trial("{\"requests\":[{\"name\":\"a\",\"path\":\"/{user}/x\"}]}", "/");
    assert_trial(
        "{\"requests\":[{\"name\":\"a\",\"path\":\"/x\",\"method\":\"POST\",\"safe\":true}]}", "/");
}

Test(generic, an_optional_request_may_fail)
{
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.status = 500});
    vmm_mock_answer(mock, &(struct vmm_mock_answer){0});
    const struct vmm_mock_result *seen =
        look_with("{\"requests\":[{\"name\":\"a\",\"path\":\"/a\",\"optional\":true},"
                  "{\"name\":\"b\",\"path\":\"/b\"}]}");
    assert_end(seen, VMM_OUTCOME_PARTIAL, VMM_RUNG_ANSWER, 0);
    cr_assert_str_eq(seen->detail, "a: status 500");
}

/* ---- Expectations ---- */

Test(generic, statuses_are_lists_and_ranges)
{
    static const uint32_t good[] = {200, 204, 300, 303};
    for (size_t i = 0; i < 4; i++) {
        assert_met(look("'expect_status':'200,204, 300-303'",
                        &(struct vmm_mock_answer){.status = good[i]}));
    }
    assert_broken(
        look("'expect_status':'200,204,300-303'", &(struct vmm_mock_answer){.status = 304}),
        "status: status 304 is not expected");
}

Test(generic, a_status_with_a_meaning_of_its_own_has_it_unless_it_is_expected)
{
    assert_end(look("", &(struct vmm_mock_answer){.status = 404}), VMM_OUTCOME_BAD_REPLY,
               VMM_RUNG_PARSE, VMM_REASON_WRONG_PATH);
    assert_end(look("", &(struct vmm_mock_answer){.status = 401}), VMM_OUTCOME_AUTH,
               VMM_RUNG_AUTHENTICATE, 0);
    assert_end(look("", &(struct vmm_mock_answer){.status = 403}), VMM_OUTCOME_AUTH,
               VMM_RUNG_AUTHENTICATE, 0);
    assert_end(look("", &(struct vmm_mock_answer){.status = 503}), VMM_OUTCOME_LIMIT,
               VMM_RUNG_ANSWER, 0);
    assert_end(look("", &(struct vmm_mock_answer){.status = 500}), VMM_OUTCOME_BAD_REPLY,
               VMM_RUNG_ANSWER, VMM_REASON_ERROR_STATUS);
    assert_met(
        look("'login':false,'expect_status':'401'", &(struct vmm_mock_answer){.status = 401}));
    assert_met(look("'expect_status':'404'", &(struct vmm_mock_answer){.status = 404}));
}

Test(generic, the_content_type_is_a_beginning)
{
    const struct vmm_mock_answer jpeg = {.headers = "content-type: image/jpeg; q=1\r\n"};
    assert_met(look("'expect_type':'image/JPEG'", &jpeg));
    assert_broken(look("'expect_type':'image/png'", &jpeg), "status: another Content-Type");
    assert_broken(look("'expect_type':'image/png'", &(struct vmm_mock_answer){0}),
                  "status: no Content-Type");
}

Test(generic, all_of_match_and_none_of_fail)
{
    const char *both = "'match':['^a=1$','b=[0-9]+'],'fail':['[Ee]rror']";
    assert_met(look_at(both, "a=1\r\nb=22\r\n"));
    assert_broken(look_at(both, "a=1\n"), "status: match[1] is not in the answer");
    assert_broken(look_at(both, "a=1\nb=2\nno Error\n"), "status: fail[0] is in the answer");
    assert_broken(look_at(both, ""), "status: match[0] is not in the answer");
    assert_met(look_at("'match':['^$']", ""));
}

Test(generic, a_pattern_is_found_at_the_end_of_a_long_line)
{
    char body[5000];
    memset(body, 'x', sizeof(body));
    memcpy(body + 4600, "state=ready", 11);
    body[sizeof(body) - 1] = '\0';
    assert_met(look_at("'match':['state=[a-z]{5}','^x','x$'],'fail':['^s','y$']", body));
}

Test(generic, of_a_body_the_first_64_kib_are_searched)
{
    char *body = malloc(70001);
    memset(body, '\n', 70000);
    memcpy(body + 66000, "late", 4);
    memcpy(body + 60000, "early", 5);
    body[70000] = '\0';
    assert_met(look_at("'match':['early'],'fail':['late']", body));
    free(body);
}

/* ---- Extraction ---- */

#define RULE(members) "'extract':[{" members "}]"

Test(generic, reads_values_from_lines)
{
    const char *rules =
        "'extract':["
        "{'from':'keyvalue','key':'device','fact':'model'},"
        "{'from':'keyvalue','key':'channel1','fact':'signal','index':1},"
        "{'from':'keyvalue','key':'channel2','fact':'signal','index':2},"
        "{'from':'keyvalue','key':'uptime','fact':'uptime'},"
        "{'from':'keyvalue','key':'disk_state','fact':'disk_state','map':'normal=ok;full|error="
        "fault'},"
        "{'from':'keyvalue','key':'disk_total_kb','fact':'disk_total','factor':1024},"
        "{'from':'keyvalue','key':'temperature','fact':'vendor','name':'temperature'},"
        "{'from':'keyvalue','key':'not there','fact':'firmware'}]";
    const struct vmm_mock_result *seen = look_at(rules, fixture("status.txt"));
    assert_met(seen);
    cr_assert_str_eq(fact(seen, VMM_FACT_MODEL, 0)->text, "DVR-4");
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_OK);
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 2)->reason, VMM_REASON_VIDEO_LOSS);
    cr_assert_eq(fact(seen, VMM_FACT_UPTIME, 0)->number, 86400);
    cr_assert_eq(fact(seen, VMM_FACT_DISK_STATE, 1)->standing, VMM_STANDING_OK);
    cr_assert_eq(fact(seen, VMM_FACT_DISK_TOTAL, 1)->number, INT64_C(976762584) * 1024);
    cr_assert_str_eq(fact(seen, VMM_FACT_VENDOR, 0)->text, "temperature=41.5");
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_FIRMWARE, 0));
}

/* What a word says of a disk or a fan is the maker's own: "failed" is not well because it is there. */
Test(generic, the_word_of_a_disk_or_of_the_hardware_means_nothing_without_a_map)
{
    const struct vmm_mock_result *seen =
        look_at("'extract':[{'from':'keyvalue','key':'hdd','fact':'disk_state'},"
                "{'from':'keyvalue','key':'fan','fact':'hardware'}]",
                "hdd=failed\nfan=stopped\n");
    assert_met(seen);
    cr_assert_eq(fact(seen, VMM_FACT_DISK_STATE, 1)->standing, VMM_STANDING_NOT_JUDGED);
    cr_assert_str_eq(fact(seen, VMM_FACT_DISK_STATE, 1)->text, "failed");
    cr_assert_eq(fact(seen, VMM_FACT_HARDWARE, 0)->standing, VMM_STANDING_NOT_JUDGED);
}

Test(generic, reads_values_from_patterns_headers_and_the_status)
{
    const char *rules =
        "'extract':["
        "{'from':'regex','pattern':'\\\"model\\\":\\\"([^\\\"]*)','fact':'model'},"
        "{'from':'regex','pattern':'X-[0-9]+','fact':'serial'},"
        "{'from':'regex','pattern':'\\\"n\\\":2,\\\"signal\\\":\\\"([a-z]+)','fact':'"
        "signal',"
        "'index':2,'map':'ok=ok;lost=fault'},"
        "{'from':'header','key':'Server','pattern':'^([A-Za-z]+)/','fact':'brand'},"
        "{'from':'status','fact':'vendor','name':'status'}]";
    const struct vmm_mock_result *seen =
        look(rules, &(struct vmm_mock_answer){.headers = "Server: Boa/0.94\r\n",
                                              .body = fixture("status.json")});
    assert_met(seen);
    cr_assert_str_eq(fact(seen, VMM_FACT_MODEL, 0)->text, "X-100");
    cr_assert_str_eq(fact(seen, VMM_FACT_SERIAL, 0)->text, "X-100", "no group: the whole match");
    cr_assert_eq(fact(seen, VMM_FACT_SIGNAL, 2)->standing, VMM_STANDING_FAULT);
    cr_assert_str_eq(fact(seen, VMM_FACT_BRAND, 0)->text, "Boa");
    cr_assert_str_eq(fact(seen, VMM_FACT_VENDOR, 0)->text, "status=200");
}

static void assert_signal(const char *map, const char *value, uint32_t standing, uint32_t reason)
{
    char rules[256];
    char body[64];
    snprintf(rules, sizeof(rules), RULE("'from':'keyvalue','key':'s','fact':'signal'%s%s%s"),
             map == NULL ? "" : ",'map':'", map == NULL ? "" : map, map == NULL ? "" : "'");
    snprintf(body, sizeof(body), "s=%s\n", value);
    const struct vmm_observation *o = fact(look_at(rules, body), VMM_FACT_SIGNAL, 1);
    cr_assert_eq(o->standing, standing, "%s by %s", value, map);
    cr_assert_eq(o->reason, reason, "%s by %s", value, map);
}

Test(generic, a_map_gives_words_their_meaning)
{
    const char *map = "1|Connected = ok; 0|loss=fault:video_loss ;2=fault:expectation;9=ignore;";
    assert_signal(map, "1", VMM_STANDING_OK, 0);
    assert_signal(map, "CONNECTED", VMM_STANDING_OK, 0);
    assert_signal(map, "loss", VMM_STANDING_FAULT, VMM_REASON_VIDEO_LOSS);
    assert_signal(map, "2", VMM_STANDING_FAULT, VMM_REASON_EXPECTATION);
    assert_signal(map, "9", VMM_STANDING_NOT_JUDGED, 0);
    assert_signal(map, "something else", VMM_STANDING_NOT_JUDGED, 0);
    assert_signal("1=ok;*=fault", "else", VMM_STANDING_FAULT, VMM_REASON_VIDEO_LOSS);
    assert_signal(NULL, "off", VMM_STANDING_FAULT, VMM_REASON_VIDEO_LOSS);
    assert_signal(NULL, "unknown", VMM_STANDING_NOT_JUDGED, 0);
}

Test(generic, limits_make_a_fault_of_an_expectation)
{
    const char *rule = RULE("'from':'keyvalue','key':'temperature','fact':'expectation',"
                            "'name':'temperature','min':-10,'max':60.5");
    assert_met(look_at(rule, "temperature=60.5\n"));
    assert_broken(look_at(rule, "temperature=61\n"), "status: temperature is \"61\"");
    assert_broken(look_at(rule, "temperature=-11\n"), "status: temperature is \"-11\"");
    assert_met(look_at(rule, "temperature=warm\n"));
    assert_met(look_at(rule, "temperature=nan\n"));
    const char *uptime = RULE("'from':'keyvalue','key':'u','fact':'uptime','min':60");
    const struct vmm_mock_result *seen = look_at(uptime, "u=5\n");
    assert_broken(seen, "status: uptime is \"5\"");
    cr_assert_eq(fact(seen, VMM_FACT_UPTIME, 0)->reason, VMM_REASON_EXPECTATION);
    cr_assert_eq(fact(seen, VMM_FACT_UPTIME, 0)->number, 5);
}

Test(generic, a_whole_number_that_overflows_is_not_judged)
{
    const char *rule =
        RULE("'from':'keyvalue','key':'d','fact':'disk_total','index':3,'factor':1099511627776");
    const struct vmm_mock_result *seen = look_at(rule, "d=99999999999\n");
    cr_assert_eq(fact(seen, VMM_FACT_DISK_TOTAL, 3)->standing, VMM_STANDING_NOT_JUDGED);
    cr_assert_eq(fact(look_at(rule, "d=1.5\n"), VMM_FACT_DISK_TOTAL, 3)->type, VMM_TYPE_NONE);
}

static int64_t offset(const char *members, const struct vmm_mock_answer *answer)
{
    vmm_mock_set_wall(mock, INT64_C(1704067200000000) - 5000); /* middle of the request: midnight */
    return fact(look(members, answer), VMM_FACT_CLOCK_OFFSET, 0)->number;
}

Test(generic, reads_clocks)
{
    cr_assert_eq(offset(RULE("'from':'keyvalue','key':'localtime','fact':'clock_offset',"
                             "'format':'%Y/%m/%d %H:%M:%S','zone':'+08:00'"),
                        &(struct vmm_mock_answer){.body = fixture("status.txt")}),
                 0);
    cr_assert_eq(
        offset(RULE("'from':'header','key':'Date','fact':'clock_offset',"
                    "'format':'%a, %d %b %Y %T GMT','zone':'UTC'"),
               &(struct vmm_mock_answer){.headers = "Date: Mon, 01 Jan 2024 00:01:30 GMT\r\n"}),
        90000);
    cr_assert_eq(offset(RULE("'from':'regex','pattern':'^t=(.*)$','fact':'clock_offset',"
                             "'format':'%FT%T%z'"),
                        &(struct vmm_mock_answer){.body = "t=2024-01-01T05:00:00+05:30\r\n"}),
                 -1800000);
    const struct vmm_mock_result *seen = look_at(
        RULE("'from':'keyvalue','key':'t','fact':'clock_offset','format':'%s'"), "t=never\n");
    cr_assert_eq(fact(seen, VMM_FACT_CLOCK_OFFSET, 0)->standing, VMM_STANDING_NOT_JUDGED);
    cr_assert_null(vmm_mock_find(seen, VMM_FACT_CLOCK_UNCERTAINTY, 0));
}

/* ---- Options that make no sense ---- */

static void assert_wrong(const char *members, const char *why)
{
    const struct vmm_mock_result *seen = look_with(one(members));
    assert_end(seen, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
    cr_assert_str_eq(seen->detail, why);
    cr_assert_str_eq(vmm_mock_options(mock, one(members)), why);
}

Test(generic, options_that_make_no_sense_are_named_with_their_place)
{
    cr_assert_str_empty(vmm_mock_options(mock, one("'match':['a']")));
    assert_wrong("'method':'POST'",
                 "requests[0]: a POST needs \"safe\": true, your word that it changes nothing");
    assert_wrong("'body':'x'", "requests[0]: only a POST has a body");
    assert_wrong("'headers':['A: b','nonsense']",
                 "requests[0].headers[1]: a header is one line \"Name: value\"");
    assert_wrong("'headers':['A: b\\r\\nC: d']",
                 "requests[0].headers[0]: a header is one line \"Name: value\"");
    assert_wrong("'headers':['authorization: x']",
                 "requests[0].headers[0]: Authorization is set by the host, unless \"login\" is "
                 "false");
    assert_wrong("'headers':['Host: x']", "requests[0].headers[0]: Host: is set by the host");
    assert_wrong("'expect_status':'200-100'",
                 "requests[0]: expect_status is like \"200,204,300-303\"");
    assert_wrong("'expect_status':'ok'", "requests[0]: expect_status is like \"200,204,300-303\"");
    assert_wrong("'match':['a','(']",
                 "requests[0].match[1]: missing closing parenthesis, at byte 2 of the pattern");
    assert_wrong(
        "'match':['((a{99}){99}){99}']",
        "requests[0].match[0]: regular expression is too large, at byte 18 of the pattern");
    assert_wrong("'match':['a{99999}']", "requests[0].match[0]: number too big in {} quantifier, "
                                         "at byte 8 of the pattern");
    assert_wrong(RULE("'from':'keyvalue','fact':'model'"),
                 "requests[0].extract[0]: keyvalue, header, cookie, json and xml need a key, and "
                 "nothing else");
    assert_wrong(RULE("'from':'regex','fact':'model'"),
                 "requests[0].extract[0]: regex needs a pattern");
    assert_wrong(RULE("'from':'status','fact':'modell'"),
                 "requests[0].extract[0]: modell is no fact that can be set");
    assert_wrong(RULE("'from':'json','key':'fw','fact':'model'"),
                 "requests[0].extract[0]: the key of json is a pointer, like /Data/0/Model");
    assert_wrong(RULE("'from':'status','fact':'model','carry':'a'"),
                 "requests[0].extract[0]: a rule tells a fact or carries a value: leave fact and "
                 "map out");
    assert_wrong(RULE("'from':'status','carry':'A b'"),
                 "requests[0].extract[0]: carry is a name of a-z, 0-9 and _");
    assert_wrong("'optional':true," RULE("'from':'status','carry':'a'"),
                 "requests[0].extract[0]: later requests need what is carried: leave optional out");
    assert_wrong("'headers':['Cookie: {carry:sid}']",
                 "requests[0]: a {carry:NAME} that no earlier request carries: give an earlier one "
                 "a rule with \"carry\"");
    assert_wrong("'match_headers':['nonsense']",
                 "requests[0].match_headers[0]: a rule for a header is \"Name: pattern\"");
    assert_wrong("'fail_headers':['A: ok','A: (']",
                 "requests[0].fail_headers[1]: missing closing parenthesis, at byte 2 of the "
                 "pattern");
    assert_wrong(RULE("'from':'status','fact':'vendor'"),
                 "requests[0].extract[0]: the fact vendor needs a name");
    assert_wrong(
        RULE("'from':'status','fact':'clock_offset','format':'%F %T'"),
        "requests[0].extract[0]: clock_offset needs a format, and a zone when the format has "
        "no %z or %s");
    assert_wrong(
        RULE("'from':'status','fact':'model','map':'1=fine'"),
        "requests[0].extract[0]: \"1=fine\" is not value|value=ok, warn, fault, fault:<reason> or "
        "ignore");
    assert_wrong(RULE("'from':'status','fact':'model','map':'1=ok','min':1"),
                 "requests[0].extract[0]: a map, or min and max, not both");
}

Test(generic, a_path_stays_on_the_device)
{
    static const char *const paths[] = {"http://elsewhere/", "status", "/a b", "/a\\r\\nHost: x"};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        char options[256];
        snprintf(options, sizeof(options), "{\"requests\":[{\"name\":\"a\",\"path\":\"%s\"}]}",
                 paths[i]);
        assert_end(look_with(options), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
    }
    assert_end(look_with("{\"requests\":[]}"), VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0);
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    vmm_mock_serve(m, &(struct vmm_mock_answer){.body = "channel1=on\nuptime=9\n"});
    if (vmm_mock_open(m) != 0) {
        return;
    }
    vmm_mock_look(m, &(struct vmm_mock_ask){
                         .options = one("'match':['on'],'extract':["
                                        "{'from':'keyvalue','key':'channel1','fact':'signal'},"
                                        "{'from':'keyvalue','key':'uptime','fact':'uptime'}]")});
}

Test(generic_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[1024];
    cr_assert_geq(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                  5);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 2);
    cr_assert_str_empty(report);
}
