/* SPDX-License-Identifier: MIT */
/* Soft rows: merged, overtaken, walked in order, and cheap to write. */
#include "store_help.h"

#include "base/rng.h"
#include "store/commit.h"
#include "store/internal.h"
#include "store/soft.h"

TestSuite(store_soft, .init = help_dir_create, .fini = help_dir_remove);

static void put(struct store_batch *batch, const char *component, int64_t seen, const char *note)
{
    struct store_soft soft = {.site_id = "s1",
                              .component = component,
                              .next_poll_at = seen + 1,
                              .last_seen_at = seen,
                              .last_latency_ms = 5,
                              .note = note,
                              .note_size = note == NULL ? 0 : strlen(note)};
    store_put_soft(batch, &soft);
}

static void take(struct store_soft_table *table, struct store_batch *batch)
{
    store_soft_take(table, batch);
    store_batch_destroy(batch);
}

/* The next slice as "component:last_seen:note" with spaces between. */
static const char *slice(struct store_soft_table *table, uint32_t visit)
{
    static char text[512];
    size_t size = 0;
    text[0] = '\0';
    struct store_batch *batch = store_batch_create();
    store_soft_slice(table, visit, batch);
    struct store_op op;
    size_t offset = 0;
    while (store_op_next(batch, &offset, &op)) {
        size +=
            (size_t)snprintf(text + size, sizeof(text) - size, "%s%s:%lld:%s", size == 0 ? "" : " ",
                             op.values[1].bytes, (long long)op.values[3].number,
                             op.values[5].bytes == NULL ? "-" : op.values[5].bytes);
    }
    store_batch_destroy(batch);
    return text;
}

Test(store_soft, the_newest_wins_and_is_written_once)
{
    struct store_soft_table table;
    store_soft_init(&table);
    struct store_batch *batch = store_batch_create();
    put(batch, "camera:b", 10, "n1");
    put(batch, "camera:a", 20, NULL);
    put(batch, "camera:b", 30, NULL);
    take(&table, batch);
    cr_expect_eq(table.dirty, 2);
    cr_expect_str_eq(slice(&table, 100), "camera:a:20:- camera:b:30:n1");
    cr_expect_eq(table.dirty, 0);
    cr_expect_str_eq(slice(&table, 100), "");
    store_soft_finish(&table);
}

Test(store_soft, slices_walk_by_key_and_come_round)
{
    struct store_soft_table table;
    store_soft_init(&table);
    struct store_batch *batch = store_batch_create();
    put(batch, "camera:d", 1, NULL);
    put(batch, "camera:b", 1, NULL);
    put(batch, "camera:e", 1, NULL);
    put(batch, "camera:c", 1, NULL);
    take(&table, batch);
    cr_expect_str_eq(slice(&table, 2), "camera:b:1:- camera:c:1:-");
    batch = store_batch_create();
    put(batch, "camera:a", 2, NULL);
    put(batch, "camera:c", 2, NULL);
    take(&table, batch);
    cr_expect_str_eq(slice(&table, 2), "camera:d:1:- camera:e:1:-", "new ones move nobody's turn");
    cr_expect_str_eq(slice(&table, 2), "camera:a:2:-");
    cr_expect_str_eq(slice(&table, 1), "camera:c:2:-");
    store_soft_finish(&table);
}

Test(store_soft, a_component_written_later_is_newer)
{
    struct store_soft_table table;
    store_soft_init(&table);
    struct store_batch *batch = store_batch_create();
    put(batch, "camera:a", 10, NULL);
    put(batch, "camera:b", 10, "n1");
    put(batch, "camera:c", 10, "n2");
    struct store_component component = help_component("s1", "camera:a");
    component.last_seen_at = 50;
    store_put_component(batch, &component);
    component.component = "camera:b";
    store_put_component(batch, &component);
    store_put_note(batch, "s1", "camera:c", "n3", 2);
    take(&table, batch);
    cr_expect_str_eq(slice(&table, 100), "camera:b:50:n1 camera:c:10:-");
    store_soft_finish(&table);
}

Test(store_soft, removed_is_forgotten)
{
    struct store_soft_table table;
    store_soft_init(&table);
    struct store_batch *batch = store_batch_create();
    put(batch, "camera:a", 1, "n");
    put(batch, "nvr:r", 1, "n");
    put(batch, "camera:z", 1, NULL);
    store_del_camera(batch, "s1", "a");
    store_del_nvr(batch, "s1", "r");
    take(&table, batch);
    cr_expect_eq(table.count, 1);
    cr_expect_eq(table.dirty, 1);
    cr_expect_str_eq(slice(&table, 100), "camera:z:1:-");
    batch = store_batch_create();
    store_del_component(batch, "s1", "camera:z");
    store_del_component(batch, "s1", "camera:never");
    take(&table, batch);
    cr_expect_eq(table.count, 0);
    cr_expect_str_eq(slice(&table, 100), "");
    store_soft_finish(&table);
}

