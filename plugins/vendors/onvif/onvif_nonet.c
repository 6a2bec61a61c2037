/* SPDX-License-Identifier: MIT */
/*
 * gSOAP's library can connect and listen by itself. Here it decodes texts and nothing else: these stand in the way of
 * the C library's functions for all that is linked into this plugin, and refuse.
 */
#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol)
{
    (void)domain;
    (void)type;
    (void)protocol;
    errno = EPERM;
    return -1;
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
    (void)fd;
    (void)address;
    (void)size;
    errno = EPERM;
    return -1;
}

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    return connect(fd, address, size);
}

int listen(int fd, int backlog)
{
    return socket(fd, backlog, 0);
}

int accept(int fd, struct sockaddr *restrict address, socklen_t *restrict size)
{
    (void)address;
    (void)size;
    return socket(fd, 0, 0);
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
               socklen_t to_size)
{
    (void)bytes;
    (void)size;
    (void)flags;
    return connect(fd, to, to_size);
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict found)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)found;
    return EAI_FAIL;
}
