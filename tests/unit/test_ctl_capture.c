/* SPDX-License-Identifier: MIT */
/* A personality made of an exchange: what is hidden, what moves with the clock, what a request is known by. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/capture_clean.h"
#include "ctl/capture_play.h"

#define NOW_US (INT64_C(1795327200) * 1000000) /* 2026-11-22T06:00:00Z */

static const struct capture_context context = {
    .about = "x", .host = "192.168.1.64", .port = 8080, .user = "admin", .password = "canary"};
static struct capture capture;

static const char *cleaned(struct clean *clean, const char *text)
{
    static struct buf out;
    buf_finish(&out);
    buf_init(&out);
    clean_text(clean, text, strlen(text), &out);
    return buf_cstr(&out);
}

static void expect_clean(const char *text, const char *wanted)
{
    struct clean clean;
    clean_init(&clean, &context, NOW_US);
    const char *is = cleaned(&clean, text);
    cr_expect_str_eq(is, wanted, "%s, not %s", is, wanted);
    clean_finish(&clean);
}

Test(ctl_capture, times_keep_their_distance_from_now)
{
    expect_clean("t=2026-11-22T06:00:10Z", "t={utc+10:%Y-%m-%d}T{utc+10:%H:%M:%S}Z");
    expect_clean("\"2026/11/22 05:59:00\"", "\"{utc-60:%Y/%m/%d} {utc-60:%H:%M:%S}\"");
    expect_clean("date=2026/11/22\r\ntime=14:00:00\r\n",
                 "date={utc+28800:%Y/%m/%d}\r\ntime={utc+28800:%H:%M:%S}\r\n");
    expect_clean("now=1795327200", "now={epoch}");
    expect_clean("at 1795327205.", "at {epoch+5}.");
}

Test(ctl_capture, what_is_no_time_of_now_stays)
{
    static const char *const texts[] = {"build 2020-01-08 11:05:18",
                                        "2026-11-22 is a date alone",
                                        "00:00:00-23:59:59",
                                        "mac=00:12:34:56:78:9a",
                                        "2026-13-22 06:00:00",
                                        "1234567890",
                                        "17953272001"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect_clean(texts[i], texts[i]);
    }
}

Test(ctl_capture, the_parts_of_an_onvif_time_move_together)
{
    expect_clean(
        "<a:UTCDateTime><b:Time><b:Hour>6</b:Hour><b:Minute>1</b:Minute><b:Second>0</b:Second>"
        "</b:Time><b:Date><b:Year>2026</b:Year><b:Month>11</b:Month><b:Day>22</b:Day></b:Date>"
        "</a:UTCDateTime><Hour>5</Hour>",
        "<a:UTCDateTime><b:Time><b:Hour>{utc+60:%H}</b:Hour><b:Minute>{utc+60:%M}</b:Minute>"
        "<b:Second>{utc+60:%S}</b:Second></b:Time><b:Date><b:Year>{utc+60:%Y}</b:Year>"
        "<b:Month>{utc+60:%m}</b:Month><b:Day>{utc+60:%d}</b:Day></b:Date></a:UTCDateTime>"
        "<Hour>5</Hour>");
}

Test(ctl_capture, the_address_becomes_a_variable_and_braces_stay_braces)
{
    expect_clean("http://192.168.1.64:8080/x", "http://{address}:{port}/x");
    expect_clean("rtsp://192.168.1.64:554/x", "rtsp://{address}:554/x");
    expect_clean("192.168.1.641 1192.168.1.64", "192.168.1.641 1192.168.1.64");
    expect_clean("{\"a\":{}} {id} {{", "{\"a\":{}} {{id} {{{");
}

Test(ctl_capture, secrets_are_hidden_and_tokens_alike_everywhere)
{
    struct clean clean;
    const char *body = "{\"Password\":\"cam-pass-7\",\"sessionID\": \"0af3\",\"sessions\":64}";
    clean_init(&clean, &context, NOW_US);
    clean_learn_headers(&clean, "Server: x\r\nSet-Cookie: sid=c00kie; path=/\r\n");
    clean_learn_body(&clean, body, strlen(body));
    cr_expect_str_eq(cleaned(&clean, "canary c00kie cam-pass-7 0af3 c00kie 64"),
                     "*** captured-1 captured-2 captured-3 captured-1 64");
    clean_finish(&clean);
}

