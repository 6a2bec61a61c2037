/* SPDX-License-Identifier: MIT */
#include "host/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

struct resolve {
    char *host;
    uint16_t port;
    struct resolve_address address;
    resolve_fn found; /* NULL: cancelled */
    void *arg;
};

int resolve_literal(const char *host, uint16_t port, struct resolve_address *address)
{
    *address = (struct resolve_address){0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
        memcpy(&address->storage, &v4, sizeof(v4));
        address->size = sizeof(v4);
        return 0;
    }
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
        memcpy(&address->storage, &v6, sizeof(v6));
        address->size = sizeof(v6);
        return 0;
    }
    return VMM_E_INVAL;
}

static void run(void *arg)
{
    struct resolve *search = arg;
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    snprintf(port, sizeof(port), "%u", search->port);
    if (getaddrinfo(search->host, port, &hints, &list) == 0 && list != NULL) {
        memcpy(&search->address.storage, list->ai_addr, list->ai_addrlen);
        search->address.size = list->ai_addrlen;
        freeaddrinfo(list);
    }
}

static void done(void *arg)
{
    struct resolve *search = arg;
    if (search->found != NULL) {
        search->found(search->arg, &search->address);
    }
    free(search->host);
    free(search);
}

int resolve_start(struct work *work, const char *host, uint16_t port, resolve_fn found, void *arg,
                  struct resolve **search)
{
    struct resolve *new = calloc(1, sizeof(*new));
    if (new == NULL) {
        return VMM_E_NOMEM;
    }
    *new = (struct resolve){.host = strdup(host), .port = port, .found = found, .arg = arg};
    int rc = new->host != NULL ? work_put(work, run, done, new) : VMM_E_NOMEM;
    if (rc != 0) {
        free(new->host);
        free(new);
        return rc;
    }
    *search = new;
    return 0;
}

void resolve_cancel(struct resolve *search)
{
    if (search != NULL) {
        search->found = NULL;
    }
}
