/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/notification.h>

#include <stdio.h>
#include <string.h>

static struct vmm_notification n;

static void done(void)
{
    vmm_notification_finish(&n);
}

TestSuite(kit_notification, .fini = done);

static int read_text(const char *text)
{
    return vmm_notification_read(vmm_text_of(text), &n);
}

static void assert_text(struct vmm_text text, const char *expected)
{
    cr_assert(vmm_text_equal(text, expected), "%.*s instead of %s", (int)text.size, text.data,
              expected);
}

Test(kit_notification, a_whole_document)
{
    cr_assert_eq(
        read_text(
            "{\"id\":\"i\",\"kind\":\"alert\",\"site\":\"txg\",\"site_name\":\"台中\","
            "\"severity\":\"critical\",\"incident\":\"in\",\"thread_key\":\"tk\",\"title\":\"T\","
            "\"lines\":[\"one\",\"two\"],\"items\":[{\"camera\":\"c\",\"name\":\"n\","
            "\"reason\":\"r\",\"text\":\"x\",\"since\":\"2026\",\"since_local\":\"sl\","
            "\"link\":\"https://a/b\"}],"
            "\"item_count\":32,\"links\":[{\"text\":\"L\",\"url\":\"http://h/\"}],"
            "\"language\":\"zh-TW\",\"at\":\"at\",\"local_time\":\"lt\",\"mode\":\"cards\","
            "\"buttons\":3,\"text\":\"a\\nb\"}"),
        0);
    assert_text(n.id, "i");
    assert_text(n.kind, "alert");
    assert_text(n.site, "txg");
    assert_text(n.site_name, "台中");
    assert_text(n.severity, "critical");
    assert_text(n.incident, "in");
    assert_text(n.thread_key, "tk");
    assert_text(n.title, "T");
    assert_text(n.language, "zh-TW");
    assert_text(n.at, "at");
    assert_text(n.local_time, "lt");
    assert_text(n.mode, "cards");
    assert_text(n.text, "a\nb");
    cr_assert_eq(n.buttons, 3);
    cr_assert_eq(n.line_count, 2);
    assert_text(n.lines[1], "two");
    cr_assert_eq(n.item_count, 1);
    cr_assert_eq(n.item_total, 32);
    assert_text(n.items[0].camera, "c");
    assert_text(n.items[0].name, "n");
    assert_text(n.items[0].reason, "r");
    assert_text(n.items[0].text, "x");
    assert_text(n.items[0].since, "2026");
    assert_text(n.items[0].since_local, "sl");
    assert_text(n.items[0].link, "https://a/b");
    cr_assert_eq(n.link_count, 1);
    assert_text(n.links[0].text, "L");
    assert_text(n.links[0].url, "http://h/");
}

Test(kit_notification, what_is_missing_is_empty)
{
    cr_assert_eq(read_text("{\"title\":\"T\",\"lines\":7,\"items\":null,\"buttons\":0}"), 0);
    cr_assert_eq(n.id.size, 0);
    cr_assert_eq(n.line_count, 0);
    cr_assert_eq(n.item_count, 0);
    cr_assert_eq(n.item_total, 0);
    cr_assert_eq(n.buttons, 6);
}

Test(kit_notification, addresses_that_are_none_are_left_out)
{
    cr_assert_eq(read_text("{\"title\":\"T\",\"items\":[{\"link\":\"javascript:alert(1)\"}],"
                           "\"links\":[{\"text\":\"a\",\"url\":\"ftp://x/\"},"
                           "{\"text\":\"b\",\"url\":\"https://x/<users/all>\"},"
                           "{\"text\":\"c\",\"url\":\"https://x/a b\"},"
                           "{\"text\":\"d\",\"url\":\"https://x/ok?a=1&b=%20\"}]}"),
                 0);
    cr_assert_eq(n.items[0].link.size, 0);
    cr_assert_eq(n.link_count, 1);
    assert_text(n.links[0].text, "d");
}

Test(kit_notification, lists_have_their_limits)
{
    static char text[8192] = "{\"title\":\"T\",\"lines\":[\"\"";
    for (int i = 0; i < 80; i++) {
        strcat(text, ",\"l\"");
    }
    strcat(text, "],\"items\":[{}");
    for (int i = 0; i < 40; i++) {
        strcat(text, ",{}");
    }
    strcat(text, "],\"item_count\":5,\"links\":[{\"url\":\"https://x\"}");
    for (int i = 0; i < 40; i++) {
        strcat(text, ",{\"url\":\"https://x\"}");
    }
    strcat(text, "]}");
    cr_assert_eq(read_text(text), 0);
    cr_assert_eq(n.line_count, VMM_NOTIFICATION_LINES_MAX);
    cr_assert_eq(n.item_count, VMM_NOTIFICATION_ITEMS_MAX);
    cr_assert_eq(n.item_total, 41);
    cr_assert_eq(n.link_count, VMM_NOTIFICATION_LINKS_MAX);
}

Test(kit_notification, what_is_no_document)
{
    static const char *const bad[] = {"", "[]", "7", "{", "{\"title\":\"\"}", "{\"id\":\"x\"}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(read_text(bad[i]), VMM_E_PROTO, "%s", bad[i]);
        vmm_notification_finish(&n);
    }
}
