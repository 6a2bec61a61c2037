/* SPDX-License-Identifier: MIT */
/*
 * A bare libcurl multi loop that sends what a look at an ONVIF camera sends, the same messages in the same order over
 * one connection, and throws the answers away: it signs, and reads nothing but whether they came.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peer_multi.h"
#include "peer_soap.h"

#define SLOW_TURNS 12u /* what changes slowly is asked for once in so many looks, as vmm does */

/* The bench's devices are all alike: what a look would learn from an answer stands here. */
static const struct step {
    enum onvif_ask ask;
    const char *path;
    const char *token;
    bool slow;
} steps[] = {
    {ONVIF_ASK_CLOCK, "/onvif/device_service", NULL, false},
    {ONVIF_ASK_IDENTITY, "/onvif/device_service", NULL, false},
    {ONVIF_ASK_SERVICES, "/onvif/device_service", NULL, false},
    {ONVIF_ASK_PROFILES, "/onvif/media", NULL, false},
    {ONVIF_ASK_NTP, "/onvif/device_service", NULL, true},
    {ONVIF_ASK_HOSTNAME, "/onvif/device_service", NULL, true},
    {ONVIF_ASK_INTERFACES, "/onvif/device_service", NULL, true},
    {ONVIF_ASK_STREAM, "/onvif/media", "main", true},
    {ONVIF_ASK_STREAM, "/onvif/media", "sub", true},
    {ONVIF_ASK_SNAPSHOT, "/onvif/media", "main", true},
    {ONVIF_ASK_SUBSCRIBE, "/onvif/events", NULL, false},
    {ONVIF_ASK_PULL, "/onvif/pull?id=1", NULL, false},
    {ONVIF_ASK_UNSUBSCRIBE, "/onvif/pull?id=1", NULL, false},
};
#define STEPS (sizeof(steps) / sizeof(steps[0]))

struct look {
    struct look *next; /* of the unused ones */
    uint32_t device;
    size_t step;
    CURL *easy;
    char url[192];
    char body[PEER_SOAP_MAX];
};

static struct peer peer;
static struct peer_soap messages[STEPS];
static struct curl_slist line = {.data = "Content-Type: application/soap+xml; charset=utf-8"};
static struct look *all;
static struct look *unused;
static uint32_t look_count;
static struct look **by_device; /* under way */
static uint8_t *turns;          /* of each device */

static struct look *take_look(void)
{
    struct look *look = unused;
    if (look != NULL) {
        unused = look->next;
        return look;
    }
    look = &all[look_count++];
    look->easy = peer_multi_handle(look);
    if (look->easy == NULL) {
        return NULL;
    }
    curl_easy_setopt(look->easy, CURLOPT_HTTPHEADER, &line);
    return look;
}

/* Ask the question that the look has come to. */
static bool ask(struct look *look)
{
    const struct peer_soap *message = &messages[look->step];
    peer_soap_sign(message, peer.fleet.password, (int64_t)time(NULL), look->body);
    snprintf(look->url, sizeof(look->url), "http://%s%s", peer.fleet.devices[look->device].host,
             steps[look->step].path);
    curl_easy_setopt(look->easy, CURLOPT_URL, look->url);
    curl_easy_setopt(look->easy, CURLOPT_POSTFIELDS, look->body);
    curl_easy_setopt(look->easy, CURLOPT_POSTFIELDSIZE, (long)message->size);
    curl_easy_setopt(look->easy, CURLOPT_FRESH_CONNECT, look->step == 0 ? 1L : 0L);
    curl_easy_setopt(look->easy, CURLOPT_FORBID_REUSE, look->step + 1 == STEPS ? 1L : 0L);
    curl_easy_setopt(look->easy, CURLOPT_TIMEOUT_MS, (long)(peer_timeout_us(&peer) / 1000));
    return peer_multi_begin(look->easy);
}

static bool begin_look(struct peer *of, uint32_t number)
{
    (void)of;
    struct look *look = take_look();
    if (look == NULL) {
        return false;
    }
    look->device = number;
    look->step = 0;
    by_device[number] = look;
    return ask(look);
}

static void end_look(struct look *look, bool good)
{
    by_device[look->device] = NULL;
    turns[look->device] = (uint8_t)((turns[look->device] + 1) % SLOW_TURNS);
    look->next = unused;
    unused = look;
    peer_look_done(&peer, look->device, good);
}

static void abort_all(struct peer *of)
{
    for (uint32_t i = 0; i < of->fleet.count; i++) {
        if (by_device[i] != NULL) {
            peer_multi_abort(by_device[i]->easy);
            end_look(by_device[i], false);
        }
    }
}

/* The step behind this one that this look makes; STEPS: none. */
static size_t next_step(const struct look *look)
{
    size_t step = look->step + 1;
    while (step < STEPS && steps[step].slow && turns[look->device] != 0) {
        step++;
    }
    return step;
}

static void on_ended(void *of, CURL *easy, CURLcode result)
{
    struct look *look = of;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    bool good = result == CURLE_OK && status == 200;
    look->step = next_step(look);
    if (!good || look->step == STEPS || !ask(look)) {
        end_look(look, good && look->step == STEPS);
    }
}

/* Slow questions are spread over the looks. */
static bool make_room(void)
{
    all = calloc(peer.fleet.count, sizeof(*all));
    by_device = calloc(peer.fleet.count, sizeof(struct look *));
    turns = calloc(peer.fleet.count, sizeof(*turns));
    if (all == NULL || by_device == NULL || turns == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < peer.fleet.count; i++) {
        turns[i] = (uint8_t)(i % SLOW_TURNS);
    }
    return true;
}

static bool make_messages(void)
{
    for (size_t i = 0; i < STEPS; i++) {
        bool is_event = steps[i].ask == ONVIF_ASK_SUBSCRIBE || steps[i].ask == ONVIF_ASK_PULL ||
                        steps[i].ask == ONVIF_ASK_UNSUBSCRIBE;
        if (peer_soap_make(&messages[i], &peer.fleet, steps[i].ask, is_event ? steps[i].path : NULL,
                           steps[i].token) != 0) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    peer.look = begin_look;
    peer.abort = abort_all;
    if (!make_room() || !make_messages() || peer_multi_init(&peer, on_ended) != 0) {
        return 1;
    }
    peer_multi_loop();
    return 0;
}
