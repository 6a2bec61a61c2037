/* SPDX-License-Identifier: MIT */
/* The farm as a whole: what it counts, its limits, its control socket, its scenarios. */
#include "farm/test_farm_rig.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GET "GET /status HTTP/1.1\r\n\r\n"

static struct rig rig;

static void expect_count(const char *name, long want)
{
    long got = rig_count(&rig, "d1", name);
    cr_expect_eq(got, want, "%s: got %ld, want %ld", name, got, want);
}

Test(farm, counts_connections_at_once)
{
    char answer[1024];
    int fds[5];
    rig_start_one(&rig, "http-plain", "");
    for (int i = 0; i < 5; i++) {
        fds[i] = rig_connect(&rig, "d1");
    }
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":5}");
    expect_count("connections_max", 5);
    expect_count("open", 5);
    for (int i = 0; i < 5; i++) {
        cr_expect_gt(rig_exchange(fds[i], GET, "\r\n\r\n", answer, sizeof answer), 0);
        close(fds[i]);
    }
    close(rig_connect(&rig, "d1"));
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":6}");
    expect_count("requests", 5);
    rig_do(&rig, "{\"do\":\"reset-counts\"}");
    expect_count("connections", 0);
    rig_end(&rig);
}

/* A client that closes one connection before it makes the next never has two. */
Test(farm, closing_and_opening_is_never_two_at_once)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain", "");
    for (int i = 0; i < 500; i++) {
        int fd = rig_connect(&rig, "d1");
        if (i % 2 == 0) {
            rig_exchange(fd, GET, "\r\n\r\n", answer, sizeof answer);
        } else {
            cr_assert_eq(write(fd, GET, sizeof GET - 1), (ssize_t)sizeof GET - 1);
        }
        close(fd);
    }
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":500}");
    expect_count("connections_max", 1);
    expect_count("connections", 500);
    rig_end(&rig);
}

Test(farm, several_requests_on_one_connection)
{
    char answer[4096];
    rig_start_one(&rig, "http-plain", "");
    int fd = rig_connect(&rig, "d1");
    rig_exchange(fd, GET GET "GET /status HTTP/1.1\r\nConnection: close\r\n\r\n", NULL, answer,
                 sizeof answer);
    close(fd);
    expect_count("requests", 3);
    expect_count("connections", 1);
    rig_end(&rig);
}

Test(farm, a_request_in_pieces)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain", "");
    int fd = rig_connect(&rig, "d1");
    const char *text = "POST /status HTTP/1.1\r\nContent-Length: 4\r\n\r\nab";
    for (const char *at = text; *at != '\0'; at++) {
        cr_assert_eq(write(fd, at, 1), 1);
    }
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":1}");
    expect_count("requests", 0);
    cr_expect_gt(rig_exchange(fd, "cd", "\r\n\r\n", answer, sizeof answer), 0);
    expect_count("requests", 1);
    expect_count("writes", 1);
    cr_expect_eq(strncmp(answer, "HTTP/1.1 404 ", 13), 0);
    close(fd);
    rig_end(&rig);
}

Test(farm, what_is_no_request_is_malformed)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain", "");
    int fd = rig_connect(&rig, "d1");
    rig_exchange(fd, "nonsense\r\n\r\n", NULL, answer, sizeof answer);
    close(fd);
    cr_expect_eq(strncmp(answer, "HTTP/1.1 400 ", 13), 0);
    expect_count("malformed", 1);
    expect_count("requests", 0);
    rig_end(&rig);
}

Test(farm, looks_are_told_apart_by_quiet)
{
    char answer[1024];
    static const char scenario[] =
        "{\"ports\":{\"http\":0},\"look_quiet_ms\":%d,\"groups\":[{\"prefix\":\"d\","
        "\"base_address\":\"127.77.0.1\",\"personality\":\"http-plain\"}]}";
    const int quiet[] = {0, 60000};
    for (int k = 0; k < 2; k++) {
        char text[512];
        snprintf(text, sizeof text, scenario, quiet[k]);
        rig_start(&rig, text);
        for (int i = 0; i < 3; i++) {
            int fd = rig_connect(&rig, "d1");
            rig_exchange(fd, GET, "\r\n\r\n", answer, sizeof answer);
            close(fd);
        }
        expect_count("looks", k == 0 ? 3 : 1);
        long gap = rig_count(&rig, "d1", "gap_max_ms");
        cr_expect_eq(gap >= 0, k == 0, "%ld ms", gap);
        cr_expect_geq(rig_count(&rig, "d1", "gap_max_ms"), rig_count(&rig, "d1", "gap_min_ms"));
        rig_end(&rig);
    }
}

