/* SPDX-License-Identifier: MIT */
/* Channels: analog inputs, cameras behind a recorder, and what it says of recording them. */
#include "hikvision_parse.h"

#include <kit/json.h>
#include <kit/xml.h>

#include <stdio.h>
#include <string.h>

#define CHANNEL_ID_MAX 9999

/* Where an IP channel has the number of an analog input, it goes by its number in events, which is
 * 32 more. */
#define SHIFT 32u

/* ---- The list of channels ---- */

struct hikvision_channel *hikvision_channel_of(struct hikvision_device *device, uint32_t id)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        if (device->channels[i].id == id) {
            return &device->channels[i];
        }
    }
    return NULL;
}

uint32_t hikvision_index(const struct hikvision_channel *channel)
{
    return channel->id + ((channel->flags & HIKVISION_CHANNEL_SHIFTED) != 0 ? SHIFT : 0);
}

/* Insert in order. NULL when the list is full, or the id is there. */
static struct hikvision_channel *add_channel(struct hikvision_device *device, uint32_t id)
{
    uint32_t at = device->channel_count;
    if (at == HIKVISION_CHANNELS_MAX) {
        return NULL;
    }
    while (at > 0 && device->channels[at - 1].id > id) {
        at--;
    }
    memmove(&device->channels[at + 1], &device->channels[at],
            (device->channel_count - at) * sizeof(device->channels[0]));
    device->channels[at] = (struct hikvision_channel){.id = (uint16_t)id};
    device->channel_count++;
    return &device->channels[at];
}

/* The id of a row; 0 when it has none. */
static uint32_t id_of(const struct vmm_xml_node *row)
{
    int64_t id = 0;
    (void)vmm_text_int(vmm_xml_text_at(row, "id"), 1, CHANNEL_ID_MAX, &id);
    return (uint32_t)id;
}

/* ---- What becomes of a channel: kept while the lists are read ---- */

static void keep_word(struct hikvision_channel *channel, uint8_t standing, struct vmm_text word)
{
    channel->has_word = true;
    channel->standing = standing;
    (void)vmm_text_repair(word, channel->word, sizeof(channel->word));
}

static void keep_live(struct hikvision_channel *channel, struct vmm_text word)
{
    channel->flags |= HIKVISION_CHANNEL_LIVE;
    channel->signal = HIKVISION_SIGNAL_LIVE;
    keep_word(channel, VMM_STANDING_OK, word);
}

static void keep_lost(struct hikvision_channel *channel, uint8_t standing, struct vmm_text word)
{
    channel->flags &= (uint16_t)~HIKVISION_CHANNEL_LIVE;
    channel->signal = HIKVISION_SIGNAL_LOST;
    keep_word(channel, standing, word);
}

/* Switched off, or an empty slot: no signal is expected, whatever was read of it before. */
static void keep_disabled(struct hikvision_channel *channel, struct vmm_text word)
{
    channel->flags |= HIKVISION_CHANNEL_DISABLED;
    channel->flags &= (uint16_t)~HIKVISION_CHANNEL_LIVE;
    channel->signal = HIKVISION_SIGNAL_UNKNOWN;
    keep_word(channel, VMM_STANDING_NOT_JUDGED, word);
}

/* ---- Facts ---- */

/* Inventory: left out when the look has too much to tell. */
static void report_text(struct hikvision_device *device, uint32_t fact, uint32_t index,
                        struct vmm_text text, const struct vmm_observer *to)
{
    if (text.size > 0 && device->facts + device->reserve < HIKVISION_FACTS_MAX) {
        device->facts++;
        vmm_observe_text(to, fact, index, text);
    }
}

static void report_signal(struct hikvision_device *device, const struct hikvision_channel *channel,
                          const struct vmm_observer *to)
{
    uint32_t index = hikvision_index(channel);
    if ((channel->flags & HIKVISION_CHANNEL_DISABLED) != 0) {
        device->facts++;
        vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, index, false);
    } else if (channel->signal == HIKVISION_SIGNAL_LIVE) {
        device->facts++;
        vmm_observe_bool(to, VMM_FACT_SIGNAL, index, true);
    } else if (channel->signal == HIKVISION_SIGNAL_LOST) {
        device->facts++;
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, index, VMM_REASON_VIDEO_LOSS, false);
    }
}

/* The device's word. One that is in order is inventory, and waits for the others. */
static void report_word(struct hikvision_device *device, const struct hikvision_channel *channel,
                        const struct vmm_observer *to)
{
    uint32_t index = hikvision_index(channel);
    struct vmm_text word = vmm_text_of(channel->word);
    if (!channel->has_word || channel->standing == VMM_STANDING_OK) {
        return;
    }
    device->facts++;
    if (channel->standing == VMM_STANDING_FAULT) {
        vmm_observe_fault_text(to, VMM_FACT_CHANNEL_STATE, index, VMM_REASON_VIDEO_LOSS, word);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_CHANNEL_STATE, index, word);
    }
}

