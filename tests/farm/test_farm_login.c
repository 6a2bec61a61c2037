/* SPDX-License-Identifier: MIT */
/* Logins over HTTP, with curl as the client; the report has to agree to the last count. */
#include "farm/digest.h"
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct rig rig;

static void expect_count(const char *name, long want)
{
    long got = rig_count(&rig, "d1", name);
    cr_expect_eq(got, want, "%s: got %ld, want %ld", name, got, want);
}

static void expect_status(const char *options, int want)
{
    struct rig_look look = rig_curl(&rig, "d1", "/status", options);
    cr_expect_eq(look.status, want, "%s: got %d, want %d", options, look.status, want);
}

struct offer {
    char auth[160];
    char option[24];
};

ParameterizedTestParameters(farm_login, curl_logs_in)
{
    static struct offer offers[] = {
        {"{\"scheme\":\"digest\",\"algorithm\":\"MD5\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"MD5-sess\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"SHA-256\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"SHA-256-sess\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"MD5\",\"opaque\":\"o p\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"qop\":\"none\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"qop\":\"auth,auth-int\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"realm\":\"a, b=c\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"\\\"MD5\\\"\"}", "--digest"},
        {"{\"scheme\":\"digest\",\"algorithm\":\"SHA-256\"},{\"scheme\":\"digest\"}", "--digest"},
        {"{\"scheme\":\"digest\"},{\"scheme\":\"digest\",\"algorithm\":\"SHA-256\"}", "--digest"},
        {"{\"scheme\":\"basic\"},{\"scheme\":\"digest\"}", "--anyauth"},
        {"{\"scheme\":\"basic\"}", "--anyauth"},
    };
    return cr_make_param_array(struct offer, offers, sizeof offers / sizeof offers[0]);
}

ParameterizedTest(struct offer *offer, farm_login, curl_logs_in)
{
    char further[512];
    char options[64];
    snprintf(further, sizeof further, ", \"override\": {\"auth\": {\"challenges\": [%s]}}",
             offer->auth);
    rig_start_one(&rig, "http-digest", further);
    snprintf(options, sizeof options, "%s -u admin:right", offer->option);
    expect_status(options, 200);
    expect_count("logins_good", 1);
    expect_count("logins_bad", 0);
    expect_count("requests", 2);
    expect_count("nonces_stale", 0);
    snprintf(options, sizeof options, "%s -u admin:wrong", offer->option);
    expect_status(options, 401);
    expect_count("logins_good", 1);
    expect_count("logins_bad", 1);
    snprintf(options, sizeof options, "%s -u other:right", offer->option);
    expect_status(options, 401);
    expect_count("logins_bad", 2);
    expect_status("", 401);
    expect_count("logins_bad", 2);
    rig_end(&rig);
}

Test(farm_login, one_header_may_hold_all_challenges)
{
    char answer[2048];
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"one_header\": true, \"challenges\": "
                  "[{\"scheme\":\"digest\",\"algorithm\":\"SHA-256\"},{\"scheme\":\"basic\"}]}}");
    int fd = rig_connect(&rig, "d1");
    rig_exchange(fd, "GET /status HTTP/1.1\r\n\r\n", "\r\n\r\n", answer, sizeof answer);
    close(fd);
    const char *header = strstr(answer, "WWW-Authenticate: Digest realm=\"device\", nonce=\"");
    cr_assert_not_null(header, "%s", answer);
    cr_expect_not_null(
        strstr(header, "algorithm=SHA-256, qop=\"auth\", Basic realm=\"device\"\r\n"));
    cr_expect_null(strstr(header + 1, "WWW-Authenticate"));
    rig_end(&rig);
}

Test(farm_login, nonce_may_be_bound_to_its_connection)
{
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"nonce_per_connection\": true}}");
    expect_status("--digest -u admin:right", 200);
    expect_count("nonces_stale", 0);
    rig_end(&rig);
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"keep_alive\": false, \"auth\": "
                  "{\"nonce_per_connection\": true}}");
    expect_status("--digest -u admin:right", 401);
    cr_expect_geq(rig_count(&rig, "d1", "nonces_stale"), 1);
    expect_count("logins_good", 0);
    expect_count("logins_bad", 0);
    rig_end(&rig);
}

/* The nonce of the last challenge in ANSWER. */
static void find_nonce(const char *answer, char nonce[64])
{
    const char *at = strstr(answer, "nonce=\"");
    cr_assert_not_null(at, "%s", answer);
    cr_assert_eq(sscanf(at, "nonce=\"%63[^\"]", nonce), 1);
}

