/* SPDX-License-Identifier: MIT */
/* RTSP: logins, and each quirk of real cameras that a personality plays. */
#include "farm/digest.h"
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define URL "rtsp://127.77.0.1/live.sdp"

static struct rig rig;
static char answer[16384];
static ssize_t length;

/* Sends one request; the whole answer is what comes up to END, or until the connection ends. */
static void request(int fd, const char *verb, const char *headers, const char *end)
{
    char text[2048];
    snprintf(text, sizeof text, "%s " URL " RTSP/1.0\r\nCSeq: 5\r\n%s\r\n", verb, headers);
    length = rig_exchange(fd, text, end, answer, sizeof answer);
}

/* The Authorization header for the challenge with this algorithm in the answer. */
static const char *login(const char *algorithm, const char *verb)
{
    static char header[1024];
    char nonce[64] = "";
    char hex[DIGEST_HEX_MAX + 1];
    const char *at = strstr(answer, "nonce=\"");
    cr_assert_not_null(at, "%s", answer);
    sscanf(at, "nonce=\"%63[^\"]", nonce);
    struct digest_login parts = {.realm = SLICE("IP Camera"),
                                 .nonce = slice_of(nonce),
                                 .uri = SLICE(URL),
                                 .cnonce = SLICE("c"),
                                 .nc = SLICE("00000001"),
                                 .qop = SLICE("auth")};
    struct digest_question question = {.algorithm = digest_algorithm(slice_of(algorithm)),
                                       .user = SLICE("admin"),
                                       .password = SLICE("right"),
                                       .method = slice_of(verb),
                                       .login = &parts};
    cr_assert_eq(digest_init(), 0);
    cr_assert_gt(digest_response(&question, hex), 0);
    digest_finish();
    snprintf(header, sizeof header,
             "Authorization: Digest username=\"admin\", realm=\"IP Camera\", nonce=\"%s\", "
             "uri=\"" URL "\", response=\"%s\", algorithm=%s, qop=auth, nc=00000001, "
             "cnonce=\"c\"\r\n",
             nonce, hex, algorithm);
    return header;
}

static void expect_start(const char *want)
{
    cr_expect_eq(strncmp(answer, want, strlen(want)), 0, "%.80s", answer);
}

static void expect_text(const char *want)
{
    cr_expect_not_null(memmem(answer, (size_t)length, want, strlen(want)), "no \"%s\" in %s", want,
                       answer);
}

static void expect_no_text(const char *want)
{
    cr_expect_null(memmem(answer, (size_t)length, want, strlen(want)), "\"%s\" in %s", want,
                   answer);
}

static void log_in_with(const char *personality, const char *algorithm)
{
    rig_start_one(&rig, personality, "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 200 OK\r\nCSeq: 5\r\n");
    request(fd, "DESCRIBE", "", "\r\n\r\n");
    expect_start("RTSP/1.0 401 Unauthorized\r\nCSeq: 5\r\n");
    request(fd, "DESCRIBE", login(algorithm, "DESCRIBE"), "trackID=2");
    expect_start("RTSP/1.0 200 OK\r\nCSeq: 5\r\n");
    expect_text("Content-Base: " URL "/\r\n");
    expect_text("m=video 0 RTP/AVP 96\r\n");
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 0);
    cr_expect_eq(rig_count(&rig, "d1", "connections"), 1);
    rig_end(&rig);
}

Test(farm_rtsp, digest_of_each_kind)
{
    log_in_with("rtsp-camera", "MD5");
    log_in_with("rtsp-sha256", "SHA-256");
    log_in_with("rtsp-both", "SHA-256");
    log_in_with("rtsp-both", "MD5");
    log_in_with("rtsp-md5-first", "SHA-256");
}

