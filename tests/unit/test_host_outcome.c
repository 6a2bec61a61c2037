/* SPDX-License-Identifier: MIT */
/* The pure parts of the host's HTTP. */
#include <criterion/criterion.h>
#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include <vmm/http.h>

#include "base/clock.h"
#include "host/http_header.h"
#include "host/http_outcome.h"
#include "host/http_part.h"
#include "host/http_retry.h"
#include "host/http_target.h"
#include "host/http_template.h"

/* ---- Outcome ---- */

static void expect(const struct http_end *end, unsigned outcome, unsigned rung, unsigned reason)
{
    struct http_verdict verdict = http_outcome(end);
    cr_assert_eq(verdict.outcome, outcome, "code %d: outcome %u", end->code, verdict.outcome);
    cr_assert_eq(verdict.rung, rung, "code %d: rung %u", end->code, verdict.rung);
    cr_assert_eq(verdict.reason, reason, "code %d: reason %u", end->code, verdict.reason);
}

Test(host_outcome, a_connect_fails_by_its_errno)
{
    struct http_end end = {.code = CURLE_COULDNT_CONNECT, .resolved = true};
    static const struct {
        int os_errno;
        unsigned outcome;
        unsigned rung;
        unsigned reason;
    } cases[] = {
        {ECONNREFUSED, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE},
        {ECONNRESET, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE},
        {EHOSTUNREACH, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE},
        {ENETUNREACH, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE},
        {ETIMEDOUT, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_TIMEOUT},
        {EMFILE, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL},
        {EADDRNOTAVAIL, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        end.os_errno = cases[i].os_errno;
        expect(&end, cases[i].outcome, cases[i].rung, cases[i].reason);
    }
}

Test(host_outcome, a_timeout_is_told_by_how_far_it_came)
{
    struct http_end end = {.code = CURLE_OPERATION_TIMEDOUT, .is_tls = true};
    expect(&end, VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER);
    end.resolved = true;
    expect(&end, VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_TIMEOUT);
    end.connected = true;
    expect(&end, VMM_OUTCOME_TIMEOUT, VMM_RUNG_TLS, VMM_REASON_TIMEOUT);
    end.secured = true;
    expect(&end, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT);
    end.status = 200;
    cr_assert_eq(http_outcome(&end).flags, VMM_HTTP_SHORT);
}

Test(host_outcome, an_end_before_the_status_line_is_not_one_after_it)
{
    static const int codes[] = {CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
                                CURLE_PARTIAL_FILE};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct http_end end = {.code = codes[i], .resolved = true, .connected = true};
        expect(&end, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE);
        cr_assert(http_outcome(&end).is_repeatable);
        end.status = 401;
        expect(&end, VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE);
        cr_assert_not(http_outcome(&end).is_repeatable, "a status line came");
        end.has_header = true;
        expect(&end, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE);
        cr_assert_eq(http_outcome(&end).flags, VMM_HTTP_SHORT);
        cr_assert_not(http_outcome(&end).is_repeatable);
    }
}

Test(host_outcome, what_we_stop_ourselves)
{
    struct http_end end = {.code = CURLE_WRITE_ERROR, .status = 200, .was_cut = true};
    expect(&end, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE);
    cr_assert_eq(http_outcome(&end).flags, VMM_HTTP_CUT);
    end.was_garbled = true;
    expect(&end, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY);
}

Test(host_outcome, tls_and_protocol)
{
    struct http_end end = {.code = CURLE_PEER_FAILED_VERIFICATION};
    expect(&end, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_TLS, VMM_REASON_TLS);
    end.code = CURLE_SSL_CONNECT_ERROR;
    expect(&end, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_TLS, VMM_REASON_TLS);
    end.code = CURLE_UNSUPPORTED_PROTOCOL;
    expect(&end, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY);
    end.code = CURLE_OUT_OF_MEMORY;
    expect(&end, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, VMM_REASON_INTERNAL);
}

/* ---- The one repeat ---- */

