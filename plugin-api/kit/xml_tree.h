/* SPDX-License-Identifier: MIT */
/* What a document is made of; for xml.c and xml_parse.c alone. */
#ifndef VMM_KIT_XML_TREE_H
#define VMM_KIT_XML_TREE_H

#include "kit/xml.h"

struct xml_attribute {
    struct vmm_text name; /* local */
    struct vmm_text value;
    struct xml_attribute *next;
};

struct vmm_xml_node {
    struct vmm_text name; /* local */
    struct vmm_text text;
    struct xml_attribute *attributes;
    struct vmm_xml_node *parent;
    struct vmm_xml_node *child; /* the first */
    struct vmm_xml_node *last;  /* the last child */
    struct vmm_xml_node *next;  /* sibling */
};

struct xml_chunk; /* memory of nodes and texts, released together */

struct vmm_xml {
    struct vmm_xml_node *root;
    struct xml_chunk *chunks;
};

#endif
