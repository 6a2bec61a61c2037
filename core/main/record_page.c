/* SPDX-License-Identifier: MIT */
#include "main/record_page.h"

#include <stdlib.h>

#include <jansson.h>

#include <vmm/errors.h>
#include <vmm/sink.h>

#include "base/text.h"

_Static_assert(STORE_TABLES_ORDERED == FEED_ORDERED, "the same tables have an order");
_Static_assert(STORE_TABLE_COUNT == FEED_TABLES, "each table is fed");
_Static_assert(FEED_PAGE_MAX <= STORE_ROWS_MAX, "a page can be asked for");
_Static_assert(FEED_PAGE_MAX <= BATCH_ITEMS_MAX, "a page fits a batch");

void record_page_clear(struct record_page *page)
{
    buf_clear(&page->frame);
    page->count = 0;
    page->rows = 0;
    page->skipped = 0;
}

static json_t *key_json(uint32_t table, const char *part1, const char *part2)
{
    json_t *list = json_pack("[s]", part1);
    if (store_table_keys(table) == 2) {
        json_array_append_new(list, json_string(part2));
    }
    return list;
}

/* Of a page of the sync: between which keys it is complete. */
static char *range_json(const struct feed_page *page, const struct store_row *last, bool more)
{
    json_t *range = json_object();
    if (!page->from_first) {
        json_object_set_new(range, "after",
                            key_json(page->table, page->from.part[0], page->from.part[1]));
    }
    if (more && last != NULL) {
        json_object_set_new(range, "upto",
                            key_json(page->table, last->key.part[0], last->key.part[1]));
    }
    char *text = json_dumps(range, JSON_COMPACT);
    json_decref(range);
    return text;
}

static struct batch_item item_of(const struct record_page *page, uint8_t kind, const char *site,
                                 const char *json)
{
    return (struct batch_item){.id = "",
                               .dedup_key = "",
                               .site_id = site,
                               .kind = kind,
                               .target = store_table_name(page->table),
                               .place = "",
                               .json = json};
}

static void add_rows(struct record_page *out, struct batch_item *items,
                     const struct store_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].json == NULL) {
            out->skipped++;
            continue;
        }
        struct batch_item *item = &items[out->count++];
        out->rows++;
        *item = item_of(out, rows[i].is_gone ? VMM_MESSAGE_GONE : VMM_MESSAGE_ROW, rows[i].site_id,
                        rows[i].json);
        if (out->table < FEED_ORDERED) {
            item->place = rows[i].place;
            item->id = rows[i].place;
        }
    }
}

int record_page_build(struct record_page *out, uint64_t batch_id, const struct feed_page *page,
                      const char *place, const struct store_row *rows, size_t count, bool more)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_message message = {.items = items};
    const struct store_row *last = count > 0 ? &rows[count - 1] : NULL;
    char *range = NULL;
    record_page_clear(out);
    out->batch_id = batch_id;
    out->table = page->table;
    if (page->lane == FEED_LANE_SYNC) {
        range = range_json(page, last, more);
        if (range == NULL) {
            return VMM_E_NOMEM;
        }
        items[out->count++] = item_of(out, VMM_MESSAGE_RANGE, "", range);
    }
    add_rows(out, items, rows, count);
    if (out->count > 0 && out->table >= FEED_ORDERED) {
        items[out->count - 1].place = place;
    }
    if (last != NULL) {
        text_format(out->first, sizeof(out->first), "%s", rows[0].place);
        text_format(out->last, sizeof(out->last), "%s", last->place);
    }
    message.count = out->count;
    int rc = out->count > 0 ? message_put_batch(&out->frame, batch_id, &message) : 0;
    free(range);
    return rc;
}

int record_page_item(const struct record_page *page, uint32_t index, struct batch_item *items)
{
    struct frame frame;
    struct batch_message message = {.items = items};
    bool is_there = page->count > 0 &&
                    frame_parse(page->frame.data, page->frame.size, &frame) > 0 &&
                    message_get_batch(&frame, &message) == 0 && index < message.count;
    return is_there ? 0 : VMM_E_NOENT;
}
