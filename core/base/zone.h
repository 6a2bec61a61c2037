/* SPDX-License-Identifier: MIT */
/*
 * A time zone of the IANA database, from the bytes of its TZif file (RFC 8536). Pure: who reads the file is
 * somebody else. Times are seconds since 1970-01-01 UTC; civil seconds are what a clock on the wall shows.
 */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/civil.h"

#define ZONE_NAME_MAX  16u
#define ZONE_BYTES_MAX (1u << 20)

struct zone;

/* Read a TZif file. VMM_E_INVAL: it is none; VMM_E_NOMEM. `name` is kept for zone_name(). */
int zone_parse(const char *name, const void *bytes, size_t size, struct zone **out);

/* The zone that is UTC for ever; NULL without memory. */
struct zone *zone_utc(void);

void zone_destroy(struct zone *zone);

/* As it was given: "Asia/Taipei". */
const char *zone_name(const struct zone *zone);

/* What holds at an instant. */
struct zone_type {
    int32_t offset; /* seconds east of UTC */
    bool is_dst;
    char name[ZONE_NAME_MAX]; /* "CST", "+0330" */
};
void zone_at(const struct zone *zone, int64_t time, struct zone_type *out);

/* What a clock shows at an instant, as civil seconds. */
int64_t zone_local(const struct zone *zone, int64_t time);

/*
 * The instant when a clock shows these civil seconds: the first or the last where a clock that is set back
 * shows them twice. One that is set forward never shows some: for these both give the instant it is set.
 */
int64_t zone_first(const struct zone *zone, int64_t civil);
int64_t zone_last(const struct zone *zone, int64_t civil);

/* True for a name that may be looked up as a file of the database: no "..", nothing before its first part. */
bool zone_is_name(const char *name);

#endif
