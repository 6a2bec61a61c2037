/* SPDX-License-Identifier: MIT */
#include "ipc/describe_item.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* One list that was read: the array the reader gets, and the items it points to. */
struct describe_list {
    struct describe_list *next;
    const struct vmm_config_item **pointers;
    struct vmm_config_item items[];
};

bool describe_is_name(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && text[0] >= 'a' && text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

bool describe_only_keys(const json_t *object, const char *const *keys)
{
    for (void *i = json_object_iter((json_t *)object); i != NULL;
         i = json_object_iter_next((json_t *)object, i)) {
        size_t k = 0;
        while (keys[k] != NULL && strcmp(keys[k], json_object_iter_key(i)) != 0) {
            k++;
        }
        if (keys[k] == NULL) {
            return false;
        }
    }
    return true;
}

/* ---- Writing ---- */

int describe_put_text(json_t *object, const char *key, const char *text)
{
    const char *from = text != NULL ? text : "";
    size_t length = strnlen(from, DESCRIBE_TEXT_MAX + 1);
    if (length > DESCRIBE_TEXT_MAX) {
        return VMM_E_TOOBIG;
    }
    json_t *value = json_stringn(from, length);
    if (value == NULL) {
        return VMM_E_INVAL;
    }
    return json_object_set_new(object, key, value) == 0 ? 0 : VMM_E_NOMEM;
}

static int put_optional_text(json_t *object, const char *key, const char *text)
{
    return text == NULL ? 0 : describe_put_text(object, key, text);
}

/* What the plugin knew of the item, zeros where its struct ended earlier. */
static struct vmm_config_item copy_item(const struct vmm_config_item *item)
{
    struct vmm_config_item copy = {0};
    size_t size = item->struct_size < sizeof(copy) ? item->struct_size : sizeof(copy);
    memcpy(&copy, item, size);
    return copy;
}

static int put_item(json_t *list, const struct vmm_config_item *given,
                    struct describe_budget *budget)
{
    if (given->struct_size < offsetof(struct vmm_config_item, default_json)) {
        return VMM_E_INVAL;
    }
    struct vmm_config_item item = copy_item(given);
    json_t *object =
        json_pack("{s:I s:I s:I s:I}", "type", (json_int_t)item.type, "min", (json_int_t)item.min,
                  "max", (json_int_t)item.max, "flags", (json_int_t)item.flags);
    if (object == NULL || json_array_append_new(list, object) != 0) {
        return VMM_E_NOMEM;
    }
    const struct {
        const char *key;
        const char *text;
    } texts[] = {{"default", item.default_json}, {"unit", item.unit}, {"words", item.words}};
    int rc = describe_put_text(object, "name", item.name);
    if (rc == 0) {
        rc = describe_put_text(object, "summary", item.summary);
    }
    for (size_t i = 0; rc == 0 && i < sizeof(texts) / sizeof(texts[0]); i++) {
        rc = put_optional_text(object, texts[i].key, texts[i].text);
    }
    if (rc == 0 && item.items != NULL) {
        rc = describe_put_items(object, "items", item.items, budget);
    }
    return rc;
}

int describe_put_items(json_t *object, const char *key, const struct vmm_config_item *const *items,
                       struct describe_budget *budget)
{
    if (budget->depth == DESCRIBE_DEPTH_MAX) {
        return VMM_E_TOOBIG;
    }
    json_t *list = json_array();
    if (list == NULL || json_object_set_new(object, key, list) != 0) {
        return VMM_E_NOMEM;
    }
    budget->depth++;
    int rc = 0;
    for (size_t i = 0; rc == 0 && items[i] != NULL; i++) {
        if (i == VMM_PLUGIN_CONFIG_MAX || budget->items == 0) {
            return VMM_E_TOOBIG;
        }
        budget->items--;
        rc = put_item(list, items[i], budget);
    }
    budget->depth--;
    return rc;
}

/* ---- Reading ---- */

int describe_get_text(const json_t *object, const char *key, const char **text)
{
    const json_t *value = json_object_get(object, key);
    *text = NULL;
    if (value == NULL) {
        return 0;
    }
    if (!json_is_string(value)) {
        return VMM_E_PROTO;
    }
    if (json_string_length(value) > DESCRIBE_TEXT_MAX) {
        return VMM_E_TOOBIG;
    }
    *text = json_string_value(value);
    return 0;
}

int describe_get_number(const json_t *object, const char *key, int64_t *number)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value)) {
        return VMM_E_PROTO;
    }
    *number = json_integer_value(value);
    return 0;
}

