/* SPDX-License-Identifier: MIT */
#include "host/logs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <vmm/plugin.h>

#include "base/clock.h"
#include "ipc/message.h"

#define QUEUE_MAX                                                                                  \
    (1u << 20) /* bytes that wait for a core that does not read; then lines are dropped */

struct logs {
    struct channel *channel;
    struct event *wake;
    int fd;
    uint32_t level;
    pthread_mutex_t lock;
    struct buf waiting; /* FRAME_LOG frames */
    uint64_t second;    /* of the monotonic clock, which `kept` counts in */
    uint32_t kept;
    uint64_t dropped;
    char error[LOGS_LINE_MAX + 1]; /* the last line of level error */
};

static void append(struct logs *logs, uint32_t level, const char *text)
{
    struct log_message message = {.level = level, .text = text};
    (void)message_put_log(&logs->waiting, FRAME_LOG, &message);
}

/* Whether one more line fits this second. With the lock held. */
static bool has_room(struct logs *logs)
{
    uint64_t second = clock_mono_us() / CLOCK_S;
    if (second != logs->second) {
        logs->second = second;
        logs->kept = 0;
        if (logs->dropped > 0) {
            char text[64];
            snprintf(text, sizeof(text), "%llu lines were dropped",
                     (unsigned long long)logs->dropped);
            append(logs, VMM_LOG_WARN, text);
            logs->dropped = 0;
        }
    }
    if (logs->kept == LOGS_PER_SECOND || logs->waiting.size > QUEUE_MAX) {
        logs->dropped++;
        return false;
    }
    logs->kept++;
    return true;
}

void logs_put(struct logs *logs, uint32_t level, const char *text)
{
    if (text == NULL || level < VMM_LOG_ERROR || level > logs->level) {
        return;
    }
    char line[LOGS_LINE_MAX + 1];
    size_t size = strnlen(text, LOGS_LINE_MAX);
    memcpy(line, text, size);
    line[size] = '\0';
    uint64_t one = 1;
    pthread_mutex_lock(&logs->lock);
    if (has_room(logs)) {
        append(logs, level, line);
    }
    if (level == VMM_LOG_ERROR) {
        memcpy(logs->error, line, size + 1);
    }
    pthread_mutex_unlock(&logs->lock);
    ssize_t written = write(logs->fd, &one, sizeof(one));
    (void)written;
}

void logs_error(struct logs *logs, char out[LOGS_LINE_MAX + 1])
{
    pthread_mutex_lock(&logs->lock);
    memcpy(out, logs->error, sizeof(logs->error));
    pthread_mutex_unlock(&logs->lock);
}

void logs_flush(struct logs *logs)
{
    pthread_mutex_lock(&logs->lock);
    if (channel_waiting(logs->channel) < QUEUE_MAX) {
        buf_add(channel_out(logs->channel), logs->waiting.data, logs->waiting.size);
        buf_clear(&logs->waiting);
    }
    pthread_mutex_unlock(&logs->lock);
    channel_flush_soon(logs->channel);
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    uint64_t count = 0;
    if (read(fd, &count, sizeof(count)) > 0) {
        logs_flush(arg);
    }
}

struct logs *logs_create(struct event_base *base, struct channel *channel, uint32_t level)
{
    struct logs *logs = calloc(1, sizeof(*logs));
    if (logs == NULL) {
        return NULL;
    }
    logs->channel = channel;
    logs->level = level;
    pthread_mutex_init(&logs->lock, NULL);
    logs->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    logs->wake =
        logs->fd >= 0 ? event_new(base, logs->fd, EV_READ | EV_PERSIST, on_wake, logs) : NULL;
    if (logs->wake == NULL || event_add(logs->wake, NULL) != 0) {
        logs_destroy(logs);
        return NULL;
    }
    return logs;
}

void logs_destroy(struct logs *logs)
{
    if (logs == NULL) {
        return;
    }
    if (logs->wake != NULL) {
        event_free(logs->wake);
    }
    if (logs->fd >= 0) {
        close(logs->fd);
    }
    buf_finish(&logs->waiting);
    pthread_mutex_destroy(&logs->lock);
    free(logs);
}
