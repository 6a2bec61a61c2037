/* SPDX-License-Identifier: MIT */
/* Opening code to be run: checked on the descriptor that is then used, so that nothing can change between. */
#ifndef SUPERVISE_FILE_H
#define SUPERVISE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/* What tells one file from another, and a file from its replacement. */
struct file_identity {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t changed_ns; /* of content or inode */
};

/*
 * Open a regular file that belongs to root or to this user and that nobody else can write, nor any folder
 * above it. Returns the descriptor (close-on-exec), or VMM_E_NOENT, VMM_E_DENIED or VMM_E_IO with one line in
 * `why`.
 */
int file_open_trusted(const char *path, struct file_identity *identity, char *why, size_t why_size);

/* The identity of a path as it stands now; VMM_E_NOENT when there is none. */
int file_identify(const char *path, struct file_identity *identity);

#endif
