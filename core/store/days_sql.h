/* SPDX-License-Identifier: MIT */
/* The statements of the days, on the writer's connection. */
#ifndef STORE_DAYS_SQL_H
#define STORE_DAYS_SQL_H

#include "store/days.h"

/* A statement, prepared when it is used first; NULL with days->rc set. */
sqlite3_stmt *days_use(struct store_days *days, enum store_days_sql which);

/* True with a row. What was bound stays borrowed until the reset. */
bool days_step(struct store_days *days, sqlite3_stmt *stmt);

/* Step to the end of one without rows, and reset it. */
void days_run(struct store_days *days, sqlite3_stmt *stmt);

/* Parameters 1 and 2; borrowed until the reset. */
void days_bind_subject(sqlite3_stmt *stmt, const char *site, const char *component);

/* Of DAYS_ROW, what a day came to: parameters 5 and on, in the order of the columns from begins_at on. */
void days_bind_row(sqlite3_stmt *stmt, const struct day_row *row, int64_t epoch);

#endif
