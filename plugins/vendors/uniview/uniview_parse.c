/* SPDX-License-Identifier: MIT */
#include "uniview_parse.h"

#include <kit/json.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RESOLUTION_MS 1000
#define MIB           (INT64_C(1) << 20)
#define CHANNEL_MAX   9999
#define FACTS_MAX     960u /* inventory beyond it is left out, signals never */
#define EPOCH_MAX     INT64_C(253402300799)

#define CODE_OK             0
#define CODE_NOT_AUTHORIZED 3

/* ---- Envelope ---- */

/* What the envelope holds; the whole where there is no envelope. */
static const struct json_t *data_of(const struct json_t *whole)
{
    const struct json_t *data = vmm_json_at(whole, "/Response/Data");
    data = data == NULL ? vmm_json_at(whole, "/Data") : data;
    return data == NULL && vmm_json_at(whole, "/Response") == NULL ? whole : data;
}

/* The code of the envelope, 0 where it has none. */
static int64_t code_of(const struct json_t *whole)
{
    int64_t code = CODE_OK;
    if (vmm_json_int(whole, "/Response/ResponseCode", INT32_MIN, INT32_MAX, &code) == 0 &&
        code != CODE_OK) {
        return code;
    }
    (void)vmm_json_int(whole, "/Response/StatusCode", INT32_MIN, INT32_MAX, &code);
    return code;
}

static uint32_t judge_code(const struct json_t *whole, int64_t code, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    char words[80];
    if (code == CODE_NOT_AUTHORIZED) {
        return UNIVIEW_NO_SESSION;
    }
    vmm_text_to_utf8(vmm_json_text(whole, "/Response/ResponseString"), words, sizeof(words));
    snprintf(detail, sizeof(detail), "code %" PRId64 " %s", code, words);
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
    return UNIVIEW_REFUSED;
}

/* A status without an answer of this kind. */
static uint32_t judge_status(const struct vmm_http_answer *http, struct vmm_part *part)
{
    if (http->status == 404 || http->status == 405 || http->status == 501 || http->status == 400) {
        return UNIVIEW_NOT_OFFERED;
    }
    if (!vmm_part_status(part, http)) {
        return UNIVIEW_REFUSED;
    }
    vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                 http->body_size == 0 ? "the answer is empty" : "the answer is no JSON");
    return UNIVIEW_FOREIGN;
}

uint32_t uniview_answer_init(struct uniview_answer *answer, const struct vmm_http_answer *http,
                             struct vmm_part *part)
{
    struct vmm_text body = vmm_text_bytes(http->body, http->body_size);
    struct vmm_text headers = vmm_text_bytes(http->headers, http->headers_size);
    *answer = (struct uniview_answer){0};
    if (http->status == 401 || http->status == 429 || http->status == 503) {
        return judge_status(http, part);
    }
    if (vmm_json_parse(body, vmm_charset_of(headers, body), &answer->whole) != 0) {
        return judge_status(http, part);
    }
    int64_t code = code_of(answer->whole);
    if (code != CODE_OK) {
        return judge_code(answer->whole, code, part);
    }
    answer->data = data_of(answer->whole);
    bool has_envelope = vmm_json_at(answer->whole, "/Response") != NULL;
    if (!has_envelope && (http->status < 200 || http->status > 299) && http->status != 599) {
        return judge_status(http, part);
    }
    return UNIVIEW_ANSWERED;
}

void uniview_answer_finish(struct uniview_answer *answer)
{
    vmm_json_destroy(answer->whole);
    *answer = (struct uniview_answer){0};
}

/* ---- Identity and clock ---- */

static void report(const struct json_t *data, const char *pointer, uint32_t fact, uint32_t index,
                   const struct vmm_observer *to)
{
    struct vmm_text text = vmm_json_text(data, pointer);
    if (text.size > 0) {
        vmm_observe_text(to, fact, index, text);
    }
}

bool uniview_read_identity(const struct json_t *data, const struct vmm_observer *to)
{
    if (vmm_json_text(data, "/DeviceModel").data == NULL) {
        return false;
    }
    report(data, "/DeviceModel", VMM_FACT_MODEL, 0, to);
    report(data, "/FirmwareVersion", VMM_FACT_FIRMWARE, 0, to);
    report(data, "/SerialNumber", VMM_FACT_SERIAL, 0, to);
    report(data, "/DeviceName", VMM_FACT_HOSTNAME, 0, to);
    report(data, "/Manufacturer", VMM_FACT_BRAND, 0, to);
    return true;
}

