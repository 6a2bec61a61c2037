/* SPDX-License-Identifier: MIT */
#include "host/curl_loop.h"

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdlib.h>

#include <vmm/errors.h>

struct curl_loop {
    struct event_base *base;
    CURLM *multi;
    struct event timer;
    curl_loop_fn done;
};

/* One per socket that curl watches; curl keeps it for us. */
struct watch {
    struct curl_loop *loop;
    struct event event;
    bool armed;
};

static void take_messages(struct curl_loop *loop)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(loop->multi, &left); message != NULL;
         message = curl_multi_info_read(loop->multi, &left)) {
        void *owner = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&owner);
        loop->done(owner, code);
    }
}

static void act(struct curl_loop *loop, curl_socket_t fd, int action)
{
    int running = 0;
    curl_multi_socket_action(loop->multi, fd, action, &running);
    take_messages(loop);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct watch *watch = arg;
    act(watch->loop, fd,
        ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
            ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void disarm(struct watch *watch)
{
    if (watch->armed) {
        event_del(&watch->event);
        watch->armed = false;
    }
}

static int forget(struct curl_loop *loop, curl_socket_t fd, struct watch *watch)
{
    if (watch != NULL) {
        disarm(watch);
        free(watch);
        curl_multi_assign(loop->multi, fd, NULL);
    }
    return 0;
}

static int on_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *watch_arg)
{
    (void)easy;
    struct curl_loop *loop = arg;
    struct watch *watch = watch_arg;
    if (what == CURL_POLL_REMOVE) {
        return forget(loop, fd, watch);
    }
    if (watch == NULL) {
        watch = calloc(1, sizeof(*watch));
        if (watch == NULL) {
            return -1;
        }
        watch->loop = loop;
        curl_multi_assign(loop->multi, fd, watch);
    }
    disarm(watch);
    short wanted = (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                           ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    event_assign(&watch->event, loop->base, fd, (short)(wanted | EV_PERSIST), on_socket, watch);
    watch->armed = event_add(&watch->event, NULL) == 0;
    return watch->armed ? 0 : -1;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    struct curl_loop *loop = arg;
    if (ms < 0) {
        event_del(&loop->timer);
        return 0;
    }
    struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    return event_add(&loop->timer, &delay);
}

static bool setup(struct curl_loop *loop)
{
    loop->multi = curl_multi_init();
    return loop->multi != NULL &&
           curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_watch) == CURLM_OK &&
           curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop) == CURLM_OK &&
           curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timeout) == CURLM_OK &&
           curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop) == CURLM_OK &&
           curl_multi_setopt(loop->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) == CURLM_OK;
}

struct curl_loop *curl_loop_create(struct event_base *base, curl_loop_fn done)
{
    struct curl_loop *loop = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK
                                 ? calloc(1, sizeof(struct curl_loop))
                                 : NULL;
    if (loop == NULL) {
        return NULL;
    }
    loop->base = base;
    loop->done = done;
    if (evtimer_assign(&loop->timer, base, on_timer, loop) != 0 || !setup(loop)) {
        curl_loop_destroy(loop);
        return NULL;
    }
    return loop;
}

void curl_loop_destroy(struct curl_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    if (loop->multi != NULL) {
        curl_multi_cleanup(loop->multi);
    }
    if (event_initialized(&loop->timer)) {
        event_del(&loop->timer);
    }
    free(loop);
}

int curl_loop_add(struct curl_loop *loop, CURL *easy)
{
    return curl_multi_add_handle(loop->multi, easy) == CURLM_OK ? 0 : VMM_E_NOMEM;
}

void curl_loop_remove(struct curl_loop *loop, CURL *easy)
{
    curl_multi_remove_handle(loop->multi, easy);
}
