/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <mock/mock_host.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jsonl_file.h"

/* ---- Helpers ---- */

static char folder[64];
static char path[128];
static struct vmm_mock *mock;

static void make_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/jsonl-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/events.jsonl", folder);
}

static void remove_folder(void)
{
    char other[160];
    snprintf(other, sizeof(other), "%s.1", path);
    unlink(other);
    unlink(path);
    rmdir(folder);
}

static struct vmm_mock *open_sink(const char *fsync)
{
    char config[256];
    snprintf(config, sizeof(config), "{\"path\":\"%s\",\"fsync\":\"%s\"}", path, fsync);
    struct vmm_mock *made = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(made, config);
    cr_assert_eq(vmm_mock_open(made), 0, "%s", vmm_mock_logs(made));
    return made;
}

static void close_sink(struct vmm_mock *sink)
{
    vmm_mock_close(sink);
    cr_assert_str_empty(vmm_mock_complaints(sink));
    vmm_mock_destroy(sink);
}

static void set_up(void)
{
    make_folder();
    mock = open_sink("batch");
}

static void tear_down(void)
{
    close_sink(mock);
    remove_folder();
}

TestSuite(jsonl, .init = set_up, .fini = tear_down);

static struct vmm_message message(const char *json)
{
    return (struct vmm_message){.struct_size = sizeof(struct vmm_message),
                                .id = "0000-1",
                                .dedup_key = "k",
                                .site_id = "s",
                                .json = json,
                                .json_size = strlen(json)};
}

static void deliver_to(struct vmm_mock *sink, const char *one, const char *two)
{
    struct vmm_message messages[] = {message(one), message(two)};
    cr_assert_eq(vmm_mock_deliver(sink, messages, 2), 0);
}

static void assert_verdict(uint32_t place, uint32_t verdict)
{
    const struct vmm_mock_settled *settled = vmm_mock_settled(mock, place);
    cr_assert(settled->settled);
    cr_assert_eq(settled->verdict, verdict, "message %u: %s", place, settled->why);
}

static void deliver(const char *one, const char *two)
{
    deliver_to(mock, one, two);
    assert_verdict(0, VMM_SINK_DELIVERED);
    assert_verdict(1, VMM_SINK_DELIVERED);
}

static void assert_file(const char *at, const char *expected)
{
    char text[4096] = {0};
    FILE *file = fopen(at, "rb");
    cr_assert_not_null(file, "%s", at);
    cr_assert_lt(fread(text, 1, sizeof(text) - 1, file), sizeof(text) - 1);
    fclose(file);
    cr_assert_str_eq(text, expected);
}

static void write_file(const char *text)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- Delivering ---- */

