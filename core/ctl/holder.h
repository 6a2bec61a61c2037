/* SPDX-License-Identifier: MIT */
/* Which camera or recorder of the fleet has an address. */
#ifndef CTL_HOLDER_H
#define CTL_HOLDER_H

#include <stdint.h>

#include "ctl/ctl.h"

struct holder {
    const char *kind; /* "camera" or "nvr"; NULL: nobody else has it */
    char id[65];
    char site[65];
};

/* Look for host and port over all sites. Where `own` has it, nobody else counts. Returns EXIT_OK, or the exit code of the
 * call that failed. */
int holder_find(struct ctl *ctl, const char *host, uint16_t port, const char *own,
                struct holder *holder);

/* The port of a device that names none: by its provider (NULL: not known yet) and TLS. */
uint16_t holder_port(const char *provider, bool is_secure);

#endif
