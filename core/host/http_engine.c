/* SPDX-License-Identifier: MIT */
/* The sockets of curl on the loop, and who waits for which connection. */
#include "host/http_engine.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "host/exits.h"
#include "host/shelf.h"
#include "host/tls.h"

static void on_ready(void *arg, struct poller_watch *watch, uint8_t ready)
{
    (void)arg;
    struct http_socket *slot = (struct http_socket *)watch; /* its first member */
    http_lane_act(slot->lane, watch->fd,
                  ((ready & POLLER_READ) != 0 ? CURL_CSELECT_IN : 0) |
                      ((ready & POLLER_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void close_all(struct http *http)
{
    for (size_t i = 0; i < http->closing_count; i++) {
        close(http->closing[i]);
    }
    http->closing_count = 0;
}

/* What closes together costs less than one by one between other work: the way through the kernel is warm, and a device
 * on this machine is woken once. Plugins are told last: no connection that has ended waits for one that takes its time. */
static void on_done(void *arg)
{
    close_all(arg);
    http_lane_take_news(arg);
}

static struct http_socket *create_slot(struct http *http, size_t fd)
{
    if (fd >= http->socket_count) {
        size_t count = fd * 2 + 64;
        struct http_socket **sockets = realloc(http->sockets, count * sizeof(struct http_socket *));
        if (sockets == NULL) {
            return NULL;
        }
        memset(sockets + http->socket_count, 0,
               (count - http->socket_count) * sizeof(struct http_socket *));
        http->sockets = sockets;
        http->socket_count = count;
    }
    if (http->sockets[fd] == NULL) {
        http->sockets[fd] = calloc(1, sizeof(struct http_socket));
    }
    return http->sockets[fd];
}

static struct http_socket *slot_of(struct http *http, curl_socket_t fd)
{
    size_t index = (size_t)fd;
    return fd >= 0 && index < http->socket_count ? http->sockets[index] : NULL;
}

int http_engine_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *slot_arg)
{
    (void)easy;
    (void)slot_arg;
    struct http_lane *lane = arg;
    struct http *http = lane->http;
    struct http_socket *slot = slot_of(http, fd);
    if (slot == NULL) {
        slot = create_slot(http, (size_t)fd);
    }
    if (slot == NULL) {
        return -1;
    }
    slot->watch.is_lent = !slot->is_ours;
    /* Whoever takes an idle connection into use, it waits for nobody any more. */
    http_engine_forget(http, fd);
    uint8_t wanted = what == CURL_POLL_REMOVE
                         ? 0
                         : (uint8_t)(((what & CURL_POLL_IN) != 0 ? POLLER_READ : 0) |
                                     ((what & CURL_POLL_OUT) != 0 ? POLLER_WRITE : 0));
    slot->lane = lane;
    if (poller_set(http->poller, &slot->watch, fd, wanted) != 0) {
        log_error("http", "the loop cannot watch a connection"); /* its time will end it */
    }
    return 0;
}

/* More descriptors than the host can account for: the plugin leaks them, and only a new process
 * helps. */
static void report_exhaustion(void)
{
    if (errno == EMFILE) {
        log_error("http",
                  "no descriptor left for a connection; the plugin leaks them, the host gives up");
        _exit(EXIT_EXHAUSTED);
    }
}

curl_socket_t http_engine_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    (void)purpose;
    struct http_exchange *exchange = arg;
    /* curl tries once more by itself when a connection that was kept is dead, and the device counts. */
    if (exchange->job->opened > 0) {
        close_all(exchange->http);
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    address->protocol);
    if (fd < 0) {
        report_exhaustion();
        return CURL_SOCKET_BAD;
    }
    struct http_socket *slot = create_slot(exchange->http, (size_t)fd);
    if (slot == NULL) {
        close(fd);
        return CURL_SOCKET_BAD;
    }
    /* curl may have closed the one that had this number before unseen. */
    poller_forget(&slot->watch);
    slot->keeper = NULL;
    slot->is_ours = true;
    exchange->job->opened++;
    return fd;
}

void http_engine_keep(struct http *http, curl_socket_t fd, struct job *job)
{
    struct http_socket *slot = slot_of(http, fd);
    if (slot != NULL) {
        http_engine_forget(http, fd);
        slot->keeper = job;
        job->kept_fd = fd;
    }
}

void http_engine_forget(struct http *http, curl_socket_t fd)
{
    struct http_socket *slot = slot_of(http, fd);
    if (slot != NULL && slot->keeper != NULL) {
        slot->keeper->kept_fd = -1;
        slot->keeper = NULL;
    }
}

int http_engine_close(void *arg, curl_socket_t fd)
{
    struct http *http = arg;
    struct http_socket *slot = slot_of(http, fd);
    http_engine_forget(http, fd);
    if (slot != NULL) {
        poller_forget(&slot->watch);
        slot->is_ours = false;
    }
    if (http->closing_count == HTTP_CLOSING_MAX) {
        close_all(http);
    }
    http->closing[http->closing_count] = fd;
    http->closing_count++;
    if (!poller_is_busy(http->poller)) {
        close_all(http);
    }
    return 0;
}

static bool setup_curl(void)
{
    shelf_own();
    return curl_global_init_mem(CURL_GLOBAL_DEFAULT, shelf_take, shelf_give, shelf_resize,
                                shelf_copy, shelf_take_zeroed) == CURLE_OK;
}

X509_STORE *http_trusted(struct http *http)
{
    X509_STORE *store = http->trusted == NULL ? X509_STORE_new() : NULL;
    if (store != NULL && X509_STORE_load_file(store, http->ca_file) == 1) {
        http->trusted = store;
    } else {
        X509_STORE_free(store);
        ERR_clear_error();
    }
    return http->trusted;
}

struct http *http_create(struct event_base *base, const char *ca_file)
{
    struct http *http = setup_curl() ? calloc(1, sizeof(*http)) : NULL;
    if (http == NULL) {
        return NULL;
    }
    http->base = base;
    http->ca_file = tls_trusted_file(ca_file);
    http->poller = poller_create(base, on_ready, on_done, http);
    if (http->ca_file == NULL || http->poller == NULL) {
        http_destroy(http);
        return NULL;
    }
    return http;
}

void http_destroy(struct http *http)
{
    if (http == NULL) {
        return;
    }
    http_pool_empty(http);
    for (size_t i = 0; i < HTTP_LANES; i++) {
        http_lane_finish(&http->lanes[i]);
    }
    for (size_t i = 0; i < http->socket_count; i++) {
        free(http->sockets[i]);
    }
    free(http->sockets);
    poller_destroy(http->poller);
    X509_STORE_free(http->trusted);
    free(http->ca_file);
    free(http);
}
