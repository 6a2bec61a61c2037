/* SPDX-License-Identifier: MIT */
/* What the kernel says of this machine's own network: its interfaces, their addresses, the default routes. */
#ifndef CAUSE_NETVIEW_H
#define CAUSE_NETVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETVIEW_LINKS_MAX  64u
#define NETVIEW_ROUTES_MAX 16u

struct netview_link {
    uint32_t index;
    uint32_t addresses; /* of more than the link itself */
    bool carrier;       /* up, and the other end is there */
};

/* All zero: nothing was seen yet. */
struct netview {
    struct netview_link links[NETVIEW_LINKS_MAX]; /* without loopback */
    uint32_t link_count;
    uint32_t routes[NETVIEW_ROUTES_MAX]; /* interfaces of default routes */
    uint32_t route_count;
};

/* What was there once: only what is lost is evidence. */
struct netview_past {
    bool route; /* a default route over a working interface */
    bool link;  /* a working interface */
};

/* Take in a netlink message (RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE; others say nothing), links before addresses. What
 * is cut short is passed over. */
void netview_take(struct netview *view, const void *message, size_t size);

/* What speaks for isolation, ISOLATION_*; and remember what works. */
uint32_t netview_judge(const struct netview *view, struct netview_past *past);

#endif
