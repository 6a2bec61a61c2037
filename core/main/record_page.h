/* SPDX-License-Identifier: MIT */
/* A page of the record as a BATCH frame. */
#ifndef MAIN_RECORD_PAGE_H
#define MAIN_RECORD_PAGE_H

#include "base/buf.h"
#include "gateway/feed.h"
#include "ipc/message.h"
#include "store/rows.h"

struct record_page {
    struct buf frame;
    uint64_t batch_id;
    uint32_t count;   /* of messages in it; 0: there is nothing to send */
    uint32_t rows;    /* of these, rows */
    uint32_t skipped; /* rows that are too long to be sent */
    uint32_t table;
    char first[64]; /* places of the first and the last row of an ordered table */
    char last[64];
};

/* The rows that were read for `page`, as frame `batch_id`. `place` is that of the page, for a table without an
 * order. 0, or VMM_E_TOOBIG, VMM_E_NOMEM: then there is no frame. */
int record_page_build(struct record_page *out, uint64_t batch_id, const struct feed_page *page,
                      const char *place, const struct store_row *rows, size_t count, bool more);

void record_page_clear(struct record_page *page);

/* Read the messages of a page that was built into `items` (BATCH_ITEMS_MAX of them); texts are borrowed from the
 * page. 0 when there is one at `index`, else VMM_E_NOENT. */
int record_page_item(const struct record_page *page, uint32_t index, struct batch_item *items);

#endif
