/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <stdlib.h>

#include <mock/mock_expect.h>

#include <kit/fingerprint.h>

#include "identify_asks.h"

#define FRONT  "/"
#define NOBODY VMM_FINGERPRINT_NOBODY
#define DIGEST "WWW-Authenticate: Digest realm=\"streaming_server\", nonce=\"y\"\r\n"

/* Three pages at the device's own port, one of them twice and out of their order, and one at a port of its own. */
#define ASKS                                                                                       \
    "{\"asks\":["                                                                                  \
    "{\"target\":\"/gamma\",\"order\":30},"                                                        \
    "{\"target\":\"/beta\",\"order\":10},"                                                         \
    "{\"target\":\"/omni\",\"send\":\"{}\",\"order\":50},"                                         \
    "{\"target\":\"/beta\",\"order\":40},"                                                         \
    "{\"target\":\"/omni\",\"send\":\"{}\",\"port\":8899}]}"

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, ASKS);
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static const char *const allowed[] = {"GET " FRONT, "GET " NOBODY, "GET /beta",
                                      "GET /gamma", "POST /omni",  NULL};

/* Nothing but what plugins ask for, and not one request with a login. */
static void tear_down(void)
{
    vmm_mock_close(mock);
    cr_assert_str_empty(vmm_mock_complaints(mock));
    vmm_expect_only(mock, allowed);
    for (size_t i = 0; i < vmm_mock_request_count(mock); i++) {
        cr_assert_neq(vmm_mock_request(mock, i)->flags & VMM_HTTP_NO_LOGIN, 0);
    }
    vmm_mock_destroy(mock);
}

TestSuite(identify, .init = set_up, .fini = tear_down);

#define SERVE(...) vmm_mock_serve(mock, &(struct vmm_mock_answer){__VA_ARGS__})

/* ---- What the transcript has ---- */

static const struct vmm_answer *answer(const struct vmm_mock_result *seen, size_t i)
{
    cr_assert_lt(i, seen->transcript->count);
    return seen->transcript->answers[i];
}

/* "http 80 /beta 401 https:443; …": each answer of the look, in static memory. */
static const char *told(const struct vmm_mock_result *seen)
{
    static const char *const ways[] = {"", "http", "rtsp", "dvrip", "open"};
    static char text[2048];
    text[0] = '\0';
    for (size_t i = 0; i < seen->transcript->count; i++) {
        const struct vmm_answer *one = answer(seen, i);
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s%s%s %u%s%s %u%s%s", i > 0 ? "; " : "",
                 ways[one->way], one->tls != 0 ? "s" : "", one->port,
                 one->target[0] != '\0' ? " " : "", one->target, one->status,
                 one->place[0] != '\0' ? " at " : "", one->place);
    }
    return text;
}

/* The look has ended with answers, whatever they are. */
static void expect_told(const struct vmm_mock_result *seen, const char *answers)
{
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    cr_expect_str_eq(told(seen), answers);
}

/* At a port that is set, where one protocol is spoken. */
static const struct vmm_mock_result *look(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.port = 8080});
}

Test(identify, every_page_is_asked_once_in_its_order_whatever_is_answered)
{
    SERVE(.status = 200, .headers = "Server: Acme\r\n", .body = "<title>Login</title>");
    const struct vmm_mock_result *seen = look();
    expect_told(seen, "http 8080 / 200; http 8080 " NOBODY " 200; http 8080 /beta 200; "
                      "http 8080 /gamma 200; http 8080 /omni 200");
    vmm_expect_vendor(seen, "server=Acme");
    vmm_expect_vendor(seen, "title=Login");
    cr_expect_eq(answer(seen, 0)->headers_size, strlen("Server: Acme\r\n"));
    cr_expect_arr_eq(answer(seen, 0)->body, "<title>Login</title>", answer(seen, 0)->body_size);
    cr_expect_neq(vmm_mock_request(mock, 4)->flags & VMM_HTTP_SAFE, 0);
}

Test(identify, a_device_that_refuses_its_front_page_is_not_asked_for_nobodys)
{
    SERVE(.status = 401, .headers = DIGEST);
    const struct vmm_mock_result *seen = look();
    expect_told(seen, "http 8080 / 401; http 8080 /beta 401; http 8080 /gamma 401; "
                      "http 8080 /omni 401");
    vmm_expect_vendor(seen, "realm=streaming_server");
}

Test(identify, of_a_large_page_the_transcript_has_its_beginning)
{
    static char page[10000];
    memset(page, 'x', sizeof(page) - 1);
    SERVE(.body = page);
    const struct vmm_mock_result *seen = look();
    cr_expect_eq(answer(seen, 0)->body_size, VMM_TRANSCRIPT_TEXT_MAX);
    cr_expect_eq(seen->transcript->count, 5);
}

