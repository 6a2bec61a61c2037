/* SPDX-License-Identifier: MIT */
/* Logins in several steps, and where values of an answer are. */
#include "generic_carry.h"
#include "generic_picture.h"
#include "generic_read.h"
#include "generic_source.h"
#include "test_generic.h"

/* ---- Helpers ---- */

TestSuite(generic_steps, .init = begin, .fini = done);

static void answer(const char *target, const char *headers, const char *body)
{
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.target = target, .headers = headers, .body = body});
}

/* One request with one rule, answered so: what the rule found, NULL when nothing. */
static const struct vmm_observation *found(const char *rule, const struct vmm_mock_answer *given)
{
    char options[1024];
    vmm_mock_answer(mock, given);
    snprintf(options, sizeof(options),
             "{'requests':[{'name':'a','path':'/','extract':[{%s,'fact':'vendor','name':'v'}]}]}",
             rule);
    const struct vmm_mock_result *seen = look_with(options);
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    return vmm_mock_find(seen, VMM_FACT_VENDOR, 0);
}

static void assert_found(const char *rule, const struct vmm_mock_answer *given, const char *value)
{
    char expected[512];
    const struct vmm_observation *o = found(rule, given);
    snprintf(expected, sizeof(expected), "v=%s", value);
    cr_assert_not_null(o, "%s", rule);
    cr_expect_str_eq(o->text, expected, "%s: %s", rule, o->text);
}

/* ---- Several steps ---- */

static const char login_options[] =
    "{\"requests\":["
    "{\"name\":\"login\",\"path\":\"/login\",\"method\":\"POST\",\"safe\":true,\"login\":false,"
    "\"content_type\":\"application/"
    "json\",\"body\":\"{\\\"u\\\":\\\"{user}\\\",\\\"p\\\":\\\"{pass}"
    "\\\"}\",\"refused\":[\"bad password\"],\"locked\":[\"too many\"],\"expect_status\":\"200\","
    "\"extract\":[{\"from\":\"json\",\"key\":\"/data/token\",\"carry\":\"token\"},"
    "{\"from\":\"cookie\",\"key\":\"SID\",\"carry\":\"sid\"}]},"
    "{\"name\":\"page\",\"path\":\"/page?token={carry:token}&x=1\",\"login\":false,"
    "\"headers\":[\"Cookie: SID={carry:sid}\",\"Authorization: Bearer {carry:token}\"],"
    "\"extract\":[{\"from\":\"json\",\"key\":\"/next\",\"carry\":\"next\"}]},"
    "{\"name\":\"query\",\"path\":\"/query\",\"method\":\"POST\",\"safe\":true,"
    "\"content_type\":\"application/json\",\"body\":\"{\\\"n\\\":\\\"{carry:next}\\\"}\","
    "\"extract\":[{\"from\":\"json\",\"key\":\"/model\",\"fact\":\"model\"}]}]}";

static const struct vmm_mock_result *look_login(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.options = login_options});
}

Test(generic_steps, a_login_gives_a_token_that_the_next_requests_carry)
{
    answer("/login", "Set-Cookie: other=1; Path=/\r\nset-cookie: SID=abc123; HttpOnly\r\n",
           "{\"data\":{\"token\":\"t/1 &2\"}}");
    answer("/page?token=t%2F1%20%262&x=1", NULL, "{\"next\":\"a\\\"b\\\\c\"}");
    answer("/query", NULL, "{\"model\":\"M1\"}");
    const struct vmm_mock_result *seen = look_login();
    cr_assert_eq(seen->outcome, VMM_OUTCOME_OK, "%s", seen->detail);
    cr_expect_str_eq(vmm_mock_find(seen, VMM_FACT_MODEL, 0)->text, "M1");
    const struct vmm_mock_request *login = vmm_mock_request(mock, 0);
    cr_expect_str_eq(login->body, "{\"u\":\"{user}\",\"p\":\"{pass}\"}");
    cr_expect_eq(login->flags & (VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN),
                 VMM_HTTP_TEMPLATE | VMM_HTTP_NO_LOGIN);
    const struct vmm_mock_request *page = vmm_mock_request(mock, 1);
    cr_expect_str_eq(page->headers, "Cookie: SID=abc123\r\nAuthorization: Bearer t/1 &2\r\n");
    cr_expect_eq(page->flags & VMM_HTTP_TEMPLATE, 0);
    cr_expect_str_eq(vmm_mock_request(mock, 2)->body, "{\"n\":\"a\\\"b\\\\c\"}");
}