Test(farm_rtsp, basic)
{
    rig_start_one(&rig, "rtsp-basic", "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "DESCRIBE", "", "\r\n\r\n");
    expect_text("WWW-Authenticate: Basic realm=\"IP Camera\"\r\n");
    request(fd, "DESCRIBE", "Authorization: Basic YWRtaW46cmlnaHQ=\r\n", "trackID=2");
    expect_start("RTSP/1.0 200 OK\r\n");
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    rig_end(&rig);
}

struct quirk {
    char personality[32];
    char verb[12];
    char start[48]; /* what the answer begins with */
    char with[64];  /* stands in it */
    char without[24];
};

/* Each is played without a login: what a quirk is about does not need one. */
ParameterizedTestParameters(farm_rtsp, plays)
{
    static struct quirk quirks[] = {
        {"rtsp-wrong-cseq", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "CSeq: 12\r\n", "CSeq: 5\r\n"},
        {"rtsp-no-cseq", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "Server:", "CSeq"},
        {"rtsp-trailing-spaces", "DESCRIBE", "RTSP/1.0 200 OK\r\nCSeq: 5  \r\n",
         "H264/90000   \r\n", "~"},
        {"rtsp-no-length", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "a=control:trackID=2\r\n",
         "Content-Length"},
        {"rtsp-no-type", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "m=video", "Content-Type"},
        {"rtsp-sdp-no-origin", "DESCRIBE", "RTSP/1.0 200 OK\r\n",
         "v=0\r\ns=RTSP camera\r\ns=RTSP camera\r\n", "o="},
        {"rtsp-sdp-broken-c", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "c=IN c=IN IP4 0.0.0.0\r\nt=now-",
         "~"},
        {"rtsp-sdp-lf", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "t=0 0\nm=video 0 RTP/AVP 98\n",
         "\r\nm="},
        {"rtsp-sdp-audio-only", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "m=audio", "m=video"},
        {"rtsp-base-no-scheme", "DESCRIBE", "RTSP/1.0 200 OK\r\n",
         "Content-Base: 127.77.0.1/live.sdp/\r\n", "rtsp://"},
        {"rtsp-base-double", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "Content-Base: rtsp://rtsp://127.",
         "~"},
        {"rtsp-base-bare-ipv6", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "rtsp://::ffff:127.77.0.1/",
         "~"},
        {"rtsp-base-internal", "DESCRIBE", "RTSP/1.0 200 OK\r\n",
         "Content-Base: rtsp://10.0.0.1:554/", "~"},
        {"rtsp-base-none", "DESCRIBE", "RTSP/1.0 200 OK\r\n", "m=video", "Content-Base"},
        {"rtsp-busy-453", "DESCRIBE", "RTSP/1.0 453 Not Enough Bandwidth\r\n", "CSeq: 5\r\n", "m="},
        {"rtsp-busy-503", "DESCRIBE", "RTSP/1.0 503 Service Unavailable\r\n", "CSeq: 5\r\n", "m="},
        {"rtsp-not-found", "DESCRIBE", "RTSP/1.0 404 Not Found\r\n", "CSeq: 5\r\n", "m="},
        {"rtsp-bad-request", "DESCRIBE", "RTSP/1.0 400 Bad Request\r\n", "CSeq: 5\r\n", "m="},
        {"rtsp-redirect", "DESCRIBE", "RTSP/1.0 302 Found\r\n",
         "Location: rtsp://127.77.0.1:", "m="},
        {"rtsp-redirect-away", "DESCRIBE", "RTSP/1.0 301 Moved Permanently\r\n",
         "Location: rtsp://127.255.255.254:", "m="},
        {"rtsp-lower-case", "DESCRIBE", "RTSP/1.0 200 OK\r\ncseq: 5\r\n",
         "\r\ncontent-length: ", "Content-"},
        {"rtsp-upper-case", "DESCRIBE", "RTSP/1.0 200 OK\r\nCSEQ: 5\r\n",
         "\r\nCONTENT-TYPE: ", "Content-"},
        {"rtsp-open", "OPTIONS", "RTSP/1.0 200 OK\r\n", "Public: OPTIONS, DESCRIBE", "~"},
        {"rtsp-open", "TEARDOWN", "RTSP/1.0 200 OK\r\n", "CSeq: 5\r\n", "~"},
        {"rtsp-open", "PLAY", "RTSP/1.0 404 Not Found\r\n", "CSeq: 5\r\n", "~"},
    };
    return cr_make_param_array(struct quirk, quirks, sizeof quirks / sizeof quirks[0]);
}

ParameterizedTest(struct quirk *quirk, farm_rtsp, plays)
{
    rig_start_one(&rig, quirk->personality, ", \"override\": {\"auth\": null}");
    int fd = rig_connect(&rig, "d1");
    request(fd, quirk->verb, "Connection: close\r\n", NULL);
    close(fd);
    expect_start(quirk->start);
    expect_text(quirk->with);
    expect_no_text(quirk->without);
    rig_end(&rig);
}

Test(farm_rtsp, junk_comes_before_the_answer)
{
    rig_start_one(&rig, "rtsp-junk-before", "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "OPTIONS", "Connection: close\r\n", NULL);
    close(fd);
    cr_assert_gt(length, 1404);
    cr_expect_eq(memcmp(answer, "$\0\x05\x78", 4), 0);
    cr_expect_eq(memcmp(answer + 1404, "RTSP/1.0 200", 12), 0);
    rig_end(&rig);
}

Test(farm_rtsp, closes_after_401)
{
    rig_start_one(&rig, "rtsp-close-after-401", "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "DESCRIBE", "", NULL); /* reads until the end */
    close(fd);
    expect_start("RTSP/1.0 401 ");
    expect_text("Connection: close\r\n");
    fd = rig_connect(&rig, "d1");
    request(fd, "DESCRIBE", login("MD5", "DESCRIBE"), "trackID=2");
    expect_start("RTSP/1.0 200 ");
    close(fd);
    rig_end(&rig);
}

Test(farm_rtsp, options_may_need_a_login)
{
    rig_start_one(&rig, "rtsp-options-auth", "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 401 ");
    request(fd, "OPTIONS", login("MD5", "OPTIONS"), "\r\n\r\n");
    expect_start("RTSP/1.0 200 ");
    close(fd);
    rig_end(&rig);
}

Test(farm_rtsp, wants_a_user_agent)
{
    rig_start_one(&rig, "rtsp-user-agent", "");
    int fd = rig_connect(&rig, "d1");
    request(fd, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 401 ");
    request(fd, "OPTIONS", "User-Agent: test\r\n", "\r\n\r\n");
    expect_start("RTSP/1.0 200 ");
    close(fd);
    rig_end(&rig);
}

Test(farm_rtsp, a_second_describe_fails)
{
    rig_start_one(&rig, "rtsp-describe-once", ", \"override\": {\"auth\": null}");
    int fd = rig_connect(&rig, "d1");
    request(fd, "DESCRIBE", "", "trackID=2\r\n");
    expect_start("RTSP/1.0 200 ");
    request(fd, "DESCRIBE", "", "\r\n\r\n");
    expect_start("RTSP/1.0 400 ");
    close(fd);
    rig_end(&rig);
}

Test(farm_rtsp, a_redirect_is_counted_when_followed)
{
    rig_start_one(&rig, "rtsp-redirect", ", \"override\": {\"auth\": null}");
    int fd = rig_connect(&rig, "d1");
    request(fd, "DESCRIBE", "", "\r\n\r\n");
    rig_exchange(fd, "DESCRIBE rtsp://127.77.0.1/moved.sdp RTSP/1.0\r\nCSeq: 6\r\n\r\n",
                 "trackID=2\r\n", answer, sizeof answer);
    expect_start("RTSP/1.0 200 ");
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "redirects_sent"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "redirects_followed"), 1);
    rig_end(&rig);
}

Test(farm_rtsp, one_session_at_a_time)
{
    rig_start_one(&rig, "rtsp-tight-limit", "");
    int first = rig_connect(&rig, "d1");
    int second = rig_connect(&rig, "d1");
    request(second, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 453 ");
    request(first, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 200 ");
    close(first);
    close(second);
    rig_end(&rig);
}

Test(farm_rtsp, busy_is_453)
{
    rig_start_one(&rig, "rtsp-camera", "");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"busy\"}");
    int fd = rig_connect(&rig, "d1");
    request(fd, "OPTIONS", "", "\r\n\r\n");
    expect_start("RTSP/1.0 453 ");
    close(fd);
    rig_end(&rig);
}

Test(farm_rtsp, http_on_an_rtsp_port_is_a_bad_request)
{
    rig_start_one(&rig, "rtsp-camera", "");
    int fd = rig_connect(&rig, "d1");
    length = rig_exchange(fd, "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n", answer, sizeof answer);
    expect_start("RTSP/1.0 400 ");
    close(fd);
    rig_end(&rig);
}
