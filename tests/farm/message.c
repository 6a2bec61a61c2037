/* SPDX-License-Identifier: MIT */
#include "farm/message.h"

#include <string.h>

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",
    [METHOD_HEAD] = "HEAD",
    [METHOD_POST] = "POST",
    [METHOD_PUT] = "PUT",
    [METHOD_DELETE] = "DELETE",
    [METHOD_OPTIONS] = "OPTIONS",
    [METHOD_DESCRIBE] = "DESCRIBE",
    [METHOD_SETUP] = "SETUP",
    [METHOD_PLAY] = "PLAY",
    [METHOD_TEARDOWN] = "TEARDOWN",
    [METHOD_GET_PARAMETER] = "GET_PARAMETER",
    [METHOD_SET_PARAMETER] = "SET_PARAMETER",
    [METHOD_OTHER] = "other",
};

const char *message_method_name(enum message_method method)
{
    return method_names[method];
}

static enum message_method method_of(struct slice verb)
{
    for (int i = 0; i < METHOD_OTHER; i++) {
        if (slice_equal(verb, slice_of(method_names[i]))) {
            return (enum message_method)i;
        }
    }
    return METHOD_OTHER;
}

/* Leaves the path and query of an origin or absolute target (RFC 9112 section 3.2). */
static void split_target(struct message *message)
{
    struct slice rest = message->target;
    const char *scheme = rest.len > 0 ? memmem(rest.at, rest.len, "://", 3) : NULL;
    if (rest.len > 0 && rest.at[0] != '/' && scheme != NULL) {
        const char *host = scheme + 3;
        size_t left = rest.len - (size_t)(host - rest.at);
        const char *path = memchr(host, '/', left);
        rest = path != NULL ? (struct slice){path, left - (size_t)(path - host)} : SLICE("/");
    }
    message->path = slice_cut(&rest, '?');
    message->query = rest;
    if (message->path.len == 0) {
        message->path = SLICE("/");
    }
}

static bool read_start_line(struct slice line, struct message *message)
{
    message->verb = slice_cut(&line, ' ');
    message->target = slice_cut(&line, ' ');
    struct slice version = line;
    if (message->verb.len == 0 || message->target.len == 0 || version.len != 8) {
        return false;
    }
    if (memcmp(version.at, "RTSP/1.", 7) == 0) {
        message->rtsp = true;
    } else if (memcmp(version.at, "HTTP/1.", 7) == 0) {
        message->close = version.at[7] == '0';
    } else {
        return false;
    }
    message->method = method_of(message->verb);
    split_target(message);
    return true;
}

static bool read_header(struct slice line, struct message *message)
{
    struct slice value = line;
    struct slice name = slice_cut(&value, ':');
    if (name.len == line.len || name.len == 0 || name.at[name.len - 1] == ' ') {
        return false;
    }
    value = slice_trim(value);
    if (slice_equal_nocase(name, SLICE("authorization"))) {
        message->login = value;
    } else if (slice_equal_nocase(name, SLICE("content-length"))) {
        return slice_number(value, &message->body_len);
    } else if (slice_equal_nocase(name, SLICE("cseq"))) {
        message->cseq = value;
    } else if (slice_equal_nocase(name, SLICE("user-agent"))) {
        message->agent = value;
    } else if (slice_equal_nocase(name, SLICE("transfer-encoding"))) {
        message->chunked = true;
    } else if (slice_equal_nocase(name, SLICE("connection"))) {
        message->close = slice_equal_nocase(value, SLICE("close")) ||
                         (message->close && !slice_equal_nocase(value, SLICE("keep-alive")));
    }
    return true;
}

/* The line at DATA without its end (CRLF or a bare LF); false when its end has not come yet. */
static bool next_line(const char *data, size_t length, struct slice *line, size_t *used)
{
    const char *end = length > 0 ? memchr(data, '\n', length) : NULL;
    if (end == NULL) {
        return false;
    }
    *used = (size_t)(end - data) + 1;
    line->at = data;
    line->len = *used - 1;
    if (line->len > 0 && data[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

enum message_state message_read(const char *data, size_t length, struct message *message)
{
    *message = (struct message){.method = METHOD_OTHER};
    struct slice line = {0};
    size_t used = 0;
    size_t at = 0;
    bool started = false;
    while (next_line(data + at, length - at, &line, &used)) {
        at += used;
        if (line.len == 0 && started) {
            message->head_len = at;
            return MESSAGE_WHOLE;
        }
        bool good = started ? read_header(line, message) : read_start_line(line, message);
        if (!good) {
            return MESSAGE_BAD;
        }
        started = true;
    }
    return MESSAGE_PART;
}