Test(store_soft, many_added_and_removed_keep_the_table_whole)
{
    struct store_soft_table table;
    store_soft_init(&table);
    struct rng rng;
    rng_init(&rng, 7);
    bool there[200] = {false};
    for (int step = 0; step < 5000; step++) {
        uint32_t i = (uint32_t)rng_below(&rng, 200);
        char name[32];
        snprintf(name, sizeof(name), "camera:%03u", i);
        struct store_batch *batch = store_batch_create();
        there[i] = rng_below(&rng, 2) == 0;
        if (there[i]) {
            put(batch, name, step, NULL);
        } else {
            store_del_component(batch, "s1", name);
        }
        take(&table, batch);
    }
    uint32_t count = 0;
    for (int i = 0; i < 200; i++) {
        count += there[i];
    }
    cr_expect_eq(table.count, count);
    struct store_batch *out = store_batch_create();
    store_soft_slice(&table, 200, out);
    struct store_op op;
    size_t offset = 0;
    for (unsigned i = 0; store_op_next(out, &offset, &op); i++) {
        while (!there[i]) {
            i++;
        }
        cr_assert_eq((unsigned)atoi(op.values[1].bytes + 7), i);
    }
    cr_expect_eq(out->op_count, count);
    store_batch_destroy(out);
    store_soft_finish(&table);
}

Test(store_soft, each_row_has_its_turn_within_the_period)
{
    static const uint32_t counts[] = {1, 2, 255, 256, 257, 1000, 53760, 53761, 100000, 1000000};
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        uint32_t rows = 0;
        uint64_t every = 0;
        store_soft_pace(counts[i], 840 * CLOCK_S, &rows, &every);
        cr_expect(rows >= 1 && rows <= counts[i]);
        cr_expect(rows >= SOFT_SLICE_MIN || rows == counts[i]);
        double round = (double)every / 1e6 * counts[i] / rows;
        cr_expect(round > 830 && round <= 840.001, "%u rows: a round of %.3f s", counts[i], round);
    }
}

/* ---- Through the store ---- */

Test(store_soft, written_at_an_orderly_stop)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    struct site_record site = help_site("s1");
    struct camera_record camera = help_camera("a", "s1");
    struct store_component component = help_component("s1", "camera:a");
    store_put_site(batch, &site);
    store_put_camera(batch, &camera);
    store_put_component(batch, &component);
    cr_assert_eq(help_commit(store, batch), 0);
    batch = store_batch_create();
    put(batch, "camera:a", 77, "nonce");
    put(batch, "camera:gone", 77, "nonce");
    struct help_commit taken = {0};
    store_submit(store, batch, help_committed, &taken);
    help_wait(store, &taken.done, 1);
    cr_expect_eq(taken.rc, 0);
    struct store_health health;
    store_health(store, &health);
    cr_expect_eq(health.soft_rows, 2);
    cr_expect_eq(health.commits, 1, "soft rows wait");
    cr_expect_eq(store_stop(store), 0);
    store_close(store);
    cr_expect_eq(help_number("SELECT last_seen_at FROM camera WHERE id = 'a'"), 77);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state WHERE note = CAST('nonce' AS BLOB)"
                             " AND next_poll_at = 78 AND last_latency_ms = 5"),
                 1);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state"), 1,
                 "a row that is gone stays gone");
}

Test(store_soft, wait_even_beside_rows_that_do_not)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    struct store_component component = help_component("s1", "camera:a");
    store_put_component(batch, &component);
    put(batch, "camera:a", 77, "nonce");
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state WHERE note IS NULL"), 1);
    cr_expect_eq(store_stop(store), 0);
    store_close(store);
    cr_expect_eq(help_number("SELECT next_poll_at FROM poll_state WHERE note IS NOT NULL"), 78);
}

Test(store_soft, written_when_its_time_has_come)
{
    struct store *store = help_open_with((struct store_options){.soft_period_s = 1});
    cr_assert_eq(store_start(store), 0);
    struct store_batch *batch = store_batch_create();
    struct store_component component = help_component("s1", "camera:a");
    store_put_component(batch, &component);
    put(batch, "camera:a", 77, NULL);
    cr_assert_eq(help_commit(store, batch), 0);
    struct store_health health = {.soft_rows = 1};
    uint64_t until = clock_mono_us() + 20 * CLOCK_S;
    while (health.soft_rows > 0 && clock_mono_us() < until) {
        poll(NULL, 0, 20);
        store_health(store, &health);
    }
    cr_expect_eq(health.soft_rows, 0);
    store_close(store);
}

/* ---- What a look costs on disk ---- */

static int count_pages(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db;
    (void)name;
    *(int *)arg = pages;
    return SQLITE_OK;
}

