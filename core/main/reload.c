/* SPDX-License-Identifier: MIT */
#include "main/reload.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "base/text.h"
#include "config/config_diff.h"
#include "main/identification.h"
#include "main/notify.h"
#include "main/watch.h"

struct waiter {
    struct waiter *next;
    reload_done_fn done;
    void *arg;
};

struct reload {
    struct daemon *daemon;
    struct event *start;
    struct config *candidate; /* read and valid, waiting for its plugins */
    struct policy *policy;    /* of the candidate */
    bool has_new_policy;      /* it is another one than before */
    struct config_diff diff;
    struct spec_list specs;
    struct waiter *waiting; /* for the reload under way */
    struct waiter *later;   /* came meanwhile */
    bool busy;
    bool again;
};

static void tell(struct reload *reload, const char *refused, const char *const *changed)
{
    while (reload->waiting != NULL) {
        struct waiter *waiter = reload->waiting;
        reload->waiting = waiter->next;
        if (waiter->done != NULL) {
            waiter->done(waiter->arg, refused, changed);
        }
        free(waiter);
    }
}

/* ---- what it has changed, one line each ---- */

struct lines {
    char **texts; /* ended by NULL */
    size_t count;
};

static void add_line(struct lines *lines, const char *text)
{
    char *copy = strdup(text);
    if (copy != NULL) {
        lines->texts[lines->count++] = copy;
    }
}

static void add_plugin_lines(struct lines *lines, const struct plugin *plugin)
{
    char line[400];
    if (plugin_has_new_secret(plugin)) {
        text_format(line, sizeof(line), "plugin %s: a secret it uses has another content",
                    plugin_name(plugin));
        add_line(lines, line);
    }
    if (plugin_reason(plugin)[0] != '\0' && !plugin_is_leaving(plugin)) {
        text_format(line, sizeof(line), "plugin %s: still cannot run: %s", plugin_name(plugin),
                    plugin_reason(plugin));
        add_line(lines, line);
    }
}

static void make_lines(const struct reload *reload, struct lines *lines)
{
    const struct plugin_set *plugins = reload->daemon->plugins;
    size_t count = reload->diff.count + 1 + 2 * plugin_set_count(plugins);
    *lines = (struct lines){.texts = calloc(count + 1, sizeof(*lines->texts))};
    for (size_t i = 0; lines->texts != NULL && i < reload->diff.count; i++) {
        add_line(lines, reload->diff.items[i].text);
    }
    if (lines->texts != NULL && reload->has_new_policy) {
        add_line(lines, "gateway.json: who is told what, and when");
    }
    for (size_t i = 0; lines->texts != NULL && i < plugin_set_count(plugins); i++) {
        add_plugin_lines(lines, plugin_set_at(plugins, i));
    }
}

static void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++) {
        free(lines->texts[i]);
    }
    free(lines->texts);
}

/* ---- its end ---- */

static void tell_done(struct reload *reload)
{
    static const char *const nothing[] = {NULL};
    struct lines lines;
    make_lines(reload, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        log_info("reload", "%s", lines.texts[i]);
    }
    log_info("reload", "done, %zu changes", lines.count);
    tell(reload, NULL, lines.texts != NULL ? (const char *const *)lines.texts : nothing);
    free_lines(&lines);
}

static void end(struct reload *reload, const char *refused)
{
    if (refused == NULL) {
        tell_done(reload);
    } else {
        log_error("reload", "refused, nothing has changed: %s", refused);
        tell(reload, refused, NULL);
    }
    config_diff_finish(&reload->diff);
    reload->diff = (struct config_diff){0};
    daemon_free_specs(&reload->specs);
    reload->busy = false;
    if (reload->again) {
        reload->again = false;
        event_active(reload->start, 0, 0);
    }
}

/* ---- reading ---- */

/* What a reload cannot change is said, and refused, before anything else is touched. */
static const char *fixed_setting_changed(const struct config *old, const struct config *new)
{
    const struct core_settings *a = &old->core;
    const struct core_settings *b = &new->core;
    if (strcmp(a->store_path, b->store_path) != 0 || strcmp(a->vault_path, b->vault_path) != 0 ||
        strcmp(a->vault_key_file, b->vault_key_file) != 0) {
        return "the paths of store, vault and key are taken up by a restart only";
    }
    if (strcmp(a->status_socket, b->status_socket) != 0 ||
        strcmp(a->control_socket, b->control_socket) != 0 ||
        strcmp(a->control_group, b->control_group) != 0) {
        return "the control sockets are taken up by a restart only";
    }
    return strcmp(a->node_id, b->node_id) != 0 ? "node_id is taken up by a restart only" : NULL;
}

