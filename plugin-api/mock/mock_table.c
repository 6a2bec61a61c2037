/* SPDX-License-Identifier: MIT */
/* The host's own table: log, clocks, timers, watches, work, metrics, extensions. */
#include "mock/mock.h"

#include <stdio.h>
#include <string.h>

#define METRIC_MAX 64u

/* The mock is its own context. */
struct vmm_mock *mock_of(struct vmm_context *context)
{
    return (struct vmm_mock *)(void *)context;
}

static void host_log(struct vmm_context *context, uint32_t level, const char *text)
{
    static const char *const words[] = {"?", "error", "warn", "info", "debug"};
    struct vmm_mock *mock = mock_of(context);
    bool known = level >= VMM_LOG_ERROR && level <= VMM_LOG_DEBUG;
    if (!known || text == NULL) {
        mock_complain(mock, "log() with level %u", level);
        return;
    }
    mock_text_print(&mock->logs, "%s: %s", words[level], text);
}

static uint64_t host_monotonic(struct vmm_context *context)
{
    return mock_of(context)->now_us;
}

static int64_t host_wall(struct vmm_context *context)
{
    struct vmm_mock *mock = mock_of(context);
    return (int64_t)mock->now_us + mock->wall_offset_us;
}

static void fire_timer(struct vmm_mock *mock, struct mock_event *event)
{
    struct vmm_timer *timer = (struct vmm_timer *)event;
    (void)mock;
    timer->fn(timer->arg);
}

static int host_timer_start(struct vmm_context *context, uint64_t delay_us, vmm_timer_fn fn,
                            void *arg, struct vmm_timer **out)
{
    struct vmm_mock *mock = mock_of(context);
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    struct vmm_timer *timer = mock_alloc(sizeof(*timer));
    *timer =
        (struct vmm_timer){.event.fire = fire_timer, .next = mock->timers, .fn = fn, .arg = arg};
    mock->timers = timer;
    mock_event_add(mock, &timer->event, delay_us);
    *out = timer;
    return 0;
}

static void host_timer_cancel(struct vmm_context *context, struct vmm_timer *timer)
{
    struct vmm_mock *mock = mock_of(context);
    if (timer == NULL || !timer->event.queued) {
        mock_complain(mock, "timer_cancel() of a timer that is gone");
        return;
    }
    mock_event_remove(mock, &timer->event);
}

static int host_watch_start(struct vmm_context *context, int fd, uint32_t events, vmm_watch_fn fn,
                            void *arg, struct vmm_watch **out)
{
    struct vmm_mock *mock = mock_of(context);
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    struct vmm_watch *watch = mock_alloc(sizeof(*watch));
    *watch = (struct vmm_watch){mock->watches, fd, events, true, fn, arg};
    mock->watches = watch;
    *out = watch;
    return 0;
}

static void host_watch_cancel(struct vmm_context *context, struct vmm_watch *watch)
{
    if (watch == NULL || !watch->active) {
        mock_complain(mock_of(context), "watch_cancel() of a watch that is gone");
        return;
    }
    watch->active = false;
}

static void fire_work(struct vmm_mock *mock, struct mock_event *event)
{
    struct mock_work *work = (struct mock_work *)event;
    (void)mock;
    work->run(work->arg);
    work->done(work->arg);
}

static int host_work(struct vmm_context *context, vmm_work_fn run, vmm_work_fn done, void *arg)
{
    struct vmm_mock *mock = mock_of(context);
    if ((mock->descriptor->traits & VMM_TRAIT_WORKERS) == 0) {
        mock_complain(mock, "work() without VMM_TRAIT_WORKERS");
        return VMM_E_DENIED;
    }
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    struct mock_work *work = mock_alloc(sizeof(*work));
    *work = (struct mock_work){
        .event.fire = fire_work, .next = mock->works, .run = run, .done = done, .arg = arg};
    mock->works = work;
    mock_event_add(mock, &work->event, 1000);
    return 0;
}

static const char *host_config(struct vmm_context *context)
{
    return mock_of(context)->config;
}

/* The metric of this name; NULL, with a complaint, when the name or their number is not allowed. */
static struct mock_metric *metric_of(struct vmm_mock *mock, const char *name)
{
    size_t count = 0;
    for (struct mock_metric *m = mock->metrics; m != NULL; m = m->next) {
        if (strcmp(m->name, name) == 0) {
            return m;
        }
        count++;
    }
    char prefix[64];
    snprintf(prefix, sizeof(prefix), "vmm_%s_", mock->descriptor->name);
    if (strncmp(name, prefix, strlen(prefix)) != 0 || count == METRIC_MAX) {
        mock_complain(mock, "metric %s: the name must begin with %s, at most %u names", name,
                      prefix, METRIC_MAX);
        return NULL;
    }
    struct mock_metric *made = mock_alloc(sizeof(*made));
    *made = (struct mock_metric){mock->metrics, mock_string(name), 0};
    mock->metrics = made;
    return made;
}

static int host_metric(struct vmm_context *context, const char *name, double value, bool add)
{
    struct vmm_mock *mock = mock_of(context);
    int rc = mock_call(mock);
    if (rc != 0) {
        return rc;
    }
    struct mock_metric *metric = metric_of(mock, name);
    if (metric == NULL) {
        return VMM_E_INVAL;
    }
    metric->value = (add ? metric->value : 0) + value;
    return 0;
}

static int host_metric_add(struct vmm_context *context, const char *name, double value)
{
    return host_metric(context, name, value, true);
}

static int host_metric_set(struct vmm_context *context, const char *name, double value)
{
    return host_metric(context, name, value, false);
}

static const void *host_extension(struct vmm_context *context, const char *id)
{
    static const struct {
        const char *id;
        const void *table;
    } offered[] = {
        {VMM_PROBE_HOST, &mock_probe_host},
        {VMM_HTTP_HOST, &mock_http_host},
        {VMM_NET_HOST, &mock_net_host},
        {VMM_AUTH_HOST, &mock_auth_host},
        {VMM_SINK_HOST, &mock_sink_host},
        {VMM_RECORD_HOST, &mock_record_host},
        {VMM_TRANSCRIPT_HOST, &mock_transcript_host},
    };
    if (mock_is_withheld(mock_of(context), id)) {
        return NULL;
    }
    if (strcmp(id, VMM_RECORD_HOST) == 0 &&
        (mock_of(context)->descriptor->traits & VMM_TRAIT_RECORD) == 0) {
        return NULL;
    }
    if (mock_of(context)->descriptor->kind == VMM_KIND_SINK && strcmp(id, VMM_HTTP_HOST) == 0) {
        return &mock_send_host;
    }
    for (size_t i = 0; i < sizeof(offered) / sizeof(offered[0]); i++) {
        if (strcmp(offered[i].id, id) == 0) {
            return offered[i].table;
        }
    }
    return NULL;
}

const struct vmm_host mock_host_table = {
    .struct_size = sizeof(struct vmm_host),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .log = host_log,
    .monotonic_us = host_monotonic,
    .wall_us = host_wall,
    .timer_start = host_timer_start,
    .timer_cancel = host_timer_cancel,
    .watch_start = host_watch_start,
    .watch_cancel = host_watch_cancel,
    .work = host_work,
    .config_json = host_config,
    .metric_add = host_metric_add,
    .metric_set = host_metric_set,
    .extension = host_extension,
};
