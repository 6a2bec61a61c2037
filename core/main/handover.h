/* SPDX-License-Identifier: MIT */
/* A look that names the provider which speaks the device's language: that one looks at it from now on. */
#ifndef MAIN_HANDOVER_H
#define MAIN_HANDOVER_H

#include "fleet/handover.h"
#include "main/watch.h"

/* To whom, and where that one speaks to it; borrowed from the result. */
struct handover_to {
    const char *provider; /* NULL when none is named */
    const char *place;    /* "https:443"; "" as the device is configured */
};

/* What the look's naming of another provider comes to; `to` may be NULL. */
enum handover handover_of(const struct watch *watch, const struct fleet_device *device,
                          const struct result_message *result, struct handover_to *to);

/* Hand its device over, if that is what the look says: who speaks the device's language judges it, and the look just
 * ended judges nobody. Who waited for the look waits for the one that follows. */
bool handover_take(struct watch *watch, const struct look *look,
                   const struct result_message *result);

#endif
