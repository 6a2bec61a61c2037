/* SPDX-License-Identifier: MIT */
/*
 * How channels are to be recorded. `general` tells of each whether normal recording and that on events are on:
 * Channel.3.NormalMode=Full, or a line Channel=0 with NormalMode=Off behind it. `recordingschedule` tells of cameras
 * whether normal recording goes on all the time: Activate=Always. Newer firmware says the same in JSON.
 */
#include "hanwha_parse.h"

#include <kit/json.h>
#include <kit/keyvalue.h>

static const char *const words[] = {
    [HANWHA_MODE_OFF] = "off",
    [HANWHA_MODE_EVENT] = "event",
    [HANWHA_MODE_SCHEDULE] = "schedule",
    [HANWHA_MODE_CONTINUOUS] = "continuous",
};

const char *hanwha_mode_word(uint8_t mode)
{
    return mode < sizeof(words) / sizeof(words[0]) ? words[mode] : NULL;
}

/* What the two settings of a channel come to; normal recording has its hours. */
static uint8_t mode_of(struct vmm_text normal, struct vmm_text event)
{
    if (normal.size == 0) {
        return HANWHA_MODE_UNKNOWN;
    }
    if (!vmm_text_same(normal, "Off")) {
        return HANWHA_MODE_SCHEDULE;
    }
    return event.size == 0               ? HANWHA_MODE_UNKNOWN
           : vmm_text_same(event, "Off") ? HANWHA_MODE_OFF
                                         : HANWHA_MODE_EVENT;
}

/* Lines with the channel in the key, or behind a line that names it. */
struct line {
    uint32_t channel;
    struct vmm_text key;
    struct vmm_text value;
};

static bool next_line(struct vmm_text *rest, uint32_t *current, struct line *line)
{
    static const char *const names[] = {".NormalMode", ".EventMode", ".Activate"};
    while (vmm_keyvalue_next(rest, &line->key, &line->value)) {
        int64_t number = 0;
        if (vmm_text_same(line->key, "Channel") &&
            vmm_text_int(line->value, 0, HANWHA_CHANNELS_MAX - 1, &number) == 0) {
            *current = (uint32_t)number;
            continue;
        }
        line->channel = *current;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            if (vmm_keyvalue_index(line->key, "Channel.", names[i], HANWHA_CHANNELS_MAX - 1,
                                   &line->channel) == 0) {
                line->key = vmm_text_of(names[i] + 1);
                break;
            }
        }
        return true;
    }
    return false;
}

static bool read_lines(struct vmm_text body, uint8_t modes[HANWHA_CHANNELS_MAX])
{
    struct vmm_text normal[HANWHA_CHANNELS_MAX] = {0};
    struct vmm_text event[HANWHA_CHANNELS_MAX] = {0};
    struct line line;
    uint32_t current = 0;
    bool any = false;
    while (next_line(&body, &current, &line)) {
        if (vmm_text_same(line.key, "NormalMode")) {
            normal[line.channel] = line.value;
        } else if (vmm_text_same(line.key, "EventMode")) {
            event[line.channel] = line.value;
        }
    }
    for (uint32_t i = 0; i < HANWHA_CHANNELS_MAX; i++) {
        if (normal[i].size > 0) {
            modes[i] = mode_of(normal[i], event[i]);
            any = true;
        }
    }
    return any;
}

/* The channel of a row, as JSON or as the only one of a list. False when there is none like it. */
static bool channel_of(const struct json_t *row, uint32_t *channel)
{
    int64_t number = 0;
    int rc = vmm_json_int(row, "/Channel", 0, HANWHA_CHANNELS_MAX - 1, &number);
    *channel = (uint32_t)number;
    return rc == 0 || rc == VMM_E_NOENT;
}

static bool read_rows(const struct json_t *json, uint8_t modes[HANWHA_CHANNELS_MAX])
{
    bool any = false;
    size_t count = vmm_json_count(json, "/RecordSetup");
    for (size_t i = 0; i < count; i++) {
        const struct json_t *row = vmm_json_item(json, "/RecordSetup", i);
        uint32_t channel = 0;
        if (channel_of(row, &channel)) {
            modes[channel] =
                mode_of(vmm_json_text(row, "/NormalMode"), vmm_json_text(row, "/EventMode"));
            any = any || modes[channel] != HANWHA_MODE_UNKNOWN;
        }
    }
    return any;
}

uint32_t hanwha_read_modes(struct vmm_text body, uint8_t modes[HANWHA_CHANNELS_MAX])
{
    struct json_t *json = NULL;
    bool is_json = vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) == 0;
    bool any = is_json ? read_rows(json, modes) : read_lines(body, modes);
    vmm_json_destroy(json);
    return any ? HANWHA_VALUES : hanwha_error_of(body);
}

/* Normal recording goes on all the time where it is on at all. */
static void take_activate(struct vmm_text word, uint8_t *mode)
{
    if (*mode == HANWHA_MODE_SCHEDULE && vmm_text_same(word, "Always")) {
        *mode = HANWHA_MODE_CONTINUOUS;
    }
}

uint32_t hanwha_read_schedule(struct vmm_text body, uint8_t modes[HANWHA_CHANNELS_MAX])
{
    struct json_t *json = NULL;
    struct vmm_text rest = body;
    struct line line;
    uint32_t current = 0;
    bool any = false;
    bool is_json = vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) == 0;
    for (size_t i = 0; i < vmm_json_count(json, "/RecordSchedule"); i++) {
        const struct json_t *row = vmm_json_item(json, "/RecordSchedule", i);
        struct vmm_text word = vmm_json_text(row, "/Activate");
        uint32_t channel = 0;
        if (word.size > 0 && channel_of(row, &channel)) {
            take_activate(word, &modes[channel]);
            any = true;
        }
    }
    vmm_json_destroy(json);
    while (!is_json && next_line(&rest, &current, &line)) {
        if (vmm_text_same(line.key, "Activate")) {
            take_activate(line.value, &modes[line.channel]);
            any = true;
        }
    }
    return any ? HANWHA_VALUES : hanwha_error_of(body);
}
