/* SPDX-License-Identifier: MIT */
#include "ctl/solo.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vmm/errors.h>
#include <vmm/probe.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ctl/call.h"
#include "ctl/opinions.h"
#include "ctl/own_folder.h"
#include "ctl/plugin_folder.h"
#include "ctl/solo_job.h"
#include "ipc/channel.h"
#include "ipc/lines.h"
#include "ipc/message.h"
#include "ipc/spawn.h"

#define START_MS                                                                                   \
    5000u /* for loading and opening the plugin, and for a host that does not keep time */
#define JOB_ID      1u
#define CONNECT_MS  8000u
#define CONNECTIONS 2u

struct solo {
    struct ctl *ctl;
    const struct solo_target *target;
    struct solo_job job;
    ctl_row_fn on_row;
    void *arg;
    struct event_base *base;
    struct event *timeout;
    int program_fd; /* vmm-host */
    struct channel *channel;
    struct lines *lines;
    struct description *description;
    struct opinions *opinions;
    struct buf transcript; /* of the look, the body of its frame; empty: none */
    struct buf ended;      /* the body of its RESULT, while plugins are asked */
    pid_t pid;
    int code;       /* the exit code so far */
    json_t *result; /* when the look has ended */
};

static int end(struct solo *solo, int code)
{
    solo->code = code;
    event_base_loopbreak(solo->base);
    return 0;
}

static int flush(struct solo *solo, int rc)
{
    if (rc != 0 || channel_flush_soon(solo->channel) != 0) {
        ctl_complain(solo->ctl, "the host takes no message");
        return end(solo, EXIT_REFUSED);
    }
    return 0;
}

/* ---- what the host says ---- */

static int on_described(struct solo *solo, const struct frame *frame)
{
    struct text_message message;
    char *config = NULL;
    if (message_get_text(frame, &message) != 0 || solo->description != NULL ||
        describe_decode(message.text, &solo->description) != 0 ||
        solo->description->kind != VMM_KIND_PROBE) {
        ctl_complain(solo->ctl, "%s is no probe plugin of this version", solo->job.provider);
        return end(solo, EXIT_REFUSED);
    }
    if (solo_job_settings(&solo->job, solo->description->config, solo->target->fields, "config.",
                          &config) != 0) {
        ctl_complain(solo->ctl, "%s", solo->job.problem);
        return end(solo, EXIT_REFUSED);
    }
    struct configure_message configure = {
        .config = config, .ca_file = "", .node_id = "", .max_jobs = 1};
    int rc = message_put_configure(channel_out(solo->channel), &configure);
    free(config);
    return flush(solo, rc);
}

static int put_job(struct solo *solo, const char *options)
{
    const struct solo_target *target = solo->target;
    bool login = target->user[0] != '\0';
    struct job_message job = {
        .scope = VMM_SCOPE_FULL,
        .may_login = login,
        .max_connections = CONNECTIONS,
        .tls = solo->job.tls,
        .auth = solo->job.auth,
        .captures = target->on_capture != NULL,
        .port = solo->job.port,
        .deadline_ms = target->deadline_ms,
        .connect_ms = CONNECT_MS,
        .device_id = "probe",
        .host = solo->job.host,
        .source = "",
        .user = target->user,
        .password = {(const uint8_t *)target->password, (uint32_t)strlen(target->password)},
        .options = options,
        .options_hash = 1,
    };
    return message_put_job(channel_out(solo->channel), JOB_ID, &job);
}

static int on_ready(struct solo *solo)
{
    char *options = NULL;
    if (solo->description == NULL) {
        return VMM_E_PROTO;
    }
    if (solo_job_settings(&solo->job, solo->description->device_config, solo->target->fields,
                          "options.", &options) != 0) {
        ctl_complain(solo->ctl, "%s", solo->job.problem);
        return end(solo, EXIT_USAGE);
    }
    int rc = put_job(solo, options);
    free(options);
    return flush(solo, rc);
}

static void hand_out(struct solo *solo, json_t *row)
{
    if (row != NULL) {
        solo->on_row(solo->arg, row);
    }
    json_decref(row);
}

static int conclude(struct solo *solo, const struct result_message *result)
{
    for (uint32_t i = 0; i < result->step_count; i++) {
        hand_out(solo, solo_job_step(&result->steps[i]));
    }
    for (uint32_t i = 0; i < result->fact_count; i++) {
        hand_out(solo, solo_job_fact(&result->facts[i]));
    }
    solo->result =
        json_pack("{soso}", "look", solo_job_look(result, clock_wall_us()), "verdict", json_null());
    if (solo->result == NULL) {
        ctl_complain(solo->ctl, "the host's answer is no clean text");
    }
    return end(solo, solo->result != NULL ? EXIT_OK : EXIT_REFUSED);
}

