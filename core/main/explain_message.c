/* SPDX-License-Identifier: MIT */
/* Why somebody was told, or was not: the incident as the gateway has it. */
#include <string.h>

#include "base/text.h"
#include "gateway/json_text.h"
#include "main/control.h"
#include "main/explain_parts.h"
#include "main/notify.h"

static json_t *channel_row(const struct notify *notify, const struct alarm *alarm,
                           const struct told *told)
{
    char rule[QUIET_RULE_MAX];
    const char *why = gateway_why_waits(notify->gateway, alarm, told, notify_now(), rule);
    return json_pack("{s:s, s:s, s:o, s:o}", "channel", told->channel, "state",
                     gateway_told_word(notify->gateway, alarm, told), "at", control_time(told->at),
                     "why", control_string(why != NULL ? why : ""));
}

/* What keeps it back from everybody; "" when nothing does. What only follows from a cause is told with that cause. */
static const char *rule_of(const struct notify *notify, const struct alarm *alarm,
                           const json_t *incident, char rule[QUIET_RULE_MAX])
{
    const char *cause = json_text(incident, "cause");
    bool follows = strcmp(json_text(incident, "role"), "consequence") == 0;
    if (!notify->active) {
        return NOTIFY_NO_SINK;
    }
    if (alarm == NULL) {
        return "it opened no alarm yet: its event is being read";
    }
    const char *held = gateway_why_held(notify->gateway, alarm, notify_now(), rule);
    if (held == NULL && alarm->told_count == 0 && alarm->closed_at == 0) {
        return "policy: no route leads to anybody";
    }
    if (held == NULL && follows) {
        text_format(rule, QUIET_RULE_MAX, "consequence: it follows from %s, and is told with that",
                    cause);
        return rule;
    }
    return held != NULL ? held : "";
}

/* One that is well has no incident; that it comes and goes keeps back what it does next. */
static json_t *message_of_well(const struct notify *notify, const struct explain_subject *subject)
{
    char rule[QUIET_RULE_MAX];
    const struct camera_record *camera = subject->camera != NULL ? &subject->camera->record : NULL;
    const struct nvr_record *nvr = subject->nvr != NULL ? &subject->nvr->record : NULL;
    const char *site_id = camera != NULL ? camera->site_id : nvr != NULL ? nvr->site_id : "";
    const char *id = camera != NULL ? camera->id : nvr != NULL ? nvr->id : "";
    const char *flaps = gateway_why_flaps(notify->gateway, site_id, id, notify_now(), rule);
    return flaps != NULL ? json_pack("{s:n, s:s, s:n, s:[]}", "incident", "held_by", flaps, "next",
                                     "channels")
                         : json_null();
}

json_t *explain_message(const struct daemon *daemon, const struct explain_subject *subject,
                        const json_t *incident)
{
    char rule[QUIET_RULE_MAX];
    char level[QUIET_RULE_MAX];
    const struct notify *notify = daemon->notify;
    const char *id = json_text(incident, "id");
    if (id[0] == '\0') {
        return message_of_well(notify, subject);
    }
    const struct alarm *alarm = gateway_alarm(notify->gateway, id);
    json_t *channels = json_array();
    for (size_t i = 0; alarm != NULL && i < alarm->told_count; i++) {
        json_array_append_new(channels, channel_row(notify, alarm, &alarm->told[i]));
    }
    const char *next =
        alarm != NULL ? gateway_why_next(notify->gateway, alarm, notify_now(), level) : NULL;
    return json_pack("{s:s, s:o, s:o, s:o}", "incident", id, "held_by",
                     control_string(rule_of(notify, alarm, incident, rule)), "next",
                     control_string(next != NULL ? next : ""), "channels", channels);
}
