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

#include "hikvision_look.h"

#define ANSWER_MAX (1u << 20)
#define PART(bit)  .arg = (const void *)(uintptr_t)(bit)
#define XML_LINES  "Content-Type: application/xml\r\n"

/* ---- The requests ---- */

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
    {
        .name = "login",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_CHECK),
        .wanted = wants_check,
        .build = ask_check,
        .read = take_check,
    },
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
    {
        .name = "clock",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_TIME),
        .wanted = wants_time,
        .build = ask_time,
        .read = take_time,
    },
    {
        .name = "inputs",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_INPUTS),
        .wanted = wants_inputs,
        .build = ask_inputs,
        .read = take_inputs,
    },
    {
        .name = "channels",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_PROXIES),
        .wanted = wants_proxies,
        .build = ask_proxies,
        .read = take_proxies,
    },
    {
        .name = "channel names",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_NAMES),
        .wanted = wants_names,
        .build = ask_names,
        .read = take_names,
    },
    {
        .name = "storage",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_STORAGE),
        .wanted = wants_storage,
        .build = ask_storage,
        .read = take_storage,
    },
    {
        .name = "disks",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_DISKS),
        .wanted = wants_disks,
        .build = ask_disks,
        .read = take_disks,
    },
    {
        .name = "working status",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_WORK),
        .wanted = wants_work,
        .build = ask_work,
        .read = take_work,
    },
    {
        .name = "newest footage",
        .method = "POST",
        .headers = XML_LINES,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        PART(PART_SEARCH),
        .wanted = wants_proof,
        .build = ask_search,
        .build_body = ask_proof_body,
        .read = take_proof,
    },
    {
        .name = "days with footage",
        .method = "POST",
        .headers = XML_LINES,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        PART(PART_DAYS),
        .wanted = wants_proof_days,
        .build = ask_proof_days,
        .build_body = ask_proof_days_body,
        .read = take_proof_days,
    },
    {
        .name = "time server",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_NTP),
        .wanted = wants_ntp,
        .build = ask_ntp,
        .read = take_ntp,
    },
    {
        .name = "status",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_STATUS),
        .wanted = wants_status,
        .build = ask_status,
        .read = take_status,
    },
    {
        .name = "schedule",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        PART(PART_TRACK),
        .wanted = wants_track,
        .build = ask_track,
        .read = take_track,
    },
    {
        .name = "oldest month",
        .method = "POST",
        .headers = XML_LINES,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        PART(PART_DAYS),
        .wanted = wants_month,
        .build = ask_month,
        .build_body = ask_month_body,
        .read = take_month,
    },
    {
        .name = "oldest footage",
        .method = "POST",
        .headers = XML_LINES,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        PART(PART_SEARCH),
        .wanted = wants_day,
        .build = ask_search,
        .build_body = ask_day_body,
        .read = take_day,
    },
    {
        .name = "footage of the last day",
        .method = "POST",
        .headers = XML_LINES,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        PART(PART_SEARCH),
        .wanted = wants_gap,
        .build = ask_search,
        .build_body = ask_gap_body,
        .read = take_gap,
    },
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
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
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
                    .device_config = device_config);
