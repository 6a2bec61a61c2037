/* SPDX-License-Identifier: MIT */
#include "pg_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg_month.h"
#include "pg_schema.h"

#define MONTHS_MAX 64u
#define REFUSED_US 60000000u /* a newer schema is looked at again so often */

struct pg_session {
    const struct vmm_host *host;
    const struct pg_settings *settings;
    const struct pg_session_events *events;
    void *arg;
    const char *node;
    struct pg_link *link;
    bool ready;
    bool has_schema;
    bool has_version;
    bool refused; /* told of a newer schema */
    bool anew;    /* what was written is lost in part: everybody begins again */
    bool mended;  /* that was done in this session */
    unsigned version;
    unsigned missing;
    uint32_t answers; /* results of the exchange so far */
    char places[PG_TABLES][VMM_PLACE_MAX];
    int32_t months[MONTHS_MAX];
    uint32_t month_count;
};

static void run_step(struct pg_session *session);

/* ---- exchanges ---- */

static void fail(struct pg_session *session, const char *why)
{
    pg_link_drop(session->link, why, 0);
}

/* Run SQL as the next step; `sql` is freed when `owned`. */
static void run(struct pg_session *session, const char *sql, bool owned, pg_result_fn result,
                pg_done_fn done)
{
    session->answers = 0;
    bool begun = sql != NULL && pg_link_simple(session->link, sql, result, done, session);
    if (owned) {
        free((char *)sql);
    }
    if (!begun) {
        fail(session, "no memory for a statement");
    }
}

/* True when the exchange went well; else the connection is given up. */
static bool is_done(struct pg_session *session, const struct pg_failure *failure)
{
    if (failure != NULL) {
        fail(session, failure->text);
    }
    return failure == NULL;
}

static bool is_true(const PGresult *result, int column)
{
    return PQntuples(result) == 1 && PQgetvalue(result, 0, column)[0] == 't';
}

static unsigned number_of(const PGresult *result)
{
    return PQntuples(result) == 1 ? (unsigned)strtoul(PQgetvalue(result, 0, 0), NULL, 10) : 0;
}

/* ---- 6: statements and places ---- */

static void on_place(void *arg, const PGresult *result)
{
    struct pg_session *session = arg;
    for (int i = 0; PQnfields(result) == 2 && i < PQntuples(result); i++) {
        enum pg_table_id table = pg_table_find(PQgetvalue(result, i, 0));
        if (table < PG_TABLES) {
            pg_session_set_place(session, table, PQgetvalue(result, i, 1));
        }
    }
}

static void on_prepared(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (is_done(session, failure)) {
        session->ready = true;
        pg_link_works(session->link);
        session->events->ready(session->arg);
    }
}

const char *pg_statement_name(const char *verb, const struct pg_table *table, char *name)
{
    snprintf(name, PG_STATEMENT_MAX, "%s_%s", verb, table->name);
    return name;
}

/* Statements whose parameters are the columns as arrays say the types; the others leave it to the server. */
static bool prepare_one(PGconn *conn, const char *verb, const struct pg_table *table,
                        bool (*make)(const struct pg_table *, char *))
{
    char name[PG_STATEMENT_MAX];
    char sql[PG_SQL_MAX];
    return !make(table, sql) ||
           PQsendPrepare(conn, pg_statement_name(verb, table, name), sql, 0, NULL) == 1;
}

static bool prepare_all(PGconn *conn)
{
    bool ok = true;
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        const struct pg_table *table = &pg_tables[id];
        ok = ok && prepare_one(conn, "put", table, pg_table_put_sql) &&
             prepare_one(conn, "again", table, pg_table_again_sql) &&
             prepare_one(conn, "clear", table, pg_table_clear_sql) &&
             prepare_one(conn, "gone", table, pg_table_gone_sql) &&
             prepare_one(conn, "range", table, pg_table_range_sql);
    }
    static const char *const others[][2] = {
        {"guard", "SELECT record_guard($1::text[], $2::int8[])"},
        {"known", "SELECT record_known($1::text, $2::uuid[], $3::text[], $4::timestamptz[])"},
        {"advance", "SELECT record_advance($1::text, $2::text, $3::text, $4::text)"},
        {"lock", PG_SCHEMA_LOCK},
        {"partition", "SELECT record_partition($1::date)"},
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ok = ok && PQsendPrepare(conn, others[i][0], others[i][1], 0, NULL) == 1;
    }
    return ok;
}

static void prepare(struct pg_session *session)
{
    PGconn *conn = pg_link_connection(session->link);
    const char *const values[] = {session->node};
    memset(session->places, 0, sizeof(session->places));
    if (conn == NULL || !pg_link_pipeline(session->link) || !prepare_all(conn) ||
        PQsendQueryParams(conn, "SELECT table_name, place FROM record_place WHERE node_id = $1", 1,
                          NULL, values, NULL, NULL, 0) != 1 ||
        !pg_link_run(session->link, on_place, on_prepared, session)) {
        fail(session, "no memory for the statements");
    }
}

/* ---- 5: partitions ---- */

static void on_partitions(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (is_done(session, failure)) {
        int32_t now = pg_month_of(session->host->wall_us(session->host->context));
        for (int32_t i = -1; i <= (int32_t)session->settings->months_ahead - 1; i++) {
            pg_session_add_month(session, now + i);
        }
        prepare(session);
    }
}

static void make_partitions(struct pg_session *session)
{
    session->month_count = 0;
    run(session, pg_schema_partitions_sql(session->settings->months_ahead), true, NULL,
        on_partitions);
}

/* ---- 4: partitions that were lost ---- */

