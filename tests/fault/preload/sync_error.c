/* SPDX-License-Identifier: MIT */
/* Preloaded into a program: while the file that VMM_SYNC_ERROR names is there, nothing can be brought to the disk. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int sync_by(long call, int fd)
{
    const char *sign = getenv("VMM_SYNC_ERROR");
    if (sign != NULL && access(sign, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(call, fd);
}

__attribute__((visibility("default"))) int fsync(int fd)
{
    return sync_by(SYS_fsync, fd);
}

__attribute__((visibility("default"))) int fdatasync(int fd)
{
    return sync_by(SYS_fdatasync, fd);
}
