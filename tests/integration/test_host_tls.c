/* SPDX-License-Identifier: MIT */
/* TLS as each device wants it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define BASIC                                                                                      \
    "HTTP/1.1 401 Login\r\nWWW-Authenticate: Basic realm=\"cam\"\r\nContent-Length: 0\r\n\r\n"

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

TestSuite(host_tls, .init = begin, .fini = end);

static void look(uint8_t mode, const uint8_t *pin, const char *const *steps, int bits,
                 int max_version)
{
    script_server_start_tls(&server, steps, bits, max_version);
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.tls = mode;
    job.tls_pin = (struct frame_bytes){pin, pin != NULL ? TLS_PIN_SIZE : 0};
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
}

static const char *const hello[] = {HELLO, NULL};

static void finish_server(void)
{
    script_server_stop(&server); /* a refused handshake leaves the script unfinished */
}

Test(host_tls, off_tells_the_key_and_trusts_it)
{
    look(TLS_OFF, NULL, hello, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_assert_eq(result.message.tls_key.size, TLS_PIN_SIZE);
    cr_assert_eq(memcmp(result.message.tls_key.data, server.key, TLS_PIN_SIZE), 0);
    cr_assert_eq(result.message.flags & RESULT_KEY_CHANGED, 0);
}

Test(host_tls, the_end_of_the_certificate_is_told)
{
    look(TLS_OFF, NULL, hello, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.fact_count, 3);
    /* The server's ends one hour after its start. */
    cr_assert(strcmp(result.facts[1].text, "tls_minutes=60") == 0 ||
                  strcmp(result.facts[1].text, "tls_minutes=59") == 0,
              "%s", result.facts[1].text);
}

/* A request of VMM_HTTP_TLS | VMM_HTTP_NO_LOGIN to a device of which nobody has said that it speaks TLS. */
static void ask_tls(const char *what)
{
    script_server_start_tls(&server, hello, 2048, 0);
    struct job_message job = host_client_order(server.port, what);
    job.tls = TLS_NONE;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
}

Test(host_tls, a_plugin_may_ask_whether_tls_is_spoken_and_whom_the_certificate_names)
{
    ask_tls("{\"do\":\"GET / 528\"}");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_assert_eq(result.message.fact_count, 3);
    cr_expect_str_eq(result.facts[2].text, "tls_subject=CN=camera");
    cr_expect_eq(memcmp(result.message.tls_key.data, server.key, TLS_PIN_SIZE), 0);
}

Test(host_tls, but_never_with_a_login)
{
    ask_tls("{\"do\":\"GET / 512\"}");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_assert_eq(result.message.fact_count, 1);
    cr_expect_str_eq(result.facts[0].text, "request=-1", "%s", result.facts[0].text);
    finish_server();
}

Test(host_tls, pin_trusts_on_first_use)
{
    look(TLS_PIN, NULL, hello, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_eq(result.message.flags & RESULT_KEY_CHANGED, 0);
    cr_assert_eq(memcmp(result.message.tls_key.data, server.key, TLS_PIN_SIZE), 0);
}

Test(host_tls, another_key_than_the_pinned_one_is_a_finding)
{
    static const uint8_t other[TLS_PIN_SIZE] = {1, 2, 3};
    look(TLS_PIN, other, hello, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_neq(result.message.flags & RESULT_KEY_CHANGED, 0);
    cr_assert_str_eq(result.facts[0].text, "status=200 outcome=0 flags=4 size=5 body=hello");
    cr_assert_eq(memcmp(result.message.tls_key.data, server.key, TLS_PIN_SIZE), 0);
}

Test(host_tls, basic_is_answered_inside_tls)
{
    look(TLS_OFF, NULL, (const char *const[]){BASIC, HELLO, NULL}, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_eq(server.connections, 1);
    cr_assert_neq(result.message.flags & RESULT_LOGIN_ACCEPTED, 0);
}

Test(host_tls, basic_is_not_shown_to_another_key)
{
    static const uint8_t other[TLS_PIN_SIZE] = {1, 2, 3};
    look(TLS_PIN, other, (const char *const[]){BASIC, NULL}, 2048, 0);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_AUTH);
    cr_assert_eq(result.message.flags & RESULT_LOGIN_TRIED, 0);
    cr_assert_eq(server.requests, 1);
}

Test(host_tls, a_remembered_basic_is_not_shown_to_another_key)
{
    static const uint8_t other[TLS_PIN_SIZE] = {1, 2, 3};
    uint8_t note[NOTE_HOST_MAX];
    look(TLS_PIN, NULL, (const char *const[]){BASIC, HELLO, NULL}, 2048, 0);
    script_server_end(&server);
    uint32_t size = result.message.host_note.size;
    cr_assert_gt(size, 0);
    memcpy(note, result.message.host_note.data, size);

    script_server_start_tls(&server, (const char *const[]){BASIC, NULL}, 2048, 0);
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.tls = TLS_PIN;
    job.tls_pin = (struct frame_bytes){other, TLS_PIN_SIZE};
    job.host_note = (struct frame_bytes){note, size};
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_AUTH);
    cr_assert_neq(result.message.flags & RESULT_KEY_CHANGED, 0);
    cr_assert_eq(result.message.flags & RESULT_LOGIN_TRIED, 0);
    cr_assert_eq(server.requests, 1);
    cr_assert(strstr(server.asked[0], "Authorization") == NULL);
}

Test(host_tls, verify_refuses_a_certificate_of_its_own)
{
    look(TLS_VERIFY, NULL, hello, 2048, 0);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY);
    cr_assert_eq(result.message.rung, VMM_RUNG_TLS);
    cr_assert_eq(result.message.reason, VMM_REASON_TLS);
    cr_assert_eq(result.message.tls_key.size, TLS_PIN_SIZE);
    cr_assert(strstr(result.message.detail, "certificate") != NULL, "%s", result.message.detail);
    finish_server();
}

Test(host_tls, old_versions_and_weak_keys_need_the_mode_legacy)
{
    look(TLS_OFF, NULL, hello, 1024, TLS1_VERSION);
    cr_assert_eq(result.message.rung, VMM_RUNG_TLS);
    cr_assert_eq(result.message.reason, VMM_REASON_TLS);
    finish_server();
    look(TLS_LEGACY, NULL, hello, 1024, TLS1_VERSION);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
}

Test(host_tls, legacy_of_one_device_is_not_that_of_the_next)
{
    look(TLS_LEGACY, NULL, hello, 1024, TLS1_VERSION);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    look(TLS_PIN, NULL, hello, 1024, TLS1_VERSION);
    cr_assert_eq(result.message.rung, VMM_RUNG_TLS, "%u %s", result.message.rung,
                 result.message.detail);
    finish_server();
}

Test(host_tls, a_device_that_speaks_no_tls)
{
    script_server_start(&server, (const char *const[]){"HTTP/1.1 400 Bad\r\n\r\n", NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.tls = TLS_PIN;
    job.deadline_ms = 2000;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.rung, VMM_RUNG_TLS, "%u %s", result.message.rung,
                 result.message.detail);
    finish_server();
}

/* ---- What a request wants of the channel ---- */

static const char *folder;

static void begin_trusted(const char *const *steps, bool wants_client)
{
    folder = script_server_start_trusted(&server, steps, wants_client);
}

/* One request that wants this, "VERSION NAME CA CERT KEY" with @ for the folder, of a channel of this mode. */
static void ask_wanting(uint8_t mode, const char *wanted)
{
    char options[640] = "{\"do\":\"GET / 0\",\"tls\":\"";
    for (; *wanted != '\0'; wanted++) {
        size_t used = strlen(options);
        cr_assert_lt(used + strlen(folder) + 8, sizeof(options));
        snprintf(options + used, sizeof(options) - used, "%.*s", *wanted == '@' ? 32 : 1,
                 *wanted == '@' ? folder : wanted);
    }
    strncat(options, "\"}", 3);
    struct job_message job = host_client_order(server.port, options);
    job.tls = mode;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
}

Test(host_tls, a_file_of_its_own_is_trusted_where_the_certificate_is_checked)
{
    begin_trusted(hello, false);
    ask_wanting(TLS_VERIFY, "0 - @/ca.pem - -");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
}

Test(host_tls, a_file_of_trust_that_cannot_be_read_is_ours)
{
    begin_trusted(hello, false);
    ask_wanting(TLS_VERIFY, "0 - @/none.pem - -");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    finish_server();
}

Test(host_tls, a_certificate_is_shown_to_a_device_that_asks_for_one)
{
    begin_trusted(hello, true);
    ask_wanting(TLS_VERIFY, "0 - @/ca.pem @/client.pem @/client.key");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
}

Test(host_tls, the_certificate_of_one_device_is_not_shown_to_the_next)
{
    begin_trusted(hello, true);
    ask_wanting(TLS_OFF, "0 - - @/client.pem @/client.key");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    begin_trusted(hello, true);
    ask_wanting(TLS_OFF, "0 - - - -");
    cr_expect_neq(result.message.outcome, VMM_OUTCOME_OK);
    finish_server();
    cr_expect_eq(server.requests, 0);
}

/* The client's key once more, behind a password. */
static void lock_key(const char *locked)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/client.key", folder);
    FILE *in = fopen(path, "r");
    FILE *out = fopen(locked, "w");
    cr_assert(in != NULL && out != NULL);
    EVP_PKEY *key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
    cr_assert_eq(PEM_write_PrivateKey(out, key, EVP_aes_256_cbc(), NULL, 0, NULL, "x"), 1);
    EVP_PKEY_free(key);
    fclose(in);
    fclose(out);
}

Test(host_tls, a_key_behind_a_password_is_our_fault_and_no_devices)
{
    char locked[256];
    begin_trusted(hello, true);
    snprintf(locked, sizeof(locked), "%s/locked.key", folder);
    lock_key(locked);
    ask_wanting(TLS_OFF, "0 - - @/client.pem @/locked.key");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_not_null(strstr(result.message.detail, "locked.key"), "%s", result.message.detail);
    cr_expect_eq(remove(locked), 0);
    finish_server();
}

Test(host_tls, a_certificate_to_show_that_cannot_be_read_is_ours)
{
    begin_trusted(hello, true);
    ask_wanting(TLS_OFF, "0 - - @/none.pem -");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_not_null(strstr(result.message.detail, "none.pem"), "%s", result.message.detail);
    finish_server();
}

Test(host_tls, another_name_is_asked_for_and_checked)
{
    begin_trusted(hello, false);
    ask_wanting(TLS_VERIFY, "0 door.test @/ca.pem - -");
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    cr_expect_not_null(strstr(server.asked[0], "Host: door.test"), "%s", server.asked[0]);
}

Test(host_tls, a_name_that_the_certificate_does_not_have_is_refused)
{
    begin_trusted(hello, false);
    ask_wanting(TLS_VERIFY, "0 window.test @/ca.pem - -");
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY);
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    finish_server();
}

