/* SPDX-License-Identifier: MIT */
/*
 * VIVOTEK: what is asked, in which order. What the answers mean stands in vivotek_parse.c.
 *
 * One name that a firmware does not know may spoil the whole answer. So a group that is refused is
 * asked again item by item, once, and the items that were refused are left out of the following
 * looks.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/requests.h>

#include "vivotek_parse.h"

#define ANSWER_MAX 65536u
#define NOTE_SIZE  12u
#define NOTE_KIND  1u
#define LOOKS_KEPT 200u /* looks for which a refusal is remembered: half a day at 4 minutes */

#define GROUP_IDENTITY 0u
#define GROUP_STATE    1u
#define GROUPS         2u

/* What is asked for together, and left out together when the device refuses it. The first is never
 * left out: it is the proof that the device speaks this language. Zone and daylight stand before
 * the clock, which needs them. */
static const struct item {
    uint32_t group;
    const char *query; /* NULL: the signals of all channels */
} items[] = {
    {GROUP_IDENTITY, "system_info_modelname"},
    {GROUP_IDENTITY, "system_info_extendedmodelname"},
    {GROUP_IDENTITY, "system_info_firmwareversion"},
    {GROUP_IDENTITY, "system_info_serialnumber"},
    {GROUP_IDENTITY, "capability_videoin_type"},
    {GROUP_IDENTITY, "capability_nvideoin"},
    {GROUP_STATE, "system_hostname"},
    {GROUP_STATE, "system_timezoneindex"},
    {GROUP_STATE, "system_daylight_enable"},
    {GROUP_STATE, "system_ntp"},
    {GROUP_STATE, "system_date&system_time"},
    {GROUP_STATE, NULL},
};
#define ITEM_COUNT (sizeof(items) / sizeof(items[0]))

struct vivotek_look {
    char level[16];
    bool storage;
    bool expect_card;
    struct vivotek_device device;
    uint32_t refused;        /* bit n: item n is left out */
    uint32_t found;          /* those of them that this look has found out */
    uint32_t noted_firmware; /* what the note was made for; 0: there was none */
    uint32_t options;        /* hash of the options */
    uint32_t left;           /* looks until refused items are asked for again */
    bool had_note;
    bool spoilt[GROUPS]; /* the group was refused as a whole */
    bool read[GROUPS];   /* something of the group was read */
    uint32_t at;         /* the item that is asked for alone */
};

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
    look->had_note = given->note_size > 0;
    look->left = LOOKS_KEPT;
    const uint8_t *note = given->note;
    if (given->note_size != NOTE_SIZE || note[0] != NOTE_KIND || note[1] == 0 ||
        get32(note + 4) != look->options) {
        return;
    }
    look->left = note[1] - 1u;
    look->refused = ((uint32_t)note[2] | (uint32_t)note[3] << 8) & ((1u << ITEM_COUNT) - 2u);
    look->noted_firmware = get32(note + 8);
}

static void write_note(const struct vivotek_look *look, const struct vmm_observer *to)
{
    bool same = look->device.firmware == 0 || look->device.firmware == look->noted_firmware;
    uint32_t refused = same ? look->refused : look->found; /* a new firmware may know more */
    if (refused == 0 && !look->had_note) {
        return;
    }
    uint32_t firmware = look->device.firmware != 0 ? look->device.firmware : look->noted_firmware;
    uint8_t note[NOTE_SIZE] = {NOTE_KIND, (uint8_t)(look->found != 0 ? LOOKS_KEPT : look->left),
                               (uint8_t)refused, (uint8_t)(refused >> 8)};
    put32(note + 4, look->options);
    put32(note + 8, firmware);
    to->probe->note(to->job, note, sizeof(note));
}

/* ---- What is asked ---- */

static bool is_asked(const struct vivotek_look *look, uint32_t group, uint32_t item)
{
    bool has_signal = look->device.is_encoder;
    return items[item].group == group && (look->refused & 1u << item) == 0 &&
           (items[item].query != NULL || has_signal);
}

static uint32_t count_asked(const struct vivotek_look *look, uint32_t group)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ITEM_COUNT; i++) {
        count += is_asked(look, group, i) ? 1 : 0;
    }
    return count;
}

static int add_text(char *target, size_t size, const char *text)
{
    size_t used = strlen(target);
    int added = snprintf(target + used, size - used, "%s", text);
    return (size_t)added < size - used ? 0 : VMM_E_TOOBIG;
}

static int add_signals(const struct vivotek_look *look, char *target, size_t size)
{
    uint32_t channels = look->device.channels == 0 ? 1 : look->device.channels;
    int rc = 0;
    for (uint32_t c = 0; c < channels && rc == 0; c++) {
        char name[40];
        snprintf(name, sizeof(name), "%sstatus_c%u_signal_detect", c == 0 ? "" : "&", c);
        rc = add_text(target, size, name);
    }
    return rc;
}

/* Names of items as a query: those of a group, or one alone. */
static int build_target(const struct vivotek_look *look, uint32_t first, uint32_t last,
                        uint32_t group, char *target, size_t size)
{
    snprintf(target, size, "/cgi-bin/%s/getparam.cgi", look->level);
    int rc = 0;
    const char *mark = "?";
    for (uint32_t i = first; i <= last && rc == 0; i++) {
        if (!is_asked(look, group, i)) {
            continue;
        }
        rc = add_text(target, size, mark);
        mark = "&";
        if (rc == 0) {
            rc = items[i].query != NULL ? add_text(target, size, items[i].query)
                                        : add_signals(look, target, size);
        }
    }
    return rc;
}

