/* SPDX-License-Identifier: MIT */
/* Options that only the plugin can judge: who sets them wrongly is told, and nothing changes. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "rig_plugins.h"

static struct rig it;

static void set_up(void)
{
    rig_open(&it, NULL);
    rig_plugins_open(&it, "generic", NULL);
    rig_plugins_fault(&it, "judge");
    rig_plugins_config(&it,
                       "{\"flags\":{\"FEATURE_VMS_GENERIC_CGI\":true," FAULT_FLAG("JUDGE") "}}");
    rig_start(&it);
    rig_wait_plugin(&it, "generic", "ready");
    rig_wait_plugin(&it, "judge", "ready");
    cr_assert_eq(rig_ctl(&it, NULL, NULL, "site", "add", "north", NULL), 0);
}

static void tear_down(void)
{
    rig_close(&it);
}

TestSuite(options, .init = set_up, .fini = tear_down, .timeout = 90);

/* `vmmctl camera add`, which has to be refused; what it said, in static memory. */
static const char *refused(const char *provider, const char *option)
{
    static char said[2048];
    char command[600];
    snprintf(command, sizeof(command),
             "VMM_RUN_DIR='%s' %s/vmmctl camera add c site=north provider=%s host=127.45.0.1 "
             "'options.%s' 2>&1",
             it.folder, VMM_BIN_DIR, provider, option);
    FILE *program = popen(command, "r");
    cr_assert_not_null(program);
    said[fread(said, 1, sizeof(said) - 1, program)] = '\0';
    int status = pclose(program);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 2, "%s: %s", option, said);
    return said;
}

static size_t cameras(void)
{
    json_t *all = rig_json(&it, "camera", "list", NULL);
    size_t count = json_array_size(json_object_get(all, "cameras"));
    json_decref(all);
    return count;
}

Test(options, with_a_pattern_that_does_not_compile_are_refused_with_the_place)
{
    const char *said =
        refused("generic", "requests=[{\"name\":\"a\",\"path\":\"/\",\"match\":[\"(\"]}]");
    cr_expect_not_null(strstr(said, "requests[0].match[0]: "), "%s", said);
    cr_expect_eq(cameras(), 0);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "camera", "add", "c", "site=north", "provider=generic",
                         "host=127.45.0.1",
                         "options.requests=[{\"name\":\"a\",\"path\":\"/\",\"match\":[\"x\"]}]",
                         NULL),
                 0);
    cr_expect_eq(cameras(), 1);
}

Test(options, that_are_refused_in_a_file_name_their_item_and_nothing_is_loaded)
{
    char path[300];
    struct buf out;
    snprintf(path, sizeof(path), "%s/fleet.json", it.folder);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("{\"cameras\":[", file);
    for (int i = 0; i < 300; i++) {
        fprintf(file,
                "%s{\"id\":\"c%d\",\"site\":\"north\",\"provider\":\"generic\",\"host\":"
                "\"127.45.1.1\",\"options\":{\"requests\":[{\"name\":\"a\",\"path\":\"/%d\","
                "\"match\":[\"%s\"]}]}}",
                i > 0 ? "," : "", i, i, i == 7 || i == 207 ? "(" : "x");
    }
    fputs("]}", file);
    fclose(file);
    buf_init(&out);
    cr_expect_eq(rig_ctl(&it, &out, NULL, "fleet", "load", path, "--json", NULL), 2);
    json_t *said = json_loadb((const char *)out.data, out.size, 0, NULL);
    const json_t *problems = json_object_get(said, "problems");
    cr_assert_eq(json_array_size(problems), 2, "%.*s", (int)out.size, (const char *)out.data);
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(problems, 0), "index")), 7);
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(problems, 1), "index")), 207);
    json_decref(said);
    buf_finish(&out);
    cr_expect_eq(cameras(), 0);
}

Test(options, over_which_a_plugin_misbehaves_are_refused_and_the_rest_goes_on)
{
    const char *said = refused("judge", "mood=bad");
    cr_expect_not_null(strstr(said, "mood: not this"), "%s", said);
    cr_expect_null(strstr(said, "\nevil"), "one line: %s", said);
    said = refused("judge", "mood=mute");
    cr_expect_not_null(strstr(said, "refused with error"), "%s", said);
    said = refused("judge", "mood=crash");
    cr_expect_not_null(strstr(said, "its plugin ended over them"), "%s", said);
    rig_wait_plugin(&it, "judge", "ready");
    json_int_t crashed = rig_plugins_number(&it, "judge", "restarts");
    said = refused("judge", "mood=late");
    cr_expect_not_null(strstr(said, "its plugin gave no answer"), "%s", said);
    cr_expect_eq(cameras(), 0);
    cr_expect_eq(rig_ctl(&it, NULL, NULL, "camera", "add", "c", "site=north", "provider=judge",
                         "host=127.45.0.1", "options.mood=good", NULL),
                 0);
    cr_expect_eq(cameras(), 1);
    cr_expect_eq(rig_plugins_number(&it, "judge", "restarts"), crashed,
                 "to be late is no breach of the protocol");
}
