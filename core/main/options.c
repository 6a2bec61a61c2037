/* SPDX-License-Identifier: MIT */
#include "main/options.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/text.h"
#include "config/validate.h"

static void destroy(struct options *options)
{
    free(options->json);
    free(options->given);
    free(options);
}

static struct options *make(const struct description *description, const char *given)
{
    struct options *options = calloc(1, sizeof(*options));
    if (options == NULL) {
        return NULL;
    }
    struct buf json;
    struct config_error error;
    buf_init(&json);
    config_error_clear(&error);
    bool is_anothers = (description->traits & VMM_TRAIT_HANDS_OVER) != 0;
    int rc =
        validate_text(is_anothers ? "{}" : given, description->device_config, "", &json, &error);
    if (rc != 0) {
        text_format(options->why, sizeof(options->why), "options%s: %.100s", error.pointer,
                    error.problem);
    }
    options->given = strdup(given);
    options->json = strdup(rc == 0 ? buf_cstr(&json) : "{}");
    buf_finish(&json);
    if (options->given == NULL || options->json == NULL) {
        destroy(options);
        return NULL;
    }
    options->hash = hash_bytes(options->json, strlen(options->json), 1);
    return options;
}

const struct options *options_get(struct options_table *table,
                                  const struct description *description, const char *given)
{
    uint64_t hash = hash_bytes(given, strlen(given), 0);
    struct options **slot = &table->slots[hash & 255];
    for (struct options *options = *slot; options != NULL; options = options->next) {
        if (options->given_hash == hash && strcmp(options->given, given) == 0) {
            return options;
        }
    }
    struct options *made = make(description, given);
    if (made != NULL) {
        made->given_hash = hash;
        made->next = *slot;
        *slot = made;
    }
    return made;
}

static bool is_known(const struct description *description, const char *name)
{
    const struct vmm_config_item *const *item = description->device_config;
    while (item != NULL && *item != NULL && strcmp((*item)->name, name) != 0) {
        item++;
    }
    return item != NULL && *item != NULL;
}

const struct options *options_get_known(struct options_table *table,
                                        const struct description *description, const char *given)
{
    json_t *all = json_loads(given, 0, NULL);
    json_t *known = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(all, name, value)
    {
        if (is_known(description, name)) {
            json_object_set(known, name, value);
        }
    }
    char *text = json_dumps(known, JSON_COMPACT | JSON_SORT_KEYS);
    const struct options *options = options_get(table, description, text != NULL ? text : "{}");
    free(text);
    json_decref(known);
    json_decref(all);
    bool is_wanted = options == NULL || options->why[0] == '\0';
    return is_wanted ? options : options_get(table, description, "{}");
}

void options_clear(struct options_table *table)
{
    for (size_t i = 0; i < 256; i++) {
        while (table->slots[i] != NULL) {
            struct options *next = table->slots[i]->next;
            destroy(table->slots[i]);
            table->slots[i] = next;
        }
    }
}
