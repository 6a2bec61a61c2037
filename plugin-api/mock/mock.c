/* SPDX-License-Identifier: MIT */
/* Life of the mock: memory, events, both clocks, the host's own table. */
#include "mock/mock.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX     100000u
#define WALL_AT_START 1704067200000000 /* 2024-01-01 00:00:00 UTC */
#define METRIC_MAX    64u

/* ---- Memory
 * ----------------------------------------------------------------------------------------- */

void *mock_alloc(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL) {
        fputs("mock: no memory\n", stderr);
        abort();
    }
    return memory;
}

void *mock_copy(const void *bytes, size_t size)
{
    char *copy = mock_alloc(size + 1);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

char *mock_string(const char *string)
{
    return mock_copy(string, string == NULL ? 0 : strlen(string));
}

void mock_text_add(struct mock_text *text, const void *bytes, size_t size)
{
    char *grown = realloc(text->data, text->size + size + 1);
    if (grown == NULL) {
        fputs("mock: no memory\n", stderr);
        abort();
    }
    if (size > 0) {
        memcpy(grown + text->size, bytes, size);
    }
    text->data = grown;
    text->size += size;
    grown[text->size] = '\0';
}

__attribute__((format(printf, 2, 0))) static void text_print(struct mock_text *text,
                                                             const char *format, va_list args)
{
    char line[1024];
    vsnprintf(line, sizeof(line), format, args);
    mock_text_add(text, line, strlen(line));
    mock_text_add(text, "\n", 1);
}

void mock_text_print(struct mock_text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_print(text, format, args);
    va_end(args);
}

void mock_complain(struct vmm_mock *mock, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_print(&mock->complaints, format, args);
    va_end(args);
}

int mock_call(struct vmm_mock *mock)
{
    mock->calls++;
    if (mock->fail_at == 0) {
        return 0;
    }
    mock->fail_at--;
    return mock->fail_at == 0 ? mock->fail_error : 0;
}

bool mock_is_withheld(const struct vmm_mock *mock, const char *id)
{
    for (size_t i = 0; i < sizeof(mock->withheld) / sizeof(mock->withheld[0]); i++) {
        if (mock->withheld[i] != NULL && strcmp(mock->withheld[i], id) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Events
 * ------------------------------------------------------------------------------------------- */

void mock_event_add(struct vmm_mock *mock, struct mock_event *event, uint64_t delay_us)
{
    event->due_us = mock->now_us + delay_us;
    event->queued = true;
    struct mock_event **at = &mock->queue;
    while (*at != NULL && (*at)->due_us <= event->due_us) {
        at = &(*at)->next;
    }
    event->next = *at;
    *at = event;
}

void mock_event_remove(struct vmm_mock *mock, struct mock_event *event)
{
    for (struct mock_event **at = &mock->queue; *at != NULL; at = &(*at)->next) {
        if (*at == event) {
            *at = event->next;
            event->queued = false;
            return;
        }
    }
}

static void fire_first(struct vmm_mock *mock)
{
    struct mock_event *event = mock->queue;
    mock->queue = event->next;
    event->queued = false;
    if (event->due_us > mock->now_us) {
        mock->now_us = event->due_us;
    }
    event->fire(mock, event);
}

/* Call one watch whose descriptor is ready. */
static bool fire_watch(struct vmm_mock *mock)
{
    for (struct vmm_watch *watch = mock->watches; watch != NULL; watch = watch->next) {
        bool read = (watch->events & VMM_WATCH_READ) != 0;
        bool write = (watch->events & VMM_WATCH_WRITE) != 0;
        struct pollfd fd = {.fd = watch->fd,
                            .events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0))};
        if (!watch->active || poll(&fd, 1, 0) <= 0) {
            continue;
        }
        uint32_t events = ((fd.revents & (POLLIN | POLLHUP | POLLERR)) != 0 ? VMM_WATCH_READ : 0) |
                          ((fd.revents & (POLLOUT | POLLERR)) != 0 ? VMM_WATCH_WRITE : 0);
        if ((events & watch->events) != 0) {
            watch->fn(watch->arg, events & watch->events);
            return true;
        }
    }
    return false;
}

static void cancel_all(struct vmm_mock *mock)
{
    for (struct vmm_job *job = mock->jobs; job != NULL; job = job->next) {
        vmm_mock_cancel(mock, job);
    }
}

bool vmm_mock_step(struct vmm_mock *mock)
{
    if (mock->steps++ == mock->cancel_at) {
        cancel_all(mock);
    }
    if (fire_watch(mock)) {
        return true;
    }
    if (mock->queue == NULL) {
        return false;
    }
    fire_first(mock);
    return true;
}

void vmm_mock_run(struct vmm_mock *mock)
{
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        if (!vmm_mock_step(mock)) {
            return;
        }
    }
    mock_complain(mock, "the plugin never comes to rest");
}

void vmm_mock_advance(struct vmm_mock *mock, uint64_t us)
{
    uint64_t until = mock->now_us + us;
    while (mock->queue != NULL && mock->queue->due_us <= until) {
        vmm_mock_step(mock);
    }
    mock->now_us = until;
}

void vmm_mock_set_wall(struct vmm_mock *mock, int64_t wall_us)
{
    mock->wall_offset_us = wall_us - (int64_t)mock->now_us;
}

/* ---- The host's table
 * ----------------------------------------------------------------------------------- */

/* The mock is its own context. */
static struct vmm_mock *mock_of(struct vmm_context *context)
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
        {VMM_PROBE_HOST, &mock_probe_host}, {VMM_HTTP_HOST, &mock_http_host},
        {VMM_NET_HOST, &mock_net_host},     {VMM_AUTH_HOST, &mock_auth_host},
        {VMM_SINK_HOST, &mock_sink_host},
    };
    if (mock_is_withheld(mock_of(context), id)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(offered) / sizeof(offered[0]); i++) {
        if (strcmp(offered[i].id, id) == 0) {
            return offered[i].table;
        }
    }
    return NULL;
}

