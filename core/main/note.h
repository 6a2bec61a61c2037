/* SPDX-License-Identifier: MIT */
/* What is kept with a device in its soft row: how fast it answers, and the notes of host and plugin. */
#ifndef MAIN_NOTE_H
#define MAIN_NOTE_H

#include "main/watch.h"

/* Put it into `out`; returns its size. */
size_t note_write(const struct watched *watched, uint8_t out[STORE_NOTE_MAX]);

/* Drop the plugin's part: it is another device, or another firmware, than the one it was kept of. */
void note_forget(struct watched *watched);

/* Take it back. What cannot be read is left out: the next look brings it anew. */
void note_read(struct watched *watched, const void *bytes, size_t size);

#endif
