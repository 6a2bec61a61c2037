/* SPDX-License-Identifier: MIT */
/* Looks through a proxy: a real one, tinyproxy, and one that follows a script, which is then the device behind it, too. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <netinet/in.h>
#include <vmm/errors.h>
#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

#define NONCE  "WWW-Authenticate: Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\"\r\n"
#define ASK    "HTTP/1.1 401 Login\r\n" NONCE "Content-Length: 4\r\n\r\nnope"
#define HELLO  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define TUNNEL "HTTP/1.1 200 Made\r\nX-Proxy: seen\r\nWWW-Authenticate: Basic realm=\"p\"\r\n\r\n"
#define LOGIN_FLAGS                                                                                \
    (RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED | RESULT_LOGIN_REFUSED | RESULT_LOGIN_BARRED)

static struct host_client client;
static struct host_result result;
static struct script_server server; /* the device, or a proxy with the device behind it */
static pid_t tinyproxy;
static char config_path[] = "/tmp/vmm-tinyproxy-XXXXXX";

static void end(void)
{
    host_client_end(&client);
    if (tinyproxy > 0) {
        kill(tinyproxy, SIGKILL);
        waitpid(tinyproxy, NULL, 0);
        unlink(config_path);
    }
}

TestSuite(host_proxy, .fini = end);

/* ---- A proxy ---- */

static bool accepts(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return good;
}

static void write_config(uint16_t port, uint16_t allowed)
{
    int fd = mkstemp(config_path);
    cr_assert_geq(fd, 0);
    dprintf(fd,
            "Port %u\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 20\nMaxClients 10\n"
            "LogLevel Critical\nConnectPort %u\n",
            port, allowed);
    close(fd);
}

/* Start a real one that makes tunnels to this port alone. Its port. */
static uint16_t start_tinyproxy(uint16_t allowed)
{
    uint16_t port = script_server_dead_port();
    if (system("command -v tinyproxy >/dev/null") != 0) {
        cr_skip_test("tinyproxy is not installed");
    }
    write_config(port, allowed);
    tinyproxy = fork();
    if (tinyproxy == 0) {
        execlp("tinyproxy", "tinyproxy", "-d", "-c", config_path, NULL);
        _exit(127);
    }
    for (int i = 0; i < 500 && !accepts(port); i++) {
        usleep(10000);
    }
    cr_assert(accepts(port), "tinyproxy does not listen");
    return port;
}

/* ---- A look ---- */

/* These requests through a proxy at this port; the device is at another one. */
static void look_at(uint16_t device, uint8_t tls, uint16_t proxy, const char *asked)
{
    char options[512];
    snprintf(options, sizeof(options), "{\"do\":\"%s\",\"proxy\":\"http://127.0.0.1:%u\"}", asked,
             proxy);
    struct job_message job = host_client_order(device, options);
    job.tls = tls;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
}

/* The same through a proxy that follows this script. */
static void look(const char *asked, const char *const *steps)
{
    host_client_ready(&client, "echo", "{}");
    script_server_start(&server, steps);
    look_at(script_server_dead_port(), TLS_NONE, server.port, asked);
    script_server_stop(&server);
}

static void expect_end(uint32_t outcome, uint32_t rung, uint16_t proxy, const char *what)
{
    char detail[128];
    snprintf(detail, sizeof(detail), "the proxy 127.0.0.1:%u %s", proxy, what);
    cr_expect_str_eq(result.message.detail, detail);
    cr_expect_eq(result.message.outcome, outcome);
    cr_expect_eq(result.message.rung, rung);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, 0, "flags %x", result.message.flags);
    cr_expect_eq(result.message.flags & RESULT_ANSWERED, 0);
}

/* ---- A real one ---- */

