/* SPDX-License-Identifier: MIT */
#include "ipc/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define LINE_SIZE        1000u
#define LINES_PER_SECOND 100u

struct lines {
    struct event *readable;
    int fd;
    char name[64];
    char line[LINE_SIZE];
    size_t used;
    uint64_t second;
    uint32_t in_second;
    uint32_t dropped;
};

static void say_dropped(struct lines *lines)
{
    if (lines->dropped > 0) {
        log_warn(lines->name, "%u lines of its standard error were dropped", lines->dropped);
        lines->dropped = 0;
    }
}

static void put_line(struct lines *lines)
{
    uint64_t second = clock_mono_us() / CLOCK_S;
    if (second != lines->second) {
        say_dropped(lines);
        lines->second = second;
        lines->in_second = 0;
    }
    if (lines->used > 0 && lines->in_second++ < LINES_PER_SECOND) {
        log_info(lines->name, "%.*s", (int)lines->used, lines->line);
    } else if (lines->used > 0) {
        lines->dropped++;
    }
    lines->used = 0;
}

static void take(struct lines *lines, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n') {
            put_line(lines);
        } else if (lines->used < LINE_SIZE) {
            lines->line[lines->used++] = bytes[i];
        }
    }
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct lines *lines = arg;
    char bytes[4096];
    ssize_t got = read(fd, bytes, sizeof(bytes));
    if (got > 0) {
        take(lines, bytes, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        event_del(lines->readable);
    }
}

struct lines *lines_create(struct event_base *base, int fd, const char *name)
{
    struct lines *lines = calloc(1, sizeof(*lines));
    struct event *readable =
        lines != NULL ? event_new(base, fd, EV_READ | EV_PERSIST, on_readable, lines) : NULL;
    if (readable == NULL || event_add(readable, NULL) != 0) {
        if (readable != NULL) {
            event_free(readable);
        }
        free(lines);
        return NULL;
    }
    lines->readable = readable;
    lines->fd = fd;
    snprintf(lines->name, sizeof(lines->name), "%s", name);
    return lines;
}

void lines_destroy(struct lines *lines)
{
    if (lines == NULL) {
        return;
    }
    char bytes[4096];
    /* Somebody may still hold the other end and write: what is more than the pipe held is not waited for. */
    for (int reads = 0; reads < 32; reads++) {
        ssize_t got = read(lines->fd, bytes, sizeof(bytes));
        if (got <= 0) {
            break;
        }
        take(lines, bytes, (size_t)got);
    }
    put_line(lines);
    say_dropped(lines);
    event_free(lines->readable);
    close(lines->fd);
    free(lines);
}
