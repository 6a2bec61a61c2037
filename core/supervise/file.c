/* SPDX-License-Identifier: MIT */
#include "supervise/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vmm/errors.h>

#include "base/text.h"

static struct file_identity identity_of(const struct stat *st)
{
    return (struct file_identity){
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .changed_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
    };
}

static bool is_trusted(const struct stat *st)
{
    bool owner = st->st_uid == 0 || st->st_uid == geteuid();
    bool sticky_folder = S_ISDIR(st->st_mode) && (st->st_mode & S_ISVTX) != 0;
    return owner && ((st->st_mode & (S_IWGRP | S_IWOTH)) == 0 || sticky_folder);
}

/* Check each folder from the root down to the file's own. */
static int check_folders(const char *path, char *why, size_t why_size)
{
    char folder[PATH_MAX];
    if (realpath(path, folder) == NULL) {
        text_format(why, why_size, "%s: %s", path, strerror(errno));
        return VMM_E_IO;
    }
    for (char *slash = strrchr(folder, '/'); slash != NULL; slash = strrchr(folder, '/')) {
        *slash = '\0';
        const char *name = folder[0] != '\0' ? folder : "/";
        struct stat st;
        if (stat(name, &st) != 0 || !is_trusted(&st)) {
            text_format(
                why, why_size,
                "%s: the folder can be changed by others; give it to root or to this user and "
                "take the write right from group and others (chmod go-w)",
                name);
            return VMM_E_DENIED;
        }
    }
    return 0;
}

int file_open_trusted(const char *path, struct file_identity *identity, char *why, size_t why_size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        int rc = errno == ENOENT ? VMM_E_NOENT : VMM_E_IO;
        text_format(why, why_size, "%s: %s", path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return rc;
    }
    int rc = 0;
    if (!S_ISREG(st.st_mode) || !is_trusted(&st)) {
        text_format(why, why_size,
                    "%s: not a regular file of root or this user that only its owner can write "
                    "(chown, chmod go-w)",
                    path);
        rc = VMM_E_DENIED;
    }
    rc = rc != 0 ? rc : check_folders(path, why, why_size);
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *identity = identity_of(&st);
    return fd;
}

int file_identify(const char *path, struct file_identity *identity)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return errno == ENOENT ? VMM_E_NOENT : VMM_E_IO;
    }
    *identity = identity_of(&st);
    return 0;
}
