/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/ini.h>

static bool inside(struct vmm_text view, const char *begin, size_t size)
{
    return view.size == 0 || (view.data >= begin && view.data + view.size <= begin + size);
}

/* Every view lies inside the answer, and reading comes to an end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data;
    struct vmm_ini ini = {.rest = vmm_text_bytes(data, size)};
    struct vmm_ini_entry entry;
    struct vmm_text value;
    while (vmm_ini_next(&ini, &entry)) {
        if (entry.key.size == 0 || !inside(entry.section, begin, size) ||
            !inside(entry.key, begin, size) || !inside(entry.value, begin, size)) {
            abort();
        }
    }
    return vmm_ini_find(vmm_text_bytes(data, size), "a", "b", &value) > 0;
}
