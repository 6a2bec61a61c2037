/* SPDX-License-Identifier: MIT */
/* core.db against the record in PostgreSQL. */
#ifndef RECORD_EQUAL_H
#define RECORD_EQUAL_H

#include "rig.h"
#include "server.h"

/* Wait until each table of the record has the same rows in both, value for value: at most `ms`. */
void equal_wait(struct rig *rig, const char *db, const struct server *server, int ms);

/* The same question once: "" or what differs first, in static memory. */
const char *equal_differs(const char *db, const struct server *server);

#endif
