/* SPDX-License-Identifier: MIT */
#include "hanwha_parse.h"

#include <kit/datetime.h>
#include <kit/json.h>
#include <kit/keyvalue.h>

#include <stdio.h>
#include <string.h>

#define RESOLUTION_MS 1000

/* ---- Errors ---- */

/* NG, Error Code: 600, Submenu Not Found; with status 200 or another. */
uint32_t hanwha_error_of(struct vmm_text body)
{
    struct vmm_text line;
    while (vmm_text_line(&body, &line)) {
        line = vmm_text_trim(line);
        if (vmm_text_same(line, "NG") || vmm_text_begins(line, "Error Code:")) {
            return HANWHA_NG;
        }
    }
    return HANWHA_FOREIGN;
}

/* ---- Values of lines, or of a flat JSON object ---- */

struct answer {
    struct vmm_text body;
    struct json_t *json; /* NULL: lines */
};

static bool is_json(struct vmm_text body)
{
    struct vmm_text text = vmm_text_trim(body);
    return text.size > 0 && text.data[0] == '{';
}

static struct answer open_answer(struct vmm_text body)
{
    struct answer answer = {.body = body};
    if (is_json(body) && vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &answer.json) != 0) {
        answer.json = NULL;
    }
    return answer;
}

static bool find(const struct answer *answer, const char *key, struct vmm_text *value)
{
    char pointer[64];
    if (answer->json == NULL) {
        return vmm_keyvalue_find(answer->body, key, VMM_KEYVALUE_ANY_CASE, value) == 0 &&
               value->size > 0;
    }
    snprintf(pointer, sizeof(pointer), "/%s", key);
    *value = vmm_json_text(answer->json, pointer);
    return value->size > 0;
}

static bool find_bool(const struct answer *answer, const char *key, bool *truth)
{
    char pointer[64];
    struct vmm_text value;
    if (answer->json == NULL) {
        return find(answer, key, &value) && vmm_text_bool(value, truth) == 0;
    }
    snprintf(pointer, sizeof(pointer), "/%s", key);
    return vmm_json_bool(answer->json, pointer, truth) == 0;
}

static bool report(const struct answer *answer, const char *key, uint32_t fact,
                   const struct vmm_observer *to)
{
    struct vmm_text value;
    if (!find(answer, key, &value)) {
        return false;
    }
    vmm_observe_text(to, fact, 0, value);
    return true;
}

static uint32_t kind_of(struct vmm_text body, bool any)
{
    return any ? HANWHA_VALUES : hanwha_error_of(body);
}

/* ---- Identity ---- */

uint32_t hanwha_read_identity(struct vmm_text body, struct hanwha_device *device,
                              const struct vmm_observer *to)
{
    struct answer answer = open_answer(body);
    struct vmm_text value;
    bool any = report(&answer, "Model", VMM_FACT_MODEL, to);
    any = report(&answer, "FirmwareVersion", VMM_FACT_FIRMWARE, to) || any;
    any = report(&answer, "SerialNumber", VMM_FACT_SERIAL, to) || any;
    if (find(&answer, "ConnectedMACAddress", &value)) {
        (void)vmm_observe_mac(to, value);
    }
    if (find(&answer, "CGIVersion", &value)) {
        vmm_observe_vendor(to, "cgi_version", value);
    }
    if (find(&answer, "DeviceType", &value)) {
        device->is_recorder = vmm_text_same(value, "NVR");
        vmm_observe_vendor(to, "device_type", value);
    }
    vmm_json_destroy(answer.json);
    return kind_of(body, any);
}

/* ---- Clock ---- */

