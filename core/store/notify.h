/* SPDX-License-Identifier: MIT */
/* What the gateway keeps: messages on their way, its memory, and what people asked to be spared. */
#ifndef STORE_NOTIFY_H
#define STORE_NOTIFY_H

#include "store/store.h"

/* A message to people in the outbox. */
struct store_outgoing {
    int64_t id;
    const char *site_id;
    const char *route; /* the channel */
    const char *event_id;
    const char *state; /* "waiting" or "frozen" */
    uint32_t attempts;
    const char *payload; /* the frozen bytes; "" while it waits */
    int64_t next_at;
    const char *content; /* JSON object */
    const char *node_id;
    uint64_t epoch;
};
void store_put_outgoing(struct store_batch *batch, const struct store_outgoing *outgoing);
void store_del_outgoing(struct store_batch *batch, int64_t id);

/* A thing the gateway remembers, opaque to the store. */
struct store_memory {
    const char *area;
    const char *key;
    const char *site_id;
    const char *detail; /* JSON object */
    const char *node_id;
    uint64_t epoch;
};
void store_put_memory(struct store_batch *batch, const struct store_memory *memory);
void store_del_memory(struct store_batch *batch, const char *area, const char *key);

enum store_quiet_table {
    STORE_MAINTENANCE,
    STORE_SILENCE,
    STORE_ACKNOWLEDGEMENT,
    STORE_QUIET_TABLES
};

/* Who asked to be spared what, and until when. */
struct store_quiet {
    const char *id;
    const char *site_id; /* "" when it is of several */
    const char *owner;
    const char *reason;
    int64_t created_at;
    int64_t starts_at;
    int64_t ends_at;
    int64_t ended_at;   /* 0: it holds */
    const char *detail; /* JSON object */
    const char *node_id;
    uint64_t epoch;
};
void store_put_quiet(struct store_batch *batch, enum store_quiet_table table,
                     const struct store_quiet *quiet);

/* The answer to a message asked for from outside, by its key. A key that is there already keeps its first answer. */
void store_put_request(struct store_batch *batch, const char *dedup_key, const char *answer,
                       int64_t created_at);

/* Forget rows that are older than `before`, of the `limit` oldest: of the notification log, up to this rev; of the
 * journal, up to this seq and as far as it is counted into days, with their artifacts; of what has ended and of what was
 * asked for from outside; of the days. */
void store_trim_log(struct store_batch *batch, int64_t before, int64_t rev, uint32_t limit);
void store_trim_events(struct store_batch *batch, int64_t before, int64_t seq, uint32_t limit);
void store_trim_quiet(struct store_batch *batch, int64_t before, uint32_t limit);
void store_trim_days(struct store_batch *batch, int64_t before, uint32_t limit);

/* Called once for each row, texts borrowed; as struct store_loader. Only what has not ended of the quiet ones. */
struct store_notify_loader {
    void *arg;
    int (*memory)(void *arg, const char *area, const char *key, const char *detail);
    int (*outgoing)(void *arg, int64_t id, const char *content, const char *payload);
    int (*quiet)(void *arg, enum store_quiet_table table, const struct store_quiet *quiet);
};

/* Before store_start(). 0, or as store_load(). Messages come in the order of their ids. */
int store_load_notify(struct store *store, const struct store_notify_loader *loader);

/* The first answer to a key; NULL when there is none. As store_query_events(). */
typedef void (*store_request_fn)(void *arg, int rc, const char *answer);
int store_query_request(struct store *store, const char *dedup_key, store_request_fn answer,
                        void *arg);

/* The cameras of a site by the time they were down (camera.down, camera.blackframe) from `since` to `until`, and by the
 * incidents they were the cause of; the worst first. Each row has the sums over all cameras too. */
struct store_rank {
    const char *camera_id;
    int64_t incidents;
    int64_t down_us;
    int64_t all_incidents;
    int64_t all_down_us;
};
typedef void (*store_rank_fn)(void *arg, int rc, const struct store_rank *rows, size_t count);
int store_query_ranking(struct store *store, const char *site_id, int64_t since, int64_t until,
                        uint32_t limit, store_rank_fn answer, void *arg);

/* What made the most noise since a time: rows of the notification log by site, camera, event type, reason and status,
 * the most first. The type of what tells of no single event is what it is: store_delivery.kind. */
struct store_noise {
    const char *site_id;
    const char *camera_id;
    const char *event_type;
    const char *reason;
    const char *status;
    int64_t count;
    int64_t last_at;
};
typedef void (*store_noise_fn)(void *arg, int rc, const struct store_noise *rows, size_t count);
int store_query_noise(struct store *store, const char *site_id, int64_t since, uint32_t limit,
                      store_noise_fn answer, void *arg);

#endif