Test(generic_steps, a_token_cannot_ask_for_the_password_or_add_a_header)
{
    static const char *const bad[] = {
        "{\"data\":{\"token\":\"{pass}\"}}", "{\"data\":{\"token\":\"a\\r\\nX: 1\"}}",
        "{\"data\":{\"token\":\"\"}}", "{\"data\":{\"token\":\"\\u00e9\"}}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        answer("/login", "Set-Cookie: SID=1\r\n", bad[i]);
        const struct vmm_mock_result *seen = look_login();
        cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH, "%s", bad[i]);
        cr_expect_eq(seen->rung, VMM_RUNG_AUTHENTICATE);
    }
}

Test(generic_steps, a_login_without_a_token_counts_as_refused_and_is_not_repeated)
{
    answer("/login", NULL, "{\"data\":{}}");
    const struct vmm_mock_result *seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_AUTH);
    cr_expect_str_eq(seen->detail,
                     "login: extract[0]: what later requests need is not in the answer");
}

Test(generic_steps, a_page_without_what_is_needed_is_a_bad_reply)
{
    answer("/login", "Set-Cookie: SID=1\r\n", "{\"data\":{\"token\":\"1\"}}");
    answer("/page*", NULL, "{}");
    const struct vmm_mock_result *seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_eq(seen->rung, VMM_RUNG_PARSE);
}

Test(generic_steps, an_answer_that_refuses_the_login_is_auth_with_any_status)
{
    answer("/login", NULL, "{\"error\":\"bad password\"}");
    const struct vmm_mock_result *seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_AUTH);
    vmm_mock_answer(mock, &(struct vmm_mock_answer){
                              .target = "/login", .status = 500, .body = "too many logins"});
    seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_LOCKED);
}

Test(generic_steps, a_login_that_the_host_made_may_be_refused_by_a_lock)
{
    static const char options[] =
        "{\"requests\":[{\"name\":\"a\",\"path\":\"/\",\"locked\":[\"too many\"]}]}";
    static const char *const bodies[] = {"too many bad logins", "wrong password"};
    static const uint32_t reasons[] = {VMM_REASON_LOCKED, VMM_REASON_AUTH};
    for (size_t i = 0; i < 2; i++) {
        vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/",
                                                        .outcome = VMM_OUTCOME_AUTH,
                                                        .rung = VMM_RUNG_AUTHENTICATE,
                                                        .reason = VMM_REASON_AUTH,
                                                        .status = 401,
                                                        .body = bodies[i]});
        const struct vmm_mock_result *seen =
            vmm_mock_look(mock, &(struct vmm_mock_ask){.options = options});
        cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
        cr_expect_eq(seen->reason, reasons[i], "%s", seen->detail);
    }
}

/* A 403 alone lets a look go on; not without what it has to carry, nor when it refuses a login. */
Test(generic_steps, a_login_that_403_refuses_is_auth_and_nothing_follows)
{
    static const char form[] =
        "{'requests':[{'name':'form','path':'/form?u={user}&p={pass_md5}','login':false},"
        "{'name':'page','path':'/page'}]}";
    const struct vmm_mock_answer forbidden = {.target = "/login", .status = 403, .body = "{}"};
    vmm_mock_answer(mock, &forbidden);
    const struct vmm_mock_result *seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_AUTH);
    cr_expect_str_eq(seen->detail, "login: status 403");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/form*", .status = 403});
    seen = look_with(form);
    cr_expect_eq(seen->outcome, VMM_OUTCOME_AUTH);
    cr_expect_eq(seen->reason, VMM_REASON_AUTH);
    cr_expect_null(vmm_mock_request(mock, 2)); /* one login of each look */
}

