/* SPDX-License-Identifier: MIT */
/*
 * VIVOTEK: what is asked, in which order. What the answers mean stands in vivotek_parse.c and
 * vivotek_setup.c.
 *
 * One name that a firmware does not know may spoil the whole answer. So a group that is refused is
 * asked again item by item, once, and the items that were refused are left out of the following
 * looks.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/identify.h>
#include <kit/requests.h>

#include "vivotek_look.h"

#define ANSWER_MAX 65536u
#define NOTE_SIZE  16u
#define NOTE_KIND  2u
#define NOTE_AGAIN 3u   /* of the fourth byte: how many looks read the set-up again … */
#define NOTE_DOUBT 4u   /* … and that the last one had not seen that it records */
#define LOOKS_KEPT 200u /* looks for which a refusal is remembered: half a day at 4 minutes */

/* ---- Options and note ---- */

static int read_options(struct vivotek_look *look, const char *text, struct vmm_request_list *list)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *level = json_string_value(json_object_get(options, "level"));
    if (level == NULL || strlen(level) >= sizeof(look->level)) {
        json_decref(options);
        return VMM_E_INVAL;
    }
    snprintf(look->level, sizeof(look->level), "%s", level);
    look->storage = json_is_true(json_object_get(options, "storage"));
    look->expect_card = json_is_true(json_object_get(options, "expect_card"));
    look->recordings = json_is_true(json_object_get(options, "recordings"));
    if (json_is_true(json_object_get(options, "basic"))) {
        list->http_flags = VMM_HTTP_BASIC_OK;
    }
    json_decref(options);
    return 0;
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void read_note(struct vivotek_look *look, const struct vmm_look *given)
{
    look->options = (uint32_t)given->options_hash;
    look->left = LOOKS_KEPT;
    const uint8_t *note = given->note;
    if (given->note_size != NOTE_SIZE || note[0] != NOTE_KIND || note[1] == 0 ||
        get32(note + 4) != look->options) {
        return;
    }
    look->left = note[1] - 1u;
    look->turn = note[2];
    look->again = note[3] & NOTE_AGAIN;
    look->doubted = (note[3] & NOTE_DOUBT) != 0;
    look->refused = get32(note + 12) & (((1u << ITEM_COUNT) - 2u) | PART_SEARCH);
    look->noted_firmware = get32(note + 8);
}

/* What is in doubt is looked at again soon, so that a fault is told, and its end, within three looks. */
static uint8_t note_doubt(const struct vivotek_look *look)
{
    bool is_turn = look->turn == SETUP_TURN;
    bool is_read = is_turn || look->again > 0;
    bool doubt = is_read ? look->doubts : look->doubted;
    uint32_t left = look->again > 0 ? look->again - 1 : 0;
    uint32_t again = is_turn && (look->doubts || look->doubted) ? SETUP_AGAIN : left;
    return (uint8_t)(again | (doubt ? NOTE_DOUBT : 0));
}

static void write_note(const struct vivotek_look *look, const struct vmm_observer *to)
{
    bool same = look->device.firmware == 0 || look->device.firmware == look->noted_firmware;
    uint32_t refused = same ? look->refused : look->found; /* a new firmware may know more */
    uint32_t firmware = look->device.firmware != 0 ? look->device.firmware : look->noted_firmware;
    uint8_t note[NOTE_SIZE] = {NOTE_KIND, (uint8_t)(look->found != 0 ? LOOKS_KEPT : look->left),
                               (uint8_t)((look->turn + 1) % SETUP_EVERY), note_doubt(look)};
    put32(note + 4, look->options);
    put32(note + 8, firmware);
    put32(note + 12, refused);
    to->probe->note(to->job, note, sizeof(note));
}

/* ---- What is answered ---- */

static uint32_t read_body(struct vivotek_look *look, const struct vmm_http_answer *answer,
                          const struct vmm_observer *to)
{
    struct vivotek_times times = {answer->sent_wall_us, answer->received_wall_us};
    look->now_ms = answer->received_wall_us / 1000;
    return vivotek_read_parameters(vmm_text_bytes(answer->body, answer->body_size), &times,
                                   &look->device, to);
}

static void say_foreign(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    const char *what = answer->body_size == 0 ? "the answer is empty"
                       : (answer->flags & VMM_HTTP_SHORT) != 0
                           ? "the answer broke off before anything could be read"
                           : "the answer is no list of parameters";
    vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, what);
}

/* ERROR to the model's name alone: the level is too high for the account, or nothing of this is
 * known. */
static void say_refused(const struct vivotek_look *look, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "ERROR to every name; the account may lack the level %s",
             look->level);
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
}

static void refuse_item(struct vivotek_look *look, uint32_t item)
{
    if (item != 0) {
        look->refused |= 1u << item;
        look->found |= 1u << item;
    }
}

static void read_group(struct vivotek_look *look, uint32_t group,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    uint32_t kind = read_body(look, answer, to);
    look->read[group] = kind == VIVOTEK_LINES;
    if (kind == VIVOTEK_FOREIGN) {
        say_foreign(answer, part);
    } else if (kind == VIVOTEK_ERROR && ask_count(look, group) > 1) {
        look->spoilt[group] = true;
        look->at = ask_next(look, group, 0);
    } else if (kind == VIVOTEK_ERROR && group == GROUP_IDENTITY) {
        say_refused(look, part);
    } else if (kind == VIVOTEK_ERROR) {
        refuse_item(look, ask_next(look, group, 0));
    }
}

