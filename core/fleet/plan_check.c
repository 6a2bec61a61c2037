/* SPDX-License-Identifier: MIT */
#include "fleet/plan_check.h"

#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "fleet/fleet_export.h"

int plan_refuse_as(const struct planner *planner, int code, const char *field, const char *problem,
                   const char *remedy)
{
    struct fleet_errors *errors = planner->errors;
    const struct fleet_request *request = planner->request;
    if (errors->count < FLEET_ERRORS_MAX) {
        struct fleet_error *error = &errors->items[errors->count];
        char clean[TEXT_MAX + 1];
        const char *id = request->id != NULL ? request->id : "";
        text_clean(id, strlen(id), clean);
        *error = (struct fleet_error){.kind = request->kind, .code = code, .index = request->index};
        text_format(error->id, sizeof(error->id), "%s", clean);
        text_format(error->field, sizeof(error->field), "%s", field);
        text_format(error->problem, sizeof(error->problem), "%s", problem);
        text_format(error->remedy, sizeof(error->remedy), "%s", remedy);
    }
    errors->count++;
    return VMM_E_INVAL;
}

int plan_refuse(const struct planner *planner, const char *field, const char *problem,
                const char *remedy)
{
    return plan_refuse_as(planner, VMM_E_INVAL, field, problem, remedy);
}

static int refuse_missing(const struct planner *planner, const char *field, const char *id)
{
    char problem[160];
    char remedy[160];
    const char *word = strcmp(field, "nvr") == 0 ? "NVR" : field;
    if (id[0] == '\0') {
        text_format(problem, sizeof(problem), "the %s is missing", word);
        text_format(remedy, sizeof(remedy), "give %s=", field);
    } else {
        text_format(problem, sizeof(problem), "there is no %s \"%s\"", word, id);
        text_format(remedy, sizeof(remedy), "`vmmctl %s list` shows those there are, add adds one",
                    field);
    }
    return plan_refuse_as(planner, id[0] == '\0' ? VMM_E_INVAL : VMM_E_NOENT, field, problem,
                          remedy);
}

static int check_site(const struct planner *planner, const struct fleet_thing *thing)
{
    struct fleet_thing site;
    const char *id = fields_site(thing);
    return draft_look(planner, FLEET_SITE, id, &site) ? 0 : refuse_missing(planner, "site", id);
}

/* ---- NVR and channel of a camera ---- */

static int check_channel(const struct planner *planner, const struct camera_record *camera)
{
    char problem[160];
    struct fleet_thing nvr;
    if (camera->nvr_channel == 0) {
        return plan_refuse(planner, "channel", "the channel of the NVR is missing",
                           "give channel= from 1");
    }
    if (!draft_look(planner, FLEET_NVR, camera->nvr_id, &nvr)) {
        return refuse_missing(planner, "nvr", camera->nvr_id);
    }
    if (strcmp(nvr.nvr.site_id, camera->site_id) != 0) {
        text_format(problem, sizeof(problem), "the NVR \"%s\" is at site \"%s\"", camera->nvr_id,
                    nvr.nvr.site_id);
        return plan_refuse(planner, "nvr", problem, "name an NVR of the camera's own site");
    }
    const char *owner =
        draft_channel_owner(planner, camera->nvr_id, camera->nvr_channel, camera->id);
    if (owner != NULL) {
        text_format(problem, sizeof(problem), "channel %u of \"%s\" belongs to camera \"%s\"",
                    camera->nvr_channel, camera->nvr_id, owner);
        return plan_refuse_as(planner, VMM_E_EXIST, "channel", problem, "choose another channel");
    }
    return 0;
}

static int check_camera(const struct planner *planner, const struct fleet_thing *thing)
{
    const struct camera_record *camera = &thing->camera;
    if (camera->nvr_id[0] != '\0') {
        return check_channel(planner, camera);
    }
    if (camera->nvr_channel != 0) {
        return plan_refuse(planner, "channel", "a channel without an NVR", "give nvr= too");
    }
    if (!fields_has_device(thing)) {
        return plan_refuse(planner, "host", "nothing says where the camera is",
                           "give provider= and host=, or nvr= and channel=");
    }
    return 0;
}

