/* SPDX-License-Identifier: MIT */
/* Reading a condition: recursive descent, a node for each part. */
#include "generic_condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generic_node.h"
#include "generic_value.h"

#define DEPTH_MAX 16u /* parts within one another */

struct reader {
    const char *text;
    size_t at;
    uint32_t depth;
    struct generic_condition *condition;
    char *why;
    size_t why_size;
};

struct word {
    const char *text;
    uint32_t kind;
};

static int read_or(struct reader *r, size_t *place);

static int wrong(struct reader *r, const char *what)
{
    if (r->why[0] == '\0') {
        snprintf(r->why, r->why_size, "%s, at byte %zu of the condition", what, r->at + 1);
    }
    return VMM_E_INVAL;
}

static int add(struct reader *r, const struct generic_node *node, size_t *place)
{
    if (r->condition->count == GENERIC_NODES_MAX) {
        return wrong(r, "a condition has at most 64 parts");
    }
    *place = r->condition->count;
    r->condition->nodes[*place] = *node;
    r->condition->count++;
    return 0;
}

/* ---- Words ---- */

static void skip_blanks(struct reader *r)
{
    r->at += strspn(r->text + r->at, " \t");
}

/* One of these signs comes next, the longer ones first: its kind, or -1. */
static int take_sign(struct reader *r, const struct word *signs, size_t count)
{
    skip_blanks(r);
    for (size_t i = 0; i < count; i++) {
        size_t size = strlen(signs[i].text);
        if (strncmp(r->text + r->at, signs[i].text, size) == 0) {
            r->at += size;
            return (int)signs[i].kind;
        }
    }
    return -1;
}

static bool take(struct reader *r, const char *sign)
{
    return take_sign(r, &(struct word){sign, 0}, 1) == 0;
}

/* A word of letters comes next, and no more of them. */
static bool take_word(struct reader *r, const char *word)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    size_t size = strlen(word);
    skip_blanks(r);
    if (strspn(r->text + r->at, letters) != size || strncmp(r->text + r->at, word, size) != 0) {
        return false;
    }
    r->at += size;
    return true;
}

/* Copy what stands before the closing sign, which the reader is behind then. */
static int take_quoted(struct reader *r, char sign, char **out)
{
    const char *begin = r->text + r->at + 1;
    const char *end = strchr(begin, sign);
    if (end == NULL) {
        return wrong(r, "this has no end");
    }
    *out = strndup(begin, (size_t)(end - begin));
    r->at += (size_t)(end - begin) + 2;
    return *out == NULL ? VMM_E_NOMEM : 0;
}

static int take_text(struct reader *r, char **out)
{
    skip_blanks(r);
    char sign = r->text[r->at];
    return sign == '\'' || sign == '"' ? take_quoted(r, sign, out)
                                       : wrong(r, "a text stands in ''");
}

/* ---- Values ---- */

static bool is_pointer(const char *text)
{
    return text[0] == '/' || text[0] == '.' || text[0] == '`';
}

/* "/a/b", "./a", "." or one of these between grave accents. */
static int take_pointer(struct reader *r, struct generic_node *node)
{
    skip_blanks(r);
    const char *begin = r->text + r->at;
    int rc = 0;
    char *text = NULL;
    if (*begin == '`') {
        rc = take_quoted(r, '`', &text);
    } else {
        size_t size = strcspn(begin, " \t(),=<>!&|'\"");
        text = strndup(begin, size);
        r->at += size;
        rc = text == NULL ? VMM_E_NOMEM : 0;
    }
    if (rc != 0) {
        return rc;
    }
    node->is_of_item = text[0] == '.';
    const char *way = text + (node->is_of_item ? 1 : 0);
    if (way[0] != '/' && !(node->is_of_item && way[0] == '\0')) {
        free(text);
        r->at = (size_t)(begin - r->text);
        return wrong(r, "a pointer is like /Data/0/Model or ./Model");
    }
    node->text = strdup(way);
    free(text);
    return node->text == NULL ? VMM_E_NOMEM : 0;
}

