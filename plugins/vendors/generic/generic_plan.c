/* SPDX-License-Identifier: MIT */
#include "generic_plan.h"

#include <jansson.h>
#include <kit/datetime.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 1024u

/* What is being read: where it stands, and what is wrong with it. */
struct reading {
    struct generic_plan *plan;
    size_t request;
    const char *part; /* "extract" … or NULL */
    size_t place;     /* in that part */
};

/* Keep the first thing that is wrong, with its place. Always VMM_E_INVAL. */
__attribute__((format(printf, 2, 3))) static int wrong(const struct reading *r, const char *format,
                                                       ...)
{
    char what[GENERIC_ERROR_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    char *error = r->plan->error;
    if (error[0] == '\0' && r->part != NULL) {
        snprintf(error, GENERIC_ERROR_MAX, "requests[%zu].%s[%zu]: %.110s", r->request, r->part,
                 r->place, what);
    } else if (error[0] == '\0') {
        snprintf(error, GENERIC_ERROR_MAX, "requests[%zu]: %.130s", r->request, what);
    }
    return VMM_E_INVAL;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* A copy of a text, NULL when it is absent. */
static int copy_text(const struct reading *r, const json_t *object, const char *key, char **out)
{
    const char *text = text_of(object, key);
    if (text == NULL) {
        return 0;
    }
    *out = strdup(text);
    return *out == NULL ? wrong(r, "no memory") : 0;
}

/* ---- The request itself ---- */

static bool is_path(const char *path)
{
    size_t size = path == NULL ? 0 : strlen(path);
    if (size == 0 || size > PATH_MAX_BYTES || path[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)path[i];
        if (c <= ' ' || c == 127) {
            return false;
        }
    }
    return true;
}

static bool has_template(const char *text)
{
    return text != NULL && (strstr(text, "{user}") != NULL || strstr(text, "{pass}") != NULL ||
                            strstr(text, "{pass_md5}") != NULL);
}

static int read_method(const struct reading *r, const json_t *object,
                       struct generic_request *request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST"};
    const char *word = text_of(object, "method");
    request->method = NULL;
    for (size_t i = 0; i < 3 && word != NULL; i++) {
        request->method = strcmp(word, methods[i]) == 0 ? methods[i] : request->method;
    }
    if (request->method == NULL) {
        return wrong(r, "method is GET, HEAD or POST");
    }
    bool post = strcmp(request->method, "POST") == 0;
    if (post && !json_is_true(json_object_get(object, "safe"))) {
        return wrong(r, "a POST needs \"safe\": true, your word that it changes nothing");
    }
    if (!post && text_of(object, "body") != NULL) {
        return wrong(r, "only a POST has a body");
    }
    request->http_flags |= post ? VMM_HTTP_SAFE : 0;
    return 0;
}

static bool begins_with(const char *line, const char *name)
{
    return vmm_text_begins(vmm_text_of(line), name);
}

static int add_header(const struct reading *r, struct generic_request *request, const char *line)
{
    static const char *const ours[] = {"Host:",       "Authorization:",     "Content-Length:",
                                       "Connection:", "Transfer-Encoding:", "Proxy-"};
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strpbrk(line, "\r\n") != NULL) {
        return wrong(r, "a header is one line \"Name: value\"");
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (begins_with(line, ours[i])) {
            return wrong(r, "%.20s is set by the host", ours[i]);
        }
    }
    size_t used = request->headers == NULL ? 0 : strlen(request->headers);
    size_t size = used + strlen(line) + 3;
    char *grown = size > 8192 ? NULL : realloc(request->headers, size);
    if (grown == NULL) {
        return wrong(r, "the headers are too long");
    }
    snprintf(grown + used, size - used, "%s\r\n", line);
    request->headers = grown;
    return 0;
}

static int read_headers(struct reading *r, const json_t *object, struct generic_request *request)
{
    int rc = 0;
    size_t at = 0;
    json_t *line = NULL;
    r->part = "headers";
    json_array_foreach(json_object_get(object, "headers"), at, line)
    {
        r->place = at;
        const char *text = json_string_value(line);
        rc = rc != 0 ? rc : add_header(r, request, text == NULL ? "" : text);
    }
    r->part = NULL;
    const char *type = text_of(object, "content_type");
    if (rc == 0 && type != NULL) {
        char header[256];
        snprintf(header, sizeof(header), "Content-Type: %.200s", type);
        rc = add_header(r, request, header);
    }
    return rc;
}

static void read_flags(const json_t *object, struct generic_request *request)
{
    const char *redirects = text_of(object, "redirects");
    if (redirects != NULL && strcmp(redirects, "same_device") == 0) {
        request->http_flags |= VMM_HTTP_SAME_DEVICE;
    }
    if (json_is_false(json_object_get(object, "login"))) {
        request->http_flags |= VMM_HTTP_NO_LOGIN;
    }
    if (json_is_true(json_object_get(object, "first_part"))) {
        request->http_flags |= VMM_HTTP_FIRST_PART;
    }
    if (has_template(request->path) || has_template(request->headers) ||
        has_template(request->body)) {
        request->http_flags |= VMM_HTTP_TEMPLATE;
    }
    request->optional = json_is_true(json_object_get(object, "optional"));
    request->timeout_ms = (uint32_t)json_integer_value(json_object_get(object, "timeout"));
    request->max_bytes = (uint32_t)json_integer_value(json_object_get(object, "max_bytes"));
}

/* ---- Expectations ---- */

/* "200" or "200-299" */
static int read_statuses(const struct reading *r, struct vmm_text range,
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
        return wrong(r, "expect_status is like \"200,204,300-303\"");
    }
    if (request->status_count == GENERIC_STATUSES_MAX) {
        return wrong(r, "expect_status has at most %u parts", GENERIC_STATUSES_MAX);
    }
    request->statuses[request->status_count++] =
        (struct generic_statuses){(uint32_t)low, (uint32_t)high};
    return 0;
}

