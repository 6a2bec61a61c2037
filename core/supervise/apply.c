/* SPDX-License-Identifier: MIT */
/* What the configuration asks for: at the start whatever can run, at a reload candidates beside it, switched all
 * together or not at all. */
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "supervise/set.h"

#define REOPEN_MAX_S 60

/* Tried again with growing pauses: a package may be on its way. */
static void reopen_later(struct plugin_set *set)
{
    if (event_pending(set->reopen, EV_TIMEOUT, NULL)) {
        return;
    }
    struct timeval pause = {.tv_sec = set->reopen_s};
    set->reopen_s = set->reopen_s * 2 < REOPEN_MAX_S ? set->reopen_s * 2 : REOPEN_MAX_S;
    event_add(set->reopen, &pause);
}

void apply_reopen(struct plugin *plugin)
{
    char why[256];
    if (generation_open(plugin->current, why) == 0) {
        hosts_start(plugin->current);
    } else {
        plugin_say_unready(plugin, why);
        reopen_later(plugin->set);
    }
}

void apply_reopen_all(struct plugin_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->plugins[i]->current != NULL && set->plugins[i]->current->plugin_fd < 0) {
            apply_reopen(set->plugins[i]);
        }
    }
}

/* At most two generations: a third one waits until the first has finished what it has, which has its limit. */
void apply_start_candidate(struct plugin *plugin)
{
    if (plugin->candidate != NULL && plugin->candidate->hosts[0] == NULL &&
        plugin->draining == NULL) {
        hosts_start(plugin->candidate);
    }
}

static void switch_over(struct plugin *plugin)
{
    if (plugin->candidate == NULL) {
        return;
    }
    struct generation *old = plugin->current;
    plugin->current = plugin->candidate;
    plugin->candidate = NULL;
    plugin->why[0] = '\0';
    plugin_drain_generation(plugin, old);
    plugin->was_ready = true;
    plugin->set->setup.events->ready(plugin->set->setup.arg, plugin);
}

/* When every candidate is ready, all are switched. */
void apply_check(struct plugin_set *set)
{
    if (!set->reloading) {
        return;
    }
    for (size_t i = 0; i < set->count; i++) {
        struct generation *candidate = set->plugins[i]->candidate;
        if (candidate != NULL && !generation_is_ready(candidate)) {
            return;
        }
    }
    set->reloading = false;
    for (size_t i = 0; i < set->count; i++) {
        struct plugin *plugin = set->plugins[i];
        if (set->keep[i]) {
            switch_over(plugin);
        } else if (!plugin->leaving) {
            plugin_leave(plugin);
        }
    }
    set->setup.events->reloaded(set->setup.arg, NULL);
}

void apply_refuse(struct plugin_set *set, const char *name, const char *why)
{
    if (!set->reloading) {
        return;
    }
    set->reloading = false;
    for (size_t i = 0; i < set->count; i++) {
        struct plugin *plugin = set->plugins[i];
        struct generation *candidate = plugin->candidate;
        plugin->candidate = NULL;
        plugin_drain_generation(plugin, candidate);
        /* One that was there before stays, whether it runs or not; one that is new goes again. */
        if (plugin->current == NULL && !plugin->leaving) {
            plugin_leave(plugin);
        }
    }
    char line[400];
    text_format(line, sizeof(line), "%s: %s", name, why);
    set->setup.events->reloaded(set->setup.arg, line);
}

static struct plugin *add_plugin(struct plugin_set *set, const char *name)
{
    if (set->count == PLUGINS_MAX) {
        return NULL;
    }
    struct plugin *plugin = calloc(1, sizeof(*plugin));
    if (plugin == NULL) {
        return NULL;
    }
    plugin->set = set;
    snprintf(plugin->name, sizeof(plugin->name), "%s", name);
    set->keep[set->count] = 0;
    set->plugins[set->count++] = plugin;
    return plugin;
}

