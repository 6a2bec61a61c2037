/* SPDX-License-Identifier: MIT */
/* health_day: what a day of a camera, a recorder and a site holds, and what is told of it. */
#include "store/fared.h"
#include "store_days_help.h"

TestSuite(store_days, .init = days_setup, .fini = days_teardown);

/* ---- what is counted ---- */

Test(store_days, days_of_a_camera_a_recorder_and_a_site)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    sql("INSERT INTO nvr(id, site_id, name) VALUES('N1', 'S1', 'n')");
    int64_t noon = BEGIN_US + 4 * 3600000000ll; /* of January 1, in Taipei */
    add_event("S1", "C1", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "nvr:N1", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "site", noon, "OK", "DOWN", "unreachable");
    add_event("S1", "C1", noon + 3600000000ll, "OK", "DEGRADED", "missing_recording");
    add_event("S1", "gone", noon, "UNKNOWN", "OK", "none");
    add_event("S1", "site", noon + 7200000000ll, "DOWN", "OK", "none");
    sql("INSERT INTO ai_event(id, site_id, camera_id, event_type, severity, score, ts_event,"
        " dedup_key, metadata_json, node_id, epoch) VALUES('x', 'S1', 'C1', 'camera.firmware',"
        " 'normal', 1, 5, 'x', '{\"old\":\"1\"}', 'n1', 1), ('y', 'S1', 'C1', 'camera.ok',"
        " 'normal', 1, 5, 'y', 'no json', 'n1', 1)");
    count_all(noon);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 0, "no day is over");
    count_all(noon + 12 * 3600000000ll - 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 0);
    count_all(noon + 12 * 3600000000ll);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 3);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE id = 'S1/camera:C1/2026-01-01' AND"
                        " unknown_s = 43200 AND ok_s = 3600 AND degraded_s = 39600 AND"
                        " recording_fault_s = 39600 AND changes = 2 AND outages = 0 AND"
                        " first_failure_at IS NULL AND epoch = 1"),
                 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'nvr:N1'"), 1);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'site' AND down_s ="
                        " 7200 AND outages = 1 AND longest_outage_s = 7200"),
                 1);
    count_all(noon + 10 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 30);
    expect_sums();
    expect_rebuilt(noon + 10 * DAY_US, "1");
}

/* An event that comes late, from a day that is written: what was taken for granted is written anew. */
Test(store_days, an_event_that_was_owed_over_midnight)
{
    add_site("S1", "Europe/London");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US + 3600000000ll, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + 3 * DAY_US + 60000000ll);
    int64_t rev = number("SELECT max(rev) FROM health_day");
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day"), 0);
    add_event("S1", "C1", BEGIN_US + 2 * DAY_US + 3600000000ll, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 3 * DAY_US + 120000000ll);
    cr_expect_eq(number("SELECT sum(down_s) FROM health_day WHERE day = '2026-01-03'"), 23 * 3600);
    cr_expect_eq(number("SELECT count(*) FROM health_day"), 6, "the camera's and the site's");
    cr_expect_gt(number("SELECT max(rev) FROM health_day WHERE day = '2026-01-03'"), rev,
                 "who keeps a copy gets it again");
    expect_sums();
    expect_rebuilt(BEGIN_US + 3 * DAY_US + 120000000ll, "1");
}

/* The clock of the node was a year ahead for a while. */
Test(store_days, a_clock_that_was_far_ahead)
{
    add_site("S1", "Europe/London");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + DAY_US);
    add_event("S1", "C1", BEGIN_US + 365 * DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 366 * DAY_US);
    add_event("S1", "C1", BEGIN_US + 2 * DAY_US + 3600000000ll, "DOWN", "OK", "none");
    count_all(BEGIN_US + 4 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'camera:C1'"), 4);
    cr_expect_eq(number("SELECT down_s FROM health_day WHERE day = '2026-01-03' AND component ="
                        " 'camera:C1'"),
                 3600);
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE day = '2026-01-04' AND component ="
                        " 'camera:C1'"),
                 86400);
    expect_sums();
    /* The site, to which nothing has happened, keeps its days of the future. */
    expect_rebuilt(BEGIN_US + 4 * DAY_US, "component = 'camera:C1'");
}

Test(store_days, a_camera_that_is_removed_has_no_days_any_more)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    count_all(BEGIN_US + 2 * DAY_US);
    int64_t rows = number("SELECT count(*) FROM health_day");
    cr_expect_eq(rows, 4);
    sql("DELETE FROM camera");
    count_all(BEGIN_US + 9 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component <> 'site'"), 2,
                 "what was stays");
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE component = 'site'"), 9);
    cr_expect_eq(number("SELECT count(*) FROM health_day_state"), 1);
}