/* Logs in on FD by hand, with this nonce and count; the answer's status. */
static int log_in(int fd, const char *nonce, const char *nc, const char *uri, char *answer,
                  size_t size)
{
    char request[1024];
    char hex[DIGEST_HEX_MAX + 1];
    struct digest_login login = {.realm = SLICE("device"),
                                 .nonce = slice_of(nonce),
                                 .uri = slice_of(uri),
                                 .cnonce = SLICE("c"),
                                 .nc = slice_of(nc),
                                 .qop = SLICE("auth")};
    struct digest_question question = {.algorithm = digest_algorithm(SLICE("MD5")),
                                       .user = SLICE("admin"),
                                       .password = SLICE("right"),
                                       .method = SLICE("GET"),
                                       .login = &login};
    cr_assert_gt(digest_response(&question, hex), 0);
    snprintf(request, sizeof request,
             "GET /status HTTP/1.1\r\nAuthorization: Digest username=\"admin\", realm=\"device\", "
             "nonce=\"%s\", uri=\"%s\", response=\"%s\", qop=auth, nc=%s, cnonce=\"c\"\r\n\r\n",
             nonce, uri, hex, nc);
    rig_exchange(fd, request, "\r\n\r\n", answer, size);
    int status = 0;
    sscanf(answer, "HTTP/1.1 %d", &status);
    return status;
}

Test(farm_login, nonce_is_stale_after_its_uses)
{
    char answer[4096];
    char nonce[64];
    cr_assert_eq(digest_init(), 0);
    rig_start_one(&rig, "http-digest", ", \"override\": {\"auth\": {\"nonce_uses\": 2}}");
    int fd = rig_connect(&rig, "d1");
    rig_exchange(fd, "GET /status HTTP/1.1\r\n\r\n", "\r\n\r\n", answer, sizeof answer);
    find_nonce(answer, nonce);
    cr_expect_eq(log_in(fd, nonce, "00000001", "/status", answer, sizeof answer), 200);
    cr_expect_eq(log_in(fd, nonce, "00000002", "/status", answer, sizeof answer), 200);
    cr_expect_eq(log_in(fd, nonce, "00000003", "/status", answer, sizeof answer), 401);
    cr_expect_not_null(strstr(answer, "stale=true"));
    find_nonce(answer, nonce);
    cr_expect_eq(log_in(fd, nonce, "00000001", "/status", answer, sizeof answer), 200);
    close(fd);
    expect_count("requests", 5);
    expect_count("nonces_issued", 2);
    expect_count("nonces_stale", 1);
    expect_count("logins_good", 3);
    expect_count("logins_bad", 0);
    rig_end(&rig);
    digest_finish();
}

Test(farm_login, nonces_replayed_forgotten_or_foreign_are_told_apart)
{
    char answer[4096];
    char nonce[64];
    cr_assert_eq(digest_init(), 0);
    rig_start_one(&rig, "http-digest", ", \"count\": 2");
    int one = rig_connect(&rig, "d1");
    rig_exchange(one, "GET /status HTTP/1.1\r\n\r\n", "\r\n\r\n", answer, sizeof answer);
    find_nonce(answer, nonce);
    cr_expect_eq(log_in(one, nonce, "00000001", "/status", answer, sizeof answer), 200);
    cr_expect_eq(log_in(one, nonce, "00000001", "/status", answer, sizeof answer), 401);
    cr_expect_not_null(strstr(answer, "stale=true"));
    expect_count("nonces_replayed", 1);
    cr_expect_eq(log_in(one, nonce, "00000002", "/other", answer, sizeof answer), 401);
    cr_expect_null(strstr(answer, "stale=true"));
    expect_count("logins_bad", 1);
    int two = rig_connect(&rig, "d2");
    cr_expect_eq(log_in(two, nonce, "00000003", "/status", answer, sizeof answer), 401);
    cr_expect_eq(rig_count(&rig, "d2", "nonces_foreign"), 1);
    cr_expect_eq(rig_count(&rig, "d2", "logins_bad"), 0);
    rig_do(&rig, "{\"do\":\"forget-nonces\",\"device\":\"d1\"}");
    cr_expect_eq(log_in(one, nonce, "00000004", "/status", answer, sizeof answer), 401);
    expect_count("nonces_stale", 1);
    expect_count("logins_good", 1);
    close(one);
    close(two);
    rig_end(&rig);
    digest_finish();
}

Test(farm_login, basic_that_was_not_offered_is_a_bad_login)
{
    rig_start_one(&rig, "http-digest", "");
    expect_status("--basic -u admin:right", 401);
    expect_count("basic_unoffered", 1);
    expect_count("logins_bad", 1);
    expect_count("logins_good", 0);
    rig_end(&rig);
}

Test(farm_login, credentials_nobody_asked_for_are_counted)
{
    rig_start_one(&rig, "http-plain", "");
    expect_status("--basic -u admin:right", 200);
    expect_count("logins_unasked", 1);
    expect_count("logins_good", 0);
    rig_end(&rig);
}