/* Add a node that owns a text. */
static int add_owner(struct reader *r, struct generic_node *node, int rc, size_t *place)
{
    rc = rc != 0 ? rc : add(r, node, place);
    if (rc != 0) {
        free(node->text);
    }
    return rc;
}

/* "-12.5e3": a sign, digits, and an exponent where there is one. */
static size_t number_size(const char *text)
{
    size_t size = text[0] == '-' ? 1 : 0;
    size += strspn(text + size, "0123456789.");
    if (text[size] == 'e' || text[size] == 'E') {
        size += 1;
        size += text[size] == '-' || text[size] == '+' ? 1 : 0;
        size += strspn(text + size, "0123456789");
    }
    return size;
}

static int read_number(struct reader *r, size_t *place)
{
    struct generic_node node = {.kind = GENERIC_NODE_NUMBER};
    size_t size = number_size(r->text + r->at);
    if (!generic_value_number(vmm_text_bytes(r->text + r->at, size), &node.number)) {
        return wrong(r, "a value is expected");
    }
    r->at += size;
    return add(r, &node, place);
}

/* "(pointer)" or "(pointer, condition)" */
static int read_call(struct reader *r, uint32_t kind, size_t *place)
{
    struct generic_node node = {.kind = kind};
    bool goes_in = kind == GENERIC_NODE_ANY || kind == GENERIC_NODE_ALL;
    int rc = take(r, "(") ? take_pointer(r, &node) : wrong(r, "a ( is expected");
    if (rc == 0 && goes_in) {
        rc = take(r, ",") ? read_or(r, &node.left) : wrong(r, "a , is expected");
    }
    if (rc == 0 && !take(r, ")")) {
        rc = wrong(r, "a ) is expected");
    }
    return add_owner(r, &node, rc, place);
}

static int read_word(struct reader *r, size_t *place)
{
    static const struct word calls[] = {{"any", GENERIC_NODE_ANY},
                                        {"all", GENERIC_NODE_ALL},
                                        {"has", GENERIC_NODE_HAS},
                                        {"size", GENERIC_NODE_SIZE}};
    static const struct word words[] = {
        {"true", GENERIC_NODE_TRUE}, {"false", GENERIC_NODE_FALSE}, {"null", GENERIC_NODE_NULL}};
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (take_word(r, calls[i].text)) {
            return read_call(r, calls[i].kind, place);
        }
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (take_word(r, words[i].text)) {
            return add(r, &(struct generic_node){.kind = words[i].kind}, place);
        }
    }
    return read_number(r, place);
}

static int read_value(struct reader *r, size_t *place)
{
    struct generic_node node = {.kind = GENERIC_NODE_NOT};
    skip_blanks(r);
    const char *next = r->text + r->at;
    int rc = 0;
    if (r->depth == DEPTH_MAX) {
        return wrong(r, "at most 16 parts stand within one another");
    }
    r->depth++;
    if (take(r, "!")) {
        rc = read_value(r, &node.left);
        rc = rc != 0 ? rc : add(r, &node, place);
    } else if (take(r, "(")) {
        rc = read_or(r, place);
        rc = rc != 0 || take(r, ")") ? rc : wrong(r, "a ) is expected");
    } else if (is_pointer(next)) {
        node.kind = GENERIC_NODE_AT;
        rc = add_owner(r, &node, take_pointer(r, &node), place);
    } else if (*next == '\'' || *next == '"') {
        node.kind = GENERIC_NODE_TEXT;
        rc = add_owner(r, &node, take_text(r, &node.text), place);
    } else {
        rc = read_word(r, place);
    }
    r->depth--;
    return rc;
}

/* ---- Between values ---- */

typedef int (*part_reader)(struct reader *r, size_t *place);

/* Parts with these signs between them, from the left. */
static int read_chain(struct reader *r, part_reader part, const struct word *signs, size_t count,
                      size_t *place)
{
    int rc = part(r, place);
    int kind = rc == 0 ? take_sign(r, signs, count) : -1;
    while (rc == 0 && kind >= 0) {
        struct generic_node node = {.kind = (uint32_t)kind, .left = *place};
        rc = part(r, &node.right);
        rc = rc != 0 ? rc : add(r, &node, place);
        kind = rc == 0 ? take_sign(r, signs, count) : -1;
    }
    return rc;
}

