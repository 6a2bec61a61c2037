/* SPDX-License-Identifier: MIT */
#include "main/notify.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include <vmm/errors.h>
#include <vmm/plugin.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "gateway/json_text.h"
#include "gateway/policy_load.h"
#include "main/deliver.h"
#include "main/upkeep.h"
#include "store/notify.h"

#define TIMER_LEAST_US 10000u

struct gateway_now notify_now(void)
{
    return (struct gateway_now){.wall = clock_wall_us(), .mono = clock_mono_us()};
}

/* ---- the turn ---- */

/* Those who wait for this turn, in the order in which they came. */
static void tell_waiters(struct notify *notify, uint64_t turn, int rc)
{
    for (struct notify_waiter **at = &notify->waiters; *at != NULL;) {
        struct notify_waiter *waiter = *at;
        if (waiter->turn > turn) {
            at = &waiter->next;
            continue;
        }
        *at = waiter->next;
        waiter->done(waiter->arg, rc);
        free(waiter);
    }
}

static void on_commit(void *arg, int rc)
{
    struct notify *notify = arg;
    notify_committed(notify, rc);
    tell_waiters(notify, notify->turns_done, rc);
}

void notify_when_durable(struct notify *notify, notify_durable_fn done, void *arg)
{
    struct notify_waiter *waiter = calloc(1, sizeof(*waiter));
    if (waiter == NULL || notify_batch(notify) == NULL) {
        free(waiter);
        done(arg, VMM_E_NOMEM);
        return;
    }
    *waiter = (struct notify_waiter){.turn = notify->turns_written + 1, .done = done, .arg = arg};
    struct notify_waiter **at = &notify->waiters;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = waiter;
}

void notify_flush(struct notify *notify)
{
    struct store_batch *batch = notify->batch;
    notify->batch = NULL;
    if (batch != NULL) {
        notify->turns_written++;
        store_submit(notify->daemon->store, batch, on_commit, notify);
    }
}

static void on_flush(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    notify_flush(arg);
}

struct store_batch *notify_batch(struct notify *notify)
{
    if (notify->batch == NULL) {
        notify->batch = store_batch_create();
        event_active(notify->flush, 0, 0);
    }
    return notify->batch;
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct notify *notify = arg;
    gateway_tick(notify->gateway, notify_now());
    notify_arm(notify);
}

void notify_arm(struct notify *notify)
{
    struct gateway_now now = notify_now();
    uint64_t due = notify->active ? gateway_due(notify->gateway, now) : UINT64_MAX;
    if (due == UINT64_MAX || !notify->started) {
        event_del(notify->timer);
        return;
    }
    uint64_t wait = due > now.mono ? due - now.mono : 0;
    wait = wait > TIMER_LEAST_US ? wait : TIMER_LEAST_US;
    struct timeval tv = {.tv_sec = (time_t)(wait / CLOCK_S),
                         .tv_usec = (suseconds_t)(wait % CLOCK_S)};
    event_add(notify->timer, &tv);
}

/* ---- the policy ---- */

/* gateway.json beside the configuration file, unless the settings name another one. */
static const char *policy_path(const struct config_sources *sources, const struct config *config,
                               char out[4096])
{
    const char *file = sources->file;
    if (config->core.gateway_file[0] != '\0' || file == NULL) {
        return config->core.gateway_file[0] != '\0' ? config->core.gateway_file : NULL;
    }
    const char *slash = strrchr(file, '/');
    text_format(out, 4096, "%.*sgateway.json", slash != NULL ? (int)(slash - file) + 1 : 0, file);
    return out;
}

int notify_read_policy(const struct config_sources *sources, const struct config *config,
                       struct policy **out, struct config_error *error)
{
    char path[4096];
    bool named = config->core.gateway_file[0] != '\0';
    return policy_load(policy_path(sources, config, path), named, out, error);
}

/* True when the journal has to be read: a sink for people is on, or the policy names a channel. */
static bool is_wanted(const struct notify *notify)
{
    return notify->sink_count > 0 || notify->policy->defaults.channels.count > 0 ||
           notify->policy->route_count > 0;
}

