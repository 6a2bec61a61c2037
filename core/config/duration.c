/* SPDX-License-Identifier: MIT */
#include "config/duration.h"

#include <inttypes.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "config/pattern.h"

static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

#define UNITS (sizeof(units) / sizeof(units[0]))

static const struct unit *find_unit(const char *name)
{
    for (size_t i = 0; i < UNITS; i++) {
        if (strcmp(units[i].name, name) == 0) {
            return &units[i];
        }
    }
    return NULL;
}

int duration_parse(const char *text, int64_t *ms)
{
    size_t digits = strspn(text, "0123456789");
    const struct unit *unit = find_unit(text + digits);
    if (digits == 0 || unit == NULL || (text[0] == '0' && digits > 1)) {
        return VMM_E_INVAL;
    }
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (text[i] - '0');
        if (value > DURATION_MAX_MS / unit->ms) {
            return VMM_E_RANGE;
        }
    }
    *ms = value * unit->ms;
    return 0;
}

const char *duration_text(int64_t ms, char text[DURATION_TEXT_MAX])
{
    size_t i = 0;
    while (i + 1 < UNITS && (ms == 0 || ms % units[i].ms != 0)) {
        i++;
    }
    text_format(text, DURATION_TEXT_MAX, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
    return text;
}

void duration_pattern(struct buf *out, int64_t min_ms, int64_t max_ms)
{
    const char *between = "^(";
    for (size_t i = 0; i < UNITS; i++) {
        int64_t low = (min_ms + units[i].ms - 1) / units[i].ms;
        int64_t high = max_ms / units[i].ms;
        if (low > high) {
            continue;
        }
        buf_text(out, between);
        pattern_range(out, (uint64_t)low, (uint64_t)high);
        buf_text(out, units[i].name);
        between = "|";
    }
    buf_text(out, ")$");
}
