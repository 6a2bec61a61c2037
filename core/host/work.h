/* SPDX-License-Identifier: MIT */
/* Worker threads for what would block the loop. They are started when the first work comes. */
#ifndef HOST_WORK_H
#define HOST_WORK_H

#include <event2/event.h>
#include <stdint.h>

#define WORK_THREADS   4u
#define WORK_QUEUE_MAX 256u

struct work;

typedef void (*work_fn)(void *arg);

/* NULL without memory. */
struct work *work_create(struct event_base *base);

/* Waits for what is running. Not for a host that ends (it leaves with _exit). NULL is allowed. */
void work_destroy(struct work *work);

/* Run `run(arg)` on a worker thread, then `done(arg)` on the loop. VMM_E_AGAIN when WORK_QUEUE_MAX
 * wait already, VMM_E_IO when no thread can be started. Loop thread only. */
int work_put(struct work *work, work_fn run, work_fn done, void *arg);

/* Have it told on the loop whenever pieces have been done. */
void work_watch(struct work *work, void (*on_change)(void *arg), void *arg);

/* Pieces whose done() was not called yet. Loop thread only. */
uint32_t work_count(const struct work *work);

#endif
