/* SPDX-License-Identifier: MIT */
/* What an error of the server means for what was asked of it. Pure. */
#ifndef PG_ERROR_H
#define PG_ERROR_H

enum pg_cure {
    PG_CURE_WAIT,      /* the same again later: the server is full, busy, or was told to stop it */
    PG_CURE_RECONNECT, /* this connection is of no use any more */
    PG_CURE_SCHEMA,    /* tables are missing: look at the schema */
    PG_CURE_PLACE,     /* what was written before is not there: say anew where to go on */
    PG_CURE_EPOCH,     /* a site belongs to another node by now */
    PG_CURE_KNOWN,     /* another node has told an event already */
    PG_CURE_AGAIN,     /* rows are there already */
    PG_CURE_ROW,       /* a row is at fault: find it */
};

/* For the SQLSTATE of an error; NULL or "": the connection broke. */
enum pg_cure pg_error_cure(const char *sqlstate);

#endif
