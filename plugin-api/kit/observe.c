/* SPDX-License-Identifier: MIT */
#include "kit/observe.h"

#include <stdio.h>

struct fact {
    const char *word;
    uint32_t subject;
    uint32_t type;
};

#define FACT_ROW(number, NAME, word, subject, type, unit, meaning)                                 \
    [number] = {word, VMM_SUBJECT_##subject, VMM_TYPE_##type},
static const struct fact facts[VMM_FACT_COUNT] = {VMM_FACTS(FACT_ROW)};
#undef FACT_ROW

#define REASON_ROW(number, NAME, word, health, severity, seen, todo) [number] = word,
static const char *const reasons[VMM_REASON_COUNT] = {VMM_REASONS(REASON_ROW)};
#undef REASON_ROW

/* An observation of this fact with nothing but its place; VMM_E_INVAL for a number that is no fact.
 */
static int place(struct vmm_observation *o, uint32_t fact, uint32_t index, uint32_t reason)
{
    if (fact >= VMM_FACT_COUNT || facts[fact].word == NULL) {
        return VMM_E_INVAL;
    }
    *o = (struct vmm_observation){
        .struct_size = sizeof(*o),
        .subject = facts[fact].subject,
        .index = index,
        .fact = fact,
        .standing = reason == VMM_REASON_NONE ? VMM_STANDING_OK : VMM_STANDING_FAULT,
        .reason = reason,
    };
    return 0;
}

static int put_text(const struct vmm_observer *to, struct vmm_observation *o, struct vmm_text text)
{
    char clean[VMM_TEXT_MAX + 1];
    o->text_size = vmm_text_repair(text, clean, sizeof(clean));
    o->text = clean;
    o->type = VMM_TYPE_TEXT;
    return to->probe->observe(to->job, o);
}

static int put_number(const struct vmm_observer *to, uint32_t fact, uint32_t index, uint32_t reason,
                      uint32_t type, int64_t number)
{
    struct vmm_observation o;
    int rc = place(&o, fact, index, reason);
    if (rc != 0) {
        return rc;
    }
    o.type = type;
    o.number = number;
    return to->probe->observe(to->job, &o);
}

int vmm_observe_text(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                     struct vmm_text text)
{
    return vmm_observe_fault_text(to, fact, index, VMM_REASON_NONE, text);
}

int vmm_observe_int(const struct vmm_observer *to, uint32_t fact, uint32_t index, int64_t number)
{
    return put_number(to, fact, index, VMM_REASON_NONE, VMM_TYPE_INT, number);
}

int vmm_observe_bool(const struct vmm_observer *to, uint32_t fact, uint32_t index, bool truth)
{
    return put_number(to, fact, index, VMM_REASON_NONE, VMM_TYPE_BOOL, truth ? 1 : 0);
}

int vmm_observe_fault_text(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                           uint32_t reason, struct vmm_text text)
{
    struct vmm_observation o;
    int rc = place(&o, fact, index, reason);
    return rc != 0 ? rc : put_text(to, &o, text);
}

int vmm_observe_fault_int(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                          uint32_t reason, int64_t number)
{
    return put_number(to, fact, index, reason, VMM_TYPE_INT, number);
}

int vmm_observe_fault_bool(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                           uint32_t reason, bool truth)
{
    return put_number(to, fact, index, reason, VMM_TYPE_BOOL, truth ? 1 : 0);
}

int vmm_observe_unjudged(const struct vmm_observer *to, uint32_t fact, uint32_t index,
                         struct vmm_text text)
{
    struct vmm_observation o;
    int rc = place(&o, fact, index, VMM_REASON_NONE);
    if (rc != 0) {
        return rc;
    }
    o.standing = VMM_STANDING_NOT_JUDGED;
    if (facts[fact].type == VMM_TYPE_TEXT) {
        return put_text(to, &o, text);
    }
    return to->probe->observe(to->job, &o);
}

int vmm_observe_no_footage(const struct vmm_observer *to, uint32_t index, int64_t seconds)
{
    struct vmm_observation o;
    int rc = place(&o, VMM_FACT_RECORDING_NEWEST, index, VMM_REASON_NONE);
    if (rc != 0) {
        return rc;
    }
    o.standing = VMM_STANDING_NOT_JUDGED;
    o.type = VMM_TYPE_INT;
    o.number = seconds;
    return to->probe->observe(to->job, &o);
}

int vmm_observe_clock(const struct vmm_observer *to, int64_t device_ms, int64_t resolution_ms,
                      int64_t sent_wall_us, int64_t received_wall_us)
{
    int64_t trip_us = received_wall_us - sent_wall_us;
    if (trip_us < 0) {
        return 0;
    }
    int64_t middle_ms = (sent_wall_us + trip_us / 2) / 1000;
    int rc = vmm_observe_int(to, VMM_FACT_CLOCK_OFFSET, 0, device_ms - middle_ms);
    int rc2 = vmm_observe_int(to, VMM_FACT_CLOCK_UNCERTAINTY, 0,
                              resolution_ms + (trip_us / 2 + 999) / 1000);
    return rc != 0 ? rc : rc2;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

int vmm_observe_mac(const struct vmm_observer *to, struct vmm_text text)
{
    char mac[17];
    size_t at = 0;
    bool is_parted = text.size == sizeof(mac);
    if (!is_parted && text.size != 12) {
        return VMM_E_INVAL;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool parts = is_parted && i % 3 == 2;
        if (parts ? c != ':' && c != '-' : !is_hex(c)) {
            return VMM_E_INVAL;
        }
        if (at % 3 == 2) {
            mac[at++] = ':';
        }
        if (!parts) {
            mac[at++] = (char)(c >= 'A' && c <= 'F' ? c + ('a' - 'A') : c);
        }
    }
    return vmm_observe_text(to, VMM_FACT_MAC, 0, vmm_text_bytes(mac, sizeof(mac)));
}

int vmm_observe_vendor(const struct vmm_observer *to, const char *name, struct vmm_text value)
{
    char clean[VMM_TEXT_MAX + 1];
    char line[2 * VMM_TEXT_MAX + 2];
    vmm_text_repair(value, clean, sizeof(clean));
    snprintf(line, sizeof(line), "%.*s=%s", (int)VMM_TEXT_MAX, name, clean);
    return vmm_observe_text(to, VMM_FACT_VENDOR, 0, vmm_text_of(line));
}

uint32_t vmm_observe_fact(struct vmm_text word, uint32_t *subject, uint32_t *type)
{
    for (uint32_t i = 1; i < VMM_FACT_COUNT; i++) {
        if (facts[i].word != NULL && vmm_text_equal(word, facts[i].word)) {
            if (subject != NULL) {
                *subject = facts[i].subject;
            }
            if (type != NULL) {
                *type = facts[i].type;
            }
            return i;
        }
    }
    return 0;
}

int vmm_observe_reason(struct vmm_text word)
{
    for (int i = 0; i < VMM_REASON_COUNT; i++) {
        if (reasons[i] != NULL && vmm_text_equal(word, reasons[i])) {
            return i;
        }
    }
    return VMM_E_NOENT;
}
