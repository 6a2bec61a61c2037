/* SPDX-License-Identifier: MIT */
/* What a visit is to look at, read and checked as a camera to be added would be, and added nowhere. */
#ifndef MAIN_VISIT_ORDER_H
#define MAIN_VISIT_ORDER_H

#include "fleet/fleet_change.h"
#include "main/daemon.h"
#include "store/vault.h"

#define VISIT_USER_MAX 256u
#define VISIT_WHY_MAX  200u

struct visit_order {
    struct device_record record; /* site_id "" when it is at no site of the fleet */
    uint32_t site;               /* FLEET_NONE: none */
    bool is_known;               /* a device of the fleet has this endpoint */
    uint32_t deadline_ms;
    char user[VISIT_USER_MAX];         /* "": by record.credential_id, or no login */
    char secret[VAULT_SECRET_MAX + 1]; /* of that user */
    struct fleet_plan *plan;           /* holds the texts of the record */
};

/* Who logs in, besides a credential that the fields name. Both NULL: nobody. */
struct visit_login {
    const char *user;
    const char *secret;
};

/*
 * Read one from fields as `camera add` takes them (texts by name; "site" may be left out). An address that the fleet
 * has gets that device's site and port group, so that both share one budget. VMM_E_INVAL with `error` filled;
 * VMM_E_NOMEM. The order is then empty.
 */
int visit_order_read(struct daemon *daemon, const json_t *fields, const struct visit_login *login,
                     struct visit_order *order, struct fleet_error *error);

/* Wipes the secret. An empty order is allowed. */
void visit_order_finish(struct visit_order *order);

#endif