Test(host_retry, waits_200_to_600_ms)
{
    struct http_attempt attempt = {.is_safe = true, .left_us = 10 * CLOCK_S};
    struct http_verdict refused = http_outcome_connect(ECONNREFUSED);
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (uint64_t random = 0; random < 1000000; random += 997) {
        uint64_t delay = http_retry_delay_us(&attempt, &refused, random);
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    cr_assert_geq(least, 200 * CLOCK_MS);
    cr_assert_leq(least, 205 * CLOCK_MS);
    cr_assert_leq(most, 600 * CLOCK_MS);
    cr_assert_geq(most, 595 * CLOCK_MS);
}

Test(host_retry, not_again_not_unsafe_not_with_a_secret_not_without_time)
{
    struct http_verdict refused = http_outcome_connect(ECONNREFUSED);
    const struct http_attempt good = {.is_safe = true, .left_us = 10 * CLOCK_S};
    struct http_attempt attempt = good;
    attempt.repeats = 1;
    cr_assert_eq(http_retry_delay_us(&attempt, &refused, 0), 0);
    attempt = good;
    attempt.is_safe = false;
    cr_assert_eq(http_retry_delay_us(&attempt, &refused, 0), 0);
    attempt = good;
    attempt.went_with_secret = true;
    cr_assert_eq(http_retry_delay_us(&attempt, &refused, 0), 0);
    attempt = good;
    attempt.left_us = 299 * CLOCK_MS;
    cr_assert_eq(http_retry_delay_us(&attempt, &refused, 0), 0);
    attempt.left_us = 300 * CLOCK_MS;
    cr_assert_eq(http_retry_delay_us(&attempt, &refused, 0), 200 * CLOCK_MS);
}

Test(host_retry, only_what_never_got_an_answer)
{
    struct http_attempt attempt = {.is_safe = true, .left_us = 10 * CLOCK_S};
    struct http_verdict late = http_outcome_connect(ETIMEDOUT);
    struct http_verdict away = http_outcome_connect(EHOSTUNREACH);
    struct http_end fine = {.code = CURLE_OK, .status = 503};
    struct http_verdict busy = http_outcome(&fine);
    cr_assert_eq(http_retry_delay_us(&attempt, &late, 0), 0);
    cr_assert_eq(http_retry_delay_us(&attempt, &away, 0), 0);
    cr_assert_eq(http_retry_delay_us(&attempt, &busy, 0), 0);
}

/* ---- Headers ---- */

static unsigned status_of(const char *line)
{
    return http_header_status(line, strlen(line));
}

Test(host_header, status_lines)
{
    cr_assert_eq(status_of("HTTP/1.1 200 OK\r\n"), 200);
    cr_assert_eq(status_of("HTTP/1.0 401\r\n"), 401);
    cr_assert_eq(status_of("HTTP/1.1   453 Full\n"), 453);
    cr_assert_eq(status_of("HTTP/1.1 20\r\n"), 0);
    cr_assert_eq(status_of("HTTP/1.1\r\n"), 0);
    cr_assert_eq(status_of("HTTP/1.1 "), 0);
    cr_assert_eq(status_of("ICY 200 OK\r\n"), 0);
    cr_assert_eq(status_of(""), 0);
}

static unsigned version_of(const char *line)
{
    return http_header_version(line, strlen(line));
}

Test(host_header, versions_of_status_lines)
{
    cr_expect_eq(version_of("HTTP/1.1 200 OK\r\n"), 11);
    cr_expect_eq(version_of("http/1.0 401\r\n"), 10);
    cr_expect_eq(version_of("HTTP/2 200\r\n"), 20);
    cr_expect_eq(version_of("HTTP/x.1 200\r\n"), 0);
    cr_expect_eq(version_of("HTTP/1."), 0);
    cr_expect_eq(version_of("ICY 200 OK\r\n"), 0);
}

static bool content_is_simple(const char *line, bool coded)
{
    return http_header_content_is_simple(line, strlen(line), &coded);
}

Test(host_header, one_packing_of_the_content_is_simple)
{
    bool coded = false;
    cr_expect(http_header_content_is_simple("Server: gzip, gzip\r\n", 20, &coded));
    cr_expect_not(coded);
    cr_expect(http_header_content_is_simple("content-encoding:GZIP\r\n", 23, &coded));
    cr_expect(coded);
    cr_expect(content_is_simple("Content-Encoding: x-gzip \n", false));
    cr_expect(content_is_simple("Content-Encoding: deflate\r\n", false));
    cr_expect(content_is_simple("Content-Encoding: identity\r\n", false));
    cr_expect_not(content_is_simple("Content-Encoding: identity\r\n", true));
    cr_expect_not(content_is_simple("Content-Encoding: gzip,gzip\r\n", false));
    cr_expect_not(content_is_simple("Content-Encoding: gzip,\r\n", false));
    cr_expect_not(content_is_simple("Content-Encoding: br\r\n", false));
}

static bool transfer_is_simple(const char *line)
{
    return http_header_transfer_is_simple(line, strlen(line));
}

Test(host_header, a_transfer_is_chunked_at_most)
{
    cr_expect(transfer_is_simple("Content-Encoding: gzip\r\n"));
    cr_expect(transfer_is_simple("transfer-encoding: Chunked\r\n"));
    cr_expect(transfer_is_simple("Transfer-Encoding: identity , chunked\r\n"));
    cr_expect(transfer_is_simple("Transfer-Encoding:\r\n"));
    cr_expect_not(transfer_is_simple("Transfer-Encoding: gzip, chunked\r\n"));
    cr_expect_not(transfer_is_simple("Transfer-Encoding: chunked,deflate\r\n"));
}

Test(host_header, values_are_found_in_any_case_and_trimmed)
{
    static const char lines[] =
        "Content-Type: text/plain\r\nwww-authenticate:  Basic realm=\"a\" \r\n"
        "X-WWW-Authenticate: no\r\nWWW-AUTHENTICATE : Digest\nWWW-Authenticate:\r\n";
    char room[64];
    const char *values[9];
    size_t count = http_header_values(lines, sizeof(lines) - 1, "WWW-Authenticate", room,
                                      sizeof(room), values, 8);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(values[0], "Basic realm=\"a\"");
    cr_assert_str_eq(values[1], "Digest");
    cr_assert_str_eq(values[2], "");
    cr_assert_null(values[3]);
}

Test(host_header, what_does_not_fit_is_left_out)
{
    static const char lines[] = "A: 0123456789\r\nA: 01\r\nA: 2\r\n";
    char room[6];
    const char *values[3];
    size_t count = http_header_values(lines, sizeof(lines) - 1, "A", room, sizeof(room), values, 2);
    cr_assert_eq(count, 2);
    cr_assert_str_eq(values[0], "01");
    cr_assert_str_eq(values[1], "2");
    cr_assert_eq(http_header_values(NULL, 0, "A", room, sizeof(room), values, 2), 0);
}

/* ---- Targets ---- */

static bool is_valid(const char *target)
{
    return http_target_is_valid(target, strlen(target));
}

Test(host_target, only_paths)
{
    cr_assert(is_valid("/"));
    cr_assert(is_valid("//cgi?x=http://h/"));
    cr_assert_not(is_valid(""));
    cr_assert_not(is_valid("x"));
    cr_assert_not(is_valid("http://h/"));
    cr_assert_not(is_valid("/a b"));
    cr_assert_not(is_valid("/a\r\nX: y"));
    cr_assert_not(is_valid("/a#b"));
    cr_assert_not(is_valid("/\xc3\xa9"));
    char longest[HTTP_TARGET_MAX + 2];
    memset(longest, '/', sizeof(longest));
    cr_assert(http_target_is_valid(longest, HTTP_TARGET_MAX));
    cr_assert_not(http_target_is_valid(longest, HTTP_TARGET_MAX + 1));
}

static void expect_follow(const char *location, const char *current, const char *expected)
{
    struct buf out = {0};
    int rc = http_target_follow(location, current, &out);
    cr_assert_eq(rc == 0, expected != NULL, "%s: %d", location, rc);
    if (expected != NULL) {
        cr_assert_str_eq(buf_cstr(&out), expected);
    }
    buf_finish(&out);
}

Test(host_target, of_a_redirect_only_path_and_query_are_used)
{
    expect_follow("http://evil.example/a?b=c#d", "/x", "/a?b=c");
    expect_follow("https://user:pw@evil.example:8443/a", "/x", "/a");
    expect_follow("//evil.example/a", "/x", "/a");
    expect_follow("http://evil.example", "/x", "/");
    expect_follow("http://evil.example?q", "/x", "/?q");
    expect_follow("/a", "/x", "/a");
    expect_follow("b.html", "/dir/a.html?x=/y/", "/dir/b.html");
    expect_follow("b", "/", "/b");
    expect_follow("?q=1", "/dir/a?old", "/dir/a?q=1");
    expect_follow("#top", "/x", NULL);
    expect_follow("", "/x", NULL);
    expect_follow("/a b", "/x", NULL);
    expect_follow("/a\r\nSet-Cookie: x", "/x", NULL);
}

Test(host_outcome, an_answer_without_an_end_is_whole_when_its_time_is_over)
{
    struct http_end end = {.code = CURLE_OPERATION_TIMEDOUT,
                           .status = 200,
                           .resolved = true,
                           .connected = true,
                           .is_endless = true};
    expect(&end, VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT);
    end.has_header = true;
    expect(&end, VMM_OUTCOME_OK, VMM_RUNG_ANSWER, VMM_REASON_NONE);
    cr_assert_eq(http_outcome(&end).flags, VMM_HTTP_CUT);
}

/* ---- Templates ---- */

static const struct http_secrets secrets = {"ad min", "p&w\"\r\n"};

static void expect_fill(const char *text, enum http_place place, int rc, const char *expected)
{
    struct buf out = {0};
    bool shows = false;
    cr_assert_eq(http_template_fill(text, strlen(text), place, &secrets, &out, &shows), rc);
    if (rc == 0) {
        cr_assert_str_eq(buf_cstr(&out), expected);
        cr_assert_eq(shows, strstr(text, "{pass") != NULL);
    }
    buf_finish(&out);
}

Test(host_template, each_place_has_its_encoding)
{
    expect_fill("/l?u={user}&p={pass}", HTTP_PLACE_TARGET, 0, "/l?u=ad%20min&p=p%26w%22%0D%0A");
    expect_fill("u={user}&p={pass}", HTTP_PLACE_BODY, 0, "u=ad min&p=p&w\"\r\n");
    expect_fill("X: {user}", HTTP_PLACE_HEADER, 0, "X: ad min");
    expect_fill("X: {pass}", HTTP_PLACE_HEADER, VMM_E_INVAL, "");
    expect_fill("/l?u={user}&p={pass}&m={pass_md5}", HTTP_PLACE_SHOWN, 0, "/l?u=***&p=***&m=***");
}

/* Pairs from the documentation of DVRIP clients. */
Test(host_template, the_hash_of_dvrip_logins)
{
    static const char *const pairs[][2] = {{"", "tlJwpbo6"},
                                           {"admin", "6QNMIQGe"},
                                           {"tluafed", "OxhlwSG8"},
                                           {"goodPassword", "HfhyFPRN"}};
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct http_secrets secret = {"u", pairs[i][0]};
        bool shows = false;
        struct buf out;
        buf_init(&out);
        cr_assert_eq(http_template_fill("{pass_sofia}", 12, HTTP_PLACE_JSON, &secret, &out, &shows),
                     0);
        cr_expect_str_eq(buf_cstr(&out), pairs[i][1]);
        cr_expect(shows);
        buf_finish(&out);
    }
}

