/* SPDX-License-Identifier: MIT */
/*
 * Trying a condition on a document. What is not there makes a part untold and not false: "a || b" holds by either alone, and
 * "a && b" is false by either alone.
 */
#include <kit/json.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "generic_node.h"
#include "generic_value.h"

enum value_kind { UNTOLD, TRUTH, NUMBER, TEXT, NOTHING, DOCUMENT };

struct value {
    enum value_kind kind;
    bool truth;
    double number;
    struct vmm_text text;
};

struct attempt {
    const struct generic_condition *condition;
    const json_t *document;
    const json_t *item; /* that any() or all() is at, else the document */
    struct generic_clock *clock;
    const struct generic_node *missing; /* the first pointer that led nowhere */
};

static struct value value_of(struct attempt *a, size_t place);

static struct value truth_of(bool truth)
{
    return (struct value){.kind = TRUTH, .truth = truth};
}

static struct value number_of(double number)
{
    return (struct value){.kind = NUMBER, .number = number};
}

static const struct value untold = {.kind = UNTOLD};

static bool is(struct value value, bool truth)
{
    return value.kind == TRUTH && value.truth == truth;
}

/* ---- What the document says ---- */

static const json_t *look_at(const struct attempt *a, const struct generic_node *node)
{
    return vmm_json_at(node->is_of_item ? a->item : a->document, node->text);
}

static void miss(struct attempt *a, const struct generic_node *node)
{
    a->missing = a->missing == NULL ? node : a->missing;
}

static struct value pointed(struct attempt *a, const struct generic_node *node)
{
    const json_t *json = look_at(a, node);
    if (json == NULL) {
        miss(a, node);
        return untold;
    }
    switch (json_typeof(json)) {
    case JSON_TRUE:
    case JSON_FALSE:
        return truth_of(json_is_true(json));
    case JSON_INTEGER:
    case JSON_REAL:
        return number_of(json_number_value(json));
    case JSON_STRING:
        return (struct value){.kind = TEXT, .text = vmm_json_text(json, "")};
    case JSON_NULL:
        return (struct value){.kind = NOTHING};
    default:
        return (struct value){.kind = DOCUMENT};
    }
}

/* ---- Numbers and comparisons ---- */

static bool is_list(const json_t *json)
{
    return json_is_array(json) || json_is_object(json);
}

/* Devices write numbers as texts, too. */
static bool number_in(struct value value, double *number)
{
    *number = value.number;
    return value.kind == NUMBER ||
           (value.kind == TEXT && generic_value_number(vmm_text_trim(value.text), number));
}

/* Infinity less infinity is no number: held against any other it would be neither more nor less, and pass for equal. */
static struct value calculated(uint32_t kind, struct value left, struct value right)
{
    double a = 0;
    double b = 0;
    if (!number_in(left, &a) || !number_in(right, &b)) {
        return untold;
    }
    double number = kind == GENERIC_NODE_PLUS ? a + b : kind == GENERIC_NODE_MINUS ? a - b : a * b;
    return isnan(number) ? untold : number_of(number);
}

static int compare_texts(struct vmm_text left, struct vmm_text right)
{
    size_t shorter = left.size < right.size ? left.size : right.size;
    int order = shorter == 0 ? 0 : memcmp(left.data, right.data, shorter);
    return order != 0 ? order : (left.size > right.size) - (left.size < right.size);
}

/* Values of different kinds are unequal. */
static struct value equal(struct value left, struct value right)
{
    double a = 0;
    double b = 0;
    if (left.kind == UNTOLD || right.kind == UNTOLD || left.kind == DOCUMENT ||
        right.kind == DOCUMENT) {
        return untold;
    }
    bool texts = left.kind == TEXT && right.kind == TEXT;
    if (!texts && number_in(left, &a) && number_in(right, &b)) {
        return truth_of(a == b);
    }
    if (left.kind != right.kind) {
        return truth_of(false);
    }
    return truth_of(texts ? compare_texts(left.text, right.text) == 0 : left.truth == right.truth);
}

/* As numbers where both are, else as texts where both are. */
static struct value ordered(uint32_t kind, struct value left, struct value right)
{
    double a = 0;
    double b = 0;
    int order = 0;
    if (number_in(left, &a) && number_in(right, &b)) {
        order = (a > b) - (a < b);
    } else if (left.kind == TEXT && right.kind == TEXT) {
        order = compare_texts(left.text, right.text);
    } else {
        return untold;
    }
    return truth_of(kind == GENERIC_NODE_LESS         ? order < 0
                    : kind == GENERIC_NODE_LESS_EQUAL ? order <= 0
                    : kind == GENERIC_NODE_MORE       ? order > 0
                                                      : order >= 0);
}