Test(farm_login, locks_after_bad_logins)
{
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"lockout\": {\"after\": 3, \"for_s\": 1000}},"
                  " \"locked\": {\"status\": 423, \"body\": \"locked\"}}");
    for (int i = 0; i < 3; i++) {
        expect_status("--digest -u admin:wrong", 401);
    }
    expect_count("lock_outs", 1);
    expect_status("--digest -u admin:right", 423);
    expect_status("", 401);
    expect_count("logins_bad", 3);
    expect_count("logins_locked", 1);
    expect_count("logins_good", 0);
    rig_do(&rig, "{\"do\":\"unlock\"}");
    expect_status("--digest -u admin:right", 200);
    rig_end(&rig);
}

Test(farm_login, is_locked_by_others_until_it_is_unlocked)
{
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"lockout\": {\"after\": 3, \"for_s\": 1000,"
                  " \"answers_all\": true}}, \"locked\": {\"status\": 423}}");
    rig_do(&rig, "{\"do\":\"lock\"}");
    expect_status("", 423);
    expect_status("--digest -u admin:right", 423);
    expect_count("logins_good", 0);
    expect_count("logins_bad", 0);
    rig_do(&rig, "{\"do\":\"unlock\"}");
    expect_status("--digest -u admin:right", 200);
    rig_do(&rig, "{\"do\":\"lock\",\"for_s\":1000}");
    expect_status("--digest -u admin:right", 423);
    rig_end(&rig);
}

Test(farm_login, a_good_login_forgets_the_bad_ones)
{
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"lockout\": {\"after\": 2, \"for_s\": 1000,"
                  " \"answers_all\": true}}}");
    expect_status("--digest -u admin:wrong", 401);
    expect_status("--digest -u admin:right", 200);
    expect_status("--digest -u admin:wrong", 401);
    expect_count("lock_outs", 0);
    expect_status("--digest -u admin:wrong", 401);
    expect_count("lock_outs", 1);
    expect_status("", 403);
    rig_end(&rig);
}

Test(farm_login, passwords_change_over_the_control_socket)
{
    rig_start_one(&rig, "http-digest", ", \"count\": 2");
    rig_do(&rig, "{\"do\":\"password\",\"device\":\"d1\",\"user\":\"admin\",\"password\":\"new\"}");
    expect_status("--digest -u admin:right", 401);
    expect_status("--digest -u admin:new", 200);
    expect_status("--digest -u view:low", 200);
    cr_expect_eq(rig_curl(&rig, "d2", "/status", "--digest -u admin:right").status, 200);
    rig_do(&rig, "{\"do\":\"password\",\"device\":\"d1\",\"user\":\"third\",\"password\":\"3\"}");
    expect_status("--digest -u third:3", 200);
    expect_status("--digest -u admin:new", 200);
    rig_end(&rig);
}

Test(farm_login, passwords_may_differ_from_device_to_device)
{
    rig_start(&rig, "{\"ports\":{\"http\":0},\"groups\":[{\"prefix\":\"d\",\"count\":2,"
                    "\"base_address\":\"127.77.0.1\",\"personality\":\"http-digest\","
                    "\"users\":[{\"name\":\"admin\",\"password\":\"pw-{id}\"}]}]}");
    expect_status("--digest -u admin:pw-d1", 200);
    expect_status("--digest -u admin:pw-d2", 401);
    cr_expect_eq(rig_curl(&rig, "d2", "/status", "--digest -u admin:pw-d2").status, 200);
    rig_end(&rig);
}

Test(farm_login, a_session_is_signed_by_a_nonce_that_a_body_told)
{
    rig_start_one(&rig, "uniview-nvr-session", "");
    struct rig_look look =
        rig_curl(&rig, "d1", "/LAPI/V1.0/System/DeviceInfo", "--digest -u admin:right");
    cr_expect_not_null(strstr(look.body, "\"ResponseCode\": 3"), "%s", look.body);
    char first[64] = "";
    char second[64] = "";
    const char *path = "/LAPI/V1.0/System/Security/KeepAlive";
    look = rig_curl(&rig, "d1", path, "--digest -u admin:right -X PUT");
    cr_assert_not_null(strstr(look.body, "NextNonce\": \""), "%s", look.body);
    sscanf(strstr(look.body, "NextNonce"), "NextNonce\": \"%63[0-9a-f]", first);
    look = rig_curl(&rig, "d1", path, "--digest -u admin:right -X PUT");
    sscanf(strstr(look.body, "NextNonce"), "NextNonce\": \"%63[0-9a-f]", second);
    cr_expect_eq(strlen(first), 32);
    cr_expect_str_neq(first, second);
    rig_end(&rig);
}
