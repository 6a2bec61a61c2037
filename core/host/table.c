/* SPDX-License-Identifier: MIT */
#include "host/table.h"

#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "host/auth.h"
#include "host/breach.h"
#include "host/http.h"
#include "host/job.h"
#include "host/net.h"
#include "host/record.h"
#include "host/service.h"
#include "host/sink.h"
#include "host/sink_http.h"
#include "host/transcript.h"

struct vmm_timer {
    struct event event;
    vmm_timer_fn fn;
    void *arg;
};

struct vmm_watch {
    struct event event;
    vmm_watch_fn fn;
    void *arg;
};

void table_require_loop(const struct vmm_context *context)
{
    if (!pthread_equal(context->loop, pthread_self())) {
        breach("a function of the host was called from a thread that is not the loop's");
    }
}

static void table_log(struct vmm_context *context, uint32_t level, const char *text)
{
    if (text != NULL && context->secrets.shapes.size > 0) {
        char line[LOGS_LINE_MAX + 1];
        size_t size = strnlen(text, LOGS_LINE_MAX);
        memcpy(line, text, size);
        line[size] = '\0';
        mask_text(&context->secrets, line, sizeof(line));
        logs_put(context->logs, level, line);
        return;
    }
    logs_put(context->logs, level, text);
}

static uint64_t table_monotonic_us(struct vmm_context *context)
{
    (void)context;
    return clock_mono_us();
}

static int64_t table_wall_us(struct vmm_context *context)
{
    (void)context;
    return clock_wall_us();
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct vmm_timer *timer = arg;
    vmm_timer_fn fn = timer->fn;
    void *fn_arg = timer->arg;
    free(timer);
    fn(fn_arg);
}

static int table_timer_start(struct vmm_context *context, uint64_t delay_us, vmm_timer_fn fn,
                             void *arg, struct vmm_timer **out)
{
    table_require_loop(context);
    struct vmm_timer *timer = fn != NULL && out != NULL ? calloc(1, sizeof(*timer)) : NULL;
    if (timer == NULL) {
        return fn != NULL && out != NULL ? VMM_E_NOMEM : VMM_E_INVAL;
    }
    struct timeval delay = clock_span(delay_us);
    timer->fn = fn;
    timer->arg = arg;
    evtimer_assign(&timer->event, context->base, on_timer, timer);
    if (evtimer_add(&timer->event, &delay) != 0) {
        free(timer);
        return VMM_E_NOMEM;
    }
    *out = timer;
    return 0;
}

static void table_timer_cancel(struct vmm_context *context, struct vmm_timer *timer)
{
    table_require_loop(context);
    if (timer != NULL) {
        event_del(&timer->event);
        free(timer);
    }
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    struct vmm_watch *watch = arg;
    watch->fn(watch->arg, ((what & EV_READ) != 0 ? VMM_WATCH_READ : 0) |
                              ((what & EV_WRITE) != 0 ? VMM_WATCH_WRITE : 0));
}

static int table_watch_start(struct vmm_context *context, int fd, uint32_t events, vmm_watch_fn fn,
                             void *arg, struct vmm_watch **out)
{
    table_require_loop(context);
    short wanted = (short)(((events & VMM_WATCH_READ) != 0 ? EV_READ : 0) |
                           ((events & VMM_WATCH_WRITE) != 0 ? EV_WRITE : 0));
    if (fd < 0 || wanted == 0 || fn == NULL || out == NULL) {
        return VMM_E_INVAL;
    }
    struct vmm_watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return VMM_E_NOMEM;
    }
    watch->fn = fn;
    watch->arg = arg;
    event_assign(&watch->event, context->base, fd, (short)(wanted | EV_PERSIST), on_watch, watch);
    if (event_add(&watch->event, NULL) != 0) {
        free(watch);
        return VMM_E_INVAL;
    }
    *out = watch;
    return 0;
}

static void table_watch_cancel(struct vmm_context *context, struct vmm_watch *watch)
{
    table_require_loop(context);
    if (watch != NULL) {
        event_del(&watch->event);
        free(watch);
    }
}

static int table_work(struct vmm_context *context, vmm_work_fn run, vmm_work_fn done, void *arg)
{
    table_require_loop(context);
    if (run == NULL || done == NULL) {
        return VMM_E_INVAL;
    }
    return (context->traits & VMM_TRAIT_WORKERS) != 0 ? work_put(context->work, run, done, arg)
                                                      : VMM_E_DENIED;
}

static const char *table_config_json(struct vmm_context *context)
{
    return context->config;
}

static int table_metric_add(struct vmm_context *context, const char *name, double value)
{
    table_require_loop(context);
    return metrics_add(context->metrics, name, value);
}

static int table_metric_set(struct vmm_context *context, const char *name, double value)
{
    table_require_loop(context);
    return metrics_set(context->metrics, name, value);
}

/* What the host offers, to which kind, and with which trait. */
static const struct {
    uint32_t kind;
    const char *id;
    const void *table;
    uint32_t trait;
} extensions[] = {{VMM_KIND_PROBE, VMM_PROBE_HOST, &job_probe_host, 0},
                  {VMM_KIND_PROBE, VMM_HTTP_HOST, &http_host, 0},
                  {VMM_KIND_PROBE, VMM_NET_HOST, &net_host, 0},
                  {VMM_KIND_PROBE, VMM_AUTH_HOST, &auth_host, 0},
                  {VMM_KIND_PROBE, VMM_TRANSCRIPT_HOST, &transcript_host, 0},
                  {VMM_KIND_SINK, VMM_SINK_HOST, &sink_host, 0},
                  {VMM_KIND_SINK, VMM_HTTP_HOST, &sink_http_host, 0},
                  {VMM_KIND_SINK, VMM_RECORD_HOST, &record_host, VMM_TRAIT_RECORD},
                  {VMM_KIND_SERVICE, VMM_SERVICE_HOST, &service_host, 0}};

static const void *table_extension(struct vmm_context *context, const char *id)
{
    for (size_t i = 0; id != NULL && i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (extensions[i].kind == context->kind && strcmp(extensions[i].id, id) == 0 &&
            (context->traits & extensions[i].trait) == extensions[i].trait) {
            return extensions[i].table;
        }
    }
    return NULL;
}

void table_init(struct vmm_context *context)
{
    context->loop = pthread_self();
    context->table = (struct vmm_host){.struct_size = sizeof(struct vmm_host),
                                       .abi_major = VMM_ABI_MAJOR,
                                       .abi_minor = VMM_ABI_MINOR,
                                       .context = context,
                                       .log = table_log,
                                       .monotonic_us = table_monotonic_us,
                                       .wall_us = table_wall_us,
                                       .timer_start = table_timer_start,
                                       .timer_cancel = table_timer_cancel,
                                       .watch_start = table_watch_start,
                                       .watch_cancel = table_watch_cancel,
                                       .work = table_work,
                                       .config_json = table_config_json,
                                       .metric_add = table_metric_add,
                                       .metric_set = table_metric_set,
                                       .extension = table_extension};
}
