/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <string.h>

#include "base/buf.h"
#include "ctl/template.h"

Test(ctl_template, the_name_goes_where_the_marks_stand)
{
    struct buf out;
    buf_init(&out);
    const char *text = "@name@_open @NAME@_H @package@ a@b @nam @name";
    cr_assert_eq(template_fill(&out, text, strlen(text), "acme_2"), 0);
    cr_assert_str_eq(buf_cstr(&out), "acme_2_open ACME_2_H vmm-plugin-acme-2 a@b @nam @name");
    buf_finish(&out);
}

Test(ctl_template, files_are_called_like_the_plugin)
{
    static const char *const cases[][2] = {
        {"plugin.c.in", "acme.c"},
        {"plugin_parse.h.in", "acme_parse.h"},
        {"test_plugin.c.in", "test_acme.c"},
        {"CMakeLists.txt.in", "CMakeLists.txt"},
        {"fixtures", "fixtures"},
        {"plugin.json.in", "acme.json"},
    };
    char name[64];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_assert_eq(template_rename(cases[i][0], "acme", name, sizeof(name)), 0);
        cr_assert_str_eq(name, cases[i][1]);
    }
    cr_assert_neq(template_rename("plugin_parse.h.in", "acme", name, 6), 0);
}