static void commit(struct store *store, struct store_batch *batch)
{
    struct store_writer *writer = &store->writer;
    cr_assert_eq(batch->rc, 0);
    cr_assert_eq(store_owed_add(&writer->owed, batch), 0);
    cr_assert_eq(store_commit(writer), SQLITE_OK, "%s", sqlite3_errmsg(writer->db));
    store_owed_clear(&writer->owed);
    store_batch_destroy(batch);
    if (writer->wal_pages >= 1000) {
        cr_assert_eq(store_checkpoint(writer, false), SQLITE_OK);
    }
}

static void name_camera(uint32_t i, char site[32], char component[32])
{
    snprintf(site, 32, "site-%04u", i / 30);
    /* Ids as operators give them: no order that agrees with the sites'. */
    snprintf(component, 32, "camera:cam-%06u", (uint32_t)(hash_mix(i) % 1000000) * 1000 + i % 1000);
}

static void make_fleet(struct store *store, uint32_t cameras)
{
    struct store_batch *batch = store_batch_create();
    for (uint32_t i = 0; i < cameras; i++) {
        char site_id[32];
        char component_id[32];
        name_camera(i, site_id, component_id);
        struct site_record site = help_site(site_id);
        struct camera_record camera = help_camera(component_id + 7, site_id);
        struct device_record device = {.id = camera.id,
                                       .site_id = site_id,
                                       .kind = DEVICE_CAMERA,
                                       .provider = "vivotek",
                                       .effective_provider = "",
                                       .effective_place = "",
                                       .port = 80,
                                       .host = "192.168.100.100",
                                       .port_group = "",
                                       .link = "",
                                       .credential_id = "default",
                                       .options = "{}",
                                       .model = "FD9389-EHTV-v2",
                                       .firmware = "FD9389-VVTK-0123h",
                                       .serial = "0002D1AABBCC",
                                       .mac = "00:02:d1:aa:bb:cc"};
        struct store_component component = help_component(site_id, component_id);
        store_put_site(batch, &site);
        store_put_camera(batch, &camera);
        store_put_device(batch, &device);
        store_put_component(batch, &component);
    }
    commit(store, batch);
}

/*
 * Fourteen minutes of looks, every four minutes on average, and the slices of that time. Bytes
 * written.
 */
static void run_round(struct store *store, uint32_t cameras, size_t note_size)
{
    struct store_batch *batch = store_batch_create();
    static const char note[STORE_NOTE_MAX];
    for (uint32_t i = 0; i < cameras; i++) {
        char site_id[32];
        char component[32];
        name_camera(i, site_id, component);
        struct store_soft soft = {.site_id = site_id,
                                  .component = component,
                                  .next_poll_at = clock_wall_us(),
                                  .last_seen_at = clock_wall_us(),
                                  .last_latency_ms = 80,
                                  .note = note,
                                  .note_size = note_size};
        store_put_soft(batch, &soft);
    }
    store_soft_take(&store->writer.soft, batch);
    store_batch_destroy(batch);
    uint32_t rows = 0;
    uint64_t every = 0;
    store_soft_pace(cameras, 840 * CLOCK_S, &rows, &every);
    for (uint32_t visited = 0; visited < cameras; visited += rows) {
        struct store_batch *out = store_batch_create();
        out->is_slice = true;
        store_soft_slice(&store->writer.soft, rows, out);
        commit(store, out);
    }
}

static double bytes_per_look(uint32_t cameras, size_t note_size)
{
    fault_init();
    struct store *store = help_open_with((struct store_options){.vfs = "fault"});
    sqlite3_wal_hook(store->writer.db, count_pages, &store->writer.wal_pages);
    make_fleet(store, cameras);
    run_round(store, cameras, note_size);
    store_checkpoint(&store->writer, true);
    atomic_store(&fault_bytes, 0);
    for (int i = 0; i < 3; i++) {
        run_round(store, cameras, note_size);
    }
    /* With what a checkpoint would still write of these rounds. */
    store_checkpoint(&store->writer, true);
    double bytes = (double)atomic_load(&fault_bytes);
    store_close(store);
    return bytes / 3 / cameras / 3.5;
}

Test(store_soft, a_steady_look_writes_at_most_half_a_kib, .timeout = 100)
{
    static const uint32_t cameras[] = {1000, 20000};
    static const size_t notes[] = {200, 300};
    for (int i = 0; i < 4; i++) {
        double bytes = bytes_per_look(cameras[i / 2], notes[i % 2]);
        cr_log_info("%u cameras, notes of %zu bytes: %.0f bytes a look", cameras[i / 2],
                    notes[i % 2], bytes);
        cr_expect_leq(bytes, 512, "%u cameras, notes of %zu bytes: %.0f bytes a look",
                      cameras[i / 2], notes[i % 2], bytes);
        help_dir_remove();
        help_dir_create();
    }
}