Test(host_proxy, a_login_goes_through_a_real_one_over_one_connection)
{
    script_server_start(&server, (const char *const[]){ASK, HELLO, HELLO, NULL});
    uint16_t proxy = start_tinyproxy(server.port);
    host_client_ready(&client, "echo", "{}");
    look_at(server.port, TLS_NONE, proxy, "GET /x 1|GET /version 0");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED);
    cr_expect_eq(server.connections, 1);
    cr_expect_eq(result.message.connections, 1);
    cr_expect_eq(result.message.requests, 3);
    cr_expect_eq(strncmp(server.asked[0], "GET /x HTTP/1.1\r\n", 17), 0, "%s", server.asked[0]);
    cr_expect_not_null(strstr(server.asked[1], "\r\nAuthorization: Digest "));
    cr_expect_null(strstr(server.asked[1], "Proxy-"));
    cr_expect_null(strstr(server.asked[1], "Via:")); /* it is a tunnel, nobody reads along */
    cr_expect_str_eq(result.facts[0].text, "status=200 outcome=0 flags=0 size=5 body=hello");
}

Test(host_proxy, a_real_one_says_that_nobody_is_behind_it)
{
    uint16_t device = script_server_dead_port();
    uint16_t proxy = start_tinyproxy(device);
    host_client_ready(&client, "echo", "{}");
    look_at(device, TLS_NONE, proxy, "GET /x?p={pass} 8");
    expect_end(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, proxy,
               "says that it cannot reach the device: 500");
}

Test(host_proxy, a_real_one_that_may_not_go_there_is_our_fault)
{
    script_server_start(&server, (const char *const[]){HELLO, NULL});
    uint16_t proxy = start_tinyproxy(9);
    host_client_ready(&client, "echo", "{}");
    look_at(server.port, TLS_NONE, proxy, "GET /x 0");
    script_server_stop(&server);
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, proxy, "makes no tunnel to the device: 403");
    cr_expect_eq(server.connections, 0);
}

/* ---- What a proxy may say ---- */

Test(host_proxy, one_that_is_not_there_is_our_fault)
{
    uint16_t proxy = script_server_dead_port();
    script_server_start(&server, (const char *const[]){HELLO, NULL});
    host_client_ready(&client, "echo", "{}");
    look_at(server.port, TLS_NONE, proxy, "GET /x?p={pass} 8");
    script_server_stop(&server);
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, proxy, "cannot be reached");
    cr_expect_eq(server.connections, 0);
}

Test(host_proxy, one_that_wants_a_login_gets_none_and_no_login_is_booked)
{
    static const char wants[] = "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"p\"\r\n"
                                "Proxy-Authenticate: Digest realm=\"p\", nonce=\"p1\"\r\n" NONCE
                                "Content-Length: 4\r\n\r\nnope";
    look("GET /x?p={pass} 8", (const char *const[]){wants, HELLO, NULL});
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, server.port,
               "makes no tunnel to the device: 407");
    cr_expect_eq(server.requests, 1);
    cr_expect_eq(strncmp(server.asked[0], "CONNECT 127.0.0.1:", 18), 0, "%s", server.asked[0]);
    cr_expect_null(strstr(server.asked[0], "uthorization"));
    cr_expect_null(strstr(server.asked[0], "right"));
}

Test(host_proxy, a_401_of_the_proxy_is_not_the_device_s)
{
    look("GET /x 0", (const char *const[]){ASK, HELLO, NULL});
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, server.port,
               "makes no tunnel to the device: 401");
    cr_expect_eq(server.requests, 1);
}

Test(host_proxy, a_redirect_of_the_proxy_is_not_followed)
{
    look("GET /x 4", (const char *const[]){"HTTP/1.1 302 Go\r\nLocation: /y\r\n"
                                           "Content-Length: 0\r\n\r\n",
                                           HELLO, NULL});
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, server.port,
               "makes no tunnel to the device: 302");
    cr_expect_eq(server.requests, 1);
}

Test(host_proxy, the_device_is_out_of_its_reach)
{
    static const char gone[] = "HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n";
    static const char bad[] = "HTTP/1.0 502 Bad\r\n\r\n";
    look("GET /x 0", (const char *const[]){gone, SCRIPT_NEXT, bad, SCRIPT_CLOSE, NULL});
    expect_end(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, server.port,
               "says that it cannot reach the device: 502");
    cr_expect_eq(server.requests, 2); /* the one repeat, as of a connection that is refused */
}