bool uniview_read_time(const struct json_t *data, const struct vmm_http_answer *http,
                       struct uniview_device *device, const struct vmm_observer *to)
{
    int64_t seconds = 0;
    if (vmm_json_int(data, "/DeviceTime", 0, EPOCH_MAX, &seconds) != 0) {
        return false;
    }
    struct vmm_text zone = vmm_json_text(data, "/TimeZone");
    if (zone.size > 0) {
        vmm_observe_vendor(to, "time_zone", zone);
    }
    device->has_clock = true;
    device->clock_ms = seconds * 1000 - http->received_wall_us / 1000;
    vmm_observe_clock(to, seconds * 1000, RESOLUTION_MS, http->sent_wall_us,
                      http->received_wall_us);
    return true;
}

bool uniview_read_ntp(const struct json_t *data, const struct vmm_observer *to)
{
    struct vmm_text server = vmm_json_text(data, "/NTPServerInfos/0/IPAddress");
    bool is_on = false;
    bool has_word = vmm_json_bool(data, "/NTPServerInfos/0/Enabled", &is_on) == 0;
    if (server.size > 0) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, server);
    }
    if (has_word) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, is_on);
    }
    return server.size > 0 || has_word;
}

/* ---- Channels ---- */

static struct uniview_channel *add_channel(struct uniview_device *device, uint32_t id)
{
    uint32_t at = device->channel_count;
    if (at == UNIVIEW_CHANNELS_MAX) {
        return NULL;
    }
    while (at > 0 && device->channels[at - 1].id >= id) {
        if (device->channels[at - 1].id == id) {
            return NULL; /* told twice */
        }
        at--;
    }
    memmove(&device->channels[at + 1], &device->channels[at],
            (device->channel_count - at) * sizeof(device->channels[0]));
    device->channels[at] = (struct uniview_channel){.id = (uint16_t)id};
    device->channel_count++;
    return &device->channels[at];
}

/* Inventory: left out when the look has too much to tell. */
static void report_more(struct uniview_device *device, const struct json_t *row,
                        const char *pointer, uint32_t fact, uint32_t index,
                        const struct vmm_observer *to)
{
    if (device->facts < FACTS_MAX) {
        device->facts++;
        report(row, pointer, fact, index, to);
    }
}

/* Offline, with the reason where one is told: a number or a text. */
static void report_lost(const struct json_t *row, uint32_t index, const struct vmm_observer *to)
{
    char state[64] = "offline";
    int64_t number = 0;
    struct vmm_text why = vmm_json_text(row, "/OffReason");
    if (vmm_json_int(row, "/OffReason", INT32_MIN, INT32_MAX, &number) == 0) {
        snprintf(state, sizeof(state), "offline, reason %" PRId64, number);
    } else if (why.size > 0) {
        snprintf(state, sizeof(state), "offline, %.*s", (int)(why.size < 40 ? why.size : 40),
                 why.data);
    }
    vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, index, VMM_REASON_VIDEO_LOSS, false);
    vmm_observe_fault_text(to, VMM_FACT_CHANNEL_STATE, index, VMM_REASON_VIDEO_LOSS,
                           vmm_text_of(state));
}

/* Status 0 offline, 1 online, 2 idle, whose meaning no source tells. */
static void read_channel(const struct json_t *row, struct uniview_channel *channel,
                         struct uniview_device *device, const struct vmm_observer *to)
{
    int64_t status = -1;
    char word[32];
    (void)vmm_json_int(row, "/Status", 0, 99, &status);
    device->facts += 2;
    if (status == 0) {
        report_lost(row, channel->id, to);
    } else if (status == 1) {
        channel->is_live = true;
        vmm_observe_bool(to, VMM_FACT_SIGNAL, channel->id, true);
        vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, channel->id, vmm_text_of("online"));
    } else if (status >= 0) {
        snprintf(word, sizeof(word), status == 2 ? "idle" : "status %" PRId64, status);
        vmm_observe_unjudged(to, VMM_FACT_CHANNEL_STATE, channel->id, vmm_text_of(word));
    }
    report_more(device, row, "/Name", VMM_FACT_CHANNEL_NAME, channel->id, to);
    report_more(device, row, "/DeviceModel", VMM_FACT_CHANNEL_MODEL, channel->id, to);
}

