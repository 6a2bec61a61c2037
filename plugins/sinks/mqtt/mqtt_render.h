/* SPDX-License-Identifier: MIT */
/*
 * What an event becomes on a broker: the event itself, the new state of its camera or recorder (retained), and how Home
 * Assistant finds it (retained). Pure.
 *
 *   vmm/SITE/events                    the event, as the journal has it
 *   vmm/SITE/cameras/CAMERA            {"health", "severity", "reason", "since", "event_id"}
 *   vmm/SITE/nvrs/NVR                  the same of a recorder
 *   homeassistant/binary_sensor/…/config
 */
#ifndef MQTT_RENDER_H
#define MQTT_RENDER_H

#include <kit/json_write.h>

#define MQTT_TOPIC_MAX 400u

/* The words in front of the topics. */
struct mqtt_names {
    const char *topic;     /* "vmm" */
    const char *discovery; /* "homeassistant"; "" when nobody is to find anything */
};

struct mqtt_rendered {
    char event_topic[MQTT_TOPIC_MAX];
    bool has_state; /* the next four */
    char state_topic[MQTT_TOPIC_MAX];
    char found_topic[MQTT_TOPIC_MAX]; /* "" without discovery */
    struct vmm_json_out state;
    struct vmm_json_out found;
};

/* Make them of one event. `out` is all zero at first, and used again. 0; VMM_E_PROTO when it is no event of a site;
 * VMM_E_NOMEM. */
int mqtt_render(const struct mqtt_names *names, struct vmm_text event, struct mqtt_rendered *out);

void mqtt_rendered_finish(struct mqtt_rendered *rendered);

/* True for a name that may be a part of a topic: letters, digits, dots, dashes and underscores. */
bool mqtt_is_name(struct vmm_text name);

#endif
