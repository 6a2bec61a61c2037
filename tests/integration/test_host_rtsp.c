/* SPDX-License-Identifier: MIT */
/* The provider rtsp in a real host, against a real RTSP server: GStreamer's, in demo-cameras. */
#include <criterion/criterion.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/probe.h>

#include "integration/host_client.h"

#define SERVER    VMM_BIN_DIR "/demo-cameras"
#define CLIPS     VMM_BIN_DIR "/../demo-clips"
#define READY_MS  90000 /* the first start encodes the clips, under sanitizers */
#define ENV_MAX   256
#define AT(path_) "{\"path\":\"" path_ "\",\"answer_timeout\":8000}"

extern char **environ;

static struct host_client client;
static struct host_result result;
static char folder[64];
static pid_t server;
static uint16_t port;

/* ---- The server ---- */

static const char *file_of(const char *name)
{
    static char paths[2][128];
    static unsigned next;
    char *path = paths[next++ % 2];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static void write_login(const char *path)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("admin:right\n", file);
    fclose(file);
}

/* The encoder's library leaks at exit; that is not for us to judge. */
static void without_leak_check(char *environment[ENV_MAX])
{
    size_t count = 0;
    for (char **at = environ; *at != NULL && count < ENV_MAX - 2; at++) {
        if (strncmp(*at, "ASAN_OPTIONS=", 13) != 0) {
            environment[count++] = *at;
        }
    }
    environment[count++] = (char *)"ASAN_OPTIONS=detect_leaks=0";
    environment[count] = NULL;
}

static void spawn_server(const char *login, const char *ready)
{
    const char *const argv[] = {SERVER, "--with-parent", "--login", login, "--cache",
                                CLIPS,  "--ready",       ready,     NULL};
    char *environment[ENV_MAX];
    without_leak_check(environment);
    int rc = posix_spawn(&server, SERVER, NULL, NULL, (char *const *)argv, environment);
    cr_assert_eq(rc, 0, "%s: %s", SERVER, strerror(rc));
}

static void wait_ready(int watch, const char *ready)
{
    struct pollfd poller = {.fd = watch, .events = POLLIN};
    cr_assert_eq(poll(&poller, 1, READY_MS), 1, "demo-cameras is not ready in time");
    FILE *file = fopen(ready, "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "{\"port\": %hu", &port), 1);
    fclose(file);
}

static void stop_server(void)
{
    int status = 0;
    kill(server, SIGTERM);
    cr_assert_eq(waitpid(server, &status, 0), server);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
    server = 0;
}

/* ---- A look ---- */

static void begin(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%.40s/vmm-rtsp-XXXXXX", base != NULL ? base : "/tmp");
    cr_assert_not_null(mkdtemp(folder));
    int watch = inotify_init1(IN_CLOEXEC);
    cr_assert_geq(inotify_add_watch(watch, folder, IN_MOVED_TO), 0);
    const char *login = file_of("login");
    const char *ready = file_of("ready");
    write_login(login);
    spawn_server(login, ready);
    wait_ready(watch, ready);
    close(watch);
    host_client_ready(&client, "../plugins/rtsp", "{}");
}

static void end(void)
{
    host_client_end(&client);
    if (server != 0) {
        stop_server();
    }
    unlink(file_of("login"));
    unlink(file_of("ready"));
    rmdir(folder);
}

TestSuite(host_rtsp, .init = begin, .fini = end, .timeout = 110);

static void look(const struct job_message *job)
{
    static uint64_t id;
    host_client_job(&client, ++id, job);
    host_client_result(&client, id, &result);
}

static void look_at(const char *options)
{
    struct job_message job = host_client_order(port, options);
    look(&job);
}

static const struct result_fact *fact(uint32_t number)
{
    for (uint32_t i = 0; i < result.message.fact_count; i++) {
        if (result.facts[i].fact == number) {
            return &result.facts[i];
        }
    }
    return NULL;
}

static uint32_t asked(const char *method)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < result.message.step_count; i++) {
        count += strncmp(result.steps[i].asked, method, strlen(method)) == 0;
    }
    return count;
}