Test(jsonl, each_event_is_a_line)
{
    deliver("{\"id\":1}", "{\"id\":2}");
    deliver("{\"id\":3}", "{\"id\":4}");
    assert_file(path, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
    cr_assert_eq(vmm_mock_metric(mock, "vmm_jsonl_lines_total"), 4);
    cr_assert_eq(vmm_mock_metric(mock, "vmm_jsonl_bytes_total"), 36);
}

Test(jsonl, the_file_is_no_one_else_s_to_read)
{
    struct stat is;
    umask(0);
    deliver("{}", "{}");
    cr_assert_eq(stat(path, &is), 0);
    cr_assert_eq(is.st_mode & 07007, 0);
}

Test(jsonl, what_stands_there_already_is_kept)
{
    write_file("{\"id\":0}\n");
    deliver("{\"id\":1}", "{\"id\":2}");
    assert_file(path, "{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n");
}

Test(jsonl, an_unfinished_line_is_ended_and_not_taken_away)
{
    write_file("{\"id\":0}\n{\"id\":1,\"na");
    deliver("{\"id\":1}", "{\"id\":2}");
    deliver("{\"id\":3}", "{\"id\":4}");
    assert_file(path,
                "{\"id\":0}\n{\"id\":1,\"na\n{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n");
}

Test(jsonl, an_event_of_two_lines_is_dropped_alone)
{
    struct vmm_message messages[] = {message("{\"id\":1}"), message("{\n}"), message("{\"id\":3}"),
                                     message("")};
    cr_assert_eq(vmm_mock_deliver(mock, messages, 4), 0);
    assert_verdict(0, VMM_SINK_DELIVERED);
    assert_verdict(1, VMM_SINK_DROP);
    assert_verdict(2, VMM_SINK_DELIVERED);
    assert_verdict(3, VMM_SINK_DROP);
    assert_file(path, "{\"id\":1}\n{\"id\":3}\n");
}

Test(jsonl, a_whole_batch_goes_out)
{
    struct vmm_message messages[VMM_SINK_BATCH_MAX];
    for (size_t i = 0; i < VMM_SINK_BATCH_MAX; i++) {
        messages[i] = message("{}");
    }
    cr_assert_eq(vmm_mock_deliver(mock, messages, VMM_SINK_BATCH_MAX), 0);
    assert_verdict(VMM_SINK_BATCH_MAX - 1, VMM_SINK_DELIVERED);
    struct stat is;
    cr_assert_eq(stat(path, &is), 0);
    cr_assert_eq(is.st_size, 3 * VMM_SINK_BATCH_MAX);
}

/* ---- Rotation ---- */

Test(jsonl, a_renamed_file_is_left_and_a_new_one_begun)
{
    char other[160];
    snprintf(other, sizeof(other), "%s.1", path);
    deliver("{\"id\":1}", "{\"id\":2}");
    cr_assert_eq(rename(path, other), 0);
    deliver("{\"id\":3}", "{\"id\":4}");
    assert_file(other, "{\"id\":1}\n{\"id\":2}\n");
    assert_file(path, "{\"id\":3}\n{\"id\":4}\n");
    cr_assert_eq(vmm_mock_metric(mock, "vmm_jsonl_reopens_total"), 1);
}

Test(jsonl, a_file_put_in_its_place_is_taken)
{
    char other[160];
    snprintf(other, sizeof(other), "%s.1", path);
    cr_assert_eq(rename(path, other), 0);
    write_file("{\"id\":0}");
    deliver("{\"id\":1}", "{\"id\":2}");
    assert_file(path, "{\"id\":0}\n{\"id\":1}\n{\"id\":2}\n");
    assert_file(other, "");
}

Test(jsonl, a_file_cut_to_nothing_is_appended_to)
{
    deliver("{\"id\":1}", "{\"id\":2}");
    cr_assert_eq(truncate(path, 0), 0);
    deliver("{\"id\":3}", "{\"id\":4}");
    assert_file(path, "{\"id\":3}\n{\"id\":4}\n");
}

Test(jsonl, a_folder_that_is_gone_holds_the_batch_back_until_it_is_there_again)
{
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(rmdir(folder), 0);
    deliver_to(mock, "{\"id\":1}", "{\"id\":2}");
    assert_verdict(0, VMM_SINK_RETRY);
    assert_verdict(1, VMM_SINK_RETRY);
    cr_assert_not_null(strstr(vmm_mock_settled(mock, 0)->why, "No such file or directory"));
    deliver_to(mock, "{\"id\":1}", "{\"id\":2}");
    cr_assert_eq(mkdir(folder, 0700), 0);
    deliver("{\"id\":1}", "{\"id\":2}");
    assert_file(path, "{\"id\":1}\n{\"id\":2}\n");
    const char *logs = vmm_mock_logs(mock);
    cr_assert_eq(strncmp(logs, "warn: cannot open ", 18), 0, "%s", logs);
    cr_assert_null(strstr(logs + 1, "warn: "), "said once: %s", logs);
    cr_assert_not_null(strstr(logs, "info: writing again\n"));
}

/* ---- A full or broken disk ---- */

Test(jsonl, a_limit_in_the_middle_of_a_batch_delivers_what_is_whole_and_repeats_the_rest)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {12, RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    deliver_to(mock, "{\"id\":1}", "{\"id\":2}");
    limit.rlim_cur = RLIM_INFINITY;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_verdict(0, VMM_SINK_DELIVERED);
    assert_verdict(1, VMM_SINK_RETRY);
    cr_assert_not_null(strstr(vmm_mock_settled(mock, 1)->why, "File too large"));
    deliver("{\"id\":2}", "{\"id\":3}");
    assert_file(path, "{\"id\":1}\n{\"i\n{\"id\":2}\n{\"id\":3}\n");
}

static ssize_t full_write(int fd, const void *bytes, size_t size)
{
    (void)fd;
    (void)bytes;
    (void)size;
    errno = ENOSPC;
    return -1;
}

static int interrupts;

/* One byte at a time, with an interruption before each. */
static ssize_t slow_write(int fd, const void *bytes, size_t size)
{
    (void)size;
    if (interrupts++ % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    return write(fd, bytes, 1);
}

static int broken_sync(int fd)
{
    (void)fd;
    errno = EIO;
    return -1;
}

static int good_sync(int fd)
{
    return fdatasync(fd);
}

static const struct jsonl_line two_lines[] = {{"{\"id\":1}", 8}, {"{\"id\":2}", 8}};

static void append(const struct jsonl_io *io, bool sync, struct jsonl_result *result)
{
    struct jsonl_file file;
    char why[160];
    cr_assert_eq(jsonl_file_init(&file, path, io, why, sizeof(why)), 0);
    jsonl_file_append(&file, two_lines, 2, sync, result);
    jsonl_file_finish(&file);
}

TestSuite(jsonl_file, .init = make_folder, .fini = remove_folder);

Test(jsonl_file, no_space_is_told_and_nothing_counts)
{
    struct jsonl_io io = {full_write, good_sync};
    struct jsonl_result result;
    append(&io, true, &result);
    cr_assert_eq(result.lines, 0);
    cr_assert_not_null(strstr(result.why, "No space left on device"));
}

Test(jsonl_file, a_slow_and_interrupted_write_is_carried_through)
{
    struct jsonl_io io = {slow_write, good_sync};
    struct jsonl_result result;
    append(&io, true, &result);
    cr_assert_eq(result.lines, 2);
    cr_assert_str_empty(result.why);
    assert_file(path, "{\"id\":1}\n{\"id\":2}\n");
}

Test(jsonl_file, what_could_not_be_synced_is_not_delivered_and_the_file_is_opened_anew)
{
    struct jsonl_io io = {write, broken_sync};
    struct jsonl_file file;
    struct jsonl_result result;
    char why[160];
    cr_assert_eq(jsonl_file_init(&file, path, &io, why, sizeof(why)), 0);
    jsonl_file_append(&file, two_lines, 2, true, &result);
    cr_assert_eq(result.lines, 0);
    cr_assert_not_null(strstr(result.why, "cannot sync"));
    io.sync = good_sync;
    jsonl_file_append(&file, two_lines, 2, true, &result);
    cr_assert_eq(result.lines, 2);
    cr_assert(result.opened);
    jsonl_file_finish(&file);
}

Test(jsonl_file, without_sync_the_disk_is_not_asked)
{
    struct jsonl_io io = {write, broken_sync};
    struct jsonl_result result;
    append(&io, false, &result);
    cr_assert_eq(result.lines, 2);
}

static void assert_refused(const char *at, const char *why)
{
    struct jsonl_file file;
    char said[160] = "";
    cr_assert_eq(jsonl_file_init(&file, at, &jsonl_system_io, said, sizeof(said)), VMM_E_IO);
    cr_assert_not_null(strstr(said, why), "%s", said);
}

Test(jsonl_file, only_a_regular_file_is_taken)
{
    assert_refused("/dev/null", "is no regular file");
    assert_refused("/tmp", "Is a directory");
    assert_refused("/nowhere/at/all", "No such file or directory");
    cr_assert_eq(mkfifo(path, 0600), 0);
    assert_refused(path, "is no regular file");
}

/* ---- Life ---- */

TestSuite(jsonl_life, .init = make_folder, .fini = remove_folder);

Test(jsonl_life, each_way_of_syncing_delivers)
{
    static const char *const words[] = {"always", "batch", "never"};
    for (size_t i = 0; i < 3; i++) {
        mock = open_sink(words[i]);
        deliver("{\"id\":1}", "{\"id\":2}");
        close_sink(mock);
    }
    assert_file(path, "{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n{\"id\":2}\n{\"id\":1}\n{\"id\":2}\n");
}

Test(jsonl_life, one_generation_hands_over_to_the_next)
{
    struct vmm_mock *old = open_sink("batch");
    deliver_to(old, "{\"id\":1}", "{\"id\":2}");
    mock = open_sink("batch"); /* ready before the old one drains */
    deliver_to(old, "{\"id\":3}", "{\"id\":4}");
    vmm_mock_drain(old);
    close_sink(old);
    deliver("{\"id\":5}", "{\"id\":6}");
    close_sink(mock);
    assert_file(path, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n{\"id\":4}\n{\"id\":5}\n{\"id\":6}\n");
}

Test(jsonl_life, a_path_that_cannot_be_opened_is_refused_with_a_word)
{
    struct vmm_mock *sink = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_config(sink, "{\"path\":\"/nowhere/at/all\"}");
    cr_assert_eq(vmm_mock_open(sink), VMM_E_IO);
    cr_assert_str_eq(vmm_mock_logs(sink),
                     "error: cannot open /nowhere/at/all: No such file or directory\n");
    vmm_mock_destroy(sink);
}

static void scenario(struct vmm_mock *m, void *arg)
{
    (void)arg;
    char config[256];
    snprintf(config, sizeof(config), "{\"path\":\"%s\"}", path);
    vmm_mock_config(m, config);
    if (vmm_mock_open(m) == 0) {
        struct vmm_message messages[] = {message("{}"), message("{}")};
        vmm_mock_deliver(m, messages, 2);
        vmm_mock_deliver(m, messages, 2);
    }
}

Test(jsonl_life, survives_the_failure_of_every_call)
{
    char report[512];
    cr_assert_geq(vmm_mock_each_failure(vmm_plugin_v0(), scenario, NULL, report, sizeof(report)),
                  8);
    cr_assert_str_empty(report);
}

Test(jsonl_life, a_host_without_sinks_is_refused)
{
    struct vmm_mock *bare = vmm_mock_create(vmm_plugin_v0());
    vmm_mock_withhold(bare, VMM_SINK_HOST);
    vmm_mock_config(bare, "{\"path\":\"/tmp/never\"}");
    cr_assert_eq(vmm_mock_open(bare), VMM_E_NOTSUP);
    vmm_mock_destroy(bare);
}
