/* SPDX-License-Identifier: MIT */
#include "main/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>
#include <vmm/plugin.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "main/control.h"
#include "main/deliver.h"
#include "main/figures.h"
#include "main/fleet_edit.h"
#include "main/identification.h"
#include "main/loads.h"
#include "main/notify.h"
#include "main/record.h"
#include "main/reload.h"
#include "main/restore.h"
#include "main/retain.h"
#include "main/unwatched.h"
#include "main/watch.h"
#include "main/zones.h"

#define RESERVE_BYTES (1u << 20)
#define HOST_JOBS_MAX                                                                              \
    4096u /* of one host; how many looks are under way at once is limited by the watch */
#define STOP_LIMIT_S 20 /* looks under way and batches may take so long when vmmd stops */

/* ---- what the plugins say ---- */

/* A generation that a reload is making gets the settings that were read for it; one that is in force keeps its
 * own, also when a host of it restarts meanwhile. */
static int on_configure(void *arg, const struct plugin_spec *spec,
                        const struct description *description, bool candidate, struct buf *out,
                        struct configure_message *message, char why[256])
{
    struct daemon *daemon = arg;
    const struct config *config = candidate ? reload_config(daemon->reload) : daemon->config;
    return daemon_configure(config, spec, description, out, message, why);
}

int daemon_configure(const struct config *config, const struct plugin_spec *spec,
                     const struct description *description, struct buf *out,
                     struct configure_message *message, char why[256])
{
    const struct config_plugin *plugin = config_find_plugin(config, spec->name);
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    config_error_clear(&error);
    if (plugin == NULL) {
        text_format(why, 256, "%s is not installed any more", spec->name);
        return VMM_E_NOENT;
    }
    if ((description->traits & VMM_TRAIT_OWN_SOCKETS) != 0 && !plugin->own_sockets) {
        text_format(why, 256, "%s connects by itself; allow it with plugins.%s.own_sockets",
                    spec->name, spec->name);
        return VMM_E_DENIED;
    }
    message->ca_file = config->core.ca_file;
    message->node_id = config->core.node_id;
    message->max_jobs = HOST_JOBS_MAX;
    int rc = config_plugin_settings(config, plugin, description->config, out, &error);
    if (rc != 0) {
        text_format(why, 256, "%s", config_error_text(&error, line));
    }
    return rc;
}

static void on_ready(void *arg, struct plugin *plugin)
{
    struct daemon *daemon = arg;
    if (record_is_for(daemon->record, plugin)) {
        record_plugin_ready(daemon->record, plugin);
    } else if (plugin_kind(plugin) == VMM_KIND_SINK) {
        if (!notify_plugin_ready(daemon->notify, plugin)) {
            deliver_plugin_ready(daemon->deliver, plugin);
        }
    } else {
        watch_plugin_ready(daemon->watch, plugin);
    }
}

static void on_unready(void *arg, struct plugin *plugin, const char *why)
{
    struct daemon *daemon = arg;
    log_warn("plugins", "%s is not ready: %s", plugin_name(plugin), why);
    if (record_is_for(daemon->record, plugin)) {
        record_plugin_unready(daemon->record, plugin);
    } else if (plugin_kind(plugin) == VMM_KIND_SINK) {
        if (!notify_plugin_unready(daemon->notify, plugin)) {
            deliver_plugin_unready(daemon->deliver, plugin);
        }
    } else {
        watch_plugin_unready(daemon->watch, plugin);
    }
}

static int settled(struct daemon *daemon, struct plugin *plugin, struct host *host,
                   const struct frame *frame)
{
    if (record_is_for(daemon->record, plugin)) {
        return record_settled(daemon->record, host, frame);
    }
    return (frame->id & NOTIFY_BATCHES) != 0 ? notify_settled(daemon->notify, host, frame)
                                             : deliver_settled(daemon->deliver, host, frame);
}

