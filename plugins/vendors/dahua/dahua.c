/* SPDX-License-Identifier: MIT */
/*
 * Dahua: what is asked, in which order. What the answers mean stands in dahua_parse.c.
 *
 * A look is eight requests: seven of every look, and one of those that change slowly, in turn; with
 * the device's name comes its maker's. In every fourth look that one is a search for footage of one channel, five requests; of four searches one is for the
 * oldest, one for what is missing in the last day of a channel where such a day is due, the others for the newest, and with one of
 * them the plans of all channels are read.
 */
#include <jansson.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <kit/identify.h>

#include "dahua_look.h"

#define ANSWER_MAX 262144u
#define PLANS_MAX  (1u << 20) /* 42 lines a channel */
#define NOTE_KIND  3u
#define NOTE_FOUND 16u
#define NOTE_MODES 18u /* where they begin */
#define NOTE_SCAN  (NOTE_MODES + DAHUA_MODES_MAX)
#define NOTE_SIZE  (NOTE_SCAN + 2u + VMM_DAYSCAN_SIZE)
#define LOOKS_KEPT 200u /* looks for which a refusal is remembered: half a day at 4 minutes */

#define CGI    "/cgi-bin/"
#define CONFIG CGI "configManager.cgi?action=getConfig&name="
#define FIND   CGI "mediaFileFind.cgi?action="

/* ---- Options and note ---- */

static int read_options(struct dahua_look *look, const char *text, struct vmm_request_list *list)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *zone = json_string_value(json_object_get(options, "zone"));
    look->search = json_is_true(json_object_get(options, "search"));
    if (json_is_true(json_object_get(options, "basic"))) {
        list->http_flags = VMM_HTTP_BASIC_OK;
    }
    int rc = options == NULL ? VMM_E_INVAL : vmm_wallclock_zone(vmm_text_of(zone), &look->zone);
    json_decref(options);
    return rc;
}

static uint32_t get(const uint8_t *at, uint32_t bytes)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

