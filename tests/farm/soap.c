/* SPDX-License-Identifier: MIT */
#include "farm/soap.h"

#include <string.h>

#define DEPTH_MAX 32

/* A start or end tag, and the text behind it up to the next tag. */
struct tag {
    struct slice name;
    struct slice attributes;
    struct slice text;
    bool end;
    bool empty; /* <name/> */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && is_space(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.at[text.len - 1])) {
        text.len--;
    }
    return text;
}

static void split_tag(struct slice inner, struct tag *tag)
{
    tag->end = inner.len > 0 && inner.at[0] == '/';
    inner.at += tag->end;
    inner.len -= tag->end;
    tag->empty = inner.len > 0 && inner.at[inner.len - 1] == '/';
    inner.len -= tag->empty;
    size_t at = 0;
    while (at < inner.len && !is_space(inner.at[at])) {
        at++;
    }
    tag->name = (struct slice){inner.at, at};
    tag->attributes = (struct slice){inner.at + at, inner.len - at};
}

/* The next tag that is neither a comment nor an instruction; false at the end. */
static bool next_tag(struct slice *rest, struct tag *tag)
{
    for (;;) {
        struct slice before = slice_cut(rest, '<');
        (void)before;
        if (rest->len == 0) {
            return false;
        }
        struct slice inner = slice_cut(rest, '>');
        if (inner.len == 0 || inner.at[0] == '?' || inner.at[0] == '!') {
            continue;
        }
        split_tag(inner, tag);
        const char *next = rest->len > 0 ? memchr(rest->at, '<', rest->len) : NULL;
        size_t length = next != NULL ? (size_t)(next - rest->at) : rest->len;
        tag->text = trim((struct slice){rest->at, length});
        return true;
    }
}

/* A name's prefix and its local part. */
static struct slice split_name(struct slice name, struct slice *prefix)
{
    struct slice local = name;
    *prefix = slice_cut(&local, ':');
    if (prefix->len == name.len) {
        *prefix = (struct slice){name.at, 0};
        return name;
    }
    return local;
}

static struct slice local_name(struct slice name)
{
    struct slice prefix;
    return split_name(name, &prefix);
}

/* The value of the attribute NAME; false: there is none. */
static bool find_attribute(struct slice attributes, struct slice name, struct slice *value)
{
    while (attributes.len > 0) {
        struct slice found = trim(slice_cut(&attributes, '='));
        attributes = trim(attributes);
        if (attributes.len == 0 || (attributes.at[0] != '"' && attributes.at[0] != '\'')) {
            return false;
        }
        char quote = attributes.at[0];
        attributes.at++;
        attributes.len--;
        *value = slice_cut(&attributes, quote);
        if (slice_equal(found, name)) {
            return true;
        }
    }
    return false;
}

/* The namespace that PREFIX stands for at the innermost of COUNT elements. */
static struct slice find_space(const struct slice *attributes, int count, struct slice prefix)
{
    char name[64] = "xmlns";
    struct slice value = {0};
    if (prefix.len + sizeof "xmlns:" > sizeof name) {
        return value;
    }
    if (prefix.len > 0) {
        name[5] = ':';
        memcpy(name + 6, prefix.at, prefix.len);
    }
    for (int i = count - 1; i >= 0; i--) {
        if (find_attribute(attributes[i], slice_of(name), &value)) {
            return value;
        }
    }
    return (struct slice){0};
}

/* An element of the header: of a UsernameToken's, the text is kept. */
static void take_header(const struct tag *tag, struct soap *soap)
{
    struct slice name = local_name(tag->name);
    if (slice_equal(name, SLICE("Username"))) {
        soap->user = tag->text;
    } else if (slice_equal(name, SLICE("Password"))) {
        soap->password = tag->text;
        find_attribute(tag->attributes, SLICE("Type"), &soap->type);
    } else if (slice_equal(name, SLICE("Nonce"))) {
        soap->nonce = tag->text;
    } else if (slice_equal(name, SLICE("Created"))) {
        soap->created = tag->text;
    }
}

bool soap_read(struct slice text, struct soap *soap)
{
    struct slice attributes[3] = {{0}}; /* of envelope, body, operation */
    struct slice part = {0};            /* Header or Body */
    struct tag tag;
    int depth = 0;
    *soap = (struct soap){0};
    while (depth < DEPTH_MAX && next_tag(&text, &tag)) {
        if (tag.end) {
            depth--;
            continue;
        }
        if (depth == 0 && !slice_equal(local_name(tag.name), SLICE("Envelope"))) {
            return false;
        }
        if (depth >= 0 && depth < 3) {
            attributes[depth] = tag.attributes;
        }
        if (depth == 1) {
            part = local_name(tag.name);
        } else if (depth == 2 && slice_equal(part, SLICE("Body"))) {
            struct slice prefix;
            soap->operation = split_name(tag.name, &prefix);
            soap->space = find_space(attributes, 3, prefix);
            return soap->operation.len > 0;
        } else if (depth > 1 && slice_equal(part, SLICE("Header"))) {
            take_header(&tag, soap);
        }
        depth += !tag.empty;
    }
    *soap = (struct soap){0};
    return false;
}
