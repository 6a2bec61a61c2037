/* SPDX-License-Identifier: MIT */
#include <mock/mock_expect.h>

#include <kit/fingerprint.h>

#include "identify_sign.h"

#define FRONT  "/"
#define NOBODY VMM_FINGERPRINT_NOBODY
#define DIGEST "WWW-Authenticate: Digest realm=\"streaming_server\", nonce=\"y\"\r\n"

/* Two makers, of which beta is known by a refusal; two protocols that many speak. */
#define SIGNS                                                                                      \
    "{\"signs\":["                                                                                 \
    "{\"provider\":\"alpha\",\"header\":\"Server: Alpha-Web\",\"weight\":90},"                     \
    "{\"provider\":\"alpha\",\"realm\":\"STREAMING\",\"weight\":60},"                              \
    "{\"provider\":\"beta\",\"target\":\"/beta\",\"status\":401,\"scheme\":\"Digest\","            \
    "\"weight\":60},"                                                                              \
    "{\"provider\":\"beta\",\"target\":\"/beta\",\"body\":\"beta-name=\",\"weight\":90},"          \
    "{\"provider\":\"gamma\",\"target\":\"/gamma\",\"status\":200,\"body\":\"g\","                 \
    "\"weight\":40},"                                                                              \
    "{\"provider\":\"omni\",\"target\":\"/omni\",\"send\":\"{}\",\"body\":\"omni\","               \
    "\"weight\":60,\"general\":true},"                                                             \
    "{\"provider\":\"omni\",\"port\":8899,\"target\":\"/omni\",\"send\":\"{}\","                   \
    "\"body\":\"omni\",\"weight\":60,\"general\":true},"                                           \
    "{\"provider\":\"delta\",\"certificate\":\"o=delta\",\"weight\":90},"                          \
    "{\"provider\":\"stream\",\"by\":\"rtsp\",\"weight\":50,\"general\":true},"                    \
    "{\"provider\":\"frames\",\"by\":\"dvrip\",\"weight\":90}]}"

static struct vmm_mock *mock;

static void set_up(void)
{
    mock = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(mock, SIGNS);
    cr_assert_eq(vmm_mock_open(mock), 0);
}

static const char *const allowed[] = {"GET " FRONT, "GET " NOBODY, "GET /beta",
                                      "GET /gamma", "POST /omni",  NULL};

/* Nothing but the questions of the signs, and not one of them with a login. */
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

/* At a port that is set, where one protocol is spoken. */
static const struct vmm_mock_result *look(void)
{
    return vmm_mock_look(mock, &(struct vmm_mock_ask){.port = 8080});
}

/* It names this provider (NULL: none) after so many requests, and is never well. */
static const struct vmm_mock_result *expect_provider(const char *provider, size_t requests)
{
    const struct vmm_mock_result *seen = look();
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    if (provider != NULL) {
        vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, provider);
        vmm_expect_detail(seen, provider);
    } else {
        vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    }
    cr_expect_eq(vmm_mock_request_count(mock), requests, "%zu requests",
                 vmm_mock_request_count(mock));
    return seen;
}

/* ---- Whose it is ---- */

Test(identify, a_maker_that_is_certain_is_asked_nothing_more)
{
    SERVE(.status = 200, .headers = "server: alpha-web/2.1\r\n");
    vmm_expect_vendor(expect_provider("alpha", 1), "candidate=alpha, 90 of 100: Server: Alpha-Web");
}

Test(identify, what_is_said_counts_where_everything_is_refused)
{
    SERVE(.status = 401, .headers = DIGEST);
    const struct vmm_mock_result *seen = expect_provider("alpha", 4);
    vmm_expect_vendor(seen, "realm=streaming_server");
    vmm_expect_vendor(seen, "candidate=alpha, 60 of 100: realm STREAMING");
    vmm_expect_nowhere(seen, "beta");
}

Test(identify, a_refusal_tells_of_a_device_that_does_not_refuse_everything)
{
    SERVE(.target = "/beta", .status = 401, .headers = "WWW-Authenticate: digest realm=\"x\"\r\n");
    SERVE(.status = 404);
    expect_provider("beta", 5);
}

Test(identify, a_refusal_by_another_scheme_is_another_makers)
{
    SERVE(.target = "/beta", .status = 401, .headers = "WWW-Authenticate: Basic realm=\"x\"\r\n");
    SERVE(.status = 404);
    expect_provider(NULL, 5);
}

Test(identify, a_device_that_refuses_every_path_but_the_first_is_not_taken_for_a_maker)
{
    SERVE(.target = FRONT, .body = "<title>Login</title>");
    SERVE(.status = 401, .headers = "WWW-Authenticate: Digest realm=\"x\"\r\n");
    vmm_expect_vendor(expect_provider(NULL, 5), "title=Login");
}

