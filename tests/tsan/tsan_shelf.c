/* SPDX-License-Identifier: MIT */
/* Memory of curl: the loop and a resolver's thread take, and give back what the other took. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "host/shelf.h"

#define ROUNDS 20000
#define SIZE   100

static _Atomic(char *) of_loop;
static _Atomic(char *) of_thread;
static atomic_int wrong;

/* Pass a block on, and give back what the other side has passed. */
static void exchange(_Atomic(char *) *own, _Atomic(char *) *others, char mark, char other_mark)
{
    char *block = shelf_take(SIZE);
    memset(block, mark, SIZE);
    shelf_give(atomic_exchange(own, block));
    char *got = atomic_exchange(others, NULL);
    if (got != NULL && (got[0] != other_mark || got[SIZE - 1] != other_mark)) {
        wrong = 1;
    }
    shelf_give(got);
}

static void *thread(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        exchange(&of_thread, &of_loop, 't', 'l');
    }
    return arg;
}

int main(void)
{
    pthread_t other;
    shelf_own();
    if (pthread_create(&other, NULL, thread, NULL) != 0) {
        return 1;
    }
    for (int i = 0; i < ROUNDS; i++) {
        exchange(&of_loop, &of_thread, 'l', 't');
    }
    pthread_join(other, NULL);
    if (wrong) {
        fprintf(stderr, "tsan_shelf: a block was given to two\n");
    }
    return wrong;
}