static const struct vmm_host host_table = {
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

/* ---- Life
 * -----------------------------------------------------------------------------------------------
 */

struct vmm_mock *vmm_mock_create(const struct vmm_descriptor *descriptor)
{
    struct vmm_mock *mock = mock_alloc(sizeof(*mock));
    mock->descriptor = descriptor;
    mock->host = host_table;
    mock->host.context = (struct vmm_context *)(void *)mock;
    mock->now_us = 1000000;
    mock->cancel_at = UINT32_MAX;
    vmm_mock_set_wall(mock, WALL_AT_START);
    mock_text_add(&mock->complaints, "", 0);
    mock_text_add(&mock->logs, "", 0);
    mock_check_descriptor(mock, descriptor);
    return mock;
}

void vmm_mock_config(struct vmm_mock *mock, const char *json)
{
    free(mock->config);
    mock->config = mock_settings(mock, mock->descriptor->config, json, "setting");
}

void vmm_mock_withhold(struct vmm_mock *mock, const char *id)
{
    for (size_t i = 0; i < sizeof(mock->withheld) / sizeof(mock->withheld[0]); i++) {
        if (mock->withheld[i] == NULL) {
            mock->withheld[i] = id;
            return;
        }
    }
}

int vmm_mock_open(struct vmm_mock *mock)
{
    if (mock->config == NULL) {
        vmm_mock_config(mock, "{}");
    }
    int rc = VMM_E_NOTSUP;
    if (mock->descriptor->kind == VMM_KIND_PROBE) {
        rc = ((const struct vmm_probe_ops *)mock->descriptor->ops)->open(&mock->host, &mock->self);
    } else if (mock->descriptor->kind == VMM_KIND_SINK) {
        rc = ((const struct vmm_sink_ops *)mock->descriptor->ops)->open(&mock->host, &mock->self);
    }
    mock->is_open = rc == 0;
    return rc;
}

static void complain_of_rest(struct vmm_mock *mock)
{
    for (struct vmm_timer *timer = mock->timers; timer != NULL; timer = timer->next) {
        if (timer->event.queued) {
            mock_complain(mock, "a timer is left at close");
        }
    }
    for (struct vmm_watch *watch = mock->watches; watch != NULL; watch = watch->next) {
        if (watch->active) {
            mock_complain(mock, "a watch is left at close");
        }
    }
    for (struct mock_work *work = mock->works; work != NULL; work = work->next) {
        if (work->event.queued) {
            mock_complain(mock, "work is under way at close");
        }
    }
}

void vmm_mock_close(struct vmm_mock *mock)
{
    if (!mock->is_open) {
        return;
    }
    for (struct vmm_job *job = mock->jobs; job != NULL; job = job->next) {
        if (job->result.accepted == 0 && !job->result.finished) {
            mock_complain(mock, "a job is not finished at close");
        }
    }
    mock->is_open = false;
    if (mock->descriptor->kind == VMM_KIND_PROBE) {
        ((const struct vmm_probe_ops *)mock->descriptor->ops)->close(mock->self);
    } else {
        ((const struct vmm_sink_ops *)mock->descriptor->ops)->close(mock->self);
    }
    complain_of_rest(mock);
}

#define RELEASE_LIST(type, list)                                                                   \
    for (type *item = (list); item != NULL;) {                                                     \
        type *following = item->next;                                                              \
        free(item);                                                                                \
        item = following;                                                                          \
    }

void vmm_mock_destroy(struct vmm_mock *mock)
{
    if (mock == NULL) {
        return;
    }
    vmm_mock_close(mock);
    for (struct mock_metric *m = mock->metrics; m != NULL; m = m->next) {
        free(m->name);
    }
    RELEASE_LIST(struct mock_metric, mock->metrics)
    RELEASE_LIST(struct vmm_timer, mock->timers)
    RELEASE_LIST(struct vmm_watch, mock->watches)
    RELEASE_LIST(struct mock_work, mock->works)
    mock_http_release(mock);
    mock_net_release(mock);
    mock_jobs_release(mock);
    mock_sink_release(mock);
    free(mock->config);
    free(mock->complaints.data);
    free(mock->logs.data);
    free(mock);
}

const char *vmm_mock_complaints(struct vmm_mock *mock)
{
    return mock->complaints.data;
}

const char *vmm_mock_logs(struct vmm_mock *mock)
{
    return mock->logs.data;
}

double vmm_mock_metric(struct vmm_mock *mock, const char *name)
{
    for (struct mock_metric *m = mock->metrics; m != NULL; m = m->next) {
        if (strcmp(m->name, name) == 0) {
            return m->value;
        }
    }
    return 0;
}

void vmm_mock_fail_call(struct vmm_mock *mock, uint32_t n, int error)
{
    mock->fail_at = n;
    mock->fail_error = error;
}

uint32_t vmm_mock_calls(const struct vmm_mock *mock)
{
    return mock->calls;
}
