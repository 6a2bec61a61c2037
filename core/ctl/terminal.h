/* SPDX-License-Identifier: MIT */
/* Text on a terminal: what cannot hurt it, how wide it is, and its colours. */
#ifndef CTL_TERMINAL_H
#define CTL_TERMINAL_H

#include <stdio.h>

#include "base/buf.h"

/* Append the text with everything that a terminal would act on made visible: control characters and
 * what is no UTF-8 as \xNN, characters that turn or hide text as \u{NNNN}. */
void terminal_escape(struct buf *out, const char *text);

/* The same, written to a stream. */
void terminal_write(FILE *out, const char *text);

/* Columns that escaped text takes. The locale has to be a UTF-8 one. */
size_t terminal_width(const char *text);

/* The sequence that begins the colour of a word of health or severity, or "" for any other word. */
const char *terminal_colour(const char *word);

#define TERMINAL_BOLD  "\x1b[1m"
#define TERMINAL_PLAIN "\x1b[0m"

#endif
