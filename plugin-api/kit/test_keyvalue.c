/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/keyvalue.h>

static void assert_value(const char *answer, const char *key, uint32_t flags, const char *expected)
{
    struct vmm_text value;
    int rc = vmm_keyvalue_find(vmm_text_of(answer), key, flags, &value);
    if (expected == NULL) {
        cr_assert_eq(rc, VMM_E_NOENT, "%s", answer);
        return;
    }
    cr_assert_eq(rc, 0, "%s", answer);
    cr_assert(vmm_text_equal(value, expected), "%.*s", (int)value.size, value.data);
}

Test(kit_keyvalue, reads_each_way_of_writing_a_line)
{
    assert_value("a=1", "a", 0, "1");
    assert_value("a='IB8369A'\r\n", "a", 0, "IB8369A");
    assert_value("a=\"x\"\n", "a", 0, "x");
    assert_value(" a = x y \r\n", "a", 0, "x y");
    assert_value("a=\r\n", "a", 0, "");
    assert_value("a=''", "a", 0, "");
    assert_value("a=b=c", "a", 0, "b=c");
    assert_value("\xEF\xBB\xBF"
                 "a=1",
                 "a", 0, "1");
    assert_value("a='it's'", "a", 0, "it's");
}

Test(kit_keyvalue, passes_over_what_is_no_line_of_this_kind)
{
    assert_value("a\n=1\n[a=1]\na=2", "a", 0, "2");
    assert_value("a='cut off", "a", 0, NULL);
    assert_value("a='", "a", 0, NULL);
    assert_value("a='x\"", "a", 0, NULL);
    assert_value("", "a", 0, NULL);
    assert_value("<html>\n", "a", 0, NULL);
}

Test(kit_keyvalue, tells_duplicates_and_case_apart_as_asked)
{
    assert_value("a=1\na=2\n", "a", 0, "1");
    assert_value("a=1\na=2\n", "a", VMM_KEYVALUE_LAST, "2");
    assert_value("Model=X\n", "model", 0, NULL);
    assert_value("Model=X\n", "mODEL", VMM_KEYVALUE_ANY_CASE, "X");
}

Test(kit_keyvalue, reads_the_number_in_a_key)
{
    uint32_t n = 0;
    cr_assert_eq(
        vmm_keyvalue_index(vmm_text_of("status_c12_signal"), "status_c", "_signal", 63, &n), 0);
    cr_assert_eq(n, 12);
    cr_assert_eq(
        vmm_keyvalue_index(vmm_text_of("status_c64_signal"), "status_c", "_signal", 63, &n),
        VMM_E_RANGE);
    static const char *const none[] = {
        "status_c_signal",   "status_c1",        "c1_signal", "status_c-1_signal",
        "status_c 1_signal", "status_cx_signal", ""};
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        cr_assert_eq(vmm_keyvalue_index(vmm_text_of(none[i]), "status_c", "_signal", 63, &n),
                     VMM_E_INVAL, "%s", none[i]);
    }
}
