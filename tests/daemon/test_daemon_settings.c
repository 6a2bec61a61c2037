/* SPDX-License-Identifier: MIT */
/* vmmd --check-config: what the plugins that are on would say of their settings, before anything runs. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig_plugins.h"

static struct rig rig;
static char said[4096];

static void set_up(void)
{
    rig_open(&rig, NULL);
    rig_plugins_open(&rig, "jsonl", "vivotek", NULL);
}

static void tear_down(void)
{
    rig_close(&rig);
}

TestSuite(settings, .init = set_up, .fini = tear_down, .timeout = 120);

/* The exit code; what it printed is in `said`. */
static int check(const char *config, const char *more)
{
    char command[400];
    char text[800];
    snprintf(
        text, sizeof(text),
        "{\"flags\":{\"FEATURE_VMM_SINK_JSONL\":true%s},\"plugins\":{\"jsonl\":{\"config\":%s}}}",
        more, config);
    rig_plugins_config(&rig, text);
    snprintf(command, sizeof(command), "%s/vmmd --config %s/vmmd.json --check-config 2>/dev/null",
             VMM_BIN_DIR, rig.folder);
    FILE *program = popen(command, "r");
    cr_assert_not_null(program);
    said[fread(said, 1, sizeof(said) - 1, program)] = '\0';
    int status = pclose(program);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void expect_bad(const char *config, const char *more, const char *words)
{
    cr_expect_eq(check(config, more), 1, "%s", config);
    cr_expect_not_null(strstr(said, words), "%s: %s", config, said);
    cr_expect_null(strstr(said, "good:"), "%s", said);
}

Test(settings, of_a_plugin_that_are_wrong_are_told_with_their_place)
{
    expect_bad("{\"path\":7}", "", "error: jsonl: /tmp/vmm-rig-");
    expect_bad("{\"path\":7}", "", ":9: /plugins/jsonl/config/path: 7 is no path; write the path");
    expect_bad("{\"pth\":\"x\"}", "",
               "/plugins/jsonl/config/pth: no such setting; did you mean \"path\"?");
    expect_bad("{}", "", "/plugins/jsonl/config/path: this setting is missing; add it");
}

Test(settings, that_are_right_are_good_and_nothing_is_opened)
{
    char config[256];
    char file[192];
    snprintf(file, sizeof(file), "%s/not-made.jsonl", rig.folder);
    snprintf(config, sizeof(config), "{\"path\":\"%s\"}", file);
    cr_expect_eq(check(config, ",\"FEATURE_VMS_VIVOTEK_CGI\":true"), 0, "%s", said);
    cr_expect_not_null(strstr(said, "good: 2 plugins in "), "%s", said);
    cr_expect_neq(access(file, F_OK), 0, "its file is made when it runs");
}

Test(settings, a_plugin_that_cannot_run_is_named_and_one_that_is_off_is_not_looked_at)
{
    static const char good[] = "{\"path\":\"/tmp/x\"}";
    rig_plugins_fault(&rig, "crash_constructor");
    rig_plugins_fault(&rig, "abi_minor");
    cr_expect_eq(check(good, ""), 0, "%s", said);
    expect_bad(good, "," FAULT_FLAG("CRASH_CONSTRUCTOR"),
               "crash_constructor: its process ended before it had described itself");
    expect_bad(good, "," FAULT_FLAG("ABI_MINOR"), "it needs a vmm with ABI 0.2");
    rig_plugins_remove(&rig, "jsonl");
    rig_plugins_put(&rig, "jsonl");
    rig_plugins_file(&rig, "echo", "jsonl");
    expect_bad(good, "", "calls itself echo; the fragment and the plugin must agree");
}
