/* SPDX-License-Identifier: MIT */
/*
 * The disk is full, or takes no more writes: verdicts and status go on from memory, and what is owed is written once
 * when there is space. Each test mounts what it needs in a mount namespace of its own, so nothing is left behind.
 */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "rig.h"

static const char admin[] = "{\"level\":\"admin\"}";

struct bench {
    struct rig rig;
    char data[160];   /* data_dir */
    char sink[192];   /* file of the sink jsonl */
    char filler[192]; /* what fills the disk */
    int cameras;
};

static void open_fleet(struct bench *bench, int cameras)
{
    char scenario[600];
    snprintf(scenario, sizeof(scenario),
             "{\"ports\":{\"http\":0},\"users\":[{\"name\":\"admin\",\"password\":\"secret\","
             "\"level\":\"admin\"}],\"groups\":[{\"prefix\":\"cam-\",\"count\":%d,\"first\":1,"
             "\"digits\":4,\"site\":\"north\",\"base_address\":\"127.35.0.1\",\"personality\":"
             "\"vivotek-camera\",\"clock\":{\"zone_min\":480}}]}",
             cameras);
    bench->cameras = cameras;
    rig_open(&bench->rig, scenario);
    snprintf(bench->data, sizeof(bench->data), "%s/data", bench->rig.folder);
    snprintf(bench->filler, sizeof(bench->filler), "%s/filler", bench->data);
    cr_assert_eq(mkdir(bench->data, 0700), 0);
}

static bool writes(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_store_working") == 1;
}

static void start_with(struct bench *bench, const char *sink_folder)
{
    char config[1024];
    int pace = bench->cameras > 200 ? 5 : 1;
    snprintf(bench->sink, sizeof(bench->sink), "%s/events.jsonl", sink_folder);
    snprintf(config, sizeof(config),
             "{\"data_dir\":\"%s\",\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true},"
             "\"plugins\":{\"jsonl\":{\"config\":{\"path\":\"%s\"}}},"
             "\"watch\":{\"interval\":\"%ds\",\"suspect_interval\":\"%ds\",\"trial_interval\":"
             "\"%ds\",\"confirm_step\":\"50ms\"}}",
             bench->data, bench->sink, 2 * pace, pace, pace);
    rig_config(&bench->rig, config);
    rig_start(&bench->rig);
    rig_load_farm(&bench->rig, "vivotek", admin);
    rig_wait_all(&bench->rig, "OK");
    /* Status is told from memory; from here on the journal has it too. */
    chain_check_status(&bench->rig);
    cr_assert(writes(&bench->rig, NULL));
}

/* A mount namespace of this test's own. False, with the reason printed, where that is not permitted. */
static bool may_mount(void)
{
    if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0) {
        return true;
    }
    fprintf(stderr, "skipped: no mount namespace here: %s\n", strerror(errno));
    return false;
}

/* ---- a full disk --------------------------------------------------------------------------------------- */

