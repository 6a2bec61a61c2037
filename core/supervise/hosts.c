/* SPDX-License-Identifier: MIT */
/* What hosts tell, and what becomes of it for their plugin. */
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "supervise/set.h"

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

int hosts_settings(struct plugin_set *set, const struct plugin_spec *spec,
                   const struct description *description, bool candidate, struct buf *out,
                   struct configure_message *message, char why[256])
{
    *message = (struct configure_message){.ca_file = ""};
    int rc = set->setup.events->configure(set->setup.arg, spec, description, candidate, out,
                                          message, why);
    message->config = rc == 0 ? buf_cstr(out) : "";
    return rc;
}

static int send_configure(struct plugin_set *set, struct generation *generation, struct host *host,
                          const struct description *description, char why[256])
{
    struct buf config;
    struct configure_message message;
    struct plugin_spec spec = generation_spec(generation, generation->plugin->name);
    bool candidate = generation == generation->plugin->candidate;
    buf_init(&config);
    int rc = hosts_settings(set, &spec, description, candidate, &config, &message, why);
    if (rc == 0 && generation->description == NULL) {
        fingerprint_make(set->key, &message, generation->settings);
    }
    rc = rc == 0 ? host_configure(host, &message) : rc;
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
        apply_check(set);
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
        apply_refuse(plugin->set, plugin->name, why);
    } else if (generation == plugin->current && !generation_is_ready(generation)) {
        plugin_say_unready(plugin, why);
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

struct host *hosts_start_one(struct generation *generation)
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

void hosts_start(struct generation *generation)
{
    for (size_t i = 0; i < generation->host_count; i++) {
        generation->hosts[i] = hosts_start_one(generation);
    }
}
