/* SPDX-License-Identifier: MIT */
#include "axis_parse.h"

#include <kit/charset.h>
#include <kit/datetime.h>
#include <kit/json.h>
#include <kit/keyvalue.h>
#include <kit/xml.h>

#include <stdio.h>
#include <string.h>

#define RESOLUTION_MS   1000
#define ERROR_FORBIDDEN 2001

/* ---- JSON, whose errors come with status 200 ---- */

/* Open an answer; on AXIS_DATA `*json` is the caller's to destroy. */
static uint32_t open_json(struct vmm_text body, struct json_t **json)
{
    int64_t code = 0;
    if (vmm_json_parse(body, VMM_CHARSET_UNKNOWN, json) != 0) {
        *json = NULL;
        return AXIS_FOREIGN;
    }
    uint32_t kind = AXIS_DATA;
    if (vmm_json_at(*json, "/error") != NULL) {
        bool told = vmm_json_int(*json, "/error/code", INT32_MIN, INT32_MAX, &code) == 0;
        kind = told && code == ERROR_FORBIDDEN ? AXIS_FORBIDDEN : AXIS_ERROR;
    } else if (vmm_json_at(*json, "/data") == NULL) {
        kind = AXIS_FOREIGN;
    }
    if (kind != AXIS_DATA) {
        vmm_json_destroy(*json);
        *json = NULL;
    }
    return kind;
}

static void report_json(const struct json_t *json, const char *pointer, uint32_t fact,
                        const struct vmm_observer *to)
{
    struct vmm_text value = vmm_json_text(json, pointer);
    if (value.size > 0) {
        vmm_observe_text(to, fact, 0, value);
    }
}

uint32_t axis_read_ready(struct vmm_text body, bool *ready, const struct vmm_observer *to)
{
    struct json_t *json = NULL;
    int64_t uptime = 0;
    uint32_t kind = open_json(body, &json);
    if (kind != AXIS_DATA) {
        return kind;
    }
    *ready = !vmm_text_same(vmm_json_text(json, "/data/systemready"), "no");
    if (vmm_json_int(json, "/data/uptime", 0, INT32_MAX, &uptime) == 0) {
        vmm_observe_int(to, VMM_FACT_UPTIME, 0, uptime);
    }
    vmm_json_destroy(json);
    return kind;
}

/* An Axis serial number is the hardware address. */
static void report_serial(struct vmm_text serial, const struct vmm_observer *to)
{
    if (serial.size > 0) {
        vmm_observe_text(to, VMM_FACT_SERIAL, 0, serial);
        (void)vmm_observe_mac(to, serial);
    }
}

uint32_t axis_read_identity(struct vmm_text body, const struct vmm_observer *to)
{
    static const char list[] = "/data/propertyList";
    struct json_t *json = NULL;
    uint32_t kind = open_json(body, &json);
    if (kind != AXIS_DATA) {
        return kind;
    }
    if (vmm_json_at(json, list) == NULL) {
        kind = AXIS_FOREIGN;
    }
    report_json(json, "/data/propertyList/Brand", VMM_FACT_BRAND, to);
    report_json(json, "/data/propertyList/ProdNbr", VMM_FACT_MODEL, to);
    report_json(json, "/data/propertyList/Version", VMM_FACT_FIRMWARE, to);
    report_serial(vmm_json_text(json, "/data/propertyList/SerialNumber"), to);
    vmm_json_destroy(json);
    return kind;
}

/* ---- Clock and time server ---- */

/* Two names are found in clients for the same value; a time without its zone is left alone. */
static bool read_utc(const struct json_t *json, struct vmm_datetime *time)
{
    static const char *const names[] = {"/data/dateTime", "/data/utcDateTime"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct vmm_text text = vmm_json_text(json, names[i]);
        if (text.size > 0 && vmm_datetime_parse(text, "%Y-%m-%dT%H:%M:%S%z", time) == 0) {
            return true;
        }
    }
    return false;
}