Test(host_proxy, the_device_does_not_answer_it)
{
    look("GET /x 0", (const char *const[]){"HTTP/1.1 504 Late\r\nContent-Length: 0\r\n\r\n", NULL});
    expect_end(VMM_OUTCOME_TIMEOUT, VMM_RUNG_CONNECT, server.port,
               "says that the device did not answer in time: 504");
}

Test(host_proxy, one_that_says_nothing_says_nothing_of_the_device)
{
    look("GET /brief?p={pass} 8", (const char *const[]){SCRIPT_HANG, NULL});
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, server.port,
               "did not say in time whether it reaches the device");
}

Test(host_proxy, one_that_closes_says_nothing_either)
{
    look("GET /x 0", (const char *const[]){SCRIPT_CLOSE, NULL});
    expect_end(VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, server.port,
               "ended the connection without an answer");
}

/* ---- Inside the tunnel ---- */

Test(host_proxy, a_device_that_is_silent_behind_it_is_judged_by_that)
{
    look("GET /brief 0", (const char *const[]){TUNNEL, SCRIPT_HANG, NULL});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_TIMEOUT, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_ANSWER);
    cr_expect_eq(server.requests, 2);
}

Test(host_proxy, a_login_that_the_device_refuses_is_refused)
{
    look("GET /x 0", (const char *const[]){TUNNEL, ASK, ASK, NULL});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_AUTH, "%s", result.message.detail);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED);
    cr_expect_null(strstr(server.asked[0], "uthorization"));
    cr_expect_not_null(strstr(server.asked[2], "\r\nAuthorization: Digest "));
}

/* What the tunnel of one leg was answered says nothing of the next one's. */
Test(host_proxy, a_login_that_finds_no_tunnel_any_more_was_not_made)
{
    static const char last[] = "HTTP/1.1 401 Login\r\n" NONCE "Connection: close\r\n"
                               "Content-Length: 0\r\n\r\n";
    static const char gone[] = "HTTP/1.1 503 Gone\r\nContent-Length: 0\r\n\r\n";
    look("GET /x 0",
         (const char *const[]){TUNNEL, last, SCRIPT_NEXT, gone, SCRIPT_NEXT, gone, NULL});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_UNREACHABLE, "%s", result.message.detail);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, 0, "flags %x", result.message.flags);
    for (int i = 0; i < server.requests; i++) {
        cr_expect_null(strstr(server.asked[i], "\r\nAuthorization"), "%s", server.asked[i]);
    }
}

Test(host_proxy, a_body_goes_to_the_device_alone)
{
    look("POST /form 2", (const char *const[]){TUNNEL, HELLO, NULL});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_null(strstr(server.asked[0], "user="), "%s", server.asked[0]);
    cr_expect_eq(strncmp(server.asked[1], "POST /form ", 11), 0, "%s", server.asked[1]);
    cr_expect_not_null(strstr(server.asked[1], "user="));
}

Test(host_proxy, tls_goes_through_it)
{
    const char *folder = script_server_start_trusted(
        &server, (const char *const[]){TUNNEL, SCRIPT_SECURE, HELLO, NULL}, false);
    cr_assert_not_null(folder);
    host_client_ready(&client, "echo", "{}");
    look_at(script_server_dead_port(), TLS_OFF, server.port, "GET /version 0");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(strncmp(server.asked[1], "GET /version ", 13), 0, "%s", server.asked[1]);
    cr_expect_eq(result.message.tls_key.size, TLS_PIN_SIZE);
    cr_expect_str_eq(result.facts[1].text, "version=11 connected=1");
}

Test(host_proxy, a_handshake_that_hangs_behind_it_is_the_device_s)
{
    host_client_ready(&client, "echo", "{}");
    script_server_start(&server, (const char *const[]){TUNNEL, SCRIPT_HANG, NULL});
    look_at(script_server_dead_port(), TLS_OFF, server.port, "GET /brief?p={pass} 8");
    script_server_stop(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_TIMEOUT, "%s", result.message.detail);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, 0);
}

