/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include "base/text.h"
#include "ctl/target.h"

static void expect(const char *text, const char *scheme, const char *user, const char *host,
                   unsigned port, const char *path)
{
    struct target target;
    const char *wrong = target_parse(&target, text);
    cr_assert_null(wrong, "%s: %s", text, wrong != NULL ? wrong : "");
    cr_expect_str_eq(target.scheme, scheme, "%s", text);
    cr_expect_str_eq(target.user, user, "%s", text);
    cr_expect_str_eq(target.host, host, "%s", text);
    cr_expect_eq(target.port, port, "%s", text);
    cr_expect_str_eq(target.path, path, "%s", text);
}

Test(ctl_target, reads_addresses_as_people_write_them)
{
    expect("10.0.0.7", "", "", "10.0.0.7", 0, "");
    expect("10.0.0.7:8554", "", "", "10.0.0.7", 8554, "");
    expect("gate.example", "", "", "gate.example", 0, "");
    expect("10.0.0.7/live", "", "", "10.0.0.7", 0, "/live");
    expect("[fe80::1]:554", "", "", "fe80::1", 554, "");
    expect("fe80::1", "", "", "fe80::1", 0, "");
    expect("[fe80::1]", "", "", "fe80::1", 0, "");
    expect("rtsp://10.0.0.7/live?ch=1", "rtsp", "", "10.0.0.7", 0, "/live?ch=1");
    expect("rtsp://admin@10.0.0.7:554/a@b", "rtsp", "admin", "10.0.0.7", 554, "/a@b");
    expect("http://h?x=1", "http", "", "h", 0, "?x=1");
}

Test(ctl_target, refuses_what_is_no_address)
{
    static const char *const wrong[] = {
        "",          ":554",        "10.0.0.7:", "10.0.0.7:0", "10.0.0.7:65536", "10.0.0.7:x",
        "[fe80::1",  "[]:80",       "rtsp://",   "a b",        "10.0.0.7:+5",    "[fe80::1]x",
        "rt sp://h", "10.0.0.7: 5",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct target target;
        cr_expect_not_null(target_parse(&target, wrong[i]), "\"%s\"", wrong[i]);
    }
}

Test(ctl_target, refuses_a_password_in_a_url)
{
    struct target target;
    const char *wrong = target_parse(&target, "rtsp://admin:secret@10.0.0.7/live");
    cr_assert_not_null(wrong);
    cr_expect_str_eq(wrong, "a password is never given on the command line; it is asked for");
}

Test(ctl_target, makes_an_id_of_any_host)
{
    static const struct {
        const char *text;
        const char *id;
    } cases[] = {
        {"10.0.0.7", "cam-10.0.0.7"},
        {"10.0.0.7:8554", "cam-10.0.0.7-8554"},
        {"[fe80::1]:554", "cam-fe80--1-554"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct target target;
        char id[65];
        cr_assert_null(target_parse(&target, cases[i].text));
        target_id(&target, id, sizeof(id));
        cr_expect_str_eq(id, cases[i].id);
        cr_expect(text_is_id(id));
    }
}

Test(ctl_target, a_long_host_still_makes_an_id)
{
    struct target target;
    char host[201];
    char id[65];
    for (size_t i = 0; i < 200; i++) {
        host[i] = 'a';
    }
    host[200] = '\0';
    cr_assert_null(target_parse(&target, host));
    target_id(&target, id, sizeof(id));
    cr_expect(text_is_id(id));
}
