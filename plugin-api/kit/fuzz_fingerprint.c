/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/fingerprint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_text page = vmm_text_bytes(data, size);
    struct vmm_http_answer answer = {.status = 200, .headers = "", .body = data, .body_size = size};
    struct vmm_text title = vmm_fingerprint_title(page);
    if (title.size > 0 &&
        (title.data < page.data || title.data + title.size > page.data + page.size)) {
        abort();
    }
    vmm_fingerprint_realm(page);
    vmm_fingerprint_is_onvif(&answer);
    for (size_t i = 0; i < vmm_fingerprint_count; i++) {
        vmm_fingerprints[i].fits(&answer);
    }
    answer.status = 401;
    answer.headers = (const char *)data;
    answer.headers_size = size;
    for (size_t i = 0; i < vmm_fingerprint_count; i++) {
        vmm_fingerprints[i].fits(&answer);
    }
    return 0;
}
