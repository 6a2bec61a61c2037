/* SPDX-License-Identifier: MIT */
#include "main/options.h"

#include <stdlib.h>
#include <string.h>

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
    int rc = validate_text(given, description->device_config, "", &json, &error);
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
