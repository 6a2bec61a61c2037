/* SPDX-License-Identifier: MIT */
/* version, flags, plugins: what vmmd is made of, from memory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/plugin.h>

#include "base/clock.h"
#include "base/text.h"
#include "main/control.h"

/* ---- version and flags ---- */

void verb_version(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    if (control_arguments(call, args)) {
        return;
    }
    char abi[24];
    text_format(abi, sizeof(abi), "%u.%u", VMM_ABI_MAJOR, VMM_ABI_MINOR);
    ctl_done(call, json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:I}", "version", VMM_VERSION,
                             "build_git_hash", VMM_GIT_HASH, "abi", abi, "node",
                             daemon->config->core.node_id, "pid", (int)getpid(), "started_at",
                             control_time(daemon->started_wall), "uptime_s",
                             (json_int_t)((clock_mono_us() - daemon->started_mono) / CLOCK_S)));
}

static const char *owner_of(const struct config *config, const char *flag)
{
    for (size_t i = 0; i < config->plugin_count; i++) {
        if (strcmp(config->plugins[i].fragment->flag, flag) == 0) {
            return config->plugins[i].fragment->name;
        }
    }
    return NULL;
}

static json_t *flag_row(const struct config *config, const struct flag *flag)
{
    json_t *sites = json_null();
    if (flag->state == FLAG_SITES) {
        sites = json_array();
        for (size_t i = 0; flag->sites[i] != NULL; i++) {
            json_array_append_new(sites, json_string(flag->sites[i]));
        }
    }
    return json_pack("{s:s, s:b, s:o, s:s, s:b, s:s?}", "name", flag->name, "on",
                     flag->state != FLAG_OFF, "sites", sites, "origin", flag->origin, "forced",
                     flag->forced, "owner", owner_of(config, flag->name));
}

void verb_flags(struct daemon *daemon, struct ctl_call *call, json_t *args,
                const struct ctl_peer *peer)
{
    (void)peer;
    if (control_arguments(call, args)) {
        return;
    }
    json_t *rows = json_array();
    const struct flag *flag = flags_at(daemon->config->flags, 0);
    for (size_t i = 1; flag != NULL; flag = flags_at(daemon->config->flags, i++)) {
        json_array_append_new(rows, flag_row(daemon->config, flag));
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}

/* A file without a fragment is of no known kind until it could be loaded. */
static const char *kind_word(uint32_t kind)
{
    return kind == VMM_KIND_PROBE     ? "probe"
           : kind == VMM_KIND_SINK    ? "sink"
           : kind == VMM_KIND_SERVICE ? "service"
                                      : "unknown";
}

/* Of a host that does not run now: null. */
static json_t *pid_json(pid_t pid)
{
    return pid != 0 ? json_integer(pid) : json_null();
}

static json_t *hosts_json(const struct plugin *plugin, json_int_t *first_pid)
{
    struct plugin_host_view views[64];
    size_t count = plugin_hosts(plugin, views, 64);
    json_t *list = json_array();
    *first_pid = 0;
    for (size_t i = 0; i < count && i < 64; i++) {
        *first_pid = *first_pid == 0 ? views[i].pid : *first_pid;
        json_array_append_new(list, json_pack("{s:o, s:i, s:s, s:b}", "pid", pid_json(views[i].pid),
                                              "generation", (int)views[i].generation, "state",
                                              views[i].state, "isolation", views[i].isolation));
    }
    return list;
}

static json_t *loaded_row(const struct plugin *plugin)
{
    const struct description *description = plugin_description(plugin);
    json_int_t pid = 0;
    json_t *hosts = hosts_json(plugin, &pid);
    char abi[24] = "";
    if (description != NULL) {
        text_format(abi, sizeof(abi), "%u.%u", description->abi_major, description->abi_minor);
    }
    const char *state = plugin_is_leaving(plugin)          ? "draining"
                        : plugin_is_ready(plugin)          ? "ready"
                        : plugin_reason(plugin)[0] != '\0' ? "backoff"
                                                           : "starting";
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:i, s:i, s:o, s:o}", "name",
                     plugin_name(plugin), "kind", kind_word(plugin_kind(plugin)), "version",
                     control_string(description != NULL ? description->version : ""), "abi",
                     control_string(abi), "path", plugin_path(plugin), "flag", plugin_flag(plugin),
                     "state", state, "pid", pid_json((pid_t)pid), "generation",
                     (int)plugin_generation(plugin), "restarts", (int)plugin_restarts(plugin),
                     "reason", control_string(plugin_reason(plugin)), "hosts", hosts);
}

static json_t *installed_row(const struct config_plugin *plugin)
{
    return json_pack("{s:s, s:s, s:n, s:n, s:s, s:s, s:s, s:n, s:i, s:i, s:n, s:[]}", "name",
                     plugin->fragment->name, "kind", kind_word(plugin->fragment->kind), "version",
                     "abi", "path", plugin->fragment->path, "flag", plugin->fragment->flag, "state",
                     "off", "pid", "generation", 0, "restarts", 0, "reason", "hosts");
}

void verb_plugins(struct daemon *daemon, struct ctl_call *call, json_t *args,
                  const struct ctl_peer *peer)
{
    (void)peer;
    if (control_arguments(call, args)) {
        return;
    }
    json_t *rows = json_array();
    for (size_t i = 0; i < plugin_set_count(daemon->plugins); i++) {
        json_array_append_new(rows, loaded_row(plugin_set_at(daemon->plugins, i)));
    }
    for (size_t i = 0; i < daemon->config->plugin_count; i++) {
        const struct config_plugin *plugin = &daemon->config->plugins[i];
        if (plugin_set_find(daemon->plugins, plugin->fragment->name) == NULL) {
            json_array_append_new(rows, installed_row(plugin));
        }
    }
    ctl_rows(call, rows);
    ctl_done(call, NULL);
}
