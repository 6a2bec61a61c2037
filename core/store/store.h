/* SPDX-License-Identifier: MIT */
/*
 * The store: core.db, one SQLite database (WAL, synchronous=FULL) with one writer thread and one
 * reader thread.
 *
 * The loop never waits for the disk. It collects operations in a batch, submits it, and is told
 * when the batch is on disk; only then may anything act on it. A batch is written wholly or not at
 * all, batches in the order of their submission; what is queued together is committed together, at
 * most every 50 ms.
 *
 * Order of calls: store_open(), store_load(), store_start(), then batches and queries,
 * store_stop(), store_dispatch() for what is still undelivered, store_close(). All of them belong
 * to one thread, the loop's.
 *
 * When the disk is full, fails or is read-only, batches stay owed in memory in their order and are
 * tried again after 1 s, doubling to 30 s. Over a quarter of `owed_max_bytes` a later state,
 * breaker, ledger, cursor or note row replaces the earlier one of the same key that is still owed,
 * and all owed batches are then one commit. Over `owed_max_bytes` events and delivery rows are
 * dropped, the lowest severity first and of that the oldest, and counted. That, and what is owed
 * when the process dies, is all that can be lost.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/records.h"

#define STORE_STATE_MAX 512u /* bytes of a component's state */
#define STORE_NOTE_MAX                                                                             \
    536u /* bytes of a device note: NOTE_HOST_MAX and VMM_NOTE_MAX, their sizes, and its pace */
#define STORE_PAGE_MAX 1000u /* rows of one answer */

struct store;
struct store_batch;

/* The zone of a name of the IANA database, never NULL. Called by the writer's thread. */
struct zone;
typedef const struct zone *(*store_zone_fn)(void *arg, const char *name);

struct store_options {
    const char *path;      /* of core.db; its folder must exist */
    const char *vfs;       /* an SQLite VFS by name; NULL: the system's */
    size_t reserve_bytes;  /* size of the reserve file, given up when the disk is full; 0: none */
    size_t owed_max_bytes; /* 0: 64 MiB */
    uint32_t commit_interval_ms; /* 0: 50 */
    uint32_t soft_period_s;      /* each soft row is written within this and 5 s; 0: 840 */
    uint32_t days_period_ms;     /* events are counted into their days so often; 0: 5000 */
    store_zone_fn zone_of;       /* of the sites' days; NULL: UTC */
    void *zone_arg;
};

/* ---- Life ---- */

/*
 * Open or create the database (mode 0600), bring it to the newest schema, take the lock that keeps
 * a second process out. A damaged database is renamed to <path>.damaged-<time> and a new one is
 * started; see store_set_aside(). 0, VMM_E_VERSION (made by a newer release), VMM_E_STATE (another
 * process has it), VMM_E_DENIED (belongs to another user), VMM_E_IO, VMM_E_NOMEM; each logged in
 * one line.
 */
int store_open(const struct store_options *options, struct store **out);

/* The file that a damaged database was renamed to by store_open(), or NULL. */
const char *store_set_aside(const struct store *store);

/* Start the threads. 0, VMM_E_NOMEM or VMM_E_STATE. */
int store_start(struct store *store);

/*
 * Write all that is queued and all soft rows, then end the threads: it blocks, for an orderly stop.
 * With a disk that refuses, one last attempt is made and VMM_E_IO says that something was left
 * behind. The callbacks not yet called are called by store_dispatch(), those of batches left behind
 * with VMM_E_IO.
 */
int store_stop(struct store *store);

/*
 * Release everything; after a store_start() without store_stop() it stops first. NULL is accepted.
 */
void store_close(struct store *store);

/*
 * Before anything of the folder is opened: on a disk that is full, the reserve that the database `path` left behind is
 * given up, since even opening a database takes some pages. What follows is kept in memory once these are used up.
 */
void store_make_room(const char *path);

/* Readable when store_dispatch() has something to deliver (an eventfd). */
int store_fd(const struct store *store);

/*
 * Call the callbacks of committed batches and answered queries, in order. Returns how many. Never
 * blocks.
 */
size_t store_dispatch(struct store *store);

struct store_health {
    bool working;             /* the last attempt to write succeeded */
    bool reserve_held;        /* the reserve file is there */
    size_t batches_owed;      /* submitted and not yet committed */
    size_t bytes_owed;        /* their size */
    size_t soft_rows;         /* soft rows that wait for their slice */
    uint64_t batches_done;    /* since the start */
    uint64_t commits;         /* since the start */
    uint64_t events_lost;     /* events dropped at `owed_max_bytes` */
    uint64_t deliveries_lost; /* delivery rows dropped there */
    uint64_t longest_commit_us;
    uint64_t longest_call_us; /* the loop in one call of the store, callbacks not counted */
    int64_t failing_since;    /* wall time of the first failure in a row; 0 when working */
    int64_t
        days_counted_at; /* wall time at which each event was last found counted into its day; 0: never */
    char error[160]; /* the last error in words; "" when there was none */
};