Test(store_days, a_row_that_is_already_so_is_not_written_again)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 5 * DAY_US);
    int64_t rev = number("SELECT max(rev) FROM health_day");
    sql("UPDATE health_day SET ok_s = 1 WHERE id = 'S1/camera:C1/2026-01-03';"
        "UPDATE health_day_place SET version = 0");
    count_all(BEGIN_US + 5 * DAY_US);
    cr_expect_eq(number("SELECT max(rev) FROM health_day"), rev + 1, "only the one that differed");
    expect_sums();
}

Test(store_days, a_site_that_gets_another_zone)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    add_event("S1", "C1", BEGIN_US, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", BEGIN_US + DAY_US, "OK", "DOWN", "unreachable");
    count_all(BEGIN_US + 5 * DAY_US);
    struct store *store = NULL;
    struct store_options options = {.path = help_path("core.db"), .days_period_ms = 3600000};
    cr_assert_eq(store_open(&options, &store), 0);
    cr_assert_eq(store_start(store), 0);
    struct site_record site = help_site("S1");
    struct store_batch *batch = store_batch_create();
    store_put_site(batch, &site); /* as it is */
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(number("SELECT version FROM health_day_place"), STORE_DAYS_VERSION);
    site.timezone = "Europe/London";
    batch = store_batch_create();
    store_put_site(batch, &site);
    cr_assert_eq(help_commit(store, batch), 0);
    store_close(store);
    count_all(BEGIN_US + 6 * DAY_US);
    cr_expect_eq(number("SELECT count(*) FROM health_day WHERE begins_at % 86400000000 <> 0"), 0,
                 "each begins at midnight in London");
    cr_expect_eq(number("SELECT ok_s FROM health_day WHERE id = 'S1/camera:C1/2026-01-01'"), 86400);
    expect_sums();
    expect_rebuilt(BEGIN_US + 6 * DAY_US, "1");
}

/* ---- what is asked ---- */

struct asked {
    int done;
    size_t count;
    int64_t now;
    struct store_fared rows[8];
    char days[8][16];
};

static void on_fared(void *arg, int rc, const struct store_fared *rows, size_t count)
{
    struct asked *asked = arg;
    cr_assert_eq(rc, 0);
    cr_assert_leq(count, 8);
    for (size_t i = 0; i < count; i++) {
        asked->rows[i] = rows[i];
        store_fared_add(&asked->rows[i], zone_named(NULL, "Asia/Taipei"), asked->now);
        snprintf(asked->days[i], sizeof(asked->days[i]), "%s", rows[i].day);
    }
    asked->count = count;
    asked->done++;
}

/* Whole days come from their rows, the one in progress from the state: the second between them is nobody's twice. */
Test(store_days, sums_hold_the_day_in_progress)
{
    add_site("S1", "Asia/Taipei");
    add_camera("S1", "C1");
    int64_t midnight = BEGIN_US - 8 * 3600000000ll + DAY_US; /* of January 2, in Taipei */
    add_event("S1", "C1", midnight, "UNKNOWN", "OK", "none");
    add_event("S1", "C1", midnight + 2 * DAY_US + 3600000000ll, "OK", "DOWN", "unreachable");
    struct asked asked = {.now = midnight + 2 * DAY_US + 3 * 3600000000ll};
    count_all(asked.now);
    struct store *store = NULL;
    struct store_options options = {.path = help_path("core.db"), .days_period_ms = 3600000};
    cr_assert_eq(store_open(&options, &store), 0);
    cr_assert_eq(store_start(store), 0);
    struct store_fared_filter filter = {
        .site_id = "S1", .component = "", .since = "2026-01-01", .limit = 5};
    cr_assert_eq(store_query_fared(store, &filter, on_fared, &asked), 0);
    help_wait(store, &asked.done, 1);
    cr_assert_eq(asked.count, 2);
    cr_expect_eq(asked.rows[0].days, 2);
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_OK], 2 * 86400 + 3600);
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_DOWN], 2 * 3600);
    cr_expect_eq(asked.rows[0].outages, 1);
    cr_expect_eq(asked.rows[0].longest_s, 2 * 3600);
    cr_expect_eq(asked.rows[0].first_failure, midnight + 2 * DAY_US + 3600000000ll);
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_OK], 2 * 86400 + 3 * 3600, "the site");
    filter = (struct store_fared_filter){.site_id = "S1",
                                         .component = "camera:C1",
                                         .since = "2026-01-03",
                                         .limit = 5,
                                         .by_day = true};
    cr_assert_eq(store_query_fared(store, &filter, on_fared, &asked), 0);
    help_wait(store, &asked.done, 2);
    cr_assert_eq(asked.count, 2);
    cr_expect_str_eq(asked.days[0], "2026-01-03");
    cr_expect_eq(asked.rows[0].health_s[VMM_HEALTH_OK], 86400);
    cr_expect_str_eq(asked.days[1], "");
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_OK], 3600);
    cr_expect_eq(asked.rows[1].health_s[VMM_HEALTH_DOWN], 2 * 3600);
    store_close(store);
}
