/* SPDX-License-Identifier: MIT */
/* Faults, one by one, as curl sees them. The numbers are curl's exit codes. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CURL_OK      0
#define CURL_WEIRD   1 /* not HTTP at all */
#define CURL_REFUSED 7
#define CURL_PARTIAL 18
#define CURL_TIMEOUT 28
#define CURL_EMPTY   52
#define CURL_SEND    55
#define CURL_RESET   56

static struct rig rig;

/* Whether curl meets a reset while it connects, sends or reads is a race. */
static bool is_reset_code(int code)
{
    return code == CURL_RESET || code == CURL_SEND || code == CURL_REFUSED;
}

static bool is_reset(const char *options)
{
    return is_reset_code(rig_curl(&rig, "d1", "/status", options).exit);
}

struct sight {
    char fault[32];
    char options[40];
    int exit;
    int status;
    int closes; /* the personality closes after each answer */
};

ParameterizedTestParameters(farm_fault, curl_sees)
{
    static struct sight sights[] = {
        {"down", "", CURL_REFUSED, 0, 0},
        {"unreachable", "--connect-timeout 0.2", CURL_TIMEOUT, 0, 0},
        {"blackhole", "-m 0.2", CURL_TIMEOUT, 0, 0},
        {"garbage", "", CURL_WEIRD, 0, 0},
        {"truncate:head", "", CURL_OK, 200, 0},
        {"truncate", "", CURL_PARTIAL, 200, 0},
        {"close", "", CURL_EMPTY, 0, 0},
        {"reset", "", CURL_RESET, 200, 0},
        {"wrong_length:10", "", CURL_PARTIAL, 200, 1},
        {"wrong_length:10", "-m 0.2", CURL_TIMEOUT, 200, 0},
        {"wrong_length:-10", "", CURL_OK, 200, 0},
        {"endless", "-m 0.2 -o /dev/null", CURL_TIMEOUT, 200, 0},
        {"busy", "", CURL_OK, 503, 0},
        {"busy:429", "", CURL_OK, 429, 0},
        {"http_error", "", CURL_OK, 500, 0},
        {"http_error:502", "", CURL_OK, 502, 0},
        {"limit", "", CURL_RESET, 0, 0},
        {"limit:1", "", CURL_OK, 200, 0},
        {"reboot:100,1", "", CURL_REFUSED, 0, 0},
        {"reboot:0,100", "", CURL_OK, 401, 0},
        {"starting", "", CURL_OK, 401, 0},
        {"slowloris:1", "", CURL_OK, 200, 0},
        {"slowloris", "-m 0.2", CURL_TIMEOUT, 0, 0},
        {"slow", "-m 0.2", CURL_TIMEOUT, 0, 0},
    };
    return cr_make_param_array(struct sight, sights, sizeof sights / sizeof sights[0]);
}

ParameterizedTest(struct sight *sight, farm_fault, curl_sees)
{
    rig_start_one(&rig, "http-plain",
                  sight->closes ? ", \"override\": {\"keep_alive\": false}" : "");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "").status, 200);
    rig_do(&rig, "{\"do\":\"set\",\"device\":\"d*\",\"fault\":\"%s\"}", sight->fault);
    struct rig_look look = rig_curl(&rig, "d1", "/status", sight->options);
    /* A close that meets bytes still unread goes out as a reset. */
    bool may_reset = sight->exit == CURL_RESET || sight->exit == CURL_EMPTY;
    bool reset = may_reset && is_reset_code(look.exit);
    cr_expect(look.exit == sight->exit || reset, "%s: exit %d, want %d", sight->fault, look.exit,
              sight->exit);
    cr_expect_eq(look.status, sight->status, "%s: status %d, want %d", sight->fault, look.status,
                 sight->status);
    rig_do(&rig, "{\"do\":\"clear\",\"device\":\"d1\"}");
    look = rig_curl(&rig, "d1", "/status", "");
    cr_expect_eq(look.status, 200, "%s: after it %d", sight->fault, look.status);
    rig_end(&rig);
}

