/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include <kit/charset.h>

/* Whatever the bytes and however small the room: UTF-8 that ends in NUL within it. The first byte
 * chooses the charset, the second the room. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    char small[256];
    size_t room = data[1] == 0 ? 1 : data[1];
    struct vmm_text text = vmm_text_bytes(data + 2, size - 2);
    uint32_t charset = data[0] % 5u;
    size_t written = vmm_charset_to_utf8(charset, text, small, room);
    if (written >= room || small[written] != '\0' ||
        !vmm_text_is_utf8(vmm_text_bytes(small, written))) {
        abort();
    }
    char *whole = NULL;
    size_t whole_size = 0;
    if (vmm_charset_copy(charset, text, &whole, &whole_size) == 0 &&
        (whole_size < written || memcmp(whole, small, written) != 0)) {
        abort();
    }
    free(whole);
    return vmm_charset_of(text, text) > VMM_CHARSET_GBK;
}
