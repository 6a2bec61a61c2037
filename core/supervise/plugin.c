/* SPDX-License-Identifier: MIT */
#include "supervise/plugin.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "supervise/set.h"

/* ---- plugins and their generations ---- */

void plugin_say_unready(struct plugin *plugin, const char *why)
{
    bool is_news = plugin->was_ready || strcmp(plugin->why, why) != 0;
    text_format(plugin->why, sizeof(plugin->why), "%s", why);
    plugin->was_ready = false;
    if (is_news && !plugin->leaving) {
        plugin->set->setup.events->unready(plugin->set->setup.arg, plugin, plugin->why);
    }
}

void plugin_drain_generation(struct plugin *plugin, struct generation *generation)
{
    if (generation == NULL) {
        return;
    }
    generation->draining = true;
    generation->next = plugin->draining;
    plugin->draining = generation;
    generation_each(generation, host_drain);
    event_active(plugin->set->sweep, 0, 0);
}

static void sweep_generations(struct plugin *plugin)
{
    struct generation **link = &plugin->draining;
    while (*link != NULL) {
        struct generation *generation = *link;
        if (generation_is_empty(generation)) {
            *link = generation->next;
            generation_destroy(generation);
        } else {
            link = &generation->next;
        }
    }
}

static void remove_at(struct plugin_set *set, size_t index)
{
    struct plugin *plugin = set->plugins[index];
    memmove(&set->plugins[index], &set->plugins[index + 1],
            (set->count - index - 1) * sizeof(set->plugins[0]));
    memmove(&set->keep[index], &set->keep[index + 1], set->count - index - 1);
    set->count--;
    set->setup.events->removed(set->setup.arg, plugin);
    free(plugin);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct plugin_set *set = arg;
    while (set->gone_count > 0) {
        host_destroy(set->gone[--set->gone_count]);
    }
    for (size_t i = set->count; i > 0; i--) {
        struct plugin *plugin = set->plugins[i - 1];
        sweep_generations(plugin);
        apply_start_candidate(plugin);
        if (plugin->leaving && plugin->draining == NULL) {
            remove_at(set, i - 1);
        }
    }
}

static void on_reopen(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    apply_reopen_all(arg);
}

void plugin_leave(struct plugin *plugin)
{
    plugin->leaving = true;
    struct generation *generations[] = {plugin->current, plugin->candidate};
    plugin->current = NULL;
    plugin->candidate = NULL;
    plugin_drain_generation(plugin, generations[0]);
    plugin_drain_generation(plugin, generations[1]);
    event_active(plugin->set->sweep, 0, 0);
}

/* ---- the set ---- */

struct plugin_set *plugin_set_create(const struct plugin_setup *setup)
{
    struct plugin_set *set = calloc(1, sizeof(*set));
    if (set == NULL) {
        return NULL;
    }
    set->setup = *setup;
    fingerprint_key(set->key);
    set->reopen_s = 1;
    set->sweep = event_new(setup->base, -1, 0, on_sweep, set);
    set->reopen = event_new(setup->base, -1, 0, on_reopen, set);
    if (set->sweep == NULL || set->reopen == NULL) {
        plugin_set_destroy(set);
        return NULL;
    }
    return set;
}

void plugin_set_destroy(struct plugin_set *set)
{
    if (set == NULL) {
        return;
    }
    while (set->gone_count > 0) {
        host_destroy(set->gone[--set->gone_count]);
    }
    for (size_t i = 0; i < set->count; i++) {
        struct plugin *plugin = set->plugins[i];
        set->setup.events->removed(set->setup.arg, plugin);
        generation_destroy(plugin->current);
        generation_destroy(plugin->candidate);
        while (plugin->draining != NULL) {
            struct generation *next = plugin->draining->next;
            generation_destroy(plugin->draining);
            plugin->draining = next;
        }
        free(plugin);
    }
    if (set->sweep != NULL) {
        event_free(set->sweep);
    }
    if (set->reopen != NULL) {
        event_free(set->reopen);
    }
    explicit_bzero(set->key, sizeof(set->key));
    free(set);
}

void plugin_set_drain(struct plugin_set *set)
{
    set->reloading = false;
    for (size_t i = 0; i < set->count; i++) {
        if (!set->plugins[i]->leaving) {
            plugin_leave(set->plugins[i]);
        }
    }
}

static void each_host(struct plugin_set *set, void (*fn)(struct host *host))
{
    for (size_t i = 0; i < set->count; i++) {
        struct plugin *plugin = set->plugins[i];
        struct generation *two[] = {plugin->current, plugin->candidate};
        struct generation *draining = plugin->draining;
        for (size_t k = 0; k < 2; k++) {
            if (two[k] != NULL) {
                generation_each(two[k], fn);
            }
        }
        for (struct generation *g = draining; g != NULL; g = g->next) {
            generation_each(g, fn);
        }
    }
}

void plugin_set_reap(struct plugin_set *set)
{
    each_host(set, host_reap);
}

void plugin_set_forgive(struct plugin_set *set)
{
    each_host(set, host_forgive);
}
