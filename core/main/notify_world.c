/* SPDX-License-Identifier: MIT */
/* What the gateway asks about the fleet. */
#include <string.h>

#include "base/clock.h"
#include "main/incidents.h"
#include "main/notify.h"
#include "main/watch.h"

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

struct lost {
    void (*fn)(void *fn_arg, const char *id);
    void *fn_arg;
};

static void on_lost(void *arg, const struct place_part *part)
{
    const struct lost *lost = arg;
    lost->fn(lost->fn_arg, part->id);
}

static bool on_each_lost(void *arg, const char *site_id, const char *incident,
                         void (*fn)(void *fn_arg, const char *id), void *fn_arg)
{
    const struct notify *notify = arg;
    struct lost lost = {fn, fn_arg};
    return incidents_each_lost(notify->daemon->watch->incidents, site_id, incident, on_lost, &lost);
}

static void on_each_site(void *arg, void (*fn)(void *fn_arg, const char *site_id), void *fn_arg)
{
    const struct fleet *fleet = ((const struct notify *)arg)->daemon->fleet;
    for (uint32_t i = 0; i < fleet_site_end(fleet); i++) {
        const struct fleet_site *site = fleet_site(fleet, i);
        if (site != NULL && site->record.enabled) {
            fn(fn_arg, site->record.id);
        }
    }
}

static void on_census(void *arg, const char *site_id, struct gateway_census *out)
{
    const struct daemon *daemon = ((const struct notify *)arg)->daemon;
    const struct fleet_site *site = fleet_find_site(daemon->fleet, site_id);
    *out = (struct gateway_census){0};
    for (uint32_t at = site != NULL ? site->first_camera : FLEET_NONE; at != FLEET_NONE;
         at = fleet_camera(daemon->fleet, at)->next) {
        const struct health_state *state =
            watch_camera_state(daemon->watch, fleet_camera(daemon->fleet, at));
        out->cameras[state != NULL ? state->health : VMM_HEALTH_UNKNOWN]++;
    }
}

static void on_pulse(void *arg, struct gateway_pulse *out)
{
    const struct notify *notify = arg;
    const struct watch *watch = notify->daemon->watch;
    const struct health_policy *policy = &notify->daemon->policy;
    struct store_health health;
    uint64_t now = clock_mono_us();
    store_health(notify->daemon->store, &health);
    *out = (struct gateway_pulse){
        .looks = watch->looks_finished,
        .events = watch->events,
        .look_age_us = watch->looked_us != 0 ? now - watch->looked_us : UINT64_MAX,
        .patience_us = policy->interval_us + policy->jitter_us + policy->deadline_us,
        .is_owing = sched_flying(watch->sched) > 0 || sched_next(watch->sched, now) <= now,
        .writes = health.working,
        .reads = notify->gateway->is_current,
    };
}

static const char *const *on_sinks(void *arg)
{
    return ((const struct notify *)arg)->sink_names;
}

const struct gateway_world notify_world = {.site = on_site,
                                           .name = on_name,
                                           .has_tag = on_tag,
                                           .each_lost = on_each_lost,
                                           .each_site = on_each_site,
                                           .census = on_census,
                                           .pulse = on_pulse,
                                           .sinks = on_sinks};
