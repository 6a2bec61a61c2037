/* SPDX-License-Identifier: MIT */
#include "pg_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT(name)                                                                                 \
    {                                                                                              \
        name, PG_TEXT, false                                                                       \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, PG_TEXT, false                                                                       \
    }

static const struct pg_column event_columns[] = {
    {"id", PG_UUID, false},
    TEXT("site_id"),
    {"camera_id", PG_TEXT, true},
    TEXT("event_type"),
    TEXT("severity"),
    {"score", PG_REAL, false},
    {"ts_event", PG_TIME, false},
    TEXT("dedup_key"),
    {"metadata_json", PG_JSON, false},
    TEXT("node_id"),
    {"epoch", PG_BIGINT, false},
    END,
};

static const struct pg_column delivery_columns[] = {
    {"id", PG_BIGINT, false},
    TEXT("site_id"),
    {"event_id", PG_UUID, true},
    TEXT("channel"),
    TEXT("severity"),
    TEXT("status"),
    TEXT("target"),
    TEXT("payload"),
    TEXT("error_message"),
    {"created_at", PG_TIME, false},
    TEXT("node_id"),
    {"epoch", PG_BIGINT, false},
    END,
};

static const struct pg_column day_columns[] = {
    TEXT("id"),
    TEXT("site_id"),
    TEXT("component"),
    TEXT("day"),
    {"begins_at", PG_TIME, false},
    {"length_s", PG_INT, false},
    {"ok_s", PG_INT, false},
    {"degraded_s", PG_INT, false},
    {"blackframe_s", PG_INT, false},
    {"down_s", PG_INT, false},
    {"unknown_s", PG_INT, false},
    {"disabled_s", PG_INT, false},
    {"recording_fault_s", PG_INT, false},
    {"clock_fault_s", PG_INT, false},
    {"changes", PG_INT, false},
    {"outages", PG_INT, false},
    {"longest_outage_s", PG_INT, false},
    {"first_failure_at", PG_TIME, true},
    {"last_failure_at", PG_TIME, true},
    {"epoch", PG_BIGINT, false},
    {"unwatched_s", PG_INT, true},
    {"maintenance_s", PG_INT, true},
    {"commissioning_s", PG_INT, true},
    {"recording_proven_s", PG_INT, true},
    {"recording_missing_s", PG_INT, true},
    {"recording_unjudged_s", PG_INT, true},
    {"clock_offset_ms", PG_BIGINT, true},
    END,
};

_Static_assert(sizeof(day_columns) / sizeof(day_columns[0]) <= PG_COLUMNS_MAX + 1,
               "the widest table fits");

static const struct pg_column tenant_columns[] = {
    TEXT("id"), TEXT("name"), {"enabled", PG_BOOL, false}, END};

static const struct pg_column site_columns[] = {
    TEXT("id"),
    TEXT("tenant_id"),
    TEXT("name"),
    {"enabled", PG_BOOL, false},
    TEXT("timezone"),
    TEXT("language"),
    TEXT("profile"),
    TEXT("way"),
    {"commissioned_at", PG_TIME, true},
    TEXT("owner_node"),
    {"epoch", PG_BIGINT, false},
    END,
};

static const struct pg_column nvr_columns[] = {
    TEXT("id"),
    TEXT("site_id"),
    TEXT("name"),
    TEXT("status"),
    {"last_seen_at", PG_TIME, true},
    TEXT("provider"),
    TEXT("host"),
    {"port", PG_INT, false},
    TEXT("model"),
    TEXT("firmware"),
    TEXT("serial"),
    TEXT("mac"),
    END,
};

static const struct pg_column camera_columns[] = {
    TEXT("id"),
    TEXT("site_id"),
    {"nvr_id", PG_TEXT, true},
    {"nvr_channel", PG_INT, true},
    TEXT("name"),
    TEXT("status"),
    {"last_seen_at", PG_TIME, true},
    TEXT("provider"),
    TEXT("host"),
    {"port", PG_INT, false},
    TEXT("model"),
    TEXT("firmware"),
    TEXT("serial"),
    TEXT("mac"),
    {"priority", PG_INT, false},
    {"tags_json", PG_JSON, false},
    {"expected", PG_JSON, false},
    {"commissioned_at", PG_TIME, true},
    {"retired_at", PG_TIME, true},
    {"enabled", PG_BOOL, false},
    END,
};

static const struct pg_column device_columns[] = {
    TEXT("id"),
    TEXT("site_id"),
    {"kind", PG_INT, false},
    TEXT("provider"),
    TEXT("effective_provider"),
    TEXT("host"),
    {"port", PG_INT, false},
    {"credential_id", PG_TEXT, true},
    {"enabled", PG_BOOL, false},
    END,
};

static const struct pg_column poll_columns[] = {
    TEXT("site_id"),
    TEXT("component"),
    TEXT("severity"),
    {"next_poll_at", PG_TIME, true},
    {"last_latency_ms", PG_BIGINT, false},
    {"consecutive_failures", PG_BIGINT, false},
    {"load_shed_mode", PG_BOOL, false},
    TEXT("node_id"),
    {"epoch", PG_BIGINT, false},
    END,
};

