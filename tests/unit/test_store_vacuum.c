/* SPDX-License-Identifier: MIT */
/* Room that is given back: the file gets smaller, commits go on, a kill in the middle leaves a sound database. */
#include <signal.h>
#include <sys/wait.h>

#include "base/rng.h"
#include "store/db.h"
#include "store/notify.h"
#include "store/vacuum.h"
#include "store_help.h"

TestSuite(store_vacuum, .init = help_dir_create, .fini = help_dir_remove, .timeout = 300);

static off_t file_size(void)
{
    struct stat st;
    cr_assert_eq(stat(help_path("core.db"), &st), 0);
    return st.st_size;
}

/* Rows of some KiB that are soon old. */
static void add_rows(int count)
{
    sqlite3 *db = NULL;
    char sql[600];
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    snprintf(sql, sizeof(sql),
             "PRAGMA synchronous = OFF; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
             " FROM n WHERE i < %d) INSERT INTO notification_log SELECT i, 's1', NULL, 'x',"
             " 'normal', 'sent', 't', hex(zeroblob(1000)), '', i, 'n1', 1, '' FROM n;"
             "PRAGMA wal_checkpoint(TRUNCATE)",
             count);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static void remove_rows(struct store *store, int64_t before)
{
    struct store_batch *batch = store_batch_create();
    store_trim_log(batch, before, INT64_MAX, 100000);
    cr_assert_eq(help_commit(store, batch), 0);
}

/* A commit waits for the turn that is under way, if one is, and for no more; `idle` pages were there before. However slow
 * the machine is, there is no turn but the one, and one more in each pause between two. */
static void expect_short_turns(int64_t idle, uint64_t took_us)
{
    int64_t given = idle - help_number("PRAGMA freelist_count");
    int64_t most = STORE_VACUUM_PAGES * (int64_t)(2 + took_us / STORE_VACUUM_MORE_US);
    cr_expect_leq(given, most, "%lld pages were given back while somebody waited for %llu us",
                  (long long)given, (unsigned long long)took_us);
}

Test(store_vacuum, a_turn_gives_back_no_more_than_its_pages)
{
    store_close(help_open());
    add_rows(6000);
    struct store *store = help_start();
    remove_rows(store, 1 << 20);
    store_close(store);
    sqlite3 *db = NULL;
    char error[160];
    cr_assert_eq(store_db_open(help_path("core.db"), NULL, &db, error), 0, "%s", error);
    int64_t first = help_number("PRAGMA freelist_count");
    int64_t idle = first;
    int turns = 0;
    cr_assert_gt(first, 8 * STORE_VACUUM_PAGES);
    for (bool more = true; more; turns++) {
        more = store_vacuum(db);
        int64_t left = help_number("PRAGMA freelist_count");
        cr_assert_leq(idle - left, STORE_VACUUM_PAGES, "turn %d", turns);
        cr_assert(left < idle, "turn %d", turns);
        idle = left;
    }
    cr_expect_geq(turns, 4);
    sqlite3_close(db);
}

Test(store_vacuum, a_file_gets_smaller_while_commits_go_on)
{
    store_close(help_open());
    add_rows(6000);
    off_t full = file_size();
    cr_assert_gt(full, 12 << 20);
    /* The file gets smaller when the log is written into it, which takes a number of commits. */
    struct store *store = help_open_with((struct store_options){.commit_interval_ms = 1});
    cr_assert_eq(store_start(store), 0);
    remove_rows(store, 1 << 20);
    uint64_t until = clock_mono_us() + 240 * CLOCK_S;
    int commits = 0;
    while (file_size() > full * 3 / 4) {
        struct store_batch *batch = store_batch_create();
        char id[16];
        snprintf(id, sizeof(id), "t%d", commits);
        store_put_tenant(batch, id, "Tenant", true);
        int64_t idle = help_number("PRAGMA freelist_count");
        uint64_t asked = clock_mono_us();
        cr_assert_eq(help_commit(store, batch), 0);
        expect_short_turns(idle, clock_mono_us() - asked);
        commits++;
        cr_assert_lt(clock_mono_us(), until, "it stays %lld bytes", (long long)file_size());
    }
    cr_expect_gt(commits, 2);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM tenant"), commits);
}

Test(store_vacuum, what_is_little_stays)
{
    store_close(help_open());
    add_rows(1000); /* 2 MiB: not worth it */
    struct store *store = help_start();
    remove_rows(store, 1 << 20);
    store_close(store);
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    cr_expect_not(store_vacuum(db));
    sqlite3_close(db);
    cr_expect_gt(help_number("PRAGMA freelist_count"), 100);
}

/* ---- killed ---- */

static void child(void)
{
    struct store *store = NULL;
    struct store_options options = {.path = help_path("core.db"), .commit_interval_ms = 1};
    if (store_open(&options, &store) != 0 || store_start(store) != 0) {
        _exit(1);
    }
    store_close(store); /* ends the threads: from here on by hand, without pauses */
    sqlite3 *db = NULL;
    char error[160];
    if (store_db_open(help_path("core.db"), NULL, &db, error) != 0) {
        _exit(1);
    }
    for (int64_t before = 0;; before += 40) {
        char sql[200];
        snprintf(sql, sizeof(sql), "DELETE FROM notification_log WHERE created_at < %lld",
                 (long long)before);
        sqlite3_exec(db, sql, NULL, NULL, NULL);
        sqlite3_exec(db, "PRAGMA incremental_vacuum(64); PRAGMA wal_checkpoint(PASSIVE)", NULL,
                     NULL, NULL);
    }
}

Test(store_vacuum, killed_in_the_middle_it_is_sound)
{
    struct rng rng;
    rng_init(&rng, 7);
    store_close(help_open());
    add_rows(4000);
    for (int round = 0; round < 20; round++) {
        pid_t pid = fork();
        if (pid == 0) {
            child();
        }
        usleep(15000 + (useconds_t)rng_below(&rng, 60000));
        kill(pid, SIGKILL);
        int status = 0;
        waitpid(pid, &status, 0);
        cr_assert(WIFSIGNALED(status), "round %d: it ended by itself: %d", round, status);
    }
    sqlite3 *db = NULL;
    cr_assert_eq(sqlite3_open(help_path("core.db"), &db), SQLITE_OK);
    cr_expect(store_db_is_sound(db, 0));
    sqlite3_close(db);
    struct store *store = help_open();
    cr_expect_null(store_set_aside(store));
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM notification_log AS l LEFT JOIN notification_rev"
                             " AS r ON r.id = l.id WHERE r.rev IS NULL"),
                 0, "rows and their order go together");
}