/* How the store is. Cheap; never waits for the disk. */
void store_health(struct store *store, struct store_health *out);

/* ---- Batches ---- */

/* An empty batch, or NULL without memory. */
struct store_batch *store_batch_create(void);

/* For a batch that is not submitted after all. NULL is accepted. */
void store_batch_destroy(struct store_batch *batch);

/* True when nothing was put into the batch. */
bool store_batch_is_empty(const struct store_batch *batch);

/*
 * Told on the loop by store_dispatch(). 0: on disk, or taken when there were soft rows only.
 * VMM_E_INVAL: refused by a rule of the schema (unknown site or NVR, a site or NVR still in use, a
 * channel taken twice), nothing of the batch was written. VMM_E_NOMEM, VMM_E_TOOBIG or VMM_E_RANGE:
 * nor was it when it could not be built. VMM_E_TOOBIG also when all of it was dropped at
 * `owed_max_bytes`; a batch that lost only some of its events there answers 0 and is counted in
 * `events_lost`. VMM_E_IO: left behind by store_stop().
 */
typedef void (*store_committed_fn)(void *arg, int rc);

/*
 * Hand a batch over; the store owns it from now on. `committed` may be NULL. Never fails, never
 * waits for disk.
 */
void store_submit(struct store *store, struct store_batch *batch, store_committed_fn committed,
                  void *arg);

/*
 * The operations. Everything is copied. They return nothing: a batch that found no memory, or was
 * given a text over 1 MiB or a blob over its limit, is refused as a whole. A put writes the row new
 * or over the old one. What is put with another site than before moves there; the rows of the old
 * site that are keyed by it (component, breaker) are removed by their own calls.
 */
void store_put_tenant(struct store_batch *batch, const char *id, const char *name, bool enabled);
void store_put_site(struct store_batch *batch, const struct site_record *site);
void store_put_nvr(struct store_batch *batch, const struct nvr_record *nvr);
void store_put_camera(struct store_batch *batch, const struct camera_record *camera);

/*
 * Also copies provider, host, port, model, firmware, serial and mac to the NVR or camera of the
 * same id.
 */
void store_put_device(struct store_batch *batch, const struct device_record *device);

/* A site goes after its cameras and NVRs, an NVR after its cameras. Events stay. */
void store_del_site(struct store_batch *batch, const char *id);

/* With its device, state, breaker and soft row. */
void store_del_nvr(struct store_batch *batch, const char *site_id, const char *id);
void store_del_camera(struct store_batch *batch, const char *site_id, const char *id);

/* The device alone: the camera stays as a channel of its NVR. Its breaker goes too. */
void store_del_device(struct store_batch *batch, const char *site_id, const char *id);

struct store_component {
    const char *site_id;
    const char *component; /* "site", "node:<id>", "nvr:<id>" or "camera:<id>" */
    uint32_t health;       /* VMM_HEALTH_*: becomes nvr.status or camera.status */
    uint32_t severity;     /* VMM_SEVERITY_* */
    int64_t next_poll_at;
    int64_t last_seen_at; /* becomes nvr.last_seen_at or camera.last_seen_at */
    uint32_t last_latency_ms;
    uint32_t consecutive_failures;
    bool load_shed_mode;
    const char *node_id;
    uint64_t epoch;
    const void
        *state; /* opaque to the store, at most STORE_STATE_MAX bytes; it carries its own version */
    size_t state_size;
};

/* The poll_state row of a component with its state. */
void store_put_component(struct store_batch *batch, const struct store_component *component);
void store_del_component(struct store_batch *batch, const char *site_id, const char *component);

/*
 * The device note of a component that has a row, at once; see store_put_soft() for the usual way.
 */
void store_put_note(struct store_batch *batch, const char *site_id, const char *component,
                    const void *note, size_t size);

/*
 * What a look found of a device that is simply fine. Soft: kept in memory by the store, newest
 * wins, written within `soft_period_s` in key order, a slice at a time, and by store_stop(). A
 * store_put_component() after it is newer than it, whatever is written first.
 */
struct store_soft {
    const char *site_id;
    const char *component;
    int64_t next_poll_at;
    int64_t last_seen_at;
    uint32_t last_latency_ms;
    const void *note; /* NULL: the note stays what it is */
    size_t note_size;
};
void store_put_soft(struct store_batch *batch, const struct store_soft *soft);

struct store_breaker {
    const char *site_id;
    const char *target_service; /* "device:<id>", "provider:<name>" or "sink:<name>" */
    const char *state;          /* "closed", "open" or "half_open" */
    uint32_t failure_count;
    int64_t last_failure_at;
    uint32_t last_latency_ms;
    int64_t opened_at;
    const char *node_id;
    uint64_t epoch;
};
void store_put_breaker(struct store_batch *batch, const struct store_breaker *breaker);
void store_del_breaker(struct store_batch *batch, const char *site_id, const char *target_service);

