/* SPDX-License-Identifier: MIT */
/* The kernel's word on this machine's own network. */
#ifndef MAIN_NETLINK_H
#define MAIN_NETLINK_H

#include "cause/netview.h"

/* Ask for all of it. VMM_E_IO. */
int netlink_read(struct netview *view);

/* A socket that becomes readable when something has changed; -1: there is none. */
int netlink_watch(void);

/* Read away what made it readable. */
void netlink_drain(int fd);

#endif
