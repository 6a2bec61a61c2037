/* SPDX-License-Identifier: MIT */
/* What the gateway keeps: written, read back in order, forgotten a little at a time. */
#include "store_help.h"

#include "store/notify.h"

static struct store *store;

static void set_up(void)
{
    log_setup("test", LOG_ERROR);
    help_dir_create();
    store = help_start();
}

static void tear_down(void)
{
    store_close(store);
    help_dir_remove();
}

TestSuite(store_notify, .init = set_up, .fini = tear_down);

static void again(void)
{
    cr_assert_eq(store_stop(store), 0);
    store_dispatch(store);
    store_close(store);
    store = help_open();
}

struct loaded {
    char text[1024];
};

static void add(struct loaded *loaded, const char *a, const char *b, const char *c)
{
    size_t used = strlen(loaded->text);
    snprintf(loaded->text + used, sizeof(loaded->text) - used, "%s %s %s;", a, b, c);
}

static int on_memory(void *arg, const char *area, const char *key, const char *detail)
{
    add(arg, area, key, detail);
    return 0;
}

static int on_outgoing(void *arg, int64_t id, const char *content, const char *payload)
{
    char number[24];
    snprintf(number, sizeof(number), "%lld", (long long)id);
    add(arg, number, content, payload);
    return 0;
}

static int on_quiet(void *arg, enum store_quiet_table table, const struct store_quiet *quiet)
{
    char number[24];
    snprintf(number, sizeof(number), "%d", (int)table);
    add(arg, number, quiet->id, quiet->detail);
    return 0;
}

static const char *load(void)
{
    static struct loaded loaded;
    loaded = (struct loaded){""};
    struct store_notify_loader loader = {
        .arg = &loaded, .memory = on_memory, .outgoing = on_outgoing, .quiet = on_quiet};
    cr_assert_eq(store_load_notify(store, &loader), 0);
    return loaded.text;
}

static void put_outgoing(struct store_batch *batch, int64_t id, const char *payload)
{
    struct store_outgoing row = {.id = id,
                                 .site_id = "s1",
                                 .route = "chat",
                                 .event_id = "e1",
                                 .state = payload[0] != '\0' ? "frozen" : "waiting",
                                 .attempts = 1,
                                 .payload = payload,
                                 .content = "{}",
                                 .node_id = "n1",
                                 .epoch = 1};
    store_put_outgoing(batch, &row);
}

Test(store_notify, messages_come_back_in_their_order_and_frozen_as_they_were)
{
    struct store_batch *batch = store_batch_create();
    put_outgoing(batch, 30, "");
    put_outgoing(batch, 10, "");
    put_outgoing(batch, 20, "");
    put_outgoing(batch, 20, "{\"id\":\"x\"}");
    store_del_outgoing(batch, 10);
    cr_assert_eq(help_commit(store, batch), 0);
    again();
    cr_assert_str_eq(load(), "20 {} {\"id\":\"x\"};30 {} ;");
}

Test(store_notify, memory_is_by_area_and_key)
{
    struct store_batch *batch = store_batch_create();
    store_put_memory(batch, &(struct store_memory){"alarm", "a", "s1", "{\"n\":1}", "n1", 1});
    store_put_memory(batch, &(struct store_memory){"alarm", "b", "s1", "{\"n\":2}", "n1", 1});
    store_put_memory(batch, &(struct store_memory){"lane", "a", "", "{\"n\":3}", "n1", 1});
    store_put_memory(batch, &(struct store_memory){"alarm", "a", "s1", "{\"n\":4}", "n1", 1});
    store_del_memory(batch, "alarm", "b");
    cr_assert_eq(help_commit(store, batch), 0);
    again();
    cr_assert_str_eq(load(), "alarm a {\"n\":4};lane a {\"n\":3};");
}

