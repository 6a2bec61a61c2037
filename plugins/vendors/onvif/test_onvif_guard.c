/* SPDX-License-Identifier: MIT */
/* What gSOAP never sees, because it would go through it for seconds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "onvif_codec.h"
#include "onvif_guard.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* `before`, then `part` with a number in it so many times, then `behind`. */
static struct vmm_text repeat(const char *before, const char *part, size_t times,
                              const char *behind)
{
    static char out[ONVIF_BODY_MAX];
    size_t used = (size_t)snprintf(out, sizeof(out), "%s", before);
    for (size_t i = 0; i < times; i++) {
        const char *mark = strchr(part, '#');
        int length = mark == NULL ? snprintf(out + used, sizeof(out) - used, "%s", part)
                                  : snprintf(out + used, sizeof(out) - used, "%.*s%zx%s",
                                             (int)(mark - part), part, i, mark + 1);
        used += (size_t)length;
        cr_assert_lt(used, sizeof(out));
    }
    used += (size_t)snprintf(out + used, sizeof(out) - used, "%s", behind);
    return vmm_text_bytes(out, used);
}

Test(onvif_guard, names_of_attributes_are_counted_wherever_they_hide)
{
    static const struct {
        const char *before;
        const char *part;
        const char *behind;
    } cases[] = {
        {"<x ", "a#=\"\" ", "/>"},                  /* in one tag */
        {"<x ", "a# ", "/>"},                       /* without a value */
        {"<x>", "<y a#=\"\"/>", "</x>"},            /* one in each of many */
        {"<x>", "<y xmlns:a#='u'/>", "</x>"},       /* name spaces */
        {"<x q=\">\" ", "a#=\"\"", "/>"},           /* behind an end that is none */
        {"<x q='\">' ", "a#='\"'", "/>"},           /* other quotes */
        {"<!-- \" --><x ", "a#=\"\" ", "/>"},       /* quotes that are none */
        {"<![CDATA[<!-- ]]><x ", "a#=\"\" ", "/>"}, /* a comment that is none */
        {"<?p '?><x ", "a#=\"\" ", "/>"},
        {"<!DOCTYPE x \"><x ", "a#=\"\" ", "/>"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct vmm_text few = repeat(cases[i].before, cases[i].part, 200, cases[i].behind);
        cr_expect_eq(onvif_guard(few), 0, "%s", cases[i].before);
        struct vmm_text many = repeat(cases[i].before, cases[i].part, 300, cases[i].behind);
        cr_expect_eq(onvif_guard(many), VMM_E_TOOBIG, "%s", cases[i].before);
    }
}

Test(onvif_guard, what_can_be_read_in_two_ways_is_refused)
{
    static const char *const texts[] = {"<x a=\"<!-- \" -->\" b=\"\"/>", "<x <!-- > --> b=\"\"/>",
                                        "<!-- -- <x a=''/> -->", "< x a=''/>",
                                        "<!DOCTYPE x [<!ENTITY e ''>]>"};
    for (size_t i = 0; i < LENGTH(texts); i++) {
        cr_expect_eq(onvif_guard(vmm_text_of(texts[i])), VMM_E_PROTO, "%s", texts[i]);
    }
}

Test(onvif_guard, a_long_tag_is_refused_and_a_short_one_is_not)
{
    cr_expect_eq(onvif_guard(repeat("<x a='", "1234567", 1100, "'/>")), 0);
    cr_expect_eq(onvif_guard(repeat("<x a='", "1234567", 1200, "'/>")), VMM_E_TOOBIG);
    cr_expect_eq(onvif_guard(repeat("<x>", "<y a=''/>", 20000, "</x>")), 0);
    cr_expect_eq(onvif_guard(repeat("<x>", "1234567", 20000, "</x>")), 0);
}

Test(onvif_guard, what_is_cut_off_is_for_the_decoder)
{
    static const char text[] = "<?xml v='1'?><!-- c --><![CDATA[d]]><x a=\"1\"><y/></x>";
    for (size_t size = 0; size < sizeof(text); size++) {
        cr_expect_eq(onvif_guard(vmm_text_bytes(text, size)), 0, "%zu", size);
    }
}
