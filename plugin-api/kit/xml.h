/* SPDX-License-Identifier: MIT */
/*
 * XML answers as a small tree, read by local names.
 *
 *   struct vmm_xml *xml = NULL;
 *   if (vmm_xml_parse(body, VMM_CHARSET_UNKNOWN, &xml) == 0) {
 *       const struct vmm_xml_node *root = vmm_xml_root(xml);
 *       for (const struct vmm_xml_node *hdd = vmm_xml_at(root, "hddList/hdd"); hdd != NULL;
 *            hdd = vmm_xml_next(hdd)) { … vmm_xml_text_at(hdd, "status") … }
 *   }
 *   vmm_xml_destroy(xml);
 *
 * Prefixes and namespaces do not count: one maker's firmware has five of them for the same element.
 * A document type is refused, and entities with it; nothing is ever fetched. What stands behind the
 * root is not looked at. Where strict reading fails, bare ampersands and control characters are
 * forgiven once.
 */
#ifndef VMM_KIT_XML_H
#define VMM_KIT_XML_H

#include <kit/charset.h>

#define VMM_XML_NODES_MAX 65536u
#define VMM_XML_DEPTH_MAX 64u

struct vmm_xml;      /* a document */
struct vmm_xml_node; /* an element of it, valid until vmm_xml_destroy() */

/* Read a document. `charset` is that of the Content-Type, or UNKNOWN; a declaration in the document
 * goes first. 0; VMM_E_PROTO when it is no whole document, VMM_E_TOOBIG above the limits,
 * VMM_E_NOMEM. `*xml` is released by vmm_xml_destroy(), and set on 0 only. */
int vmm_xml_parse(struct vmm_text body, uint32_t charset, struct vmm_xml **xml);

/* Release; NULL is allowed. */
void vmm_xml_destroy(struct vmm_xml *xml);

/* Never NULL. */
const struct vmm_xml_node *vmm_xml_root(const struct vmm_xml *xml);

/* Each of the following takes a node that is NULL as one that has nothing. */

/* The local name. */
struct vmm_text vmm_xml_name(const struct vmm_xml_node *node);

/* The text of an element without elements in it, entities replaced, trimmed; else empty. */
struct vmm_text vmm_xml_text(const struct vmm_xml_node *node);

/* Down a path of local names, "hddList/hdd": the first of each, in document order. NULL when there
 * is none. An empty path is the node itself; the name * fits every element. */
const struct vmm_xml_node *vmm_xml_at(const struct vmm_xml_node *node, const char *path);

/* The next element of the same local name under the same parent, or NULL. */
const struct vmm_xml_node *vmm_xml_next(const struct vmm_xml_node *node);

/* The next element of any name under the same parent, or NULL. */
const struct vmm_xml_node *vmm_xml_sibling(const struct vmm_xml_node *node);

/* The first element of this local name at any depth below the node, or NULL. */
const struct vmm_xml_node *vmm_xml_search(const struct vmm_xml_node *node, const char *name);

/* The text at the end of a path; empty when there is none. */
struct vmm_text vmm_xml_text_at(const struct vmm_xml_node *node, const char *path);

/* An attribute by its local name. 0 or VMM_E_NOENT. */
int vmm_xml_attribute(const struct vmm_xml_node *node, const char *name, struct vmm_text *value);

#endif
