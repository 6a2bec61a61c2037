/* SPDX-License-Identifier: MIT */
/*
 * A disk that is full, fails or takes no writes: owed in order, bounded, written once when it can
 * be.
 */
#include <sched.h>
#include <sys/mount.h>

#include "store_help.h"

#include "store/owed.h"

static void setup(void)
{
    help_dir_create();
    fault_init();
}

TestSuite(store_disk, .init = setup, .fini = help_dir_remove, .timeout = 60);

static struct store *start_with(struct store_options options)
{
    options.vfs = "fault";
    struct store *store = help_open_with(options);
    cr_assert_eq(store_start(store), 0);
    return store;
}

static void break_writes(int rc)
{
    atomic_store(&fault_countdown, -1);
    atomic_store(&fault_write, rc);
}

static void wait_working(struct store *store, bool working)
{
    struct store_health health = {.working = !working};
    uint64_t until = clock_mono_us() + 20 * CLOCK_S;
    while (health.working != working && clock_mono_us() < until) {
        poll(NULL, 0, 5);
        store_health(store, &health);
    }
    cr_assert_eq(health.working, working);
}

/* What is submitted counts beside what the writer has, until this has taken it and dropped what is too much. */
static void wait_owed_at_most(struct store *store, size_t bytes)
{
    struct store_health health = {.bytes_owed = SIZE_MAX};
    uint64_t until = clock_mono_us() + 20 * CLOCK_S;
    while (health.bytes_owed > bytes && clock_mono_us() < until) {
        poll(NULL, 0, 5);
        store_health(store, &health);
    }
    cr_assert_leq(health.bytes_owed, bytes, "%zu", health.bytes_owed);
}

static void submit_event(struct store *store, int n, uint32_t severity, struct help_commit *commit)
{
    char id[16];
    snprintf(id, sizeof(id), "e%05d", n);
    struct store_event event = help_event(id, id);
    event.severity = severity;
    event.ts_event = n;
    struct store_batch *batch = store_batch_create();
    store_put_event(batch, &event);
    store_submit(store, batch, help_committed, commit);
}

/* Fifty events, owed over a failure; then once each, in order. */
static void fail_and_recover(atomic_int *fault, int rc)
{
    struct store *store = start_with((struct store_options){0});
    struct help_commit commit = {0};
    submit_event(store, 0, 2, &commit);
    help_wait(store, &commit.done, 1);
    atomic_store(&fault_countdown, -1);
    atomic_store(fault, rc);
    for (int i = 1; i < 50; i++) {
        submit_event(store, i, 2, &commit);
    }
    wait_working(store, false);
    store_dispatch(store);
    cr_expect_eq(commit.done, 1, "nothing is told as committed that is not");
    struct store_health health;
    store_health(store, &health);
    cr_expect_eq(health.batches_owed, 49);
    cr_expect_gt(health.failing_since, 0);
    cr_expect_gt(strlen(health.error), 0);
    atomic_store(fault, 0);
    help_wait(store, &commit.done, 50);
    cr_expect_eq(commit.rc, 0);
    store_health(store, &health);
    cr_expect(health.working);
    cr_expect_eq(health.batches_owed, 0);
    cr_expect_eq(health.failing_since, 0);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event"), 50);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event WHERE ts_event <> seq - 1"), 0);
}

Test(store_disk, full)
{
    fail_and_recover(&fault_write, SQLITE_FULL);
}

Test(store_disk, error_on_write)
{
    fail_and_recover(&fault_write, SQLITE_IOERR_WRITE);
}

Test(store_disk, error_on_sync)
{
    fail_and_recover(&fault_sync, SQLITE_IOERR_FSYNC);
}

Test(store_disk, read_only)
{
    fail_and_recover(&fault_write, SQLITE_READONLY);
}

static bool is_written(int n)
{
    char sql[80];
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM ai_event WHERE ts_event = %d", n);
    return help_number(sql) == 1;
}

