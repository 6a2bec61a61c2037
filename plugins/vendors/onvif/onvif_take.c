/* SPDX-License-Identifier: MIT */
/* What is answered to a look: judged, and told. */
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "onvif_look.h"

#define RESOLUTION_MS 1000

static struct vmm_text body_of(const struct vmm_http_answer *answer)
{
    return vmm_text_bytes(answer->body, answer->body_size);
}

/* An answer that refuses the login: by its status, or by a fault that comes with another. */
static bool is_refusal(const struct vmm_http_answer *answer, int rc,
                       const struct onvif_fault *fault)
{
    return answer->status == 401 || (rc == VMM_E_AGAIN && onvif_fault_is_auth(fault));
}

/*
 * What became of a question whose answer gave `rc`. True when it was read. A fault means that the
 * device does not offer it (`lacks`, kept in the note); a refusal ends the look.
 */
static bool judge(struct onvif_look *look, const struct vmm_http_answer *answer, int rc,
                  const struct onvif_fault *fault, uint8_t lacks, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    if (rc == 0) {
        return true;
    }
    if (is_refusal(answer, rc, fault)) {
        /* Refused after the identity was let in: this account may not ask for it. */
        if (look->identified) {
            vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0,
                         "this account may not ask for it");
        } else {
            snprintf(detail, sizeof(detail), "the login was refused: %.100s", fault->text);
            vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, detail);
        }
        return false;
    }
    if (rc == VMM_E_AGAIN || answer->status == 404 || answer->status == 405) {
        look->note.lacks |= lacks;
        return false;
    }
    if (rc == VMM_E_NOMEM) {
        vmm_part_set(part, VMM_OUTCOME_INTERNAL, VMM_RUNG_NONE, 0, "no memory");
    } else if (answer->status < 200 || answer->status > 299) {
        vmm_part_status(part, answer);
    } else {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     rc == VMM_E_TOOBIG ? "the answer is too large"
                                        : "the answer is no such message");
    }
    return false;
}

/* ---- Clock ---- */

static void tell_clock(struct onvif_look *look, const struct onvif_clock *clock,
                       const struct vmm_http_answer *answer, const struct vmm_observer *to)
{
    if (clock->has_utc) {
        int64_t device_ms = vmm_datetime_epoch_ms(&clock->utc, 0);
        look->offset_ms = device_ms - (answer->sent_wall_us + answer->received_wall_us) / 2 / 1000;
        look->has_offset = true;
        vmm_observe_clock(to, device_ms, RESOLUTION_MS, answer->sent_wall_us,
                          answer->received_wall_us);
    } else {
        vmm_observe_unjudged(to, VMM_FACT_CLOCK_OFFSET, 0, vmm_text_of(""));
    }
    if (clock->has_utc && clock->has_local) {
        int64_t zone =
            (vmm_datetime_epoch_ms(&clock->local, 0) - vmm_datetime_epoch_ms(&clock->utc, 0)) /
            60000;
        if (zone >= VMM_ZONE_MIN && zone <= VMM_ZONE_MAX) {
            vmm_observe_int(to, VMM_FACT_CLOCK_ZONE, 0, zone);
        }
    }
    if (clock->has_type) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_SYNC, 0, clock->by_ntp);
    }
    if (clock->has_dst) {
        vmm_observe_bool(to, VMM_FACT_CLOCK_DST, 0, clock->dst);
    }
    if (clock->tz[0] != '\0') {
        vmm_observe_text(to, VMM_FACT_CLOCK_RULE, 0, vmm_text_of(clock->tz));
    }
}

ONVIF_TAKE(clock)
{
    struct onvif_look *look = state;
    struct onvif_clock clock;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_clock(body_of(answer), &clock, &fault);
    if (rc == 0) {
        tell_clock(look, &clock, answer, to);
    } else if (answer->status == 401 || rc == VMM_E_AGAIN) {
        return; /* refused without a login: some do, and some do not offer it */
    } else if (answer->status == 404 || answer->status == 405) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, "there is no ONVIF here");
    } else if (vmm_part_status(part, answer)) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer is no SOAP message");
    }
}

