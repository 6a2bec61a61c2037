/* SPDX-License-Identifier: MIT */
#include "main/handover.h"

#include <string.h>

#include "main/fleet_edit.h"
#include "main/learn.h"

/* The one provider that the look names; NULL when it names none, or several. */
static const char *named_by(const struct result_message *result)
{
    const char *named = NULL;
    for (uint32_t i = 0; i < result->fact_count; i++) {
        const struct result_fact *fact = &result->facts[i];
        if (fact->fact != VMM_FACT_PROVIDER || fact->type != VMM_TYPE_TEXT ||
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
                          const struct result_message *result, const char **named)
{
    const struct config *config = watch->daemon->config;
    const struct fleet_site *site = fleet_site(watch->daemon->fleet, device->site);
    struct handover_case given = {
        .provider = device->record.provider,
        .effective = device->record.effective_provider,
        .named = result->outcome == VMM_OUTCOME_UNSUPPORTED ? named_by(result) : NULL,
        .port_set = device->record.port != 0,
    };
    const struct config_plugin *plugin =
        given.named != NULL ? config_find_plugin(config, given.named) : NULL;
    if (plugin != NULL && plugin->fragment->kind <= VMM_KIND_PROBE) { /* 0: not known yet */
        given.installed = true;
        given.own_port = plugin->fragment->own_port;
        given.on = flags_state(config->flags, plugin->fragment->flag, site->record.id);
    }
    if (named != NULL) {
        *named = given.named;
    }
    return handover_decide(&given);
}

/* Written down, with its event, before the other one looks. */
static bool hand_over(struct watch *watch, const struct fleet_device *device, const char *to)
{
    const struct fleet_learnt learnt = {.effective_provider = to};
    struct learn_finding finding = {
        .type = "handed_over", .what = "provider", .old = device->record.provider, .new = to};
    if (watch_provider(watch, to) == WATCH_PROVIDERS_MAX ||
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
    const char *to = NULL;
    const struct fleet_device *device = fleet_device(watch->daemon->fleet, look->device);
    if (look->scope != HEALTH_SCOPE_FULL || fleet_edit_under_way(watch->daemon) ||
        handover_of(watch, device, result, &to) != HANDOVER_GO || !hand_over(watch, device, to)) {
        return false;
    }
    watch->providers[look->provider].outcomes[result->outcome]++;
    probe_moved(watch, look->device, look->id, 0);
    watch_add(watch, look->device);
    return true;
}