Test(generic_steps, a_value_that_403_keeps_back_ends_the_look)
{
    answer("/login", "Set-Cookie: SID=1\r\n", "{\"data\":{\"token\":\"1\"}}");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/page*", .status = 403});
    const struct vmm_mock_result *seen = look_login();
    cr_expect_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_str_eq(seen->detail,
                     "page: extract[0]: what later requests need is not in the answer");
    cr_expect_null(vmm_mock_request(mock, 2));
}

/* The value of the first request is not the one that the second was to give. */
Test(generic_steps, an_older_value_of_the_same_name_does_not_do)
{
    answer("/a", NULL, "n=1");
    vmm_mock_answer(mock, &(struct vmm_mock_answer){.target = "/b", .status = 403});
    const struct vmm_mock_result *seen =
        look_with("{'requests':["
                  "{'name':'a','path':'/a','extract':[{'from':'keyvalue','key':'n','carry':'n'}]},"
                  "{'name':'b','path':'/b','extract':[{'from':'keyvalue','key':'n','carry':'n'}]},"
                  "{'name':'c','path':'/c?n={carry:n}'}]}");
    cr_expect_eq(seen->outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_null(vmm_mock_request(mock, 2));
}

Test(generic_steps, what_later_requests_need_may_not_be_late)
{
    static const char *const words[] = {"fault", "ignore"};
    for (size_t i = 0; i < 2; i++) {
        char options[512];
        snprintf(options, sizeof(options),
                 "{'requests':[{'name':'a','path':'/','on_timeout':'%s','extract':"
                 "[{'from':'keyvalue','key':'n','carry':'n'}]}]}",
                 words[i]);
        cr_expect_str_eq(
            vmm_mock_options(mock, json(options)),
            "requests[0].extract[0]: later requests need what is carried: leave on_timeout out");
    }
}

Test(generic_steps, a_row_cannot_be_started_before_its_values_are_known)
{
    static const char options[] =
        "{'requests':[{'name':'a','method':'GET','path':'/a',"
        "'extract':[{'from':'keyvalue','key':'n','carry':'n'}]},"
        "{'name':'b','method':'GET','path':'/b?n={carry:n}'},"
        "{'name':'t','protocol':'tcp','safe':true,'dialogue':[{'send':'{carry:n}'}]}]}";
    struct generic_plan *plan = generic_plan_create(json(options), NULL, NULL);
    struct generic_carried carried = {0};
    cr_assert_str_empty(plan->error);
    cr_assert_eq(generic_carry_begin(&carried, plan, 0), 0);
    cr_expect_null(carried.rows[1].start);
    for (size_t i = 2; i <= 3; i++) {
        cr_assert_not_null(carried.rows[i].start);
        cr_expect_eq(carried.rows[i].start(NULL, &carried.rows[i], NULL), VMM_E_STATE);
    }
    cr_assert_eq(generic_carry_keep(&carried, 0, vmm_text_of("7")), 0);
    cr_assert_eq(generic_carry_fill(&carried, plan, 1), 0);
    cr_expect_str_eq(carried.rows[2].target, "/b?n=7");
    cr_expect_null(carried.rows[2].start);
    cr_expect_null(carried.rows[3].start);
    generic_carry_finish(&carried);
    generic_plan_destroy(plan);
}

/* ---- No time left ---- */

static uint64_t no_time(void *arg)
{
    (void)arg;
    return 1;
}

/* A first request read by a clock that has run out, and the second that needs its value. */
static void read_without_time(const char *options, struct vmm_part *part)
{
    struct generic_plan *plan = generic_plan_create(json(options), NULL, NULL);
    struct generic_carried carried = {0};
    const struct generic_kept kept = {.carried = &carried};
    struct generic_clock clock = {no_time, NULL, 0, true};
    const struct vmm_http_answer answer = {.struct_size = sizeof(answer),
                                           .status = 200,
                                           .headers = "",
                                           .body = (const uint8_t *)"n=7",
                                           .body_size = 3};
    const struct vmm_observer nobody = {0};
    cr_assert_str_empty(plan->error);
    cr_assert_eq(generic_carry_begin(&carried, plan, 0), 0);
    generic_read(plan->requests[0], &answer, &kept, &clock, &nobody, part);
    generic_read_on(plan, plan->requests[0], &kept, part);
    cr_expect_str_eq(carried.rows[2].target,
                     part->outcome == VMM_OUTCOME_PARTIAL ? "/b?n=7" : "/b?n={carry:n}");
    generic_carry_finish(&carried);
    generic_plan_destroy(plan);
}

#define FIRST(path, rule)                                                                          \
    "{'requests':[{'name':'a','method':'GET','expect_status':'200','path':'" path "',"             \
    "'extract':[{" rule ",'carry':'n'}]},{'name':'b','method':'GET','path':'/b?n={carry:n}'}]}"

Test(generic_steps, without_time_a_login_counts_as_refused_and_a_value_that_is_there_is_carried)
{
    struct vmm_part part = {0};
    read_without_time(FIRST("/a?p={pass}", "'from':'regex','pattern':'n=(.)'"), &part);
    cr_expect_eq(part.outcome, VMM_OUTCOME_AUTH, "%s", part.detail);
    part = (struct vmm_part){0};
    read_without_time(FIRST("/a", "'from':'regex','pattern':'n=(.)'"), &part);
    cr_expect_eq(part.outcome, VMM_OUTCOME_INTERNAL, "%s", part.detail);
    part = (struct vmm_part){0};
    read_without_time(FIRST("/a", "'from':'keyvalue','key':'n'"), &part);
    cr_expect_eq(part.outcome, VMM_OUTCOME_PARTIAL, "%s", part.detail);
}

/* ---- Expectations of headers ---- */

static void assert_headers(const char *rules, const char *headers, const char *broken)
{
    char options[512];
    snprintf(options, sizeof(options), "{'requests':[{'name':'a','path':'/',%s}]}", rules);
    answer("/", headers, "x");
    const struct vmm_observation *o = vmm_mock_find(look_with(options), VMM_FACT_EXPECTATION, 0);
    cr_assert_not_null(o);
    cr_expect_eq(o->standing, broken == NULL ? VMM_STANDING_OK : VMM_STANDING_FAULT, "%s", o->text);
    cr_expect_str_eq(o->text, broken == NULL ? "a" : broken);
}

Test(generic_steps, headers_have_to_be_there_and_others_not)
{
    assert_headers("'match_headers':['Server: ^nginx','ETag:']", "ETag: 1\r\nserver: nginx/1.2\r\n",
                   NULL);
    assert_headers("'match_headers':['Server: ^nginx']", "Server: Boa\r\n",
                   "a: match_headers[0] is another");
    assert_headers("'match_headers':['Server: ^nginx']", NULL,
                   "a: match_headers[0] is not in the answer");
    assert_headers("'fail_headers':['Server: Boa']", "Server: Boa/0.9\r\n",
                   "a: fail_headers[0] is in the answer");
    assert_headers("'fail_headers':['Server: Boa']", NULL, NULL);
}

/* ---- Sources ---- */

Test(generic_steps, values_of_json_are_read_by_pointer)
{
    const struct vmm_mock_answer body = {
        .body = "{\"a\":{\"b/c\":[\"x\",{\"n\":-3,\"r\":1.5,\"t\":true,\"z\":null}]}}"};
    assert_found("'from':'json','key':'/a/b~1c/0'", &body, "x");
    assert_found("'from':'json','key':'/a/b~1c/1/n'", &body, "-3");
    assert_found("'from':'json','key':'/a/b~1c/1/r'", &body, "1.5");
    assert_found("'from':'json','key':'/a/b~1c/1/t'", &body, "true");
    cr_expect_null(found("'from':'json','key':'/a/b~1c/1/z'", &body));
    cr_expect_null(found("'from':'json','key':'/a'", &body));
    cr_expect_null(found("'from':'json','key':'/a/x'", &body));
    cr_expect_null(found("'from':'json','key':'/a'", &(struct vmm_mock_answer){.body = "no JSON"}));
}

Test(generic_steps, values_of_xml_are_read_by_local_names)
{
    const struct vmm_mock_answer body = {
        .body = "<s:root xmlns:s='u'><disk id='1'><s:state>ok</s:state></disk>"
                "<disk id='2'><state>bad &amp; worse</state></disk></s:root>"};
    assert_found("'from':'xml','key':'disk/state'", &body, "ok");
    assert_found("'from':'xml','key':'disk[2]/state'", &body, "bad & worse");
    assert_found("'from':'xml','key':'disk[2]/@id'", &body, "2");
    cr_expect_null(found("'from':'xml','key':'disk[3]/state'", &body));
    cr_expect_null(found("'from':'xml','key':'disk[x]/state'", &body));
    cr_expect_null(found("'from':'xml','key':'disk'", &(struct vmm_mock_answer){.body = "<open>"}));
}

Test(generic_steps, a_pattern_takes_a_part_of_any_value)
{
    assert_found("'from':'json','key':'/v','pattern':'^V([0-9.]+)'",
                 &(struct vmm_mock_answer){.body = "{\"v\":\"V4.30 build 7\"}"}, "4.30");
}

Test(generic_steps, a_cookie_is_read_by_its_name)
{
    const struct vmm_mock_answer two = {
        .headers = "Set-Cookie: A=1; Path=/\r\nSet-Cookie: B=two=2\r\n", .body = "x"};
    assert_found("'from':'cookie','key':'B'", &two, "two=2");
    cr_expect_null(found("'from':'cookie','key':'b'", &two));
}

Test(generic_steps, an_answer_as_a_whole_has_size_time_age_and_certificate)
{
    const struct vmm_mock_answer dated = {.headers =
                                              "Date: Tue, 02 Jan 2024 00:01:00 GMT\r\n"
                                              "Last-Modified: Tue, 02 Jan 2024 00:00:15 GMT\r\n",
                                          .body = "12345",
                                          .latency_ms = 250};
    assert_found("'from':'size'", &dated, "5");
    assert_found("'from':'time'", &dated, "250");
    assert_found("'from':'age'", &dated, "45");
    cr_expect_null(found("'from':'tls_days'", &dated), "there was no certificate");
    cr_expect_null(found("'from':'age'", &(struct vmm_mock_answer){.body = "undated"}));
}

Test(generic_steps, a_certificate_that_ends_soon_breaks_an_expectation)
{
    static const char options[] =
        "{'requests':[{'name':'a','path':'/','extract':[{'from':'tls_days','fact':'expectation',"
        "'name':'certificate','min':14}]}]}";
    for (int days = 13; days <= 15; days += 2) {
        vmm_mock_set_wall(mock, 1704067200000000);
        vmm_mock_answer(mock, &(struct vmm_mock_answer){
                                  .body = "x", .tls_until_s = 1704067200 + (days * 24 + 1) * 3600});
        const struct vmm_observation *o =
            vmm_mock_find(look_with(options), VMM_FACT_EXPECTATION, 0);
        cr_assert_not_null(o);
        cr_expect_eq(o->standing, days < 14 ? VMM_STANDING_FAULT : VMM_STANDING_OK);
        cr_expect_str_eq(o->text, days < 14 ? "a: certificate is \"13\"" : "a");
    }
}

Test(generic_steps, lines_in_big5_are_read_as_utf8)
{
    assert_found("'from':'keyvalue','key':'name'",
                 &(struct vmm_mock_answer){.headers = "Content-Type: text/plain; charset=big5\r\n",
                                           .body = "name=\xa4\xe9\n"},
                 "\xe6\x97\xa5");
}

/* ---- Pictures ---- */

struct picture_case {
    const char *bytes;
    size_t size;
    const char *kind;
    uint32_t width;
    uint32_t height;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct picture_case pictures[] = {
    {BYTES("\xff\xd8\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x00\xff\xd9"), "jpeg", 640,
     480},
    {BYTES("\xff\xd8\xff\xc0\x00\x0b\x08\x01\xe0\x02\x80\x01\x01\x11\x00"), "broken", 0, 0},
    {BYTES("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00"
           "\x00----\x00\x00\x00\x00IEND\xae\x42\x60\x82"),
     "png", 640, 480},
    {BYTES("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x02\x80\x00\x00\x01\xe0\x08\x02\x00\x00"),
     "broken", 0, 0},
    {BYTES("GIF89a\x80\x02\xe0\x01\x00\x00\x00;"), "gif", 640, 480},
    {BYTES("GIF89a\x80\x02\xe0\x01\x00\x00\x00"), "broken", 0, 0},
    {BYTES("RIFF\x04\x00\x00\x00WEBP"), "webp", 0, 0},
    {BYTES("RIFF\x05\x00\x00\x00WEBP"), "broken", 0, 0},
    {BYTES("<?xml version='1.0'?><svg></svg>\n"), "svg", 0, 0},
    {BYTES("<html>no picture</html>"), "none", 0, 0},
    {BYTES(""), "none", 0, 0},
};

Test(generic_steps, pictures_are_known_by_their_first_and_last_bytes)
{
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        const struct picture_case *c = &pictures[i];
        struct generic_picture picture = generic_picture_read(vmm_text_bytes(c->bytes, c->size));
        cr_expect_str_eq(picture.kind, c->kind, "picture %zu: %s", i, picture.kind);
        cr_expect_eq(picture.width, c->width, "picture %zu", i);
        cr_expect_eq(picture.height, c->height, "picture %zu", i);
    }
}

Test(generic_steps, a_picture_is_the_proof_of_a_signal)
{
    static const char options[] =
        "{'requests':[{'name':'a','path':'/snap','extract':[{'from':'picture','fact':'signal',"
        "'map':'none|broken=fault;*=ok'},{'from':'width','fact':'expectation','name':'width',"
        "'min':320}]}]}";
    const struct picture_case *whole = &pictures[0];
    vmm_mock_answer(mock,
                    &(struct vmm_mock_answer){.body = whole->bytes, .body_size = whole->size});
    const struct vmm_mock_result *seen = look_with(options);
    cr_expect_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->standing, VMM_STANDING_OK);
    cr_expect_eq(vmm_mock_find(seen, VMM_FACT_EXPECTATION, 0)->standing, VMM_STANDING_OK);
    answer("/snap", NULL, "<html>");
    seen = look_with(options);
    cr_expect_eq(vmm_mock_find(seen, VMM_FACT_SIGNAL, 1)->reason, VMM_REASON_VIDEO_LOSS);
}

