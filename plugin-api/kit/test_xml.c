/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <kit/xml.h>

#include <stdlib.h>
#include <string.h>

static struct vmm_xml *xml;

static const struct vmm_xml_node *read_as(const char *text, uint32_t charset)
{
    vmm_xml_destroy(xml);
    xml = NULL;
    cr_assert_eq(vmm_xml_parse(vmm_text_of(text), charset, &xml), 0, "%s", text);
    return vmm_xml_root(xml);
}

static const struct vmm_xml_node *read_text(const char *text)
{
    return read_as(text, VMM_CHARSET_UNKNOWN);
}

static void done(void)
{
    vmm_xml_destroy(xml);
    xml = NULL;
}

TestSuite(kit_xml, .fini = done);

static void assert_text(const struct vmm_xml_node *node, const char *path, const char *expected)
{
    struct vmm_text text = vmm_xml_text_at(node, path);
    cr_assert(vmm_text_equal(text, expected), "%s: %.*s", path, (int)text.size, text.data);
}

static void assert_refused(struct vmm_text text, int error)
{
    struct vmm_xml *made = NULL;
    cr_assert_eq(vmm_xml_parse(text, VMM_CHARSET_UNKNOWN, &made), error, "%.*s",
                 (int)(text.size < 80 ? text.size : 80), text.data);
    cr_assert_null(made);
}

Test(kit_xml, a_path_of_local_names_finds_an_element_in_any_namespace)
{
    static const char *const same[] = {
        "<list><hdd><status>ok</status></hdd></list>",
        "<list xmlns=\"urn:psialliance-org\"><hdd><status>ok</status></hdd></list>",
        "<s:list xmlns:s='a'><hdd xmlns='b'><x:status xmlns:x='c'>ok</x:status></hdd></s:list>",
        "<s:list><s:hdd><unbound:status>\r\n ok </unbound:status></s:hdd></s:list>",
    };
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        const struct vmm_xml_node *root = read_text(same[i]);
        cr_assert(vmm_text_equal(vmm_xml_name(root), "list"), "%s", same[i]);
        assert_text(root, "hdd/status", "ok");
    }
}

Test(kit_xml, a_name_that_ends_in_a_colon_is_its_own)
{
    assert_text(read_text("<a><b:>x</b:></a>"), "b:", "x");
}

Test(kit_xml, names_differ_in_case)
{
    assert_text(read_text("<a><Enable>false</Enable><enable>true</enable></a>"), "enable", "true");
}

Test(kit_xml, walks_along_siblings_of_one_name)
{
    const struct vmm_xml_node *root =
        read_text("<a><hdd><id>1</id></hdd><nas/><hdd><id>2</id></hdd></a>");
    const struct vmm_xml_node *hdd = vmm_xml_at(root, "hdd");
    assert_text(hdd, "id", "1");
    cr_assert(vmm_text_equal(vmm_xml_name(vmm_xml_sibling(hdd)), "nas"));
    hdd = vmm_xml_next(hdd);
    assert_text(hdd, "id", "2");
    cr_assert_null(vmm_xml_next(hdd));
    cr_assert_null(vmm_xml_sibling(hdd));
    assert_text(vmm_xml_at(root, "*/id"), "", "1");
}

Test(kit_xml, searches_at_any_depth_below_the_node_alone)
{
    const struct vmm_xml_node *root =
        read_text("<a><b><c/><d><e>deep</e></d></b><f><e>other</e></f></a>");
    assert_text(vmm_xml_search(root, "e"), "", "deep");
    assert_text(vmm_xml_search(vmm_xml_at(root, "f"), "e"), "", "other");
    cr_assert_null(vmm_xml_search(vmm_xml_at(root, "b/c"), "e"));
    cr_assert_null(vmm_xml_search(vmm_xml_at(root, "b"), "f"));
    cr_assert_null(vmm_xml_search(root, "a"));
}

Test(kit_xml, nothing_has_nothing)
{
    struct vmm_text value;
    cr_assert_null(vmm_xml_at(NULL, "a"));
    cr_assert_null(vmm_xml_next(NULL));
    cr_assert_null(vmm_xml_sibling(NULL));
    cr_assert_null(vmm_xml_search(NULL, "a"));
    cr_assert_eq(vmm_xml_text_at(NULL, "a/b").size, 0);
    cr_assert_eq(vmm_xml_name(NULL).size, 0);
    cr_assert_eq(vmm_xml_attribute(NULL, "a", &value), VMM_E_NOENT);
    cr_assert_eq(vmm_xml_at(read_text("<a/>"), ""), vmm_xml_root(xml));
}

