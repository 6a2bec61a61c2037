/* SPDX-License-Identifier: MIT */
/* The heartbeat: it goes out while the watch works, and what it stops for a dead-man switch tells. */
#include "gateway/gateway_parts.h"

#include "base/text.h"

#define LOOK_US  (60ull * 1000000)
#define TEXT_NUM 24

/* A look ended in the last minute; in a fleet so small that none had to, as lately as can be asked for. */
static bool looks_end(const struct gateway_pulse *pulse)
{
    return pulse->look_age_us <= LOOK_US ||
           (!pulse->is_owing && pulse->look_age_us <= pulse->patience_us);
}

bool gateway_is_alive(const struct gateway_pulse *pulse)
{
    return pulse->writes && pulse->reads && looks_end(pulse);
}

static const char *number(uint64_t value, char out[TEXT_NUM])
{
    text_format(out, TEXT_NUM, "%llu", (unsigned long long)value);
    return out;
}

static void beat(struct gateway *gateway, const struct gateway_pulse *pulse, struct gateway_now now)
{
    char looks[TEXT_NUM];
    char events[TEXT_NUM];
    char open[TEXT_NUM];
    const char *places[] = {"looks", number(pulse->looks - gateway->heartbeat.looks, looks),
                            "count", number(pulse->events - gateway->heartbeat.events, events),
                            "open",  number(gateway->alarms.count, open),
                            NULL};
    json_t *extra = gateway_worded("heartbeat", places);
    struct gateway_note note = {.kind = NOTICE_HEARTBEAT,
                                .site_id = "",
                                .extra = extra,
                                .channels = &gateway->policy->heartbeat_channels};
    gateway_note(gateway, &note, now);
    json_decref(extra);
}

void gateway_review_heartbeat(struct gateway *gateway, struct gateway_now now)
{
    const struct policy *policy = gateway->policy;
    struct gateway_pulse pulse = {0};
    if (policy->heartbeat_us == 0 || policy->heartbeat_channels.count == 0 ||
        now.mono - gateway->heartbeat.mono_us < (uint64_t)policy->heartbeat_us) {
        return;
    }
    gateway->world.pulse(gateway->world.arg, &pulse);
    if (gateway_is_alive(&pulse)) {
        beat(gateway, &pulse, now);
        gateway->heartbeat.mono_us = now.mono;
        gateway->heartbeat.looks = pulse.looks;
        gateway->heartbeat.events = pulse.events;
    }
}
