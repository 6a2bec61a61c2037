/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include <vmm/errors.h>

#include "config/flags.h"

#define VIVOTEK "FEATURE_VMS_VIVOTEK_CGI"
#define RTSP    "FEATURE_VMS_RTSP_PROBE"

static struct flags *sample(void)
{
    struct flags *flags = flags_create();
    cr_assert_not_null(flags);
    cr_assert_eq(flags_declare(flags, VIVOTEK, "VIVOTEK cameras"), 0);
    return flags;
}

static int set(struct flags *flags, const char *name, const char *json, struct config_error *error)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    config_error_clear(error);
    int rc = flags_set(flags, name, value, "etc/vmmd.json:7", error);
    json_decref(value);
    return rc;
}

Test(flags, everything_is_off_until_it_is_switched_on)
{
    struct flags *flags = sample();
    cr_expect_not(flags_state(flags, FLAGS_MASTER, NULL));
    cr_expect_not(flags_state(flags, VIVOTEK, "tpe1"));
    cr_expect_not(flags_state(flags, "FEATURE_NOBODY_KNOWS", NULL));
    cr_expect_str_eq(flags_find(flags, VIVOTEK)->origin, "default");
    cr_expect_str_eq(flags_find(flags, VIVOTEK)->summary, "VIVOTEK cameras");
    cr_expect_null(flags_find(flags, RTSP));
    cr_expect_eq(flags_declare(flags, VIVOTEK, "again"), VMM_E_EXIST);
    cr_expect_eq(flags_declare(flags, FLAGS_MASTER, "again"), VMM_E_EXIST);
    flags_destroy(flags);
    flags_destroy(NULL);
}

Test(flags, for_all_sites_or_for_named_ones)
{
    struct flags *flags = sample();
    struct config_error error;
    cr_expect_eq(set(flags, VIVOTEK, "[\"tpe1\", \"tpe2\"]", &error), 0);
    cr_expect(flags_state(flags, VIVOTEK, "tpe1"));
    cr_expect(flags_state(flags, VIVOTEK, "tpe2"));
    cr_expect_not(flags_state(flags, VIVOTEK, "tpe"));
    cr_expect(flags_state(flags, VIVOTEK, NULL), "the plugin is to be loaded");
    cr_expect_eq(set(flags, VIVOTEK, "true", &error), 0);
    cr_expect(flags_state(flags, VIVOTEK, "anywhere"));
    cr_expect_str_eq(flags_find(flags, VIVOTEK)->origin, "etc/vmmd.json:7");
    flags_destroy(flags);
}

Test(flags, wrong_values_and_names)
{
    static const struct {
        const char *name;
        const char *json;
        int rc;
    } cases[] = {
        {VIVOTEK, "false", 0},
        {VIVOTEK, "1", VMM_E_INVAL},
        {VIVOTEK, "\"on\"", VMM_E_INVAL},
        {VIVOTEK, "null", VMM_E_INVAL},
        {VIVOTEK, "[]", VMM_E_INVAL},
        {VIVOTEK, "[1]", VMM_E_INVAL},
        {VIVOTEK, "[\"a b\"]", VMM_E_INVAL},
        {VIVOTEK, "{}", VMM_E_INVAL},
        {RTSP, "true", VMM_E_NOENT},
        {"FEATURE_PLUGIN_ACME", "true", VMM_E_NOENT},
        {"FEATURE_VMM_SINK_JSONL", "true", VMM_E_NOENT},
        {"FEATURE_PLUGIN_acme", "true", VMM_E_INVAL},
        {"FEATURE_VMS_VIVTOEK_CGI", "true", VMM_E_INVAL},
        {"feature", "true", VMM_E_INVAL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct flags *flags = sample();
        struct config_error error;
        cr_expect_eq(set(flags, cases[i].name, cases[i].json, &error), cases[i].rc, "%s %s",
                     cases[i].name, cases[i].json);
        cr_expect_eq(cases[i].rc == VMM_E_INVAL, error.problem[0] != '\0');
        flags_destroy(flags);
    }
    struct flags *flags = sample();
    struct config_error error;
    set(flags, "FEATURE_VMS_VIVTOEK_CGI", "true", &error);
    cr_expect_str_eq(error.remedy, "did you mean \"" VIVOTEK "\"?");
    cr_expect_str_eq(error.pointer, "/flags/FEATURE_VMS_VIVTOEK_CGI");
    set(flags, RTSP, "true", &error);
    cr_expect_not(flags_find(flags, RTSP)->known);
    flags_destroy(flags);
}

Test(flags, the_environment_forces)
{
    static const struct {
        const char *variable;
        const char *text;
    } cases[] = {{VIVOTEK "=on", "on"},   {VIVOTEK "=TRUE", "on"},  {VIVOTEK "=1", "on"},
                 {VIVOTEK "=off", "off"}, {VIVOTEK "=0", "off"},    {VIVOTEK "=", "off"},
                 {VIVOTEK "=a,b", "a,b"}, {VIVOTEK "=tpe1", "tpe1"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct flags *flags = sample();
        struct config_error error;
        char text[32];
        char *environment[] = {"OTHER=1", (char *)cases[i].variable, NULL};
        set(flags, VIVOTEK, "[\"zz\"]", &error);
        cr_expect_eq(flags_force(flags, environment, &error), 0);
        const struct flag *flag = flags_find(flags, VIVOTEK);
        cr_expect_str_eq(flag_text(flag, text, sizeof(text)), cases[i].text);
        cr_expect(flag->forced);
        cr_expect_str_eq(flag->origin, "environment");
        cr_expect_not(flags_find(flags, FLAGS_MASTER)->forced);
        flags_destroy(flags);
    }
    struct flags *flags = sample();
    struct config_error error = {0};
    char *wrong[] = {VIVOTEK "=a b", NULL};
    cr_expect_eq(flags_force(flags, wrong, &error), VMM_E_INVAL);
    cr_expect_str_eq(error.file, "environment");
    char *gap[] = {VIVOTEK "=a,,b", NULL};
    cr_expect_eq(flags_force(flags, gap, &error), VMM_E_INVAL);
    flags_destroy(flags);
}

Test(flags, are_listed_in_order_and_compared)
{
    struct flags *a = sample();
    struct flags *b = sample();
    struct config_error error;
    cr_expect_str_eq(flags_at(a, 0)->name, FLAGS_MASTER);
    cr_expect_str_eq(flags_at(a, 1)->name, VIVOTEK);
    cr_expect_null(flags_at(a, 2));
    set(a, VIVOTEK, "[\"x\", \"y\"]", &error);
    cr_expect_not(flag_same(flags_find(a, VIVOTEK), flags_find(b, VIVOTEK)));
    set(b, VIVOTEK, "[\"y\", \"x\"]", &error);
    cr_expect(flag_same(flags_find(a, VIVOTEK), flags_find(b, VIVOTEK)));
    set(b, VIVOTEK, "[\"y\"]", &error);
    cr_expect_not(flag_same(flags_find(a, VIVOTEK), flags_find(b, VIVOTEK)));
    cr_expect(flag_same(NULL, flags_find(a, FLAGS_MASTER)));
    cr_expect_not(flag_same(flags_find(a, VIVOTEK), NULL));
    flags_destroy(a);
    flags_destroy(b);
}
