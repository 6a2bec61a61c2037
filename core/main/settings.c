/* SPDX-License-Identifier: MIT */
/* What the configuration says, in the words of those who go by it: the judging numbers, the plugins that are on. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "main/daemon.h"

#define CONFIRM_REPEATS 4u /* after 1, 2, 4 and 8 steps */

void daemon_read_policy(struct daemon *daemon)
{
    const struct watch_settings *settings = &daemon->config->core.watch;
    struct health_policy *policy = &daemon->policy;
    health_policy_init(policy);
    policy->interval_us = settings->interval_ms * CLOCK_MS;
    policy->jitter_us = settings->jitter_ms * CLOCK_MS;
    policy->suspect_interval_us = settings->suspect_interval_ms * CLOCK_MS;
    policy->suspect_time_us = settings->suspect_time_ms * CLOCK_MS;
    policy->trial_interval_us = settings->trial_interval_ms * CLOCK_MS;
    policy->trial_time_us = settings->trial_time_ms * CLOCK_MS;
    policy->full_after_us = settings->full_after_ms * CLOCK_MS;
    policy->deadline_us = settings->deadline_ms * CLOCK_MS;
    policy->latency_limit_us = settings->latency_limit_ms * CLOCK_MS;
    policy->sustain_us = settings->sustain_time_ms * CLOCK_MS;
    policy->repeat_deadline_us = settings->confirm_deadline_ms * CLOCK_MS;
    policy->clock_limit_us = settings->clock_limit_ms * CLOCK_MS;
    policy->repeat_count = settings->confirm ? CONFIRM_REPEATS : 0;
    for (uint32_t i = 0; i < CONFIRM_REPEATS; i++) {
        policy->repeat_us[i] = (settings->confirm_step_ms << i) * CLOCK_MS;
    }
    policy->fail_count = (uint8_t)settings->fail_count;
    policy->ok_count = (uint8_t)settings->ok_count;
    policy->degraded_on = (uint8_t)settings->degraded_on;
    policy->degraded_off = (uint8_t)settings->degraded_off;
    policy->latency_count = (uint8_t)settings->latency_critical_count;
    policy->sustain_count = (uint8_t)settings->sustain_count;
}

int daemon_specs(const struct config *config, struct spec_list *list)
{
    *list = (struct spec_list){.specs = calloc(config->plugin_count + 1, sizeof(*list->specs)),
                               .configs = calloc(config->plugin_count + 1, sizeof(*list->configs))};
    if (list->specs == NULL || list->configs == NULL) {
        daemon_free_specs(list);
        return VMM_E_NOMEM;
    }
    for (size_t i = 0; i < config->plugin_count; i++) {
        const struct config_plugin *plugin = &config->plugins[i];
        if (!flags_state(config->flags, plugin->fragment->flag, NULL)) {
            continue;
        }
        char *given = json_dumps(plugin->given, JSON_COMPACT | JSON_SORT_KEYS);
        if (given == NULL) {
            daemon_free_specs(list);
            return VMM_E_NOMEM;
        }
        list->configs[list->count] = given;
        list->specs[list->count++] = (struct plugin_spec){.name = plugin->fragment->name,
                                                          .path = plugin->fragment->path,
                                                          .flag = plugin->fragment->flag,
                                                          .kind = plugin->fragment->kind,
                                                          .hosts = plugin->hosts,
                                                          .config = given};
    }
    return 0;
}

void daemon_free_specs(struct spec_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->configs[i]);
    }
    free(list->configs);
    free(list->specs);
    *list = (struct spec_list){0};
}