static int on_frame(void *arg, struct plugin *plugin, struct host *host, const struct frame *frame)
{
    struct daemon *daemon = arg;
    watch_pulse(daemon->watch);
    switch (frame->type) {
    case FRAME_RESULT:
        return look_result(daemon->watch, host, frame);
    case FRAME_TRANSCRIPT:
        return look_transcript(daemon->watch, host, frame);
    case FRAME_SETTLED:
        return settled(daemon, plugin, host, frame);
    case FRAME_RESUME:
        return record_resume(daemon->record, plugin, host, frame);
    case FRAME_METRIC:
        return figures_take(daemon->figures, plugin_name(plugin), frame);
    case FRAME_CHECKED:
        return fleet_edit_checked(daemon, host, frame);
    default:
        return VMM_E_PROTO;
    }
}

static void on_lost(void *arg, struct plugin *plugin, struct host *host, bool crashed)
{
    struct daemon *daemon = arg;
    (void)plugin;
    watch_pulse(daemon->watch);
    look_lost(daemon->watch, host, crashed);
    deliver_lost(daemon->deliver, host);
    record_lost(daemon->record, host);
    notify_lost(daemon->notify, host);
    fleet_edit_lost(daemon, host);
}

static void on_removed(void *arg, struct plugin *plugin)
{
    struct daemon *daemon = arg;
    watch_plugin_removed(daemon->watch, plugin);
    deliver_plugin_removed(daemon->deliver, plugin);
    record_plugin_removed(daemon->record, plugin);
    notify_plugin_removed(daemon->notify, plugin);
    if (daemon->stopping && daemon->plugins != NULL && plugin_set_count(daemon->plugins) == 0) {
        event_base_loopexit(daemon->base, NULL);
    }
}

static void on_reloaded(void *arg, const char *refused)
{
    struct daemon *daemon = arg;
    reload_plugins_done(daemon->reload, refused);
}

static const struct plugin_events plugin_events = {.configure = on_configure,
                                                   .ready = on_ready,
                                                   .unready = on_unready,
                                                   .frame = on_frame,
                                                   .lost = on_lost,
                                                   .removed = on_removed,
                                                   .reloaded = on_reloaded};

/* ---- signals ---- */

static void on_stop(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    struct daemon *daemon = arg;
    if (daemon->stopping) {
        event_base_loopbreak(daemon->base);
        return;
    }
    log_info("vmmd", "signal %d: stopping", (int)number);
    daemon->stopping = true;
    struct timeval limit = {.tv_sec = STOP_LIMIT_S};
    event_base_loopexit(daemon->base, &limit);
    plugin_set_drain(daemon->plugins);
    if (plugin_set_count(daemon->plugins) == 0) {
        event_base_loopexit(daemon->base, NULL);
    }
}

static void on_hangup(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct daemon *daemon = arg;
    reload_request(daemon->reload, NULL, NULL);
}

static void on_reopen(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    (void)arg;
    log_reopen();
}

static void on_child(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    struct daemon *daemon = arg;
    watch_pulse(daemon->watch);
    plugin_set_reap(daemon->plugins);
}

static int add_signals(struct daemon *daemon)
{
    static const struct {
        int number;
        event_callback_fn fn;
    } table[] = {{SIGTERM, on_stop},
                 {SIGINT, on_stop},
                 {SIGHUP, on_hangup},
                 {SIGUSR1, on_reopen},
                 {SIGCHLD, on_child}};
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        daemon->signals[i] = evsignal_new(daemon->base, table[i].number, table[i].fn, daemon);
        if (daemon->signals[i] == NULL || event_add(daemon->signals[i], NULL) != 0) {
            return VMM_E_NOMEM;
        }
    }
    return 0;
}

/* ---- opening ---- */

int daemon_open_host_program(void)
{
    char path[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", path, sizeof(path) - 1);
    char *slash = size > 0 ? memrchr(path, '/', (size_t)size) : NULL;
    if (slash == NULL || (size_t)(slash - path) + sizeof("/vmm-host") > sizeof(path)) {
        return VMM_E_IO;
    }
    memcpy(slash, "/vmm-host", sizeof("/vmm-host"));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        log_error("vmmd", "%s: %s", path, strerror(errno));
        return VMM_E_IO;
    }
    return fd;
}

