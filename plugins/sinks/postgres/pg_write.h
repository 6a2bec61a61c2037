/* SPDX-License-Identifier: MIT */
/*
 * The messages of a batch as parameters, and the commands of its transaction. No input, no output but libpq's queue.
 *
 *   BEGIN, for each chunk: partitions, rows; then guard, known, places; COMMIT
 *
 * Events go in chunks, so that the server writes one while the next is read; and usually by COPY, which costs the server
 * less, where none of them can be there already and their partitions are. The guard comes last: it locks, and what it
 * finds wrong undoes all.
 */
#ifndef PG_WRITE_H
#define PG_WRITE_H

#include <libpq-fe.h>

#include <vmm/sink.h>

#include "pg_copy.h"
#include "pg_session.h"

/* What is known of one message. */
struct pg_item {
    const struct vmm_message *message;
    enum pg_table_id table;
    bool has_epoch; /* it belongs to a site, message->site_id */
    int64_t epoch;
    int32_t month; /* of an event; 0: not known */
    bool is_dropped;
    bool is_known;        /* another node has told it: there is nothing to write */
    char why[PG_WHY_MAX]; /* when it is dropped */
};

/* The rows of one table in a chunk. */
struct pg_part {
    struct pg_rows rows;
    struct pg_keys gone;
    struct pg_keys kept; /* of a range */
    struct pg_range range;
    bool has_range;
};

#define PG_SITES_MAX 64u

struct pg_write {
    struct pg_part parts[PG_TABLES];
    bool copies; /* rows go into this instead: */
    struct pg_copy copy;
    /* Of all chunks: */
    const char *places[PG_TABLES]; /* of the last message that has one; NULL */
    struct pg_array sites;
    struct pg_array epochs;
    const char *site_ids[PG_SITES_MAX]; /* what is in `sites`, of the messages */
    uint32_t site_count;
    struct pg_array ids; /* of events, with their keys and times */
    struct pg_array keys;
    struct pg_array times;
    uint32_t events[VMM_SINK_BATCH_MAX]; /* which items they are */
    struct pg_scratch scratch;
};

void pg_write_init(struct pg_write *write);
void pg_write_finish(struct pg_write *write);

void pg_item_init(struct pg_item *item, const struct vmm_message *message);

/* Queue the whole transaction. `again`: events may be there already. False without memory, or when the connection is
 * broken. */
bool pg_write_queue(struct pg_write *write, PGconn *conn, struct pg_session *session,
                    const char *node, struct pg_item *items, uint32_t count, bool again);

/* Queue what a transaction ends with: guard, known, places, COMMIT. */
bool pg_write_end(struct pg_write *write, PGconn *conn, struct pg_session *session,
                  const char *node);

/* True when the messages are events alone, which COPY writes faster: a row that is there already is an error then. */
bool pg_write_may_copy(const struct pg_item *items, uint32_t count);

/* Hand the rows to a COPY that waits for them, piece by piece. */
enum pg_copied {
    PG_COPIED,
    PG_COPY_NO_PARTITION, /* of the month of an event: to be written with pg_write_queue(), which makes it */
    PG_COPY_FAILED, /* no memory, or the connection is broken */
};
enum pg_copied pg_write_copy(struct pg_write *write, PGconn *conn, const struct pg_session *session,
                             struct pg_item *items, uint32_t count);

/* Queue one row in a transaction that is undone: to see whether it can be written. */
bool pg_write_try(struct pg_write *write, PGconn *conn, const char *node, struct pg_item *item);

/* The item of an event by its place in the arrays, from 1; NULL when there is none. */
struct pg_item *pg_write_event(const struct pg_write *write, struct pg_item *items,
                               unsigned long place);

#endif
