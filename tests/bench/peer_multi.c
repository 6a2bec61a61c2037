/* SPDX-License-Identifier: MIT */
#include "peer_multi.h"

#include <event2/event.h>
#include <unistd.h>

static struct peer *peer;
static peer_ended_fn on_ended;
static struct event_base *base;
static struct event *timer; /* curl's */
static struct event *due;   /* ours */
static CURLM *multi;

/* ---- handles ------------------------------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    (void)bytes;
    (void)one;
    (void)arg;
    return size;
}

CURL *peer_multi_handle(void *look)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        return NULL;
    }
    curl_easy_setopt(easy, CURLOPT_PRIVATE, look);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "vmm/0.1");
    return easy;
}

bool peer_multi_begin(CURL *easy)
{
    return curl_multi_add_handle(multi, easy) == CURLM_OK;
}

void peer_multi_abort(CURL *easy)
{
    curl_multi_remove_handle(multi, easy);
}

static void take_done(void)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(multi, &left); message != NULL;
         message = curl_multi_info_read(multi, &left)) {
        void *look = NULL;
        CURL *easy = message->easy_handle;
        CURLcode result = message->data.result; /* not there any more once it is taken out */
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&look);
        curl_multi_remove_handle(multi, easy);
        on_ended(look, easy, result);
    }
}

/* ---- the loop ------------------------------------------------------------------------------------------ */

static void arm_due(void)
{
    int wait = peer_wait_ms(peer);
    if (wait >= 0) {
        struct timeval tv = {.tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000};
        event_add(due, &tv);
    }
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    peer_begin_due(peer);
    arm_due();
}

static void act(curl_socket_t fd, int what)
{
    int running = 0;
    curl_multi_socket_action(multi, fd, what, &running);
    take_done();
    if (peer->to_prepare != PEER_NONE) {
        on_due(-1, 0, NULL);
    }
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    (void)arg;
    act(fd, ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
                ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    act(CURL_SOCKET_TIMEOUT, 0);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    (void)easy;
    (void)arg;
    struct event *event = socket_arg;
    if (what == CURL_POLL_REMOVE) {
        if (event != NULL) {
            event_free(event);
            curl_multi_assign(multi, fd, NULL);
        }
        return 0;
    }
    short kind = (short)(((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                         ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0) | EV_PERSIST);
    if (event == NULL) {
        event = event_new(base, fd, kind, on_socket, NULL);
        curl_multi_assign(multi, fd, event);
    } else {
        event_del(event);
        event_assign(event, base, fd, kind, on_socket, NULL);
    }
    return event_add(event, NULL);
}

static int set_timer(CURLM *of, long ms, void *arg)
{
    (void)of;
    (void)arg;
    if (ms < 0) {
        return event_del(timer);
    }
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    return event_add(timer, &tv);
}

static void on_command(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    if (!peer_command(peer)) {
        event_base_loopbreak(base);
        return;
    }
    on_due(-1, 0, NULL);
}

/* ---- life ---------------------------------------------------------------------------------------------- */

int peer_multi_init(struct peer *of, peer_ended_fn ended)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    peer = of;
    on_ended = ended;
    base = event_base_new();
    multi = curl_multi_init();
    if (base == NULL || multi == NULL) {
        return -1;
    }
    timer = event_new(base, -1, 0, on_timer, NULL);
    due = event_new(base, -1, 0, on_due, NULL);
    struct event *commands = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_command, NULL);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    bool good = timer != NULL && due != NULL && commands != NULL;
    return good && event_add(commands, NULL) == 0 ? 0 : -1;
}

void peer_multi_loop(void)
{
    event_base_dispatch(base);
}
