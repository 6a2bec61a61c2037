/* SPDX-License-Identifier: MIT */
/* Why somebody was told, or was not: the incident as the gateway has it. */
#include "gateway/json_text.h"
#include "main/control.h"
#include "main/explain_parts.h"
#include "main/notify.h"

static json_t *channel_row(const struct notify *notify, const struct alarm *alarm,
                           const struct told *told)
{
    static const char *const states[] = {"not told", "queued", "told", "over"};
    char rule[QUIET_RULE_MAX];
    const char *why = gateway_why_waits(notify->gateway, alarm, told, notify_now(), rule);
    return json_pack("{s:s, s:s, s:o, s:o}", "channel", told->channel, "state", states[told->state],
                     "at", control_time(told->at), "why", control_string(why != NULL ? why : ""));
}

/* What keeps it back from everybody; "" when nothing does. */
static const char *rule_of(const struct notify *notify, const struct alarm *alarm,
                           char rule[QUIET_RULE_MAX])
{
    if (!notify->active) {
        return "policy: no sink for people is on";
    }
    if (alarm == NULL) {
        return "it opened no alarm yet: its event is being read";
    }
    const char *held = gateway_why_held(notify->gateway, alarm, notify_now(), rule);
    return held != NULL                                      ? held
           : alarm->told_count == 0 && alarm->closed_at == 0 ? "policy: no route leads to anybody"
                                                             : "";
}

json_t *explain_message(const struct daemon *daemon, const json_t *incident)
{
    char rule[QUIET_RULE_MAX];
    const struct notify *notify = daemon->notify;
    const char *id = json_text(incident, "id");
    if (id[0] == '\0') {
        return json_null();
    }
    const struct alarm *alarm = gateway_alarm(notify->gateway, id);
    json_t *channels = json_array();
    for (size_t i = 0; alarm != NULL && i < alarm->told_count; i++) {
        json_array_append_new(channels, channel_row(notify, alarm, &alarm->told[i]));
    }
    return json_pack("{s:s, s:o, s:o}", "incident", id, "held_by",
                     control_string(rule_of(notify, alarm, rule)), "channels", channels);
}
