/* SPDX-License-Identifier: MIT */
/* incident.list: what is open, who was told of it, and which rule keeps it back. */
#include <string.h>

#include "base/text.h"
#include "health/words.h"
#include "main/control.h"
#include "main/notify.h"

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

void verb_incident_list(struct daemon *daemon, struct ctl_call *call, json_t *args,
                        const struct ctl_peer *peer)
{
    static const char *const names[] = {"site", NULL};
    (void)peer;
    if (control_unknown(call, args, names)) {
        return;
    }
    control_walk(daemon, call, control_text(args, "site"), next_open);
}
