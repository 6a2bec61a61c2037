/* SPDX-License-Identifier: MIT */
/* What the fault plugin "keeper" has of the record, against what core.db has. */
#ifndef RECORD_KEPT_H
#define RECORD_KEPT_H

#include <jansson.h>

#include "rig.h"

/* Apply the keeper's file from its first line to its last: table → key ("site/id", or "id") → row. Events that come
 * again fail the test unless they are equal. A new reference. */
json_t *kept_read(const char *path);

/* Wait until every table of the copy has exactly the rows of core.db, value for value. */
void kept_wait_equal(struct rig *rig, const char *db, const char *path);

/* A number out of core.db. */
json_int_t kept_number(const char *db, const char *sql);

#endif
