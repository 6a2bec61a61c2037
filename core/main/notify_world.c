/* SPDX-License-Identifier: MIT */
/* What the gateway asks about the fleet. */
#include <string.h>

#include "main/notify.h"

static bool on_site(void *arg, const char *site_id, struct gateway_site *out)
{
    struct notify *notify = arg;
    const struct fleet_site *site = fleet_find_site(notify->daemon->fleet, site_id);
    if (site == NULL) {
        return false;
    }
    *out = (struct gateway_site){.name = site->record.name[0] != '\0' ? site->record.name
                                                                      : site->record.id,
                                 .language = site->record.language,
                                 .zone = zones_get(notify->zones, site->record.timezone)};
    return true;
}

static const char *on_name(void *arg, const char *id)
{
    const struct notify *notify = arg;
    const struct fleet_camera *camera = fleet_find_camera(notify->daemon->fleet, id);
    const struct fleet_nvr *nvr = camera == NULL ? fleet_find_nvr(notify->daemon->fleet, id) : NULL;
    return camera != NULL ? camera->record.name : nvr != NULL ? nvr->record.name : "";
}

static bool on_tag(void *arg, const char *subject, const char *tag)
{
    const struct notify *notify = arg;
    const struct fleet_camera *camera = fleet_find_camera(notify->daemon->fleet, subject);
    json_t *tags = camera != NULL ? json_loads(camera->record.tags, 0, NULL) : NULL;
    bool found = false;
    for (size_t i = 0; i < json_array_size(tags) && !found; i++) {
        const char *text = json_string_value(json_array_get(tags, i));
        found = text != NULL && strcmp(text, tag) == 0;
    }
    json_decref(tags);
    return found;
}

static const char *const *on_sinks(void *arg)
{
    return ((const struct notify *)arg)->sink_names;
}

const struct gateway_world notify_world = {
    .site = on_site, .name = on_name, .has_tag = on_tag, .sinks = on_sinks};
