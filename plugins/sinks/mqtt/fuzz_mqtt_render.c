/* SPDX-License-Identifier: MIT */
/* Whatever an event says: topics without wildcards, and JSON. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "mqtt_render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_topic(const char *topic, size_t slashes)
{
    size_t count = 0;
    for (const char *at = topic; *at != '\0'; at++) {
        count += *at == '/' ? 1 : 0;
        if (*at <= ' ' || *at >= 0x7f || strchr("+#", *at) != NULL) {
            abort();
        }
    }
    if (count != slashes) {
        abort();
    }
}

static void check_json(const struct vmm_json_out *out)
{
    json_t *json = json_loadb(out->data, out->size, JSON_REJECT_DUPLICATES, NULL);
    if (json == NULL) {
        abort();
    }
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct mqtt_names names = {"vmm", "homeassistant"};
    struct mqtt_rendered out = {0};
    if (mqtt_render(&names, vmm_text_bytes(data, size), &out) == 0) {
        check_topic(out.event_topic, 2);
        if (out.has_state) {
            check_topic(out.state_topic, 3);
            check_topic(out.found_topic, 3);
            check_json(&out.state);
            check_json(&out.found);
        }
    }
    mqtt_rendered_finish(&out);
    return 0;
}
