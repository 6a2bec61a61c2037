/* SPDX-License-Identifier: MIT */
/*
 * Words of requests that stand for what the operator has set: {channel}, {channel0} (counted from 0), {channel02d} (two
 * digits), {width}, {height}; and {now:FORMAT}, the time of the look.
 */
#ifndef GENERIC_WORDS_H
#define GENERIC_WORDS_H

#include <kit/text.h>

#define GENERIC_NOW_MAX 64u /* bytes of a time that is written */

struct generic_words {
    int64_t channel; /* from 1 */
    int64_t width;   /* 0: not set */
    int64_t height;
    int32_t zone_minutes; /* of {now:}, east of UTC */
};

/* A copy with the words of a number filled in; others stay as they are. The caller frees it. VMM_E_INVAL for a {width} or
 * {height} that is not set; VMM_E_NOMEM. */
int generic_words_fill(const struct generic_words *words, const char *text, char **out);

/* Whether a time can be written so: letters as those of `format`, %Y %m %d %H %M %S %F %T %s %%. */
bool generic_now_is_format(struct vmm_text format);

/* Write the time, cut to `size` bytes with its NUL. */
void generic_now_write(struct vmm_text format, int64_t wall_ms, int32_t zone_minutes, char *out,
                       size_t size);

#endif
