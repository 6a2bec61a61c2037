/* SPDX-License-Identifier: MIT */
/* The scanner and jansson read the same texts; each value that jansson finds has a place. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <vmm/errors.h>

#include "base/text.h"
#include "config/scan.h"

static void expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void expect_place(const struct scan *scan, const char *pointer)
{
    struct scan_place place = {0};
    expect(scan_find(scan, pointer, &place) == 0);
    expect(place.line > 0 && place.column > 0);
}

/* Pointers longer than this are cut by scan_pointer() and not looked up. */
#define POINTER_MAX 512

static void walk(const struct scan *scan, const json_t *value, const char *pointer)
{
    char inner[POINTER_MAX];
    expect_place(scan, pointer);
    for (void *i = json_object_iter((json_t *)value); i != NULL;
         i = json_object_iter_next((json_t *)value, i)) {
        const char *key = json_object_iter_key(i);
        if (strlen(pointer) + 2 * strlen(key) + 4 < sizeof(inner)) {
            scan_pointer(inner, sizeof(inner), pointer, key);
            walk(scan, json_object_iter_value(i), inner);
        }
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (text_format(inner, sizeof(inner), "%s/%zu", pointer, i)) {
            walk(scan, json_array_get(value, i), inner);
        }
    }
}

/* What jansson lets pass: its own depth limit is larger, and a NUL byte after a number is skipped. */
static bool is_excused(const struct config_error *error, const uint8_t *data, size_t size)
{
    return memchr(data, 0, size) != NULL || strstr(error->problem, "too deep") != NULL ||
           strstr(error->problem, "too long") != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct scan *scan = NULL;
    struct config_error error = {0};
    int rc = scan_create((const char *)data, size, &scan, &error);
    json_error_t json_error;
    json_t *json =
        json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &json_error);
    if (rc == 0) {
        expect(json != NULL);
        walk(scan, json, "");
    } else if (rc == VMM_E_PROTO) {
        expect(error.line > 0 && error.column > 0 && error.problem[0] != '\0');
        expect(json == NULL || is_excused(&error, data, size));
    }
    json_decref(json);
    scan_destroy(scan);
    return 0;
}
