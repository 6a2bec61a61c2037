/* SPDX-License-Identifier: MIT */
/* The program itself, on a few devices: its figures mean nothing then, their form does. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static char folder[] = "/tmp/vmm-bench-XXXXXX";

static int run(const char *words)
{
    char command[600];
    snprintf(command, sizeof(command), "VMM_RUN_DIR=%s %s %s >%s/out 2>%s/err", folder,
             BENCH_PROGRAM, words, folder, folder);
    return WEXITSTATUS(system(command));
}

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
}

static void end(void)
{
    char command[100];
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(bench_run, .init = begin, .fini = end, .timeout = 240);

static void expect_number(const json_t *figure, const char *key)
{
    cr_expect(json_is_number(json_object_get(figure, key)), "%s", key);
}

static void expect_figure(const json_t *figure, const char *name, double limit)
{
    static const char *const keys[] = {"name",     "value", "low",   "high", "unit",
                                       "baseline", "limit", "bound", "ok",   NULL};
    cr_assert_str_eq(json_string_value(json_object_get(figure, "name")), name);
    for (const char *const *key = keys; *key != NULL; key++) {
        cr_expect_not_null(json_object_get(figure, *key), "%s has no %s", name, *key);
    }
    cr_expect_str_eq(json_string_value(json_object_get(figure, "unit")), "x");
    cr_expect_eq(json_number_value(json_object_get(figure, "limit")), limit);
    expect_number(figure, "baseline");
    cr_expect(json_is_string(json_object_get(figure, "ok")));
    /* On a machine that is busy with something else the two may not have kept the same pace. */
    if (!json_is_null(json_object_get(figure, "value"))) {
        double low = json_number_value(json_object_get(figure, "low"));
        double value = json_number_value(json_object_get(figure, "value"));
        cr_expect(low > 0 && low <= value, "%g, %g", low, value);
    }
}

Test(bench_run, a_tiny_run_writes_all_keys)
{
    char words[200];
    char path[64];
    snprintf(path, sizeof(path), "%s/figures.json", folder);
    snprintf(words, sizeof(words), "look --tiny --json %s", path);
    int status = run(words);
    cr_assert(status == 0 || status == 1, "exit status %d", status);
    json_t *all = json_load_file(path, 0, NULL);
    cr_assert(json_is_array(all));
    cr_assert_eq(json_array_size(all), 2);
    expect_figure(json_array_get(all, 0), "http-steady", 4);
    expect_figure(json_array_get(all, 1), "http-curl", 1.4);
    json_decref(all);
}

Test(bench_run, a_name_that_is_no_figure_is_refused)
{
    cr_expect_eq(run("http-quick"), 2);
}
