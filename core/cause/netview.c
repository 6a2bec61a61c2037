/* SPDX-License-Identifier: MIT */
#include "cause/netview.h"

#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "cause/isolation.h"

#define LOWER_UP (1u << 16) /* IFF_LOWER_UP, which <net/if.h> does not have */

/* ---- what a message says ---- */

static struct netview_link *find_link(struct netview *view, uint32_t index)
{
    for (uint32_t i = 0; i < view->link_count; i++) {
        if (view->links[i].index == index) {
            return &view->links[i];
        }
    }
    return NULL;
}

static void take_link(struct netview *view, const struct ifinfomsg *info)
{
    if ((info->ifi_flags & IFF_LOOPBACK) != 0 || view->link_count == NETVIEW_LINKS_MAX) {
        return;
    }
    const unsigned working = IFF_UP | LOWER_UP;
    view->links[view->link_count++] = (struct netview_link){
        .index = (uint32_t)info->ifi_index, .carrier = (info->ifi_flags & working) == working};
}

static void take_address(struct netview *view, const struct ifaddrmsg *info)
{
    struct netview_link *link = find_link(view, info->ifa_index);
    if (link != NULL && info->ifa_scope < RT_SCOPE_LINK) {
        link->addresses++;
    }
}

static void take_route(struct netview *view, const struct rtmsg *info, const uint8_t *attributes,
                       size_t size)
{
    bool usual =
        info->rtm_dst_len == 0 && info->rtm_type == RTN_UNICAST && info->rtm_table == RT_TABLE_MAIN;
    size_t at = 0;
    while (usual && at + sizeof(struct rtattr) <= size) {
        struct rtattr head;
        memcpy(&head, attributes + at, sizeof(head));
        if (head.rta_len < sizeof(head) || head.rta_len > size - at) {
            return;
        }
        if (head.rta_type == RTA_OIF && head.rta_len >= sizeof(head) + sizeof(uint32_t) &&
            view->route_count < NETVIEW_ROUTES_MAX) {
            memcpy(&view->routes[view->route_count++], attributes + at + sizeof(head),
                   sizeof(uint32_t));
        }
        at += RTA_ALIGN(head.rta_len);
    }
}

void netview_take(struct netview *view, const void *message, size_t size)
{
    struct nlmsghdr head;
    union {
        struct ifinfomsg link;
        struct ifaddrmsg address;
        struct rtmsg route;
    } body;
    if (size < sizeof(head)) {
        return;
    }
    memcpy(&head, message, sizeof(head));
    const uint8_t *payload = (const uint8_t *)message + NLMSG_HDRLEN;
    size_t left = head.nlmsg_len <= size && head.nlmsg_len >= NLMSG_HDRLEN
                      ? head.nlmsg_len - NLMSG_HDRLEN
                      : 0;
    if (head.nlmsg_type == RTM_NEWLINK && left >= sizeof(body.link)) {
        memcpy(&body.link, payload, sizeof(body.link));
        take_link(view, &body.link);
    } else if (head.nlmsg_type == RTM_NEWADDR && left >= sizeof(body.address)) {
        memcpy(&body.address, payload, sizeof(body.address));
        take_address(view, &body.address);
    } else if (head.nlmsg_type == RTM_NEWROUTE && left >= sizeof(body.route)) {
        size_t skip = NLMSG_ALIGN(sizeof(body.route));
        memcpy(&body.route, payload, sizeof(body.route));
        take_route(view, &body.route, payload + skip, left > skip ? left - skip : 0);
    }
}

/* ---- what it means ---- */

struct tally {
    uint32_t carriers;
    uint32_t working; /* with carrier and address */
};

static void count_link(const struct netview_link *link, struct tally *tally)
{
    tally->carriers += link != NULL && link->carrier;
    tally->working += link != NULL && link->carrier && link->addresses > 0;
}

uint32_t netview_judge(const struct netview *view, struct netview_past *past)
{
    struct tally all = {0};
    struct tally routes = {0};
    for (uint32_t i = 0; i < view->link_count; i++) {
        count_link(&view->links[i], &all);
    }
    for (uint32_t i = 0; i < view->route_count; i++) {
        count_link(find_link((struct netview *)view, view->routes[i]), &routes);
    }
    bool had_route = past->route;
    bool had_link = past->link;
    past->route = past->route || routes.working > 0;
    past->link = past->link || all.working > 0;
    const struct tally *used = had_route ? &routes : &all;
    if ((!had_route && !had_link) || used->working > 0) {
        return ISOLATION_NONE;
    }
    if (had_route && view->route_count == 0 && all.working > 0) {
        return ISOLATION_ROUTE;
    }
    return used->carriers > 0 ? ISOLATION_ADDRESS : ISOLATION_CARRIER;
}
