/* SPDX-License-Identifier: MIT */
#include "config/scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"
#include "config/scan_token.h"

struct entry {
    uint32_t pointer; /* offset in texts */
    struct scan_place value;
    struct scan_place key; /* line 0: no member of an object */
};

struct scan {
    struct buf texts;   /* the pointers, each ended by NUL */
    struct buf entries; /* struct entry */
    struct map map;     /* from pointer to number of the entry */
};

struct parser {
    struct scan_cursor cursor;
    struct scan *scan;
    struct buf path; /* the pointer of the value being read, ended by NUL */
    struct buf key;  /* the last key, decoded */
    unsigned depth;
};

static int parse_value(struct parser *parser, struct scan_place key);

static struct entry *entry_at(const struct scan *scan, uint32_t number)
{
    return (struct entry *)scan->entries.data + number;
}

static const char *entry_key(const void *owner, uint32_t number)
{
    const struct scan *scan = owner;
    return (const char *)scan->texts.data + entry_at(scan, number)->pointer;
}

static int refuse(struct parser *parser, const char *problem, const char *remedy)
{
    return scan_refuse(&parser->cursor, buf_cstr(&parser->path), problem, remedy);
}

/* Cut the pointer back to what it was. */
static void path_cut(struct parser *parser, size_t size)
{
    parser->path.size = size;
}

static void path_push(struct parser *parser, const char *token)
{
    buf_char(&parser->path, '/');
    for (const char *p = token; *p != '\0'; p++) {
        if (*p == '~' || *p == '/') {
            buf_text(&parser->path, *p == '~' ? "~0" : "~1");
        } else {
            buf_char(&parser->path, *p);
        }
    }
}

static int add_entry(struct parser *parser, struct scan_place key)
{
    struct scan *scan = parser->scan;
    struct entry entry = {
        .pointer = (uint32_t)scan->texts.size, .value = parser->cursor.place, .key = key};
    const char *pointer = buf_cstr(&parser->path);
    buf_add(&scan->texts, pointer, parser->path.size + 1);
    uint32_t number = (uint32_t)(scan->entries.size / sizeof(entry));
    buf_add(&scan->entries, &entry, sizeof(entry));
    if (buf_failed(&parser->path) || buf_failed(&scan->texts) || buf_failed(&scan->entries)) {
        return VMM_E_NOMEM;
    }
    return map_put(&scan->map, number);
}

static int refuse_twice(struct parser *parser, struct scan_place place)
{
    const char *pointer = buf_cstr(&parser->path);
    uint32_t first = map_find(&parser->scan->map, pointer);
    char problem[96];
    text_format(problem, sizeof(problem), "the key stands twice, first in line %u",
                entry_at(parser->scan, first)->key.line);
    parser->cursor.place = place;
    return refuse(parser, problem, "keep one of them");
}

static int parse_member(struct parser *parser)
{
    size_t outer = parser->path.size;
    struct scan_place place = parser->cursor.place;
    if (scan_peek(&parser->cursor) != '"') {
        return refuse(parser, "a key in double quotes is missing here",
                      "write \"key\": value, and no comma after the last member");
    }
    int rc = scan_string(&parser->cursor, &parser->key);
    if (rc != 0) {
        return rc == VMM_E_NOMEM ? rc : refuse(parser, parser->cursor.problem, "");
    }
    path_push(parser, buf_cstr(&parser->key));
    if (map_find(&parser->scan->map, buf_cstr(&parser->path)) != MAP_NONE) {
        return refuse_twice(parser, place);
    }
    scan_blank(&parser->cursor);
    if (!scan_take(&parser->cursor, ':')) {
        return refuse(parser, "a colon is missing after the key", "write \"key\": value");
    }
    scan_blank(&parser->cursor);
    rc = parse_value(parser, place);
    path_cut(parser, outer);
    return rc;
}

static int parse_element(struct parser *parser, uint32_t index)
{
    size_t outer = parser->path.size;
    buf_printf(&parser->path, "/%u", index);
    int rc = parse_value(parser, (struct scan_place){0});
    path_cut(parser, outer);
    return rc;
}

