/* SPDX-License-Identifier: MIT */
/* From a name to an address, on a worker thread. A literal address is answered at once. */
#ifndef HOST_RESOLVE_H
#define HOST_RESOLVE_H

#include <stdint.h>
#include <sys/socket.h>

#include "host/work.h"

struct resolve_address {
    struct sockaddr_storage storage;
    socklen_t size; /* 0: the name has no address */
};

struct resolve; /* a search under way */

typedef void (*resolve_fn)(void *arg, const struct resolve_address *address);

/* Read a literal IPv4 or IPv6 address. 0 or VMM_E_INVAL. */
int resolve_literal(const char *host, uint16_t port, struct resolve_address *address);

/* Search for the first address of a name; found(arg, …) is called on the loop unless it is
 * cancelled. 0, VMM_E_NOMEM, VMM_E_AGAIN or VMM_E_IO. */
int resolve_start(struct work *work, const char *host, uint16_t port, resolve_fn found, void *arg,
                  struct resolve **search);

/* found() will not be called. NULL is allowed. */
void resolve_cancel(struct resolve *search);

#endif
