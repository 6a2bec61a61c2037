/* SPDX-License-Identifier: MIT */
/* A TZif file, and the text at its end, from anybody. */
#include <string.h>

#include "base/zone.h"
#include "base/zone_rule.h"

static void ask(const struct zone *zone)
{
    static const int64_t times[] = {INT32_MIN, -1, 0, 1700000000, 4102444800, 253402300799};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        int64_t civil = zone_local(zone, times[i]);
        (void)zone_first(zone, civil);
        (void)zone_last(zone, civil);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = NULL;
    if (zone_parse("fuzz", data, size, &zone) == 0) {
        ask(zone);
        zone_destroy(zone);
    }
    char text[64];
    size_t length = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
    memcpy(text, data, length);
    text[length] = '\0';
    struct zone_rule rule;
    if (zone_rule_parse(text, &rule)) {
        struct zone_type type;
        zone_rule_at(&rule, 1700000000, &type);
    }
    return 0;
}
