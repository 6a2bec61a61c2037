/* SPDX-License-Identifier: MIT */
/* What is answered of the device itself and its media: judged, and told. */
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "onvif_look.h"

#define RESOLUTION_MS 1000
#define SIGNED_MS     5000 /* a login that is off by less is refused by no device for that */

/* An answer that refuses the login: by its status, or by a fault that comes with another. */
static bool is_refusal(const struct vmm_http_answer *answer, int rc,
                       const struct onvif_fault *fault)
{
    return answer->status == 401 || (rc == VMM_E_AGAIN && onvif_fault_is_auth(fault));
}

/* Refused after the identity was let in: this account may not ask for it. */
static void say_no_login(const struct onvif_look *look, const struct onvif_fault *fault,
                         struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    if (look->identified) {
        vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_AUTHENTICATE, 0,
                     "this account may not ask for it");
    } else {
        snprintf(detail, sizeof(detail), "the login was refused: %.100s", fault->text);
        vmm_part_set(part, VMM_OUTCOME_AUTH, VMM_RUNG_AUTHENTICATE, 0, detail);
    }
}

/* It has no room for another subscription, say: asked again in the next look. */
static void say_refused(const struct onvif_fault *fault, struct vmm_part *part)
{
    char detail[VMM_PART_DETAIL_MAX];
    snprintf(detail, sizeof(detail), "refused for now: %.60s %.60s", fault->subcode, fault->text);
    vmm_part_set(part, VMM_OUTCOME_PARTIAL, VMM_RUNG_PARSE, 0, detail);
}

