/* SPDX-License-Identifier: MIT */
#include "pg_write.h"

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "pg_month.h"

#define CHUNK      256u /* events */
#define COPY_CHUNK 64u

static void each_array(struct pg_write *write, void (*fn)(struct pg_array *array))
{
    fn(&write->sites);
    fn(&write->epochs);
    fn(&write->ids);
    fn(&write->keys);
    fn(&write->times);
}

void pg_write_init(struct pg_write *write)
{
    memset(write, 0, sizeof(*write));
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        pg_rows_init(&write->parts[id].rows, &pg_tables[id]);
        pg_keys_init(&write->parts[id].gone);
        pg_keys_init(&write->parts[id].kept);
    }
    pg_copy_init(&write->copy, &pg_tables[PG_TABLE_EVENT]);
    pg_array_init(&write->sites, PG_TEXT);
    pg_array_init(&write->epochs, PG_BIGINT);
    pg_array_init(&write->ids, PG_UUID);
    pg_array_init(&write->keys, PG_TEXT);
    pg_array_init(&write->times, PG_TIME);
}

void pg_write_finish(struct pg_write *write)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        pg_rows_finish(&write->parts[id].rows);
        pg_keys_finish(&write->parts[id].gone);
        pg_keys_finish(&write->parts[id].kept);
    }
    pg_copy_finish(&write->copy);
    each_array(write, pg_array_finish);
    pg_scratch_finish(&write->scratch);
}

static void clear_parts(struct pg_write *write)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        struct pg_part *part = &write->parts[id];
        pg_rows_clear(&part->rows);
        pg_keys_clear(&part->gone);
        pg_keys_clear(&part->kept);
        part->has_range = false;
    }
    pg_copy_clear(&write->copy);
}

static void clear(struct pg_write *write)
{
    clear_parts(write);
    each_array(write, pg_array_clear);
    memset(write->places, 0, sizeof(write->places));
    write->site_count = 0;
}

/* ---- items ---- */

void pg_item_init(struct pg_item *item, const struct vmm_message *message)
{
    *item = (struct pg_item){.message = message, .table = pg_table_find(message->target)};
    if (message->kind < VMM_MESSAGE_ROW || message->kind > VMM_MESSAGE_RANGE ||
        item->table == PG_TABLES) {
        item->is_dropped = true;
        snprintf(item->why, sizeof(item->why), "it is no row of a table that this release knows");
    }
}

/* ---- building ---- */

/* Note an event that was added to its part: for its partition, and for the question whether another node has it. */
static void add_event(struct pg_write *write, const struct pg_row *row, struct pg_item *items,
                      uint32_t at)
{
    const struct pg_value *id = pg_row_value(row, "id");
    const struct pg_value *key = pg_row_value(row, "dedup_key");
    const struct pg_value *time = pg_row_value(row, "ts_event");
    items[at].month = pg_month_of(time->number);
    write->events[write->ids.count] = at;
    pg_array_uuid(&write->ids, id->text, id->size);
    pg_array_bytes(&write->keys, key->text, key->size);
    pg_array_time(&write->times, time->number);
}

static int add_row(struct pg_write *write, const struct pg_row *row, struct pg_item *items,
                   uint32_t at)
{
    struct pg_item *item = &items[at];
    struct pg_part *part = &write->parts[item->table];
    int rc = write->copies ? pg_copy_add(&write->copy, row, item->why)
                           : pg_rows_add(&part->rows, row, item->why);
    if (rc == 0 && row->table->owner != PG_OWNER_NOBODY) {
        rc = pg_keys_add(&part->kept, row, item->why);
    }
    if (rc == 0 && row->table->is_event) {
        add_event(write, row, items, at);
    }
    item->has_epoch = row->epoch.kind == PG_KIND_INT;
    item->epoch = row->epoch.number;
    return rc;
}

static int add_item(struct pg_write *write, struct pg_item *items, uint32_t at)
{
    struct pg_item *item = &items[at];
    const struct vmm_message *message = item->message;
    struct pg_part *part = &write->parts[item->table];
    const struct pg_table *table = part->rows.table;
    struct pg_row row;
    if (message->kind != VMM_MESSAGE_ROW && table->owner == PG_OWNER_NOBODY) {
        return 0; /* others may have it too: nobody takes it away */
    }
    if (message->kind == VMM_MESSAGE_RANGE) {
        int rc = pg_range_read(&part->range, table, message->json, message->json_size, item->why);
        part->has_range = rc == 0;
        return rc;
    }
    int rc =
        pg_row_read(&row, table, message->json, message->json_size, &write->scratch, item->why);
    if (rc != 0) {
        return rc;
    }
    return message->kind == VMM_MESSAGE_ROW ? add_row(write, &row, items, at)
                                            : pg_keys_add(&part->gone, &row, item->why);
}

/* A batch comes from one node, which has one epoch of a site: each is named once, as long as there are few. */
static bool is_named_already(struct pg_write *write, const char *site)
{
    for (uint32_t i = 0; i < write->site_count; i++) {
        if (strcmp(write->site_ids[i], site) == 0) {
            return true;
        }
    }
    if (write->site_count < PG_SITES_MAX) {
        write->site_ids[write->site_count++] = site;
    }
    return false;
}

