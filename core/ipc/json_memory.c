/* SPDX-License-Identifier: MIT */
#include "ipc/json_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

static void wipe_and_free(void *memory)
{
    if (memory != NULL) {
        explicit_bzero(memory, malloc_usable_size(memory));
        free(memory);
    }
}

void json_memory_wipe(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
}
