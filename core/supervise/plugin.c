/* SPDX-License-Identifier: MIT */
#include "supervise/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>
#include <vmm/plugin.h>

#include "base/text.h"
#include "supervise/generation.h"

#define PLUGINS_MAX 256u

struct plugin {
    struct plugin_set *set;
    char name[64];
    struct generation *current;
    struct generation *candidate;
    struct generation *draining; /* a list; old generations finishing their work */
    uint32_t generations;
    uint32_t restarts;
    bool leaving; /* switched off */
    bool was_ready;
    char why[256];
};

struct plugin_set {
    struct plugin_setup setup;
    struct plugin *plugins[PLUGINS_MAX];
    size_t count;
    struct event *sweep; /* destroys hosts and generations that are gone, outside their events */
    struct host *gone[PLUGINS_MAX * (PLUGIN_HOSTS_MAX + 1)]; /* hosts to destroy */
    size_t gone_count;
    bool reloading;
    char keep[PLUGINS_MAX]; /* during a reload: named by the new configuration */
};

static void check_reload(struct plugin_set *set);
static void refuse_reload(struct plugin_set *set, const char *name, const char *why);

/* ---- hosts ---- */

/* Told once for each reason, however often it is tried again. */
static void say_unready(struct plugin *plugin, const char *why)
{
    bool is_news = plugin->was_ready || strcmp(plugin->why, why) != 0;
    text_format(plugin->why, sizeof(plugin->why), "%s", why);
    plugin->was_ready = false;
    if (is_news && !plugin->leaving) {
        plugin->set->setup.events->unready(plugin->set->setup.arg, plugin, plugin->why);
    }
}

/* The generation a host belongs to: its owner is kept as the host's tag. */
static struct generation *generation_of(const struct host *host)
{
    return (struct generation *)host_tag(host);
}

static int check_identity(const struct generation *generation,
                          const struct description *description, char why[256])
{
    if (strcmp(description->name, generation->plugin->name) != 0) {
        text_format(why, 256, "%s calls itself %s; the fragment and the plugin must agree",
                    generation->path, description->name);
        return VMM_E_INVAL;
    }
    if (generation->kind == 0) {
        return 0; /* no fragment: there is nothing to agree with */
    }
    if (strcmp(description->flag, generation->flag) != 0) {
        text_format(why, 256, "%s belongs to the flag %s, its fragment says %s", generation->path,
                    description->flag, generation->flag);
        return VMM_E_INVAL;
    }
    if (description->kind != generation->kind) {
        text_format(why, 256, "%s is of another kind than its fragment says", generation->path);
        return VMM_E_INVAL;
    }
    return 0;
}

static int send_configure(struct plugin_set *set, struct generation *generation, struct host *host,
                          const struct description *description, char why[256])
{
    struct buf config;
    struct configure_message message = {.ca_file = "", .node_id = ""};
    struct plugin_spec spec = generation_spec(generation, generation->plugin->name);
    bool candidate = generation == generation->plugin->candidate;
    buf_init(&config);
    int rc = set->setup.events->configure(set->setup.arg, &spec, description, candidate, &config,
                                          &message, why);
    if (rc == 0) {
        message.config = buf_cstr(&config);
        rc = host_configure(host, &message);
    }
    buf_wipe(&config);
    return rc;
}

static int on_described(void *arg, struct host *host, const char *json, char why[256])
{
    struct plugin_set *set = arg;
    struct generation *generation = generation_of(host);
    struct description *description = NULL;
    int rc = describe_decode(json, &description);
    if (rc != 0) {
        text_format(why, 256, "%s: its description cannot be read", generation->path);
        return rc;
    }
    rc = check_identity(generation, description, why);
    rc = rc != 0 ? rc : send_configure(set, generation, host, description, why);
    if (rc == 0 && generation->description == NULL) {
        generation->description = description;
        generation->shown_kind = description->kind;
    } else {
        description_destroy(description);
    }
    return rc;
}

static void on_up(void *arg, struct host *host)
{
    struct plugin_set *set = arg;
    struct generation *generation = generation_of(host);
    struct plugin *plugin = generation->plugin;
    generation->why[0] = '\0';
    if (generation == plugin->candidate) {
        check_reload(set);
    } else if (generation == plugin->current && generation_is_ready(generation)) {
        plugin->was_ready = true;
        plugin->why[0] = '\0';
        set->setup.events->ready(set->setup.arg, plugin);
    }
}

/* A host of this generation cannot run. */
static void note_unusable(struct generation *generation, const char *why)
{
    struct plugin *plugin = generation->plugin;
    if (why != generation->why) {
        text_format(generation->why, sizeof(generation->why), "%s", why);
    }
    if (generation == plugin->candidate) {
        refuse_reload(plugin->set, plugin->name, why);
    } else if (generation == plugin->current && !generation_is_ready(generation)) {
        say_unready(plugin, why);
    }
}

static void on_unusable(void *arg, struct host *host, const char *why)
{
    (void)arg;
    note_unusable(generation_of(host), why);
}

static int on_frame(void *arg, struct host *host, const struct frame *frame)
{
    struct plugin_set *set = arg;
    return set->setup.events->frame(set->setup.arg, generation_of(host)->plugin, host, frame);
}

static void on_lost(void *arg, struct host *host, bool crashed)
{
    struct plugin_set *set = arg;
    struct generation *generation = generation_of(host);
    /* One that was asked to end, as the host for suspects is when none is left, is no restart. */
    generation->plugin->restarts += host_state(host) == LIFE_GONE ? 0 : 1;
    set->setup.events->lost(set->setup.arg, generation->plugin, host, crashed);
    if (host != generation->isolation && !generation->draining &&
        !generation_is_ready(generation)) {
        const char *why = generation->why[0] != '\0' ? generation->why
                          : crashed                  ? "its host process crashed"
                                                     : "its host process was ended from outside";
        note_unusable(generation, why);
    }
}

