/* SPDX-License-Identifier: MIT */
#include "host/loop.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "host/drain.h"
#include "host/exits.h"
#include "host/http.h"
#include "host/job.h"
#include "host/loader.h"
#include "host/origin.h"
#include "host/redact.h"
#include "host/record.h"
#include "host/service.h"
#include "host/sink.h"
#include "host/sink_http.h"
#include "host/table.h"
#include "host/transcript.h"
#include "ipc/channel.h"
#include "ipc/describe.h"
#include "ipc/message.h"

#define DEFAULT_JOBS 256u
#define LARGEST_JOBS 65536u

#define CHECK_WHY_SIZE 256

enum state { STATE_EMPTY, STATE_LOADED, STATE_SERVING, STATE_ENDING };

struct loop {
    enum state state;
    struct event_base *base;
    struct channel *channel;
    struct plugin plugin;
    struct vmm_context context;
    struct buf config;
    void *self; /* the plugin's, from open() */
    struct http *http;
    struct origins origins;
    struct jobs *jobs;
    struct sink *sink;
    struct drain drain;
    uint32_t log_level;
    bool describe_only;
};

static void say(struct loop *loop, uint32_t type, uint64_t id)
{
    (void)message_put_empty(channel_out(loop->channel), type, id);
    channel_flush_soon(loop->channel);
}

/* Tell why, and end. */
static int fail(struct loop *loop, const char *why)
{
    log_error("loop", "%s", why);
    (void)message_put_text(channel_out(loop->channel), FRAME_FAILED, 0, why);
    channel_flush_soon(loop->channel);
    loop->state = STATE_ENDING;
    drain_leave(&loop->drain, EXIT_LOAD);
    return 0;
}

/* ---- The end --------------------------------------------------------------------------------- */

static bool is_idle(void *arg)
{
    const struct loop *loop = arg;
    return (loop->jobs == NULL || jobs_count(loop->jobs) == 0) &&
           (loop->sink == NULL || !sink_is_busy(loop->sink)) &&
           (loop->context.sink_http == NULL || sink_http_count(loop->context.sink_http) == 0) &&
           (loop->context.service == NULL || !service_is_busy(loop->context.service)) &&
           work_count(loop->context.work) == 0;
}

static void close_plugin(struct loop *loop)
{
    switch (loop->plugin.descriptor.kind) {
    case VMM_KIND_PROBE:
        loop->plugin.probe.close(loop->self);
        break;
    case VMM_KIND_SINK:
        loop->plugin.sink.close(loop->self);
        break;
    default:
        loop->plugin.service.close(loop->self);
        break;
    }
}

static void on_idle(void *arg)
{
    struct loop *loop = arg;
    loop->state = STATE_ENDING;
    close_plugin(loop);
    metrics_flush(loop->context.metrics);
    logs_flush(loop->context.logs);
    say(loop, FRAME_DRAINED, 0);
    drain_leave(&loop->drain, EXIT_ORDERLY);
}

static void on_change(void *arg)
{
    struct loop *loop = arg;
    drain_poke(&loop->drain);
}

static int on_drain(struct loop *loop)
{
    if (loop->state != STATE_SERVING || loop->drain.draining) {
        return VMM_E_PROTO;
    }
    if (loop->sink != NULL) {
        sink_drain(loop->sink);
    } else if (loop->context.service != NULL) {
        service_drain(loop->context.service);
    }
    drain_begin(&loop->drain);
    return 0;
}

/* ---- The beginning --------------------------------------------------------------------------- */

