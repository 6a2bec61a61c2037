/* SPDX-License-Identifier: MIT */
#include "base/zone.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "base/zone_rule.h"

#define HEAD_SIZE   44u
#define TYPES_MAX   256u
#define REACH_S     (26 * 3600) /* more than any clock was ever set by at once */
#define OFFSET_LAST (26 * 3600)
#define LETTERS     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define NAME_CHARS  LETTERS "0123456789+-"

struct zone {
    char name[64];
    int64_t *times; /* when each of `count` changes comes */
    uint8_t *to;    /* the type it leads to */
    size_t count;
    struct zone_type *types;
    size_t type_count;
    bool has_rule; /* what holds after the last change */
    struct zone_rule rule;
};

/* ---- reading ---- */

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

static const uint8_t *take(struct reader *reader, size_t size)
{
    static const uint8_t none[HEAD_SIZE];
    if (reader->failed || (size_t)(reader->end - reader->at) < size) {
        reader->failed = true;
        return none;
    }
    reader->at += size;
    return reader->at - size;
}

static uint32_t big32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t big64(const uint8_t *p)
{
    return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

struct head {
    char version;
    uint32_t ut_count;
    uint32_t standard_count;
    uint32_t leap_count;
    uint32_t time_count;
    uint32_t type_count;
    uint32_t char_count;
};

static void read_head(struct reader *reader, struct head *head)
{
    const uint8_t *p = take(reader, HEAD_SIZE);
    if (reader->failed || memcmp(p, "TZif", 4) != 0) {
        reader->failed = true;
        *head = (struct head){0};
        return;
    }
    *head = (struct head){.version = (char)p[4],
                          .ut_count = big32(p + 20),
                          .standard_count = big32(p + 24),
                          .leap_count = big32(p + 28),
                          .time_count = big32(p + 32),
                          .type_count = big32(p + 36),
                          .char_count = big32(p + 40)};
    if (head->time_count > ZONE_BYTES_MAX || head->type_count > TYPES_MAX ||
        head->char_count > ZONE_BYTES_MAX || head->leap_count > ZONE_BYTES_MAX ||
        head->ut_count > TYPES_MAX || head->standard_count > TYPES_MAX) {
        reader->failed = true;
    }
}

/* Bytes of the body behind a head, with times of `width` bytes. */
static size_t body_size(const struct head *head, size_t width)
{
    return head->time_count * width + head->time_count + head->type_count * 6u + head->char_count +
           head->leap_count * (width + 4) + head->standard_count + head->ut_count;
}

static void read_times(struct zone *zone, struct reader *reader, const struct head *head)
{
    const uint8_t *times = take(reader, head->time_count * 8u);
    const uint8_t *to = take(reader, head->time_count);
    for (uint32_t i = 0; i < head->time_count && !reader->failed; i++) {
        zone->times[i] = big64(times + (size_t)i * 8);
        zone->to[i] = to[i];
        if (to[i] >= head->type_count || (i > 0 && zone->times[i] <= zone->times[i - 1])) {
            reader->failed = true;
        }
    }
}

static void read_types(struct zone *zone, struct reader *reader, const struct head *head)
{
    const uint8_t *types = take(reader, head->type_count * 6u);
    const char *chars = (const char *)take(reader, head->char_count);
    for (uint32_t i = 0; i < head->type_count && !reader->failed; i++) {
        const uint8_t *p = types + (size_t)i * 6;
        struct zone_type *type = &zone->types[i];
        type->offset = (int32_t)big32(p);
        type->is_dst = p[4] != 0;
        if (p[5] >= head->char_count || type->offset < -OFFSET_LAST || type->offset > OFFSET_LAST) {
            reader->failed = true;
            return;
        }
        size_t left = head->char_count - p[5];
        size_t length = strnlen(chars + p[5], left);
        text_format(type->name, sizeof(type->name), "%.*s", (int)length, chars + p[5]);
        if (type->name[strspn(type->name, NAME_CHARS)] != '\0') {
            reader->failed = true;
        }
    }
    take(reader, head->leap_count * 12u + head->standard_count + head->ut_count);
}

/* The POSIX TZ text between two line breaks at the end. */
static void read_footer(struct zone *zone, struct reader *reader)
{
    char text[128];
    size_t left = (size_t)(reader->end - reader->at);
    if (reader->failed || left < 2 || reader->at[0] != '\n') {
        return;
    }
    const uint8_t *end = memchr(reader->at + 1, '\n', left - 1);
    size_t size = end != NULL ? (size_t)(end - reader->at - 1) : 0;
    if (size == 0 || size >= sizeof(text)) {
        return;
    }
    memcpy(text, reader->at + 1, size);
    text[size] = '\0';
    zone->has_rule = zone_rule_parse(text, &zone->rule);
}

static struct zone *create(const char *name, size_t times, size_t types)
{
    struct zone *zone = calloc(1, sizeof(*zone));
    if (zone == NULL) {
        return NULL;
    }
    text_format(zone->name, sizeof(zone->name), "%s", name);
    zone->times = calloc(times + 1, sizeof(*zone->times));
    zone->to = calloc(times + 1, sizeof(*zone->to));
    zone->types = calloc(types + 1, sizeof(*zone->types));
    zone->count = times;
    zone->type_count = types;
    if (zone->times == NULL || zone->to == NULL || zone->types == NULL) {
        zone_destroy(zone);
        return NULL;
    }
    return zone;
}

int zone_parse(const char *name, const void *bytes, size_t size, struct zone **out)
{
    struct reader reader = {.at = bytes, .end = (const uint8_t *)bytes + size};
    struct head head;
    if (size > ZONE_BYTES_MAX) {
        return VMM_E_INVAL;
    }
    read_head(&reader, &head);
    if (reader.failed || head.version < '2') {
        return VMM_E_INVAL; /* a file of 32-bit times alone is older than what anybody ships */
    }
    take(&reader, body_size(&head, 4));
    read_head(&reader, &head);
    if (reader.failed || head.type_count == 0 ||
        body_size(&head, 8) > (size_t)(reader.end - reader.at)) {
        return VMM_E_INVAL;
    }
    struct zone *zone = create(name, head.time_count, head.type_count);
    if (zone == NULL) {
        return VMM_E_NOMEM;
    }
    read_times(zone, &reader, &head);
    read_types(zone, &reader, &head);
    read_footer(zone, &reader);
    if (reader.failed) {
        zone_destroy(zone);
        return VMM_E_INVAL;
    }
    *out = zone;
    return 0;
}

struct zone *zone_utc(void)
{
    struct zone *zone = create("UTC", 0, 1);
    if (zone != NULL) {
        text_format(zone->types[0].name, ZONE_NAME_MAX, "UTC");
    }
    return zone;
}

void zone_destroy(struct zone *zone)
{
    if (zone == NULL) {
        return;
    }
    free(zone->times);
    free(zone->to);
    free(zone->types);
    free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

/* ---- asking ---- */

/* How many changes came up to `time`. */
static size_t changes_before(const struct zone *zone, int64_t time)
{
    size_t low = 0;
    size_t high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void zone_at(const struct zone *zone, int64_t time, struct zone_type *out)
{
    size_t passed = changes_before(zone, time);
    if (passed == zone->count && zone->has_rule) {
        zone_rule_at(&zone->rule, time, out);
    } else {
        *out = zone->types[passed > 0 ? zone->to[passed - 1] : 0];
    }
}

static int32_t offset_at(const struct zone *zone, int64_t time)
{
    struct zone_type type;
    zone_at(zone, time, &type);
    return type.offset;
}

int64_t zone_local(const struct zone *zone, int64_t time)
{
    return time + offset_at(zone, time);
}

/* The clock is set forward over `civil`: the instant when. */
static int64_t instant_set(const struct zone *zone, int64_t civil, int32_t before, int32_t after)
{
    int64_t low = civil - after; /* still before the change */
    int64_t high = civil - before;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (offset_at(zone, middle) == before) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

static int64_t instant(const struct zone *zone, int64_t civil, bool last)
{
    int32_t before = offset_at(zone, civil - REACH_S);
    int32_t after = offset_at(zone, civil + REACH_S);
    bool by_before = offset_at(zone, civil - before) == before;
    bool by_after = offset_at(zone, civil - after) == after;
    if (!by_before && !by_after) {
        return instant_set(zone, civil, before, after);
    }
    bool take_after = by_after && (!by_before || last);
    return civil - (take_after ? after : before);
}

int64_t zone_first(const struct zone *zone, int64_t civil)
{
    return instant(zone, civil, false);
}

int64_t zone_last(const struct zone *zone, int64_t civil)
{
    return instant(zone, civil, true);
}

bool zone_is_name(const char *name)
{
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof(((struct zone *)NULL)->name) || name[0] == '/' ||
        name[0] == '.' || strstr(name, "..") != NULL || strstr(name, "//") != NULL) {
        return false;
    }
    return name[strspn(name, NAME_CHARS "_/")] == '\0';
}
