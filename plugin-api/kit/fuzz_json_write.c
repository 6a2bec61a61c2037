/* SPDX-License-Identifier: MIT */
/* Whatever is written is JSON, and the texts come back as they went in but for what is no UTF-8. */
#include <kit/json.h>
#include <kit/json_write.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_json_out out = {0};
    struct json_t *json = NULL;
    struct vmm_text text = vmm_text_bytes(data, size);
    if (size > 4096) {
        return 0;
    }
    vmm_json_begin(&out, NULL, '{');
    vmm_json_put(&out, "t", text);
    struct vmm_json_mark mark = vmm_json_mark(&out);
    vmm_json_put(&out, "u", text);
    if (size % 2 == 0) {
        vmm_json_rewind(&out, mark);
    }
    vmm_json_end(&out);
    if (out.failed ||
        vmm_json_parse(vmm_text_bytes(out.data, out.size), VMM_CHARSET_UNKNOWN, &json) != 0) {
        abort();
    }
    struct vmm_text back = vmm_json_text(json, "/t");
    bool same = vmm_text_is_utf8(text) && (size == 0 || memchr(data, 0, size) == NULL);
    if (same && (back.size != size || memcmp(back.data, data, size) != 0)) {
        abort();
    }
    vmm_json_destroy(json);
    vmm_json_finish(&out);
    return 0;
}
