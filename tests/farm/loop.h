/* SPDX-License-Identifier: MIT */
/*
 * One epoll loop with timers, on one thread. Times are microseconds of CLOCK_MONOTONIC, read once a
 * turn.
 *
 * A watch's handler is told only that something may be ready: it has to try and see. So an event
 * that was queued for a connection already closed does no harm to the one that reuses its memory.
 */
#ifndef FARM_LOOP_H
#define FARM_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop_watch {
    int fd;
    void (*ready)(struct loop_watch *watch);
};

struct loop_timer {
    uint64_t due_us;
    size_t place; /* in the heap, counted from 1; 0: not set */
    void (*fire)(struct loop_timer *timer);
};

struct loop {
    int epoll_fd;
    uint64_t start_us;
    uint64_t now_us;
    int64_t wall_us; /* CLOCK_REALTIME of the same instant */
    bool stop;
    struct loop_timer **heap;
    size_t timers;
    size_t heap_cap;
    void (*after_turn)(void *data); /* called once after each turn; may be NULL */
    void *after_turn_data;
};

/* Sets LOOP up; 0, or a negative errno value. */
int loop_init(struct loop *loop);

/* Closes the epoll descriptor and frees the heap; watches and timers belong to others. */
void loop_finish(struct loop *loop);

/* Reads the clocks anew, for a turn that may be long. */
void loop_refresh(struct loop *loop);

/* Sets the clocks, for a farm that is driven by hand, and fires the timers that are due then. */
void loop_set_time(struct loop *loop, uint64_t now_us, int64_t wall_us);

/* Watches for reading (level-triggered), or for reading and writing (edge-triggered).
 * 0, or a negative errno value. Closing the descriptor ends the watch. */
int loop_watch_read(struct loop *loop, struct loop_watch *watch);
int loop_watch_edges(struct loop *loop, struct loop_watch *watch);

/* Stops watching a descriptor that stays open. */
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

/* (Re)sets TIMER to fire AFTER_US from the loop's now; its fire callback must be set. */
void loop_timer_set(struct loop *loop, struct loop_timer *timer, uint64_t after_us);

/* Takes TIMER back; nothing happens when it is not set. */
void loop_timer_clear(struct loop *loop, struct loop_timer *timer);

/* Runs until stop is set. */
void loop_run(struct loop *loop);

#endif
