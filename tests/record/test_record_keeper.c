/* SPDX-License-Identifier: MIT */
/* The record on its way to a copy that is a file: everything arrives, once, whatever is killed or lost. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kept.h"
#include "rig_plugins.h"
#include "rig_watch.h"

struct bench {
    struct rig rig;
    char db[192];
    char file[192];
    char refuse[208];
};

static struct bench bench;

static void configure(const char *file)
{
    char config[1024];
    snprintf(bench.file, sizeof(bench.file), "%s/%s", bench.rig.folder, file);
    snprintf(bench.refuse, sizeof(bench.refuse), "%s.refuse", bench.file);
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"plugins\":{\"keeper\":{\"config\":{\"path\":\"%s\"}}},"
             "\"flags\":{\"FEATURE_PLUGIN_KEEPER\":true}}",
             bench.rig.folder, bench.file);
    rig_plugins_config(&bench.rig, config);
}

static void start(void)
{
    rig_open(&bench.rig, RIG_SCENARIO(4, 1));
    rig_plugins_open(&bench.rig, "vivotek", NULL);
    rig_plugins_fault(&bench.rig, "keeper");
    snprintf(bench.db, sizeof(bench.db), "%s/core.db", bench.rig.folder);
    configure("copy");
    rig_start(&bench.rig);
    static const struct rig_share shares[] = {{"cam-", "vivotek", "{\"level\":\"admin\"}"},
                                              {NULL, NULL, NULL}};
    rig_watch_load(&bench.rig, shares);
    rig_wait_all(&bench.rig, "OK");
}

static void end(void)
{
    rig_watch_close(&bench.rig);
}

TestSuite(record, .init = start, .fini = end, .timeout = 300);

static void expect_equal(void)
{
    kept_wait_equal(&bench.rig, bench.db, bench.file);
}

static void fault(const char *camera, const char *what)
{
    json_decref(
        rig_farm(&bench.rig, "{\"do\":\"set\",\"device\":\"%s\",\"fault\":\"%s\"}", camera, what));
}

static size_t kept_count(const char *table)
{
    json_t *copy = kept_read(bench.file);
    size_t count = json_object_size(json_object_get(copy, table));
    json_decref(copy);
    return count;
}

/* Rows of poll_state that belong to cameras; sites have theirs beside them. */
static size_t kept_cameras(void)
{
    json_t *copy = kept_read(bench.file);
    size_t count = 0;
    const char *key = NULL;
    json_t *row = NULL;
    json_object_foreach(json_object_get(copy, "poll_state"), key, row)
    {
        count += strstr(key, "camera:") != NULL;
    }
    json_decref(copy);
    return count;
}

Test(record, a_copy_becomes_equal_and_stays_so)
{
    expect_equal();
    cr_expect_eq(kept_count("camera"), 4);
    cr_expect_geq(kept_count("ai_event"), 4);
    cr_expect_eq(kept_cameras(), 4);
    cr_expect_eq(kept_count("site"), 2);
    fault("cam-01", "down");
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    expect_equal();
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "rm", "cam-02", NULL), 0);
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "set", "cam-03", "name=Gate", NULL), 0);
    expect_equal();
    cr_expect_eq(kept_count("camera"), 3);
    cr_expect_eq(kept_cameras(), 3);
    cr_expect_eq(kept_count("circuit_breaker_state"), 3);
}

/* The keeper's file has each event once, also across a kill: what it had is not sent again. */
Test(record, after_a_kill_it_goes_on_where_the_copy_is)
{
    expect_equal();
    rig_kill(&bench.rig);
    rig_start(&bench.rig);
    fault("cam-01", "down");
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    expect_equal();
    char command[400];
    snprintf(command, sizeof(command),
             "grep -P '^2\\tai_event' %s | sort | uniq -d | grep -q . && exit 1 || exit 0",
             bench.file);
    cr_expect_eq(system(command), 0, "an event was sent twice");
}

/* Cut the file of the copy to `share` percent of its lines, as a backup that is older would be. */
static void lose_tail(int share)
{
    char command[1200];
    snprintf(command, sizeof(command),
             "n=$(wc -l < %s); head -n $((n * %d / 100)) %s > %s.old && mv %s.old %s", bench.file,
             share, bench.file, bench.file, bench.file, bench.file);
    cr_assert_eq(system(command), 0);
}

static void kill_keeper(void)
{
    char state[16];
    pid_t pid = rig_host(&bench.rig, "keeper", state);
    cr_assert_gt(pid, 0);
    cr_assert_eq(kill(pid, SIGKILL), 0);
}

Test(record, what_the_copy_has_lost_comes_again)
{
    static const int shares[] = {90, 50, 10, 0};
    fault("cam-01", "down");
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    expect_equal();
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
        lose_tail(shares[i]);
        kill_keeper();
        expect_equal();
    }
}

static bool has_refused(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_record_refusals_total") > 0;
}

/* Rows of the notification log about the copy; `what` is a condition. */
static json_int_t count_logged(const char *what)
{
    char sql[256];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM notification_log WHERE channel = 'keeper' AND %s", what);
    return kept_number(bench.db, sql);
}

static bool is_refusal_logged(struct rig *rig, const void *arg)
{
    (void)rig;
    (void)arg;
    return count_logged("status = 'failed' AND error_message = 'it takes nothing now'") > 0;
}

Test(record, while_the_copy_takes_nothing_nothing_is_lost)
{
    expect_equal();
    int fd = open(bench.refuse, O_WRONLY | O_CREAT, 0600);
    close(fd);
    fault("cam-0[12]", "down");
    rig_wait_health(&bench.rig, "cam-01", "DOWN unreachable");
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "rm", "cam-04", NULL), 0);
    rig_wait_health(&bench.rig, "cam-02", "DOWN unreachable");
    json_decref(rig_farm(&bench.rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_until(&bench.rig, RIG_WAIT_MS, "the copy to refuse something", has_refused, NULL);
    unlink(bench.refuse);
    expect_equal();
    rig_until(&bench.rig, RIG_WAIT_MS, "the refusal to be logged", is_refusal_logged, NULL);
}

static bool has_dropped(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_record_dropped_total") >= 1;
}

static bool is_each_drop_logged(struct rig *rig, const void *arg)
{
    (void)arg;
    return (double)count_logged("site_id = 'north' AND error_message = 'never'") ==
           rig_metric(rig, "vmm_record_dropped_total");
}

Test(record, a_row_that_is_never_taken_holds_back_no_other)
{
    expect_equal();
    cr_expect_eq(rig_ctl(&bench.rig, NULL, NULL, "camera", "set", "cam-03", "name=drop me", NULL),
                 0);
    rig_until(&bench.rig, RIG_WAIT_MS, "the row to be dropped", has_dropped, NULL);
    expect_equal();
    rig_until(&bench.rig, RIG_WAIT_MS, "each drop to be logged", is_each_drop_logged, NULL);
}

/* A reload that changes its settings: the new host says where it is, the old one has ended. */
Test(record, another_place_gets_everything_anew)
{
    expect_equal();
    configure("other");
    rig_plugins_reload(&bench.rig);
    expect_equal();
    fault("cam-02", "down");
    rig_wait_health(&bench.rig, "cam-02", "DOWN unreachable");
    expect_equal();
}
