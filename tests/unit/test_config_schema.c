/* SPDX-License-Identifier: MIT */
/* The generated schema accepts and refuses what the validator does. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "config/core_config.h"
#include "config/config_check.h"
#include "config/schema.h"
#include "config_samples.h"
#include "schema_eval.h"

static bool validator_accepts(const json_t *value)
{
    json_t *out = NULL;
    struct config_error error = {0};
    int rc = validate_object(value, sample_items, "", &out, &error);
    cr_assert(rc == 0 || (rc == VMM_E_INVAL && error.problem[0] != '\0'));
    json_decref(out);
    return rc == 0;
}

static json_t *samples(void)
{
    json_error_t error;
    json_t *list = json_load_file(VMM_SOURCE "/tests/data/config/samples.json", 0, &error);
    cr_assert_not_null(list, "%s", error.text);
    cr_assert_gt(json_array_size(list), 100);
    return list;
}

Test(schema, the_sample_items_are_well_declared)
{
    struct config_error error = {0};
    cr_assert_eq(validate_items(sample_items, "", &error), 0, "%s: %s", error.pointer,
                 error.problem);
    cr_assert_eq(validate_items(core_config_items(), "", &error), 0, "%s: %s", error.pointer,
                 error.problem);
}

Test(schema, both_agree_on_the_samples)
{
    json_t *list = samples();
    json_t *schema = schema_object(sample_items);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *sample = json_array_get(list, i);
        const json_t *value = json_object_get(sample, "value");
        bool accept = json_is_true(json_object_get(sample, "accept"));
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        cr_expect_eq(validator_accepts(value), accept, "validator: %s", text);
        cr_expect_eq(eval(schema, value), accept, "schema: %s", text);
        free(text);
    }
    json_decref(schema);
    json_decref(list);
}

/* Put the values of one sample under the keys of another, and values under keys they were not made for. */
static json_t *mixed(const json_t *list, struct rng *rng)
{
    json_t *value = json_object();
    size_t keys = rng_below(rng, 4);
    for (size_t k = 0; k <= keys; k++) {
        json_t *a =
            json_object_get(json_array_get(list, rng_below(rng, json_array_size(list))), "value");
        json_t *b =
            json_object_get(json_array_get(list, rng_below(rng, json_array_size(list))), "value");
        void *key = json_object_iter(a);
        void *from = json_object_iter(rng_below(rng, 4) == 0 ? b : a);
        if (key != NULL && from != NULL) {
            json_object_set(value, json_object_iter_key(key), json_object_iter_value(from));
        }
    }
    return value;
}

Test(schema, both_agree_on_random_mixtures)
{
    json_t *list = samples();
    json_t *schema = schema_object(sample_items);
    struct rng rng;
    rng_init(&rng, 2026);
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        json_t *value = mixed(list, &rng);
        bool accept = validator_accepts(value);
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        cr_assert_eq(eval(schema, value), accept, "%s", text);
        accepted += accept ? 1 : 0;
        free(text);
        json_decref(value);
    }
    cr_assert(accepted > 2000 && accepted < 18000, "%d accepted", accepted);
    json_decref(schema);
    json_decref(list);
}

static void expect_file(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file, "%s", path);
    char *content = calloc(1, text->size + 2);
    size_t size = fread(content, 1, text->size + 1, file);
    fclose(file);
    cr_expect(size == text->size && memcmp(content, text->data, size) == 0,
              "%s is out of date: regenerate it", path);
    free(content);
}

Test(schema, the_schemas_in_the_tree_are_the_generated_ones)
{
    struct buf text;
    buf_init(&text);
    json_t *schema = schema_config(core_config_items());
    cr_assert_eq(schema_write(schema, &text), 0);
    expect_file(VMM_SOURCE "/etc/vmmd.schema.json", &text);
    json_decref(schema);
    buf_clear(&text);
    schema = schema_object(sample_items);
    cr_assert_eq(schema_write(schema, &text), 0);
    expect_file(VMM_SOURCE "/tests/data/config/samples.schema.json", &text);
    json_decref(schema);
    buf_finish(&text);
}

Test(schema, the_sample_configuration_fits)
{
    json_error_t where;
    json_t *config = json_load_file(VMM_SOURCE "/etc/vmmd.json", JSON_REJECT_DUPLICATES, &where);
    cr_assert_not_null(config, "%s", where.text);
    json_t *schema = schema_config(core_config_items());
    cr_expect(eval(schema, config));
    json_object_set_new(config, "wathc", json_object());
    cr_expect_not(eval(schema, config));
    json_decref(schema);
    json_decref(config);
    struct config_sources sources = {.file = VMM_SOURCE "/etc/vmmd.json", .folder = "/nonexistent"};
    struct config *loaded = NULL;
    struct config_error error;
    char line[CONFIG_ERROR_LINE];
    cr_assert_eq(config_load(&sources, &loaded, &error), 0, "%s", config_error_text(&error, line));
    cr_expect_not(flags_state(loaded->flags, FLAGS_MASTER, NULL));
    config_destroy(loaded);
}