Test(identify, a_device_that_closes_after_each_answer_is_asked_eight_times_at_most)
{
    char asks[4096] = "{\"asks\":[";
    for (int i = 0; i < 12; i++) {
        char one[128];
        snprintf(one, sizeof(one), "%s{\"target\":\"/beta\",\"send\":\"%d\"}", i > 0 ? "," : "", i);
        strncat(asks, one, sizeof(asks) - strlen(asks) - 1);
    }
    strncat(asks, "]}", sizeof(asks) - strlen(asks) - 1);
    struct vmm_mock *other = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(other, asks);
    cr_assert_eq(vmm_mock_open(other), 0);
    vmm_mock_serve(other,
                   &(struct vmm_mock_answer){.status = 404, .headers = "Connection: close\r\n"});
    vmm_mock_look(other, &(struct vmm_mock_ask){.port = 80});
    cr_expect_eq(vmm_mock_request_count(other), 8);
    vmm_mock_destroy(other);
}

/* ---- Other protocols, other ports ---- */

#define REFUSED .outcome = VMM_OUTCOME_UNREACHABLE, .rung = VMM_RUNG_CONNECT, .detail = "refused"

static const struct vmm_mock_exchange rtsp_options[] = {
    {.expect = "OPTIONS rtsp://192.0.2.10:554/ RTSP/1.0\r\n",
     .reply = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n\r\n",
     .split = 7}};
static const struct vmm_mock_exchange dvrip_frame[] = {
    {.expect = "\xff\x01", .reply = "\xff\x01\0\0", .reply_size = 4}};

/* Neither plain nor inside TLS, nor at the port of an ask. */
static void no_pages(void)
{
    SERVE(.target = FRONT, REFUSED);
    SERVE(.target = "/omni", .port = 8899, REFUSED);
}

static void nobody_at(uint32_t port)
{
    vmm_mock_connection(
        mock, &(struct vmm_mock_connection){.outcome = VMM_OUTCOME_UNREACHABLE, .port = port});
}

static void talks_at(uint32_t port, const struct vmm_mock_exchange *exchange)
{
    vmm_mock_connection(mock, &(struct vmm_mock_connection){.port = port,
                                                            .exchanges = exchange,
                                                            .exchange_count = exchange != NULL});
}

static void nobody_elsewhere(void)
{
    nobody_at(554);
    nobody_at(34567);
    nobody_at(8000);
}

/* Where the operator has set no port. */
static const struct vmm_mock_result *look_anywhere(void)
{
    const struct vmm_mock_result *seen = vmm_mock_look(mock, &(struct vmm_mock_ask){0});
    cr_expect_leq(seen->connections, 8, "%u connections", seen->connections);
    return seen;
}

Test(identify, a_device_with_rtsp_alone)
{
    no_pages();
    talks_at(554, rtsp_options);
    nobody_at(34567);
    nobody_at(8000);
    const struct vmm_mock_result *seen = look_anywhere();
    expect_told(seen, "rtsp 554 401");
    cr_expect_arr_eq(answer(seen, 0)->headers, "CSeq: 1\r\n", 9);
    vmm_expect_vendor(seen, "rtsp=RTSP/1.0 401 Unauthorized");
    vmm_expect_vendor(seen, "ports=554");
    cr_expect_eq(seen->connections, 6, "80, 443, 554, 34567, 8899 and 8000, once each");
}

Test(identify, every_protocol_and_port_is_tried_whatever_has_answered)
{
    SERVE(.tls = true, .target = FRONT, .tls_subject = "CN=x,O=Delta Cameras");
    SERVE(.status = 404);
    talks_at(554, rtsp_options);
    talks_at(34567, dvrip_frame);
    talks_at(8000, NULL);
    const struct vmm_mock_result *seen = look_anywhere();
    expect_told(seen, "http 80 / 404; http 80 " NOBODY " 404; http 80 /beta 404; "
                      "http 80 /gamma 404; http 80 /omni 404; https 443 / 200; rtsp 554 401; "
                      "dvrip 34567 0; http 8899 /omni 404 at http:8899; open 8000 0");
    cr_expect_str_eq(answer(seen, 5)->certificate, "CN=x,O=Delta Cameras");
    cr_expect_eq(answer(seen, 7)->body_size, 4);
    vmm_expect_vendor(seen, "certificate=CN=x,O=Delta Cameras");
    vmm_expect_vendor(seen, "ports=80 443 554 34567 8899 8000");
    cr_expect_eq(seen->connections, 6);
    size_t size = 0;
    const char *sent = vmm_mock_sent(mock, 1, &size);
    cr_assert_eq(size, 20 + sizeof("{\"Name\":\"General\"}\n"));
    cr_expect_arr_eq(sent + 14, "\x50\x05", 2, "the message id 1360");
    cr_expect_str_eq(sent + 20, "{\"Name\":\"General\"}\n");
}

