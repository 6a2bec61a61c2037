/* SPDX-License-Identifier: MIT */
#include "pg_write.h"

#include <stdio.h>
#include <string.h>

#include <vmm/errors.h>

#include "pg_session.h"

void pg_write_init(struct pg_write *write)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        pg_rows_init(&write->parts[id].rows, &pg_tables[id]);
        pg_keys_init(&write->parts[id].gone);
        pg_keys_init(&write->parts[id].kept);
        write->parts[id].has_range = false;
        write->parts[id].place = NULL;
    }
    pg_array_init(&write->sites, PG_TEXT);
    pg_array_init(&write->epochs, PG_BIGINT);
}

void pg_write_finish(struct pg_write *write)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        pg_rows_finish(&write->parts[id].rows);
        pg_keys_finish(&write->parts[id].gone);
        pg_keys_finish(&write->parts[id].kept);
    }
    pg_array_finish(&write->sites);
    pg_array_finish(&write->epochs);
}

static void clear(struct pg_write *write)
{
    for (enum pg_table_id id = 0; id < PG_TABLES; id++) {
        struct pg_part *part = &write->parts[id];
        pg_rows_clear(&part->rows);
        pg_keys_clear(&part->gone);
        pg_keys_clear(&part->kept);
        part->has_range = false;
        part->place = NULL;
    }
    pg_array_clear(&write->sites);
    pg_array_clear(&write->epochs);
}

/* ---- items ---- */

static void drop(struct pg_item *item, const char *why)
{
    item->is_dropped = true;
    snprintf(item->why, sizeof(item->why), "%s", why);
}

void pg_item_read(struct pg_item *item, const struct vmm_message *message)
{
    char why[PG_WHY_MAX];
    json_error_t error;
    *item = (struct pg_item){.message = message, .table = pg_table_find(message->target)};
    if (message->kind < VMM_MESSAGE_ROW || message->kind > VMM_MESSAGE_RANGE ||
        item->table == PG_TABLES) {
        drop(item, "it is no row of a table that this release knows");
        return;
    }
    item->json = json_loadb(message->json, message->json_size, 0, &error);
    if (!json_is_object(item->json)) {
        snprintf(why, sizeof(why), "its JSON: %.120s",
                 item->json == NULL ? error.text : "no object");
        drop(item, why);
        return;
    }
    if (message->kind == VMM_MESSAGE_ROW) {
        item->site = pg_row_site(&pg_tables[item->table], item->json, &item->epoch);
    }
}

void pg_item_finish(struct pg_item *item)
{
    json_decref(item->json);
    item->json = NULL;
}

/* ---- building ---- */

static int add_row(struct pg_part *part, struct pg_item *item)
{
    const struct pg_table *table = &pg_tables[item->table];
    int rc = pg_rows_add(&part->rows, item->json, item->why);
    if (rc == 0 && table->owner != PG_OWNER_NOBODY) {
        rc = pg_keys_add(&part->kept, table, item->json, item->why);
    }
    return rc;
}

static int add_item(struct pg_part *part, struct pg_item *item)
{
    const struct pg_table *table = &pg_tables[item->table];
    if (item->message->kind == VMM_MESSAGE_ROW) {
        return add_row(part, item);
    }
    if (table->owner == PG_OWNER_NOBODY) {
        return 0; /* others may have it too: nobody takes it away */
    }
    if (item->message->kind == VMM_MESSAGE_GONE) {
        return pg_keys_add(&part->gone, table, item->json, item->why);
    }
    int rc = pg_range_read(&part->range, table, item->json, item->why);
    part->has_range = rc == 0;
    return rc;
}

/* Each site once; a batch comes from one node, which has one epoch of a site. */
static void add_site(struct pg_write *write, const struct pg_item *items, uint32_t at)
{
    for (uint32_t i = at; i > 0 && items[at].site != NULL; i--) {
        const struct pg_item *before = &items[i - 1];
        if (!before->is_dropped && before->site != NULL &&
            strcmp(before->site, items[at].site) == 0) {
            return;
        }
    }
    if (items[at].site != NULL) {
        pg_array_bytes(&write->sites, items[at].site, strlen(items[at].site));
        pg_array_bigint(&write->epochs, items[at].epoch);
    }
}

int pg_write_build(struct pg_write *write, struct pg_item *items, uint32_t count)
{
    clear(write);
    for (uint32_t i = 0; i < count; i++) {
        struct pg_item *item = &items[i];
        struct pg_part *part = item->table < PG_TABLES ? &write->parts[item->table] : NULL;
        int rc = item->is_dropped ? 0 : add_item(part, item);
        if (rc == VMM_E_NOMEM) {
            return rc;
        }
        item->is_dropped = item->is_dropped || rc != 0;
        if (!item->is_dropped) {
            add_site(write, items, i);
        }
        /* A dropped row is done with too: the place goes on over it. */
        if (part != NULL && item->message->place != NULL && item->message->place[0] != '\0') {
            part->place = item->message->place;
        }
    }
    return write->sites.failed || write->epochs.failed ? VMM_E_NOMEM : 0;
}

/* ---- queueing ---- */

#define PARAMETERS_MAX PG_COLUMNS_MAX

struct parameters {
    const char *values[PARAMETERS_MAX];
    int sizes[PARAMETERS_MAX];
    int formats[PARAMETERS_MAX];
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

static bool queue_rows(struct pg_part *part, PGconn *conn, const char *verb)
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
                      const char *const bound[2])
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

static bool queue_part(struct pg_part *part, PGconn *conn, const char *node)
{
    bool ok = part->gone.count == 0 || queue_gone(part, conn, node);
    if (part->rows.count > 0) {
        bool is_camera = part->rows.table == &pg_tables[PG_TABLE_CAMERA];
        ok = ok && (!is_camera || queue_rows(part, conn, "clear"));
        ok = ok && queue_rows(part, conn, "put");
    }
    return ok;
}

static bool queue_place(const struct pg_part *part, PGconn *conn, const char *node, const char *was)
{
    struct parameters p = {0};
    add_text(&p, node);
    add_text(&p, part->rows.table->name);
    add_text(&p, was);
    add_text(&p, part->place);
    return queue(conn, "advance", &p);
}

static bool queue_guard(struct pg_write *write, PGconn *conn)
{
    struct parameters p = {0};
    add_array(&p, &write->sites);
    add_array(&p, &write->epochs);
    return write->sites.count == 0 || queue(conn, "guard", &p);
}

bool pg_write_queue(struct pg_write *write, PGconn *conn, const char *node,
                    const char *(*place)(const void *arg, enum pg_table_id table), const void *arg)
{
    bool ok = queue_guard(write, conn);
    for (enum pg_table_id id = 0; id < PG_TABLES && ok; id++) {
        struct pg_part *part = &write->parts[id];
        ok = !part->has_range || queue_range(part, conn, node);
        ok = ok && queue_part(part, conn, node);
        ok = ok && (part->place == NULL || queue_place(part, conn, node, place(arg, id)));
    }
    return ok;
}

bool pg_write_queue_rows(struct pg_write *write, PGconn *conn, const char *node)
{
    bool ok = true;
    for (enum pg_table_id id = 0; id < PG_TABLES && ok; id++) {
        ok = queue_part(&write->parts[id], conn, node);
    }
    return ok;
}