static void read_identity(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    (void)row;
    read_group(state, GROUP_IDENTITY, answer, to, part);
}

static void read_state(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)row;
    read_group(state, GROUP_STATE, answer, to, part);
}

static void read_setup(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    (void)row;
    read_group(state, GROUP_SETUP, answer, to, part);
}

static void read_item(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    struct vivotek_look *look = state;
    uint32_t group = ask_group(look->at);
    uint32_t kind = read_body(look, answer, to);
    (void)row;
    look->read[group] = look->read[group] || kind == VIVOTEK_LINES;
    if (kind == VIVOTEK_FOREIGN) {
        say_foreign(answer, part);
    } else if (kind == VIVOTEK_ERROR) {
        refuse_item(look, look->at);
    }
    look->at = ask_next(look, group, look->at + 1);
    if (group == GROUP_IDENTITY && look->at == ITEM_COUNT && !look->read[group]) {
        say_refused(look, part);
    }
}

static void read_storage(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    const struct vivotek_look *look = state;
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    uint32_t kind = vivotek_read_storage(body, look->expect_card, to);
    (void)row;
    if (kind == VIVOTEK_ERROR) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "ERROR; the account may lack the level admin");
    } else if (kind == VIVOTEK_FOREIGN) {
        say_foreign(answer, part);
    }
}

static void read_search(void *state, const struct vmm_request_row *row,
                        const struct vmm_http_answer *answer, const struct vmm_observer *to,
                        struct vmm_part *part)
{
    struct vivotek_look *look = state;
    struct vmm_text body = vmm_text_bytes(answer->body, answer->body_size);
    struct vivotek_clips clips;
    uint32_t kind = vivotek_read_clips(body, &clips);
    (void)row;
    look->now_ms = answer->received_wall_us / 1000;
    if (kind == VIVOTEK_LINES) {
        look->doubts = !vivotek_report_clips(&clips, look->now_ms + look->device.wall_ms, to);
    } else if (kind == VIVOTEK_ERROR) {
        look->refused |= PART_SEARCH; /* an older firmware, or another one that is newer */
        look->found |= PART_SEARCH;
    } else {
        say_foreign(answer, part);
    }
}

static const struct vmm_request_row rows[] = {
    {
        /* Readable without a login; a 401 proves as well that the device answers. */
        .name = "alive",
        .target = "/cgi-bin/anonymous/getparam.cgi?system_info_modelname",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "identity",
        .scopes = VMM_SCOPE_FULL,
        .max_bytes = ANSWER_MAX,
        .build = ask_identity,
        .read = read_identity,
    },
    {
        .name = "identity, one by one",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_identity_item,
        .build = ask_item,
        .read = read_item,
    },
    {
        .name = "state",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_state,
        .build = ask_state,
        .read = read_state,
    },
    {
        .name = "state, one by one",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_state_item,
        .build = ask_item,
        .read = read_item,
    },
    {
        .name = "set-up",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_setup,
        .build = ask_setup,
        .read = read_setup,
    },
    {
        .name = "set-up, one by one",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_setup_item,
        .build = ask_item,
        .read = read_item,
    },
    {
        .name = "storage",
        .target = "/cgi-bin/admin/lsctrl.cgi?cmd=queryStatus&retType=javascript",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_storage,
        .read = read_storage,
    },
    {
        .name = "newest clip",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_search,
        .build = ask_search,
        .read = read_search,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct vivotek_look *look = state;
    (void)plugin;
    (void)part;
    read_note(look, given);
    return read_options(look, given->options, list);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct vivotek_look *look = state;
    (void)plugin;
    if (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL) {
        look->doubts = !vivotek_report_setup(&look->device, to) || look->doubts;
        if (look->read[GROUP_IDENTITY] || look->found != 0) {
            write_note(look, to);
        }
    }
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct vivotek_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_level = {
    .struct_size = sizeof(option_level),
    .type = VMM_CONFIG_WORD,
    .name = "level",
    .summary = "level in the path of the device's CGI; the account must hold it",
    .default_json = "\"viewer\"",
    .words = "anonymous|viewer|operator|admin",
};

static const struct vmm_config_item option_storage = {
    .struct_size = sizeof(option_storage),
    .type = VMM_CONFIG_BOOL,
    .name = "storage",
    .summary = "read the memory card; the account must be an administrator",
    .default_json = "false",
};

static const struct vmm_config_item option_expect_card = {
    .struct_size = sizeof(option_expect_card),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_card",
    .summary = "a slot without a memory card is a fault",
    .default_json = "false",
};

static const struct vmm_config_item option_recordings = {
    .struct_size = sizeof(option_recordings),
    .type = VMM_CONFIG_BOOL,
    .name = "recordings",
    .summary =
        "read how recording is set up, and search for the newest clip; the account must be an "
        "administrator",
    .default_json = "false",
};

static const struct vmm_config_item option_basic = {
    .struct_size = sizeof(option_basic),
    .type = VMM_CONFIG_BOOL,
    .name = "basic",
    .summary =
        "answer Basic without TLS where the device offers nothing better, the maker's default",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_level, &option_storage, &option_expect_card, &option_recordings, &option_basic, NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "vivotek", .version = "0.1.0", .flag = "FEATURE_VMS_VIVOTEK_CGI",
                    .summary = "VIVOTEK cameras and video servers, by getparam.cgi",
                    .licence = "MIT", .device_config = device_config,
                    .extensions = vmm_identify_extensions);
