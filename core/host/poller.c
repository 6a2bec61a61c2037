/* SPDX-License-Identifier: MIT */
#include "host/poller.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/log.h"

#define BATCH 64

struct poller {
    int fd;
    struct event *event;
    poller_ready_fn on_ready;
    poller_done_fn on_done;
    void *arg;
    uint32_t batch; /* how many there were */
    bool is_busy;
};

/* ---- Deciding -------------------------------------------------------------------------------- */

/* An edge that was told is not told again: from here on, levels. */
static enum poller_call leave_edges(struct poller_watch *watch)
{
    watch->levels = watch->wanted;
    return POLLER_CALL_CHANGE;
}

static enum poller_call drop(struct poller_watch *watch)
{
    watch->is_known = false;
    return POLLER_CALL_DROP;
}

enum poller_call poller_want(struct poller_watch *watch, uint8_t wanted)
{
    watch->wanted = wanted;
    if (wanted == 0) {
        return watch->is_lent && watch->is_known ? drop(watch) : POLLER_CALL_NONE;
    }
    if (!watch->is_known) {
        watch->is_known = true;
        watch->seen = 0;
        watch->levels = watch->is_lent ? wanted : 0;
        return POLLER_CALL_ADD;
    }
    bool is_wrong = watch->levels != 0 ? watch->levels != wanted : (watch->seen & wanted) != 0;
    return is_wrong ? leave_edges(watch) : POLLER_CALL_NONE;
}

uint8_t poller_take(struct poller_watch *watch, uint8_t ready)
{
    watch->seen |= ready;
    return watch->wanted & ready;
}

enum poller_call poller_dealt(struct poller_watch *watch)
{
    if (!watch->is_known) {
        return POLLER_CALL_NONE;
    }
    if (watch->levels != 0) {
        return watch->wanted == 0 ? drop(watch) : POLLER_CALL_NONE;
    }
    return (watch->seen & watch->wanted) != 0 ? leave_edges(watch) : POLLER_CALL_NONE;
}

/* ---- Doing ----------------------------------------------------------------------------------- */

static uint32_t events_of(const struct poller_watch *watch)
{
    if (watch->levels == 0) {
        return EPOLLIN | EPOLLOUT | EPOLLET;
    }
    return ((watch->levels & POLLER_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
           ((watch->levels & POLLER_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

/* An end or an error is found by reading as well as by writing. */
static uint8_t ready_of(uint32_t events)
{
    if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        return POLLER_READ | POLLER_WRITE;
    }
    return (uint8_t)(((events & EPOLLIN) != 0 ? POLLER_READ : 0) |
                     ((events & EPOLLOUT) != 0 ? POLLER_WRITE : 0));
}

static int tell_kernel(const struct poller *poller, struct poller_watch *watch,
                       enum poller_call call)
{
    static const int operations[] = {[POLLER_CALL_ADD] = EPOLL_CTL_ADD,
                                     [POLLER_CALL_CHANGE] = EPOLL_CTL_MOD,
                                     [POLLER_CALL_DROP] = EPOLL_CTL_DEL};
    struct epoll_event event = {.events = events_of(watch), .data.ptr = watch};
    if (call == POLLER_CALL_NONE) {
        return 0;
    }
    if (call == POLLER_CALL_ADD) {
        watch->since = poller->batch;
    }
    bool good = epoll_ctl(poller->fd, operations[call], watch->fd, &event) == 0;
    return good || call == POLLER_CALL_DROP ? 0 : VMM_E_IO;
}

/* One that became known in this batch is another than the one that was ready. */
static void hand_out(const struct poller *poller, const struct epoll_event *event)
{
    struct poller_watch *watch = event->data.ptr;
    if (!watch->is_known || watch->since == poller->batch) {
        return;
    }
    uint8_t ready = poller_take(watch, ready_of(event->events));
    if (ready != 0) {
        poller->on_ready(poller->arg, watch, ready);
    }
    if (tell_kernel(poller, watch, poller_dealt(watch)) != 0) {
        log_error("http", "the loop cannot watch a connection");
    }
}

static bool is_writer(const struct epoll_event *event)
{
    const struct poller_watch *watch = event->data.ptr;
    return (watch->wanted & POLLER_WRITE) != 0;
}

static void on_batch(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct poller *poller = arg;
    struct epoll_event events[BATCH];
    struct epoll_event readers[BATCH];
    int reading = 0;
    int count = epoll_wait(fd, events, BATCH, 0);
    poller->batch++;
    poller->is_busy = true;
    for (int i = 0; i < count; i++) {
        if (is_writer(&events[i])) {
            hand_out(poller, &events[i]);
        } else {
            readers[reading] = events[i];
            reading++;
        }
    }
    for (int i = 0; i < reading; i++) {
        hand_out(poller, &readers[i]);
    }
    poller->is_busy = false;
    poller->on_done(poller->arg);
}

struct poller *poller_create(struct event_base *base, poller_ready_fn on_ready,
                             poller_done_fn on_done, void *arg)
{
    struct poller *poller = calloc(1, sizeof(*poller));
    if (poller == NULL) {
        return NULL;
    }
    *poller = (struct poller){
        .fd = epoll_create1(EPOLL_CLOEXEC), .on_ready = on_ready, .on_done = on_done, .arg = arg};
    if (poller->fd >= 0) {
        poller->event = event_new(base, poller->fd, EV_READ | EV_PERSIST, on_batch, poller);
    }
    if (poller->event == NULL || event_add(poller->event, NULL) != 0) {
        poller_destroy(poller);
        return NULL;
    }
    return poller;
}

void poller_destroy(struct poller *poller)
{
    if (poller == NULL) {
        return;
    }
    if (poller->event != NULL) {
        event_free(poller->event);
    }
    if (poller->fd >= 0) {
        close(poller->fd);
    }
    free(poller);
}

int poller_set(struct poller *poller, struct poller_watch *watch, int fd, uint8_t wanted)
{
    watch->fd = fd;
    return wanted == watch->wanted ? 0 : tell_kernel(poller, watch, poller_want(watch, wanted));
}

void poller_forget(struct poller_watch *watch)
{
    *watch = (struct poller_watch){0};
}

bool poller_is_busy(const struct poller *poller)
{
    return poller->is_busy;
}