Test(farm, a_connection_limit_answers)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"connections\": {\"limit\": 2, \"beyond\": \"answer\"},"
                  " \"over_limit\": {\"status\": 401}}");
    int first = rig_connect(&rig, "d1");
    int second = rig_connect(&rig, "d1");
    int third = rig_connect(&rig, "d1");
    rig_exchange(third, GET, "\r\n\r\n", answer, sizeof answer);
    cr_expect_eq(strncmp(answer, "HTTP/1.1 401 ", 13), 0, "%s", answer);
    rig_exchange(first, GET, "\r\n\r\n", answer, sizeof answer);
    cr_expect_eq(strncmp(answer, "HTTP/1.1 200 ", 13), 0, "%s", answer);
    expect_count("connections_refused", 1);
    expect_count("connections_max", 3);
    close(first);
    close(second);
    close(third);
    rig_end(&rig);
}

Test(farm, a_connection_limit_hangs)
{
    rig_start_one(&rig, "http-plain",
                  ", \"override\": {\"connections\": {\"limit\": 1, \"beyond\": \"hang\"}}");
    int first = rig_connect(&rig, "d1");
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":1}");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "-m 0.2").exit, 28);
    close(first);
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "").status, 200);
    rig_end(&rig);
}

Test(farm, redirects_are_counted_at_both_ends)
{
    rig_start_one(&rig, "generic-cgi", "");
    struct rig_look look = rig_curl(&rig, "d1", "/status", "-L --basic -u admin:right");
    cr_expect_eq(look.status, 200);
    expect_count("redirects_sent", 1);
    expect_count("redirects_followed", 1);
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "").status, 302);
    expect_count("redirects_sent", 2);
    expect_count("redirects_followed", 1);
    rig_end(&rig);
}

Test(farm, writes_are_counted_by_method_and_path)
{
    rig_start_one(&rig, "generic-cgi", "");
    rig_curl(&rig, "d1", "/cgi-bin/status.cgi", "--basic -u admin:right");
    expect_count("writes", 0);
    rig_curl(&rig, "d1", "/cgi-bin/set.cgi?x=1", "--basic -u admin:right");
    expect_count("writes", 1);
    rig_curl(&rig, "d1", "/any", "-X PUT");
    rig_curl(&rig, "d1", "/any", "-X DELETE");
    expect_count("writes", 3);
    rig_end(&rig);
}

Test(farm, head_has_no_body)
{
    char answer[1024];
    rig_start_one(&rig, "http-plain", "");
    int fd = rig_connect(&rig, "d1");
    ssize_t length = rig_exchange(fd, "HEAD /status HTTP/1.1\r\nConnection: close\r\n\r\n", NULL,
                                  answer, sizeof answer);
    close(fd);
    cr_expect_gt(length, 4);
    cr_expect_str_eq(answer + length - 4, "\r\n\r\n");
    cr_expect_null(strstr(answer, "Content-Length: 0"));
    rig_end(&rig);
}

Test(farm, waits_until_it_happens_or_time_is_over)
{
    rig_start_one(&rig, "http-plain", ", \"count\": 3");
    json_t *reply =
        rig_ask(&rig, "{\"do\":\"wait\",\"device\":\"d2\",\"count\":1,\"timeout_ms\":30}");
    cr_expect(json_is_false(json_object_get(reply, "ok")));
    cr_expect_str_eq(json_string_value(json_object_get(reply, "error")), "timeout");
    json_decref(reply);
    rig_curl(&rig, "d1", "/status", "");
    rig_curl(&rig, "d2", "/status", "");
    rig_do(&rig, "{\"do\":\"wait\",\"device\":\"*\",\"count\":2}");
    reply = rig_ask(&rig, "{\"do\":\"wait\",\"device\":\"*\",\"count\":1,\"each\":true,"
                          "\"timeout_ms\":1}");
    cr_expect(json_is_false(json_object_get(reply, "ok")));
    json_decref(reply);
    rig_end(&rig);
}

