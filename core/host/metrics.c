/* SPDX-License-Identifier: MIT */
#include "host/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "ipc/message.h"

struct metric {
    char name[METRICS_NAME_MAX + 1];
    double value;
    bool is_counter;
    bool has_changed;
};

struct metrics {
    struct channel *channel;
    struct event *timer;
    char prefix[METRICS_NAME_MAX + 1]; /* vmm_<plugin>_ */
    struct metric list[METRICS_MAX];
    size_t count;
};

static bool is_name(const struct metrics *metrics, const char *name)
{
    size_t prefix = strlen(metrics->prefix);
    if (name == NULL || strncmp(name, metrics->prefix, prefix) != 0 || name[prefix] == '\0') {
        return false;
    }
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[length] == '\0' && length <= METRICS_NAME_MAX;
}

static struct metric *find(struct metrics *metrics, const char *name)
{
    for (size_t i = 0; i < metrics->count; i++) {
        if (strcmp(metrics->list[i].name, name) == 0) {
            return &metrics->list[i];
        }
    }
    return NULL;
}

static int find_or_make(struct metrics *metrics, const char *name, bool is_counter,
                        struct metric **out)
{
    if (!is_name(metrics, name)) {
        return VMM_E_INVAL;
    }
    struct metric *metric = find(metrics, name);
    if (metric == NULL) {
        if (metrics->count == METRICS_MAX) {
            return VMM_E_TOOBIG;
        }
        metric = &metrics->list[metrics->count];
        metrics->count++;
        *metric = (struct metric){.is_counter = is_counter};
        snprintf(metric->name, sizeof(metric->name), "%s", name);
    }
    *out = metric;
    return metric->is_counter == is_counter ? 0 : VMM_E_INVAL;
}

static void changed(struct metrics *metrics, struct metric *metric)
{
    static const struct timeval second = {.tv_sec = 1};
    metric->has_changed = true;
    if (evtimer_pending(metrics->timer, NULL) == 0) {
        evtimer_add(metrics->timer, &second);
    }
}

int metrics_add(struct metrics *metrics, const char *name, double value)
{
    struct metric *metric = NULL;
    int rc =
        isfinite(value) && value >= 0 ? find_or_make(metrics, name, true, &metric) : VMM_E_RANGE;
    if (rc == 0) {
        metric->value += value;
        changed(metrics, metric);
    }
    return rc;
}

int metrics_set(struct metrics *metrics, const char *name, double value)
{
    struct metric *metric = NULL;
    int rc = isfinite(value) ? find_or_make(metrics, name, false, &metric) : VMM_E_RANGE;
    if (rc == 0) {
        metric->value = value;
        changed(metrics, metric);
    }
    return rc;
}

void metrics_flush(struct metrics *metrics)
{
    for (size_t i = 0; i < metrics->count; i++) {
        struct metric *metric = &metrics->list[i];
        if (!metric->has_changed) {
            continue;
        }
        struct metric_message message = {
            .is_counter = metric->is_counter, .value = metric->value, .name = metric->name};
        if (message_put_metric(channel_out(metrics->channel), &message) == 0) {
            metric->has_changed = false;
            metric->value = metric->is_counter ? 0 : metric->value;
        }
    }
    channel_flush_soon(metrics->channel);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    metrics_flush(arg);
}

struct metrics *metrics_create(struct event_base *base, struct channel *channel, const char *plugin)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    if (metrics == NULL) {
        return NULL;
    }
    metrics->channel = channel;
    metrics->timer = evtimer_new(base, on_timer, metrics);
    if (metrics->timer == NULL ||
        !text_format(metrics->prefix, sizeof(metrics->prefix), "vmm_%s_", plugin)) {
        metrics_destroy(metrics);
        return NULL;
    }
    return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
    if (metrics != NULL) {
        if (metrics->timer != NULL) {
            event_free(metrics->timer);
        }
        free(metrics);
    }
}
