/* SPDX-License-Identifier: MIT */
/* The fleet as the text that fleet_load() reads: loaded again, it changes nothing. */
#ifndef FLEET_FLEET_EXPORT_H
#define FLEET_FLEET_EXPORT_H

#include "base/buf.h"
#include "fleet/fields.h"
#include "fleet/fleet.h"

/* Append all of it, or one site (`site` not NULL), in order of ids, one item a line. VMM_E_NOENT: no such
 * site; VMM_E_NOMEM. */
int fleet_export(const struct fleet *fleet, const char *site, struct buf *out);

/* One thing as a JSON object with its id. A new reference, or NULL without memory. */
json_t *fleet_export_thing(const struct fleet_thing *thing);

/* The thing of this kind and id as it is now; texts borrowed from the fleet. VMM_E_NOENT. */
int fleet_thing(const struct fleet *fleet, unsigned kind, const char *id,
                struct fleet_thing *thing);

#endif
