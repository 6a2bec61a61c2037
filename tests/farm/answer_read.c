/* SPDX-License-Identifier: MIT */
/* An answer object of a personality, compiled. */
#include "farm/answer.h"

#include "farm/auth.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BODY_FILE_MAX (8 * 1024 * 1024)

#define ANSWER_KEYS                                                                                \
    "method path query query_has body_has operation namespace open redirect_target session level " \
    "status reason "                                                                               \
    "headers body once "                                                                           \
    "body_file eol length open_end close handler"

static const char *kept(const struct answer_context *context, const char *text)
{
    return text != NULL ? arena_text(context->arena, text, strlen(text)) : NULL;
}

static struct slice cased_name(const struct answer_context *context, const char *name)
{
    char *copy = arena_text(context->arena, name, strlen(name));
    for (char *at = copy; *at != '\0' && context->header_case != CASE_AS_WRITTEN; at++) {
        *at = (char)(context->header_case == CASE_LOWER ? tolower((unsigned char)*at)
                                                        : toupper((unsigned char)*at));
    }
    return slice_of(copy);
}

static bool add_header(const struct answer_context *context, const char *name, const json_t *value,
                       struct answer_header *header, struct problem *problem)
{
    if (!json_is_string(value)) {
        return problem_note(problem, "header \"%s\" must be text", name);
    }
    header->name = cased_name(context, name);
    return template_compile(context->arena, slice_of(json_string_value(value)), context->names,
                            &header->value, problem);
}

/* The answer's own headers, before them those of the personality that it does not replace. A null
 * takes one away. */
static bool read_headers(const struct answer_context *context, json_t *own, struct answer *answer,
                         struct problem *problem)
{
    size_t most = json_object_size(context->headers) + json_object_size(own);
    struct answer_header *headers = arena_take(context->arena, most, sizeof *headers);
    size_t count = 0;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)context->headers, name, value)
    {
        if (json_object_get(own, name) == NULL &&
            !add_header(context, name, value, &headers[count++], problem)) {
            return false;
        }
    }
    json_object_foreach(own, name, value)
    {
        if (!json_is_null(value) && !add_header(context, name, value, &headers[count++], problem)) {
            return false;
        }
    }
    answer->headers = headers;
    answer->header_count = count;
    return true;
}

static bool join_lines(const json_t *lines, const char *eol, struct out *text,
                       struct problem *problem)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        if (!json_is_string(line)) {
            return problem_note(problem, "the lines of \"body\" must be text");
        }
        out_text(text, json_string_value(line));
        out_text(text, eol);
    }
    return true;
}

static bool read_body_text(const struct answer_context *context, const json_t *object,
                           struct answer *answer, struct problem *problem)
{
    const json_t *body = json_object_get(object, "body");
    const char *end = problem_text(problem, object, "eol", "crlf");
    if (strcmp(end, "crlf") != 0 && strcmp(end, "lf") != 0) {
        return problem_note(problem, "\"eol\" must be crlf or lf");
    }
    struct out text = {0};
    bool good = true;
    if (json_is_array(body)) {
        good = join_lines(body, strcmp(end, "lf") == 0 ? "\n" : "\r\n", &text, problem);
    } else {
        out_text(&text, problem_text(problem, object, "body", ""));
    }
    good = good && template_compile(context->arena, (struct slice){text.data, text.len},
                                    context->names, &answer->body, problem);
    out_finish(&text);
    answer->tells_nonce = good && template_tells_nonce(&answer->body);
    return good;
}

/* A file is sent as it is: braces in a picture are no variables. So each becomes "{{" here. */
static void add_plain(struct out *text, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        out_bytes(text, bytes[i] == '{' ? "{{" : &bytes[i], bytes[i] == '{' ? 2 : 1);
    }
}

static bool read_body_file(const struct answer_context *context, const char *name,
                           struct answer *answer, struct problem *problem)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s%s", name[0] == '/' ? "" : context->directory,
             name[0] == '/' ? "" : "/", name);
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return problem_note(problem, "%s: %s", path, strerror(errno));
    }
    struct out text = {0};
    char block[8192];
    for (size_t n = fread(block, 1, sizeof block, file); n > 0 && text.len < BODY_FILE_MAX;
         n = fread(block, 1, sizeof block, file)) {
        add_plain(&text, block, n);
    }
    bool good = !ferror(file) && text.len < BODY_FILE_MAX;
    fclose(file);
    good = good ? template_compile(context->arena, (struct slice){text.data, text.len},
                                   context->names, &answer->body, problem)
                : problem_note(problem, "%s: cannot be read, or too large", path);
    out_finish(&text);
    return good;
}