static void activate(struct notify *notify)
{
    if (!notify->started || !is_wanted(notify)) {
        return;
    }
    if (!notify->active) {
        notify->active = true;
        notify->gateway->is_first = !notify->has_cursor;
        gateway_current(notify->gateway, notify->gateway->seq, false);
    }
    gateway_policy(notify->gateway, notify->policy, notify_now());
    notify_grown(notify);
    notify_arm(notify);
}

void notify_take_policy(struct notify *notify, struct policy *policy)
{
    struct policy *old = notify->policy;
    notify->policy = policy;
    notify->gateway->policy = policy;
    activate(notify);
    policy_destroy(old);
}

/* ---- plugins ---- */

static struct notify_sink *find_sink(struct notify *notify, const char *name)
{
    for (size_t i = 0; i < notify->sink_count; i++) {
        if (strcmp(notify->sinks[i].name, name) == 0) {
            return &notify->sinks[i];
        }
    }
    return NULL;
}

bool notify_has_channel(const struct notify *notify, const char *channel)
{
    size_t length = strcspn(channel, ":");
    for (size_t i = 0; i < notify->sink_count; i++) {
        const char *name = notify->sinks[i].name;
        if (strlen(name) == length && strncmp(name, channel, length) == 0) {
            return true;
        }
    }
    return false;
}

static void list_names(struct notify *notify)
{
    for (size_t i = 0; i < notify->sink_count; i++) {
        notify->sink_names[i] = notify->sinks[i].name;
    }
    notify->sink_names[notify->sink_count] = NULL;
}

static bool is_for_people(const struct plugin *plugin)
{
    const struct description *description = plugin_description(plugin);
    return description != NULL && (description->traits & VMM_TRAIT_PEOPLE) != 0;
}

bool notify_plugin_ready(struct notify *notify, struct plugin *plugin)
{
    struct notify_sink *sink = find_sink(notify, plugin_name(plugin));
    if (!is_for_people(plugin)) {
        return false;
    }
    bool is_new = sink == NULL;
    if (is_new && notify->sink_count == NOTIFY_SINKS_MAX) {
        log_error("notify", "%s: there are too many sinks", plugin_name(plugin));
        return true;
    }
    if (is_new) {
        sink = &notify->sinks[notify->sink_count++];
        text_format(sink->name, sizeof(sink->name), "%s", plugin_name(plugin));
        list_names(notify);
    }
    sink->plugin = plugin;
    if (is_new) {
        activate(notify);
    }
    gateway_ready(notify->gateway, sink->name, true, notify_now());
    notify_arm(notify);
    return true;
}

bool notify_plugin_unready(struct notify *notify, struct plugin *plugin)
{
    struct notify_sink *sink = find_sink(notify, plugin_name(plugin));
    if (sink != NULL) {
        gateway_ready(notify->gateway, sink->name, false, notify_now());
        notify_arm(notify);
    }
    return sink != NULL;
}

void notify_plugin_removed(struct notify *notify, struct plugin *plugin)
{
    struct notify_sink *sink = find_sink(notify, plugin_name(plugin));
    if (sink == NULL || sink->plugin != plugin) {
        return;
    }
    gateway_ready(notify->gateway, sink->name, false, notify_now());
    *sink = notify->sinks[--notify->sink_count];
    list_names(notify);
    notify_arm(notify);
}

/* ---- restoring ---- */

static int on_memory(void *arg, const char *area, const char *key, const char *detail)
{
    struct notify *notify = arg;
    json_t *json = json_loads(detail, 0, NULL);
    bool good = true;
    if (strcmp(area, "alarm") == 0) {
        good = gateway_restore_alarm(notify->gateway, json);
    } else if (strcmp(area, "lane") == 0) {
        good = gateway_restore_lane(notify->gateway, json, notify_now());
    } else if (strcmp(area, "cut") == 0) {
        good = deliver_restore_cut(notify->daemon->deliver, json);
    } else if (strcmp(area, DELIVER_DROPPED_AREA) == 0) {
        good = deliver_restore_dropped(notify->daemon->deliver, json);
    } else if (strcmp(area, UPKEEP_AREA) == 0) {
        good = upkeep_restore(notify->upkeep, json);
    } else {
        good = gateway_restore_memory(notify->gateway, area, json);
    }
    if (!good) {
        log_error("notify", "%s %s is not understood and is left out", area, key);
    }
    json_decref(json);
    return 0;
}

