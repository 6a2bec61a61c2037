/* SPDX-License-Identifier: MIT */
/* Migrations, newer schemas, damage, permissions, a second process. */
#include <sys/file.h>

#include "store_help.h"

#include "store/db.h"
#include "store/migrate.h"

static void setup(void)
{
    help_dir_create();
    fault_init();
}

TestSuite(store_schema, .init = setup, .fini = help_dir_remove, .timeout = 60);

static const char *const areas[] = {"a", "b", NULL};

static const struct store_migration three[] = {
    {"a", 1, "a/001", "CREATE TABLE one(x INTEGER); INSERT INTO one VALUES(1);"},
    {"a", 2, "a/002", "ALTER TABLE one ADD COLUMN y INTEGER; UPDATE one SET y = x + 1;"},
    {"b", 1, "b/001", "CREATE TABLE two(z INTEGER);"},
    {NULL, 0, NULL, NULL},
};

static sqlite3 *open_raw(const char *vfs)
{
    char error[160];
    sqlite3 *db = NULL;
    cr_assert_eq(store_db_open(help_path("core.db"), vfs, &db, error), 0, "%s", error);
    return db;
}

static void exec_raw(const char *sql)
{
    sqlite3 *db = open_raw(NULL);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static int migrate(const struct store_migration *steps)
{
    sqlite3 *db = open_raw(NULL);
    int rc = store_migrate(db, steps, areas);
    sqlite3_close(db);
    return rc;
}

Test(store_schema, each_migration_runs_once)
{
    cr_expect_eq(migrate(three), 0);
    cr_expect_eq(migrate(three), 0);
    cr_expect_eq(help_number("SELECT count(*) FROM one WHERE x = 1 AND y = 2"), 1);
    cr_expect_eq(help_number("SELECT version FROM schema_version WHERE area = 'a'"), 2);
    cr_expect_eq(help_number("SELECT version FROM schema_version WHERE area = 'b'"), 1);
}

Test(store_schema, a_failed_migration_leaves_the_one_before)
{
    struct store_migration broken[4];
    memcpy(broken, three, sizeof(broken));
    broken[1].sql = "ALTER TABLE one ADD COLUMN y INTEGER; UPDATE nowhere SET y = 1;";
    cr_expect_neq(migrate(broken), 0);
    cr_expect_eq(help_number("SELECT version FROM schema_version WHERE area = 'a'"), 1);
    cr_expect_eq(help_number("SELECT count(*) FROM pragma_table_info('one')"), 1);
    cr_expect_eq(migrate(three), 0, "and can be run again");
    cr_expect_eq(help_number("SELECT y FROM one"), 2);
}

/* The nth write fails: whatever that leaves, the next start comes to the end. */
Test(store_schema, stopped_at_each_write)
{
    for (int n = 0; n < 60; n++) {
        sqlite3 *db = NULL;
        char error[160];
        atomic_store(&fault_countdown, n);
        atomic_store(&fault_write, SQLITE_IOERR_WRITE);
        if (store_db_open(help_path("core.db"), "fault", &db, error) == 0) {
            (void)store_migrate(db, three, areas);
            sqlite3_close(db);
        }
        atomic_store(&fault_write, 0);
        cr_assert_eq(migrate(three), 0);
        cr_assert_eq(help_number("SELECT y FROM one"), 2);
        cr_assert_eq(help_number("SELECT count(*) FROM one"), 1);
        help_dir_remove();
        help_dir_create();
    }
}

static struct store *open_rc(int expected)
{
    struct store_options options = {.path = help_path("core.db")};
    struct store *store = NULL;
    cr_expect_eq(store_open(&options, &store), expected);
    return store;
}

Test(store_schema, a_newer_database_is_refused_untouched)
{
    store_close(open_rc(0));
    exec_raw("UPDATE schema_version SET version = 999 WHERE area = 'journal'");
    cr_expect_null(open_rc(VMM_E_VERSION));
    exec_raw("UPDATE schema_version SET version = 1 WHERE area = 'journal';"
             "INSERT INTO schema_version VALUES('future', 1)");
    cr_expect_null(open_rc(VMM_E_VERSION));
    cr_expect_eq(help_number("SELECT version FROM schema_version WHERE area = 'future'"), 1);
    exec_raw("DELETE FROM schema_version WHERE area = 'future'");
    store_close(open_rc(0));
}

Test(store_schema, the_tables_people_query)
{
    static const char *const tables[][2] = {
        {"site", "id name enabled tenant_id timezone language profile way commissioned_at "
                 "owner_node epoch"},
        {"nvr", "id site_id name status provider host port model firmware serial mac"},
        {"camera",
         "id site_id nvr_id name status last_seen_at nvr_channel provider host port model firmware "
         "serial mac priority tags_json expected commissioned_at retired_at"},
        {"ai_event",
         "id site_id camera_id event_type severity score ts_event dedup_key metadata_json "
         "node_id epoch"},
        {"ai_artifact", "id site_id event_id type storage_path metadata_json"},
        {"notification_log",
         "id site_id channel severity status target payload error_message created_at "
         "node_id epoch"},
        {"poll_state",
         "site_id component severity next_poll_at last_latency_ms consecutive_failures "
         "load_shed_mode node_id epoch"},
        {"circuit_breaker_state", "site_id target_service state failure_count last_failure_at "
                                  "last_latency_ms opened_at"},
        {"tenant", "id name enabled"},
    };
    store_close(open_rc(0));
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        char columns[256];
        snprintf(columns, sizeof(columns), "%s", tables[i][1]);
        for (char *rest = columns, *name = strsep(&rest, " "); name != NULL;
             name = strsep(&rest, " ")) {
            char sql[160];
            snprintf(sql, sizeof(sql),
                     "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'", tables[i][0],
                     name);
            cr_expect_eq(help_number(sql), 1, "%s.%s", tables[i][0], name);
        }
    }
}

