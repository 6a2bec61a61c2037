/* SPDX-License-Identifier: MIT */
#include "reolink_parse.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include <kit/disk.h>

#define MIB           (INT64_C(1) << 20)
#define RESOLUTION_MS 1000
#define NEAR_MS       (INT64_C(30) * 60 * 1000) /* how far a clock may be off and still tell its zone */
#define WEEK_HOURS    168u
#define DISKS_MAX     64u

/* ---- Answers to commands ---- */

int reolink_parse(struct vmm_text body, struct json_t **reply)
{
    struct json_t *json = NULL;
    int rc = vmm_json_parse(body, VMM_CHARSET_UNKNOWN, &json);
    if (rc == 0 && (!json_is_array(json) || vmm_json_text(json, "/0/cmd").data == NULL)) {
        vmm_json_destroy(json);
        rc = VMM_E_PROTO;
    }
    if (rc == 0) {
        *reply = json;
    }
    return rc;
}

/* The meaning of a number, and of the text beside it where some firmware has another number. */
static enum reolink_word word_of(const struct json_t *error)
{
    static const struct {
        int code;
        enum reolink_word word;
    } words[] = {
        {-5, REOLINK_BUSY},      {-7, REOLINK_REFUSED},   {-9, REOLINK_UNKNOWN},
        {-26, REOLINK_UNKNOWN},  {-27, REOLINK_REFUSED},  {-105, REOLINK_BUSY},
        {-502, REOLINK_REFUSED}, {-503, REOLINK_REFUSED}, {-506, REOLINK_LOCKED},
        {-507, REOLINK_BUSY},
    };
    int64_t code = 0;
    struct vmm_text detail = vmm_json_text(error, "/detail");
    if (vmm_text_begins(detail, "Login has been locked")) {
        return REOLINK_LOCKED;
    }
    if (vmm_text_begins(detail, "password wrong") || vmm_text_begins(detail, "invalid user")) {
        return REOLINK_REFUSED;
    }
    (void)vmm_json_int(error, "/rspCode", INT32_MIN, INT32_MAX, &code);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (words[i].code == code) {
            return words[i].word;
        }
    }
    return REOLINK_FAILED;
}

/* `code` is 0 beside some errors, so that it is the error that counts. */
enum reolink_word reolink_find(const struct json_t *reply, const char *command, size_t place,
                               const struct json_t **value)
{
    for (size_t i = 0; i < json_array_size(reply); i++) {
        const struct json_t *one = json_array_get(reply, i);
        if (!vmm_text_equal(vmm_json_text(one, "/cmd"), command) || place-- > 0) {
            continue;
        }
        const struct json_t *error = vmm_json_at(one, "/error");
        *value = vmm_json_at(one, "/value");
        if (error != NULL) {
            return word_of(error);
        }
        return *value != NULL ? REOLINK_DONE : REOLINK_FAILED;
    }
    return REOLINK_ABSENT;
}

static const struct json_t *value_of(const struct json_t *reply, const char *command)
{
    const struct json_t *value = NULL;
    return reolink_find(reply, command, 0, &value) == REOLINK_DONE ? value : NULL;
}

/* It goes into the query as it is, so it may have nothing that has a meaning there. */
static bool is_token(struct vmm_text text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' &&
            c != '_' && c != '.') {
            return false;
        }
    }
    return text.size > 0 && text.size <= REOLINK_TOKEN_MAX;
}

enum reolink_word reolink_read_login(const struct json_t *reply, char token[REOLINK_TOKEN_MAX + 1])
{
    const struct json_t *value = NULL;
    enum reolink_word word = reolink_find(reply, "Login", 0, &value);
    if (word != REOLINK_DONE) {
        return word;
    }
    struct vmm_text name = vmm_json_text(value, "/Token/name");
    if (!is_token(name)) {
        return REOLINK_FAILED;
    }
    memcpy(token, name.data, name.size);
    token[name.size] = '\0';
    return REOLINK_DONE;
}

/* ---- Identity and network ---- */

static void tell_text(const struct json_t *json, const char *pointer, uint32_t fact,
                      const struct vmm_observer *to)
{
    struct vmm_text text = vmm_json_text(json, pointer);
    if (text.size > 0) {
        vmm_observe_text(to, fact, 0, text);
    }
}

static void tell_number(const struct json_t *json, const char *pointer, const char *name,
                        const struct vmm_observer *to)
{
    char text[32];
    int64_t number = 0;
    if (vmm_json_int(json, pointer, INT32_MIN, INT32_MAX, &number) == 0) {
        snprintf(text, sizeof(text), "%lld", (long long)number);
        vmm_observe_vendor(to, name, vmm_text_of(text));
    }
}