struct store_event {
    int64_t seq;    /* its place in the journal, growing; given by the store, not read by
                       store_put_event() */
    const char *id; /* UUID version 7 */
    const char *site_id;
    const char *camera_id; /* "" for an event of a site, NVR or node */
    const char *type;
    uint32_t severity; /* VMM_SEVERITY_* */
    double score;      /* 0 to 1 */
    int64_t ts_event;
    const char *dedup_key;     /* an event whose key is in the journal already is ignored */
    const char *metadata_json; /* JSON object */
    const char *node_id;
    uint64_t epoch;
};
void store_put_event(struct store_batch *batch, const struct store_event *event);

/*
 * A destination has everything up to `seq`. Its outbox is the journal after that:
 * store_query_events().
 */
void store_put_cursor(struct store_batch *batch, const char *destination, int64_t seq);
void store_del_cursor(struct store_batch *batch, const char *destination);

/* vmmd is there and watches: wall time in microseconds. */
void store_put_watched(struct store_batch *batch, int64_t at);

struct store_delivery {
    int64_t id; /* store_delivery_id(); a later put with the same id updates status, error and
                   payload */
    const char *site_id;
    const char *event_id; /* "" when it belongs to no single event */
    const char *kind;     /* "summary", "heartbeat" …; "" or NULL: it tells of its event */
    const char *channel;
    uint32_t severity;  /* VMM_SEVERITY_* */
    const char *status; /* "sent", "failed", "queued", "merged" or "suppressed" */
    const char *target;
    const char *payload;
    const char *error_message;
    int64_t created_at;
    const char *node_id;
    uint64_t epoch;
};
void store_put_delivery(struct store_batch *batch, const struct store_delivery *delivery);

/* 63 bits: milliseconds since 2020, then 22 bits of `random`. Good until 2089. */
int64_t store_delivery_id(int64_t created_at, uint32_t random);

/* A row of the login ledger, opaque to the store. */
void store_put_ledger(struct store_batch *batch, const char *key, const void *bytes, size_t size);
void store_del_ledger(struct store_batch *batch, const char *key);

/* ---- Loading ---- */

/*
 * Called once for each row, table by table in this order, texts and bytes borrowed for the call.
 * Each answers 0, or a negative error that ends the loading. NULL: rows of that table are not
 * wanted.
 */
struct store_loader {
    void *arg;
    int (*tenant)(void *arg, const char *id, const char *name, bool enabled);
    int (*site)(void *arg, const struct site_record *site);
    int (*nvr)(void *arg, const struct nvr_record *nvr);
    int (*camera)(void *arg, const struct camera_record *camera);
    int (*device)(void *arg, const struct device_record *device);
    int (*component)(void *arg, const struct store_component *component, const void *note,
                     size_t note_size);
    int (*breaker)(void *arg, const struct store_breaker *breaker);
    int (*ledger)(void *arg, const char *key, const void *bytes, size_t size);
    int (*cursor)(void *arg, const char *destination, int64_t seq);
    int (*watched)(void *arg, int64_t at);
};

/*
 * Read everything that vmmd keeps in memory. Before store_start(). 0, VMM_E_IO, VMM_E_CORRUPT,
 * VMM_E_STATE, or what a callback answered.
 */
int store_load(struct store *store, const struct store_loader *loader);

/* ---- Queries ---- */

/* Texts NULL or "": any. */
struct store_event_filter {
    const char *site_id;
    const char *camera_id;
    const char *type;
    int64_t since;     /* ts_event at or after this; 0: any */
    int64_t after_seq; /* go on behind this event, in the direction asked; 0: from the first */
    uint32_t limit;    /* 1 to STORE_PAGE_MAX; 0: STORE_PAGE_MAX */
    bool descending;   /* the newest first */
};

/*
 * `rc` is 0, VMM_E_TIMEOUT (over 2 s), VMM_E_IO, VMM_E_CORRUPT or VMM_E_NOMEM. Rows are borrowed.
 * What was asked before store_stop() is answered.
 */
typedef void (*store_events_fn)(void *arg, int rc, const struct store_event *events, size_t count);
typedef void (*store_deliveries_fn)(void *arg, int rc, const struct store_delivery *deliveries,
                                    size_t count);

/*
 * One page of the journal as it is committed. 0: `answer` will be called by store_dispatch();
 * VMM_E_NOMEM, VMM_E_RANGE or VMM_E_STATE: it will not.
 */
int store_query_events(struct store *store, const struct store_event_filter *filter,
                       store_events_fn answer, void *arg);

/*
 * What was sent, or not sent and why, for an event: at most STORE_PAGE_MAX rows, the oldest first.
 */
int store_query_deliveries(struct store *store, const char *event_id, store_deliveries_fn answer,
                           void *arg);

#endif