Test(host_template, within_json_it_cannot_break_out)
{
    const struct http_secrets secret = {"a\"b\\c\n", "p"};
    struct buf out;
    buf_init(&out);
    cr_assert_eq(http_template_fill("\"{user}\"", 8, HTTP_PLACE_JSON, &secret, &out, NULL), 0);
    cr_expect_str_eq(buf_cstr(&out), "\"a\\\"b\\\\c\\u000a\"");
    buf_finish(&out);
}

/* The example of ONVIF's application programmer's guide, chapter 6. */
Test(host_template, the_digest_of_a_username_token)
{
    static const char text[] = "{wsse:LKqI6G/AikKCQrN0zqZFlg== 2010-09-16T07:50:45Z}";
    const struct http_secrets secret = {"user", "userpassword"};
    bool shows = false;
    struct buf out;
    buf_init(&out);
    cr_assert_eq(http_template_fill(text, strlen(text), HTTP_PLACE_BODY, &secret, &out, &shows), 0);
    cr_expect_str_eq(buf_cstr(&out), "tuOSpGlFlIXsozq4HFNeeGeFLEI=");
    cr_expect(shows);
    buf_clear(&out);
    cr_expect_eq(http_template_fill("{wsse:xyz now}", 14, HTTP_PLACE_BODY, &secret, &out, NULL),
                 VMM_E_INVAL);
    buf_finish(&out);
}