static struct store_quiet quiet(const char *id, int64_t ended_at)
{
    return (struct store_quiet){.id = id,
                                .site_id = "s1",
                                .owner = "ana",
                                .reason = "works",
                                .created_at = 1,
                                .starts_at = 1,
                                .ends_at = 9,
                                .ended_at = ended_at,
                                .detail = "{}",
                                .node_id = "n1",
                                .epoch = 1};
}

Test(store_notify, what_has_ended_is_kept_and_not_loaded)
{
    struct store_batch *batch = store_batch_create();
    struct store_quiet rows[] = {quiet("m-1", 0), quiet("s-1", 0), quiet("a-1", 0)};
    for (int i = 0; i < 3; i++) {
        store_put_quiet(batch, (enum store_quiet_table)i, &rows[i]);
    }
    rows[1].ended_at = 5;
    store_put_quiet(batch, STORE_SILENCE, &rows[1]);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_eq(help_number("SELECT count(*) FROM silence WHERE ended_at = 5"), 1);
    again();
    cr_assert_str_eq(load(), "0 m-1 {};2 a-1 {};");
}

/* ---- requests ---- */

static struct {
    int done;
    int rc;
    char text[64];
} asked;

static void on_request(void *arg, int rc, const char *answer)
{
    (void)arg;
    asked.done++;
    asked.rc = rc;
    snprintf(asked.text, sizeof(asked.text), "%s", answer != NULL ? answer : "nothing");
}

static const char *ask(const char *key)
{
    asked.done = 0;
    cr_assert_eq(store_query_request(store, key, on_request, NULL), 0);
    help_wait(store, &asked.done, 1);
    cr_assert_eq(asked.rc, 0);
    return asked.text;
}

Test(store_notify, a_key_keeps_its_first_answer)
{
    struct store_batch *batch = store_batch_create();
    store_put_request(batch, "k", "{\"first\":1}", 10);
    store_put_request(batch, "k", "{\"second\":1}", 20);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_str_eq(ask("k"), "{\"first\":1}");
    cr_assert_str_eq(ask("other"), "nothing");
}

/* ---- noise ---- */

struct noise {
    char lines[6][80];
    size_t count;
    int done;
};

static void on_noise(void *arg, int rc, const struct store_noise *rows, size_t count)
{
    struct noise *noise = arg;
    cr_assert_eq(rc, 0);
    for (size_t i = 0; i < count && i < 6; i++) {
        snprintf(noise->lines[noise->count++], sizeof(noise->lines[0]), "%lld %s %s %s %s",
                 (long long)rows[i].count, rows[i].camera_id, rows[i].event_type, rows[i].reason,
                 rows[i].status);
    }
    noise->done++;
}

static void put_told(struct store_batch *batch, int64_t id, const char *event_id, const char *kind)
{
    struct store_delivery row = {.id = id,
                                 .site_id = "s1",
                                 .event_id = event_id,
                                 .kind = kind,
                                 .channel = "chat",
                                 .status = "sent",
                                 .target = "chat",
                                 .payload = "",
                                 .error_message = "",
                                 .created_at = id,
                                 .node_id = "n1",
                                 .epoch = 1};
    store_put_delivery(batch, &row);
}

/* A summary that begins with an open incident is no message about that. */
Test(store_notify, noise_names_what_tells_of_no_event)
{
    struct noise noise = {0};
    struct store_batch *batch = store_batch_create();
    struct store_event event = {.id = "e1",
                                .site_id = "s1",
                                .camera_id = "cam-01",
                                .type = "camera.down",
                                .dedup_key = "k1",
                                .metadata_json = "{\"reason\":\"timeout\"}",
                                .node_id = "n1",
                                .epoch = 1};
    store_put_event(batch, &event);
    for (int64_t id = 1; id <= 6; id++) {
        put_told(batch, id, id <= 4 ? "e1" : "", id <= 3 ? "" : id <= 5 ? "summary" : "heartbeat");
    }
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_eq(store_query_noise(store, "s1", 0, 10, on_noise, &noise), 0);
    help_wait(store, &noise.done, 1);
    cr_assert_eq(noise.count, 3);
    cr_expect_str_eq(noise.lines[0], "3 cam-01 camera.down timeout sent");
    cr_expect_str_eq(noise.lines[1], "2  summary  sent");
    cr_expect_str_eq(noise.lines[2], "1  heartbeat  sent");
}

