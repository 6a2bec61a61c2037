/* SPDX-License-Identifier: MIT */
#include "host/http_lane.h"

#include "host/http_engine.h"

#define LANE_LOAD 16u /* transfers under way for which a further lane is taken into use */
#define LANE_RUN                                                                                   \
    16u /* transfers in a row that get the same lane: what is begun together is begun in one call */
#define CONNECTIONS_MAX                                                                            \
    1000000L /* curl must never look for one to evict: that search is the whole cache */

static void take_messages(struct http_lane *lane)
{
    int left = 0;
    for (CURLMsg *message = curl_multi_info_read(lane->multi, &left); message != NULL;
         message = curl_multi_info_read(lane->multi, &left)) {
        struct http_exchange *exchange = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&exchange);
        http_leg_done(exchange, code);
    }
}

static void act(struct http_lane *lane, curl_socket_t fd, int action)
{
    int running = 0;
    curl_multi_socket_action(lane->multi, fd, action, &running);
}

void http_lane_act(struct http_lane *lane, curl_socket_t fd, int action)
{
    act(lane, fd, action);
    if (!lane->has_news) {
        lane->has_news = true;
        lane->next_news = lane->http->news;
        lane->http->news = lane;
    }
}

void http_lane_take_news(struct http *http)
{
    while (http->news != NULL) {
        struct http_lane *lane = http->news;
        http->news = lane->next_news;
        lane->has_news = false;
        take_messages(lane);
    }
}

static void on_timer_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    act(arg, CURL_SOCKET_TIMEOUT, 0);
    take_messages(arg);
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    struct http_lane *lane = arg;
    if (ms == 0) {
        event_active(&lane->timer, EV_TIMEOUT, 0);
    } else if (ms < 0) {
        event_del(&lane->timer);
    } else {
        struct timeval delay = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
        event_add(&lane->timer, &delay);
    }
    return 0;
}

static bool setup_multi(struct http_lane *lane)
{
    CURLM *multi = lane->multi;
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, http_engine_watch) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, lane) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_TIMERDATA, lane) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING) == CURLM_OK &&
           curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_MAX) == CURLM_OK;
}

static bool start(struct http_lane *lane, struct http *http)
{
    lane->http = http;
    lane->multi = curl_multi_init();
    if (lane->multi == NULL) {
        return false;
    }
    if (evtimer_assign(&lane->timer, http->base, on_timer_event, lane) != 0 || !setup_multi(lane)) {
        curl_multi_cleanup(lane->multi);
        lane->multi = NULL;
        return false;
    }
    return true;
}

struct http_lane *http_lane_choose(struct http *http)
{
    uint32_t needed = http->on_wire / LANE_LOAD + 1;
    uint32_t lanes = needed < HTTP_LANES ? needed : HTTP_LANES;
    struct http_lane *lane = &http->lanes[http->chosen / LANE_RUN % lanes];
    http->chosen++;
    return lane->multi != NULL || start(lane, http) ? lane : NULL;
}

void http_lane_finish(struct http_lane *lane)
{
    if (lane->multi != NULL) {
        curl_multi_cleanup(lane->multi);
        event_del(&lane->timer);
        lane->multi = NULL;
    }
}
