/* SPDX-License-Identifier: MIT */
/* What a device sends and the host reads by itself: status line, header values, redirects,
 * multipart. */
#include <stdlib.h>
#include <string.h>

#include "host/http_header.h"
#include "host/http_part.h"
#include "host/http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first part of a body that grows in three steps must lie inside what there is. */
static void find_part(const char *type, const uint8_t *body, size_t size)
{
    struct http_part part;
    http_part_init(&part, type);
    for (size_t step = 1; step <= 3; step++) {
        size_t end = 0;
        size_t have = size * step / 3;
        if (http_part_find(&part, body, have, &end)) {
            if (part.begin > end || end > have) {
                abort();
            }
            return;
        }
    }
}

static void follow(const char *location)
{
    struct buf out = {0};
    if (http_target_follow(location, "/a/b?c", &out) == 0 &&
        !http_target_is_valid((const char *)out.data, out.size)) {
        abort();
    }
    buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char room[512];
    const char *values[5];
    const char *text = (const char *)data;
    if (http_header_status(text, size) > 999 || http_header_version(text, size) > 99) {
        abort();
    }
    char line[HTTP_STATUS_LINE_SIZE];
    http_header_status_line(text, size, line);
    if (strlen(line) > size || strncmp(line, text, strlen(line)) != 0) {
        abort();
    }
    bool coded = false;
    bool simple = http_header_content_is_simple(text, size, &coded);
    if ((!simple && !coded) || (coded && http_header_content_is_simple(text, size, &coded)) ||
        (coded && !http_header_transfer_is_simple(text, size))) {
        abort();
    }
    size_t count = http_header_values(text, size, "Location", room, sizeof(room), values, 4);
    for (size_t i = 0; i < count; i++) {
        follow(values[i]);
    }
    count = http_header_values(text, size, "Content-Type", room, sizeof(room), values, 1);
    find_part(count > 0 ? values[0] : NULL, data, size);
    return 0;
}
