/* SPDX-License-Identifier: MIT */
#include "main/handover.h"

#include <string.h>

#include "main/fleet_edit.h"
#include "main/learn.h"

/* The one text of this fact that the look tells; NULL when it tells none, or several. */
static const char *told_by(const struct result_message *result, uint16_t number)
{
    const char *named = NULL;
    for (uint32_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *fact = &result->facts[i];
        if (fact->fact != number || fact->type != VMM_TYPE_TEXT ||
            fact->standing == VMM_STANDING_NOT_JUDGED) {
            continue;
        }
        if (named != NULL && strcmp(named, fact->text) != 0) {
            return NULL;
        }
        named = fact->text;
    }
    return named;
}

enum handover handover_of(const struct watch *watch, const struct fleet_device *device,
                          const struct result_message *result, struct handover_to *to)
{
    bool names = result->outcome == VMM_OUTCOME_UNSUPPORTED;
    const struct config *config = watch->daemon->config;
    const struct fleet_site *site = fleet_site(watch->daemon->fleet, device->site);
    struct handover_case given = {
        .provider = device->record.provider,
        .effective = device->record.effective_provider,
        .named = names ? told_by(result, VMM_FACT_PROVIDER) : NULL,
        .port_set = device->record.port != 0,
        .place = names ? told_by(result, VMM_FACT_PROVIDER_PLACE) : NULL,
    };
    const struct config_plugin *plugin =
        given.named != NULL ? config_find_plugin(config, given.named) : NULL;
    if (plugin != NULL && plugin->fragment->kind <= VMM_KIND_PROBE) { /* 0: not known yet */
        given.installed = true;
        given.own_port = plugin->fragment->own_port;
        given.on = flags_state(config->flags, plugin->fragment->flag, site->record.id);
    }
    if (to != NULL) {
        *to = (struct handover_to){.provider = given.named,
                                   .place = handover_takes_place(&given) ? given.place : ""};
    }
    return handover_decide(&given);
}

/* Written down, with its event, before the other one looks. */
static bool hand_over(struct watch *watch, const struct fleet_device *device,
                      const struct handover_to *to)
{
    const struct fleet_learnt learnt = {.effective_provider = to->provider,
                                        .effective_place = to->place};
    struct learn_finding finding = {.type = "handed_over",
                                    .what = "provider",
                                    .old = device->record.provider,
                                    .new = to->provider};
    if (watch_provider(watch, to->provider) == WATCH_PROVIDERS_MAX ||
        fleet_learn(watch->daemon->fleet, device->handle, &learnt) != 1) {
        return false;
    }
    finding.old = device->record.provider; /* the record's texts are new ones */
    store_put_device(watch_durable(watch), &device->record);
    learn_tell(watch, device, &finding, json_array());
    return true;
}

bool handover_take(struct watch *watch, const struct look *look,
                   const struct result_message *result)
{
    struct handover_to to;
    const struct fleet_device *device = fleet_device(watch->daemon->fleet, look->device);
    if (look->scope != HEALTH_SCOPE_FULL || fleet_edit_under_way(watch->daemon) ||
        handover_of(watch, device, result, &to) != HANDOVER_GO || !hand_over(watch, device, &to)) {
        return false;
    }
    watch->providers[look->provider].outcomes[result->outcome]++;
    watch_add(watch, look->device); /* who waits for a look that is not begun is let go there */
    probe_moved(watch, look->device, look->id, 0);
    return true;
}
