/* SPDX-License-Identifier: MIT */
/* Rows of the record as JSON, their places, and who is told what a commit changed. */
#include "store_help.h"

#include "store/rows.h"

TestSuite(store_rows, .init = help_dir_create, .fini = help_dir_remove, .timeout = 60);

struct page {
    int done;
    int rc;
    size_t count;
    bool more;
    int64_t numbers[STORE_ROWS_MAX];
    char places[STORE_ROWS_MAX][48];
    char keys[STORE_ROWS_MAX][48]; /* "site/key", '-' in front when it is gone */
    char json[8][600];             /* of the first ones */
    bool has_json[STORE_ROWS_MAX];
};

static struct page page;

static void on_rows(void *arg, int rc, const struct store_row *rows, size_t count, bool more)
{
    (void)arg;
    page.done++;
    page.rc = rc;
    page.count = count;
    page.more = more;
    for (size_t i = 0; i < count; i++) {
        page.numbers[i] = rows[i].number;
        page.has_json[i] = rows[i].json != NULL;
        snprintf(page.places[i], sizeof(page.places[i]), "%s", rows[i].place);
        snprintf(page.keys[i], sizeof(page.keys[i]), "%s%s/%s", rows[i].is_gone ? "-" : "",
                 rows[i].key.part[0], rows[i].key.part[1]);
        if (i < 8 && rows[i].json != NULL) {
            snprintf(page.json[i], sizeof(page.json[i]), "%s", rows[i].json);
        }
    }
}

static void ask(struct store *store, struct store_rows_ask what)
{
    page = (struct page){0};
    cr_assert_eq(store_query_rows(store, &what, on_rows, NULL), 0);
    help_wait(store, &page.done, 1);
    cr_assert_eq(page.rc, 0);
}

struct found {
    int done;
    int64_t number;
};

static void on_place(void *arg, int rc, int64_t number)
{
    struct found *found = arg;
    cr_assert_eq(rc, 0);
    found->done++;
    found->number = number;
}

static int64_t find(struct store *store, enum store_table table, const char *place)
{
    struct found found = {0};
    cr_assert_eq(store_query_place(store, table, place, on_place, &found), 0);
    help_wait(store, &found.done, 1);
    return found.number;
}

static void put_events(struct store *store, int from, int count, const char *metadata)
{
    struct store_batch *batch = store_batch_create();
    for (int i = from; i < from + count; i++) {
        char id[16];
        snprintf(id, sizeof(id), "e%d", i);
        struct store_event event = help_event(id, id);
        event.ts_event = 1000 + i;
        event.metadata_json = metadata;
        store_put_event(batch, &event);
    }
    cr_assert_eq(help_commit(store, batch), 0);
}

/* ---- tables with an order ---- */

Test(store_rows, an_event_is_one_object_with_all_its_columns)
{
    struct store *store = help_start();
    struct store_event event = help_event("e1", "k\"1\\\n");
    struct store_batch *batch = store_batch_create();
    event.camera_id = "";
    event.score = 0.25;
    event.ts_event = -5;
    event.metadata_json = "{\"to\":\"DOWN\"}";
    store_put_event(batch, &event);
    cr_assert_eq(help_commit(store, batch), 0);
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT});
    cr_assert_eq(page.count, 1);
    cr_expect_not(page.more);
    cr_expect_str_eq(page.json[0],
                     "{\"id\":\"e1\",\"site_id\":\"s1\",\"camera_id\":null,"
                     "\"event_type\":\"camera.down\",\"severity\":\"critical\",\"score\":0.25,"
                     "\"ts_event\":-5,\"dedup_key\":\"k\\\"1\\\\\\u000a\","
                     "\"metadata_json\":\"{\\\"to\\\":\\\"DOWN\\\"}\",\"node_id\":\"n1\","
                     "\"epoch\":1}");
    store_close(store);
}

