/* SPDX-License-Identifier: MIT */
/* A curl multi handle on the loop: its sockets, its time, and what has ended. */
#ifndef HOST_CURL_LOOP_H
#define HOST_CURL_LOOP_H

#include <curl/curl.h>
#include <event2/event.h>

struct curl_loop;

/* A transfer has ended. `owner` is its CURLOPT_PRIVATE; the handle still has to be removed. */
typedef void (*curl_loop_fn)(void *owner, CURLcode code);

/* NULL without memory. */
struct curl_loop *curl_loop_create(struct event_base *base, curl_loop_fn done);

/* No transfer may be under way. NULL is allowed. */
void curl_loop_destroy(struct curl_loop *loop);

/* Start a transfer. 0 or VMM_E_NOMEM. */
int curl_loop_add(struct curl_loop *loop, CURL *easy);

/* Take it off, ended or not. */
void curl_loop_remove(struct curl_loop *loop, CURL *easy);

#endif
