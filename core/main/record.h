/* SPDX-License-Identifier: MIT */
/*
 * The record on its way to sinks that keep a copy of it (VMM_TRAIT_RECORD): a feed each, rows from the store,
 * batches to the host. Only what is committed here is ever copied.
 */
#ifndef MAIN_RECORD_H
#define MAIN_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "main/daemon.h"

struct record;

struct record *record_create(struct daemon *daemon);
void record_destroy(struct record *record);

/* True for a plugin of this kind; its frames, hosts and ends are told here. */
bool record_is_for(const struct record *record, const struct plugin *plugin);

/* A cursor of the store, read at start: true when its name is one of this module's. */
bool record_restore(struct record *record, const char *cursor, int64_t seq);

/* The plugin has a host, has none, or is gone. */
void record_plugin_ready(struct record *record, struct plugin *plugin);
void record_plugin_unready(struct record *record, struct plugin *plugin);
void record_plugin_removed(struct record *record, struct plugin *plugin);

/* Frames RESUME and SETTLED. Negative: the host broke the protocol. */
int record_resume(struct record *record, struct plugin *plugin, struct host *host,
                  const struct frame *frame);
int record_settled(struct record *record, struct host *host, const struct frame *frame);

/* A host has ended. */
void record_lost(struct record *record, struct host *host);

/* Whether there is a copy of this name. */
bool record_has(const struct record *record, const char *name);

/* The journal may go up to this seq, as far as copies are concerned: INT64_MAX when there are none. */
int64_t record_has_to_keep(const struct record *record);

/* The same of the notification log and its revs. Nothing may go while it is not known what a copy has. */
int64_t record_log_to_keep(const struct record *record);

/* Metrics as Prometheus text. */
void record_metrics(const struct record *record, struct buf *out);

#endif
