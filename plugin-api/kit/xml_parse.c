/* SPDX-License-Identifier: MIT */
/* From text to tree: expat reads, this keeps. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "kit/xml_tree.h"

#define CHUNK_SIZE ((size_t)16 << 10)

struct xml_chunk {
    struct xml_chunk *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

/* A document in the making. */
struct making {
    XML_Parser parser;
    struct vmm_xml *xml;
    struct vmm_xml_node *at; /* the element that is open */
    uint32_t nodes;
    uint32_t depth;
    char *text; /* what was read since the last tag */
    size_t text_size;
    size_t text_room;
    bool whole; /* the root is closed */
    int error;
};

/* ---- Memory ---- */

static struct xml_chunk *chunk_create(struct vmm_xml *xml, size_t need)
{
    size_t size = need > CHUNK_SIZE ? need : CHUNK_SIZE;
    struct xml_chunk *chunk = malloc(sizeof(*chunk) + size);
    if (chunk != NULL) {
        *chunk = (struct xml_chunk){.next = xml->chunks, .size = size};
        xml->chunks = chunk;
    }
    return chunk;
}

static void *take(struct vmm_xml *xml, size_t size)
{
    size_t align = _Alignof(max_align_t);
    size_t need = (size + align - 1) / align * align;
    struct xml_chunk *chunk = xml->chunks;
    if (chunk == NULL || chunk->size - chunk->used < need) {
        chunk = chunk_create(xml, need);
    }
    if (chunk == NULL) {
        return NULL;
    }
    void *at = chunk->bytes + chunk->used;
    chunk->used += need;
    return at;
}

/* A copy of the text in the document's memory. */
static int keep(struct making *m, struct vmm_text text, struct vmm_text *kept)
{
    char *copy = take(m->xml, text.size + 1);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    if (text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    copy[text.size] = '\0';
    *kept = vmm_text_bytes(copy, text.size);
    return 0;
}

void vmm_xml_destroy(struct vmm_xml *xml)
{
    if (xml == NULL) {
        return;
    }
    while (xml->chunks != NULL) {
        struct xml_chunk *chunk = xml->chunks;
        xml->chunks = chunk->next;
        free(chunk);
    }
    free(xml);
}

/* ---- What expat tells ---- */

static void give_up(struct making *m, int error)
{
    if (m->error == 0) {
        m->error = error;
    }
    XML_StopParser(m->parser, XML_FALSE);
}

static struct vmm_text local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return vmm_text_of(colon == NULL || colon[1] == '\0' ? name : colon + 1);
}

static int keep_attributes(struct making *m, struct vmm_xml_node *node, const char **pairs)
{
    struct xml_attribute **end = &node->attributes;
    for (size_t i = 0; pairs[i] != NULL; i += 2) {
        struct xml_attribute *made = take(m->xml, sizeof(*made));
        if (made == NULL) {
            return VMM_E_NOMEM;
        }
        *made = (struct xml_attribute){0};
        if (keep(m, local_name(pairs[i]), &made->name) != 0 ||
            keep(m, vmm_text_trim(vmm_text_of(pairs[i + 1])), &made->value) != 0) {
            return VMM_E_NOMEM;
        }
        *end = made;
        end = &made->next;
    }
    return 0;
}

static void append(struct making *m, struct vmm_xml_node *node)
{
    node->parent = m->at;
    if (m->at == NULL) {
        m->xml->root = node;
    } else if (m->at->last == NULL) {
        m->at->child = node;
        m->at->last = node;
    } else {
        m->at->last->next = node;
        m->at->last = node;
    }
    m->at = node;
}

static void on_start(void *arg, const char *name, const char **attributes)
{
    struct making *m = arg;
    m->text_size = 0;
    if (m->error != 0) {
        return;
    }
    if (++m->nodes > VMM_XML_NODES_MAX || ++m->depth > VMM_XML_DEPTH_MAX) {
        give_up(m, VMM_E_TOOBIG);
        return;
    }
    struct vmm_xml_node *node = take(m->xml, sizeof(*node));
    if (node == NULL) {
        give_up(m, VMM_E_NOMEM);
        return;
    }
    *node = (struct vmm_xml_node){0};
    append(m, node);
    int rc = keep(m, local_name(name), &node->name);
    rc = rc == 0 ? keep_attributes(m, node, attributes) : rc;
    if (rc != 0) {
        give_up(m, rc);
    }
}

static void on_end(void *arg, const char *name)
{
    struct making *m = arg;
    (void)name;
    if (m->error != 0) {
        return;
    }
    struct vmm_text text = vmm_text_trim(vmm_text_bytes(m->text, m->text_size));
    if (m->at->child == NULL && keep(m, text, &m->at->text) != 0) {
        give_up(m, VMM_E_NOMEM);
        return;
    }
    m->text_size = 0;
    m->depth--;
    m->at = m->at->parent;
    m->whole = m->at == NULL;
}