Test(identify, two_makers_that_are_near_each_other_are_not_guessed)
{
    SERVE(.target = "/beta", .status = 401, .headers = DIGEST);
    SERVE(.status = 404);
    const struct vmm_mock_result *seen = expect_provider(NULL, 5);
    vmm_expect_detail(seen, "cannot be told for sure");
    vmm_expect_vendor(seen, "candidate=alpha, 60 of 100: realm STREAMING");
    vmm_expect_vendor(seen, "candidate=beta, 60 of 100: /beta: 401 Digest");
}

Test(identify, one_weak_sign_is_not_enough_and_keeps_a_protocol_from_being_guessed)
{
    SERVE(.target = "/gamma", .body = "g");
    SERVE(.target = "/omni", .body = "omni");
    SERVE(.status = 404);
    expect_provider(NULL, 5);
}

Test(identify, a_protocol_that_many_speak_is_better_than_nothing)
{
    SERVE(.method = "POST", .target = "/omni", .body = "omni");
    SERVE(.status = 404);
    expect_provider("omni", 5);
    cr_expect_neq(vmm_mock_request(mock, 4)->flags & VMM_HTTP_SAFE, 0);
}

Test(identify, a_device_of_nobody_known_is_not_guessed)
{
    SERVE(.status = 200, .headers = "Server: thttpd\r\n", .body = "<html>Welcome</html>");
    const struct vmm_mock_result *seen = expect_provider(NULL, 5);
    vmm_expect_vendor(seen, "server=thttpd");
    vmm_expect_detail(seen, "not known");
}

Test(identify, a_device_that_closes_after_each_answer_is_asked_eight_times_at_most)
{
    char signs[4096] = "{\"signs\":[";
    for (int i = 0; i < 12; i++) {
        char one[128];
        snprintf(one, sizeof(one),
                 "%s{\"provider\":\"p%d\",\"target\":\"/"
                 "beta\",\"body\":\"%d\",\"send\":\"%d\",\"weight\":9}",
                 i > 0 ? "," : "", i, i, i);
        strncat(signs, one, sizeof(signs) - strlen(signs) - 1);
    }
    strncat(signs, "]}", sizeof(signs) - strlen(signs) - 1);
    struct vmm_mock *other = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(other, signs);
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

/* Neither plain nor inside TLS, nor at the port of a sign. */
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
    vmm_expect_end(seen, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0);
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "stream");
    vmm_expect_absent(seen, VMM_FACT_PROVIDER_PLACE, 0);
    vmm_expect_vendor(seen, "rtsp=RTSP/1.0 401 Unauthorized");
    vmm_expect_vendor(seen, "ports=554");
    cr_expect_eq(seen->connections, 6, "80, 443, 554, 34567, 8899 and 8000, once each");
}

Test(identify, a_device_with_dvrip_beside_rtsp_is_its_makers)
{
    no_pages();
    talks_at(554, rtsp_options);
    talks_at(34567, dvrip_frame);
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "frames");
    vmm_expect_vendor(seen, "ports=554 34567");
    cr_expect_eq(seen->connections, 4, "who is certain is asked nothing more");
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
    vmm_expect_absent(seen, VMM_FACT_PROVIDER, 0);
    vmm_expect_vendor(seen, "ports=554 34567 8000");
    vmm_expect_end(seen, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, 0);
}

Test(identify, pages_that_are_only_inside_tls_are_read_there_and_told_where)
{
    SERVE(.tls = true, .headers = "Server: Alpha-Web\r\n", .tls_subject = "CN=cam 7,O=Alpha");
    SERVE(.target = FRONT, REFUSED);
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "alpha");
    vmm_expect_text(seen, VMM_FACT_PROVIDER_PLACE, 0, "https:443");
    vmm_expect_vendor(seen, "certificate=CN=cam 7,O=Alpha");
    vmm_expect_vendor(seen, "ports=443");
    cr_expect_eq(seen->connections, 2);
}

Test(identify, all_questions_are_asked_inside_tls_where_there_are_no_pages_without)
{
    SERVE(.tls = true, .target = "/beta", .body = "beta-name=x", .tls_subject = "CN=x");
    SERVE(.tls = true, .status = 404, .tls_subject = "CN=x");
    SERVE(.target = FRONT, REFUSED);
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "beta");
    vmm_expect_text(seen, VMM_FACT_PROVIDER_PLACE, 0, "https:443");
    cr_expect_eq(seen->connections, 2, "one connection for all pages inside TLS");
}

