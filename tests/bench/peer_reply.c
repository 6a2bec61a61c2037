/* SPDX-License-Identifier: MIT */
#include "peer_reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *peer_reply_header(const char *text, const char *body, const char *name, size_t *length)
{
    size_t size = strlen(name);
    for (const char *line = strchr(text, '\n'); line != NULL && line + 1 < body;
         line = strchr(line + 1, '\n')) {
        const char *at = line + 1;
        if (strncasecmp(at, name, size) == 0 && at[size] == ':') {
            at += size + 1;
            at += strspn(at, " ");
            *length = strcspn(at, "\r\n");
            return at;
        }
    }
    return NULL;
}

/* The size of a chunked body; 0 while it is not whole. */
static size_t chunked_size(const char *body, const char *end)
{
    const char *at = body;
    while (at < end) {
        char *digits = NULL;
        size_t chunk = strtoul(at, &digits, 16);
        if (digits == at || strncmp(digits, "\r\n", 2) != 0) {
            return 0;
        }
        at = digits + 2 + chunk + 2;
        if (chunk == 0) {
            return at <= end ? (size_t)(at - body) : 0;
        }
    }
    return 0;
}

bool peer_reply_read(const char *text, size_t size, struct peer_reply *reply)
{
    const char *gap = strstr(text, "\r\n\r\n");
    const char *space = strchr(text, ' ');
    if (gap == NULL || space == NULL || space > gap) {
        return false;
    }
    size_t length = 0;
    reply->body = gap + 4;
    reply->status = atoi(space + 1);
    const char *value = peer_reply_header(text, reply->body, "Transfer-Encoding", &length);
    size_t body = 0;
    if (value != NULL) {
        body = chunked_size(reply->body, text + size);
        if (body == 0) {
            return false;
        }
    } else {
        value = peer_reply_header(text, reply->body, "Content-Length", &length);
        body = value != NULL ? strtoul(value, NULL, 10) : 0;
    }
    reply->size = (size_t)(reply->body - text) + body;
    return reply->size <= size;
}
