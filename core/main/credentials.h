/* SPDX-License-Identifier: MIT */
/* Many credentials at once, with a change of the fleet: checked first, written together, and taken back when the fleet
 * could not be written. */
#ifndef MAIN_CREDENTIALS_H
#define MAIN_CREDENTIALS_H

#include <jansson.h>

#include "base/map.h"
#include "fleet/fleet_change.h"
#include "main/daemon.h"

#define CREDENTIAL_SAME    0u
#define CREDENTIAL_CHANGED 1u
#define CREDENTIAL_NEW     2u

struct credential_item {
    const char *id;
    const char *site_id; /* "" when it belongs to no single site */
    const char *user;
    const char *secret;     /* NULL: it stays */
    unsigned what;          /* CREDENTIAL_* */
    const char *changed[4]; /* the fields that differ, NULL-ended */
    char *old_user;         /* what was there, to be taken back; NULL: nothing was */
    char *old_site_id;
    char *old_secret; /* NULL: it did not open */
};

struct credentials {
    struct daemon *daemon;
    struct credential_item *items; /* their texts are those of the list, or the old ones */
    size_t count;
    struct map ids;
};

/* True for a site that is there, or will be when this is written. */
typedef bool (*credentials_site_fn)(void *arg, const char *id);

/*
 * Read a list of objects with id, user, site_id and password; what is left out of one that is there stays. `list`
 * has to live as long as the result. 0; VMM_E_INVAL with errors; VMM_E_NOMEM. The result is to be finished in any
 * case.
 */
int credentials_read(struct credentials *credentials, struct daemon *daemon, const json_t *list,
                     credentials_site_fn is_site, void *arg, struct fleet_errors *errors);
void credentials_finish(struct credentials *credentials);

/* The one of this id; NULL when it is not among them. */
const struct credential_item *credentials_find(const struct credentials *credentials,
                                               const char *id);

/* How many are new, changed or the same. */
uint32_t credentials_count(const struct credentials *credentials, unsigned what);

/* Write what is new or changed, all or none. An error of the vault. */
int credentials_write(struct credentials *credentials);

/* Write back what was there before. What cannot be is logged. */
void credentials_take_back(struct credentials *credentials);

/* Let the devices that use what has changed be looked at with it. */
void credentials_tell(const struct credentials *credentials);

/* One credential has changed: the same for its devices. */
void credential_changed(struct daemon *daemon, const char *id);

/* True when a device uses it. */
bool credential_is_used(const struct daemon *daemon, const char *id);

#endif
