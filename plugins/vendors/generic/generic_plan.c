/* SPDX-License-Identifier: MIT */
#include "generic_reading.h"

#include "generic_carry.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 1024u

int generic_wrong(const struct generic_reading *r, const char *format, ...)
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

const char *generic_text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

int generic_copy_text(const struct generic_reading *r, const json_t *object, const char *key,
                      char **out)
{
    const char *text = generic_text_of(object, key);
    if (text == NULL) {
        return 0;
    }
    *out = strdup(text);
    return *out == NULL ? generic_wrong(r, "no memory") : 0;
}

/* The same with the words of the device's settings filled in. */
static int copy_filled(const struct generic_reading *r, const json_t *object, const char *key,
                       char **out)
{
    const char *text = generic_text_of(object, key);
    return text == NULL ? 0 : generic_fill_text(r, text, out);
}

int generic_fill_text(const struct generic_reading *r, const char *text, char **out)
{
    int rc = generic_words_fill(&r->plan->words, text, out);
    if (rc == VMM_E_INVAL) {
        return generic_wrong(r, "{width} and {height} need the options of that name");
    }
    return rc == 0 ? 0 : generic_wrong(r, "no memory");
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

static bool has_password(const char *text)
{
    return text != NULL && strstr(text, "{pass") != NULL;
}

static bool has_template(const char *text)
{
    return text != NULL && (strstr(text, "{user") != NULL || has_password(text));
}

static int read_method(const struct generic_reading *r, const json_t *object,
                       struct generic_request *request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST"};
    const char *word = generic_text_of(object, "method");
    request->method = NULL;
    for (size_t i = 0; i < 3 && word != NULL; i++) {
        request->method = strcmp(word, methods[i]) == 0 ? methods[i] : request->method;
    }
    if (request->method == NULL) {
        return generic_wrong(r, "method is GET, HEAD or POST");
    }
    bool post = strcmp(request->method, "POST") == 0;
    if (post && !json_is_true(json_object_get(object, "safe"))) {
        return generic_wrong(r, "a POST needs \"safe\": true, your word that it changes nothing");
    }
    if (!post && (request->body != NULL || request->body_file != NULL)) {
        return generic_wrong(r, "only a POST has a body");
    }
    request->http_flags |= post ? VMM_HTTP_SAFE : 0;
    return 0;
}

bool generic_is_file_name(const char *name)
{
    size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
    return size > 0 && size <= 64 && name[size] == '\0' && name[0] != '.';
}

/* The file goes out as it stands: no words in it, and none that the host would look for everywhere. */
static int read_body_file(const struct generic_reading *r, const json_t *object,
                          struct generic_request *request)
{
    int rc = generic_copy_text(r, object, "body_file", &request->body_file);
    if (rc != 0 || request->body_file == NULL) {
        return rc;
    }
    r->plan->has_files = true;
    r->plan->needs_carried = true;
    if (!generic_is_file_name(request->body_file)) {
        return generic_wrong(r, "body_file is the name of a file in the folder \"bodies\" of the "
                                "plugin's settings");
    }
    return request->body == NULL ? 0 : generic_wrong(r, "a body, or a body_file, not both");
}

int generic_check_words(const struct generic_reading *r, const char *text,
                        struct generic_request *request)
{
    int found = generic_carry_check(r->plan, text);
    if (found == VMM_E_INVAL) {
        return generic_wrong(r, "{now:FORMAT} is made of %%Y %%m %%d %%H %%M %%S %%F %%T %%s");
    }
    if (found < 0) {
        return generic_wrong(r, "a {carry:NAME} that no earlier request carries: give an earlier "
                                "one a rule with \"carry\"");
    }
    request->is_carrying = request->is_carrying || found > 0;
    r->plan->needs_carried = r->plan->needs_carried || found > 0;
    return 0;
}

/* Each {carry:NAME} must come from a request before this one. */
static int check_carried(const struct generic_reading *r, struct generic_request *request)
{
    const char *const texts[] = {request->path, request->headers, request->body};
    int rc = 0;
    for (size_t i = 0; i < 3 && rc == 0; i++) {
        rc = generic_check_words(r, texts[i], request);
    }
    return rc;
}

static bool begins_with(const char *line, const char *name)
{
    return vmm_text_begins(vmm_text_of(line), name);
}

static int add_header(const struct generic_reading *r, struct generic_request *request,
                      const char *line)
{
    static const char *const ours[] = {
        "Host:", "Content-Length:", "Connection:", "Transfer-Encoding:", "Proxy-"};
    const char *colon = strchr(line, ':');
    if (colon == NULL || colon == line || strpbrk(line, "\r\n") != NULL) {
        return generic_wrong(r, "a header is one line \"Name: value\"");
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (begins_with(line, ours[i])) {
            return generic_wrong(r, "%.20s is set by the host", ours[i]);
        }
    }
    if (begins_with(line, "Authorization:") && !request->is_own_login) {
        return generic_wrong(r, "Authorization is set by the host, unless \"login\" is false");
    }
    size_t used = request->headers == NULL ? 0 : strlen(request->headers);
    size_t size = used + strlen(line) + 3;
    char *grown = size > 8192 ? NULL : realloc(request->headers, size);
    if (grown == NULL) {
        return generic_wrong(r, "the headers are too long");
    }
    snprintf(grown + used, size - used, "%s\r\n", line);
    request->headers = grown;
    return 0;
}

static int add_filled_header(const struct generic_reading *r, struct generic_request *request,
                             const char *line)
{
    char *filled = NULL;
    int rc = generic_fill_text(r, line, &filled);
    rc = rc != 0 ? rc : add_header(r, request, filled);
    free(filled);
    return rc;
}

static int read_headers(struct generic_reading *r, const json_t *object,
                        struct generic_request *request)
{
    int rc = 0;
    size_t at = 0;
    json_t *line = NULL;
    r->part = "headers";
    json_array_foreach(json_object_get(object, "headers"), at, line)
    {
        r->place = at;
        const char *text = json_string_value(line);
        rc = rc != 0 ? rc : add_filled_header(r, request, text == NULL ? "" : text);
    }
    r->part = NULL;
    const char *type = generic_text_of(object, "content_type");
    if (rc == 0 && type != NULL) {
        char header[256];
        snprintf(header, sizeof(header), "Content-Type: %.200s", type);
        rc = add_header(r, request, header);
    }
    return rc;
}

static void read_flags(const json_t *object, struct generic_request *request)
{
    const char *redirects = generic_text_of(object, "redirects");
    if (redirects != NULL && strcmp(redirects, "same_device") == 0) {
        request->http_flags |= VMM_HTTP_SAME_DEVICE;
    }
    request->http_flags |= request->is_own_login ? VMM_HTTP_NO_LOGIN : 0;
    if (json_is_true(json_object_get(object, "first_part"))) {
        request->http_flags |= VMM_HTTP_FIRST_PART;
    }
    if (json_is_true(json_object_get(object, "compressed"))) {
        request->http_flags |= VMM_HTTP_COMPRESSED;
    }
    if (has_template(request->path) || has_template(request->headers) ||
        has_template(request->body)) {
        request->http_flags |= VMM_HTTP_TEMPLATE;
    }
    request->is_login = has_password(request->path) || has_password(request->headers) ||
                        has_password(request->body);
    request->timeout_ms = (uint32_t)json_integer_value(json_object_get(object, "timeout"));
    request->connect_timeout_ms =
        (uint32_t)json_integer_value(json_object_get(object, "connect_timeout"));
    request->max_bytes = (uint32_t)json_integer_value(json_object_get(object, "max_bytes"));
}

/* ---- The plan ---- */

/* What only a request of HTTP has. */
static int read_http(struct generic_reading *r, const json_t *object,
                     struct generic_request *request)
{
    int rc = copy_filled(r, object, "path", &request->path);
    rc = rc != 0 ? rc : copy_filled(r, object, "body", &request->body);
    rc = rc != 0 ? rc : read_body_file(r, object, request);
    if (rc == 0 && !is_path(request->path)) {
        rc = generic_wrong(r, "path begins with /, has no spaces and at most %u bytes",
                           PATH_MAX_BYTES);
    }
    if (rc == 0 && json_array_size(json_object_get(object, "dialogue")) > 0) {
        rc = generic_wrong(r, "a dialogue is for the protocol tcp");
    }
    request->is_own_login = json_is_false(json_object_get(object, "login"));
    rc = rc != 0 ? rc : read_method(r, object, request);
    rc = rc != 0 ? rc : read_headers(r, object, request);
    if (rc == 0 && request->body_file != NULL &&
        (has_template(request->path) || has_template(request->headers))) {
        rc = generic_wrong(r, "a body_file goes out as it stands, so no {user} or {pass} with it");
    }
    return rc != 0 ? rc : check_carried(r, request);
}

static int read_request(struct generic_reading *r, const json_t *object,
                        struct generic_request *request)
{
    const char *protocol = generic_text_of(object, "protocol");
    int rc = generic_copy_text(r, object, "name", &request->name);
    if (rc == 0 && (request->name == NULL || request->name[0] == '\0')) {
        rc = generic_wrong(r, "a request needs a name");
    }
    request->optional = json_is_true(json_object_get(object, "optional"));
    request->is_tcp = protocol != NULL && strcmp(protocol, "tcp") == 0;
    if (rc == 0 && request->is_tcp && r->plan->proxy != NULL) {
        rc = generic_wrong(r, "the protocol tcp goes through no proxy");
    }
    rc = rc != 0           ? rc
         : request->is_tcp ? generic_read_steps(r, object, request)
                           : read_http(r, object, request);
    rc = rc != 0 ? rc : generic_read_expectations(r, object, request);
    rc = rc != 0 ? rc : generic_read_extracts(r, object, request);
    read_flags(object, request);
    return rc;
}

/* The path of the first request without its query, so that no trial carries a credential. */
static char *trial_target(const struct generic_request *request)
{
    if (request->is_tcp) {
        return strdup("/");
    }
    size_t size = strcspn(request->path, "?");
    bool plain = strcmp(request->method, "POST") != 0 && memchr(request->path, '{', size) == NULL;
    return plain ? strndup(request->path, size) : strdup("/");
}

static struct vmm_request_row row_of(const struct generic_request *request, generic_reader read,
                                     generic_starter start)
{
    return (struct vmm_request_row){
        .name = request->name,
        .method = request->method,
        .target = request->is_tcp ? "/" : request->path,
        .headers = request->headers,
        .body = request->body,
        .body_size = request->body == NULL ? 0 : strlen(request->body),
        .scopes = VMM_SCOPE_FULL,
        .flags = VMM_ROW_ANY_STATUS | (request->optional ? VMM_ROW_OPTIONAL : 0) |
                 (request->on_timeout != GENERIC_LATE_FAIL ? VMM_ROW_ANY_END : 0),
        .http_flags = request->http_flags,
        .timeout_ms = request->timeout_ms,
        .connect_timeout_ms = request->connect_timeout_ms,
        .max_bytes = request->max_bytes,
        .arg = request,
        .read = read,
        .start = request->is_tcp ? start : NULL,
    };
}

static void fill_rows(struct generic_plan *plan, generic_reader read, generic_starter start)
{
    plan->trial = trial_target(plan->requests[0]);
    plan->rows[0] = (struct vmm_request_row){
        .name = "alive",
        .target = plan->trial == NULL ? "/" : plan->trial,
        .scopes = VMM_SCOPE_TRIAL,
        .flags = VMM_ROW_ALIVE,
        .http_flags = VMM_HTTP_NO_LOGIN,
        .max_bytes = 4096,
        .arg = plan->requests[0],
        .start = plan->requests[0]->is_tcp ? start : NULL,
    };
    for (size_t i = 0; i < plan->request_count; i++) {
        plan->rows[i + 1] = row_of(plan->requests[i], read, start);
    }
}

static int read_requests(struct generic_plan *plan, const json_t *options)
{
    const json_t *list = json_object_get(options, "requests");
    struct generic_reading r = {.plan = plan};
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
        if (plan->requests[i] == NULL) {
            return generic_wrong(&r, "no memory");
        }
        plan->requests[i]->place = (uint32_t)i;
        rc = read_request(&r, json_array_get(list, i), plan->requests[i]);
    }
    return rc;
}