Test(store_rows, the_journal_goes_on_behind_a_place)
{
    struct store *store = help_start();
    put_events(store, 0, 600, "{}");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT});
    cr_assert_eq(page.count, STORE_ROWS_MAX);
    cr_expect(page.more);
    cr_expect_str_eq(page.places[0], "e0");
    cr_expect_str_eq(page.places[511], "e511");
    int64_t behind = find(store, STORE_TABLE_EVENT, page.places[511]);
    cr_expect_eq(behind, page.numbers[511]);
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT, .after = behind});
    cr_assert_eq(page.count, 600 - 512);
    cr_expect_not(page.more);
    cr_expect_str_eq(page.places[0], "e512");
    cr_expect_eq(find(store, STORE_TABLE_EVENT, "another database's"), 0);
    store_close(store);
}

Test(store_rows, an_answer_is_cut_before_it_is_too_large)
{
    struct store *store = help_start();
    size_t size = 300u << 10;
    char *metadata = malloc(size + 3);
    metadata[0] = '"';
    memset(metadata + 1, 'x', size);
    memcpy(metadata + 1 + size, "\"", 2);
    put_events(store, 0, 4, metadata);
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT});
    cr_expect_eq(page.count, 2, "a third would pass the limit");
    cr_expect(page.more);
    free(metadata);
    store_close(store);
}

Test(store_rows, a_row_over_the_limit_comes_without_its_json)
{
    struct store *store = help_start();
    size_t size = 1000u << 10;
    char *metadata = malloc(size);
    memset(metadata, '1', size);
    metadata[size - 1] = '\0';
    put_events(store, 0, 1, metadata);
    put_events(store, 1, 1, "{}");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT});
    cr_assert_eq(page.count, 1, "it stands alone");
    cr_expect_not(page.has_json[0]);
    cr_expect(page.more);
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_EVENT, .after = page.numbers[0]});
    cr_expect_eq(page.count, 1);
    cr_expect(page.has_json[0]);
    free(metadata);
    store_close(store);
}

static void put_delivery(struct store *store, int64_t id, const char *status)
{
    struct store_batch *batch = store_batch_create();
    store_put_delivery(batch, &(struct store_delivery){.id = id,
                                                       .site_id = "s1",
                                                       .event_id = "",
                                                       .channel = "gchat",
                                                       .severity = VMM_SEVERITY_NORMAL,
                                                       .status = status,
                                                       .target = "room",
                                                       .payload = "",
                                                       .error_message = "",
                                                       .created_at = 7,
                                                       .node_id = "n1",
                                                       .epoch = 1});
    cr_assert_eq(help_commit(store, batch), 0);
}

Test(store_rows, a_notification_that_changes_moves_to_the_end)
{
    struct store *store = help_start();
    put_delivery(store, 30, "queued");
    put_delivery(store, 10, "queued");
    put_delivery(store, 20, "sent");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_DELIVERY});
    cr_assert_eq(page.count, 3);
    cr_expect_str_eq(page.places[0], "1.30", "in the order of writing");
    put_delivery(store, 30, "failed");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_DELIVERY, .after = page.numbers[2]});
    cr_assert_eq(page.count, 1);
    cr_expect_str_eq(page.places[0], "4.30");
    cr_expect_str_eq(page.json[0],
                     "{\"id\":30,\"site_id\":\"s1\",\"event_id\":null,\"channel\":\"gchat\","
                     "\"severity\":\"normal\",\"status\":\"failed\",\"target\":\"room\","
                     "\"payload\":\"\",\"error_message\":\"\",\"created_at\":7,\"node_id\":\"n1\","
                     "\"epoch\":1}");
    cr_expect_eq(find(store, STORE_TABLE_DELIVERY, "2.10"), 2);
    cr_expect_eq(find(store, STORE_TABLE_DELIVERY, "1.30"), 1, "it has moved on since");
    cr_expect_eq(find(store, STORE_TABLE_DELIVERY, "5.30"), 0, "never was so far here");
    cr_expect_eq(find(store, STORE_TABLE_DELIVERY, "2.11"), 0);
    store_close(store);
}

