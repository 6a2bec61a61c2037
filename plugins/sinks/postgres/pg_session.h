/* SPDX-License-Identifier: MIT */
/*
 * A session that can write the record: from a fresh connection over settings, schema, partitions and statements to
 * the places that say how far this node has written.
 */
#ifndef PG_SESSION_H
#define PG_SESSION_H

#include <vmm/sink.h>

#include "pg_link.h"
#include "pg_table.h"

struct pg_session;

struct pg_session_events {
    /* All is prepared; pg_session_place() answers. */
    void (*ready)(void *arg);
    /* The connection was lost, or cannot be made, and why. */
    void (*lost)(void *arg, const char *why);
};

/* Everything given outlives the session; `node` too. NULL without memory. */
struct pg_session *pg_session_create(const struct vmm_host *host,
                                     const struct pg_settings *settings, const char *node,
                                     const struct pg_session_events *events, void *arg);
void pg_session_destroy(struct pg_session *session);
void pg_session_start(struct pg_session *session);

struct pg_link *pg_session_link(struct pg_session *session);
bool pg_session_is_ready(const struct pg_session *session);

/* The place that this node has written last of a table; "" when it has none. A commit moves it on. */
const char *pg_session_place(const struct pg_session *session, enum pg_table_id table);
void pg_session_set_place(struct pg_session *session, enum pg_table_id table, const char *place);

/* True when the partition of this month is there, as far as is known. */
bool pg_session_has_month(const struct pg_session *session, int32_t month);
void pg_session_add_month(struct pg_session *session, int32_t month);

/* Names of the prepared statements; `name` has PG_STATEMENT_MAX bytes. */
#define PG_STATEMENT_MAX 64u
const char *pg_statement_name(const char *verb, const struct pg_table *table, char *name);

#endif