struct generic_plan *generic_plan_create(const char *text, generic_reader read,
                                         generic_starter start)
{
    struct generic_plan *plan = calloc(1, sizeof(*plan));
    if (plan == NULL) {
        return NULL;
    }
    plan->users = 1;
    json_t *options = json_loads(text, 0, NULL);
    if (generic_read_device(plan, options) == 0 && read_requests(plan, options) == 0) {
        fill_rows(plan, read, start);
    }
    json_decref(options);
    return plan;
}

static void finish_patterns(struct generic_pattern *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        generic_pattern_finish(&patterns[i]);
    }
}

static void finish_headers(struct generic_header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (headers[i].has_pattern) {
            generic_pattern_finish(&headers[i].pattern);
        }
        free(headers[i].name);
    }
}

static void request_destroy(struct generic_request *request)
{
    finish_patterns(request->match, request->match_count);
    finish_patterns(request->fail, request->fail_count);
    finish_patterns(request->refused, request->refused_count);
    finish_patterns(request->locked, request->locked_count);
    if (request->has_line) {
        generic_pattern_finish(&request->line);
    }
    for (size_t i = 0; i < request->condition_count; i++) {
        generic_condition_finish(&request->conditions[i]);
    }
    finish_headers(request->match_headers, request->match_header_count);
    finish_headers(request->fail_headers, request->fail_header_count);
    for (size_t i = 0; i < request->extract_count; i++) {
        struct generic_extract *extract = &request->extract[i];
        if (extract->has_pattern) {
            generic_pattern_finish(&extract->pattern);
        }
        free(extract->key);
        generic_rule_finish(&extract->rule);
    }
    generic_steps_finish(request);
    free(request->name);
    free(request->path);
    free(request->headers);
    free(request->body);
    free(request->body_file);
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
    for (size_t i = 0; i < plan->carried_count; i++) {
        free(plan->carried[i]);
    }
    generic_identity_finish(&plan->identity);
    free(plan->proxy);
    free(plan->trial);
    free(plan);
}
