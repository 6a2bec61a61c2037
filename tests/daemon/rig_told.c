/* SPDX-License-Identifier: MIT */
#include "rig_told.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

void rig_told_open(struct rig *rig, const char *scenario)
{
    rig_open(rig, scenario);
    rig_plugins_open(rig, "vivotek", "jsonl", NULL);
    rig_plugins_fault(rig, "told");
}

void rig_told_load(struct rig *rig)
{
    static const struct rig_share shares[] = {
        {"cam-", "vivotek", "{\"level\":\"admin\"}"}, {"bad-", "told", "{}"}, {NULL, NULL, NULL}};
    rig_watch_load(rig, shares);
}

void rig_told_begin(struct rig *rig, const char *config)
{
    rig_plugins_config(rig, config);
    rig_start(rig);
    rig_told_load(rig);
    rig_wait_all(rig, "OK");
}

void rig_told_then(struct rig *rig, const char *camera, const char *then)
{
    char options[64];
    snprintf(options, sizeof(options), "options={\"then\":\"%s\"}", then);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", camera, options, NULL), 0);
}

const char *rig_told_sink(const char *path, char config[512])
{
    snprintf(config, 512,
             "{\"plugins\":{\"jsonl\":{\"config\":{\"path\":\"%s\"}}},"
             "\"flags\":{\"FEATURE_PLUGIN_TOLD\":true,\"FEATURE_VMM_SINK_JSONL\":true}}",
             path);
    return config;
}

void rig_told_toggle(struct rig *rig, int turn)
{
    char camera[16];
    snprintf(camera, sizeof(camera), "cam-%02d", turn % 4 + 1);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", camera,
                         turn / 4 % 2 == 0 ? "enabled=false" : "enabled=true", NULL),
                 0);
}
