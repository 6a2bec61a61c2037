/* SPDX-License-Identifier: MIT */
#include "store/soft.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define SEPARATOR                                                                                  \
    '\1' /* below every character of an id, so that keys sort as (site, component) does */

static const char *key_of(const void *owner, uint32_t number)
{
    const struct store_soft_table *table = owner;
    return table->rows[number].key;
}

void store_soft_init(struct store_soft_table *table)
{
    *table = (struct store_soft_table){.is_sorted = true};
    map_init(&table->map, key_of, table);
}

static void row_finish(struct soft_row *row)
{
    free(row->key);
    free(row->note);
}

void store_soft_finish(struct store_soft_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        row_finish(&table->rows[i]);
    }
    free(table->rows);
    free(table->order);
    free(table->next_key);
    map_finish(&table->map);
    store_soft_init(table);
}

static char *make_key(const char *site_id, const char *component)
{
    size_t site = strlen(site_id);
    size_t rest = strlen(component);
    char *key = malloc(site + rest + 2);
    if (key != NULL) {
        memcpy(key, site_id, site);
        key[site] = SEPARATOR;
        memcpy(key + site + 1, component, rest + 1);
    }
    return key;
}

static struct soft_row *find(const struct store_soft_table *table, const char *site_id,
                             const char *component)
{
    char *key = make_key(site_id, component);
    uint32_t number = key == NULL ? MAP_NONE : map_find(&table->map, key);
    free(key);
    return number == MAP_NONE ? NULL : &table->rows[number];
}

static bool make_room(struct store_soft_table *table)
{
    if (table->count < table->capacity) {
        return true;
    }
    uint32_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
    struct soft_row *rows = realloc(table->rows, capacity * sizeof(*rows));
    if (rows == NULL) {
        return false;
    }
    table->rows = rows;
    table->capacity = capacity;
    return true;
}

static struct soft_row *add(struct store_soft_table *table, const char *site_id,
                            const char *component)
{
    char *key = make_room(table) ? make_key(site_id, component) : NULL;
    if (key == NULL) {
        return NULL;
    }
    table->rows[table->count] = (struct soft_row){.key = key};
    if (map_put(&table->map, table->count) != 0) {
        free(key);
        return NULL;
    }
    table->is_sorted = false;
    return &table->rows[table->count++];
}

static void clean(struct store_soft_table *table, struct soft_row *row)
{
    table->dirty -= row->is_dirty;
    row->is_dirty = false;
    row->has_note = false;
}

static void remove_row(struct store_soft_table *table, const char *site_id, const char *component)
{
    struct soft_row *row = find(table, site_id, component);
    if (row == NULL) {
        return;
    }
    clean(table, row);
    struct soft_row *last = &table->rows[table->count - 1];
    map_remove(&table->map, row->key);
    if (row != last) {
        map_remove(&table->map, last->key);
    }
    row_finish(row);
    table->count--;
    table->is_sorted = false;
    if (row != last) {
        *row = *last;
        /* There is room: two were taken out. */
        (void)map_put(&table->map, (uint32_t)(row - table->rows));
    }
}

static void keep_note(struct soft_row *row, const struct store_value *note)
{
    if (note->type == SQLITE_NULL) {
        return;
    }
    if (note->size > row->note_capacity) {
        uint8_t *bytes = realloc(row->note, note->size);
        if (bytes == NULL) {
            return;
        }
        row->note = bytes;
        row->note_capacity = (uint16_t)note->size;
    }
    if (note->size > 0) {
        memcpy(row->note, note->bytes, note->size);
    }
    row->note_size = (uint16_t)note->size;
    row->has_note = true;
}

/* Values of STORE_PUT_SOFT: site, component, next_poll_at, last_seen_at, latency, note. */
static void merge(struct store_soft_table *table, const struct store_op *op)
{
    const struct store_value *v = op->values;
    struct soft_row *row = find(table, v[0].bytes, v[1].bytes);
    if (row == NULL) {
        row = add(table, v[0].bytes, v[1].bytes);
    }
    if (row == NULL) {
        return;
    }
    row->next_poll_at = v[2].number;
    row->last_seen_at = v[3].number;
    row->last_latency_ms = (uint32_t)v[4].number;
    keep_note(row, &v[5]);
    table->dirty += !row->is_dirty;
    row->is_dirty = true;
}

/*
 * Values of STORE_PUT_COMPONENT: site, component, severity, next_poll_at, latency, …, 12:
 * last_seen_at.
 */
