/* SPDX-License-Identifier: MIT */
/* The journal: order, once each, pages. The notification log. */
#include "store_help.h"

TestSuite(store_events, .init = help_dir_create, .fini = help_dir_remove);

struct page {
    int done;
    int rc;
    size_t count;
    char ids[STORE_PAGE_MAX][8];
    int64_t seqs[STORE_PAGE_MAX];
    char last[256];
};

static void on_events(void *arg, int rc, const struct store_event *events, size_t count)
{
    struct page *page = arg;
    page->done++;
    page->rc = rc;
    page->count = count;
    for (size_t i = 0; i < count; i++) {
        snprintf(page->ids[i], sizeof(page->ids[i]), "%s", events[i].id);
        page->seqs[i] = events[i].seq;
    }
    if (count > 0) {
        const struct store_event *e = &events[count - 1];
        snprintf(page->last, sizeof(page->last), "%s %s [%s] %s %u %.2f %lld %s %s %s %llu", e->id,
                 e->site_id, e->camera_id, e->type, e->severity, e->score, (long long)e->ts_event,
                 e->dedup_key, e->metadata_json, e->node_id, (unsigned long long)e->epoch);
    }
}

static struct page *ask(struct store *store, struct store_event_filter filter)
{
    static struct page page;
    page = (struct page){0};
    cr_assert_eq(store_query_events(store, &filter, on_events, &page), 0);
    help_wait(store, &page.done, 1);
    cr_assert_eq(page.rc, 0);
    return &page;
}

/* Twenty events e0 to e19: two sites, four cameras, every fifth a recovery. */
static struct store *start_with_twenty(void)
{
    static const char *const cameras[] = {"c0", "c1", "c2", ""};
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    for (int i = 0; i < 20; i++) {
        char id[8];
        char key[8];
        snprintf(id, sizeof(id), "e%d", i);
        snprintf(key, sizeof(key), "k%d", i);
        struct store_event event = help_event(id, key);
        event.site_id = i % 2 == 0 ? "s0" : "s1";
        event.camera_id = cameras[i % 4];
        event.type = i % 5 == 0 ? "camera.ok" : "camera.down";
        event.ts_event = 1000 + i * 10;
        store_put_event(batch, &event);
    }
    cr_assert_eq(help_commit(store, batch), 0);
    return store;
}

Test(store_events, come_back_whole)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    struct store_event event = help_event("e1", "k1");
    event.score = 0.25;
    event.camera_id = "";
    event.metadata_json = "{\"from\":\"OK\"}";
    store_put_event(batch, &event);
    cr_assert_eq(help_commit(store, batch), 0);
    struct page *page = ask(store, (struct store_event_filter){0});
    cr_expect_eq(page->count, 1);
    cr_expect_str_eq(page->last, "e1 s1 [] camera.down 2 0.25 1000 k1 {\"from\":\"OK\"} n1 1");
    cr_expect_eq(help_number("SELECT camera_id IS NULL FROM ai_event"), 1);
    store_close(store);
}

Test(store_events, one_key_is_one_event)
{
    struct store *store = help_start();
    for (int i = 0; i < 3; i++) {
        struct store_batch *batch = store_batch_create();
        struct store_event first = help_event("e1", "k1");
        struct store_event again = help_event("e2", "k1");
        struct store_event other = help_event("e3", "k3");
        store_put_event(batch, &first);
        store_put_event(batch, &again);
        store_put_event(batch, &other);
        cr_expect_eq(help_commit(store, batch), 0);
    }
    struct page *page = ask(store, (struct store_event_filter){0});
    cr_assert_eq(page->count, 2);
    cr_expect_str_eq(page->ids[0], "e1");
    cr_expect_str_eq(page->ids[1], "e3");
    cr_expect_gt(page->seqs[1], page->seqs[0], "what was ignored may have taken a number");
    store_close(store);
}

Test(store_events, filters)
{
    struct store *store = start_with_twenty();
    cr_expect_eq(ask(store, (struct store_event_filter){0})->count, 20);
    cr_expect_eq(ask(store, (struct store_event_filter){.site_id = "s0"})->count, 10);
    cr_expect_eq(ask(store, (struct store_event_filter){.camera_id = "c1"})->count, 5);
    cr_expect_eq(ask(store, (struct store_event_filter){.site_id = "s0", .camera_id = "c1"})->count,
                 0);
    cr_expect_eq(ask(store, (struct store_event_filter){.type = "camera.ok"})->count, 4);
    cr_expect_eq(ask(store, (struct store_event_filter){.since = 1150})->count, 5);
    cr_expect_eq(ask(store, (struct store_event_filter){.since = 9999})->count, 0);
    struct page *page = ask(
        store, (struct store_event_filter){.site_id = "s1", .type = "camera.ok", .since = 1100});
    cr_assert_eq(page->count, 1);
    cr_expect_str_eq(page->ids[0], "e15");
    page =
        ask(store, (struct store_event_filter){.camera_id = "c2", .descending = true, .limit = 2});
    cr_assert_eq(page->count, 2);
    cr_expect_str_eq(page->ids[0], "e18");
    cr_expect_str_eq(page->ids[1], "e14");
    store_close(store);
}

