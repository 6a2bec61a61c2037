/* SPDX-License-Identifier: MIT */
/* Looking at the plugins: who takes a job, and what is shown. */
#include <string.h>

#include "supervise/set.h"

size_t plugin_set_count(const struct plugin_set *set)
{
    return set->count;
}

struct plugin *plugin_set_at(const struct plugin_set *set, size_t index)
{
    return set->plugins[index];
}

struct plugin *plugin_set_find(const struct plugin_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!set->plugins[i]->leaving && strcmp(set->plugins[i]->name, name) == 0) {
            return set->plugins[i];
        }
    }
    return NULL;
}

struct host *plugin_pick(struct plugin *plugin, uint64_t device_hash)
{
    struct generation *generation = plugin->current;
    if (generation == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < generation->host_count; i++) {
        size_t at = (size_t)((device_hash + i) % generation->host_count);
        struct host *host = generation->hosts[at];
        if (host != NULL && host_state(host) == LIFE_READY) {
            return host;
        }
    }
    return NULL;
}

struct host *plugin_pick_isolation(struct plugin *plugin)
{
    struct generation *generation = plugin->current;
    if (generation == NULL) {
        return NULL;
    }
    if (generation->isolation == NULL) {
        generation->isolation = hosts_start_one(generation);
    }
    struct host *host = generation->isolation;
    return host != NULL && host_state(host) == LIFE_READY ? host : NULL;
}

void plugin_release_isolation(struct plugin *plugin)
{
    if (plugin->current != NULL && plugin->current->isolation != NULL) {
        host_drain(plugin->current->isolation);
    }
}

/* ---- views ---- */

static const struct generation *shown(const struct plugin *plugin)
{
    return plugin->current != NULL ? plugin->current : plugin->draining;
}

const char *plugin_name(const struct plugin *plugin)
{
    return plugin->name;
}

const char *plugin_path(const struct plugin *plugin)
{
    return shown(plugin) != NULL ? shown(plugin)->path : "";
}

const char *plugin_flag(const struct plugin *plugin)
{
    return shown(plugin) != NULL ? shown(plugin)->flag : "";
}

uint32_t plugin_kind(const struct plugin *plugin)
{
    return shown(plugin) != NULL ? shown(plugin)->shown_kind : 0;
}

bool plugin_is_ready(const struct plugin *plugin)
{
    return plugin->current != NULL && generation_is_ready(plugin->current);
}

bool plugin_is_leaving(const struct plugin *plugin)
{
    return plugin->leaving;
}

uint32_t plugin_generation(const struct plugin *plugin)
{
    return plugin->current != NULL ? plugin->current->number : 0;
}

uint32_t plugin_restarts(const struct plugin *plugin)
{
    return plugin->restarts;
}

bool plugin_has_new_secret(const struct plugin *plugin)
{
    return plugin->new_secret;
}

const char *plugin_reason(const struct plugin *plugin)
{
    return plugin_is_ready(plugin) ? "" : plugin->why;
}

const struct description *plugin_description(const struct plugin *plugin)
{
    return plugin->current != NULL ? plugin->current->description : NULL;
}

static const char *state_word(enum life_state state)
{
    static const char *const words[] = {"idle",     "loading", "opening", "ready",
                                        "draining", "parted",  "killed",  "gone"};
    return words[state];
}

static size_t view_host(const struct generation *generation, const struct host *host,
                        struct plugin_host_view *views, size_t max, size_t count)
{
    if (host == NULL) {
        return count;
    }
    if (count < max) {
        views[count] = (struct plugin_host_view){.pid = host_pid(host),
                                                 .state = state_word(host_state(host)),
                                                 .generation = generation->number,
                                                 .isolation = host == generation->isolation};
    }
    return count + 1;
}

static size_t view_generation(const struct generation *generation, struct plugin_host_view *views,
                              size_t max, size_t count)
{
    if (generation == NULL) {
        return count;
    }
    for (size_t i = 0; i < PLUGIN_HOSTS_MAX; i++) {
        count = view_host(generation, generation->hosts[i], views, max, count);
    }
    return view_host(generation, generation->isolation, views, max, count);
}

size_t plugin_hosts(const struct plugin *plugin, struct plugin_host_view *views, size_t max)
{
    size_t count = view_generation(plugin->current, views, max, 0);
    count = view_generation(plugin->candidate, views, max, count);
    for (const struct generation *g = plugin->draining; g != NULL; g = g->next) {
        count = view_generation(g, views, max, count);
    }
    return count;
}