static int read_product(struct reader *r, size_t *place)
{
    static const struct word signs[] = {{"*", GENERIC_NODE_TIMES}};
    return read_chain(r, read_value, signs, 1, place);
}

static int read_sum(struct reader *r, size_t *place)
{
    static const struct word signs[] = {{"+", GENERIC_NODE_PLUS}, {"-", GENERIC_NODE_MINUS}};
    return read_chain(r, read_product, signs, 2, place);
}

static int read_matches(struct reader *r, size_t *place)
{
    struct generic_node node = {.kind = GENERIC_NODE_MATCHES, .left = *place};
    char *text = NULL;
    char why[100] = "";
    int rc = take_text(r, &text);
    if (rc == 0) {
        rc = generic_pattern_init(&node.pattern, text, why, sizeof(why));
        free(text);
        rc = rc == VMM_E_INVAL ? wrong(r, why) : rc;
        rc = rc != 0 ? rc : add(r, &node, place);
        if (rc != 0) {
            generic_pattern_finish(&node.pattern);
        }
    }
    return rc;
}

static int read_relation(struct reader *r, size_t *place)
{
    static const struct word signs[] = {
        {"==", GENERIC_NODE_EQUAL},      {"!=", GENERIC_NODE_UNEQUAL},
        {"<=", GENERIC_NODE_LESS_EQUAL}, {">=", GENERIC_NODE_MORE_EQUAL},
        {"<", GENERIC_NODE_LESS},        {">", GENERIC_NODE_MORE}};
    int rc = read_sum(r, place);
    if (rc == 0 && take_word(r, "matches")) {
        return read_matches(r, place);
    }
    int kind = rc == 0 ? take_sign(r, signs, sizeof(signs) / sizeof(signs[0])) : -1;
    if (rc == 0 && kind >= 0) {
        struct generic_node node = {.kind = (uint32_t)kind, .left = *place};
        rc = read_sum(r, &node.right);
        rc = rc != 0 ? rc : add(r, &node, place);
    }
    return rc;
}

static int read_and(struct reader *r, size_t *place)
{
    static const struct word signs[] = {{"&&", GENERIC_NODE_AND}};
    return read_chain(r, read_relation, signs, 1, place);
}

static int read_or(struct reader *r, size_t *place)
{
    static const struct word signs[] = {{"||", GENERIC_NODE_OR}};
    return read_chain(r, read_and, signs, 1, place);
}

static int read_all(struct reader *r)
{
    size_t whole = 0;
    int rc = read_or(r, &whole);
    skip_blanks(r);
    return rc == 0 && r->text[r->at] != '\0' ? wrong(r, "&&, || or the end is expected") : rc;
}

int generic_condition_init(struct generic_condition *condition, const char *text, char *why,
                           size_t why_size)
{
    struct reader r = {.text = text, .condition = condition, .why = why, .why_size = why_size};
    *condition = (struct generic_condition){0};
    why[0] = '\0';
    if (strlen(text) > GENERIC_CONDITION_MAX) {
        snprintf(why, why_size, "a condition has at most %u bytes", GENERIC_CONDITION_MAX);
        return VMM_E_INVAL;
    }
    condition->nodes = calloc(GENERIC_NODES_MAX, sizeof(*condition->nodes));
    int rc = condition->nodes == NULL ? VMM_E_NOMEM : read_all(&r);
    if (rc == VMM_E_NOMEM) {
        snprintf(why, why_size, "out of memory");
    }
    if (rc != 0) {
        generic_condition_finish(condition);
        return rc;
    }
    struct generic_node *fitted =
        realloc(condition->nodes, condition->count * sizeof(*condition->nodes));
    condition->nodes = fitted != NULL ? fitted : condition->nodes;
    return 0;
}

void generic_condition_finish(struct generic_condition *condition)
{
    for (size_t i = 0; i < condition->count; i++) {
        free(condition->nodes[i].text);
        if (condition->nodes[i].kind == GENERIC_NODE_MATCHES) {
            generic_pattern_finish(&condition->nodes[i].pattern);
        }
    }
    free(condition->nodes);
    *condition = (struct generic_condition){0};
}
