/* SPDX-License-Identifier: MIT */
#include "pg_error.h"

#include <stddef.h>
#include <string.h>

/* By five characters, or by the class, which is the first two. The first that fits holds. */
static const struct {
    const char *state;
    enum pg_cure cure;
} cures[] = {
    {"VM001", PG_CURE_PLACE},     {"VM002", PG_CURE_EPOCH},   {"VM003", PG_CURE_KNOWN},
    {"23505", PG_CURE_AGAIN},     /* unique */
    {"42P01", PG_CURE_SCHEMA},    /* undefined table */
    {"42703", PG_CURE_SCHEMA},    /* undefined column */
    {"42883", PG_CURE_SCHEMA},    /* undefined function */
    {"3F000", PG_CURE_SCHEMA},    /* no such schema */
    {"23514", PG_CURE_SCHEMA},    /* no partition takes the row: one was dropped */
    {"25006", PG_CURE_RECONNECT}, /* read only: this server is a standby now */
    {"26000", PG_CURE_RECONNECT}, /* a prepared statement is gone */
    {"08", PG_CURE_RECONNECT},    {"57P", PG_CURE_RECONNECT}, /* the server stops, starts or has crashed */
    {"58", PG_CURE_RECONNECT},    {"XX", PG_CURE_RECONNECT},  {"22", PG_CURE_ROW},
    {"23", PG_CURE_ROW},
};

enum pg_cure pg_error_cure(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0') {
        return PG_CURE_RECONNECT;
    }
    for (size_t i = 0; i < sizeof(cures) / sizeof(cures[0]); i++) {
        if (strncmp(sqlstate, cures[i].state, strlen(cures[i].state)) == 0) {
            return cures[i].cure;
        }
    }
    return PG_CURE_WAIT;
}
