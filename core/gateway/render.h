/* SPDX-License-Identifier: MIT */
/* A notice in words: the JSON document that <vmm/sink.h> describes. Pure. */
#ifndef GATEWAY_RENDER_H
#define GATEWAY_RENDER_H

#include "base/zone.h"
#include "gateway/notice.h"

#define RENDER_ITEMS_MAX 20u

struct gateway_site;

/* For whom it is put into words. */
struct render_place {
    const char *language;
    const char *site_name; /* "" when the notice is of several sites */
    const struct zone *zone;
    const char *mode;
    uint32_t buttons;
    const char *link_base;                          /* "": no links */
    const char *(*name)(void *arg, const char *id); /* what people call a device */
    bool (*site)(void *arg, const char *id, struct gateway_site *out); /* as in gateway_world */
    void *arg;
    int64_t wall;
};

/* One line of JSON, the caller's; NULL without memory. The notice has its id. */
char *render_notice(const struct notice *notice, const struct render_place *place);

/* "2026-11-21 22:49 CST"; NULL is UTC. Returns `out`. */
#define RENDER_TIME_MAX 80u
const char *render_time(const struct zone *zone, int64_t wall, char out[RENDER_TIME_MAX]);

/* "2026-11-21 22:49 CST (14:49 UTC)", with the date where UTC has another. Returns `out`. */
const char *render_moment(const struct zone *zone, int64_t wall, char out[RENDER_TIME_MAX]);

#endif