/* ---- Identity ---- */

static void tell(const struct vmm_observer *to, uint32_t fact, const char *text)
{
    struct vmm_text trimmed = vmm_text_trim(vmm_text_of(text));
    if (trimmed.size > 0) {
        vmm_observe_text(to, fact, 0, trimmed);
    }
}

static void tell_identity(struct onvif_look *look, const struct onvif_identity *identity,
                          const struct vmm_observer *to)
{
    tell(to, VMM_FACT_BRAND, identity->maker);
    tell(to, VMM_FACT_MODEL, identity->model);
    tell(to, VMM_FACT_FIRMWARE, identity->firmware);
    tell(to, VMM_FACT_SERIAL, identity->serial);
    look->identified = true;
}

/* How it wants to be logged in to follows from what it says to a question without a login. */
ONVIF_TAKE(bare)
{
    struct onvif_look *look = state;
    struct onvif_identity identity;
    struct onvif_fault fault = {0};
    struct vmm_text challenge;
    (void)row;
    int rc = onvif_decode_identity(body_of(answer), &identity, &fault);
    bool http = answer->status == 401 &&
                vmm_text_header(vmm_text_bytes(answer->headers, answer->headers_size),
                                "WWW-Authenticate", &challenge) == 0;
    if (rc == 0) {
        tell_identity(look, &identity, to);
        onvif_look_login(look, ONVIF_LOGIN_NONE);
    } else if (http) {
        onvif_look_login(look, ONVIF_LOGIN_HTTP);
    } else if (rc == VMM_E_AGAIN || answer->status == 400 || answer->status == 401) {
        onvif_look_login(look, ONVIF_LOGIN_TOKEN);
    } else {
        judge(look, answer, rc, &fault, 0, part);
    }
}

ONVIF_TAKE(identity)
{
    struct onvif_look *look = state;
    struct onvif_identity identity;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_identity(body_of(answer), &identity, &fault);
    if (judge(look, answer, rc, &fault, 0, part)) {
        tell_identity(look, &identity, to);
    } else if (part->outcome == VMM_OUTCOME_AUTH) {
        onvif_look_login(look, ONVIF_LOGIN_UNKNOWN); /* the next login begins by asking how */
    } else if (rc == VMM_E_AGAIN) {
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0, fault.text);
    }
}

/* ---- Services ---- */

/* By which address the device names itself. It is never used; whether it is the one by which it is
 * reached is not known here, so that it is shown and not called a finding. */
static void tell_address(const struct onvif_look *look, const struct vmm_observer *to)
{
    if (look->services.address[0] != '\0' && onvif_look_is_slow(look)) {
        vmm_observe_vendor(to, "service_address", vmm_text_of(look->services.address));
    }
}

ONVIF_TAKE(services)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_services(body_of(answer), &look->services, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_SERVICES, part)) {
        tell_address(look, to);
    }
}

ONVIF_TAKE(capabilities)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_capabilities(body_of(answer), &look->services, &fault);
    if (judge(look, answer, rc, &fault, 0, part)) {
        tell_address(look, to);
    }
}

/* ---- Profiles ---- */

uint32_t onvif_look_channel(const struct onvif_look *look, const char *source)
{
    for (uint32_t i = 0; i < look->sources; i++) {
        if (strcmp(look->source[i], source) == 0) {
            return i + 1;
        }
    }
    return 0;
}

const struct onvif_profile *onvif_look_profile(const struct onvif_look *look, uint32_t channel)
{
    for (uint32_t i = 0; i < look->profiles.count && channel < look->sources; i++) {
        if (strcmp(look->profiles.profile[i].source, look->source[channel]) == 0) {
            return &look->profiles.profile[i];
        }
    }
    return NULL;
}