/* ---- Damage ---- */

static void damage(off_t at, size_t size)
{
    int fd = open(help_path("core.db"), O_WRONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    for (size_t i = 0; i < size; i += 64) {
        cr_assert_eq(pwrite(fd, "damaged damaged damaged damaged damaged damaged damaged damaged ",
                            64, at + (off_t)i),
                     64);
    }
    close(fd);
}

static void fill_and_close(void)
{
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    for (int i = 0; i < 500; i++) {
        char id[16];
        snprintf(id, sizeof(id), "e%d", i);
        struct store_event event = help_event(id, id);
        store_put_event(batch, &event);
    }
    cr_assert_eq(help_commit(store, batch), 0);
    cr_assert_eq(store_stop(store), 0);
    store_close(store);
}

static void expect_set_aside(off_t at, size_t size)
{
    fill_and_close();
    damage(at, size);
    struct stat before;
    cr_assert_eq(stat(help_path("core.db"), &before), 0);
    struct store *store = open_rc(0);
    cr_assert_not_null(store_set_aside(store));
    cr_expect_not_null(strstr(store_set_aside(store), "core.db.damaged-"));
    struct stat aside;
    cr_assert_eq(stat(store_set_aside(store), &aside), 0);
    cr_expect_eq(aside.st_ino, before.st_ino, "renamed, not copied");
    cr_expect_eq(aside.st_size, before.st_size);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event"), 0);
    store = open_rc(0);
    cr_expect_null(store_set_aside(store), "the new one is sound");
    store_close(store);
}

Test(store_schema, a_damaged_head)
{
    expect_set_aside(0, 1024);
}

Test(store_schema, damaged_pages)
{
    expect_set_aside(4096 * 8, 4096 * 8);
}

Test(store_schema, damaged_twice_overwrites_nothing)
{
    expect_set_aside(0, 1024);
    expect_set_aside(0, 1024);
    int count = 0;
    DIR *dir = opendir(help_dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        count += strncmp(entry->d_name, "core.db.damaged-", 16) == 0;
    }
    closedir(dir);
    cr_expect_eq(count, 2);
}

static void on_events(void *arg, int rc, const struct store_event *events, size_t count)
{
    (void)events;
    (void)count;
    struct help_commit *answer = arg;
    answer->done++;
    answer->rc = rc;
}

/* Damage that shows only later is looked for in all of the file at the next start. */
Test(store_schema, damage_seen_while_running_is_remembered)
{
    struct store *store = help_open_with((struct store_options){.vfs = "fault"});
    struct help_commit answer = {0};
    cr_assert_eq(store_start(store), 0);
    atomic_store(&fault_read, SQLITE_CORRUPT);
    cr_assert_eq(store_query_events(store, &(struct store_event_filter){0}, on_events, &answer), 0);
    help_wait(store, &answer.done, 1);
    atomic_store(&fault_read, 0);
    cr_expect_eq(answer.rc, VMM_E_CORRUPT);
    store_close(store);
    cr_expect_eq(access(help_path("core.db.suspect"), F_OK), 0);
    store = open_rc(0);
    cr_expect_null(store_set_aside(store), "it was a false alarm");
    cr_expect_neq(access(help_path("core.db.suspect"), F_OK), 0);
    store_close(store);
}

/* ---- Who may ---- */

static int mode_of(const char *name)
{
    struct stat st;
    return stat(help_path(name), &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

Test(store_schema, its_owner_alone_can_read_it)
{
    umask(0);
    struct store *store = help_start();
    struct store_batch *batch = store_batch_create();
    store_put_cursor(batch, "x", 1);
    cr_assert_eq(help_commit(store, batch), 0);
    cr_expect_eq(mode_of("core.db"), 0600);
    cr_expect_eq(mode_of("core.db-wal"), 0600);
    cr_expect_eq(mode_of("core.db-shm"), 0600);
    store_close(store);
    chmod(help_path("core.db"), 0644);
    store_close(open_rc(0));
    cr_expect_eq(mode_of("core.db"), 0600, "and is closed to others when it was not");
}

Test(store_schema, one_process_at_a_time)
{
    struct store *store = open_rc(0);
    cr_expect_null(open_rc(VMM_E_STATE));
    store_close(store);
    store_close(open_rc(0));
}

Test(store_schema, no_folder_no_store)
{
    struct store_options options = {.path = help_path("missing/core.db")};
    struct store *store = NULL;
    cr_expect_eq(store_open(&options, &store), VMM_E_IO);
    cr_expect_null(store);
}
