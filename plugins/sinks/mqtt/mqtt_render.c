/* SPDX-License-Identifier: MIT */
#include "mqtt_render.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <kit/json.h>

#define NAME_MAX_SIZE 64u
#define ID_MAX_SIZE   (3 * NAME_MAX_SIZE + 1)

/* A camera or recorder of an event. */
struct thing {
    const char *kind; /* "cameras" or "nvrs" */
    struct vmm_text site;
    struct vmm_text id;
};

bool mqtt_is_name(struct vmm_text name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (!isalnum((unsigned char)name.data[i]) && strchr("._-", name.data[i]) == NULL) {
            return false;
        }
    }
    return name.size > 0 && name.size <= NAME_MAX_SIZE;
}

/* Whose state the event tells; false when it is of something else. */
static bool read_thing(const struct json_t *json, struct thing *thing)
{
    struct vmm_text type = vmm_json_text(json, "/type");
    thing->site = vmm_json_text(json, "/site_id");
    if (vmm_text_begins(type, "camera.")) {
        thing->kind = "cameras";
        thing->id = vmm_json_text(json, "/camera_id");
    } else if (vmm_text_begins(type, "nvr.")) {
        thing->kind = "nvrs";
        thing->id = vmm_json_text(json, "/nvr_id");
    } else {
        return false;
    }
    return mqtt_is_name(thing->id) && vmm_json_text(json, "/to").size > 0;
}

/* As Home Assistant takes it: letters, digits, underscores; two ids never become one. */
static void write_id(struct vmm_text name, char out[ID_MAX_SIZE])
{
    size_t used = 0;
    for (size_t i = 0; i < name.size; i++) {
        bool plain = isalnum((unsigned char)name.data[i]) || name.data[i] == '-';
        used += (size_t)snprintf(out + used, ID_MAX_SIZE - used, plain ? "%c" : "_%02x",
                                 (unsigned char)name.data[i]);
    }
}

static void write_state(const struct json_t *json, struct vmm_json_out *out)
{
    static const char *const members[][2] = {{"health", "/to"},
                                             {"severity", "/severity"},
                                             {"reason", "/reason"},
                                             {"since", "/ts"},
                                             {"event_id", "/id"}};
    vmm_json_reset(out);
    vmm_json_begin(out, NULL, '{');
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        vmm_json_put(out, members[i][0], vmm_json_text(json, members[i][1]));
    }
    vmm_json_end(out);
}

/* A sensor that is on where something is wrong, and unknown where nothing is known. */
static void write_found(const struct mqtt_names *names, const struct thing *thing,
                        const char *unique, const char *site_id, const char *state_topic,
                        struct vmm_json_out *out)
{
    char text[MQTT_TOPIC_MAX];
    vmm_json_reset(out);
    vmm_json_begin(out, NULL, '{');
    vmm_json_put(out, "name", thing->id);
    vmm_json_put_text(out, "unique_id", unique);
    vmm_json_put_text(out, "object_id", unique);
    vmm_json_put_text(out, "device_class", "problem");
    vmm_json_put_text(out, "state_topic", state_topic);
    vmm_json_put_text(out, "value_template",
                      "{{ 'OFF' if value_json.health == 'OK' else 'ON' if value_json.health in "
                      "['DOWN', 'DEGRADED', 'BLACKFRAME'] else 'None' }}");
    vmm_json_put_text(out, "json_attributes_topic", state_topic);
    snprintf(text, sizeof(text), "%s/status", names->topic);
    vmm_json_put_text(out, "availability_topic", text);
    vmm_json_begin(out, "device", '{');
    vmm_json_begin(out, "identifiers", '[');
    snprintf(text, sizeof(text), "vmm_%s", site_id);
    vmm_json_put_text(out, NULL, text);
    vmm_json_end(out);
    snprintf(text, sizeof(text), "vmm %.*s", (int)thing->site.size, thing->site.data);
    vmm_json_put_text(out, "name", text);
    vmm_json_end(out);
    vmm_json_end(out);
}

static void render_thing(const struct mqtt_names *names, const struct json_t *json,
                         const struct thing *thing, struct mqtt_rendered *out)
{
    char site[ID_MAX_SIZE];
    char id[ID_MAX_SIZE];
    char unique[2 * ID_MAX_SIZE + 16];
    snprintf(out->state_topic, sizeof(out->state_topic), "%s/%.*s/%s/%.*s", names->topic,
             (int)thing->site.size, thing->site.data, thing->kind, (int)thing->id.size,
             thing->id.data);
    write_state(json, &out->state);
    if (names->discovery[0] != '\0') {
        write_id(thing->site, site);
        write_id(thing->id, id);
        snprintf(unique, sizeof(unique), "vmm_%s_%s_%s", site, thing->kind, id);
        snprintf(out->found_topic, sizeof(out->found_topic), "%s/binary_sensor/%.300s/config",
                 names->discovery, unique);
        write_found(names, thing, unique, site, out->state_topic, &out->found);
    }
}

int mqtt_render(const struct mqtt_names *names, struct vmm_text event, struct mqtt_rendered *out)
{
    struct json_t *json = NULL;
    struct thing thing = {0};
    out->has_state = false;
    out->found_topic[0] = '\0';
    int rc = vmm_json_parse(event, VMM_CHARSET_UTF8, &json);
    if (rc != 0) {
        return rc == VMM_E_NOMEM ? rc : VMM_E_PROTO;
    }
    struct vmm_text site = vmm_json_text(json, "/site_id");
    rc = mqtt_is_name(site) ? 0 : VMM_E_PROTO;
    if (rc == 0) {
        snprintf(out->event_topic, sizeof(out->event_topic), "%s/%.*s/events", names->topic,
                 (int)site.size, site.data);
        out->has_state = read_thing(json, &thing);
    }
    if (out->has_state) {
        render_thing(names, json, &thing, out);
    }
    vmm_json_destroy(json);
    return rc == 0 && (out->state.failed || out->found.failed) ? VMM_E_NOMEM : rc;
}

void mqtt_rendered_finish(struct mqtt_rendered *rendered)
{
    vmm_json_finish(&rendered->state);
    vmm_json_finish(&rendered->found);
}
