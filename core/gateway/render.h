/* SPDX-License-Identifier: MIT */
/* A notice in words: the JSON document that <vmm/sink.h> describes. Pure. */
#ifndef GATEWAY_RENDER_H
#define GATEWAY_RENDER_H

#include "base/zone.h"
#include "gateway/notice.h"

#define RENDER_ITEMS_MAX 20u

/* For whom it is put into words. */
struct render_place {
    const char *language;
    const char *site_name; /* "" when the notice is of several sites */
    const struct zone *zone;
    const char *mode;
    uint32_t buttons;
    const char *link_base;                          /* "": no links */
    const char *(*name)(void *arg, const char *id); /* what people call a device */
    void *arg;
    int64_t wall;
};

/* One line of JSON, the caller's; NULL without memory. The notice has its id. */
char *render_notice(const struct notice *notice, const struct render_place *place);

/* "2026-11-21 22:49 CST". Returns `out`. */
#define RENDER_TIME_MAX 48u
const char *render_time(const struct zone *zone, int64_t wall, char out[RENDER_TIME_MAX]);

#endif
