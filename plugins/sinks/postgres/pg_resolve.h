/* SPDX-License-Identifier: MIT */
/* The addresses of the configured servers; it blocks, so it belongs on a worker. */
#ifndef PG_RESOLVE_H
#define PG_RESOLVE_H

#include "pg_settings.h"

#define PG_ADDRESSES_MAX 32u
#define PG_ADDRESS_MAX   64u

struct pg_address {
    const char *host; /* as configured, for the certificate; of the settings */
    const char *port;
    char address[PG_ADDRESS_MAX]; /* "" for a unix socket */
};

struct pg_addresses {
    struct pg_address list[PG_ADDRESSES_MAX];
    uint32_t count;
    char why[160]; /* of the last name that was not resolved; "" */
};

void pg_resolve(const struct pg_settings *settings, struct pg_addresses *out);

#endif
