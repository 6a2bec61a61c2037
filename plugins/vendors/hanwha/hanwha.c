/* SPDX-License-Identifier: MIT */
/* Hanwha: what is asked, in which order. What the answers mean stands in the readers. */
#include <jansson.h>
#include <stdio.h>

#include <kit/backwalk.h>
#include <kit/datetime.h>
#include <kit/requests.h>

#include "hanwha_parse.h"

#define ANSWER_MAX    131072u
#define PROOF_SPAN_MS INT64_C(3600000) /* where newest footage is looked for */
#define DAY_MS        INT64_C(86400000)
#define RECORDING     "/stw-cgi/recording.cgi?msubmenu="

#define NOTE_VERSION 1u
#define NOTE_SIZE    (4u + VMM_BACKWALK_SIZE)

/* What a look asks for beyond the rest. */
#define TURN_SETTINGS 0u
#define TURN_NEWEST   1u
#define TURN_OLDEST   2u

/* What a device does not know, kept until its turns begin anew. */
#define NO_TIMELINE 1u
#define NO_CALENDAR 2u

struct hanwha_look {
    bool expect_disk;
    bool search;
    bool was_read;
    bool stepped;             /* the walk back made its step of this look */
    uint8_t turn;             /* looks, as far as it matters; 0: the first */
    uint8_t refused;          /* NO_* */
    uint8_t proven;           /* the channel whose newest footage was searched last, from 1 */
    uint32_t proof;           /* the channel of this look, from 0 */
    struct vmm_backwalk walk; /* its channels count from 1 */
    int64_t now_ms;           /* this machine's clock, at the last answer that tells a time */
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

/* The settings first, and with every eighth look; the way back with every fourth; else the newest. */
static uint32_t turn_of(const struct hanwha_look *look)
{
    return look->turn % 8 == 0 || !look->search ? TURN_SETTINGS
           : look->turn % 4 == 2                ? TURN_OLDEST
                                                : TURN_NEWEST;
}

/* The live channel behind this one, both from 1; 0 when there is none. A camera that names no channels has one. */
static uint32_t next_channel(const struct hanwha_device *device, uint32_t after)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
        if (device->is_live[i] && i + 1 > after) {
            return i + 1;
        }
        first = device->is_live[i] && first == 0 ? i + 1 : first;
    }
    return first == 0 && !device->is_recorder ? 1 : first;
}

static int64_t wall_ms(const struct hanwha_look *look)
{
    return look->now_ms + look->device.local_ms;
}

static bool can_search(const struct hanwha_look *look, uint32_t turn)
{
    return look->was_read && turn_of(look) == turn && (look->refused & NO_TIMELINE) == 0 &&
           look->device.has_disk && look->device.has_clock && next_channel(&look->device, 0) != 0;
}

static bool wants_settings(const void *state)
{
    return turn_of(state) == TURN_SETTINGS;
}

static bool wants_newest(const void *state)
{
    return can_search(state, TURN_NEWEST);
}

/* The channel of the walk is there still. */
static bool walks(const struct hanwha_look *look)
{
    uint32_t channel = look->walk.channel;
    return look->walk.state != VMM_BACKWALK_DONE && channel != 0 &&
           next_channel(&look->device, channel - 1) == channel;
}

static bool wants_month(const void *state)
{
    const struct hanwha_look *look = state;
    return can_search(look, TURN_OLDEST) && (look->refused & NO_CALENDAR) == 0 &&
           !(walks(look) && look->walk.state == VMM_BACKWALK_DAY);
}

static bool wants_oldest(const void *state)
{
    const struct hanwha_look *look = state;
    return can_search(look, TURN_OLDEST) && walks(look) && look->walk.state == VMM_BACKWALK_DAY &&
           !look->stepped;
}