Test(store_rows, notifications_from_before_there_was_an_order_have_one)
{
    struct store *store = help_start();
    put_delivery(store, 30, "sent");
    put_delivery(store, 10, "sent");
    store_close(store);
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "DROP TABLE notification_rev; DROP TRIGGER notification_log_inserted;"
                              "DROP TRIGGER notification_log_updated;"
                              "DROP TRIGGER notification_log_deleted;"
                              "DROP TABLE health_day; DROP TABLE health_day_state;"
                              "DROP TABLE health_day_place; DROP TABLE health_day_span;"
                              "DROP TABLE watched;"
                              "DELETE FROM schema_version WHERE area = 'record'",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    store = help_start();
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_DELIVERY});
    cr_assert_eq(page.count, 2);
    cr_expect_str_eq(page.places[0], "1.10");
    cr_expect_str_eq(page.places[1], "2.30");
    store_close(store);
}

/* ---- tables by key ---- */

static void put_fleet(struct store *store)
{
    struct store_batch *batch = store_batch_create();
    struct site_record one = help_site("s1");
    struct site_record two = help_site("s2");
    two.epoch = 4;
    store_put_tenant(batch, "t1", "Tenant", true);
    store_put_site(batch, &one);
    store_put_site(batch, &two);
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof(id), "c%d", i);
        struct camera_record camera = help_camera(id, i < 3 ? "s1" : "s2");
        store_put_camera(batch, &camera);
    }
    cr_assert_eq(help_commit(store, batch), 0);
}

Test(store_rows, keyed_rows_come_in_the_order_of_their_keys)
{
    struct store *store = help_start();
    put_fleet(store);
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_CAMERA});
    cr_assert_eq(page.count, 6);
    cr_expect_not(page.more);
    cr_expect_str_eq(page.keys[0], "s1/c0");
    cr_expect_str_eq(page.keys[5], "s2/c5");
    cr_expect_not_null(strstr(page.json[0], "\"nvr_id\":null,\"nvr_channel\":null,\"name\":\"door\""
                                            ",\"status\":\"UNKNOWN\",\"last_seen_at\":null"));
    cr_expect_not_null(strstr(page.json[5], "\"epoch\":4}"), "the site's");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_CAMERA, .after_key = {{"s1", "c2"}}});
    cr_assert_eq(page.count, 3);
    cr_expect_str_eq(page.keys[0], "s2/c3");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_SITE, .after_key = {{"s1", ""}}});
    cr_assert_eq(page.count, 1);
    cr_expect_str_eq(page.keys[0], "s2/");
    store_close(store);
}

Test(store_rows, rows_asked_for_by_key_are_there_or_gone)
{
    struct store *store = help_start();
    put_fleet(store);
    const struct store_row_key keys[] = {{{"s2", "c4"}}, {{"s1", "c4"}}, {{"s\"3", "x"}}};
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_CAMERA, .keys = keys, .key_count = 3});
    cr_assert_eq(page.count, 3);
    cr_expect_str_eq(page.keys[0], "s2/c4");
    cr_expect_str_eq(page.keys[1], "-s1/c4");
    cr_expect_str_eq(page.json[1], "{\"site_id\":\"s1\",\"id\":\"c4\"}");
    cr_expect_str_eq(page.json[2], "{\"site_id\":\"s\\\"3\",\"id\":\"x\"}");
    ask(store, (struct store_rows_ask){.table = STORE_TABLE_TENANT,
                                       .keys = &(struct store_row_key){{"t1", ""}},
                                       .key_count = 1});
    cr_assert_eq(page.count, 1);
    cr_expect_str_eq(page.json[0], "{\"id\":\"t1\",\"name\":\"Tenant\",\"enabled\":1}");
    store_close(store);
}

