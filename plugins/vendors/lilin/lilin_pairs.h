/* SPDX-License-Identifier: MIT */
/*
 * Pairs KEY=VALUE as LILIN devices write them: one a line, several on one line, or all on one.
 *
 *   Device name=CMX Video Server
 *   Model=87 Language=0
 *
 * Keys and values hold spaces, and nothing parts a value from the next key. So the keys of several
 * words have to be known; any other key is the one word before its '='.
 */
#ifndef LILIN_PAIRS_H
#define LILIN_PAIRS_H

#include <kit/text.h>

/* Take the next pair off `rest`; both are views of it, trimmed. False when none is left. */
bool lilin_pairs_next(struct vmm_text *rest, struct vmm_text *key, struct vmm_text *value);

/* The first value of a key, in any case of letters, and be it empty. False when the key is not there. */
bool lilin_pairs_named(struct vmm_text body, const char *key, struct vmm_text *value);

/* The first value of a key, in any case of letters. False when there is none, or an empty one. */
bool lilin_pairs_find(struct vmm_text body, const char *key, struct vmm_text *value);

/* The same as a whole number within [min, max]. */
bool lilin_pairs_int(struct vmm_text body, const char *key, int64_t min, int64_t max,
                     int64_t *number);

#endif
