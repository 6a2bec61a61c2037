/* SPDX-License-Identifier: MIT */
/* Pages on their way: read from the store, handed to the sink, settled. */
#include <string.h>

#include <vmm/errors.h>

#include "base/clock.h"
#include "base/log.h"
#include "main/record_copy.h"

static uint64_t draw(struct copy *copy)
{
    return rng_next(&copy->record->rng);
}

/* ---- the log of attempts ---- */

static void put_attempt(struct copy *copy, const char *site_id, const char *event_id,
                        const char *status, const char *payload, const char *why)
{
    const struct daemon *daemon = copy->record->daemon;
    struct store_batch *batch = store_batch_create();
    if (batch == NULL) {
        return;
    }
    int64_t now = clock_wall_us();
    const struct fleet_site *site = fleet_find_site(daemon->fleet, site_id);
    struct store_delivery row = {.id = store_delivery_id(now, (uint32_t)draw(copy)),
                                 .site_id = site_id,
                                 .event_id = event_id,
                                 .kind = event_id[0] == '\0' ? "record" : "",
                                 .channel = copy->name,
                                 .severity = VMM_SEVERITY_NORMAL,
                                 .status = status,
                                 .target = copy->name,
                                 .payload = payload,
                                 .error_message = why,
                                 .created_at = now,
                                 .node_id = daemon->config->core.node_id,
                                 .epoch = site != NULL ? site->record.epoch : 1};
    store_put_delivery(batch, &row);
    store_submit(daemon->store, batch, NULL, NULL);
}

/* One row an attempt, not one a row: an attempt is a transaction, and what it carried stands in the copy. Pages of
 * state are told of when they fail; they are no news by themselves. */
static void log_attempt(struct copy *copy)
{
    char site[80];
    char payload[256];
    const struct record_page *page = &copy->out;
    if (!copy->refused && page->table != STORE_TABLE_EVENT) {
        return;
    }
    text_format(site, sizeof(site), "_node:%s", copy->record->daemon->config->core.node_id);
    text_format(payload, sizeof(payload),
                "{\"table\":\"%s\",\"rows\":%u,\"first\":\"%s\",\"last\":\"%s\"}",
                store_table_name(page->table), page->count, page->first, page->last);
    put_attempt(copy, site, "", copy->refused ? "failed" : "sent", payload, copy->why);
}

/* ---- pages ---- */

static void save(struct copy *copy)
{
    char cursor[sizeof(RECORD_CURSOR) + sizeof(copy->name)];
    struct store_batch *batch = store_batch_create();
    copy->has_seq = copy->feed.ordered[STORE_TABLE_EVENT].settled;
    if (batch == NULL) {
        return; /* the next one carries a later cursor */
    }
    text_format(cursor, sizeof(cursor), RECORD_CURSOR "%s", copy->name);
    store_put_cursor(batch, cursor, copy->has_seq);
    store_submit(copy->record->daemon->store, batch, NULL, NULL);
}

void copy_lost(struct copy *copy)
{
    copy->host = NULL;
    copy->out_open = 0;
    copy_act(copy, feed_ready(&copy->feed, false, clock_mono_us()));
}

static void finish_page(struct copy *copy)
{
    uint64_t now = clock_mono_us();
    log_attempt(copy);
    if (!copy->refused) {
        copy->failing = false;
        copy->rows += copy->out.rows;
        copy_act(copy, feed_settled(&copy->feed, now));
    } else {
        copy->refusals++;
        if (!copy->failing) {
            log_warn(RECORD_AREA, "%s: %s", copy->name, copy->why);
        }
        copy->failing = true;
        copy_act(copy, feed_refused(&copy->feed, copy->asked_ms * CLOCK_MS, now, draw(copy)));
    }
    copy_try_resume(copy);
}

static void send_page(struct copy *copy)
{
    struct record_page page = copy->staged;
    copy->staged = copy->out;
    copy->out = page;
    copy->refused = false;
    copy->asked_ms = 0;
    copy->why[0] = '\0';
    copy->out_open = page.count;
    if (page.skipped > 0) {
        copy->dropped += page.skipped;
        log_error(RECORD_AREA, "%s: %u rows of %s up to %s are too long and are not copied",
                  copy->name, page.skipped, store_table_name(page.table), page.last);
    }
    if (page.count == 0) {
        copy_act(copy, feed_settled(&copy->feed, clock_mono_us()));
        return;
    }
    bool is_current = copy->plugin != NULL && plugin_pick(copy->plugin, 0) == copy->host;
    struct buf *out = is_current && copy->host != NULL ? host_out(copy->host) : NULL;
    if (out == NULL) {
        copy_lost(copy);
        return;
    }
    buf_add(out, page.frame.data, page.frame.size);
    host_flush(copy->host);
}

