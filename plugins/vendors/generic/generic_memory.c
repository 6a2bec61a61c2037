/* SPDX-License-Identifier: MIT */
#include "generic_memory.h"

#include <string.h>

#define HEAD_SIZE 9u /* a version, the hash of the options */
#define ROW_SIZE  11u
#define VERSION   1u

_Static_assert(HEAD_SIZE + GENERIC_MEMORY_MAX * ROW_SIZE <= VMM_NOTE_MAX, "it fits a note");

static uint64_t get(const uint8_t *bytes, size_t size)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++) {
        number = number << 8 | bytes[i];
    }
    return number;
}

static void put(uint8_t *bytes, size_t size, uint64_t number)
{
    for (size_t i = size; i > 0; i--) {
        bytes[i - 1] = (uint8_t)number;
        number >>= 8;
    }
}

void generic_memory_read(struct generic_memory *memory, uint64_t options, const uint8_t *note,
                         size_t size)
{
    *memory = (struct generic_memory){.options = options};
    if (note == NULL || size < HEAD_SIZE || note[0] != VERSION || get(note + 1, 8) != options) {
        return;
    }
    for (size_t at = HEAD_SIZE; at + ROW_SIZE <= size && memory->count < GENERIC_MEMORY_MAX;
         at += ROW_SIZE) {
        memory->rows[memory->count++] =
            (struct generic_memory_row){.request = note[at],
                                        .looks = (uint16_t)get(note + at + 1, 2),
                                        .hash = get(note + at + 3, 8)};
    }
}

/* FNV-1a: two pictures that differ are told apart; nobody gains by finding two that are not. */
static uint64_t hash_of(struct vmm_text body)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < body.size; i++) {
        hash = (hash ^ (uint8_t)body.data[i]) * 0x100000001b3u;
    }
    return hash;
}

static struct generic_memory_row *row_of(struct generic_memory *memory, uint8_t request)
{
    for (size_t i = 0; i < memory->count; i++) {
        if (memory->rows[i].request == request) {
            return &memory->rows[i];
        }
    }
    return NULL;
}

bool generic_memory_count(struct generic_memory *memory, uint8_t request, struct vmm_text body,
                          int64_t *looks)
{
    struct generic_memory_row *row = row_of(memory, request);
    if (row == NULL && memory->count == GENERIC_MEMORY_MAX) {
        return false;
    }
    if (row != NULL && row->seen) {
        *looks = row->looks;
        return true;
    }
    uint64_t hash = hash_of(body);
    if (row == NULL) {
        row = &memory->rows[memory->count++];
        *row = (struct generic_memory_row){.request = request, .hash = hash, .seen = true};
    } else {
        bool same = row->hash == hash;
        row->looks = !same ? 0 : row->looks < GENERIC_MEMORY_LOOK ? row->looks + 1 : row->looks;
        row->hash = hash;
        row->seen = true;
    }
    memory->changed = true;
    *looks = row->looks;
    return true;
}

size_t generic_memory_write(const struct generic_memory *memory, uint8_t out[VMM_NOTE_MAX])
{
    size_t at = HEAD_SIZE;
    out[0] = VERSION;
    put(out + 1, 8, memory->options);
    for (size_t i = 0; i < memory->count; i++, at += ROW_SIZE) {
        out[at] = memory->rows[i].request;
        put(out + at + 1, 2, memory->rows[i].looks);
        put(out + at + 3, 8, memory->rows[i].hash);
    }
    return at;
}