static bool read_identity(const struct json_t *reply, struct reolink_device *device,
                          const struct vmm_observer *to)
{
    const struct json_t *info = vmm_json_at(value_of(reply, "GetDevInfo"), "/DevInfo");
    int64_t count = 0;
    if (vmm_json_text(info, "/model").size == 0) {
        return false;
    }
    tell_text(info, "/model", VMM_FACT_MODEL, to);
    tell_text(info, "/firmVer", VMM_FACT_FIRMWARE, to);
    tell_text(info, "/serial", VMM_FACT_SERIAL, to);
    tell_text(info, "/name", VMM_FACT_HOSTNAME, to);
    vmm_observe_vendor(to, "hardware", vmm_json_text(info, "/hardVer"));
    vmm_observe_vendor(to, "type", vmm_json_text(info, "/type"));
    device->is_recorder = vmm_text_same(vmm_json_text(info, "/type"), "NVR");
    if (vmm_json_int(info, "/channelNum", 1, REOLINK_CHANNELS_MAX, &count) == 0) {
        device->channel_count = (uint32_t)count;
        vmm_observe_int(to, VMM_FACT_CHANNELS, 0, count);
    }
    return true;
}

/* RTSP is off on new firmware until somebody switches it on, so that its port is told, not tried. */
static void read_network(const struct json_t *reply, const struct vmm_observer *to)
{
    const struct json_t *ntp = vmm_json_at(value_of(reply, "GetNtp"), "/Ntp");
    bool enabled = false;
    if (vmm_json_text(ntp, "/server").data != NULL) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_json_text(ntp, "/server"));
    }
    if (vmm_json_bool(ntp, "/enable", &enabled) == 0) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, enabled);
    }
    (void)vmm_observe_mac(to, vmm_json_text(value_of(reply, "GetLocalLink"), "/LocalLink/mac"));
    tell_number(value_of(reply, "GetNetPort"), "/NetPort/rtspPort", "rtsp_port", to);
}

/* ---- Clock ---- */

bool reolink_read_time(const struct json_t *time, struct vmm_datetime *at)
{
    int64_t v[6] = {0};
    static const char *const names[] = {"/year", "/mon", "/day", "/hour", "/min", "/sec"};
    static const int64_t most[] = {2100, 12, 31, 23, 59, 60};
    for (size_t i = 0; i < 6; i++) {
        if (vmm_json_int(time, names[i], i == 0 ? 1970 : i < 3 ? 1 : 0, most[i], &v[i]) != 0) {
            return false;
        }
    }
    *at = (struct vmm_datetime){.year = (int32_t)v[0],
                                .month = (int32_t)v[1],
                                .day = (int32_t)v[2],
                                .hour = (int32_t)v[3],
                                .minute = (int32_t)v[4],
                                .second = (int32_t)v[5]};
    return true;
}

/* The sign of timeZone is read in both ways by a public client: the one counts that makes the clock
 * nearly right. When none does, only an operator who names the zone can tell what is wrong. */
static void guess_zone(const struct json_t *value, const struct vmm_datetime *clock,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to)
{
    int64_t seconds = 0;
    int64_t hours = 0;
    bool summer = false;
    int64_t now_ms = answer->received_wall_us / 1000;
    if (vmm_json_int(value, "/Time/timeZone", -14 * 3600, 14 * 3600, &seconds) != 0) {
        return;
    }
    (void)vmm_json_bool(value, "/Dst/enable", &summer);
    (void)vmm_json_int(value, "/Dst/offset", 0, 2, &hours);
    for (int i = 0; i < (summer ? 4 : 2); i++) {
        int64_t zone = (i % 2 == 0 ? seconds : -seconds) + (i >= 2 ? hours * 3600 : 0);
        int64_t device_ms = vmm_datetime_epoch_ms(clock, (int32_t)(zone / 60));
        if (device_ms - now_ms < NEAR_MS && now_ms - device_ms < NEAR_MS) {
            vmm_observe_clock(to, device_ms, RESOLUTION_MS, answer->sent_wall_us,
                              answer->received_wall_us);
            return;
        }
    }
}