/* The inside of {…} or […]; the opening character has been taken. */
static int parse_inside(struct parser *parser, char end)
{
    scan_blank(&parser->cursor);
    if (scan_take(&parser->cursor, end)) {
        return 0;
    }
    for (uint32_t index = 0;; index++) {
        int rc = end == '}' ? parse_member(parser) : parse_element(parser, index);
        if (rc != 0) {
            return rc;
        }
        scan_blank(&parser->cursor);
        if (scan_take(&parser->cursor, end)) {
            return 0;
        }
        if (!scan_take(&parser->cursor, ',')) {
            return refuse(parser,
                          end == '}' ? "a comma or } is missing" : "a comma or ] is missing",
                          "look at the line above, too");
        }
        scan_blank(&parser->cursor);
    }
}

static int parse_nested(struct parser *parser, char end)
{
    if (parser->depth == SCAN_DEPTH_MAX) {
        return refuse(parser, "this is nested too deep", "at most 32 levels are read");
    }
    parser->depth++;
    scan_take(&parser->cursor, end == '}' ? '{' : '[');
    int rc = parse_inside(parser, end);
    parser->depth--;
    return rc;
}

static int parse_value(struct parser *parser, struct scan_place key)
{
    int rc = add_entry(parser, key);
    if (rc != 0) {
        return rc;
    }
    int c = scan_peek(&parser->cursor);
    if (c == '{' || c == '[') {
        return parse_nested(parser, c == '{' ? '}' : ']');
    }
    rc = c == '"' ? scan_string(&parser->cursor, &parser->key) : scan_plain(&parser->cursor);
    return rc == VMM_E_PROTO ? refuse(parser, parser->cursor.problem, "") : rc;
}

static int parse_text(struct parser *parser)
{
    scan_blank(&parser->cursor);
    int rc = parse_value(parser, (struct scan_place){0});
    if (rc != 0) {
        return rc;
    }
    scan_blank(&parser->cursor);
    if (scan_peek(&parser->cursor) != SCAN_END) {
        return refuse(parser, "something stands after the end of the value", "remove it");
    }
    return 0;
}

int scan_create(const char *text, size_t size, struct scan **out, struct config_error *error)
{
    struct parser parser = {.cursor = {.at = text, .end = text + size, .place = {1, 1}}};
    parser.cursor.error = error;
    if (size > SCAN_SIZE_MAX) {
        refuse(&parser, "the text is larger than 4 MiB", "split it");
        buf_finish(&parser.path);
        return VMM_E_TOOBIG;
    }
    parser.scan = calloc(1, sizeof(*parser.scan));
    if (parser.scan == NULL) {
        return VMM_E_NOMEM;
    }
    map_init(&parser.scan->map, entry_key, parser.scan);
    int rc = parse_text(&parser);
    buf_finish(&parser.path);
    buf_wipe(&parser.key);
    if (rc != 0) {
        scan_destroy(parser.scan);
        return rc;
    }
    *out = parser.scan;
    return 0;
}

void scan_destroy(struct scan *scan)
{
    if (scan == NULL) {
        return;
    }
    map_finish(&scan->map);
    buf_finish(&scan->texts);
    buf_finish(&scan->entries);
    free(scan);
}

int scan_find(const struct scan *scan, const char *pointer, struct scan_place *place)
{
    uint32_t number = map_find(&scan->map, pointer);
    if (number == MAP_NONE) {
        return VMM_E_NOENT;
    }
    *place = entry_at(scan, number)->value;
    return 0;
}

int scan_find_key(const struct scan *scan, const char *pointer, struct scan_place *place)
{
    uint32_t number = map_find(&scan->map, pointer);
    if (number == MAP_NONE || entry_at(scan, number)->key.line == 0) {
        return VMM_E_NOENT;
    }
    *place = entry_at(scan, number)->key;
    return 0;
}

void scan_pointer(char *out, size_t size, const char *parent, const char *token)
{
    size_t used = strlen(parent);
    if (used + 2 > size) {
        text_format(out, size, "%s", parent);
        return;
    }
    memmove(out, parent, used);
    out[used++] = '/';
    for (const char *p = token; *p != '\0' && used + 3 <= size; p++) {
        if (*p == '~' || *p == '/') {
            out[used++] = '~';
            out[used++] = *p == '~' ? '0' : '1';
        } else {
            out[used++] = *p;
        }
    }
    out[used] = '\0';
}
