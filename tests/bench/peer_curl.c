/* SPDX-License-Identifier: MIT */
/*
 * A bare libcurl multi loop on libevent that sends the same request with a ready-made Authorization: what
 * a program of that kind costs that does nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer_digest.h"
#include "peer_multi.h"
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
    curl_easy_setopt(look->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(look->easy, CURLOPT_HEADERDATA, look);
    return look;
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
    return peer_multi_begin(look->easy);
}

static void end_look(struct look *look, bool good)
{
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
            peer_multi_abort(by_device[i]->easy);
            end_look(by_device[i], false);
        }
    }
}

static void on_ended(void *of, CURL *easy, CURLcode result)
{
    struct look *look = of;
    long status = 0;
    bool came = result == CURLE_OK;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (came && status == 401 && look->preparing) {
        take_challenge(look);
    }
    end_look(look, came && status == (look->preparing ? 401 : 200));
}

static bool make_room(void)
{
    all = calloc(peer.fleet.count, sizeof(*all));
    by_device = calloc(peer.fleet.count, sizeof(struct look *));
    authorizations = calloc(peer.fleet.count, sizeof(*authorizations));
    return all != NULL && by_device != NULL && authorizations != NULL;
}

int main(int argc, char **argv)
{
    int rc = peer_init(&peer, argc, argv);
    if (rc != 0) {
        return rc;
    }
    peer.look = begin_look;
    peer.abort = abort_all;
    if (!make_room() || peer_multi_init(&peer, on_ended) != 0) {
        return 1;
    }
    peer_multi_loop();
    return 0;
}