Test(ctl_capture, the_name_of_a_secret_is_none)
{
    struct clean clean;
    const char *body = "<Item Name=\"Token\" Value=\"disk1\"/><Item Name='session' Value='2'/>";
    clean_init(&clean, &context, NOW_US);
    clean_learn_body(&clean, body, strlen(body));
    cr_expect_str_eq(cleaned(&clean, body), body);
    clean_finish(&clean);
}

Test(ctl_capture, what_a_form_sends_back_is_hidden)
{
    struct clean clean;
    const char *body = "var u = \"tok en\"; var v = \"other\";";
    clean_init(&clean, &context, NOW_US);
    clean_learn_echo(&clean, body, strlen(body), "a=1&u=tok%20en&c=2");
    cr_expect_str_eq(cleaned(&clean, "tok en, other"), "captured-1, other");
    clean_finish(&clean);
}

/* ---- Whole exchanges ---- */

static void http(const char *method, const char *target, const char *asked, bool authorized,
                 unsigned status, const char *headers, const char *body)
{
    struct capture_message message = {
        .kind = CAPTURE_HTTP,
        .authorized = authorized,
        .status = (uint16_t)status,
        .method = method,
        .target = target,
        .asked = asked,
        .headers = {(const uint8_t *)headers, (uint32_t)strlen(headers)},
        .body = {(const uint8_t *)body, (uint32_t)strlen(body)}};
    capture_add(&capture, &message, NOW_US);
}

static json_t *made(void)
{
    const char *problem = NULL;
    json_t *personality = capture_personality(&capture, &context, &problem);
    cr_assert_not_null(personality, "%s", problem);
    capture_finish(&capture);
    return personality;
}

static const char *text_at(json_t *object, const char *answer, const char *key)
{
    json_t *answers = json_object_get(object, "answers");
    const char *text = json_string_value(json_object_get(json_object_get(answers, answer), key));
    return text != NULL ? text : "";
}

static json_t *at(json_t *object, const char *answer, const char *key)
{
    return json_object_get(json_object_get(json_object_get(object, "answers"), answer), key);
}

#define CHALLENGE                                                                                  \
    "WWW-Authenticate: Digest realm=\"r\", nonce=\"abcdef\", qop=\"auth\", algorithm=SHA-256\r\n"

Test(ctl_capture, a_challenge_becomes_a_login_without_its_nonce)
{
    http("GET", "/open", "", false, 200, "", "free");
    http("GET", "/a", "", false, 401, CHALLENGE, "");
    http("GET", "/a", "", true, 200, "Content-Type: text/plain\r\nContent-Length: 1\r\n", "1");
    json_t *personality = made();
    char *text = json_dumps(personality, 0);
    json_t *list = json_object_get(json_object_get(personality, "auth"), "challenges");
    cr_expect_eq(json_array_size(list), 1);
    cr_expect_null(strstr(text, "abcdef"));
    cr_expect_not_null(strstr(text, "SHA-256"));
    cr_expect_null(strstr(text, "Content-Length"));
    cr_expect(json_is_true(at(personality, "01-open", "open")));
    cr_expect_null(at(personality, "02-a", "open"));
    cr_expect_str_eq(text_at(personality, "02-a", "body"), "1");
    free(text);
    json_decref(personality);
}

static struct buf bytes_of(const char *hex)
{
    struct buf out;
    buf_init(&out);
    for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        const char digits[3] = {hex[0], hex[1], '\0'};
        buf_char(&out, (char)strtol(digits, NULL, 16));
    }
    return out;
}

Test(ctl_capture, a_fixture_is_no_template_and_holds_no_secret)
{
    const char *problem = NULL;
    struct capture_context wanted = context;
    wanted.fixtures = true;
    for (int i = 0; i < 2; i++) {
        http("GET", "/time", "", true, 200, "",
             "t=2026-11-22T06:00:10Z\n{id} 192.168.1.64 canary\n");
    }
    json_t *personality = capture_personality(&capture, &wanted, &problem);
    cr_assert_not_null(personality, "%s", problem);
    struct buf body = bytes_of(text_at(personality, "01-time", CAPTURE_FIXTURE));
    cr_expect_str_eq(buf_cstr(&body), "t=2026-11-22T06:00:10Z\n{id} 192.168.1.64 ***\n");
    cr_expect_str_eq(text_at(personality, "01-time", "body"),
                     "t={utc+10:%Y-%m-%d}T{utc+10:%H:%M:%S}Z\n{{id} {address} ***\n");
    cr_expect_eq(json_object_size(json_object_get(personality, "answers")), 1);
    buf_finish(&body);
    json_decref(personality);
    capture_finish(&capture);
}