static int read_expected(const struct reading *r, const json_t *object,
                         struct generic_request *request)
{
    const char *list = text_of(object, "expect_status");
    struct vmm_text rest = vmm_text_of(list == NULL ? "200-299" : list);
    struct vmm_text range;
    int rc = 0;
    while (rc == 0 && vmm_text_part(&rest, ',', &range)) {
        rc = read_statuses(r, range, request);
    }
    if (rc == 0 && request->status_count == 0) {
        rc = wrong(r, "expect_status is empty");
    }
    return rc != 0 ? rc : copy_text(r, object, "expect_type", &request->expect_type);
}

static int read_pattern(const struct reading *r, const char *text, struct generic_pattern *pattern)
{
    char why[100];
    if (text == NULL) {
        return wrong(r, "a pattern is a text");
    }
    return generic_pattern_init(pattern, text, why, sizeof(why)) == 0 ? 0 : wrong(r, "%s", why);
}

static int read_patterns(struct reading *r, const json_t *object, const char *key,
                         struct generic_pattern *patterns, size_t *count)
{
    const json_t *list = json_object_get(object, key);
    int rc = 0;
    r->part = key;
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        rc = i == GENERIC_PATTERNS_MAX
                 ? wrong(r, "at most %u patterns", GENERIC_PATTERNS_MAX)
                 : read_pattern(r, json_string_value(json_array_get(list, i)), &patterns[i]);
        *count += rc == 0 ? 1 : 0;
    }
    r->part = NULL;
    return rc;
}

/* ---- Extraction ---- */

static int read_source(const struct reading *r, const json_t *object,
                       struct generic_extract *extract)
{
    static const char *const words[] = {"", "keyvalue", "header", "regex", "status"};
    const char *word = text_of(object, "from");
    for (uint32_t i = 1; i <= GENERIC_FROM_STATUS && word != NULL; i++) {
        extract->from = strcmp(word, words[i]) == 0 ? i : extract->from;
    }
    int rc = copy_text(r, object, "key", &extract->key);
    const char *pattern = text_of(object, "pattern");
    bool keyed = extract->from == GENERIC_FROM_KEYVALUE || extract->from == GENERIC_FROM_HEADER;
    if (rc != 0 || extract->from == 0) {
        return wrong(r, "from is keyvalue, header, regex or status");
    }
    if (keyed != (extract->key != NULL)) {
        return wrong(r, "keyvalue and header need a key, nothing else has one");
    }
    if (extract->from == GENERIC_FROM_REGEX && pattern == NULL) {
        return wrong(r, "regex needs a pattern");
    }
    if (pattern == NULL) {
        return 0;
    }
    rc = read_pattern(r, pattern, &extract->pattern);
    extract->has_pattern = rc == 0;
    return rc;
}

