/* SPDX-License-Identifier: MIT */
#include "generic_value.h"

#include <kit/datetime.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_RESOLUTION_MS 1000
#define NUMBER_MAX          40u /* bytes of a number */

struct standing {
    uint32_t standing;
    uint32_t reason;
    bool warns;
};

static const struct standing stands_ok = {VMM_STANDING_OK, VMM_REASON_NONE, false};
static const struct standing stands_unjudged = {VMM_STANDING_NOT_JUDGED, VMM_REASON_NONE, false};

/* ---- Maps ---- */

static int read_meaning(struct vmm_text word, struct generic_meaning *meaning)
{
    bool ignored = vmm_text_equal(word, "ignore");
    meaning->warns = vmm_text_equal(word, "warn");
    if (ignored || meaning->warns || vmm_text_equal(word, "ok")) {
        meaning->standing = ignored ? VMM_STANDING_NOT_JUDGED : VMM_STANDING_OK;
        return 0;
    }
    meaning->standing = VMM_STANDING_FAULT;
    if (vmm_text_equal(word, "fault")) {
        return 0;
    }
    struct vmm_text reason = word;
    struct vmm_text head;
    if (!vmm_text_part(&reason, ':', &head) || !vmm_text_equal(head, "fault")) {
        return VMM_E_INVAL;
    }
    int number = vmm_observe_reason(reason);
    meaning->reason = number > 0 ? (uint32_t)number : 0;
    return number > 0 ? 0 : VMM_E_INVAL;
}

static int add_meaning(struct generic_rule *rule, struct vmm_text value,
                       const struct generic_meaning *meaning)
{
    if (rule->map_count == GENERIC_MAP_MAX) {
        return VMM_E_TOOBIG;
    }
    struct generic_meaning *grown = realloc(rule->map, (rule->map_count + 1) * sizeof(*rule->map));
    char *copy = strndup(value.size > 0 ? value.data : "", value.size);
    if (grown != NULL) {
        rule->map = grown;
    }
    if (grown == NULL || copy == NULL) {
        free(copy);
        return VMM_E_NOMEM;
    }
    grown[rule->map_count] = *meaning;
    grown[rule->map_count].value = copy;
    rule->map_count++;
    return 0;
}

/* "1|on=ok" */
static int read_entry(struct generic_rule *rule, struct vmm_text entry)
{
    struct vmm_text word = entry;
    struct vmm_text values;
    struct vmm_text value;
    struct generic_meaning meaning = {0};
    if (!vmm_text_part(&word, '=', &values) || values.size == entry.size) {
        return VMM_E_INVAL;
    }
    int rc = read_meaning(vmm_text_trim(word), &meaning);
    while (rc == 0 && vmm_text_part(&values, '|', &value)) {
        rc = add_meaning(rule, vmm_text_trim(value), &meaning);
    }
    return rc;
}

