/* SPDX-License-Identifier: MIT */
/* Reading what an answer is held against. */
#include <kit/charset.h>

#include <stdlib.h>
#include <string.h>

#include "generic_reading.h"

/* "200" or "200-299" */
static int read_statuses(const struct generic_reading *r, struct vmm_text range,
                         struct generic_request *request)
{
    struct vmm_text last = range;
    struct vmm_text first;
    int64_t low = 0;
    int64_t high = 0;
    bool good = vmm_text_part(&last, '-', &first) && vmm_text_int(first, 100, 599, &low) == 0;
    if (good && first.size == range.size) {
        last = first;
    }
    if (!good || vmm_text_int(last, low, 599, &high) != 0) {
        return generic_wrong(r, "expect_status is like \"200,204,300-303\"");
    }
    if (request->status_count == GENERIC_STATUSES_MAX) {
        return generic_wrong(r, "expect_status has at most %u parts", GENERIC_STATUSES_MAX);
    }
    request->statuses[request->status_count++] =
        (struct generic_statuses){(uint32_t)low, (uint32_t)high};
    return 0;
}

static int read_expected(const struct generic_reading *r, const json_t *object,
                         struct generic_request *request)
{
    if (request->is_tcp) {
        request->statuses[request->status_count++] = (struct generic_statuses){0, 0};
        return 0;
    }
    const char *list = generic_text_of(object, "expect_status");
    struct vmm_text rest = vmm_text_of(list == NULL ? "200-299" : list);
    struct vmm_text range;
    int rc = 0;
    while (rc == 0 && vmm_text_part(&rest, ',', &range)) {
        rc = read_statuses(r, range, request);
    }
    if (rc == 0 && request->status_count == 0) {
        rc = generic_wrong(r, "expect_status is empty");
    }
    return rc != 0 ? rc : generic_copy_text(r, object, "expect_type", &request->expect_type);
}

int generic_read_pattern(const struct generic_reading *r, const char *text,
                         struct generic_pattern *pattern)
{
    char why[100];
    if (text == NULL) {
        return generic_wrong(r, "a pattern is a text");
    }
    return generic_pattern_init(pattern, text, why, sizeof(why)) == 0 ? 0
                                                                      : generic_wrong(r, "%s", why);
}

static int read_patterns(struct generic_reading *r, const json_t *object, const char *key,
                         struct generic_pattern *patterns, size_t *count)
{
    const json_t *list = json_object_get(object, key);
    int rc = 0;
    r->part = key;
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        rc =
            i == GENERIC_PATTERNS_MAX
                ? generic_wrong(r, "at most %u patterns", GENERIC_PATTERNS_MAX)
                : generic_read_pattern(r, json_string_value(json_array_get(list, i)), &patterns[i]);
        *count += rc == 0 ? 1 : 0;
    }
    r->part = NULL;
    return rc;
}

static int read_condition(const struct generic_reading *r, const char *text,
                          struct generic_condition *condition)
{
    char why[100];
    return text == NULL ? generic_wrong(r, "a condition is a text")
           : generic_condition_init(condition, text, why, sizeof(why)) == 0
               ? 0
               : generic_wrong(r, "%s", why);
}

static int read_conditions(struct generic_reading *r, const json_t *object,
                           struct generic_request *request)
{
    const json_t *list = json_object_get(object, "conditions");
    int rc = 0;
    r->part = "conditions";
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        rc = i == GENERIC_PATTERNS_MAX
                 ? generic_wrong(r, "at most %u conditions", GENERIC_PATTERNS_MAX)
                 : read_condition(r, json_string_value(json_array_get(list, i)),
                                  &request->conditions[i]);
        request->condition_count += rc == 0 ? 1 : 0;
    }
    r->part = NULL;
    return rc;
}

/* "Name: pattern"; without a pattern the header only has to be there. */
static int read_header_rule(const struct generic_reading *r, const char *text,
                            struct generic_header *header)
{
    const char *colon = text == NULL ? NULL : strchr(text, ':');
    if (colon == NULL || colon == text) {
        return generic_wrong(r, "a rule for a header is \"Name: pattern\"");
    }
    const char *pattern = colon + 1 + strspn(colon + 1, " ");
    header->name = strndup(text, (size_t)(colon - text));
    if (header->name == NULL) {
        return generic_wrong(r, "no memory");
    }
    int rc = *pattern == '\0' ? 0 : generic_read_pattern(r, pattern, &header->pattern);
    header->has_pattern = rc == 0 && *pattern != '\0';
    return rc;
}

static int read_header_rules(struct generic_reading *r, const json_t *object, const char *key,
                             struct generic_header *headers, size_t *count)
{
    const json_t *list = json_object_get(object, key);
    int rc = 0;
    r->part = key;
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        if (i == GENERIC_PATTERNS_MAX) {
            rc = generic_wrong(r, "at most %u headers", GENERIC_PATTERNS_MAX);
        } else {
            *count += 1; /* released also when it is half read */
            rc = read_header_rule(r, json_string_value(json_array_get(list, i)), &headers[i]);
        }
    }
    r->part = NULL;
    return rc;
}

/* What the status line has to be like. */
static int read_line(const struct generic_reading *r, const json_t *object,
                     struct generic_request *request)
{
    char why[100];
    const char *text = generic_text_of(object, "expect_line");
    request->has_line =
        text != NULL && generic_pattern_init(&request->line, text, why, sizeof(why)) == 0;
    return text == NULL || request->has_line ? 0 : generic_wrong(r, "expect_line: %s", why);
}

/* The place of a word in a list, ended by NULL; 0 when it is absent. */
static uint32_t word_of(const json_t *object, const char *key, const char *const *words)
{
    const char *word = generic_text_of(object, key);
    for (uint32_t i = 0; word != NULL && words[i] != NULL; i++) {
        if (strcmp(word, words[i]) == 0) {
            return i;
        }
    }
    return 0;
}

static void read_manner(const json_t *object, struct generic_request *request)
{
    static const char *const versions[] = {"any", "1.0", "1.1", NULL};
    static const char *const channels[] = {"any", "yes", "no", NULL};
    static const char *const lates[] = {"fail", "fault", "ignore", NULL};
    uint32_t version = word_of(object, "expect_version", versions);
    const char *encoding = generic_text_of(object, "encoding");
    request->expect_version = version == 0 ? 0 : 9 + version;
    request->expect_tls = word_of(object, "expect_tls", channels);
    request->on_timeout = word_of(object, "on_timeout", lates);
    request->charset =
        encoding == NULL ? VMM_CHARSET_UNKNOWN : vmm_charset_named(vmm_text_of(encoding));
}

int generic_read_expectations(struct generic_reading *r, const json_t *object,
                              struct generic_request *request)
{
    int rc = read_expected(r, object, request);
    read_manner(object, request);
    rc = rc != 0 ? rc : read_line(r, object, request);
    rc = rc != 0 ? rc : read_patterns(r, object, "match", request->match, &request->match_count);
    rc = rc != 0 ? rc : read_patterns(r, object, "fail", request->fail, &request->fail_count);
    rc = rc != 0 ? rc : read_conditions(r, object, request);
    rc = rc != 0 ? rc
                 : read_patterns(r, object, "refused", request->refused, &request->refused_count);
    rc = rc != 0 ? rc : read_patterns(r, object, "locked", request->locked, &request->locked_count);
    rc = rc != 0 ? rc
                 : read_header_rules(r, object, "match_headers", request->match_headers,
                                     &request->match_header_count);
    return rc != 0 ? rc
                   : read_header_rules(r, object, "fail_headers", request->fail_headers,
                                       &request->fail_header_count);
}