bool uniview_read_channels(const struct json_t *data, struct uniview_device *device,
                           const struct vmm_observer *to)
{
    int64_t told = -1;
    size_t count = vmm_json_count(data, "/DetailInfos");
    (void)vmm_json_int(data, "/Nums", 0, CHANNEL_MAX, &told);
    if (vmm_json_at(data, "/DetailInfos") == NULL ? told != 0 : told > 0 && count == 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct json_t *row = vmm_json_item(data, "/DetailInfos", i);
        int64_t id = 0;
        if (vmm_json_int(row, "/ID", 1, CHANNEL_MAX, &id) != 0) {
            continue; /* a camera's own channel is 0: it says nothing of a cable */
        }
        struct uniview_channel *channel = add_channel(device, (uint32_t)id);
        if (channel != NULL) {
            read_channel(row, channel, device, to);
            device->is_recorder = true;
        }
    }
    return true;
}

/* ---- Disks ---- */

/* Kinds of containers, and where their numbers begin. */
static const struct {
    const char *list;
    uint32_t first;
} containers[] = {{"/LocalHDDList", 0}, {"/SDList", 100},    {"/ArrayList", 200},
                  {"/NASList", 300},    {"/eSATAList", 400}, {"/ExtendCabinet1HDDList", 500}};
#define CONTAINER_ROOM 99u

static void report_size(const struct json_t *row, const char *pointer, uint32_t fact,
                        uint32_t index, const struct vmm_observer *to)
{
    int64_t mib = 0;
    if (vmm_json_int(row, pointer, 0, INT64_MAX / MIB, &mib) == 0) {
        vmm_observe_int(to, fact, index, mib * MIB);
    }
}

/* Whether there is a disk: 0 is an empty bay, or one at rest where it has a size. */
static bool read_disk(const struct json_t *row, uint32_t index, const struct vmm_observer *to)
{
    static const struct {
        const char *word;
        uint32_t reason;
    } states[] = {{"none", VMM_REASON_NONE},
                  {"unformatted", VMM_REASON_DISK_FAULT},
                  {"formatting", VMM_REASON_DISK_FAULT},
                  {"healthy", VMM_REASON_NONE},
                  {"sleeping", VMM_REASON_NONE},
                  {"abnormal", VMM_REASON_DISK_FAULT},
                  {"switching", VMM_REASON_DISK_FAULT},
                  {"unmounted", VMM_REASON_DISK_FAULT}};
    int64_t status = -1;
    char word[32];
    (void)vmm_json_int(row, "/Status", 0, 99, &status);
    bool known = status >= 0 && status < (int64_t)(sizeof(states) / sizeof(states[0]));
    snprintf(word, sizeof(word), "%s (%" PRId64 ")", known ? states[status].word : "?", status);
    if (!known || status == 0) {
        int64_t size = 0;
        (void)vmm_json_int(row, "/TotalCapacity", 0, INT64_MAX, &size);
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, vmm_text_of(word));
        return !known || size > 0;
    }
    if (states[status].reason != VMM_REASON_NONE) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, states[status].reason,
                               vmm_text_of(word));
    } else {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, vmm_text_of(word));
    }
    report_size(row, "/TotalCapacity", VMM_FACT_DISK_TOTAL, index, to);
    report_size(row, "/RemainCapacity", VMM_FACT_DISK_FREE, index, to);
    return true;
}

/* Disks that are there, numbered by their place in the list. */
static uint32_t read_container(const struct json_t *data, size_t kind,
                               const struct vmm_observer *to)
{
    size_t count = vmm_json_count(data, containers[kind].list);
    uint32_t there = 0;
    for (size_t i = 0; i < count && i < CONTAINER_ROOM; i++) {
        const struct json_t *row = vmm_json_item(data, containers[kind].list, i);
        there += read_disk(row, containers[kind].first + (uint32_t)i + 1, to);
    }
    return there;
}

bool uniview_read_storage(const struct json_t *data, bool expect_card,
                          struct uniview_device *device, const struct vmm_observer *to)
{
    uint32_t there = 0;
    bool known = false;
    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
        known = known || vmm_json_at(data, containers[i].list) != NULL;
        there += read_container(data, i, to);
    }
    int64_t told = -1;
    (void)vmm_json_int(data, "/LocalHDDNum", 0, INT32_MAX, &told);
    known = (known || told == 0) && (told <= 0 || vmm_json_count(data, "/LocalHDDList") > 0);
    device->has_disk = there > 0;
    if (known && there == 0 && (device->is_recorder || expect_card)) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_MISSING,
                               vmm_text_of("no disk"));
    }
    return known || there > 0;
}