static void assert_end(uint32_t outcome, uint32_t rung, uint32_t reason, uint32_t flags)
{
    const struct result_message *seen = &result.message;
    cr_assert_eq(seen->outcome, outcome, "outcome %u: %s", seen->outcome, seen->detail);
    cr_assert_eq(seen->rung, rung, "rung %u: %s", seen->rung, seen->detail);
    cr_assert_eq(seen->reason, reason, "reason %u: %s", seen->reason, seen->detail);
    cr_assert_eq(seen->flags, flags, "flags %u", seen->flags);
}

static void assert_described(const char *codec)
{
    assert_end(VMM_OUTCOME_OK, VMM_RUNG_SIGNAL, 0,
               RESULT_ANSWERED | RESULT_LOGIN_TRIED | RESULT_LOGIN_ACCEPTED);
    cr_assert_not_null(fact(VMM_FACT_MEDIA));
    cr_assert_eq(fact(VMM_FACT_MEDIA)->standing, VMM_STANDING_OK);
    cr_assert_not_null(fact(VMM_FACT_CODEC));
    cr_assert_str_eq(fact(VMM_FACT_CODEC)->text, codec);
    cr_assert_null(fact(VMM_FACT_FINDING), "%s", fact(VMM_FACT_FINDING)->text);
    cr_assert_eq(result.message.connections, 1);
}

/* ---- What is told apart ---- */

Test(host_rtsp, each_camera_is_described)
{
    look_at(AT("/cam1"));
    assert_described("H264");
    look_at(AT("/cam2"));
    assert_described("H264");
    look_at(AT("/cam3"));
    assert_described("H264");
    look_at(AT("/cam4"));
    assert_described("H265");
}

/* This server ties a nonce to its connection. */
Test(host_rtsp, a_nonce_that_the_server_has_forgotten_is_renewed_once)
{
    uint8_t note[NOTE_HOST_MAX];
    struct job_message job = host_client_order(port, AT("/cam1"));
    look(&job);
    cr_assert_eq(asked("DESCRIBE"), 2);
    cr_assert_gt(result.message.host_note.size, 0);
    job.host_note = (struct frame_bytes){note, result.message.host_note.size};
    memcpy(note, result.message.host_note.data, result.message.host_note.size);
    look(&job);
    assert_described("H264");
    cr_assert_eq(asked("DESCRIBE"), 2, "with the old nonce, with the new one");
}

Test(host_rtsp, a_wrong_password_is_tried_once)
{
    struct job_message job = host_client_order(port, AT("/cam1"));
    job.password = (struct frame_bytes){(const uint8_t *)"wrong", 5};
    look(&job);
    assert_end(VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_AUTH,
               RESULT_ANSWERED | RESULT_LOGIN_TRIED | RESULT_LOGIN_REFUSED);
    cr_assert_eq(asked("DESCRIBE"), 2, "one bare, one with the password");
}

Test(host_rtsp, no_credential_and_no_permission_to_log_in)
{
    struct job_message job = host_client_order(port, AT("/cam1"));
    job.may_login = 0;
    look(&job);
    assert_end(VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, RESULT_ANSWERED | RESULT_LOGIN_BARRED);
    job.may_login = 1;
    job.user = "";
    job.password.size = 0;
    look(&job);
    assert_end(VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, VMM_REASON_CREDENTIAL_MISSING,
               RESULT_ANSWERED);
}

/* This server looks for the path first: nothing is learnt of the password. */
Test(host_rtsp, a_wrong_path)
{
    look_at(AT("/cam9"));
    assert_end(VMM_OUTCOME_BAD_REPLY, VMM_RUNG_SIGNAL, VMM_REASON_WRONG_PATH, RESULT_ANSWERED);
    cr_assert_eq(fact(VMM_FACT_MEDIA)->standing, VMM_STANDING_FAULT);
}

Test(host_rtsp, a_trial_needs_no_login)
{
    struct job_message job = host_client_order(port, AT("/cam1"));
    job.scope = VMM_SCOPE_TRIAL;
    look(&job);
    assert_end(VMM_OUTCOME_OK, VMM_RUNG_ANSWER, 0, RESULT_ANSWERED);
    cr_assert_eq(result.message.step_count, 1);
}

Test(host_rtsp, a_server_that_was_stopped)
{
    stop_server();
    look_at(AT("/cam1"));
    assert_end(VMM_OUTCOME_UNREACHABLE, VMM_RUNG_CONNECT, VMM_REASON_UNREACHABLE, 0);
}
