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
        return "policy: no sink for people is on";
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
                     control_string(rule_of(notify, alarm, incident, rule)), "channels", channels);
}
