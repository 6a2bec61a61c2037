/* SPDX-License-Identifier: MIT */
/*
 * The spans that lie over the days, made of the journal like them: when vmmd itself did not watch (`node.unwatched`),
 * and the maintenances of sites and devices (`maintenance.began`, `maintenance.ended`). A span that reaches into days
 * which are written has these written anew.
 */
#ifndef STORE_SPANS_H
#define STORE_SPANS_H

#include "store/days.h"

/* True when an event of this type tells a span. */
bool store_spans_are_of(const char *event_type);

/* Take in the event with this seq. */
void store_spans_take(struct store_days *days, int64_t seq, const char *event_type);

/* An event was written down at this instant: a time without watch that ends later was seen by a clock that was ahead,
 * and ends here. */
void store_spans_written_at(struct store_days *days, int64_t at);

/* The spans of one component behind `from`; they stay until the next call. */
void store_spans_load(struct store_days *days, const char *site, const char *component,
                      int64_t from, struct day_frame *frame);

/* Forget those that the journal from this seq on tells. */
void store_spans_reset(struct store_days *days, int64_t first_seq);

/* The spans of an answer: "u SINCE UNTIL" or "m SINCE UNTIL", separated by commas, in order. Up to `max` of each
 * kind go into the arrays of the frame's caller. */
void store_spans_parse(const char *text, struct day_span *unwatched, struct day_span *maintenance,
                       size_t max, struct day_frame *frame);

#endif
