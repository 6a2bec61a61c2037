/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "ctl/verify_elf.h"

struct seen {
    const uint8_t *begin;
    const uint8_t *end;
};

/* Every name lies in the file, its end too. */
static void on_symbol(void *arg, const char *name, bool defined)
{
    const struct seen *seen = arg;
    const uint8_t *at = (const uint8_t *)name;
    (void)defined;
    if (at < seen->begin || at + strlen(name) >= seen->end) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen seen = {data, data + size};
    verify_elf_symbols(data, size, on_symbol, &seen);
    return 0;
}