/* Read into memory that is used again; its texts are the frame's. */
static int read_result(const struct frame *frame, struct result_message *result)
{
    static struct result_fact facts[MESSAGE_FACTS_MAX];
    static struct result_step steps[MESSAGE_STEPS_MAX];
    *result = (struct result_message){.facts = facts, .steps = steps};
    return message_get_result(frame, result);
}

/* ---- whose device it is ---- */

static int on_transcript(struct solo *solo, const struct frame *frame)
{
    static struct transcript transcript;
    if (frame->id != JOB_ID || solo->transcript.size > 0 ||
        message_get_transcript(frame, &transcript) != 0) {
        return VMM_E_PROTO;
    }
    buf_add(&solo->transcript, frame->body, frame->body_size);
    return 0;
}

static void on_opinions(void *arg, const struct opinion *opinions, size_t count,
                        const struct vmm_transcript *seen)
{
    static struct opinion_told told;
    struct solo *solo = arg;
    struct result_message result;
    struct frame frame = {.body = solo->ended.data, .body_size = solo->ended.size};
    (void)read_result(&frame, &result); /* it was read before */
    opinion_tell(opinions, count, seen, &told);
    opinion_add(&told, &result);
    conclude(solo, &result);
}

/* The look has ended; every plugin that is installed says what it thinks before that is told, or is missing. */
static int ask_all(struct solo *solo, const struct frame *frame)
{
    struct frame transcript = {.body = solo->transcript.data, .body_size = solo->transcript.size};
    buf_add(&solo->ended, frame->body, frame->body_size);
    event_del(solo->timeout);
    solo->opinions =
        opinions_ask(solo->ctl, solo->base, solo->program_fd, &transcript, on_opinions, solo);
    return solo->opinions != NULL ? 0 : end(solo, EXIT_REFUSED);
}

static int on_result(struct solo *solo, const struct frame *frame)
{
    struct result_message result;
    if (frame->id != JOB_ID || solo->ended.size > 0 || read_result(frame, &result) != 0) {
        return VMM_E_PROTO;
    }
    bool is_asked = solo->transcript.size > 0 && result.outcome == VMM_OUTCOME_UNSUPPORTED;
    return is_asked ? ask_all(solo, frame) : conclude(solo, &result);
}