static void put(uint8_t *at, uint32_t bytes, uint32_t value)
{
    for (uint32_t i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static void read_note(struct dahua_look *look, const struct vmm_look *given)
{
    const uint8_t *at = given->note;
    look->options = (uint32_t)given->options_hash;
    look->left = LOOKS_KEPT;
    if (given->note_size != NOTE_SIZE || at[0] != NOTE_KIND || at[1] == 0 || at[1] > LOOKS_KEPT ||
        get(at + 4, 4) != look->options) {
        return;
    }
    look->left = at[1] == 1 ? LOOKS_KEPT : (uint8_t)(at[1] - 1u);
    look->turn = at[2] % TURNS;
    look->refused = at[1] == 1 ? 0 : get(at + 8, 4);
    look->proven = (uint16_t)get(at + 12, 2);
    look->find = at[3] % FINDS;
    look->dated = (uint16_t)get(at + 14, 2);
    look->has_found = at[NOTE_FOUND] == 1;
    memcpy(look->modes, at + NOTE_MODES, sizeof(look->modes));
    look->scanned = (uint16_t)get(at + NOTE_SCAN, 2);
    vmm_dayscan_read(&look->scan, at + NOTE_SCAN + 2);
}

static void write_note(const struct dahua_look *look, const struct vmm_observer *to)
{
    uint8_t note[NOTE_SIZE] = {NOTE_KIND};
    note[1] = look->found != 0 ? LOOKS_KEPT : look->left;
    note[2] = (uint8_t)((look->turn + 1) % TURNS);
    put(note + 4, 4, look->options);
    put(note + 8, 4, look->refused);
    put(note + 12, 2, look->proven);
    if ((look->refused & PART_PLAN) == 0) {
        memcpy(note + NOTE_MODES, look->modes, sizeof(look->modes));
    }
    note[3] = (uint8_t)((look->find + (look->turn == TURN_FIND)) % FINDS);
    put(note + 14, 2, look->dated);
    note[NOTE_FOUND] = look->has_found;
    put(note + NOTE_SCAN, 2, look->scanned);
    vmm_dayscan_write(&look->scan, note + NOTE_SCAN + 2);
    to->probe->note(to->job, note, sizeof(note));
}

/* ---- What is asked, and when ---- */

static bool offers(const struct dahua_look *look, uint32_t part)
{
    return (look->refused & part) == 0;
}

#define OFFERED(name, part)                                                                        \
    static bool wants_##name(const void *state)                                                    \
    {                                                                                              \
        return offers(state, part);                                                                \
    }
#define IN_TURN(name, part, number)                                                                \
    static bool wants_##name(const void *state)                                                    \
    {                                                                                              \
        return offers(state, part) && ((const struct dahua_look *)state)->turn == (number);        \
    }

OFFERED(time, PART_TIME)
OFFERED(titles, PART_TITLES)
OFFERED(states, PART_STATES)
OFFERED(losses, PART_LOSSES)
OFFERED(disks, PART_DISKS)
OFFERED(modes, PART_MODES)
IN_TURN(version, PART_VERSION, TURN_VERSION)
IN_TURN(ntp, PART_NTP, TURN_NTP)
IN_TURN(name, PART_NAME, TURN_NAME)
IN_TURN(vendor, PART_VENDOR, TURN_NAME)

/* A recorder that tells of no disk at all. */
static bool wants_no_disk(const void *state)
{
    const struct dahua_look *look = state;
    return look->asked_disks && !look->device.has_disk && look->device.channel_count > 1 &&
           offers(look, PART_NO_DISK);
}

static bool wants_type(const void *state)
{
    const struct dahua_look *look = state;
    return look->device.has_number_type && offers(look, PART_TYPE);
}

bool dahua_is_live(const struct dahua_device *device, uint32_t channel)
{
    uint8_t bits = device->channels[channel - 1];
    return bits != 0 && (bits & (DAHUA_EMPTY | DAHUA_UNCONNECTED | DAHUA_LOST | DAHUA_ODD)) == 0;
}

uint32_t dahua_next(const struct dahua_look *look)
{
    uint32_t last = look->find == FIND_OLDEST ? look->dated : look->proven;
    uint32_t first = 0;
    for (uint32_t i = 1; i <= look->device.channel_count; i++) {
        bool live = dahua_is_live(&look->device, i);
        if (live && i > last) {
            return i;
        }
        first = live && first == 0 ? i : first;
    }
    return first;
}

static bool wants_find(const void *state)
{
    const struct dahua_look *look = state;
    return look->search && look->turn == TURN_FIND && offers(look, PART_FIND) &&
           look->device.has_wall && (look->device.has_disk || look->has_found) &&
           dahua_next(look) != 0;
}

static bool wants_plans(const void *state)
{
    const struct dahua_look *look = state;
    return look->find == FIND_PLAN && offers(look, PART_PLAN) && wants_find(state);
}

static bool wants_search(const void *state)
{
    return ((const struct dahua_look *)state)->object != 0;
}

static bool wants_files(const void *state)
{
    return ((const struct dahua_look *)state)->has_search;
}

static int build_search(void *state, char *target, size_t size)
{
    struct dahua_look *look = state;
    int64_t span = look->find == FIND_OLDEST ? OLDEST_SPAN_MS : PROOF_SPAN_MS;
    look->is_day = look->find == FIND_DAY && dahua_is_sure(look) && dahua_day_begin(look);
    if (look->is_day) {
        return dahua_find_target(look->object, look->scan.channel, vmm_dayscan_from(&look->scan),
                                 vmm_dayscan_to(&look->scan), target, size);
    }
    look->proof = dahua_next(look);
    return dahua_find_target(look->object, look->proof, dahua_wall_ms(look) - span,
                             dahua_wall_ms(look) + 60000, target, size);
}

static int build_object(const struct dahua_look *look, const char *action, const char *more,
                        char *target, size_t size)
{
    int made = snprintf(target, size, FIND "%s&object=%" PRIu32 "%s", action, look->object, more);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

static int build_files(void *state, char *target, size_t size)
{
    return build_object(state, "findNextFile", "&count=100", target, size);
}

static int build_close(void *state, char *target, size_t size)
{
    return build_object(state, "close", "", target, size);
}

static int build_destroy(void *state, char *target, size_t size)
{
    return build_object(state, "destroy", "", target, size);
}

static int build_cookie(void *state, char *headers, size_t size)
{
    int made = snprintf(headers, size, "%s", ((const struct dahua_look *)state)->cookie);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

/* ---- The requests ---- */

#define OPTIONAL(title, path, part, wants)                                                         \
    {                                                                                              \
        .name = title, .target = path, .scopes = VMM_SCOPE_FULL,                                   \
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS, .max_bytes = ANSWER_MAX,                   \
        .arg = (const void *)(uintptr_t)(part), .wanted = wants, .read = take_part                 \
    }

#define SEARCH(title, wants, builds, reads)                                                        \
    {                                                                                              \
        .name = title, .scopes = VMM_SCOPE_FULL, .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,   \
        .max_bytes = ANSWER_MAX, .wanted = wants, .build = builds, .build_headers = build_cookie,  \
        .read = reads                                                                              \
    }

static const struct vmm_request_row rows[] = {
    {
        /* A 401 proves as well that the device answers. */
        .name = "alive",
        .target = CGI "magicBox.cgi?action=getDeviceType",
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "system",
        .target = CGI "magicBox.cgi?action=getSystemInfo",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .read = take_system,
    },
    OPTIONAL("type", CGI "magicBox.cgi?action=getDeviceType", PART_TYPE, wants_type),
    OPTIONAL("clock", CGI "global.cgi?action=getCurrentTime", PART_TIME, wants_time),
    OPTIONAL("titles", CONFIG "ChannelTitle", PART_TITLES, wants_titles),
    OPTIONAL("channels", CGI "LogicDeviceManager.cgi?action=getCameraState&uniqueChannels[0]=-1",
             PART_STATES, wants_states),
    OPTIONAL("video loss", CGI "eventManager.cgi?action=getEventIndexes&code=VideoLoss",
             PART_LOSSES, wants_losses),
    OPTIONAL("storage", CGI "storageDevice.cgi?action=getDeviceAllInfo", PART_DISKS, wants_disks),
    OPTIONAL("missing storage", CGI "eventManager.cgi?action=getEventIndexes&code=StorageNotExist",
             PART_NO_DISK, wants_no_disk),
    OPTIONAL("recording mode", CONFIG "RecordMode", PART_MODES, wants_modes),
    OPTIONAL("version", CGI "magicBox.cgi?action=getSoftwareVersion", PART_VERSION, wants_version),
    OPTIONAL("time server", CONFIG "NTP", PART_NTP, wants_ntp),
    OPTIONAL("name", CGI "magicBox.cgi?action=getMachineName", PART_NAME, wants_name),
    OPTIONAL("vendor", CGI "magicBox.cgi?action=getVendor", PART_VENDOR, wants_vendor),
    {
        .name = "schedules",
        .target = CONFIG "Record",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = PLANS_MAX,
        .arg = (const void *)(uintptr_t)PART_PLAN,
        .wanted = wants_plans,
        .read = take_plans,
    },
    {
        .name = "search",
        .target = FIND "factory.create",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .arg = (const void *)(uintptr_t)PART_FIND,
        .wanted = wants_find,
        .read = take_object,
    },
    SEARCH("newest footage", wants_search, build_search, take_search),
    SEARCH("files", wants_files, build_files, take_files),
    SEARCH("end of files", wants_files, build_close, take_end),
    SEARCH("end of search", wants_search, build_destroy, take_end),
};

/* ---- Modes ---- */

/* Of a channel that goes by the schedule, what the schedule is; where it is not known, that it is one. */
static void report_mode(const struct dahua_look *look, uint32_t channel,
                        const struct vmm_observer *to)
{
    uint8_t mode = dahua_mode_of(look, channel);
    bool is_planned = look->device.modes[channel - 1] == DAHUA_MODE_SCHEDULE;
    if (is_planned && look->plans.has_plan && look->plans.wanted == channel) {
        vmm_weekplan_observe(&look->plans.plan, channel, dahua_wall_ms(look), to);
        return;
    }
    if (mode != DAHUA_MODE_UNKNOWN) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, channel, vmm_text_of(dahua_mode_word(mode)));
    }
}

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct dahua_look *look = state;
    (void)plugin;
    (void)part;
    read_note(look, given);
    return read_options(look, given->options, list);
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    struct dahua_look *look = state;
    (void)plugin;
    if (look->was_read &&
        (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL)) {
        for (uint32_t channel = 1; channel <= DAHUA_CHANNELS_MAX; channel++) {
            report_mode(look, channel, to);
        }
        dahua_report_channels(&look->device, to);
        if (look->is_day) { /* it had no answer that is understood */
            dahua_day_done(look);
        }
        write_note(look, to);
    }
    explicit_bzero(look->cookie, sizeof(look->cookie));
}

static void look_refused(void *state, const struct vmm_http_answer *answer,
                         const struct vmm_observer *to, struct vmm_part *part)
{
    (void)state;
    dahua_read_lock(vmm_text_bytes(answer->body, answer->body_size), to, part);
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct dahua_look),
    .begin = look_begin,
    .end = look_end,
    .refused = look_refused,
};

static const struct vmm_config_item option_zone = {
    .struct_size = sizeof(option_zone),
    .type = VMM_CONFIG_TEXT,
    .name = "zone",
    .summary = "zone that the device's clock is set to, all year: +08:00, UTC; empty: not judged",
    .default_json = "\"\"",
};

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for the newest and the oldest footage, and for gaps, one channel in every "
               "fourth look",
    .default_json = "true",
};

static const struct vmm_config_item option_basic = {
    .struct_size = sizeof(option_basic),
    .type = VMM_CONFIG_BOOL,
    .name = "basic",
    .summary = "answer Basic without TLS where the device offers nothing better, as old ones do",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_zone,
    &option_search,
    &option_basic,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "dahua", .version = "0.1.0", .flag = "FEATURE_VMS_DAHUA_CGI",
                    .summary = "Dahua cameras and recorders, and their other names, by CGI",
                    .licence = "MIT", .device_config = device_config,
                    .extensions = vmm_identify_extensions);
