/* SPDX-License-Identifier: MIT */
#include "config/pattern.h"

#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

bool pattern_matches(const char *pattern, const char *text)
{
    regex_t regex;
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    bool matches = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return matches;
}

/* Numbers of as many digits as `low`, up to the one whose last `free` digits are all 9. */
static uint64_t fill_nines(uint64_t number, unsigned free)
{
    uint64_t power = 1;
    for (unsigned i = 0; i < free; i++) {
        power *= 10;
    }
    return number - number % power + (power - 1);
}

/*
 * The largest block that begins at `low`, ends by `high`, and is one expression: a common beginning, one
 * digit class, then free digits. For 1300 to 2999 these are 1[3-9][0-9]{2} and 2[0-9]{3}.
 */
static uint64_t block_end(uint64_t low, uint64_t high)
{
    unsigned free = 0;
    uint64_t power = 1;
    while (free < 18 && low % (power * 10) == 0 && low >= power * 10 &&
           fill_nines(low, free + 1) <= high) {
        free++;
        power *= 10;
    }
    uint64_t end = fill_nines(low, free);
    while (end / power % 10 != 9 && end + power <= high) {
        end += power;
    }
    return end <= high ? end : low;
}

static void put_block(struct buf *out, uint64_t low, uint64_t high)
{
    char a[24];
    char b[24];
    snprintf(a, sizeof(a), "%" PRIu64, low);
    snprintf(b, sizeof(b), "%" PRIu64, high);
    size_t i = 0;
    while (a[i] != '\0' && a[i] == b[i]) {
        buf_char(out, a[i]);
        i++;
    }
    if (a[i] == '\0') {
        return;
    }
    /* A class of 0 to 9 at the end of the beginning counts as free, too. */
    buf_printf(out, "[%c-%c]", a[i], b[i]);
    size_t left = strlen(a + i + 1);
    if (left > 0) {
        buf_printf(out, "[0-9]{%zu}", left);
    }
}

void pattern_range(struct buf *out, uint64_t low, uint64_t high)
{
    const char *between = "(";
    for (uint64_t from = low;;) {
        uint64_t to = block_end(from, high);
        buf_text(out, between);
        put_block(out, from, to);
        between = "|";
        if (to >= high) {
            break;
        }
        from = to + 1;
    }
    buf_char(out, ')');
}
