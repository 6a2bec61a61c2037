/* SPDX-License-Identifier: MIT */
/* HTTP of sinks in a host: where it may go, what is answered, what is never told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <vmm/http.h>
#include <vmm/sink.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

#define TOKEN "AIzaSyExampleOnly0123456789"
#define OK    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static struct host_client client;
static struct script_server server;
static char why[512];
static uint64_t serial;

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_send, .fini = end);

/* A host whose sink may reach the server, by a plain URL and by a secret one. */
static void begin(const char *const *steps)
{
    char config[512];
    script_server_start(&server, steps);
    snprintf(config, sizeof(config),
             "{\"url\":\"http://127.0.0.1:%u/in\",\"word\":\"correct-horse\","
             "\"more\":[{\"hook\":\"http://127.0.0.1:%u/v1?key=" TOKEN "&token=tok%%3D12345\"}]}",
             server.port, server.port);
    host_client_ready(&client, "send", config);
}

/* Send one message and wait for what became of it. */
static const char *send_to(const char *url, const char *how, const char *body)
{
    struct batch_item item = {
        .id = body, .dedup_key = how, .site_id = "s", .json = url, .target = ""};
    struct batch_message batch = {.count = 1, .items = &item};
    struct buf frames = {0};
    struct frame frame;
    struct settled_message settled;
    message_put_batch(&frames, ++serial, &batch);
    host_client_send(&client, &frames);
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    cr_assert_eq(settled.verdict, VMM_SINK_DROP);
    snprintf(why, sizeof(why), "%s", settled.why);
    return why;
}

static const char *url_of(const char *path)
{
    static char url[256];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", server.port, path);
    return url;
}

