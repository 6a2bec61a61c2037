/* SPDX-License-Identifier: MIT */
#include "farm/answer.h"

#include <fnmatch.h>
#include <string.h>

#define PATH_MAX_BYTES 1024

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {429, "Too Many Requests"},
    {453, "Not Enough Bandwidth"},
    {454, "Session Not Found"},
    {461, "Unsupported Transport"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
};

const char *answer_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

bool answer_path_matches(const char *pattern, struct slice path)
{
    char text[PATH_MAX_BYTES];
    if (path.len >= sizeof text) {
        return false;
    }
    memcpy(text, path.at, path.len);
    text[path.len] = '\0';
    return fnmatch(pattern, text, 0) == 0;
}

static bool query_has(struct slice query, struct slice wanted)
{
    while (query.len > 0) {
        if (slice_equal(slice_cut(&query, '&'), wanted)) {
            return true;
        }
    }
    return false;
}

static bool query_matches(const struct answer *answer, struct slice query)
{
    if (answer->query == QUERY_EXACT) {
        return slice_equal(answer->query_exact, query);
    }
    for (size_t i = 0; i < answer->query_count; i++) {
        if (!query_has(query, answer->query_items[i])) {
            return false;
        }
    }
    return true;
}

static bool method_matches(const char *method, const struct message *message)
{
    return method == NULL || slice_equal(message->verb, slice_of(method)) ||
           (message->method == METHOD_HEAD && strcmp(method, "GET") == 0);
}

static bool path_matches(const struct answer *answer, struct slice path)
{
    if (answer->path == NULL) {
        return true;
    }
    return answer->path_glob ? answer_path_matches(answer->path, path)
                             : slice_equal(path, slice_of(answer->path));
}

bool answer_matches(const struct answer *answer, const struct message *message)
{
    if (!method_matches(answer->method, message) || !path_matches(answer, message->path) ||
        !query_matches(answer, message->query)) {
        return false;
    }
    if (answer->operation.len > 0 && !slice_equal(answer->operation, message->soap.operation)) {
        return false;
    }
    if (answer->space.len > 0 && !slice_equal(answer->space, message->soap.space)) {
        return false;
    }
    return answer->body_has.len == 0 ||
           (message->body.len > 0 && memmem(message->body.at, message->body.len,
                                            answer->body_has.at, answer->body_has.len) != NULL);
}
