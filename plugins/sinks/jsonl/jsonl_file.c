/* SPDX-License-Identifier: MIT */
#include "jsonl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vmm/errors.h>

const struct jsonl_io jsonl_system_io = {.write = write, .sync = fdatasync};

/* "what path: the system's words"; strerror_r, for this runs on a worker thread. */
static void say(char *why, size_t size, const char *what, const char *path, int error)
{
    char words[64];
    snprintf(why, size, "%s %.60s: %.60s", what, path, strerror_r(error, words, sizeof(words)));
}

/* ---- Opening ---- */

static void file_close(struct jsonl_file *file)
{
    if (file->fd >= 0) {
        close(file->fd);
    }
    file->fd = -1;
}

/* O_NONBLOCK: opening a pipe must not wait for somebody at its other end; it is refused a line
 * later. */
static int file_open(struct jsonl_file *file, char *why, size_t why_size)
{
    struct stat is;
    file_close(file);
    int fd =
        open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);
    if (fd < 0 || fstat(fd, &is) != 0) {
        say(why, why_size, "cannot open", file->path, errno);
        if (fd >= 0) {
            close(fd);
        }
        return VMM_E_IO;
    }
    if (!S_ISREG(is.st_mode)) {
        snprintf(why, why_size, "%.100s is no regular file", file->path);
        close(fd);
        return VMM_E_IO;
    }
    file->fd = fd;
    file->device = is.st_dev;
    file->inode = is.st_ino;
    file->check_end = true;
    file->new_folder = true;
    return 0;
}

int jsonl_file_init(struct jsonl_file *file, const char *path, const struct jsonl_io *io, char *why,
                    size_t why_size)
{
    *file = (struct jsonl_file){.path = strdup(path), .fd = -1, .io = io};
    if (file->path == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = file_open(file, why, why_size);
    if (rc != 0) {
        jsonl_file_finish(file);
    }
    return rc;
}

void jsonl_file_finish(struct jsonl_file *file)
{
    file_close(file);
    free(file->path);
    file->path = NULL;
}

/* Whether what stands at the path is still the file that is open. */
static bool is_current(const struct jsonl_file *file)
{
    struct stat is;
    return file->fd >= 0 && stat(file->path, &is) == 0 && is.st_dev == file->device &&
           is.st_ino == file->inode;
}

/* ---- Writing ---- */

static bool ends_unfinished(const struct jsonl_file *file)
{
    struct stat is;
    char last = '\n';
    if (fstat(file->fd, &is) != 0 || is.st_size == 0) {
        return false;
    }
    return pread(file->fd, &last, 1, is.st_size - 1) == 1 && last != '\n';
}

/* All lines as one piece of memory, so that they are one write. NULL without memory. */
static char *join(const struct jsonl_line *lines, uint32_t count, bool repair, size_t *size)
{
    size_t total = repair ? 1 : 0;
    for (uint32_t i = 0; i < count; i++) {
        total += lines[i].size + 1;
    }
    char *text = malloc(total > 0 ? total : 1);
    if (text == NULL) {
        return NULL;
    }
    char *at = text;
    if (repair) {
        *at++ = '\n';
    }
    for (uint32_t i = 0; i < count; i++) {
        memcpy(at, lines[i].text, lines[i].size);
        at += lines[i].size;
        *at++ = '\n';
    }
    *size = total;
    return text;
}

/* Bytes written; fewer than `size` with errno set when the system refuses. */
static size_t write_all(const struct jsonl_file *file, const char *text, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t n = file->io->write(file->fd, text + done, size - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n == 0 || errno != EINTR) {
            errno = n == 0 ? EIO : errno;
            break;
        }
    }
    return done;
}

/* How many whole lines `written` bytes are. */
static void count_lines(const struct jsonl_line *lines, uint32_t count, size_t written,
                        struct jsonl_result *result)
{
    while (result->lines < count && result->bytes + lines[result->lines].size + 1 <= written) {
        result->bytes += lines[result->lines].size + 1;
        result->lines++;
    }
}

/* A file that was just created is found after a crash only when its folder is on disk too. */
static int sync_folder(struct jsonl_file *file)
{
    char *copy = strdup(file->path);
    int fd = copy == NULL ? -1 : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (fd < 0) {
        return -1;
    }
    int rc = fsync(fd);
    close(fd);
    file->new_folder = rc != 0;
    return rc;
}

/* After an error the system may have dropped the pages that it could not write, and a later sync
 * would say that all is well: nothing counts as written, and the file is opened anew. */
static void sync_file(struct jsonl_file *file, struct jsonl_result *result)
{
    bool failed = file->io->sync(file->fd) != 0;
    if (!failed && file->new_folder) {
        failed = sync_folder(file) != 0;
    }
    if (failed) {
        say(result->why, sizeof(result->why), "cannot sync", file->path, errno);
        result->lines = 0;
        result->bytes = 0;
        file_close(file);
    }
}

static void append_joined(struct jsonl_file *file, const struct jsonl_line *lines, uint32_t count,
                          struct jsonl_result *result)
{
    bool repair = file->check_end && ends_unfinished(file);
    size_t size = 0;
    char *text = join(lines, count, repair, &size);
    if (text == NULL) {
        snprintf(result->why, sizeof(result->why), "no memory");
        return;
    }
    size_t written = write_all(file, text, size);
    int error = errno;
    free(text);
    file->check_end = written < size;
    if (written < size) {
        say(result->why, sizeof(result->why), "cannot write", file->path, error);
    }
    count_lines(lines, count, written > 0 && repair ? written - 1 : written, result);
}

void jsonl_file_append(struct jsonl_file *file, const struct jsonl_line *lines, uint32_t count,
                       bool sync, struct jsonl_result *result)
{
    *result = (struct jsonl_result){0};
    if (!is_current(file)) {
        if (file_open(file, result->why, sizeof(result->why)) != 0) {
            return;
        }
        result->opened = true;
    }
    append_joined(file, lines, count, result);
    if (sync && result->lines > 0) {
        sync_file(file, result);
    }
}
