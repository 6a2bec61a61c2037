/* SPDX-License-Identifier: MIT */
/* What a shared object shows and what it wants, read from its dynamic symbols without loading it. */
#ifndef CTL_VERIFY_ELF_H
#define CTL_VERIFY_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A symbol: `defined` here and seen from outside, or wanted from another. */
typedef void (*verify_symbol_fn)(void *arg, const char *name, bool defined);

/*
 * Hand out the dynamic symbols of a 64-bit little-endian shared object in memory. Local ones are left out. 0, or
 * VMM_E_PROTO when it is no such object or points outside of itself.
 */
int verify_elf_symbols(const uint8_t *image, size_t size, verify_symbol_fn fn, void *arg);

#endif
