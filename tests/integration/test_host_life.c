/* SPDX-License-Identifier: MIT */
/* The life of a host, and what it costs when a plugin breaks the contract: that process, and
 * nothing else. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <vmm/probe.h>

#include "base/clock.h"
#include "host/exits.h"
#include "integration/host_client.h"
#include "integration/script_server.h"
#include "ipc/transcript.h"

static struct host_client client;
static struct host_result result;

static void end(void)
{
    host_client_end(&client);
}

TestSuite(host_life, .fini = end);
TestSuite(host_fault, .fini = end);

static const char *failed_text(const struct frame *frame)
{
    struct text_message message;
    cr_assert_eq(message_get_text(frame, &message), 0);
    return message.text;
}

static void expect_failed(const char *plugin, const char *words)
{
    struct frame frame;
    host_client_start(&client, plugin);
    host_client_expect(&client, FRAME_FAILED, &frame);
    cr_assert(strstr(failed_text(&frame), words) != NULL, "\"%s\" says nothing of \"%s\"",
              failed_text(&frame), words);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_LOAD);
}

static void expect_signal(int expected)
{
    int status = host_client_status(&client);
    cr_assert(WIFSIGNALED(status), "status %x: %s", status, host_client_errors(&client));
    cr_assert_eq(WTERMSIG(status), expected);
}

Test(host_life, describes_itself_gets_ready_and_drains)
{
    struct frame frame;
    host_client_start(&client, "echo");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    cr_assert(strstr(failed_text(&frame), "\"echo\"") != NULL);
    host_client_configure(&client, "{}", 10);
    host_client_expect(&client, FRAME_READY, &frame);
    host_client_say(&client, FRAME_PING, 77);
    host_client_expect(&client, FRAME_PONG, &frame);
    cr_assert_eq(frame.id, 77);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_ORDERLY);
}

Test(host_life, drains_when_the_last_look_has_ended)
{
    struct script_server server;
    struct frame frame;
    script_server_start(&server, (const char *const[]){SCRIPT_HANG, NULL});
    host_client_ready(&client, "echo", "{}");
    struct job_message job = host_client_order(server.port, "{\"do\":\"GET / 0\"}");
    job.deadline_ms = 400;
    host_client_job(&client, 1, &job);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_result(&client, 1, &result);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_ORDERLY);
    script_server_end(&server);
}

Test(host_life, ends_when_the_core_closes_the_stream)
{
    host_client_ready(&client, "echo", "{}");
    shutdown(client.stream, SHUT_WR);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_ORDERLY);
}

Test(host_life, a_frame_that_is_none_ends_it)
{
    host_client_ready(&client, "echo", "{}");
    struct buf garbage = {0};
    buf_text(&garbage, "this is no frame, whatever one thinks of it");
    host_client_send(&client, &garbage);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_PROTOCOL);
}

static void ask_options(const char *plugin, const char *options)
{
    struct buf question;
    host_client_ready(&client, plugin, "{}");
    buf_init(&question);
    cr_assert_eq(message_put_text(&question, FRAME_CHECK, 9, options), 0);
    host_client_send(&client, &question);
}

Test(host_life, options_are_judged_by_the_plugin)
{
    struct frame frame;
    struct text_message said;
    ask_options("judge", "{\"mood\":\"bad\"}");
    host_client_expect(&client, FRAME_CHECKED, &frame);
    cr_assert_eq(frame.id, 9);
    cr_assert_eq(message_get_text(&frame, &said), 0);
    cr_assert_str_eq(said.text, "mood: not this\nevil line", "it is the core that cleans it");
}

Test(host_life, a_question_that_the_plugin_does_not_answer_ends_it)
{
    ask_options("echo", "{}");
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_PROTOCOL);
}

static void ask_opinion(void)
{
    struct buf question;
    struct buf answers;
    buf_init(&question);
    buf_init(&answers);
    cr_assert_eq(message_put_transcript(&question, FRAME_WEIGH, 9, 0, &answers), 0);
    host_client_send(&client, &question);
    buf_finish(&answers);
}

Test(host_life, an_opinion_is_given_by_a_plugin_that_is_never_opened)
{
    struct frame frame;
    struct opinion_message said;
    host_client_describe(&client, "seer_lies");
    ask_opinion();
    host_client_expect(&client, FRAME_OPINION, &frame);
    cr_assert_eq(frame.id, 9);
    cr_assert_eq(message_get_opinion(&frame, &said), 0);
    cr_expect_eq(said.certainty, 200, "it is the core that throws it away");
    cr_expect_str_eq(said.family, "hikvision");
}

static void expect_breach(void)
{
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_PROTOCOL);
}

Test(host_life, a_plugin_that_is_open_is_asked_for_no_opinion)
{
    host_client_ready(&client, "seer_lies", "{}");
    ask_opinion();
    expect_breach();
}

Test(host_life, a_plugin_without_opinions_is_asked_for_none)
{
    host_client_describe(&client, "echo");
    ask_opinion();
    expect_breach();
}

Test(host_life, a_job_before_ready_ends_it)
{
    struct frame frame;
    host_client_start(&client, "echo");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    struct job_message job = host_client_order(1, "{}");
    host_client_job(&client, 1, &job);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_PROTOCOL);
}

Test(host_life, ignores_sigterm_and_sigint)
{
    struct frame frame;
    host_client_ready(&client, "echo", "{}");
    kill(client.pid, SIGTERM);
    kill(client.pid, SIGINT);
    kill(client.pid, SIGHUP);
    host_client_say(&client, FRAME_PING, 1);
    host_client_expect(&client, FRAME_PONG, &frame);
}

Test(host_life, the_table_serves_timer_watch_worker_log_and_metrics)
{
    struct frame frame;
    host_client_ready(&client, "table", "{\"a\":1}");
    struct job_message job = host_client_order(1, "{}");
    host_client_job(&client, 5, &job);
    host_client_result(&client, 5, &result);
    cr_assert_str_eq(result.message.detail, "sum=11111");
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    const char *notes = buf_cstr(&client.notes);
    cr_assert(strstr(notes, "log 3 from the loop\n") != NULL);
    cr_assert(strstr(notes, "log 3 from a worker\n") != NULL);
    cr_assert(strstr(notes, "not wanted") == NULL);
    cr_assert(strstr(notes, "metric 2 counter vmm_table_looks_total\n") != NULL);
    cr_assert(strstr(notes, "metric 2.5 gauge vmm_table_level\n") != NULL);
    cr_assert(strstr(notes, "vmm_other") == NULL);
}

Test(host_life, keeps_a_hundred_lines_a_second)
{
    struct frame frame;
    host_client_ready(&client, "table", "{\"a\":1}");
    uint64_t begin = clock_mono_us();
    struct job_message job = host_client_order(1, "{\"chatty\":true}");
    host_client_job(&client, 5, &job);
    host_client_result(&client, 5, &result);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    uint64_t seconds =
        (clock_mono_us() - begin) / CLOCK_S + 2; /* that the lines can have fallen into */
    size_t lines = 0;
    for (const char *at = buf_cstr(&client.notes); *at != '\0'; at++) {
        lines += strncmp(at, "log 3 ", 6) == 0 ? 1 : 0;
    }
    cr_assert_geq(lines, 100);
    cr_assert_leq(lines, 100 * seconds);
}