static void mark_kept(struct plugin_set *set, const struct plugin *plugin)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->plugins[i] == plugin) {
            set->keep[i] = 1;
        }
    }
}

/* What the current generation was given, and what it would be given now. 0: the same; 1: something else, which is not
 * seen in the texts: what a secret holds; negative: it would be given nothing, and why. */
static int compare_settings(struct plugin_set *set, const struct generation *current,
                            const struct plugin_spec *spec, char why[256])
{
    struct buf config;
    struct configure_message message;
    uint8_t now[FINGERPRINT_SIZE];
    if (current->description == NULL) {
        return 0; /* nothing was given to it yet; it will be what is in force then */
    }
    buf_init(&config);
    int rc = hosts_settings(set, spec, current->description, true, &config, &message, why);
    if (rc == 0) {
        fingerprint_make(set->key, &message, now);
        rc = memcmp(now, current->settings, sizeof(now)) != 0;
    }
    buf_wipe(&config);
    return rc;
}

/* Whether the spec asks for another generation than the current one. 0: no; 1: yes; or an error with `why` filled. */
static int compare_current(struct plugin_set *set, struct plugin *plugin,
                           const struct plugin_spec *spec, char why[256])
{
    if (plugin->current == NULL || !generation_is_of(plugin->current, spec)) {
        return 1;
    }
    if (plugin->current->plugin_fd < 0) {
        apply_reopen(
            plugin); /* there is nothing to fall back to, so nothing has to be waited for */
        return 0;
    }
    if (!generation_has_file(plugin->current)) {
        return 1;
    }
    int rc = compare_settings(set, plugin->current, spec, why);
    plugin->new_secret = rc == 1;
    return rc;
}

static int make_first(struct plugin *plugin, const struct plugin_spec *spec)
{
    plugin->current = generation_create(spec, ++plugin->generations);
    if (plugin->current == NULL) {
        return VMM_E_NOMEM;
    }
    plugin->current->plugin = plugin;
    apply_reopen(plugin);
    return 0;
}

static int make_candidate(struct plugin *plugin, const struct plugin_spec *spec, char why[256])
{
    struct generation *made = generation_create(spec, plugin->generations + 1);
    if (made == NULL) {
        text_format(why, 256, "no memory");
        return VMM_E_NOMEM;
    }
    int rc = generation_open(made, why);
    if (rc != 0) {
        generation_destroy(made);
        return rc;
    }
    plugin->generations++;
    made->plugin = plugin;
    plugin->candidate = made;
    apply_start_candidate(plugin);
    return 0;
}

/* Make what one spec asks for. 0, or an error with `why` filled. */
static int prepare(struct plugin_set *set, const struct plugin_spec *spec, bool first,
                   char why[256])
{
    struct plugin *plugin = plugin_set_find(set, spec->name);
    if (plugin == NULL) {
        plugin = add_plugin(set, spec->name);
    }
    if (plugin == NULL) {
        text_format(why, 256, "there are more than %u plugins", PLUGINS_MAX);
        return VMM_E_TOOBIG;
    }
    mark_kept(set, plugin);
    plugin->new_secret = false;
    if (first) {
        return make_first(plugin, spec);
    }
    int rc = compare_current(set, plugin, spec, why);
    return rc == 1 ? make_candidate(plugin, spec, why) : rc;
}

int plugin_set_apply(struct plugin_set *set, const struct plugin_spec *specs, size_t count,
                     bool first)
{
    if (set->reloading) {
        return VMM_E_AGAIN;
    }
    memset(set->keep, 0, sizeof(set->keep));
    set->reopen_s = 1;
    set->reloading = !first;
    for (size_t i = 0; i < count; i++) {
        char why[256] = "";
        if (prepare(set, &specs[i], first, why) != 0) {
            apply_refuse(set, specs[i].name, why);
            return 0;
        }
    }
    apply_check(set);
    return 0;
}
