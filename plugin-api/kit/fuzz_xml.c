/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/xml.h>

/* Every text is UTF-8, and walking comes to an end within the limits. */
static void check(const struct vmm_xml_node *node, uint32_t depth, uint32_t *nodes)
{
    struct vmm_text value;
    bool fine = depth <= VMM_XML_DEPTH_MAX && ++*nodes <= VMM_XML_NODES_MAX &&
                vmm_xml_name(node).size > 0 && vmm_text_is_utf8(vmm_xml_name(node)) &&
                vmm_text_is_utf8(vmm_xml_text(node));
    if (vmm_xml_attribute(node, "a", &value) == 0) {
        fine = fine && vmm_text_is_utf8(value);
    }
    if (!fine) {
        abort();
    }
    for (const struct vmm_xml_node *child = vmm_xml_at(node, "*"); child != NULL;
         child = vmm_xml_sibling(child)) {
        check(child, depth + 1, nodes);
    }
}

/* The first byte chooses the charset of the header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_xml *xml = NULL;
    uint32_t nodes = 0;
    if (size == 0) {
        return 0;
    }
    if (vmm_xml_parse(vmm_text_bytes(data + 1, size - 1), data[0] % 5u, &xml) == 0) {
        check(vmm_xml_root(xml), 1, &nodes);
        vmm_xml_search(vmm_xml_root(xml), "none");
    }
    vmm_xml_destroy(xml);
    return 0;
}
