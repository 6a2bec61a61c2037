/* SPDX-License-Identifier: MIT */
/* Rows of the record: asked by the loop, read and made into JSON by the reader thread. */
#include "store/rows.h"

#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "store/db.h"
#include "store/internal.h"

/* The columns before the first that goes into the JSON. */
enum { COLUMN_NUMBER, COLUMN_PLACE, COLUMN_SITE, COLUMN_PART1, COLUMN_PART2, COLUMN_GONE, COLUMNS };

#define EPOCH "(SELECT s.epoch FROM site AS s WHERE s.id = t.site_id) AS epoch"

struct table {
    const char *name;
    const char *parts[2]; /* columns of the key of a keyed table, in the order of its index */
    const char *ordered;  /* number, place, site and what they come FROM, of an ordered table */
    const char *order;    /* its number */
    const char *columns;
};

static const struct table tables[STORE_TABLE_COUNT] = {
    [STORE_TABLE_EVENT] = {.name = "ai_event",
                           .ordered = "t.seq, t.id, t.site_id",
                           .order = "FROM ai_event AS t WHERE t.seq > :after ORDER BY t.seq",
                           .columns = "t.id, t.site_id, t.camera_id, t.event_type, t.severity,"
                                      " t.score, t.ts_event, t.dedup_key, t.metadata_json,"
                                      " t.node_id, t.epoch"},
    [STORE_TABLE_DELIVERY] =
        {.name = "notification_log",
         .ordered = "r.rev, r.rev || '.' || t.id, t.site_id",
         .order = "FROM notification_rev AS r CROSS JOIN notification_log AS t ON t.id = r.id"
                  " WHERE r.rev > :after ORDER BY r.rev",
         .columns = "t.id, t.site_id, t.event_id, t.channel, t.severity, t.status, t.target,"
                    " t.payload, t.error_message, t.created_at, t.node_id, t.epoch"},
    /* A mark of the database instead of the row's id, which is too long for a place. */
    [STORE_TABLE_DAY] =
        {.name = "health_day",
         .ordered = "t.rev, t.rev || '.' || p.mark, t.site_id",
         .order = "FROM health_day_place AS p CROSS JOIN health_day AS t WHERE t.rev > :after"
                  " ORDER BY t.rev",
         .columns = "t.id, t.site_id, t.component, t.day, t.begins_at, t.length_s, t.ok_s,"
                    " t.degraded_s, t.blackframe_s, t.down_s, t.unknown_s, t.disabled_s,"
                    " t.recording_fault_s, t.clock_fault_s, t.changes, t.outages,"
                    " t.longest_outage_s, t.first_failure_at, t.last_failure_at, t.epoch,"
                    " t.unwatched_s, t.maintenance_s, t.commissioning_s, t.recording_proven_s,"
                    " t.recording_missing_s, t.recording_unjudged_s, t.clock_offset_ms"},
    [STORE_TABLE_TENANT] = {.name = "tenant",
                            .parts = {"id", NULL},
                            .columns = "t.id, t.name, t.enabled"},
    [STORE_TABLE_SITE] = {.name = "site",
                          .parts = {"id", NULL},
                          .columns = "t.id, t.tenant_id, t.name, t.enabled, t.timezone, t.language,"
                                     " t.profile, t.way, t.commissioned_at, t.owner_node, t.epoch"},
    [STORE_TABLE_NVR] = {.name = "nvr",
                         .parts = {"site_id", "id"},
                         .columns =
                             "t.id, t.site_id, t.name, t.status, t.last_seen_at, t.provider,"
                             " t.host, t.port, t.model, t.firmware, t.serial, t.mac, " EPOCH},
    [STORE_TABLE_CAMERA] =
        {.name = "camera",
         .parts = {"site_id", "id"},
         .columns = "t.id, t.site_id, t.nvr_id, t.nvr_channel, t.name, t.status, t.last_seen_at,"
                    " t.provider, t.host, t.port, t.model, t.firmware, t.serial, t.mac, t.priority,"
                    " t.tags_json, t.expected, t.commissioned_at, t.retired_at, t.enabled, " EPOCH},
    [STORE_TABLE_DEVICE] = {.name = "device",
                            .parts = {"site_id", "id"},
                            .columns = "t.id, t.site_id, t.kind, t.provider, t.effective_provider,"
                                       " t.host, t.port, t.credential_id, t.enabled, " EPOCH},
    [STORE_TABLE_POLL] = {.name = "poll_state",
                          .parts = {"site_id", "component"},
                          .columns = "t.site_id, t.component, t.severity, t.next_poll_at,"
                                     " t.last_latency_ms, t.consecutive_failures,"
                                     " t.load_shed_mode, t.node_id, t.epoch"},
    [STORE_TABLE_BREAKER] = {.name = "circuit_breaker_state",
                             .parts = {"site_id", "target_service"},
                             .columns = "t.site_id, t.target_service, t.state, t.failure_count,"
                                        " t.last_failure_at, t.last_latency_ms, t.opened_at,"
                                        " t.node_id, t.epoch"},
};