int generic_map_parse(struct generic_rule *rule, const char *text, char *why, size_t why_size)
{
    struct vmm_text rest = vmm_text_of(text);
    struct vmm_text entry;
    while (vmm_text_part(&rest, ';', &entry)) {
        struct vmm_text trimmed = vmm_text_trim(entry);
        int rc = trimmed.size == 0 ? 0 : read_entry(rule, trimmed);
        if (rc == VMM_E_TOOBIG) {
            snprintf(why, why_size, "a map has at most %u values", GENERIC_MAP_MAX);
        } else if (rc != 0) {
            snprintf(why, why_size,
                     "\"%.*s\" is not value|value=ok, warn, fault, fault:<reason> or ignore",
                     (int)(trimmed.size < 40 ? trimmed.size : 40), trimmed.data);
        }
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

void generic_rule_finish(struct generic_rule *rule)
{
    for (size_t i = 0; i < rule->map_count; i++) {
        free(rule->map[i].value);
    }
    free(rule->map);
    free(rule->name);
    free(rule->format);
}

/* ---- Standing ---- */

static uint32_t usual_reason(const struct generic_rule *rule)
{
    switch (rule->fact) {
    case VMM_FACT_SIGNAL:
        return VMM_REASON_VIDEO_LOSS;
    case VMM_FACT_MEDIA:
        return VMM_REASON_NO_VIDEO;
    case VMM_FACT_DISK_STATE:
    case VMM_FACT_DISK_TOTAL:
    case VMM_FACT_DISK_FREE:
        return VMM_REASON_DISK_FAULT;
    default:
        return VMM_REASON_EXPECTATION;
    }
}

static struct standing fault_of(const struct generic_rule *rule, uint32_t reason)
{
    return (struct standing){VMM_STANDING_FAULT, reason != 0 ? reason : usual_reason(rule), false};
}

static struct standing standing_by_map(const struct generic_rule *rule, struct vmm_text value)
{
    for (size_t i = 0; i < rule->map_count; i++) {
        const struct generic_meaning *meaning = &rule->map[i];
        if (strcmp(meaning->value, "*") != 0 && !vmm_text_same(value, meaning->value)) {
            continue;
        }
        return meaning->standing == VMM_STANDING_FAULT
                   ? fault_of(rule, meaning->reason)
                   : (struct standing){meaning->standing, VMM_REASON_NONE, meaning->warns};
    }
    return stands_unjudged;
}

bool generic_value_number(struct vmm_text value, double *number)
{
    char text[NUMBER_MAX + 1];
    char *end = NULL;
    if (value.size == 0 || value.size > NUMBER_MAX) {
        return false;
    }
    memcpy(text, value.data, value.size);
    text[value.size] = '\0';
    if (strspn(text, "+-0123456789.eE") != value.size) {
        return false; /* no hexadecimal, no "nan" */
    }
    *number = strtod(text, &end);
    return *end == '\0' && end != text && isfinite(*number);
}

static struct standing standing_by_limits(const struct generic_rule *rule, struct vmm_text value)
{
    double number = 0;
    if (!generic_value_number(value, &number)) {
        return stands_unjudged;
    }
    number *= (double)rule->factor;
    bool outside = (rule->has_min && number < rule->min) || (rule->has_max && number > rule->max);
    bool warns = (rule->has_warn_min && number < rule->warn_min) ||
                 (rule->has_warn_max && number > rule->warn_max);
    return outside ? fault_of(rule, 0) : (struct standing){VMM_STANDING_OK, VMM_REASON_NONE, warns};
}

/* A word of truth is a fault where false means that something is lost. */
static struct standing standing_by_truth(const struct generic_rule *rule, struct vmm_text value)
{
    bool truth = false;
    if (vmm_text_bool(value, &truth) != 0) {
        return stands_unjudged;
    }
    bool lost = !truth && (rule->fact == VMM_FACT_SIGNAL || rule->fact == VMM_FACT_MEDIA);
    return lost ? fault_of(rule, 0) : stands_ok;
}

static struct standing standing_of(const struct generic_rule *rule, struct vmm_text value)
{
    if (rule->map_count > 0) {
        return standing_by_map(rule, value);
    }
    if (rule->has_min || rule->has_max || rule->has_warn_min || rule->has_warn_max) {
        return standing_by_limits(rule, value);
    }
    if (rule->fact == VMM_FACT_DISK_STATE || rule->fact == VMM_FACT_HARDWARE) {
        return stands_unjudged; /* "failed" is a word like "ok" */
    }
    return rule->type == VMM_TYPE_BOOL ? standing_by_truth(rule, value) : stands_ok;
}

/* ---- Reporting ---- */

static void report_text(const struct generic_rule *rule, struct standing standing,
                        struct vmm_text value, const struct vmm_observer *to)
{
    char line[2 * VMM_TEXT_MAX];
    struct vmm_text told = value;
    if (rule->fact == VMM_FACT_VENDOR) {
        int size =
            snprintf(line, sizeof(line), "%.64s=%.*s", rule->name,
                     (int)(value.size < VMM_TEXT_MAX ? value.size : VMM_TEXT_MAX), value.data);
        told = vmm_text_bytes(line, (size_t)size);
    }
    if (standing.standing == VMM_STANDING_NOT_JUDGED) {
        vmm_observe_unjudged(to, rule->fact, rule->index, told);
    } else {
        vmm_observe_fault_text(to, rule->fact, rule->index, standing.reason, told);
    }
}

static void report_int(const struct generic_rule *rule, struct standing standing,
                       struct vmm_text value, const struct vmm_observer *to)
{
    int64_t number = 0;
    bool whole = vmm_text_int(value, INT64_MIN, INT64_MAX, &number) == 0 &&
                 !__builtin_mul_overflow(number, rule->factor, &number);
    if (standing.standing == VMM_STANDING_NOT_JUDGED || !whole) {
        vmm_observe_unjudged(to, rule->fact, rule->index, value);
    } else {
        vmm_observe_fault_int(to, rule->fact, rule->index, standing.reason, number);
    }
}

static void report_bool(const struct generic_rule *rule, struct standing standing,
                        struct vmm_text value, const struct vmm_observer *to)
{
    bool truth = standing.standing == VMM_STANDING_OK;
    bool told = false;
    if (rule->map_count == 0 && vmm_text_bool(value, &told) == 0) {
        truth = told;
    }
    if (standing.standing == VMM_STANDING_NOT_JUDGED) {
        vmm_observe_unjudged(to, rule->fact, rule->index, value);
    } else {
        vmm_observe_fault_bool(to, rule->fact, rule->index, standing.reason, truth);
    }
}

static void report_clock(const struct generic_rule *rule, struct vmm_text value,
                         const struct generic_times *times, const struct vmm_observer *to)
{
    struct vmm_datetime at = {0};
    if (vmm_datetime_parse(value, rule->format, &at) != 0) {
        vmm_observe_unjudged(to, VMM_FACT_CLOCK_OFFSET, 0, value);
        return;
    }
    int32_t zone = at.has_zone ? at.zone_minutes : rule->zone_minutes;
    vmm_observe_clock(to, vmm_datetime_epoch_ms(&at, zone), CLOCK_RESOLUTION_MS,
                      times->sent_wall_us, times->received_wall_us);
}

static void say_why(const struct generic_rule *rule, struct vmm_text value, char *why,
                    size_t why_size)
{
    char clean[64];
    vmm_text_repair(value, clean, sizeof(clean));
    snprintf(why, why_size, "%s is \"%s\"", rule->name == NULL ? "a value" : rule->name, clean);
}

bool generic_value_report(const struct generic_rule *rule, struct vmm_text given,
                          const struct generic_times *times, const struct vmm_observer *to,
                          char *why, size_t why_size)
{
    struct vmm_text value = vmm_text_trim(given);
    struct standing standing = standing_of(rule, value);
    if (rule->fact == VMM_FACT_CLOCK_OFFSET) {
        report_clock(rule, value, times, to);
        return true;
    }
    if (standing.warns) {
        say_why(rule, value, why, why_size);
        vmm_observe_text(to, VMM_FACT_FINDING, 0, vmm_text_of(why));
    }
    bool broken = standing.reason == VMM_REASON_EXPECTATION;
    if (rule->fact == VMM_FACT_EXPECTATION) {
        broken = standing.standing == VMM_STANDING_FAULT; /* told once, with the request's own */
    } else if (rule->type == VMM_TYPE_INT) {
        report_int(rule, standing, value, to);
    } else if (rule->type == VMM_TYPE_BOOL) {
        report_bool(rule, standing, value, to);
    } else {
        report_text(rule, standing, value, to);
    }
    if (broken) {
        say_why(rule, value, why, why_size);
    }
    return !broken;
}