Test(farm_fault, a_shared_listener_resets_and_drops)
{
    rig_start(&rig, "{\"ports\":{\"http\":{\"port\":0,\"listeners\":\"shared\"}},\"groups\":["
                    "{\"prefix\":\"d\",\"count\":3,\"base_address\":\"127.77.0.1\","
                    "\"personality\":\"http-plain\"}]}");
    rig_do(&rig, "{\"do\":\"set\",\"device\":\"d1\",\"fault\":\"down\"}");
    rig_do(&rig, "{\"do\":\"set\",\"device\":\"d2\",\"fault\":\"unreachable\"}");
    cr_expect(is_reset(""));
    cr_expect_eq(rig_curl(&rig, "d2", "/status", "--connect-timeout 0.2").exit, CURL_TIMEOUT);
    cr_expect_eq(rig_curl(&rig, "d3", "/status", "").status, 200);
    cr_expect_eq(rig_count(&rig, "d1", "connections_refused"), 1);
    rig_do(&rig, "{\"do\":\"clear\",\"fault\":\"unreachable\"}");
    cr_expect_eq(rig_curl(&rig, "d2", "/status", "").status, 200);
    cr_expect(is_reset(""));
    rig_end(&rig);
}

Test(farm_fault, an_address_without_a_device_is_nobody)
{
    char options[128];
    rig_start(&rig, "{\"ports\":{\"http\":{\"port\":0,\"listeners\":\"shared\"}},\"groups\":["
                    "{\"prefix\":\"d\",\"base_address\":\"127.77.0.1\","
                    "\"personality\":\"http-plain\"}]}");
    int port =
        (int)json_integer_value(json_object_get(json_object_get(rig.places, "ports"), "http"));
    snprintf(options, sizeof options, "--connect-to 127.77.0.1:%d:127.78.0.9:%d", port, port);
    cr_expect(is_reset(options));
    json_t *report = rig_ask(&rig, "{\"do\":\"report\",\"devices\":false}");
    const json_t *totals = json_object_get(report, "totals");
    cr_expect_eq(json_integer_value(json_object_get(totals, "nobody")), 1);
    cr_expect_eq(json_integer_value(json_object_get(totals, "connections")), 0);
    json_decref(report);
    rig_end(&rig);
}

Test(farm_fault, wrong_password_counts_bad_logins_and_locks)
{
    rig_start_one(&rig, "http-digest",
                  ", \"override\": {\"auth\": {\"lockout\": {\"after\": 2, \"for_s\": 1000}}}");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"wrong_password\"}");
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(rig_curl(&rig, "d1", "/status", "--digest -u admin:right").status, 401);
    }
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 2);
    cr_expect_eq(rig_count(&rig, "d1", "lock_outs"), 1);
    rig_end(&rig);
}

Test(farm_fault, a_starting_device_looks_at_no_login)
{
    rig_start_one(&rig, "http-digest", "");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"reboot:0,100\"}");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "--digest -u admin:right").status, 401);
    cr_expect_eq(rig_count(&rig, "d1", "logins_unchecked"), 1);
    cr_expect_eq(rig_count(&rig, "d1", "logins_bad"), 0);
    rig_do(&rig, "{\"do\":\"clear\",\"fault\":\"reboot\"}");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "--digest -u admin:right").status, 200);
    rig_end(&rig);
}

Test(farm_fault, slow_takes_its_time)
{
    rig_start_one(&rig, "http-plain", "");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"slow:150\"}");
    struct rig_look look = rig_curl(&rig, "d1", "/status", "");
    cr_expect(look.status == 200 && look.seconds >= 0.15 && look.seconds < 2, "%g", look.seconds);
    rig_end(&rig);
}

Test(farm_fault, huge_is_as_large_as_it_says)
{
    rig_start_one(&rig, "http-plain", "");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"huge:3\"}");
    /* What curl reports in the place of the time is the size here. */
    struct rig_look look =
        rig_curl(&rig, "d1", "/status", "-o /dev/null -w '\\n%{http_code} %{size_download}'");
    cr_expect_eq(look.exit, CURL_OK);
    cr_expect_eq(look.seconds, 3000000, "%g", look.seconds);
    rig_end(&rig);
}

