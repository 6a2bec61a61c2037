/* SPDX-License-Identifier: MIT */
#include "kit/xml.h"

#include <string.h>

#include "kit/xml_tree.h"

const struct vmm_xml_node *vmm_xml_root(const struct vmm_xml *xml)
{
    return xml->root;
}

struct vmm_text vmm_xml_name(const struct vmm_xml_node *node)
{
    return node == NULL ? vmm_text_of(NULL) : node->name;
}

struct vmm_text vmm_xml_text(const struct vmm_xml_node *node)
{
    return node == NULL ? vmm_text_of(NULL) : node->text;
}

static bool is_named(const struct vmm_xml_node *node, struct vmm_text name)
{
    if (name.size == 1 && name.data[0] == '*') {
        return true;
    }
    return node->name.size == name.size && memcmp(node->name.data, name.data, name.size) == 0;
}

/* The first of this name from `node` on, along the siblings. */
static const struct vmm_xml_node *along(const struct vmm_xml_node *node, struct vmm_text name)
{
    while (node != NULL && !is_named(node, name)) {
        node = node->next;
    }
    return node;
}

const struct vmm_xml_node *vmm_xml_at(const struct vmm_xml_node *node, const char *path)
{
    struct vmm_text rest = vmm_text_of(path);
    struct vmm_text name;
    while (node != NULL && vmm_text_part(&rest, '/', &name)) {
        node = along(node->child, name);
    }
    return node;
}

const struct vmm_xml_node *vmm_xml_next(const struct vmm_xml_node *node)
{
    return node == NULL ? NULL : along(node->next, node->name);
}

const struct vmm_xml_node *vmm_xml_sibling(const struct vmm_xml_node *node)
{
    return node == NULL ? NULL : node->next;
}

/* The node that follows in document order within `top`; NULL at its end. */
static const struct vmm_xml_node *following(const struct vmm_xml_node *node,
                                            const struct vmm_xml_node *top)
{
    if (node->child != NULL) {
        return node->child;
    }
    while (node != top && node->next == NULL) {
        node = node->parent;
    }
    return node == top ? NULL : node->next;
}

const struct vmm_xml_node *vmm_xml_search(const struct vmm_xml_node *node, const char *name)
{
    if (node == NULL) {
        return NULL;
    }
    const struct vmm_xml_node *at = following(node, node);
    while (at != NULL && !is_named(at, vmm_text_of(name))) {
        at = following(at, node);
    }
    return at;
}

struct vmm_text vmm_xml_text_at(const struct vmm_xml_node *node, const char *path)
{
    return vmm_xml_text(vmm_xml_at(node, path));
}

int vmm_xml_attribute(const struct vmm_xml_node *node, const char *name, struct vmm_text *value)
{
    const struct xml_attribute *at = node == NULL ? NULL : node->attributes;
    while (at != NULL && !vmm_text_equal(at->name, name)) {
        at = at->next;
    }
    if (at == NULL) {
        return VMM_E_NOENT;
    }
    *value = at->value;
    return 0;
}