/* The device's wall clock, without the Z that would make it UTC. */
static int build_timeline(uint32_t channel, int64_t from_ms, int64_t to_ms, char *target,
                          size_t size)
{
    char from[VMM_DATETIME_TEXT_SIZE];
    char to[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(from_ms, "T", from);
    vmm_datetime_print(to_ms, "T", to);
    int made = snprintf(target, size,
                        RECORDING "timeline&action=view&ChannelIDList=%u&FromDate=%s&ToDate=%s",
                        channel, from, to);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

static int build_newest(void *state, char *target, size_t size)
{
    struct hanwha_look *look = state;
    look->proof = next_channel(&look->device, look->proven) - 1;
    return build_timeline(look->proof, wall_ms(look) - PROOF_SPAN_MS, wall_ms(look) + 60000, target,
                          size);
}

static int build_month(void *state, char *target, size_t size)
{
    struct hanwha_look *look = state;
    int32_t year = 0;
    int32_t month = 0;
    if (!walks(look)) {
        uint32_t next = next_channel(&look->device, look->walk.channel);
        look->walk = (struct vmm_backwalk){.channel = (uint16_t)next};
    }
    vmm_backwalk_month(&look->walk, wall_ms(look), &year, &month);
    int made = snprintf(target, size,
                        RECORDING
                        "calendarsearch&action=view&Month=%04u-%02u-01T00:00:00Z&ChannelIdList=%u",
                        (unsigned)year % 10000u, (unsigned)month % 100u, look->walk.channel - 1u);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}

static int build_oldest(void *state, char *target, size_t size)
{
    const struct hanwha_look *look = state;
    int64_t day = vmm_backwalk_midnight(&look->walk);
    return build_timeline(look->walk.channel - 1u, day, day + DAY_MS - 1000, target, size);
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

#define READER(name)                                                                               \
    static void name(void *state, const struct vmm_request_row *row,                               \
                     const struct vmm_http_answer *answer, const struct vmm_observer *to,          \
                     struct vmm_part *part)

READER(read_identity)
{
    struct hanwha_look *look = state;
    (void)row;
    if (!judge_status(answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_identity(body_of(answer), &look->device, to);
    look->was_read = kind == HANWHA_VALUES;
    if (look->was_read) {
        report_paths(&look->device, to);
    }
    say_kind(kind, answer, part);
}

READER(read_date)
{
    struct hanwha_look *look = state;
    (void)row;
    look->now_ms = answer->received_wall_us / 1000;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_date(answer, &look->device, to), answer, part);
    }
}

READER(read_events)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        uint32_t kind = hanwha_read_events(body_of(answer), &look->device, to);
        say_kind(kind, answer, part);
        part->rung = kind == HANWHA_VALUES ? VMM_RUNG_SIGNAL : part->rung;
    }
}

READER(read_register)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_register(body_of(answer), &look->device, to), answer, part);
    }
}

READER(read_sources)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_sources(body_of(answer), &look->device, to), answer, part);
    }
}

READER(read_storage)
{
    struct hanwha_look *look = state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_storage(body_of(answer), &look->device, look->expect_disk, to), answer,
                 part);
    }
}

READER(read_recording)
{
    (void)state;
    (void)row;
    if (judge_status(answer, part)) {
        say_kind(hanwha_read_recording(body_of(answer), to), answer, part);
    }
}

/* An answer about footage; one that the device does not know is not asked for again soon. */
static bool take_footage(struct hanwha_look *look, uint8_t what,
                         const struct vmm_http_answer *answer, struct vmm_part *part)
{
    look->now_ms = answer->received_wall_us / 1000;
    bool good = judge_status(answer, part);
    if (answer->status != 401 && hanwha_error_of(body_of(answer)) == HANWHA_NG) {
        look->refused |= what;
        vmm_part_set(part, VMM_OUTCOME_OK, VMM_RUNG_PARSE, 0, NULL);
        return false;
    }
    return good;
}

static int64_t age_of(const struct hanwha_look *look, const struct hanwha_footage *footage,
                      int64_t at_ms)
{
    const struct hanwha_device *device = &look->device;
    int64_t now = look->now_ms + (footage->is_utc ? device->utc_ms : device->local_ms);
    return at_ms < now ? (now - at_ms) / 1000 : 0;
}

