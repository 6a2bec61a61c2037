/* SPDX-License-Identifier: MIT */
/* Unix stream sockets at a path of any length. The kernel's own limit is 107 bytes (unix(7)). */
#ifndef IPC_CTL_SOCKET_H
#define IPC_CTL_SOCKET_H

#include <sys/types.h>

/*
 * Listen at the path: non-blocking, closed on exec. The permission bits and the group (-1: as it
 * comes) are set before anybody can connect. A socket there that nobody listens on is replaced.
 * Returns the descriptor, VMM_E_EXIST (somebody listens, or it is no socket) or VMM_E_IO with errno
 * set.
 */
int ctl_socket_listen(const char *path, mode_t mode, gid_t gid);

/* Connect: blocking, closed on exec. Returns the descriptor, VMM_E_NOENT (no socket, or nobody
 * listens), VMM_E_DENIED (no permission) or VMM_E_IO with errno set. */
int ctl_socket_connect(const char *path);

#endif
