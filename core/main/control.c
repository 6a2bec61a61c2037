/* SPDX-License-Identifier: MIT */
#include "main/control.h"

#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#define SOCKET_MODE 0660

struct control {
    struct daemon *daemon;
    struct ctl_server *status;
    struct ctl_server *change;
};

struct verb {
    const char *name;
    bool changes; /* on control.sock alone, and logged with the peer */
    control_fn fn;
};

static const struct verb verbs[] = {
    {"status", false, verb_status},
    {"status.sites", false, verb_status_sites},
    {"events", false, verb_events},
    {"explain", false, verb_explain},
    {"plugins", false, verb_plugins},
    {"flags", false, verb_flags},
    {"metrics", false, verb_metrics},
    {"version", false, verb_version},
    {"fleet.export", false, verb_fleet_export},
    {"fleet.load", true, verb_fleet_load},
    {"incident.list", false, verb_incident_list},
    {"notify.noise", false, verb_notify_noise},
    {"notify.send", true, verb_notify_send},
    {"probe", true, verb_probe},
    {"quiet.accept", true, verb_quiet_accept},
    {"quiet.add", true, verb_quiet_add},
    {"quiet.end", true, verb_quiet_end},
    {"quiet.list", false, verb_quiet_list},
    {"reload", true, verb_reload},
    {"stability", false, verb_stability},
};

/* ---- arguments ---- */

bool control_unknown(struct ctl_call *call, const json_t *args, const char *const *names)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)args, key, value)
    {
        size_t i = 0;
        while (names[i] != NULL && strcmp(names[i], key) != 0) {
            i++;
        }
        if (names[i] == NULL) {
            char clean[TEXT_MAX + 1];
            char message[TEXT_MAX + 64];
            text_clean(key, strlen(key), clean);
            text_format(message, sizeof(message), "there is no argument \"%s\"", clean);
            ctl_fail(call, CTL_INVALID, message, NULL);
            return true;
        }
    }
    return false;
}

bool control_arguments(struct ctl_call *call, const json_t *args)
{
    static const char *const none[] = {NULL};
    return control_unknown(call, args, none);
}

const char *control_text(const json_t *args, const char *name)
{
    const char *text = json_string_value(json_object_get(args, name));
    return text != NULL ? text : "";
}

int64_t control_number(const json_t *args, const char *name, int64_t min, int64_t max,
                       int64_t otherwise, bool *bad)
{
    const json_t *value = json_object_get(args, name);
    if (value == NULL || json_is_null(value)) {
        return otherwise;
    }
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        *bad = true;
        return otherwise;
    }
    return json_integer_value(value);
}

json_t *control_time(int64_t wall)
{
    char text[CLOCK_TEXT_SIZE];
    return wall > 0 ? json_string(clock_text(wall, text)) : json_null();
}

json_t *control_string(const char *text)
{
    return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

/* ---- requests ---- */

/* What the change is of: an id, or the address of a probe. */
static const char *subject_of(const json_t *args)
{
    size_t index;
    json_t *field;
    json_array_foreach(json_object_get(args, "set"), index, field)
    {
        const char *text = json_string_value(field);
        if (json_object_get(args, "id") == NULL && text != NULL && strncmp(text, "host=", 5) == 0) {
            return text + 5;
        }
    }
    return control_text(args, json_object_get(args, "id") != NULL ? "id" : "camera");
}

static void log_change(const char *verb, const json_t *args, const struct ctl_peer *peer)
{
    char id[TEXT_MAX + 1];
    const char *given = subject_of(args);
    text_clean(given, strlen(given), id);
    log_info("control", "%s%s%s by uid %u gid %u pid %d", verb, id[0] != '\0' ? " " : "", id,
             (unsigned)peer->uid, (unsigned)peer->gid, (int)peer->pid);
}

/* site, nvr, camera and credential: their verbs have two parts. True when it is one. */
static bool dispatch_fleet(struct daemon *daemon, struct ctl_call *call, const char *verb,
                           json_t *args, const char *action)
{
    bool is_credential = strncmp(verb, "credential.", 11) == 0;
    bool is_thing = is_credential || strncmp(verb, "site.", 5) == 0 ||
                    strncmp(verb, "nvr.", 4) == 0 || strncmp(verb, "camera.", 7) == 0;
    if (!is_thing || action == NULL) {
        return false;
    }
    bool is_change =
        strcmp(action, "add") == 0 || strcmp(action, "set") == 0 || strcmp(action, "rm") == 0;
    if (strcmp(action, "list") == 0) {
        verb_fleet_list(daemon, call, verb, args);
    } else if (strcmp(action, "test") == 0) {
        verb_fleet_test(daemon, call, verb, args);
    } else if (is_change && is_credential) {
        verb_credential(daemon, call, verb, args);
    } else if (is_change) {
        verb_fleet_change(daemon, call, verb, args);
    } else {
        return false;
    }
    return true;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, name) == 0) {
            return &verbs[i];
        }
    }
    return NULL;
}

static void handle(struct control *control, struct ctl_call *call, const char *name, json_t *args,
                   const struct ctl_peer *peer, bool may_change)
{
    const struct verb *verb = find_verb(name);
    const char *dot = strrchr(name, '.');
    const char *action = dot != NULL ? dot + 1 : NULL;
    bool reads = verb != NULL ? !verb->changes : action != NULL && strcmp(action, "list") == 0;
    if (!reads && !may_change) {
        ctl_fail(call, CTL_DENIED, "this socket only reads", "use control.sock");
        return;
    }
    if (!reads) {
        log_change(name, args, peer);
    }
    if (verb != NULL) {
        verb->fn(control->daemon, call, args, peer);
    } else if (!dispatch_fleet(control->daemon, call, name, args, action)) {
        ctl_fail(call, CTL_UNKNOWN_VERB, "there is no such verb", "vmmctl help");
    }
}

static void on_status(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                      const struct ctl_peer *peer)
{
    handle(arg, call, verb, args, peer, false);
}

static void on_change(void *arg, struct ctl_call *call, const char *verb, json_t *args,
                      const struct ctl_peer *peer)
{
    handle(arg, call, verb, args, peer, true);
}

/* ---- life ---- */

static int find_group(const char *name, gid_t *gid)
{
    *gid = (gid_t)-1;
    if (name[0] == '\0') {
        return 0;
    }
    const struct group *group = getgrnam(name);
    if (group == NULL) {
        log_error("control", "there is no group %s; create it or correct control.group", name);
        return -1;
    }
    *gid = group->gr_gid;
    return 0;
}

struct control *control_create(struct daemon *daemon)
{
    const struct core_settings *core = &daemon->config->core;
    gid_t gid;
    if (find_group(core->control_group, &gid) != 0) {
        return NULL;
    }
    struct control *control = calloc(1, sizeof(*control));
    if (control == NULL) {
        return NULL;
    }
    control->daemon = daemon;
    /* The one that reads comes last: who finds it finds both. */
    control->change =
        ctl_server_create(daemon->base, core->control_socket, SOCKET_MODE, gid, on_change, control);
    control->status =
        ctl_server_create(daemon->base, core->status_socket, SOCKET_MODE, gid, on_status, control);
    if (control->status == NULL || control->change == NULL) {
        control_destroy(control);
        return NULL;
    }
    return control;
}

void control_destroy(struct control *control)
{
    if (control == NULL) {
        return;
    }
    ctl_server_destroy(control->status);
    ctl_server_destroy(control->change);
    free(control);
}