const char *store_table_name(enum store_table table)
{
    return tables[table].name;
}

uint32_t store_table_keys(enum store_table table)
{
    return (tables[table].parts[0] != NULL) + (tables[table].parts[1] != NULL);
}

/* ---- JSON ---- */

static void put_text(struct buf *out, const char *text)
{
    buf_char(out, '"');
    for (const char *p = text; *p != '\0';) {
        size_t plain = 0;
        while ((unsigned char)p[plain] >= 0x20 && p[plain] != '"' && p[plain] != '\\') {
            plain++;
        }
        buf_add(out, p, plain);
        p += plain;
        if (*p == '"' || *p == '\\') {
            buf_char(out, '\\');
            buf_char(out, *p++);
        } else if (*p != '\0') {
            buf_printf(out, "\\u%04x", (unsigned char)*p++);
        }
    }
    buf_char(out, '"');
}

static void put_number(struct buf *out, int64_t number)
{
    char digits[24];
    char *p = digits + sizeof(digits);
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do {
        *--p = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (number < 0) {
        *--p = '-';
    }
    buf_add(out, p, (size_t)(digits + sizeof(digits) - p));
}

static void put_value(struct buf *out, sqlite3_stmt *row, int column)
{
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        put_number(out, sqlite3_column_int64(row, column));
        break;
    case SQLITE_FLOAT:
        buf_printf(out, "%.17g", sqlite3_column_double(row, column));
        break;
    case SQLITE_NULL:
        buf_text(out, "null");
        break;
    default:
        put_text(out, store_db_text(row, column));
        break;
    }
}

static void put_object(struct buf *out, sqlite3_stmt *row)
{
    int count = sqlite3_column_count(row);
    for (int i = COLUMNS; i < count; i++) {
        buf_char(out, i == COLUMNS ? '{' : ',');
        put_text(out, sqlite3_column_name(row, i));
        buf_char(out, ':');
        put_value(out, row, i);
    }
    buf_char(out, '}');
}

/* Of a row that is gone: its key. */
static void put_key_object(struct buf *out, sqlite3_stmt *row, const struct table *table)
{
    for (int i = 0; i < 2 && table->parts[i] != NULL; i++) {
        buf_char(out, i == 0 ? '{' : ',');
        put_text(out, table->parts[i]);
        buf_char(out, ':');
        put_text(out, store_db_text(row, COLUMN_PART1 + i));
    }
    buf_char(out, '}');
}

/* ---- On the reader thread ---- */

static void write_select(struct buf *sql, const struct table *table, const char *gone)
{
    const char *part2 = table->parts[1];
    if (table->ordered != NULL) {
        buf_printf(sql, "SELECT %s, '', '', 0, %s %s LIMIT :limit", table->ordered, table->columns,
                   table->order);
        return;
    }
    buf_text(sql, "SELECT 0, '', '', ");
    if (gone != NULL) {
        buf_printf(sql, "json_extract(k.value, '$[0]'), json_extract(k.value, '$[1]'), %s, ", gone);
    } else {
        buf_printf(sql, "t.%s, %s%s, 0, ", table->parts[0], part2 != NULL ? "t." : "",
                   part2 != NULL ? part2 : "''");
    }
    buf_text(sql, table->columns);
}

static void write_by_key(struct buf *sql, const struct table *table)
{
    write_select(sql, table, table->parts[1] != NULL ? "t.site_id IS NULL" : "t.id IS NULL");
    buf_printf(
        sql,
        " FROM json_each(:keys) AS k LEFT JOIN %s AS t ON t.%s = json_extract(k.value, '$[0]')",
        table->name, table->parts[0]);
    if (table->parts[1] != NULL) {
        buf_printf(sql, " AND t.%s = json_extract(k.value, '$[1]')", table->parts[1]);
    }
}