Test(identify, what_answers_other_protocols_in_its_own_words_is_none_of_them)
{
    static const struct vmm_mock_exchange garbage[] = {
        {.expect = "", .reply = "HTTP/1.1 400 Bad Request\r\n\r\n", .then = VMM_MOCK_CLOSE}};
    no_pages();
    talks_at(554, garbage);
    talks_at(34567, garbage);
    talks_at(8000, NULL);
    const struct vmm_mock_result *seen = look_anywhere();
    cr_expect_str_eq(told(seen), "open 8000 0");
    vmm_expect_vendor(seen, "ports=554 34567 8000");
    vmm_expect_end(seen, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
}

Test(identify, pages_that_are_only_inside_tls_are_all_read_there_and_told_where)
{
    SERVE(.tls = true, .target = "/beta", .body = "beta-name=x", .tls_subject = "CN=x");
    SERVE(.tls = true, .status = 404, .tls_subject = "CN=x");
    SERVE(.target = FRONT, REFUSED);
    SERVE(.target = "/omni", .port = 8899, REFUSED);
    nobody_elsewhere();
    const struct vmm_mock_result *seen = look_anywhere();
    expect_told(seen, "https 443 / 404 at https:443; https 443 " NOBODY " 404 at https:443; "
                      "https 443 /beta 200 at https:443; https 443 /gamma 404 at https:443; "
                      "https 443 /omni 404 at https:443");
    cr_expect_eq(seen->connections, 6, "one connection for all pages inside TLS");
}

Test(identify, a_port_that_speaks_tls_is_told_from_its_refusal_of_plain_pages)
{
    SERVE(.tls = true, .headers = "Server: Alpha-Web\r\n", .tls_subject = "CN=x");
    SERVE(.target = FRONT, .status = 400, .body = "plain HTTP was sent to an HTTPS port");
    const struct vmm_mock_result *seen = look();
    cr_expect_str_eq(answer(seen, 0)->place, "");
    cr_expect_eq(answer(seen, 1)->tls, 1);
    cr_expect_str_eq(answer(seen, 1)->place, "https:8080");
}

Test(identify, a_device_that_refuses_its_front_page_is_asked_on_where_it_speaks_no_tls)
{
    SERVE(.tls = true, .outcome = VMM_OUTCOME_UNREACHABLE, .rung = VMM_RUNG_TLS);
    SERVE(.target = "/omni", .body = "omni");
    SERVE(.status = 400);
    const struct vmm_mock_result *seen = look();
    expect_told(seen, "http 8080 / 400; http 8080 " NOBODY " 400; http 8080 /beta 400; "
                      "http 8080 /gamma 400; http 8080 /omni 200");
    cr_expect_eq(seen->connections, 3, "plain, TLS, plain again");
}

Test(identify, a_port_that_speaks_rtsp_is_told)
{
    static const struct vmm_mock_exchange options[] = {
        {.expect = "OPTIONS rtsp://192.0.2.10:8080/ ", .reply = "RTSP/1.0 200 OK\r\n\r\n"}};
    SERVE(.target = FRONT, REFUSED);
    talks_at(8080, options);
    const struct vmm_mock_result *seen = look();
    expect_told(seen, "rtsp 8080 200 at rtsp:8080");
    cr_expect_eq(seen->connections, 3, "plain, TLS, RTSP, and no port of another's");
}

Test(identify, an_ask_may_name_a_port_of_its_own)
{
    SERVE(.target = FRONT, REFUSED);
    SERVE(.target = "/omni", .port = 8899, .body = "omni");
    nobody_at(554);
    nobody_at(34567);
    talks_at(8000, NULL);
    const struct vmm_mock_result *seen = look_anywhere();
    expect_told(seen, "http 8899 /omni 200 at http:8899; open 8000 0");
    vmm_expect_vendor(seen, "ports=8899 8000");
}

Test(identify, eight_connections_are_all_of_a_device_that_closes_after_each_answer)
{
    SERVE(.tls = true, .status = 404, .tls_subject = "CN=x");
    SERVE(.status = 404, .headers = "Connection: close\r\n");
    talks_at(554, rtsp_options);
    nobody_at(34567);
    const struct vmm_mock_result *seen = look_anywhere();
    cr_expect_eq(seen->connections, 8);
    vmm_expect_vendor(seen, "ports=80 443 554");
    cr_expect_not_null(strstr(told(seen), "rtsp 554 401"));
}

Test(identify, a_trial_of_a_device_that_has_no_plain_pages_goes_on_to_what_it_has)
{
    static const struct vmm_mock_ask trial = {.scope = VMM_SCOPE_TRIAL};
    SERVE(.tls = true, .status = 401, .tls_subject = "CN=x");
    SERVE(.target = FRONT, REFUSED);
    vmm_expect_end(vmm_mock_look(mock, &trial), VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_expect_eq(vmm_mock_request_count(mock), 2);
}

/* ---- Trouble ---- */

Test(identify, a_device_that_is_down_is_down)
{
    no_pages();
    nobody_elsewhere();
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_end(seen, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
    vmm_expect_detail(seen, "refused");
}

Test(identify, a_device_that_is_busy_is_left_alone)
{
    SERVE(.status = 503);
    vmm_expect_end(look(), VMM_OUTCOME_LIMIT, VMM_RUNG_ANSWER, 0);
    cr_expect_eq(vmm_mock_request_count(mock), 1);
}

Test(identify, a_trial_is_the_front_page)
{
    SERVE(.status = 401);
    vmm_expect_end(
        vmm_mock_look(mock, &(struct vmm_mock_ask){.scope = VMM_SCOPE_TRIAL, .port = 80}),
        VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

Test(identify, no_question_begins_that_could_not_end_in_time)
{
    SERVE(.status = 404, .latency_ms = 1500);
    vmm_expect_end(vmm_mock_look(mock, &(struct vmm_mock_ask){.port = 80, .deadline_ms = 6000}),
                   VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    cr_expect_eq(vmm_mock_request_count(mock), 2);
}

static void scenario(struct vmm_mock *other, void *arg)
{
    static const struct vmm_mock_exchange options[] = {
        {.expect = "", .reply = "RTSP/1.0 200 OK\r\n\r\n"}};
    (void)arg;
    vmm_mock_config(other, ASKS);
    vmm_mock_serve(other, &(struct vmm_mock_answer){.status = 404, .headers = "Server: x\r\n"});
    for (size_t i = 0; i < 3; i++) {
        vmm_mock_connection(
            other, &(struct vmm_mock_connection){.exchanges = options, .exchange_count = i < 2});
    }
    if (vmm_mock_open(other) == 0) {
        vmm_mock_look(other, &(struct vmm_mock_ask){0});
    }
}

Test(identify_trouble, every_failure_and_every_cancel_leaves_the_plugin_in_order)
{
    char report[256];
    cr_assert_gt(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
    cr_assert_geq(vmm_mock_each_cancel(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)), 8);
    cr_assert_str_empty(report);
}

/* The questions of the plugin itself: nobody else's package is needed for them. */
Test(identify_asks, of_its_own_are_the_clock_of_onvif_at_the_pages_and_at_8899)
{
    static struct asks asks;
    json_t *fragment = json_load_file(VMM_FRAGMENT, 0, NULL);
    cr_assert_not_null(fragment);
    char *settings = json_dumps(fragment, 0);
    cr_assert_eq(asks_read(&asks, settings), 0);
    cr_assert_eq(asks.count, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(asks.items[i].port, i == 0 ? 0 : 8899);
        cr_expect_str_eq(asks.items[i].target, "/onvif/device_service");
        cr_expect_not_null(strstr(asks.items[i].send, "<GetSystemDateAndTime "));
    }
    asks_finish(&asks);
    free(settings);
    json_decref(fragment);
}

Test(identify_asks, that_are_none_are_refused)
{
    static const char *const wrong[] = {"", "{}", "{\"asks\":[{}]}",
                                        "{\"asks\":[{\"target\":\"http://x/\"}]}"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        static struct asks asks;
        cr_expect_eq(asks_read(&asks, wrong[i]), VMM_E_INVAL, "%s", wrong[i]);
    }
}

Test(identify_asks, of_as_many_plugins_as_there_may_be_are_no_wrong_setting)
{
    const struct vmm_config_item *asks = vmm_plugin_v0()->config[0];
    cr_assert_str_eq(asks->name, "asks");
    cr_expect_geq(asks->max, 256 * 4);
}

Test(identify_asks, that_are_more_than_a_device_is_asked_leave_the_last_ones_out)
{
    static struct asks asks;
    char text[2048] = "{\"asks\":[";
    for (unsigned i = 0; i <= ASKS_MAX; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s{\"target\":\"/%u\",\"order\":50}",
                 i > 0 ? "," : "", i);
    }
    strncat(text, ",{\"target\":\"/first\",\"order\":1}]}", sizeof(text) - strlen(text) - 1);
    cr_assert_eq(asks_read(&asks, text), 0);
    cr_expect_eq(asks.count, ASKS_MAX);
    cr_expect_eq(asks.left_out, 2);
    cr_expect_str_eq(asks.items[0].target, "/first");
    cr_expect_str_eq(asks.items[ASKS_MAX - 1].target, "/22");
    asks_finish(&asks);
}