uint32_t axis_read_time(const struct vmm_http_answer *answer, struct axis_clock *clock,
                        const struct vmm_observer *to)
{
    struct json_t *json = NULL;
    struct vmm_datetime time = {0};
    uint32_t kind = open_json(vmm_text_bytes(answer->body, answer->body_size), &json);
    if (kind != AXIS_DATA) {
        return kind;
    }
    if (read_utc(json, &time)) {
        clock->is_known = true;
        clock->offset_ms =
            vmm_datetime_epoch_ms(&time, time.zone_minutes) - answer->received_wall_us / 1000;
        vmm_observe_clock(to, vmm_datetime_epoch_ms(&time, time.zone_minutes), RESOLUTION_MS,
                          answer->sent_wall_us, answer->received_wall_us);
    } else {
        kind = AXIS_ERROR;
    }
    vmm_json_destroy(json);
    return kind;
}

/* The values stand in an object of the client, or beside it, by version. */
static const struct json_t *client_of(const struct json_t *json)
{
    const struct json_t *client = vmm_json_at(json, "/data/client");
    return client != NULL ? client : vmm_json_at(json, "/data");
}

uint32_t axis_read_ntp(struct vmm_text body, const struct vmm_observer *to)
{
    struct json_t *json = NULL;
    bool truth = false;
    uint32_t kind = open_json(body, &json);
    if (kind != AXIS_DATA) {
        return kind;
    }
    const struct json_t *client = client_of(json);
    if (vmm_json_bool(client, "/enabled", &truth) == 0) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, truth);
    }
    if (vmm_json_bool(client, "/synced", &truth) == 0) {
        vmm_observe_vendor(to, "ntp_synced", vmm_text_of(truth ? "true" : "false"));
    }
    bool fixed = vmm_text_same(vmm_json_text(client, "/serversSource"), "static");
    report_json(client, fixed ? "/staticServers/0" : "/advertisedServers/0", VMM_FACT_NTP_SERVER,
                to);
    vmm_json_destroy(json);
    return kind;
}

/* ---- Parameters of old firmware ---- */

static void report_converted(uint32_t fact, uint32_t charset, struct vmm_text value,
                             const struct vmm_observer *to)
{
    char clean[VMM_TEXT_MAX + 1];
    size_t size = vmm_charset_to_utf8(charset, value, clean, sizeof(clean));
    vmm_observe_text(to, fact, 0, vmm_text_bytes(clean, size));
}

bool axis_read_parameters(struct vmm_text body, uint32_t charset, const struct vmm_observer *to)
{
    static const struct {
        const char *key;
        uint32_t fact;
    } table[] = {
        {"root.Brand.Brand", VMM_FACT_BRAND},
        {"root.Brand.ProdNbr", VMM_FACT_MODEL},
        {"root.Properties.Firmware.Version", VMM_FACT_FIRMWARE},
        {"root.Time.POSIXTimeZone", VMM_FACT_CLOCK_RULE},
    };
    struct vmm_text value;
    bool any = false;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (vmm_keyvalue_find(body, table[i].key, 0, &value) == 0 && value.size > 0) {
            report_converted(table[i].fact, charset, value, to);
            any = true;
        }
    }
    if (vmm_keyvalue_find(body, "root.Properties.System.SerialNumber", 0, &value) == 0) {
        report_serial(value, to);
        any = true;
    }
    if (vmm_keyvalue_find(body, "root.Time.SyncSource", 0, &value) == 0) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, vmm_text_same(value, "NTP"));
        any = true;
    }
    /* 0.0.0.0: none is set by hand, and the network names one, or nobody does. */
    if (vmm_keyvalue_find(body, "root.Time.NTP.Server", 0, &value) == 0 &&
        !vmm_text_same(value, "0.0.0.0")) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, value);
    }
    return any;
}

/* ---- Disks ---- */

static struct vmm_text attribute(const struct vmm_xml_node *node, const char *name)
{
    struct vmm_text value = {0};
    (void)vmm_xml_attribute(node, name, &value);
    return value;
}

