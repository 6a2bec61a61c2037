/* SPDX-License-Identifier: MIT */
/* The host's worker threads: what is put is run once on a thread and done once on the loop. */
#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "host/work.h"

#define PIECES 20000

struct piece {
    int ran;
    int done;
};

static struct piece pieces[PIECES];
static int finished;

static void run(void *arg)
{
    ((struct piece *)arg)->ran++;
}

static void done(void *arg)
{
    ((struct piece *)arg)->done++;
    finished++;
}

int main(void)
{
    struct event_base *base = event_base_new();
    struct work *work = work_create(base);
    int put = 0;
    while (finished < PIECES) {
        while (put < PIECES && work_put(work, run, done, &pieces[put]) == 0) {
            put++;
        }
        event_base_loop(base, EVLOOP_ONCE);
    }
    work_destroy(work);
    event_base_free(base);
    for (int i = 0; i < PIECES; i++) {
        if (pieces[i].ran != 1 || pieces[i].done != 1) {
            fprintf(stderr, "tsan_work: piece %d ran %d times, was done %d times\n", i,
                    pieces[i].ran, pieces[i].done);
            return 1;
        }
    }
    return 0;
}