static void add_site(struct pg_write *write, const struct pg_item *item)
{
    const char *site = item->message->site_id;
    if (item->has_epoch && !is_named_already(write, site)) {
        pg_array_bytes(&write->sites, site, strlen(site));
        pg_array_bigint(&write->epochs, item->epoch);
    }
}

/* Take in a chunk; an item that proves to be no row is dropped. False without memory. */
static bool build(struct pg_write *write, struct pg_item *items, uint32_t from, uint32_t to)
{
    clear_parts(write);
    for (uint32_t i = from; i < to; i++) {
        struct pg_item *item = &items[i];
        int rc = item->is_dropped || item->is_known ? 0 : add_item(write, items, i);
        if (rc == VMM_E_NOMEM) {
            return false;
        }
        item->is_dropped = item->is_dropped || rc != 0;
        if (!item->is_dropped) {
            add_site(write, item);
        }
        /* What is not written is done with too: the place goes on over it. */
        const char *place = item->message->place;
        if (item->table < PG_TABLES && place != NULL && place[0] != '\0') {
            write->places[item->table] = place;
        }
    }
    return true;
}

/* ---- queueing ---- */

struct parameters {
    const char *values[PG_COLUMNS_MAX];
    int sizes[PG_COLUMNS_MAX];
    int formats[PG_COLUMNS_MAX];
    int count;
    bool failed;
};

static void add_array(struct parameters *to, struct pg_array *array)
{
    int i = to->count++;
    to->values[i] = pg_array_value(array, &to->sizes[i]);
    to->formats[i] = 1;
    to->failed = to->failed || to->values[i] == NULL;
}

static void add_text(struct parameters *to, const char *text)
{
    int i = to->count++;
    to->values[i] = text;
    to->sizes[i] = 0;
    to->formats[i] = 0;
}

static bool queue(PGconn *conn, const char *statement, const struct parameters *p)
{
    return !p->failed &&
           PQsendQueryPrepared(conn, statement, p->count, p->values, p->sizes, p->formats, 0) == 1;
}

