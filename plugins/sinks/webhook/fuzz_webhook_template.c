/* SPDX-License-Identifier: MIT */
/* A template and an event, a zero byte between: whatever comes out is JSON. */
#include <stdlib.h>
#include <string.h>

#include <kit/json.h>

#include "webhook_template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[160];
    struct vmm_json_out out = {0};
    struct json_t *event = NULL;
    struct json_t *again = NULL;
    char *text = size < WEBHOOK_TEMPLATE_MAX ? malloc(size + 1) : NULL;
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    size_t half = strlen(text);
    struct vmm_text rest = vmm_text_bytes(text + half, size > half ? size - half : 0);
    json_t *template = webhook_template_read(text, why, sizeof(why));
    if (template != NULL && rest.size > 1 &&
        vmm_json_parse((struct vmm_text){rest.data + 1, rest.size - 1}, VMM_CHARSET_UTF8, &event) ==
            0) {
        if (webhook_template_fill(template, event, &out) != 0 ||
            vmm_json_parse(vmm_text_bytes(out.data, out.size), VMM_CHARSET_UTF8, &again) != 0) {
            abort();
        }
    }
    json_decref(template);
    vmm_json_destroy(event);
    vmm_json_destroy(again);
    vmm_json_finish(&out);
    free(text);
    return 0;
}
