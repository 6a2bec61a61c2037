/* SPDX-License-Identifier: MIT */
/* The curl multi handle on the loop, its sockets and its pool. Shared by the http_*.c files
 * only. */
#ifndef HOST_HTTP_ENGINE_H
#define HOST_HTTP_ENGINE_H

#include <curl/curl.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/http_exchange.h"

/* One per descriptor number, kept: sockets come and go, their numbers return. */
struct http_socket {
    struct http *http;
    struct event event;
    short watched;      /* EV_READ, EV_WRITE */
    struct job *keeper; /* the job for whose next request the connection is kept */
};

struct http {
    struct event_base *base;
    CURLM *multi;
    struct event timer; /* curl's */
    struct http_socket **sockets;
    size_t socket_count;
    struct http_exchange *idle;
    uint32_t idle_count;
    char *ca_file;
};

/* Release the idle exchanges. */
void http_pool_empty(struct http *http);

/* Remember that the connection waits for the job's next request, and forget it again. Nothing
 * happens for a descriptor that is not known. */
void http_engine_keep(struct http *http, curl_socket_t fd, struct job *job);
void http_engine_forget(struct http *http, curl_socket_t fd);

/* curl's functions to open (arg: the exchange) and close (arg: the engine) a socket. */
curl_socket_t http_engine_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address);
int http_engine_close(void *arg, curl_socket_t fd);

#endif