/* ---- Plugins that are not loaded ---- */

Test(host_fault, another_major_version_is_refused_and_named)
{
    expect_failed("abi_major", "ABI 7");
}

Test(host_fault, a_newer_minor_version_is_refused_and_named)
{
    expect_failed("abi_minor", "it needs a vmm with ABI 0.2");
}

Test(host_fault, a_truncated_descriptor_is_refused)
{
    expect_failed("truncated", "truncated: 16 bytes");
}

Test(host_fault, crash_in_a_constructor)
{
    host_client_start(&client, "crash_constructor");
    expect_signal(SIGSEGV);
}

Test(host_fault, crash_in_open)
{
    struct frame frame;
    host_client_start(&client, "crash_open");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{}", 10);
    expect_signal(SIGSEGV);
}

Test(host_fault, open_that_fails_says_why)
{
    struct frame frame;
    host_client_start(&client, "fail_open");
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{}", 10);
    host_client_expect(&client, FRAME_FAILED, &frame);
    cr_assert(strstr(failed_text(&frame), "open() failed: the licence has expired, error -") !=
              NULL);
    cr_assert_eq(WEXITSTATUS(host_client_status(&client)), EXIT_LOAD);
    cr_assert(strstr(buf_cstr(&client.notes), "log 1 the licence has expired") != NULL);
}

/* ---- Plugins that break at a look ---- */

static void look_at(const char *plugin, const char *options)
{
    host_client_ready(&client, plugin, "{}");
    struct job_message job = host_client_order(1, options);
    host_client_job(&client, 1, &job);
}

Test(host_fault, crash_in_probe)
{
    look_at("crash_probe", "{}");
    expect_signal(SIGSEGV);
}

Test(host_fault, exit_in_probe_is_an_end_without_a_result)
{
    look_at("exit_zero", "{}");
    struct frame frame;
    cr_assert_not(host_client_next(&client, &frame));
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), 0);
}

static void expect_no_pong(void)
{
    host_client_say(&client, FRAME_PING, 9);
    cr_assert(host_client_is_silent(&client, 500));
    kill(client.pid, SIGTERM);
    cr_assert(host_client_is_silent(&client, 100));
    kill(client.pid, SIGKILL);
    expect_signal(SIGKILL);
}