/* What is made of the whole body is made once for all rules: it may be 4 MiB, and the rules 32. */
Test(generic_steps, hash_and_picture_are_computed_once)
{
    static const uint32_t from[] = {GENERIC_FROM_HASH, GENERIC_FROM_PICTURE, GENERIC_FROM_WIDTH};
    uint8_t body[17];
    memcpy(body, pictures[0].bytes, sizeof(body));
    const struct generic_request request = {0};
    const struct vmm_http_answer answer = {.headers = "", .body = body, .body_size = sizeof(body)};
    struct generic_memory memory = {0};
    struct generic_source source;
    char before[3][80];
    generic_source_init(&source, &request, &answer, &memory);
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < 3; i++) {
            struct vmm_text value = {0};
            const struct generic_extract rule = {.from = from[i]};
            cr_assert(generic_source_find(&source, &rule, &value));
            if (pass == 0) {
                snprintf(before[i], sizeof(before[i]), "%.*s", (int)value.size, value.data);
            } else {
                cr_expect(vmm_text_equal(value, before[i]), "%s", before[i]);
            }
        }
        memset(body, 'x', sizeof(body));
    }
    cr_expect_str_eq(before[1], "jpeg");
    cr_expect_str_eq(before[2], "640");
    generic_source_finish(&source);
}

/* ---- Trouble ---- */

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    vmm_mock_serve(m, &(struct vmm_mock_answer){
                          .headers = "Set-Cookie: SID=1\r\n",
                          .body = "{\"data\":{\"token\":\"t\"},\"next\":\"n\",\"model\":\"M\"}"});
    if (vmm_mock_open(m) == 0) {
        vmm_mock_look(m, &(struct vmm_mock_ask){.options = login_options});
    }
}

Test(generic_steps_trouble, survives_failing_calls_and_cancelling_at_each_step)
{
    char report[1024];
    cr_assert_geq(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                  5);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 3);
    cr_assert_str_empty(report);
}