/* Where there was none within the hour, it is at least that old. */
READER(read_newest)
{
    struct hanwha_look *look = state;
    struct hanwha_footage footage;
    (void)row;
    if (!take_footage(look, NO_TIMELINE, answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_timeline(body_of(answer), look->proof, &footage);
    say_kind(kind, answer, part);
    look->proven = (uint8_t)(look->proof + 1);
    if (kind == HANWHA_VALUES) {
        vmm_observe_int(to, VMM_FACT_RECORDING_NEWEST, look->proof + 1,
                        footage.has_end ? age_of(look, &footage, footage.newest_ms)
                                        : PROOF_SPAN_MS / 1000);
    }
}

READER(read_month)
{
    struct hanwha_look *look = state;
    uint32_t days = 0;
    (void)row;
    (void)to;
    look->stepped = true;
    if (!take_footage(look, NO_CALENDAR, answer, part)) {
        look->walk.state = VMM_BACKWALK_DONE;
        return;
    }
    uint32_t kind = hanwha_read_calendar(body_of(answer), look->walk.channel - 1u, &days);
    say_kind(kind, answer, part);
    if (kind == HANWHA_VALUES) {
        vmm_backwalk_days(&look->walk, wall_ms(look), days);
    } else {
        look->walk.state = VMM_BACKWALK_DONE;
    }
}

READER(read_oldest)
{
    struct hanwha_look *look = state;
    struct hanwha_footage footage;
    (void)row;
    look->walk.state = VMM_BACKWALK_DONE;
    if (!take_footage(look, NO_TIMELINE, answer, part)) {
        return;
    }
    uint32_t kind = hanwha_read_timeline(body_of(answer), look->walk.channel - 1u, &footage);
    say_kind(kind, answer, part);
    if (kind == HANWHA_VALUES && footage.has_begin) {
        vmm_observe_int(to, VMM_FACT_RECORDING_OLDEST, look->walk.channel,
                        age_of(look, &footage, footage.oldest_ms));
    }
}

#define FOOTAGE(title, what, reads)                                                                \
    {                                                                                              \
        .name = title, .scopes = VMM_SCOPE_FULL, .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,   \
        .max_bytes = ANSWER_MAX, .wanted = wants_##what, .build = build_##what, .read = reads      \
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
        .target = RECORDING "storage&action=view",
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_ANY_STATUS,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_settings,
        .read = read_recording,
    },
    FOOTAGE("newest footage", newest, read_newest),
    FOOTAGE("oldest month", month, read_month),
    FOOTAGE("oldest footage", oldest, read_oldest),
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
    }
}

static void look_end(void *plugin, void *state, const struct vmm_observer *to,
                     const struct vmm_part *result)
{
    const struct hanwha_look *look = state;
    uint8_t note[NOTE_SIZE] = {NOTE_VERSION, (uint8_t)(look->turn + 1), look->refused,
                               look->proven};
    (void)plugin;
    if (look->was_read &&
        (result->outcome == VMM_OUTCOME_OK || result->outcome == VMM_OUTCOME_PARTIAL)) {
        vmm_backwalk_write(&look->walk, note + 4);
        to->probe->note(to->job, note, sizeof(note));
    }
}

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct hanwha_look *look = state;
    json_t *options = json_loads(given->options, 0, NULL);
    (void)plugin;
    (void)part;
    look->expect_disk = json_is_true(json_object_get(options, "expect_disk"));
    look->search = json_is_true(json_object_get(options, "search"));
    read_note(look, given);
    json_decref(options);
    list->rows = rows;
    list->count = sizeof(rows) / sizeof(rows[0]);
    return 0;
}

static const struct vmm_requests_table table = {
    .state_size = sizeof(struct hanwha_look),
    .begin = look_begin,
    .end = look_end,
};

static const struct vmm_config_item option_expect_disk = {
    .struct_size = sizeof(option_expect_disk),
    .type = VMM_CONFIG_BOOL,
    .name = "expect_disk",
    .summary = "a recorder without any disk is a fault",
    .default_json = "true",
};

static const struct vmm_config_item option_search = {
    .struct_size = sizeof(option_search),
    .type = VMM_CONFIG_BOOL,
    .name = "search",
    .summary = "search for the newest and the oldest footage, one channel a look",
    .default_json = "true",
};

static const struct vmm_config_item *const device_config[] = {
    &option_expect_disk,
    &option_search,
    NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "hanwha", .version = "0.1.0", .flag = "FEATURE_VMS_HANWHA_CGI",
                    .summary = "Hanwha (Samsung Techwin) cameras and recorders, by SUNAPI",
                    .licence = "MIT", .device_config = device_config);