static void forget_policy(struct reload *reload)
{
    policy_destroy(reload->policy);
    reload->policy = NULL;
}

/* Read and check. 0, or an error with the line in `why`. */
static int read_candidate(struct reload *reload, char why[CONFIG_ERROR_LINE])
{
    struct config_error error;
    config_error_clear(&error);
    int rc = config_load(&reload->daemon->sources, &reload->candidate, &error);
    if (rc != 0) {
        config_error_text(&error, why);
        return rc;
    }
    rc = notify_read_policy(&reload->daemon->sources, reload->candidate, &reload->policy, &error);
    if (rc != 0) {
        config_error_text(&error, why);
        config_destroy(reload->candidate);
        reload->candidate = NULL;
        return rc;
    }
    const char *fixed = fixed_setting_changed(reload->daemon->config, reload->candidate);
    rc = fixed != NULL ? VMM_E_STATE
                       : config_diff_init(&reload->diff, reload->daemon->config, reload->candidate);
    rc = rc == 0 ? daemon_specs(reload->candidate, &reload->specs) : rc;
    if (rc != 0) {
        text_format(why, CONFIG_ERROR_LINE, "%s", fixed != NULL ? fixed : "no memory");
        forget_policy(reload);
        config_destroy(reload->candidate);
        reload->candidate = NULL;
    }
    return rc;
}

static void on_start(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct reload *reload = arg;
    if (reload->busy || reload->daemon->stopping) {
        reload->again = reload->busy;
        return;
    }
    char why[CONFIG_ERROR_LINE] = "";
    reload->busy = true;
    reload->waiting = reload->later;
    reload->later = NULL;
    if (read_candidate(reload, why) != 0) {
        end(reload, why);
        return;
    }
    plugin_set_apply(reload->daemon->plugins, reload->specs.specs, reload->specs.count, false);
}

const struct config *reload_config(const struct reload *reload)
{
    return reload->candidate != NULL ? reload->candidate : reload->daemon->config;
}

void reload_plugins_done(struct reload *reload, const char *refused)
{
    struct daemon *daemon = reload->daemon;
    if (reload->candidate == NULL) {
        return;
    }
    struct config *over = reload->candidate;
    reload->candidate = NULL;
    if (refused == NULL) {
        struct config *old = daemon->config;
        daemon->config = over;
        over = old;
        daemon_read_policy(daemon);
        log_setup("vmmd", daemon->config->core.log_level);
        watch_refresh(daemon->watch);
        identification_refresh(daemon->identification);
        reload->has_new_policy =
            !json_equal(daemon->notify->policy->settings, reload->policy->settings);
        notify_take_policy(daemon->notify, reload->policy);
        reload->policy = NULL;
    }
    forget_policy(reload);
    end(reload, refused);
    config_destroy(over);
}

void reload_request(struct reload *reload, reload_done_fn done, void *arg)
{
    struct waiter *waiter = done != NULL ? calloc(1, sizeof(*waiter)) : NULL;
    if (waiter != NULL) {
        *waiter = (struct waiter){.next = reload->later, .done = done, .arg = arg};
        reload->later = waiter;
    }
    if (reload->busy) {
        reload->again = true;
    } else {
        event_active(reload->start, 0, 0);
    }
}

struct reload *reload_create(struct daemon *daemon)
{
    struct reload *reload = calloc(1, sizeof(*reload));
    if (reload == NULL) {
        return NULL;
    }
    reload->daemon = daemon;
    reload->start = event_new(daemon->base, -1, 0, on_start, reload);
    if (reload->start == NULL) {
        free(reload);
        return NULL;
    }
    return reload;
}

void reload_destroy(struct reload *reload)
{
    if (reload == NULL) {
        return;
    }
    tell(reload, "vmmd is stopping", NULL);
    reload->waiting = reload->later;
    reload->later = NULL;
    tell(reload, "vmmd is stopping", NULL);
    config_diff_finish(&reload->diff);
    daemon_free_specs(&reload->specs);
    config_destroy(reload->candidate);
    forget_policy(reload);
    event_free(reload->start);
    free(reload);
}
