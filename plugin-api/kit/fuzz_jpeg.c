/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <kit/jpeg.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vmm_jpeg jpeg = {0};
    if (vmm_jpeg_read(vmm_text_bytes(data, size), &jpeg) == 0 &&
        (jpeg.width == 0 || jpeg.height == 0 || jpeg.width > 65535 || jpeg.height > 65535)) {
        abort();
    }
    return 0;
}
