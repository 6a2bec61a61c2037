/* SPDX-License-Identifier: MIT */
/*
 * AVTECH: what is asked, in which order. What the answers mean stands in avtech_parse.c.
 *
 * The page of capabilities is public and proves nothing about the login; the clock does. The length
 * that these devices promise is wrong, so each answer is read to the end of its connection.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/identify.h>
#include <kit/requests.h>
#include <kit/wallclock.h>

#include "avtech_parse.h"

#define ANSWER_MAX  65536u
#define PICTURE_MAX (768u << 10)
#define MONITOR_MAX 4096u
#define MONITOR_MS  3000u
#define HEADERS     "User-Agent: AVTECH/1.0\r\n"
#define FORM        HEADERS "Content-Type: application/x-www-form-urlencoded\r\n"

enum pictures { PICTURES_NONE, PICTURES_CAMERAS, PICTURES_ALL };

struct avtech_look {
    bool is_guest; /* the account may see pictures only */
    bool recordings;
    bool monitor;
    enum pictures pictures;
    struct vmm_wallclock_zone zone;
    struct avtech_device device;
    uint32_t channel; /* whose picture is asked for, from 1 */
    uint64_t sums[AVTECH_CHANNELS_MAX + 1];
};

/* ---- Options ---- */

static int read_options(struct avtech_look *look, const char *text)
{
    json_t *options = json_loads(text, 0, NULL);
    const char *level = json_string_value(json_object_get(options, "level"));
    const char *pictures = json_string_value(json_object_get(options, "pictures"));
    const char *zone = json_string_value(json_object_get(options, "zone"));
    int rc = level != NULL && pictures != NULL ? vmm_wallclock_zone(vmm_text_of(zone), &look->zone)
                                               : VMM_E_INVAL;
    if (rc == 0) {
        look->is_guest = strcmp(level, "guest") == 0;
        look->pictures = strcmp(pictures, "all") == 0       ? PICTURES_ALL
                         : strcmp(pictures, "cameras") == 0 ? PICTURES_CAMERAS
                                                            : PICTURES_NONE;
        look->recordings = json_is_true(json_object_get(options, "recordings"));
        look->monitor = json_is_true(json_object_get(options, "monitor"));
    }
    json_decref(options);
    return rc;
}

/* ---- What is asked ---- */

static bool wants_clock(const void *state)
{
    return !((const struct avtech_look *)state)->is_guest;
}

static bool wants_recordings(const void *state)
{
    const struct avtech_look *look = state;
    return look->recordings && !look->is_guest && look->device.is_recorder && look->device.has_time;
}

/* One picture: the proof of a guest's login, and of a camera's signal. */
static bool wants_picture(const void *state)
{
    const struct avtech_look *look = state;
    return look->is_guest || (look->pictures != PICTURES_NONE && !look->device.is_recorder);
}

static bool wants_pictures(const void *state)
{
    const struct avtech_look *look = state;
    return look->pictures == PICTURES_ALL && look->device.is_recorder &&
           look->channel <= look->device.channels;
}

static bool wants_monitor(const void *state)
{
    return ((const struct avtech_look *)state)->monitor;
}

static int build_picture(void *state, char *target, size_t size)
{
    const struct avtech_look *look = state;
    int length = look->device.is_recorder && !look->is_guest
                     ? snprintf(target, size, "/cgi-bin/guest/Video.cgi?media=JPEG&channel=%u",
                                look->channel)
                     : snprintf(target, size, "/cgi-bin/guest/Video.cgi?media=JPEG");
    return length > 0 && (size_t)length < size ? 0 : VMM_E_TOOBIG;
}

/* ---- What is answered ---- */

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

static void say_code(int64_t code, struct vmm_part *part)
{
    char detail[64];
    snprintf(detail, sizeof(detail), "the device answers with the code %" PRId64, code);
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
}

static void say_foreign(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 answer->body_size == 0 ? "the answer is empty"
                                        : "the answer is none of an AVTECH device");
}

/* True when the code is 0; `data` is what stands behind it. */
static bool open_answer(const struct vmm_http_answer *answer, struct vmm_text *data,
                        struct vmm_part *part)
{
    int64_t code = 0;
    uint32_t kind = avtech_answer(body_of(answer), data, &code);
    if (kind == AVTECH_CODE) {
        say_code(code, part);
    } else if (kind == AVTECH_FOREIGN) {
        say_foreign(answer, part);
    }
    return kind == AVTECH_OK;
}

