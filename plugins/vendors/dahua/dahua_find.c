/* SPDX-License-Identifier: MIT */
/* Footage: an object on the device searches for it, and belongs to a session. */
#include "dahua_parse.h"

#include <kit/keyvalue.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

int dahua_read_object(struct vmm_text body, uint32_t *object)
{
    struct vmm_text value;
    int64_t number = 0;
    if (vmm_keyvalue_find(body, "result", 0, &value) != 0 ||
        vmm_text_int(value, 1, UINT32_MAX, &number) != 0) {
        return VMM_E_NOENT;
    }
    *object = (uint32_t)number;
    return 0;
}

/* Of "Set-Cookie: name=value; Path=/" the pair. What has no pair in front is no cookie: one firmware
 * sends "Set-Cookie:secure; HttpOnly". */
void dahua_read_cookie(struct vmm_text headers, char *out, size_t size)
{
    struct vmm_text line;
    struct vmm_text pair = {0};
    out[0] = '\0';
    if (vmm_text_header(headers, "Set-Cookie", &line) != 0 || !vmm_text_part(&line, ';', &pair)) {
        return;
    }
    pair = vmm_text_trim(pair);
    bool is_pair = false;
    for (size_t i = 0; i < pair.size; i++) {
        if (pair.data[i] <= ' ' || pair.data[i] == 127) {
            return;
        }
        is_pair = is_pair || (i > 0 && pair.data[i] == '=');
    }
    if (is_pair && pair.size + sizeof("Cookie: \r\n") < size) {
        snprintf(out, size, "Cookie: %.*s\r\n", (int)pair.size, pair.data);
    }
}

/* What "2024-01-01 07:30:00" at this key stands for; 0 when it is another key, or no time. */
static int64_t time_at(struct vmm_text key, const char *name, struct vmm_text value,
                       uint32_t *place)
{
    struct vmm_datetime at = {0};
    bool is_time = vmm_keyvalue_index(key, "items[", name, UINT32_MAX, place) == 0 &&
                   vmm_datetime_parse(value, "%Y-%m-%d %H:%M:%S", &at) == 0;
    return is_time ? vmm_datetime_epoch_ms(&at, 0) : 0;
}

/* How many files the answer says it has; -1 when it does not. */
static int64_t files_found(struct vmm_text body)
{
    struct vmm_text value;
    int64_t found = -1;
    bool told = vmm_keyvalue_find(body, "found", 0, &value) == 0 &&
                vmm_text_int(value, 0, INT32_MAX, &found) == 0;
    return told ? found : -1;
}

bool dahua_read_files(struct vmm_text body, struct dahua_files *files)
{
    struct vmm_text value;
    struct vmm_text key;
    uint32_t place = 0;
    *files = (struct dahua_files){.count = files_found(body)};
    if (files->count < 0) {
        return false;
    }
    while (vmm_keyvalue_next(&body, &key, &value)) {
        int64_t begin = time_at(key, "].StartTime", value, &place);
        int64_t end = time_at(key, "].EndTime", value, &place);
        files->newest_ms = end > files->newest_ms ? end : files->newest_ms;
        files->oldest_ms = begin > 0 && (files->oldest_ms == 0 || begin < files->oldest_ms)
                               ? begin
                               : files->oldest_ms;
    }
    return files->count == 0 || files->newest_ms > 0;
}

bool dahua_read_spans(struct vmm_text body, struct vmm_span spans[DAHUA_SPANS_MAX], size_t *count)
{
    struct vmm_text value;
    struct vmm_text key;
    int64_t found = files_found(body);
    if (found < 0 || found > DAHUA_SPANS_MAX) {
        return false;
    }
    memset(spans, 0, DAHUA_SPANS_MAX * sizeof(*spans));
    while (vmm_keyvalue_next(&body, &key, &value)) {
        uint32_t place = 0;
        int64_t begin = time_at(key, "].StartTime", value, &place);
        int64_t end = begin == 0 ? time_at(key, "].EndTime", value, &place) : 0;
        if ((begin != 0 || end != 0) && place < DAHUA_SPANS_MAX) {
            *(begin != 0 ? &spans[place].begin_ms : &spans[place].end_ms) = begin + end;
        }
    }
    *count = (size_t)found;
    for (size_t i = 0; i < *count; i++) {
        if (spans[i].begin_ms <= 0 || spans[i].end_ms < spans[i].begin_ms) {
            return false;
        }
    }
    return true;
}

int dahua_find_target(uint32_t object, uint32_t channel, int64_t from_ms, int64_t to_ms, char *out,
                      size_t size)
{
    char from[VMM_DATETIME_TEXT_SIZE];
    char to[VMM_DATETIME_TEXT_SIZE];
    vmm_datetime_print(from_ms, "%20", from);
    vmm_datetime_print(to_ms, "%20", to);
    int made =
        snprintf(out, size,
                 "/cgi-bin/mediaFileFind.cgi?action=findFile&object=%" PRIu32
                 "&condition.Channel=%" PRIu32 "&condition.StartTime=%s&condition.EndTime=%s",
                 object, channel, from, to);
    return (size_t)made < size ? 0 : VMM_E_TOOBIG;
}
