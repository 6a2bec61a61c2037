/* SPDX-License-Identifier: MIT */
/* A condition as a tree: what generic_condition.c makes and generic_condition_try.c goes down. */
#ifndef GENERIC_NODE_H
#define GENERIC_NODE_H

#include "generic_condition.h"

#define GENERIC_NODES_MAX 64u

enum generic_node_kind {
    GENERIC_NODE_OR,
    GENERIC_NODE_AND,
    GENERIC_NODE_NOT,
    GENERIC_NODE_EQUAL,
    GENERIC_NODE_UNEQUAL,
    GENERIC_NODE_LESS,
    GENERIC_NODE_LESS_EQUAL,
    GENERIC_NODE_MORE,
    GENERIC_NODE_MORE_EQUAL,
    GENERIC_NODE_MATCHES,
    GENERIC_NODE_PLUS,
    GENERIC_NODE_MINUS,
    GENERIC_NODE_TIMES,
    GENERIC_NODE_ANY,
    GENERIC_NODE_ALL,
    GENERIC_NODE_HAS,
    GENERIC_NODE_SIZE,
    GENERIC_NODE_AT,
    GENERIC_NODE_NUMBER,
    GENERIC_NODE_TEXT,
    GENERIC_NODE_TRUE,
    GENERIC_NODE_FALSE,
    GENERIC_NODE_NULL,
};

struct generic_node {
    uint32_t kind; /* enum generic_node_kind */
    size_t left;   /* places of its parts, before its own */
    size_t right;
    bool is_of_item; /* the pointer begins at the item, not at the document */
    char *text;      /* a pointer, or a text */
    double number;
    struct generic_pattern pattern; /* of MATCHES */
};

#endif
