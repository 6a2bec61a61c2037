/* SPDX-License-Identifier: MIT */
/*
 * The journal's promises, seen from outside: nothing forgotten, nothing twice, each change once. A check that fails
 * ends the test.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include <stdbool.h>

#include <jansson.h>

#include "rig.h"

/* Each component's events are one chain: the first comes from UNKNOWN, each `from` is the `to` before it, the number
 * at the end of the key counts from 1 without a gap. No id and no key is there twice. */
void chain_check(const json_t *events);

/* The last event of a camera; NULL when it has none. Borrowed. */
const json_t *chain_last(const json_t *events, const char *camera);

/* What status says of each camera is what its last event says, for all cameras that do not change meanwhile. */
void chain_check_status(struct rig *rig);

/* Events that the file of the sink jsonl does not hold yet. What it holds are the journal's own lines in the journal's
 * order; a line may come again (at least once), and one that was broken off is none. `repeated` (may be NULL) gets how
 * many came again. */
size_t chain_missing(const json_t *events, const char *path, size_t *repeated);

/* Wait until the journal stands in the file, then check both. `path` is the file's. Returns how many events. */
size_t chain_wait_file(struct rig *rig, const char *path);

#endif
