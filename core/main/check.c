/* SPDX-License-Identifier: MIT */
#include "main/check.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/log.h"
#include "base/text.h"
#include "main/daemon.h"

#define LIMIT_S 20 /* a plugin that does not describe itself is given up earlier */

struct answer {
    bool is_there;
    bool is_good;
    char why[256];
};

struct check {
    struct event_base *base;
    const struct config *config;
    const struct spec_list *list;
    struct answer *answers; /* one for each of the list */
    size_t left;
};

/* Only the first word about a plugin counts: what comes of it is tried again. */
static void take(struct check *check, const char *name, bool is_good, const char *why)
{
    for (size_t i = 0; i < check->list->count; i++) {
        struct answer *answer = &check->answers[i];
        if (strcmp(check->list->specs[i].name, name) != 0 || answer->is_there) {
            continue;
        }
        *answer = (struct answer){.is_there = true, .is_good = is_good};
        text_format(answer->why, sizeof(answer->why), "%s", why);
        if (--check->left == 0) {
            event_base_loopexit(check->base, NULL);
        }
    }
}

/* It is asked no more than this: a refusal ends its process before it is opened. */
static int on_configure(void *arg, const struct plugin_spec *spec,
                        const struct description *description, bool candidate, struct buf *out,
                        struct configure_message *message, char why[256])
{
    struct check *check = arg;
    (void)candidate;
    int rc = daemon_configure(check->config, spec, description, out, message, why);
    take(check, spec->name, rc == 0, why);
    if (rc == 0) {
        text_format(why, 256, "it was only asked");
    }
    return rc == 0 ? VMM_E_DENIED : rc;
}

static void on_unready(void *arg, struct plugin *plugin, const char *why)
{
    take(arg, plugin_name(plugin), false, why);
}

static void on_plugin(void *arg, struct plugin *plugin)
{
    (void)arg;
    (void)plugin;
}

static int on_frame(void *arg, struct plugin *plugin, struct host *host, const struct frame *frame)
{
    (void)arg;
    (void)plugin;
    (void)host;
    (void)frame;
    return VMM_E_PROTO;
}

static void on_lost(void *arg, struct plugin *plugin, struct host *host, bool crashed)
{
    (void)host;
    if (crashed) {
        take(arg, plugin_name(plugin), false, "its process ended before it had described itself");
    }
}

static void on_reloaded(void *arg, const char *refused)
{
    (void)arg;
    (void)refused;
}

static const struct plugin_events events = {.configure = on_configure,
                                            .ready = on_plugin,
                                            .unready = on_unready,
                                            .frame = on_frame,
                                            .lost = on_lost,
                                            .removed = on_plugin,
                                            .reloaded = on_reloaded};

static void on_child(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    plugin_set_reap(arg);
}

static int ask(struct check *check, int program_fd)
{
    struct plugin_setup setup = {.base = check->base,
                                 .program_fd = program_fd,
                                 .log_level = LOG_ERROR,
                                 .life = life_policy_default(),
                                 .events = &events,
                                 .arg = check};
    struct timeval limit = {.tv_sec = LIMIT_S};
    struct plugin_set *set = plugin_set_create(&setup);
    struct event *child = set != NULL ? evsignal_new(check->base, SIGCHLD, on_child, set) : NULL;
    int rc = child != NULL && event_add(child, NULL) == 0 ? 0 : VMM_E_NOMEM;
    if (rc == 0) {
        rc = plugin_set_apply(set, check->list->specs, check->list->count, true);
    }
    if (rc == 0 && check->left > 0) {
        event_base_loopexit(check->base, &limit);
        event_base_dispatch(check->base);
    }
    if (child != NULL) {
        event_free(child);
    }
    plugin_set_destroy(set);
    return rc;
}

static int tell(const struct check *check, FILE *out)
{
    int status = EXIT_SUCCESS;
    for (size_t i = 0; i < check->list->count; i++) {
        const struct answer *answer = &check->answers[i];
        if (!answer->is_good) {
            fprintf(out, "error: %s: %s\n", check->list->specs[i].name,
                    answer->is_there ? answer->why : "it does not describe itself");
            status = EXIT_FAILURE;
        }
    }
    return status;
}

int check_plugins(const struct config *config, FILE *out)
{
    struct spec_list list;
    int program_fd = daemon_open_host_program();
    if (program_fd < 0 || daemon_specs(config, &list) != 0) {
        fprintf(out, "error: vmm-host, which runs plugins, cannot be started\n");
        return EXIT_FAILURE;
    }
    struct check check = {.base = event_base_new(),
                          .config = config,
                          .list = &list,
                          .answers = calloc(list.count + 1, sizeof(struct answer)),
                          .left = list.count};
    int status = EXIT_FAILURE;
    if (check.base != NULL && check.answers != NULL && ask(&check, program_fd) == 0) {
        status = tell(&check, out);
    } else {
        fprintf(out, "error: no memory\n");
    }
    if (check.base != NULL) {
        event_base_free(check.base);
    }
    free(check.answers);
    daemon_free_specs(&list);
    close(program_fd);
    return status;
}