static void on_text(void *arg, const char *bytes, int size)
{
    struct making *m = arg;
    size_t more = (size_t)size;
    if (m->error != 0) {
        return;
    }
    if (m->text_room - m->text_size < more) {
        size_t room = (m->text_size + more) * 2;
        char *text = realloc(m->text, room);
        if (text == NULL) {
            give_up(m, VMM_E_NOMEM);
            return;
        }
        m->text = text;
        m->text_room = room;
    }
    memcpy(m->text + m->text_size, bytes, more);
    m->text_size += more;
}

/* A document type could declare entities: no device needs one. */
static void on_doctype(void *arg, const char *name, const char *system, const char *public,
                       int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    give_up(arg, VMM_E_PROTO);
}

/* ---- Reading ---- */

static int run(struct making *m, struct vmm_text utf8)
{
    m->parser = XML_ParserCreate("UTF-8"); /* whatever the declaration says: it is UTF-8 by now */
    if (m->parser == NULL) {
        return VMM_E_NOMEM;
    }
    XML_SetUserData(m->parser, m);
    XML_SetElementHandler(m->parser, on_start, on_end);
    XML_SetCharacterDataHandler(m->parser, on_text);
    XML_SetStartDoctypeDeclHandler(m->parser, on_doctype);
    enum XML_Status status = XML_Parse(m->parser, utf8.data, (int)utf8.size, 1);
    if (status != XML_STATUS_OK && m->error == 0 && !m->whole) {
        m->error = XML_GetErrorCode(m->parser) == XML_ERROR_NO_MEMORY ? VMM_E_NOMEM : VMM_E_PROTO;
    }
    XML_ParserFree(m->parser);
    free(m->text);
    return m->error;
}

static int read_document(struct vmm_text utf8, struct vmm_xml **xml)
{
    struct making m = {.xml = calloc(1, sizeof(*m.xml))};
    if (m.xml == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = run(&m, utf8);
    if (rc != 0) {
        vmm_xml_destroy(m.xml);
        return rc;
    }
    *xml = m.xml;
    return 0;
}

/* ---- Forgiving ---- */

/* Whether one of the entities begins here that need no document type: &amp; or &#65; */
static bool is_entity(struct vmm_text text)
{
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (text.size >= strlen(known[i]) && memcmp(text.data, known[i], strlen(known[i])) == 0) {
            return true;
        }
    }
    return text.size > 1 && text.data[1] == '#';
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 && c != '\t' && c != '\r' && c != '\n';
}

/* The text with bare ampersands escaped and control characters as spaces; VMM_E_NOENT when there is
 * nothing to mend. */
static int mend(struct vmm_text text, char **out, size_t *size)
{
    size_t bare = 0;
    bool controls = false;
    for (size_t i = 0; i < text.size; i++) {
        struct vmm_text rest = {.data = text.data + i, .size = text.size - i};
        bare += text.data[i] == '&' && !is_entity(rest) ? 1 : 0;
        controls = controls || is_control(text.data[i]);
    }
    if (bare == 0 && !controls) {
        return VMM_E_NOENT;
    }
    char *copy = malloc(text.size + bare * 4 + 1);
    if (copy == NULL) {
        return VMM_E_NOMEM;
    }
    size_t at = 0;
    for (size_t i = 0; i < text.size; i++) {
        struct vmm_text rest = {.data = text.data + i, .size = text.size - i};
        copy[at++] = is_control(text.data[i]) ? ' ' : text.data[i];
        if (text.data[i] == '&' && !is_entity(rest)) {
            memcpy(copy + at, "amp;", 4);
            at += 4;
        }
    }
    *out = copy;
    *size = at;
    return 0;
}

static int read_forgiving(struct vmm_text utf8, struct vmm_xml **xml)
{
    char *mended = NULL;
    size_t size = 0;
    int rc = read_document(utf8, xml);
    if (rc != VMM_E_PROTO || mend(utf8, &mended, &size) != 0) {
        return rc;
    }
    rc = read_document(vmm_text_bytes(mended, size), xml);
    free(mended);
    return rc;
}

int vmm_xml_parse(struct vmm_text body, uint32_t charset, struct vmm_xml **xml)
{
    char *copy = NULL;
    size_t size = 0;
    uint32_t own = vmm_charset_of(vmm_text_of(NULL), body);
    int rc = vmm_charset_copy(own == VMM_CHARSET_UNKNOWN ? charset : own, body, &copy, &size);
    if (rc != 0) {
        return rc;
    }
    rc = read_forgiving(vmm_text_trim(vmm_text_bytes(copy, size)), xml);
    free(copy);
    return rc;
}