static bool fact_may_be_set(uint32_t fact)
{
    return fact != 0 && fact != VMM_FACT_CLOCK_UNCERTAINTY && fact != VMM_FACT_FINDING;
}

static int read_fact(const struct reading *r, const json_t *object, struct generic_rule *rule)
{
    const char *word = text_of(object, "fact");
    uint32_t subject = 0;
    rule->fact = vmm_observe_fact(vmm_text_of(word), &subject, &rule->type);
    if (!fact_may_be_set(rule->fact)) {
        return wrong(r, "%.40s is no fact that can be set", word == NULL ? "nothing" : word);
    }
    int64_t index = json_integer_value(json_object_get(object, "index"));
    rule->index = subject == VMM_SUBJECT_DEVICE ? 0 : (uint32_t)index;
    if (subject != VMM_SUBJECT_DEVICE && (index < 1 || index > 1024)) {
        return wrong(r, "index counts from 1");
    }
    int rc = copy_text(r, object, "name", &rule->name);
    if (rc == 0 && rule->fact == VMM_FACT_VENDOR && rule->name == NULL) {
        return wrong(r, "the fact vendor needs a name");
    }
    if (rc == 0 && rule->name == NULL) {
        rule->name = strdup(word);
    }
    return rc;
}

static int read_clock(const struct reading *r, const json_t *object, struct generic_rule *rule)
{
    int rc = copy_text(r, object, "format", &rule->format);
    const char *zone = text_of(object, "zone");
    if (rc == 0 && zone != NULL) {
        rule->has_zone = true;
        rc = vmm_datetime_zone(vmm_text_of(zone), &rule->zone_minutes) == 0
                 ? 0
                 : wrong(r, "zone is like +08:00");
    }
    if (rc != 0 || (rule->fact != VMM_FACT_CLOCK_OFFSET)) {
        return rc;
    }
    bool names_zone = rule->format != NULL &&
                      (strstr(rule->format, "%z") != NULL || strstr(rule->format, "%s") != NULL);
    if (rule->format == NULL || (!names_zone && !rule->has_zone)) {
        return wrong(r,
                     "clock_offset needs a format, and a zone when the format has no %%z or %%s");
    }
    return 0;
}

static int read_limits(const struct reading *r, const json_t *object, struct generic_rule *rule)
{
    const json_t *min = json_object_get(object, "min");
    const json_t *max = json_object_get(object, "max");
    const json_t *factor = json_object_get(object, "factor");
    rule->has_min = json_is_number(min);
    rule->has_max = json_is_number(max);
    rule->min = json_number_value(min);
    rule->max = json_number_value(max);
    rule->factor = json_is_integer(factor) ? json_integer_value(factor) : 1;
    const char *map = text_of(object, "map");
    if (map != NULL && (rule->has_min || rule->has_max)) {
        return wrong(r, "a map, or min and max, not both");
    }
    char why[100];
    if (map != NULL && generic_map_parse(rule, map, why, sizeof(why)) != 0) {
        return wrong(r, "%s", why);
    }
    return 0;
}

static int read_extract(const struct reading *r, const json_t *object,
                        struct generic_extract *extract)
{
    int rc = read_source(r, object, extract);
    rc = rc != 0 ? rc : read_fact(r, object, &extract->rule);
    rc = rc != 0 ? rc : read_clock(r, object, &extract->rule);
    return rc != 0 ? rc : read_limits(r, object, &extract->rule);
}

static int read_extracts(struct reading *r, const json_t *object, struct generic_request *request)
{
    const json_t *list = json_object_get(object, "extract");
    int rc = 0;
    r->part = "extract";
    for (size_t i = 0; i < json_array_size(list) && rc == 0; i++) {
        r->place = i;
        if (i == GENERIC_RULES_MAX) {
            rc = wrong(r, "at most %u rules", GENERIC_RULES_MAX);
        } else {
            request->extract_count++; /* released also when it is half read */
            rc = read_extract(r, json_array_get(list, i), &request->extract[i]);
        }
    }
    r->part = NULL;
    return rc;
}

/* ---- The plan ---- */

