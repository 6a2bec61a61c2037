/* SPDX-License-Identifier: MIT */
/* Answers that are packed, and what is told of an answer beside its body. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/packed.h"
#include "integration/script_server.h"

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static struct host_client client;
static struct host_result result;
static struct script_server server;

static void begin(void)
{
    host_client_ready(&client, "echo", "{}");
}

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_packed, .init = begin, .fini = end);

static void look(const char *list, const char *const *steps, const size_t *sizes)
{
    char options[512];
    script_server_start_sized(&server, steps, sizes);
    snprintf(options, sizeof(options), "{\"do\":\"%s\"}", list);
    struct job_message job = host_client_order(server.port, options);
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
}

/* A look at a device that answers with this body, packed so. */
static void look_packed(const char *list, const char *encoding, char *body, size_t size)
{
    char head[160];
    int length = snprintf(head, sizeof(head),
                          "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n",
                          encoding, size);
    size_t whole = (size_t)length + size;
    char *answer = malloc(whole);
    memcpy(answer, head, (size_t)length);
    memcpy(answer + length, body, size);
    free(body);
    look(list, (const char *const[]){answer, NULL}, (const size_t[]){whole});
    free(answer);
}

static void expect_fact(uint32_t index, const char *text)
{
    cr_assert_gt(result.message.fact_count, index, "%s", result.message.detail);
    cr_expect_str_eq(result.facts[index].text, text);
}

Test(host_packed, gzip_and_deflate_are_asked_for_and_unpacked)
{
    size_t size = 0;
    char *body = packed_gzip("state=ok", &size);
    look_packed("GET / 2048", "gzip", body, size);
    expect_fact(0, "status=200 outcome=0 flags=0 size=8 body=state=ok");
    cr_expect_not_null(strstr(server.asked[0], "Accept-Encoding: gzip, deflate\r\n"), "%s",
                       server.asked[0]);
    body = packed_deflate("state=well", &size);
    look_packed("GET / 2048", "deflate", body, size);
    expect_fact(0, "status=200 outcome=0 flags=0 size=10 body=state=well");
}

/* What is recorded of a device is played again without packing it. */
Test(host_packed, a_recording_has_the_body_unpacked_and_no_word_of_packing)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nServer: a\r\ncontent-encoding: gzip\r\n"
                               "Connection: close\r\n\r\n";
    size_t size = 0;
    char *body = packed_gzip("state=ok", &size);
    char *answer = malloc(sizeof(head) + size);
    memcpy(answer, head, sizeof(head) - 1);
    memcpy(answer + sizeof(head) - 1, body, size);
    script_server_start_sized(&server, (const char *const[]){answer, NULL},
                              (const size_t[]){sizeof(head) - 1 + size});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 2048\"}");
    struct capture_message told;
    struct frame frame;
    job.captures = 1;
    host_client_job(&client, 1, &job);
    host_client_expect(&client, FRAME_CAPTURE, &frame);
    cr_assert_eq(message_get_capture(&frame, &told), 0);
    cr_expect_eq(told.status, 200);
    cr_expect_not_null(memmem(told.headers.data, told.headers.size, "Server: a\r\n", 11));
    cr_expect_null(memmem(told.headers.data, told.headers.size, "gzip", 4));
    cr_expect_eq(told.body.size, 8);
    cr_expect_eq(memcmp(told.body.data, "state=ok", 8), 0);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    free(answer);
    free(body);
}

Test(host_packed, what_nobody_asked_for_stays_as_it_came)
{
    size_t size = 0;
    char *body = packed_gzip("state=ok", &size);
    char expected[64];
    snprintf(expected, sizeof(expected), "status=200 outcome=0 flags=0 size=%zu", size);
    look_packed("GET / 0", "gzip", body, size);
    cr_assert_eq(strncmp(result.facts[0].text, expected, strlen(expected)), 0, "%s",
                 result.facts[0].text);
    cr_expect_null(strstr(server.asked[0], "Accept-Encoding"), "%s", server.asked[0]);
}

