/* SPDX-License-Identifier: MIT */
#include "main/netlink.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <vmm/errors.h>

#define READ_MAX     32768u
#define MESSAGES_MAX 65536u /* of one answer: a routing table may be long */
#define WAIT_US      200000

/* Answers of one dump; negative when it cannot be had. */
static int read_dump(int fd, struct netview *view)
{
    static uint8_t bytes[READ_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
    for (uint32_t messages = 0; messages < MESSAGES_MAX;) {
        ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
        if (got <= 0) {
            return VMM_E_IO;
        }
        size_t left = (size_t)got;
        for (const struct nlmsghdr *head = (const struct nlmsghdr *)bytes; NLMSG_OK(head, left);
             head = NLMSG_NEXT(head, left)) {
            if (head->nlmsg_type == NLMSG_DONE) {
                return 0;
            }
            if (head->nlmsg_type == NLMSG_ERROR) {
                return VMM_E_IO;
            }
            netview_take(view, head, head->nlmsg_len);
            messages++;
        }
    }
    return VMM_E_IO;
}

static int ask_dump(int fd, uint16_t type, uint8_t family, struct netview *view)
{
    struct {
        struct nlmsghdr head;
        struct rtmsg body; /* begins with the family, as the others do */
    } request = {.head = {.nlmsg_len = sizeof(request),
                          .nlmsg_type = type,
                          .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                 .body = {.rtm_family = family}};
    if (send(fd, &request, sizeof(request), 0) != (ssize_t)sizeof(request)) {
        return VMM_E_IO;
    }
    return read_dump(fd, view);
}

int netlink_read(struct netview *view)
{
    struct timeval wait = {.tv_usec = WAIT_US};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    memset(view, 0, sizeof(*view));
    if (fd < 0) {
        return VMM_E_IO;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    int rc = ask_dump(fd, RTM_GETLINK, AF_UNSPEC, view);
    rc = rc == 0 ? ask_dump(fd, RTM_GETADDR, AF_UNSPEC, view) : rc;
    rc = rc == 0 ? ask_dump(fd, RTM_GETROUTE, AF_INET, view) : rc;
    rc = rc == 0 ? ask_dump(fd, RTM_GETROUTE, AF_INET6, view) : rc;
    close(fd);
    return rc;
}

int netlink_watch(void)
{
    struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                  .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR |
                                               RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
                                               RTMGRP_IPV6_ROUTE};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void netlink_drain(int fd)
{
    uint8_t bytes[4096];
    /* An overrun is an error once, and then there is more: what was lost is read anew anyway. */
    for (int errors = 0; errors < 2;) {
        errors += recv(fd, bytes, sizeof(bytes), MSG_TRUNC) < 0;
    }
}
