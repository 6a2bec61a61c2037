/* SPDX-License-Identifier: MIT */
/* The inventory of a site: what it has, what came and went since the last message, and what became something else. */
#include "gateway/gateway_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/json_text.h"
#include "gateway/render.h"

#define MODELS_MAX 15u /* lines of an inventory */
#define TEXT_NUM   24

/* What the last message of a site counted. */
struct stock {
    char *site_id;
    json_t *devices; /* what people call each, by id */
};

static const char *id_of(const void *item)
{
    return ((const struct stock *)item)->site_id;
}

static void destroy(void *item)
{
    struct stock *stock = item;
    json_decref(stock->devices);
    free(stock->site_id);
    free(stock);
}

void gateway_inventory_init(struct gateway *gateway)
{
    shelf_init(&gateway->stocks, id_of);
}

void gateway_inventory_finish(struct gateway *gateway)
{
    shelf_finish(&gateway->stocks, destroy);
}

static struct stock *stock_of(struct gateway *gateway, const char *site_id)
{
    struct stock *stock = shelf_find(&gateway->stocks, site_id);
    if (stock != NULL) {
        return stock;
    }
    stock = calloc(1, sizeof(*stock));
    if (stock == NULL) {
        return NULL;
    }
    stock->site_id = strdup(site_id);
    if (stock->site_id == NULL || !shelf_put(&gateway->stocks, stock)) {
        destroy(stock);
        return NULL;
    }
    return stock;
}

static void remember(struct gateway *gateway, struct stock *stock, json_t *devices)
{
    json_decref(stock->devices);
    stock->devices = json_deep_copy(devices);
    gateway->effects.put_memory(
        gateway->effects.arg, "inventory", stock->site_id, stock->site_id,
        json_pack("{s:s, s:O?}", "site", stock->site_id, "devices", stock->devices));
}

bool gateway_restore_inventory(struct gateway *gateway, const json_t *json)
{
    const char *site = json_text(json, "site");
    const json_t *devices = json_object_get(json, "devices");
    struct stock *stock = site[0] != '\0' ? stock_of(gateway, site) : NULL;
    if (stock != NULL && json_is_object(devices)) {
        json_decref(stock->devices);
        stock->devices = json_deep_copy(devices);
    }
    return stock != NULL;
}

/* ---- lines ---- */

static const char *number(uint64_t value, char out[TEXT_NUM])
{
    text_format(out, TEXT_NUM, "%llu", (unsigned long long)value);
    return out;
}

static json_t *model_line(const json_t *row)
{
    char count[TEXT_NUM];
    const char *model = json_text(row, "model");
    const char *places[] = {"model",    model,
                            "firmware", json_text(row, "firmware"),
                            "count",    number((uint64_t)json_number(row, "count"), count),
                            NULL};
    return gateway_worded(model[0] != '\0' ? "inventory_model" : "inventory_no_model", places);
}

/* What is behind the most common ones is counted. */
static void add_models(json_t *lines, const json_t *models)
{
    char text[TEXT_NUM];
    size_t count = json_array_size(models);
    for (size_t i = 0; i < count && i < MODELS_MAX; i++) {
        json_array_append_new(lines, model_line(json_array_get(models, i)));
    }
    if (count > MODELS_MAX) {
        const char *places[] = {"count", number(count - MODELS_MAX, text), NULL};
        json_array_append_new(lines, gateway_worded("more", places));
    }
}

/* ---- rows ---- */

static json_t *change_row(const json_t *change)
{
    const char *type = json_text(change, "type");
    const char *places[] = {"old", json_text(change, "old"), "new", json_text(change, "new"), NULL};
    json_t *row = gateway_worded(strcmp(type, "replaced") == 0   ? "inventory_replaced"
                                 : strcmp(type, "firmware") == 0 ? "inventory_firmware"
                                                                 : "inventory_provider",
                                 places);
    json_object_set(row, "camera", json_object_get(change, "subject"));
    return row;
}

/* Rows of what is in `those` and not in `others`; returns how many there are, also past those that are shown. */
static uint32_t add_missing(json_t *rows, const json_t *those, const json_t *others,
                            const char *words)
{
    const char *places[] = {NULL};
    const char *id;
    json_t *name;
    uint32_t count = 0;
    json_object_foreach((json_t *)those, id, name)
    {
        if (json_object_get(others, id) != NULL) {
            continue;
        }
        count++;
        if (json_array_size(rows) < RENDER_ITEMS_MAX) {
            json_t *row = gateway_worded(words, places);
            json_object_set_new(row, "camera", json_string(id));
            json_object_set(row, "name", name);
            json_array_append_new(rows, row);
        }
    }
    return count;
}

/* What came and went since the last message, which nobody knows of the first one. */
static uint32_t add_moved(json_t *lines, json_t *rows, const struct stock *stock,
                          const struct gateway_inventory *found)
{
    char texts[3][TEXT_NUM];
    if (stock == NULL || stock->devices == NULL) {
        return 0;
    }
    uint32_t gone = add_missing(rows, stock->devices, found->devices, "inventory_gone");
    uint32_t came = add_missing(rows, found->devices, stock->devices, "inventory_new");
    const char *places[] = {
        "count", number(came, texts[0]),           "gone", number(gone, texts[1]),
        "other", number(found->changed, texts[2]), NULL};
    if (came + gone > 0) {
        json_array_append_new(lines, gateway_worded("inventory_moved", places));
    }
    return came + gone;
}

void gateway_inventoried(struct gateway *gateway, const struct gateway_span *span, bool failed,
                         const struct gateway_inventory *found, struct gateway_now now)
{
    char texts[3][TEXT_NUM];
    if (!gateway_answered(gateway, span, failed)) {
        return;
    }
    struct stock *stock = stock_of(gateway, span->site_id);
    json_t *rows = json_array();
    json_t *lines = json_array();
    for (size_t i = 0; i < json_array_size(found->changes); i++) {
        json_array_append_new(rows, change_row(json_array_get(found->changes, i)));
    }
    uint32_t changed = found->changed + add_moved(lines, rows, stock, found);
    add_models(lines, found->models);
    const char *places[] = {
        "cameras", number(found->cameras, texts[0]), "nvrs", number(found->nvrs, texts[1]),
        "count",   number(changed, texts[2]),        NULL};
    json_t *extra = gateway_worded("inventory", places);
    json_object_set_new(extra, "more", lines);
    json_object_set_new(extra, "rows", rows);
    json_object_set_new(extra, "row_count", json_integer(changed));
    if (stock != NULL) {
        remember(gateway, stock, found->devices);
    }
    gateway_tell_figures(gateway, span, extra, now);
}