static void assert_has(const char *text, const char *part)
{
    cr_assert(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

static void assert_not(const char *text, const char *part)
{
    cr_assert(strstr(text, part) == NULL, "\"%s\" is in: %s", part, text);
}

Test(host_send, a_post_arrives_as_it_was_given)
{
    begin((const char *const[]){OK, NULL});
    send_to(url_of("/in/a/../b?x=%20y"), "POST", "{\"n\":1}");
    script_server_end(&server);
    cr_assert_str_eq(why, "outcome=0 rung=5 status=200 flags=0 size=5 body=hello detail=");
    assert_has(server.asked[0], "POST /in/a/../b?x=%20y HTTP/1.1\r\n");
    assert_has(server.asked[0], "\r\nContent-Type: text/plain\r\nX-Test: one\r\n");
    assert_has(server.asked[0], "\r\nContent-Length: 7\r\n");
    assert_has(server.asked[0], "\r\n\r\n{\"n\":1}");
    assert_not(server.asked[0], "Expect");
    assert_not(server.asked[0], "Transfer-Encoding");
}

Test(host_send, a_put_without_a_body)
{
    begin((const char *const[]){"HTTP/1.1 204 No Content\r\n\r\n", NULL});
    send_to(url_of("/in"), "PUT", "");
    script_server_end(&server);
    assert_has(why, "status=204 flags=0 size=0");
    assert_has(server.asked[0], "PUT /in HTTP/1.1\r\n");
}

Test(host_send, a_connection_is_kept_for_the_next_message)
{
    begin((const char *const[]){OK, OK, OK, NULL});
    for (int i = 0; i < 3; i++) {
        assert_has(send_to(url_of("/in"), "POST", "x"), "status=200");
    }
    host_client_end(&client);
    script_server_end(&server);
    cr_assert_eq(server.connections, 1);
}

Test(host_send, a_redirect_is_an_answer)
{
    begin((const char *const[]){
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", NULL});
    send_to(url_of("/in"), "POST", "x");
    script_server_end(&server);
    assert_has(why, "outcome=0 rung=5 status=302");
    cr_assert_eq(server.requests, 1);
}

Test(host_send, only_the_origins_of_the_settings_are_reached)
{
    char url[256];
    begin((const char *const[]){OK, NULL});
    snprintf(url, sizeof(url), "refused %d", VMM_E_DENIED);
    const char *const denied = url;
    static char other[256];
    snprintf(other, sizeof(other), "http://127.0.0.1:%u/in", server.port + 1);
    cr_assert_str_eq(send_to(other, "POST", "x"), denied);
    snprintf(other, sizeof(other), "http://localhost:%u/in", server.port);
    cr_assert_str_eq(send_to(other, "POST", "x"), denied);
    snprintf(other, sizeof(other), "https://127.0.0.1:%u/in", server.port);
    cr_assert_str_eq(send_to(other, "POST", "x"), denied);
    /* Another way to write the same origin is the same origin. */
    snprintf(other, sizeof(other), "HTTP://127.1:%u", server.port);
    assert_has(send_to(other, "POST", "x"), "status=200");
    script_server_end(&server);
    cr_assert_eq(server.requests, 1);
}

Test(host_send, what_is_no_request_is_refused)
{
    char invalid[32];
    char other[256];
    begin((const char *const[]){NULL});
    snprintf(invalid, sizeof(invalid), "refused %d", VMM_E_INVAL);
    cr_assert_str_eq(send_to(url_of("/in"), "GET", ""), invalid);
    cr_assert_str_eq(send_to(url_of("/in"), "DELETE", ""), invalid);
    cr_assert_str_eq(send_to("/in", "POST", ""), invalid);
    cr_assert_str_eq(send_to("ftp://127.0.0.1/in", "POST", ""), invalid);
    cr_assert_str_eq(send_to(url_of("/in\r\nX: y"), "POST", ""), invalid);
    snprintf(other, sizeof(other), "http://user:pass@127.0.0.1:%u/in", server.port);
    cr_assert_str_eq(send_to(other, "POST", ""), invalid);
    script_server_end(&server);
}

Test(host_send, a_connection_that_ends_is_no_answer_and_not_tried_again)
{
    begin((const char *const[]){OK, SCRIPT_CLOSE, SCRIPT_RESET, OK, NULL});
    assert_has(send_to(url_of("/in"), "POST", "1"), "status=200");
    /* On the kept connection, and on a new one. */
    assert_has(send_to(url_of("/in"), "POST", "2"), "outcome=2 rung=5 status=0");
    assert_has(send_to(url_of("/in"), "POST", "3"), "outcome=2 rung=5 status=0");
    assert_has(send_to(url_of("/in"), "POST", "4"), "status=200");
    script_server_end(&server);
    cr_assert_eq(server.requests, 4);
}

Test(host_send, nobody_listens)
{
    char config[128];
    char url[64];
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", script_server_dead_port());
    snprintf(config, sizeof(config), "{\"url\":\"%s\"}", url);
    host_client_ready(&client, "send", config);
    assert_has(send_to(url, "POST", "x"), "outcome=2 rung=2 status=0");
    assert_has(why, "detail=connection refused");
}

Test(host_send, an_answer_has_its_time)
{
    begin((const char *const[]){SCRIPT_HANG, NULL});
    assert_has(send_to(url_of("/in"), "POST 200", "x"), "outcome=3 rung=5 status=0");
    script_server_end(&server);
}

Test(host_send, an_answer_is_bounded)
{
    begin((const char *const[]){OK, NULL});
    assert_has(send_to(url_of("/in"), "POST 0 3", "x"), "status=200 flags=1 size=3 body=hel");
    script_server_end(&server);
}

Test(host_send, secrets_of_the_settings_are_never_told)
{
    begin((const char *const[]){"HTTP/1.1 400 Bad\r\nContent-Length: 48\r\n\r\n"
                                "/v1?key=" TOKEN " correct-hors",
                                "HTTP/1.1 400 Bad\r\nContent-Length: 28\r\n\r\n"
                                "correct-horse tok=12345 done",
                                NULL});
    send_to(url_of("/v1?key=" TOKEN "&token=tok%3D12345"), "POST", "x");
    assert_has(why, "body=/v1?key=*** correct-hors");
    send_to(url_of("/in"), "POST", "x");
    assert_has(why, "body=*** *** done");
    script_server_end(&server);
    assert_has(server.asked[0], "POST /v1?key=" TOKEN "&token=tok%3D12345 HTTP/1.1");
    /* The log lines say no more. */
    const char *notes = buf_cstr(&client.notes);
    assert_has(notes, "status=400");
    assert_not(notes, TOKEN);
    assert_not(notes, "correct-horse");
    assert_not(notes, "tok=12345");
}

Test(host_send, a_secret_that_is_no_url_fails_without_being_told)
{
    struct frame frame;
    struct text_message failed;
    host_client_start(&client, "send");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{\"hook\":\"gopher://" TOKEN "/\"}", 0);
    host_client_expect(&client, FRAME_FAILED, &frame);
    cr_assert_eq(message_get_text(&frame, &failed), 0);
    assert_not(failed.text, TOKEN);
}

Test(host_send, a_drain_waits_for_the_answer)
{
    struct frame frame;
    struct batch_item item = {.id = "x", .dedup_key = "POST 300", .site_id = "s", .target = ""};
    struct batch_message batch = {.count = 1, .items = &item};
    struct buf frames = {0};
    begin((const char *const[]){SCRIPT_HANG, NULL});
    item.json = url_of("/in");
    message_put_batch(&frames, 1, &batch);
    host_client_send(&client, &frames);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_SETTLED, &frame);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    script_server_end(&server);
}

/* ---- TLS ---- */

static const char *folder;

static void begin_tls(const char *const *steps, bool wants_client, const char *settings)
{
    static char config[1024];
    folder = script_server_start_trusted(&server, steps, wants_client);
    snprintf(config, sizeof(config), "{\"url\":\"https://127.0.0.1:%u/\"%s}", server.port,
             settings);
    for (char *at = strstr(config, "FOLDER"); at != NULL; at = strstr(config, "FOLDER")) {
        char rest[1024];
        snprintf(rest, sizeof(rest), "%s", at + strlen("FOLDER"));
        snprintf(at, sizeof(config) - (size_t)(at - config), "%s%s", folder, rest);
    }
    host_client_ready(&client, "send", config);
}

static const char *tls_url(void)
{
    static char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/in", server.port);
    return url;
}

static void end_refused(void)
{
    script_server_stop(&server); /* a refused handshake leaves the script unfinished */
}

Test(host_send, a_certificate_is_verified_against_the_file_given)
{
    begin_tls((const char *const[]){OK, NULL}, false, ",\"ca_file\":\"FOLDER/ca.pem\"");
    assert_has(send_to(tls_url(), "POST", "x"), "outcome=0 rung=5 status=200");
    script_server_end(&server);
}

Test(host_send, a_certificate_that_nobody_trusts_ends_it)
{
    begin_tls((const char *const[]){OK, NULL}, false, "");
    assert_has(send_to(tls_url(), "POST", "x"), "outcome=6 rung=3 status=0");
    assert_has(why, "certificate");
    end_refused();
    cr_assert_eq(server.requests, 0);
}

Test(host_send, a_certificate_is_shown_where_one_is_asked_for)
{
    begin_tls((const char *const[]){OK, NULL}, true,
              ",\"ca_file\":\"FOLDER/ca.pem\",\"cert_file\":\"FOLDER/client.pem\","
              "\"key_file\":\"FOLDER/client.key\"");
    assert_has(send_to(tls_url(), "POST", "x"), "outcome=0 rung=5 status=200");
    script_server_end(&server);
}

Test(host_send, without_a_certificate_the_server_refuses)
{
    begin_tls((const char *const[]){OK, NULL}, true, ",\"ca_file\":\"FOLDER/ca.pem\"");
    send_to(tls_url(), "POST 3000", "x");
    assert_has(why, "status=0");
    end_refused();
    cr_assert_eq(server.requests, 0);
}
