/* SPDX-License-Identifier: MIT */
/*
 * A file of lines that is only appended to, survives being renamed, and tells how far it came.
 *
 * Used by one thread at a time. Nothing here knows messages, events or JSON.
 */
#ifndef JSONL_FILE_H
#define JSONL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The calls that can fail on a full or broken disk. A test gives its own. */
struct jsonl_io {
    ssize_t (*write)(int fd, const void *bytes, size_t size);
    int (*sync)(int fd);
};

extern const struct jsonl_io jsonl_system_io;

struct jsonl_line {
    const char *text; /* without its line end */
    size_t size;
};

struct jsonl_file {
    char *path;
    int fd; /* -1: not open */
    dev_t device;
    ino_t inode;
    bool check_end;  /* the last line may be unfinished */
    bool new_folder; /* the name in the folder is not on disk yet */
    const struct jsonl_io *io;
};

/* What became of an append. */
struct jsonl_result {
    uint32_t
        lines;     /* from the first on: wholly in the file, and on disk where that was asked for */
    size_t bytes;  /* of them, with their line ends */
    bool opened;   /* the file was opened anew */
    char why[160]; /* why not all; "" when all */
};

/* Open for appending, creating it with mode 0640. Only a regular file is taken. 0, VMM_E_NOMEM, or
 * VMM_E_IO with one line in `why`. */
int jsonl_file_init(struct jsonl_file *file, const char *path, const struct jsonl_io *io, char *why,
                    size_t why_size);
void jsonl_file_finish(struct jsonl_file *file);

/*
 * Append lines with one write. When another file stands at the path, or none, that one is opened
 * first. When the last line of the file is unfinished, a line end goes before the first new line.
 * `sync`: come back when the lines are on disk.
 */
void jsonl_file_append(struct jsonl_file *file, const struct jsonl_line *lines, uint32_t count,
                       bool sync, struct jsonl_result *result);

#endif
