/* SPDX-License-Identifier: MIT */
/* The messages of a batch as parameters, and the commands of its transaction. No input, no output but libpq's queue. */
#ifndef PG_WRITE_H
#define PG_WRITE_H

#include <libpq-fe.h>

#include <vmm/sink.h>

#include "pg_rows.h"

/* What is known of one message. */
struct pg_item {
    const struct vmm_message *message;
    json_t *json; /* NULL: it could not be read */
    enum pg_table_id table;
    const char *site; /* borrowed from `json`; NULL: it belongs to none */
    int64_t epoch;
    bool is_dropped;
    char why[PG_WHY_MAX]; /* when it is dropped */
};

/* The rows of one table in a batch. */
struct pg_part {
    struct pg_rows rows;
    struct pg_keys gone;
    struct pg_keys kept; /* of a range */
    struct pg_range range;
    bool has_range;
    const char *place; /* of its last message that has one; NULL */
};

struct pg_write {
    struct pg_part parts[PG_TABLES];
    struct pg_array sites;
    struct pg_array epochs;
};

void pg_write_init(struct pg_write *write);
void pg_write_finish(struct pg_write *write);

/* Read a message. What is no row of a table of the record is dropped, with the reason. */
void pg_item_read(struct pg_item *item, const struct vmm_message *message);
void pg_item_finish(struct pg_item *item);

/* Take in all items that are not dropped; one that proves to be no row is. 0 or VMM_E_NOMEM. */
int pg_write_build(struct pg_write *write, struct pg_item *items, uint32_t count);

/* Queue the guard of the sites, then the rows of each table. `places` are what stands in the database now. False
 * without memory, or when the connection is broken. */
bool pg_write_queue(struct pg_write *write, PGconn *conn, const char *node,
                    const char *(*place)(const void *arg, enum pg_table_id table), const void *arg);

/* Queue the rows alone, without range, guard and place: for one item, to see whether it can be written. */
bool pg_write_queue_rows(struct pg_write *write, PGconn *conn, const char *node);

#endif
