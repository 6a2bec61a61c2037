/* SPDX-License-Identifier: MIT */
/* The tables of the record as PostgreSQL has them, and the statements that write whole batches of rows at once. */
#ifndef PG_TABLE_H
#define PG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PG_COLUMNS_MAX 32u

enum pg_type { PG_BOOL, PG_INT, PG_BIGINT, PG_REAL, PG_TEXT, PG_JSON, PG_TIME, PG_UUID, PG_TYPES };

struct pg_column {
    const char *name; /* also of the member of a row's JSON */
    enum pg_type type;
    bool is_null; /* may be null */
};

/* Whose rows a node may take away: those of sites that it owns, or those that bear its name. */
enum pg_owner { PG_OWNER_NOBODY, PG_OWNER_SITE, PG_OWNER_NODE };

struct pg_table {
    const char *name;
    const struct pg_column *columns; /* ended by one without a name */
    const char *keys[2]; /* of a RANGE and of a row that is gone; NULL: there are none */
    enum pg_owner owner;
    bool is_event; /* written once, never changed */
};

enum pg_table_id {
    PG_TABLE_EVENT,
    PG_TABLE_DELIVERY,
    PG_TABLE_DAY,
    PG_TABLE_TENANT,
    PG_TABLE_SITE,
    PG_TABLE_NVR,
    PG_TABLE_CAMERA,
    PG_TABLE_DEVICE,
    PG_TABLE_POLL,
    PG_TABLE_BREAKER,
    PG_TABLES
};

extern const struct pg_table pg_tables[PG_TABLES];

/* The number of a table, or PG_TABLES. */
enum pg_table_id pg_table_find(const char *name);

uint32_t pg_table_columns(const struct pg_table *table);

/* The name of an array of this type in SQL, and its object id and that of its members on the wire. */
const char *pg_type_array(enum pg_type type);
uint32_t pg_type_oid(enum pg_type type);
uint32_t pg_type_array_oid(enum pg_type type);

#define PG_SQL_MAX 6000u

/*
 * The statements of a table; false when it has none of that kind, or it does not fit `sql` (PG_SQL_MAX bytes).
 * Parameters:
 *   put     $1, $2 … the columns in order, as arrays
 *   copy    COPY FROM STDIN of the columns in order, in binary form; no parameters
 *   again   $1, $2 … the same, for events of which some may be there already
 *   clear   $1, $2 … the same: what stands in the way of putting them, to be run before
 *   gone    $1 the node, $2 and $3 (or $2 alone) the keys as arrays
 *   range   $1 the node, then the key behind which, the last key, and the keys to keep as arrays, each as above
 */
bool pg_table_put_sql(const struct pg_table *table, char *sql);
bool pg_table_copy_sql(const struct pg_table *table, char *sql);
bool pg_table_again_sql(const struct pg_table *table, char *sql);
bool pg_table_clear_sql(const struct pg_table *table, char *sql);
bool pg_table_gone_sql(const struct pg_table *table, char *sql);
bool pg_table_range_sql(const struct pg_table *table, char *sql);

#endif