/* Nothing was logged in with yet, so a refusal of the public page is none of the account: what comes next tells. */
static void say_closed(struct avtech_look *look, struct vmm_part *part)
{
    look->device.is_recorder = true; /* for all that is known: no picture of it proves a signal */
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0,
                 "the public page asks for a login");
}

static void read_capability(void *state, const struct vmm_request_row *row,
                            const struct vmm_http_answer *answer, const struct vmm_observer *to,
                            struct vmm_part *part)
{
    struct avtech_look *look = state;
    struct vmm_text data;
    (void)row;
    if (answer->status == 401) {
        say_closed(look, part);
        return;
    }
    if (!vmm_part_status(part, answer) || !open_answer(answer, &data, part)) {
        return;
    }
    if (!avtech_read_capability(data, &look->device, to)) {
        say_foreign(answer, part);
        return;
    }
    vmm_observe_text(to, VMM_FACT_FINDING, 0,
                     vmm_text_of("model, firmware and address are told without a login"));
}

static void read_clock(void *state, const struct vmm_request_row *row,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to,
                       struct vmm_part *part)
{
    struct avtech_look *look = state;
    struct vmm_text data;
    (void)row;
    if (!open_answer(answer, &data, part)) {
        return;
    }
    if (avtech_read_time(data, &look->device)) {
        vmm_wallclock_observe(to, &look->device.time, &look->zone, answer);
    } else {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "there is no time in it");
    }
}

static void read_recordings(void *state, const struct vmm_request_row *row,
                            const struct vmm_http_answer *answer, const struct vmm_observer *to,
                            struct vmm_part *part)
{
    const struct avtech_look *look = state;
    struct vmm_text data;
    (void)row;
    if (!open_answer(answer, &data, part)) {
        return;
    }
    uint32_t others = avtech_read_recordings(data, &look->device, to);
    if (others > 0) {
        char text[16];
        snprintf(text, sizeof(text), "%u", others);
        vmm_observe_vendor(to, "lines_not_known", vmm_text_of(text));
    }
}

/* What is in place of a picture: a code, or something else. Either judges no signal. */
static void say_no_picture(const struct vmm_http_answer *answer, struct vmm_part *part)
{
    struct vmm_text data;
    if (open_answer(answer, &data, part)) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "the answer is no picture");
    } else if (part->outcome == VMM_OUTCOME_BAD_REPLY) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0,
                     "the answer is no picture, or half of one");
    }
}

static void read_picture(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    const struct avtech_look *look = state;
    (void)row;
    if (avtech_picture_sum(body_of(answer)) == 0) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, 1, (struct vmm_text){0});
        say_no_picture(answer, part);
    } else if (!look->device.is_recorder) {
        char path[64];
        vmm_observe_bool(to, VMM_FACT_SIGNAL, 1, true);
        if (build_picture(state, path, sizeof(path)) == 0) {
            vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, 1, vmm_text_of(path));
        }
        part->rung = VMM_RUNG_SIGNAL;
    }
}

static void find_twin(const struct avtech_look *look, const struct vmm_observer *to)
{
    for (uint32_t i = 1; i < look->channel; i++) {
        if (look->sums[i] == look->sums[look->channel]) {
            char text[96];
            snprintf(text, sizeof(text), "channels %u and %u give the very same picture", i,
                     look->channel);
            vmm_observe_text(to, VMM_FACT_FINDING, 0, vmm_text_of(text));
            return;
        }
    }
}

/* A recorder draws a picture for a dead input too, so none of them proves a signal. */
static void read_pictures(void *state, const struct vmm_request_row *row,
                          const struct vmm_http_answer *answer, const struct vmm_observer *to,
                          struct vmm_part *part)
{
    struct avtech_look *look = state;
    (void)row;
    look->sums[look->channel] = avtech_picture_sum(body_of(answer));
    vmm_observe_unjudged(to, VMM_FACT_SIGNAL, look->channel, (struct vmm_text){0});
    if (look->sums[look->channel] == 0) {
        say_no_picture(answer, part);
    } else {
        find_twin(look, to);
    }
    look->channel++;
}

static void read_monitor(void *state, const struct vmm_request_row *row,
                         const struct vmm_http_answer *answer, const struct vmm_observer *to,
                         struct vmm_part *part)
{
    struct vmm_text word = avtech_monitor_word(body_of(answer));
    (void)state;
    (void)row;
    if (word.size > 0) {
        vmm_observe_vendor(to, "smart_monitor", word);
    } else {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, "there is no heartbeat in it");
    }
}

static const char latest[] =
    "action=query&type=search_list&command=latest&list_type=ALL&hdd_num=255&list_num=100";