Test(kit_xml, reads_attributes_by_local_name)
{
    struct vmm_text value;
    const struct vmm_xml_node *root = read_text("<a x:size=\" 8 \" opt='a&amp;b'/>");
    cr_assert_eq(vmm_xml_attribute(root, "size", &value), 0);
    cr_assert(vmm_text_equal(value, "8"));
    cr_assert_eq(vmm_xml_attribute(root, "opt", &value), 0);
    cr_assert(vmm_text_equal(value, "a&b"));
    cr_assert_eq(vmm_xml_attribute(root, "id", &value), VMM_E_NOENT);
}

Test(kit_xml, puts_entities_and_pieces_of_text_together)
{
    const struct vmm_xml_node *root =
        read_text("<a><b>1 &lt; 2 &#38; <![CDATA[<3>]]><!-- no --> ok</b><m>x<n/>y</m></a>");
    assert_text(root, "b", "1 < 2 & <3> ok");
    assert_text(root, "m", "");
}

Test(kit_xml, reads_each_charset)
{
    static const char door[] = "\xE5\xA4\xA7\xE9\x96\x80";
    assert_text(read_text("<?xml version='1.0' encoding='Big5'?><a><n>\xA4\x6A\xAA\xF9</n></a>"),
                "n", door);
    assert_text(read_as("<a><n>\xB4\xF3\xE9\x54</n></a>", VMM_CHARSET_GBK), "n", door);
    assert_text(read_text("<?xml version='1.0' encoding='ISO-8859-1'?><a><n>\xE9t\xE9</n></a>"),
                "n", "\xC3\xA9t\xC3\xA9");
    assert_text(read_text("\xEF\xBB\xBF\r\n<?xml version='1.0' encoding='utf-8'?><a><n>x</n></a>"),
                "n", "x");
    assert_text(read_text("<?xml version='1.0' encoding='koi8-r'?><a><n>x</n></a>"), "n", "x");
}

Test(kit_xml, forgives_a_bare_ampersand_a_control_character_and_what_follows)
{
    assert_text(read_text("<a><n>R&D &amp; co &#65;</n></a>"), "n", "R&D & co A");
    assert_text(read_text("<a><n>R&D;</n></a>"), "n", "R&D;");
    assert_text(read_text("<a><n>x\001y</n></a>"), "n", "x y");
    assert_text(read_text("<a><n>x</n></a>garbage<"), "n", "x");
}

Test(kit_xml, refuses_what_is_no_whole_document)
{
    static const char *const bad[] = {"",   "plain",         "<a><b></a>", "<a><b>x</b>",
                                      "<a", "<a><b>x</b></", "{\"a\":1}",  "<a b=1></a>"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_refused(vmm_text_of(bad[i]), VMM_E_PROTO);
    }
}

Test(kit_xml, refuses_a_document_type_and_its_entities)
{
    assert_refused(vmm_text_of("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), VMM_E_PROTO);
    assert_refused(vmm_text_of("<!DOCTYPE html><html></html>"), VMM_E_PROTO);
    assert_refused(vmm_text_of("<a>&#0;</a>"), VMM_E_PROTO);
}

Test(kit_xml, keeps_to_its_limits)
{
    size_t size = (size_t)VMM_XML_NODES_MAX * 4 + 16;
    char *many = malloc(size);
    cr_assert_not_null(many);
    strcpy(many, "<r>");
    for (size_t i = 0; i < VMM_XML_NODES_MAX; i++) {
        memcpy(many + 3 + i * 4, "<a/>", 4);
    }
    strcpy(many + 3 + (size_t)VMM_XML_NODES_MAX * 4, "</r>");
    assert_refused(vmm_text_of(many), VMM_E_TOOBIG);
    size_t deep = 0;
    for (size_t i = 0; i <= VMM_XML_DEPTH_MAX; i++) {
        memcpy(many + deep, "<a>", 3);
        deep += 3;
    }
    assert_refused(vmm_text_bytes(many, deep), VMM_E_TOOBIG);
    free(many);
}