/* ---- forgetting ---- */

static void put_delivery(struct store_batch *batch, int64_t id, int64_t at)
{
    struct store_delivery row = {.id = id,
                                 .site_id = "s1",
                                 .event_id = "",
                                 .channel = "chat",
                                 .status = "sent",
                                 .target = "chat",
                                 .payload = "",
                                 .error_message = "",
                                 .created_at = at,
                                 .node_id = "n1",
                                 .epoch = 1};
    store_put_delivery(batch, &row);
}

static void put_event(struct store_batch *batch, int number, int64_t at)
{
    char id[40];
    snprintf(id, sizeof(id), "event-%d", number);
    struct store_event row = {.id = id,
                              .site_id = "s1",
                              .camera_id = "",
                              .type = "camera.ok",
                              .ts_event = at,
                              .dedup_key = id,
                              .metadata_json = "{}",
                              .node_id = "n1",
                              .epoch = 1};
    store_put_event(batch, &row);
}

Test(store_notify, what_is_old_goes_a_little_at_a_time_and_the_rest_stays)
{
    struct store_batch *batch = store_batch_create();
    for (int i = 0; i < 100; i++) {
        put_delivery(batch, i + 1, i < 70 ? 1000 + i : 5000);
        put_event(batch, i, i < 70 ? 1000 + i : 5000);
    }
    store_put_request(batch, "k", "{}", 1000);
    cr_assert_eq(help_commit(store, batch), 0);
    help_number("UPDATE health_day_place SET seq = 1000, version = 2 RETURNING seq");
    for (int round = 0; round < 4; round++) {
        batch = store_batch_create();
        store_trim_log(batch, 2000, INT64_MAX, 20);
        store_trim_events(batch, 2000, INT64_MAX, 20);
        cr_assert_eq(help_commit(store, batch), 0);
        int64_t left = round < 3 ? 100 - 20 * (round + 1) : 30;
        cr_assert_eq(help_number("SELECT count(*) FROM notification_log"), left);
        cr_assert_eq(help_number("SELECT count(*) FROM ai_event"), left);
    }
    cr_assert_eq(help_number("SELECT min(ts_event) FROM ai_event"), 5000);
    batch = store_batch_create();
    store_trim_quiet(batch, 2000, 20);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_str_eq(ask("k"), "nothing");
}

/* What somebody has not got yet stays, however old it is; so does what is not counted into days. */
Test(store_notify, what_is_still_needed_stays)
{
    struct store_batch *batch = store_batch_create();
    for (int i = 0; i < 50; i++) {
        put_delivery(batch, i + 1, 1000 + i);
        put_event(batch, i, 1000 + i);
    }
    cr_assert_eq(help_commit(store, batch), 0);
    help_number("UPDATE health_day_place SET seq = 20, version = 2 RETURNING seq");
    batch = store_batch_create();
    store_trim_log(batch, 2000, 12, 500);
    store_trim_events(batch, 2000, 7, 500);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT min(seq) FROM ai_event"), 8, "a destination is at 7");
    cr_expect_eq(help_number("SELECT min(rev) FROM notification_rev"), 13);
    cr_expect_eq(help_number("SELECT count(*) FROM notification_log"), 38);
    batch = store_batch_create();
    store_trim_events(batch, 2000, INT64_MAX, 500);
    store_trim_log(batch, 2000, 0, 500);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT min(seq) FROM ai_event"), 21, "counted up to 20");
    cr_expect_eq(help_number("SELECT count(*) FROM notification_log"), 38);
}