static int open_host_program(struct daemon *daemon)
{
    daemon->program_fd = daemon_open_host_program();
    return daemon->program_fd < 0 ? daemon->program_fd : 0;
}

static int make_folder(const char *path)
{
    if (mkdir(path, 0750) != 0 && errno != EEXIST) {
        log_error("vmmd", "%s: %s; create it, or set another run_dir", path, strerror(errno));
        return VMM_E_IO;
    }
    return 0;
}

static int open_vault(struct daemon *daemon)
{
    const struct core_settings *core = &daemon->config->core;
    int rc = vault_create_key(core->vault_key_file);
    if (rc != 0 && rc != VMM_E_EXIST) {
        log_error("vmmd", "%s: the vault's key cannot be made", core->vault_key_file);
        return rc;
    }
    return vault_open(core->vault_path, core->vault_key_file, &daemon->vault);
}

static void on_store(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct daemon *daemon = arg;
    watch_pulse(daemon->watch);
    store_dispatch(daemon->store);
}

static int start_store(struct daemon *daemon)
{
    int rc = store_start(daemon->store);
    if (rc != 0) {
        return rc;
    }
    daemon->store_ready =
        event_new(daemon->base, store_fd(daemon->store), EV_READ | EV_PERSIST, on_store, daemon);
    return daemon->store_ready != NULL && event_add(daemon->store_ready, NULL) == 0 ? 0
                                                                                    : VMM_E_NOMEM;
}

static int start_plugins(struct daemon *daemon)
{
    const struct core_settings *core = &daemon->config->core;
    struct plugin_setup setup = {.base = daemon->base,
                                 .program_fd = daemon->program_fd,
                                 .log_level = (uint32_t)core->log_level,
                                 .life = life_policy_default(),
                                 .events = &plugin_events,
                                 .arg = daemon};
    daemon->plugins = plugin_set_create(&setup);
    struct spec_list specs;
    if (daemon->plugins == NULL || daemon_specs(daemon->config, &specs) != 0) {
        return VMM_E_NOMEM;
    }
    int rc = plugin_set_apply(daemon->plugins, specs.specs, specs.count, true);
    daemon_free_specs(&specs);
    return rc;
}

static int open_policy(struct daemon *daemon)
{
    struct policy *policy = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    int rc = notify_read_policy(&daemon->sources, daemon->config, &policy, &error);
    if (rc == 0) {
        notify_take_policy(daemon->notify, policy);
    } else {
        log_error("config", "%s", config_error_text(&error, line));
    }
    return rc;
}

static const struct zone *on_zone(void *arg, const char *name)
{
    return zones_get(arg, name);
}

static int open_parts(struct daemon *daemon)
{
    const struct core_settings *core = &daemon->config->core;
    daemon->day_zones = zones_create();
    struct store_options store = {.path = core->store_path,
                                  .reserve_bytes = RESERVE_BYTES,
                                  .soft_period_s = core->soft_period_ms / 1000,
                                  .zone_of = on_zone,
                                  .zone_arg = daemon->day_zones};
    int rc = daemon->day_zones != NULL ? make_folder(core->run_dir) : VMM_E_NOMEM;
    rc = rc == 0 ? make_folder(core->data_dir) : rc;
    rc = rc == 0 ? open_host_program(daemon) : rc;
    if (rc == 0) {
        store_make_room(core->store_path);
    }
    rc = rc == 0 ? open_vault(daemon) : rc;
    rc = rc == 0 ? store_open(&store, &daemon->store) : rc;
    daemon->fleet = fleet_create();
    daemon->watch = watch_create(daemon);
    daemon->deliver = deliver_create(daemon);
    daemon->record = record_create(daemon);
    daemon->notify = notify_create(daemon);
    daemon->reload = reload_create(daemon);
    daemon->edits = fleet_edits_create(daemon);
    daemon->figures = figures_create();
    daemon->loads = loads_create(daemon->base);
    daemon->identification = rc == 0 ? identification_create(daemon) : NULL;
    daemon->retain = retain_create(daemon);
    bool made = daemon->fleet != NULL && daemon->watch != NULL && daemon->deliver != NULL &&
                daemon->record != NULL && daemon->notify != NULL && daemon->reload != NULL &&
                daemon->edits != NULL && daemon->figures != NULL && daemon->loads != NULL &&
                daemon->retain != NULL && daemon->identification != NULL;
    return rc != 0 ? rc : made ? open_policy(daemon) : VMM_E_NOMEM;
}