/* Take every byte that is left. */
static void fill(const struct bench *bench)
{
    static char zeros[65536];
    int fd = open(bench->filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 || errno == ENOSPC, "%s: %s", bench->filler, strerror(errno));
    for (size_t size = sizeof(zeros); fd >= 0 && size > 0;) {
        if (write(fd, zeros, size) < 0) {
            cr_assert_eq(errno, ENOSPC);
            size /= 2;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

static bool does_not_write(struct rig *rig, const void *arg)
{
    fill(arg);
    return rig_metric(rig, "vmm_store_working") == 0;
}

static json_int_t count_health(struct rig *rig, const char *health)
{
    json_t *status = rig_json(rig, "status", NULL);
    json_int_t count =
        json_integer_value(json_object_get(json_object_get(status, "summary"), health));
    json_decref(status);
    return count;
}

/* Half of the cameras are down; the disk stays as full as it is. */
static bool half_is_down(struct rig *rig, const void *arg)
{
    const struct bench *bench = arg;
    fill(bench);
    return count_health(rig, "DOWN") == bench->cameras / 2;
}

static bool all_are_ok(struct rig *rig, const void *arg)
{
    const struct bench *bench = arg;
    fill(bench);
    return count_health(rig, "OK") == bench->cameras;
}

/* Events of cameras, of this type or of any (NULL); what a site makes of many at once has events of its own. */
static size_t count_type(struct rig *rig, const char *type)
{
    json_t *events = rig_events(rig);
    size_t count = 0;
    size_t index = 0;
    json_t *event = NULL;
    json_array_foreach(events, index, event)
    {
        count +=
            json_is_string(json_object_get(event, "camera_id")) &&
            (type == NULL || strcmp(json_string_value(json_object_get(event, "type")), type) == 0);
    }
    json_decref(events);
    return count;
}

static size_t count_events(struct rig *rig)
{
    return count_type(rig, NULL);
}

static void break_half(struct bench *bench)
{
    for (int i = 1; i <= bench->cameras / 2; i++) {
        json_decref(rig_farm(&bench->rig,
                             "{\"do\":\"set\",\"device\":\"cam-%04d\",\"fault\":\"down\"}", i));
    }
}

/* Owed batches are tried again after at most 30 s. */
#define RETRY_MS 45000

Test(disk, full_nothing_is_lost_and_status_goes_on)
{
    struct bench bench;
    if (!may_mount()) {
        return;
    }
    open_fleet(&bench,
               (int)rig_soak(100, 1000, "devices that change state on a full disk of 8 MiB"));
    cr_assert_eq(mount("tmpfs", bench.data, "tmpfs", 0, "size=8m"), 0, "%s", strerror(errno));
    start_with(&bench, bench.data);
    struct rig *rig = &bench.rig;
    size_t before = chain_wait_file(rig, bench.sink);
    cr_assert_eq(before, (size_t)bench.cameras);

    fill(&bench);
    break_half(&bench);
    rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", does_not_write, &bench);
    rig_until(rig, 2 * RIG_WAIT_MS, "half to be DOWN, told from memory", half_is_down, &bench);
    cr_assert_eq(rig_metric(rig, "vmm_store_working"), 0);
    cr_assert_gt(rig_metric(rig, "vmm_store_owed_bytes"), 0);
    cr_assert_lt(count_events(rig), before + bench.cameras / 2,
                 "the journal holds what is written");
    json_decref(rig_farm(rig, "{\"do\":\"clear\",\"device\":\"*\"}"));
    rig_until(rig, 2 * RIG_WAIT_MS, "all to be OK again, told from memory", all_are_ok, &bench);

    cr_assert_eq(unlink(bench.filler), 0);
    rig_until(rig, RETRY_MS, "the store to write again", writes, NULL);
    chain_wait_file(rig, bench.sink);
    size_t events = count_events(rig);
    /* A device that breaks in the middle of an answer may be told as DEGRADED before it is DOWN. */
    size_t half = (size_t)bench.cameras / 2;
    cr_assert_geq(events, before + 2 * half, "each change once, not %zu", events - before);
    cr_assert_eq(count_type(rig, "camera.down"), half);
    chain_check_status(rig);
    cr_assert_eq(rig_metric(rig, "vmm_store_events_lost_total"), 0);
    cr_assert_geq(rig_log_count(rig, "batches stay owed"), 1);
    cr_assert_geq(rig_log_count(rig, "can be written again"), 1);
    cr_assert_eq(rig_stop(rig), 0);
    rig_start(rig);
    chain_check_status(rig);
    cr_assert_eq(count_events(rig), events, "nothing is written twice by the restart");
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(umount(bench.data), 0, "%s", strerror(errno));
    rig_close(rig);
}

/* A machine that starts with a full disk is watched: the room that was reserved is for that first. */
Test(disk, full_at_the_start_it_watches_from_memory)
{
    struct bench bench;
    if (!may_mount()) {
        return;
    }
    open_fleet(&bench, 10);
    cr_assert_eq(mount("tmpfs", bench.data, "tmpfs", 0, "size=8m"), 0, "%s", strerror(errno));
    start_with(&bench, bench.rig.folder);
    struct rig *rig = &bench.rig;
    cr_assert_eq(rig_stop(rig), 0);
    fill(&bench);
    rig_start(rig);
    chain_check_status(rig);
    break_half(&bench); /* something to write, so that it is found out */
    rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", does_not_write, &bench);
    rig_until(rig, 2 * RIG_WAIT_MS, "half to be DOWN, told from memory", half_is_down, &bench);
    cr_assert_eq(unlink(bench.filler), 0);
    rig_until(rig, RETRY_MS, "the store to write again", writes, NULL);
    cr_assert_eq(rig_metric(rig, "vmm_store_events_lost_total"), 0);
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(umount(bench.data), 0, "%s", strerror(errno));
    rig_close(rig);
}

/* What changes something is refused at once, not kept waiting for space. */
Test(disk, full_a_change_of_the_fleet_is_refused_and_does_not_happen_later)
{
    struct bench bench;
    if (!may_mount()) {
        return;
    }
    open_fleet(&bench, 10);
    cr_assert_eq(mount("tmpfs", bench.data, "tmpfs", 0, "size=8m"), 0, "%s", strerror(errno));
    start_with(&bench, bench.rig.folder);
    struct rig *rig = &bench.rig;
    break_half(&bench);
    rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", does_not_write, &bench);
    uint64_t begun = rig_now_ms();
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", "cam-0010", "enabled=false", NULL), 4);
    cr_assert_lt(rig_now_ms() - begun, 5000, "refused at once");
    /* A look by hand is answered from memory. */
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "probe", "cam-0009", "--deadline", "5", NULL), 0);
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "explain", "cam-0009", NULL), 0);
    cr_assert_eq(unlink(bench.filler), 0);
    rig_until(rig, RETRY_MS, "the store to write again", writes, NULL);
    cr_assert_str_eq(rig_health(rig, "cam-0010"), "OK none", "what was refused has not happened");
    cr_assert_eq(rig_ctl(rig, NULL, NULL, "camera", "set", "cam-0010", "enabled=false", NULL), 0);
    rig_wait_health(rig, "cam-0010", "DISABLED disabled");
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(umount(bench.data), 0, "%s", strerror(errno));
    rig_close(rig);
}

