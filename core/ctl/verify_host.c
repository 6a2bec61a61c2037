/* SPDX-License-Identifier: MIT */
#include "ctl/verify_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/observation.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ipc/channel.h"
#include "ipc/spawn.h"

#define SAID_MAX (4u << 20)
#define TURN_US  20000
#define PATIENCE 4u

static void say(struct verify_host *host, const char *text)
{
    if (host->said.size < SAID_MAX) {
        buf_text(&host->said, text);
        buf_char(&host->said, '\n');
    }
}

/* ---- what it says ---- */

static int on_described(struct verify_host *host, const struct frame *frame)
{
    struct text_message message;
    int rc = message_get_text(frame, &message);
    if (rc == 0 && host->description == NULL) {
        rc = describe_decode(message.text, &host->description);
    }
    host->described += rc == 0;
    return rc;
}

static int on_failed(struct verify_host *host, const struct frame *frame)
{
    struct text_message message;
    int rc = message_get_text(frame, &message);
    if (rc == 0) {
        text_format(host->why, sizeof(host->why), "%.500s", message.text);
        say(host, message.text);
        host->failed++;
    }
    return rc;
}

static void keep_words(struct verify_host *host, const struct result_message *result)
{
    say(host, result->detail);
    for (uint32_t i = 0; i < result->fact_count; i++) {
        say(host, result->facts[i].text);
    }
    for (uint32_t i = 0; i < result->step_count; i++) {
        say(host, result->steps[i].asked);
        say(host, result->steps[i].came);
    }
}

static int on_result(struct verify_host *host, const struct frame *frame)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    struct result_message result = {.facts = facts, .steps = steps};
    int rc = message_get_result(frame, &result);
    if (rc != 0 || frame->id >= VERIFY_JOBS_MAX) {
        return VMM_E_PROTO;
    }
    struct verify_end *end = &host->jobs[frame->id];
    uint32_t good = 0;
    for (uint32_t i = 0; i < result.fact_count; i++) {
        good += facts[i].standing == VMM_STANDING_OK && facts[i].subject != VMM_SUBJECT_DEVICE;
    }
    *end = (struct verify_end){.times = end->times + 1,
                               .outcome = result.outcome,
                               .flags = result.flags,
                               .connections = result.connections,
                               .facts_ok = good};
    host->ends++;
    keep_words(host, &result);
    return 0;
}

static int on_opinion(struct verify_host *host, const struct frame *frame)
{
    int rc = message_get_opinion(frame, &host->opinion);
    if (rc == 0) {
        text_format(host->family, sizeof(host->family), "%s", host->opinion.family);
        text_format(host->opinion_why, sizeof(host->opinion_why), "%s", host->opinion.why);
        host->weighed++;
    }
    return rc;
}

static int on_settled(struct verify_host *host, const struct frame *frame)
{
    struct settled_message message;
    int rc = message_get_settled(frame, &message);
    if (rc != 0 || message.index >= VERIFY_JOBS_MAX) {
        return VMM_E_PROTO;
    }
    host->jobs[message.index].times++;
    host->jobs[message.index].outcome = (uint8_t)message.verdict;
    host->ends++;
    say(host, message.why);
    return 0;
}

static int on_log(struct verify_host *host, const struct frame *frame)
{
    struct log_message message;
    int rc = message_get_log(frame, &message);
    if (rc == 0) {
        say(host, message.text);
    }
    return rc;
}

static int on_checked(struct verify_host *host, const struct frame *frame)
{
    struct text_message message;
    int rc = message_get_text(frame, &message);
    if (rc == 0) {
        text_format(host->judged[host->checked++ % 2], sizeof(host->judged[0]), "%s", message.text);
        say(host, message.text);
    }
    return rc;
}

static int on_frame(void *arg, const struct frame *frame)
{
    struct verify_host *host = arg;
    switch (frame->type) {
    case FRAME_DESCRIBED:
        return on_described(host, frame);
    case FRAME_READY:
        host->ready++;
        return 0;
    case FRAME_FAILED:
        return on_failed(host, frame);
    case FRAME_RESULT:
        return on_result(host, frame);
    case FRAME_SETTLED:
        return on_settled(host, frame);
    case FRAME_PONG:
        host->pongs++;
        return 0;
    case FRAME_DRAINED:
        host->drained++;
        return 0;
    case FRAME_CHECKED:
        return on_checked(host, frame);
    case FRAME_OPINION:
        return on_opinion(host, frame);
    case FRAME_LOG:
    case FRAME_STATE:
        return on_log(host, frame);
    default:
        return 0;
    }
}

static void on_end(void *arg, int error)
{
    (void)error;
    ((struct verify_host *)arg)->gone = true;
}

/* A line of vmm-host's own log, "TIME LEVEL NAME AREA: …", and not what the plugin printed. */
static bool is_own_line(const struct verify_host *host, const char *line)
{
    char level[8];
    char name[40];
    return sscanf(line, "%*25[0-9TZ:.-] %7s %39s ", level, name) == 2 &&
           log_level_parse(level) != 0 && strcmp(name, host->name) == 0;
}

static void count_printed(struct verify_host *host, char *text)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        say(host, line);
        host->printed += is_own_line(host, line) ? 0 : (uint32_t)strlen(line) + 1;
    }
}

static void on_printed(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct verify_host *host = arg;
    char text[4096];
    ssize_t got = read(fd, text, sizeof(text) - 1);
    if (got > 0) {
        text[got] = '\0';
        count_printed(host, text);
    } else if (got == 0 || errno != EAGAIN) {
        event_del(host->error_event);
    }
}

/* ---- the process ---- */

