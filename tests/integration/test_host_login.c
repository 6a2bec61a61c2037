/* SPDX-License-Identifier: MIT */
/* Logins of a host: how often a credential goes out, over which connection, and what the core is
 * told of it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/http.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

#define NONCE(word) "WWW-Authenticate: Digest realm=\"cam\", nonce=\"" word "\", qop=\"auth\"\r\n"
#define ASK(word)   "HTTP/1.1 401 Login\r\n" NONCE(word) "Content-Length: 4\r\n\r\nnope"
#define HELLO       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define LOGIN_FLAGS                                                                                \
    (RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED | RESULT_LOGIN_REFUSED | RESULT_LOGIN_BARRED)

static struct host_client client;
static struct host_result result;
static struct script_server server;
static uint8_t note[NOTE_HOST_MAX];
static uint32_t note_size;

static void begin(void)
{
    host_client_ready(&client, "echo", "{}");
    note_size = 0;
}

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_login, .init = begin, .fini = end);

static void run(struct job_message *job, const char *const *steps)
{
    script_server_start(&server, steps);
    job->port = server.port;
    job->host_note = (struct frame_bytes){note, note_size};
    host_client_job(&client, 1, job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    note_size = result.message.host_note.size;
    if (note_size > 0) {
        memcpy(note, result.message.host_note.data, note_size);
    }
}

static void look(const char *const *steps)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 0\"}");
    run(&job, steps);
}

static void expect_login(unsigned flags, unsigned outcome, unsigned reason)
{
    cr_assert_eq(result.message.flags & LOGIN_FLAGS, flags, "flags %x", result.message.flags);
    cr_assert_eq(result.message.outcome, outcome, "outcome %u %s", result.message.outcome,
                 result.message.detail);
    cr_assert_eq(result.message.reason, reason);
}

static bool has_credential(int request)
{
    return strstr(server.asked[request], "\r\nAuthorization: ") != NULL;
}

Test(host_login, a_challenge_and_its_answer_share_one_connection)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert_eq(server.connections, 1);
    cr_assert_eq(result.message.connections, 1);
    cr_assert_eq(result.message.requests, 2);
    cr_assert_not(has_credential(0));
    cr_assert(has_credential(1));
    cr_assert(strstr(server.asked[1], "uri=\"/x\"") != NULL);
    cr_assert_gt(note_size, 0);
}

Test(host_login, a_remembered_nonce_costs_one_request)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    look((const char *const[]){HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert_eq(server.requests, 1);
    cr_assert_eq(server.connections, 1);
    cr_assert(strstr(server.asked[0], "nonce=\"n1\"") != NULL);
    cr_assert(strstr(server.asked[0], "nc=00000002") != NULL);
}

Test(host_login, a_stale_nonce_is_renewed_once_on_the_same_connection)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    look((const char *const[]){ASK("n2"), HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert_eq(server.connections, 1);
    cr_assert(strstr(server.asked[0], "nonce=\"n1\"") != NULL);
    cr_assert(strstr(server.asked[1], "nonce=\"n2\"") != NULL);
    cr_assert(strstr(server.asked[1], "nc=00000001") != NULL);
}

Test(host_login, a_refused_credential_is_sent_once)
{
    look((const char *const[]){ASK("n1"), ASK("n2"), NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED, VMM_OUTCOME_AUTH, VMM_REASON_AUTH);
    cr_assert_eq(server.requests, 2);
    cr_assert_eq(result.message.rung, VMM_RUNG_AUTHENTICATE);
    cr_assert_eq(note_size, 0);
}

Test(host_login, after_it_no_answer_is_one_to_strangers)
{
    char refused[32];
    struct frame frame;
    snprintf(refused, sizeof(refused), "transcript=%d", VMM_E_STATE);
    struct job_message job = host_client_order(0, "{\"do\":\"GET /transcript 0\"}");
    run(&job, (const char *const[]){ASK("n1"), HELLO, NULL});
    cr_expect_str_eq(result.facts[1].text, refused);

    job = host_client_order(0, "{\"do\":\"GET /transcript 0\"}");
    job.may_login = false;
    script_server_start(&server, (const char *const[]){HELLO, NULL});
    job.port = server.port;
    host_client_job(&client, 2, &job);
    host_client_expect(&client, FRAME_TRANSCRIPT, &frame);
    host_client_result(&client, 2, &result);
    script_server_end(&server);
    cr_expect_str_eq(result.facts[1].text, "transcript=0");
}

Test(host_login, after_a_refusal_the_look_goes_on_without_the_credential)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 0|GET /open 0|GET /y 0\"}");
    run(&job, (const char *const[]){ASK("n1"), ASK("n2"), HELLO, ASK("n3"), NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED, VMM_OUTCOME_AUTH, VMM_REASON_AUTH);
    cr_assert_eq(server.requests, 4);
    cr_assert(has_credential(1));
    cr_assert_not(has_credential(2));
    cr_assert_not(has_credential(3));
    cr_assert_str_eq(result.facts[1].text, "status=200 outcome=0 flags=0 size=5 body=hello");
}

Test(host_login, without_allowance_no_credential_goes_out)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 0\"}");
    uint32_t size = note_size;
    job.may_login = 0;
    run(&job, (const char *const[]){ASK("n1"), NULL});
    expect_login(RESULT_LOGIN_BARRED, VMM_OUTCOME_AUTH, VMM_REASON_NONE);
    cr_assert_not(has_credential(0));
    cr_assert_eq(server.requests, 1);
    cr_assert_str_eq(result.facts[0].text, "status=401 outcome=4 flags=8 size=4 body=nope");
    cr_assert_eq(note_size, size); /* what is remembered stays */
}