static void log_warnings(const struct config *config)
{
    for (char **line = config->warnings; line != NULL && *line != NULL; line++) {
        log_warn("config", "%s", *line);
    }
}

static int open_config(struct daemon *daemon)
{
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    config_error_clear(&error);
    int rc = config_load(&daemon->sources, &daemon->config, &error);
    if (rc != 0) {
        log_error("config", "%s", config_error_text(&error, line));
        return rc;
    }
    const struct core_settings *core = &daemon->config->core;
    log_setup("vmmd", core->log_level);
    if (core->log_file[0] != '\0' && log_file(core->log_file) != 0) {
        log_error("config", "%s: %s", core->log_file, strerror(errno));
        return VMM_E_IO;
    }
    log_warnings(daemon->config);
    daemon_read_policy(daemon);
    return 0;
}

int daemon_open(struct daemon *daemon, const struct config_sources *sources)
{
    *daemon = (struct daemon){.sources = *sources,
                              .program_fd = -1,
                              .started_wall = clock_wall_us(),
                              .started_mono = clock_mono_us()};
    int rc = open_config(daemon);
    if (rc != 0) {
        return rc;
    }
    daemon->base = event_base_new();
    rc = daemon->base != NULL ? open_parts(daemon) : VMM_E_NOMEM;
    rc = rc == 0 ? restore_fleet(daemon) : rc;
    rc = rc == 0 ? add_signals(daemon) : rc;
    rc = rc == 0 ? start_store(daemon) : rc;
    rc = rc == 0 ? start_plugins(daemon) : rc;
    rc = rc == 0 ? watch_start(daemon->watch) : rc;
    if (rc == 0) {
        notify_start(daemon->notify);
        retain_start(daemon->retain);
        daemon->control = control_create(daemon);
        rc = daemon->control != NULL ? 0 : VMM_E_IO;
    }
    return rc;
}

int daemon_run(struct daemon *daemon)
{
    log_info("vmmd", "watching %u devices of %u sites", fleet_device_count(daemon->fleet),
             fleet_site_count(daemon->fleet));
    event_base_dispatch(daemon->base);
    log_info("vmmd", "stopped");
    return EXIT_SUCCESS;
}

void daemon_close(struct daemon *daemon)
{
    control_destroy(daemon->control);
    plugin_set_destroy(daemon->plugins);
    daemon->plugins = NULL;
    if (daemon->watch != NULL && daemon->store != NULL) {
        look_forget_committing(daemon->watch);
        unwatched_stop(daemon->watch->unwatched);
        watch_flush(daemon->watch);
        notify_flush(daemon->notify);
    }
    if (daemon->store != NULL && daemon->store_ready != NULL) {
        store_stop(daemon->store);
        store_dispatch(daemon->store);
    }
    identification_destroy(daemon->identification);
    retain_destroy(daemon->retain);
    reload_destroy(daemon->reload);
    fleet_edits_destroy(daemon->edits);
    if (daemon->store_ready != NULL) {
        event_free(daemon->store_ready);
    }
    store_close(daemon->store);
    zones_destroy(daemon->day_zones);
    deliver_destroy(daemon->deliver);
    record_destroy(daemon->record);
    notify_destroy(daemon->notify);
    watch_destroy(daemon->watch);
    vault_close(daemon->vault);
    fleet_destroy(daemon->fleet);
    figures_destroy(daemon->figures);
    loads_destroy(daemon->loads);
    config_destroy(daemon->config);
    for (size_t i = 0; i < sizeof(daemon->signals) / sizeof(daemon->signals[0]); i++) {
        if (daemon->signals[i] != NULL) {
            event_free(daemon->signals[i]);
        }
    }
    if (daemon->base != NULL) {
        event_base_free(daemon->base);
    }
    if (daemon->program_fd >= 0) {
        close(daemon->program_fd);
    }
}