Test(farm, control_refuses_what_it_does_not_know)
{
    static const char *const wrong[] = {"nonsense",
                                        "[]",
                                        "{\"do\":\"dance\"}",
                                        "{\"do\":\"set\",\"fault\":\"nothing\"}",
                                        "{\"do\":\"set\",\"device\":\"x*\",\"fault\":\"down\"}",
                                        "{\"do\":\"set\",\"fault\":\"down\",\"colour\":1}",
                                        "{\"do\":\"clear\",\"fault\":\"slow:3\"}",
                                        "{\"do\":\"wait\",\"what\":\"sun\"}",
                                        "{\"do\":\"password\",\"user\":\"admin\"}",
                                        "{\"do\":\"clock\",\"zone_min\":100000}",
                                        "{\"do\":\"var\",\"name\":\"nothing\",\"value\":\"1\"}"};
    rig_start_one(&rig, "http-plain", "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        json_t *reply = rig_ask(&rig, "%s", wrong[i]);
        cr_expect(json_is_false(json_object_get(reply, "ok")), "%s", wrong[i]);
        cr_expect(json_is_string(json_object_get(reply, "error")), "%s", wrong[i]);
        json_decref(reply);
    }
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "").status, 200);
    rig_end(&rig);
}

Test(farm, the_report_at_the_end_has_sums)
{
    rig_start_one(&rig, "http-plain", ", \"count\": 3");
    rig_curl(&rig, "d1", "/status", "");
    rig_curl(&rig, "d3", "/status", "-X PUT");
    json_t *report = rig_stop(&rig);
    const json_t *totals = json_object_get(report, "totals");
    const json_t *methods = json_object_get(totals, "methods");
    cr_expect_eq(json_integer_value(json_object_get(totals, "devices")), 3);
    cr_expect_eq(json_integer_value(json_object_get(totals, "requests")), 2);
    cr_expect_eq(json_integer_value(json_object_get(totals, "writes")), 1);
    cr_expect_eq(json_integer_value(json_object_get(totals, "connections_max")), 1);
    cr_expect_eq(json_integer_value(json_object_get(methods, "GET")), 1);
    cr_expect_eq(json_integer_value(json_object_get(methods, "PUT")), 1);
    cr_expect_eq(json_array_size(json_object_get(report, "devices")), 3);
    json_decref(report);
}

/* A scenario with a group for each file of the folder; returns how many. */
static int every_personality(char *text, size_t size)
{
    int count = 0;
    size_t used =
        (size_t)snprintf(text, size, "{\"ports\":{\"http\":0,\"rtsp\":0,\"dvrip\":0},\"groups\":[");
    DIR *folder = opendir(FARM_PERSONALITIES);
    cr_assert_not_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *end = strstr(entry->d_name, ".json");
        if (end != NULL) {
            int length = (int)(end - entry->d_name);
            used += (size_t)snprintf(text + used, size - used,
                                     "%s{\"prefix\":\"%.*s-\",\"personality\":\"%.*s\","
                                     "\"base_address\":\"127.77.%d.1\"}",
                                     count == 0 ? "" : ",", length, entry->d_name, length,
                                     entry->d_name, count);
            cr_assert_lt(used, size);
            count++;
        }
    }
    closedir(folder);
    snprintf(text + used, size - used, "]}");
    return count;
}

Test(farm, every_personality_can_be_played)
{
    static char text[65536];
    int count = every_personality(text, sizeof text);
    cr_assert_gt(count, 40);
    rig_start(&rig, text);
    cr_expect_eq((int)json_array_size(json_object_get(rig.places, "devices")), count);
    rig_end(&rig);
}

Test(farm, latency_is_waited_out)
{
    rig_start_one(&rig, "http-plain", ", \"override\": {\"latency\": {\"ms\": 120}}");
    struct rig_look look = rig_curl(&rig, "d1", "/status", "");
    cr_expect(look.status == 200 && look.seconds >= 0.12 && look.seconds < 2, "%g", look.seconds);
    rig_end(&rig);
}

/* What a client leaves before the answer is no longer open. */
Test(farm, a_client_may_leave_while_it_waits)
{
    rig_start_one(&rig, "http-plain", ", \"override\": {\"latency\": {\"ms\": 60000}}");
    cr_expect_eq(rig_curl(&rig, "d1", "/status", "-m 0.1").exit, 28);
    int fd = rig_connect(&rig, "d1");
    rig_do(&rig, "{\"do\":\"wait\",\"what\":\"connections\",\"count\":2}");
    expect_count("connections_max", 1);
    expect_count("open", 1);
    close(fd);
    rig_end(&rig);
}