static int read_numbers(const json_t *object, struct vmm_config_item *item)
{
    int64_t type = 0;
    int64_t flags = 0;
    bool there = describe_get_number(object, "type", &type) == 0 &&
                 describe_get_number(object, "flags", &flags) == 0 &&
                 describe_get_number(object, "min", &item->min) == 0 &&
                 describe_get_number(object, "max", &item->max) == 0;
    bool good = type >= VMM_CONFIG_BOOL && type <= VMM_CONFIG_LIST && flags >= 0 &&
                flags <= UINT32_MAX && (item->min <= item->max || item->max == 0);
    item->type = (uint32_t)type;
    item->flags = (uint32_t)flags;
    return there && good ? 0 : VMM_E_PROTO;
}

static int read_texts(const json_t *object, struct vmm_config_item *item)
{
    const struct {
        const char *key;
        const char **to;
    } texts[] = {{"name", &item->name},
                 {"summary", &item->summary},
                 {"default", &item->default_json},
                 {"unit", &item->unit},
                 {"words", &item->words}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int rc = describe_get_text(object, texts[i].key, texts[i].to);
        if (rc != 0) {
            return rc;
        }
    }
    bool good = item->name != NULL && describe_is_name(item->name) && item->summary != NULL;
    return good ? 0 : VMM_E_PROTO;
}

/* What the type asks for and the validator relies on. */
static int check_item(const struct vmm_config_item *item)
{
    if (item->type == VMM_CONFIG_WORD && (item->words == NULL || item->words[0] == '\0')) {
        return VMM_E_PROTO;
    }
    if (item->type == VMM_CONFIG_OBJECT && item->items == NULL) {
        return VMM_E_PROTO;
    }
    if (item->items != NULL && item->type != VMM_CONFIG_OBJECT && item->type != VMM_CONFIG_LIST) {
        return VMM_E_PROTO;
    }
    if (item->default_json == NULL) {
        return 0;
    }
    json_t *value = json_loads(item->default_json, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    json_decref(value);
    return value != NULL ? 0 : VMM_E_PROTO;
}

static int read_item(const json_t *object, struct describe_lists *lists,
                     struct describe_budget *budget, struct vmm_config_item *item)
{
    static const char *const keys[] = {"type", "name",  "summary", "default", "min", "max",
                                       "unit", "words", "flags",   "items",   NULL};
    item->struct_size = sizeof(*item);
    if (!json_is_object(object) || !describe_only_keys(object, keys)) {
        return VMM_E_PROTO;
    }
    int rc = read_numbers(object, item);
    if (rc == 0) {
        rc = read_texts(object, item);
    }
    if (rc == 0) {
        rc = describe_get_items(object, "items", lists, budget, &item->items);
    }
    return rc == 0 ? check_item(item) : rc;
}

static struct describe_list *new_list(struct describe_lists *lists, size_t count)
{
    struct describe_list *list = calloc(1, sizeof(*list) + count * sizeof(list->items[0]));
    if (list == NULL) {
        return NULL;
    }
    list->pointers = calloc(count + 1, sizeof(list->pointers[0]));
    if (list->pointers == NULL) {
        free(list);
        return NULL;
    }
    list->next = lists->first;
    lists->first = list;
    return list;
}

static bool is_repeated(const struct describe_list *list, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(list->items[i].name, list->items[index].name) == 0) {
            return true;
        }
    }
    return false;
}

int describe_get_items(const json_t *object, const char *key, struct describe_lists *lists,
                       struct describe_budget *budget, const struct vmm_config_item *const **items)
{
    const json_t *array = json_object_get(object, key);
    *items = NULL;
    if (array == NULL) {
        return 0;
    }
    size_t count = json_array_size(array);
    if (!json_is_array(array)) {
        return VMM_E_PROTO;
    }
    if (count > VMM_PLUGIN_CONFIG_MAX || count > budget->items ||
        budget->depth == DESCRIBE_DEPTH_MAX) {
        return VMM_E_TOOBIG;
    }
    struct describe_list *list = new_list(lists, count);
    if (list == NULL) {
        return VMM_E_NOMEM;
    }
    budget->items -= (uint32_t)count;
    budget->depth++;
    for (size_t i = 0; i < count; i++) {
        int rc = read_item(json_array_get(array, i), lists, budget, &list->items[i]);
        if (rc != 0) {
            return rc;
        }
        if (is_repeated(list, i)) {
            return VMM_E_PROTO;
        }
        list->pointers[i] = &list->items[i];
    }
    budget->depth--;
    *items = list->pointers;
    return 0;
}

void describe_lists_finish(struct describe_lists *lists)
{
    while (lists->first != NULL) {
        struct describe_list *list = lists->first;
        lists->first = list->next;
        free(list->pointers);
        free(list);
    }
}