static int on_outgoing(void *arg, int64_t id, const char *content, const char *payload)
{
    struct notify *notify = arg;
    json_t *json = json_loads(content, 0, NULL);
    if (!gateway_restore_notice(notify->gateway, json, payload[0] != '\0' ? payload : NULL,
                                notify_now())) {
        log_error("notify", "message %lld is not understood and is left out", (long long)id);
    }
    json_decref(json);
    return 0;
}

static int on_quiet(void *arg, enum store_quiet_table table, const struct store_quiet *quiet)
{
    struct notify *notify = arg;
    json_t *detail = json_loads(quiet->detail, 0, NULL);
    struct quiet_draft draft = {.kind = quiet_kind_of(json_text(detail, "kind")),
                                .id = quiet->id,
                                .site = json_text(detail, "site"),
                                .camera = json_text(detail, "camera"),
                                .cause = json_text(detail, "cause"),
                                .tag = json_text(detail, "tag"),
                                .incident = json_text(detail, "incident"),
                                .owner = quiet->owner,
                                .reason = quiet->reason,
                                .weekly = json_text(detail, "weekly"),
                                .created_at = quiet->created_at,
                                .starts_at = quiet->starts_at,
                                .ends_at = quiet->ends_at};
    const char *why = "";
    (void)table;
    if (draft.kind == QUIET_KINDS || quiet_add(&notify->gateway->quiet, &draft, &why) != 0) {
        log_error("notify", "%s is not understood and is left out: %s", quiet->id, why);
    }
    json_decref(detail);
    return 0;
}

void notify_restore_cursor(struct notify *notify, int64_t seq)
{
    notify->has_cursor = true;
    notify->gateway->seq = seq;
}

int64_t notify_has_to_keep(const struct notify *notify)
{
    return notify->active ? notify->gateway->seq : INT64_MAX;
}

int notify_restore(struct notify *notify)
{
    struct store_notify_loader loader = {
        .arg = notify, .memory = on_memory, .outgoing = on_outgoing, .quiet = on_quiet};
    return store_load_notify(notify->daemon->store, &loader);
}

/* ---- life ---- */

void notify_start(struct notify *notify)
{
    notify->started = true;
    activate(notify);
    upkeep_start(notify->upkeep);
}

bool notify_takes_new(const struct notify *notify)
{
    return notify->active && notify->policy->commission_us > 0;
}

static bool make_parts(struct notify *notify)
{
    struct gateway_world world = notify_world;
    struct gateway_effects effects = notify_effects;
    struct config_error error;
    uint64_t seed = clock_mono_us();
    ssize_t got = getrandom(&seed, sizeof(seed), 0);
    (void)got;
    world.arg = notify;
    effects.arg = notify;
    notify->zones = zones_create();
    notify->flush = event_new(notify->daemon->base, -1, 0, on_flush, notify);
    notify->timer = event_new(notify->daemon->base, -1, 0, on_timer, notify);
    if (notify->zones == NULL || notify->flush == NULL || notify->timer == NULL ||
        policy_load(NULL, false, &notify->policy, &error) != 0) {
        return false;
    }
    notify->gateway = gateway_create(notify->policy, &world, &effects, seed);
    notify->upkeep = upkeep_create(notify);
    return notify->gateway != NULL && notify->upkeep != NULL;
}

struct notify *notify_create(struct daemon *daemon)
{
    struct notify *notify = calloc(1, sizeof(*notify));
    if (notify == NULL) {
        return NULL;
    }
    notify->daemon = daemon;
    if (!make_parts(notify)) {
        notify_destroy(notify);
        return NULL;
    }
    return notify;
}

void notify_destroy(struct notify *notify)
{
    if (notify == NULL) {
        return;
    }
    store_batch_destroy(notify->batch);
    tell_waiters(notify, UINT64_MAX, VMM_E_STATE);
    gateway_destroy(notify->gateway);
    upkeep_destroy(notify->upkeep);
    policy_destroy(notify->policy);
    zones_destroy(notify->zones);
    if (notify->flush != NULL) {
        event_free(notify->flush);
    }
    if (notify->timer != NULL) {
        event_free(notify->timer);
    }
    free(notify);
}
