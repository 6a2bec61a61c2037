/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/json.h>

/* A line with a pointer, then the document; the first byte chooses the charset. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct vmm_text rest = vmm_text_bytes(data + 1, size - 1);
    struct vmm_text line = {0};
    vmm_text_line(&rest, &line);
    char pointer[256];
    vmm_text_to_utf8(line, pointer, sizeof(pointer));
    struct json_t *json = NULL;
    if (vmm_json_parse(rest, data[0] % 5u, &json) != 0) {
        return 0;
    }
    int64_t number = 0;
    bool truth = false;
    bool wrong = (vmm_json_int(json, pointer, 0, 9, &number) == 0 && (number < 0 || number > 9)) ||
                 !vmm_text_is_utf8(vmm_json_text(json, pointer));
    vmm_json_bool(json, pointer, &truth);
    size_t count = vmm_json_count(json, pointer);
    if (wrong || (count > 0 && vmm_json_item(json, pointer, count - 1) == NULL) ||
        vmm_json_item(json, pointer, count) != NULL) {
        abort();
    }
    vmm_json_destroy(json);
    return 0;
}
