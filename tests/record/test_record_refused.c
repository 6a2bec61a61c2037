/* SPDX-License-Identifier: MIT */
/* Rows that the database does not take: never, not in that month, not while its disk is full. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal_row.h"
#include "kept.h"
#include "node.h"
#include "rig_watch.h"

TestSuite(refused, .init = node_set_up, .fini = node_tear_down, .timeout = 300);

/* ---- events that come by other ways than a verdict ---- */

Test(refused, an_event_of_a_month_without_a_partition_gets_one)
{
    node_expect_equal();
    journal_row_put(node.db, "old", 800, "{}");
    journal_row_put(node.db, "older", 1600, "{}");
    journal_row_put(node.db, "new", 0, "{}");
    node_make_events(2);
    node_expect_equal();
    cr_expect_eq(
        node_number("SELECT count(*) FROM ai_event WHERE dedup_key IN ('old', 'older', 'new')"), 3);
    cr_expect_geq(node_number("SELECT count(*) FROM record_month"), 6);
    node_expect_nothing_twice(&node.server);
}

/* Two of them, at the front and in the middle: the server refuses one, the plugin sees of the other that it is none. */
Test(refused, a_row_that_the_server_never_takes_is_set_aside_and_holds_back_no_other)
{
    node_expect_equal();
    long long before = node_number("SELECT count(*) FROM ai_event");
    journal_row_put(node.db, "poison-1", 0, "{\"reason\":");
    journal_row_put(node.db, "good-1", 0, "{\"reason\":\"none\"}");
    journal_row_put(node.db, "poison-2", 4000000,
                    "{}"); /* before the calendar of PostgreSQL begins */
    journal_row_put(node.db, "good-2", 0, "{}");
    node_make_events(2);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (node_number("SELECT count(*) FROM ai_event") < before + 4) {
        cr_assert_lt(rig_now_ms(), until, "the others do not come");
        usleep(20000);
    }
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event WHERE dedup_key LIKE 'poison%'"), 0);
    cr_expect_eq(node_number("SELECT count(*) FROM ai_event WHERE dedup_key LIKE 'good%'"), 2);
    static const char *const why[] = {"22P02: invalid input syntax for type json",
                                      "ai_event: a row without a good ts_event"};
    for (size_t i = 0; i < 2; i++) {
        char sql[400];
        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM notification_log AS n JOIN ai_event AS e ON e.id ="
                 " n.event_id WHERE e.dedup_key = 'poison-%zu' AND n.status = 'failed' AND"
                 " n.channel = 'postgres' AND n.error_message = '%s'",
                 i + 1, why[i]);
        while (kept_number(node.db, sql) != 1) {
            cr_assert_lt(rig_now_ms(), until, "%s is not told of", why[i]);
            usleep(20000);
        }
    }
    cr_expect_eq(rig_metric(&node.rig, "vmm_record_dropped_total"), 2);
    node_make_events(2);
    while (node_number("SELECT count(*) FROM ai_event") < before + 6) {
        cr_assert_lt(rig_now_ms(), until, "what comes later does not come");
        usleep(20000);
    }
}

/* ---- a full disk ---- */

/* A mount namespace of this test's own. False, with the reason printed, where that is not permitted. */
static bool may_mount(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
        return true;
    }
    fprintf(stderr, "skipped: no mount namespace here: %s\n", strerror(errno));
    return false;
}

/* A small disk of its own for the tables that the plugin makes. */
static void make_small_disk(char path[128])
{
    char sql[400];
    struct stat owner;
    snprintf(path, 128, "%s/small", node.server.folder);
    cr_assert_eq(mkdir(path, 0777), 0);
    cr_assert_eq(mount("tmpfs", path, "tmpfs", 0, "size=6m"), 0);
    cr_assert_eq(stat(node.server.folder, &owner), 0);
    cr_assert_eq(chown(path, owner.st_uid, owner.st_gid), 0);
    snprintf(sql, sizeof(sql), "CREATE TABLESPACE small LOCATION '%s'", path);
    server_sql(&node.server, sql);
    server_sql(&node.server, "GRANT CREATE ON TABLESPACE small TO vmm;"
                             "ALTER ROLE vmm SET default_tablespace = 'small'");
}

static void fill_disk(const char *folder, char filler[160])
{
    static char zeros[8192];
    snprintf(filler, 160, "%s/filler", folder);
    int fd = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0600);
    cr_assert_geq(fd, 0);
    while (write(fd, zeros, sizeof(zeros)) > 0) {
    }
    close(fd);
}

Test(refused, a_full_disk_holds_everything_back_until_there_is_space)
{
    char folder[128];
    char filler[160];
    node_tear_down();
    if (!may_mount()) {
        node_set_up();
        return;
    }
    node_open(false);
    make_small_disk(folder);
    rig_start(&node.rig);
    node_load();
    node_expect_equal();
    fill_disk(folder, filler);
    uint64_t until = rig_now_ms() + RIG_WAIT_MS;
    while (rig_metric(&node.rig, "vmm_record_refusals_total") == 0) {
        cr_assert_lt(rig_now_ms(), until, "the disk is not full");
        node_make_events(20);
    }
    node_make_events(10);
    cr_expect_gt(rig_log_count(&node.rig, "No space left on device"), 0);
    cr_expect_eq(unlink(filler), 0);
    node_expect_equal();
    node_expect_nothing_twice(&node.server);
    rig_stop(&node.rig);
    rig_start(&node.rig); /* for the end of the test, which expects one that runs */
    server_stop(&node.server);
    cr_expect_eq(umount(folder), 0);
}
