/* SPDX-License-Identifier: MIT */
/* This machine: whether it is cut off by its own evidence, and what is told of that. */
#ifndef MAIN_NODE_H
#define MAIN_NODE_H

#include "cause/isolation.h"
#include "main/watch.h"

struct node;

/* NULL without memory. Without netlink nothing ever speaks for isolation. */
struct node *node_create(struct watch *watch);
void node_destroy(struct node *node);

/* Its stored row; before node_start(). */
void node_restore(struct node *node, const struct store_component *row);

/* See how the network is, and watch it from now on. */
void node_start(struct node *node);

/* The configuration may name other references. */
void node_set_references(struct node *node);

/* Time has passed. */
void node_time(struct node *node);

/* Whether this machine is cut off, and failed looks judge nobody. */
const struct isolation *node_isolation(const struct node *node);

#endif
