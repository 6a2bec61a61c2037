/* SPDX-License-Identifier: MIT */
/* Hanwha: the table of requests, options and note. What is asked and when stands in hanwha_ask.c, what answers mean in
 * hanwha_take.c and the readers. */
#include <jansson.h>

#include <kit/disk.h>
#include <kit/identify.h>

#include "hanwha_look.h"

#define ANSWER_MAX 131072u

#define NOTE_VERSION 3u
#define NOTE_MODES   (4u + VMM_BACKWALK_SIZE)
#define NOTE_LOSS    (NOTE_MODES + HANWHA_CHANNELS_MAX / 2u)
#define NOTE_SIZE    (NOTE_LOSS + HANWHA_LOSS_SIZE)

/* ---- The requests ---- */

#define FOOTAGE(title, what)                                                                       \
    {                                                                                              \
        .name = title, .scopes = VMM_SCOPE_FULL, .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,   \
        .max_bytes = ANSWER_MAX, .wanted = wants_##what, .build = ask_##what, .read = take_##what  \
    }

/* The events stand before the register: a loss of video goes over what the register says. */
static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/init-cgi/pw_init.cgi?msubmenu=statuscheck&action=view",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "identity",
        .target = "/stw-cgi/system.cgi?msubmenu=deviceinfo&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = take_identity,
    },
    {
        .name = "clock",
        .target = "/stw-cgi/system.cgi?msubmenu=date&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = take_date,
    },
    {
        .name = "sources",
        .target = "/stw-cgi/media.cgi?msubmenu=videosource&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = is_camera,
        .read = take_sources,
    },
    {
        .name = "events",
        .target = "/stw-cgi/eventstatus.cgi?msubmenu=eventstatus&action=check",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = take_events,
    },
    {
        .name = "register",
        .target = "/stw-cgi/media.cgi?msubmenu=cameraregister&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = take_register,
    },
    {
        .name = "storage",
        .target = "/stw-cgi/system.cgi?msubmenu=storageinfo&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = take_storage,
    },
    {
        .name = "recording",
        .target = HANWHA_RECORDING "storage&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_settings,
        .read = take_recording,
    },
    {
        .name = "recording modes",
        .target = HANWHA_RECORDING "general&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_modes,
        .read = take_modes,
    },
    {
        .name = "recording schedule",
        .target = HANWHA_RECORDING "recordingschedule&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_schedule,
        .read = take_schedule,
    },
    FOOTAGE("newest footage", newest),
    FOOTAGE("oldest month", month),
    FOOTAGE("oldest footage", oldest),
};

/* ---- The plugin ---- */

static void read_note(struct hanwha_look *look, const struct vmm_look *given)
{
    const uint8_t *at = given->note;
    if (given->note_size == NOTE_SIZE && at[0] == NOTE_VERSION) {
        look->turn = at[1];
        look->refused = look->turn == 0 ? 0 : at[2];
        look->proven = at[3];
        vmm_backwalk_read(&look->walk, at + 4);
        for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
            look->modes[i] = (uint8_t)(at[NOTE_MODES + i / 2] >> (i % 2 * 4) & 0xFu);
        }
        loss_read(look, at + NOTE_LOSS);
    }
}

/* What was read of the modes in this look; a channel's own is told again with its footage. */
static void tell_modes(const struct hanwha_look *look, const struct vmm_observer *to)
{
    for (uint32_t i = 0; look->modes_read && i < HANWHA_CHANNELS_MAX; i++) {
        if (!look->device.is_recorder || look->device.is_live[i]) {
            tell_mode(look, i, to);
        }
    }
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    const struct hanwha_look *look = state;
    uint8_t note[NOTE_SIZE] = {NOTE_VERSION, (uint8_t)(look->turn + 1), look->refused,
                               look->proven};
    (void)plugin;
    tell_modes(look, to);
    loss_tell_ended(look, to);
    if (look->was_read &&
        (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL)) {
        vmm_backwalk_write(&look->walk, note + 4);
        for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
            note[NOTE_MODES + i / 2] |= (uint8_t)(look->modes[i] << (i % 2 * 4));
        }
        loss_write(look, note + NOTE_LOSS);
        to->probe->note(to->job, note, sizeof(note));
    }
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct hanwha_look *look = state;
    json_t *options = json_loads(given->options, 0, NULL);
    (void)plugin;
    (void)list;
    (void)part;
    look->expect_disk = json_is_true(json_object_get(options, "expect_disk"));
    look->search = json_is_true(json_object_get(options, "search"));
    read_note(look, given);
    json_decref(options);
    return 0;
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct hanwha_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for the newest and the oldest footage, one channel a look",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {
    &vmm_option_expect_disk,
    &option_search,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "hanwha", .version = "0.1.0", .flag = "FEATURE_VMS_HANWHA_CGI",
                    .summary = "Hanwha (Samsung Techwin) cameras and recorders, by SUNAPI",
                    .licence = "MIT", .device_config = device_config,
                    .extensions = vmm_identify_extensions);
