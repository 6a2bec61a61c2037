/* SPDX-License-Identifier: MIT */
/* Reading the rules of extraction. */
#include <kit/datetime.h>

#include <stdlib.h>
#include <string.h>

#include "generic_carry.h"
#include "generic_reading.h"

/* What only an answer of HTTP has. */
static bool is_of_http(uint32_t from)
{
    return from == GENERIC_FROM_HEADER || from == GENERIC_FROM_COOKIE ||
           from == GENERIC_FROM_STATUS || from == GENERIC_FROM_AGE || from == GENERIC_FROM_TLS_DAYS;
}

static int read_source(const struct generic_reading *r, const json_t *object,
                       struct generic_extract *extract)
{
    static const char *const words[GENERIC_FROM_COUNT] = {
        "",       "keyvalue", "header",  "cookie", "json",     "xml",     "regex",
        "status", "size",     "time",    "age",    "tls_days", "picture", "width",
        "height", "wait",     "connect", "hash",   "unchanged"};
    const char *word = generic_text_of(object, "from");
    for (uint32_t i = 1; i < GENERIC_FROM_COUNT && word != NULL; i++) {
        extract->from = strcmp(word, words[i]) == 0 ? i : extract->from;
    }
    int rc = generic_copy_text(r, object, "key", &extract->key);
    const char *pattern = generic_text_of(object, "pattern");
    bool keyed = extract->from <= GENERIC_FROM_XML;
    if (rc != 0 || extract->from == GENERIC_FROM_NOTHING) {
        return generic_wrong(r, "from is one of the words that the options name");
    }
    if (r->plan->requests[r->request]->is_tcp && is_of_http(extract->from)) {
        return generic_wrong(r, "tcp has no %s: ask for it over http", word);
    }
    if (keyed != (extract->key != NULL)) {
        return generic_wrong(r,
                             "keyvalue, header, cookie, json and xml need a key, and nothing else");
    }
    if (extract->from == GENERIC_FROM_JSON && extract->key[0] != '/') {
        return generic_wrong(r, "the key of json is a pointer, like /Data/0/Model");
    }
    if (extract->from == GENERIC_FROM_REGEX && pattern == NULL) {
        return generic_wrong(r, "regex needs a pattern");
    }
    if (pattern == NULL) {
        return 0;
    }
    rc = generic_read_pattern(r, pattern, &extract->pattern);
    extract->has_pattern = rc == 0;
    return rc;
}

static bool fact_may_be_set(uint32_t fact)
{
    return fact != 0 && fact != VMM_FACT_CLOCK_UNCERTAINTY && fact != VMM_FACT_FINDING;
}

static int read_fact(const struct generic_reading *r, const json_t *object,
                     struct generic_rule *rule)
{
    const char *word = generic_text_of(object, "fact");
    uint32_t subject = 0;
    rule->fact = vmm_observe_fact(vmm_text_of(word), &subject, &rule->type);
    if (!fact_may_be_set(rule->fact)) {
        return generic_wrong(r, "%.40s is no fact that can be set",
                             word == NULL ? "nothing" : word);
    }
    int64_t index = json_integer_value(json_object_get(object, "index"));
    rule->index = subject == VMM_SUBJECT_DEVICE ? 0 : (uint32_t)index;
    if (subject != VMM_SUBJECT_DEVICE && (index < 1 || index > 1024)) {
        return generic_wrong(r, "index counts from 1");
    }
    int rc = generic_copy_text(r, object, "name", &rule->name);
    if (rc == 0 && rule->fact == VMM_FACT_VENDOR && rule->name == NULL) {
        return generic_wrong(r, "the fact vendor needs a name");
    }
    if (rc == 0 && rule->name == NULL) {
        rule->name = strdup(word);
    }
    return rc;
}