static const char *place_of(struct copy *copy, char out[VMM_PLACE_MAX])
{
    text_format(out, VMM_PLACE_MAX, "%s.%lld", copy->record->session,
                (long long)copy->feed.last_number + 1);
    return out;
}

static void on_rows(void *arg, int rc, const struct store_row *rows, size_t count, bool more)
{
    struct copy *copy = arg;
    char place[VMM_PLACE_MAX];
    const struct feed_page *page = &copy->feed.asked;
    const struct store_row *last = count > 0 ? &rows[count - 1] : NULL;
    if (rc == 0 && !page->is_void) {
        rc = record_page_build(&copy->staged, ++copy->record->batches, page, place_of(copy, place),
                               rows, count, more);
    }
    uint64_t now = clock_mono_us();
    struct feed_answer answer = {
        .count = (uint32_t)count,
        .number = last != NULL ? last->number : 0,
        .part = {last != NULL ? last->key.part[0] : "", last != NULL ? last->key.part[1] : ""},
        .more = more};
    copy_act(copy, rc == 0 ? feed_page(&copy->feed, &answer, now)
                           : feed_page_failed(&copy->feed, now, draw(copy)));
}

static void fetch(struct copy *copy)
{
    const struct feed_page *page = &copy->feed.asked;
    struct store_row_key keys[FEED_PAGE_MAX];
    struct store_rows_ask ask = {.table = page->table,
                                 .after = page->after,
                                 .keys = keys,
                                 .key_count = page->key_count,
                                 /* A page of the sync begins with its range. */
                                 .limit = page->lane == FEED_LANE_SYNC ? FEED_PAGE_MAX - 1 : 0};
    for (uint32_t i = 0; i < page->key_count; i++) {
        keys[i].part[0] = keyset_part1(page->keys[i]);
        keys[i].part[1] = keyset_part2(page->keys[i]);
    }
    if (page->lane == FEED_LANE_SYNC && !page->from_first) {
        ask.after_key = (struct store_row_key){{page->from.part[0], page->from.part[1]}};
    }
    int rc = store_query_rows(copy->record->daemon->store, &ask, on_rows, copy);
    if (rc != 0) {
        on_rows(copy, rc, NULL, 0, false);
    }
}

static void arm(struct copy *copy)
{
    uint64_t next = feed_next(&copy->feed);
    if (next == UINT64_MAX) {
        event_del(copy->timer);
        return;
    }
    uint64_t now = clock_mono_us();
    uint64_t wait = next > now ? next - now : 0;
    struct timeval tv = clock_span(wait);
    event_add(copy->timer, &tv);
}

void copy_act(struct copy *copy, uint32_t todo)
{
    if (todo & FEED_DO_SAVE) {
        save(copy);
    }
    if (todo & FEED_DO_SEND) {
        send_page(copy);
    }
    if (todo & FEED_DO_FETCH) {
        fetch(copy);
    }
    arm(copy);
}

/* ---- verdicts ---- */

/* A row that the copy will never take; the others go on. */
static void drop_row(struct copy *copy, uint32_t index, const char *why)
{
    struct batch_item items[BATCH_ITEMS_MAX];
    struct batch_item item = {.id = "", .site_id = ""};
    const char *table = store_table_name(copy->out.table);
    copy->dropped++;
    if (record_page_item(&copy->out, index, items) == 0) {
        item = items[index];
    }
    log_warn(RECORD_AREA, "%s: a row of %s at %s %s was dropped: %s", copy->name, table,
             item.site_id, item.id, why);
    /* A row of the log that is not taken is not told of in the log. */
    if (copy->out.table != STORE_TABLE_DELIVERY) {
        put_attempt(copy, item.site_id, copy->out.table == STORE_TABLE_EVENT ? item.id : "",
                    "failed", "", why);
    }
}

static void note_verdict(struct copy *copy, const struct settled_message *message)
{
    char clean[TEXT_MAX + 1];
    text_clean(message->why, strlen(message->why), clean);
    if (message->verdict == VMM_SINK_RETRY) {
        copy->refused = true;
        copy->asked_ms =
            message->retry_after_ms > copy->asked_ms ? message->retry_after_ms : copy->asked_ms;
        text_format(copy->why, sizeof(copy->why), "%s", clean);
    } else if (message->verdict == VMM_SINK_DROP) {
        drop_row(copy, message->index, clean);
    }
}

void copy_settled(struct copy *copy, const struct settled_message *message)
{
    note_verdict(copy, message);
    if (--copy->out_open == 0) {
        finish_page(copy);
    }
}
