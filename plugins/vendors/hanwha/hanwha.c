/* SPDX-License-Identifier: MIT */
/* Hanwha: what is asked, in which order. What the answers mean stands in the readers. */
#include <jansson.h>
#include <stdio.h>

#include <kit/requests.h>

#include "hanwha_parse.h"

#define ANSWER_MAX 131072u

struct hanwha_look {
    bool expect_disk;
    struct hanwha_device device;
};

/* ---- What is asked ---- */

static bool is_recorder(const void *state)
{
    return ((const struct hanwha_look *)state)->device.is_recorder;
}

static bool is_camera(const void *state)
{
    return !is_recorder(state);
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

static void say_kind(uint32_t kind, const struct vmm_http_answer *answer, struct vmm_part *part)
{
    if (kind == HANWHA_NG) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "NG: the device does not know this");
    } else if (kind == HANWHA_FOREIGN) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     answer->body_size == 0 ? "the answer is empty"
                                            : "the answer is none of a Hanwha device");
    }
}

/* NG may come with any status; the text goes before the number. */
static bool judge_status(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    bool good = vmm_part_status(part, answer);
    if (!good && answer->status != 401 && hanwha_error_of(body_of(answer)) == HANWHA_NG) {
        say_kind(HANWHA_NG, answer, part);
    }
    return good;
}

/* A recorder's streams are at 558, a camera's at 554; both are told, not tried. */
static void report_paths(const struct hanwha_device *device, const struct vmm_observer *to)
{
    vmm_observe_vendor(to, "rtsp_port", vmm_text_of(device->is_recorder ? "558" : "554"));
    vmm_observe_text(
        to, VMM_FACT_STREAM_PATH, 1,
        vmm_text_of(device->is_recorder ? "/LiveChannel/0/media.smp" : "/profile2/media.smp"));
    vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, 1,
                     vmm_text_of("/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0"));
}

static void read_identity(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    struct hanwha_look *look = state;
    (void)row;
    if (!judge_status(answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_identity(body_of(answer), &look->device, to);
    if (kind == HANWHA_VALUES) {
        report_paths(&look->device, to);
    }
    say_kind(kind, answer, part);
}

static void read_date(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_date(answer, to), answer, part);
    }
}

static void read_events(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        uint32_t kind = hanwha_read_events(body_of(answer), &look->device, to);
        say_kind(kind, answer, part);
        part->rung = kind == HANWHA_VALUES ? VMM_RUNG_SIGNAL : part->rung;
    }
}

static void read_register(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    const struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_register(body_of(answer), &look->device, to), answer, part);
    }
}

static void read_sources(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_sources(body_of(answer), to), answer, part);
    }
}

static void read_storage(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    const struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_storage(body_of(answer), &look->device, look->expect_disk, to), answer,
                 part);
    }
}

static void read_recording(void *state, const struct vmm_request_row *row,
                           const struct vmm_http_answer *answer, const struct vmm_observer *to,
                           struct vmm_part *part)
{
    (void)state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_recording(body_of(answer), to), answer, part);
    }
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
        .read = read_identity,
    },
    {
        .name = "clock",
        .target = "/stw-cgi/system.cgi?msubmenu=date&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = read_date,
    },
    {
        .name = "sources",
        .target = "/stw-cgi/media.cgi?msubmenu=videosource&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = is_camera,
        .read = read_sources,
    },
    {
        .name = "events",
        .target = "/stw-cgi/eventstatus.cgi?msubmenu=eventstatus&action=check",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = read_events,
    },
    {
        .name = "register",
        .target = "/stw-cgi/media.cgi?msubmenu=cameraregister&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = is_recorder,
        .read = read_register,
    },
    {
        .name = "storage",
        .target = "/stw-cgi/system.cgi?msubmenu=storageinfo&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = read_storage,
    },
    {
        .name = "recording",
        .target = "/stw-cgi/recording.cgi?msubmenu=storage&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = read_recording,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct hanwha_look *look = state;
    json_t *options = json_loads(given->options, 0, NULL);
    (void)plugin;
    (void)part;
    look->expect_disk = json_is_true(json_object_get(options, "expect_disk"));
    json_decref(options);
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
    return 0;
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct hanwha_look),
    .begin = look_begin,
};

static const struct vmm_config_item option_expect_disk = {
    .struct_size = sizeof(option_expect_disk),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_disk",
    .summary = "a recorder without any disk is a fault",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {&option_expect_disk, NULL};

VMM_REQUESTS_PLUGIN(table, .name = "hanwha", .version = "0.1.0", .flag = "FEATURE_VMS_HANWHA_CGI",
                    .summary = "Hanwha (Samsung Techwin) cameras and recorders, by SUNAPI",
                    .licence = "MIT", .device_config = device_config);