Test(host_tls, an_older_version_than_the_least_is_refused)
{
    look(TLS_OFF, NULL, hello, 2048, TLS1_2_VERSION);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
    script_server_start_tls(&server, hello, 2048, TLS1_2_VERSION);
    folder = "";
    ask_wanting(TLS_OFF, "13 - - - -");
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_BAD_REPLY);
    finish_server();
}

Test(host_tls, the_least_version_holds_with_the_mode_legacy_too)
{
    script_server_start_tls(&server, hello, 1024, TLS1_VERSION);
    folder = "";
    ask_wanting(TLS_LEGACY, "12 - - - -");
    cr_expect_eq(result.message.rung, VMM_RUNG_TLS);
    finish_server();
}

static void assert_refused(uint8_t mode, const char *wanted)
{
    begin_trusted(hello, false);
    ask_wanting(mode, wanted);
    cr_expect_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_assert_eq(result.message.fact_count, 1);
    cr_expect_str_eq(result.facts[0].text, "request=-1", "%s", wanted);
    finish_server();
}

Test(host_tls, what_is_no_name_no_file_no_version_or_no_encryption_is_not_asked)
{
    assert_refused(TLS_NONE, "0 - - - -");
    assert_refused(TLS_OFF, "11 - - - -");
    assert_refused(TLS_OFF, "0 door/test - - -");
    assert_refused(TLS_OFF, "0 - - client.pem -");
}