/* ---- Which way is taken ---- */

/* Proxy and device are one here, which serves one connection at a time: one that was kept for longer would stop the next. */
Test(host_proxy, a_connection_through_it_serves_no_request_without)
{
    script_server_start(&server,
                        (const char *const[]){TUNNEL, HELLO, HELLO, HELLO, TUNNEL, HELLO, NULL});
    host_client_ready(&client, "echo", "{}");
    look_at(server.port, TLS_NONE, server.port,
            "GET /a 1|GET /direct/1 1|GET /direct/2 1|GET /b 0");
    script_server_stop(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    static const char *const asked[] = {"CONNECT ",       "GET /a ",  "GET /direct/1 ",
                                        "GET /direct/2 ", "CONNECT ", "GET /b "};
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        cr_expect_eq(strncmp(server.asked[i], asked[i], strlen(asked[i])), 0, "%s",
                     server.asked[i]);
    }
    cr_expect_eq(server.connections, 3);
    cr_expect_eq(result.message.connections, 3);
}

Test(host_proxy, the_environment_has_no_say)
{
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("https_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "socks5://127.0.0.1:1/", 1);
    setenv("no_proxy", "*", 1);
    look("GET /x 0", (const char *const[]){TUNNEL, HELLO, NULL});
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(server.requests, 2);
    host_client_end(&client);

    setenv("no_proxy", "", 1);
    host_client_ready(&client, "echo", "{}");
    script_server_start(&server, (const char *const[]){HELLO, NULL});
    look_at(server.port, TLS_NONE, 1, "GET /direct 0");
    script_server_end(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
}

Test(host_proxy, what_is_no_proxy_is_refused_at_once)
{
    static const char *const wrong[] = {
        "https://127.0.0.1:1", "socks5://127.0.0.1:1", "127.0.0.1:1",     "http://127.0.0.1",
        "http://127.0.0.1:0",  "http://127.0.0.1:",    "http://:1",       "http://127.0.0.1:65536",
        "http://u@h:1",        "http://u:p@h:1",       "http://h:1/",     "http://h:1/x",
        "http://[::1:1",       "http://[]:1",          "http://h h:1",    "http://h:1?x",
        "http://h:+1",         "http://h:000001",      "HTTP://[::1]:1x",
    };
    char options[256];
    char refused[32];
    host_client_ready(&client, "echo", "{}");
    snprintf(refused, sizeof(refused), "request=%d", VMM_E_INVAL);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(options, sizeof(options), "{\"do\":\"GET / 0\",\"proxy\":\"%s\"}", wrong[i]);
        struct job_message job = host_client_order(script_server_dead_port(), options);
        host_client_job(&client, i + 1, &job);
        host_client_result(&client, i + 1, &result);
        cr_expect_str_eq(result.facts[0].text, refused, "%s", wrong[i]);
    }
}

/* ---- As the provider generic has it ---- */

Test(host_proxy, a_device_of_generic_answers_through_the_one_that_is_named)
{
    char config[96];
    script_server_start(&server, (const char *const[]){TUNNEL, ASK, HELLO, NULL});
    snprintf(config, sizeof(config), "{\"proxies\":[\"yard=http://127.0.0.1:%u\"]}", server.port);
    host_client_ready(&client, "../plugins/generic", config);
    struct job_message job = host_client_order(
        script_server_dead_port(),
        "{\"proxy\":\"yard\",\"requests\":[{\"name\":\"page\",\"method\":\"GET\",\"path\":\"/\","
        "\"match\":[\"hello\"],\"fail_headers\":[\"X-Proxy:\"]}]}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_eq(result.message.connections, 1);
    cr_expect_eq(result.message.flags & LOGIN_FLAGS, RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED);
    for (uint32_t i = 0; i < result.message.fact_count; i++) {
        cr_expect_neq(result.facts[i].standing, VMM_STANDING_FAULT, "%s", result.facts[i].text);
    }
}
