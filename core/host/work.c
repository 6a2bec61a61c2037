/* SPDX-License-Identifier: MIT */
#include "host/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <vmm/errors.h>

struct piece {
    work_fn run;
    work_fn done;
    void *arg;
};

/* Two rings share one array: pieces [taken, put) wait for a thread, finished ones wait in
 * `ready`. */
struct work {
    void (*on_change)(void *arg); /* may be NULL */
    void *change_arg;
    struct event *wake;
    int fd; /* eventfd: something is ready */
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t threads[WORK_THREADS];
    uint32_t thread_count;
    bool ending;
    struct piece waiting[WORK_QUEUE_MAX];
    uint32_t first;
    uint32_t waiting_count;
    struct piece ready[WORK_QUEUE_MAX];
    uint32_t ready_count;
    uint32_t
        open; /* put and not done; at most WORK_QUEUE_MAX, so that `ready` has room. Loop only. */
};

static void finish_piece(struct work *work, const struct piece *piece)
{
    uint64_t one = 1;
    pthread_mutex_lock(&work->lock);
    work->ready[work->ready_count] = *piece;
    work->ready_count++;
    pthread_mutex_unlock(&work->lock);
    ssize_t written = write(work->fd, &one, sizeof(one));
    (void)written; /* the counter cannot overflow with so few pieces */
}

/* The next piece, or false when the pool ends. */
static bool take_piece(struct work *work, struct piece *piece)
{
    pthread_mutex_lock(&work->lock);
    while (work->waiting_count == 0 && !work->ending) {
        pthread_cond_wait(&work->more, &work->lock);
    }
    bool got = work->waiting_count > 0;
    if (got) {
        *piece = work->waiting[work->first];
        work->first = (work->first + 1) % WORK_QUEUE_MAX;
        work->waiting_count--;
    }
    pthread_mutex_unlock(&work->lock);
    return got;
}

static void *run_thread(void *arg)
{
    struct work *work = arg;
    struct piece piece;
    while (take_piece(work, &piece)) {
        piece.run(piece.arg);
        finish_piece(work, &piece);
    }
    return NULL;
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    struct work *work = arg;
    struct piece ready[WORK_QUEUE_MAX];
    uint64_t count = 0;
    if (read(fd, &count, sizeof(count)) < 0) {
        return;
    }
    pthread_mutex_lock(&work->lock);
    uint32_t size = work->ready_count;
    for (uint32_t i = 0; i < size; i++) {
        ready[i] = work->ready[i];
    }
    work->ready_count = 0;
    pthread_mutex_unlock(&work->lock);
    for (uint32_t i = 0; i < size; i++) {
        work->open--;
        ready[i].done(ready[i].arg);
    }
    if (work->on_change != NULL) {
        work->on_change(work->change_arg);
    }
}

void work_watch(struct work *work, void (*on_change)(void *arg), void *arg)
{
    work->on_change = on_change;
    work->change_arg = arg;
}

struct work *work_create(struct event_base *base)
{
    struct work *work = calloc(1, sizeof(*work));
    if (work == NULL) {
        return NULL;
    }
    pthread_mutex_init(&work->lock, NULL);
    pthread_cond_init(&work->more, NULL);
    work->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    work->wake =
        work->fd >= 0 ? event_new(base, work->fd, EV_READ | EV_PERSIST, on_ready, work) : NULL;
    if (work->wake == NULL || event_add(work->wake, NULL) != 0) {
        work_destroy(work);
        return NULL;
    }
    return work;
}

void work_destroy(struct work *work)
{
    if (work == NULL) {
        return;
    }
    pthread_mutex_lock(&work->lock);
    work->ending = true;
    pthread_cond_broadcast(&work->more);
    pthread_mutex_unlock(&work->lock);
    for (uint32_t i = 0; i < work->thread_count; i++) {
        pthread_join(work->threads[i], NULL);
    }
    if (work->wake != NULL) {
        event_free(work->wake);
    }
    if (work->fd >= 0) {
        close(work->fd);
    }
    pthread_cond_destroy(&work->more);
    pthread_mutex_destroy(&work->lock);
    free(work);
}

/* Signals are for the loop: a worker starts with all of them blocked. */
static int start_thread(struct work *work)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&work->threads[work->thread_count], NULL, run_thread, work);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        work->thread_count++;
    }
    return rc == 0 ? 0 : VMM_E_IO;
}

int work_put(struct work *work, work_fn run, work_fn done, void *arg)
{
    if (work->open == WORK_QUEUE_MAX) {
        return VMM_E_AGAIN;
    }
    bool wants_thread = work->thread_count < WORK_THREADS && work->open >= work->thread_count;
    if (wants_thread && start_thread(work) != 0 && work->thread_count == 0) {
        return VMM_E_IO;
    }
    work->open++;
    pthread_mutex_lock(&work->lock);
    uint32_t last = (work->first + work->waiting_count) % WORK_QUEUE_MAX;
    work->waiting[last] = (struct piece){run, done, arg};
    work->waiting_count++;
    pthread_cond_signal(&work->more);
    pthread_mutex_unlock(&work->lock);
    return 0;
}

uint32_t work_count(const struct work *work)
{
    return work->open;
}
