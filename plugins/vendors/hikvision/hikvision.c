/* SPDX-License-Identifier: MIT */
/*
 * Hikvision: the table of requests, options and note. What is asked and when stands in hikvision_ask.c
 * and hikvision_plan.c, what answers mean in the other files.
 *
 * What a device does not offer is remembered in its note and not asked for again for half a day. A
 * look at a recorder is at most eight requests: footage of one channel a look, in turn, and one of
 * the things that change slowly.
 */
#include <jansson.h>
#include <string.h>

#include <kit/identify.h>

#include "hikvision_look.h"

#define ANSWER_MAX (1u << 20)
#define PART(bit)  .arg = (const void *)(uintptr_t)(bit)
#define XML_LINES  "Content-Type: application/xml\r\n"

/* ---- The requests ---- */

/* A part that a device may not offer; `optional` is VMM_ROW_OPTIONAL, or 0 where the look fails without it. */
#define OFFERED(title, part, what, optional)                                                       \
    {                                                                                              \
        .name = title, .scopes = VMM_SCOPE_FULL, .flags = (optional) | VMM_ROW_ANY_STATUS,         \
        .max_bytes = ANSWER_MAX, PART(part), .wanted = wants_##what, .build = ask_##what,          \
        .read = take_##what                                                                        \
    }

/* A search for footage: a POST that changes nothing. */
#define SEARCH(title, part, what, asks)                                                            \
    {                                                                                              \
        .name = title, .method = "POST", .headers = XML_LINES, .scopes = VMM_SCOPE_FULL,           \
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS, .http_flags = VMM_HTTP_SAFE,               \
        .max_bytes = ANSWER_MAX, PART(part), .wanted = wants_##what, .build = asks,                \
        .build_body = ask_##what##_body, .read = take_##what                                       \
    }

static const struct vmm_request_row rows[] = {
    {
        /* A 401 proves as well that the device answers. */
        .name = "alive",
        .target = "/ISAPI/System/deviceInfo",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    OFFERED("login", PART_CHECK, check, VMM_ROW_OPTIONAL),
    {
        .name = "identity",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .build = ask_identity,
        .read = take_identity,
    },
    {
        .name = "identity, other path",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_old,
        .build = ask_identity,
        .read = take_identity,
    },
    OFFERED("clock", PART_TIME, time, VMM_ROW_OPTIONAL),
    OFFERED("inputs", PART_INPUTS, inputs, VMM_ROW_OPTIONAL),
    OFFERED("channels", PART_PROXIES, proxies, VMM_ROW_OPTIONAL),
    OFFERED("channel names", PART_NAMES, names, VMM_ROW_OPTIONAL),
    OFFERED("storage", PART_STORAGE, storage, VMM_ROW_OPTIONAL),
    OFFERED("disks", PART_DISKS, disks, 0),
    OFFERED("working status", PART_WORK, work, VMM_ROW_OPTIONAL),
    SEARCH("newest footage", PART_SEARCH, proof, ask_search),
    SEARCH("days with footage", PART_DAYS, proof_days, ask_proof_days),
    OFFERED("time server", PART_NTP, ntp, VMM_ROW_OPTIONAL),
    OFFERED("status", PART_STATUS, status, VMM_ROW_OPTIONAL),
    OFFERED("schedule", PART_TRACK, track, VMM_ROW_OPTIONAL),
    SEARCH("oldest month", PART_DAYS, month, ask_month),
    SEARCH("oldest footage", PART_SEARCH, day, ask_search),
    SEARCH("footage of the last day", PART_SEARCH, gap, ask_search),
};

/* ---- Options, note, begin and end ---- */

static int read_options(struct hikvision_look *look, const char *text,
                        struct vmm_request_list *list)
{
    json_t *options = json_loads(text, 0, NULL);
    if (options == NULL) {
        return VMM_E_INVAL;
    }
    look->expect_card = json_is_true(json_object_get(options, "expect_card"));
    look->search = json_is_true(json_object_get(options, "search"));
    if (json_is_true(json_object_get(options, "basic"))) {
        list->http_flags |= VMM_HTTP_BASIC_OK;
    }
    json_decref(options);
    return 0;
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct hikvision_look *look = state;
    (void)plugin;
    (void)part;
    list->http_flags = VMM_HTTP_MORE; /* what comes next is known only from the answer */
    note_read(&look->note, given);
    return read_options(look, given->options, list);
}

/* A new firmware may offer more, and may speak in another way. */
static void keep_note(struct hikvision_look *look, const struct vmm_observer *to)
{
    uint8_t bytes[NOTE_SIZE];
    struct note *note = &look->note;
    uint32_t firmware = look->device.firmware;
    if (firmware != 0 && firmware != note->firmware) {
        note->refused = look->found;
        if (look->foreign && note->firmware != 0) {
            vmm_observe_text(to, VMM_FACT_FINDING, 0,
                             vmm_text_of("the firmware is new, and not all it answers is "
                                         "understood: what is not, is not judged"));
        }
        note->firmware = firmware;
    }
    if ((note->refused & PART_TRACK) != 0) {
        memset(note->modes, MODE_UNKNOWN, sizeof(note->modes));
    }
    note->left = look->found != 0 ? LOOKS_KEPT : note->left;
    note->turn++;
    note_write(note, bytes);
    to->probe->note(to->job, bytes, sizeof(bytes));
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct hikvision_look *look = state;
    (void)plugin;
    hikvision_report_channels(&look->device, to);
    if (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL) {
        if (look->device.channel_count > 0) {
            vmm_observe_int(to, VMM_FACT_CHANNELS, 0, look->device.channel_count);
        }
        hikvision_report_paths(&look->device, to);
        if (look->was_read) {
            keep_note(look, to);
        }
    } else if (result->outcome == VMM_OUTCOME_AUTH) {
        to->probe->note(to->job, "", 0); /* the next look asks first whether the login is good */
    }
}

static void look_refused(void *state, const struct vmm_http_answer *answer,
                         const struct vmm_observer *to, struct vmm_part *part)
{
    (void)state;
    hikvision_read_lock(vmm_text_bytes(answer->body, answer->body_size), to, part);
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct hikvision_look),
    .begin = look_begin,
    .end = look_end,
    .refused = look_refused,
};

/* ---- The plugin ---- */

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for the newest and the oldest footage, and for gaps, one channel a look",
    .default_json = "true",
};

static const struct vmm_config_item option_expect_card = {
    .struct_size = sizeof(option_expect_card),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_card",
    .summary = "a camera without a memory card is a fault",
    .default_json = "false",
};

static const struct vmm_config_item option_basic = {
    .struct_size = sizeof(option_basic),
    .type = VMM_CONFIG_BOOL,
    .name = "basic",
    .summary = "answer Basic without TLS where the device offers nothing better, as the oldest do",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_search,
    &option_expect_card,
    &option_basic,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "hikvision", .version = "0.1.0",
                    .flag = "FEATURE_VMS_HIKVISION_CGI",
                    .summary = "Hikvision cameras and recorders, by ISAPI", .licence = "MIT",
                    .device_config = device_config, .extensions = vmm_identify_extensions);