static int on_load(struct loop *loop, const struct frame *frame)
{
    struct load_message message;
    char why[LOADER_WHY_SIZE];
    if (loop->state != STATE_EMPTY || message_get_load(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    loop->log_level = message.log_level;
    loop->describe_only = message.describe_only != 0;
    if (loader_load(&message, &loop->plugin, why) != 0) {
        return fail(loop, why);
    }
    struct buf json;
    buf_init(&json);
    int rc = describe_encode(loop->plugin.original, &json);
    if (rc == 0) {
        rc = message_put_text(channel_out(loop->channel), FRAME_DESCRIBED, 0, buf_cstr(&json));
    }
    buf_finish(&json);
    if (rc != 0) {
        snprintf(why, sizeof(why), "%s: its descriptor cannot be told: error %d", message.name, rc);
        return fail(loop, why);
    }
    loop->state = STATE_LOADED;
    return channel_flush_soon(loop->channel);
}

/* What the settings say beyond the plugin: what is never told, and where a sink may send to. */
static int read_settings(struct loop *loop, const char *ca_file)
{
    struct vmm_context *context = &loop->context;
    const struct vmm_descriptor *descriptor = &loop->plugin.descriptor;
    json_t *config = json_loads(context->config, 0, NULL);
    int rc = redact_init(&context->secrets, descriptor->config, config);
    if (rc == 0 && descriptor->kind == VMM_KIND_SINK) {
        rc = origins_collect(&loop->origins, descriptor->config, config);
    }
    json_decref(config);
    if (rc == 0 && descriptor->kind == VMM_KIND_SINK) {
        context->sink_http = sink_http_create(loop->base, &loop->origins, ca_file, on_change, loop);
        rc = context->sink_http != NULL ? 0 : VMM_E_NOMEM;
    }
    return rc;
}

/* Everything a plugin may ask for, before it is opened. */
static int prepare(struct loop *loop, const struct configure_message *message)
{
    struct vmm_context *context = &loop->context;
    const struct vmm_descriptor *descriptor = &loop->plugin.descriptor;
    buf_text(&loop->config, message->config);
    context->base = loop->base;
    context->config = buf_cstr(&loop->config);
    context->kind = descriptor->kind;
    context->traits = descriptor->traits;
    context->logs = logs_create(loop->base, loop->channel, loop->log_level);
    context->metrics = metrics_create(loop->base, loop->channel, descriptor->name);
    context->work = work_create(loop->base);
    bool good = !buf_failed(&loop->config) && context->logs != NULL && context->metrics != NULL &&
                context->work != NULL;
    if (good) {
        work_watch(context->work, on_change, loop);
    }
    if (good && descriptor->kind == VMM_KIND_PROBE) {
        loop->http = http_create(loop->base, message->ca_file);
        good = loop->http != NULL;
    }
    if (good && (descriptor->traits & VMM_TRAIT_RECORD) != 0) {
        context->record = record_create(loop->channel, message->node_id);
        good = context->record != NULL;
    }
    if (good && descriptor->kind == VMM_KIND_SERVICE) {
        context->service =
            service_create(loop->channel, &loop->plugin.service, context->config, on_change, loop);
        good = context->service != NULL;
    }
    table_init(context);
    return good ? read_settings(loop, message->ca_file) : VMM_E_NOMEM;
}

static int open_probe(struct loop *loop, uint32_t max_jobs)
{
    const struct vmm_probe_ops *ops = &loop->plugin.probe;
    int rc = ops->open(&loop->context.table, &loop->self);
    if (rc != 0) {
        return rc;
    }
    uint32_t max = max_jobs > 0 && max_jobs < LARGEST_JOBS ? max_jobs : DEFAULT_JOBS;
    struct jobs_setup setup = {.base = loop->base,
                               .channel = loop->channel,
                               .http = loop->http,
                               .work = loop->context.work,
                               .ops = ops,
                               .self = loop->self,
                               .max = max,
                               .on_change = on_change,
                               .arg = loop};
    loop->jobs = jobs_create(&setup);
    return loop->jobs != NULL ? 0 : VMM_E_NOMEM;
}

static int open_sink(struct loop *loop)
{
    const struct vmm_sink_ops *ops = &loop->plugin.sink;
    int rc = ops->open(&loop->context.table, &loop->self);
    if (rc != 0) {
        return rc;
    }
    struct sink_setup setup = {.channel = loop->channel,
                               .ops = ops,
                               .self = loop->self,
                               .record = loop->context.record,
                               .secrets = &loop->context.secrets,
                               .on_change = on_change,
                               .arg = loop};
    loop->sink = sink_create(&setup);
    return loop->sink != NULL ? 0 : VMM_E_NOMEM;
}

static int open_service(struct loop *loop)
{
    int rc = loop->plugin.service.open(&loop->context.table, &loop->self);
    return rc == 0 ? service_start(loop->context.service, loop->self) : rc;
}

static int open_plugin(struct loop *loop, uint32_t max_jobs)
{
    switch (loop->plugin.descriptor.kind) {
    case VMM_KIND_PROBE:
        return open_probe(loop, max_jobs);
    case VMM_KIND_SINK:
        return open_sink(loop);
    default:
        return open_service(loop);
    }
}

/* With what the plugin itself said of it last. */
static int fail_open(struct loop *loop, int rc)
{
    char why[LOADER_WHY_SIZE];
    char said[LOGS_LINE_MAX + 1] = "";
    if (loop->context.logs != NULL) {
        logs_error(loop->context.logs, said);
        logs_flush(loop->context.logs);
    }
    snprintf(why, sizeof(why), "%s: its open() failed: %.180s%serror %d",
             loop->plugin.descriptor.name, said, said[0] != '\0' ? ", " : "", rc);
    return fail(loop, why);
}

static int on_configure(struct loop *loop, const struct frame *frame)
{
    struct configure_message message;
    if (loop->state != STATE_LOADED || loop->describe_only ||
        message_get_configure(frame, &message) != 0) {
        return VMM_E_PROTO;
    }
    int rc = prepare(loop, &message);
    if (rc == 0) {
        rc = open_plugin(loop, message.max_jobs);
    }
    if (rc != 0) {
        return fail_open(loop, rc);
    }
    loop->state = STATE_SERVING;
    say(loop, FRAME_READY, 0);
    return 0;
}

/* ---- Service --------------------------------------------------------------------------------- */

static int on_job(struct loop *loop, const struct frame *frame)
{
    if (loop->state != STATE_SERVING || loop->jobs == NULL || loop->drain.draining) {
        return VMM_E_PROTO;
    }
    return jobs_start(loop->jobs, frame);
}

/* What is wrong with these options, in one line of the plugin's; also while the host drains. */
static int on_check(struct loop *loop, const struct frame *frame)
{
    struct text_message asked;
    struct vmm_options_ops ops;
    char why[CHECK_WHY_SIZE] = "";
    if (loop->state != STATE_SERVING || message_get_text(frame, &asked) != 0 ||
        loader_extension(&loop->plugin, VMM_OPTIONS, &ops, sizeof(ops)) != 0 || ops.check == NULL) {
        return VMM_E_PROTO;
    }
    int rc = ops.check(asked.text, why, sizeof(why));
    if (rc != 0 && why[0] == '\0') {
        snprintf(why, sizeof(why), "refused with error %d and no word why", rc);
    }
    rc = message_put_text(channel_out(loop->channel), FRAME_CHECKED, frame->id, rc != 0 ? why : "");
    return rc == 0 ? channel_flush_soon(loop->channel) : rc;
}

/* Only where the plugin is described and never opened: its opinion is a pure function. */
static int on_weigh(struct loop *loop, const struct frame *frame)
{
    if (loop->state != STATE_LOADED || !loop->describe_only ||
        transcript_weigh(&loop->plugin, frame, channel_out(loop->channel)) != 0) {
        return VMM_E_PROTO;
    }
    return channel_flush_soon(loop->channel);
}

static int on_cancel(struct loop *loop, const struct frame *frame)
{
    if (loop->jobs == NULL) {
        return VMM_E_PROTO;
    }
    jobs_cancel(loop->jobs, frame->id);
    return 0;
}

static int on_batch(struct loop *loop, const struct frame *frame)
{
    if (loop->state != STATE_SERVING || loop->sink == NULL || loop->drain.draining) {
        return VMM_E_PROTO;
    }
    return sink_start(loop->sink, frame);
}

static int on_resumed(struct loop *loop)
{
    return loop->context.record != NULL ? record_resumed(loop->context.record) : VMM_E_PROTO;
}

static int on_frame(void *arg, const struct frame *frame)
{
    struct loop *loop = arg;
    switch (frame->type) {
    case FRAME_LOAD:
        return on_load(loop, frame);
    case FRAME_CONFIGURE:
        return on_configure(loop, frame);
    case FRAME_JOB:
        return on_job(loop, frame);
    case FRAME_CHECK:
        return on_check(loop, frame);
    case FRAME_WEIGH:
        return on_weigh(loop, frame);
    case FRAME_CANCEL:
        return on_cancel(loop, frame);
    case FRAME_BATCH:
        return on_batch(loop, frame);
    case FRAME_RESUMED:
        return on_resumed(loop);
    case FRAME_DRAIN:
        return on_drain(loop);
    case FRAME_PING:
        say(loop, FRAME_PONG, frame->id);
        return 0;
    default:
        return VMM_E_PROTO;
    }
}

static void on_end(void *arg, int error)
{
    struct loop *loop = arg;
    if (error != 0) {
        log_error("loop", "the stream to the core ended: error %d", error);
    }
    if (!loop->drain.leaving) {
        loop->drain.status = error != 0 ? EXIT_PROTOCOL : EXIT_ORDERLY;
    }
    event_base_loopbreak(loop->base);
}

/* Each look's socket is watched for one thing after another and then closed: the kernel is told once a turn. */
static struct event_base *create_base(void)
{
    struct event_config *config = event_config_new();
    if (config == NULL) {
        return NULL;
    }
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

int loop_run(int stream)
{
    static struct loop loop;
    loop.base = create_base();
    loop.channel =
        loop.base != NULL ? channel_create(loop.base, stream, on_frame, on_end, &loop) : NULL;
    if (loop.channel == NULL) {
        return EXIT_WALL;
    }
    struct drain_setup setup = {.base = loop.base,
                                .channel = loop.channel,
                                .is_idle = is_idle,
                                .on_idle = on_idle,
                                .arg = &loop};
    if (drain_init(&loop.drain, &setup) != 0) {
        return EXIT_WALL;
    }
    event_base_dispatch(loop.base);
    return loop.drain.status;
}