Test(host_fault, a_hang_answers_no_ping_and_can_be_killed)
{
    look_at("hang", "{}");
    expect_no_pong();
}

Test(host_fault, a_spin_answers_no_ping_and_can_be_killed)
{
    look_at("spin", "{}");
    expect_no_pong();
}

Test(host_fault, a_second_finish_costs_the_host_its_life)
{
    look_at("finish_twice", "{}");
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    expect_signal(SIGABRT);
    cr_assert(strstr(host_client_errors(&client), "finish()") != NULL);
}

Test(host_fault, a_second_finish_is_found_while_the_next_look_runs)
{
    host_client_ready(&client, "finish_twice", "{}");
    struct job_message job = host_client_order(1, "{}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    host_client_job(&client, 2, &job); /* in the same memory */
    host_client_result(&client, 2, &result);
    expect_signal(SIGABRT);
}

Test(host_fault, a_finish_from_another_thread_costs_the_host_its_life)
{
    look_at("wrong_thread", "{}");
    expect_signal(SIGABRT);
    cr_assert(strstr(host_client_errors(&client), "thread") != NULL);
}

Test(host_fault, a_look_that_is_never_finished_is_ended_by_the_host)
{
    host_client_ready(&client, "never_finish", "{}");
    struct job_message job = host_client_order(1, "{}");
    job.deadline_ms = 200;
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_assert_geq(result.message.total_us, 1200000);
    /* The late finish() of the first look, at the second, is no second result. */
    host_client_job(&client, 2, &job);
    host_client_result(&client, 2, &result);
    host_client_say(&client, FRAME_PING, 3);
    struct frame frame;
    host_client_expect(&client, FRAME_PONG, &frame);
}

Test(host_fault, a_hundred_megabytes_are_cut)
{
    look_at("big_result", "{}");
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert_eq(strlen(result.message.detail), 255);
    cr_assert_eq(result.message.plugin_note.size, 0);
    cr_assert_eq(result.message.fact_count, 1);
    cr_assert_eq(strlen(result.facts[0].text), 255);
}

Test(host_fault, more_observations_than_a_look_may_have_are_internal)
{
    look_at("big_result", "{\"many\":1}");
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_INTERNAL);
    cr_assert_eq(result.message.fact_count, VMM_OBSERVATIONS_MAX);
}

Test(host_fault, leaked_descriptors_end_the_host)
{
    struct frame frame;
    const char *const words[] = {"--files", "64", NULL};
    host_client_start_with(&client, "leak_fd", words, -1);
    host_client_expect(&client, FRAME_DESCRIBED, &frame);
    host_client_configure(&client, "{}", 10);
    host_client_expect(&client, FRAME_READY, &frame);
    struct job_message job = host_client_order(1, "{}");
    host_client_job(&client, 1, &job);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status), "status %x", status);
    cr_assert_eq(WEXITSTATUS(status), EXIT_EXHAUSTED);
}

Test(host_fault, what_is_printed_goes_to_standard_error_and_blocks_nobody)
{
    look_at("print", "{}");
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    cr_assert(strstr(host_client_errors(&client), "hello from standard output") != NULL);
}

Test(host_fault, a_plugin_that_ignores_signals_and_hangs_in_close_can_be_killed)
{
    look_at("ignore_term", "{}");
    host_client_result(&client, 1, &result);
    host_client_say(&client, FRAME_DRAIN, 0);
    cr_assert(host_client_is_silent(&client, 300));
    kill(client.pid, SIGTERM);
    cr_assert(host_client_is_silent(&client, 100));
    kill(client.pid, SIGKILL);
    expect_signal(SIGKILL);
}

Test(host_fault, a_thread_that_is_left_behind_ends_with_the_process)
{
    struct frame frame;
    look_at("leave_thread", "{}");
    host_client_result(&client, 1, &result);
    host_client_say(&client, FRAME_DRAIN, 0);
    host_client_expect(&client, FRAME_DRAINED, &frame);
    int status = host_client_status(&client);
    cr_assert(WIFEXITED(status));
    cr_assert_eq(WEXITSTATUS(status), EXIT_ORDERLY);
}

Test(host_fault, locale_signals_umask_and_proxies_of_the_process_change_no_look)
{
    struct script_server server;
    static const char *const steps[] = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", NULL};
    script_server_start(&server, steps);
    host_client_ready(&client, "process_state", "{}");
    struct job_message job = host_client_order(server.port, "{}");
    host_client_job(&client, 1, &job);
    host_client_result(&client, 1, &result);
    cr_assert_eq(result.message.outcome, VMM_OUTCOME_OK);
    script_server_end(&server);
}