static void read_sync(const struct answer *answer, const struct vmm_observer *to)
{
    struct vmm_text value;
    bool truth = false;
    bool by_server = false;
    if (find(answer, "SyncType", &value)) {
        by_server = vmm_text_same(value, "NTP");
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, by_server);
    }
    /* A list in JSON, the first of it; text parted by commas else. */
    if (answer->json != NULL && vmm_json_text(answer->json, "/NTPURLList/0").size > 0) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_json_text(answer->json, "/NTPURLList/0"));
    } else if (find(answer, "NTPURLList", &value)) {
        struct vmm_text first = {0};
        (void)vmm_text_part(&value, ',', &first);
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_text_trim(first));
    }
    if (find(answer, "NTPStatus", &value)) {
        vmm_observe_vendor(to, "ntp_status", value);
        if (by_server && vmm_text_same(value, "Fail")) {
            vmm_observe_text(to, VMM_FACT_FINDING, 0,
                             vmm_text_of("its time server sets the clock, and did not answer"));
        }
    }
    if (find_bool(answer, "DSTEnable", &truth)) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_DST, 0, truth);
    }
}

/* Its clocks against this machine's: footage is searched by them. */
static void note_clock(const struct answer *answer, const struct vmm_datetime *utc, int64_t now_ms,
                       struct hanwha_device *device)
{
    struct vmm_datetime local = {0};
    struct vmm_text value;
    device->utc_ms = vmm_datetime_epoch_ms(utc, 0) - now_ms;
    device->has_clock = find(answer, "LocalTime", &value) &&
                        vmm_datetime_parse(value, "%Y-%m-%d %H:%M:%S", &local) == 0;
    device->local_ms = vmm_datetime_epoch_ms(&local, 0) - now_ms;
}

uint32_t hanwha_read_date(const struct vmm_http_answer *given, struct hanwha_device *device,
                          const struct vmm_observer *to)
{
    struct vmm_text body = vmm_text_bytes(given->body, given->body_size);
    struct answer answer = open_answer(body);
    struct vmm_datetime time = {0};
    struct vmm_text value;
    bool any = find(&answer, "UTCTime", &value) &&
               vmm_datetime_parse(value, "%Y-%m-%d %H:%M:%S", &time) == 0;
    if (any) {
        vmm_observe_clock(to, vmm_datetime_epoch_ms(&time, 0), RESOLUTION_MS, given->sent_wall_us,
                          given->received_wall_us);
        note_clock(&answer, &time, given->received_wall_us / 1000, device);
        read_sync(&answer, to);
        (void)report(&answer, "POSIXTimeZone", VMM_FACT_CLOCK_RULE, to);
    }
    vmm_json_destroy(answer.json);
    return kind_of(body, any);
}

/* ---- Events ---- */

static bool read_loss(struct vmm_text key, struct vmm_text value, struct hanwha_device *device,
                      const struct vmm_observer *to)
{
    uint32_t channel = 0;
    bool lost = false;
    if (vmm_keyvalue_index(key, "Channel.", ".Videoloss", HANWHA_CHANNELS_MAX - 1, &channel) != 0) {
        return false;
    }
    bool is_told = vmm_text_bool(value, &lost) == 0;
    device->judged[channel] = !is_told || lost || !device->is_recorder;
    device->loss[channel] = !is_told ? HANWHA_LOSS_UNTOLD : lost ? HANWHA_LOSS_YES : HANWHA_LOSS_NO;
    if (!is_told) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, channel + 1, (struct vmm_text){0});
    } else if (lost) {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, channel + 1, VMM_REASON_VIDEO_LOSS, false);
    } else if (!device->is_recorder) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, channel + 1, true);
    }
    return true;
}

/* What the events say of fans and power supplies. */
struct parts {
    bool is_told;
    bool has_failed;
};

static bool ends_with(struct vmm_text key, const char *end)
{
    size_t size = strlen(end);
    return key.size > size && vmm_text_same(vmm_text_bytes(key.data + key.size - size, size), end);
}

/* SystemEvent.CPUFanError=True and the like. A card that fails is worth a word; its state is judged
 * by the storage. */
static bool read_system(struct vmm_text key, struct vmm_text value, struct parts *parts,
                        const struct vmm_observer *to)
{
    bool truth = false;
    if (!vmm_text_begins(key, "SystemEvent.")) {
        return false;
    }
    if (vmm_text_bool(value, &truth) != 0) {
        return true;
    }
    bool is_part = ends_with(key, "FanError") || ends_with(key, "PowerError");
    parts->is_told = parts->is_told || is_part;
    if (truth && is_part) {
        parts->has_failed = true;
        vmm_observe_fault_text(to, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT, key);
    } else if (truth && (ends_with(key, "SDFail") || ends_with(key, "HDDFail"))) {
        vmm_observe_text(to, VMM_FACT_FINDING, 0, key);
    }
    return true;
}