static struct value matched(struct attempt *a, const struct generic_node *node)
{
    struct value value = value_of(a, node->left);
    if (value.kind != TEXT) {
        return untold;
    }
    bool found = generic_pattern_find(&node->pattern, value.text, a->clock, NULL);
    return a->clock->over ? untold : truth_of(found);
}

/* ---- Truths ---- */

/* One that is `enough` decides, whatever the other is. */
static struct value joined(struct attempt *a, const struct generic_node *node, bool enough)
{
    struct value left = value_of(a, node->left);
    if (is(left, enough)) {
        return left;
    }
    struct value right = value_of(a, node->right);
    bool told = is(right, enough) || (is(left, !enough) && is(right, !enough));
    return told ? right : untold;
}

static struct value negated(struct value value)
{
    return value.kind == TRUTH ? truth_of(!value.truth) : untold;
}

static struct value each_item(struct attempt *a, const struct generic_node *node,
                              const json_t *list)
{
    bool enough = node->kind == GENERIC_NODE_ANY;
    const json_t *outer = a->item;
    struct value all = truth_of(!enough);
    size_t count = vmm_json_count(list, "");
    for (size_t i = 0; i < count && !is(all, enough); i++) {
        if (generic_clock_is_over(a->clock)) {
            all = untold;
            break;
        }
        a->item = vmm_json_item(list, "", i);
        struct value one = value_of(a, node->left);
        all = is(one, enough) || one.kind != TRUTH ? one : all;
    }
    a->item = outer;
    return all.kind == TRUTH ? all : untold;
}

static struct value listed(struct attempt *a, const struct generic_node *node)
{
    const json_t *list = look_at(a, node);
    if (node->kind == GENERIC_NODE_HAS) {
        return truth_of(list != NULL);
    }
    if (list == NULL) {
        miss(a, node);
    }
    if (!is_list(list)) {
        return untold;
    }
    return node->kind == GENERIC_NODE_SIZE ? number_of((double)vmm_json_count(list, ""))
                                           : each_item(a, node, list);
}

static struct value compared(struct attempt *a, const struct generic_node *node)
{
    struct value left = value_of(a, node->left);
    struct value right = value_of(a, node->right);
    switch (node->kind) {
    case GENERIC_NODE_EQUAL:
        return equal(left, right);
    case GENERIC_NODE_UNEQUAL:
        return negated(equal(left, right));
    case GENERIC_NODE_PLUS:
    case GENERIC_NODE_MINUS:
    case GENERIC_NODE_TIMES:
        return calculated(node->kind, left, right);
    default:
        return ordered(node->kind, left, right);
    }
}

static struct value value_of(struct attempt *a, size_t place)
{
    const struct generic_node *node = &a->condition->nodes[place];
    switch (node->kind) {
    case GENERIC_NODE_OR:
    case GENERIC_NODE_AND:
        return joined(a, node, node->kind == GENERIC_NODE_OR);
    case GENERIC_NODE_NOT:
        return negated(value_of(a, node->left));
    case GENERIC_NODE_MATCHES:
        return matched(a, node);
    case GENERIC_NODE_ANY:
    case GENERIC_NODE_ALL:
    case GENERIC_NODE_HAS:
    case GENERIC_NODE_SIZE:
        return listed(a, node);
    case GENERIC_NODE_AT:
        return pointed(a, node);
    case GENERIC_NODE_NUMBER:
        return number_of(node->number);
    case GENERIC_NODE_TEXT:
        return (struct value){.kind = TEXT, .text = vmm_text_of(node->text)};
    case GENERIC_NODE_TRUE:
    case GENERIC_NODE_FALSE:
        return truth_of(node->kind == GENERIC_NODE_TRUE);
    case GENERIC_NODE_NULL:
        return (struct value){.kind = NOTHING};
    default:
        return compared(a, node);
    }
}

static void say_untold(const struct attempt *a, char *why, size_t why_size)
{
    if (a->document == NULL) {
        snprintf(why, why_size, "the answer is no JSON");
    } else if (a->missing != NULL) {
        snprintf(why, why_size, "%s%.48s is not in the answer", a->missing->is_of_item ? "." : "",
                 a->missing->text);
    } else {
        snprintf(why, why_size, "its values cannot be compared so");
    }
}

enum generic_holds generic_condition_try(const struct generic_condition *condition,
                                         const struct json_t *document, struct generic_clock *clock,
                                         char *why, size_t why_size)
{
    struct attempt a = {
        .condition = condition, .document = document, .item = document, .clock = clock};
    struct value value = document == NULL ? untold : value_of(&a, condition->count - 1);
    if (value.kind == TRUTH) {
        return value.truth ? GENERIC_HOLDS : GENERIC_HOLDS_NOT;
    }
    say_untold(&a, why, why_size);
    return GENERIC_UNTOLD;
}