static void write_behind(struct buf *sql, const struct table *table, bool from_first)
{
    const char *a = table->parts[0];
    const char *b = table->parts[1];
    write_select(sql, table, NULL);
    buf_printf(sql, " FROM %s AS t", table->name);
    if (!from_first && b != NULL) {
        buf_printf(sql, " WHERE (t.%s, t.%s) > (:part1, :part2)", a, b);
    } else if (!from_first) {
        buf_printf(sql, " WHERE t.%s > :part1", a);
    }
    buf_printf(sql, " ORDER BY t.%s%s%s LIMIT :limit", a, b != NULL ? ", t." : "",
               b != NULL ? b : "");
}

static sqlite3_stmt *prepare_rows(sqlite3 *db, const struct store_query *query)
{
    const struct store_rows_ask *ask = &query->ask;
    const struct table *table = &tables[ask->table];
    sqlite3_stmt *stmt = NULL;
    struct buf sql;
    buf_init(&sql);
    if (table->ordered != NULL) {
        write_select(&sql, table, NULL);
    } else if (query->keys != NULL) {
        write_by_key(&sql, table);
    } else {
        write_behind(&sql, table, ask->after_key.part[0] == NULL);
    }
    if (!buf_failed(&sql)) {
        sqlite3_prepare_v2(db, buf_cstr(&sql), -1, &stmt, NULL);
    }
    buf_finish(&sql);
    if (stmt != NULL) {
        store_bind_number(stmt, ":after", ask->after);
        store_bind_text(stmt, ":part1", ask->after_key.part[0]);
        store_bind_text(stmt, ":part2", ask->after_key.part[1]);
        store_bind_text(stmt, ":keys", query->keys);
        /* One more than fits the answer tells that there are more. */
        store_bind_number(stmt, ":limit", ask->limit + 1);
    }
    return stmt;
}

/* False when the answer is full: this row is the next one's. */
static bool copy_json(struct store_query *query, sqlite3_stmt *row)
{
    struct buf json;
    bool is_gone = sqlite3_column_int(row, COLUMN_GONE) != 0;
    bool is_full = query->rows->op_count == query->ask.limit;
    buf_init(&json);
    if (is_full) {
        query->is_cut = true;
        return false;
    }
    if (is_gone) {
        put_key_object(&json, row, &tables[query->ask.table]);
    } else {
        put_object(&json, row);
    }
    is_full = query->rows->op_count > 0 && query->bytes + json.size > STORE_ROWS_BYTES_MAX;
    query->rows->rc = buf_failed(&json) ? VMM_E_NOMEM : query->rows->rc;
    query->is_cut = is_full;
    if (!is_full) {
        size_t begin = store_op_begin(query->rows, STORE_ROW, 0);
        store_op_int(query->rows, sqlite3_column_int64(row, COLUMN_NUMBER));
        store_op_text(query->rows, store_db_text(row, COLUMN_PLACE));
        store_op_text(query->rows, store_db_text(row, COLUMN_SITE));
        store_op_text(query->rows, store_db_text(row, COLUMN_PART1));
        store_op_text(query->rows, store_db_text(row, COLUMN_PART2));
        store_op_int(query->rows, is_gone);
        store_op_text(query->rows, json.size <= STORE_ROW_MAX ? buf_cstr(&json) : "");
        store_op_end(query->rows, begin);
        query->bytes += json.size;
    }
    buf_finish(&json);
    return !is_full;
}

/* ---- On the loop ---- */

static void read_row(enum store_table table, const struct store_op *op, struct store_row *row)
{
    const struct store_value *v = op->values;
    *row = (struct store_row){
        .number = v[COLUMN_NUMBER].number,
        .place = v[COLUMN_PLACE].bytes,
        .site_id = v[COLUMN_SITE].bytes,
        .key = {{v[COLUMN_PART1].bytes, v[COLUMN_PART2].bytes}},
        .is_gone = v[COLUMN_GONE].number != 0,
        .json = v[COLUMNS].size > 0 ? v[COLUMNS].bytes : NULL,
    };
    if (table == STORE_TABLE_SITE || store_table_keys(table) == 2) {
        row->site_id = row->key.part[0];
    }
}

