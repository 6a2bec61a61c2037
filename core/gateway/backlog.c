/* SPDX-License-Identifier: MIT */
#include "gateway/backlog.h"

#include <stdlib.h>
#include <string.h>

static const char *id_of(const void *item)
{
    return item;
}

void backlog_init(struct backlog *backlog)
{
    *backlog = (struct backlog){0};
    shelf_init(&backlog->cut, id_of);
}

void backlog_finish(struct backlog *backlog)
{
    shelf_finish(&backlog->cut, free);
}

void backlog_begin(struct backlog *backlog, const int64_t waiting[VMM_SEVERITY_COUNT])
{
    int64_t over = -BACKLOG_MAX;
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        over += waiting[i];
    }
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        int64_t most = over < waiting[i] ? over : waiting[i];
        backlog->excess[i] = most > 0 && i != VMM_SEVERITY_CRITICAL ? most : 0;
        over -= backlog->excess[i];
    }
}

static bool is_too_old(const struct backlog_event *event)
{
    return event->age_us > BACKLOG_MONTH_US ||
           (event->age_us > BACKLOG_WEEK_US && event->weight < VMM_SEVERITY_CRITICAL);
}

static uint32_t weight_of(const struct backlog_event *event)
{
    return event->weight < VMM_SEVERITY_COUNT ? event->weight : VMM_SEVERITY_CRITICAL;
}

/* The destination did not hear of the alarm, and so not of its end. Without memory it hears of the end. */
static enum backlog_cut cut(struct backlog *backlog, const char *subject)
{
    if (shelf_find(&backlog->cut, subject) != NULL) {
        return BACKLOG_AS_IT_WAS;
    }
    char *copy = strdup(subject);
    if (copy == NULL || !shelf_put(&backlog->cut, copy)) {
        free(copy);
        return BACKLOG_AS_IT_WAS;
    }
    return BACKLOG_CUT;
}

static enum backlog_cut mend(struct backlog *backlog, const char *subject)
{
    char *was = shelf_take(&backlog->cut, subject);
    enum backlog_cut now = was != NULL ? BACKLOG_WHOLE : BACKLOG_AS_IT_WAS;
    free(was);
    return now;
}

enum backlog_cut backlog_take(struct backlog *backlog, const struct backlog_event *event,
                              bool *skips)
{
    bool is_cut = event->ends && shelf_find(&backlog->cut, event->subject) != NULL;
    uint32_t weight = weight_of(event);
    *skips = is_cut || is_too_old(event) || backlog->excess[weight] > 0;
    if (*skips) {
        backlog->excess[weight] -= backlog->excess[weight] > 0;
        backlog->dropped[weight]++;
    }
    if (event->subject[0] == '\0') {
        return BACKLOG_AS_IT_WAS;
    }
    return *skips && !event->ends ? cut(backlog, event->subject) : mend(backlog, event->subject);
}

void backlog_restore(struct backlog *backlog, const char *subject)
{
    cut(backlog, subject);
}

uint64_t backlog_dropped(const struct backlog *backlog)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        sum += backlog->dropped[i];
    }
    return sum;
}

void backlog_restore_dropped(struct backlog *backlog, const uint64_t dropped[VMM_SEVERITY_COUNT])
{
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        backlog->dropped[i] += dropped[i];
    }
}

void backlog_told(struct backlog *backlog)
{
    for (uint32_t i = 0; i < VMM_SEVERITY_COUNT; i++) {
        backlog->dropped[i] = 0;
    }
}