/* The NVR's cameras would be left at another site. */
static int check_move(const struct planner *planner, const struct fleet_thing *thing)
{
    const struct fleet_nvr *known = fleet_find_nvr(planner->fleet, thing->nvr.id);
    if (known == NULL || known->camera_count == 0 ||
        strcmp(known->record.site_id, thing->nvr.site_id) == 0) {
        return 0;
    }
    return plan_refuse(planner, "site", "cameras at its site are channels of this NVR",
                       "take them from it first, with nvr= and channel=0");
}

/* ---- The device ---- */

static int refuse_provider(const struct planner *planner, const char *provider)
{
    char problem[160];
    char remedy[256];
    text_format(problem, sizeof(problem), "no plugin \"%.64s\" is installed", provider);
    text_format(
        remedy, sizeof(remedy),
        "`vmmctl plugins` lists those there are; install vmm-plugin-%.64s, or drop %.64s.so "
        "in the plugin folder",
        provider, provider);
    return plan_refuse_as(planner, VMM_E_NOENT, "provider", problem, remedy);
}

/* A provider that the device has had may have lost its package since: no reason to refuse another change, or a file
 * that names it still. */
static int check_provider(const struct planner *planner, const struct device_record *device,
                          bool is_kept)
{
    const struct fleet_checks *checks = planner->checks;
    if (device->provider[0] == '\0') {
        return plan_refuse(planner, "provider", "the provider is missing", "give provider=");
    }
    if (device->host[0] == '\0') {
        return plan_refuse(planner, "host", "the host is missing", "give host=");
    }
    bool is_known = is_kept || checks == NULL || checks->provider == NULL ||
                    checks->provider(checks->arg, device->provider);
    return is_known ? 0 : refuse_provider(planner, device->provider);
}

static int check_credential(const struct planner *planner, const struct device_record *device,
                            const char *site)
{
    const struct fleet_checks *checks = planner->checks;
    char problem[200];
    if (device->credential_id[0] == '\0' || checks == NULL || checks->credential == NULL ||
        checks->credential(checks->arg, device->credential_id, site)) {
        return 0;
    }
    text_format(problem, sizeof(problem), "there is no credential \"%s\" for site \"%s\"",
                device->credential_id, site);
    return plan_refuse_as(planner, VMM_E_NOENT, "credential", problem,
                          "`vmmctl credential add` adds one");
}

static int check_options(const struct planner *planner, const struct device_record *device)
{
    const struct fleet_checks *checks = planner->checks;
    char why[256] = "";
    if (checks == NULL || checks->options == NULL) {
        return 0;
    }
    json_t *options = json_loads(device->options, 0, NULL);
    if (options == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = checks->options(checks->arg, device->provider, options, why, sizeof(why));
    json_decref(options);
    return rc == VMM_E_INVAL ? plan_refuse(planner, "options", why, "") : rc;
}

static int check_device(const struct planner *planner, const struct draft *draft)
{
    const struct fleet_thing *thing = &draft->now;
    const struct device_record *device = &thing->device;
    struct fleet_thing was;
    bool is_kept = draft->existed &&
                   fleet_thing(planner->fleet, thing->kind, fields_id(thing), &was) == 0 &&
                   strcmp(was.device.provider, device->provider) == 0;
    bool is_told = !is_kept || strcmp(was.device.options, device->options) != 0;
    int rc = check_provider(planner, device, is_kept);
    if (rc == 0) {
        rc = check_credential(planner, device, fields_site(thing));
    }
    return rc == 0 && is_told ? check_options(planner, device) : rc;
}

static int check_timezone(const struct planner *planner, const struct site_record *site)
{
    const struct fleet_checks *checks = planner->checks;
    char problem[160];
    if (checks == NULL || checks->timezone == NULL ||
        checks->timezone(checks->arg, site->timezone)) {
        return 0;
    }
    text_format(problem, sizeof(problem), "\"%s\" is no time zone known here", site->timezone);
    return plan_refuse(planner, "timezone", problem, "write its IANA name, like Asia/Taipei");
}

int plan_check(const struct planner *planner, const struct draft *draft)
{
    const struct fleet_thing *thing = &draft->now;
    if (thing->kind == FLEET_SITE) {
        return check_timezone(planner, &thing->site);
    }
    int rc = check_site(planner, thing);
    if (rc == 0) {
        rc =
            thing->kind == FLEET_CAMERA ? check_camera(planner, thing) : check_move(planner, thing);
    }
    if (rc == 0 && fields_has_device(thing)) {
        rc = check_device(planner, draft);
    }
    return rc;
}