static int connect_to(struct verify_host *host, int stream, int error)
{
    host->error_fd = error;
    host->channel = channel_create(host->base, stream, on_frame, on_end, host);
    if (host->channel == NULL) {
        close(stream);
        return VMM_E_NOMEM;
    }
    host->error_event = event_new(host->base, error, EV_READ | EV_PERSIST, on_printed, host);
    return host->error_event != NULL && event_add(host->error_event, NULL) == 0 ? 0 : VMM_E_NOMEM;
}

/* One process of the program, with the plugin's file. 0 or VMM_E_IO. */
static int spawn(const char *program, const char *plugin, const char *name, struct spawned *spawned)
{
    int fds[2] = {open(program, O_RDONLY | O_CLOEXEC), open(plugin, O_RDONLY | O_CLOEXEC)};
    int rc = fds[0] >= 0 && fds[1] >= 0 ? spawn_host(fds[0], fds[1], name, spawned) : VMM_E_IO;
    for (int i = 0; i < 2; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    return rc;
}

int verify_host_start(struct verify_host *host, struct event_base *base, const char *program,
                      const char *plugin, const char *name, bool describe_only)
{
    struct spawned spawned;
    *host = (struct verify_host){.base = base, .name = name, .error_fd = -1};
    buf_init(&host->said);
    int rc = spawn(program, plugin, name, &spawned);
    if (rc != 0) {
        return rc;
    }
    host->pid = spawned.pid;
    rc = connect_to(host, spawned.channel_fd, spawned.stderr_fd);
    struct load_message load = {.plugin_fd = SPAWN_PLUGIN_FD,
                                .name = name,
                                .log_level = LOG_DEBUG,
                                .describe_only = describe_only};
    return rc == 0 ? verify_host_send(host, message_put_load(channel_out(host->channel), &load))
                   : rc;
}

int verify_host_send(struct verify_host *host, int rc)
{
    return rc == 0 && !host->gone ? channel_flush_soon(host->channel) : rc;
}

/* How long a process was ready to run without getting to, in microseconds; 0 when the kernel does not tell. */
static uint64_t waited_us(const char *path)
{
    unsigned long long ns = 0;
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        if (fscanf(file, "%*u %llu", &ns) != 1) {
            ns = 0;
        }
        fclose(file);
    }
    return ns / 1000;
}

/* Ourselves. Of the host that would tell nothing here: one that spins waits for its turn, too. */
static uint64_t starved_us(void)
{
    return waited_us("/proc/self/schedstat");
}

uint64_t verify_host_waited_us(const struct verify_host *host)
{
    char path[64];
    text_format(path, sizeof(path), "/proc/%d/schedstat", (int)host->pid);
    return starved_us() + waited_us(path);
}

static void turn_once(struct verify_host *host)
{
    struct timeval turn = {.tv_usec = TURN_US};
    event_base_loopexit(host->base, &turn);
    event_base_loop(host->base, EVLOOP_ONCE);
}

bool verify_host_until(struct verify_host *host, const uint32_t *counter, uint32_t value,
                       uint32_t ms)
{
    uint64_t begin = clock_mono_us();
    uint64_t least = (uint64_t)ms * 1000;
    uint64_t starved = starved_us();
    uint64_t since = 0;
    uint64_t more = 0;
    while (*counter < value && !host->gone && host->failed == 0 &&
           clock_mono_us() - begin < least + more) {
        turn_once(host);
        since = starved_us() - starved;
        more = since < least * PATIENCE ? since : least * PATIENCE;
    }
    if (host->starved_us != NULL) {
        *host->starved_us += since;
    }
    return *counter >= value;
}

static bool reap(struct verify_host *host, uint32_t ms)
{
    uint64_t until = clock_mono_us() + (uint64_t)ms * 1000;
    for (;;) {
        pid_t ended = waitpid(host->pid, &host->status, WNOHANG);
        if (ended == host->pid) {
            return true;
        }
        if (clock_mono_us() >= until) {
            return false;
        }
        turn_once(host);
    }
}

void verify_host_finish(struct verify_host *host, bool orderly, uint32_t ms)
{
    if (orderly) { /* the end of the stream is what tells it to go */
        channel_destroy(host->channel);
        host->channel = NULL;
    }
    if (host->pid > 0) {
        host->by_itself = (orderly || host->gone) && reap(host, ms);
        if (!host->by_itself) {
            kill(host->pid, SIGKILL);
            while (waitpid(host->pid, &host->status, 0) < 0 && errno == EINTR) {
            }
        }
        host->pid = 0;
    }
    if (host->error_event != NULL) {
        on_printed(host->error_fd, 0, host);
        event_free(host->error_event);
        host->error_event = NULL;
    }
    if (host->error_fd >= 0) {
        close(host->error_fd);
        host->error_fd = -1;
    }
    channel_destroy(host->channel);
    host->channel = NULL;
    description_destroy(host->description);
    host->description = NULL;
    buf_finish(&host->said);
}

int64_t verify_host_status(const struct verify_host *host, const char *key, int base)
{
    char path[64];
    char line[256];
    int64_t value = -1;
    text_format(path, sizeof(path), "/proc/%d/status", (int)host->pid);
    FILE *file = fopen(path, "re");
    size_t length = strlen(key);
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, key, length) == 0 && line[length] == ':') {
            value = (int64_t)strtoull(line + length + 1, NULL, base);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return value;
}

int verify_host_files(const struct verify_host *host)
{
    char path[64];
    int count = 0;
    text_format(path, sizeof(path), "/proc/%d/fd", (int)host->pid);
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return -1;
    }
    while (readdir(folder) != NULL) {
        count++;
    }
    closedir(folder);
    return count;
}
