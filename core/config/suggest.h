/* SPDX-License-Identifier: MIT */
/* "Did you mean": the word nearest to one that was mistyped. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

struct suggest {
    const char *word;
    const char *best; /* borrowed from what was offered; NULL when nothing is near enough */
    size_t distance;
};

void suggest_init(struct suggest *suggest, const char *word);

/* Offer a candidate; it is kept when it is nearer than the best and near enough (a third of the word). */
void suggest_offer(struct suggest *suggest, const char *candidate);

/* Edits between two words: insert, remove, replace, swap of neighbours (optimal string alignment). */
size_t suggest_distance(const char *a, const char *b);

#endif
