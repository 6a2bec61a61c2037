/* SPDX-License-Identifier: MIT */
/* A socket on its way to a device. */
#ifndef HOST_NET_SOCKET_H
#define HOST_NET_SOCKET_H

#include "host/resolve.h"

/* Begin to connect, from this local address unless it is "". 0 (the socket becomes writable when it
 * is decided), or the errno of what failed at once. `fd` is the socket, -1 when there is none; the
 * caller closes it in either case. */
int net_socket_connect(const struct resolve_address *address, const char *source, int *fd);

#endif