/* Page through all of it and compare with the order of writing. */
static void walk(struct store *store, bool descending)
{
    int expected = descending ? 19 : 0;
    int64_t after = 0;
    for (int seen = 0; seen < 20;) {
        struct page *page = ask(
            store,
            (struct store_event_filter){.after_seq = after, .limit = 7, .descending = descending});
        cr_assert_gt(page->count, 0);
        for (size_t i = 0; i < page->count; i++, seen++) {
            char id[8];
            snprintf(id, sizeof(id), "e%d", expected);
            expected += descending ? -1 : 1;
            cr_assert_str_eq(page->ids[i], id);
            after = page->seqs[i];
        }
    }
    struct store_event_filter behind = {.after_seq = after, .limit = 7, .descending = descending};
    cr_expect_eq(ask(store, behind)->count, 0);
}

Test(store_events, pages_in_both_directions)
{
    struct store *store = start_with_twenty();
    walk(store, false);
    walk(store, true);
    struct store_event_filter too_many = {.limit = STORE_PAGE_MAX + 1};
    cr_expect_eq(store_query_events(store, &too_many, on_events, NULL), VMM_E_RANGE);
    store_close(store);
}

Test(store_events, no_number_comes_twice)
{
    struct store *store = start_with_twenty();
    store_close(store);
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, "DELETE FROM ai_event", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    store = help_start();
    struct store_batch *batch = store_batch_create();
    struct store_event event = help_event("f1", "f1");
    store_put_event(batch, &event);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(ask(store, (struct store_event_filter){0})->seqs[0], 21);
    store_close(store);
}

struct log {
    int done;
    int rc;
    char text[1024];
};

static void on_deliveries(void *arg, int rc, const struct store_delivery *rows, size_t count)
{
    struct log *log = arg;
    size_t size = 0;
    log->done++;
    log->rc = rc;
    for (size_t i = 0; i < count; i++) {
        size += (size_t)snprintf(log->text + size, sizeof(log->text) - size,
                                 "%lld %s %s %s %u %s %s %s [%s] %lld\n", (long long)rows[i].id,
                                 rows[i].site_id, rows[i].event_id, rows[i].channel,
                                 rows[i].severity, rows[i].status, rows[i].target, rows[i].payload,
                                 rows[i].error_message, (long long)rows[i].created_at);
    }
}

Test(store_events, deliveries)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    struct store_delivery delivery = {.id = 7,
                                      .site_id = "s1",
                                      .event_id = "e1",
                                      .channel = "gchat",
                                      .severity = 2,
                                      .status = "queued",
                                      .target = "room",
                                      .payload = "{}",
                                      .error_message = "",
                                      .created_at = 99,
                                      .node_id = "n1",
                                      .epoch = 1};
    store_put_delivery(batch, &delivery);
    delivery.id = 8;
    delivery.status = "suppressed";
    delivery.error_message = "maintenance";
    store_put_delivery(batch, &delivery);
    delivery.id = 9;
    delivery.event_id = "e2";
    store_put_delivery(batch, &delivery);
    delivery = (struct store_delivery){.id = 7,
                                       .site_id = "s1",
                                       .event_id = "e1",
                                       .channel = "gchat",
                                       .severity = 2,
                                       .status = "sent",
                                       .target = "room",
                                       .payload = "{\"a\":1}",
                                       .error_message = "",
                                       .created_at = 99,
                                       .node_id = "n1",
                                       .epoch = 1};
    store_put_delivery(batch, &delivery);
    cr_assert_eq(help_commit(store, batch), 0);
    struct log log = {0};
    cr_assert_eq(store_query_deliveries(store, "e1", on_deliveries, &log), 0);
    help_wait(store, &log.done, 1);
    cr_expect_eq(log.rc, 0);
    cr_expect_str_eq(log.text, "7 s1 e1 gchat 2 sent room {\"a\":1} [] 99\n"
                               "8 s1 e1 gchat 2 suppressed room {} [maintenance] 99\n");
    store_close(store);
}

Test(store_events, delivery_ids_are_time_then_random)
{
    int64_t now = 1795300000000000;
    int64_t id = store_delivery_id(now, 0xffffffff);
    cr_expect_gt(id, 0);
    cr_expect_eq(id & 0x3fffff, 0x3fffff);
    cr_expect_lt(id, store_delivery_id(now + 1000, 0));
    cr_expect_gt(store_delivery_id(3755000000000000, 0), id, "good until 2089");
}

Test(store_events, no_answer_is_lost_at_a_stop)
{
    struct store *store = start_with_twenty();
    static struct page pages[8];
    for (int i = 0; i < 8; i++) {
        pages[i] = (struct page){0};
        cr_assert_eq(
            store_query_events(store, &(struct store_event_filter){0}, on_events, &pages[i]), 0);
    }
    cr_assert_eq(store_stop(store), 0);
    store_dispatch(store);
    for (int i = 0; i < 8; i++) {
        cr_expect_eq(pages[i].done, 1);
        cr_expect_eq(pages[i].count, 20);
    }
    struct page late = {0};
    cr_expect_eq(store_query_events(store, &(struct store_event_filter){0}, on_events, &late),
                 VMM_E_STATE);
    struct store_batch *batch = store_batch_create();
    struct help_commit commit = {0};
    store_put_cursor(batch, "x", 1);
    store_submit(store, batch, help_committed, &commit);
    store_dispatch(store);
    cr_expect_eq(commit.done, 1);
    cr_expect_eq(commit.rc, VMM_E_IO);
    store_close(store);
}