Test(host_login, without_a_credential_the_reason_is_that)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 0\"}");
    job.user = "";
    job.password.size = 0;
    run(&job, (const char *const[]){ASK("n1"), NULL});
    expect_login(0, VMM_OUTCOME_AUTH, VMM_REASON_CREDENTIAL_MISSING);
    job = host_client_order(0, "{\"do\":\"GET /x 0\"}");
    job.auth = AUTH_NONE;
    run(&job, (const char *const[]){ASK("n1"), NULL});
    expect_login(0, VMM_OUTCOME_AUTH, VMM_REASON_CREDENTIAL_MISSING);
}

Test(host_login, a_request_may_want_the_challenge_itself)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 16\"}");
    run(&job, (const char *const[]){ASK("n1"), NULL});
    expect_login(0, VMM_OUTCOME_OK, 0);
    cr_assert_str_eq(result.facts[0].text, "status=401 outcome=0 flags=0 size=4 body=nope");
}

static const char basic[] =
    "HTTP/1.1 401 Login\r\nWWW-Authenticate: Basic realm=\"cam\"\r\nContent-Length: 0\r\n\r\n";

Test(host_login, basic_in_clear_needs_the_operators_word)
{
    look((const char *const[]){basic, NULL});
    expect_login(0, VMM_OUTCOME_AUTH, VMM_REASON_AUTH);
    cr_assert(strstr(result.message.detail, "Basic") != NULL);
    cr_assert_eq(server.requests, 1);

    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 0\"}");
    job.auth = AUTH_BASIC;
    run(&job, (const char *const[]){basic, HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert(strstr(server.asked[1], "Authorization: Basic YWRtaW46cmlnaHQ=\r\n") != NULL);
}

Test(host_login, a_provider_may_be_told_to_answer_basic_in_clear)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /x 64\"}"); /* VMM_HTTP_BASIC_OK */
    run(&job, (const char *const[]){basic, HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert(strstr(server.asked[1], "Authorization: Basic YWRtaW46cmlnaHQ=\r\n") != NULL);
}

Test(host_login, a_lost_answer_to_a_login_is_not_asked_for_again)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    look((const char *const[]){SCRIPT_CLOSE, NULL});
    expect_login(RESULT_LOGIN_TRIED, VMM_OUTCOME_UNREACHABLE, VMM_REASON_UNREACHABLE);
    cr_assert_eq(server.requests, 1);
}

/* Some looks go on without an answer: that they are good says nothing about the password. */
Test(host_login, a_good_look_proves_no_login_that_had_no_answer)
{
    static const char *const answers[] = {HELLO, SCRIPT_CLOSE};
    static const unsigned flags[] = {RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED,
                                     RESULT_LOGIN_TRIED};
    for (size_t i = 0; i < 2; i++) {
        struct job_message job = host_client_order(0, "{\"do\":\"POST /in 8|GET /x 16\"}");
        run(&job, (const char *const[]){answers[i], HELLO, NULL});
        expect_login(flags[i], VMM_OUTCOME_OK, 0);
    }
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    struct job_message job = host_client_order(0, "{\"do\":\"GET /in 0|GET /x 16\"}");
    run(&job, (const char *const[]){"HTTP/1.1 401 Login\r\nConnection: close\r\n" NONCE(
                                        "n2") "Content-Length: 0\r\n\r\n",
                                    SCRIPT_NEXT, SCRIPT_CLOSE, HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED, VMM_OUTCOME_OK, 0);
}

Test(host_login, a_cancelled_login_is_told)
{
    look((const char *const[]){ASK("n1"), HELLO, NULL});
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET /x 0\"}");
    job.host_note = (struct frame_bytes){note, note_size};
    host_client_job(&client, 1, &job);
    cr_assert(host_client_is_silent(&client, 200));
    host_client_say(&client, FRAME_CANCEL, 1);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    expect_login(RESULT_LOGIN_TRIED, VMM_OUTCOME_CANCELLED, 0);
}