static const struct vmm_request_row rows[] = {
    {
        .name = "alive",
        .target = "/cgi-bin/nobody/Machine.cgi?action=get_capability",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_TO_CLOSE,
        .max_bytes = ANSWER_MAX,
    },
    {
        .name = "capability",
        .target = "/cgi-bin/nobody/Machine.cgi?action=get_capability",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS,
        .http_flags = VMM_HTTP_NO_LOGIN | VMM_HTTP_TO_CLOSE,
        .max_bytes = ANSWER_MAX,
        .read = read_capability,
    },
    {
        .name = "clock",
        .target = "/cgi-bin/supervisor/Time.cgi?action=get",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_FULL,
        .http_flags = VMM_HTTP_TO_CLOSE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_clock,
        .read = read_clock,
    },
    {
        .name = "recordings",
        .method = "POST",
        .target = "/cgi-bin/supervisor/NetworkBk.cgi",
        .headers = FORM,
        .body = latest,
        .body_size = sizeof(latest) - 1,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_TO_CLOSE | VMM_HTTP_SAFE,
        .max_bytes = ANSWER_MAX,
        .wanted = wants_recordings,
        .read = read_recordings,
    },
    {
        .name = "picture",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_TO_CLOSE,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_picture,
        .build = build_picture,
        .read = read_picture,
    },
    {
        .name = "pictures",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL | VMM_ROW_REPEAT,
        .http_flags = VMM_HTTP_TO_CLOSE,
        .max_bytes = PICTURE_MAX,
        .wanted = wants_pictures,
        .build = build_picture,
        .read = read_pictures,
    },
    {
        .name = "monitor",
        .target = "/cgi-bin/guest/SmartMonitor.cgi",
        .headers = HEADERS,
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_OPTIONAL,
        .http_flags = VMM_HTTP_TO_CLOSE | VMM_HTTP_ENDLESS,
        .timeout_ms = MONITOR_MS,
        .max_bytes = MONITOR_MAX,
        .wanted = wants_monitor,
        .read = read_monitor,
    },
};

/* ---- The plugin ---- */

static int look_begin(void *plugin, void *state, const struct vmm_look *given,
                      struct vmm_request_list *list, struct vmm_part *part)
{
    struct avtech_look *look = state;
    (void)plugin;
    (void)list;
    look->channel = 1;
    if (read_options(look, given->options) != 0) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0,
                     "the option zone is none, like +08:00 or UTC");
    }
    return 0;
}

static const struct vmm_requests_table table = {
    .list = VMM_REQUEST_LIST(rows),
    .state_size = sizeof(struct avtech_look),
    .begin = look_begin,
};

static const struct vmm_config_item option_level = {
    .struct_size = sizeof(option_level),
    .type = VMM_CONFIG_WORD,
    .name = "level",
    .summary = "what the account may do; a guest sees pictures, and neither clock nor recordings",
    .default_json = "\"supervisor\"",
    .words = "supervisor|guest",
};

static const struct vmm_config_item option_zone = {
    .struct_size = sizeof(option_zone),
    .type = VMM_CONFIG_TEXT,
    .name = "zone",
    .summary = "the zone the device's clock is set to all year, like +08:00; empty: not judged",
    .default_json = "\"\"",
    .max = VMM_WALLCLOCK_OPTION_MAX,
};

static const struct vmm_config_item option_recordings = {
    .struct_size = sizeof(option_recordings),
    .type = VMM_CONFIG_BOOL,
    .name = "recordings",
    .summary = "ask a recorder for its newest recordings",
    .default_json = "true",
};

static const struct vmm_config_item option_pictures = {
    .struct_size = sizeof(option_pictures),
    .type = VMM_CONFIG_WORD,
    .name = "pictures",
    .summary = "whose pictures to ask for: cameras', or each channel's of a recorder too",
    .default_json = "\"cameras\"",
    .words = "none|cameras|all",
};

static const struct vmm_config_item option_monitor = {
    .struct_size = sizeof(option_monitor),
    .type = VMM_CONFIG_BOOL,
    .name = "monitor",
    .summary = "read the first heartbeat of SmartMonitor, an answer without an end",
    .default_json = "false",
};

static const struct vmm_config_item *const device_config[] = {
    &option_level, &option_zone, &option_recordings, &option_pictures, &option_monitor, NULL,
};

VMM_REQUESTS_PLUGIN(table, .name = "avtech", .version = "0.1.0", .flag = "FEATURE_VMS_AVTECH_CGI",
                    .summary = "AVTECH recorders and cameras, by their CGI", .licence = "MIT",
                    .device_config = device_config, .extensions = vmm_identify_extensions);