static void read_clock(const struct json_t *reply, const struct vmm_wallclock_zone *zone,
                       const struct vmm_http_answer *answer, struct reolink_device *device,
                       const struct vmm_observer *to)
{
    const struct json_t *value = value_of(reply, "GetTime");
    bool summer = false;
    device->has_clock = reolink_read_time(vmm_json_at(value, "/Time"), &device->clock);
    if (!device->has_clock) {
        return;
    }
    vmm_wallclock_observe(to, &device->clock, zone, answer);
    tell_number(value, "/Time/timeZone", "time_zone", to);
    if (vmm_json_bool(value, "/Dst/enable", &summer) == 0) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_DST, 0, summer);
    }
    if (!zone->is_known) {
        guess_zone(value, &device->clock, answer, to);
    }
}

/* ---- Disks ---- */

static void tell_size(const struct json_t *disk, const char *pointer, uint32_t fact, uint32_t index,
                      const struct vmm_observer *to)
{
    int64_t mib = 0;
    if (vmm_json_int(disk, pointer, 0, INT64_MAX / MIB, &mib) == 0) {
        vmm_observe_int(to, fact, index, mib * MIB);
    }
}

/* A disk tells two truths: whether it is formatted, and whether it is mounted. */
static void read_disk(const struct json_t *disk, uint32_t index, const struct vmm_observer *to)
{
    bool formatted = false;
    bool mounted = false;
    if (vmm_json_bool(disk, "/format", &formatted) != 0 ||
        vmm_json_bool(disk, "/mount", &mounted) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_DISK_STATE, index, vmm_text_of(""));
    } else if (formatted && mounted) {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, index, vmm_text_of("mounted"));
    } else {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, index, VMM_REASON_DISK_FAULT,
                               vmm_text_of(formatted ? "not mounted" : "not formatted"));
    }
    tell_size(disk, "/capacity", VMM_FACT_DISK_TOTAL, index, to);
    tell_size(disk, "/size", VMM_FACT_DISK_FREE, index, to);
}

/* A camera may do without a card; what there is none of is not searched. */
static void read_disks(const struct json_t *reply, struct reolink_device *device,
                       const struct vmm_observer *to)
{
    const struct json_t *value = value_of(reply, "GetHddInfo");
    size_t count = vmm_json_count(value, "/HddInfo");
    for (size_t i = 0; i < count && i < DISKS_MAX; i++) {
        read_disk(vmm_json_item(value, "/HddInfo", i), (uint32_t)i + 1, to);
    }
    device->has_no_disk = count == 0 && json_is_array(vmm_json_at(value, "/HddInfo"));
    if (device->has_no_disk && device->is_recorder && device->expect_disk) {
        vmm_observe_no_disk(to);
    }
}

/* ---- Channels ---- */

/* A slot without a name and a type has no camera; one that sleeps on its battery is not judged. */
static void read_channel(const struct json_t *row, uint32_t index, struct reolink_device *device,
                         const struct vmm_observer *to)
{
    struct vmm_text name = vmm_json_text(row, "/name");
    struct vmm_text type = vmm_json_text(row, "/typeInfo");
    bool online = false;
    bool asleep = false;
    int rc = vmm_json_bool(row, "/online", &online);
    bool is_used = name.size > 0 || type.size > 0 || online;
    device->is_used[index - 1] = is_used;
    vmm_observe_bool(to, VMM_FACT_CHANNEL_ENABLED, index, is_used);
    if (!is_used) {
        return;
    }
    (void)vmm_json_bool(row, "/sleep", &asleep);
    if (name.size > 0) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_NAME, index, name);
    }
    if (type.size > 0) {
        vmm_observe_text(to, VMM_FACT_CHANNEL_MODEL, index, type);
    }
    if (rc != 0 || asleep) {
        vmm_observe_unjudged(to, VMM_FACT_SIGNAL, index, vmm_text_of(""));
    } else if (online) {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, index, true);
    } else {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, index, VMM_REASON_VIDEO_LOSS, false);
    }
    vmm_observe_text(to, VMM_FACT_CHANNEL_STATE, index,
                     vmm_text_of(asleep   ? "asleep"
                                 : online ? "online"
                                          : "offline"));
}

/* Streams count channels from 1 and have two digits. */
static void tell_paths(uint32_t index, const struct vmm_observer *to)
{
    static const char *const streams[] = {"main", "sub"};
    for (uint32_t i = 0; i < 2; i++) {
        char path[48];
        snprintf(path, sizeof(path), "/Preview_%02u_%s", index, streams[i]);
        vmm_observe_text(to, VMM_FACT_STREAM_PATH, index * 10 + i + 1, vmm_text_of(path));
    }
}