Test(host_login, a_device_that_closes_after_its_challenge_gets_a_second_connection)
{
    look((const char *const[]){
        "HTTP/1.1 401 Login\r\nConnection: close\r\n" NONCE("n1") "Content-Length: 0\r\n\r\n",
        SCRIPT_NEXT, HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert_eq(server.connections, 2);
    cr_assert_eq(server.requests, 2);
}

Test(host_login, statuses_that_may_come_before_the_login_prove_nothing)
{
    look((const char *const[]){ASK("n1"), "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", NULL});
    cr_assert_eq(result.message.flags & RESULT_LOGIN_REFUSED, 0);
    cr_assert_neq(result.message.flags & RESULT_LOGIN_TRIED, 0);
}

Test(host_login, templates_fill_in_the_credential_and_hide_it)
{
    struct job_message job =
        host_client_order(0, "{\"do\":\"POST /login?u={user}&p={pass}&m={pass_md5} 8\"}");
    static const uint8_t password[] = "a b&c";
    job.password = (struct frame_bytes){password, sizeof(password) - 1};
    run(&job, (const char *const[]){HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    /* md5sum of "a b&c" */
    cr_assert(strstr(server.asked[0], "POST /login?u=admin&p=a%20b%26c&m=") == server.asked[0],
              "%s", server.asked[0]);
    cr_assert(strstr(server.asked[0], "user=admin&pass=a b&c") != NULL);
    cr_assert_str_eq(result.steps[0].asked, "POST /login?u=***&p=***&m=***");
}

Test(host_login, a_body_is_filled_in_as_its_content_type_reads_it)
{
    static const char *const bodies[][2] = {
        {"{\"do\":\"POST /form 8\"}", "user=admin&pass=a%20%22b%26c"},
        {"{\"do\":\"POST /json 8\"}", "user=admin&pass=a \\\"b&c"},
        {"{\"do\":\"POST /plain 8\"}", "user=admin&pass=a \"b&c"},
    };
    static const uint8_t password[] = "a \"b&c";
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct job_message job = host_client_order(0, bodies[i][0]);
        job.password = (struct frame_bytes){password, sizeof(password) - 1};
        run(&job, (const char *const[]){HELLO, NULL});
        cr_expect(strstr(server.asked[0], bodies[i][1]) != NULL, "%s", server.asked[0]);
    }
}

Test(host_login, a_template_with_the_password_is_a_login)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /login?p={pass} 8\"}");
    job.may_login = 0;
    run(&job, (const char *const[]){NULL});
    cr_assert_str_eq(result.facts[0].text, "request=-12");
    cr_assert_eq(result.message.flags & LOGIN_FLAGS, RESULT_LOGIN_BARRED);
}

Test(host_login, the_strongest_of_several_challenges_is_answered)
{
    look((const char *const[]){
        "HTTP/1.1 401 Login\r\nWWW-Authenticate: Basic realm=\"cam\"\r\n" NONCE(
            "weak") "WWW-Authenticate: Digest realm=\"cam\", nonce=\"strong\", qop=\"auth\", "
                    "algorithm=SHA-256\r\nContent-Length: 0\r\n\r\n",
        HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert(strstr(server.asked[1], "nonce=\"strong\"") != NULL);
}

Test(host_login, several_requests_of_a_look_log_in_once)
{
    struct job_message job = host_client_order(0, "{\"do\":\"GET /a 1|GET /b 1|GET /c 0\"}");
    run(&job, (const char *const[]){ASK("n1"), HELLO, HELLO, HELLO, NULL});
    expect_login(RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED, VMM_OUTCOME_OK, 0);
    cr_assert_eq(server.connections, 1);
    cr_assert_eq(server.requests, 4);
    cr_assert(strstr(server.asked[3], "nc=00000003") != NULL);
}

Test(host_login, a_password_that_is_too_long_is_ours)
{
    static const uint8_t longest[300];
    struct job_message job = host_client_order(1, "{\"do\":\"GET /x 0\"}");
    job.password = (struct frame_bytes){longest, sizeof(longest)};
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
}
