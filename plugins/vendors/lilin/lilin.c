/* SPDX-License-Identifier: MIT */
/* LILIN: options and the plugin. What is asked stands in lilin_rows.c, what it means in the readers. */
#include <jansson.h>

#include <kit/disk.h>
#include <kit/identify.h>

#include "lilin_look.h"

static int read_options(struct lilin_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *zone = json_string_value(json_object_get(options, "zone"));
    look->expect_disk = json_is_true(json_object_get(options, "expect_disk"));
    look->alarms = json_is_true(json_object_get(options, "alarms"));
    int rc = vmm_wallclock_zone(vmm_text_of(zone), &look->zone);
    json_decref(options);
    return rc;
}

/* A Navigator names lost channels alone, so a channel that was lost once is kept: that it is named no more is how the loss
 * ends. A version, and a bit for each channel from 1. */
#define NOTE_VERSION 1u
#define NOTE_SIZE    (1u + LILIN_CHANNELS_MAX / 8)

static void read_note(struct lilin_look *look, const struct vmm_look *given)
{
    const uint8_t *at = given->note;
    if (at == NULL || given->note_size != NOTE_SIZE || at[0] != NOTE_VERSION) {
        return;
    }
    for (uint32_t i = 0; i < LILIN_CHANNELS_MAX; i++) {
        look->device.is_known[i + 1] = (at[1 + i / 8] >> i % 8 & 1) != 0;
    }
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    const struct lilin_look *look = state;
    uint8_t note[NOTE_SIZE] = {NOTE_VERSION};
    (void)plugin;
    (void)result;
    if (look->device.family != LILIN_NAVIGATOR) {
        return;
    }
    for (uint32_t i = 0; i < LILIN_CHANNELS_MAX; i++) {
        note[1 + i / 8] |= (uint8_t)(look->device.is_known[i + 1] << i % 8);
    }
    to->probe->note(to->job, note, sizeof(note));
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    (void)plugin;
    list->rows = lilin_rows;
    list->count = lilin_row_count;
    read_note(state, given);
    if (read_options(state, given->options) != 0) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0,
                     "the option zone is none, like +08:00 or UTC");
    }
    return 0;
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct lilin_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_zone = {
    .struct_size = sizeof(option_zone),
    .type = VMM_CONFIG_TEXT,
    .name = "zone",
    .summary = "the zone the device's clock is set to all year, like +08:00; empty: not judged",
    .default_json = "\"\"",
    .max = VMM_WALLCLOCK_OPTION_MAX,
};

static const struct vmm_config_item option_alarms = {
    .struct_size = sizeof(option_alarms),
    .type = VMM_CONFIG_BOOL,
    .name = "alarms",
    .summary =
        "read the beginning of the alarms, which have no end: a camera's clock, and channels "
        "without video of the Navigator",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {
    &option_zone,
    &vmm_option_expect_disk,
    &option_alarms,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "lilin", .version = "0.1.0", .flag = "FEATURE_VMS_LILIN_CGI",
                    .summary = "LILIN recorders, cameras and Navigator, by their HTTP API",
                    .licence = "MIT", .device_config = device_config,
                    .extensions = vmm_identify_extensions);
