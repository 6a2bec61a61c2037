/* SPDX-License-Identifier: MIT */
/*
 * The rows of the record as JSON objects, and which of them have changed: for whoever keeps a copy of the record
 * elsewhere. <vmm/sink.h> says what the objects are; docs/record.md lists their columns.
 *
 * The first tables have an order: rows are only added at its end, or move there when they change, and a place
 * names the row up to which a copy has them all. Of the others a copy has the newest state, by key.
 */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/store.h"

enum store_table {
    STORE_TABLE_EVENT,
    STORE_TABLE_DELIVERY,
    STORE_TABLE_DAY,
    STORE_TABLE_TENANT, /* from here on: keyed */
    STORE_TABLE_SITE,
    STORE_TABLE_NVR,
    STORE_TABLE_CAMERA,
    STORE_TABLE_DEVICE,
    STORE_TABLE_POLL,
    STORE_TABLE_BREAKER,
    STORE_TABLE_COUNT
};

#define STORE_TABLES_ORDERED ((uint32_t)STORE_TABLE_TENANT)

#define STORE_ROWS_MAX       512u          /* rows of one answer */
#define STORE_ROWS_BYTES_MAX (700u * 1024) /* of their JSON; what is over is the next answer's */
#define STORE_ROW_MAX        (960u * 1024) /* of one row's JSON; a longer one comes without it */
#define STORE_KEY_MAX        160u          /* bytes of a part of a key, with its NUL */

/* The name of a table. */
const char *store_table_name(enum store_table table);

/* How many texts the key of a keyed table is: 1, the id, or 2, site and id. */
uint32_t store_table_keys(enum store_table table);

struct store_row_key {
    const char *part[2]; /* "" behind the table's last part */
};

/* Rows of one table: of an ordered one those behind a place; of a keyed one those behind a key, or some by key. */
struct store_rows_ask {
    enum store_table table;
    int64_t after;                    /* ordered: behind this number; 0: from the first */
    struct store_row_key after_key;   /* keyed: behind this key; NULL: from the first */
    const struct store_row_key *keys; /* keyed: these, whatever after_key says */
    size_t key_count;                 /* at most STORE_ROWS_MAX */
    uint32_t limit;                   /* rows; 0: STORE_ROWS_MAX */
};

struct store_row {
    struct store_row_key key; /* of a keyed table */
    int64_t number;           /* of an ordered table: where it stands, growing */
    const char *place;        /* the same as a text that a copy can keep */
    const char *site_id;      /* "" when it belongs to none */
    const char *json; /* NULL: there is no such row, or its JSON is longer than STORE_ROW_MAX */
    bool is_gone;     /* asked for by key, and not there */
};

/* `more`: the answer was cut, there are rows behind the last. `rc` as with store_events_fn; rows are borrowed. */
typedef void (*store_rows_fn)(void *arg, int rc, const struct store_row *rows, size_t count,
                              bool more);

/* A page of rows, in order. 0: `answer` will be called by store_dispatch(); VMM_E_NOMEM, VMM_E_RANGE
 * or VMM_E_STATE: it will not. */
int store_query_rows(struct store *store, const struct store_rows_ask *ask, store_rows_fn answer,
                     void *arg);

/* `number` is what a place of an ordered table stands for now; 0 when this database has no such place. */
typedef void (*store_place_fn)(void *arg, int rc, int64_t number);
int store_query_place(struct store *store, enum store_table table, const char *place,
                      store_place_fn answer, void *arg);

/*
 * Tell of each row that a commit has changed, added or taken away, on the loop by store_dispatch(), before the
 * batch's own callback; of an ordered table without a key. `soft`: only what the looks of a device that is simply
 * fine tell. NULL: nobody wants to know.
 */
typedef void (*store_changed_fn)(void *arg, enum store_table table, const char *part1,
                                 const char *part2, bool soft);
void store_watch_rows(struct store *store, store_changed_fn changed, void *arg);

#endif
