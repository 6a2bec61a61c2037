/* SPDX-License-Identifier: MIT */
/* Which rows of the record the operations of a batch have changed. */
#include <string.h>

#include "base/text.h"
#include "store/internal.h"

struct teller {
    const struct store_changes *changes;
    bool soft;
};

static void tell(const struct teller *to, enum store_table table, const char *part1,
                 const char *part2)
{
    to->changes->changed(to->changes->arg, table, part1, part2, to->soft);
}

/* The row that a component's health and last_seen_at are copied to. */
static void tell_owner(const struct teller *to, const char *site, const char *component)
{
    if (strncmp(component, "camera:", 7) == 0) {
        tell(to, STORE_TABLE_CAMERA, site, component + 7);
    } else if (strncmp(component, "nvr:", 4) == 0) {
        tell(to, STORE_TABLE_NVR, site, component + 4);
    }
}

static void tell_prefixed(const struct teller *to, enum store_table table, const char *site,
                          const char *prefix, const char *id)
{
    char key[STORE_KEY_MAX];
    if (text_format(key, sizeof(key), "%s%s", prefix, id)) {
        tell(to, table, site, key);
    }
}

/* What goes with a device: its row, its state under this prefix, its breaker. */
static void tell_removed(const struct teller *to, const char *site, const char *prefix,
                         const char *id)
{
    tell(to, STORE_TABLE_DEVICE, site, id);
    tell_prefixed(to, STORE_TABLE_BREAKER, site, "device:", id);
    if (prefix[0] != '\0') {
        tell_prefixed(to, STORE_TABLE_POLL, site, prefix, id);
    }
}

static void tell_fleet(const struct teller *to, const struct store_op *op)
{
    const char *first = op->values[0].bytes;
    const char *second = op->count > 1 ? op->values[1].bytes : "";
    switch (op->kind) {
    case STORE_PUT_TENANT:
        tell(to, STORE_TABLE_TENANT, first, "");
        break;
    case STORE_PUT_SITE:
    case STORE_DEL_SITE:
        tell(to, STORE_TABLE_SITE, first, "");
        break;
    case STORE_PUT_NVR:
        tell(to, STORE_TABLE_NVR, second, first);
        break;
    case STORE_PUT_CAMERA:
        tell(to, STORE_TABLE_CAMERA, second, first);
        break;
    case STORE_PUT_DEVICE:
        tell(to, STORE_TABLE_DEVICE, second, first);
        tell(to, op->values[2].number == DEVICE_NVR ? STORE_TABLE_NVR : STORE_TABLE_CAMERA, second,
             first);
        break;
    case STORE_DEL_NVR:
        tell(to, STORE_TABLE_NVR, second, first);
        tell_removed(to, second, "nvr:", first);
        break;
    case STORE_DEL_CAMERA:
        tell(to, STORE_TABLE_CAMERA, second, first);
        tell_removed(to, second, "camera:", first);
        break;
    case STORE_DEL_DEVICE:
        tell(to, STORE_TABLE_CAMERA, second, first);
        tell_removed(to, second, "", first);
        break;
    default:
        break;
    }
}

static void tell_state(const struct teller *to, const struct store_op *op)
{
    const char *site = op->values[0].bytes;
    const char *key = op->count > 1 ? op->values[1].bytes : "";
    switch (op->kind) {
    case STORE_PUT_COMPONENT:
    case STORE_PUT_SOFT:
        tell(to, STORE_TABLE_POLL, site, key);
        tell_owner(to, site, key);
        break;
    case STORE_DEL_COMPONENT:
        tell(to, STORE_TABLE_POLL, site, key);
        break;
    case STORE_PUT_BREAKER:
    case STORE_DEL_BREAKER:
        tell(to, STORE_TABLE_BREAKER, site, key);
        break;
    case STORE_PUT_EVENT:
        tell(to, STORE_TABLE_EVENT, "", "");
        break;
    case STORE_PUT_DELIVERY:
        tell(to, STORE_TABLE_DELIVERY, "", "");
        break;
    case STORE_COUNT_DAYS:
        tell(to, STORE_TABLE_DAY, "", "");
        break;
    default:
        tell_fleet(to, op);
        break;
    }
}

void store_tell_changes(const struct store_changes *changes, const struct store_batch *batch)
{
    struct store_op op;
    size_t offset = 0;
    if (changes->changed == NULL) {
        return;
    }
    while (store_op_next(batch, &offset, &op)) {
        /* Soft rows are not written yet, but for those of a slice. */
        if (op.kind != STORE_PUT_SOFT || batch->is_slice) {
            struct teller to = {.changes = changes, .soft = op.kind == STORE_PUT_SOFT};
            tell_state(&to, &op);
        }
    }
}

void store_watch_rows(struct store *store, store_changed_fn changed, void *arg)
{
    store->changes = (struct store_changes){.changed = changed, .arg = arg};
}
