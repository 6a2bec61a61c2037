/* SPDX-License-Identifier: MIT */
#include "ipc/describe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ipc/describe_item.h"

#define FROZEN_SIZE 16u

/* True when the struct the plugin was built with reaches past this member. */
#define COVERS(descriptor, member)                                                                 \
    ((descriptor)->struct_size >=                                                                  \
     offsetof(struct vmm_descriptor, member) + sizeof((descriptor)->member))

static int put_texts(json_t *object, const struct vmm_descriptor *d)
{
    const struct {
        const char *key;
        const char *text;
    } texts[] = {
        {"name", COVERS(d, name) ? d->name : NULL},
        {"version", COVERS(d, version) ? d->version : NULL},
        {"flag", COVERS(d, flag) ? d->flag : NULL},
        {"summary", COVERS(d, summary) ? d->summary : NULL},
        {"licence", COVERS(d, licence) ? d->licence : NULL},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int rc = describe_put_text(object, texts[i].key, texts[i].text);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int put_lists(json_t *object, const struct vmm_descriptor *d)
{
    struct describe_budget budget = {.items = DESCRIBE_ITEMS_MAX};
    int rc = 0;
    if (COVERS(d, config) && d->config != NULL) {
        rc = describe_put_items(object, "config", d->config, &budget);
    }
    if (rc == 0 && COVERS(d, device_config) && d->device_config != NULL) {
        rc = describe_put_items(object, "device_config", d->device_config, &budget);
    }
    return rc;
}

static int put_extensions(json_t *object, const struct vmm_descriptor *d)
{
    json_t *ids = json_array();
    int rc = ids != NULL ? 0 : VMM_E_NOMEM;
    for (size_t i = 0; rc == 0 && COVERS(d, extensions) && d->extensions != NULL; i++) {
        const struct vmm_extension *extension = d->extensions[i];
        if (extension == NULL) {
            break;
        }
        if (i == DESCRIBE_EXTENSIONS_MAX) {
            rc = VMM_E_TOOBIG;
        } else if (extension->id == NULL || extension->table == NULL) {
            rc = VMM_E_INVAL;
        } else if (json_array_append_new(ids, json_string(extension->id)) != 0) {
            rc = VMM_E_INVAL; /* no UTF-8 */
        }
    }
    bool any = json_array_size(ids) > 0;
    if (rc == 0 && any && json_object_set(object, "extensions", ids) != 0) {
        rc = VMM_E_NOMEM;
    }
    json_decref(ids);
    return rc;
}

static int dump(const json_t *object, struct buf *out)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (text == NULL) {
        return VMM_E_NOMEM;
    }
    buf_text(out, text);
    free(text);
    return buf_failed(out) ? VMM_E_NOMEM : 0;
}

int describe_encode(const struct vmm_descriptor *descriptor, struct buf *out)
{
    if (descriptor == NULL || descriptor->struct_size < FROZEN_SIZE) {
        return VMM_E_INVAL;
    }
    uint32_t traits = COVERS(descriptor, traits) ? descriptor->traits : 0;
    uint32_t generation = COVERS(descriptor, generation) ? descriptor->generation : 0;
    json_t *object = json_pack(
        "{s:I s:I s:I s:I s:I}", "abi_major", (json_int_t)descriptor->abi_major, "abi_minor",
        (json_int_t)descriptor->abi_minor, "kind", (json_int_t)descriptor->kind, "traits",
        (json_int_t)traits, "generation", (json_int_t)generation);
    if (object == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = put_texts(object, descriptor);
    if (rc == 0) {
        rc = put_lists(object, descriptor);
    }
    if (rc == 0) {
        rc = put_extensions(object, descriptor);
    }
    if (rc == 0) {
        rc = dump(object, out);
    }
    json_decref(object);
    return rc;
}

/* ---- Reading ---- */

/* The description and the JSON tree its texts lie in. */
struct holder {
    struct description description;
    json_t *root;
    struct describe_lists lists;
};

static bool is_version(const char *text)
{
    size_t dots = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '.') {
            dots++;
        } else if (*p < '0' || *p > '9') {
            return false;
        }
        if (*p == '.' && (p == text || p[-1] == '.' || p[1] == '\0')) {
            return false;
        }
    }
    return dots == 2 && strlen(text) <= 32;
}

