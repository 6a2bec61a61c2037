/* SPDX-License-Identifier: MIT */
#include "host/http_part.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/http_header.h"

#define LARGEST_PART (1u << 30)

void http_part_init(struct http_part *part, const char *content_type)
{
    *part = (struct http_part){0};
    if (content_type == NULL || strncasecmp(content_type, "multipart/", 10) != 0) {
        return;
    }
    const char *value = strcasestr(content_type, "boundary=");
    if (value == NULL) {
        return;
    }
    value += strlen("boundary=");
    bool is_quoted = *value == '"';
    value += is_quoted ? 1 : 0;
    /* Many cameras declare the boundary with the dashes that belong in front of it. */
    value += strncmp(value, "--", 2) == 0 ? 2 : 0;
    size_t length = strcspn(value, is_quoted ? "\"" : "; \t");
    if (length > 0 && length + 3 <= sizeof(part->boundary)) {
        memcpy(part->boundary, "--", 2);
        memcpy(part->boundary + 2, value, length);
        part->boundary[length + 2] = '\0';
    }
}

/* The offset behind the empty line that ends the part's header, or 0. */
static size_t header_end(const uint8_t *bytes, size_t from, size_t size)
{
    for (size_t i = from; i < size; i++) {
        if (bytes[i] != '\n') {
            continue;
        }
        if (i + 1 < size && bytes[i + 1] == '\n') {
            return i + 2;
        }
        if (i + 2 < size && bytes[i + 1] == '\r' && bytes[i + 2] == '\n') {
            return i + 3;
        }
    }
    return 0;
}

static void begin(struct http_part *part, const uint8_t *bytes, size_t size)
{
    const uint8_t *start = memmem(bytes, size, part->boundary, strlen(part->boundary));
    if (start == NULL) {
        return;
    }
    size_t head = (size_t)(start - bytes) + strlen(part->boundary);
    size_t content = header_end(bytes, head, size);
    if (content == 0) {
        return;
    }
    char room[32];
    const char *values[2];
    part->begin = content;
    part->searched = content;
    part->has_begun = true;
    if (http_header_values((const char *)bytes + head, content - head, "Content-Length", room,
                           sizeof(room), values, 1) == 1) {
        part->length = (size_t)strtoul(values[0], NULL, 10);
        part->has_length = part->length > 0 && part->length <= LARGEST_PART;
    }
}

bool http_part_find(struct http_part *part, const uint8_t *bytes, size_t size, size_t *end)
{
    if (part->boundary[0] == '\0') {
        return false;
    }
    if (!part->has_begun) {
        begin(part, bytes, size);
    }
    if (!part->has_begun) {
        return false;
    }
    if (part->has_length) {
        *end = part->begin + part->length;
        return size >= *end;
    }
    size_t length = strlen(part->boundary);
    const uint8_t *next =
        memmem(bytes + part->searched, size - part->searched, part->boundary, length);
    if (next == NULL) {
        size_t safe = size > length ? size - length : 0;
        part->searched = safe > part->begin ? safe : part->begin;
        return false;
    }
    size_t stop = (size_t)(next - bytes);
    if (stop > part->begin && bytes[stop - 1] == '\n') {
        stop--;
    }
    if (stop > part->begin && bytes[stop - 1] == '\r') {
        stop--;
    }
    *end = stop;
    return true;
}
