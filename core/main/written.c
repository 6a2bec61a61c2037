/* SPDX-License-Identifier: MIT */
#include "main/written.h"

#include <stdlib.h>

#include "main/daemon.h"

#define WRITTEN_US 999999

/* It lasts until the store has answered, whoever waits for it. */
struct written {
    struct event *timer; /* NULL: nobody waits any more */
    written_fn done;
    void *arg;
};

void written_forget(struct written *written)
{
    if (written != NULL && written->timer != NULL) {
        event_free(written->timer);
        written->timer = NULL;
    }
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct written *written = arg;
    (void)fd;
    (void)what;
    written_forget(written);
    written->done(written->arg);
}

/* Whatever became of it: there is nothing more to wait for. */
static void on_written(void *arg, int rc)
{
    struct written *written = arg;
    (void)rc;
    if (written->timer != NULL) {
        written_forget(written);
        written->done(written->arg);
    }
    free(written);
}

/* An empty batch behind what is on its way. */
struct written *written_wait(struct daemon *daemon, written_fn done, void *arg)
{
    struct store_health health;
    struct timeval limit = {.tv_usec = WRITTEN_US};
    store_health(daemon->store, &health);
    struct store_batch *batch = health.working ? store_batch_create() : NULL;
    struct written *written = batch != NULL ? calloc(1, sizeof(*written)) : NULL;
    if (written != NULL) {
        *written = (struct written){.done = done, .arg = arg};
        written->timer = event_new(daemon->base, -1, 0, on_timer, written);
    }
    if (written == NULL || written->timer == NULL) {
        store_batch_destroy(batch);
        free(written);
        return NULL;
    }
    event_add(written->timer, &limit);
    store_submit(daemon->store, batch, on_written, written);
    return written;
}
