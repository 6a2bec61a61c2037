/* SPDX-License-Identifier: MIT */
#include "ctl/verify_elf.h"

#include <elf.h>
#include <string.h>

#include <vmm/errors.h>

struct image {
    const uint8_t *data;
    size_t size;
};

/* Copy a struct out of the image. False when it does not lie in it. */
static bool take(const struct image *image, uint64_t at, void *out, size_t size)
{
    if (at > image->size || image->size - at < size) {
        return false;
    }
    memcpy(out, image->data + at, size);
    return true;
}

/* A text of a string table, NULL when it does not end within. */
static const char *text_at(const struct image *image, const Elf64_Shdr *strings, uint64_t offset)
{
    if (strings->sh_offset > image->size || image->size - strings->sh_offset < strings->sh_size ||
        offset >= strings->sh_size) {
        return NULL;
    }
    const char *text = (const char *)image->data + strings->sh_offset + offset;
    return memchr(text, '\0', strings->sh_size - offset) != NULL ? text : NULL;
}

static bool section(const struct image *image, const Elf64_Ehdr *head, uint64_t index,
                    Elf64_Shdr *out)
{
    return index < head->e_shnum && head->e_shentsize == sizeof(*out) &&
           head->e_shoff <= image->size &&
           take(image, head->e_shoff + index * sizeof(*out), out, sizeof(*out));
}

static int hand_out(const struct image *image, const Elf64_Shdr *table, const Elf64_Shdr *strings,
                    verify_symbol_fn fn, void *arg)
{
    uint64_t count = table->sh_size / sizeof(Elf64_Sym);
    if (table->sh_offset > image->size || image->size - table->sh_offset < table->sh_size) {
        return VMM_E_PROTO;
    }
    for (uint64_t i = 1; i < count; i++) {
        Elf64_Sym symbol;
        if (!take(image, table->sh_offset + i * sizeof(symbol), &symbol, sizeof(symbol))) {
            return VMM_E_PROTO;
        }
        const char *name = text_at(image, strings, symbol.st_name);
        if (name == NULL) {
            return VMM_E_PROTO;
        }
        if (ELF64_ST_BIND(symbol.st_info) != STB_LOCAL) {
            fn(arg, name, symbol.st_shndx != SHN_UNDEF);
        }
    }
    return 0;
}

int verify_elf_symbols(const uint8_t *data, size_t size, verify_symbol_fn fn, void *arg)
{
    struct image image = {data, size};
    Elf64_Ehdr head;
    if (!take(&image, 0, &head, sizeof(head)) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != ELFDATA2LSB ||
        head.e_type != ET_DYN) {
        return VMM_E_PROTO;
    }
    for (uint64_t i = 0; i < head.e_shnum; i++) {
        Elf64_Shdr table;
        Elf64_Shdr strings;
        if (!section(&image, &head, i, &table)) {
            return VMM_E_PROTO;
        }
        if (table.sh_type == SHT_DYNSYM) {
            return section(&image, &head, table.sh_link, &strings)
                       ? hand_out(&image, &table, &strings, fn, arg)
                       : VMM_E_PROTO;
        }
    }
    return VMM_E_PROTO;
}
