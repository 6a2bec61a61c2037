/* SPDX-License-Identifier: MIT */
#include "main/reference.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "cause/references.h"

#define PERIOD_S  10
#define TIMEOUT_S 3

struct reference {
    struct reference_watch *of;
    struct sockaddr_storage address;
    socklen_t size;
    struct event *asked; /* NULL: it is not being asked */
    int fd;
};

struct reference_watch {
    struct event_base *base;
    struct event *timer;
    reference_fn fn;
    void *arg;
    uint32_t count;
    struct reference all[REFERENCES_MAX];
};

static void forget(struct reference *reference)
{
    if (reference->asked != NULL) {
        event_free(reference->asked);
        close(reference->fd);
        reference->asked = NULL;
    }
}

static void tell(struct reference *reference, bool answered)
{
    struct reference_watch *of = reference->of;
    of->fn(of->arg, (uint32_t)(reference - of->all), answered);
}

/* What is refused is there. */
static bool is_answer(int error)
{
    return error == 0 || error == ECONNREFUSED;
}

static void on_asked(evutil_socket_t fd, short what, void *arg)
{
    struct reference *reference = arg;
    int error = ETIMEDOUT;
    socklen_t size = sizeof(error);
    if ((what & EV_WRITE) != 0) {
        (void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    forget(reference);
    tell(reference, is_answer(error));
}

static void wait_for(struct reference *reference, int fd)
{
    const struct timeval limit = {.tv_sec = TIMEOUT_S};
    reference->asked = event_new(reference->of->base, fd, EV_WRITE, on_asked, reference);
    reference->fd = fd;
    if (reference->asked == NULL) {
        close(fd);
    } else {
        event_add(reference->asked, &limit);
    }
}

/* That this machine has no socket left says nothing of the reference. */
static void ask(struct reference *reference)
{
    int fd = socket(reference->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    int rc = connect(fd, (const struct sockaddr *)&reference->address, reference->size);
    if (rc != 0 && errno == EINPROGRESS) {
        wait_for(reference, fd);
        return;
    }
    bool answered = is_answer(rc == 0 ? 0 : errno);
    close(fd);
    tell(reference, answered);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct reference_watch *references = arg;
    (void)fd;
    (void)what;
    for (uint32_t i = 0; i < references->count; i++) {
        if (references->all[i].asked == NULL) {
            ask(&references->all[i]);
        }
    }
}

static void add(struct reference_watch *references, const char *text)
{
    struct reference *reference = &references->all[references->count];
    if (text != NULL && address_parse(text, &reference->address, &reference->size) == 0) {
        reference->of = references;
        references->count++;
    }
}

struct reference_watch *reference_create(struct event_base *base, const json_t *addresses,
                                         reference_fn fn, void *arg)
{
    const struct timeval period = {.tv_sec = PERIOD_S};
    struct reference_watch *references = calloc(1, sizeof(*references));
    if (references == NULL) {
        return NULL;
    }
    *references = (struct reference_watch){.base = base, .fn = fn, .arg = arg};
    for (size_t i = 0; i < json_array_size(addresses) && references->count < REFERENCES_MAX; i++) {
        add(references, json_string_value(json_array_get(addresses, i)));
    }
    references->timer = event_new(base, -1, EV_PERSIST, on_timer, references);
    if (references->timer == NULL) {
        reference_destroy(references);
        return NULL;
    }
    if (references->count > 0) {
        event_add(references->timer, &period);
        event_active(references->timer, EV_TIMEOUT, 0);
    }
    return references;
}

void reference_destroy(struct reference_watch *references)
{
    if (references == NULL) {
        return;
    }
    for (uint32_t i = 0; i < references->count; i++) {
        forget(&references->all[i]);
    }
    if (references->timer != NULL) {
        event_free(references->timer);
    }
    free(references);
}
