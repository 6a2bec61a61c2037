/* SPDX-License-Identifier: MIT */
/*
 * A curl multi handle on the loop, and its time. When a connection closes, curl searches all that its multi handle has
 * for it, and the timers of all transfers stand in one tree; so transfers are shared out over several handles, each with
 * few of them. Shared by the http_*.c files only.
 */
#ifndef HOST_HTTP_LANE_H
#define HOST_HTTP_LANE_H

#include <curl/curl.h>
#include <event2/event_struct.h>
#include <stdbool.h>

struct http;

#define HTTP_LANES 64u

struct http_lane {
    struct http *http;
    CURLM *multi;       /* NULL: not needed so far */
    struct event timer; /* curl's */
    bool has_news;
    struct http_lane *next_news;
};

/* The lane for a transfer that needs no kept connection; NULL without memory. */
struct http_lane *http_lane_choose(struct http *http);

/* Tell curl what happened to a socket. What has ended by that waits for http_lane_take_news(). */
void http_lane_act(struct http_lane *lane, curl_socket_t fd, int action);

/* Take what has ended, of all lanes: plugins are told. */
void http_lane_take_news(struct http *http);

/* Release it; accepts one that was never chosen. */
void http_lane_finish(struct http_lane *lane);

#endif