Test(farm_fault, wrong_clock_moves_the_date)
{
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"answers\": {\"status\": {\"body\": \"{epoch}\"}}}");
    long before = strtol(rig_curl(&rig, "d1", "/status", "").body, NULL, 10);
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"wrong_clock:100000\"}");
    long after = strtol(rig_curl(&rig, "d1", "/status", "").body, NULL, 10);
    cr_expect(after - before >= 100000 && after - before < 100010, "%ld", after - before);
    rig_do(&rig, "{\"do\":\"clear\"}");
    rig_do(&rig, "{\"do\":\"clock\",\"offset_s\":-50000,\"zone_min\":60}");
    after = strtol(rig_curl(&rig, "d1", "/status", "").body, NULL, 10);
    cr_expect(after - before >= -50000 && after - before < -49990, "%ld", after - before);
    rig_end(&rig);
}

Test(farm_fault, a_time_may_be_told_earlier_or_later)
{
    rig_start_one(
        &rig, "http-plain",
        ", \"clock\": {\"zone_min\": 330}, \"override\": {\"answers\": {\"status\": {\"body\": "
        "\"{epoch} {epoch-300} {utc+86400:%s} {zone_posix} {a-b} {epoch-}\"}}}");
    long now = 0;
    long before = 0;
    long later = 0;
    char rest[64] = "";
    struct rig_look look = rig_curl(&rig, "d1", "/status", "");
    cr_assert_eq(sscanf(look.body, "%ld %ld %ld %63[^\n]", &now, &before, &later, rest), 4, "%s",
                 look.body);
    cr_expect_eq(before, now - 300);
    cr_expect(later - now >= 86400 && later - now <= 86401, "%ld", later - now);
    cr_expect_str_eq(rest, "-05:30 {a-b} {epoch-}");
    rig_end(&rig);
}

Test(farm_fault, a_fault_drops_connections_that_are_open)
{
    char answer[256];
    rig_start_one(&rig, "http-plain", "");
    int fd = rig_connect(&rig, "d1");
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":1}");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"down\"}");
    cr_expect_leq(rig_exchange(fd, "GET /status HTTP/1.1\r\n\r\n", NULL, answer, sizeof answer), 0);
    close(fd);
    cr_expect_eq(rig_count(&rig, "d1", "open"), 0);
    rig_end(&rig);
}

/* Asks for the device's faults until there are NUMBER of them; the farm's own time moves them. */
static bool faults_become(size_t number)
{
    for (int i = 0; i < 20000; i++) {
        json_t *report = rig_ask(&rig, "{\"do\":\"report\",\"device\":\"d1\"}");
        const json_t *device = json_array_get(json_object_get(report, "devices"), 0);
        bool reached = json_array_size(json_object_get(device, "faults")) == number;
        json_decref(report);
        if (reached) {
            return true;
        }
    }
    return false;
}

Test(farm_fault, schedules_come_and_go)
{
    rig_start_one(&rig, "http-plain",
                  ", \"faults\": [{\"fault\": \"busy\", \"at_s\": 0.02, \"for_s\": 0.1, "
                  "\"every_s\": 0.2}]");
    cr_expect(faults_become(1));
    cr_expect(faults_become(0));
    cr_expect(faults_become(1));
    rig_end(&rig);
}

Test(farm_fault, a_reboot_is_down_then_starting_then_well)
{
    rig_start_one(&rig, "http-digest", "");
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"down\",\"for_s\":0.05}");
    cr_expect(faults_become(0));
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "--digest -u admin:right").status, 200);
    rig_do(&rig, "{\"do\":\"set\",\"fault\":\"reboot:1,1\"}");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "").exit, CURL_REFUSED);
    struct rig_look look =
        rig_curl(&rig, "d1", "/status",
                 "--digest -u admin:right --retry 60 --retry-delay 1 --retry-connrefused");
    cr_expect_eq(look.status, 401);
    rig_end(&rig);
}

Test(farm_fault, a_share_of_the_devices)
{
    rig_start(&rig,
              "{\"ports\":{\"http\":0},\"seed\":3,\"groups\":[{\"prefix\":\"d\",\"count\":400,"
              "\"base_address\":\"127.77.0.1\",\"personality\":\"http-plain\","
              "\"faults\":[{\"fault\":\"blackhole\",\"share\":0.25}]}]}");
    json_t *report = rig_ask(&rig, "{\"do\":\"report\"}");
    const json_t *list = json_object_get(report, "devices");
    size_t faulty = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        faulty += json_array_size(json_object_get(json_array_get(list, i), "faults"));
    }
    cr_expect(faulty > 70 && faulty < 130, "%zu", faulty);
    json_decref(report);
    rig_end(&rig);
}
