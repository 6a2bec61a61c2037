/* SPDX-License-Identifier: MIT */
#include "pg_schema.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 1, 2))) static char *print(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int size = vasprintf(&text, format, args);
    va_end(args);
    return size < 0 ? NULL : text;
}

char *pg_schema_settings_sql(const char *schema, uint32_t statement_ms)
{
    return print(
        "SET search_path TO \"%s\";"
        "SET statement_timeout TO %u;"
        "SET lock_timeout TO 10000;"
        "SET idle_in_transaction_session_timeout TO 120000;"
        "SET client_min_messages TO warning;"
        "SET TimeZone TO 'UTC';"
        /* A commit that a crash of the server takes back takes its place with it, and is written again. */
        "SET synchronous_commit TO off;"
        /* Every statement is driven by keys. What the tables were like when it was planned must not lead to a plan that
         * reads all of one. */
        "SET enable_seqscan TO off;"
        "SET plan_cache_mode TO force_generic_plan;"
        "SELECT to_regnamespace('\"%s\"') IS NOT NULL,"
        " to_regclass('\"%s\".schema_version') IS NOT NULL",
        schema, statement_ms, schema, schema);
}

const char *pg_schema_version_sql(void)
{
    return "SELECT coalesce(max(version), 0) FROM schema_version WHERE area = 'record';"
           "SELECT (SELECT count(*) FROM unnest(ARRAY['tenant', 'site', 'nvr', 'camera', 'device',"
           " 'poll_state', 'circuit_breaker_state', 'ai_event', 'ai_artifact', 'notification_log',"
           " 'record_place', 'record_month', 'site_reader']) AS name"
           " WHERE to_regclass(name) IS NULL)"
           /* What a later step made is missing only where that step was made. */
           " + (SELECT count(*) FROM schema_version WHERE area = 'record' AND version >= 2"
           " AND to_regclass('health_day') IS NULL)"
           " + (SELECT count(*) FROM unnest(ARRAY['record_partition(date)',"
           " 'record_advance(text, text, text, text)', 'record_guard(text[], bigint[])',"
           " 'record_known(text, uuid[], text[], timestamptz[])', 'record_site(name)']) AS name "
           "WHERE "
           "to_regprocedure(name) IS NULL)";
}

const char *pg_schema_months_sql(void)
{
    return "SELECT count(*) FROM record_month"
           " WHERE month >= date_trunc('month', now()) - interval '1 month'"
           " AND to_regclass(quote_ident('ai_event_' || to_char(month, 'YYYY_MM'))) IS NULL";
}

char *pg_schema_step_sql(unsigned number, bool anew)
{
    return print("BEGIN;" PG_SCHEMA_LOCK ";CREATE TABLE IF NOT EXISTS schema_version("
                 "area text COLLATE \"C\" PRIMARY KEY, version integer NOT NULL);"
                 "%s;%s"
                 "INSERT INTO schema_version(area, version) VALUES ('record', %u)"
                 " ON CONFLICT (area) DO UPDATE"
                 " SET version = greatest(schema_version.version, excluded.version);"
                 "COMMIT",
                 pg_migrations[number - 1],
                 anew ? "DELETE FROM record_place; DELETE FROM record_month;" : "", number);
}

char *pg_schema_partitions_sql(uint32_t ahead)
{
    return print(PG_SCHEMA_LOCK
                 ";;"
                 "SELECT record_partition(month::date) FROM generate_series("
                 "date_trunc('month', now()) - interval '1 month',"
                 "date_trunc('month', now()) + interval '%u months', interval '1 month')"
                 " AS month",
                 ahead);
}
