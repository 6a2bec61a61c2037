/* SPDX-License-Identifier: MIT */
/* Worker threads: everything put is run once and done once, on the loop. */
#include <criterion/criterion.h>
#include <event2/event.h>
#include <pthread.h>
#include <semaphore.h>

#include <vmm/errors.h>

#include "host/work.h"

struct task {
    struct event_base *base;
    pthread_t loop;
    int ran;
    int done;
    int *left;
};

static sem_t gate;
static struct work *watched;

static void run(void *arg)
{
    struct task *task = arg;
    cr_assert_not(pthread_equal(task->loop, pthread_self()));
    task->ran++;
}

static void run_late(void *arg)
{
    sem_wait(&gate);
    run(arg);
}

static void done(void *arg)
{
    struct task *task = arg;
    cr_assert(pthread_equal(task->loop, pthread_self()));
    task->done++;
    (*task->left)--;
    if (*task->left == 0) {
        event_base_loopbreak(task->base);
    }
}

Test(host_work, runs_on_a_thread_and_is_done_on_the_loop)
{
    static struct task tasks[WORK_QUEUE_MAX];
    struct event_base *base = event_base_new();
    struct work *work = work_create(base);
    int left = WORK_QUEUE_MAX;
    for (size_t i = 0; i < WORK_QUEUE_MAX; i++) {
        tasks[i] = (struct task){.base = base, .loop = pthread_self(), .left = &left};
        cr_assert_eq(work_put(work, run, done, &tasks[i]), 0);
    }
    cr_assert_eq(work_count(work), WORK_QUEUE_MAX);
    event_base_dispatch(base);
    for (size_t i = 0; i < WORK_QUEUE_MAX; i++) {
        cr_assert_eq(tasks[i].ran, 1);
        cr_assert_eq(tasks[i].done, 1);
    }
    cr_assert_eq(work_count(work), 0);
    work_destroy(work);
    event_base_free(base);
}

Test(host_work, more_than_the_queue_holds_is_turned_away)
{
    static struct task tasks[WORK_QUEUE_MAX];
    struct event_base *base = event_base_new();
    struct work *work = work_create(base);
    int left = WORK_QUEUE_MAX;
    sem_init(&gate, 0, 0);
    for (size_t i = 0; i < WORK_QUEUE_MAX; i++) {
        tasks[i] = (struct task){.base = base, .loop = pthread_self(), .left = &left};
        cr_assert_eq(work_put(work, run_late, done, &tasks[i]), 0);
    }
    cr_assert_eq(work_put(work, run_late, done, &tasks[0]), VMM_E_AGAIN);
    for (size_t i = 0; i < WORK_QUEUE_MAX; i++) {
        sem_post(&gate);
    }
    event_base_dispatch(base);
    cr_assert_eq(tasks[0].ran, 1);
    work_destroy(work);
    event_base_free(base);
}

static void note_count(void *arg)
{
    uint32_t *seen = arg;
    *seen = work_count(watched);
}

/* A host that drains is idle when its last piece is done: nothing else may happen that would make it look. */
Test(host_work, who_watches_is_told_when_the_last_piece_is_done)
{
    static struct task task;
    struct event_base *base = event_base_new();
    int left = 1;
    uint32_t seen = 7;
    watched = work_create(base);
    work_watch(watched, note_count, &seen);
    task = (struct task){.base = base, .loop = pthread_self(), .left = &left};
    cr_assert_eq(work_put(watched, run, done, &task), 0);
    event_base_dispatch(base);
    cr_assert_eq(seen, 0, "%u", seen);
    work_destroy(watched);
    event_base_free(base);
}
