/* SPDX-License-Identifier: MIT */
/* Logins in fields, odd heads, and answers without an end. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct rig rig;

#define REFUSED "\"unauthorized\":{\"status\":200,\"body\":\"ERROR: bad account/password\\n\"}"

static void start(const char *auth)
{
    char further[512];
    snprintf(further, sizeof further,
             ", \"override\": {\"auth\": {\"fields\": {%s}}," REFUSED
             ",\"answers\":{\"info\":{\"path\":\"/info\",\"body\":\"OK\\n\"}}}",
             auth);
    rig_start_one(&rig, "http-plain", further);
}

static void expect_body(const char *path, const char *options, const char *body)
{
    struct rig_look look = rig_curl(&rig, "d1", path, options);
    cr_expect_eq(look.status, 200, "%s: %d", path, look.status);
    cr_expect_str_eq(look.body, body, "%s: %s", path, look.body);
}

Test(farm_fields, a_login_in_the_query)
{
    start("\"user\":\"USER\",\"password\":\"PWD\"");
    expect_body("/info?USER=admin&PWD=right&X", "", "OK\n");
    expect_body("/info?USER=admin&PWD=%72ight", "", "OK\n");
    expect_body("/info?USER=admin&PWD=wrong", "", "ERROR: bad account/password\n");
    expect_body("/info?USER=other&PWD=right", "", "ERROR: bad account/password\n");
    expect_body("/info", "", "ERROR: bad account/password\n");
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 2);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 2);
    rig_end(&rig);
}

/* The sums were made with md5sum: ab12admincd34 and cd34rightab12. */
Test(farm_fields, a_login_in_a_form_by_salted_sums)
{
    start("\"user\":\"u\",\"password\":\"p\",\"in\":\"form\",\"salts\":[\"ab12\",\"cd34\"]");
    expect_body("/info",
                "-d u=4088960083DBC449ED12A3DAC09E2605 -d p=3155D91F8F7503FC28931ED104C3B7DB",
                "OK\n");
    expect_body("/info",
                "-d u=3155D91F8F7503FC28931ED104C3B7DB -d p=4088960083DBC449ED12A3DAC09E2605",
                "ERROR: bad account/password\n");
    expect_body("/info", "-d u=admin -d p=right", "ERROR: bad account/password\n");
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 2);
    rig_end(&rig);
}

Test(farm_fields, a_login_in_a_body_of_json)
{
    start("\"user\":\"u\",\"password\":\"p\",\"in\":\"json\"");
    expect_body("/info", "-d '[{\"a\":{\"u\":\"admin\",\"p\":\"ri\\/ght\"}}]'",
                "ERROR: bad account/password\n");
    expect_body("/info", "-d '{\"p\":\"right\",\"u\":\"admin\"}'", "OK\n");
    expect_body("/info", "-d '{\"u\":\"admin\",\"p\":\"right'", "ERROR: bad account/password\n");
    cr_expect_eq(rig_count(&rig, "d1", "logins_good"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 1);
    rig_end(&rig);
}

Test(farm_fields, heads_with_other_line_ends)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"version\":\"1.0\",\"line_end\":\"mixed\",\"answers\":{"
                  "\"info\":{\"path\":\"/info\",\"body\":\"one\\r\\ntwo\\r\\n\",\"close\":true}}}");
    int fd = rig_connect(&rig, "d1");
    rig_exchange(fd, "GET /info HTTP/1.1\r\n\r\n", "never", answer, sizeof answer);
    close(fd);
    cr_expect(strncmp(answer, "HTTP/1.0 200 OK\r\n", 17) == 0, "%s", answer);
    char *end = strstr(answer, "one\r\ntwo\r\n");
    cr_assert_not_null(end, "the body keeps its lines: %s", answer);
    size_t bare = 0;
    for (char *at = answer; at < end; at++) {
        bare += *at == '\n' && at[-1] != '\r';
    }
    cr_expect_geq(bare, 1);
    rig_end(&rig);
}

Test(farm_fields, an_answer_without_an_end)
{
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"answers\":{\"beat\":{\"path\":\"/beat\",\"open_end\":true,"
                  "\"body\":\"alive\\n\"}}}");
    struct rig_look look = rig_curl(&rig, "d1", "/beat", "-m 0.5");
    cr_expect_eq(look.exit, 28, "curl waits in vain: %d", look.exit);
    cr_expect_str_eq(look.body, "alive\n");
    rig_end(&rig);
}

Test(farm_fields, a_pattern_of_writes_may_hold_the_query)
{
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"writes\":[\"/status[?]cmd=set*\"],\"answers\":{"
                  "\"status\":{\"path\":\"/status\",\"body\":\"x\"}}}");
    rig_curl(&rig, "d1", "/status?CMD=getsystemstatus", "");
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 0);
    rig_curl(&rig, "d1", "/status?cmd=setsomething", "");
    cr_expect_eq(rig_count(&rig, "d1", "writes"), 1);
    rig_end(&rig);
}
