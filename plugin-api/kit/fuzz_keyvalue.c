/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/keyvalue.h>

/* Every view lies inside the answer, and reading comes to an end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_text rest = vmm_text_bytes(data, size);
    struct vmm_text key;
    struct vmm_text value;
    const char *begin = (const char *)data;
    while (vmm_keyvalue_next(&rest, &key, &value)) {
        uint32_t number = 0;
        bool inside = key.data >= begin && value.data >= begin && key.size > 0 &&
                      key.data + key.size <= begin + size &&
                      value.data + value.size <= begin + size;
        if (!inside || (vmm_keyvalue_index(key, "c", "_s", 9, &number) == 0 && number > 9)) {
            abort();
        }
    }
    vmm_keyvalue_find(vmm_text_bytes(data, size), "a", VMM_KEYVALUE_ANY_CASE | VMM_KEYVALUE_LAST,
                      &value);
    return 0;
}
