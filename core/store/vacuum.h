/* SPDX-License-Identifier: MIT */
/*
 * Room that rows left behind, given back to the file system a little at a time. Some stays: the next rows take it. A
 * database that an older release made has no such room to give; there rows only take it again.
 */
#ifndef STORE_VACUUM_H
#define STORE_VACUUM_H

#include <stdbool.h>

#include <sqlite3.h>

#include "base/clock.h"

#define STORE_VACUUM_PAGES   256              /* of a turn: 1 MiB, some milliseconds */
#define STORE_VACUUM_MORE_US (200 * CLOCK_MS) /* between two turns: commits come first */

/* Give back a little when more than a tenth of the file lies idle. True: there is more to give back. */
bool store_vacuum(sqlite3 *db);

#endif