/* The disk stays as full as it is until the camera was looked at so often. */
static bool is_looked_at(struct rig *rig, const void *arg)
{
    fill(arg);
    return rig_count(rig, "cam-0001", "looks") >= 6;
}

/* A login that cannot be written down first is not made; what needs none goes on. */
Test(disk, full_no_unproven_login_is_made_and_the_looks_go_on)
{
    struct bench bench;
    if (!may_mount()) {
        return;
    }
    open_fleet(&bench, 4);
    cr_assert_eq(mount("tmpfs", bench.data, "tmpfs", 0, "size=8m"), 0, "%s", strerror(errno));
    start_with(&bench, bench.rig.folder);
    struct rig *rig = &bench.rig;
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"cam-0001\",\"fault\":\"down\"}"));
    rig_wait_health(rig, "cam-0001", "DOWN unreachable");
    cr_assert_eq(
        rig_ctl(rig, NULL, "secret\n", "credential", "set", "farm", "--password-stdin", NULL), 0);
    rig_wait_count(rig, "cam-0002", "looks", (int)rig_count(rig, "cam-0002", "looks") + 2);
    fill(&bench);
    json_decref(rig_farm(rig, "{\"do\":\"set\",\"device\":\"cam-0004\",\"fault\":\"down\"}"));
    rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", does_not_write, &bench);
    json_decref(rig_farm(rig, "{\"do\":\"reset-counts\",\"device\":\"*\"}"));
    json_decref(rig_farm(rig, "{\"do\":\"clear\",\"device\":\"cam-0001\"}"));
    rig_until(rig, RIG_WAIT_MS, "looks without a login", is_looked_at, &bench);
    cr_assert_eq(rig_count(rig, "cam-0001", "logins_good"), 0);
    cr_assert_eq(unlink(bench.filler), 0);
    rig_until(rig, RETRY_MS, "the store to write again", writes, NULL);
    rig_wait_health(rig, "cam-0001", "OK none");
    cr_assert_gt(rig_count(rig, "cam-0001", "logins_good"), 0);
    chain_wait_file(rig, bench.sink);
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(umount(bench.data), 0, "%s", strerror(errno));
    rig_close(rig);
}

/* ---- a disk that does not confirm ------------------------------------------------------------------------- */

/* Start vmmd so that fsync() fails while the file `sign` is there. */
static void start_with_sync_errors(struct bench *bench, const char *sign)
{
    const char *options = getenv("ASAN_OPTIONS");
    char all[512];
    snprintf(all, sizeof(all), "%s%sverify_asan_link_order=0", options != NULL ? options : "",
             options != NULL ? ":" : "");
    setenv("ASAN_OPTIONS", all, 1);
    setenv("LD_PRELOAD", VMM_FAULT_PRELOAD "/sync_error.so", 1);
    setenv("VMM_SYNC_ERROR", sign, 1);
    start_with(bench, bench->rig.folder);
    unsetenv("LD_PRELOAD");
}

