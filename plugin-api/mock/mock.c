/* SPDX-License-Identifier: MIT */
/* Life of the mock: memory, events, both clocks. */
#include "mock/mock.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX     100000u
#define WALL_AT_START 1704067200000000 /* 2024-01-01 00:00:00 UTC */

/* ---- Memory ---- */

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

/* ---- Events ---- */

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

uint64_t vmm_mock_now_us(const struct vmm_mock *mock)
{
    return mock->now_us;
}

int64_t vmm_mock_wall_us(const struct vmm_mock *mock)
{
    return mock->host.wall_us(mock->host.context);
}

/* ---- Life ---- */

struct vmm_mock *vmm_mock_create(const struct vmm_descriptor *descriptor)
{
    struct vmm_mock *mock = mock_alloc(sizeof(*mock));
    mock->descriptor = descriptor;
    mock->host = mock_host_table;
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
    if (mock_send_is_open(mock)) {
        mock_complain(mock, "a request is under way at close");
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
    mock_auth_release(mock);
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
