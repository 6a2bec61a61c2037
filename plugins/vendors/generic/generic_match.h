/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions over what a device sent: POSIX extended, one line at a time.
 *
 * The C library's matcher needs time in the square of the line for some patterns: 10 s were
 * measured for "(.*)(.*)(.*)x" over one line of 64 KiB. So a line longer than 1,024 bytes is seen
 * through windows that overlap by half, and a clock stops the search between two windows.
 */
#ifndef GENERIC_MATCH_H
#define GENERIC_MATCH_H

#include <regex.h>

#include <kit/text.h>

#define GENERIC_SUBJECT_MAX 65536u /* bytes of a body that are searched */
#define GENERIC_WINDOW      1024u  /* bytes of a line that are seen at once */
#define GENERIC_PATTERN_MAX 256u   /* bytes of a pattern */
#define GENERIC_REPEATS_MAX 255    /* the repetition counts of a pattern, multiplied */

struct generic_pattern {
    regex_t regex;
};

/* How long a search may take. `over` is set when it was stopped, and stays set. */
struct generic_clock {
    uint64_t (*now_us)(void *arg);
    void *arg;
    uint64_t until_us;
    bool over;
};

/* Compile. VMM_E_INVAL with one line in `why` for a pattern that is none, has back-references, or
 * is out of bounds; then there is nothing to finish. */
int generic_pattern_init(struct generic_pattern *pattern, const char *text, char *why,
                         size_t why_size);
void generic_pattern_finish(struct generic_pattern *pattern);

/* Find the first match: `*found` (may be NULL) is its first group, or all of it when the pattern
 * has none. False when there is no match or the clock stopped the search. */
bool generic_pattern_find(const struct generic_pattern *pattern, struct vmm_text subject,
                          struct generic_clock *clock, struct vmm_text *found);

#endif
