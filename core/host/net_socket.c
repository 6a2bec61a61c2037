/* SPDX-License-Identifier: MIT */
#include "host/net_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

static int bind_source(int fd, const char *source)
{
    struct resolve_address address;
    int one = 1;
    if (source[0] == '\0') {
        return 0;
    }
    if (resolve_literal(source, 0, &address) != 0) {
        return EADDRNOTAVAIL;
    }
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
    return bind(fd, (struct sockaddr *)&address.storage, address.size) == 0 ? 0 : errno;
}

int net_socket_connect(const struct resolve_address *address, const char *source, int *fd)
{
    int one = 1;
    *fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0) {
        return errno;
    }
    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    int error = bind_source(*fd, source);
    if (error == 0 &&
        connect(*fd, (const struct sockaddr *)&address->storage, address->size) != 0 &&
        errno != EINPROGRESS) {
        error = errno;
    }
    return error;
}
