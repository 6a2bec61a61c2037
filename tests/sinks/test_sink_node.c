/* SPDX-License-Identifier: MIT */
/* Signatures, verified by the reference library of Standard Webhooks. Left out where tests/sinks/npm.sh could not
 * fetch it. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/sink.h>

#include "integration/host_client.h"

#define WAIT_MS 15000
#define FIRST   "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SECOND  "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

static struct host_client client;
static pid_t receiver;
static int receiver_input;
static uint64_t serial;

static void need_node(void)
{
    if (access(NODE_FOLDER "/ready", R_OK) != 0) {
        cr_skip_test("tests/sinks/npm.sh has fetched nothing");
    }
}

/* ---- The receiver ---- */

static void spawn_receiver(int in, int out)
{
    receiver = fork();
    if (receiver == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        execlp("node", "node", SINK_SCRIPTS "/verify_webhook.cjs", NODE_FOLDER "/node_modules",
               FIRST, SECOND, (char *)NULL);
        _exit(127);
    }
    cr_assert_gt(receiver, 0);
}

static int start_receiver(void)
{
    int in[2];
    int out[2];
    char line[16] = "";
    cr_assert_eq(pipe2(in, O_CLOEXEC), 0);
    cr_assert_eq(pipe2(out, O_CLOEXEC), 0);
    spawn_receiver(in[0], out[1]);
    close(in[0]);
    close(out[1]);
    receiver_input = in[1];
    struct pollfd readable = {.fd = out[0], .events = POLLIN};
    cr_assert_eq(poll(&readable, 1, WAIT_MS), 1, "the receiver does not start");
    cr_assert_gt(read(out[0], line, sizeof(line) - 1), 1);
    close(out[0]);
    return atoi(line);
}

static void stop_receiver(void)
{
    int status = 0;
    close(receiver_input);
    cr_assert_eq(waitpid(receiver, &status, 0), receiver);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

/* ---- The sink ---- */

static uint32_t send_event(const char *json, char why[256])
{
    struct batch_item item = {.id = "0190b2a4-0000-7000-8000-000000000001",
                              .dedup_key = "k",
                              .site_id = "s",
                              .json = json,
                              .target = ""};
    struct batch_message batch = {.count = 1, .items = &item};
    struct buf frames = {0};
    struct frame frame;
    struct settled_message settled;
    cr_assert_eq(message_put_batch(&frames, ++serial, &batch), 0);
    host_client_send(&client, &frames);
    host_client_expect(&client, FRAME_SETTLED, &frame);
    cr_assert_eq(message_get_settled(&frame, &settled), 0);
    snprintf(why, 256, "%s", settled.why);
    return settled.verdict;
}

static void begin_sink(int port, const char *further)
{
    char config[512];
    snprintf(config, sizeof(config),
             "{\"url\":\"http://127.0.0.1:%d/hook\",\"method\":\"POST\",\"timeout\":5000,"
             "\"content_type\":\"application/json\"%s}",
             port, further);
    host_client_ready(&client, "../plugins/webhook", config);
}

Test(sink_node, the_reference_library_verifies_our_signatures, .timeout = 60)
{
    char why[256];
    need_node();
    begin_sink(start_receiver(),
               ",\"secrets\":[{\"secret\":\"" FIRST "\"},{\"secret\":\"" SECOND "\"}]");
    cr_assert_eq(send_event("{\"id\":\"e1\",\"to\":\"DOWN\"}", why), VMM_SINK_DELIVERED, "%s", why);
    cr_assert_eq(send_event("{\"name\":\"台中 入口 \\\"1\\\"\"}", why), VMM_SINK_DELIVERED, "%s",
                 why);
    host_client_end(&client);
    stop_receiver();
}

Test(sink_node, it_refuses_what_lacks_a_signature, .timeout = 60)
{
    char why[256];
    need_node();
    int port = start_receiver();
    begin_sink(port, ",\"secrets\":[{\"secret\":\"" FIRST "\"}]");
    cr_assert_eq(send_event("{}", why), VMM_SINK_DROP);
    cr_assert_str_eq(why, "HTTP 400: No matching signature found");
    host_client_end(&client);
    begin_sink(port, "");
    cr_assert_eq(send_event("{}", why), VMM_SINK_DROP);
    cr_assert_str_eq(why, "HTTP 400: Missing required headers");
    host_client_end(&client);
    stop_receiver();
}
