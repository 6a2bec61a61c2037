/* SPDX-License-Identifier: MIT */
/*
 * A bare libcurl multi loop on libevent that sends the same request with a ready-made Authorization: what
 * a program of that kind costs that does nothing else. Tuned: handles are used again, connections are not, no DNS
 * cache (it is searched from end to end for each new address), one callback for all sockets.
 */
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"
#include "peer_digest.h"
#include "peer_reply.h"

#define HEAD_MAX 4096

struct look {
    struct look *next; /* of the unused ones */
    uint32_t device;
    bool preparing; /* its answer is the 401 with the challenge */
    size_t used;
    CURL *easy;
    struct curl_slist line;
    struct curl_slist *list; /* &line, or NULL */
    char url[192];
    char head[HEAD_MAX];
    char authorization[PEER_AUTHORIZATION_MAX + 16];
};

static struct peer peer;
static struct look *all;
static struct look *unused;
static uint32_t look_count;
static struct look **by_device; /* under way */
static char (*authorizations)[PEER_AUTHORIZATION_MAX];
static struct event_base *base;
static struct event *timer; /* curl's */
static struct event *due;   /* ours */
static CURLM *multi;

/* ---- handles ------------------------------------------------------------------------------------------- */

static size_t on_header(char *line, size_t one, size_t size, void *arg)
{
    (void)one;
    struct look *look = arg;
    if (look->preparing && look->used + size < HEAD_MAX) {
        memcpy(look->head + look->used, line, size);
        look->used += size;
        look->head[look->used] = '\0';
    }
    return size;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *arg)
{
    (void)bytes;
    (void)one;
    (void)arg;
    return size;
}

static CURL *make_handle(struct look *look)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL) {
        return NULL;
    }
    curl_easy_setopt(easy, CURLOPT_PRIVATE, look);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, look);
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

static struct look *take_look(void)
{
    struct look *look = unused;
    if (look != NULL) {
        unused = look->next;
        return look;
    }
    look = &all[look_count++];
    look->easy = make_handle(look);
    return look->easy != NULL ? look : NULL;
}

/* ---- looks --------------------------------------------------------------------------------------------- */

static bool begin_look(struct peer *of, uint32_t number)
{
    struct look *look = take_look();
    if (look == NULL) {
        return false;
    }
    const char *authorization = authorizations[number];
    look->device = number;
    look->used = 0;
    look->preparing = authorization[0] == '\0';
    snprintf(look->url, sizeof(look->url), "http://%s%s", of->fleet.devices[number].host,
             of->fleet.path);
    snprintf(look->authorization, sizeof(look->authorization), "Authorization: %s", authorization);
    look->line = (struct curl_slist){.data = look->authorization};
    look->list = look->preparing ? NULL : &look->line;
    curl_easy_setopt(look->easy, CURLOPT_URL, look->url);
    curl_easy_setopt(look->easy, CURLOPT_HTTPHEADER, look->list);
    curl_easy_setopt(look->easy, CURLOPT_TIMEOUT_MS, (long)(peer_timeout_us(of) / 1000));
    by_device[number] = look;
    return curl_multi_add_handle(multi, look->easy) == CURLM_OK;
}

static void end_look(struct look *look, bool good)
{
    curl_multi_remove_handle(multi, look->easy);
    by_device[look->device] = NULL;
    look->next = unused;
    unused = look;
    peer_look_done(&peer, look->device, good);
}

static void take_challenge(struct look *look)
{
    size_t length = 0;
    const char *challenge =
        peer_reply_header(look->head, look->head + look->used, "WWW-Authenticate", &length);
    struct peer_request request = {.method = "GET", .uri = peer.fleet.path};
    if (challenge != NULL) {
        peer_digest(&peer.fleet, &request, challenge, length, authorizations[look->device]);
    }
}

static void abort_all(struct peer *of)
{
    for (uint32_t i = 0; i < of->fleet.count; i++) {
        if (by_device[i] != NULL) {
            end_look(by_device[i], false);
        }
    }
}

static void take_done(void)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(multi, &left); message != NULL;
         message = curl_multi_info_read(multi, &left)) {
        struct look *look = NULL;
        long status = 0;
        bool came = message->data.result == CURLE_OK;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&look);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (came && status == 401 && look->preparing) {
            take_challenge(look);
        }
        end_look(look, came && status == (look->preparing ? 401 : 200));
    }
}

/* ---- the loop ------------------------------------------------------------------------------------------ */

static void arm_due(void)
{
    int wait = peer_wait_ms(&peer);
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
    peer_begin_due(&peer);
    arm_due();
}

static void act(curl_socket_t fd, int what)
{
    int running = 0;
    curl_multi_socket_action(multi, fd, what, &running);
    take_done();
    if (peer.to_prepare != PEER_NONE) {
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
    if (!peer_command(&peer)) {
        event_base_loopbreak(base);
        return;
    }
    on_due(-1, 0, NULL);
}

static bool set_up(void)
{
    all = calloc(peer.fleet.count, sizeof(*all));
    by_device = calloc(peer.fleet.count, sizeof(struct look *));
    authorizations = calloc(peer.fleet.count, sizeof(*authorizations));
    base = event_base_new();
    multi = curl_multi_init();
    if (all == NULL || by_device == NULL || authorizations == NULL || base == NULL ||
        multi == NULL) {
        return false;
    }
    timer = event_new(base, -1, 0, on_timer, NULL);
    due = event_new(base, -1, 0, on_due, NULL);
    struct event *commands = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_command, NULL);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, set_timer);
    return timer != NULL && due != NULL && commands != NULL && event_add(commands, NULL) == 0;
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    peer.look = begin_look;
    peer.abort = abort_all;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (!set_up()) {
        return 1;
    }
    event_base_dispatch(base);
    return 0;
}