static const char two_ports[] =
    "{\"seed\":%d,\"ports\":{\"http\":0,\"rtsp\":0},\"groups\":[{\"prefix\":\"cam-\",\"digits\":3,"
    "\"first\":7,\"count\":2,\"site\":\"north\",\"base_address\":\"127.77.0.255\","
    "\"personality\":\"http-plain\",\"also\":[{\"personality\":\"rtsp-open\"}],"
    "\"override\":{\"vars\":{\"model\":{\"prefix\":\"M\",\"hex\":8}}}}]}";

Test(farm, a_device_may_have_several_ports)
{
    char text[1024];
    snprintf(text, sizeof text, two_ports, 1);
    rig_start(&rig, text);
    const json_t *devices = json_object_get(rig.places, "devices");
    const json_t *second = json_array_get(devices, 1);
    cr_expect_str_eq(json_string_value(json_object_get(second, "id")), "cam-008");
    cr_expect_str_eq(json_string_value(json_object_get(second, "site")), "north");
    cr_expect_str_eq(json_string_value(json_object_get(second, "address")), "127.77.1.0");
    const json_t *services = json_object_get(second, "services");
    cr_expect_eq(json_array_size(services), 2);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(services, 1), "protocol")),
                     "rtsp");
    rig_end(&rig);
}

Test(farm, the_seed_decides_what_is_drawn)
{
    char text[1024];
    char bodies[3][256];
    const int seeds[] = {1, 1, 2};
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, two_ports, seeds[i]);
        rig_start(&rig, text);
        snprintf(bodies[i], sizeof bodies[i], "%.20s",
                 rig_curl(&rig, "cam-007", "/status", "").body);
        rig_end(&rig);
    }
    cr_expect_str_eq(bodies[0], bodies[1]);
    cr_expect_str_neq(bodies[0], bodies[2]);
}

Test(farm, wrong_scenarios_are_refused_with_a_reason)
{
#define GROUP(more)                                                                                \
    "{\"ports\":{\"http\":0},\"groups\":[{\"personality\":\"http-plain\","                         \
    "\"base_address\":\"127.77.0.1\"" more "}]}"
    static const char *const wrong[][2] = {
        {"{", "scenario.json:1"},
        {"{\"ports\":{}}", "at least one port"},
        {GROUP(",\"colour\":1"), "colour"},
        {GROUP(",\"count\":0"), "count"},
        {GROUP(",\"port\":\"rtsp\""), "no port"},
        {GROUP(",\"faults\":[{\"fault\":\"dancing\"}]"), "dancing"},
        {GROUP(",\"vars\":{\"nothing\":\"1\"}"), "nothing"},
        {GROUP(",\"override\":{\"answers\":{\"status\":{\"body\":\"{nothing}\"}}}"), "nothing"},
        {GROUP(",\"override\":{\"auth\":{\"challenges\":[{\"algorithm\":\"SHA-1\"}]}}"), "SHA-1"},
        {GROUP(",\"override\":{\"latency\":{\"median_ms\":5}}"), "latency"},
        {GROUP(",\"users\":[{\"name\":\"a\",\"password\":\"hunter2\",\"level\":\"x\"}]"), "level"},
        {"{\"ports\":{\"http\":0},\"groups\":[{\"personality\":\"http-plain\","
         "\"base_address\":\"10.0.0.1\"}]}",
         "127.0.0.0/8"},
        {"{\"ports\":{\"http\":0},\"groups\":[{\"personality\":\"no-such\","
         "\"base_address\":\"127.77.0.1\"}]}",
         "no-such"},
        {"{\"ports\":{\"http\":0},\"groups\":[{\"prefix\":\"a\",\"personality\":\"http-plain\","
         "\"base_address\":\"127.77.0.1\"},{\"prefix\":\"b\",\"personality\":\"http-plain\","
         "\"base_address\":\"127.77.0.1\"}]}",
         "port \"http\""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char message[1024];
        cr_expect_eq(rig_refused(wrong[i][0], message, sizeof message), 1, "%s", wrong[i][0]);
        cr_expect_not_null(strstr(message, wrong[i][1]), "%s: %s", wrong[i][0], message);
        cr_expect_null(strstr(message, "hunter2"));
    }
}