Test(store_notify, days_that_are_old)
{
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                              " WHERE i < 60) INSERT INTO health_day(rev, id, site_id, component,"
                              " day, begins_at, length_s, ok_s, degraded_s, blackframe_s, down_s,"
                              " unknown_s, disabled_s, recording_fault_s, clock_fault_s, changes,"
                              " outages, longest_outage_s, epoch) SELECT i, 'id' || i, 's1',"
                              " 'site', 'day' || i, i * 100, 86400, 86400, 0, 0, 0, 0, 0, 0, 0, 0,"
                              " 0, 0, 1 FROM n",
                              NULL, NULL, NULL),
                 SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    struct store_batch *batch = store_batch_create();
    store_trim_days(batch, 5001, 20);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT min(rev) FROM health_day"), 21, "a turn takes so many");
    batch = store_batch_create();
    store_trim_days(batch, 5001, 500);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(help_number("SELECT min(rev) FROM health_day"), 51);
}

/* ---- ranking ---- */

static void put_verdict(struct store_batch *batch, const char *camera, const char *type, int64_t at,
                        const char *incident)
{
    static int number;
    char id[40];
    char metadata[96];
    snprintf(id, sizeof(id), "verdict-%d", ++number);
    snprintf(metadata, sizeof(metadata), "{\"incident\":\"%s\",\"role\":\"%s\"}", incident,
             incident[0] != '\0' ? "cause" : "consequence");
    struct store_event row = {.id = id,
                              .site_id = "s1",
                              .camera_id = camera,
                              .type = type,
                              .ts_event = at,
                              .dedup_key = id,
                              .metadata_json = metadata,
                              .node_id = "n1",
                              .epoch = 1};
    store_put_event(batch, &row);
}

static struct {
    int done;
    size_t count;
    char text[256];
    int64_t incidents;
    int64_t down;
} ranked;

static void on_rank(void *arg, int rc, const struct store_rank *rows, size_t count)
{
    (void)arg;
    cr_assert_eq(rc, 0);
    ranked.done++;
    ranked.count = count;
    ranked.text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(ranked.text);
        snprintf(ranked.text + used, sizeof(ranked.text) - used, "%s %lld %lld;", rows[i].camera_id,
                 (long long)rows[i].incidents, (long long)rows[i].down_us);
        ranked.incidents = rows[i].all_incidents;
        ranked.down = rows[i].all_down_us;
    }
}

Test(store_notify, cameras_are_ranked_by_the_time_they_were_down)
{
    struct store_batch *batch = store_batch_create();
    put_verdict(batch, "a", "camera.down", 1100, "opened");
    put_verdict(batch, "a", "camera.ok", 1200, "closed");
    put_verdict(batch, "a", "camera.down", 1300, "opened");
    put_verdict(batch, "a", "camera.unknown", 1350, "goes_on"); /* ours, not the camera's */
    put_verdict(batch, "a", "camera.ok", 1400, "closed");
    put_verdict(batch, "b", "camera.down", 500, "opened"); /* before, and through all of it */
    put_verdict(batch, "c", "camera.down", 1900, ""); /* behind a site; still down at the end */
    put_verdict(batch, "c", "camera.flapping", 1950, "");
    put_verdict(batch, "d", "camera.degraded", 1000, "opened");
    put_verdict(batch, "e", "camera.ok", 1500, "closed");
    put_verdict(batch, "f", "camera.down", 2500, "opened"); /* later */
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_eq(store_query_ranking(store, "s1", 1000, 2000, 10, on_rank, NULL), 0);
    help_wait(store, &ranked.done, 1);
    cr_assert_str_eq(ranked.text, "b 0 1000;a 2 150;c 0 100;d 1 0;");
    cr_assert_eq(ranked.incidents, 3);
    cr_assert_eq(ranked.down, 1250);
    cr_assert_eq(store_query_ranking(store, "s1", 1000, 2000, 1, on_rank, NULL), 0);
    help_wait(store, &ranked.done, 2);
    cr_assert_str_eq(ranked.text, "b 0 1000;");
    cr_assert_eq(ranked.down, 1250, "the sums are of all");
}
