/* SPDX-License-Identifier: MIT */
#include "pg_resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

static struct pg_address *add(struct pg_addresses *out, const char *host, const char *port)
{
    if (out->count == PG_ADDRESSES_MAX) {
        return NULL;
    }
    struct pg_address *address = &out->list[out->count++];
    *address = (struct pg_address){.host = host, .port = port};
    return address;
}

static void resolve_name(const char *host, const char *port, struct pg_addresses *out)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int rc = getaddrinfo(host, port, &hints, &found);
    if (rc != 0) {
        snprintf(out->why, sizeof(out->why), "%.100s: %s", host, gai_strerror(rc));
        return;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next) {
        char text[PG_ADDRESS_MAX];
        if (getnameinfo(at->ai_addr, at->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) ==
            0) {
            struct pg_address *address = add(out, host, port);
            if (address != NULL) {
                memcpy(address->address, text, sizeof(text));
            }
        }
    }
    freeaddrinfo(found);
}

void pg_resolve(const struct pg_settings *settings, struct pg_addresses *out)
{
    *out = (struct pg_addresses){0};
    for (uint32_t i = 0; i < settings->host_count; i++) {
        if (settings->hosts[i][0] == '/') {
            add(out, settings->hosts[i], settings->ports[i]);
        } else {
            resolve_name(settings->hosts[i], settings->ports[i], out);
        }
    }
}