/* yes and no, true and false stand side by side in one answer. */
static bool is_true(const struct vmm_xml_node *disk, const char *name)
{
    bool truth = false;
    return vmm_text_bool(attribute(disk, name), &truth) == 0 && truth;
}

static void report_size(const struct vmm_xml_node *disk, const char *name, uint32_t index,
                        uint32_t fact, const struct vmm_observer *to)
{
    int64_t kilobytes = 0;
    if (vmm_text_int(attribute(disk, name), 1, INT64_MAX / 1024, &kilobytes) == 0 ||
        (fact == VMM_FACT_DISK_FREE &&
         vmm_text_int(attribute(disk, name), 0, 0, &kilobytes) == 0)) {
        vmm_observe_int(to, fact, index, kilobytes * 1024);
    }
}

static uint32_t fault_of(const struct vmm_xml_node *disk, struct vmm_text status, bool expect_card)
{
    bool is_card = vmm_text_same(attribute(disk, "diskid"), "SD_DISK");
    if (vmm_text_same(status, "failed")) {
        return VMM_REASON_DISK_FAULT;
    }
    if (vmm_text_same(status, "disconnected")) {
        return is_card && expect_card ? VMM_REASON_DISK_MISSING : VMM_REASON_NONE;
    }
    return is_true(disk, "readonly") || is_true(disk, "locked") ? VMM_REASON_DISK_READONLY
                                                                : VMM_REASON_NONE;
}

/* A network share that nobody has set up is disconnected too, and no fault. */
static void read_disk(const struct vmm_xml_node *disk, uint32_t index, bool expect_card,
                      const struct vmm_observer *to)
{
    struct vmm_text status = attribute(disk, "status");
    uint32_t reason = fault_of(disk, status, expect_card);
    bool good = vmm_text_same(status, "OK") || vmm_text_same(status, "connected");
    if (reason != VMM_REASON_NONE) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, reason, status);
    } else if (good) {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, status);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, status);
    }
    if (good) {
        report_size(disk, "totalsize", index, VMM_FACT_DISK_TOTAL, to);
        report_size(disk, "freesize", index, VMM_FACT_DISK_FREE, to);
    }
    /* The oldest gives way to the newest. */
    if (good && vmm_text_same(attribute(disk, "cleanuppolicy"), "fifo")) {
        vmm_observe_bool(to, VMM_FACT_DISK_OVERWRITE, 0, true);
    }
}

int axis_read_disks(struct vmm_text body, bool expect_card, const struct vmm_observer *to)
{
    struct vmm_xml *xml = NULL;
    uint32_t index = 0;
    int rc = vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml);
    const struct vmm_xml_node *list = rc == 0 ? vmm_xml_search(vmm_xml_root(xml), "disks") : NULL;
    const struct vmm_xml_node *disk = vmm_xml_at(list, "disk");
    for (; disk != NULL && index < AXIS_DISKS_MAX; disk = vmm_xml_next(disk)) {
        read_disk(disk, ++index, expect_card, to);
    }
    rc = rc == 0 && list == NULL ? VMM_E_PROTO : rc;
    vmm_xml_destroy(xml);
    return rc;
}

/* ---- Recordings ---- */

static size_t find(struct vmm_text text, const char *word)
{
    const char *at = text.size > 0 ? memmem(text.data, text.size, word, strlen(word)) : NULL;
    return at != NULL ? (size_t)(at - text.data) : text.size;
}

static struct vmm_text skip(struct vmm_text text, size_t size)
{
    return vmm_text_bytes(text.data + size, text.size - size);
}

/* The value of name="…" in a tag; empty when there is none. */
static struct vmm_text tag_value(struct vmm_text tag, const char *name)
{
    char key[32];
    struct vmm_text value = {0};
    snprintf(key, sizeof(key), " %s=\"", name);
    size_t at = find(tag, key);
    if (at < tag.size) {
        struct vmm_text rest = skip(tag, at + strlen(key));
        (void)vmm_text_part(&rest, '"', &value);
    }
    return value;
}