static int on_failed(struct solo *solo, const struct frame *frame)
{
    struct text_message message;
    if (message_get_text(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    ctl_complain(solo->ctl, "%s: %s", solo->job.provider, message.text);
    return end(solo, EXIT_REFUSED);
}

static int on_log(struct solo *solo, const struct frame *frame)
{
    struct log_message message;
    if (message_get_log(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    if (message.level <= LOG_WARN) {
        ctl_complain(solo->ctl, "%s: %s", solo->job.provider, message.text);
    }
    return 0;
}

static int on_capture(struct solo *solo, const struct frame *frame)
{
    struct capture_message message;
    if (solo->target->on_capture == NULL || message_get_capture(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    solo->target->on_capture(solo->arg, &message);
    return 0;
}

static int on_frame(void *arg, const struct frame *frame)
{
    struct solo *solo = arg;
    switch (frame->type) {
    case FRAME_DESCRIBED:
        return on_described(solo, frame);
    case FRAME_READY:
        return on_ready(solo);
    case FRAME_RESULT:
        return on_result(solo, frame);
    case FRAME_TRANSCRIPT:
        return on_transcript(solo, frame);
    case FRAME_FAILED:
        return on_failed(solo, frame);
    case FRAME_LOG:
        return on_log(solo, frame);
    case FRAME_CAPTURE:
        return on_capture(solo, frame);
    case FRAME_METRIC:
        return 0;
    default:
        return VMM_E_PROTO;
    }
}

static void on_end(void *arg, int error)
{
    struct solo *solo = arg;
    if (solo->ended.size > 0) {
        return; /* it has answered: only opinions are waited for, and they are other processes' */
    }
    ctl_complain(solo->ctl, error == VMM_E_PROTO ? "the host broke the protocol"
                                                 : "the host ended before it answered");
    end(solo, EXIT_REFUSED);
}

static void on_timeout(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct solo *solo = arg;
    ctl_complain(solo->ctl, "the host did not answer in time");
    end(solo, EXIT_TIMEOUT);
}

/* ---- the process ---- */

static int open_plugin(struct solo *solo)
{
    char path[8192];
    plugin_path(solo->ctl, solo->job.provider, path, sizeof(path));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        ctl_complain(solo->ctl, "%s: %s; --plugins names another folder", path, strerror(errno));
    }
    return fd;
}

static int open_host(struct solo *solo)
{
    char folder[4096];
    char path[8192];
    own_folder(folder, sizeof(folder));
    text_format(path, sizeof(path), "%.4000s/vmm-host", folder);
    solo->program_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (solo->program_fd < 0) {
        ctl_complain(solo->ctl, "%s: %s", path, strerror(errno));
        return VMM_E_NOENT;
    }
    return 0;
}

/* What the plugin prints is shown as it comes. */
static int attach(struct solo *solo, const struct spawned *spawned)
{
    solo->pid = spawned->pid;
    solo->lines = lines_create(solo->base, spawned->stderr_fd, solo->job.provider);
    if (solo->lines == NULL) {
        close(spawned->stderr_fd);
    }
    solo->channel = channel_create(solo->base, spawned->channel_fd, on_frame, on_end, solo);
    if (solo->channel == NULL) {
        close(spawned->channel_fd);
        return VMM_E_NOMEM;
    }
    return 0;
}

static int start(struct solo *solo)
{
    struct spawned spawned;
    int plugin = open_plugin(solo);
    if (plugin < 0) {
        return VMM_E_NOENT;
    }
    int rc = open_host(solo);
    if (rc == 0) {
        rc = spawn_host(solo->program_fd, plugin, solo->job.provider, &spawned);
        rc = rc == 0 ? attach(solo, &spawned) : rc;
        if (rc != 0) {
            ctl_complain(solo->ctl, "the host of %s could not be started", solo->job.provider);
        }
    }
    close(plugin);
    return rc;
}

static int converse(struct solo *solo)
{
    struct load_message load = {
        .plugin_fd = SPAWN_PLUGIN_FD, .name = solo->job.provider, .log_level = LOG_WARN};
    struct timeval limit = clock_span((START_MS * 2 + solo->target->deadline_ms) * CLOCK_MS);
    solo->timeout = event_new(solo->base, -1, 0, on_timeout, solo);
    if (solo->timeout == NULL || event_add(solo->timeout, &limit) != 0) {
        return EXIT_REFUSED;
    }
    if (flush(solo, message_put_load(channel_out(solo->channel), &load)) == 0 &&
        solo->code == EXIT_OK) {
        event_base_dispatch(solo->base);
    }
    return solo->code;
}

static void stop(struct solo *solo)
{
    opinions_finish(solo->opinions);
    buf_finish(&solo->transcript);
    buf_finish(&solo->ended);
    channel_destroy(solo->channel);
    if (solo->pid > 0) {
        kill(solo->pid, SIGKILL); /* it has answered, or never will */
        while (waitpid(solo->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    lines_destroy(solo->lines);
    description_destroy(solo->description);
    if (solo->program_fd >= 0) {
        close(solo->program_fd);
    }
    if (solo->timeout != NULL) {
        event_free(solo->timeout);
    }
    if (solo->base != NULL) {
        event_base_free(solo->base);
    }
}

bool solo_is_meant(struct ctl *ctl)
{
    return ctl_has(ctl, "plugins") || !call_is_vmmd_there(ctl);
}

void solo_say(struct ctl *ctl)
{
    fputs(call_is_vmmd_there(ctl)
              ? "vmmctl: --plugins: one attempt of its own, without vmmd's ledger\n"
              : "vmmctl: no vmmd runs: one attempt of its own, without its ledger\n",
          ctl->err);
}

int solo_look(struct ctl *ctl, const struct solo_target *target, ctl_row_fn on_row, void *arg,
              json_t **result)
{
    struct solo solo = {
        .ctl = ctl, .target = target, .on_row = on_row, .arg = arg, .program_fd = -1};
    *result = NULL;
    if (solo_job_read(&solo.job, target->fields) != 0) {
        return ctl_usage(ctl, "%s", solo.job.problem);
    }
    solo.base = event_base_new();
    int code = solo.base != NULL && start(&solo) == 0 ? converse(&solo) : EXIT_REFUSED;
    stop(&solo);
    *result = solo.result;
    return code;
}
