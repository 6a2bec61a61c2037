/* SPDX-License-Identifier: MIT */
#include "farm/loop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_A_TURN 512

static int64_t clock_us(clockid_t id)
{
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void loop_refresh(struct loop *loop)
{
    loop->now_us = (uint64_t)clock_us(CLOCK_MONOTONIC);
    loop->wall_us = clock_us(CLOCK_REALTIME);
}

int loop_init(struct loop *loop)
{
    *loop = (struct loop){.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
    if (loop->epoll_fd < 0) {
        return -errno;
    }
    loop_refresh(loop);
    loop->start_us = loop->now_us;
    return 0;
}

void loop_finish(struct loop *loop)
{
    if (loop->epoll_fd >= 0) {
        close(loop->epoll_fd);
    }
    free(loop->heap);
    *loop = (struct loop){.epoll_fd = -1};
}

static int watch_add(struct loop *loop, struct loop_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0 ? 0 : -errno;
}

int loop_watch_read(struct loop *loop, struct loop_watch *watch)
{
    return watch_add(loop, watch, EPOLLIN);
}

int loop_watch_edges(struct loop *loop, struct loop_watch *watch)
{
    return watch_add(loop, watch, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch)
{
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
}

static void heap_put(struct loop *loop, size_t place, struct loop_timer *timer)
{
    loop->heap[place] = timer;
    timer->place = place;
}

static void heap_up(struct loop *loop, size_t place, struct loop_timer *timer)
{
    while (place > 1 && loop->heap[place / 2]->due_us > timer->due_us) {
        heap_put(loop, place, loop->heap[place / 2]);
        place /= 2;
    }
    heap_put(loop, place, timer);
}

static void heap_down(struct loop *loop, size_t place, struct loop_timer *timer)
{
    for (size_t child = place * 2; child <= loop->timers; child = place * 2) {
        if (child < loop->timers && loop->heap[child + 1]->due_us < loop->heap[child]->due_us) {
            child++;
        }
        if (loop->heap[child]->due_us >= timer->due_us) {
            break;
        }
        heap_put(loop, place, loop->heap[child]);
        place = child;
    }
    heap_put(loop, place, timer);
}

static void heap_grow(struct loop *loop)
{
    if (loop->timers + 2 <= loop->heap_cap) {
        return;
    }
    size_t cap = loop->heap_cap == 0 ? 1024 : loop->heap_cap * 2;
    struct loop_timer **heap = realloc(loop->heap, cap * sizeof *heap);
    if (heap == NULL) {
        fputs("vmm-farm: out of memory\n", stderr);
        abort();
    }
    loop->heap = heap;
    loop->heap_cap = cap;
}

void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t after_us)
{
    loop_timer_clear(loop, timer);
    heap_grow(loop);
    timer->due_us = loop->now_us + after_us;
    loop->timers++;
    heap_up(loop, loop->timers, timer);
}

void loop_timer_clear(struct loop *loop, struct loop_timer *timer)
{
    size_t place = timer->place;
    if (place == 0) {
        return;
    }
    timer->place = 0;
    struct loop_timer *last = loop->heap[loop->timers];
    loop->timers--;
    if (last == timer) {
        return;
    }
    if (place > 1 && loop->heap[place / 2]->due_us > last->due_us) {
        heap_up(loop, place, last);
    } else {
        heap_down(loop, place, last);
    }
}

static void fire_due(struct loop *loop)
{
    while (loop->timers > 0 && loop->heap[1]->due_us <= loop->now_us) {
        struct loop_timer *timer = loop->heap[1];
        loop_timer_clear(loop, timer);
        timer->fire(timer);
    }
}

void loop_set_time(struct loop *loop, uint64_t now_us, int64_t wall_us)
{
    loop->now_us = now_us;
    loop->wall_us = wall_us;
    fire_due(loop);
}

/* Milliseconds until the next timer, rounded up so that a turn is never too early; -1: none. */
static int wait_ms(const struct loop *loop)
{
    if (loop->timers == 0) {
        return -1;
    }
    uint64_t due = loop->heap[1]->due_us;
    if (due <= loop->now_us) {
        return 0;
    }
    uint64_t ms = (due - loop->now_us + 999) / 1000;
    return ms > 60000 ? 60000 : (int)ms;
}

void loop_run(struct loop *loop)
{
    struct epoll_event events[EVENTS_A_TURN];
    while (!loop->stop) {
        int count = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, wait_ms(loop));
        loop_refresh(loop);
        for (int i = 0; i < count; i++) {
            struct loop_watch *watch = events[i].data.ptr;
            if (watch->fd >= 0) {
                watch->ready(watch);
            }
        }
        fire_due(loop);
        if (loop->after_turn != NULL) {
            loop->after_turn(loop->after_turn_data);
        }
    }
}