void hikvision_report_channels(struct hikvision_device *device, const struct vmm_observer *to)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        report_signal(device, &device->channels[i], to);
        report_word(device, &device->channels[i], to);
    }
    device->reserve = 0;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        const struct hikvision_channel *channel = &device->channels[i];
        if (channel->has_word && channel->standing == VMM_STANDING_OK) {
            report_text(device, VMM_FACT_CHANNEL_STATE, hikvision_index(channel),
                        vmm_text_of(channel->word), to);
        }
    }
}

/* Facts that channels are told with when all is read, and whether they are recorded: they go before
 * inventory. A channel that is live has one less: its word may be left out. */
static uint32_t facts_owed(const struct hikvision_device *device)
{
    uint32_t owed = 3 * device->channel_count;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        owed -= device->channels[i].signal == HIKVISION_SIGNAL_LIVE;
    }
    return owed;
}

/* ---- Analog inputs ---- */

static void read_input(const struct vmm_xml_node *row, struct hikvision_device *device,
                       const struct vmm_observer *to)
{
    struct hikvision_channel *channel = add_channel(device, id_of(row));
    struct vmm_text words = vmm_xml_text_at(row, "resDesc");
    bool enabled = true;
    if (channel == NULL) {
        return;
    }
    report_text(device, VMM_FACT_CHANNEL_NAME, channel->id, vmm_xml_text_at(row, "name"), to);
    if (vmm_text_bool(vmm_xml_text_at(row, "videoInputEnabled"), &enabled) == 0 && !enabled) {
        keep_disabled(channel, vmm_text_of("disabled"));
    } else if (words.size == 0) {
        channel->flags |=
            HIKVISION_CHANNEL_LIVE; /* a camera's own sensor: it has no cable to lose */
    } else if (vmm_text_same(words, "NO VIDEO")) {
        keep_lost(channel, VMM_STANDING_OK, words);
    } else {
        keep_live(channel, words);
    }
}

uint32_t hikvision_read_inputs(struct vmm_text body, struct hikvision_device *device,
                               const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "VideoInputChannelList") ||
                 vmm_text_equal(vmm_xml_name(root), "VideoInput");
    const struct vmm_xml_node *row = vmm_xml_search(root, "VideoInputChannel");
    device->reserve = 3 * HIKVISION_CHANNELS_MAX;
    for (; known && row != NULL; row = vmm_xml_next(row)) {
        uint32_t id = id_of(row);
        if (id != 0 && hikvision_channel_of(device, id) == NULL) {
            read_input(row, device, to);
        }
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

/* ---- Cameras behind a recorder ---- */

/* Whether a channel has this number in facts. */
static bool is_taken(const struct hikvision_device *device, uint32_t index)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        if (hikvision_index(&device->channels[i]) == index) {
            return true;
        }
    }
    return false;
}

/* The channel of an IP camera. An analog input that is switched off gives its slot to the camera;
 * one in use keeps it, and the camera goes by another number. */
static struct hikvision_channel *proxy_channel(struct hikvision_device *device, uint32_t id)
{
    struct hikvision_channel *channel = hikvision_channel_of(device, id);
    uint16_t flags = HIKVISION_CHANNEL_IP;
    if (channel != NULL && (channel->flags & HIKVISION_CHANNEL_IP) != 0) {
        return NULL; /* told twice */
    }
    if (channel != NULL && (channel->flags & HIKVISION_CHANNEL_DISABLED) != 0) {
        channel->flags = flags;
        return channel;
    }
    if (is_taken(device, channel == NULL ? id : id + SHIFT)) {
        return NULL;
    }
    flags |= channel == NULL ? 0 : HIKVISION_CHANNEL_SHIFTED;
    channel = add_channel(device, id);
    if (channel != NULL) {
        channel->flags = flags;
    }
    return channel;
}

/* The maker's words for why, misspellings and all. `connecting` is not over yet. */
static bool is_known_loss(struct vmm_text word)
{
    static const char *const words[] = {"overSysBandwidth",       "domainError",
                                        "ipcStreamFail",          "chacnNoError",
                                        "cipAddrConflictWithDev", "ipAddrConflicWithIpc",
                                        "errorUserNameOrPasswd",  "netUnreachable",
                                        "unknownError",           "ipcStreamTypeNotSupport",
                                        "ipcResolutionNotSupport"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (vmm_text_same(word, words[i])) {
            return true;
        }
    }
    return false;
}

