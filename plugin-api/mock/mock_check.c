/* SPDX-License-Identifier: MIT */
/* The descriptor, as a host checks it before it opens a plugin. */
#include "mock/mock.h"

#include <string.h>

static bool name_is_well_formed(const char *name)
{
    size_t size = name == NULL ? 0 : strlen(name);
    return size > 0 && size <= VMM_PLUGIN_NAME_MAX && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == size;
}

/* MAJOR.MINOR.PATCH */
static bool version_is_well_formed(const char *version)
{
    for (int part = 0; part < 3; part++) {
        size_t digits = version == NULL ? 0 : strspn(version, "0123456789");
        if (digits == 0) {
            return false;
        }
        version += digits;
        if (part < 2 && *version++ != '.') {
            return false;
        }
    }
    return *version == '\0';
}

static bool flag_is_well_formed(const char *flag)
{
    return flag != NULL && strncmp(flag, "FEATURE_", 8) == 0 &&
           strspn(flag, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(flag);
}

static void check_items(struct vmm_mock *mock, const struct vmm_config_item *const *items)
{
    size_t count = 0;
    for (; items != NULL && items[count] != NULL; count++) {
        const struct vmm_config_item *item = items[count];
        if (item->struct_size != sizeof(*item) || item->type < VMM_CONFIG_BOOL ||
            item->type > VMM_CONFIG_LIST) {
            mock_complain(mock, "item %zu: struct_size or type", count);
            continue;
        }
        if (!name_is_well_formed(item->name) || item->summary == NULL || item->summary[0] == '\0') {
            mock_complain(mock, "item %zu: name or summary", count);
        }
        if (item->type == VMM_CONFIG_WORD && item->words == NULL) {
            mock_complain(mock, "item %s: a word without words", item->name);
        }
        if ((item->flags & VMM_CONFIG_REQUIRED) != 0 && item->default_json != NULL) {
            mock_complain(mock, "item %s: required, and has a default", item->name);
        }
        check_items(mock, item->items);
    }
    if (count > VMM_PLUGIN_CONFIG_MAX) {
        mock_complain(mock, "more than %u items in one list", VMM_PLUGIN_CONFIG_MAX);
    }
}

static void check_ops(struct vmm_mock *mock, const struct vmm_descriptor *d)
{
    if (d->kind == VMM_KIND_PROBE) {
        const struct vmm_probe_ops *ops = d->ops;
        if (ops == NULL || ops->struct_size != sizeof(*ops) || ops->open == NULL ||
            ops->close == NULL || ops->probe == NULL || ops->cancel == NULL) {
            mock_complain(mock, "descriptor: the operations of a probe");
        }
    } else if (d->kind == VMM_KIND_SINK) {
        const struct vmm_sink_ops *ops = d->ops;
        if (ops == NULL || ops->struct_size != sizeof(*ops) || ops->open == NULL ||
            ops->close == NULL || ops->deliver == NULL || ops->drain == NULL) {
            mock_complain(mock, "descriptor: the operations of a sink");
        }
    } else {
        mock_complain(mock, "descriptor: the mock knows probes and sinks, not kind %u", d->kind);
    }
}

void mock_check_descriptor(struct vmm_mock *mock, const struct vmm_descriptor *d)
{
    if (d->struct_size != sizeof(*d) || d->abi_major != VMM_ABI_MAJOR ||
        d->abi_minor != VMM_ABI_MINOR) {
        mock_complain(mock, "descriptor: size or version of the ABI");
    }
    if (!name_is_well_formed(d->name) || !version_is_well_formed(d->version) ||
        !flag_is_well_formed(d->flag)) {
        mock_complain(mock, "descriptor: name, version or flag");
    }
    if (d->summary == NULL || d->licence == NULL) {
        mock_complain(mock, "descriptor: summary or licence");
    }
    uint32_t generation =
        d->kind == VMM_KIND_SINK ? VMM_GENERATION_HANDOVER : VMM_GENERATION_OVERLAP;
    if (d->generation != generation) {
        mock_complain(mock, "descriptor: a probe overlaps, a sink hands over");
    }
    check_items(mock, d->config);
    check_items(mock, d->device_config);
    check_ops(mock, d);
}