static void on_missing_months(void *arg, const PGresult *result)
{
    ((struct pg_session *)arg)->missing = number_of(result);
}

static void on_months(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (!is_done(session, failure)) {
        return;
    }
    if (session->missing > 0 && session->mended) {
        fail(session, "partitions are still missing after they were made anew");
    } else if (session->missing > 0) {
        session->anew = true;
        session->version = 0;
        run_step(session);
    } else {
        make_partitions(session);
    }
}

/* ---- 3: steps of the schema ---- */

static void on_step(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (is_done(session, failure)) {
        session->version++;
        session->mended = session->mended || session->anew;
        session->anew = session->anew && session->version < pg_migration_count;
        run_step(session);
    }
}

static void run_step(struct pg_session *session)
{
    if (session->version < pg_migration_count) {
        unsigned number = session->version + 1;
        char line[80];
        snprintf(line, sizeof(line), "schema: step %u%s", number,
                 session->anew ? ", because tables are missing" : "");
        session->host->log(session->host->context, VMM_LOG_INFO, line);
        /* Places are forgotten with the last step: until then it is begun again. */
        run(session, pg_schema_step_sql(number, session->anew && number == pg_migration_count),
            true, NULL, on_step);
        return;
    }
    session->missing = 0;
    run(session, pg_schema_months_sql(), false, on_missing_months, on_months);
}

/* ---- 2: the version ---- */

static void on_version_row(void *arg, const PGresult *result)
{
    struct pg_session *session = arg;
    if (session->answers++ == 0) {
        session->version = number_of(result);
    } else {
        session->missing = number_of(result);
    }
}

static void refuse(struct pg_session *session)
{
    char why[160];
    snprintf(why, sizeof(why),
             "the schema of the record is %u, made by a newer release; this one knows %u",
             session->version, pg_migration_count);
    if (!session->refused) {
        session->host->log(session->host->context, VMM_LOG_ERROR, why);
    }
    session->refused = true;
    pg_link_drop(session->link, why, REFUSED_US);
}

static void on_version(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (!is_done(session, failure)) {
        return;
    }
    if (session->version > pg_migration_count) {
        refuse(session);
        return;
    }
    session->refused = false;
    session->anew = session->missing > 0 && session->version > 0;
    session->version = session->missing > 0 ? 0 : session->version;
    run_step(session);
}

static void ask_version(struct pg_session *session)
{
    session->version = 0;
    session->missing = 0;
    session->anew = false;
    session->mended = false;
    if (!session->has_version) {
        run_step(session);
        return;
    }
    run(session, pg_schema_version_sql(), false, on_version_row, on_version);
}

/* ---- 1: settings ---- */

static void on_created(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    if (is_done(session, failure)) {
        ask_version(session);
    }
}

static void on_what_is_there(void *arg, const PGresult *result)
{
    struct pg_session *session = arg;
    if (PQnfields(result) == 2) {
        session->has_schema = is_true(result, 0);
        session->has_version = is_true(result, 1);
    }
}

static void on_settings(void *arg, const struct pg_failure *failure)
{
    struct pg_session *session = arg;
    char sql[128];
    if (!is_done(session, failure)) {
        return;
    }
    if (session->has_schema) {
        ask_version(session);
        return;
    }
    snprintf(sql, sizeof(sql), "CREATE SCHEMA IF NOT EXISTS \"%s\"", session->settings->schema);
    run(session, sql, false, NULL, on_created);
}

static void on_up(void *arg)
{
    struct pg_session *session = arg;
    run(session, pg_schema_settings_sql(session->settings->schema, session->settings->statement_ms),
        true, on_what_is_there, on_settings);
}

static void on_down(void *arg, const char *why)
{
    struct pg_session *session = arg;
    session->ready = false;
    session->events->lost(session->arg, why);
}

/* ---- what others ask ---- */

struct pg_link *pg_session_link(struct pg_session *session)
{
    return session->link;
}

bool pg_session_is_ready(const struct pg_session *session)
{
    return session->ready;
}

const char *pg_session_place(const struct pg_session *session, enum pg_table_id table)
{
    return session->places[table];
}

void pg_session_set_place(struct pg_session *session, enum pg_table_id table, const char *place)
{
    snprintf(session->places[table], sizeof(session->places[table]), "%s", place);
}

bool pg_session_has_month(const struct pg_session *session, int32_t month)
{
    for (uint32_t i = 0; i < session->month_count; i++) {
        if (session->months[i] == month) {
            return true;
        }
    }
    return false;
}

void pg_session_add_month(struct pg_session *session, int32_t month)
{
    if (!pg_session_has_month(session, month)) {
        /* When there are too many the oldest is asked for again. */
        session->months[session->month_count % MONTHS_MAX] = month;
        session->month_count += session->month_count < MONTHS_MAX;
    }
}

/* ---- life ---- */

struct pg_session *pg_session_create(const struct vmm_host *host,
                                     const struct pg_settings *settings, const char *node,
                                     const struct pg_session_events *events, void *arg)
{
    static const struct pg_link_events link_events = {.up = on_up, .down = on_down};
    struct pg_session *session = calloc(1, sizeof(*session));
    if (session == NULL) {
        return NULL;
    }
    session->host = host;
    session->settings = settings;
    session->node = node;
    session->events = events;
    session->arg = arg;
    session->link = pg_link_create(host, settings, &link_events, session);
    if (session->link == NULL) {
        free(session);
        return NULL;
    }
    return session;
}

void pg_session_destroy(struct pg_session *session)
{
    if (session != NULL) {
        pg_link_destroy(session->link);
        free(session);
    }
}

void pg_session_start(struct pg_session *session)
{
    pg_link_start(session->link);
}