static bool is_flag(const char *text)
{
    static const char start[] = "FEATURE_";
    size_t length = strlen(text);
    return length >= sizeof(start) && length <= 64 &&
           strncmp(text, start, sizeof(start) - 1) == 0 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

static int read_head(const json_t *root, struct description *d)
{
    const struct {
        const char *key;
        uint32_t *to;
        uint32_t least;
        uint32_t most;
    } numbers[] = {
        {"abi_major", &d->abi_major, 0, UINT32_MAX},
        {"abi_minor", &d->abi_minor, 0, UINT32_MAX},
        {"kind", &d->kind, VMM_KIND_PROBE, VMM_KIND_SERVICE},
        {"traits", &d->traits, 0, UINT32_MAX},
        {"generation", &d->generation, VMM_GENERATION_OVERLAP, VMM_GENERATION_EXCLUSIVE},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        int64_t value = 0;
        int rc = describe_get_number(root, numbers[i].key, &value);
        if (rc != 0 || value < numbers[i].least || value > numbers[i].most) {
            return VMM_E_PROTO;
        }
        *numbers[i].to = (uint32_t)value;
    }
    return 0;
}

static int read_texts(const json_t *root, struct description *d)
{
    const struct {
        const char *key;
        const char **to;
    } texts[] = {
        {"name", &d->name},       {"version", &d->version}, {"flag", &d->flag},
        {"summary", &d->summary}, {"licence", &d->licence},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int rc = describe_get_text(root, texts[i].key, texts[i].to);
        if (rc != 0) {
            return rc;
        }
        if (*texts[i].to == NULL) {
            return VMM_E_PROTO;
        }
    }
    bool good = strlen(d->name) <= VMM_PLUGIN_NAME_MAX && describe_is_name(d->name) &&
                is_version(d->version) && is_flag(d->flag);
    return good ? 0 : VMM_E_PROTO;
}

/* "vmm.name/1" */
static bool is_extension(const char *id)
{
    size_t words = strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    size_t digits = id[words] == '/' ? strspn(id + words + 1, "0123456789") : 0;
    return words > 0 && digits > 0 && id[words + 1 + digits] == '\0' && strlen(id) <= 64;
}

static int read_extensions(const json_t *root, struct description *d)
{
    const json_t *ids = json_object_get(root, "extensions");
    size_t count = json_array_size(ids);
    if ((ids != NULL && !json_is_array(ids)) || count > DESCRIBE_EXTENSIONS_MAX) {
        return VMM_E_PROTO;
    }
    for (size_t i = 0; i < count; i++) {
        d->extensions[i] = json_string_value(json_array_get(ids, i));
        if (d->extensions[i] == NULL || !is_extension(d->extensions[i])) {
            return VMM_E_PROTO;
        }
    }
    return 0;
}

static int read_all(struct holder *holder)
{
    static const char *const keys[] = {
        "abi_major", "abi_minor", "kind",    "traits", "generation",    "name",       "version",
        "flag",      "summary",   "licence", "config", "device_config", "extensions", NULL};
    struct description *d = &holder->description;
    struct describe_budget budget = {.items = DESCRIBE_ITEMS_MAX};
    if (!json_is_object(holder->root) || !describe_only_keys(holder->root, keys)) {
        return VMM_E_PROTO;
    }
    int rc = read_head(holder->root, d);
    if (rc == 0) {
        rc = read_texts(holder->root, d);
    }
    if (rc == 0) {
        rc = read_extensions(holder->root, d);
    }
    if (rc == 0) {
        rc = describe_get_items(holder->root, "config", &holder->lists, &budget, &d->config);
    }
    if (rc == 0) {
        rc = describe_get_items(holder->root, "device_config", &holder->lists, &budget,
                                &d->device_config);
    }
    return rc;
}

int describe_decode(const char *json, struct description **out)
{
    struct holder *holder = calloc(1, sizeof(*holder));
    if (holder == NULL) {
        return VMM_E_NOMEM;
    }
    holder->root = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    int rc = holder->root == NULL ? VMM_E_PROTO : read_all(holder);
    if (rc != 0) {
        description_destroy(&holder->description);
        return rc;
    }
    *out = &holder->description;
    return 0;
}

bool description_offers(const struct description *description, const char *id)
{
    const char *const *at = description->extensions;
    while (*at != NULL && strcmp(*at, id) != 0) {
        at++;
    }
    return *at != NULL;
}

void description_destroy(struct description *description)
{
    if (description == NULL) {
        return;
    }
    struct holder *holder =
        (struct holder *)((char *)description - offsetof(struct holder, description));
    describe_lists_finish(&holder->lists);
    json_decref(holder->root);
    free(holder);
}