static void keep_offline(struct hikvision_channel *channel, struct vmm_text word)
{
    if (vmm_text_same(word, "connecting")) {
        keep_word(channel, VMM_STANDING_NOT_JUDGED, word);
    } else if (word.size == 0) {
        keep_lost(channel, VMM_STANDING_FAULT, vmm_text_of("offline"));
    } else {
        keep_lost(channel, is_known_loss(word) ? VMM_STANDING_FAULT : VMM_STANDING_NOT_JUDGED,
                  word);
    }
}

static void read_proxy(const struct vmm_xml_node *row, struct hikvision_device *device,
                       const struct vmm_observer *to)
{
    struct hikvision_channel *channel = proxy_channel(device, id_of(row));
    struct vmm_text word = vmm_xml_text_at(row, "chanDetectResult");
    bool online = false;
    if (channel == NULL) {
        return;
    }
    report_text(device, VMM_FACT_CHANNEL_HOST, hikvision_index(channel),
                vmm_xml_text_at(row, "sourceInputPortDescriptor/ipAddress"), to);
    if (vmm_text_same(word, "notExist")) {
        keep_disabled(channel, word);
    } else if (vmm_text_bool(vmm_xml_text_at(row, "online"), &online) != 0) {
        keep_word(channel, VMM_STANDING_NOT_JUDGED, vmm_xml_text_at(row, "online"));
    } else if (online) {
        keep_live(channel, word.size > 0 ? word : vmm_text_of("online"));
    } else {
        keep_offline(channel, word);
    }
}

uint32_t hikvision_read_proxies(struct vmm_text body, struct hikvision_device *device,
                                const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "InputProxyChannelStatusList");
    const struct vmm_xml_node *row = vmm_xml_at(root, "InputProxyChannelStatus");
    device->reserve = 3 * HIKVISION_CHANNELS_MAX;
    device->is_recorder = device->is_recorder || (known && row != NULL);
    for (; known && row != NULL; row = vmm_xml_next(row)) {
        if (id_of(row) != 0) {
            read_proxy(row, device, to);
        }
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

/* The IP channel with this id; two of one number can be there. */
static struct hikvision_channel *ip_channel_of(struct hikvision_device *device, uint32_t id)
{
    for (uint32_t i = 0; i < device->channel_count; i++) {
        struct hikvision_channel *channel = &device->channels[i];
        if (channel->id == id && (channel->flags & HIKVISION_CHANNEL_IP) != 0) {
            return channel;
        }
    }
    return NULL;
}

static void read_name(const struct vmm_xml_node *row, struct hikvision_device *device,
                      const struct vmm_observer *to)
{
    static const char camera[] = "sourceInputPortDescriptor";
    struct hikvision_channel *channel = ip_channel_of(device, id_of(row));
    const struct vmm_xml_node *source = vmm_xml_at(row, camera);
    bool enabled = true;
    if (channel == NULL) {
        return;
    }
    uint32_t index = hikvision_index(channel);
    report_text(device, VMM_FACT_CHANNEL_NAME, index, vmm_xml_text_at(row, "name"), to);
    report_text(device, VMM_FACT_CHANNEL_MODEL, index, vmm_xml_text_at(source, "model"), to);
    report_text(device, VMM_FACT_CHANNEL_SERIAL, index, vmm_xml_text_at(source, "serialNumber"),
                to);
    if (vmm_text_bool(vmm_xml_text_at(row, "enabled"), &enabled) == 0 && !enabled) {
        keep_disabled(channel, vmm_text_of("disabled"));
    }
}

uint32_t hikvision_read_names(struct vmm_text body, struct hikvision_device *device,
                              const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) != 0) {
        return HIKVISION_FOREIGN;
    }
    const struct vmm_xml_node *root = vmm_xml_root(xml);
    bool known = vmm_text_equal(vmm_xml_name(root), "InputProxyChannelList");
    const struct vmm_xml_node *row = vmm_xml_at(root, "InputProxyChannel");
    for (; known && row != NULL; row = vmm_xml_next(row)) {
        device->reserve = facts_owed(device);
        read_name(row, device, to);
    }
    vmm_xml_destroy(xml);
    return known ? HIKVISION_READ : HIKVISION_FOREIGN;
}

/* ---- Working status ---- */

static const char *const lists[] = {"/ChanStatus", "/ChanStatusList/ChanStatus", "/JSON_ChanStatus",
                                    "/JSON_ChanStatus/ChanStatus", "/WorkingStatus/ChanStatus"};

