/* SPDX-License-Identifier: MIT */
#include "config/suggest.h"

#include <string.h>

#define WORD_MAX 64

void suggest_init(struct suggest *suggest, const char *word)
{
    *suggest = (struct suggest){.word = word, .distance = strlen(word) / 3 + 2};
    if (suggest->distance > 6) {
        suggest->distance = 6;
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* One row of the table: edits from the first i + 1 bytes of a to each beginning of b. */
static void fill_row(const char *a, size_t i, const char *b, size_t length,
                     size_t rows[3][WORD_MAX + 1])
{
    size_t *row = rows[(i + 1) % 3];
    const size_t *before = rows[i % 3];
    const size_t *earlier = rows[(i + 2) % 3];
    row[0] = i + 1;
    for (size_t j = 0; j < length; j++) {
        size_t replaced = before[j] + (a[i] == b[j] ? 0 : 1);
        row[j + 1] = least(replaced, least(before[j + 1], row[j]) + 1);
        if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) {
            row[j + 1] = least(row[j + 1], earlier[j - 1] + 1);
        }
    }
}

size_t suggest_distance(const char *a, const char *b)
{
    size_t m = strlen(a);
    size_t n = strlen(b);
    if (m > WORD_MAX || n > WORD_MAX) {
        return m > n ? m : n;
    }
    size_t rows[3][WORD_MAX + 1] = {{0}};
    for (size_t j = 0; j <= n; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 0; i < m; i++) {
        fill_row(a, i, b, n, rows);
    }
    return rows[m % 3][n];
}

void suggest_offer(struct suggest *suggest, const char *candidate)
{
    size_t distance = suggest_distance(suggest->word, candidate);
    if (distance < suggest->distance) {
        suggest->distance = distance;
        suggest->best = candidate;
    }
}
