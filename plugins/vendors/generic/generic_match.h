/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions over what a device sent: PCRE2, with ^ and $ at every line.
 *
 * No pattern may cost more than its bounds: the compiled pattern and the memory of a search are limited,
 * and a clock is looked at while the matcher works. (The C library's matcher has neither bound: nested
 * repetitions of 30 bytes took gigabytes to compile, "(.*)(.*)(.*)x" 10 s over a line of 64 KiB.)
 */
#ifndef GENERIC_MATCH_H
#define GENERIC_MATCH_H

#include <kit/text.h>

#define GENERIC_SUBJECT_MAX 65536u /* bytes of a body that are searched */
#define GENERIC_PATTERN_MAX 256u   /* bytes of a pattern */
#define GENERIC_GROUPS_MAX  10u    /* the match and its first nine groups */

struct generic_pattern {
    struct pcre2_real_code_8 *code;
    struct pcre2_real_match_data_8 *data; /* of the search under way: one thread at a time */
    struct pcre2_real_match_context_8 *context;
};

/* How long a search may take. `over` is set when it was stopped, and stays set. */
struct generic_clock {
    uint64_t (*now_us)(void *arg);
    void *arg;
    uint64_t until_us;
    bool over;
};

/* Whether the time is up. */
bool generic_clock_is_over(struct generic_clock *clock);

/* Compile. VMM_E_INVAL with one line in `why` for a pattern that is none or out of bounds, VMM_E_NOMEM; then
 * there is nothing to finish. */
int generic_pattern_init(struct generic_pattern *pattern, const char *text, char *why,
                         size_t why_size);
void generic_pattern_finish(struct generic_pattern *pattern);

/* Find the first match: `*found` (may be NULL) is its first group, or all of it when the pattern
 * has none. False when there is no match or the clock stopped the search. */
bool generic_pattern_find(const struct generic_pattern *pattern, struct vmm_text subject,
                          struct generic_clock *clock, struct vmm_text *found);

/* The same with all groups: their number, the match itself the first; 0 when there is no match. A group that took no part
 * is empty. */
size_t generic_pattern_groups(const struct generic_pattern *pattern, struct vmm_text subject,
                              struct generic_clock *clock,
                              struct vmm_text groups[GENERIC_GROUPS_MAX]);

#endif