static bool queue_word(PGconn *conn, const char *sql)
{
    return PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static bool queue_put(struct pg_part *part, PGconn *conn, const char *verb)
{
    char name[PG_STATEMENT_MAX];
    struct parameters p = {0};
    for (uint32_t i = 0; i < pg_table_columns(part->rows.table); i++) {
        add_array(&p, &part->rows.columns[i]);
    }
    return queue(conn, pg_statement_name(verb, part->rows.table, name), &p);
}

static void add_keys(struct parameters *to, const struct pg_table *table, struct pg_keys *keys)
{
    add_array(to, &keys->parts[0]);
    if (table->keys[1] != NULL) {
        add_array(to, &keys->parts[1]);
    }
}

static void add_bound(struct parameters *to, const struct pg_table *table,
                      const char (*bound)[PG_KEY_MAX])
{
    add_text(to, bound[0]);
    if (table->keys[1] != NULL) {
        add_text(to, bound[1]);
    }
}

static bool queue_gone(struct pg_part *part, PGconn *conn, const char *node)
{
    char name[PG_STATEMENT_MAX];
    const struct pg_table *table = part->rows.table;
    struct parameters p = {0};
    add_text(&p, node);
    add_keys(&p, table, &part->gone);
    return queue(conn, pg_statement_name("gone", table, name), &p);
}

static bool queue_range(struct pg_part *part, PGconn *conn, const char *node)
{
    char name[PG_STATEMENT_MAX];
    const struct pg_table *table = part->rows.table;
    struct parameters p = {0};
    add_text(&p, node);
    add_bound(&p, table, part->range.after);
    add_bound(&p, table, part->range.upto);
    add_keys(&p, table, &part->kept);
    return queue(conn, pg_statement_name("range", table, name), &p);
}

static bool queue_part(struct pg_part *part, PGconn *conn, const char *node, bool again)
{
    const struct pg_table *table = part->rows.table;
    bool is_camera = table == &pg_tables[PG_TABLE_CAMERA];
    bool ok = !part->has_range || queue_range(part, conn, node);
    ok = ok && (part->gone.count == 0 || queue_gone(part, conn, node));
    if (part->rows.count > 0) {
        ok = ok && (!is_camera || queue_put(part, conn, "clear"));
        ok = ok && queue_put(part, conn, again && table->is_event ? "again" : "put");
    }
    return ok;
}

static bool queue_parts(struct pg_write *write, PGconn *conn, const char *node, bool again)
{
    bool ok = true;
    for (enum pg_table_id id = 0; id < PG_TABLES && ok; id++) {
        ok = queue_part(&write->parts[id], conn, node, again);
    }
    return ok;
}

/* The partitions that events of this chunk need and that are not known to be there. */
static bool queue_partitions(const struct pg_item *items, uint32_t from, uint32_t to, PGconn *conn,
                             const struct pg_session *session)
{
    int32_t made = 0;
    bool ok = true;
    for (uint32_t i = from; i < to && ok; i++) {
        int32_t month = items[i].is_dropped ? 0 : items[i].month;
        if (month == 0 || month == made || pg_session_has_month(session, month)) {
            continue;
        }
        char text[PG_MONTH_TEXT];
        struct parameters p = {0};
        add_text(&p, pg_month_text(month, text));
        ok = (made != 0 || queue(conn, "lock", &(struct parameters){0})) &&
             queue(conn, "partition", &p);
        made = month;
    }
    return ok;
}

/* ---- the end of the transaction ---- */

static bool queue_guard(struct pg_write *write, PGconn *conn)
{
    struct parameters p = {0};
    add_array(&p, &write->sites);
    add_array(&p, &write->epochs);
    return write->sites.count == 0 || queue(conn, "guard", &p);
}

static bool queue_known(struct pg_write *write, PGconn *conn, const char *node)
{
    struct parameters p = {0};
    add_text(&p, node);
    add_array(&p, &write->ids);
    add_array(&p, &write->keys);
    add_array(&p, &write->times);
    return write->ids.count == 0 || queue(conn, "known", &p);
}

static bool queue_places(struct pg_write *write, PGconn *conn, const struct pg_session *session,
                         const char *node)
{
    bool ok = true;
    for (enum pg_table_id id = 0; id < PG_TABLES && ok; id++) {
        struct parameters p = {0};
        if (write->places[id] == NULL) {
            continue;
        }
        add_text(&p, node);
        add_text(&p, pg_tables[id].name);
        add_text(&p, pg_session_place(session, id));
        add_text(&p, write->places[id]);
        ok = queue(conn, "advance", &p);
    }
    return ok;
}

bool pg_write_end(struct pg_write *write, PGconn *conn, struct pg_session *session,
                  const char *node)
{
    return queue_guard(write, conn) && queue_known(write, conn, node) &&
           queue_places(write, conn, session, node) && queue_word(conn, "COMMIT");
}

bool pg_write_queue(struct pg_write *write, PGconn *conn, struct pg_session *session,
                    const char *node, struct pg_item *items, uint32_t count, bool again)
{
    /* Rows of other tables belong together: a range says what else there is not. */
    uint32_t chunk = items[0].table == PG_TABLE_EVENT ? CHUNK : count;
    write->copies = false;
    clear(write);
    bool ok = queue_word(conn, "BEGIN");
    for (uint32_t from = 0; from < count && ok; from += chunk) {
        uint32_t to = count - from < chunk ? count : from + chunk;
        ok = build(write, items, from, to) && queue_partitions(items, from, to, conn, session) &&
             queue_parts(write, conn, node, again) && PQflush(conn) >= 0;
    }
    return ok && pg_write_end(write, conn, session, node);
}

/* ---- COPY ---- */

bool pg_write_may_copy(const struct pg_item *items, uint32_t count)
{
    uint32_t i = 0;
    while (i < count && items[i].table == PG_TABLE_EVENT &&
           items[i].message->kind == VMM_MESSAGE_ROW) {
        i++;
    }
    return i == count;
}

static bool has_partitions(const struct pg_item *items, uint32_t from, uint32_t to,
                           const struct pg_session *session)
{
    bool has = true;
    for (uint32_t i = from; i < to && has; i++) {
        has = items[i].is_dropped || items[i].month == 0 ||
              pg_session_has_month(session, items[i].month);
    }
    return has;
}

static bool put_rows(const struct pg_copy *copy, PGconn *conn)
{
    size_t size = 0;
    const char *rows = pg_copy_rows(copy, &size);
    return PQputCopyData(conn, rows, (int)size) == 1 && PQflush(conn) >= 0;
}

enum pg_copied pg_write_copy(struct pg_write *write, PGconn *conn, const struct pg_session *session,
                             struct pg_item *items, uint32_t count)
{
    write->copies = true;
    clear(write);
    bool ok = PQputCopyData(conn, pg_copy_head, PG_COPY_HEAD_SIZE) == 1;
    for (uint32_t from = 0; from < count && ok; from += COPY_CHUNK) {
        uint32_t to = count - from < COPY_CHUNK ? count : from + COPY_CHUNK;
        ok = build(write, items, from, to);
        if (ok && !has_partitions(items, from, to, session)) {
            return PG_COPY_NO_PARTITION;
        }
        ok = ok && put_rows(&write->copy, conn);
    }
    ok = ok && PQputCopyData(conn, pg_copy_tail, PG_COPY_TAIL_SIZE) == 1;
    return ok ? PG_COPIED : PG_COPY_FAILED;
}

bool pg_write_try(struct pg_write *write, PGconn *conn, const char *node, struct pg_item *item)
{
    write->copies = false;
    clear(write);
    return build(write, item, 0, 1) && queue_word(conn, "BEGIN") &&
           queue_parts(write, conn, node, true) && queue_word(conn, "ROLLBACK");
}

struct pg_item *pg_write_event(const struct pg_write *write, struct pg_item *items,
                               unsigned long place)
{
    return place >= 1 && place <= write->ids.count ? &items[write->events[place - 1]] : NULL;
}