/* Every table can be asked for in each way it knows: its columns are there. */
Test(store_rows, each_table_answers)
{
    struct store *store = help_start();
    for (enum store_table table = 0; table < STORE_TABLE_COUNT; table++) {
        ask(store, (struct store_rows_ask){.table = table});
        if (table >= STORE_TABLES_ORDERED) {
            const struct store_row_key key = {{"a", "b"}};
            ask(store, (struct store_rows_ask){.table = table, .after_key = key});
            ask(store, (struct store_rows_ask){.table = table, .keys = &key, .key_count = 1});
            cr_expect_str_eq(page.keys[0], "-a/b", "%s", store_table_name(table));
        }
    }
    store_close(store);
}

/* ---- changes ---- */

static char changed[1024];

static void on_changed(void *arg, enum store_table table, const char *part1, const char *part2,
                       bool soft)
{
    (void)arg;
    size_t used = strlen(changed);
    snprintf(changed + used, sizeof(changed) - used, "%s%s:%s/%s ", soft ? "~" : "",
             store_table_name(table), part1, part2);
}

static void expect_changed(struct store *store, struct store_batch *batch, const char *expected)
{
    changed[0] = '\0';
    int rc = help_commit(store, batch);
    cr_expect_str_eq(changed, rc == 0 ? expected : "");
}

Test(store_rows, a_commit_tells_what_it_changed)
{
    struct store *store = help_start();
    struct store_batch *batch = NULL;
    struct store_event event = help_event("e1", "k1");
    struct store_component component = help_component("s1", "camera:c0");
    struct store_breaker breaker = {
        .site_id = "s1", .target_service = "device:c0", .state = "open", .node_id = "n1"};
    put_fleet(store);
    store_watch_rows(store, on_changed, NULL);
    batch = store_batch_create();
    store_put_component(batch, &component);
    store_put_breaker(batch, &breaker);
    store_put_event(batch, &event);
    expect_changed(store, batch,
                   "poll_state:s1/camera:c0 camera:s1/c0 circuit_breaker_state:s1/device:c0"
                   " ai_event:/ ");
    batch = store_batch_create();
    store_del_camera(batch, "s1", "c0");
    expect_changed(store, batch,
                   "camera:s1/c0 device:s1/c0 circuit_breaker_state:s1/device:c0"
                   " poll_state:s1/camera:c0 ");
    batch = store_batch_create();
    store_del_site(batch, "s1");
    cr_expect_eq(help_commit(store, batch), VMM_E_INVAL, "it has cameras: nothing is told");
    store_close(store);
}

Test(store_rows, soft_rows_are_told_when_they_are_written)
{
    struct store *store = help_open_with((struct store_options){.soft_period_s = 1});
    cr_assert_eq(store_start(store), 0);
    put_fleet(store);
    struct store_batch *batch = store_batch_create();
    struct store_component component = help_component("s2", "camera:c5");
    store_put_component(batch, &component);
    cr_assert_eq(help_commit(store, batch), 0);
    store_watch_rows(store, on_changed, NULL);
    changed[0] = '\0';
    batch = store_batch_create();
    store_put_soft(
        batch, &(struct store_soft){.site_id = "s2", .component = "camera:c5", .last_seen_at = 5});
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_str_eq(changed, "", "in memory only");
    uint64_t until = clock_mono_us() + 30 * CLOCK_S;
    while (changed[0] == '\0' && clock_mono_us() < until) {
        struct pollfd fd = {.fd = store_fd(store), .events = POLLIN};
        poll(&fd, 1, 1000);
        store_dispatch(store);
    }
    cr_expect_str_eq(changed, "~poll_state:s2/camera:c5 ~camera:s2/c5 ");
    cr_expect_eq(help_number("SELECT last_seen_at FROM camera WHERE id = 'c5'"), 5);
    store_close(store);
}
