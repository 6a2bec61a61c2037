/* SPDX-License-Identifier: MIT */
#include "onvif_guard.h"

#include <string.h>

#include <vmm/errors.h>

struct scan {
    struct vmm_text xml;
    size_t at;
    struct vmm_text name[ONVIF_NAMES_MAX];
    size_t names;
};

static bool is_over(const struct scan *scan)
{
    return scan->at >= scan->xml.size;
}

static bool is_at(const struct scan *scan, const char *word)
{
    size_t size = strlen(word);
    return scan->xml.size - scan->at >= size && memcmp(scan->xml.data + scan->at, word, size) == 0;
}

/* Behind the next `end`, or to the end of all. What was passed over. */
static struct vmm_text pass(struct scan *scan, const char *end)
{
    const char *from = scan->xml.data + scan->at;
    size_t left = scan->xml.size - scan->at;
    const char *found = memmem(from, left, end, strlen(end));
    size_t size = found != NULL ? (size_t)(found - from) : left;
    scan->at += size + (found != NULL ? strlen(end) : 0);
    return vmm_text_bytes(from, size);
}

static bool holds(struct vmm_text text, char c)
{
    return text.size > 0 && memchr(text.data, c, text.size) != NULL;
}

/* A comment, a CDATA section, a declaration: nothing in them is a tag. */
static int pass_markup(struct scan *scan)
{
    if (is_at(scan, "<!--")) {
        scan->at += 4;
        pass(scan, "--");
        return is_over(scan) || scan->xml.data[scan->at] == '>' ? 0 : VMM_E_PROTO;
    }
    if (is_at(scan, "<![")) {
        scan->at += 3;
        pass(scan, "[");
        pass(scan, "]]>");
        return 0;
    }
    scan->at++;
    return holds(pass(scan, ">"), '<') ? VMM_E_PROTO : 0;
}

/* ---- Tags ---- */

static bool is_of_name(char c)
{
    return (unsigned char)c > ' ' && strchr("<>\"'=/", c) == NULL;
}

static struct vmm_text take_name(struct scan *scan)
{
    size_t begin = scan->at;
    while (!is_over(scan) && is_of_name(scan->xml.data[scan->at])) {
        scan->at++;
    }
    return vmm_text_bytes(scan->xml.data + begin, scan->at - begin);
}

static int count_name(struct scan *scan, struct vmm_text name)
{
    for (size_t i = 0; i < scan->names; i++) {
        if (scan->name[i].size == name.size &&
            memcmp(scan->name[i].data, name.data, name.size) == 0) {
            return 0;
        }
    }
    if (scan->names == ONVIF_NAMES_MAX) {
        return VMM_E_TOOBIG;
    }
    scan->name[scan->names++] = name;
    return 0;
}

/* The next of what a tag has behind its name. */
static int pass_part(struct scan *scan)
{
    char c = scan->xml.data[scan->at];
    if (c == '<') {
        return VMM_E_PROTO;
    }
    if (c == '"' || c == '\'') {
        scan->at++;
        return holds(pass(scan, c == '"' ? "\"" : "'"), '<') ? VMM_E_PROTO : 0;
    }
    if (is_of_name(c)) {
        return count_name(scan, take_name(scan));
    }
    scan->at++;
    return 0;
}

static int pass_tag(struct scan *scan)
{
    size_t begin = scan->at++;
    scan->at += is_at(scan, "/") ? 1 : 0;
    if (take_name(scan).size == 0 && !is_over(scan)) {
        return VMM_E_PROTO;
    }
    int rc = 0;
    while (rc == 0 && !is_over(scan) && scan->xml.data[scan->at] != '>') {
        rc = pass_part(scan);
    }
    return rc == 0 && scan->at - begin > ONVIF_TAG_MAX ? VMM_E_TOOBIG : rc;
}

int onvif_guard(struct vmm_text xml)
{
    struct scan scan = {.xml = xml};
    int rc = 0;
    while (rc == 0 && !is_over(&scan)) {
        pass(&scan, "<");
        if (!is_over(&scan)) {
            scan.at--;
            rc = is_at(&scan, "<!") || is_at(&scan, "<?") ? pass_markup(&scan) : pass_tag(&scan);
        }
    }
    return rc;
}
