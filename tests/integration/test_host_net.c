/* SPDX-License-Identifier: MIT */
/* Connections and credentials for protocols that are not HTTP. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/net.h>

#include "integration/host_client.h"
#include "integration/script_server.h"

static struct host_client client;
static struct host_result result;
static struct script_server server;

static void begin(void)
{
    host_client_ready(&client, "talk", "{}");
}

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_net, .init = begin, .fini = end);

static void look(struct job_message *job, const char *const *steps)
{
    script_server_start(&server, steps);
    job->port = server.port;
    host_client_job(&client, 1, job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
}

#define CHALLENGE "401 Digest realm=\"cam\", nonce=\"n1\", qop=\"auth\"\r\n"

Test(host_net, a_talk_is_traced_by_its_first_lines)
{
    struct job_message job = host_client_order(0, "{}");
    look(&job, (const char *const[]){"200 fine\r\n", NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_str_eq(result.message.detail, "200 fine");
    cr_assert_eq(result.message.step_count, 1);
    cr_assert_str_eq(result.steps[0].asked, "HELLO /talk ");
    cr_assert_str_eq(result.steps[0].came, "200 fine");
    cr_assert_eq(result.message.connections, 1);
    cr_assert_eq(result.message.flags & RESULT_ANSWERED, RESULT_ANSWERED);
}

Test(host_net, a_challenge_is_answered_on_the_connection_and_remembered)
{
    uint8_t note[NOTE_HOST_MAX];
    struct job_message job = host_client_order(0, "{}");
    look(&job, (const char *const[]){CHALLENGE, "200 fine\r\n", NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_eq(server.connections, 1);
    cr_assert(strstr(server.asked[1], "HELLO /talk Digest ") == server.asked[1]);
    cr_assert_eq(result.message.flags,
                 RESULT_ANSWERED | RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED);
    memcpy(note, result.message.host_note.data, result.message.host_note.size);
    job.host_note = (struct frame_bytes){note, result.message.host_note.size};
    look(&job, (const char *const[]){"200 fine\r\n", NULL});
    cr_assert(strstr(server.asked[0], "nc=00000002") != NULL);
}

Test(host_net, a_second_challenge_is_a_refusal)
{
    struct job_message job = host_client_order(0, "{}");
    look(&job, (const char *const[]){CHALLENGE, CHALLENGE, NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_AUTH);
    cr_assert_eq(result.message.flags, RESULT_ANSWERED | RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED);
    cr_assert_eq(server.requests, 2);
}

Test(host_net, no_login_without_allowance)
{
    struct job_message job = host_client_order(0, "{}");
    job.may_login = 0;
    look(&job, (const char *const[]){CHALLENGE, NULL});
    cr_assert_eq(result.message.flags, RESULT_ANSWERED | RESULT_LOGIN_BARRED);
    cr_assert_eq(server.requests, 1);
}

Test(host_net, refused)
{
    struct job_message job = host_client_order(script_server_dead_port(), "{}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_UNREACHABLE);
    cr_assert_eq(result.message.rung, VMM_RUNG_CONNECT);
    cr_assert_str_eq(result.steps[0].came, "connection refused");
}

Test(host_net, closed_in_order_and_reset_are_told_apart)
{
    struct job_message job = host_client_order(0, "{}");
    look(&job, (const char *const[]){SCRIPT_CLOSE, NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    look(&job, (const char *const[]){SCRIPT_RESET, NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_UNREACHABLE);
    cr_assert_eq(result.message.rung, VMM_RUNG_ANSWER);
}

Test(host_net, silence_until_the_deadline)
{
    struct job_message job = host_client_order(0, "{}");
    job.deadline_ms = 300;
    look(&job, (const char *const[]){SCRIPT_HANG, NULL});
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_TIMEOUT);
    cr_assert_eq(result.message.rung, VMM_RUNG_ANSWER);
}

Test(host_net, a_cancelled_talk_is_closed_and_told)
{
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    struct job_message job = host_client_order(server.port, "{}");
    host_client_job(&client, 1, &job);
    cr_assert(host_client_is_silent(&client, 100));
    host_client_say(&client, FRAME_CANCEL, 1);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_CANCELLED);
    script_server_end(&server); /* returns once the host has closed the connection */
}

Test(host_net, a_name_is_resolved_on_a_worker)
{
    script_server_start(&server, (const char *const[]){"200 fine\r\n", NULL});
    struct job_message job = host_client_order(server.port, "{}");
    job.host = "localhost";
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    script_server_end(&server);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK, "%s", result.message.detail);
}

Test(host_net, a_name_without_an_address_is_ours)
{
    struct job_message job = host_client_order(554, "{}");
    job.host = "camera.invalid";
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_assert_eq(result.message.rung, VMM_RUNG_RESOLVE);
    cr_assert_eq(result.message.reason, VMM_REASON_RESOLVER);
}

Test(host_net, nothing_is_had_before_its_time_nor_over_the_allowance)
{
    char wanted[80];
    struct job_message job = host_client_order(0, "{\"states\":1}");
    job.max_connections = 1;
    look(&job, (const char *const[]){"200 fine\r\n", NULL});
    snprintf(wanted, sizeof(wanted), "start_tls: %d, then %d; open: %d", VMM_E_STATE, VMM_E_STATE,
             VMM_E_DENIED);
    cr_expect_str_eq(result.message.detail, wanted);
    cr_expect_eq(strncmp(server.asked[0], "EARLY", 5), 0, "what was queued early goes out: %s",
                 server.asked[0]);
}

Test(host_net, flags_that_do_not_exist_are_refused)
{
    struct job_message job = host_client_order(554, "{\"flags\":1}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_UNSUPPORTED);
}
