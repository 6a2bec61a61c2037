/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/ini.h>

static const char answer[] = "\xEF\xBB\xBFversion=1\r\n"
                             "; a comment = no entry\r\n"
                             "# another: one\r\n"
                             "[Disk 1]\r\n"
                             "State = ok\r\n"
                             "name='WD: blue'\r\n"
                             "Serial No: A=1\r\n"
                             "=nothing\r\n"
                             "just words\r\n"
                             "[ disk 2 ]\n"
                             "state=\"error\"\n"
                             "state=ok\n"
                             "open='half\n"
                             "[cut";

static void assert_value(const char *section, const char *key, const char *expected)
{
    struct vmm_text value;
    int rc = vmm_ini_find(vmm_text_of(answer), section, key, &value);
    if (expected == NULL) {
        cr_assert_eq(rc, VMM_E_NOENT, "[%s] %s", section, key);
        return;
    }
    cr_assert_eq(rc, 0, "[%s] %s", section, key);
    cr_assert(vmm_text_equal(value, expected), "%.*s", (int)value.size, value.data);
}

Test(kit_ini, finds_a_key_in_its_section_alone)
{
    assert_value("", "version", "1");
    assert_value("disk 1", "state", "ok");
    assert_value("DISK 2", "STATE", "error");
    assert_value("", "state", NULL);
    assert_value("disk 3", "state", NULL);
    assert_value("disk 2", "version", NULL);
}

Test(kit_ini, parts_at_the_first_mark_and_takes_quotes_off)
{
    assert_value("disk 1", "name", "WD: blue");
    assert_value("disk 1", "serial no", "A=1");
    assert_value("disk 2", "open", "'half");
}

Test(kit_ini, gives_every_entry_and_nothing_else)
{
    struct vmm_ini ini = {.rest = vmm_text_of(answer)};
    struct vmm_ini_entry entry;
    size_t count = 0;
    while (vmm_ini_next(&ini, &entry)) {
        cr_assert_gt(entry.key.size, 0);
        count++;
    }
    cr_assert_eq(count, 7);
}