static bool store_stands(struct rig *rig, const void *arg)
{
    (void)arg;
    return rig_metric(rig, "vmm_store_working") == 0;
}

static bool half_is_down_unfilled(struct rig *rig, const void *arg)
{
    const struct bench *bench = arg;
    return count_health(rig, "DOWN") == bench->cameras / 2;
}

/* EIO on fsync: what was not confirmed is owed, and written once when the disk confirms again. */
Test(disk, that_fails_to_sync_nothing_is_lost_and_status_goes_on)
{
    struct bench bench;
    char sign[200];
    open_fleet(&bench, 10);
    struct rig *rig = &bench.rig;
    snprintf(sign, sizeof(sign), "%s/sync-error", rig->folder);
    start_with_sync_errors(&bench, sign);
    cr_assert_eq(chain_wait_file(rig, bench.sink), 10);
    close(open(sign, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    break_half(&bench);
    rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", store_stands, NULL);
    rig_until(rig, RIG_WAIT_MS, "half to be DOWN, told from memory", half_is_down_unfilled, &bench);
    cr_assert_gt(rig_metric(rig, "vmm_store_owed_bytes"), 0);
    cr_assert_eq(unlink(sign), 0);
    rig_until(rig, RETRY_MS, "the store to write again", writes, NULL);
    chain_wait_file(rig, bench.sink);
    chain_check_status(rig);
    cr_assert_eq(count_type(rig, "camera.down"), 5, "each once");
    cr_assert_eq(rig_metric(rig, "vmm_store_events_lost_total"), 0);
    cr_assert_eq(rig_stop(rig), 0);
    rig_start(rig);
    chain_check_status(rig);
    cr_assert_eq(count_type(rig, "camera.down"), 5, "nothing is written twice by the restart");
    rig_close(rig);
}

/* ---- a disk that takes no more writes --------------------------------------------------------------------- */

/* Run a command of the shell; its exit status. */
static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int shell(const char *format, ...)
{
    char command[512];
    va_list list;
    va_start(list, format);
    vsnprintf(command, sizeof(command), format, list);
    va_end(list);
    int status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* An ext4 in a file, that turns read-only at its first error, as a failing disk does. */
static bool mount_ext4(struct bench *bench)
{
    int status = shell("truncate -s 24M %s/disk && mkfs.ext4 -q %s/disk && "
                       "mount -o loop,errors=remount-ro %s/disk %s",
                       bench->rig.folder, bench->rig.folder, bench->rig.folder, bench->data);
    if (status != 0) {
        fprintf(stderr, "skipped: no ext4 in a file here\n");
    }
    return status == 0;
}

static bool breaks_with_an_error(struct bench *bench)
{
    int status = shell("echo test > /sys/fs/ext4/$(basename $(findmnt -no SOURCE %s))/"
                       "trigger_fs_error",
                       bench->data);
    if (status != 0) {
        fprintf(stderr, "skipped: this kernel lets nobody break an ext4\n");
    }
    return status == 0;
}

Test(disk, read_only_status_goes_on_and_the_loss_is_stated)
{
    struct bench bench;
    if (!may_mount()) {
        return;
    }
    open_fleet(&bench, 20);
    struct rig *rig = &bench.rig;
    if (!mount_ext4(&bench)) {
        rig_close(rig);
        return;
    }
    start_with(&bench, rig->folder);
    bool broken = breaks_with_an_error(&bench);
    if (broken) {
        break_half(&bench);
        rig_until(rig, RIG_WAIT_MS, "the store to say that it cannot write", store_stands, NULL);
        rig_until(rig, RIG_WAIT_MS, "half to be DOWN, told from memory", half_is_down_unfilled,
                  &bench);
        size_t events = count_events(rig);
        cr_assert_eq(events, bench.cameras, "the journal can be read as it is, not %zu", events);
    }
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(
        shell("umount %s && mount -o loop %s/disk %s", bench.data, rig->folder, bench.data), 0);
    if (broken) {
        cr_assert_eq(rig_log_count(rig, "are lost with this stop"), 1, "the loss is stated");
    }
    rig_start(rig);
    rig_until(rig, RIG_WAIT_MS, "half to be DOWN", broken ? half_is_down_unfilled : rig_answers,
              &bench);
    chain_wait_file(rig, bench.sink);
    chain_check_status(rig);
    cr_assert_eq(rig_stop(rig), 0);
    cr_assert_eq(umount(bench.data), 0, "%s", strerror(errno));
    rig_close(rig);
}
