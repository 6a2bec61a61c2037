/* SPDX-License-Identifier: MIT */
/* Verdicts that no look changes: time goes by, vmmd has stood still, settings are others. */
#include "main/behind.h"
#include "main/off.h"
#include "main/policies.h"
#include "main/watch.h"

static void time_device(struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    if (!watched->known) {
        return;
    }
    bool out = (watched->state.blocked & HEALTH_BIT(VMM_REASON_PLUGIN_CRASH)) != 0;
    if (out && !suspect_is_out(&watched->suspect, watch->pulse_us)) {
        verdict_settings(watch, device);
    }
    if (health_until(policy_of_device(watch, device), &watched->state) <=
        (int64_t)watch->pulse_us) {
        struct health_input input = {.kind = HEALTH_INPUT_TIME};
        verdict_step(watch, device, &input);
    }
}

bool verdict_is_channel(const struct watch *watch, uint32_t camera)
{
    const struct fleet_camera *record = fleet_camera(watch->daemon->fleet, camera);
    return record != NULL && record->device == FLEET_NONE;
}

void verdict_time(struct watch *watch, uint32_t shares)
{
    uint32_t share = watch->stale_cursor++ % shares;
    for (uint32_t i = share; i < watch->device_room; i += shares) {
        time_device(watch, i);
    }
    for (uint32_t i = share; i < watch->channel_room; i += shares) {
        if (verdict_is_channel(watch, i) &&
            health_until(policy_of_channel(watch, i), &watch->channels[i]) <=
                (int64_t)watch->pulse_us) {
            struct health_input input = {.kind = HEALTH_INPUT_TIME};
            verdict_step_channel(watch, i, &input, NULL);
        }
    }
}

void verdict_pause(struct watch *watch)
{
    struct health_input input = {.kind = HEALTH_INPUT_PAUSE};
    for (uint32_t i = 0; i < watch->device_room; i++) {
        if (watch->devices[i].known) {
            verdict_step(watch, i, &input);
        }
    }
    for (uint32_t i = 0; i < watch->channel_room; i++) {
        if (verdict_is_channel(watch, i)) {
            verdict_step_channel(watch, i, &input, NULL);
        }
    }
}

/* What the flags and the plugins say of a provider at a site. */
static uint64_t provider_blocks(const struct watch *watch, const struct provider *provider,
                                const char *site)
{
    const struct config *config = watch->daemon->config;
    uint64_t blocks = 0;
    if (!flags_state(config->flags, FLAGS_MASTER, site)) {
        blocks |= HEALTH_BIT(VMM_REASON_MONITOR_OFF);
    }
    const struct config_plugin *plugin = config_find_plugin(config, provider->name);
    if (plugin == NULL) {
        blocks |= HEALTH_BIT(VMM_REASON_PROVIDER_FAILED);
    } else if (!flags_state(config->flags, plugin->fragment->flag, site)) {
        blocks |= HEALTH_BIT(VMM_REASON_PROVIDER_OFF);
    } else if (provider->failed) {
        blocks |= HEALTH_BIT(VMM_REASON_PROVIDER_FAILED);
    }
    return blocks;
}

uint64_t verdict_blocks(const struct watch *watch, uint32_t device)
{
    struct watched *watched = &watch->devices[device];
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    const struct fleet_site *site = fleet_site(watch->daemon->fleet, record->site);
    uint64_t blocks = provider_blocks(watch, &watch->providers[watched->provider], site->record.id);
    if (!record->record.enabled || !site->record.enabled ||
        off_of(watch->daemon, record->record.site_id, record->record.id) != NULL) {
        blocks |= HEALTH_BIT(VMM_REASON_DISABLED);
    }
    if (suspect_is_out(&watched->suspect, watch->pulse_us)) {
        blocks |= HEALTH_BIT(VMM_REASON_PLUGIN_CRASH);
    }
    return blocks;
}

void verdict_settings_channel(struct watch *watch, uint32_t camera)
{
    const struct fleet *fleet = watch->daemon->fleet;
    const struct fleet_camera *record = fleet_camera(fleet, camera);
    const struct fleet_nvr *nvr = fleet_nvr(fleet, record->nvr);
    struct health_input input = {.kind = HEALTH_INPUT_SETTING};
    if (nvr != NULL && nvr->device < watch->device_room && watch->devices[nvr->device].known) {
        input.blocked = verdict_blocks(watch, nvr->device);
    }
    if (!record->record.enabled ||
        off_of(watch->daemon, record->record.site_id, record->record.id) != NULL) {
        input.blocked |= HEALTH_BIT(VMM_REASON_DISABLED);
    }
    verdict_step_channel(watch, camera, &input, NULL);
    behind_channel(watch, camera);
}

void verdict_settings(struct watch *watch, uint32_t device)
{
    const struct fleet_device *record = fleet_device(watch->daemon->fleet, device);
    struct health_input input = {.kind = HEALTH_INPUT_SETTING,
                                 .blocked = verdict_blocks(watch, device)};
    verdict_step(watch, device, &input);
    if (record->record.kind == DEVICE_NVR) {
        behind_settings(watch, record);
    }
}