/* The nth write fails, for each n that a commit and the checkpoint after it have. */
Test(store_disk, a_failure_at_each_write)
{
    int left = 0;
    for (int n = 0; n < 40; n++) {
        struct store *store = start_with((struct store_options){.commit_interval_ms = 1});
        struct help_commit commits[5] = {0};
        atomic_store(&fault_countdown, n);
        atomic_store(&fault_write, SQLITE_IOERR_WRITE);
        for (int i = 0; i < 5; i++) {
            submit_event(store, n * 5 + i, 1, &commits[i]);
        }
        int rc = store_stop(store);
        store_dispatch(store);
        break_writes(0);
        store_close(store);
        bool all = true;
        for (int i = 0; i < 5; i++) {
            cr_assert_eq(commits[i].done, 1, "each callback is called");
            cr_assert(commits[i].rc == 0 || commits[i].rc == VMM_E_IO);
            cr_assert(commits[i].rc != 0 || is_written(n * 5 + i));
            all = all && commits[i].rc == 0;
        }
        cr_assert_eq(rc, all ? 0 : VMM_E_IO);
        left += !all;
        cr_assert_eq(help_number("SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    }
    cr_expect(left > 0 && left < 40, "some failed and some did not: %d", left);
}

Test(store_disk, a_stop_says_what_it_left_behind)
{
    struct store *store = start_with((struct store_options){0});
    struct help_commit first = {0};
    struct help_commit second = {0};
    submit_event(store, 0, 2, &first);
    help_wait(store, &first.done, 1);
    break_writes(SQLITE_FULL);
    submit_event(store, 1, 2, &second);
    cr_expect_eq(store_stop(store), VMM_E_IO);
    cr_expect_eq(second.done, 0, "callbacks come by dispatch alone");
    store_dispatch(store);
    cr_expect_eq(second.done, 1);
    cr_expect_eq(second.rc, VMM_E_IO);
    break_writes(0);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event"), 1);
}

static void wait_reserve(struct store *store, bool held)
{
    struct store_health health = {.reserve_held = !held};
    uint64_t until = clock_mono_us() + 20 * CLOCK_S;
    while (health.reserve_held != held && clock_mono_us() < until) {
        poll(NULL, 0, 5);
        store_health(store, &health);
    }
    cr_assert_eq(health.reserve_held, held);
}

Test(store_disk, the_reserve_is_given_up_when_full_and_only_then)
{
    struct store *store = start_with((struct store_options){.reserve_bytes = 1 << 20});
    struct help_commit commit = {0};
    wait_reserve(store, true);
    struct stat st;
    cr_assert_eq(stat(help_path("core.reserve"), &st), 0);
    cr_expect_geq(st.st_blocks * 512, 1 << 20);
    cr_expect_eq(st.st_mode & 0777, 0600);
    break_writes(SQLITE_IOERR_WRITE);
    submit_event(store, 0, 2, &commit);
    wait_working(store, false);
    cr_expect_eq(access(help_path("core.reserve"), F_OK), 0);
    break_writes(SQLITE_FULL);
    wait_reserve(store, false);
    cr_expect_neq(access(help_path("core.reserve"), F_OK), 0);
    break_writes(0);
    help_wait(store, &commit.done, 1);
    cr_expect_eq(commit.rc, 0);
    store_close(store);
}

static void on_events(void *arg, int rc, const struct store_event *events, size_t count)
{
    (void)events;
    struct help_commit *answer = arg;
    answer->done++;
    answer->rc = rc == 0 ? (int)count : rc;
}

Test(store_disk, queries_are_answered_meanwhile)
{
    struct store *store = start_with((struct store_options){0});
    struct help_commit commit = {0};
    struct help_commit answer = {0};
    submit_event(store, 0, 2, &commit);
    help_wait(store, &commit.done, 1);
    break_writes(SQLITE_FULL);
    submit_event(store, 1, 2, &commit);
    wait_working(store, false);
    cr_assert_eq(store_query_events(store, &(struct store_event_filter){0}, on_events, &answer), 0);
    help_wait(store, &answer.done, 1);
    cr_expect_eq(answer.rc, 1, "what is committed, and no more");
    break_writes(0);
    store_close(store);
}

/* ---- Bounds ---- */

Test(store_disk, later_states_replace_owed_ones)
{
    struct store *store = start_with((struct store_options){.owed_max_bytes = 1 << 20});
    struct help_commit commit = {0};
    break_writes(SQLITE_FULL);
    submit_event(store, 0, 2, &commit);
    wait_working(store, false);
    struct store_health health;
    size_t most = 0;
    for (int i = 1; i <= 20000; i++) {
        char name[32];
        snprintf(name, sizeof(name), "camera:%d", i % 10);
        struct store_component component = help_component("s1", name);
        component.next_poll_at = i;
        struct store_batch *batch = store_batch_create();
        store_put_component(batch, &component);
        store_submit(store, batch, NULL, NULL);
        store_health(store, &health);
        most = health.bytes_owed > most ? health.bytes_owed : most;
    }
    cr_expect_leq(most, 1 << 20);
    cr_expect_eq(health.events_lost, 0);
    break_writes(0);
    help_wait(store, &commit.done, 1);
    cr_expect_eq(store_stop(store), 0);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event"), 1);
    cr_expect_eq(help_number("SELECT count(*) FROM poll_state WHERE next_poll_at > 19990"), 10);
}

Test(store_disk, over_the_bound_the_least_severe_and_oldest_go)
{
    enum { COUNT = 9000 };
    static struct help_commit commits[COUNT];
    struct store *store = start_with((struct store_options){.owed_max_bytes = 2 << 20});
    break_writes(SQLITE_FULL);
    for (int i = 0; i < COUNT; i++) {
        commits[i] = (struct help_commit){0};
        submit_event(store, i, i % 30 == 0 ? 2 : 0, &commits[i]);
    }
    wait_working(store, false);
    wait_owed_at_most(store, 2 << 20);
    struct store_health health;
    break_writes(0);
    wait_working(store, true);
    cr_expect_eq(store_stop(store), 0);
    store_dispatch(store);
    store_health(store, &health);
    store_close(store);
    int64_t written = help_number("SELECT count(*) FROM ai_event");
    cr_expect_gt(health.events_lost, 0);
    cr_expect_eq((int64_t)health.events_lost + written, COUNT, "what is lost is counted");
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event WHERE severity = 'critical'"),
                 COUNT / 30);
    cr_expect_eq(help_number("SELECT max(ts_event) FROM ai_event WHERE severity = 'normal'"),
                 COUNT - 1, "the newest stay");
    for (int i = 0; i < COUNT; i++) {
        cr_assert_eq(commits[i].done, 1, "each callback is called once");
        cr_assert(commits[i].rc == 0 || commits[i].rc == VMM_E_TOOBIG);
        cr_assert(i % 30 != 0 || commits[i].rc == 0);
    }
}

static struct store_batch *component_batch(const char *name, int64_t n)
{
    struct store_component component = help_component("s1", name);
    component.next_poll_at = n;
    struct store_batch *batch = store_batch_create();
    store_put_component(batch, &component);
    return batch;
}

Test(store_disk, bounding_keeps_the_last_of_each_key_in_place)
{
    struct store_owed owed;
    struct store_answers given_up = {0};
    store_owed_init(&owed, 64 << 10);
    for (int i = 0; i < 60; i++) {
        struct store_batch *batch = component_batch(i % 2 == 0 ? "camera:a" : "camera:b", i);
        store_put_cursor(batch, "d", i);
        batch->committed = help_committed;
        cr_assert_eq(store_owed_add(&owed, batch), 0);
    }
    owed.compact_at = 0;
    store_owed_bound(&owed, &given_up);
    cr_expect_null(given_up.first, "nobody is given up while there is room");
    cr_assert_eq(owed.count, 60);
    size_t ops = 0;
    for (size_t i = 0; i < owed.count; i++) {
        ops += owed.batches[i]->op_count;
    }
    cr_expect_eq(ops, 3);
    cr_expect_eq(owed.batches[58]->op_count, 1);
    cr_expect_eq(owed.batches[59]->op_count, 2);
    store_owed_finish(&owed);
}

/* ---- A real file system ---- */

static void fill(const char *path)
{
    static const char block[65536];
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    size_t size = sizeof(block);
    while (size > 0) {
        if (write(fd, block, size) < 0) {
            size /= 2;
        }
    }
    close(fd);
}

static bool mount_small(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", help_dir, "tmpfs", 0, "size=8m") == 0;
}

Test(store_disk, a_full_tmpfs_of_8_mb)
{
    if (!mount_small()) {
        cr_skip_test("mounting a tmpfs is not allowed here");
    }
    struct store *store = help_open_with((struct store_options){.reserve_bytes = 1 << 20});
    cr_assert_eq(store_start(store), 0);
    struct help_commit commit = {0};
    wait_reserve(store, true);
    submit_event(store, 0, 2, &commit);
    help_wait(store, &commit.done, 1);
    fill(help_path("filler"));
    int sent = 1;
    struct store_health health = {.working = true};
    /* More than 8 MB hold; the store takes them in its own time, and few enough are owed then to fit without the filler. */
    for (int turn = 0; health.working && turn < 1000; turn++) {
        for (int i = 0; i < 1000 && sent < 60000 && sent - commit.done < 3000; i++) {
            submit_event(store, sent++, 2, &commit);
        }
        poll(NULL, 0, 50);
        store_dispatch(store);
        store_health(store, &health);
    }
    cr_assert(!health.working, "8 MB are not enough for %d events", sent);
    cr_expect_neq(access(help_path("core.reserve"), F_OK), 0);
    int told = commit.done;
    unlink(help_path("filler"));
    help_wait(store, &commit.done, told + 1);
    help_wait(store, &commit.done, sent);
    cr_expect_eq(store_stop(store), 0);
    store_close(store);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event"), sent);
    cr_expect_eq(help_number("SELECT count(*) FROM ai_event WHERE ts_event <> seq - 1"), 0);
    umount2(help_dir, MNT_DETACH);
}