/* ---- Footage and session ---- */

bool uniview_read_records(const struct json_t *data, struct uniview_footage *footage)
{
    int64_t told = -1;
    *footage = (struct uniview_footage){.count = vmm_json_count(data, "/RecordInfos")};
    for (size_t i = 0; i < footage->count; i++) {
        const struct json_t *row = vmm_json_item(data, "/RecordInfos", i);
        int64_t at = 0;
        if (vmm_json_int(row, "/End", 1, EPOCH_MAX, &at) == 0 && at > footage->newest_s) {
            footage->newest_s = at;
        }
        if (vmm_json_int(row, "/Begin", 1, EPOCH_MAX, &at) == 0 &&
            (footage->oldest_s == 0 || at < footage->oldest_s)) {
            footage->oldest_s = at;
        }
    }
    /* "Nothing" is believed only where the list is there and empty, or the count is 0. */
    (void)vmm_json_int(data, "/Nums", 0, INT32_MAX, &told);
    bool is_empty = vmm_json_at(data, "/RecordInfos") != NULL && footage->count == 0;
    return footage->newest_s > 0 || is_empty || told == 0;
}

bool uniview_read_days(const struct json_t *data, uint32_t *days)
{
    size_t count = vmm_json_count(data, "/DailyStatus");
    *days = 0;
    if (count < 28) {
        return false;
    }
    for (size_t i = 0; i < count && i < 31; i++) {
        char pointer[32];
        int64_t has = 0;
        snprintf(pointer, sizeof(pointer), "/DailyStatus/%zu", i);
        if (vmm_json_int(data, pointer, 0, 1, &has) != 0) {
            *days = 0;
            return false;
        }
        *days |= has != 0 ? UINT32_C(2) << i : 0;
    }
    return true;
}

bool uniview_read_nonce(const struct json_t *data, char *out, size_t size)
{
    struct vmm_text text = vmm_json_text(data, "/NextNonce");
    int64_t number = 0;
    out[0] = '\0';
    if (vmm_json_int(data, "/NextNonce", 0, INT64_MAX, &number) == 0 && text.data == NULL) {
        snprintf(out, size, "%" PRId64, number);
        return true;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] == '"' || text.data[i] == '\\' ||
            text.data[i] == 127) {
            return false; /* it goes into a header */
        }
    }
    if (text.size == 0 || text.size >= size) {
        return false;
    }
    snprintf(out, size, "%.*s", (int)text.size, text.data);
    return true;
}

/* ---- Paths ---- */

static void report_path(struct uniview_device *device, uint32_t fact, uint32_t index,
                        const char *path, const struct vmm_observer *to)
{
    if (device->facts < FACTS_MAX) {
        device->facts++;
        vmm_observe_text(to, fact, index, vmm_text_of(path));
    }
}

void uniview_report_paths(struct uniview_device *device, const struct vmm_observer *to)
{
    char path[96];
    if (!device->is_recorder) {
        report_path(device, VMM_FACT_STREAM_PATH, 1, "/media/video1", to);
        report_path(device, VMM_FACT_STREAM_PATH, 2, "/media/video2", to);
        report_path(device, VMM_FACT_SNAPSHOT_PATH, 1,
                    "/LAPI/V1.0/Channels/0/Media/Video/Streams/0/Snapshot", to);
        return;
    }
    for (uint32_t i = 0; i < device->channel_count; i++) {
        uint32_t id = device->channels[i].id;
        snprintf(path, sizeof(path),
                 "/LAPI/V1.0/Channels/%" PRIu32 "/Media/Video/Streams/0/Snapshot", id);
        report_path(device, VMM_FACT_SNAPSHOT_PATH, id, path, to);
        for (uint32_t stream = 0; stream <= 1; stream++) {
            snprintf(path, sizeof(path), "/unicast/c%" PRIu32 "/s%" PRIu32 "/live", id, stream);
            report_path(device, VMM_FACT_STREAM_PATH, id * 100 + stream + 1, path, to);
        }
    }
}