static int read_request(struct reading *r, const json_t *object, struct generic_request *request)
{
    int rc = copy_text(r, object, "name", &request->name);
    rc = rc != 0 ? rc : copy_text(r, object, "path", &request->path);
    rc = rc != 0 ? rc : copy_text(r, object, "body", &request->body);
    if (rc == 0 && (request->name == NULL || request->name[0] == '\0')) {
        rc = wrong(r, "a request needs a name");
    }
    if (rc == 0 && !is_path(request->path)) {
        rc = wrong(r, "path begins with /, has no spaces and at most %u bytes", PATH_MAX_BYTES);
    }
    rc = rc != 0 ? rc : read_method(r, object, request);
    rc = rc != 0 ? rc : read_headers(r, object, request);
    rc = rc != 0 ? rc : read_expected(r, object, request);
    rc = rc != 0 ? rc : read_patterns(r, object, "match", request->match, &request->match_count);
    rc = rc != 0 ? rc : read_patterns(r, object, "fail", request->fail, &request->fail_count);
    rc = rc != 0 ? rc : read_extracts(r, object, request);
    read_flags(object, request);
    return rc;
}

/* The path of the first request without its query, so that no trial carries a credential. */
static char *trial_target(const struct generic_request *request)
{
    size_t size = strcspn(request->path, "?");
    bool plain = strcmp(request->method, "POST") != 0 && memchr(request->path, '{', size) == NULL;
    return plain ? strndup(request->path, size) : strdup("/");
}

static struct vmm_request_row row_of(const struct generic_request *request, generic_reader read)
{
    return (struct vmm_request_row){
        .name = request->name,
        .method = request->method,
        .target = request->path,
        .headers = request->headers,
        .body = request->body,
        .body_size = request->body == NULL ? 0 : strlen(request->body),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS | (request->optional ? VMM_ROW_OPTIONAL : 0),
        .http_flags = request->http_flags,
        .timeout_ms = request->timeout_ms,
        .max_bytes = request->max_bytes,
        .arg = request,
        .read = read,
    };
}

static void fill_rows(struct generic_plan *plan, generic_reader read)
{
    plan->trial = trial_target(plan->requests[0]);
    plan->rows[0] = (struct vmm_request_row){
        .name = "alive",
        .target = plan->trial == NULL ? "/" : plan->trial,
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = 4096,
    };
    for (size_t i = 0; i < plan->request_count; i++) {
        plan->rows[i + 1] = row_of(plan->requests[i], read);
    }
}

static int read_requests(struct generic_plan *plan, const json_t *options)
{
    const json_t *list = json_object_get(options, "requests");
    struct reading r = {.plan = plan};
    size_t count = json_array_size(list);
    if (count == 0 || count > GENERIC_REQUESTS_MAX) {
        snprintf(plan->error, sizeof(plan->error), "requests: 1 to %u are needed",
                 GENERIC_REQUESTS_MAX);
        return VMM_E_INVAL;
    }
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++) {
        r.request = i;
        plan->requests[i] = calloc(1, sizeof(*plan->requests[i]));
        plan->request_count += plan->requests[i] == NULL ? 0 : 1;
        rc = plan->requests[i] == NULL
                 ? wrong(&r, "no memory")
                 : read_request(&r, json_array_get(list, i), plan->requests[i]);
    }
    return rc;
}

struct generic_plan *generic_plan_create(const char *text, generic_reader read)
{
    struct generic_plan *plan = calloc(1, sizeof(*plan));
    if (plan == NULL) {
        return NULL;
    }
    plan->users = 1;
    json_t *options = json_loads(text, 0, NULL);
    if (json_is_true(json_object_get(options, "basic"))) {
        plan->http_flags = VMM_HTTP_BASIC_OK;
    }
    if (read_requests(plan, options) == 0) {
        fill_rows(plan, read);
    }
    json_decref(options);
    return plan;
}

static void request_destroy(struct generic_request *request)
{
    for (size_t i = 0; i < request->match_count; i++) {
        generic_pattern_finish(&request->match[i]);
    }
    for (size_t i = 0; i < request->fail_count; i++) {
        generic_pattern_finish(&request->fail[i]);
    }
    for (size_t i = 0; i < request->extract_count; i++) {
        struct generic_extract *extract = &request->extract[i];
        if (extract->has_pattern) {
            generic_pattern_finish(&extract->pattern);
        }
        free(extract->key);
        generic_rule_finish(&extract->rule);
    }
    free(request->name);
    free(request->path);
    free(request->headers);
    free(request->body);
    free(request->expect_type);
    free(request);
}

void generic_plan_destroy(struct generic_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    for (size_t i = 0; i < plan->request_count; i++) {
        request_destroy(plan->requests[i]);
    }
    free(plan->trial);
    free(plan);
}
