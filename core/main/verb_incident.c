/* SPDX-License-Identifier: MIT */
/* incident.list: what is open, who was told of it, and which rule keeps it back. */
#include <string.h>

#include "base/text.h"
#include "health/words.h"
#include "gateway/json_text.h"
#include "main/control.h"
#include "main/explain.h"
#include "main/notify.h"
#include "main/watch.h"

/* ---- as the gateway has it ---- */

static json_t *told_json(const struct notify *notify, const struct alarm *alarm)
{
    json_t *list = json_array();
    for (size_t i = 0; i < alarm->told_count; i++) {
        const struct told *told = &alarm->told[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "channel", told->channel, "state",
                                              gateway_told_word(notify->gateway, alarm, told), "at",
                                              control_time(told->at)));
    }
    return list;
}

static json_t *row_of(const struct notify *notify, const struct alarm *alarm)
{
    char rule[QUIET_RULE_MAX];
    const char *hold = gateway_why_held(notify->gateway, alarm, notify_now(), rule);
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:i, s:i, s:o, s:o}", "incident", alarm->id,
        "site_id", alarm->site_id, "cause", alarm->cause, "subject", control_string(alarm->subject),
        "name", control_string(alarm->name), "health", health_word(alarm->health), "severity",
        severity_word(alarm->severity), "reason", reason_word(alarm->reason), "since",
        control_time(alarm->opened_at), "cameras", (int)alarm->lost.cameras, "nvrs",
        (int)alarm->lost.nvrs, "held_by", control_string(hold), "told", told_json(notify, alarm));
}

static json_t *next_open(struct control_walk *walk)
{
    if (walk->result == NULL) {
        walk->result = json_pack("{s:b, s:n}", "kept", true, "not_ok");
    }
    const struct notify *notify = walk->daemon->notify;
    const struct shelf *alarms = &notify->gateway->alarms;
    while (walk->at < alarms->room) {
        const struct alarm *alarm = alarms->items[walk->at++];
        if (alarm != NULL && alarm->closed_at == 0 &&
            (walk->of[0] == '\0' || strcmp(walk->of, alarm->site_id) == 0)) {
            return row_of(notify, alarm);
        }
    }
    return NULL;
}

/* ---- as the verdicts have it: where nobody is to be told, the gateway keeps nothing ---- */

#define AT_CAMERAS 0u
#define AT_NVRS    1u

/* The next camera, or behind the last one the next recorder. False: that was all. */
static bool advance(struct control_walk *walk, struct explain_subject *subject)
{
    const struct fleet *fleet = walk->daemon->fleet;
    const struct fleet_camera *camera =
        walk->at == AT_CAMERAS ? fleet_camera_after(fleet, walk->at_site, walk->at_id) : NULL;
    if (walk->at == AT_CAMERAS && camera == NULL) {
        walk->at = AT_NVRS;
        walk->at_site[0] = walk->at_id[0] = '\0';
    }
    const struct fleet_nvr *nvr =
        camera == NULL ? fleet_nvr_after(fleet, walk->at_site, walk->at_id) : NULL;
    if (camera == NULL && nvr == NULL) {
        return false;
    }
    text_format(walk->at_site, sizeof(walk->at_site), "%s",
                camera != NULL ? camera->record.site_id : nvr->record.site_id);
    text_format(walk->at_id, sizeof(walk->at_id), "%s",
                camera != NULL ? camera->record.id : nvr->record.id);
    if (explain_find(walk->daemon, walk->at_id, subject) != 0) {
        *subject = (struct explain_subject){.camera = camera, .nvr = nvr};
    }
    return true;
}

/* The camera or recorder that is its own cause, or by which this one is lost; false for a site, a group and the node. */
static bool find_root(const struct daemon *daemon, const char *cause, struct explain_subject *root)
{
    const char *colon = strchr(cause, ':');
    bool named = strncmp(cause, "camera:", 7) == 0 || strncmp(cause, "nvr:", 4) == 0;
    return named && explain_find(daemon, colon + 1, root) == 0;
}

static json_t *unkept_row(const struct control_walk *walk, const struct explain_subject *lost,
                          const json_t *incident)
{
    struct explain_subject root;
    const char *cause = json_text(incident, "cause");
    bool named = find_root(walk->daemon, cause, &root);
    const struct health_state *state = named ? root.state : lost->state;
    const char *id = !named                ? ""
                     : root.camera != NULL ? root.camera->record.id
                                           : root.nvr->record.id;
    const char *name = !named                ? ""
                       : root.camera != NULL ? root.camera->record.name
                                             : root.nvr->record.name;
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:n, s:n, s:s, s:[]}",
                     "incident", json_text(incident, "id"), "site_id", walk->at_site, "cause",
                     cause, "subject", control_string(id), "name", control_string(name), "health",
                     health_word(state->health), "severity", severity_word(state->severity),
                     "reason", reason_word(state->reason), "since", json_text(incident, "since"),
                     "cameras", "nvrs", "held_by", NOTIFY_NO_SINK, "told");
}

/* A row for the first that belongs to an incident, null for the others. */
static json_t *first_of(struct control_walk *walk, const struct explain_subject *subject)
{
    json_t *row = NULL;
    json_t *incident = explain_incident(walk->daemon, subject);
    const char *id = json_text(incident, "id");
    if (id[0] != '\0' && json_object_get(walk->seen, id) == NULL) {
        json_object_set_new(walk->seen, id, json_true());
        row = unkept_row(walk, subject, incident);
    }
    json_decref(incident);
    return row;
}

static void count_not_ok(struct control_walk *walk, const struct explain_subject *subject)
{
    json_t *count = json_object_get(walk->result, "not_ok");
    if (subject->camera != NULL) {
        json_integer_set(count, json_integer_value(count) + 1);
    }
}

static json_t *next_unkept(struct control_walk *walk)
{
    struct explain_subject subject;
    if (walk->result == NULL) {
        walk->result = json_pack("{s:b, s:i}", "kept", false, "not_ok", 0);
        walk->seen = json_object();
    }
    for (; walk->left > 0; walk->left--) {
        if (!advance(walk, &subject)) {
            return NULL;
        }
        bool wanted = walk->of[0] == '\0' || strcmp(walk->of, walk->at_site) == 0;
        if (!wanted || subject.state == NULL || subject.state->health == VMM_HEALTH_OK ||
            subject.state->health == VMM_HEALTH_DISABLED) {
            continue;
        }
        count_not_ok(walk, &subject);
        json_t *row = first_of(walk, &subject);
        if (row != NULL) {
            return row;
        }
    }
    return NULL;
}

void verb_incident_list(struct daemon *daemon, struct ctl_call *call, json_t *args,
                        const struct ctl_peer *peer)
{
    static const char *const names[] = {"site", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    control_walk(daemon, call, control_text(args, "site"),
                 daemon->notify->active ? next_open : next_unkept);
}
