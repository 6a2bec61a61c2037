/* SPDX-License-Identifier: MIT */
/*
 * A batch of rows as one transaction: its place moves with it, so what is committed is known for certain.
 *
 *   write ─┬─▶ committed
 *          ├─ a site was taken over, an event is known from another node ─▶ write without those rows
 *          ├─ rows are there already, because a place was lost ─▶ write the rest
 *          ├─ a row is at fault ─▶ find it, in transactions that are undone ─▶ write without it
 *          └─ anything else ─▶ nothing was written; it comes again
 */
#ifndef PG_BATCH_H
#define PG_BATCH_H

#include "pg_session.h"

struct pg_batch;

/* Everything given outlives the batch. NULL without memory. */
struct pg_batch *pg_batch_create(const struct vmm_host *host, const struct vmm_sink_host *sink,
                                 struct pg_session *session, const char *node);
void pg_batch_destroy(struct pg_batch *batch);

/* Take it; each message is settled when its transaction has ended. 0; VMM_E_STATE while one is under way. */
int pg_batch_start(struct pg_batch *batch, struct vmm_delivery *delivery,
                   const struct vmm_message *const *messages, uint32_t count);

bool pg_batch_is_open(const struct pg_batch *batch);

#endif