/* The next whole tag <recording …>; false when none is left. */
static bool next_tag(struct vmm_text *rest, struct vmm_text *tag)
{
    static const char word[] = "<recording ";
    size_t at = find(*rest, word);
    *rest = skip(*rest, at);
    size_t end = find(*rest, ">");
    if (rest->size == 0 || end == rest->size) {
        return false;
    }
    *tag = vmm_text_bytes(rest->data, end);
    *rest = skip(*rest, end);
    return true;
}

#define ALL_S INT64_C(31536000) /* the list has all footage there is: a year says that */

/* The footage of one source; milliseconds since 1970 UTC, 0: none. */
struct source {
    bool is_now;
    int64_t oldest_ms;
    int64_t newest_ms;
};

/* "2023-12-31T23:00:00.214245Z"; 0 for what does not say that it is UTC. */
static int64_t utc_of(struct vmm_text text)
{
    const size_t size = sizeof("2023-12-31T23:00:00") - 1;
    struct vmm_datetime at = {0};
    if (text.size <= size || text.data[text.size - 1] != 'Z' ||
        vmm_datetime_parse(vmm_text_bytes(text.data, size), "%Y-%m-%dT%H:%M:%S", &at) != 0) {
        return 0;
    }
    return vmm_datetime_epoch_ms(&at, 0);
}

/* One that names no source is of the only one; a word, like that of a view of four, is of none. */
static void take_recording(struct vmm_text tag, struct source *sources)
{
    int64_t number = 1;
    struct vmm_text name = tag_value(tag, "source");
    if (name.size > 0 && vmm_text_int(name, 1, AXIS_CHANNELS_MAX, &number) != 0) {
        return;
    }
    struct source *source = &sources[number];
    int64_t begin = utc_of(tag_value(tag, "starttime"));
    int64_t end = utc_of(tag_value(tag, "stoptime"));
    source->is_now =
        source->is_now || vmm_text_same(tag_value(tag, "recordingstatus"), "recording");
    if (begin > 0 && (source->oldest_ms == 0 || begin < source->oldest_ms)) {
        source->oldest_ms = begin;
    }
    source->newest_ms = end > source->newest_ms ? end : source->newest_ms;
}

static void report_age(uint32_t fact, uint32_t channel, int64_t at_ms, int64_t device_ms,
                       const struct vmm_observer *to)
{
    if (at_ms > 0) {
        vmm_observe_int(to, fact, channel, at_ms < device_ms ? (device_ms - at_ms) / 1000 : 0);
    }
}

/* A tag at a time, for the list is long and may be cut: then what it does not show proves nothing. What is not
 * recorded now may be recorded on motion only, and is not judged. */
bool axis_read_recordings(struct vmm_text body, const struct axis_clock *clock, int64_t now_ms,
                          const struct vmm_observer *to)
{
    struct source sources[AXIS_CHANNELS_MAX + 1] = {0};
    bool is_list = find(body, "<recordings") < body.size;
    bool is_whole = find(body, "</recordings>") < body.size;
    bool is_empty = find(body, " totalnumberofrecordings=\"0\"") < body.size;
    int64_t device_ms = now_ms + clock->offset_ms;
    struct vmm_text tag;
    while (is_list && next_tag(&body, &tag)) {
        take_recording(tag, sources);
        is_empty = false;
    }
    if (is_list && is_whole && is_empty) {
        vmm_observe_no_footage(to, 1, ALL_S);
    }
    for (uint32_t i = 1; i <= AXIS_CHANNELS_MAX; i++) {
        const struct source *source = &sources[i];
        if (source->is_now) {
            vmm_observe_bool(to, VMM_FACT_RECORDING_NOW, i, true);
        }
        if (is_whole && clock->is_known) {
            report_age(VMM_FACT_RECORDING_NEWEST, i, source->is_now ? device_ms : source->newest_ms,
                       device_ms, to);
            report_age(VMM_FACT_RECORDING_OLDEST, i, source->oldest_ms, device_ms, to);
        }
    }
    return is_list;
}