static int build_identity(void *state, char *target, size_t size)
{
    return build_target(state, 0, ITEM_COUNT - 1, GROUP_IDENTITY, target, size);
}

static int build_state(void *state, char *target, size_t size)
{
    return build_target(state, 0, ITEM_COUNT - 1, GROUP_STATE, target, size);
}

static int build_item(void *state, char *target, size_t size)
{
    const struct vivotek_look *look = state;
    return build_target(look, look->at, look->at, items[look->at].group, target, size);
}

static bool wants_state(const void *state)
{
    return count_asked(state, GROUP_STATE) > 0;
}

/* The next item of the group from `at` on; ITEM_COUNT when there is none. */
static uint32_t item_from(const struct vivotek_look *look, uint32_t group, uint32_t at)
{
    while (at < ITEM_COUNT && !is_asked(look, group, at)) {
        at++;
    }
    return at;
}

static bool wants_item(const struct vivotek_look *look, uint32_t group)
{
    return look->spoilt[group] && look->at < ITEM_COUNT && items[look->at].group == group;
}

static bool wants_identity_item(const void *state)
{
    return wants_item(state, GROUP_IDENTITY);
}

static bool wants_state_item(const void *state)
{
    return wants_item(state, GROUP_STATE);
}

static bool wants_storage(const void *state)
{
    return ((const struct vivotek_look *)state)->storage;
}

/* ---- What is answered ---- */

static uint32_t read_body(struct vivotek_look *look, const struct vmm_http_answer *answer,
                          const struct vmm_observer *to)
{
    struct vivotek_times times = {answer->sent_wall_us, answer->received_wall_us};
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
    } else if (kind == VIVOTEK_ERROR && count_asked(look, group) > 1) {
        look->spoilt[group] = true;
        look->at = item_from(look, group, 0);
    } else if (kind == VIVOTEK_ERROR && group == GROUP_IDENTITY) {
        say_refused(look, part);
    } else if (kind == VIVOTEK_ERROR) {
        refuse_item(look, item_from(look, group, 0));
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

static void read_item(void *state, const struct vmm_request_row *row,
                      const struct vmm_http_answer *answer, const struct vmm_observer *to,
                      struct vmm_part *part)
{
    struct vivotek_look *look = state;
    uint32_t group = items[look->at].group;
    uint32_t kind = read_body(look, answer, to);
    (void)row;
    look->read[group] = look->read[group] || kind == VIVOTEK_LINES;
    if (kind == VIVOTEK_FOREIGN) {
        say_foreign(answer, part);
    } else if (kind == VIVOTEK_ERROR) {
        refuse_item(look, look->at);
    }
    look->at = item_from(look, group, look->at + 1);
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
        .build = build_identity,
        .read = read_identity,
    },
    {
        .name = "identity, one by one",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_identity_item,
        .build = build_item,
        .read = read_item,
    },
    {
        .name = "state",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_state,
        .build = build_state,
        .read = read_state,
    },
    {
        .name = "state, one by one",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_state_item,
        .build = build_item,
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
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct vivotek_look *look = state;
    (void)plugin;
    (void)part;
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
    read_note(look, given);
    return read_options(look, given->options, list);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    const struct vivotek_look *look = state;
    (void)plugin;
    if (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL) {
        if (look->read[GROUP_IDENTITY] || look->found != 0) {
            write_note(look, to);
        }
    }
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct vivotek_look),
    .begin = look_begin,
    .end = look_end,
};

static int vivotek_open(const struct vmm_host *host, void **self)
{
    struct vmm_requests *requests = NULL;
    int rc = vmm_requests_create(host, &table, NULL, &requests);
    *self = requests;
    return rc;
}

static void vivotek_close(void *self)
{
    vmm_requests_destroy(self);
}

static int vivotek_probe(void *self, struct vmm_job *job, const struct vmm_look *look)
{
    return vmm_requests_probe(self, job, look);
}

static void vivotek_cancel(void *self, struct vmm_job *job)
{
    vmm_requests_cancel(self, job);
}

static const struct vmm_probe_ops ops = {
    .struct_size = sizeof(ops),
    .open = vivotek_open,
    .close = vivotek_close,
    .probe = vivotek_probe,
    .cancel = vivotek_cancel,
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

static const struct vmm_config_item option_basic = {
    .struct_size = sizeof(option_basic),
    .type = VMM_CONFIG_BOOL,
    .name = "basic",
    .summary =
        "answer Basic without TLS where the device offers nothing better, the maker's default",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {
    &option_level, &option_storage, &option_expect_card, &option_basic, NULL,
};

static const struct vmm_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .abi_major = VMM_ABI_MAJOR,
    .abi_minor = VMM_ABI_MINOR,
    .kind = VMM_KIND_PROBE,
    .name = "vivotek",
    .version = "0.1.0",
    .flag = "FEATURE_VMS_VIVOTEK_CGI",
    .summary = "VIVOTEK cameras and video servers, by getparam.cgi",
    .licence = "MIT",
    .generation = VMM_GENERATION_OVERLAP,
    .device_config = device_config,
    .ops = &ops,
};

const struct vmm_descriptor *vmm_plugin_v0(void)
{
    return &descriptor;
}
