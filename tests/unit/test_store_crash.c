/* SPDX-License-Identifier: MIT */
/*
 * SIGKILL at any instant: what was told as committed is there, in order, and no batch is half
 * there.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "store_help.h"

#include "base/rng.h"

TestSuite(store_crash, .init = help_dir_create, .fini = help_dir_remove, .timeout = 110);

struct child {
    struct store *store;
    int pipe;
    int64_t sent; /* batches */
    int64_t told; /* of these, the ones told as committed */
};

static void on_committed(void *arg, int rc)
{
    struct child *child = arg;
    child->told++;
    if (rc != 0 || write(child->pipe, &child->told, sizeof(child->told)) != sizeof(child->told)) {
        _exit(1);
    }
}

/* Batch n: two events, a state and a cursor that say n. */
static void submit(struct child *child)
{
    struct store_batch *batch = store_batch_create();
    int64_t n = ++child->sent;
    char ids[2][32];
    for (int i = 0; i < 2; i++) {
        snprintf(ids[i], sizeof(ids[i]), "e%lld-%d", (long long)n, i);
        struct store_event event = help_event(ids[i], ids[i]);
        event.ts_event = n;
        store_put_event(batch, &event);
    }
    struct store_component component = help_component("s1", "camera:c1");
    component.next_poll_at = n;
    store_put_component(batch, &component);
    store_put_cursor(batch, "n", n);
    store_submit(child->store, batch, on_committed, child);
}

static int read_cursor(void *arg, const char *destination, int64_t seq)
{
    (void)destination;
    *(int64_t *)arg = seq;
    return 0;
}

static void run_child(int pipe)
{
    struct child child = {.pipe = pipe};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct store_options options = {.path = help_path("core.db"), .commit_interval_ms = 1};
    struct store_loader loader = {.arg = &child.told, .cursor = read_cursor};
    if (store_open(&options, &child.store) != 0 || store_load(child.store, &loader) != 0 ||
        store_start(child.store) != 0) {
        _exit(1);
    }
    child.sent = child.told;
    for (;;) {
        while (child.sent - child.told < 20) {
            submit(&child);
        }
        struct pollfd fd = {.fd = store_fd(child.store), .events = POLLIN};
        poll(&fd, 1, 1000);
        store_dispatch(child.store);
    }
}

/* Start a child, kill it after `wait` more reports or `ns` nanoseconds; the last number it told. */
static int64_t run_and_kill(int64_t wait, long ns)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        close(ends[0]);
        run_child(ends[1]);
    }
    close(ends[1]);
    int64_t told = 0;
    for (int64_t i = 0; i < wait; i++) {
        cr_assert_eq(read(ends[0], &told, sizeof(told)), (ssize_t)sizeof(told),
                     "the child gave up");
    }
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
    kill(pid, SIGKILL);
    int status = 0;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status), "the child ended by itself");
    int64_t more = 0;
    while (read(ends[0], &more, sizeof(more)) == (ssize_t)sizeof(more)) {
        told = more;
    }
    close(ends[0]);
    return told;
}

static void check(int64_t told)
{
    struct store *store = help_open();
    int64_t cursor = 0;
    cr_assert_eq(store_load(store, &(struct store_loader){.arg = &cursor, .cursor = read_cursor}),
                 0);
    cr_assert_null(store_set_aside(store));
    store_close(store);
    cr_assert_geq(cursor, told, "told %lld, found %lld", (long long)told, (long long)cursor);
    cr_assert_eq(help_number("SELECT count(*) FROM ai_event"), cursor * 2);
    cr_assert_eq(help_number("SELECT coalesce(max(ts_event), 0) FROM ai_event"), cursor);
    cr_assert_eq(help_number("SELECT coalesce(max(next_poll_at), 0) FROM poll_state"), cursor);
    cr_assert_eq(help_number("SELECT count(*) FROM ai_event a JOIN ai_event b ON b.seq = a.seq + 1"
                             " WHERE b.ts_event < a.ts_event"),
                 0, "out of order");
}

Test(store_crash, killed_a_hundred_times)
{
    struct rng rng;
    rng_init(&rng, (uint64_t)clock_wall_us());
    int64_t told = 0;
    for (int i = 0; i < 100; i++) {
        int64_t wait = (int64_t)rng_below(&rng, 30);
        int64_t now = run_and_kill(wait, (long)rng_below(&rng, 3000000));
        told = now > told ? now : told;
        check(told);
    }
    cr_expect_gt(told, 100, "the children did something");
}

/* From nothing: the file, the lock, the settings, each migration. */
Test(store_crash, killed_while_it_is_made)
{
    struct rng rng;
    rng_init(&rng, (uint64_t)clock_wall_us());
    store_close(help_open());
    int64_t areas = help_number("SELECT count(*) FROM schema_version"); /* of one left in peace */
    help_dir_remove();
    help_dir_create();
    for (int i = 0; i < 40; i++) {
        run_and_kill(0, (long)rng_below(&rng, 40000000));
        struct store *store = help_open();
        cr_assert_null(store_set_aside(store));
        store_close(store);
        cr_assert_eq(help_number("SELECT count(*) FROM schema_version"), areas);
        help_dir_remove();
        help_dir_create();
    }
}
