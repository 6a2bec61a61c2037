/* SPDX-License-Identifier: MIT */
#include "supervise/host.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ipc/channel.h"
#include "ipc/lines.h"
#include "ipc/spawn.h"

struct host {
    struct host_setup setup;
    char name[64];
    struct life life;
    pid_t pid; /* 0: no process */
    struct channel *channel;
    struct lines *lines;
    struct event *timer;
    uint64_t pings;
    char why[256]; /* why it was last unusable or killed */
    uintptr_t tag;
};

static void step(struct host *host, enum life_input input);

static void drop_process(struct host *host)
{
    channel_destroy(host->channel);
    host->channel = NULL;
    lines_destroy(host->lines);
    host->lines = NULL;
}

static int on_described(struct host *host, const struct frame *frame)
{
    struct text_message message;
    if (host->life.state != LIFE_LOADING || message_get_text(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    host->why[0] = '\0';
    if (host->setup.events->described(host->setup.arg, host, message.text, host->why) == 0) {
        step(host, LIFE_DESCRIBED);
        return 0;
    }
    host->setup.events->unusable(host->setup.arg, host, host->why);
    step(host, LIFE_UNUSABLE);
    return 0;
}

static int on_failed(struct host *host, const struct frame *frame)
{
    struct text_message message;
    if (message_get_text(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    text_clean(message.text, strlen(message.text), host->why);
    host->setup.events->unusable(host->setup.arg, host, host->why);
    step(host, LIFE_UNUSABLE);
    return 0;
}

static int on_log(struct host *host, const struct frame *frame)
{
    struct log_message message;
    if (message_get_log(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    int level =
        message.level >= LOG_ERROR && message.level <= LOG_DEBUG ? (int)message.level : LOG_INFO;
    log_line(level, host->name, "%s", message.text);
    return 0;
}

static int on_up(struct host *host)
{
    if (host->life.state != LIFE_OPENING) {
        return VMM_E_PROTO;
    }
    host->why[0] = '\0';
    step(host, LIFE_UP);
    host->setup.events->up(host->setup.arg, host);
    return 0;
}

static int on_frame(void *arg, const struct frame *frame)
{
    struct host *host = arg;
    switch (frame->type) {
    case FRAME_DESCRIBED:
        return on_described(host, frame);
    case FRAME_READY:
        return on_up(host);
    case FRAME_FAILED:
        return on_failed(host, frame);
    case FRAME_LOG:
        return on_log(host, frame);
    case FRAME_PONG:
        step(host, frame->id == host->pings ? LIFE_PONG : LIFE_TICK);
        return 0;
    case FRAME_DRAINED:
        step(host, LIFE_DRAINED);
        return 0;
    case FRAME_RESULT:
    case FRAME_TRANSCRIPT:
    case FRAME_SETTLED:
    case FRAME_RESUME:
    case FRAME_METRIC:
    case FRAME_STATE:
    case FRAME_CHECKED:
        return host->setup.events->frame(host->setup.arg, host, frame);
    default:
        return VMM_E_PROTO;
    }
}

static void on_channel_end(void *arg, int error)
{
    struct host *host = arg;
    if (error == VMM_E_PROTO) {
        log_error("supervise", "%s (pid %d): it sent what the protocol does not allow", host->name,
                  (int)host->pid);
    }
    /* A process that dies closes its stream before it can be waited for: nothing is known of it yet. */
    host_reap(host);
    if (host->pid != 0) {
        step(host, error == VMM_E_PROTO ? LIFE_BREACH : LIFE_HANGUP);
    }
}

static int send_load(struct host *host)
{
    struct load_message message = {
        .plugin_fd = SPAWN_PLUGIN_FD, .name = host->name, .log_level = host->setup.log_level};
    int rc = message_put_load(channel_out(host->channel), &message);
    return rc == 0 ? channel_flush_soon(host->channel) : rc;
}

static int attach(struct host *host, const struct spawned *spawned)
{
    host->lines = lines_create(host->setup.base, spawned->stderr_fd, host->name);
    host->channel =
        channel_create(host->setup.base, spawned->channel_fd, on_frame, on_channel_end, host);
    if (host->lines == NULL) {
        close(spawned->stderr_fd);
    }
    if (host->channel == NULL) {
        close(spawned->channel_fd);
    }
    return host->lines != NULL && host->channel != NULL ? send_load(host) : VMM_E_NOMEM;
}

static void start(struct host *host)
{
    struct spawned spawned;
    int rc = spawn_host(host->setup.program_fd, host->setup.plugin_fd, host->name, &spawned);
    if (rc != 0) {
        host->setup.events->unusable(host->setup.arg, host, "vmm-host could not be started");
        step(host, LIFE_SPAWN_FAILED);
        return;
    }
    host->pid = spawned.pid;
    rc = attach(host, &spawned);
    step(host, LIFE_SPAWNED);
    if (rc != 0) {
        step(host, LIFE_BREACH);
    }
}

static void send_empty(struct host *host, uint32_t type, uint64_t id)
{
    if (host->channel == NULL || message_put_empty(channel_out(host->channel), type, id) != 0) {
        return;
    }
    host_flush(host);
}

static void arm(struct host *host)
{
    uint64_t next = life_next(&host->setup.policy, &host->life);
    if (next == UINT64_MAX) {
        event_del(host->timer);
        return;
    }
    uint64_t now = clock_mono_us();
    uint64_t wait = next > now ? next - now : 0;
    struct timeval tv = clock_span(wait);
    event_add(host->timer, &tv);
}

static void step(struct host *host, enum life_input input)
{
    uint32_t todo = life_step(&host->setup.policy, &host->life, input, clock_mono_us());
    if (todo & LIFE_DO_SPAWN) {
        start(host);
    }
    if (todo & LIFE_DO_PING) {
        send_empty(host, FRAME_PING, ++host->pings);
    }
    if (todo & LIFE_DO_DRAIN) {
        send_empty(host, FRAME_DRAIN, 0);
    }
    /* pid 0: it is dead already and its last words are being read. kill(0) would be our own end. */
    if ((todo & LIFE_DO_KILL) && host->pid != 0) {
        kill(host->pid, SIGKILL);
    }
    if (todo & LIFE_TELL_LOST) {
        drop_process(host);
        host->setup.events->lost(host->setup.arg, host, (todo & LIFE_TELL_CRASH) != 0);
    }
    arm(host);
    if (todo & LIFE_TELL_GONE) {
        event_del(host->timer);
        host->setup.events->gone(host->setup.arg, host);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct host *host = arg;
    if (host->life.state == LIFE_READY && host->life.ping_out) {
        log_error("supervise", "%s (pid %d): no answer to the ping", host->name, (int)host->pid);
    }
    step(host, LIFE_TICK);
}

struct host *host_create(const struct host_setup *setup)
{
    struct host *host = calloc(1, sizeof(*host));
    if (host == NULL) {
        return NULL;
    }
    host->setup = *setup;
    snprintf(host->name, sizeof(host->name), "%s", setup->name);
    life_init(&host->life, clock_mono_us());
    host->timer = event_new(setup->base, -1, 0, on_timer, host);
    if (host->timer == NULL) {
        free(host);
        return NULL;
    }
    arm(host);
    return host;
}

void host_destroy(struct host *host)
{
    if (host == NULL) {
        return;
    }
    if (host->pid != 0) {
        kill(host->pid, SIGKILL);
        waitpid(host->pid, NULL, 0);
    }
    drop_process(host);
    event_free(host->timer);
    free(host);
}

int host_configure(struct host *host, const struct configure_message *message)
{
    int rc = message_put_configure(channel_out(host->channel), message);
    return rc == 0 ? channel_flush_soon(host->channel) : rc;
}

/* The process has ended, and what it said before is still being read. */
static bool is_dying(const struct host *host)
{
    return host->pid == 0 && host->channel != NULL;
}

struct buf *host_out(struct host *host)
{
    bool works =
        (host->life.state == LIFE_READY || host->life.state == LIFE_DRAINING) && !is_dying(host);
    return works && host->channel != NULL ? channel_out(host->channel) : NULL;
}

void host_flush(struct host *host)
{
    if (host->channel != NULL && channel_flush_soon(host->channel) == VMM_E_TOOBIG) {
        host_breach(host, "it does not read what it is sent");
    }
}

void host_drain(struct host *host)
{
    step(host, LIFE_DRAIN);
}

void host_breach(struct host *host, const char *why)
{
    log_error("supervise", "%s (pid %d): %s; it is ended", host->name, (int)host->pid, why);
    step(host, LIFE_BREACH);
}

/* Signals that others send; a program's own faults raise none of them. */
static bool is_outside_signal(int status)
{
    if (!WIFSIGNALED(status)) {
        return false;
    }
    int signal = WTERMSIG(status);
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
           signal == SIGQUIT;
}

static void log_exit(const struct host *host, int status)
{
    if (host->life.killed_by_us) {
        return; /* why was said before */
    }
    int level = host->life.ending ? LOG_INFO : LOG_WARN;
    if (WIFSIGNALED(status)) {
        log_line(level, "supervise", "%s (pid %d): ended by signal %d (%s)", host->name,
                 (int)host->pid, WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        log_line(level, "supervise", "%s (pid %d): exit status %d", host->name, (int)host->pid,
                 WEXITSTATUS(status));
    }
}

void host_reap(struct host *host)
{
    int status = 0;
    if (host->pid == 0 || waitpid(host->pid, &status, WNOHANG) != host->pid) {
        return;
    }
    log_exit(host, status);
    host->pid = 0;
    if (host->channel != NULL) {
        /* What it finished before it died counts. */
        channel_read_rest(host->channel);
    }
    step(host, is_outside_signal(status) ? LIFE_EXIT_KILLED : LIFE_EXIT_OTHER);
}

void host_forgive(struct host *host)
{
    life_forgive(&host->life, clock_mono_us());
    arm(host);
}

pid_t host_pid(const struct host *host)
{
    return host->pid;
}

enum life_state host_state(const struct host *host)
{
    return is_dying(host) ? LIFE_KILLED : host->life.state;
}

void host_set_tag(struct host *host, uintptr_t tag)
{
    host->tag = tag;
}

uintptr_t host_tag(const struct host *host)
{
    return host->tag;
}