static void tell_profiles(struct onvif_look *look, const struct vmm_observer *to)
{
    for (uint32_t i = 0; i < look->profiles.count; i++) {
        const struct onvif_profile *profile = &look->profiles.profile[i];
        bool known = profile->source[0] == '\0' || onvif_look_channel(look, profile->source) != 0;
        if (!known && look->sources < ONVIF_SOURCES_MAX) {
            memcpy(look->source[look->sources++], profile->source, ONVIF_TOKEN_MAX);
        }
        if (profile->encoding[0] != '\0') {
            vmm_observe_text(to, VMM_FACT_CODEC, i + 1, vmm_text_of(profile->encoding));
        }
    }
    vmm_observe_int(to, VMM_FACT_STREAMS, 0, look->profiles.count);
    vmm_observe_int(to, VMM_FACT_CHANNELS, 0, look->sources);
}

ONVIF_TAKE(profiles)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_profiles(body_of(answer), &look->profiles, &fault);
    if (judge(look, answer, rc, &fault, 0, part)) {
        tell_profiles(look, to);
    }
}

ONVIF_TAKE(profiles2)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_profiles2(body_of(answer), &look->profiles, &fault);
    if (judge(look, answer, rc, &fault, 0, part)) {
        tell_profiles(look, to);
    }
}

/* ---- What changes slowly ---- */

ONVIF_TAKE(ntp)
{
    struct onvif_look *look = state;
    struct onvif_ntp ntp;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_ntp(body_of(answer), &ntp, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_NTP, part)) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_text_of(ntp.server));
    }
}

ONVIF_TAKE(stream)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    char path[ONVIF_PATH_MAX];
    uint32_t index = ++look->stream;
    (void)row;
    int rc = look->services.media2[0] != '\0' ? onvif_decode_stream2(body_of(answer), path, &fault)
                                              : onvif_decode_stream(body_of(answer), path, &fault);
    if (judge(look, answer, rc, &fault, 0, part) && path[0] != '\0') {
        vmm_observe_text(to, VMM_FACT_STREAM_PATH, index, vmm_text_of(path));
    }
}

ONVIF_TAKE(snapshot)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    char path[ONVIF_PATH_MAX];
    uint32_t index = ++look->picture;
    (void)row;
    int rc = look->services.media2[0] != '\0'
                 ? onvif_decode_snapshot2(body_of(answer), path, &fault)
                 : onvif_decode_snapshot(body_of(answer), path, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_SNAPSHOT, part) && path[0] != '\0') {
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, index, vmm_text_of(path));
    }
}

/* ---- Events ---- */

/* A subscription that is named by a URN is spoken to at the service itself. */
ONVIF_TAKE(subscribe)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    (void)to;
    int rc = onvif_decode_subscription(body_of(answer), look->pull_path, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_EVENTS, part) && look->pull_path[0] == '\0') {
        memcpy(look->pull_path, look->services.events, sizeof(look->pull_path));
    }
}

static bool ends_with(const char *topic, const char *end)
{
    size_t size = strlen(topic);
    size_t tail = strlen(end);
    return size >= tail && strcmp(topic + size - tail, end) == 0;
}

static void tell_signal(const struct onvif_look *look, const struct onvif_message *message,
                        const struct vmm_observer *to)
{
    uint32_t channel = onvif_look_channel(look, message->source);
    if (channel == 0) {
        return;
    }
    if (message->state && !message->deleted) {
        vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, channel, VMM_REASON_VIDEO_LOSS, false);
    } else {
        vmm_observe_bool(to, VMM_FACT_SIGNAL, channel, true);
    }
}