static const struct pg_column breaker_columns[] = {
    TEXT("site_id"),
    TEXT("target_service"),
    TEXT("state"),
    {"failure_count", PG_BIGINT, false},
    {"last_failure_at", PG_TIME, true},
    {"last_latency_ms", PG_BIGINT, false},
    {"opened_at", PG_TIME, true},
    TEXT("node_id"),
    {"epoch", PG_BIGINT, false},
    END,
};

const struct pg_table pg_tables[PG_TABLES] = {
    [PG_TABLE_EVENT] = {.name = "ai_event", .columns = event_columns, .is_event = true},
    [PG_TABLE_DELIVERY] = {.name = "notification_log", .columns = delivery_columns},
    [PG_TABLE_DAY] = {.name = "health_day", .columns = day_columns},
    [PG_TABLE_TENANT] = {.name = "tenant", .columns = tenant_columns, .keys = {"id", NULL}},
    [PG_TABLE_SITE] = {.name = "site",
                       .columns = site_columns,
                       .keys = {"id", NULL},
                       .owner = PG_OWNER_SITE},
    [PG_TABLE_NVR] = {.name = "nvr",
                      .columns = nvr_columns,
                      .keys = {"site_id", "id"},
                      .owner = PG_OWNER_SITE},
    [PG_TABLE_CAMERA] = {.name = "camera",
                         .columns = camera_columns,
                         .keys = {"site_id", "id"},
                         .owner = PG_OWNER_SITE},
    [PG_TABLE_DEVICE] = {.name = "device",
                         .columns = device_columns,
                         .keys = {"site_id", "id"},
                         .owner = PG_OWNER_SITE},
    [PG_TABLE_POLL] = {.name = "poll_state",
                       .columns = poll_columns,
                       .keys = {"site_id", "component"},
                       .owner = PG_OWNER_NODE},
    [PG_TABLE_BREAKER] = {.name = "circuit_breaker_state",
                          .columns = breaker_columns,
                          .keys = {"site_id", "target_service"},
                          .owner = PG_OWNER_NODE},
};

enum pg_table_id pg_table_find(const char *name)
{
    enum pg_table_id id = 0;
    while (id < PG_TABLES && strcmp(pg_tables[id].name, name) != 0) {
        id++;
    }
    return id;
}

uint32_t pg_table_columns(const struct pg_table *table)
{
    uint32_t count = 0;
    while (table->columns[count].name != NULL) {
        count++;
    }
    return count;
}

/* ---- types ---- */

static const struct {
    const char *array;
    uint32_t oid;
    uint32_t array_oid;
} types[PG_TYPES] = {
    [PG_BOOL] = {"bool[]", 16, 1000},          [PG_INT] = {"int4[]", 23, 1007},
    [PG_BIGINT] = {"int8[]", 20, 1016},        [PG_REAL] = {"float8[]", 701, 1022},
    [PG_TEXT] = {"text[]", 25, 1009},          [PG_JSON] = {"json[]", 114, 199},
    [PG_TIME] = {"timestamptz[]", 1184, 1185}, [PG_UUID] = {"uuid[]", 2950, 2951},
};

const char *pg_type_array(enum pg_type type)
{
    return types[type].array;
}

uint32_t pg_type_oid(enum pg_type type)
{
    return types[type].oid;
}

uint32_t pg_type_array_oid(enum pg_type type)
{
    return types[type].array_oid;
}

/* ---- SQL ---- */

struct sql {
    char *text;
    size_t used;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void add(struct sql *sql, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(sql->text + sql->used, PG_SQL_MAX - sql->used, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= PG_SQL_MAX - sql->used) {
        sql->failed = true;
    } else {
        sql->used += (size_t)size;
    }
}

/* Each column by this format, which takes its name. */
static void add_columns(struct sql *sql, const struct pg_table *table, const char *before)
{
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        add(sql, "%s%s%s", i > 0 ? ", " : "", before, table->columns[i].name);
    }
}

/* "unnest($1::uuid[], …) AS r(id, …)" */
static void add_rows(struct sql *sql, const struct pg_table *table)
{
    add(sql, "unnest(");
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        add(sql, "%s$%u::%s", i > 0 ? ", " : "", i + 1, pg_type_array(table->columns[i].type));
    }
    add(sql, ") AS r(");
    add_columns(sql, table, "");
    add(sql, ")");
}

/* The columns of the primary key. */
static const char *primary_key(const struct pg_table *table)
{
    return table->owner == PG_OWNER_NODE ? strcmp(table->keys[1], "component") == 0
                                               ? "site_id, component"
                                               : "site_id, target_service"
                                         : "id";
}

