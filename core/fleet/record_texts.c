/* SPDX-License-Identifier: MIT */
#include "fleet/record_texts.h"

#include <stddef.h>

#include <vmm/errors.h>

/* The offsets of a record's texts. */
struct texts {
    size_t count;
    const size_t *offsets;
};

static const size_t site_offsets[] = {
    offsetof(struct site_record, id),         offsetof(struct site_record, tenant_id),
    offsetof(struct site_record, name),       offsetof(struct site_record, timezone),
    offsetof(struct site_record, language),   offsetof(struct site_record, profile),
    offsetof(struct site_record, way),        offsetof(struct site_record, rules),
    offsetof(struct site_record, owner_node),
};
static const size_t nvr_offsets[] = {
    offsetof(struct nvr_record, id),
    offsetof(struct nvr_record, site_id),
    offsetof(struct nvr_record, name),
};
static const size_t camera_offsets[] = {
    offsetof(struct camera_record, id),     offsetof(struct camera_record, site_id),
    offsetof(struct camera_record, nvr_id), offsetof(struct camera_record, name),
    offsetof(struct camera_record, tags),   offsetof(struct camera_record, expected),
    offsetof(struct camera_record, rules),
};
static const size_t device_offsets[] = {
    offsetof(struct device_record, id),       offsetof(struct device_record, site_id),
    offsetof(struct device_record, provider), offsetof(struct device_record, effective_provider),
    offsetof(struct device_record, host),     offsetof(struct device_record, port_group),
    offsetof(struct device_record, link),     offsetof(struct device_record, credential_id),
    offsetof(struct device_record, options),  offsetof(struct device_record, model),
    offsetof(struct device_record, firmware), offsetof(struct device_record, serial),
    offsetof(struct device_record, mac),      offsetof(struct device_record, effective_place),
};

#define TEXTS(offsets_)                                                                            \
    {                                                                                              \
        .count = sizeof(offsets_) / sizeof((offsets_)[0]), .offsets = offsets_                     \
    }

static const struct texts site_texts = TEXTS(site_offsets);
static const struct texts nvr_texts = TEXTS(nvr_offsets);
static const struct texts camera_texts = TEXTS(camera_offsets);
static const struct texts device_texts = TEXTS(device_offsets);

static const char **text_at(const void *record, size_t offset)
{
    return (const char **)((char *)record + offset);
}

static int take(struct pool *pool, void *record, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        const char **text = text_at(record, texts->offsets[i]);
        const char *taken = pool_take(pool, *text);
        if (taken == NULL) {
            while (i > 0) {
                pool_drop(pool, *text_at(record, texts->offsets[--i]));
            }
            return VMM_E_NOMEM;
        }
        *text = taken;
    }
    return 0;
}

static void drop(struct pool *pool, const void *record, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        pool_drop(pool, *text_at(record, texts->offsets[i]));
    }
}

int record_take_site(struct pool *pool, struct site_record *record)
{
    return take(pool, record, &site_texts);
}

int record_take_nvr(struct pool *pool, struct nvr_record *record)
{
    return take(pool, record, &nvr_texts);
}

int record_take_camera(struct pool *pool, struct camera_record *record)
{
    return take(pool, record, &camera_texts);
}

int record_take_device(struct pool *pool, struct device_record *record)
{
    return take(pool, record, &device_texts);
}

void record_drop_site(struct pool *pool, const struct site_record *record)
{
    drop(pool, record, &site_texts);
}

void record_drop_nvr(struct pool *pool, const struct nvr_record *record)
{
    drop(pool, record, &nvr_texts);
}

void record_drop_camera(struct pool *pool, const struct camera_record *record)
{
    drop(pool, record, &camera_texts);
}

void record_drop_device(struct pool *pool, const struct device_record *record)
{
    drop(pool, record, &device_texts);
}
