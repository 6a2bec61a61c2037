/* SPDX-License-Identifier: MIT */
/* Reload and the files behind a plugin: its own, and those of its secrets. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rig_told.h"

static pid_t host_of(struct rig *rig, const char *plugin)
{
    char state[16];
    pid_t pid = rig_host(rig, plugin, state);
    cr_assert_gt(pid, 0, "%s has no process: %s", plugin, state);
    return pid;
}

Test(reload_files, a_plugin_that_is_on_and_has_no_file_holds_back_all)
{
    struct rig rig;
    char path[256];
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_told_begin(&rig, TOLD_ON);
    pid_t vivotek = host_of(&rig, "vivotek");
    snprintf(path, sizeof(path), "%s/plugins/vivotek.so", rig.folder);
    cr_assert_eq(unlink(path), 0);
    const char *said = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(said, "plugins/vivotek.so"), "%s", said);
    rig_watch_wait_looks(&rig, "cam-*", 2);
    cr_expect_eq(host_of(&rig, "vivotek"), vivotek);
    kill(vivotek, SIGKILL); /* it is loaded from the file that was opened, which is still there */
    rig_watch_wait_looks(&rig, "cam-*", 2);
    rig_watch_expect_untouched(&rig, "cam-", 2);
    rig_watch_close(&rig);
}

/* There is nothing to fall back to, so the others do not wait for it; and when it comes, it is used. */
Test(reload_files, a_plugin_that_has_had_no_file_since_the_start_holds_back_nobody)
{
    struct rig rig;
    char path[256];
    struct buf said;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    snprintf(path, sizeof(path), "%s/plugins/vivotek.so", rig.folder);
    cr_assert_eq(unlink(path), 0);
    rig_plugins_config(&rig, TOLD_ON);
    rig_start(&rig);
    rig_told_load(&rig);
    rig_wait_plugin(&rig, "vivotek", "backoff");
    rig_wait_health(&rig, "bad-01", "OK none");
    cr_expect_not_null(strstr(rig_plugins_text(&rig, "vivotek", "reason"), "vivotek.so"));
    pid_t told = host_of(&rig, "told");
    rig_plugins_fault(&rig, "told");
    buf_init(&said);
    cr_expect_eq(rig_ctl(&rig, &said, NULL, "reload", NULL), 0);
    cr_expect_not_null(strstr(buf_cstr(&said), "plugin vivotek: still cannot run: "), "%s",
                       buf_cstr(&said));
    buf_finish(&said);
    cr_expect_neq(host_of(&rig, "told"), told);
    rig_plugins_put(&rig, "vivotek");
    rig_wait_plugin(&rig, "vivotek", "ready");
    rig_wait_all(&rig, "OK");
    rig_watch_close(&rig);
}

static void write_secret(struct rig *rig, const char *text, char path[256])
{
    snprintf(path, 256, "%s/word", rig->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(reload_files, another_content_of_a_secret_is_taken_up_and_told_without_it)
{
    struct rig rig;
    char path[256];
    char conf[512];
    struct buf said;
    rig_told_open(&rig, RIG_SCENARIO(2, 2));
    rig_plugins_fault(&rig, "send");
    write_secret(&rig, "first-word", path);
    snprintf(conf, sizeof(conf),
             "{\"flags\":{\"FEATURE_PLUGIN_TOLD\":true," FAULT_FLAG(
                 "SEND") "},\"plugins\":{\"send\":{\"config\":{\"word\":{\"file\":\"%s\"}}}}}",
             path);
    rig_told_begin(&rig, conf);
    rig_wait_plugin(&rig, "send", "ready");
    pid_t send = host_of(&rig, "send");
    pid_t told = host_of(&rig, "told");
    rig_plugins_reload(&rig);
    cr_expect_eq(host_of(&rig, "send"), send, "the same word");
    write_secret(&rig, "other-word", path);
    buf_init(&said);
    cr_expect_eq(rig_ctl(&rig, &said, NULL, "reload", NULL), 0);
    cr_expect_not_null(strstr(buf_cstr(&said), "plugin send: a secret it uses"), "%s",
                       buf_cstr(&said));
    cr_expect_null(strstr(buf_cstr(&said), "other-word"));
    buf_finish(&said);
    cr_expect_neq(host_of(&rig, "send"), send);
    cr_expect_eq(host_of(&rig, "told"), told);
    cr_expect_eq(rig_log_count(&rig, "-word"), 0);
    cr_assert_eq(unlink(path), 0);
    send = host_of(&rig, "send");
    const char *why = rig_plugins_reload_refused(&rig);
    cr_expect_not_null(strstr(why, "send: "), "%s", why);
    cr_expect_eq(host_of(&rig, "send"), send, "it goes on with what it has");
    rig_watch_close(&rig);
}
