/* SPDX-License-Identifier: MIT */
/* The schema as a list of steps. Each is one transaction, and may run again over its own result. */
#ifndef PG_SCHEMA_H
#define PG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The files of migrations/, number 1 first; ended by NULL. Made at build time. */
extern const char *const pg_migrations[];
extern const unsigned pg_migration_count;

/* Makes whoever changes the schema wait for whoever else does, over all nodes, until the transaction ends. */
#define PG_SCHEMA_LOCK "SELECT pg_advisory_xact_lock(8314046205573292)"

/* Asks what is there: one row with the columns schema, version table. The caller frees it. `schema` is a checked name. */
char *pg_schema_settings_sql(const char *schema, uint32_t statement_ms);

/* Asks for the version, and how many tables and functions are missing, a row each. */
const char *pg_schema_version_sql(void);

/* Asks how many recent partitions are missing that were made once: one row. */
const char *pg_schema_months_sql(void);

/* The step of this number (from 1) as one transaction; `anew`: what nodes believe to have written is forgotten, because
 * some of it is lost. The caller frees it. */
char *pg_schema_step_sql(unsigned number, bool anew);

/* Makes the partitions of last month, of this one and of so many ahead. The caller frees it. */
char *pg_schema_partitions_sql(uint32_t ahead);

#endif