Test(ctl_capture, one_question_with_two_answers_has_them_in_turn)
{
    http("GET", "/", "", false, 200, "", "log in");
    http("GET", "/", "", false, 200, "", "welcome");
    http("GET", "/", "", false, 200, "", "welcome");
    json_t *personality = made();
    cr_expect_eq(json_object_size(json_object_get(personality, "answers")), 2);
    cr_expect(json_is_true(at(personality, "01-", "once")));
    cr_expect_null(at(personality, "02-", "once"));
    json_decref(personality);
}

Test(ctl_capture, a_query_is_known_by_what_is_the_same_tomorrow)
{
    http("GET", "/find?ch=1&from=2026-11-22T00:00:00&pass=***", "", false, 200, "", "x");
    http("GET", "/find", "", false, 200, "", "y");
    json_t *personality = made();
    json_t *items = at(personality, "01-find", "query_has");
    cr_expect_eq(json_array_size(items), 1);
    cr_expect_str_eq(json_string_value(json_array_get(items, 0)), "ch=1");
    cr_expect_str_eq(text_at(personality, "02-find", "query"), "");
    json_decref(personality);
}

Test(ctl_capture, a_refused_login_is_nothing_to_keep)
{
    const char *problem = NULL;
    http("GET", "/a", "", false, 401, CHALLENGE, "");
    http("GET", "/a", "", true, 401, CHALLENGE, "");
    cr_expect_null(capture_personality(&capture, &context, &problem));
    cr_expect_not_null(strstr(problem, "refused"));
    capture_finish(&capture);
}

Test(ctl_capture, another_protocol_is_said)
{
    const char *problem = NULL;
    struct capture_message message = {.kind = CAPTURE_SENT,
                                      .method = "",
                                      .target = "",
                                      .asked = "",
                                      .body = {(const uint8_t *)"EHLO x\r\n", 8}};
    capture_add(&capture, &message, NOW_US);
    cr_expect_null(capture_personality(&capture, &context, &problem));
    cr_expect_not_null(strstr(problem, "DVRIP"));
    capture_finish(&capture);
}

Test(ctl_capture, each_answer_is_of_the_moment_it_came)
{
    const char *body = "t=2026-11-22T06:00:00Z";
    struct capture_message message = {.kind = CAPTURE_HTTP,
                                      .status = 200,
                                      .method = "GET",
                                      .target = "/a",
                                      .asked = "",
                                      .body = {(const uint8_t *)body, (uint32_t)strlen(body)}};
    capture_add(&capture, &message, NOW_US + 7000000);
    http("GET", "/b", "", false, 200, "", "x");
    json_t *personality = made();
    cr_expect_str_eq(text_at(personality, "01-a", "body"), "t={utc-7:%Y-%m-%d}T{utc-7:%H:%M:%S}Z");
    json_decref(personality);
}

/* How many lines differ between two looks of one fact each. */
static unsigned differ_in(const char *fact, int64_t was, int64_t is)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct capture_look looks[2] = {0};
    const int64_t values[2] = {was, is};
    cr_assert_not_null(out);
    for (size_t i = 0; i < 2; i++) {
        looks[i].rows.steps = json_array();
        looks[i].rows.facts =
            json_pack("[{s:s, s:I}]", "fact", fact, "value", (json_int_t)values[i]);
        looks[i].result = json_pack("{s:{}}", "look");
    }
    unsigned count = capture_compare(out, &looks[0], &looks[1]);
    for (size_t i = 0; i < 2; i++) {
        json_decref(looks[i].rows.steps);
        json_decref(looks[i].rows.facts);
        json_decref(looks[i].result);
    }
    fclose(out);
    free(text);
    return count;
}

Test(ctl_capture, what_goes_on_with_the_clock_may_go_on_between_two_looks)
{
    static const char *const ages[] = {"uptime", "recording_newest", "retention"};
    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        cr_expect_eq(differ_in(ages[i], 1000000, 1000001), 0, "%s", ages[i]);
        cr_expect_eq(differ_in(ages[i], 1000000, 999999), 0, "%s", ages[i]);
        cr_expect_eq(differ_in(ages[i], 1000000, 1000011), 1, "%s", ages[i]);
    }
    cr_expect_eq(differ_in("clock_offset", 0, 10000), 0);
    cr_expect_eq(differ_in("clock_offset", 0, 10001), 1);
    cr_expect_eq(differ_in("channels", 4, 5), 1);
    cr_expect_eq(differ_in("channels", 4, 4), 0);
}
