/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmm/errors.h>

#include "ctl/verify_elf.h"

struct seen {
    bool entry;
    bool wanted;
    unsigned count;
};

static void on_symbol(void *arg, const char *name, bool defined)
{
    struct seen *seen = arg;
    seen->count++;
    seen->entry |= defined && strcmp(name, "vmm_plugin_v0") == 0;
    seen->wanted |= !defined && strcmp(name, "getpid") == 0;
}

/* A shared object that shows one function and wants another. */
static size_t read_object(uint8_t *out, size_t size)
{
    FILE *file = fopen(SEEDS "/ctl_elf/tiny", "r");
    cr_assert_not_null(file);
    size_t got = fread(out, 1, size, file);
    fclose(file);
    return got;
}

Test(ctl_verify_elf, what_is_shown_and_what_is_wanted_is_told_apart)
{
    static uint8_t image[65536];
    size_t size = read_object(image, sizeof(image));
    struct seen seen = {0};
    cr_assert_eq(verify_elf_symbols(image, size, on_symbol, &seen), 0);
    cr_expect(seen.entry);
    cr_expect(seen.wanted);
}

Test(ctl_verify_elf, a_file_cut_off_anywhere_is_refused_or_read_within)
{
    static uint8_t image[65536];
    size_t size = read_object(image, sizeof(image));
    struct seen seen = {0};
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *part = malloc(cut + 1); /* so that the sanitizer sees a byte too far */
        memcpy(part, image, cut);
        verify_elf_symbols(part, cut, on_symbol, &seen);
        free(part);
    }
    cr_expect_eq(verify_elf_symbols((const uint8_t *)"no object", 9, on_symbol, &seen),
                 VMM_E_PROTO);
}