Test(host_template, a_user_within_xml_cannot_break_out)
{
    const struct http_secrets secret = {"a<b>&\"c\n", "p"};
    struct buf out;
    buf_init(&out);
    cr_assert_eq(http_template_fill("{user_xml}", 10, HTTP_PLACE_BODY, &secret, &out, NULL), 0);
    cr_expect_str_eq(buf_cstr(&out), "a&#60;b&#62;&#38;&#34;c");
    buf_finish(&out);
}

Test(host_template, only_its_own_words)
{
    expect_fill("{}{usr}{user{user}}{", HTTP_PLACE_BODY, 0, "{}{usr}{userad min}{");
    struct buf out = {0};
    struct http_secrets simple = {"u", "password"};
    cr_assert_eq(http_template_fill("{pass_md5}", 10, HTTP_PLACE_TARGET, &simple, &out, NULL), 0);
    cr_assert_str_eq(buf_cstr(&out), "5f4dcc3b5aa765d61d8327deb882cf99"); /* md5sum of "password" */
    buf_finish(&out);
}

/* The sums were made with md5sum. */
Test(host_template, a_sum_is_made_of_a_text_with_words)
{
    struct buf out = {0};
    bool shows = false;
    struct http_secrets simple = {"Admin", "PassWord"};
    static const struct {
        const char *text;
        const char *filled;
        bool shows;
    } cases[] = {
        {"{md5:abc}", "900150983cd24fb0d6963f7d28e17f72", false},
        {"{MD5:}", "D41D8CD98F00B204E9800998ECF8427E", false},
        {"u={MD5:ab12{user_lower}cd34}&x", "u=4088960083DBC449ED12A3DAC09E2605&x", false},
        {"{MD5:cd34{pass_lower}ab12}", "48E2FCC220B33B53069099EEFFEF46F1", true},
        {"{md5:{user}:{pass}}", "8398d943bf29b25ff9b938bcd2057069", true},
        {"{user_lower}{pass_lower}", "adminpassword", true},
        {"{md5:no end", "{md5:no end", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        shows = false;
        buf_clear(&out);
        cr_assert_eq(http_template_fill(cases[i].text, strlen(cases[i].text), HTTP_PLACE_BODY,
                                        &simple, &out, &shows),
                     0);
        cr_expect_str_eq(buf_cstr(&out), cases[i].filled, "%s", cases[i].text);
        cr_expect_eq(shows, cases[i].shows, "%s", cases[i].text);
    }
    buf_finish(&out);
    expect_fill("/l?m={md5:{pass}}&u={user_lower}", HTTP_PLACE_SHOWN, 0, "/l?m=***&u=***");
}

/* ---- What explain shows of a target ---- */

Test(host_target, values_that_are_secrets_by_their_name_are_not_shown)
{
    static const struct {
        const char *target;
        const char *shown;
    } cases[] = {
        {"/api.cgi?cmd=GetTime&token=0a1b2c", "/api.cgi?cmd=GetTime&token=***"},
        {"/a?PWD=x&USER=y", "/a?PWD=***&USER=y"},
        {"/a?_sid=1&password=&k=v", "/a?_sid=***&password=***&k=v"},
        {"/token=1", "/token=1"},
        {"/a?mytoken=1&token", "/a?mytoken=1&token"},
        {"/a?", "/a?"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf shown = {0};
        buf_text(&shown, cases[i].target);
        http_target_hide(&shown);
        cr_expect_str_eq(buf_cstr(&shown), cases[i].shown);
        buf_finish(&shown);
    }
}

/* ---- The first part of a multipart answer ---- */

/* Feed the text byte by byte; the content found, or NULL. */
static const char *first_part(const char *type, const char *text, char out[64])
{
    struct http_part part;
    http_part_init(&part, type);
    for (size_t size = 1; size <= strlen(text); size++) {
        size_t end = 0;
        if (http_part_find(&part, (const uint8_t *)text, size, &end)) {
            cr_assert_leq(end, size);
            memcpy(out, text + part.begin, end - part.begin);
            out[end - part.begin] = '\0';
            return out;
        }
    }
    return NULL;
}

Test(host_part, ends_at_the_next_boundary_or_at_its_length)
{
    char out[64];
    static const char type[] = "multipart/x-mixed-replace;boundary=edge";
    cr_assert_str_eq(first_part(type, "--edge\r\nA: b\r\n\r\nhello\r\n--edge\r\n", out), "hello");
    cr_assert_str_eq(first_part(type, "preamble\r\n--edge\nContent-Length: 4\n\nab\r\n--edge", out),
                     "ab\r\n");
    cr_assert_str_eq(first_part("Multipart/related; boundary=\"--edge\"; x=y",
                                "--edge\r\nA: b\r\n\r\n\r\n--edge--", out),
                     "");
}

Test(host_part, is_none_without_boundary_or_end)
{
    char out[64];
    cr_assert_null(first_part("text/plain; boundary=edge", "--edge\r\n\r\nx\r\n--edge", out));
    cr_assert_null(first_part("multipart/mixed", "--edge\r\n\r\nx\r\n--edge", out));
    cr_assert_null(first_part(NULL, "--edge\r\n\r\nx\r\n--edge", out));
    cr_assert_null(first_part("multipart/mixed; boundary=edge", "--edge\r\n\r\nno end", out));
    cr_assert_null(first_part("multipart/mixed; boundary=edge",
                              "--edge\r\nContent-Length: 99999999999999999999\r\n\r\nx", out));
}
