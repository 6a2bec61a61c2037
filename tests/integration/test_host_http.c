/* SPDX-License-Identifier: MIT */
/* HTTP of a host against a device that follows a script, byte for byte. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

#define OK(text) "HTTP/1.1 200 OK\r\nContent-Length: " text
#define HELLO    OK("5\r\n\r\nhello")

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

TestSuite(host_http, .init = begin, .fini = end);

/* One look by the requests of `list`, against the steps given. */
static void look(const char *list, const char *const *steps)
{
    char options[1024];
    script_server_start(&server, steps);
    snprintf(options, sizeof(options), "{\"do\":\"%s\"}", list);
    struct job_message job = host_client_order(server.port, options);
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
}

static void expect_fact(uint32_t index, const char *text)
{
    cr_assert_gt(result.message.fact_count, index);
    cr_assert_str_eq(result.facts[index].text, text);
}

static void expect_verdict(unsigned outcome, unsigned rung, unsigned reason)
{
    cr_assert_eq(result.message.outcome, outcome, "outcome %u: %s", result.message.outcome,
                 result.message.detail);
    cr_assert_eq(result.message.rung, rung, "rung %u", result.message.rung);
    cr_assert_eq(result.message.reason, reason, "reason %u", result.message.reason);
}

Test(host_http, a_plain_request_is_one_connection_and_goes_out_byte_for_byte)
{
    look("GET /a/../b//c?x=%41&y={z}~ 0", (const char *const[]){HELLO, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    expect_fact(0, "status=200 outcome=0 flags=0 size=5 body=hello");
    cr_assert_eq(server.connections, 1);
    cr_assert_eq(result.message.requests, 1);
    cr_assert_eq(result.message.connections, 1);
    cr_assert_eq(result.message.flags, RESULT_ANSWERED);
    cr_assert(strstr(server.asked[0], "GET /a/../b//c?x=%41&y={z}~ HTTP/1.1\r\n") ==
                  server.asked[0],
              "%s", server.asked[0]);
    cr_assert(strstr(server.asked[0], "User-Agent: vmm/0.1\r\n") != NULL);
    cr_assert(strstr(server.asked[0], "Authorization") == NULL);
    cr_assert_eq(result.message.plugin_note.size, 4);
    cr_assert_eq(result.message.step_count, 1);
    cr_assert_str_eq(result.steps[0].asked, "GET /a/../b//c?x=%41&y={z}~");
    cr_assert_str_eq(result.steps[0].came, "200, 5 bytes");
}

Test(host_http, requests_that_follow_at_once_share_a_connection)
{
    look("GET /a 1|GET /b 1|GET /c 0", (const char *const[]){HELLO, HELLO, HELLO, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert_eq(server.connections, 1);
    cr_assert_eq(server.requests, 3);
    cr_assert_eq(result.message.connections, 1);
}

Test(host_http, requests_that_do_not_follow_have_a_connection_each)
{
    look("GET /a 0|GET /b 0", (const char *const[]){HELLO, HELLO, NULL});
    cr_assert_eq(server.connections, 2);
    cr_assert_eq(result.message.connections, 2);
}

Test(host_http, a_connection_kept_for_nothing_is_closed_with_the_look)
{
    /* The second step is reached only when the first connection has been closed by the host. */
    static const char *const steps[] = {HELLO, HELLO, NULL};
    char options[] = "{\"do\":\"GET /a 1\"}";
    script_server_start(&server, steps);
    struct job_message job = host_client_order(server.port, options);
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    host_client_job(&client, 2, &job);
    host_client_result(&client, 2, &result);
    script_server_end(&server);
    cr_assert_eq(server.connections, 2);
}

Test(host_http, refused_is_repeated_once_and_told)
{
    struct job_message job = host_client_order(script_server_dead_port(), "{\"do\":\"GET / 0\"}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    expect_verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE);
    cr_assert_eq(result.message.requests, 2);
    cr_assert_geq(result.message.total_us, 200000);
    cr_assert_lt(result.message.slowest_us, 200000);
    cr_assert_eq(result.message.flags & RESULT_ANSWERED, 0);
    cr_assert_str_eq(result.steps[0].came, "connection refused");
}

Test(host_http, a_post_is_not_repeated)
{
    struct job_message job = host_client_order(script_server_dead_port(), "{\"do\":\"POST / 0\"}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.requests, 1);
}

Test(host_http, a_post_marked_safe_is_repeated)
{
    look("POST / 2", (const char *const[]){SCRIPT_CLOSE, HELLO, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert_eq(server.requests, 2);
    cr_assert(strstr(server.asked[1], "user={user}&pass={pass}") != NULL);
}

Test(host_http, closed_before_the_status_line_is_repeated_once)
{
    look("GET / 0", (const char *const[]){SCRIPT_CLOSE, HELLO, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert_eq(server.connections, 2);
}

Test(host_http, closed_twice_is_unreachable)
{
    look("GET / 0", (const char *const[]){SCRIPT_CLOSE, SCRIPT_RESET, NULL});
    expect_verdict(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_ANSWER, VMM_REASON_UNREACHABLE);
    cr_assert_eq(server.requests, 2);
    cr_assert_eq(result.message.flags & RESULT_ANSWERED, 0);
}

Test(host_http, error_statuses_are_answers_and_are_not_repeated)
{
    static const char *const texts[] = {"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 453 Full\r\nContent-Length: 0\r\n\r\n",
                                        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"};
    for (size_t i = 0; i < 4; i++) {
        look("GET / 0", (const char *const[]){texts[i], NULL});
        expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
        cr_assert_eq(server.requests, 1);
        cr_assert_eq(memcmp(result.facts[0].text + 7, texts[i] + 9, 3), 0);
    }
}

/* A queue of length 0 that is full: the kernel drops further requests for a connection. */
static int listen_deaf(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(listener, 0), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < 4; i++) {
        int filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(filler, (struct sockaddr *)&address, size);
    }
    *port = ntohs(address.sin_port);
    return listener;
}

Test(host_http, no_connection_within_the_time)
{
    uint16_t port = 0;
    int listener = listen_deaf(&port);
    struct job_message job = host_client_order(port, "{\"do\":\"GET / 0\"}");
    job.connect_ms = 300;
    for (int tls = 0; tls < 2; tls++) {
        job.tls = tls != 0 ? TLS_PIN : TLS_NONE;
        host_client_job(&client, 1, &job);
        host_client_result(&client, 1, &result);
        expect_verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_TIMEOUT);
        cr_assert_eq(result.message.requests, 1);
        cr_assert_lt(result.message.total_us, 2000000);
    }
    close(listener);
}

/* The next connection has the number of the one that was given up. */
Test(host_http, one_that_answers_is_heard_after_one_that_did_not)
{
    uint16_t port = 0;
    int listener = listen_deaf(&port);
    struct job_message job = host_client_order(port, "{\"do\":\"GET / 0\"}");
    job.connect_ms = 100;
    for (int round = 0; round < 3; round++) {
        host_client_job(&client, 1, &job);
        host_client_result(&client, 1, &result);
        expect_verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, VMM_REASON_TIMEOUT);
        look("GET / 0", (const char *const[]){HELLO, NULL});
        expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    }
    close(listener);
}

Test(host_http, no_answer_within_the_time)
{
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.deadline_ms = 300;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    expect_verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT);
    cr_assert_geq(result.message.total_us, 290000);
    cr_assert_lt(result.message.total_us, 1000000);
}

Test(host_http, an_answer_that_stops_in_the_middle_times_out)
{
    static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    script_server_start(&server, (const char *const[]){half, SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.deadline_ms = 300;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    expect_verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT);
    cr_assert_neq(result.message.flags & RESULT_ANSWERED, 0);
}

Test(host_http, a_short_body_is_flagged)
{
    look("GET / 0", (const char *const[]){OK("100\r\n\r\nonly this"), NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    expect_fact(0, "status=200 outcome=0 flags=2 size=9 body=only this");
}

Test(host_http, a_long_body_is_cut_and_flagged)
{
    look("GET /small 0",
         (const char *const[]){OK("40\r\n\r\n0123456789012345678901234567890123456789"), NULL});
    expect_fact(0, "status=200 outcome=0 flags=1 size=16 body=0123456789012345");
}

Test(host_http, what_is_no_http_is_a_bad_reply)
{
    look("GET / 0",
         (const char *const[]){"SSH-2.0-dropbear_2019.78\r\nand more of it, to be sure\r\n", NULL});
    expect_verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY);
    cr_assert_eq(server.requests, 1);
}

Test(host_http, header_lines_without_end_are_a_bad_reply)
{
    static char many[80000];
    size_t used = (size_t)snprintf(many, sizeof(many), "HTTP/1.1 200 OK\r\n");
    while (used < 60000) {
        used += (size_t)snprintf(many + used, sizeof(many) - used,
                                 "X-Filler: 0123456789012345678901234567\r\n");
    }
    look("GET / 0", (const char *const[]){many, NULL});
    expect_verdict(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, VMM_REASON_BAD_REPLY);
}

Test(host_http, lines_may_end_in_lf_alone)
{
    look("GET / 0", (const char *const[]){"HTTP/1.0 200 OK\nContent-Length: 2\n\nok", NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=2 body=ok");
}

#define LIES(length)                                                                               \
    "HTTP/1.0 200 OK\r\nContent-Length: " length "\r\n\r\n0\r\nOK\r\nProduct.Type=DVR\r\n"

Test(host_http, a_length_that_lies_is_not_believed_when_told_so)
{
    look("GET / 0", (const char *const[]){LIES("7"), NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=7 body=0OK");
    look("GET / 128", (const char *const[]){LIES("7"), NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=25 body=0OKProduct.Type=DVR");
    look("GET / 128", (const char *const[]){LIES("700"), NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=25 body=0OKProduct.Type=DVR");
    cr_assert(strstr(server.asked[0], "\r\nConnection: close\r\n") != NULL, "%s", server.asked[0]);
}

Test(host_http, an_answer_without_an_end_is_what_came_within_its_time)
{
    static const char beat[] = "HTTP/1.0 200 OK\r\n\r\nSmartMonitor=Alive\r\n";
    look("GET /brief 256", (const char *const[]){beat, SCRIPT_HANG, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    expect_fact(0, "status=200 outcome=0 flags=1 size=20 body=SmartMonitor=Alive");
    look("GET /brief 0", (const char *const[]){beat, SCRIPT_HANG, NULL});
    expect_verdict(VMM_OUTCOME_TIMEOUT, VMM_RUNG_ANSWER, VMM_REASON_TIMEOUT);
}

Test(host_http, a_redirect_is_the_answer_unless_asked_for)
{
    look("GET /a 0",
         (const char *const[]){
             "HTTP/1.1 302 Found\r\nLocation: http://evil.example/b\r\nContent-Length: 0\r\n\r\n",
             NULL});
    expect_fact(0, "status=302 outcome=0 flags=0 size=0 body=");
}

Test(host_http, a_redirect_is_followed_at_the_same_device_by_its_path)
{
    look("GET /a 4",
         (const char *const[]){"HTTP/1.1 302 Found\r\nLocation: "
                               "https://evil.example:99/b?c=d\r\nContent-Length: 3\r\n\r\nxyz",
                               HELLO, NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=5 body=hello");
    cr_assert(strstr(server.asked[1], "GET /b?c=d HTTP/1.1\r\nHost: 127.0.0.1:") == server.asked[1],
              "%s", server.asked[1]);
    cr_assert_eq(server.connections, 1);
}

Test(host_http, a_circle_of_redirects_ends_after_three)
{
    static const char round_[] = "HTTP/1.1 301 Moved\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n";
    look("GET /a 4", (const char *const[]){round_, round_, round_, round_, NULL});
    expect_fact(0, "status=301 outcome=0 flags=0 size=0 body=");
    cr_assert_eq(server.requests, 4);
}

Test(host_http, the_first_part_of_an_endless_answer)
{
    look("GET /video 32",
         (const char *const[]){
             "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--edge\r\n\r\n"
             "--edge\r\nContent-Type: text/plain\r\n\r\npart one\r\n--edge\r\n\r\n",
             NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    expect_fact(0, "status=200 outcome=0 flags=0 size=8 body=part one");
}

Test(host_http, chunks_are_put_together)
{
    look("GET / 0", (const char *const[]){"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                          "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
                                          NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=5 body=abcde");
}

Test(host_http, head_has_no_body)
{
    look("HEAD / 0", (const char *const[]){OK("500\r\n\r\n"), NULL});
    expect_fact(0, "status=200 outcome=0 flags=0 size=0 body=");
}

Test(host_http, a_put_without_a_body_begins_a_session_and_the_next_request_is_none)
{
    look("PUT /session 3|GET /a 0", (const char *const[]){HELLO, HELLO, NULL});
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
    cr_assert(strncmp(server.asked[0], "PUT /session HTTP/1.1\r\n", 23) == 0, "%s",
              server.asked[0]);
    cr_assert_not_null(strstr(server.asked[0], "Content-Length: 0\r\n"), "%s", server.asked[0]);
    cr_assert(strncmp(server.asked[1], "GET /a HTTP/1.1\r\n", 17) == 0, "%s", server.asked[1]);
    look("PUT / 0", (const char *const[]){NULL});
    expect_fact(0, "request=-1");
}

Test(host_http, a_target_that_is_no_path_is_refused)
{
    look("GET http://elsewhere.example/ 0", (const char *const[]){NULL});
    expect_fact(0, "request=-1");
    look("DELETE / 0", (const char *const[]){NULL});
    expect_fact(0, "request=-1");
}

Test(host_http, a_cancelled_look_ends_as_cancelled)
{
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    host_client_job(&client, 1, &job);
    cr_assert(host_client_is_silent(&client, 100));
    host_client_say(&client, FRAME_CANCEL, 1);
    host_client_say(&client, FRAME_CANCEL, 1);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_CANCELLED);
    host_client_say(&client, FRAME_CANCEL, 1);
    struct frame frame;
    host_client_say(&client, FRAME_PING, 2);
    host_client_expect(&client, FRAME_PONG, &frame);
}

Test(host_http, a_name_that_has_no_address_is_ours)
{
    struct job_message job = host_client_order(80, "{\"do\":\"GET / 0\"}");
    job.host = "camera.invalid";
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    expect_verdict(VMM_OUTCOME_INTERNAL, VMM_RUNG_RESOLVE, VMM_REASON_RESOLVER);
}

Test(host_http, a_source_address_is_used)
{
    script_server_start(&server, (const char *const[]){HELLO, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.source = "127.0.0.77";
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
}

#define MANY 96

static int listen_for_many(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(fd, MANY), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* Take one request of each connection, and answer it. */
static void serve_each(const int *fds)
{
    for (size_t i = 0; i < MANY; i++) {
        char text[1024] = "";
        size_t used = 0;
        while (strstr(text, "\r\n\r\n") == NULL) {
            ssize_t got = recv(fds[i], text + used, sizeof(text) - 1 - used, 0);
            cr_assert_gt(got, 0, "connection %zu was closed before its request", i);
            used += (size_t)got;
            text[used] = '\0';
        }
    }
    for (size_t i = 0; i < MANY; i++) {
        cr_assert_eq(send(fds[i], HELLO, strlen(HELLO), MSG_NOSIGNAL), (ssize_t)strlen(HELLO));
    }
}

/* All are under way together, twice over, so that they are shared out over several handles of curl. */
Test(host_http, many_looks_at_once_each_keep_their_connection)
{
    uint16_t port = 0;
    int fds[MANY];
    int listener = listen_for_many(&port);
    struct job_message job = host_client_order(port, "{\"do\":\"GET /a 1|GET /b 0\"}");
    for (uint64_t round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < MANY; i++) {
            host_client_job(&client, round * MANY + i + 1, &job);
        }
        for (size_t i = 0; i < MANY; i++) {
            fds[i] = accept(listener, NULL, NULL);
        }
        serve_each(fds);
        serve_each(fds);
        bool came[MANY] = {false};
        for (size_t i = 0; i < MANY; i++) {
            struct frame frame;
            host_client_expect(&client, FRAME_RESULT, &frame);
            result.message.facts = result.facts;
            result.message.steps = result.steps;
            cr_assert_eq(message_get_result(&frame, &result.message), 0);
            expect_verdict(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0);
            cr_assert_eq(result.message.connections, 1);
            cr_assert_not(came[frame.id - round * MANY - 1], "two results of one look");
            came[frame.id - round * MANY - 1] = true;
            close(fds[i]);
        }
    }
    close(listener);
}

static size_t count_ended(const int *fds)
{
    size_t ended = 0;
    for (size_t i = 0; i < MANY; i++) {
        char byte;
        ended += recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    }
    return ended;
}

/* Answers that come together are dealt with together; still nobody's device sees two connections of one look. */
Test(host_http, a_look_ends_its_connection_before_it_opens_another)
{
    uint16_t port = 0;
    int first[MANY];
    int second[MANY];
    int listener = listen_for_many(&port);
    struct job_message job = host_client_order(port, "{\"do\":\"GET /a 0|GET /b 0\"}");
    for (uint64_t i = 0; i < MANY; i++) {
        host_client_job(&client, i + 1, &job);
    }
    for (size_t i = 0; i < MANY; i++) {
        first[i] = accept(listener, NULL, NULL);
    }
    serve_each(first);
    for (size_t i = 0; i < MANY; i++) {
        second[i] = accept(listener, NULL, NULL);
        size_t ended = count_ended(first);
        cr_assert_gt(ended, i, "%zu second connections and %zu first ones that have ended", i + 1,
                     ended);
    }
    serve_each(second);
    for (size_t i = 0; i < MANY; i++) {
        struct frame frame;
        host_client_expect(&client, FRAME_RESULT, &frame);
        close(first[i]);
        close(second[i]);
    }
    close(listener);
}

Test(host_http, more_jobs_than_configured_are_turned_away)
{
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.deadline_ms = 1000;
    for (uint64_t id = 1; id <= 101; id++) {
        host_client_job(&client, id, &job);
    }
    host_client_result(&client, 101, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    host_client_end(&client);
    script_server_end(&server);
    host_client_ready(&client, "echo", "{}");
}