static int read_clock(const struct generic_reading *r, const json_t *object,
                      struct generic_rule *rule)
{
    int rc = generic_copy_text(r, object, "format", &rule->format);
    const char *zone = generic_text_of(object, "zone");
    if (rc == 0 && zone != NULL) {
        rule->has_zone = true;
        rc = vmm_datetime_zone(vmm_text_of(zone), &rule->zone_minutes) == 0
                 ? 0
                 : generic_wrong(r, "zone is like +08:00");
    }
    if (rc != 0 || (rule->fact != VMM_FACT_CLOCK_OFFSET)) {
        return rc;
    }
    bool names_zone = rule->format != NULL &&
                      (strstr(rule->format, "%z") != NULL || strstr(rule->format, "%s") != NULL);
    if (rule->format == NULL || (!names_zone && !rule->has_zone)) {
        return generic_wrong(
            r, "clock_offset needs a format, and a zone when the format has no %%z or %%s");
    }
    return 0;
}

static void read_warnings(const json_t *object, struct generic_rule *rule)
{
    const json_t *min = json_object_get(object, "warn_min");
    const json_t *max = json_object_get(object, "warn_max");
    rule->has_warn_min = json_is_number(min);
    rule->has_warn_max = json_is_number(max);
    rule->warn_min = json_number_value(min);
    rule->warn_max = json_number_value(max);
}

static int read_limits(const struct generic_reading *r, const json_t *object,
                       struct generic_rule *rule)
{
    const json_t *min = json_object_get(object, "min");
    const json_t *max = json_object_get(object, "max");
    const json_t *factor = json_object_get(object, "factor");
    rule->has_min = json_is_number(min);
    rule->has_max = json_is_number(max);
    rule->min = json_number_value(min);
    rule->max = json_number_value(max);
    rule->factor = json_is_integer(factor) ? json_integer_value(factor) : 1;
    read_warnings(object, rule);
    const char *map = generic_text_of(object, "map");
    bool limits = rule->has_min || rule->has_max || rule->has_warn_min || rule->has_warn_max;
    if (map != NULL && limits) {
        return generic_wrong(r, "a map, or min and max, not both");
    }
    char why[100];
    if (map != NULL && generic_map_parse(rule, map, why, sizeof(why)) != 0) {
        return generic_wrong(r, "%s", why);
    }
    return 0;
}

/* A value that later requests need. */
static int read_carry(const struct generic_reading *r, const json_t *object,
                      struct generic_extract *extract)
{
    const char *name = generic_text_of(object, "carry");
    if (generic_text_of(object, "fact") != NULL || generic_text_of(object, "map") != NULL) {
        return generic_wrong(r, "a rule tells a fact or carries a value: leave fact and map out");
    }
    if (r->plan->requests[r->request]->optional) {
        return generic_wrong(r, "later requests need what is carried: leave optional out");
    }
    if (r->plan->requests[r->request]->on_timeout != GENERIC_LATE_FAIL) {
        return generic_wrong(r, "later requests need what is carried: leave on_timeout out");
    }
    extract->carry = generic_carry_place(r->plan, vmm_text_of(name), true);
    if (extract->carry == VMM_E_TOOBIG) {
        return generic_wrong(r, "at most %u values are carried", GENERIC_CARRIES_MAX);
    }
    return extract->carry >= 0 ? 0 : generic_wrong(r, "carry is a name of a-z, 0-9 and _");
}

static int read_extract(const struct generic_reading *r, const json_t *object,
                        struct generic_extract *extract)
{
    extract->carry = -1;
    int rc = read_source(r, object, extract);
    if (rc == 0 && generic_text_of(object, "carry") != NULL) {
        return read_carry(r, object, extract);
    }
    rc = rc != 0 ? rc : read_fact(r, object, &extract->rule);
    rc = rc != 0 ? rc : read_clock(r, object, &extract->rule);
    return rc != 0 ? rc : read_limits(r, object, &extract->rule);
}

int generic_read_extracts(struct generic_reading *r, const json_t *object,
                          struct generic_request *request)
{
    const json_t *list = json_object_get(object, "extract");
    int rc = 0;
    r->part = "extract";
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        if (i == GENERIC_RULES_MAX) {
            rc = generic_wrong(r, "at most %u rules", GENERIC_RULES_MAX);
        } else {
            request->extract_count++; /* released also when it is half read */
            rc = read_extract(r, json_array_get(list, i), &request->extract[i]);
        }
    }
    r->part = NULL;
    return rc;
}