Test(host_packed, one_request_that_unpacks_is_not_the_next)
{
    look("GET / 2049|GET / 0", (const char *const[]){HELLO, HELLO, NULL}, (const size_t[]){0, 0});
    cr_assert_eq(server.requests, 2);
    cr_expect_not_null(strstr(server.asked[0], "Accept-Encoding"));
    cr_expect_null(strstr(server.asked[1], "Accept-Encoding"));
}

Test(host_packed, a_small_answer_that_unpacks_to_a_large_one_ends_at_the_limit)
{
    size_t size = 0;
    char *body = packed_bomb(64u << 20, &size);
    cr_assert_lt(size, 512u << 10);
    look_packed("GET / 2048", "gzip", body, size);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_assert_eq(
        strncmp(result.facts[0].text, "status=200 outcome=0 flags=1 size=1048576 body=aaa", 50), 0,
        "%s", result.facts[0].text);
    body = packed_bomb(64u << 20, &size);
    look_packed("GET /small 2048", "gzip", body, size);
    expect_fact(0, "status=200 outcome=0 flags=1 size=16 body=aaaaaaaaaaaaaaaa");
}

Test(host_packed, what_cannot_be_unpacked_is_a_bad_reply)
{
    look_packed("GET / 2048", "gzip", strdup("this is no gzip"), 15);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_PARSE);
}

/* Five packings within one another cost much and give nothing, so that no limit of bytes ends them. */
Test(host_packed, packings_within_one_another_are_refused)
{
    static const char *const stacked[] = {"gzip, gzip", "gzip,deflate", "br",
                                          "gzip\r\nContent-Encoding: gzip",
                                          "identity\r\ncontent-encoding : deflate"};
    for (size_t i = 0; i < sizeof(stacked) / sizeof(stacked[0]); i++) {
        size_t size = 0;
        char *body = packed_gzip("state=ok", &size);
        look_packed("GET / 2048", stacked[i], body, size);
        cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY, "%s: %s", stacked[i],
                     result.message.detail);
        cr_expect_eq(result.message.rung, VMM_RUNG_PARSE);
        cr_expect_str_eq(result.message.detail,
                         "the answer is packed in a way that nobody asked for");
    }
}

Test(host_packed, a_transfer_is_never_packed)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n";
    size_t size = 0;
    char *body = packed_gzip("state=ok", &size);
    char *answer = malloc(sizeof(head) - 1 + size);
    memcpy(answer, head, sizeof(head) - 1);
    memcpy(answer + sizeof(head) - 1, body, size);
    look("GET / 0", (const char *const[]){answer, NULL}, (const size_t[]){sizeof(head) - 1 + size});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY, "%s", result.message.detail);
    free(answer);
    free(body);
}

Test(host_packed, version_connection_and_status_line_of_each_answer_are_told)
{
    look("GET /version 1|GET /version 0",
         (const char *const[]){"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                               "HTTP/1.0 200 Not so well\r\nContent-Length: 0\r\n\r\n", NULL},
         (const size_t[]){0, 0});
    expect_fact(1, "version=11 connected=1");
    expect_fact(2, "line=HTTP/1.1 200 OK");
    expect_fact(4, "version=10 connected=0");
    expect_fact(5, "line=HTTP/1.0 200 Not so well");
    cr_expect_eq(server.connections, 1);
}

Test(host_packed, the_status_line_is_that_of_the_answer_and_has_an_end)
{
    char busy[400];
    char shown[160];
    memset(busy, 'x', sizeof(busy));
    memcpy(busy, "HTTP/1.1 200 ", 13);
    memcpy(busy + 300, "\r\n\r\n", 5);
    look("GET /version 0",
         (const char *const[]){"HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 Here\r\n\r\n", NULL},
         (const size_t[]){0});
    expect_fact(2, "line=HTTP/1.1 200 Here");
    look("GET /version 0", (const char *const[]){busy, NULL}, (const size_t[]){0});
    snprintf(shown, sizeof(shown), "line=%.127s", busy);
    expect_fact(2, shown);
    look("GET /version 0", (const char *const[]){SCRIPT_RESET, NULL}, (const size_t[]){0});
    expect_fact(2, "line=(none)");
}
