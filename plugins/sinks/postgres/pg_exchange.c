/* SPDX-License-Identifier: MIT */
#include "pg_exchange.h"

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

void pg_first_line(char out[PG_TEXT_MAX], const char *text)
{
    size_t size = strcspn(text != NULL ? text : "", "\n");
    snprintf(out, PG_TEXT_MAX, "%.*s", (int)(size < PG_TEXT_MAX ? size : PG_TEXT_MAX - 1),
             text != NULL ? text : "");
}

static void take_detail(char out[PG_DETAIL_MAX], const char *text)
{
    int size = snprintf(out, PG_DETAIL_MAX, "%s", text != NULL ? text : "");
    char *comma = size >= (int)PG_DETAIL_MAX ? strrchr(out, ',') : NULL;
    if (comma != NULL) {
        *comma = '\0';
    }
}

static void take_error(struct pg_exchange *exchange, const PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (exchange->has_failed) {
        return; /* the first is the cause */
    }
    exchange->has_failed = true;
    snprintf(exchange->failure.state, sizeof(exchange->failure.state), "%s",
             state != NULL ? state : "");
    pg_first_line(exchange->failure.text, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    take_detail(exchange->failure.detail, PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL));
    if (exchange->failure.text[0] == '\0') {
        pg_first_line(exchange->failure.text, PQresultErrorMessage(result));
    }
}

/* The rows, or word that there are none after all: then the server undoes it, and its error ends the exchange. */
static int copy_in(struct pg_exchange *exchange, PGconn *conn)
{
    bool ok = exchange->copy != NULL && exchange->copy(exchange->arg, conn);
    return PQputCopyEnd(conn, ok ? NULL : "the rows are withdrawn") == 1 ? 0 : VMM_E_IO;
}

/* As pg_exchange_read(). */
static int take_result(struct pg_exchange *exchange, PGconn *conn, const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        return 1;
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        if (exchange->result != NULL) {
            exchange->result(exchange->arg, result);
        }
        return 0;
    case PGRES_COPY_IN:
        return copy_in(exchange, conn);
    case PGRES_PIPELINE_ABORTED:
        return 0;
    default:
        take_error(exchange, result);
        return 0;
    }
}

int pg_exchange_read(struct pg_exchange *exchange, PGconn *conn)
{
    bool at_bound = false; /* a command has ended; twice in a row: all have */
    while (PQisBusy(conn) == 0) {
        PGresult *result = PQgetResult(conn);
        if (result == NULL && (!exchange->is_pipeline || at_bound)) {
            return !exchange->is_pipeline;
        }
        at_bound = result == NULL;
        int rc = result != NULL ? take_result(exchange, conn, result) : 0;
        PQclear(result);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}