static void on_gone(void *arg, struct host *host)
{
    struct plugin_set *set = arg;
    if (set->gone_count < sizeof(set->gone) / sizeof(set->gone[0])) {
        generation_forget(generation_of(host), host);
        set->gone[set->gone_count++] = host;
    }
    event_active(set->sweep, 0, 0);
}

static const struct host_events host_events = {.described = on_described,
                                               .up = on_up,
                                               .unusable = on_unusable,
                                               .frame = on_frame,
                                               .lost = on_lost,
                                               .gone = on_gone};

static struct host *start_host(struct generation *generation)
{
    struct plugin_set *set = generation->plugin->set;
    struct host_setup setup = {.base = set->setup.base,
                               .program_fd = set->setup.program_fd,
                               .plugin_fd = generation->plugin_fd,
                               .name = generation->plugin->name,
                               .log_level = set->setup.log_level,
                               .policy = set->setup.life,
                               .events = &host_events,
                               .arg = set};
    struct host *host = host_create(&setup);
    if (host != NULL) {
        host_set_tag(host, (uintptr_t)generation);
    }
    return host;
}

static void start_hosts(struct generation *generation)
{
    for (size_t i = 0; i < generation->host_count; i++) {
        generation->hosts[i] = start_host(generation);
    }
}

/* ---- the end of hosts, generations and plugins ---- */

static void drain_generation(struct plugin *plugin, struct generation *generation)
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

/* At most two generations: a third one waits until the first has finished what it has, which has its limit. */
static void start_candidate(struct plugin *plugin)
{
    if (plugin->candidate != NULL && plugin->candidate->hosts[0] == NULL &&
        plugin->draining == NULL) {
        start_hosts(plugin->candidate);
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
        start_candidate(plugin);
        if (plugin->leaving && plugin->draining == NULL) {
            remove_at(set, i - 1);
        }
    }
}

static void leave(struct plugin *plugin)
{
    plugin->leaving = true;
    struct generation *generations[] = {plugin->current, plugin->candidate};
    plugin->current = NULL;
    plugin->candidate = NULL;
    drain_generation(plugin, generations[0]);
    drain_generation(plugin, generations[1]);
    event_active(plugin->set->sweep, 0, 0);
}

/* ---- reload ---- */

static void switch_over(struct plugin *plugin)
{
    if (plugin->candidate == NULL) {
        return;
    }
    struct generation *old = plugin->current;
    plugin->current = plugin->candidate;
    plugin->candidate = NULL;
    plugin->why[0] = '\0';
    drain_generation(plugin, old);
    plugin->was_ready = true;
    plugin->set->setup.events->ready(plugin->set->setup.arg, plugin);
}

/* When every candidate is ready, all are switched. */
static void check_reload(struct plugin_set *set)
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
            leave(plugin);
        }
    }
    set->setup.events->reloaded(set->setup.arg, NULL);
}

static void refuse_reload(struct plugin_set *set, const char *name, const char *why)
{
    if (!set->reloading) {
        return;
    }
    set->reloading = false;
    for (size_t i = 0; i < set->count; i++) {
        struct plugin *plugin = set->plugins[i];
        struct generation *candidate = plugin->candidate;
        plugin->candidate = NULL;
        drain_generation(plugin, candidate);
        /* One that failed at start has a reason to show and stays; one that is new goes again. */
        if (plugin->current == NULL && plugin->why[0] == '\0' && !plugin->leaving) {
            leave(plugin);
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

/* Make the candidate of one spec. 0, or an error with `why` filled. */
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
    if (plugin->current != NULL && generation_is_current(plugin->current, spec)) {
        return 0;
    }
    struct generation *made = generation_create(spec, plugin->generations + 1, why);
    if (made == NULL) {
        if (first) {
            say_unready(plugin, why);
        }
        return first ? 0 : VMM_E_DENIED;
    }
    plugin->generations++;
    made->plugin = plugin;
    if (first) {
        plugin->current = made;
        start_hosts(made);
    } else {
        plugin->candidate = made;
        start_candidate(plugin);
    }
    return 0;
}

int plugin_set_apply(struct plugin_set *set, const struct plugin_spec *specs, size_t count,
                     bool first)
{
    if (set->reloading) {
        return VMM_E_AGAIN;
    }
    memset(set->keep, 0, sizeof(set->keep));
    set->reloading = !first;
    for (size_t i = 0; i < count; i++) {
        char why[256] = "";
        if (prepare(set, &specs[i], first, why) != 0) {
            refuse_reload(set, specs[i].name, why);
            return 0;
        }
    }
    check_reload(set);
    return 0;
}

/* ---- the set ---- */

struct plugin_set *plugin_set_create(const struct plugin_setup *setup)
{
    struct plugin_set *set = calloc(1, sizeof(*set));
    if (set == NULL) {
        return NULL;
    }
    set->setup = *setup;
    set->sweep = event_new(setup->base, -1, 0, on_sweep, set);
    if (set->sweep == NULL) {
        free(set);
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
    event_free(set->sweep);
    free(set);
}

void plugin_set_drain(struct plugin_set *set)
{
    set->reloading = false;
    for (size_t i = 0; i < set->count; i++) {
        if (!set->plugins[i]->leaving) {
            leave(set->plugins[i]);
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
        generation->isolation = start_host(generation);
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
