/* SPDX-License-Identifier: MIT */
#include "store/reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* What opening the databases takes: their shared-memory indexes, and a log that is not empty. */
#define OPENING_BYTES (512u << 10)

static bool has_room(int fd, unsigned long long bytes)
{
    struct statvfs fs;
    return fstatvfs(fd, &fs) == 0 && (unsigned long long)fs.f_bavail * fs.f_frsize >= bytes;
}

bool store_reserve_hold(const char *path, size_t bytes)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return false;
    }
    struct stat st;
    bool held = fstat(fd, &st) == 0 && (size_t)st.st_blocks * 512 >= bytes;
    if (!held) {
        held = has_room(fd, bytes * 3ull) && posix_fallocate(fd, 0, (off_t)bytes) == 0;
    }
    close(fd);
    if (!held) {
        unlink(path);
    }
    return held;
}

bool store_reserve_is_needed(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return false;
    }
    bool needed = !has_room(fd, OPENING_BYTES);
    close(fd);
    return needed;
}

bool store_reserve_release(const char *path)
{
    return unlink(path) == 0;
}
