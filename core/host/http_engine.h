/* SPDX-License-Identifier: MIT */
/* curl on the loop: its multi handles, its sockets and its pool. Shared by the http_*.c files
 * only. */
#ifndef HOST_HTTP_ENGINE_H
#define HOST_HTTP_ENGINE_H

#include <curl/curl.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/http_exchange.h"
#include "host/http_lane.h"
#include "host/poller.h"

#define HTTP_CLOSING_MAX 64u

/* One per descriptor number, kept: sockets come and go, their numbers return. */
struct http_socket {
    struct poller_watch watch; /* first: a poller knows no more */
    struct http_lane *lane;
    bool is_ours;       /* opened and closed here; else the resolver's */
    struct job *keeper; /* the job for whose next request the connection is kept */
};

struct http {
    struct event_base *base;
    struct http_lane lanes[HTTP_LANES];
    struct http_lane *news; /* lanes in which something may have ended */
    uint32_t on_wire;       /* transfers */
    uint32_t chosen;        /* lanes chosen so far */
    struct http_socket **sockets;
    size_t socket_count;
    struct poller *poller;
    int closing[HTTP_CLOSING_MAX]; /* at the end of the batch */
    size_t closing_count;
    struct http_exchange *idle;
    uint32_t idle_count;
    char *ca_file;
    struct x509_store_st *trusted; /* what is in it; NULL: not read yet */
};

/* Release the idle exchanges. */
void http_pool_empty(struct http *http);

/* Remember that the connection waits for the job's next request, and forget it again. Nothing
 * happens for a descriptor that is not known. */
void http_engine_keep(struct http *http, curl_socket_t fd, struct job *job);
void http_engine_forget(struct http *http, curl_socket_t fd);

/* curl's function to watch a socket (arg: the lane). */
int http_engine_watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *slot_arg);

/* curl's functions to open (arg: the exchange) and close (arg: the engine) a socket. */
curl_socket_t http_engine_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address);
int http_engine_close(void *arg, curl_socket_t fd);

#endif
