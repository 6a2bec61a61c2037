/* SPDX-License-Identifier: MIT */
/* A look that names the provider which speaks the device's language: that one looks at it from now on. */
#ifndef MAIN_HANDOVER_H
#define MAIN_HANDOVER_H

#include "fleet/handover.h"
#include "main/watch.h"

/* What the look's naming of another provider comes to; `named` (may be NULL) is that name, borrowed from the result,
 * NULL when there is none. */
enum handover handover_of(const struct watch *watch, const struct fleet_device *device,
                          const struct result_message *result, const char **named);

/* Hand its device over, if that is what the look says: who speaks the device's language judges it, and the look just
 * ended judges nobody. Who waited for the look waits for the one that follows. */
bool handover_take(struct watch *watch, const struct look *look,
                   const struct result_message *result);

#endif
