/* SPDX-License-Identifier: MIT */
#include "main/visit_order.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "main/fleet_edit.h"

/* The site of a visit that is at none of the fleet, while its order is read. */
static const struct site_record nowhere = {.id = "nowhere",
                                           .tenant_id = "",
                                           .name = "",
                                           .timezone = "UTC",
                                           .language = "en",
                                           .profile = "",
                                           .way = "direct",
                                           .rules = "{}",
                                           .enabled = true,
                                           .owner_node = "",
                                           .epoch = 1};

/* A field of the order as it was given, "" when it was not. */
static const char *given(const json_t *fields, const char *name)
{
    const char *text = json_string_value(json_object_get(fields, name));
    return text != NULL ? text : "";
}

static int refuse(struct fleet_error *error, const char *field, const char *problem,
                  const char *remedy)
{
    *error = (struct fleet_error){.kind = FLEET_CAMERA, .code = VMM_E_INVAL, .index = -1};
    text_format(error->field, sizeof(error->field), "%s", field);
    text_format(error->problem, sizeof(error->problem), "%s", problem);
    text_format(error->remedy, sizeof(error->remedy), "%s", remedy);
    return VMM_E_INVAL;
}

/* ---- where it is ---- */

/* The fleet's device at this address, among several the one on the same port; NULL when there is none. */
struct place {
    const struct fleet_device *device;
    bool same_port;
    bool ambiguous; /* devices of several sites have the address */
};

static bool is_at(const struct fleet_device *device, const json_t *fields)
{
    const char *site = given(fields, "site");
    const char *group = given(fields, "port_group");
    return device != NULL && strcasecmp(device->record.host, given(fields, "host")) == 0 &&
           (site[0] == '\0' || strcmp(device->record.site_id, site) == 0) &&
           (group[0] == '\0' || strcmp(device->record.port_group, group) == 0);
}

/* An address with port groups of its own is several endpoints: then only the port tells which. */
static bool is_candidate(const struct fleet_device *device, bool same_port)
{
    return same_port || device->record.port_group[0] == '\0';
}

static struct place find_place(const struct fleet *fleet, const json_t *fields)
{
    struct place place = {0};
    long port = strtol(given(fields, "port"), NULL, 10);
    for (uint32_t i = 0; i < fleet_device_end(fleet); i++) {
        const struct fleet_device *device = fleet_device(fleet, i);
        if (!is_at(device, fields)) {
            continue;
        }
        bool same_port = device->record.port == port;
        place.ambiguous =
            place.ambiguous || (place.device != NULL && place.device->site != device->site);
        if (is_candidate(device, same_port) &&
            (place.device == NULL || (same_port && !place.same_port))) {
            place.device = device;
            place.same_port = same_port;
        }
    }
    return place;
}

/* ---- reading ---- */

static int plan_alone(struct daemon *daemon, struct fleet *alone, const json_t *values,
                      struct fleet_plan **out, struct fleet_error *error)
{
    struct fleet_checks checks;
    struct fleet_request request = {.verb = FLEET_ADD,
                                    .kind = FLEET_CAMERA,
                                    .id = "visit",
                                    .values = values,
                                    .from_text = true,
                                    .index = -1};
    struct fleet_errors *errors = calloc(1, sizeof(*errors));
    if (errors == NULL) {
        return VMM_E_NOMEM;
    }
    fleet_edit_checks(daemon, &checks);
    int rc = fleet_plan(alone, &checks, &request, 1, out, errors);
    if (rc == VMM_E_INVAL) {
        *error = errors->items[0];
    }
    free(errors);
    return rc;
}

/* Plan it as the only camera of a fleet that has but its site: every check of `camera add` applies. */
static int plan(struct daemon *daemon, const json_t *fields, const struct fleet_site *site,
                const struct place *place, struct fleet_plan **out, struct fleet_error *error)
{
    const struct site_record *record = site != NULL ? &site->record : &nowhere;
    struct fleet *alone = fleet_create();
    json_t *values = json_copy((json_t *)(uintptr_t)fields);
    int rc = alone != NULL ? fleet_put_site(alone, record) : VMM_E_NOMEM;
    if (rc == 0 && json_object_set_new(values, "site", json_string(record->id)) != 0) {
        rc = VMM_E_NOMEM;
    }
    if (rc == 0 && place->device != NULL &&
        json_object_set_new(values, "port_group", json_string(place->device->record.port_group)) !=
            0) {
        rc = VMM_E_NOMEM;
    }
    rc = rc == 0 ? plan_alone(daemon, alone, values, out, error) : rc;
    json_decref(values);
    fleet_destroy(alone);
    return rc;
}

static const struct device_record *planned_device(const struct fleet_plan *plan)
{
    for (size_t i = 0; i < plan->write_count; i++) {
        if (plan->writes[i].table == FLEET_TABLE_DEVICE) {
            return &plan->writes[i].record.device;
        }
    }
    return NULL;
}

static int take_login(const struct visit_login *login, const json_t *fields,
                      struct visit_order *order, struct fleet_error *error)
{
    if (login->user == NULL && login->secret == NULL) {
        return 0;
    }
    if (login->user == NULL || login->user[0] == '\0' || login->secret == NULL) {
        return refuse(error, "user", "a login is a user and a password", "give both, or none");
    }
    if (given(fields, "credential")[0] != '\0') {
        return refuse(error, "credential", "the user given is a login of its own",
                      "give one of both");
    }
    if (!text_format(order->user, sizeof(order->user), "%s", login->user) ||
        !text_format(order->secret, sizeof(order->secret), "%s", login->secret)) {
        return refuse(error, "user", "the user or the password is too long",
                      "a user has at most 255 bytes, a password 510");
    }
    return 0;
}

static int find_site(const struct fleet *fleet, const json_t *fields, const struct place *place,
                     const struct fleet_site **site, struct fleet_error *error)
{
    const char *named = given(fields, "site");
    if (place->ambiguous) {
        return refuse(error, "site", "devices of several sites have this address",
                      "say which site is meant: site=ID");
    }
    *site = place->device != NULL ? fleet_site(fleet, place->device->site)
                                  : fleet_find_site(fleet, named);
    return named[0] != '\0' && *site == NULL
               ? refuse(error, "site", "there is no such site", "vmmctl site list")
               : 0;
}

static int read_order(struct daemon *daemon, const json_t *fields, const struct visit_login *login,
                      struct visit_order *order, struct fleet_error *error)
{
    struct place place = find_place(daemon->fleet, fields);
    const struct fleet_site *site = NULL;
    int rc = find_site(daemon->fleet, fields, &place, &site, error);
    rc = rc == 0 ? take_login(login, fields, order, error) : rc;
    rc = rc == 0 ? plan(daemon, fields, site, &place, &order->plan, error) : rc;
    if (rc != 0) {
        return rc;
    }
    order->record = *planned_device(order->plan);
    order->site = site != NULL ? site->handle : FLEET_NONE;
    order->record.site_id = site != NULL ? order->record.site_id : "";
    order->is_known = place.device != NULL;
    return 0;
}

int visit_order_read(struct daemon *daemon, const json_t *fields, const struct visit_login *login,
                     struct visit_order *order, struct fleet_error *error)
{
    *order = (struct visit_order){.site = FLEET_NONE};
    int rc = read_order(daemon, fields, login, order, error);
    if (rc != 0) {
        visit_order_finish(order);
    }
    return rc;
}

void visit_order_finish(struct visit_order *order)
{
    fleet_plan_destroy(order->plan);
    explicit_bzero(order, sizeof(*order));
}