/* Which of its wrappers the list stands in; NULL when it is not there. */
static const char *list_of(const struct json_t *json)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (vmm_json_count(vmm_json_item(json, lists[i], 0), "") > 0 &&
            vmm_json_at(vmm_json_item(json, lists[i], 0), "/chanNo") != NULL) {
            return lists[i];
        }
    }
    return NULL;
}

static uint32_t number_of(const struct json_t *row)
{
    int64_t number = 0;
    (void)vmm_json_int(row, "/chanNo", 1, CHANNEL_ID_MAX, &number);
    return (uint32_t)number;
}

/* Whether every channel of the lists has its number here: else no mapping is guessed. */
static bool numbers_match(const struct json_t *json, const char *list,
                          struct hikvision_device *device)
{
    size_t count = vmm_json_count(json, list);
    for (size_t i = 0; i < count; i++) {
        struct hikvision_channel *channel =
            hikvision_channel_of(device, number_of(vmm_json_item(json, list, i)));
        if (channel != NULL) {
            channel->flags |= HIKVISION_CHANNEL_NUMBERED;
        }
    }
    bool all = device->channel_count > 0;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        uint16_t flags = device->channels[i].flags;
        all = all && (flags & HIKVISION_CHANNEL_NUMBERED) != 0 &&
              (flags & HIKVISION_CHANNEL_SHIFTED) == 0;
    }
    return all;
}

/* recordStatus: 0 records, 1 fault of a disk, 2 the camera is offline, 3 another fault. Without a disk nothing can record,
 * which is told as such. */
static void report_recording(struct hikvision_device *device, uint32_t index, bool records,
                             int64_t status, const struct vmm_observer *to)
{
    device->facts++;
    if ((status == 1 || status == 3) && device->has_disk) {
        vmm_observe_fault_bool(to, VMM_FACT_RECORDING_NOW, index, VMM_REASON_MISSING_RECORDING,
                               false);
    } else {
        vmm_observe_bool(to, VMM_FACT_RECORDING_NOW, index, records);
    }
}

static void read_channel_work(const struct json_t *row, struct hikvision_device *device,
                              const struct vmm_observer *to)
{
    struct hikvision_channel *channel = hikvision_channel_of(device, number_of(row));
    bool records = false;
    bool lost = false;
    int64_t status = 0;
    if (channel == NULL || (channel->flags & HIKVISION_CHANNEL_DISABLED) != 0) {
        return;
    }
    (void)vmm_json_int(row, "/recordStatus", 0, 3, &status);
    if (vmm_json_bool(row, "/record", &records) == 0) {
        report_recording(device, channel->id, records, status, to);
        channel->flags |= records ? 0 : HIKVISION_CHANNEL_IDLE;
    }
    if ((channel->flags & HIKVISION_CHANNEL_LIVE) != 0 &&
        vmm_json_bool(row, "/signal", &lost) == 0 && lost) {
        keep_lost(channel, VMM_STANDING_FAULT, vmm_text_of("no signal"));
    }
}

uint32_t hikvision_read_work(struct vmm_text body, struct hikvision_device *device,
                             const struct vmm_observer *to)
{
    struct json_t *json = NULL;
    if (vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json) != 0) {
        return HIKVISION_FOREIGN;
    }
    const char *list = list_of(json);
    if (list != NULL && numbers_match(json, list, device)) {
        size_t count = vmm_json_count(json, list);
        for (size_t i = 0; i < count; i++) {
            read_channel_work(vmm_json_item(json, list, i), device, to);
        }
    } else if (list != NULL) {
        vmm_observe_text(to, VMM_FACT_FINDING, 0,
                         vmm_text_of("the working status numbers its channels in another way "
                                     "than the channel lists; it is not used"));
    }
    vmm_json_destroy(json);
    return list != NULL ? HIKVISION_READ : HIKVISION_FOREIGN;
}

/* ---- Paths ---- */

void hikvision_report_paths(struct hikvision_device *device, const struct vmm_observer *to)
{
    device->reserve = 0;
    for (uint32_t i = 0; i < device->channel_count; i++) {
        const struct hikvision_channel *channel = &device->channels[i];
        char path[80];
        if ((channel->flags & HIKVISION_CHANNEL_DISABLED) != 0) {
            continue;
        }
        uint32_t index = hikvision_index(channel);
        snprintf(path, sizeof(path), "/ISAPI/Streaming/channels/%u01/picture", channel->id);
        report_text(device, VMM_FACT_SNAPSHOT_PATH, index, vmm_text_of(path), to);
        for (uint32_t stream = 1; stream <= 2; stream++) {
            snprintf(path, sizeof(path), "/Streaming/Channels/%u0%u", channel->id, stream);
            report_text(device, VMM_FACT_STREAM_PATH, index * 100 + stream, vmm_text_of(path), to);
        }
    }
}
