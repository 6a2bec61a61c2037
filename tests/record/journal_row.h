/* SPDX-License-Identifier: MIT */
/* Events that no verdict made: written into the journal of core.db beside a running vmmd. */
#ifndef RECORD_JOURNAL_ROW_H
#define RECORD_JOURNAL_ROW_H

/* One of camera cam-01 at site north, of so many days ago, with this key and metadata. Sinks see it with the next event. */
void journal_row_put(const char *db, const char *key, int days, const char *metadata);

/* So many at once, of this moment, with keys that begin so. */
void journal_row_fill(const char *db, const char *key, int count);

#endif
