/* SPDX-License-Identifier: MIT */
/* The node of a test program: a vmmd with six cameras at site north, and a PostgreSQL that it keeps its record in. */
#ifndef RECORD_NODE_H
#define RECORD_NODE_H

#include "rig.h"
#include "server.h"

#define NODE_EQUAL_MS 60000

struct node {
    struct rig rig;
    struct server server;
    struct server standby; /* only where a test makes one */
    char db[192];          /* core.db */
};

extern struct node node;

/* Of a test suite. Without PostgreSQL the test says that it is skipped, and ends. */
void node_set_up(void);
void node_tear_down(void);

/* Parts of node_set_up(): server and vmmd are made, vmmd is not started; its cameras are loaded and are OK. */
void node_open(bool durable);
void node_load(void);

/* Settings of the sink, JSON texts: the members of `hosts`, and what else there is, each with a comma before it. */
void node_configure(const char *hosts, const char *more);

/* Wait until core.db and PostgreSQL have the same rows. */
void node_expect_equal(void);

/* Switch cameras off and on: each makes an event, and changes rows of five tables. */
void node_make_event(void);
void node_make_events(int count);

/* An event of three days ago: wait until PostgreSQL has the rows of the days since, of a camera and its site. */
void node_make_days(void);

/* Wait until a count of the server's has come to this; fails the test where it does not. */
void node_wait(const char *count, long long least);

/* One number out of PostgreSQL. */
long long node_number(const char *sql);

/* What people would notice first: an event twice. */
void node_expect_nothing_twice(const struct server *server);

#endif
