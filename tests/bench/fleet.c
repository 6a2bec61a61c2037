/* SPDX-License-Identifier: MIT */
#include "fleet.h"

#include <string.h>

/* By what a personality's name begins with. */
static const struct {
    const char *personality;
    const char *provider;
    const char *options; /* JSON */
} providers[] = {
    {"http", "generic",
     "{\"requests\":[{\"name\":\"status\",\"path\":\"/status\",\"extract\":"
     "[{\"from\":\"keyvalue\",\"key\":\"model\",\"fact\":\"model\"}]}]}"},
    {"rtsp", "rtsp", "{\"path\":\"/live.sdp\"}"},
    {"onvif", "onvif", "{}"},
    {FLEET_RECORDER, "hikvision", "{}"},
};

static const char *personality_of(const json_t *device)
{
    return json_string_value(json_object_get(device, "personality"));
}

static json_t *make_device(const json_t *device, const char *auth)
{
    const char *personality = personality_of(device);
    json_t *id = json_object_get(device, "id");
    json_t *made =
        json_pack("{s:O, s:s, s:O, s:O, s:O}", "id", id, "site", "bench", "name", id, "host",
                  json_object_get(device, "address"), "port", json_object_get(device, "port"));
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++) {
        if (strncmp(personality, providers[i].personality, strlen(providers[i].personality)) == 0) {
            json_object_set_new(made, "provider", json_string(providers[i].provider));
            json_object_set_new(made, "options", json_loads(providers[i].options, 0, NULL));
        }
    }
    if (auth != NULL) {
        json_object_set_new(made, "auth", json_string(auth));
    }
    if (auth == NULL || strcmp(auth, "none") != 0) {
        json_object_set_new(made, "credential", json_string(FARM_USER));
    }
    return made;
}

static void add_channels(json_t *cameras, const json_t *device)
{
    const char *recorder = json_string_value(json_object_get(device, "id"));
    for (uint32_t channel = 1; channel <= FLEET_CHANNELS; channel++) {
        json_t *id = json_sprintf("%s-%u", recorder, channel);
        json_array_append_new(cameras,
                              json_pack("{s:O, s:s, s:o, s:s, s:i}", "id", id, "site", "bench",
                                        "name", id, "nvr", recorder, "channel", (int)channel));
    }
}

json_t *fleet_make(const struct farm *farm, const char *auth, size_t part, size_t parts)
{
    const json_t *devices = json_object_get(farm->ready, "devices");
    size_t count = json_array_size(devices);
    json_t *cameras = json_array();
    json_t *nvrs = json_array();
    for (size_t i = part; i < count; i += parts) {
        const json_t *device = json_array_get(devices, i);
        bool is_recorder = strcmp(personality_of(device), FLEET_RECORDER) == 0;
        json_array_append_new(is_recorder ? nvrs : cameras, make_device(device, auth));
        if (is_recorder) {
            add_channels(cameras, device);
        }
    }
    return json_pack("{s:[{s:s, s:s, s:s}], s:o, s:o}", "sites", "id", "bench", "name", "Bench",
                     "timezone", "UTC", "nvrs", nvrs, "cameras", cameras);
}
