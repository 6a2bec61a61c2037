/* SPDX-License-Identifier: MIT */
#include "integration/host_client.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <vmm/probe.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"

#define STREAM    3
#define PLUGIN    4
#define INHERITED 5
#define WORDS_MAX 16

extern char **environ;

static int above(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 20);
}

static void spawn(struct host_client *client, const char *plugin, const char *const *words,
                  int fds[4])
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[2], STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fds[0], STREAM);
    posix_spawn_file_actions_adddup2(&actions, fds[1], PLUGIN);
    if (fds[3] >= 0) {
        posix_spawn_file_actions_adddup2(&actions, fds[3], INHERITED);
    }
    char *argv[WORDS_MAX] = {(char *)"vmm-host", (char *)plugin};
    for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
        cr_assert_lt(i + 3, WORDS_MAX);
        argv[i + 2] = (char *)words[i];
    }
    int rc = posix_spawn(&client->pid, HOST_PROGRAM, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    cr_assert_eq(rc, 0, "%s: %s", HOST_PROGRAM, strerror(rc));
}

static void start(struct host_client *client, const char *plugin, const char *const *words,
                  int inherit, bool describe_only)
{
    char path[1024];
    int stream[2];
    int errors[2];
    *client = (struct host_client){.stream = -1};
    snprintf(path, sizeof(path), "%s/%s.so", FAULT_PLUGINS, plugin);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(file, 0, "%s", path);
    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
    cr_assert_eq(pipe2(errors, O_CLOEXEC), 0);
    int fds[4] = {above(stream[1]), above(file), above(errors[1]),
                  inherit >= 0 ? above(inherit) : -1};
    spawn(client, plugin, words, fds);
    for (size_t i = 0; i < 4; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    close(stream[1]);
    close(file);
    close(errors[1]);
    client->stream = stream[0];
    client->errors = errors[0];
    struct buf frames = {0};
    struct load_message load = {
        .plugin_fd = PLUGIN, .name = plugin, .log_level = LOG_INFO, .describe_only = describe_only};
    message_put_load(&frames, &load);
    host_client_send(client, &frames);
}

void host_client_start_with(struct host_client *client, const char *plugin,
                            const char *const *words, int inherit)
{
    start(client, plugin, words, inherit, false);
}

void host_client_start(struct host_client *client, const char *plugin)
{
    start(client, plugin, NULL, -1, false);
}

void host_client_describe(struct host_client *client, const char *plugin)
{
    struct frame frame;
    start(client, plugin, NULL, -1, true);
    host_client_expect(client, FRAME_DESCRIBED, &frame);
}

void host_client_ready(struct host_client *client, const char *plugin, const char *config)
{
    struct frame frame;
    host_client_start(client, plugin);
    host_client_expect(client, FRAME_DESCRIBED, &frame);
    host_client_configure(client, config, 100);
    host_client_expect(client, FRAME_READY, &frame);
}

void host_client_end(struct host_client *client)
{
    if (client->pid > 0) {
        kill(client->pid, SIGKILL);
        waitpid(client->pid, NULL, 0);
    }
    close(client->stream);
    close(client->errors);
    buf_finish(&client->in);
    buf_finish(&client->text);
    buf_finish(&client->notes);
}

void host_client_send(struct host_client *client, struct buf *frames)
{
    size_t sent = 0;
    while (sent < frames->size) {
        ssize_t size = send(client->stream, frames->data + sent, frames->size - sent, MSG_NOSIGNAL);
        if (size < 0) {
            break; /* the host is gone: what the test waits for next will say so */
        }
        sent += (size_t)size;
    }
    buf_finish(frames);
}

void host_client_configure(struct host_client *client, const char *config, uint32_t max_jobs)
{
    struct buf frames = {0};
    struct configure_message message = {.config = config, .ca_file = "", .max_jobs = max_jobs};
    message_put_configure(&frames, &message);
    host_client_send(client, &frames);
}

void host_client_job(struct host_client *client, uint64_t id, const struct job_message *job)
{
    struct buf frames = {0};
    cr_assert_eq(message_put_job(&frames, id, job), 0);
    host_client_send(client, &frames);
}

void host_client_say(struct host_client *client, uint32_t type, uint64_t id)
{
    struct buf frames = {0};
    message_put_empty(&frames, type, id);
    host_client_send(client, &frames);
}

static void read_errors(struct host_client *client)
{
    uint8_t *room = buf_reserve(&client->text, 65536);
    ssize_t got = read(client->errors, room, 65536);
    if (got > 0) {
        buf_grow(&client->text, (size_t)got);
    }
}

/* Read what the stream has within the time; standard error is read along, so that it never fills.
 * False at its end. */
static bool read_more(struct host_client *client, int ms, bool *in_time)
{
    uint64_t end = clock_mono_us() + (uint64_t)ms * CLOCK_MS;
    *in_time = true;
    for (;;) {
        uint64_t now = clock_mono_us();
        struct pollfd fds[] = {{.fd = client->stream, .events = POLLIN},
                               {.fd = client->errors, .events = POLLIN}};
        if (now >= end) {
            *in_time = false;
            return true;
        }
        poll(fds, 2, (int)((end - now) / CLOCK_MS) + 1);
        if ((fds[1].revents & POLLIN) != 0) {
            read_errors(client);
        }
        if ((fds[0].revents & (POLLIN | POLLHUP)) != 0) {
            uint8_t *room = buf_reserve(&client->in, 65536);
            ssize_t got = recv(client->stream, room, 65536, 0);
            if (got > 0) {
                buf_grow(&client->in, (size_t)got);
            }
            return got > 0;
        }
    }
}

static bool take_note(struct host_client *client, const struct frame *frame)
{
    struct log_message log;
    struct metric_message metric;
    switch (frame->type) {
    case FRAME_LOG:
    case FRAME_STATE:
        cr_assert_eq(message_get_log(frame, &log), 0);
        buf_printf(&client->notes, "%s %u %s\n", frame->type == FRAME_LOG ? "log" : "state",
                   log.level, log.text);
        return true;
    case FRAME_METRIC:
        cr_assert_eq(message_get_metric(frame, &metric), 0);
        buf_printf(&client->notes, "metric %g %s %s\n", metric.value,
                   metric.is_counter ? "counter" : "gauge", metric.name);
        return true;
    default:
        return false;
    }
}

/* A whole frame, 0 when the time is over, -1 at the end of the stream. */
static int next_frame(struct host_client *client, struct frame *frame, int ms)
{
    buf_consume(&client->in, client->used);
    client->used = 0;
    for (;;) {
        int size = frame_parse(client->in.data, client->in.size, frame);
        cr_assert_geq(size, 0, "the host sent what is no frame");
        if (size > 0) {
            if (!take_note(client, frame)) {
                client->used = (size_t)size;
                return 1;
            }
            buf_consume(&client->in, (size_t)size);
            continue;
        }
        bool in_time = true;
        if (!read_more(client, ms, &in_time)) {
            return -1;
        }
        if (!in_time) {
            return 0;
        }
    }
}

bool host_client_next(struct host_client *client, struct frame *frame)
{
    int got = next_frame(client, frame, HOST_CLIENT_WAIT_MS);
    cr_assert_neq(got, 0, "no frame within %d ms", HOST_CLIENT_WAIT_MS);
    return got > 0;
}

void host_client_expect(struct host_client *client, uint32_t type, struct frame *frame)
{
    bool got = host_client_next(client, frame);
    if (!got) {
        cr_assert_fail("the host ended, frame %u was expected: %s", type,
                       host_client_errors(client));
    }
    const char *text = frame->type == FRAME_FAILED ? (const char *)frame->body + 4 : "";
    cr_assert_eq(frame->type, type, "frame %u instead of %u %s", frame->type, type, text);
}

bool host_client_is_silent(struct host_client *client, int ms)
{
    struct frame frame;
    int got = next_frame(client, &frame, ms);
    return got == 0;
}

void host_client_result(struct host_client *client, uint64_t id, struct host_result *result)
{
    struct frame frame;
    host_client_expect(client, FRAME_RESULT, &frame);
    cr_assert_eq(frame.id, id);
    result->message.facts = result->facts;
    result->message.steps = result->steps;
    cr_assert_eq(message_get_result(&frame, &result->message), 0);
}

int host_client_status(struct host_client *client)
{
    struct frame frame;
    int status = 0;
    while (next_frame(client, &frame, HOST_CLIENT_WAIT_MS) > 0) {
    }
    uint64_t end = clock_mono_us() + HOST_CLIENT_WAIT_MS * CLOCK_MS;
    while (waitpid(client->pid, &status, WNOHANG) == 0) {
        cr_assert_lt(clock_mono_us(), end, "the host does not end");
        poll(NULL, 0, 2);
    }
    client->pid = 0;
    return status;
}

const char *host_client_errors(struct host_client *client)
{
    struct pollfd errors = {.fd = client->errors, .events = POLLIN};
    while (poll(&errors, 1, 0) > 0 && (errors.revents & POLLIN) != 0) {
        size_t before = client->text.size;
        read_errors(client);
        if (client->text.size == before) {
            break;
        }
    }
    return buf_cstr(&client->text);
}

struct job_message host_client_order(uint16_t port, const char *options)
{
    static const uint8_t password[] = "right";
    return (struct job_message){.scope = VMM_SCOPE_FULL,
                                .may_login = 1,
                                .max_connections = 1,
                                .tls = TLS_NONE,
                                .auth = AUTH_DIGEST,
                                .port = port,
                                .deadline_ms = 10000,
                                .connect_ms = 3000,
                                .device_id = "cam-1",
                                .host = "127.0.0.1",
                                .source = "",
                                .user = "admin",
                                .password = {password, sizeof(password) - 1},
                                .options = options,
                                .options_hash = hash_bytes(options, strlen(options), 0)};
}