Test(identify, a_certificate_tells_beside_plain_pages_that_stay_the_ones_to_use)
{
    SERVE(.tls = true, .target = FRONT, .tls_subject = "CN=x,O=Delta Cameras");
    SERVE(.status = 404);
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "delta");
    vmm_expect_absent(seen, VMM_FACT_PROVIDER_PLACE, 0);
    vmm_expect_vendor(seen, "candidate=delta, 90 of 100: certificate o=delta");
    cr_expect_eq(seen->connections, 2);
}

Test(identify, a_port_that_speaks_tls_is_told_from_its_refusal_of_plain_pages)
{
    SERVE(.tls = true, .headers = "Server: Alpha-Web\r\n", .tls_subject = "CN=x");
    SERVE(.target = FRONT, .status = 400, .body = "plain HTTP was sent to an HTTPS port");
    const struct vmm_mock_result *seen = look();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "alpha");
    vmm_expect_text(seen, VMM_FACT_PROVIDER_PLACE, 0, "https:8080");
}

Test(identify, a_device_that_refuses_its_front_page_is_asked_on_where_it_speaks_no_tls)
{
    SERVE(.tls = true, .outcome = VMM_OUTCOME_UNREACHABLE, .rung = VMM_RUNG_TLS);
    SERVE(.target = "/omni", .body = "omni");
    SERVE(.status = 400);
    const struct vmm_mock_result *seen = expect_provider("omni", 6);
    vmm_expect_absent(seen, VMM_FACT_PROVIDER_PLACE, 0);
    cr_expect_eq(seen->connections, 3, "plain, TLS, plain again");
}

Test(identify, a_port_that_speaks_rtsp_is_told)
{
    static const struct vmm_mock_exchange options[] = {
        {.expect = "OPTIONS rtsp://192.0.2.10:8080/ ", .reply = "RTSP/1.0 200 OK\r\n\r\n"}};
    SERVE(.target = FRONT, REFUSED);
    talks_at(8080, options);
    const struct vmm_mock_result *seen = look();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "stream");
    vmm_expect_text(seen, VMM_FACT_PROVIDER_PLACE, 0, "rtsp:8080");
    cr_expect_eq(seen->connections, 3, "plain, TLS, RTSP, and no port of another's");
}

Test(identify, a_sign_may_name_a_port_of_its_own)
{
    SERVE(.target = FRONT, REFUSED);
    SERVE(.target = "/omni", .port = 8899, .body = "omni");
    nobody_at(554);
    nobody_at(34567);
    talks_at(8000, NULL);
    const struct vmm_mock_result *seen = look_anywhere();
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "omni");
    vmm_expect_text(seen, VMM_FACT_PROVIDER_PLACE, 0, "http:8899");
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
    vmm_expect_text(seen, VMM_FACT_PROVIDER, 0, "stream");
    vmm_expect_vendor(seen, "ports=80 443 554");
}

Test(identify, a_trial_of_a_device_that_has_no_plain_pages_goes_on_to_what_it_has)
{
    static const struct vmm_mock_ask trial = {.scope = VMM_SCOPE_TRIAL};
    SERVE(.tls = true, .status = 401, .tls_subject = "CN=x");
    SERVE(.target = FRONT, REFUSED);
    vmm_expect_end(vmm_mock_look(mock, &trial), VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_expect_eq(vmm_mock_request_count(mock), 2);
}

Test(identify, pages_at_a_port_that_is_set_leave_other_ports_alone)
{
    SERVE(.status = 404);
    expect_provider(NULL, 5);
    cr_expect_null(vmm_mock_sent(mock, 0, NULL));
}

/* ---- Trouble ---- */

Test(identify, a_device_that_is_down_is_down)
{
    no_pages();
    nobody_at(554);
    nobody_at(34567);
    nobody_at(8000);
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
    vmm_mock_config(other, SIGNS);
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

Test(identify_signs, that_are_none_are_refused)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "{\"signs\":[{\"provider\":\"a\",\"weight\":10}]}",
        "{\"signs\":[{\"provider\":\"a\",\"status\":200}]}",
        "{\"signs\":[{\"provider\":\"a\",\"weight\":101,\"status\":200}]}",
        "{\"signs\":[{\"provider\":\"a\",\"weight\":10,\"status\":200,\"port\":81}]}",
        "{\"signs\":[{\"provider\":\"\",\"weight\":10,\"status\":200}]}",
        "{\"signs\":[{\"provider\":\"a\",\"weight\":10,\"status\":200,\"target\":\"http://x/\"}]}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        static struct signs signs;
        cr_expect_eq(signs_read(&signs, wrong[i]), VMM_E_INVAL, "%s", wrong[i]);
    }
}
