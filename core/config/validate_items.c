/* SPDX-License-Identifier: MIT */
/* The declaration of settings, before anything is checked against it. */
#include <string.h>

#include "config/pattern.h"
#include "config/scan.h"
#include "config/validate.h"

#define NAME_PATTERN "^[a-z$][a-z0-9_]*$"
#define DEPTH_MAX    8u

static int check_list(config_items items, const char *at, unsigned depth,
                      struct config_error *error);

static const char *type_fault(const struct vmm_config_item *item)
{
    bool nests = item->type == VMM_CONFIG_OBJECT || item->type == VMM_CONFIG_LIST;
    if (item->type < VMM_CONFIG_BOOL || item->type > VMM_CONFIG_LIST) {
        return "the type is none of VMM_CONFIG_*";
    }
    if (item->type == VMM_CONFIG_WORD && (item->words == NULL || item->words[0] == '\0')) {
        return "a word has no words to choose from";
    }
    if (item->type == VMM_CONFIG_OBJECT && item->items == NULL) {
        return "an object has no members";
    }
    return item->items != NULL && !nests ? "only objects and lists have members" : NULL;
}

static const char *fault(const struct vmm_config_item *item)
{
    if (item->struct_size < sizeof(*item)) {
        return "struct_size is too small";
    }
    if (item->name == NULL || !pattern_matches(NAME_PATTERN, item->name)) {
        return "the name is no lower-case words joined by _";
    }
    if (item->summary == NULL || item->summary[0] == '\0') {
        return "the summary is missing";
    }
    if (item->min > item->max && item->max != 0) {
        return "min is above max";
    }
    if ((item->flags & VMM_CONFIG_REQUIRED) != 0 && item->default_json != NULL) {
        return "what is required has no default";
    }
    return type_fault(item);
}

/* A required item has no default to try, and would fail for being absent. */
static int try_default(const struct vmm_config_item *item, const char *at,
                       struct config_error *error)
{
    if (item->default_json == NULL) {
        return 0;
    }
    const struct vmm_config_item *const alone[] = {item, NULL};
    json_t *out = NULL;
    int rc = validate_object(NULL, alone, at, &out, error);
    json_decref(out);
    return rc;
}

static int check_one(config_items items, size_t index, const char *at, unsigned depth,
                     struct config_error *error)
{
    const struct vmm_config_item *item = items[index];
    const char *problem = fault(item);
    char pointer[sizeof(error->pointer)];
    scan_pointer(pointer, sizeof(pointer), at, item->name != NULL ? item->name : "");
    for (size_t i = 0; problem == NULL && i < index; i++) {
        problem = strcmp(items[i]->name, item->name) == 0 ? "the name is declared twice" : NULL;
    }
    if (problem != NULL) {
        config_error_set(error, pointer, "see struct vmm_config_item", "%s", problem);
        return VMM_E_INVAL;
    }
    int rc = check_list(item->items, pointer, depth + 1, error);
    return rc != 0 ? rc : try_default(item, at, error);
}

static int check_list(config_items items, const char *at, unsigned depth,
                      struct config_error *error)
{
    if (items != NULL && depth == DEPTH_MAX) {
        config_error_set(error, at, "use fewer levels", "settings are nested too deep");
        return VMM_E_INVAL;
    }
    for (size_t i = 0; items != NULL && items[i] != NULL; i++) {
        int rc = check_one(items, i, at, depth, error);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

int validate_items(config_items items, const char *at, struct config_error *error)
{
    return check_list(items, at, 0, error);
}
