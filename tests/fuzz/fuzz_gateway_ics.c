/* SPDX-License-Identifier: MIT */
/* Holidays from anybody, and a calendar made of them. */
#include "gateway/ics.h"

static int add(void *arg, const struct closed_days *days)
{
    return calendar_add_days(arg, days);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t skipped = 0;
    struct calendar *calendar = calendar_create("fuzz");
    struct zone *zone = zone_utc();
    (void)ics_parse((const char *)data, size, add, calendar, &skipped);
    for (int64_t t = 1700000000; t < 1800000000; t += 7000000) {
        (void)calendar_is_open(calendar, zone, t);
    }
    zone_destroy(zone);
    calendar_destroy(calendar);
    return 0;
}