/* A row that is already so is not written again. */
static void add_update(struct sql *sql, const struct pg_table *table)
{
    const char *separator = "";
    add(sql, " ON CONFLICT (%s) DO UPDATE SET ", primary_key(table));
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        const char *name = table->columns[i].name;
        add(sql, "%s%s = excluded.%s", separator, name, name);
        separator = ", ";
    }
    separator = "";
    add(sql, " WHERE (");
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        const char *cast = table->columns[i].type == PG_JSON ? "::text" : "";
        add(sql, "%st.%s%s", separator, table->columns[i].name, cast);
        separator = ", ";
    }
    separator = "";
    add(sql, ") IS DISTINCT FROM (");
    for (uint32_t i = 0; table->columns[i].name != NULL; i++) {
        const char *cast = table->columns[i].type == PG_JSON ? "::text" : "";
        add(sql, "%sexcluded.%s%s", separator, table->columns[i].name, cast);
        separator = ", ";
    }
    add(sql, ")");
}

static void add_insert(struct sql *sql, const struct pg_table *table)
{
    add(sql, "INSERT INTO %s AS t(", table->name);
    add_columns(sql, table, "");
    add(sql, ") SELECT ");
    add_columns(sql, table, "r.");
    add(sql, " FROM ");
    add_rows(sql, table);
}

bool pg_table_put_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    add_insert(&sql, table);
    if (!table->is_event) {
        add_update(&sql, table);
    }
    return !sql.failed;
}

bool pg_table_again_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    if (!table->is_event) {
        return false;
    }
    add_insert(&sql, table);
    add(&sql, " ON CONFLICT DO NOTHING");
    return !sql.failed;
}

bool pg_table_copy_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    add(&sql, "COPY %s(", table->name);
    add_columns(&sql, table, "");
    add(&sql, ") FROM STDIN (FORMAT binary)");
    return !sql.failed;
}

/* A channel of a recorder is one camera's: who had it before gets its own new row with another batch. */
bool pg_table_clear_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    if (table != &pg_tables[PG_TABLE_CAMERA]) {
        return false;
    }
    add(&sql, "UPDATE camera AS t SET nvr_channel = NULL FROM ");
    add_rows(&sql, table);
    add(&sql, " WHERE t.nvr_id = r.nvr_id AND t.nvr_channel = r.nvr_channel AND t.id <> r.id");
    return !sql.failed;
}

/* Which rows the node $1 may take away. */
static void add_owned(struct sql *sql, const struct pg_table *table)
{
    if (table->owner == PG_OWNER_NODE) {
        add(sql, "t.node_id = $1");
    } else if (table == &pg_tables[PG_TABLE_SITE]) {
        add(sql, "t.owner_node = $1");
    } else {
        add(sql, "EXISTS (SELECT 1 FROM site AS s WHERE s.id = t.site_id AND s.owner_node = $1)");
    }
}

/* All that belongs to sites goes with them. */
static void add_cascade(struct sql *sql)
{
    static const char *const parts[] = {"nvr", "camera", "device", "poll_state",
                                        "circuit_breaker_state"};
    add(sql, " RETURNING t.id)");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        add(sql, ", g%zu AS (DELETE FROM %s AS t USING gone WHERE t.site_id = gone.id)", i,
            parts[i]);
    }
    add(sql, " SELECT count(*) FROM gone");
}

static void begin_delete(struct sql *sql, const struct pg_table *table)
{
    bool is_site = table == &pg_tables[PG_TABLE_SITE];
    add(sql, "%sDELETE FROM %s AS t", is_site ? "WITH gone AS (" : "", table->name);
}

static void end_delete(struct sql *sql, const struct pg_table *table)
{
    add(sql, " AND ");
    add_owned(sql, table);
    if (table == &pg_tables[PG_TABLE_SITE]) {
        add_cascade(sql);
    }
}

bool pg_table_gone_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    if (table->owner == PG_OWNER_NOBODY) {
        return false;
    }
    bool two = table->keys[1] != NULL;
    begin_delete(&sql, table);
    add(&sql, " USING unnest($2::text[]%s) AS k(a%s) WHERE t.%s = k.a", two ? ", $3::text[]" : "",
        two ? ", b" : "", table->keys[0]);
    if (two) {
        add(&sql, " AND t.%s = k.b", table->keys[1]);
    }
    end_delete(&sql, table);
    return !sql.failed;
}

bool pg_table_range_sql(const struct pg_table *table, char *text)
{
    struct sql sql = {.text = text};
    if (table->owner == PG_OWNER_NOBODY) {
        return false;
    }
    begin_delete(&sql, table);
    const char *a = table->keys[0];
    if (table->keys[1] == NULL) {
        add(&sql, " WHERE t.%s > $2::text AND t.%s <= $3::text AND t.%s <> ALL ($4::text[])", a, a,
            a);
    } else {
        const char *b = table->keys[1];
        add(&sql,
            " WHERE (t.%s, t.%s) > ($2::text, $3::text) AND (t.%s, t.%s) <= ($4::text, $5::text)"
            " AND NOT EXISTS (SELECT 1 FROM unnest($6::text[], $7::text[]) AS k(a, b)"
            " WHERE k.a = t.%s AND k.b = t.%s)",
            a, b, a, b, a, b);
    }
    end_delete(&sql, table);
    return !sql.failed;
}
