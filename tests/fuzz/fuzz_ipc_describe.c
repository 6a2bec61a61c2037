/* SPDX-License-Identifier: MIT */
/* What a host says of its plugin: whatever is read can be written again, and then reads the same. */
#include <stdlib.h>
#include <string.h>

#include "ipc/describe.h"

static struct vmm_descriptor descriptor_of(const struct description *d)
{
    return (struct vmm_descriptor){
        .struct_size = sizeof(struct vmm_descriptor),
        .abi_major = d->abi_major,
        .abi_minor = d->abi_minor,
        .kind = d->kind,
        .name = d->name,
        .version = d->version,
        .flag = d->flag,
        .summary = d->summary,
        .licence = d->licence,
        .traits = d->traits,
        .generation = d->generation,
        .config = d->config,
        .device_config = d->device_config,
    };
}

static void encode(const struct description *d, struct buf *out)
{
    struct vmm_descriptor descriptor = descriptor_of(d);
    buf_init(out);
    if (describe_encode(&descriptor, out) != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = malloc(size + 1);
    if (json == NULL) {
        return 0;
    }
    memcpy(json, data, size);
    json[size] = '\0';
    struct description *first = NULL;
    if (describe_decode(json, &first) == 0) {
        struct buf a;
        struct buf b;
        struct description *second = NULL;
        encode(first, &a);
        if (describe_decode(buf_cstr(&a), &second) != 0) {
            abort();
        }
        encode(second, &b);
        if (a.size != b.size || memcmp(a.data, b.data, a.size) != 0) {
            abort();
        }
        buf_finish(&a);
        buf_finish(&b);
        description_destroy(second);
    }
    description_destroy(first);
    free(json);
    return 0;
}
