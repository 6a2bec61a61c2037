/* SPDX-License-Identifier: MIT */
/*
 * What is kept with a device from one look to the next: of each request with a rule `unchanged` the hash of its last
 * body, and for how many looks in a row it has been the same. It is the note of the plugin, and forgotten when the
 * options change.
 */
#ifndef GENERIC_MEMORY_H
#define GENERIC_MEMORY_H

#include <vmm/probe.h>

#include <kit/text.h>

#define GENERIC_MEMORY_MAX  8u /* requests whose body is remembered */
#define GENERIC_MEMORY_LOOK 65535

struct generic_memory_row {
    uint8_t request; /* its place */
    uint16_t looks;  /* in a row before this one with the same body */
    uint64_t hash;
    bool seen; /* in this look */
};

struct generic_memory {
    uint64_t options;
    struct generic_memory_row rows[GENERIC_MEMORY_MAX];
    size_t count;
    bool changed;
};

/* Begin with a note, which may be anything, also none; one of other options counts for nothing. */
void generic_memory_read(struct generic_memory *memory, uint64_t options, const uint8_t *note,
                         size_t size);

/* In how many looks in a row before this one the request had this body; 0 at first. False when there is no room. */
bool generic_memory_count(struct generic_memory *memory, uint8_t request, struct vmm_text body,
                          int64_t *looks);

/* Write the note; its size. */
size_t generic_memory_write(const struct generic_memory *memory, uint8_t out[VMM_NOTE_MAX]);

#endif
