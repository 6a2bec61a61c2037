/* SPDX-License-Identifier: MIT */
/* One attempt to write all that is owed, as one transaction. */
#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/internal.h"

/*
 * Write every owed batch and commit. A batch that a rule of the schema refuses gets that as its
 * `answer.rc` and is left out wholly; the others are written. Answers the SQLite result: SQLITE_OK,
 * or why nothing was written.
 */
int store_commit(struct store_writer *writer);

/*
 * Move the write-ahead log into the database, as far as readers let it; with `truncate` also set
 * its room free.
 */
int store_checkpoint(struct store_writer *writer, bool truncate);

#endif