static void overtake(struct store_soft_table *table, const struct store_op *op)
{
    const struct store_value *v = op->values;
    struct soft_row *row = find(table, v[0].bytes, v[1].bytes);
    if (row == NULL || !row->is_dirty) {
        return;
    }
    if (!row->has_note) {
        clean(table, row);
        return;
    }
    row->next_poll_at = v[3].number;
    row->last_latency_ms = (uint32_t)v[4].number;
    row->last_seen_at = v[12].number;
}

/* Values of the removals of a camera or NVR: id, site. */
static void remove_part(struct store_soft_table *table, const struct store_op *op,
                        const char *prefix)
{
    struct buf component;
    buf_init(&component);
    buf_text(&component, prefix);
    buf_text(&component, op->values[0].bytes);
    if (!buf_failed(&component)) {
        remove_row(table, op->values[1].bytes, buf_cstr(&component));
    }
    buf_finish(&component);
}

static void take(struct store_soft_table *table, const struct store_op *op)
{
    switch (op->kind) {
    case STORE_PUT_SOFT:
        merge(table, op);
        break;
    case STORE_PUT_COMPONENT:
        overtake(table, op);
        break;
    case STORE_PUT_NOTE: {
        struct soft_row *row = find(table, op->values[0].bytes, op->values[1].bytes);
        if (row != NULL) {
            row->has_note = false;
        }
        break;
    }
    case STORE_DEL_COMPONENT:
        remove_row(table, op->values[0].bytes, op->values[1].bytes);
        break;
    case STORE_DEL_CAMERA:
        remove_part(table, op, "camera:");
        break;
    case STORE_DEL_NVR:
        remove_part(table, op, "nvr:");
        break;
    default:
        break;
    }
}

void store_soft_take(struct store_soft_table *table, const struct store_batch *batch)
{
    struct store_op op;
    size_t offset = 0;
    while (store_op_next(batch, &offset, &op)) {
        take(table, &op);
    }
}

void store_soft_pace(uint32_t count, uint64_t period_us, uint32_t *rows, uint64_t *every_us)
{
    uint64_t slice = (uint64_t)count * SOFT_SLICE_EVERY / period_us + 1;
    slice = slice < SOFT_SLICE_MIN ? SOFT_SLICE_MIN : slice;
    slice = slice > count ? count : slice;
    *rows = (uint32_t)slice;
    *every_us = count == 0 ? period_us : period_us * slice / count;
}

static int compare(const void *a, const void *b, void *arg)
{
    const struct soft_row *rows = arg;
    return strcmp(rows[*(const uint32_t *)a].key, rows[*(const uint32_t *)b].key);
}

/*
 * The place in the new order of the first key that is not below the one where the walk had come to.
 */
static uint32_t find_position(const struct store_soft_table *table, const char *key)
{
    uint32_t low = 0;
    uint32_t high = table->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(table->rows[table->order[middle]].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool sort(struct store_soft_table *table)
{
    if (table->is_sorted) {
        return true;
    }
    if (table->capacity > table->order_capacity) {
        uint32_t *order = realloc(table->order, table->capacity * sizeof(*order));
        if (order == NULL) {
            return false;
        }
        table->order = order;
        table->order_capacity = table->capacity;
    }
    for (uint32_t i = 0; i < table->count; i++) {
        table->order[i] = i;
    }
    if (table->count > 0) {
        qsort_r(table->order, table->count, sizeof(*table->order), compare, table->rows);
    }
    table->position = table->next_key == NULL ? 0 : find_position(table, table->next_key);
    table->is_sorted = true;
    return true;
}

static void put_row(struct store_soft_table *table, struct soft_row *row, struct store_batch *out)
{
    char *component = strchr(row->key, SEPARATOR);
    *component = '\0';
    struct store_soft soft = {
        .site_id = row->key,
        .component = component + 1,
        .next_poll_at = row->next_poll_at,
        .last_seen_at = row->last_seen_at,
        .last_latency_ms = row->last_latency_ms,
        .note = row->has_note ? (row->note_size > 0 ? row->note : (const uint8_t *)"") : NULL,
        .note_size = row->note_size,
    };
    store_put_soft(out, &soft);
    *component = SEPARATOR;
    clean(table, row);
}

void store_soft_slice(struct store_soft_table *table, uint32_t visit, struct store_batch *out)
{
    if (!sort(table)) {
        return;
    }
    for (uint32_t i = 0; i < visit && i < table->count; i++) {
        if (table->position >= table->count) {
            table->position = 0;
        }
        struct soft_row *row = &table->rows[table->order[table->position++]];
        if (row->is_dirty) {
            put_row(table, row, out);
        }
    }
    free(table->next_key);
    table->next_key = table->position < table->count
                          ? strdup(table->rows[table->order[table->position]].key)
                          : NULL;
}