/* Fans, power supplies and the temperature, each with a topic of its own. */
static void tell_hardware(const struct onvif_message *message, const struct vmm_observer *to)
{
    const char *name = strrchr(message->topic, '/') + 1;
    char text[96];
    snprintf(text, sizeof(text), "%.40s: %.40s", name, message->source);
    if (message->state && !message->deleted) {
        vmm_observe_fault_text(to, VMM_FACT_HARDWARE, 0, VMM_REASON_HARDWARE_FAULT,
                               vmm_text_of(text));
    } else {
        snprintf(text, sizeof(text), "%.40s: no", name);
        vmm_observe_text(to, VMM_FACT_HARDWARE, 0, vmm_text_of(text));
    }
}

static bool is_hardware(const struct onvif_message *message)
{
    return ends_with(message->topic, "HardwareFailure/FanFailure") ||
           ends_with(message->topic, "HardwareFailure/PowerSupplyFailure") ||
           ends_with(message->topic, "HardwareFailure/TemperatureCritical");
}

static void tell_message(const struct onvif_look *look, const struct onvif_message *message,
                         const struct vmm_observer *to)
{
    char text[96];
    if (!message->has_state) {
        return;
    }
    if (ends_with(message->topic, "VideoSource/SignalLoss") ||
        ends_with(message->topic, "VideoSource/VideoLoss")) {
        tell_signal(look, message, to);
    } else if (ends_with(message->topic, "HardwareFailure/StorageFailure") && message->state &&
               !message->deleted) {
        snprintf(text, sizeof(text), "storage failure: %.64s", message->source);
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, 1, VMM_REASON_DISK_FAULT,
                               vmm_text_of(text));
    } else if (is_hardware(message)) {
        tell_hardware(message, to);
    }
}

ONVIF_TAKE(messages)
{
    static struct onvif_messages messages; /* large; one thread, and not kept */
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_messages(body_of(answer), &messages, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_EVENTS, part)) {
        for (uint32_t i = 0; i < messages.count; i++) {
            tell_message(look, &messages.message[i], to);
        }
    }
}

/* The end of a subscription or a search: what is said to it is of no interest. */
ONVIF_TAKE(nothing)
{
    (void)state;
    (void)row;
    (void)answer;
    (void)to;
    (void)part;
}

/* ---- Recordings ---- */

ONVIF_TAKE(search)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    (void)to;
    int rc = onvif_decode_search(body_of(answer), look->search, &fault);
    judge(look, answer, rc, &fault, ONVIF_LACKS_SEARCH, part);
}

/* Ages by the device's own clock: what it told in UTC, and its offset. */
static void tell_record(const struct onvif_look *look, const struct onvif_record *record,
                        int64_t now_ms, const struct vmm_observer *to)
{
    uint32_t channel = onvif_look_channel(look, record->source);
    if (channel == 0 || !look->has_offset) {
        return; /* whose footage it is is not known: not guessed */
    }
    const struct {
        uint32_t fact;
        bool has;
        const struct vmm_datetime *time;
    } ages[] = {{VMM_FACT_RECORDING_NEWEST, record->has_latest, &record->latest},
                {VMM_FACT_RECORDING_OLDEST, record->has_earliest, &record->earliest}};
    for (size_t i = 0; i < 2; i++) {
        int64_t then_ms = vmm_datetime_epoch_ms(
            ages[i].time, ages[i].time->has_zone ? ages[i].time->zone_minutes : 0);
        int64_t age_s = (now_ms + look->offset_ms - then_ms) / 1000;
        if (ages[i].has) {
            vmm_observe_int(to, ages[i].fact, channel, age_s > 0 ? age_s : 0);
        }
    }
}

ONVIF_TAKE(records)
{
    static struct onvif_records records; /* large; one thread, and not kept */
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_records(body_of(answer), &records, &fault);
    if (judge(look, answer, rc, &fault, ONVIF_LACKS_SEARCH, part)) {
        for (uint32_t i = 0; i < records.count; i++) {
            tell_record(look, &records.record[i], answer->received_wall_us / 1000, to);
        }
    }
}