static void read_channels(const struct json_t *reply, struct reolink_device *device,
                          const struct vmm_observer *to)
{
    const struct json_t *value = value_of(reply, "GetChannelstatus");
    for (size_t i = 0; i < vmm_json_count(value, "/status"); i++) {
        const struct json_t *row = vmm_json_item(value, "/status", i);
        int64_t channel = 0;
        if (vmm_json_int(row, "/channel", 0, REOLINK_CHANNELS_MAX - 1, &channel) == 0) {
            read_channel(row, (uint32_t)channel + 1, device, to);
        }
    }
    device->is_used[0] = device->is_used[0] || !device->is_recorder;
    for (uint32_t i = 0; i < REOLINK_CHANNELS_MAX; i++) {
        if (device->is_used[i]) {
            tell_paths(i + 1, to);
        }
    }
}

enum reolink_word reolink_read_device(const struct json_t *reply,
                                      const struct vmm_wallclock_zone *zone,
                                      const struct vmm_http_answer *answer,
                                      struct reolink_device *device, const struct vmm_observer *to)
{
    const struct json_t *value = NULL;
    if (!read_identity(reply, device, to)) {
        enum reolink_word word = reolink_find(reply, "GetDevInfo", 0, &value);
        return word == REOLINK_DONE ? REOLINK_ABSENT : word;
    }
    read_clock(reply, zone, answer, device, to);
    read_network(reply, to);
    read_disks(reply, device, to);
    read_channels(reply, device, to);
    return REOLINK_DONE;
}

/* ---- Recording ---- */

#define NO_TABLE (WEEK_HOURS + 1)

/* How many hours of the week are marked; 0 where there is no table, NO_TABLE where it is of another form. */
static size_t hours_of(const struct json_t *rec, const char *pointer)
{
    struct vmm_text table = vmm_json_text(rec, pointer);
    size_t hours = 0;
    if (table.size != WEEK_HOURS) {
        return table.size == 0 ? 0 : NO_TABLE;
    }
    for (size_t i = 0; i < table.size; i++) {
        hours += table.data[i] == '1' ? 1 : 0;
    }
    return hours;
}

static bool is_marked(const struct json_t *rec, const char *pointer)
{
    size_t hours = hours_of(rec, pointer);
    return hours > 0 && hours != NO_TABLE;
}

/* Whether anything is recorded on what the device makes out in its picture. */
static bool is_on_sight(const struct json_t *rec)
{
    static const char *const tables[] = {"/schedule/table/AI_PEOPLE", "/schedule/table/AI_VEHICLE",
                                         "/schedule/table/AI_DOG_CAT"};
    bool any = false;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        any = any || is_marked(rec, tables[i]);
    }
    return any;
}

static const char *mode_of(const struct json_t *rec, bool enabled)
{
    size_t timed = hours_of(rec, "/schedule/table/TIMING");
    if (!enabled) {
        return "off";
    }
    if (timed == NO_TABLE) {
        return NULL;
    }
    if (timed == WEEK_HOURS) {
        return "continuous";
    }
    if (timed > 0) {
        return "schedule";
    }
    if (is_marked(rec, "/schedule/table/MD")) {
        return "motion";
    }
    return is_on_sight(rec) ? "event" : NULL;
}

static void read_schedule(const struct json_t *rec, const struct vmm_observer *to)
{
    int64_t channel = 0;
    bool enabled = false;
    if (vmm_json_int(rec, "/schedule/channel", 0, REOLINK_CHANNELS_MAX - 1, &channel) != 0 ||
        vmm_json_bool(rec, "/enable", &enabled) != 0) {
        return;
    }
    uint32_t index = (uint32_t)channel + 1;
    const char *mode = mode_of(rec, enabled);
    if (mode != NULL) {
        vmm_observe_text(to, VMM_FACT_RECORDING_MODE, index, vmm_text_of(mode));
    } else {
        vmm_observe_unjudged(to, VMM_FACT_RECORDING_MODE, index,
                             vmm_text_of("another event or schedule"));
    }
}

void reolink_read_schedules(const struct json_t *reply, const struct vmm_observer *to)
{
    const struct json_t *value = NULL;
    bool overwrite = false;
    for (size_t i = 0; i < REOLINK_CHANNELS_MAX; i++) {
        enum reolink_word word = reolink_find(reply, "GetRecV20", i, &value);
        if (word == REOLINK_ABSENT) {
            return;
        }
        const struct json_t *rec = word == REOLINK_DONE ? vmm_json_at(value, "/Rec") : NULL;
        read_schedule(rec, to);
        if (i == 0 && vmm_json_bool(rec, "/overwrite", &overwrite) == 0) {
            vmm_observe_bool(to, VMM_FACT_DISK_OVERWRITE, 0, overwrite);
            tell_number(rec, "/saveDay", "save_days", to);
        }
    }
}
