/* SPDX-License-Identifier: MIT */
/* Providers, their plugins, and what a new build of one changes. */
#include "main/watch.h"

#define UNREADY_US 15000000u /* a provider without a host for so long makes its devices UNKNOWN */

void watch_check_providers(struct watch *watch)
{
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        struct provider *provider = &watch->providers[i];
        bool failed =
            provider->unready_since != 0 && watch->pulse_us - provider->unready_since > UNREADY_US;
        if (failed == provider->failed) {
            continue;
        }
        provider->failed = failed;
        for (uint32_t k = 0; k < watch->device_room; k++) {
            if (watch->devices[k].known && watch->devices[k].provider == i) {
                verdict_settings(watch, k);
            }
        }
    }
}

/* What made another build of this provider crash is looked at by this one as anything else. */
static void acquit(struct watch *watch, uint16_t provider)
{
    for (uint32_t i = 0; i < watch->device_room; i++) {
        struct watched *watched = &watch->devices[i];
        bool was_out = suspect_is_out(&watched->suspect, watch->pulse_us);
        if (!watched->known || watched->provider != provider || !watched->suspect.suspect) {
            continue;
        }
        bool queued = watched->queued != NULL;
        watch_unqueue(watch, i);
        watched->suspect = (struct suspect){0};
        if (queued) {
            watch_requeue(watch, i);
        }
        if (was_out) {
            verdict_settings(watch, i);
            watch_look_soon(watch, i);
        }
    }
}

void watch_plugin_ready(struct watch *watch, struct plugin *plugin)
{
    uint16_t number = watch_provider(watch, plugin_name(plugin));
    if (number == WATCH_PROVIDERS_MAX) {
        return;
    }
    struct provider *provider = &watch->providers[number];
    provider->plugin = plugin;
    provider->unready_since = 0;
    /* A new generation may declare other options, and not crash any more. */
    options_clear(&provider->options);
    if (provider->generation != plugin_generation(plugin)) {
        provider->generation = plugin_generation(plugin);
        acquit(watch, number);
    }
    watch_check_providers(watch);
    watch_pump(watch, provider);
}

void watch_plugin_unready(struct watch *watch, struct plugin *plugin)
{
    uint16_t number = watch_provider(watch, plugin_name(plugin));
    if (number == WATCH_PROVIDERS_MAX) {
        return;
    }
    struct provider *provider = &watch->providers[number];
    provider->plugin = plugin;
    if (provider->unready_since == 0) {
        provider->unready_since = watch->pulse_us;
    }
}

void watch_plugin_removed(struct watch *watch, struct plugin *plugin)
{
    for (uint32_t i = 0; i < watch->provider_count; i++) {
        if (watch->providers[i].plugin == plugin) {
            watch->providers[i].plugin = NULL;
            watch->providers[i].unready_since = watch->pulse_us;
        }
    }
}