bool onvif_judge(struct onvif_look *look, const struct vmm_http_answer *answer, int rc,
                 const struct onvif_fault *fault, uint8_t lacks, struct vmm_part *part)
{
    if (rc == 0) {
        return true;
    }
    if (is_refusal(answer, rc, fault)) {
        say_no_login(look, fault, part);
        return false;
    }
    bool is_absent = (rc == VMM_E_AGAIN && onvif_fault_is_absence(fault)) ||
                     answer->status == 404 || answer->status == 405;
    if (is_absent || (rc == VMM_E_AGAIN && lacks == 0)) {
        look->note.lacks |= lacks;
        return false;
    }
    if (rc == VMM_E_AGAIN) {
        say_refused(fault, part);
    } else if (rc == VMM_E_NOMEM) {
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
    int rc = onvif_decode_clock(onvif_body(answer), &clock, &fault);
    if (rc == 0) {
        tell_clock(look, &clock, answer, to);
    } else if (answer->status == 401 || rc == VMM_E_AGAIN) {
        look->clock_refused = is_refusal(answer, rc, &fault); /* else it does not offer it */
    } else if (answer->status == 404 || answer->status == 405) {
        vmm_part_set(part, VMM_OUTCOME_UNSUPPORTED, VMM_RUNG_PARSE, 0, "there is no ONVIF here");
    } else if ((answer->flags & VMM_HTTP_SHORT) != 0 || vmm_part_status(part, answer)) {
        /* Half of a refusal says nothing of what is offered. */
        vmm_part_set(part, VMM_OUTCOME_BAD_REPLY, VMM_RUNG_PARSE, 0,
                     "the answer is no SOAP message");
    }
}

/* Some tell it to nobody but those they have let in. */
ONVIF_TAKE(clock_late)
{
    struct onvif_look *look = state;
    struct onvif_clock clock;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_clock(onvif_body(answer), &clock, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
        tell_clock(look, &clock, answer, to);
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

static bool names_digest(struct vmm_text value)
{
    static const char word[] = "digest ";
    for (; value.size >= sizeof(word) - 1; value.data++, value.size--) {
        if (vmm_text_begins(value, word)) {
            return true;
        }
    }
    return false;
}

/* A challenge of HTTP counts; one of Basic alone beside a fault of SOAP is a web server's, and the fault counts. */
static bool wants_http(const struct vmm_http_answer *answer, int rc)
{
    static const char name[] = "WWW-Authenticate:";
    struct vmm_text rest = vmm_text_bytes(answer->headers, answer->headers_size);
    struct vmm_text line;
    bool is_asked = false;
    while (answer->status == 401 && vmm_text_line(&rest, &line)) {
        if (vmm_text_begins(line, name)) {
            line = vmm_text_bytes(line.data + sizeof(name) - 1, line.size - (sizeof(name) - 1));
            is_asked = is_asked || rc != VMM_E_AGAIN || names_digest(line);
        }
    }
    return is_asked;
}

/* How it wants to be logged in to follows from what it says to a question without a login. */
ONVIF_TAKE(bare)
{
    struct onvif_look *look = state;
    struct onvif_identity identity;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_identity(onvif_body(answer), &identity, &fault);
    if (rc == 0) {
        tell_identity(look, &identity, to);
        onvif_look_login(look, ONVIF_LOGIN_NONE);
    } else if (wants_http(answer, rc)) {
        onvif_look_login(look, ONVIF_LOGIN_HTTP);
    } else if (rc == VMM_E_AGAIN || answer->status == 400 || answer->status == 401) {
        onvif_look_login(look, ONVIF_LOGIN_TOKEN);
    } else {
        onvif_judge(look, answer, rc, &fault, 0, part);
    }
}

/* A device may sign by another clock than it tells: the next login goes by the true time, once. Else it begins by asking
 * how. */
static enum onvif_login next_login(const struct onvif_look *look)
{
    bool tells_other = look->offset_ms > SIGNED_MS || look->offset_ms < -SIGNED_MS;
    return look->note.login == ONVIF_LOGIN_TOKEN && tells_other ? ONVIF_LOGIN_TRUE
                                                                : ONVIF_LOGIN_UNKNOWN;
}

/* "You still have 29 attempt(s)", as one make says beside its refusal. */
static void tell_tries(const char *text, const struct vmm_observer *to)
{
    static const char mark[] = "still have ";
    const char *at = strstr(text, mark);
    int64_t tries = 0;
    if (at == NULL) {
        return;
    }
    at += strlen(mark);
    struct vmm_text count = vmm_text_bytes(at, strspn(at, "0123456789"));
    if (vmm_text_int(count, 0, 10000, &tries) == 0 &&
        strncmp(count.data + count.size, " attempt", 8) == 0) {
        vmm_observe_int(to, VMM_FACT_LOGIN_TRIES, 0, tries);
    }
}

ONVIF_TAKE(identity)
{
    struct onvif_look *look = state;
    struct onvif_identity identity;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_identity(onvif_body(answer), &identity, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
        tell_identity(look, &identity, to);
    } else if (part->outcome == VMM_OUTCOME_AUTH) {
        tell_tries(fault.text, to);
        onvif_look_login(look, next_login(look));
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
    int rc = onvif_decode_services(onvif_body(answer), &look->services, &fault);
    if (onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_SERVICES, part)) {
        tell_address(look, to);
    }
}

ONVIF_TAKE(capabilities)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_capabilities(onvif_body(answer), &look->services, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
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
    int rc = onvif_decode_profiles(onvif_body(answer), &look->profiles, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
        tell_profiles(look, to);
    }
}

ONVIF_TAKE(profiles2)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_profiles2(onvif_body(answer), &look->profiles, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
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
    int rc = onvif_decode_ntp(onvif_body(answer), &ntp, &fault);
    if (onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_NTP, part)) {
        vmm_observe_text(to, VMM_FACT_NTP_SERVER, 0, vmm_text_of(ntp.server));
    }
}

ONVIF_TAKE(hostname)
{
    struct onvif_look *look = state;
    struct onvif_network network;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_hostname(onvif_body(answer), &network, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part)) {
        tell(to, VMM_FACT_HOSTNAME, network.hostname);
    }
}

ONVIF_TAKE(interfaces)
{
    struct onvif_look *look = state;
    struct onvif_network network;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_interfaces(onvif_body(answer), &network, &fault);
    if (onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_NETWORK, part)) {
        (void)vmm_observe_mac(to, vmm_text_trim(vmm_text_of(network.mac)));
    }
}

ONVIF_TAKE(stream)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    char path[ONVIF_PATH_MAX];
    uint32_t index = ++look->stream;
    (void)row;
    int rc = look->services.media2[0] != '\0'
                 ? onvif_decode_stream2(onvif_body(answer), path, &fault)
                 : onvif_decode_stream(onvif_body(answer), path, &fault);
    if (onvif_judge(look, answer, rc, &fault, 0, part) && path[0] != '\0') {
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
                 ? onvif_decode_snapshot2(onvif_body(answer), path, &fault)
                 : onvif_decode_snapshot(onvif_body(answer), path, &fault);
    if (onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_SNAPSHOT, part) && path[0] != '\0') {
        vmm_observe_text(to, VMM_FACT_SNAPSHOT_PATH, index, vmm_text_of(path));
    }
}