static bool read_query(const struct answer_context *context, const json_t *object,
                       struct answer *answer, struct problem *problem)
{
    const char *exact = problem_text(problem, object, "query", NULL);
    const json_t *items = problem_array(problem, object, "query_has");
    if (exact != NULL) {
        answer->query = QUERY_EXACT;
        answer->query_exact = slice_of(kept(context, exact));
    }
    if (exact != NULL && items != NULL) {
        return problem_note(problem, "\"query\" and \"query_has\" exclude each other");
    }
    if (items == NULL) {
        return !problem_is(problem);
    }
    answer->query = QUERY_HAS;
    answer->query_count = json_array_size(items);
    struct slice *list = arena_take(context->arena, answer->query_count, sizeof *list);
    for (size_t i = 0; i < answer->query_count; i++) {
        const char *item = json_string_value(json_array_get(items, i));
        if (item == NULL) {
            return problem_note(problem, "\"query_has\" must be a list of text");
        }
        list[i] = slice_of(kept(context, item));
    }
    answer->query_items = list;
    return true;
}

static bool read_match(const struct answer_context *context, const json_t *object,
                       struct answer *answer, struct problem *problem)
{
    answer->method = kept(context, problem_text(problem, object, "method", NULL));
    answer->path = kept(context, problem_text(problem, object, "path", NULL));
    answer->path_glob = answer->path != NULL && strpbrk(answer->path, "*?[") != NULL;
    answer->body_has = slice_of(kept(context, problem_text(problem, object, "body_has", NULL)));
    answer->operation = slice_of(kept(context, problem_text(problem, object, "operation", NULL)));
    answer->space = slice_of(kept(context, problem_text(problem, object, "namespace", NULL)));
    answer->open = problem_flag(problem, object, "open", false);
    answer->redirect_target = problem_flag(problem, object, "redirect_target", false);
    answer->session = problem_flag(problem, object, "session", false);
    answer->once = problem_flag(problem, object, "once", false) ? 1 : 0;
    const char *level = problem_text(problem, object, "level", "anonymous");
    if (!auth_level_read(level, &answer->level)) {
        return problem_note(problem, "unknown level \"%s\"", level);
    }
    return read_query(context, object, answer, problem);
}

static bool read_handler(const struct answer_context *context, const json_t *object,
                         struct answer *answer, struct problem *problem)
{
    const char *handler = problem_text(problem, object, "handler", NULL);
    if (handler == NULL) {
        return true;
    }
    if (strcmp(handler, "vivotek-getparam") != 0) {
        return problem_note(problem, "unknown handler \"%s\"", handler);
    }
    answer->vivotek = context->vivotek;
    return context->vivotek != NULL ||
           problem_note(problem, "handler vivotek-getparam needs a \"vivotek\" object");
}

bool answer_read(const struct answer_context *context, const json_t *object, int status,
                 struct answer *answer, struct problem *problem)
{
    *answer = (struct answer){0};
    if (!problem_keys(problem, object, ANSWER_KEYS)) {
        return false;
    }
    answer->status = (int)problem_int(problem, object, "status", status, 100, 999);
    answer->reason =
        kept(context, problem_text(problem, object, "reason", answer_reason(answer->status)));
    answer->open_end = problem_flag(problem, object, "open_end", false);
    answer->length = problem_flag(problem, object, "length", true) && !answer->open_end;
    answer->close = problem_flag(problem, object, "close", context->close) || !answer->length;
    const char *file = problem_text(problem, object, "body_file", NULL);
    bool good =
        read_match(context, object, answer, problem) &&
        read_headers(context, problem_object(problem, object, "headers"), answer, problem) &&
        read_handler(context, object, answer, problem);
    if (!good) {
        return false;
    }
    good = file != NULL ? read_body_file(context, file, answer, problem)
                        : read_body_text(context, object, answer, problem);
    return good && !problem_is(problem);
}
