/* SPDX-License-Identifier: MIT */
#include "make.h"

#include <criterion/criterion.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const struct vmm_descriptor *make_load(const char *name)
{
    char path[512];
    const struct vmm_descriptor *(*entry)(void) = NULL;
    snprintf(path, sizeof(path), "%s/%s.so", VMM_PLUGINS, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    void *symbol = dlsym(library, VMM_PLUGIN_ENTRY);
    cr_assert_not_null(symbol, "%s", name);
    memcpy(&entry, &symbol, sizeof(entry));
    return entry();
}
