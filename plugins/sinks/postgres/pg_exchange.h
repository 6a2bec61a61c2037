/* SPDX-License-Identifier: MIT */
/* One exchange with the server: what was asked, and what becomes of its results until all have come. */
#ifndef PG_EXCHANGE_H
#define PG_EXCHANGE_H

#include <libpq-fe.h>
#include <stdbool.h>

#define PG_TEXT_MAX   240u
#define PG_DETAIL_MAX 4096u

/* How an exchange failed. */
struct pg_failure {
    char state[6]; /* SQLSTATE; "": the connection broke */
    char text[PG_TEXT_MAX];
    char detail[PG_DETAIL_MAX]; /* a list is cut behind one of its commas */
};

/* Each result of an exchange that is no error, in order; valid for the call. */
typedef void (*pg_result_fn)(void *arg, const PGresult *result);

/* Its end; `failure` is NULL when nothing went wrong. */
typedef void (*pg_done_fn)(void *arg, const struct pg_failure *failure);

/* The server takes rows now: hand them to PQputCopyData(). False: there are none after all, it is to undo all. */
typedef bool (*pg_copy_fn)(void *arg, PGconn *conn);

struct pg_exchange {
    bool open;
    bool is_pipeline;
    bool has_failed;
    struct pg_failure failure;
    pg_result_fn result;
    pg_copy_fn copy;
    pg_done_fn done;
    void *arg;
};

/* Read what has come. 1 at the end of the exchange, 0 before; VMM_E_IO: the connection is of no use any more. */
int pg_exchange_read(struct pg_exchange *exchange, PGconn *conn);

/* libpq's words are some lines; the first says it. */
void pg_first_line(char out[PG_TEXT_MAX], const char *text);

#endif