uint32_t hanwha_read_events(struct vmm_text body, struct hanwha_device *device,
                            const struct vmm_observer *to)
{
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    struct parts parts = {0};
    bool any = false;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        any = read_loss(key, value, device, to) || read_system(key, value, &parts, to) || any;
    }
    if (parts.is_told && !parts.has_failed) {
        vmm_observe_text(to, VMM_FACT_HARDWARE, 0, vmm_text_of("no fan or power error"));
    }
    return kind_of(body, any);
}

/* ---- Cameras behind a recorder ---- */

/* Success is the only word that is known to be good; each other one is told as it is. */
static void report_state(uint32_t index, struct vmm_text status, bool is_judged,
                         const struct vmm_observer *to)
{
    bool good = vmm_text_same(status, "Success");
    bool failed = vmm_text_begins(status, "ConnectFail");
    vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, index, true);
    vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, index, status);
    if (is_judged) {
        return;
    }
    if (good) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, index, true);
    } else if (failed) {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, index, VMM_REASON_VIDEO_LOSS, false);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, index, (struct vmm_text){0});
    }
}

static bool read_slot(struct vmm_text key, struct vmm_text value, struct hanwha_device *device,
                      const struct vmm_observer *to)
{
    uint32_t n = 0;
    uint32_t max = HANWHA_CHANNELS_MAX - 1;
    if (vmm_keyvalue_index(key, "Channel.", ".Status", max, &n) == 0) {
        device->in_register[n] = true;
        if (value.size > 0) { /* an empty slot says nothing */
            report_state(n + 1, value, device->judged[n], to);
            device->is_live[n] = vmm_text_same(value, "Success");
        }
        return true;
    }
    if (vmm_keyvalue_index(key, "Channel.", ".Model", max, &n) == 0 && value.size > 0) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_MODEL, n + 1, value);
        return true;
    }
    if (vmm_keyvalue_index(key, "Channel.", ".IPAddress", max, &n) == 0 && value.size > 0) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_HOST, n + 1, value);
        return true;
    }
    return false;
}

uint32_t hanwha_read_register(struct vmm_text body, struct hanwha_device *device,
                              const struct vmm_observer *to)
{
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    bool any = false;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        any = read_slot(key, value, device, to) || any;
    }
    return kind_of(body, any);
}

uint32_t hanwha_read_sources(struct vmm_text body, struct hanwha_device *device,
                             const struct vmm_observer *to)
{
    struct vmm_text rest = body;
    struct vmm_text key;
    struct vmm_text value;
    bool any = false;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        uint32_t n = 0;
        if (vmm_keyvalue_index(key, "Channel.", ".Name", HANWHA_CHANNELS_MAX - 1, &n) == 0) {
            vmm_observe_text(to, VMM_FACT_CHANNEL_NAME, n + 1, value);
            any = true;
        } else if (vmm_keyvalue_index(key, "Channel.", ".State", HANWHA_CHANNELS_MAX - 1, &n) ==
                   0) {
            device->is_live[n] = vmm_text_same(value, "On");
            vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, n + 1, device->is_live[n]);
            any = true;
        }
    }
    return kind_of(body, any);
}

/* ---- Recording ---- */

uint32_t hanwha_read_recording(struct vmm_text body, const struct vmm_observer *to)
{
    struct answer answer = open_answer(body);
    bool truth = false;
    bool any = find_bool(&answer, "OverWrite", &truth);
    if (any) {
        vmm_observe_bool(to, VMM_FACT_DISK_OVERWRITE, 0, truth);
    }
    if (find_bool(&answer, "Enable", &truth)) {
        vmm_observe_vendor(to, "recording_enabled", vmm_text_of(truth ? "true" : "false"));
        any = true;
    }
    vmm_json_destroy(answer.json);
    return kind_of(body, any);
}
