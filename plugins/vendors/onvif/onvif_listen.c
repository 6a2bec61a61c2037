/* SPDX-License-Identifier: MIT */
/* What events tell: signal, storage, hardware, the last start. */
#include <stdio.h>
#include <string.h>

#include "onvif_look.h"

#define UPTIME_MAX_S                                                                               \
    (20 * 365 * INT64_C(86400)) /* a start before that is a clock that was not set */

static void tell_topics(uint32_t offered, const struct vmm_observer *to)
{
    char text[ONVIF_TOPICS * 48] = "none";
    size_t used = 0;
    for (uint32_t i = 0; i < ONVIF_TOPICS; i++) {
        if ((offered >> i & 1) != 0) {
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used > 0 ? " " : "",
                                     onvif_topic_names[i]);
        }
    }
    vmm_observe_vendor(to, "event_topics", vmm_text_of(text));
}

/* What a device says it tells; some tell more, so it is listened to all the same. */
ONVIF_TAKE(topics)
{
    struct onvif_fault fault = {0};
    uint32_t offered = 0;
    (void)row;
    int rc = onvif_decode_topics(onvif_body(answer), &offered, &fault);
    if (!onvif_judge(state, answer, rc, &fault, 0, part)) {
        return;
    }
    tell_topics(offered, to);
    if ((offered & ONVIF_TOPICS_SIGNAL) == 0) {
        vmm_observe_text(to, VMM_FACT_FINDING, 0,
                         vmm_text_of("the device offers no event of a lost signal: whether its "
                                     "inputs have one is not known"));
    }
}

/* A subscription that is named by a URN is spoken to at the service itself. */
ONVIF_TAKE(subscribe)
{
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    (void)to;
    int rc = onvif_decode_subscription(onvif_body(answer), &look->pull, &fault);
    if (!onvif_judge(look, answer, rc, &fault, ONVIF_LACKS_EVENTS, part)) {
        return;
    }
    if (look->pull.path[0] == '\0') {
        memcpy(look->pull.path, look->services.events, sizeof(look->pull.path));
    }
    if (look->pull.to[0] == '\0') {
        memcpy(look->pull.to, look->pull.path, sizeof(look->pull.to));
    }
}

static bool ends_with(const char *topic, const char *end)
{
    size_t size = strlen(topic);
    size_t tail = strlen(end);
    return size >= tail && strcmp(topic + size - tail, end) == 0;
}

static void keep_signal(struct onvif_look *look, const struct onvif_message *message)
{
    uint32_t channel = onvif_look_channel(look, message->source);
    bool is_lost = message->state && !message->deleted;
    if (channel != 0) {
        look->signal[channel] = is_lost ? ONVIF_SIGNAL_LOST : ONVIF_SIGNAL_LIVE;
    }
}

void onvif_tell_signals(const struct onvif_look *look, const struct vmm_observer *to)
{
    for (uint32_t channel = 1; channel <= look->sources; channel++) {
        if (look->signal[channel] == ONVIF_SIGNAL_LOST) {
            vmm_observe_fault_bool(to, VMM_FACT_SIGNAL, channel, VMM_REASON_VIDEO_LOSS, false);
        } else if (look->signal[channel] == ONVIF_SIGNAL_LIVE && !look->pulls_on) {
            vmm_observe_bool(to, VMM_FACT_SIGNAL, channel, true);
        } else {
            vmm_observe_unjudged(to, VMM_FACT_SIGNAL, channel, (struct vmm_text){0});
        }
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

/* When it started, by its own clock. */
static void tell_start(const struct onvif_look *look, const struct onvif_message *message,
                       int64_t now_ms, const struct vmm_observer *to)
{
    const struct vmm_datetime *time = &message->time;
    int64_t then_ms = vmm_datetime_epoch_ms(time, time->has_zone ? time->zone_minutes : 0);
    int64_t up_s = (now_ms + look->offset_ms - then_ms) / 1000;
    if (look->has_offset && then_ms > 0 && up_s >= 0 && up_s <= UPTIME_MAX_S) {
        vmm_observe_int(to, VMM_FACT_UPTIME, 0, up_s);
    }
}

/* Each storage under a number of its own, in the order in which they are told. */
static void tell_storage(struct onvif_look *look, const struct onvif_message *message,
                         const struct vmm_observer *to)
{
    char text[96];
    bool failed = message->state && !message->deleted;
    snprintf(text, sizeof(text), "storage failure: %.64s%s", message->source, failed ? "" : ": no");
    look->storages++;
    if (failed) {
        vmm_observe_fault_text(to, VMM_FACT_DISK_STATE, look->storages, VMM_REASON_DISK_FAULT,
                               vmm_text_of(text));
    } else {
        vmm_observe_text(to, VMM_FACT_DISK_STATE, look->storages, vmm_text_of(text));
    }
}

static void tell_message(struct onvif_look *look, const struct onvif_message *message,
                         int64_t now_ms, const struct vmm_observer *to)
{
    if (message->has_time && ends_with(message->topic, "OperatingTime/LastReboot")) {
        tell_start(look, message, now_ms, to);
    }
    if (!message->has_state) {
        return;
    }
    if (ends_with(message->topic, "VideoSource/SignalLoss") ||
        ends_with(message->topic, "VideoSource/VideoLoss")) {
        keep_signal(look, message);
    } else if (ends_with(message->topic, "HardwareFailure/StorageFailure")) {
        tell_storage(look, message, to);
    } else if (is_hardware(message)) {
        tell_hardware(message, to);
    }
}

/* Some tell what is so now in several answers. One signal told means that the others are to come. */
static bool goes_on(const struct onvif_look *look, const struct onvif_messages *messages)
{
    uint32_t told = 0;
    for (uint32_t channel = 1; channel <= look->sources; channel++) {
        told += look->signal[channel] != ONVIF_SIGNAL_UNTOLD;
    }
    bool lacks_some = told > 0 && told < look->sources;
    return look->pulls < ONVIF_PULLS_MAX && messages->count > 0 &&
           (lacks_some || messages->count == ONVIF_MESSAGES_MAX);
}

ONVIF_TAKE(messages)
{
    static struct onvif_messages messages; /* large; one thread, and not kept */
    struct onvif_look *look = state;
    struct onvif_fault fault = {0};
    (void)row;
    int rc = onvif_decode_messages(onvif_body(answer), &messages, &fault);
    uint8_t lacks = look->pulls++ == 0 ? ONVIF_LACKS_EVENTS : 0;
    if (!onvif_judge(look, answer, rc, &fault, lacks, part)) {
        look->pulls = ONVIF_PULLS_MAX; /* what was still to come will not */
        return;
    }
    for (uint32_t i = 0; i < messages.count; i++) {
        tell_message(look, &messages.message[i], answer->received_wall_us / 1000, to);
    }
    look->pulls_on = goes_on(look, &messages);
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