static void deliver_rows(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    size_t count = answer->rc == 0 ? query->rows->op_count : 0;
    struct store_row *rows = calloc(count + 1, sizeof(*rows));
    int rc = rows == NULL ? VMM_E_NOMEM : answer->rc;
    struct store_op op;
    size_t offset = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        store_op_next(query->rows, &offset, &op);
        read_row(query->ask.table, &op, &rows[i]);
    }
    query->rows_answer(query->arg, rc, rows, rc == 0 ? count : 0, query->is_cut);
    free(rows);
    store_query_destroy(query);
}

static size_t keep_keys(struct store_query *query, const struct store_rows_ask *ask)
{
    size_t at = query->texts.size;
    for (size_t i = 0; i < ask->key_count; i++) {
        buf_text(&query->texts, i == 0 ? "[[" : ",[");
        put_text(&query->texts, ask->keys[i].part[0]);
        buf_char(&query->texts, ',');
        put_text(&query->texts, ask->keys[i].part[1] != NULL ? ask->keys[i].part[1] : "");
        buf_char(&query->texts, ']');
    }
    buf_text(&query->texts, "]");
    buf_char(&query->texts, '\0');
    return at;
}

int store_query_rows(struct store *store, const struct store_rows_ask *ask, store_rows_fn answer,
                     void *arg)
{
    if (ask->key_count > STORE_ROWS_MAX || ask->limit > STORE_ROWS_MAX ||
        ask->table >= STORE_TABLE_COUNT) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_rows, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    size_t part1 = store_query_keep(query, ask->after_key.part[0]);
    size_t part2 = store_query_keep(query, ask->after_key.part[1]);
    size_t keys = keep_keys(query, ask);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    const char *texts = buf_cstr(&query->texts);
    query->prepare = prepare_rows;
    query->copy = copy_json;
    query->rows_answer = answer;
    query->ask = *ask;
    query->ask.keys = NULL;
    query->ask.limit = ask->limit > 0 ? ask->limit : STORE_ROWS_MAX;
    query->ask.after_key.part[0] = ask->after_key.part[0] != NULL ? texts + part1 : NULL;
    query->ask.after_key.part[1] = texts + part2;
    query->keys = ask->key_count > 0 ? texts + keys : NULL;
    return store_query_ask(store, query);
}

/* ---- Places ---- */

static sqlite3_stmt *prepare_place(sqlite3 *db, const struct store_query *query)
{
    static const char *const sql[STORE_TABLES_ORDERED] = {
        [STORE_TABLE_EVENT] = "SELECT seq FROM ai_event WHERE id = :place",
        /* The row may have changed since, which gave it a later rev. */
        [STORE_TABLE_DELIVERY] =
            "SELECT CAST(:place AS INTEGER) FROM notification_rev"
            " WHERE id = CAST(substr(:place, instr(:place, '.') + 1) AS INTEGER)"
            " AND rev >= CAST(:place AS INTEGER)",
        [STORE_TABLE_DAY] = "SELECT CAST(:place AS INTEGER) FROM health_day_place"
                            " WHERE mark = CAST(substr(:place, instr(:place, '.') + 1) AS INTEGER)"
                            " AND (SELECT seq FROM sqlite_sequence WHERE name = 'health_day') >="
                            " CAST(:place AS INTEGER)",
    };
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, sql[query->ask.table], -1, &stmt, NULL);
    if (stmt != NULL) {
        store_bind_text(stmt, ":place", query->event_id);
    }
    return stmt;
}

static void deliver_place(struct store_answer *answer)
{
    struct store_query *query = (struct store_query *)answer;
    struct store_op op;
    size_t offset = 0;
    bool is_there = answer->rc == 0 && store_op_next(query->rows, &offset, &op);
    query->place(query->arg, answer->rc, is_there ? op.values[0].number : 0);
    store_query_destroy(query);
}

int store_query_place(struct store *store, enum store_table table, const char *place,
                      store_place_fn answer, void *arg)
{
    if (table >= STORE_TABLES_ORDERED) {
        return VMM_E_RANGE;
    }
    struct store_query *query = store_query_create(deliver_place, arg);
    if (query == NULL) {
        return VMM_E_NOMEM;
    }
    store_query_keep(query, place);
    if (query->rows == NULL || buf_failed(&query->texts)) {
        store_query_destroy(query);
        return VMM_E_NOMEM;
    }
    query->prepare = prepare_place;
    query->place = answer;
    query->ask.table = table;
    query->event_id = buf_cstr(&query->texts);
    return store_query_ask(store, query);
}
